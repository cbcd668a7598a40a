//! `--format html`: what the page says is what `check` and `resolve` say. That a browser can use it is checked in
//! `tests/consumers/html.mjs`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::path::Path;

use common::run;

const CFG: &str = "[secrets]\n\
    backend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend\n\
    backend_kwargs = {\"connections_prefix\": \"/airflow/connections\", \"variables_prefix\": null, \"region_name\": \"eu-west-1\"}\n";

const STORE: &str = r#"{"Parameters": [
    {"Name": "/airflow/connections/orders", "Type": "SecureString", "Value": "postgres://etl:hunter2tiger@db.example.com/orders"},
    {"Name": "/airflow/connections/broken", "Type": "SecureString", "Value": "postgres://etl:hunter2tiger@db.example.com:54x2/orders"},
    {"Name": "/elsewhere/thing", "Type": "SecureString", "Value": "hunter2tiger"}
]}"#;

const DAG: &str = "from airflow.models import Variable\n\
    from airflow.hooks.base import BaseHook\n\
    BaseHook.get_connection(\"orders\")\n\
    BaseHook.get_connection(\"nowhere\")\n\
    Variable.get(\"<script>alert(1)</script>\")\n";

fn files(folder: &Path) {
    let env = "AIRFLOW_CONN_ORDERS=postgres://etl:hunter2tiger@other.example.com/orders\n";
    common::write(
        folder,
        &[
            ("airflow.cfg", CFG),
            ("ssm.json", STORE),
            (".env", env),
            ("dags/load.py", DAG),
            (
                "airvane.toml",
                "required = [\"connection:must_be_there\"]\n",
            ),
        ],
    );
}

/// The page without its script and style, a line for each element.
fn page(folder: &Path, more: &[&str]) -> String {
    let words = [
        "check",
        ".",
        "-q",
        "--format",
        "html",
        "--airflow",
        "2.11.2",
    ];
    let ran = run(folder, &[&words[..], more].concat());
    assert!(ran.err.is_empty(), "{}", ran.err);
    let mut text = ran.out;
    for (open, close) in [("<style>", "</style>"), ("<script>", "</script>")] {
        let start = text.find(open).unwrap();
        let end = text.find(close).unwrap();
        text.replace_range(start + open.len()..end, "…");
    }
    text.replace("><", ">\n<")
}

#[test]
fn the_page_tells_the_way_of_every_known_id_and_the_findings() {
    let folder = tempfile::tempdir().unwrap();
    files(folder.path());
    let text = page(folder.path(), &[]);
    let version = env!("CARGO_PKG_VERSION");
    insta::assert_snapshot!("page", text.replace(version, "VERSION"));
    assert!(!text.contains("hunter2"));
    assert!(!text.contains("<script>alert"));
}

#[test]
fn what_becomes_of_an_id_is_what_resolve_says() {
    let folder = tempfile::tempdir().unwrap();
    files(folder.path());
    let text = page(folder.path(), &[]);
    for id in ["orders", "broken", "nowhere", "must_be_there"] {
        let asked = format!("connection:{id}");
        let line = ["resolve", &asked, "--format", "json", "--airflow", "2.11.2"];
        let answer: serde_json::Value =
            serde_json::from_str(&run(folder.path(), &line).out).unwrap();
        let outcome = answer[0]["outcome"].as_str().unwrap();
        let row = format!("<tr id=\"1-connection-{id}\" data-outcome=\"{outcome}\"");
        assert!(text.contains(&row), "{row}");
    }
}

#[test]
fn a_page_in_a_file_and_another_format_come_of_one_run() {
    let folder = tempfile::tempdir().unwrap();
    files(folder.path());
    let words = [
        "check",
        ".",
        "--format",
        "html=report.html",
        "--format",
        "concise",
        "-q",
    ];
    let ran = run(folder.path(), &words);
    assert!(
        ran.out.contains("[AV405]") || ran.out.contains("[AV"),
        "{}",
        ran.out
    );
    let written = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(written.starts_with("<!DOCTYPE html>") && written.ends_with("</html>\n"));
}

#[test]
fn stdin_is_on_the_page_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let words = [
        "check",
        "-",
        "--stdin-filename",
        "airflow.cfg",
        "--format",
        "html",
    ];
    let ran = common::run_with_stdin(folder.path(), &words, CFG.as_bytes());
    assert!(
        ran.out.contains("/airflow/connections/your_id"),
        "{}",
        ran.out
    );
}

#[test]
fn without_a_deployment_the_page_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let words = ["check", ".", "--format", "html", "--allow-empty"];
    let ran = run(folder.path(), &words);
    assert!(ran.out.contains("No deployment was found"), "{}", ran.out);
}

/// Of what stands where a name should stand in a file that breaks off, in a projection or in a file that people write,
/// the page tells only the number, unless somebody asks for it.
#[test]
fn names_that_may_be_something_else_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let torn = STORE.trim_end_matches(['}', '\n', ']']);
    let dag = "from airflow.hooks.base import BaseHook\nBaseHook.get_connection(\"asked_for\")\n";
    let of_maps = r#"{"/airflow/connections/in_a_map": "postgres://h/d", "/airflow/connections/asked_for": "postgres://h/d"}"#;
    common::write(
        folder.path(),
        &[
            ("airflow.cfg", CFG),
            ("ssm.json", torn),
            ("map.json", of_maps),
            ("dags/load.py", dag),
        ],
    );
    let text = page(folder.path(), &["--kind", "ssm=map.json"]);
    for hidden in ["in_a_map", "connection-orders", "connection-broken"] {
        assert!(!text.contains(&format!("<tr id=\"1-{hidden}")), "{hidden}");
    }
    assert!(text.contains("<tr id=\"1-connection-asked_for\" data-outcome=\"found\""));
    assert!(text.contains("1 more id in map.json"), "{text}");
    assert!(text.contains("2 more ids in ssm.json"), "{text}");
}

#[cfg(unix)]
#[test]
fn nothing_that_is_checked_can_become_a_part_of_the_page() {
    const NAME: &str = "<img src=x onerror=alert(1)>'\"&]]>\u{2028}\u{1}.env";
    let folder = tempfile::tempdir().unwrap();
    let cfg = CFG.replace(
        "/airflow/connections",
        "/<script>alert(1)</script>]]>'&amp;",
    );
    let env =
        "AIRFLOW_CONN_A=post_gres://u:p@h/d\nAIRFLOW__CORE__<b>=1\nAIRFLOW_CONN_\u{2028}<i>=x\n";
    common::write(folder.path(), &[("airflow.cfg", &cfg), (NAME, env)]);
    let text = page(folder.path(), &["--deployments", "one"]);
    assert!(text.contains("&lt;img src=x"), "{text}");
    assert!(text.contains("holds <code>&lt;</code>"), "{text}");
    for part in ["<img", "<script>alert", "<b>=", "<i>", "\u{2028}", "\u{1}"] {
        assert!(!text.contains(part), "{part:?}");
    }
    assert_eq!(text.matches("<script").count(), 1);
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
}
