//! Rules whose answer depends on the release: the same files, several targets.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::fs;

/// `file:line:column severity code` of what `rule` says of the files.
fn said(files: &[(&str, &str)], rule: &str, args: &[&str]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let mut all = vec!["check", ".", "--format", "concise", "-v", "--select", rule];
    all.extend(args);
    let ran = common::run(folder.path(), &all);
    let lines = ran.out.lines().filter(|line| line.contains(rule));
    lines
        .map(|line| {
            let (place, rest) = line.split_once(": ").unwrap();
            let severity = rest.split_once('[').unwrap().0;
            let range = match rest.split_once("(from Airflow ") {
                Some((_, range)) => format!(" from {}", range.split(' ').next().unwrap()),
                None => String::new(),
            };
            format!("{place} {severity}{range}")
        })
        .collect()
}

#[test]
fn the_id_of_a_connection_is_judged_by_release_and_runtime() {
    let dump = r#"{"airflow/connections/a+b": "mysql://h", "airflow/connections/ärger": "mysql://h", "airflow/variables/a+b": "x"}"#;
    let files = [("dump.json", dump)];
    let both = ["dump.json:1:24 error", "dump.json:1:63 error"];
    for (args, expected) in [
        (&["--airflow", "2.8.1"][..], &[][..]),
        (&["--airflow", "2.8.2"], &both),
        (&["--airflow", "2.11.2", "--runtime", "task"], &both),
        (&["--airflow", "3.0.0"], &["dump.json:1:24 warning"]),
        (&["--airflow", "3.3.2"], &["dump.json:1:24 warning"]),
        (&["--airflow", "3.3.2", "--runtime", "task"], &[]),
        (&[], &["dump.json:1:24 info from 2.8.2"]),
    ] {
        assert_eq!(said(&files, "AV435", args), expected, "{args:?}");
    }
    let long = "x".repeat(251);
    let dump = format!(r#"{{"airflow/connections/{long}": "mysql://h"}}"#);
    let found = said(&[("dump.json", &dump)], "AV435", &["--airflow", "3.3.2"]);
    assert_eq!(found, ["dump.json:1:3 warning"]);
}

#[test]
fn the_separator_of_teams_matters_in_some_releases() {
    let dump = r#"{"Parameters": [{"Name": "/airflow/variables/sales--x", "Type": "String", "Value": "1"}]}"#;
    let cfg = |teams: &str| {
        format!(
            "[core]\n{teams}\n[secrets]\nbackend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend\n"
        )
    };
    let at = |severity: &str| vec![format!("dump.json:1:51 {severity}")];
    for (teams, airflow, amazon, expected) in [
        ("", "2.11.2", "amazon=9.26.0", vec![]),
        ("", "2.11.2", "amazon=9.27.0", at("error")),
        ("", "3.2.1", "amazon=9.33.0", at("warning")),
        ("multi_team = False", "3.2.1", "amazon=9.33.0", at("error")),
        ("multi_team = True", "3.2.1", "amazon=9.33.0", vec![]),
        ("multi_team = True", "3.3.2", "amazon=9.34.0", vec![]),
        ("", "3.3.2", "amazon=9.34.0", vec![]),
    ] {
        let cfg = cfg(teams);
        let files = [("dump.json", dump), ("airflow.cfg", cfg.as_str())];
        let args = ["--airflow", airflow, "--provider", amazon];
        assert_eq!(
            said(&files, "AV711", &args),
            expected,
            "{airflow} {amazon} {teams}"
        );
    }
    let env = "AIRFLOW_CONN__SALES___DB=mysql://h\nAIRFLOW_CONN_MY___DB=mysql://h\n";
    for (teams, airflow, expected) in [
        ("multi_team = False", "3.2.1", vec![".env:1:1 error"]),
        ("multi_team = False", "3.3.2", vec![]),
        ("multi_team = True", "3.2.1", vec![]),
        ("multi_team = True", "3.3.2", vec![".env:2:1 error"]),
        ("", "3.3.2", vec![]),
        ("", "2.11.2", vec![]),
    ] {
        let cfg = cfg(teams);
        let files = [(".env", env), ("airflow.cfg", cfg.as_str())];
        let found = said(&files, "AV711", &["--airflow", airflow]);
        assert_eq!(found, expected, "{airflow} {teams}");
    }
    // A local file is asked for the id as it stands.
    let cfg = cfg("multi_team = True");
    let local = r#"{"my___db": "mysql://h", "_sales___db": "mysql://h"}"#;
    let files = [("connections.json", local), ("airflow.cfg", cfg.as_str())];
    assert_eq!(said(&files, "AV711", &["--airflow", "3.3.2"]), [""; 0]);
}

#[test]
fn a_removed_type_is_fine_where_the_provider_has_it() {
    let env = "AIRFLOW_CONN_A=s3://\nAIRFLOW_CONN_B=tabular://\n";
    let files = [(".env", env)];
    for (args, expected) in [
        (
            &["--airflow", "2.4.0", "--provider", "amazon=5.1.0"][..],
            &[".env:2:16 info"][..],
        ),
        (
            &["--airflow", "2.5.0", "--provider", "amazon=6.0.0"],
            &[".env:1:16 warning", ".env:2:16 info"],
        ),
        (
            &["--airflow", "3.3.2"],
            &[".env:1:16 warning", ".env:2:16 warning"],
        ),
        (&[], &[".env:1:16 info", ".env:2:16 info"]),
    ] {
        assert_eq!(said(&files, "AV432", args), expected, "{args:?}");
    }
}

#[test]
fn fields_that_old_providers_read_are_left_alone() {
    let files = [(".env", "AIRFLOW_CONN_A=aws://?host=minio\n")];
    let old = ["--airflow", "2.8.0", "--provider", "amazon=8.29.0"];
    assert!(said(&files, "AV433", &old).is_empty());
    let new = ["--airflow", "3.3.2"];
    assert_eq!(said(&files, "AV433", &new), [".env:1:23 info"]);
}
