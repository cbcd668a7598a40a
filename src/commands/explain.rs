//! `airvane explain`: the page of a rule.

use std::io::{self, Write};

use super::Exit;
use crate::cli::ExplainArgs;
use crate::report::UnknownRule;
use crate::rules::{self, Rule};

/// Prints the page; `exit` is the code earned so far.
pub fn run(
    args: &ExplainArgs,
    colour: bool,
    out: &mut dyn Write,
    err: &mut dyn Write,
    exit: &mut Exit,
) -> io::Result<()> {
    let Some(rule) = rules::find(&args.rule) else {
        *exit = Exit::Failure;
        return writeln!(err, "airvane: {}", UnknownRule::new(&args.rule));
    };
    let mut in_code = false;
    for line in page(rule).lines() {
        if line.starts_with("```") {
            in_code = !in_code;
        }
        writeln!(out, "{}", styled(line, in_code, colour))?;
    }
    Ok(())
}

/// The page as Markdown: title, facts, and the text of the rule's file.
pub fn page(rule: &Rule) -> String {
    let mut page = String::new();
    for line in rule.docs.lines() {
        // Doc comments keep the blank after `///`.
        let line = line.strip_prefix(' ').unwrap_or(line);
        if page.is_empty() && line.starts_with("# ") {
            let severity = rule.severity.word();
            page = format!(
                "# {} {}\n\nSeverity: {severity}. Since {}.\n",
                rule.code, rule.name, rule.since
            );
            continue;
        }
        page.push_str(line);
        page.push('\n');
    }
    page
}

fn styled(line: &str, in_code: bool, colour: bool) -> String {
    if !colour {
        return line.to_owned();
    }
    if line.starts_with('#') {
        return format!("\u{1b}[1m{line}\u{1b}[0m");
    }
    if in_code || line.starts_with("```") {
        return format!("\u{1b}[2m{line}\u{1b}[0m");
    }
    line.to_owned()
}
