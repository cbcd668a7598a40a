//! `list`, `resolve` and `check` with backends whose secrets have a form of their own.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{run, write};
use serde_json::{Value, json};

/// Names of Vault are no names of AWS, by which the file would be told.
const FLAT: &str = "flat-store=secrets.json";
const VAULT: &str = "airflow.providers.hashicorp.secrets.vault.VaultBackend";
const AKEYLESS: &str = "airflow.providers.akeyless.secrets.akeyless.AkeylessBackend";
const MANAGER: &str = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend";

/// A folder with an airflow.cfg, the pins of a provider, and a flat map.
fn folder(class: &str, kwargs: &Value, pin: &str, store: &Value) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let cfg = format!("[secrets]\nbackend = {class}\nbackend_kwargs = {kwargs}\n");
    let store = serde_json::to_string_pretty(store).unwrap();
    write(
        folder.path(),
        &[
            ("airflow.cfg", &cfg),
            ("requirements.txt", pin),
            ("secrets.json", &store),
        ],
    );
    folder
}

fn vault_store() -> Value {
    json!({
        "secret/connections/by_uri": {"conn_uri": "mysql://etl:hunter2tiger@db.example.com:3306/dwh"},
        "secret/connections/by_fields": {"conn_type": "mysql", "host": "db.example.com", "login": "etl", "port": "3306"},
        "secret/connections/unknown_key": {"conn_type": "mysql", "username": "etl"},
        "secret/connections/no_object": "mysql://db.example.com",
        "secret/variables/bucket": {"value": "s3://data"},
        "secret/variables/number": {"value": 5},
        "secret/variables/elsewhere": {"val": "x"},
        "other/place": {"a": "b"},
    })
}

const PINS: &str = "apache-airflow==2.11.2\napache-airflow-providers-hashicorp==4.6.0\n";

/// Name to outcome and the rest that matters.
fn listed(folder: &tempfile::TempDir, more: &[&str]) -> Vec<String> {
    let mut line = vec!["list", ".", "--kind", FLAT, "--format", "jsonl", "--reveal"];
    line.extend(more);
    let ran = run(folder.path(), &line);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out
        .lines()
        .filter(|line| line.contains("secrets.json"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn secrets_of_vault_are_listed_as_its_class_reads_them() {
    let folder = folder(
        VAULT,
        &json!({"auth_type": "token", "token": "x"}),
        PINS,
        &vault_store(),
    );
    insta::assert_snapshot!("vault_listed", listed(&folder, &[]).join("\n"));
}

#[test]
fn masked_secrets_of_vault_show_no_password() {
    let folder = folder(VAULT, &json!({}), PINS, &vault_store());
    let ran = run(
        folder.path(),
        &["list", ".", "--kind", FLAT, "--format", "jsonl"],
    );
    assert!(!ran.out.contains("hunter2tiger"), "{}", ran.out);
}

#[test]
fn a_lookup_in_vault_is_resolved() {
    let folder = folder(
        VAULT,
        &json!({"auth_type": "token", "token": "x"}),
        PINS,
        &vault_store(),
    );
    let outcome = |id: &str| {
        let line = [
            "resolve",
            id,
            "--kind",
            FLAT,
            "--runtime",
            "server",
            "--format",
            "json",
            "--in",
            ".",
        ];
        let ran = run(folder.path(), &line);
        let document: Value = serde_json::from_str(&ran.out).unwrap();
        let step = &document[0]["steps"][0];
        format!(
            "{id}: {} {} {}",
            step["outcome"], step["airflow"], step["reason"]
        )
    };
    let ids = [
        "connection:by_uri",
        "connection:by_fields",
        "connection:unknown_key",
        "connection:no_object",
        "connection:missing",
        "variable:bucket",
        "variable:number",
        "variable:elsewhere",
    ];
    insta::assert_snapshot!("vault_resolved", ids.map(outcome).join("\n"));
}

#[test]
fn what_vault_refuses_is_reported_and_what_it_takes_is_not() {
    let folder = folder(
        VAULT,
        &json!({"auth_type": "token", "token": "x"}),
        PINS,
        &vault_store(),
    );
    let ran = run(
        folder.path(),
        &["check", ".", "--kind", FLAT, "--format", "concise"],
    );
    let of_store = ran.out.lines().filter(|line| line.contains("secrets.json"));
    insta::assert_snapshot!("vault_checked", of_store.collect::<Vec<_>>().join("\n"));
}

#[test]
fn secrets_of_akeyless_are_uris_objects_or_both() {
    let pins = "apache-airflow==3.1.8\napache-airflow-providers-akeyless==0.3.2\n";
    let store = json!({
        "/airflow/connections/uri": "mysql://etl@db.example.com/dwh",
        "/airflow/connections/object": "{\"conn_uri\": \"mysql://etl@db.example.com/dwh\"}",
        "/airflow/connections/broken": "{'conn_type': 'mysql'}",
        "/airflow/connections/fields": {"port": true, "conn_type": "mysql", "host": "db.example.com"},
        "/airflow/variables/text": "plain",
        "/airflow/variables/object": "{\"value\": \"inside\"}",
    });
    let folder = folder(AKEYLESS, &json!({"access_id": "a"}), pins, &store);
    insta::assert_snapshot!("akeyless_listed", listed(&folder, &[]).join("\n"));
    let ran = run(
        folder.path(),
        &["check", ".", "--kind", FLAT, "--format", "concise"],
    );
    let of_store = ran.out.lines().filter(|line| line.contains("secrets.json"));
    insta::assert_snapshot!("akeyless_checked", of_store.collect::<Vec<_>>().join("\n"));
}

#[test]
fn secrets_of_old_secrets_manager_releases_are_read_and_never_shown_in_part() {
    let pins = "apache-airflow==2.7.3\napache-airflow-providers-amazon==6.2.0\n";
    let store = json!({
        "airflow/connections/literal": "{'user': 'etl', 'pass': 'a%20b', 'host': 'h', 'conn_type': 'mysql', 'port': '3306'}",
        "airflow/connections/uri": "mysql://etl@h/d",
        "airflow/connections/port": "{\"port\": 3306}",
        "airflow/connections/empty": "{}",
        "airflow/connections/unsure": "{'a': (1, 2)}",
    });
    let folder = folder(MANAGER, &json!({"full_url_mode": false}), pins, &store);
    insta::assert_snapshot!("old_listed", listed(&folder, &[]).join("\n"));
    let ran = run(
        folder.path(),
        &["list", ".", "--kind", FLAT, "--format", "jsonl"],
    );
    assert!(!ran.out.contains("etl"), "{}", ran.out);
    let ran = run(
        folder.path(),
        &["check", ".", "--kind", FLAT, "--format", "concise"],
    );
    let of_store = ran.out.lines().filter(|line| line.contains("secrets.json"));
    assert_eq!(of_store.count(), 0, "{}", ran.out);
}

/// `_standardize_secret_keys` walks through them for every JSON secret.
#[test]
fn broken_extra_conn_words_fail_every_json_secret_in_a_list_too() {
    let pins = "apache-airflow==2.11.2\napache-airflow-providers-amazon==9.39.0\n";
    let store = json!({
        "airflow/connections/json": "{\"conn_type\": \"mysql\"}",
        "airflow/connections/uri": "mysql://etl@h/d",
    });
    let folder = folder(
        MANAGER,
        &json!({"extra_conn_words": {"user": null}}),
        pins,
        &store,
    );
    let lines = listed(&folder, &[]);
    assert!(
        lines[0].contains("\"TypeError\"") && lines[0].contains("AV204"),
        "{lines:?}"
    );
    assert!(lines[1].contains("\"mysql\""), "{lines:?}");
}
