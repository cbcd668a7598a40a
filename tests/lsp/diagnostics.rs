//! What an editor shows is what `airvane check` says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::client::{Client, folder, places, uri};

const BROKEN: &str = "[secrets]\nbackend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend\nbackend_kwargs = {'connections_prefix': '/airflow/connections', 'region_name': 'eu-west-1'}\n";
const GOOD: &str = "[secrets]\nbackend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend\nbackend_kwargs = {\"connections_prefix\": \"/airflow/connections\", \"region_name\": \"eu-west-1\"}\n";
const EXPORT: &str = r#"{"Parameters": [{"Name": "/team/connections/db", "Type": "SecureString", "Value": "postgres://u:p@h/d"}]}"#;

/// What `airvane check` says of a folder: `AV201 3:5` by path, columns in UTF-16.
fn checked(folder: &Path, arguments: &[&str]) -> BTreeMap<PathBuf, Vec<String>> {
    let output = Command::new(env!("CARGO_BIN_EXE_airvane"))
        .args(["check", "--format", "json"])
        .args(arguments)
        .arg(folder)
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut found: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
    for diagnostic in report["diagnostics"].as_array().unwrap() {
        let path = PathBuf::from(diagnostic["path"].as_str().unwrap());
        let text = std::fs::read(&path).unwrap();
        let offset = diagnostic["start"]["offset"].as_u64().unwrap();
        let before = String::from_utf8_lossy(&text[..usize::try_from(offset).unwrap()]);
        let line = before.rsplit('\n').next().unwrap();
        let code = diagnostic["code"].as_str().unwrap();
        let (line_number, column) = (
            &diagnostic["start"]["line"],
            line.encode_utf16().count() + 1,
        );
        found
            .entry(path)
            .or_default()
            .push(format!("{code} {line_number}:{column}"));
    }
    found
}

#[test]
fn an_editor_shows_what_check_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["fixtures/demo", "fixtures/traps", "fixtures/exports"] {
        let root = root.join(name).canonicalize().unwrap();
        let expected = checked(&root, &[]);
        assert!(!expected.is_empty(), "{name}");
        let mut client = Client::of(&[&root]);
        for (path, findings) in expected {
            let shown = client.shown(&path, |_| true);
            assert_eq!(places(&shown), findings, "{}", path.display());
        }
        assert_eq!(client.end(), (Some(0), String::new()));
    }
}

#[test]
fn a_diagnostic_tells_all_that_a_finding_does() {
    let (_kept, root) = folder(&[("airflow.cfg", BROKEN)]);
    let mut client = Client::of(&[&root]);
    let shown = client.shown(&root.join("airflow.cfg"), |_| true);
    let diagnostic = shown.iter().find(|one| one["code"] == "AV201").unwrap();
    let text = serde_json::to_string_pretty(diagnostic).unwrap();
    insta::assert_snapshot!("a_diagnostic", text);
}

#[test]
fn what_is_typed_counts_and_not_what_is_on_the_disk() {
    let (_kept, root) = folder(&[("airflow.cfg", BROKEN)]);
    let path = root.join("airflow.cfg");
    let mut client = Client::of(&[&root]);
    let first = client.shown(&path, |_| true);
    assert_eq!(places(&first), ["AV201 3:19"]);
    client.open(&path, BROKEN);
    client.shown(&path, |params| params["version"] == 1);
    client.change(&path, 2, GOOD);
    let shown = client.shown(&path, |params| params["version"] == 2);
    assert_eq!(places(&shown), Vec::<String>::new());
    // Letter by letter: the quotes around the first key.
    let position = |character: u32| json!({"line": 2, "character": character});
    let change = |start: u32, end: u32, text: &str| json!({"range": {"start": position(start), "end": position(end)}, "text": text});
    let document = json!({"uri": uri(&path), "version": 3});
    let changes = json!([change(18, 19, "'"), change(37, 38, "'")]);
    client.tell(
        "textDocument/didChange",
        &json!({"textDocument": document, "contentChanges": changes}),
    );
    let shown = client.shown(&path, |params| params["version"] == 3);
    assert_eq!(places(&shown), ["AV201 3:19"]);
    // Closed without saving: the disk counts again.
    client.change(&path, 4, GOOD);
    client.shown(&path, |params| params["version"] == 4);
    let closed = json!({"textDocument": {"uri": uri(&path)}});
    client.tell("textDocument/didClose", &closed);
    let shown = client.shown(&path, |params| params.get("version").is_none());
    assert_eq!(places(&shown), ["AV201 3:19"]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), BROKEN);
}

#[test]
fn a_change_in_one_file_changes_what_is_said_of_another() {
    let (_kept, root) = folder(&[("airflow.cfg", GOOD), ("ssm.json", EXPORT)]);
    let (cfg, export) = (root.join("airflow.cfg"), root.join("ssm.json"));
    let mut client = Client::of(&[&root]);
    let shown = client.shown(&export, |_| true);
    assert_eq!(places(&shown), ["AV701 1:1"]);
    client.open(&cfg, GOOD);
    client.change(&cfg, 2, &GOOD.replace("/airflow/", "/team/"));
    let shown = client.shown(&export, |_| true);
    assert_eq!(places(&shown), Vec::<String>::new());
    // The other way round, with a file that another program wrote.
    client.change(&cfg, 3, GOOD);
    client.shown(&export, |params| params["diagnostics"] != json!([]));
    std::fs::write(&export, EXPORT.replace("/team/", "/airflow/")).unwrap();
    let changes = json!({"changes": [{"uri": uri(&export), "type": 2}]});
    client.tell("workspace/didChangeWatchedFiles", &changes);
    let shown = client.shown(&export, |_| true);
    assert_eq!(places(&shown), Vec::<String>::new());
}

#[test]
fn a_file_that_was_never_saved_is_checked() {
    let (_kept, root) = folder(&[("airflow.cfg", GOOD)]);
    let path = root.join(".env");
    let mut client = Client::of(&[&root]);
    client.open(&path, "AIRFLOW_CONN_db=postgres://u:p@h\n");
    let shown = client.shown(&path, |params| params["version"] == 1);
    assert_eq!(places(&shown), ["AV012 1:1"]);
}

#[test]
fn characters_are_counted_as_the_client_wants() {
    let text = "AIRFLOW_CONN_DB='http://é😀:x@h:port'\n";
    for (encodings, kind, column) in [
        (json!(["utf-16"]), "utf-16", 33),
        (json!(["utf-8", "utf-16"]), "utf-8", 36),
        (Value::Null, "utf-16", 33),
    ] {
        let (_kept, root) = folder(&[("airflow.cfg", GOOD), (".env", text)]);
        let capabilities = json!({"general": {"positionEncodings": encodings}});
        let (mut client, can) = Client::with(&[&root], &[], &capabilities, &Value::Null);
        assert_eq!(can["capabilities"]["positionEncoding"], kind);
        let shown = client.shown(&root.join(".env"), |_| true);
        assert_eq!(places(&shown), [format!("AV404 1:{column}")]);
    }
}

#[test]
fn each_folder_of_the_workspace_is_a_project_of_its_own() {
    let (_one, one) = folder(&[("airflow.cfg", GOOD)]);
    let (_two, two) = folder(&[
        ("airflow.cfg", BROKEN),
        ("airvane.toml", "ignore = [\"AV999\"]\n"),
    ]);
    let (_three, three) = folder(&[("airflow.cfg", BROKEN)]);
    let mut client = Client::of(&[&one, &two]);
    let settings = client.shown(&two.join("airvane.toml"), |_| true);
    assert_eq!(settings.len(), 1);
    let added = json!([{"uri": uri(&three), "name": "three"}]);
    let event = json!({"event": {"added": added, "removed": []}});
    client.tell("workspace/didChangeWorkspaceFolders", &event);
    let shown = client.shown(&three.join("airflow.cfg"), |_| true);
    assert_eq!(places(&shown), ["AV201 3:19"]);
    let event = json!({"event": {"added": [], "removed": added}});
    client.tell("workspace/didChangeWorkspaceFolders", &event);
    let shown = client.shown(&three.join("airflow.cfg"), |_| true);
    assert_eq!(places(&shown), Vec::<String>::new());
}

#[test]
fn a_file_outside_of_every_folder_is_checked_with_its_neighbours() {
    let (_kept, root) = folder(&[("airflow.cfg", GOOD), ("ssm.json", EXPORT)]);
    let mut client = Client::of(&[]);
    client.open(&root.join("ssm.json"), EXPORT);
    let shown = client.shown(&root.join("ssm.json"), |_| true);
    assert_eq!(places(&shown), ["AV701 1:1"]);
    let closed = json!({"textDocument": {"uri": uri(&root.join("ssm.json"))}});
    client.tell("textDocument/didClose", &closed);
    let shown = client.shown(&root.join("ssm.json"), |_| true);
    assert_eq!(places(&shown), Vec::<String>::new());
}

#[test]
fn mistakes_of_the_settings_file_are_shown_in_it() {
    let (_kept, root) = folder(&[
        ("airflow.cfg", BROKEN),
        ("airvane.toml", "ignore = [\"AV201\"]\n"),
    ]);
    let path = root.join("airvane.toml");
    let mut client = Client::of(&[&root]);
    client.open(&path, "ignore = [\"AV201\"]\nselekt = [\"AV2\"]\n");
    let shown = client.shown(&path, |params| params["diagnostics"] != json!([]));
    assert_eq!(places(&shown), ["- 2:1"]);
    let told = client.wait(|message| message["method"] == "window/showMessage");
    let told = told["params"]["message"].as_str().unwrap().to_owned();
    assert!(told.contains("airvane.toml:2:1: "), "{told}");
    client.change(&path, 2, "select = [\"AV2\"]\n");
    let shown = client.shown(&path, |params| params["version"] == 2);
    assert_eq!(places(&shown), Vec::<String>::new());
    let shown = client.shown(&root.join("airflow.cfg"), |_| true);
    assert_eq!(places(&shown), ["AV201 3:19"]);
}

#[test]
fn the_client_chooses_the_release() {
    let text = "[core]\nsql_alchemy_conn = sqlite:////tmp/a.db\n";
    let (_kept, root) = folder(&[("airflow.cfg", text)]);
    let path = root.join("airflow.cfg");
    let options = json!({"airflow": "2.2.0", "runtime": "hunter2"});
    let (mut client, _) = Client::with(&[&root], &["--airflow", "3.3.2"], &json!({}), &options);
    let told = client.wait(|message| message["method"] == "window/showMessage");
    let told = told["params"]["message"].as_str().unwrap().to_owned();
    assert!(
        told.contains("airvane.runtime") && !told.contains("hunter2"),
        "{told}"
    );
    client.open(&path, text);
    let shown = client.shown(&path, |params| params["version"] == 1);
    let old = checked(&root, &["--airflow", "2.2.0"]).remove(&path);
    assert_eq!(places(&shown), old.unwrap_or_default());
    let params = json!({"settings": {"airvane": {"airflow": ["2.11.2"]}}});
    client.tell("workspace/didChangeConfiguration", &params);
    let new = checked(&root, &["--airflow", "2.11.2"])
        .remove(&path)
        .unwrap();
    let shown = client.shown(&path, |params| params["diagnostics"] != json!([]));
    assert_eq!(places(&shown), new);
}
