//! Files that SOPS encrypted, in every shape that it knows: what is set is known, to what is not. The values are made
//! up; the shapes are those of SOPS 3.11.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{run, with};
use serde_json::Value;

const HIDDEN: &str = "ENC[AES256_GCM,data:q83v/w==,iv:AAAA,tag:AAAA==,type:str]";

const SSM: &str = "[secrets]\nbackend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend\nbackend_kwargs = {\"connections_prefix\": \"/airflow/connections\", \"region_name\": \"eu-west-1\"}\n";

const LOCAL: &str = "[secrets]\nbackend = airflow.secrets.local_filesystem.LocalFilesystemBackend\nbackend_kwargs = {\"connections_file_path\": \"/files/FILE\"}\n";

const VAULT: &str = "[secrets]\nbackend = airflow.providers.hashicorp.secrets.vault.VaultBackend\nbackend_kwargs = {\"url\": \"https://vault.example.com\", \"mount_point\": \"airflow\"}\n";

const KUBERNETES: &str = "[secrets]\nbackend = airflow.providers.cncf.kubernetes.secrets.kubernetes_secrets_backend.KubernetesSecretsBackend\nbackend_kwargs = {}\n";

/// What SOPS writes below a document of YAML.
const BLOCK: &str = "sops:
    age:
        - recipient: age1qqqqqqqq
          enc: |
            -----BEGIN AGE ENCRYPTED FILE-----
            YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSArOEY1SDFq
            -----END AGE ENCRYPTED FILE-----
    lastmodified: \"2026-11-27T11:24:34Z\"
    mac: HIDDEN
    unencrypted_suffix: _unencrypted
    version: 3.11.0
";

/// The same in JSON and in INI.
const MEMBER: &str = ",
\t\"sops\": {
\t\t\"age\": [{\"recipient\": \"age1qqqqqqqq\", \"enc\": \"-----BEGIN AGE ENCRYPTED FILE-----\\nYWdl\\n\"}],
\t\t\"lastmodified\": \"2026-11-27T11:24:34Z\",
\t\t\"mac\": \"HIDDEN\",
\t\t\"version\": \"3.11.0\"
\t}
}
";
const SECTION: &str =
    "\n[sops]\nage__list_0__map_recipient = age1qqqqqqqq\nmac = HIDDEN\nversion = 3.11.0\n";

/// Lines of findings, and how ids are looked up.
fn told(files: &[(&str, &str)], ids: &[&str]) -> (Vec<String>, Vec<String>) {
    let folder = with(files);
    let base = ["--airflow", "3.3.2", "--runtime", "server"];
    let line = [
        &[
            "check",
            ".",
            "-v",
            "--format",
            "concise",
            "--ignore",
            "AV219,AV707",
        ][..],
        &base,
    ]
    .concat();
    let checked = run(folder.path(), &line);
    let findings = checked.out.lines().map(str::to_owned).collect();
    let outcomes = ids.iter().map(|id| {
        let line = [&["resolve", id, "--in", ".", "--format", "json"][..], &base].concat();
        let ran = run(folder.path(), &line);
        let document: Value = serde_json::from_str(&ran.out)
            .unwrap_or_else(|_| panic!("{} {}", ran.err, checked.err));
        document[0]["outcome"].as_str().unwrap().to_owned()
    });
    (findings, outcomes.collect())
}

/// The file is one of Airflow's by what its names tell: `orders` is set, `missing` is not.
#[track_caller]
fn sets_orders(path: &str, text: &str, settings: Option<&str>, missing: &str) {
    let text = text.replace("HIDDEN", HIDDEN);
    let settings = settings.map(|settings| settings.replace("FILE", path));
    let mut files = vec![(path, text.as_str())];
    files.extend(
        settings
            .as_deref()
            .map(|settings| ("airflow.cfg", settings)),
    );
    let (findings, outcomes) = told(&files, &["connection:orders", "connection:missing"]);
    assert_eq!(outcomes, ["unknown", missing], "{path}: {text}");
    assert_eq!(findings.len(), 1, "{path}: {findings:?}");
    assert!(
        findings[0].contains("AV001") && findings[0].contains("its names are known"),
        "{findings:?}"
    );
}

#[test]
fn local_files_are_read_for_their_names() {
    let entries =
        "orders: HIDDEN\nother:\n    conn_type: HIDDEN\n    port: HIDDEN\nlist:\n    - HIDDEN\n";
    let yaml = format!("#HIDDEN\n{entries}{BLOCK}");
    sets_orders("conns.yaml", &yaml, Some(LOCAL), "missing");
    let json = format!(
        "{{\n\t\"orders\": \"HIDDEN\",\n\t\"other\": {{\"conn_type\": \"HIDDEN\"}}{MEMBER}"
    );
    sets_orders("conns.json", &json, Some(LOCAL), "missing");
    let lines =
        "orders=HIDDEN\nsops_age__list_0__map_enc=x\nsops_mac=HIDDEN\nsops_version=3.11.0\n";
    sets_orders("conns.env", lines, Some(LOCAL), "missing");
    // As `airflow connections export` writes it: known without any settings.
    let export = format!("orders:\n    conn_type: HIDDEN\n    host: HIDDEN\n{BLOCK}");
    sets_orders("export.yaml", &export, Some(LOCAL), "missing");
    // A part of it in clear.
    let part = export.replacen("HIDDEN", "postgres", 1);
    sets_orders("export.yaml", &part, Some(LOCAL), "missing");
}

#[test]
fn exports_are_read_for_their_names() {
    let flat =
        format!("/airflow/connections/orders: HIDDEN\n/airflow/variables/x: HIDDEN\n{BLOCK}");
    sets_orders("dump.yaml", &flat, Some(SSM), "missing");
    let flat = format!("{{\n\t\"/airflow/connections/orders\": \"HIDDEN\"{MEMBER}");
    sets_orders("dump.json", &flat, Some(SSM), "missing");
    let object =
        format!("{{\n\t\"/airflow/connections/orders\": {{\"conn_type\": \"HIDDEN\"}}{MEMBER}");
    sets_orders("dump.json", &object, Some(SSM), "missing");
    let answer = format!(
        "{{\n\t\"Parameters\": [{{\"Name\": \"/airflow/connections/orders\", \"Type\": \"SecureString\", \"Value\": \"HIDDEN\"}}]{MEMBER}"
    );
    sets_orders("dump.json", &answer, Some(SSM), "missing");
    // What somebody keeps for Vault, path by path.
    let paths = format!(
        "airflow/connections/orders:\n    conn_uri: HIDDEN\nairflow/variables/x:\n    value: HIDDEN\n{BLOCK}"
    );
    sets_orders("vault.yaml", &paths, Some(VAULT), "missing");
    let secret = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n    name: x\n    labels:\n        airflow.apache.org/connection-id: orders\nFIELD:\n    value: HIDDEN\n{BLOCK}"
    );
    // What a manifest makes is not all that there is.
    for field in ["data", "stringData"] {
        let secret = secret.replace("FIELD", field);
        sets_orders("secret.yaml", &secret, Some(KUBERNETES), "unknown");
    }
}

#[test]
fn environments_are_read_for_their_names() {
    let lines =
        format!("AIRFLOW_CONN_ORDERS = HIDDEN\nAIRFLOW__CORE__EXECUTOR   = HIDDEN\n{SECTION}");
    sets_orders("prod.ini", &lines, None, "missing");
    let secret = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n    name: env\nstringData:\n    AIRFLOW_CONN_ORDERS: HIDDEN\n{BLOCK}---\napiVersion: v1\nkind: Secret\nmetadata:\n    name: other\ndata:\n    AIRFLOW_VAR_STAGE: HIDDEN\n{BLOCK}"
    );
    sets_orders("secret.yaml", &secret, None, "missing");
    let values = format!(
        "executor: HIDDEN\nenv:\n    - name: AIRFLOW_CONN_ORDERS\n      value: HIDDEN\n    - name: HIDDEN\n      value: HIDDEN\nextraEnv: HIDDEN\nconfig:\n    core:\n        parallelism: HIDDEN\n{BLOCK}"
    );
    sets_orders("values.yaml", &values, None, "missing");
    // Two services are told the same, which looks different.
    let service = "        image: apache/airflow:3.1.0\n        environment:\n            AIRFLOW_CONN_ORDERS: ";
    let other = HIDDEN.replace("AAAA", "BBBB");
    let compose = format!(
        "services:\n    scheduler:\n{service}HIDDEN\n    worker:\n{service}{other}\n{BLOCK}"
    );
    sets_orders("compose.yaml", &compose, None, "missing");
}

#[test]
fn of_an_encrypted_airflow_cfg_the_options_are_known() {
    let cfg = format!("[core]\nexecutor = HIDDEN\n[secrets]\nbackend = HIDDEN\n{SECTION}");
    let cfg = cfg.replace("HIDDEN", HIDDEN);
    let folder = with(&[("airflow.cfg", &cfg)]);
    let ran = run(folder.path(), &["config", ".", "--airflow", "3.3.2"]);
    let line = |name: &str| ran.out.lines().find(|line| line.contains(name)).unwrap();
    assert!(line("  executor").contains("(not known)"), "{}", ran.out);
    assert!(!ran.out.contains("sops") && !ran.out.contains("ENC["));
    let (findings, outcomes) = told(&[("airflow.cfg", &cfg)], &["connection:orders"]);
    assert_eq!(outcomes, ["unknown"]);
    assert_eq!(findings.len(), 1, "{findings:?}");
}

#[test]
fn where_the_names_are_hidden_too_nothing_is_known() {
    let binary = format!("{{\n\t\"data\": \"HIDDEN\"{MEMBER}");
    let secret = format!(
        "apiVersion: HIDDEN\nkind: HIDDEN\nmetadata:\n    name: HIDDEN\ndata:\n    value: HIDDEN\n{BLOCK}"
    );
    for (path, text) in [("dump.json", binary), ("secret.yaml", secret)] {
        let folder = with(&[(path, &text.replace("HIDDEN", HIDDEN))]);
        let ran = run(folder.path(), &["check", path, "--airflow", "3.3.2"]);
        assert!(ran.err.contains("encrypted with SOPS"), "{}", ran.err);
        assert_eq!(ran.out, "");
    }
}
