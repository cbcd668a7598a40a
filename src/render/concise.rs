//! One line a finding: `path:line:column: error[AV201] kwargs-not-json: message`. An interface:
//! problem matchers, editors and scripts read it.

use std::io::{self, Write};

use super::{Style, one_line, place, shown, statistics};
use crate::report::{Report, Severity};

/// Writes the findings, nothing else.
pub fn write(out: &mut dyn Write, report: &Report, style: Style) -> io::Result<()> {
    for finding in shown(report, style) {
        let place = place(report.path(finding.file), finding.start);
        let word = format!("{}[{}]", finding.severity.word(), finding.rule.code);
        let word = paint(finding.severity, &word, style);
        let name = finding.rule.name;
        writeln!(
            out,
            "{place}: {word} {name}: {}",
            one_line(&finding.message)
        )?;
    }
    if style.statistics {
        statistics(out, report)?;
    }
    Ok(())
}

fn paint(severity: Severity, text: &str, style: Style) -> String {
    if !style.colour {
        return text.to_owned();
    }
    let colour = match severity {
        Severity::Error => 31,
        Severity::Warning => 33,
        Severity::Info => 36,
    };
    format!("\u{1b}[1;{colour}m{text}\u{1b}[0m")
}
