//! Exports that are read in one piece, beside the settings of the backends that they serve: what is said of
//! them, listed and looked up.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::fmt::Write;

use common::{run, with};
use serde_json::Value;

const KUBERNETES: &str = "[secrets]\nbackend = airflow.providers.cncf.kubernetes.secrets.kubernetes_secrets_backend.KubernetesSecretsBackend\nbackend_kwargs = {\"namespace\": \"airflow\", \"variables_data_key\": \"text\"}\n";

/// `kubectl get secrets -o yaml`. In base64: `postgres://etl:hunter2tiger@db.example.com:54x2/orders`, the same with
/// a port that is a number, `prod`, `dev`.
const SECRETS: &str = "\
apiVersion: v1
items:
- apiVersion: v1
  data:
    value: cG9zdGdyZXM6Ly9ldGw6aHVudGVyMnRpZ2VyQGRiLmV4YW1wbGUuY29tOjU0eDIvb3JkZXJz
  kind: Secret
  metadata:
    labels:
      airflow.apache.org/connection-id: broken
    name: one
    namespace: airflow
  type: Opaque
- apiVersion: v1
  data:
    value: cG9zdGdyZXM6Ly9ldGw6aHVudGVyMnRpZ2VyQGRiLmV4YW1wbGUuY29tOjU0MzIvb3JkZXJz
  kind: Secret
  metadata:
    labels:
      airflow.apache.org/connection-id: orders
      app: etl
    name: two
  type: Opaque
- apiVersion: v1
  data:
    text: cHJvZA==
  kind: Secret
  metadata:
    labels:
      airflow.apache.org/variable-key: stage
    name: three
- apiVersion: v1
  data:
    value: cHJvZA==
  kind: Secret
  metadata:
    labels:
      airflow.apache.org/variable-key: other_key
    name: four
- apiVersion: v1
  data:
    text: ZGV2
  kind: Secret
  metadata:
    labels:
      airflow.apache.org/variable-key: stage
      airflow.apache.org/team: blue
    name: five
kind: List
metadata:
  resourceVersion: \"\"
";

/// The lines of a listing and the steps of lookups, and what is said.
fn told(files: &[(&str, &str)], ids: &[&str], more: &[&str]) -> String {
    let folder = with(files);
    let mut told = String::new();
    let base = ["--airflow", "3.3.2", "--runtime", "server"];
    let line = |words: &[&'static str]| -> Vec<String> {
        let all = words.iter().chain(more).chain(&base);
        all.map(|word| (*word).to_owned()).collect()
    };
    let run = |line: Vec<String>| {
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        run(folder.path(), &line)
    };
    let checked = run(line(&["check", ".", "-v", "--format", "concise"]));
    told.push_str(&checked.out);
    let listed = run(line(&["list", ".", "--reveal", "--format", "jsonl"]));
    assert_eq!(listed.code, 0, "{}", listed.err);
    told.push_str(&listed.out);
    for id in ids {
        let mut arguments = line(&["resolve", "--in", ".", "--format", "json"]);
        arguments.push((*id).to_owned());
        let ran = run(arguments);
        let document: Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
        let step = &document[0]["steps"][0];
        let (outcome, airflow, reason) = (&step["outcome"], &step["airflow"], &step["reason"]);
        writeln!(told, "{id}: {outcome} {airflow} {reason}").unwrap();
    }
    // Without `--reveal` nothing of the password is told, in its own writing or in that of the file.
    for words in [
        &["check", ".", "-v", "--format", "full"][..],
        &["list", "."],
        &["resolve", "connection:orders", "--in", "."],
    ] {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let masked = run(words);
        for secret in ["hunter2", "aHVudGVyM"] {
            assert!(!masked.out.contains(secret), "{}", masked.out);
        }
    }
    told
}

#[test]
fn secrets_of_kubernetes_are_found_by_their_labels() {
    let files = [("airflow.cfg", KUBERNETES), ("secrets.yaml", SECRETS)];
    let ids = [
        "connection:orders",
        "connection:broken",
        "connection:missing",
        "variable:stage",
        "variable:other_key",
    ];
    insta::assert_snapshot!("kubernetes", told(&files, &ids, &[]));
}

/// `team_selector = f"!{self.team_label}" if self.team_label else None`
#[test]
fn without_the_usual_label_a_secret_of_a_team_is_neither_missing_nor_found() {
    let of = |label: &str, id: &str| {
        let kwargs = format!("{{\"namespace\": \"airflow\", \"team_label\": {label}}}");
        let cfg = format!(
            "[secrets]\nbackend = airflow.providers.cncf.kubernetes.secrets.kubernetes_secrets_backend.KubernetesSecretsBackend\n\
             backend_kwargs = {kwargs}\n"
        );
        let secrets = SECRETS.replace(
            "airflow.apache.org/connection-id: broken",
            "airflow.apache.org/connection-id: only\n      airflow.apache.org/team: blue",
        );
        let folder = with(&[("airflow.cfg", &cfg), ("secrets.yaml", &secrets)]);
        let line = [
            "resolve",
            id,
            "--in",
            ".",
            "--format",
            "json",
            "--airflow",
            "3.3.2",
        ];
        let ran = run(
            folder.path(),
            &[&line[..], &["--runtime", "server"]].concat(),
        );
        let document: Value = serde_json::from_str(&ran.out).unwrap();
        document[0]["steps"][0]["outcome"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let usual = "\"airflow.apache.org/team\"";
    for (label, team, all) in [
        (usual, "missing", "found"),
        ("null", "unknown", "found"),
        ("\"squad\"", "unknown", "unknown"),
    ] {
        assert_eq!(of(label, "connection:only"), team, "{label}");
        assert_eq!(of(label, "connection:orders"), all, "{label}");
        assert_eq!(of(label, "connection:nowhere"), "missing", "{label}");
    }
}

#[test]
fn a_team_is_given_its_own_secret() {
    let cfg = format!("[core]\nmulti_team = True\n{KUBERNETES}");
    let folder = with(&[("airflow.cfg", &cfg), ("secrets.yaml", SECRETS)]);
    let value = |team: &[&str]| {
        let line = [
            "resolve",
            "variable:stage",
            "--in",
            ".",
            "--reveal",
            "--format",
            "json",
        ];
        let more = ["--airflow", "3.3.2", "--runtime", "server"];
        let line = [&line[..], &more, team].concat();
        let ran = run(folder.path(), &line);
        let document: Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
        document[0]["value"].clone()
    };
    assert_eq!(value(&[]), "prod");
    assert_eq!(value(&["--team", "blue"]), "dev");
    assert_eq!(value(&["--team", "red"]), "prod");
}

const VAULT: &str = "[secrets]\nbackend = airflow.providers.hashicorp.secrets.vault.VaultBackend\nbackend_kwargs = {\"auth_type\": \"token\", \"token\": \"x\", \"connections_path\": \"conns\"}\n";

const ANSWER: &str = r#"{
  "request_id": "2f8f2bd2-0a4c-4c1e-8a57-0d2f1c1f5a11",
  "lease_id": "",
  "lease_duration": 0,
  "renewable": false,
  "data": {
    "data": {
      "conn_uri": "postgres://etl:hunter2tiger@db.example.com:54x2/orders"
    },
    "metadata": {
      "created_time": "2026-01-02T03:04:05.6Z",
      "custom_metadata": null,
      "deletion_time": "",
      "destroyed": false,
      "version": 1
    }
  },
  "warnings": null
}
"#;

#[test]
fn an_answer_of_vault_is_judged_by_its_form_and_says_nothing_of_what_is_missing() {
    let files = [("airflow.cfg", VAULT), ("secret.json", ANSWER)];
    let ids = ["connection:orders", "variable:stage"];
    insta::assert_snapshot!("vault", told(&files, &ids, &[]));
}

#[test]
fn a_map_of_paths_is_all_of_vault() {
    let map = format!(
        "{{\"secret/conns/orders\": {},\n \"secret/variables/stage\": {{\"value\": \"prod\"}}}}",
        ANSWER.replace("54x2", "5432")
    );
    let files = [("airflow.cfg", VAULT), ("secret.json", &map)];
    let ids = ["connection:orders", "connection:missing", "variable:stage"];
    let kind = ["--kind", "vault=secret.json"];
    insta::assert_snapshot!("vault_paths", told(&files, &ids, &kind));
}

#[test]
fn secrets_of_azure_and_google_are_known_by_their_names() {
    let azure = "[secrets]\nbackend = airflow.providers.microsoft.azure.secrets.key_vault.AzureKeyVaultBackend\nbackend_kwargs = {\"vault_url\": \"https://example.vault.azure.net\"}\n";
    let shown = r#"[
  {"attributes": {"enabled": true}, "contentType": null, "id": "https://example.vault.azure.net/secrets/airflow-connections-orders-eu", "managed": null, "name": "airflow-connections-orders-eu", "tags": {}},
  {"attributes": {"enabled": true}, "contentType": null, "id": "https://example.vault.azure.net/secrets/airflow-connections-orders/0123", "kid": null, "name": "airflow-connections-orders", "value": "postgres://etl:hunter2tiger@db.example.com:54x2/orders"}
]
"#;
    let files = [("airflow.cfg", azure), ("secrets.json", shown)];
    let ids = [
        "connection:orders",
        "connection:orders_eu",
        "connection:missing",
    ];
    insta::assert_snapshot!("azure", told(&files, &ids, &[]));
    let google = "[secrets]\nbackend = airflow.providers.google.cloud.secrets.secret_manager.CloudSecretManagerBackend\nbackend_kwargs = {\"connections_prefix\": \"conns\", \"project_id\": \"p\"}\n";
    let listed = r#"[
  {"createTime": "2026-01-02T03:04:05Z", "name": "projects/123456789012/secrets/conns-orders", "replication": {"automatic": {}}},
  {"createTime": "2026-01-02T03:04:05Z", "name": "projects/123456789012/secrets/other", "replication": {"automatic": {}}}
]
"#;
    let files = [("airflow.cfg", google), ("secrets.json", listed)];
    let ids = ["connection:orders", "connection:missing"];
    insta::assert_snapshot!("google", told(&files, &ids, &[]));
}

const SSM: &str = "[secrets]\nbackend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend\nbackend_kwargs = {\"connections_prefix\": \"/airflow/connections\"}\n";

#[test]
fn yaml_of_the_aws_cli_is_read_like_its_json() {
    let answer = "\
- Parameters:
  - ARN: arn:aws:ssm:eu-west-1:123456789012:parameter/airflow/connections/orders
    DataType: text
    LastModifiedDate: '2026-11-22T04:48:01.768000+00:00'
    Name: /airflow/connections/orders
    Type: SecureString
    Value: postgres://etl:hunter2tiger@db.example.com:54x2/orders
    Version: 1
  NextToken: eyJ
- Parameters:
  - ARN: arn:aws:ssm:eu-west-1:123456789012:parameter/airflow/connection/invoices
    Name: /airflow/connection/invoices
    Type: SecureString
    Value: smtp://relay.example.com
    Version: 1
";
    let files = [("airflow.cfg", SSM), ("dump.yaml", answer)];
    let ids = ["connection:orders", "connection:invoices"];
    insta::assert_snapshot!("aws_yaml", told(&files, &ids, &[]));
}

#[test]
fn what_chamber_exports_has_no_path() {
    let export = r#"{"orders":"{\"conn_type\": \"postgres\", \"hots\": \"db.example.com\"}","stage":"prod"}"#;
    let files = [("airflow.cfg", SSM), ("chamber.json", export)];
    let ids = ["connection:orders", "connection:missing"];
    insta::assert_snapshot!("chamber", told(&files, &ids, &[]));
}

#[test]
fn what_cannot_be_read_says_what_to_run() {
    let folder = with(&[("out.txt", "postgres://u:p@h/d\n"), ("out.csv", "db,x\n")]);
    for (kind, command) in [
        ("chamber=out.csv", "chamber export -f json"),
        ("gcp=out.txt", "gcloud secrets versions access"),
        ("azure=out.txt", "az keyvault secret show -o json"),
        ("vault=out.txt", "vault kv get -format=json"),
        ("kubernetes-secret=out.txt", "kubectl get secrets -o json"),
    ] {
        let path = kind.split_once('=').unwrap().1;
        let ran = run(folder.path(), &["check", path, "--kind", kind]);
        assert!(ran.err.contains(command), "{kind}: {}", ran.err);
    }
}

/// Every export ends in the middle: the place is told, what comes before is read, and nothing is missing for it.
#[test]
fn what_breaks_off_says_where_and_nothing_is_missing_for_it() {
    const AZURE: &str = "[secrets]\nbackend = airflow.providers.microsoft.azure.secrets.key_vault.AzureKeyVaultBackend\nbackend_kwargs = {\"vault_url\": \"https://example.vault.azure.net\"}\n";
    const GOOGLE: &str = "[secrets]\nbackend = airflow.providers.google.cloud.secrets.secret_manager.CloudSecretManagerBackend\nbackend_kwargs = {\"project_id\": \"p\"}\n";
    let azure = |id: &str| {
        format!(
            "{{\"attributes\": {{\"enabled\": true}}, \"id\": \"https://example.vault.azure.net/secrets/airflow-connections-{id}\", \"name\": \"airflow-connections-{id}\", \"value\": \"mysql://h\"}}"
        )
    };
    let google = |id: &str| {
        format!(
            "{{\"createTime\": \"x\", \"name\": \"projects/1/secrets/airflow-connections-{id}\", \"labels\": {{}}}}"
        )
    };
    let list =
        |one: &dyn Fn(&str) -> String| format!("[\n{},\n{}\n]\n", one("orders"), one("last"));
    let vault = |id: &str| format!("\"secret/conns/{id}\": {ANSWER}");
    let parameter = |id: &str| {
        format!(
            "- ARN: arn:aws:ssm:eu-west-1:123456789012:parameter/airflow/connections/{id}\n  Name: /airflow/connections/{id}\n  Value: mysql://h\n  Version: 1\n"
        )
    };
    let cases = [
        (
            "k.yaml",
            KUBERNETES,
            SECRETS.to_owned(),
            "data:\n    text: ZGV2",
        ),
        ("a.json", AZURE, list(&azure), "last\", \"value\""),
        ("g.json", GOOGLE, list(&google), "last\", \"labels\": {"),
        (
            "v.json",
            VAULT,
            format!("{{{},\n{}}}\n", vault("orders"), vault("last")),
            "\"metadata\"",
        ),
        (
            "s.yaml",
            SSM,
            format!("Parameters:\n{}{}", parameter("orders"), parameter("last")),
            "Versi",
        ),
    ];
    let line = ["--airflow", "3.3.2", "--runtime", "server"];
    for (path, cfg, text, end) in cases {
        let cut = text.rfind(end).unwrap() + end.len();
        let folder = with(&[("airflow.cfg", cfg), (path, &text[..cut])]);
        let checked = run(
            folder.path(),
            &[&["check", ".", "--format", "concise"][..], &line].concat(),
        );
        assert!(
            checked.out.contains("error[AV017]"),
            "{path}: {}",
            checked.out
        );
        let ids = ["connection:orders", "connection:last", "connection:missing"];
        let outcomes = ids.map(|id| {
            let words = ["resolve", id, "--in", ".", "--format", "json"];
            let ran = run(folder.path(), &[&words[..], &line].concat());
            let document: Value =
                serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
            document[0]["steps"][0]["outcome"]
                .as_str()
                .unwrap()
                .to_owned()
        });
        assert!(
            matches!(outcomes[0].as_str(), "found" | "error" | "unknown"),
            "{path}"
        );
        assert_eq!(outcomes[1..], ["unknown", "unknown"], "{path}");
    }
}

/// Made by `tests/parity/make_exports.py`.
#[test]
fn yaml_of_the_aws_cli_lists_what_its_json_lists() {
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/exports/aws");
    let place = regex::Regex::new(r#""path": "[^"]*", "line": \d+, "column": \d+, "#).unwrap();
    for name in ["ssm", "sm", "one"] {
        let listed = |form: &str| {
            let path = format!("{name}.{form}");
            let line = ["list", &path, "--airflow", "3.3.2", "--reveal"];
            let ran = run(&fixtures, &[&line[..], &["--format", "jsonl"]].concat());
            assert_eq!(ran.code, 0, "{path}: {}", ran.err);
            place.replace_all(&ran.out, "").into_owned()
        };
        let wanted = listed("json");
        assert!(wanted.contains("hunter2tiger") || wanted.contains("ValueError"));
        assert_eq!(listed("yaml"), wanted);
        assert_eq!(listed("stream.yaml"), wanted);
        for form in ["text", "table"] {
            let ran = run(&fixtures, &["check", &format!("{name}.{form}")]);
            assert!(
                ran.err.contains("export with `--output json`"),
                "{}",
                ran.err
            );
        }
    }
}

/// `chamber`, SOPS and others hide values: what is set is known all the same.
#[test]
fn names_in_a_file_that_sops_encrypted_are_set_to_what_is_not_known() {
    let hidden = "ENC[AES256_GCM,data:q83v,iv:AAAA,tag:AAAA,type:str]";
    let text = format!(
        "AIRFLOW_CONN_ORDERS={hidden}\nAIRFLOW__CORE__EXECUTOR={hidden}\nsops_mac={hidden}\nsops_version=3.9.0\n"
    );
    let folder = with(&[(".env", &text)]);
    let line = [
        "resolve",
        "--in",
        ".env",
        "--airflow",
        "3.3.2",
        "--runtime",
        "server",
        "--format",
        "json",
    ];
    let outcome = |id: &str| {
        let ran = run(folder.path(), &[&line[..], &[id]].concat());
        let document: Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
        document[0]["outcome"].clone()
    };
    assert_eq!(outcome("connection:orders"), "unknown");
    assert_eq!(outcome("connection:invoices"), "missing");
    let listed = run(
        folder.path(),
        &["list", ".env", "--format", "jsonl", "--airflow", "3.3.2"],
    );
    assert!(listed.out.contains("\"id\": \"orders\""), "{}", listed.out);
    assert!(
        listed.out.contains("\"status\": \"unknown\""),
        "{}",
        listed.out
    );
    let checked = run(
        folder.path(),
        &[
            "check",
            ".env",
            "-v",
            "--format",
            "concise",
            "--airflow",
            "3.3.2",
        ],
    );
    assert_eq!(checked.out.lines().count(), 1, "{}", checked.out);
    assert!(checked.out.contains("AV001"), "{}", checked.out);
}
