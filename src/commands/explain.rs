//! `airvane explain`: the page of a rule.

use std::io::{self, Write};

use super::Exit;
use crate::cli::ExplainArgs;
use crate::report::UnknownRule;
use crate::rules;

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
    for line in rule.page().lines() {
        if line.starts_with("```") {
            in_code = !in_code;
        }
        writeln!(out, "{}", styled(line, in_code, colour))?;
    }
    Ok(())
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
