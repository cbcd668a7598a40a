//! Hover, completion and links.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::client::{Client, folder, uri};

/// The place of `|`, and the text without it.
fn cursor(text: &str) -> (String, Value) {
    let at = text.find('|').unwrap();
    let before = &text[..at];
    let line = before.matches('\n').count();
    let last = before.rsplit('\n').next().unwrap();
    let place = json!({"line": line, "character": last.encode_utf16().count()});
    (text.replacen('|', "", 1), place)
}

struct Opened {
    _kept: tempfile::TempDir,
    path: PathBuf,
    client: Client,
}

/// An open text in a folder with other files.
fn opened(name: &str, text: &str, others: &[(&str, &str)]) -> Opened {
    let mut files = others.to_vec();
    files.push((name, text));
    let (kept, root) = folder(&files);
    let path = root.join(name);
    let options = json!({"airflow": "3.3.2"});
    let (mut client, _) = Client::with(&[&root], &[], &json!({}), &options);
    client.open(&path, text);
    client.shown(&path, |params| params["version"] == 1);
    Opened {
        _kept: kept,
        path,
        client,
    }
}

/// What is said of the word at `|`.
fn hovered(name: &str, text: &str, others: &[(&str, &str)]) -> String {
    let (text, place) = cursor(text);
    let mut opened = opened(name, &text, others);
    let params = json!({"textDocument": {"uri": uri(&opened.path)}, "position": place});
    let answer = opened.client.ask("textDocument/hover", &params);
    let value = answer["result"]["contents"]["value"].as_str();
    value.unwrap_or("nothing").to_owned()
}

/// What is offered at `|`: the labels, and the text with `wanted` taken.
fn completed(
    name: &str,
    text: &str,
    others: &[(&str, &str)],
    wanted: &str,
) -> (Vec<String>, Option<String>) {
    let (text, place) = cursor(text);
    let mut opened = opened(name, &text, others);
    let params = json!({"textDocument": {"uri": uri(&opened.path)}, "position": place});
    let answer = opened.client.ask("textDocument/completion", &params);
    let items = answer["result"]["items"].as_array().unwrap();
    let labels = items
        .iter()
        .map(|item| item["label"].as_str().unwrap().to_owned());
    let taken = items.iter().find(|item| item["label"] == wanted);
    let taken = taken.map(|item| crate::client::edited(&text, &json!([item["textEdit"]])));
    (labels.collect(), taken)
}

const SSM: &str =
    "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend";

fn cfg(kwargs: &str) -> String {
    format!("[secrets]\nbackend = {SSM}\nbackend_kwargs = {kwargs}\n")
}

const DAG: (&str, &str) = (
    "dags/load.py",
    "from airflow.hooks.base import BaseHook\nBaseHook.get_connection(\"warehouse\")\nBaseHook.get_connection(\"mail\")\n",
);

#[test]
fn hover_tells_what_airflow_does_with_a_word() {
    let kwarg =
        cfg("{\"connections_|prefix\": \"/team/connections\", \"region_name\": \"eu-west-1\"}");
    let prefix =
        cfg("{\"connections_prefix\": \"/team/conn|ections\", \"region_name\": \"eu-west-1\"}");
    let pattern =
        cfg("{\"connections_lookup_pattern\": \"^ware|\", \"region_name\": \"eu-west-1\"}");
    let class = cfg("{}").replace("SystemsManager", "Systems|Manager");
    let cases: [(&str, &str, &str); 17] = [
        (
            "an option",
            "airflow.cfg",
            "[core]\nexec|utor = LocalExecutor\n",
        ),
        (
            "a renamed option",
            "airflow.cfg",
            "[core]\nsql_alch|emy_conn = x\n",
        ),
        (
            "a removed option",
            "airflow.cfg",
            "[core]\nstore_serialized_d|ags = True\n",
        ),
        (
            "a variable of an option",
            ".env",
            "AIRFLOW__DATABASE__SQL_ALCHEMY|_CONN_CMD=x\n",
        ),
        ("a section", "airflow.cfg", "[sec|rets]\nbackend =\n"),
        ("a misspelt option", "airflow.cfg", "[core]\nexecu|tr = x\n"),
        ("a class", "airflow.cfg", &class),
        ("a keyword argument", "airflow.cfg", &kwarg),
        ("a prefix", "airflow.cfg", &prefix),
        ("a lookup pattern", "airflow.cfg", &pattern),
        ("a scheme", ".env", "AIRFLOW_CONN_X=post|gres://u:p@h/d\n"),
        (
            "a password",
            ".env",
            "AIRFLOW_CONN_X=postgres://u:hunt|er2@h/d\n",
        ),
        (
            "an extra of a URI",
            ".env",
            "AIRFLOW_CONN_X=smtp://h/?time|out=3\n",
        ),
        (
            "a field of JSON",
            ".env",
            "AIRFLOW_CONN_X='{\"conn_type\": \"smtp\", \"log|in\": \"hunter2\"}'\n",
        ),
        (
            "an extra of JSON",
            ".env",
            "AIRFLOW_CONN_X='{\"conn_type\": \"smtp\", \"extra\": {\"time|out\": 3}}'\n",
        ),
        (
            "an ignore",
            "airflow.cfg",
            "[core]\n# airvane: ignore[AV|601] why\nx = 1\n",
        ),
        (
            "in a compose file",
            "compose.yaml",
            "services:\n  web:\n    image: apache/airflow:3.3.2\n    environment:\n      AIRFLOW__CORE__EXEC|UTOR: LocalExecutor\n",
        ),
    ];
    let mut all = String::new();
    for (what, name, text) in cases {
        let text = hovered(name, text, &[DAG]);
        assert!(!text.contains("hunter2"));
        let _ = write!(all, "=== {what}\n{text}\n");
    }
    insta::assert_snapshot!("hover", all);
}

/// airflow.cfg of a deployment that has its connections below a prefix of its own.
fn team() -> String {
    cfg("{\"connections_prefix\": \"/team/connections\", \"region_name\": \"eu-west-1\"}")
}

const SECRET: &str = r#"{"Parameters": [
    {"Name": "/team/connections/db", "Type": "SecureString", "Value": "postgres://u:hunter2@h/d"},
    {"Name": "/team/connections/mail", "Type": "SecureString",
     "Value": "{\"conn_type\": \"smtp\", \"password\": \"hunter2\", \"extra\": {\"timeout\": 3}}"},
    {"Name": "/airflow/connections/db", "Type": "SecureString", "Value": "mysql://u:hunter2@h/d"}]}"#;

#[test]
fn hover_knows_connections_wherever_they_are_kept() {
    let local = "[secrets]\nbackend = airflow.secrets.local_filesystem.LocalFilesystemBackend\nbackend_kwargs = {\"connections_file_path\": \"ours.json\"}\n";
    let parameter = "resource \"aws_ssm_parameter\" \"db\" {\n  name  = \"/airflow/connections/db\"\n  type  = \"SecureString\"\n  value = \"postgres://u:hunter2@h/d\"\n}\n";
    let settings = "airflow:\n  connections:\n    - conn_id: db\n      conn_type: postgres\n      conn_password: hunter2\n";
    let team = team();
    for (cfg, name, text, word, begins) in [
        (
            team.as_str(),
            "ssm.json",
            SECRET,
            "postgres",
            "**postgres**",
        ),
        (
            &team,
            "ssm.json",
            SECRET,
            "hunter2@h/d\"},\n    {\"Name\": \"/team/connections/mail",
            "**password**",
        ),
        (&team, "ssm.json", SECRET, "smtp", "**smtp**"),
        (
            &team,
            "ssm.json",
            SECRET,
            "timeout",
            "**extra.timeout** of `smtp`",
        ),
        // No backend asks for it.
        (&team, "ssm.json", SECRET, "mysql", "nothing"),
        (&team, "ssm.json", SECRET, "/team/connections/db", "nothing"),
        ("", "ssm.json", SECRET, "mysql", "**mysql**"),
        (
            local,
            "ours.json",
            r#"{"db": "postgres://u:hunter2@h"}"#,
            "hunter2",
            "**password**",
        ),
        (
            local,
            "ours.json",
            r#"{"db": {"conn_type": "smtp", "host": "h"}}"#,
            "host",
            "**host**",
        ),
        ("", "main.tf", parameter, "hunter2", "**password**"),
        (
            "",
            "airflow_settings.yaml",
            settings,
            "postgres",
            "**postgres**",
        ),
    ] {
        let text = text.replacen(word, &format!("{}|{}", &word[..1], &word[1..]), 1);
        let others = [("airflow.cfg", cfg)];
        let others = if cfg.is_empty() { &[][..] } else { &others };
        let told = hovered(name, &text, others);
        assert!(told.starts_with(begins), "{name}, {word}: {told}");
        assert!(!told.contains("hunter2"), "{told}");
    }
}

#[test]
fn hover_knows_the_class_that_another_file_names() {
    let text = "AIRFLOW__SECRETS__BACKEND_KWARGS='{\"connections_pre|fix\": \"/a\"}'\n";
    assert_eq!(hovered(".env", text, &[]), hovered(".env", text, &[]));
    let told = hovered(".env", text, &[("airflow.cfg", &cfg("{}"))]);
    assert!(
        told.starts_with("**connections_prefix** of SystemsManagerParameterStoreBackend"),
        "{told}"
    );
}

#[test]
fn hover_repeats_nothing_that_may_be_secret() {
    for (name, text) in [
        ("airflow.cfg", "[core]\nhunter2hun|ter2 = x\n"),
        ("airflow.cfg", "[hunt|er2]\nx = 1\n"),
        (".env", "AIRFLOW__CORE__HUN|TER2=hunter2\n"),
        (".env", "AIRFLOW_CONN_X=hunt|er2://u:p@h\n"),
        (".env", "AIRFLOW_CONN_X=postgres://h/?hun|ter2=hunter2\n"),
        (".env", "AIRFLOW_CONN_X='{\"hun|ter2\": 1}'\n"),
        (".env", "hunt|er2=hunter2\n"),
        (
            "airflow.cfg",
            &cfg("{\"connections_prefix\": \"hunter2://hun|ter2@\"}"),
        ),
    ] {
        let told = hovered(name, text, &[]).to_lowercase();
        assert!(!told.contains("hunter2"), "{told}");
    }
}

#[test]
fn names_are_completed_where_they_belong() {
    let class = cfg("{}");
    let cases: [(&str, &str, &str, &str); 10] = [
        ("airflow.cfg", "[secr|", "secrets", "[secrets"),
        (
            "airflow.cfg",
            "[secrets]\nbackend_kw|",
            "backend_kwargs",
            "[secrets]\n",
        ),
        (
            "airflow.cfg",
            "[secrets]\nbackend = airflow.pro|",
            SSM,
            "[secrets]\nbackend = airflow.",
        ),
        (
            "airflow.cfg",
            "[core]\nexecutor = |",
            "LocalExecutor",
            "[core]\nexecutor = ",
        ),
        (
            "airflow.cfg",
            "[core]\nload_examples = |",
            "False",
            "[core]\nload_examples = False",
        ),
        (
            ".env",
            "AIRFLOW__SECRETS__BACK|",
            "AIRFLOW__SECRETS__BACKEND",
            "AIRFLOW__SECRETS__BACKEND",
        ),
        (
            ".env",
            "AIRFLOW_CONN_X=post|",
            "postgres",
            "AIRFLOW_CONN_X=",
        ),
        (
            ".env",
            "AIRFLOW_CONN_X='{\"conn|",
            "conn_type",
            "AIRFLOW_CONN_X='{\"conn_type",
        ),
        (
            ".env",
            "AIRFLOW_CONN_X='{\"conn_type\": \"po|",
            "postgres",
            "AIRFLOW_CONN_X='{\"conn_type\": \"",
        ),
        (
            ".env",
            "AIRFLOW__SECRETS__BACKEND_KWARGS='{\"connections_prefix\": null, \"va|",
            "variables_prefix",
            "AIRFLOW__SECRETS__BACKEND_KWARGS='{\"connections_prefix\": null, \"",
        ),
    ];
    for (name, text, wanted, start) in cases {
        let others: &[(&str, &str)] = if name == ".env" {
            &[("airflow.cfg", &class)]
        } else {
            &[]
        };
        let (labels, taken) = completed(name, text, others, wanted);
        assert!(
            labels.iter().any(|label| label == wanted),
            "{text}: {labels:?}"
        );
        let taken = taken.unwrap();
        assert!(taken.starts_with(start), "{text}: {taken}");
    }
}

#[test]
fn names_are_completed_in_the_files_of_other_programs() {
    let values = format!(
        "airflowVersion: 3.3.2\nconfig:\n  core:\n    executor: LocalExecutor\n  secrets:\n    backend: {SSM}\n"
    );
    let mwaa = format!(
        "resource \"aws_mwaa_environment\" \"e\" {{\n  airflow_configuration_options = {{\n    \"secrets.backend\" = \"{SSM}\"\n"
    );
    let template = "Resources:\n  E:\n    Type: AWS::MWAA::Environment\n    Properties:\n      AirflowConfigurationOptions:\n        core.executor: ";
    for (name, text, wanted, end) in [
        (
            "values.yaml",
            format!("{values}    back|"),
            "backend_kwargs",
            "    backend_kwargs",
        ),
        (
            "values.yaml",
            format!("{values}  sche|"),
            "scheduler",
            "  scheduler",
        ),
        (
            "values.yaml",
            values.replace("LocalExecutor", "|"),
            "CeleryExecutor",
            "",
        ),
        (
            "values.yaml",
            format!("{values}    backend_kwargs: '{{\"conn|"),
            "connections_prefix",
            "'{\"connections_prefix",
        ),
        (
            "main.tf",
            format!("{mwaa}    \"core.exec|"),
            "core.executor",
            "    \"core.executor",
        ),
        (
            "main.tf",
            format!("{mwaa}    \"core.executor\" = \"|"),
            "LocalExecutor",
            "\"LocalExecutor",
        ),
        (
            "main.tf",
            format!("{mwaa}    \"secrets.backend_kwargs\" = \"{{\\\"conn|"),
            "connections_prefix",
            "{\\\"connections_prefix",
        ),
        (
            "mwaa.yaml",
            format!("{template}|"),
            "CeleryExecutor",
            "core.executor: CeleryExecutor",
        ),
        (
            "airflow_settings.yaml",
            "airflow:\n  connections:\n    - conn_id: db\n      conn_type: post|".to_owned(),
            "postgres",
            "conn_type: postgres",
        ),
    ] {
        let (labels, taken) = completed(name, &text, &[], wanted);
        assert!(
            labels.iter().any(|label| label == wanted),
            "{text}: {labels:?}"
        );
        let taken = taken.unwrap();
        assert!(taken.ends_with(end), "{text}: {taken}");
    }
}

#[test]
fn nothing_is_offered_twice_or_in_a_value_that_is_free() {
    let text = cfg("{\"connections_prefix\": null, |");
    let (labels, taken) = completed("airflow.cfg", text.trim_end(), &[], "variables_prefix");
    assert!(!labels.iter().any(|label| label == "connections_prefix"));
    assert!(taken.unwrap().ends_with("null, \"variables_prefix\""));
    for text in [
        "[core]\ndags_folder = |",
        "[core]\n# exec|",
        "[hunter2]\nx|",
    ] {
        assert_eq!(
            completed("airflow.cfg", text, &[], "").0,
            Vec::<String>::new(),
            "{text}"
        );
    }
    let gone = completed("airflow.cfg", "[core]\nsql_alch|", &[], "").0;
    assert!(!gone.iter().any(|label| label == "store_serialized_dags"));
}

#[test]
fn an_ignore_links_to_the_pages_of_its_rules() {
    let text = "[core]\n# airvane: ignore[AV601, unknown-option, AV9, AV999] why\nx = 1\n";
    let mut opened = opened("airflow.cfg", text, &[]);
    let params = json!({"textDocument": {"uri": uri(&opened.path)}});
    let answer = opened.client.ask("textDocument/documentLink", &params);
    let links = answer["result"].as_array().unwrap();
    let targets: Vec<&str> = links
        .iter()
        .map(|link| link["target"].as_str().unwrap())
        .collect();
    assert_eq!(targets.len(), 2);
    assert!(
        targets
            .iter()
            .all(|target| target.ends_with("docs/rules/AV601.md"))
    );
    assert_eq!(
        links[0]["range"]["start"],
        json!({"line": 1, "character": 18})
    );
}

/// The text with the first ignore for `code` written, if one is offered.
fn ignored(name: &str, text: &str, code: &str) -> Option<String> {
    let mut opened = opened(name, text, &[]);
    let end = json!({"line": 99, "character": 0});
    let range = json!({"start": {"line": 0, "character": 0}, "end": end});
    let params = json!({
        "textDocument": {"uri": uri(&opened.path)},
        "range": range,
        "context": {"diagnostics": []},
    });
    let answer = opened.client.ask("textDocument/codeAction", &params);
    let title = format!("Ignore {code} here");
    let actions = answer["result"].as_array().unwrap().iter();
    let mut found = actions.filter(|action| action["title"] == title);
    let edits = &found.next()?["edit"]["changes"][uri(&opened.path)];
    let text = crate::client::edited(text, edits);
    // It is one: nothing is said any more.
    opened.client.change(&opened.path, 2, &text);
    let path = opened.path.clone();
    let left = opened
        .client
        .shown(Path::new(&path), |params| params["version"] == 2);
    assert!(
        left.iter()
            .all(|one| one["code"] != code && one["code"] != "AV901"),
        "{left:?}"
    );
    Some(text)
}

#[test]
fn an_ignore_is_offered_where_a_comment_is_one() {
    let text = ignored("airflow.cfg", &cfg("{'a': 1}"), "AV201").unwrap();
    assert!(
        text.contains("\n# airvane: ignore[AV201]\nbackend_kwargs = "),
        "{text}"
    );
    let lines =
        cfg("{\n    \"connections_prefix\": \"/a\",\n    \"region_name\": \"eu-west-1\",\n    }");
    let text = ignored("airflow.cfg", &lines, "AV201").unwrap();
    assert!(text.contains("# airvane: ignore[AV201]\n"), "{text}");
    let text = ignored(".env", "AIRFLOW_CONN_db=postgres://u:p@h\r\n", "AV012").unwrap();
    assert!(
        text.starts_with("# airvane: ignore[AV012]\r\nAIRFLOW_CONN_db"),
        "{text}"
    );
    let compose = "services:\n  web:\n    image: apache/airflow:3.3.2\n    environment:\n      AIRFLOW_CONN_X: my_type://u:p@h\n";
    let text = ignored("compose.yaml", compose, "AV402").unwrap();
    assert!(
        text.contains("      # airvane: ignore[AV402]\n      AIRFLOW_CONN_X"),
        "{text}"
    );
    // JSON has no comments.
    let json = r#"{"Parameters": [{"Name": "/airflow/connections/db", "Type": "SecureString", "Value": "my_type://u:p@h/d"}]}"#;
    assert_eq!(ignored("ssm.json", json, "AV402"), None);
}
