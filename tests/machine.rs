//! The machine formats over everything that the fixtures hold: the shape, the order, and that each
//! place is where it says.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

fn report(format: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let args = ["check", "fixtures", "--format", format];
    let ran = common::run(root, &args);
    assert_eq!(ran.code, 1, "{}", ran.err);
    ran.out
}

fn validator() -> jsonschema::Validator {
    let schema = include_str!("../schemas/output.schema.json");
    jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap()
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

#[test]
fn what_is_found_in_the_fixtures_has_the_shape_of_the_schema() {
    let json: Value = serde_json::from_str(&report("json")).unwrap();
    let errors: Vec<String> = validator()
        .iter_errors(&json)
        .map(|error| error.instance_path().to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    let findings = json["diagnostics"].as_array().unwrap();
    assert!(findings.len() > 100);
    let lines: Vec<Value> = report("jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(lines == *findings, "jsonl holds the findings of json");
    let count = |level: &str| {
        findings
            .iter()
            .filter(|one| one["severity"] == level)
            .count()
    };
    for (level, counted) in [
        ("error", "errors"),
        ("warning", "warnings"),
        ("info", "infos"),
    ] {
        assert_eq!(number(&json["summary"][counted]), count(level));
    }
    let key = |finding: &Value| {
        let path = finding["path"].as_str().unwrap().to_owned();
        let code = finding["code"].as_str().unwrap().to_owned();
        (path, number(&finding["start"]["offset"]), code)
    };
    assert!(
        findings.is_sorted_by_key(key),
        "sorted by path, start, code"
    );
    let mut seen = BTreeMap::new();
    for finding in findings {
        let fingerprint = finding["fingerprint"].as_str().unwrap();
        let one = (finding["path"].clone(), finding["code"].clone());
        let before = seen.insert(fingerprint.to_owned(), one.clone());
        assert!(before.is_none(), "one fingerprint for two: {one:?}");
    }
}

#[test]
fn lines_columns_and_offsets_mean_the_same_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let json: Value = serde_json::from_str(&report("json")).unwrap();
    for finding in json["diagnostics"].as_array().unwrap() {
        let path = finding["path"].as_str().unwrap();
        let bytes = std::fs::read(root.join(path)).unwrap();
        let (start, end) = (&finding["start"], &finding["end"]);
        assert!(number(&start["offset"]) <= number(&end["offset"]), "{path}");
        for place in [start, end] {
            let before = &bytes[..number(&place["offset"])];
            let line_start = before.iter().rposition(|&byte| byte == b'\n');
            let line_start = line_start.map_or(0, |at| at + 1);
            let line = before.split(|&byte| byte == b'\n').count();
            assert_eq!(number(&place["line"]), line, "{path} {}", finding["code"]);
            let Ok(text) = std::str::from_utf8(&before[line_start..]) else {
                continue;
            };
            let column = 1 + text.chars().count();
            assert_eq!(
                number(&place["column"]),
                column,
                "{path} {}",
                finding["code"]
            );
        }
    }
}
