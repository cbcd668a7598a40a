//! Places where a secret is easily taken for a name, a key or a public value.

use crate::Leaks;
use crate::fixtures::{output, write};

/// Letters and digits, as most passwords: it could be a name.
const SECRET: &str = "Qz7xKw9VyUg4";

const ENV: &[&str] = &[
    "AIRFLOW_CONN_DB postgres://u:SECRET@h",
    "AIRFLOW_CONN_DBSECRET",
    "AIRFLOW_CONN_DBSECRET postgres",
    "AIRFLOW__CORE__EXECUTORSECRET LocalExecutor",
    "AIRFLOW_VAR_TOKENSECRET: x",
    "AIRFLOW__CORE__FERNET_KEYSECRET=",
    "export AIRFLOW_VAR_TOKEN SECRET",
    "SECRET=AIRFLOW_HOME",
    "SECRET AIRFLOW_HOME=/x",
    "AIRFLOW_CONN_X=SECRET://u@h:SECRET/?SECRET=1&SECRET",
    "AIRFLOW_CONN_X='{\"SECRET\": 1, \"conn_type\": \"SECRET\", \"port\": \"SECRET\"}'",
    "AIRFLOW__SECRETS__BACKEND=SECRET",
    "AIRFLOW__SECRETS__BACKEND_KWARGS={\"SECRET\": \"SECRET\", 'SECRET': SECRET}",
    "AIRFLOW_CONN_X=${SECRET:?SECRET}",
    "AIRFLOW_CONN_X=$(SECRET)",
];

/// Values of `backend_kwargs`.
const KWARGS: &[&str] = &[
    r#"{"SECRET": 1, "conections_prefix": "x"}"#,
    r#"{"SECRET": 1, "SECRET": 2, "assume_role_kwargs": {"SECRET": 1, "SECRET": 2}}"#,
    r#"{"region_name": "SECRET"}"#,
    r#"{"role_arn": "SECRET"}"#,
    r#"{"role_arn": "arn:SECRET:iam::123456789012:role/x"}"#,
    r#"{"endpoint_url": "https://user:SECRET@host"}"#,
    r#"{"endpoint_url": "https://user:SECRET"}"#,
    r#"{"endpoint_url": "http://h/?token=SECRET"}"#,
    r#"{"connections_prefix": "postgres://u:SECRET@h/x"}"#,
    r#"{"connections_prefix": "u:SECRET@h"}"#,
    r#"{"connections_prefix": "SECRET!", "variables_prefix": "SECRET!"}"#,
    r#"{"connections_lookup_pattern": "u:SECRET@h("}"#,
    r#"{"profile_name": "SECRET@x"}"#,
    r#"{"sep": "SECRET!", "connections_prefix": ["SECRET"]}"#,
    r#"{"assume_role_method": {"SECRET": "SECRET"}, "extra_conn_words": {"SECRET": "SECRET"}}"#,
    r#"{"aws_secret_access_key": "SECRET" "connections_prefix": "x"}"#,
    r#"{"connections_prefix": SECRET}"#,
    r#"{"connections_prefix" "SECRET"}"#,
    r#"["SECRET"]"#,
    r#""SECRET""#,
    "SECRET",
];

/// Scripts, units and files of Astro.
const CARRIERS: &[(&str, &str)] = &[
    (
        "run.sh",
        "export AIRFLOW_CONN_A=SECRET SECRET=1 AIRFLOW__SECRETS__BACKEND=SECRET\nAIRFLOW_CONN_X=postgres://u:SECRET@h:SECRET airflow x SECRET\n",
    ),
    (
        "fill.sh",
        "aws ssm put-parameter --name airflow/connections/a --value 'u:SECRET@h'\nairflow connections add b --conn-uri SECRET://SECRET:SECRET@h:SECRET/SECRET\nairflow connections add c --conn-type SECRET --conn-port SECRET --conn-extra '{\"SECRET\": SECRET}'\nairflow connections add d --conn-json '{\"SECRET\": \"SECRET\"}'\nairflow variables set e SECRET\n",
    ),
    (
        "airflow_settings.yaml",
        "airflow:\n  connections:\n    - conn_id: a\n      conn_type: SECRET\n      SECRET: SECRET\n      conn_extra: {SECRET: SECRET}\n    - conn_id: b\n      conn_uri: SECRET://u:SECRET@h:SECRET\n  variables:\n    - variable_name: c\n      variable_value: SECRET\n",
    ),
    (
        "airflow.service",
        "[Service]\nEnvironment=AIRFLOW_CONN_A=SECRET 'SECRET=1' \"AIRFLOW_CONN_B={SECRET\"\n",
    ),
];

const CFG: &[&str] = &[
    "[SECRET]\nSECRET = SECRET\nbackend = x.Y\n",
    "[core]\nSECRET\nSECRET: SECRET\n  [SECRET]\n  SECRET = SECRET\n",
    "[core]\nfernet_key = SECRET ; SECRET\nFERNET_KEY = 'SECRET'\njwt_SECRET = %(SECRET)s %SECRET\n",
    "[secrets]\nbackend = SECRET\n",
    "[secrets]\nbackend = SECRET.SECRET:SECRET\n",
    "[secrets]\nbackend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend SECRET\n",
    "; SECRET\n# SECRET\nSECRET\n[core\nSECRET]\n",
];

const STORES: &[&str] = &[
    r#"{"postgres://u:SECRET@h": "/airflow/connections/y", "/airflow/connections/z": "SECRET"}"#,
    r#"{"/airflow/connections/z": "{\"SECRET\":1,\"conn_typ\":\"SECRET\",\"extra\":\"SECRET\"}"}"#,
    r#"{"/airflow/connections/z": {"SECRET": {"SECRET": "SECRET"}, "port": "SECRET"}}"#,
    r#"{"Parameters": [{"Name": "/airflow/connections/a", "Type": "SECRET", "Value": "SECRET://h:SECRET", "SECRET": "SECRET"}, {"Name": "u:SECRET@h", "Type": "String", "Value": "mysql://h:x"}]}"#,
    r#"{"SecretList": [], "Name": "SECRET:x", "SecretString": "{\"login\": \"SECRET\", \"SECRET\": \"SECRET\"}", "SecretBinary": "SECRET"}"#,
    r#"{"Parameters": [{"Name": "/airflow/connections/a", "Type": "String", "Value": "SECRET"} SECRET"#,
    r#"{"airflow/connections/z": "{\"conn_type\": \"x\", \"SECRET\": \"SECRET\", \"user\": \"SECRET\", \"login\": \"xSECRET\", \"conn_id\": \"SECRET\"}"}"#,
    r#"{"airflow/connections/z": "{\"conn_id\": \"SECRET\", \"uri\": \"SECRET\", \"host\": \"SECRET%40\", \"port\": 99999.5}"}"#,
    r#"{"airflow/connections/z": "{\"engine\": \"SECRET\", \"dbname\": \"SECRET\", \"extra\": \"SECRET\", \"password\": \"SECRET\\ud800\"}"}"#,
    r#"{"airflow/connections/z": "{\"AccessKeyId\": \"SECRET\", \"SecretAccessKey\": \"SECRET\", \"SECRET\": null}"}"#,
];

/// Exports that are no streams of JSON; `BASE64` is a connection with the secret in base64.
const EXPORTS: &[(&str, &str)] = &[
    (
        "a.yaml",
        "Parameters:\n- ARN: arn:aws:ssm:eu-west-1:123456789012:parameter/airflow/connections/a\n  Name: /airflow/connections/a\n  Type: SECRET\n  Value: 'x://u:SECRET@h:SECRET'\n  SECRET: SECRET\n",
    ),
    (
        "b.yaml",
        "SecretValues:\n- ARN: arn:aws:secretsmanager:eu-west-1:123456789012:secret:airflow/connections/b-Ab3dEf\n  Name: airflow/connections/b\n  SecretString: |\n    {\"conn_type\": \"x\", \"SECRET\": \"SECRET\",\n    SECRET\n  VersionStages: [AWSCURRENT]\n# SECRET\n",
    ),
    (
        "c.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  labels:\n    airflow.apache.org/connection-id: c\n    airflow.apache.org/variable-key: c\n  annotations: {SECRET: SECRET}\ndata:\n  value: BASE64\n  SECRET: BASE64\n  x: SECRET!\nstringData:\n  y: SECRET\n",
    ),
    (
        "d.json",
        r#"{"kind": "List", "items": [{"kind": "Secret", "metadata": {"labels": {"airflow.apache.org/connection-id": "d"}}, "data": {"value": "BASE64"}}, {"kind": "Secret", "SECRET": 1, "stringData": {"value": "SECRET"}, "metadata": {"labels": {"airflow.apache.org/connection-id": "d"}}}]}"#,
    ),
    (
        "e.json",
        r#"{"request_id": "SECRET", "lease_id": "", "data": {"data": {"conn_type": "SECRET", "SECRET": "SECRET", "port": "SECRET"}, "metadata": {"version": 1, "SECRET": "SECRET"}}, "lease_duration": 0}{"request_id": "x", "lease_id": "", "data": {"conn_uri": "x://u:SECRET@h:SECRET"}, "lease_duration": 0} SECRET"#,
    ),
    (
        "f.json",
        r#"{"id": "https://v.vault.azure.net/secrets/airflow-connections-f/SECRET", "attributes": {"SECRET": 1}, "value": "x://u:SECRET@h:SECRET", "tags": {"SECRET": "SECRET"}, "name": "airflow-connections-f"}"#,
    ),
    (
        "g.json",
        r#"{"name": "projects/p/secrets/airflow-connections-g/versions/1", "payload": {"data": "BASE64", "SECRET": "SECRET"}}"#,
    ),
    (
        "chamber.json",
        r#"{"h": "{\"conn_type\": \"SECRET\", \"SECRET\": \"SECRET\"}", "i": "SECRET", "x://u:SECRET@h": "SECRET"}"#,
    ),
    (
        "chamber.yaml",
        "h: '{\"conn_type\": \"SECRET\", \"SECRET\": SECRET'\ni: SECRET\n",
    ),
];

/// Of `postgres://u:SECRET@h:54x`, with the secret of these tests.
const BASE64: &str = "cG9zdGdyZXM6Ly91OlF6N3hLdzlWeVVnNEBoOjU0eA==";

/// Local files: of the backend, or for `airflow connections import`. Kind, name and text.
const LOCAL: &[(&str, &str, &str)] = &[
    (
        "connections",
        "local.env",
        "a=SECRET\nSECRET\nb SECRET\nc=x://u:SECRET@h:SECRET/?SECRET=1&SECRET=2&SECRET=3#SECRET\n",
    ),
    (
        "connections",
        "local.env",
        "a={\"SECRET\": \"SECRET\", \"conn_typ\": \"SECRET\"}\nb={'SECRET': 'SECRET'}\n=SECRET\nSECRET=\n",
    ),
    (
        "connections",
        "local.json",
        r#"{"a": {"SECRET": "SECRET", "conn_type": "SECRET", "port": "SECRET"}, "b": ["SECRET", {"extra": "SECRET", "login": ["SECRET"]}], "c": "{\"SECRET\": \"SECRET\"}"}"#,
    ),
    (
        "connections",
        "local.json",
        r#"{"a": {"uri": "SECRET://SECRET", "host": "SECRET"}, "b": {"conn_id": "SECRET", "extra": {"SECRET": {"SECRET": 1}}, "extra_dejson": "SECRET"}, "c": "https://SECRET/SECRET", "c": "SECRET"}"#,
    ),
    (
        "connections",
        "local.json",
        r#"{"a": {"conn_type": "aws", "extra": {"region_nam": "SECRET", "SECRET_name": "SECRET", "role_arn": ["SECRET"]}}, "b": "x://h?__extra__=%7B%22SECRET%22%3A%22SECRET" SECRET"#,
    ),
    (
        "variables",
        "local.json",
        r#"{"a": "SECRET\n", "b": {"SECRET": "SECRET"}, "c": "{'SECRET': 'SECRET',}", "d": ["SECRET"], "a": "SECRET" "SECRET"}"#,
    ),
    (
        "connections",
        "local.yaml",
        "a: {SECRET: SECRET, conn_type: SECRET, port: SECRET}\nd: &SECRET x://u:SECRET@h:SECRET/?SECRET=1\nb: *SECRET\nc: [SECRET, {extra: SECRET}] # SECRET\n",
    ),
    (
        "connections",
        "local.yaml",
        "a: !SECRET\n  uri: SECRET://SECRET\nb:\n  conn_id: SECRET\n  extra: |\n    {\"SECRET\": SECRET}\n? {SECRET: SECRET}\n: SECRET\n",
    ),
    (
        "connections",
        "local.yaml",
        "a: &a\n  conn_type: aws\n  password: 5\n  login: SECRET\n  extra: {region_nam: SECRET, SECRET_name: SECRET}\nb: *a\nc:\n  SECRET: 'SECRET\n",
    ),
    (
        "variables",
        "local.yaml",
        "a: SECRET\nb: {SECRET: SECRET}\n5: SECRET\nd:\n- SECRET\na: \"SECRET\"\nc: *SECRET\n",
    ),
    (
        "variables",
        "local.env",
        "a=SECRET\nSECRET\na={SECRET\nb [SECRET]\nexport c='SECRET\n",
    ),
    (
        "variables",
        "local.env",
        "\u{feff}SECRET\n\t{\"SECRET\": SECRET\n",
    ),
];

#[test]
fn no_secret_of_a_local_file_is_taken_for_a_name() {
    let work = tempfile::tempdir().unwrap();
    let folder = work.path().join("deployment");
    let class = "airflow.secrets.local_filesystem.LocalFilesystemBackend";
    let mut leaks = Leaks::default();
    for (kind, name, text) in LOCAL {
        // Whole, and torn by what an encoder, a shell, JSON or a URI takes for its own.
        for torn in [
            "", ":", "/", "@", "?", "#", "&", "=", "%", ";", ",", "'", "\"", "\\", "{", "}", "[",
            "<", " ", "\t", "\n", "\\n", "\\ud800", "\\u0022", "%40", "%zz",
        ] {
            let (head, tail) = SECRET.split_at(6);
            let secret = format!("{head}{torn}{tail}");
            let cfg = format!(
                "[secrets]\nbackend = {class}\nbackend_kwargs = {{\"{kind}_file_path\": \"{name}\"}}\n"
            );
            let files = vec![
                ("airflow.cfg".to_owned(), cfg),
                ((*name).to_owned(), text.replace("SECRET", &secret)),
            ];
            write(&folder, &files);
            let kind = format!("{kind}={}", folder.join(name).display());
            for airflow in ["2.0.0", "2.11.2", "3.3.2"] {
                let arguments = ["--kind", &kind, "--airflow", airflow];
                let arguments: Vec<String> = arguments.map(str::to_owned).into();
                let seen = output(&folder, &arguments);
                leaks.look(&format!("{} {airflow}", files[1].1), &seen, SECRET);
            }
        }
    }
    leaks.none(600);
}

#[test]
fn no_secret_is_taken_for_a_name() {
    let work = tempfile::tempdir().unwrap();
    let folder = work.path().join("deployment");
    // Words of Airflow hold the mark.
    let fill = |text: &str| {
        text.replace("SECRETS__", "\u{1}")
            .replace("SECRET", SECRET)
            .replace('\u{1}', "SECRETS__")
    };
    let mut decks: Vec<Vec<(String, String)>> = Vec::new();
    let named = |name: &str, text: String| (name.to_owned(), text);
    let class =
        "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend";
    for text in ENV {
        let text = fill(text);
        decks.push(vec![named(".env", format!("A=1\n{text}\nB=2\n"))]);
        decks.push(vec![named(".env", text)]);
    }
    for kwargs in KWARGS {
        let kwargs = fill(kwargs);
        for class in [
            class,
            "mine.Backend",
            &class.replace(
                "systems_manager.SystemsManagerParameterStore",
                "secrets_manager.SecretsManager",
            ),
        ] {
            let cfg = format!("[secrets]\nbackend = {class}\nbackend_kwargs = {kwargs}\n");
            decks.push(vec![named("airflow.cfg", cfg)]);
        }
        let env = format!(
            "AIRFLOW__SECRETS__BACKEND={class}\nAIRFLOW__SECRETS__BACKEND_KWARGS='{kwargs}'\n"
        );
        decks.push(vec![named(".env", env)]);
        let alternatives = |class: &str| format!("AIRFLOW__SECRETS__BACKEND={class}\n");
        decks.push(vec![
            named(
                "airflow.cfg",
                format!("[secrets]\nbackend_kwargs = {kwargs}\n"),
            ),
            named(".env", alternatives(class)),
            named(
                ".env.prod",
                alternatives("airflow.providers.hashicorp.secrets.vault.VaultBackend"),
            ),
        ]);
    }
    decks.extend(
        CFG.iter()
            .map(|text| vec![named("airflow.cfg", fill(text))]),
    );
    decks.extend(
        STORES
            .iter()
            .map(|text| vec![named("dump.json", fill(text))]),
    );
    decks.extend(
        EXPORTS
            .iter()
            .map(|(name, text)| vec![named(name, fill(&text.replace("BASE64", BASE64)))]),
    );
    let carriers = CARRIERS.iter();
    decks.extend(carriers.map(|(name, text)| vec![named(name, fill(text))]));
    let mut leaks = Leaks::default();
    for files in &decks {
        write(&folder, files);
        for more in [
            &["--env-dialect", "compose"][..],
            &["--env-dialect", "docker", "--airflow", "2.3.4"],
            &[
                "--env-dialect",
                "bash",
                "--airflow",
                "2.11.2",
                "--airflow",
                "3.3.2",
            ],
            &["--env-dialect", "systemd", "--airflow", "2.0.0"],
            &["--env-dialect", "python-dotenv", "--runtime", "task"],
            &["--env-dialect", "astro-deploy", "--deployments", "one"],
        ] {
            let arguments: Vec<String> = more.iter().map(|word| (*word).to_owned()).collect();
            let seen = output(&folder, &arguments);
            leaks.look(&format!("{} {more:?}", files[0].1), &seen, SECRET);
        }
    }
    leaks.none(500);
}
