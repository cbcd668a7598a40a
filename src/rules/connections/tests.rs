//! Which rule speaks of which value, where it points, and that it says nothing it must not.

use std::borrow::Cow;

use super::RULES;
use crate::airflow::connection::{Format, Reader, Reading, read, visible_spans};
use crate::airflow::{Runtime, Target, TargetSource, Version};
use crate::inputs::EntryKind;
use crate::report::{Finding, Findings, Severity};
use crate::rules::{Carrier, Check, EntryContext, Facts};
use crate::source::{FileId, Mask, Place, Span, Text};

fn target(airflow: Version, source: TargetSource) -> Target {
    let mut target = Target::chosen("3.3.2");
    target.airflow = airflow;
    target.python.minor = if airflow.major == 2 { 11 } else { 12 };
    target.source = source;
    target
}

fn readings(value: &Text, target: &Target, format: &Format) -> Vec<(Runtime, Reading)> {
    [Runtime::Server, Runtime::Task]
        .into_iter()
        .map(|runtime| {
            let reader = Reader {
                airflow: target.airflow,
                runtime,
                python: target.python,
            };
            (runtime, read(value, &reader, format))
        })
        .collect()
}

fn findings_of(text: &str, target: &Target, format: &Format) -> Vec<Finding> {
    let value = Text::verbatim(text, 0);
    let readings = readings(&value, target, format);
    let place = Place::new(FileId(0), Span::at(0));
    let facts = Facts::default();
    let context = EntryContext {
        target,
        carrier: Carrier::Env,
        kind: Some(EntryKind::Connection),
        id: Cow::Borrowed("db"),
        name: Cow::Borrowed("AIRFLOW_CONN_DB"),
        name_place: place,
        value: Some(&(&value).into()),
        value_place: Some(place),
        decoded_object: false,
        facts: &facts,
        naming: None,
        near_miss: false,
        coverage: None,
        backend: None,
        readings: &readings,
    };
    let mut findings = Findings::new();
    for rule in RULES {
        for check in rule.checks {
            if let Check::Entry(check) = check {
                check(&context, &mut findings);
            }
        }
    }
    findings.into_vec()
}

fn chosen(text: &str) -> Vec<Finding> {
    let target = target(Version::new(3, 3, 2), TargetSource::CommandLine);
    findings_of(text, &target, &Format::Airflow)
}

/// Code and the text that is pointed at.
fn only(text: &str) -> (String, String) {
    let list = chosen(text);
    assert_eq!(list.len(), 1, "{text}: {} findings", list.len());
    let span = list[0].place.span;
    (
        list[0].rule.code.to_owned(),
        text[span.start..span.end].to_owned(),
    )
}

#[test]
fn each_fault_belongs_to_one_rule_and_points_at_its_cause() {
    for (text, code, at) in [
        ("'mysql://u:p@h/db'", "AV401", "'"),
        ("\"mysql://u:p@h/db\"", "AV401", "\""),
        ("\u{feff}{\"conn_type\": \"x\"}", "AV401", "\u{feff}"),
        ("my sql://u:p@h", "AV401", " "),
        ("://h", "AV401", "://"),
        ("//u:p@h/db", "AV401", "//"),
        ("1mysql://h", "AV401", "1"),
        ("mysql:/u:p@h/db", "AV401", ":"),
        ("mysql:u:p@h/db", "AV401", ":"),
        ("host:5432", "AV401", ":"),
        ("host\t:5432", "AV401", ":"),
        ("{\"uri\": \"my$ql://h\"}", "AV401", "$"),
        ("just-text", "AV401", "just-text"),
        ("user:pass@host", "AV401", ":"),
        ("my$ql://h", "AV401", "$"),
        ("google_cloud_platform://?project=x", "AV402", "_"),
        ("spark_sql://h:1/", "AV402", "_"),
        (
            "aws://K:S@/?endpoint_url=http://localhost:4566",
            "AV403",
            "://",
        ),
        ("http://h/?a=http://a&b=http://b", "AV403", "://"),
        ("jdbc://h/db?url=http://o", "AV403", "://"),
        ("https://https://h", "AV403", "https://"),
        ("mysql://[name]/db", "AV403", "[name]"),
        ("mysql://[::1/db", "AV403", "["),
        ("mysql://u:p@h\u{2100}/db", "AV403", "\u{2100}"),
        ("mysql://h:port/db", "AV404", "port"),
        ("mysql://h:65536/db", "AV404", "65536"),
        ("mongo://u:p@h1:1,h2:2/db", "AV404", "1,h2:2"),
        ("http://h:abc/p?mail=a@b.c", "AV404", "abc"),
        ("mysql://user:pa/ss@host/db", "AV405", "/"),
        ("aws://AKIA:sec/ret@/?region_name=eu-west-1", "AV405", "/"),
        ("mysql://user:p?ss@host/db", "AV405", "?"),
        ("mysql://user:p#ss@host/db", "AV405", "#"),
        ("mysql://user:p[ss@host/db", "AV405", "["),
        ("mysql://user:p[s]s@host/db", "AV405", "[s]"),
        ("mysql://user:12/ss@host/db", "AV405", "/"),
        ("mysql://user:/ss@host/db", "AV405", "/"),
        ("mysql://us/er:pw@host/db", "AV405", "/"),
        ("aws://?__extra__=notjson", "AV414", "notjson"),
        ("{\"extra\": \"[1]\"}", "AV414", "[1]"),
        ("{\"extra\": [1]}", "AV414", "[1]"),
        ("{\"username\": \"u\"}", "AV421", "\"username\""),
        ("{\"conn_id\": \"db\", \"x\": 1}", "AV422", "\"conn_id\""),
        ("{\"password\": 5}", "AV423", "5"),
        ("{\"host\": [\"h\"]}", "AV423", "[\"h\"]"),
        ("{\"port\": \"abc\"}", "AV423", "\"abc\""),
        ("{\"port\": [1]}", "AV423", "[1]"),
        ("{\"conn_type\": 5}", "AV423", "5"),
        ("[{\"conn_type\": \"x\"}]", "AV438", "["),
        ("\"{\\\"conn_type\\\": \\\"x\\\"}\"", "AV438", "\""),
        ("5", "AV438", "5"),
        ("null", "AV438", "null"),
        ("{'conn_type': 'x'}", "AV438", "'"),
        ("{\"conn_type\": \"x\",}", "AV438", "}"),
    ] {
        let (found_code, found_at) = only(text);
        assert_eq!(
            (found_code.as_str(), found_at.as_str()),
            (code, at),
            "{text}"
        );
    }
}

#[test]
fn what_looks_odd_and_is_right_is_left_alone() {
    for text in [
        "mysql://u:p@h:3306/db",
        "mysql://u:p@ss@h/db",
        "mysql://u:p:q@h/db",
        "aws://KEY:SECRET@?region_name=eu-west-1",
        "aws://KEY:SEC%2FRET+x@/?region_name=eu-west-1",
        "aws://",
        "aws:///?endpoint_url=http://x",
        "aws://?endpoint_url=http://x",
        "fs:///tmp?url=http://x",
        "spark-connect://h",
        "http://https://h:80/p",
        "https://h/p@2x",
        "http://registry:5000/@scope/name",
        "http://h:8080/users/me@example.com",
        "https://h:443/?mail=a@b.c",
        "mysql://h:3306/db?user=a@b",
        "mysql://h/db?a=b#c",
        "mysql://u:p@h?x=1/2#3",
        "postgres://h1,h2/db",
        "mysql://[::1]:3306/db",
        "sqlite:////tmp/x.db",
        "sqlite:/tmp/x.db",
        "sqlite://%2Ftmp%2Fx",
        "smtp://u%40example.com:p@relay.example.com:587",
        "cornflow://u:p@h",
        " mysql://h \n",
        "{\"conn_type\": \"aws\", \"extra\": {\"a\": 1}}",
        "{\"conn_type\": \"aws\", \"port\": \" 5_432 \", \"description\": 5}",
        "{\"uri\": \"mysql://u:p@h/db\"}",
        "{}",
        "${DATABASE_URL}",
        "{{ var.value.x }}",
        "mysql://${USER}:${PASS}@h:${PORT}/db",
        "",
        "  ",
    ] {
        let found: Vec<_> = chosen(text).iter().map(|f| f.rule.code).collect();
        assert!(found.is_empty(), "{text}: {found:?}");
    }
}

#[test]
fn a_nested_uri_points_into_the_string() {
    let text = r#"{"uri": "mysql://u:p\u0040h:abc/db"}"#;
    assert_eq!(only(text), ("AV404".to_owned(), "abc".to_owned()));
}

#[test]
fn an_opening_template_mark_alone_is_a_character() {
    let text = "mysql://u:p{%2Fw@h:65536/db";
    assert_eq!(only(text), ("AV404".to_owned(), "65536".to_owned()));
}

#[test]
fn what_other_programs_call_a_field_is_translated() {
    let help = |text: &str| chosen(text)[0].help.clone().unwrap_or_default();
    assert_eq!(help("{\"dbname\": \"d\"}"), "write `schema`");
    assert_eq!(help("{\"hostname\": \"h\"}"), "write `host`");
}

#[test]
fn an_exception_that_depends_on_the_caller_is_not_named() {
    let target = target(Version::new(2, 11, 2), TargetSource::CommandLine);
    let list = findings_of("{\"conn_id\": \"x\"}", &target, &Format::Airflow);
    assert!(!list[0].message.contains("KeyError"), "{}", list[0].message);
}

#[test]
fn the_runtime_is_named_where_only_one_fails() {
    let message = |text: &str| chosen(text)[0].message.clone();
    assert!(message("aws://?__extra__=x").ends_with("on the server"));
    assert!(message("{\"team_name\": \"t\"}").ends_with("in tasks"));
    assert!(message("mysql://h:x").ends_with("not defined"));
}

#[test]
fn a_guessed_target_steps_down_where_a_release_reads_the_value() {
    let guess = target(Version::new(3, 3, 2), TargetSource::Default);
    let first = |text: &str| {
        let list = findings_of(text, &guess, &Format::Airflow);
        (list[0].severity, list[0].message.clone())
    };
    assert_eq!(first("mysql://h:x").0, Severity::Error);
    assert_eq!(first("{\"username\": \"u\"}").0, Severity::Error);
    assert_eq!(first("'mysql://h'").0, Severity::Error);
    let (severity, message) = first("aws://?__extra__=x");
    assert_eq!(severity, Severity::Warning);
    assert!(message.ends_with("(from Airflow 3.0.0 on)"), "{message}");
    let (severity, message) = first("http://h/?a=http://a&b=http://b");
    assert_eq!(severity, Severity::Warning);
    assert!(message.ends_with("(from Airflow 2.6.3 on)"), "{message}");
}

#[test]
fn secrets_manager_takes_aliases_and_drops_the_rest() {
    let target = target(Version::new(3, 3, 2), TargetSource::CommandLine);
    let format = Format::SecretsManager {
        extra_conn_words: Vec::new(),
    };
    let codes = |text: &str| {
        let list = findings_of(text, &target, &format);
        list.iter().map(|f| f.rule.code).collect::<Vec<_>>()
    };
    let rds =
        r#"{"engine": "postgres", "username": "u", "password": "p", "host": "h", "dbname": "d"}"#;
    assert!(codes(rds).is_empty());
    assert_eq!(codes(r#"{"uri": "mysql://h"}"#), ["AV421"]);
    assert_eq!(
        codes(r#"{"conn_id": "x", "conn_type": "mysql"}"#),
        ["AV422"]
    );
    assert!(codes(r#"{"conn_type": "mysql", "conn_id": "x"}"#).is_empty());
    assert_eq!(codes(r#"{"user": "u", "password": 5}"#), ["AV423"]);
    assert_eq!(codes("mysql://h:x"), ["AV404"]);
}

#[test]
fn keys_are_named_only_where_shipped_data_knows_them() {
    let message = |text: &str| chosen(text)[0].message.clone();
    assert!(message("{\"username\": 1}").contains("`username`"));
    assert!(message("{\"passwrd\": 1}").contains("`passwrd`"));
    assert!(message("{\"Host\": 1}").contains("`Host`"));
    assert!(message("{\"hunter2secret\": 1}").starts_with("an unknown key of 13 characters"));
    assert!(
        message("{\"abc\": 1, \"d\": 2}")
            .starts_with("an unknown key of 3 characters and one more")
    );
}

/// What a masked line shows of a value.
fn masked(text: &str) -> String {
    let target = target(Version::new(3, 3, 2), TargetSource::CommandLine);
    let value = Text::verbatim(text, 0);
    let readings = readings(&value, &target, &Format::Airflow);
    let mut mask = Mask::new();
    mask.show_all(visible_spans(&value, &readings[0].1));
    mask.seal();
    mask.apply(text, 0)
}

#[test]
fn a_snippet_shows_delimiters_and_nothing_else() {
    for (text, shown) in [
        ("mysql://us:pw@h.x:33/db?a=b", "mysql://**:**@***:**/**?*=*"),
        ("mysql://us:p/w@h.x:33/db", "mysql://****************"),
        ("my_sql://us:pw@h", "******://*******"),
        ("google_cloud_platform://h", "google_cloud_platform://*"),
        ("'mysql://us:pw@h'", "******************"),
        ("hunter2", "*******"),
        ("http://h:80/a@b", "http://********"),
        (
            r#"{"login": "us", "zz": [1, "x"], "port": 5}"#,
            r#"{"login": "**", "**": [***"*"], "port": *}"#,
        ),
        ("{\"login\": \"us\"", "**************"),
    ] {
        let got = masked(text);
        if text.starts_with('\'') {
            assert!(!got.contains("us") && !got.contains("pw"), "{got}");
        } else {
            assert_eq!(got, shown, "{text}");
        }
    }
}
