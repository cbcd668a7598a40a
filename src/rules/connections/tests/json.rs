//! The rules about objects: keys, types, what is empty and what is no connection.

use super::{chosen, findings_of, speaks, target};
use crate::airflow::connection::Format;
use crate::airflow::{TargetSource, Version};
use crate::report::Severity;

#[test]
fn each_doubt_about_an_object_belongs_to_one_rule() {
    for (text, code, at) in [
        ("{}", "AV424", "{}"),
        ("{\"conn_type\": \"\", \"host\": \"h\"}", "AV424", "\"\""),
        ("{\"conn_type\": null}", "AV424", "null"),
        ("{\"uri\": \"a://h\", \"host\": \"h\"}", "AV426", "\"uri\""),
        (
            "{\"uri\": \"a://h\", \"description\": \"d\"}",
            "AV426",
            "\"uri\"",
        ),
        (
            "{\"conn_type\": \"aws\", \"uri\": \"\"}",
            "AV426",
            "\"uri\"",
        ),
        (
            "{\"conn_type\": \"a\", \"password\": \"p%40w\"}",
            "AV428",
            "%40",
        ),
        (
            "{\"conn_type\": \"a\", \"host\": \"x\\u002540\"}",
            "AV428",
            "\\u002540",
        ),
        ("  \t", "AV436", "  \t"),
        (
            "{\"AccessKeyId\": \"A\", \"SecretAccessKey\": \"s\"}",
            "AV437",
            "\"AccessKeyId\"",
        ),
        (
            "{\"conn_type\": \"a\", \"login\": \"x\\ud800\"}",
            "AV423",
            "\"x\\ud800\"",
        ),
        (
            "{\"conn_type\": \"a\", \"extra\": {\"k\": \"\\ud800\"}}",
            "AV423",
            "{\"k\": \"\\ud800\"}",
        ),
        (
            "{\"conn_type\": \"a\", \"host\": \"None\"}",
            "AV423",
            "\"None\"",
        ),
        (
            "{\"conn_type\": \"a\", \"port\": 5432.9}",
            "AV423",
            "5432.9",
        ),
        ("{\"conn_type\": \"a\", \"port\": 99999}", "AV423", "99999"),
        ("{\"conn_type\": \"a\", \"port\": -1}", "AV423", "-1"),
        ("{\"conn_type\": \"a\", \"port\": true}", "AV423", "true"),
    ] {
        speaks(text, code, at);
    }
}

#[test]
fn odd_objects_that_are_read_as_written_are_left_alone() {
    for text in [
        "{\"conn_type\": \"aws\", \"port\": \"0\"}",
        "{\"conn_type\": \"aws\", \"port\": 0}",
        "{\"conn_type\": \"aws\", \"port\": 5432.0}",
        "{\"conn_type\": \"aws\", \"uri\": null, \"extra\": []}",
        "{\"conn_type\": \"aws\", \"password\": \"a%b%4\", \"description\": \"%40\"}",
    ] {
        let found: Vec<_> = chosen(text).iter().map(|f| f.rule.code).collect();
        assert!(found.is_empty(), "{text}: {found:?}");
    }
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
    assert_eq!(codes(rds), ["AV437"]);
    assert!(codes(&rds.replace("dbname", "database")).is_empty());
    assert!(codes(&rds.replace("dbname", "description")).is_empty());
    assert_eq!(codes(r#"{"uri": "mysql://h"}"#), ["AV421"]);
    assert_eq!(
        codes(r#"{"conn_id": "x", "conn_type": "mysql"}"#),
        ["AV422"]
    );
    assert!(codes(r#"{"conn_type": "mysql", "conn_id": "db"}"#).is_empty());
    assert_eq!(
        codes(r#"{"conn_type": "mysql", "conn_id": "x"}"#),
        ["AV422"]
    );
    assert!(codes(r#"{"conn_id": "mysql", "conn_type": "mysql"}"#).is_empty());
    assert!(codes(r#"{"conn_id": "mysql", "host": "h"}"#).is_empty());
    assert_eq!(codes(r#"{"conn_id": "db", "host": "h"}"#), ["AV422"]);
    assert_eq!(codes(r#"{"user": "u", "password": 5}"#), ["AV423"]);
    for (more, found) in [
        (r#""user": "a", "login": "b""#, &["AV421"][..]),
        (r#""user": null, "login": "b""#, &["AV421"]),
        (r#""user": "a", "login": "a""#, &[]),
        (r#""user": "a", "login": null"#, &[]),
        (r#""port": 5432, "login": "a""#, &[]),
        (r#""engine": "aurora-mysql""#, &[]),
        (r#""description": "a", "is_encrypted": "True""#, &[]),
        (r#""warehouse": "a""#, &["AV421"]),
        (r#""warehouse": null"#, &[]),
        (r#""extra__aws__region": "a""#, &["AV421"]),
        (r#""schema": "a", "dbname": "a""#, &[]),
        (r#""schema": "a", "dbname": "b""#, &["AV421"]),
        (r#""uri": "mysql://h""#, &["AV426"]),
        (
            r#""uri": "mysql://h", "hostname": "h""#,
            &["AV421", "AV426"],
        ),
        (r#""pass": "p%23w""#, &["AV428"]),
    ] {
        let text = format!(r#"{{"conn_type": "mysql", {more}}}"#);
        assert_eq!(codes(&text), found, "{text}");
    }
    assert_eq!(codes(r#"{"password": "p"}"#), ["AV424"]);
    assert_eq!(
        codes(r#"{"engine": "aurora-mysql", "conn_type": "mysql"}"#),
        ["AV421"]
    );
    let keys = r#"{"AccessKeyId": "a", "SecretAccessKey": "s"}"#;
    assert_eq!(codes(keys), ["AV437"]);
    assert_eq!(codes("mysql://h:x"), ["AV404"]);
}

#[test]
fn severities_follow_the_release() {
    let at = |airflow: (u32, u32, u32), text: &str| {
        let (major, minor, patch) = airflow;
        let target = target(Version::new(major, minor, patch), TargetSource::CommandLine);
        let list = findings_of(text, &target, &Format::Airflow);
        list.iter()
            .map(|finding| (finding.rule.code, finding.severity))
            .collect::<Vec<_>>()
    };
    let warning = Severity::Warning;
    let error = Severity::Error;
    assert_eq!(at((3, 1, 2), "{\"host\": \"h\"}"), [("AV424", error)]);
    assert_eq!(at((3, 1, 5), "{\"host\": \"h\"}"), [("AV424", warning)]);
    assert_eq!(at((2, 2, 5), "{\"host\": \"h\"}"), [("AV425", error)]);
    let text = "{\"conn_type\": \"a\", \"extra\": \"x=1\"}";
    assert_eq!(at((3, 3, 2), text), [("AV414", error)]);
    assert_eq!(at((2, 11, 2), text), [("AV414", warning)]);
    let text = "{\"conn_type\": \"a\", \"host\": 5}";
    assert_eq!(at((2, 11, 2), text), [("AV423", error)]);
    assert_eq!(at((2, 6, 3), text), []);
    let text = "{\"conn_type\": \"a\", \"password\": 0}";
    assert_eq!(at((2, 11, 2), text), [("AV423", warning)]);
    assert_eq!(at((2, 2, 5), " "), [("AV401", error)]);
}

#[test]
fn whatever_airflow_rejects_is_an_error() {
    let digits = "7".repeat(4301);
    for (text, code) in [
        (
            format!("{{\"conn_type\": \"a\", \"extra\": {{\"n\": {digits}}}}}"),
            "AV438",
        ),
        (
            format!("{{\"conn_type\": \"a\", \"extra\": \"{{\\\"n\\\": {digits}}}\"}}"),
            "AV414",
        ),
        (format!("a://h?__extra__=%7B%22n%22%3A{digits}%7D"), "AV414"),
        (format!("{{\"a\": {}", "[".repeat(2000)), "AV438"),
        (format!("{{\"port\": \"{digits}\"}}"), "AV423"),
    ] {
        let list = chosen(&text);
        let found: Vec<_> = list.iter().map(|f| (f.rule.code, f.severity)).collect();
        assert_eq!(found, [(code, Severity::Error)]);
    }
}
