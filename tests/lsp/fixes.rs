//! Code actions.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::client::{Client, edited, folder, uri};

const CFG: &str = "[secrets]\nbackend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend\nbackend_kwargs = {\"connections_prefix\": \"/airflow/connections\", \"region\": \"eu-west-1\",}\n";

/// The actions for the whole text.
fn actions(client: &mut Client, path: &Path, only: &Value) -> Vec<Value> {
    let range = json!({
        "start": {"line": 0, "character": 0},
        "end": {"line": 99, "character": 0},
    });
    let params = json!({
        "textDocument": {"uri": uri(path)},
        "range": range,
        "context": {"diagnostics": [], "only": only},
    });
    let answer = client.ask("textDocument/codeAction", &params);
    answer["result"].as_array().unwrap().clone()
}

fn open(
    capabilities: &Value,
    name: &str,
    text: &str,
) -> (tempfile::TempDir, std::path::PathBuf, Client) {
    let (kept, root) = folder(&[(name, text)]);
    let (mut client, _) = Client::with(&[&root], &[], capabilities, &Value::Null);
    let path = root.join(name);
    client.open(&path, text);
    client.shown(&path, |params| params["version"] == 1);
    (kept, path, client)
}

#[test]
fn a_safe_fix_is_preferred_and_makes_what_fix_makes() {
    let (_kept, path, mut client) = open(&json!({}), "airflow.cfg", CFG);
    let quick = actions(&mut client, &path, &json!(["quickfix"]));
    let first = quick
        .iter()
        .find(|action| action["isPreferred"] == true)
        .unwrap();
    assert_eq!(first["kind"], "quickfix");
    assert_eq!(first["diagnostics"][0]["code"], "AV201");
    let edits = &first["edit"]["changes"][uri(&path)];
    let after = edited(CFG, edits);
    assert_eq!(after, CFG.replace(",}", "}"));
    let all = actions(&mut client, &path, &json!(["source.fixAll"]));
    assert_eq!(all.len(), 1);
    let after = edited(CFG, &all[0]["edit"]["changes"][uri(&path)]);
    let fixed = Command::new(env!("CARGO_BIN_EXE_airvane"))
        .args(["check", "--fix", "--fail-on", "never", "-q"])
        .arg(&path)
        .status()
        .unwrap();
    assert!(fixed.success());
    assert_eq!(after, std::fs::read_to_string(&path).unwrap());
    // The file on the disk has changed, the open text has not: its own edits still stand.
    assert_eq!(actions(&mut client, &path, &json!(["quickfix"])), quick);
}

#[test]
fn an_unsafe_fix_says_so_and_is_no_part_of_all() {
    let text = CFG.replace(",}", "}");
    let (_kept, path, mut client) = open(&json!({}), "airflow.cfg", &text);
    let quick = actions(&mut client, &path, &json!(["quickfix"]));
    let fix = quick
        .iter()
        .find(|action| action["diagnostics"][0]["code"] == "AV203")
        .unwrap();
    assert!(fix.get("isPreferred").is_none());
    assert!(fix["title"].as_str().unwrap().contains("unsafe"));
    let after = edited(&text, &fix["edit"]["changes"][uri(&path)]);
    assert_eq!(after, text.replace("\"region\"", "\"region_name\""));
    assert_eq!(
        actions(&mut client, &path, &json!(["source.fixAll.airvane"])),
        Vec::<Value>::new()
    );
}

#[test]
fn nothing_is_offered_for_a_text_that_has_changed_since() {
    let capabilities = json!({"workspace": {"workspaceEdit": {"documentChanges": true}}});
    let (_kept, path, mut client) = open(&capabilities, "airflow.cfg", CFG);
    let quick = actions(&mut client, &path, &Value::Null);
    let document = &quick[0]["edit"]["documentChanges"][0]["textDocument"];
    assert_eq!(*document, json!({"uri": uri(&path), "version": 1}));
    client.change(&path, 2, &format!("# new\n{CFG}"));
    assert_eq!(
        actions(&mut client, &path, &Value::Null),
        Vec::<Value>::new()
    );
    client.shown(&path, |params| params["version"] == 2);
    assert_eq!(actions(&mut client, &path, &Value::Null).len(), quick.len());
}

#[test]
fn text_that_stays_is_not_sent() {
    let text = "AIRFLOW_CONN_my_db=postgres://u:hunter2@h\n";
    let (_kept, path, mut client) = open(&json!({}), ".env", text);
    let quick = actions(&mut client, &path, &Value::Null);
    assert!(!quick.is_empty());
    assert!(!client.heard.contains("hunter2"));
}

#[test]
fn an_export_is_a_copy_and_offers_nothing() {
    let text = r#"{"Parameters": [{"Name": "/airflow/connections/db", "Type": "SecureString", "Value": "my_type://u:p@h/d"}]}"#;
    let (_kept, path, mut client) = open(&json!({}), "ssm.json", text);
    assert_eq!(
        actions(&mut client, &path, &Value::Null),
        Vec::<Value>::new()
    );
}
