//! `airvane resolve`, from the command line to the outcome.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{run, write};
use serde_json::Value;

/// The outcome of the connection `db` for the team `t`, whose own secret holds `text`.
fn outcome_of_team_secret(text: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let cfg = "[core]\nmulti_team = true\n[secrets]\n\
               backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend\n";
    let secrets = serde_json::json!({"SecretList": [
        {"Name": "airflow/connections/t--db", "SecretString": text},
        {"Name": "airflow/connections/db", "SecretString": "postgres://example/db"},
    ]});
    let secrets = secrets.to_string();
    write(
        folder.path(),
        &[("airflow.cfg", cfg), ("secrets.json", &secrets)],
    );
    let line =
        "resolve connection:db --team t --runtime server --airflow 3.3.2 --format json --in .";
    let line: Vec<&str> = line.split(' ').collect();
    let ran = run(folder.path(), &line);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    document[0]["outcome"].clone()
}

/// `SecretsManagerBackend._get_secret`: `if value is not None: return value`.
#[test]
fn an_empty_secret_of_a_team_hides_the_one_of_all() {
    assert_eq!(outcome_of_team_secret("mysql://example/db"), "found");
    assert_eq!(outcome_of_team_secret(""), "missing");
}
