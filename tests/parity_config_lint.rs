//! Side by side with `airflow config lint`: what it says of a set of old configurations airvane says too, with a
//! position; what airvane says beyond it is listed in a snapshot.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::Value;

/// A configuration and what each release's lint says of it: section, option, kind of change.
#[derive(Deserialize)]
struct Configuration {
    name: String,
    file: String,
    text: String,
    lint: BTreeMap<String, Vec<(String, String, String)>>,
}

#[derive(Deserialize)]
struct Golden {
    configurations: Vec<Configuration>,
}

/// The options of a configuration, by line.
fn lines(configuration: &Configuration) -> BTreeMap<usize, (String, String)> {
    let mut section = String::new();
    let mut lines = BTreeMap::new();
    for (index, line) in configuration.text.lines().enumerate() {
        if let Some(header) = line.strip_prefix('[') {
            header.trim_end_matches(']').clone_into(&mut section);
        } else if let Some(rest) = line.strip_prefix("AIRFLOW__") {
            let (section, rest) = rest.split_once("__").unwrap();
            let (option, _) = rest.split_once('=').unwrap();
            lines.insert(index + 1, (section.to_lowercase(), option.to_lowercase()));
        } else if let Some((option, _)) = line.split_once('=') {
            lines.insert(index + 1, (section.clone(), option.trim().to_owned()));
        }
    }
    lines
}

/// The findings of airvane on a configuration: code, section and option. The lint of 2.11 speaks of what 3.0 changed,
/// so it stands beside an upgrade.
fn findings(configuration: &Configuration, airflow: &str) -> BTreeSet<(String, String, String)> {
    let directory = tempfile::tempdir().unwrap();
    common::write(
        directory.path(),
        &[(&configuration.file, &configuration.text)],
    );
    let mut arguments = vec![
        "check",
        ".",
        "--format",
        "json",
        "--select",
        "AV6",
        "--airflow",
        airflow,
    ];
    if airflow.starts_with("2.") {
        arguments.extend(["--airflow", "3.3.2"]);
    }
    let ran = common::run(directory.path(), &arguments);
    assert!(ran.code < 2, "{}: {}", configuration.name, ran.err);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let lines = lines(configuration);
    let diagnostics = report["diagnostics"].as_array().unwrap();
    let found = diagnostics.iter().map(|diagnostic| {
        let line = diagnostic["start"]["line"].as_u64().unwrap();
        let line = usize::try_from(line).unwrap();
        let Some((section, option)) = lines.get(&line) else {
            panic!("{}: a finding on line {line}", configuration.name);
        };
        let code = diagnostic["code"].as_str().unwrap().to_owned();
        (code, section.clone(), option.clone())
    });
    found.collect()
}

/// The rules that say what the lint says. Some options that the table of 2.11 calls removed later releases call
/// renamed, and the new name of some renamed ones is gone too.
fn codes(kind: &str) -> &'static [&'static str] {
    match kind {
        "renamed" | "removed" => &["AV602", "AV603"],
        "default_change" => &["AV605"],
        "invalid_if" => &["AV606"],
        _ => panic!("a kind of change: {kind}"),
    }
}

fn golden() -> Golden {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fixtures/parity/config-lint.json"
    );
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn what_the_lint_of_airflow_reports_airvane_reports_at_its_place() {
    let mut missing = String::new();
    let mut beyond = String::new();
    let mut both = 0;
    for configuration in &golden().configurations {
        let written: BTreeSet<(String, String)> = lines(configuration).into_values().collect();
        for (airflow, reported) in &configuration.lint {
            let found = findings(configuration, airflow);
            // Of a default that is built in there is nothing to point at.
            let reported = reported.iter().filter(|(section, option, _)| {
                written.contains(&(section.clone(), option.clone()))
            });
            let mut named = BTreeSet::new();
            for (section, option, kind) in reported {
                named.insert((section.as_str(), option.as_str()));
                let is_found = found.iter().any(|(code, other, name)| {
                    other == section && name == option && codes(kind).contains(&code.as_str())
                });
                if is_found {
                    both += 1;
                } else {
                    writeln!(
                        missing,
                        "{} {airflow}: {section}.{option}",
                        configuration.name
                    )
                    .unwrap();
                }
            }
            for (code, section, option) in &found {
                if !named.contains(&(section.as_str(), option.as_str())) {
                    writeln!(
                        beyond,
                        "{} {airflow}: {code} {section}.{option}",
                        configuration.name
                    )
                    .unwrap();
                }
            }
        }
    }
    assert!(missing.is_empty(), "not reported:\n{missing}");
    insta::assert_snapshot!(
        "config-lint-beyond",
        format!("{both} reported by both; airvane alone:\n{beyond}")
    );
}

#[test]
fn every_change_that_the_newest_lint_knows_is_in_a_configuration() {
    let golden = golden();
    let texts: Vec<BTreeSet<(String, String)>> = golden
        .configurations
        .iter()
        .map(|configuration| lines(configuration).into_values().collect())
        .collect();
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/schemas/data/config_changes.json"
    );
    let table: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut known = 0;
    for change in table["changes"].as_array().unwrap() {
        let ranges = change["listed_in"].as_array().unwrap();
        if ranges.iter().all(|range| range[1] != "3.3.2") {
            continue;
        }
        known += 1;
        let word = |key: &str| change[key].as_str().unwrap().to_owned();
        let name = (word("section"), word("option"));
        assert!(texts.iter().any(|text| text.contains(&name)), "{name:?}");
    }
    assert_eq!(known, 161);
}
