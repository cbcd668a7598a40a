//! `airvane list`, from the command line to the last byte.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use common::run;
use insta::assert_snapshot;
use serde_json::Value;

const FIXTURE: &str = "fixtures/list";

fn list(arguments: &[&str]) -> (i32, String, String) {
    let mut line = vec!["list"];
    line.extend(arguments);
    let ran = run(Path::new(env!("CARGO_MANIFEST_DIR")), &line);
    (ran.code, ran.out, ran.err)
}

#[test]
fn the_table_is_masked_and_fits_80_columns() {
    let (code, out, err) = list(&[FIXTURE, "--airflow", "3.3.2", "--runtime", "server"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    assert_snapshot!("list_table", out);
}

#[test]
fn json_lines_are_masked() {
    let (code, out, _) = list(&[FIXTURE, "--airflow", "3.3.2", "--format", "jsonl"]);
    assert_eq!(code, 0);
    assert_snapshot!("list_jsonl", out);
}

#[test]
fn revealed_values_are_exact() {
    let arguments = [
        FIXTURE,
        "--airflow",
        "2.11.2",
        "--format",
        "jsonl",
        "--reveal",
    ];
    let (code, out, _) = list(&arguments);
    assert_eq!(code, 0);
    assert_snapshot!("list_jsonl_revealed", out);
}

#[test]
fn the_array_holds_what_the_lines_hold() {
    let (_, lines, _) = list(&[FIXTURE, "--format", "jsonl"]);
    let (_, array, _) = list(&[FIXTURE, "--format", "json"]);
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let array: Vec<Value> = serde_json::from_str(&array).unwrap();
    assert_eq!(lines, array);
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("airflow.cfg");
    fs::write(&empty, "[core]\n").unwrap();
    let (code, out, _) = list(&[empty.to_str().unwrap(), "--format", "json"]);
    assert_eq!((code, out.as_str()), (0, "[]\n"));
}

#[test]
fn nothing_to_list_is_a_failure_unless_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let (code, out, err) = list(&[path]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("nothing to list"), "{err}");
    assert_eq!(list(&[path, "--allow-empty"]).0, 0);
}

#[test]
fn a_file_that_cannot_be_read_to_its_end_is_said_and_the_rest_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dump.json");
    fs::write(
        &path,
        "{\"Parameters\": [{\"Name\": \"/airflow/variables/a\", \"Value\": \"1\"}, {\"Name\": ",
    )
    .unwrap();
    let missing = folder.path().join("none.json");
    let (code, out, err) = list(&[
        path.to_str().unwrap(),
        missing.to_str().unwrap(),
        "--format",
        "jsonl",
    ]);
    assert_eq!(code, 2);
    assert!(out.contains("\"id\": \"a\""), "{out}");
    assert!(err.contains("none.json: does not exist"), "{err}");
}

#[test]
fn one_release_is_shown() {
    let (code, _, err) = list(&[FIXTURE, "--airflow", "2.11.2", "--airflow", "3.3.2"]);
    assert_eq!(code, 2);
    assert!(err.contains("give --airflow once"), "{err}");
}

/// A value that nothing can be said about is listed without being read as the others are: both ways must
/// print the same.
#[test]
fn plain_and_read_values_print_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dump.json");
    let values = [
        "postgresql://loader:p%40ss@db.example.com:5432/dwh?sslmode=require",
        "redis://:pw-1@h:6379/0",
        "aws://",
        "{\"conn_type\": \"postgresql\", \"host\": \"h\", \"login\": \"l\", \"password\": \"p\", \"port\": \"5432\", \"schema\": \"s\", \"extra\": {\"sslmode\": \"require\"}}",
        "{\"conn_type\": \"google-cloud-platform\", \"description\": \"d\\u00e9\", \"password\": \"\", \"extra\": \"\"}",
    ];
    let entries: Vec<Value> = values
        .iter()
        .enumerate()
        .map(|(n, value)| serde_json::json!({"Name": format!("/airflow/connections/c{n}"), "Value": value}))
        .collect();
    fs::write(
        &path,
        serde_json::json!({"Parameters": entries}).to_string(),
    )
    .unwrap();
    let env = folder.path().join("values.env");
    let mut text = String::new();
    for (n, value) in values.iter().enumerate() {
        writeln!(text, "AIRFLOW_CONN_C{n}={value}").unwrap();
    }
    fs::write(&env, text).unwrap();
    let connections = |path: &std::path::Path| {
        let path = path.to_str().unwrap();
        let arguments = [path, "--format", "jsonl", "--env-dialect", "docker"];
        let (_, out, _) = list(&arguments);
        let lines = out
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines
            .map(|line| line["connection"].clone())
            .collect::<Vec<Value>>()
    };
    let (stored, defined) = (connections(&path), connections(&env));
    assert_eq!(stored.len(), values.len());
    assert_eq!(stored, defined);
}

#[test]
fn half_of_a_surrogate_pair_in_an_extra_is_nothing_that_can_be_printed() {
    let directory = tempfile::tempdir().unwrap();
    let env = "AIRFLOW_CONN_A=aws://h?__extra__=%7B%22a%22%3A%22%5Cudd11%22%7D\nAIRFLOW_CONN_B=aws://h?__extra__=%22%5Cudd11%22\nAIRFLOW_CONN_C=aws://h?a=%22%5Cudd11%22\nAIRFLOW_CONN_D=aws://h?a=%22%5Cud83d%5Cude00%22\n";
    common::write(directory.path(), &[(".env", env)]);
    let statuses = |airflow: &str| {
        let args = [
            "list",
            "--airflow",
            airflow,
            "--runtime",
            "server",
            "--format",
            "jsonl",
        ];
        let ran = common::run(directory.path(), &args);
        let lines = ran.out.lines();
        let lines = lines.map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        lines
            .map(|line| line["status"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(statuses("2.11.2"), ["unknown", "unknown", "ok", "ok"]);
    assert_eq!(statuses("3.3.2"), ["unknown", "error", "unknown", "ok"]);
}
