//! What GitHub shows beside the log of a step: all findings in a table, the worst first. Annotations end
//! with the tenth of a kind.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::{clean, place};
use crate::report::{Located, Report, Severity, Summary};

/// Bytes that GitHub takes of one step, all that its commands write together; of more it shows nothing.
pub const LIMIT: usize = 1 << 20;

/// What the last line may take.
const LAST: usize = 200;

/// Writes the table in at most `room` bytes; nothing where there is nothing to say.
pub fn write(out: &mut dyn Write, report: &Report, room: usize) -> io::Result<()> {
    if report.findings.is_empty() && report.failures.is_empty() {
        return Ok(());
    }
    // The failures are told below.
    let summary = Summary {
        failures: 0,
        ..report.summary
    };
    let mut text = format!("### airvane: {}\n\n", escaped(&summary.sentence(true)));
    for failure in &report.failures {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "- ⚠ {}", escaped(&failure.to_string()));
    }
    if !report.failures.is_empty() {
        text.push('\n');
    }
    let mut left = room.saturating_sub(LAST);
    let mut more = report.findings.len();
    if more > 0 {
        text.push_str("| | rule | where | what |\n|---|---|---|---|\n");
    }
    if text.len() > left {
        return Ok(());
    }
    left -= text.len();
    out.write_all(text.as_bytes())?;
    'table: for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let findings = report.findings.iter();
        for finding in findings.filter(|finding| finding.severity == severity) {
            let row = row(report, finding);
            if row.len() > left {
                break 'table;
            }
            left -= row.len();
            more -= 1;
            out.write_all(row.as_bytes())?;
        }
    }
    if more > 0 {
        writeln!(
            out,
            "\n{more} more: GitHub shows no longer text. `airvane check --format full` shows all.\n"
        )?;
    } else {
        writeln!(out)?;
    }
    Ok(())
}

fn row(report: &Report, finding: &Located) -> String {
    let rule = finding.rule;
    let mut what = coded(&finding.message);
    for line in finding.help.iter().flat_map(|help| help.split('\n')) {
        what.push_str("<br>");
        what.push_str(&coded(line));
    }
    format!(
        "| {} | [{} {}]({}) | {} | {what} |\n",
        finding.severity.word(),
        rule.code,
        rule.name,
        rule.url(),
        escaped(&place(&report.repository_path(finding.file), finding.start)),
    )
}

/// Text that means nothing to Markdown, in one line.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in clean(text).chars() {
        match character {
            '\n' => escaped.push(' '),
            ' ' | ',' | ';' | '/' | '-' | '(' | ')' | '\'' | '"' | '?' | '%' => {
                escaped.push(character);
            }
            // GitHub makes links of `www.`, not of the entity.
            '.' if !escaped.ends_with("www") => escaped.push('.'),
            _ if character.is_ascii_punctuation() => {
                let _ = write!(escaped, "&#{};", u32::from(character));
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

/// [`escaped`], with what stands between backticks as code.
fn coded(text: &str) -> String {
    let mut coded = String::new();
    let mut parts = text.split('`').peekable();
    let mut is_code = false;
    while let Some(part) = parts.next() {
        match (is_code, parts.peek().is_some()) {
            (true, true) => coded.extend(["<code>", &escaped(part), "</code>"]),
            // One that is not closed is only a backtick.
            (true, false) => coded.push_str(&escaped(&format!("`{part}"))),
            (false, _) => coded.push_str(&escaped(part)),
        }
        is_code = !is_code;
    }
    coded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_means_nothing_to_markdown() {
        assert_eq!(
            escaped("a|b <img> [x](y) *z*\n@me www.x"),
            "a&#124;b &#60;img&#62; &#91;x&#93;(y) &#42;z&#42; &#64;me www&#46;x"
        );
        assert_eq!(coded("`a_b` is `c"), "<code>a&#95;b</code> is &#96;c");
    }
}
