//! Every page's example does what the page says: it is written to files and checked.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::path::Path;

use airvane::rules::{ALL, Rule};

/// Rules whose example cannot be written down as text.
const BYTES: &[&str] = &["AV001"];

/// The fenced blocks below `heading`: language and text.
fn blocks(rule: &Rule, heading: &str) -> Vec<(String, String)> {
    let lines = rule.docs.lines();
    let lines = lines.map(|line| line.strip_prefix(' ').unwrap_or(line));
    let section = lines
        .skip_while(|line| *line != heading)
        .skip(1)
        .take_while(|line| !line.starts_with("## "));
    let mut blocks: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in section {
        if let Some(language) = line.strip_prefix("```") {
            inside = !inside;
            if inside {
                blocks.push((language.to_owned(), String::new()));
            }
        } else if inside && let Some((_, text)) = blocks.last_mut() {
            text.extend([line, "\n"]);
        }
    }
    blocks
}

/// The rules that speak about the blocks, for the target of the rule's `bad` fixture, in a
/// repository that ignores nothing.
fn speaking(rule: &Rule, blocks: &[(String, String)]) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join(".git")).unwrap();
    for (language, text) in blocks {
        let name = match language.as_str() {
            "ini" => "airflow.cfg",
            "dotenv" => ".env",
            "json" => "dump.json",
            "dockerfile" => "Dockerfile",
            "requirements" => "requirements.txt",
            _ => panic!("{}: a block of language `{language}`", rule.code),
        };
        common::write(directory.path(), &[(name, text)]);
    }
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/rules")
        .join(format!("{}-{}", rule.code, rule.name));
    let args = std::fs::read_to_string(fixture.join("bad/args")).unwrap_or_default();
    for line in args.lines() {
        // A file that an argument names, such as the one of `--aws-config`.
        if let Ok(text) = std::fs::read_to_string(fixture.join("bad").join(line)) {
            common::write(directory.path(), &[(line, &text)]);
        }
    }
    let mut all = vec!["check", ".", "--format", "jsonl"];
    all.extend(args.lines().filter(|line| !line.is_empty()));
    let ran = common::run(directory.path(), &all);
    assert!(ran.code < 2, "{}: {}", rule.code, ran.err);
    ran.out
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|finding| format!("{} {}", finding["severity"], finding["code"]).replace('"', ""))
        .collect()
}

#[test]
fn the_example_of_every_page_is_a_finding_and_its_correction_is_none() {
    let mut wrong = Vec::new();
    for rule in ALL.iter().filter(|rule| !BYTES.contains(&rule.code)) {
        let found = speaking(rule, &blocks(rule, "## Example"));
        if !found.iter().any(|found| found.ends_with(rule.code)) {
            wrong.push(format!("{}: silent, but {found:?}", rule.code));
        }
        let found = speaking(rule, &blocks(rule, "## Use instead"));
        let loud = |found: &String| found.ends_with(rule.code) || !found.starts_with("info ");
        if found.iter().any(loud) {
            wrong.push(format!("{}: the correction gives {found:?}", rule.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
