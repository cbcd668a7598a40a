//! Every rule has a page, a number of its own, and fixtures: whole little deployments in which it
//! speaks (`bad`) and in which nothing does (`good`).

#![allow(
    clippy::unwrap_used,
    clippy::use_debug,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use airvane::rules::ALL;

const HEADINGS: &[&str] = &[
    "## What it does",
    "## Why is this bad?",
    "## Example",
    "## Use instead",
    "## Versions",
    "## References",
];

/// Between "Use instead" and "Versions", where the rule offers fixes.
const FIX: &str = "## Fix";
const FIX_AT: usize = 4;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules")
}

/// What `airvane check` says of a fixture. A file `args` holds further arguments, one a line.
fn check(fixture: &Path, verbose: bool) -> common::Ran {
    let args = std::fs::read_to_string(fixture.join("args")).unwrap_or_default();
    let mut all = vec!["check", ".", "--format", "concise"];
    if verbose {
        all.push("-v");
    }
    all.extend(args.lines().filter(|line| !line.is_empty()));
    common::run(fixture, &all)
}

#[test]
fn codes_and_names_are_unique_and_sorted() {
    let codes: Vec<&str> = ALL.iter().map(|rule| rule.code).collect();
    let mut sorted = codes.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(codes, sorted);
    let names: BTreeSet<&str> = ALL.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), codes.len());
    for rule in ALL {
        let digits = rule.code.strip_prefix("AV").unwrap_or_default();
        assert!(digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()));
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(rule.name.chars().all(plain), "{}", rule.name);
        assert!(!rule.checks.is_empty(), "{}", rule.code);
    }
}

#[test]
fn every_page_has_its_headings_in_order() {
    for rule in ALL {
        let lines: Vec<&str> = rule
            .docs
            .lines()
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect();
        assert_eq!(lines.first(), Some(&format!("# {}", rule.name).as_str()));
        let headings: Vec<&str> = lines
            .iter()
            .copied()
            .filter(|line| line.starts_with("## "))
            .collect();
        let mut expected = HEADINGS.to_vec();
        if headings.contains(&FIX) {
            expected.insert(FIX_AT, FIX);
        }
        assert_eq!(headings, expected, "{}", rule.code);
        for heading in ["## Example", "## Use instead"] {
            let at = lines.iter().position(|line| *line == heading).unwrap();
            let section = lines[at + 1..]
                .iter()
                .take_while(|line| !line.starts_with("## "));
            let fences = section.filter(|line| line.starts_with("```")).count();
            assert!(fences >= 2, "{}: a fenced block below {heading}", rule.code);
        }
    }
}

#[test]
fn every_rule_has_fixtures_and_every_fixture_a_rule() {
    let expected: BTreeSet<String> = ALL
        .iter()
        .map(|rule| format!("{}-{}", rule.code, rule.name))
        .collect();
    let found: BTreeSet<String> = std::fs::read_dir(fixtures())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let missing: Vec<&String> = expected.difference(&found).collect();
    let strange: Vec<&String> = found.difference(&expected).collect();
    assert!(missing.is_empty(), "without fixtures: {missing:?}");
    assert!(strange.is_empty(), "without a rule: {strange:?}");
    for name in &expected {
        for half in ["bad", "good"] {
            assert!(fixtures().join(name).join(half).is_dir(), "{name}/{half}");
        }
    }
}

#[test]
fn a_rule_speaks_in_its_bad_fixture() {
    let mut silent = Vec::new();
    for rule in ALL {
        let fixture = fixtures()
            .join(format!("{}-{}", rule.code, rule.name))
            .join("bad");
        if !fixture.is_dir() {
            continue;
        }
        let ran = check(&fixture, true);
        assert!(ran.code < 2, "{}: {}", rule.code, ran.err);
        if !ran
            .out
            .contains(&format!("[{}] {}: ", rule.code, rule.name))
        {
            silent.push(rule.code);
        }
        insta::with_settings!({snapshot_path => "snapshots/rules", prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(format!("{}-{}", rule.code, rule.name), ran.out);
        });
    }
    assert!(
        silent.is_empty(),
        "silent in their bad fixtures: {silent:?}"
    );
}

#[test]
fn nothing_speaks_in_a_good_fixture() {
    let mut loud = String::new();
    for rule in ALL {
        let fixture = fixtures()
            .join(format!("{}-{}", rule.code, rule.name))
            .join("good");
        if !fixture.is_dir() {
            continue;
        }
        let ran = check(&fixture, false);
        if ran.code != 0 {
            loud.extend([rule.code, ":\n", &ran.out, &ran.err]);
        }
    }
    assert!(loud.is_empty(), "{loud}");
}
