//! The files in `matchers/`, from which other programs know the concise line.
//!
//! Those in JSON are made here, of the parts of the line; `AIRVANE_BLESS=1 cargo test --test matchers` writes
//! them. `.ci/run` lets Node, Vim and Emacs read what airvane prints.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// The parts of `path:line:column: severity[CODE] name: message`.
const PLACE: &str = r"^(.+?):(\d+):(\d+): ";
const CODE: &str = r"\[(AV\d+)\]";
const MESSAGE: &str = " (.+)$";

/// `FORCE_COLOR` is often set in CI, and GitHub's runner does not take colours away.
const COLOURS: &str = r"(?:\x1b\[[\d;]*m)*";

fn path(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join("matchers").join(name)
}

/// GitHub knows `error`, `warning` and `notice`, and drops what says anything else: infos have a matcher
/// of their own.
fn github() -> Value {
    let loud = format!("{PLACE}{COLOURS}(error|warning){CODE}{COLOURS}{MESSAGE}");
    let info = format!("{PLACE}{COLOURS}info{CODE}{COLOURS}{MESSAGE}");
    json!({"problemMatcher": [
        {"owner": "airvane", "pattern": [
            {"regexp": loud, "file": 1, "line": 2, "column": 3, "severity": 4, "code": 5, "message": 6},
        ]},
        {"owner": "airvane-info", "severity": "notice", "pattern": [
            {"regexp": info, "file": 1, "line": 2, "column": 3, "code": 4, "message": 5},
        ]},
    ]})
}

fn vscode() -> Value {
    let regexp = format!("{PLACE}(error|warning|info){CODE}{MESSAGE}");
    json!({"version": "2.0.0", "tasks": [{
        "label": "airvane",
        "type": "shell",
        "command": "airvane check -v --format concise --color never .",
        "group": "build",
        "presentation": {"reveal": "silent"},
        "problemMatcher": {
            "owner": "airvane",
            "source": "airvane",
            "fileLocation": ["relative", "${workspaceFolder}"],
            "pattern": {
                "regexp": regexp,
                "file": 1, "line": 2, "column": 3, "severity": 4, "code": 5, "message": 6,
            },
        },
    }]})
}

#[test]
fn the_files_are_what_this_release_says_they_are() {
    for (name, value) in [("github.json", github()), ("vscode/tasks.json", vscode())] {
        let text = serde_json::to_string_pretty(&value).unwrap() + "\n";
        if std::env::var_os("AIRVANE_BLESS").is_some() {
            std::fs::create_dir_all(path(name).parent().unwrap()).unwrap();
            std::fs::write(path(name), &text).unwrap();
        }
        let found = std::fs::read_to_string(path(name)).unwrap_or_default();
        assert!(found == text, "{name}: AIRVANE_BLESS=1 writes it anew");
    }
}

/// The concise lines of the demo and of traps, and the place of each finding.
fn lines(colour: &str) -> Vec<(String, Value)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let args = [
        "check",
        "fixtures/demo",
        "fixtures/seeds/traps",
        "-v",
        "--format",
        "concise",
        "--format",
        "jsonl=/dev/stderr",
        "--color",
        colour,
    ];
    let ran = common::run(root, &args);
    let findings = ran.err.lines().filter(|line| line.starts_with('{'));
    let findings: Vec<Value> = findings
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let lines: Vec<String> = ran.out.lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), findings.len());
    assert!(lines.len() > 10);
    lines.into_iter().zip(findings).collect()
}

/// What the pattern takes from a line, by its names.
fn taken(pattern: &Value, line: &str) -> Option<Vec<String>> {
    let regexp = regex::Regex::new(pattern["regexp"].as_str().unwrap()).unwrap();
    let groups = regexp.captures(line)?;
    let names = ["file", "line", "column", "severity", "code", "message"];
    let group = |name: &str| {
        let number = usize::try_from(pattern[name].as_u64()?).unwrap();
        Some(groups[number].to_owned())
    };
    Some(
        names
            .iter()
            .map(|name| group(name).unwrap_or_default())
            .collect(),
    )
}

fn expected(finding: &Value, severity: &str) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    vec![
        text(&finding["path"]),
        finding["start"]["line"].to_string(),
        finding["start"]["column"].to_string(),
        severity.to_owned(),
        text(&finding["code"]),
        format!("{}: {}", text(&finding["name"]), text(&finding["message"])),
    ]
}

#[test]
fn github_takes_every_line_with_one_of_the_two_matchers() {
    let matchers = github();
    for colour in ["never", "always"] {
        for (line, finding) in lines(colour) {
            let taken: Vec<Option<Vec<String>>> = [0, 1]
                .map(|index| taken(&matchers["problemMatcher"][index]["pattern"][0], &line))
                .into();
            let severity = finding["severity"].as_str().unwrap();
            let wanted = if severity == "info" {
                [None, Some(expected(&finding, ""))]
            } else {
                [Some(expected(&finding, severity)), None]
            };
            assert!(taken == wanted, "{line}\n{taken:?}\n{wanted:?}");
        }
    }
}

#[test]
fn vs_code_takes_every_line() {
    let tasks = vscode();
    let pattern = &tasks["tasks"][0]["problemMatcher"]["pattern"];
    for (line, finding) in lines("never") {
        let severity = finding["severity"].as_str().unwrap();
        let taken = taken(pattern, &line);
        assert!(
            taken == Some(expected(&finding, severity)),
            "{line}\n{taken:?}"
        );
    }
}
