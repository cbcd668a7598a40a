//! `airvane rules`: all of them, as a table or as JSON.

use std::io::{self, Write};

use serde::Serialize;

use crate::cli::{RulesArgs, RulesFormat};
use crate::rules;

#[derive(Serialize)]
struct Entry {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    since: &'static str,
    url: String,
    /// It must be selected.
    on_request: bool,
    page: String,
}

/// Prints the list.
pub fn run(args: &RulesArgs, out: &mut dyn Write) -> io::Result<()> {
    match args.format {
        RulesFormat::Text => text(out),
        RulesFormat::Json => json(out),
    }
}

fn text(out: &mut dyn Write) -> io::Result<()> {
    for rule in rules::ALL {
        let severity = rule.severity.word();
        let on_request = if rule.on_request {
            "  (on request)"
        } else {
            ""
        };
        writeln!(
            out,
            "{}  {severity:<7}  {}{on_request}",
            rule.code, rule.name
        )?;
    }
    Ok(())
}

fn json(out: &mut dyn Write) -> io::Result<()> {
    let entries: Vec<Entry> = rules::ALL
        .iter()
        .map(|rule| Entry {
            code: rule.code,
            name: rule.name,
            severity: rule.severity.word(),
            since: rule.since,
            url: rule.url(),
            on_request: rule.on_request,
            page: rule.page(),
        })
        .collect();
    let text = serde_json::to_string_pretty(&entries).map_err(io::Error::other)?;
    writeln!(out, "{text}")
}
