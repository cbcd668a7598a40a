//! What is known to go wrong, and where airvane says so: every row of the lists of known faults has a
//! little deployment below `fixtures/recall`, or a reason why no file can show it.
//!
//! The table in `fixtures/recall/README.md` is made from what the runs say. `AIRVANE_BLESS=1` writes it
//! anew; the expected places are written by hand, in `expected.json`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The lists that the rows are from, with the heading of each.
const SOURCES: &[(&str, &str)] = &[
    ("backends", "Misconfigurations of secrets backends"),
    (
        "connections",
        "Connections that do not become what they say",
    ),
    ("config", "Settings that are refused or ignored"),
    ("demand", "Failures that people report"),
];

/// A row of a list; several cases of one row have the row's number and a word.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    source: String,
    #[serde(rename = "row")]
    number: String,
    /// What is wrong, in a few words.
    what: String,
    /// Further arguments of `check`.
    #[serde(default)]
    args: Vec<String>,
    /// Code of the rule that speaks.
    code: Option<String>,
    /// `path:line:column` of its finding.
    at: Option<String>,
    /// Why there is no case.
    reason: Option<String>,
}

impl Row {
    fn folder(&self) -> String {
        format!("{}-{}", self.source, self.number)
    }

    /// `code path:line:column`
    fn expected(&self) -> Option<String> {
        Some(format!("{} {}", self.code.as_ref()?, self.at.as_ref()?))
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/recall")
}

fn rows() -> Vec<Row> {
    let text = std::fs::read_to_string(root().join("expected.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// What airvane says of the case: `code path:line:column`, and the severity.
fn said(row: &Row) -> Vec<(String, String)> {
    let mut args = vec!["check", ".", "-v", "--format", "jsonl"];
    args.extend(row.args.iter().map(String::as_str));
    let ran = common::run(&root().join(row.folder()), &args);
    assert!(ran.code < 2, "{}: {}", row.folder(), ran.err);
    let findings = ran.out.lines().map(|line| {
        let finding: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let start = &finding["start"];
        let at = format!(
            "{} {}:{}:{}",
            text(&finding["code"]),
            text(&finding["path"]),
            start["line"],
            start["column"]
        );
        (at, text(&finding["severity"]))
    });
    findings.collect()
}

/// A cell of the table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace("://", ":&#8203;//")
}

/// The line of the table, and whether airvane says what is expected.
fn line(row: &Row) -> (String, Option<String>) {
    let Some(expected) = row.expected() else {
        let reason = row.reason.as_deref().unwrap_or_default();
        let line = format!(
            "| {} | {} | | {} |\n",
            row.number,
            cell(&row.what),
            cell(reason)
        );
        return (line, None);
    };
    let found = said(row);
    let hit = found.iter().find(|(at, _)| *at == expected);
    let wrong = hit.is_none().then(|| {
        let found: Vec<&str> = found.iter().map(|(at, _)| at.as_str()).collect();
        format!("{}: {expected} is not among {found:?}", row.folder())
    });
    let (code, at) = expected.split_once(' ').unwrap();
    let severity = hit.map_or("?", |(_, severity)| severity);
    let args = if row.args.is_empty() {
        String::new()
    } else {
        format!(", with `{}`", row.args.join(" "))
    };
    let line = format!(
        "| [{}]({}) | {} | [{code}](../../docs/rules/{code}.md) {severity} | `{at}`{args} |\n",
        row.number,
        row.folder(),
        cell(&row.what),
    );
    (line, wrong)
}

#[test]
fn every_known_fault_is_reported_at_its_place() {
    let rows = rows();
    let (mut told, mut wrong) = (0, Vec::new());
    let mut tables = String::new();
    for (source, heading) in SOURCES {
        writeln!(
            tables,
            "\n## {heading}\n\n| row | what is wrong | rule | where, or why not |\n| --- | --- | --- | --- |"
        )
        .unwrap();
        for row in rows.iter().filter(|row| row.source == *source) {
            let (line, fault) = line(row);
            told += usize::from(row.code.is_some());
            tables.push_str(&line);
            wrong.extend(fault);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let readme = format!(
        "# What is known to go wrong\n\n\
         A test makes this table (`AIRVANE_BLESS=1 cargo test --test recall` writes it): airvane is run in each folder,\n\
         and must report the rule at the place. {told} cases; {} rows that no file can show today have a reason.\n{tables}",
        rows.len() - told
    );
    let path = root().join("README.md");
    if std::env::var_os("AIRVANE_BLESS").is_some() {
        std::fs::write(&path, &readme).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == readme,
        "fixtures/recall/README.md is not what the runs say; AIRVANE_BLESS=1 cargo test --test recall writes it"
    );
}

#[test]
fn every_row_has_a_case_or_a_reason() {
    let rows = rows();
    for row in &rows {
        assert!(SOURCES.iter().any(|(source, _)| *source == row.source));
        let is_case = row.code.is_some() && row.at.is_some() && row.reason.is_none();
        let is_reason = row.code.is_none() && row.at.is_none() && row.reason.is_some();
        assert!(is_case || is_reason, "{}", row.folder());
    }
    let numbered = |source: &str| -> BTreeSet<usize> {
        let of = rows.iter().filter(|row| row.source == source);
        of.filter_map(|row| row.number.split('-').next()?.parse().ok())
            .collect()
    };
    assert_eq!(numbered("backends"), (1..=84).collect());
    assert_eq!(numbered("demand"), (1..=30).collect());
    let cases: BTreeSet<String> = rows
        .iter()
        .filter(|row| row.code.is_some())
        .map(Row::folder)
        .collect();
    let folders: BTreeSet<String> = std::fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert_eq!(cases, folders);
}
