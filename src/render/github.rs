//! GitHub workflow commands: annotations on the lines of a pull request.
//!
//! A runner shows ten annotations of each type per step and drops the rest without a word, so the
//! worst come first and what does not fit is counted in one last notice.

use std::io::{self, Write};

use super::{Style, one_line, told};
use crate::report::{Located, Report, Severity};
use crate::source::display_path;

/// `_maxCountPerIssueType` of actions/runner.
const LIMIT: usize = 10;

/// Writes the commands.
pub fn write(out: &mut dyn Write, report: &Report, style: Style) -> io::Result<()> {
    let mut left_out = 0;
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let of_this = report
            .findings
            .iter()
            .filter(|finding| finding.severity == severity);
        let findings: Vec<&Located> = of_this.collect();
        // Failures are annotations of type error, and come first: findings may be missing.
        let taken = if severity == Severity::Error {
            failures(out, report)?
        } else {
            0
        };
        let mut room = LIMIT - taken;
        let is_last = severity == Severity::Info;
        if is_last && left_out + findings.len().saturating_sub(room) > 0 {
            // The notice that counts the rest needs a place too.
            room -= 1;
        }
        for finding in findings.iter().take(room) {
            command(out, report, finding)?;
        }
        left_out += findings.len().saturating_sub(room);
    }
    if left_out > 0 {
        let plural = if left_out == 1 { "" } else { "s" };
        let where_to = if style.step_summary {
            "see the summary of the step"
        } else {
            "run airvane with --format full to see all"
        };
        writeln!(
            out,
            "::notice title=airvane::{left_out} more finding{plural}: GitHub shows ten of each kind; {where_to}"
        )?;
    }
    Ok(())
}

fn failures(out: &mut dyn Write, report: &Report) -> io::Result<usize> {
    for failure in report.failures.iter().take(LIMIT / 2) {
        let file = failure.path.as_deref().map(display_path);
        let file = file.map_or_else(String::new, |path| {
            format!("file={},", property(&report.in_repository(&path)))
        });
        let text = data(&failure.message);
        writeln!(out, "::error {file}title=airvane failed::{text}")?;
    }
    Ok(report.failures.len().min(LIMIT / 2))
}

fn command(out: &mut dyn Write, report: &Report, finding: &Located) -> io::Result<()> {
    let name = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let (start, end) = (finding.start, finding.end);
    // The runner drops both columns of a finding over several lines.
    let columns = if start.line == end.line {
        format!(",col={},endColumn={}", start.column, end.column)
    } else {
        String::new()
    };
    let title = format!("{} {}", finding.rule.code, finding.rule.name);
    writeln!(
        out,
        "::{name} file={},line={},endLine={}{columns},title={}::{}",
        property(&report.repository_path(finding.file)),
        start.line,
        end.line,
        property(&title),
        data(&told(finding)),
    )
}

/// The text of a command.
fn data(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(one_line).collect();
    lines
        .join("\n")
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_end_a_property_or_start_a_command() {
        assert_eq!(data("50%\nx ##[error]"), "50%25%0Ax #\\u{23}[error]");
        assert_eq!(property("a:b,c"), "a%3Ab%2Cc");
    }
}
