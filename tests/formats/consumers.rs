//! The formats of other programs: their shape, and what they demand beyond it.

use airvane::render::{Format, Style};
use airvane::report::{Checkout, Findings, Severity};
use airvane::source::{FileId, Place, Span};
use serde_json::Value;

use super::{MIXED, NOT_JSON, NOTE, rendered, report, report_of, written};

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn validate(schema: &str, value: &Value) {
    let validator = jsonschema::validator_for(&parsed(schema)).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}

/// One error, one warning and one info in one file.
fn three() -> Findings {
    let mut findings = Findings::new();
    for (at, rule) in [&NOT_JSON, &MIXED, &NOTE].into_iter().enumerate() {
        let place = Place::new(FileId(0), Span::new(at, at + 1));
        findings.report(rule, place, "x", "wrong");
    }
    findings
}

#[test]
fn gitlab() {
    let text = rendered(Format::Gitlab, Style::default());
    validate(
        include_str!("../consumers/gitlab.schema.json"),
        &parsed(&text),
    );
    insta::assert_snapshot!(text);
}

#[test]
fn rdjson() {
    let text = rendered(Format::Rdjson, Style::default());
    validate(
        include_str!("../consumers/rdjson.schema.json"),
        &parsed(&text),
    );
    insta::assert_snapshot!(text);
}

#[test]
fn checkstyle() {
    insta::assert_snapshot!(rendered(Format::Checkstyle, Style::default()));
}

#[test]
fn junit() {
    insta::assert_snapshot!(rendered(Format::Junit, Style::default()));
}

/// Of the rules one is shown: the pages are in docs/rules.
#[test]
fn sarif() {
    let mut log = parsed(&rendered(Format::Sarif, Style::default()));
    let rules = &mut log["runs"][0]["tool"]["driver"]["rules"];
    let all = rules.as_array().unwrap();
    assert_eq!(all.len(), airvane::rules::ALL.len());
    *rules = all
        .iter()
        .filter(|rule| rule["id"] == "AV503")
        .cloned()
        .collect();
    insta::assert_snapshot!(serde_json::to_string_pretty(&log).unwrap());
}

#[test]
fn rules_of_sarif_are_what_code_scanning_takes() {
    let log = parsed(&rendered(Format::Sarif, Style::default()));
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for (rule, shipped) in rules.iter().zip(airvane::rules::ALL) {
        assert_eq!(rule["id"], shipped.code);
        for text in ["shortDescription", "fullDescription"] {
            let length = rule[text]["text"].as_str().unwrap().chars().count();
            assert!((1..=1024).contains(&length), "{} {text}", shipped.code);
        }
        assert_eq!(rule["help"]["markdown"], shipped.page());
        let tags = rule["properties"]["tags"].as_array().unwrap();
        let is_leak = tags.iter().any(|tag| tag == "security");
        assert_eq!(is_leak, shipped.is_about_leaks());
        assert_eq!(is_leak, rule["properties"]["security-severity"].is_string());
    }
    let about_leaks = airvane::rules::ALL
        .iter()
        .filter(|rule| rule.is_about_leaks());
    assert_eq!(about_leaks.count(), 3);
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
}

#[test]
fn fingerprints_are_those_of_the_baseline() {
    let json = parsed(&rendered(Format::Json, Style::default()));
    let sarif = parsed(&rendered(Format::Sarif, Style::default()));
    let gitlab = parsed(&rendered(Format::Gitlab, Style::default()));
    for (index, finding) in json["diagnostics"].as_array().unwrap().iter().enumerate() {
        let fingerprint = finding["fingerprint"].as_str().unwrap();
        let prints = &sarif["runs"][0]["results"][index]["partialFingerprints"];
        assert_eq!(prints["airvane/v1"], fingerprint);
        assert_eq!(
            prints["primaryLocationLineHash"],
            format!("{fingerprint}:1")
        );
        // The first is the failure.
        assert_eq!(gitlab[index + 1]["fingerprint"], fingerprint);
    }
}

#[test]
fn what_does_not_fail_the_run_fails_no_test_case() {
    let text = "abc";
    for (fail_on, failures) in [
        (Some(Severity::Error), 1),
        (Some(Severity::Warning), 2),
        (Some(Severity::Info), 3),
        (None, 0),
    ] {
        let style = Style {
            fail_on,
            ..Style::default()
        };
        let junit = written(Format::Junit, &report_of(text, three()), style);
        assert_eq!(junit.matches("<failure ").count(), failures);
        assert_eq!(junit.matches("<skipped ").count(), 3 - failures);
        let totals = format!("tests=\"3\" failures=\"{failures}\" errors=\"0\"");
        assert_eq!(junit.matches(&totals).count(), 2, "{junit}");
    }
}

#[test]
fn nothing_found_is_a_report_too() {
    let report = report_of("", Findings::new());
    let said = |format| written(format, &report, Style::default());
    assert_eq!(said(Format::Gitlab), "[]\n");
    assert_eq!(said(Format::Github), "");
    insta::assert_snapshot!("no_junit", said(Format::Junit));
    insta::assert_snapshot!("no_checkstyle", said(Format::Checkstyle));
    insta::assert_snapshot!("no_rdjson", said(Format::Rdjson));
    let log = parsed(&said(Format::Sarif));
    assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
    assert_eq!(
        log["runs"][0]["invocations"][0]["executionSuccessful"],
        true
    );
}

#[test]
fn services_get_paths_from_the_root_of_the_repository_on() {
    let mut report = report();
    let (root, here) = ("/src/repo", "/src/repo/de ploy");
    report.checkout = Checkout::new(root.as_ref(), here.as_ref());
    let said = |format| written(format, &report, Style::default());
    assert!(said(Format::Gitlab).contains("\"path\": \"de ploy/conf/airflow.cfg\""));
    assert!(said(Format::Github).contains("file=de ploy/conf/airflow.cfg,"));
    let sarif = said(Format::Sarif);
    assert!(sarif.contains("\"uri\": \"de%20ploy/conf/airflow.cfg\""));
    assert!(sarif.contains("\"uri\": \"de%20ploy/long%2Cline%3A.env\""));
    // Reviewdog knows where it stands.
    assert!(said(Format::Rdjson).contains("\"path\": \"conf/airflow.cfg\""));
}
