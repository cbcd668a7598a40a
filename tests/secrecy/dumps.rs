//! Deployments and dumps that nobody wrote: a secret of a random alphabet, spelled in a random way (percent, JSON
//! escapes, base64, torn by delimiters), in a random place of a connection or variable, in a file of any kind, whole or
//! broken. What comes out holds no four characters in a row of it, however it was spelled.
//!
//! A window that the same deployment shows with another secret in its place is a word of airvane's own.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};

use crate::client::{Client, uri};
use crate::fixtures::{output, write};
use crate::mutations::{self, Random};
use crate::{CANARIES, twin};

/// Letters of secrets; none is a word.
const ALPHABETS: [&str; 10] = [
    "bcdfghjklmnpqrstvwxzBCDFGHJKLMNPQRSTVWXZ",
    "0123456789",
    "BCDFGHJKLMNPQRSTVWXZ0123456789",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    "-._~!$*(),;qzxj",
    ":/?#[]@!$&'()*+,;=%\"\\{}|^`<>",
    "ßøÞþłđŧħæœ",
    "金鎖鑰匙密碼祕",
    "🔑🔒🗝🦀🧊",
    "qzxj kwvy\tgbhf",
];

/// Characters that a reader of some format takes for its own.
const DELIMITERS: [&str; 18] = [
    ":", "/", "@", "?", "#", "&", "=", "%", ";", ",", "'", "\"", "\\", "{", "}", " ", "\\n", "$",
];

fn secret(alphabet: &str, length: usize, random: &mut Random) -> String {
    let letters: Vec<char> = alphabet.chars().collect();
    (0..length).map(|_| *random.of(&letters)).collect()
}

/// How a secret stands in a URI, a document, or by itself.
fn spelled(secret: &str, way: usize) -> String {
    let percent = |byte: u8, upper: bool| {
        if upper {
            format!("%{byte:02X}")
        } else {
            format!("%{byte:02x}")
        }
    };
    match way {
        0 | 1 => secret.to_owned(),
        // As `quote` does, and then every byte of it.
        2 => secret.bytes().fold(String::new(), |mut text, byte| {
            if byte.is_ascii_alphanumeric() {
                text.push(char::from(byte));
            } else {
                text += &percent(byte, true);
            }
            text
        }),
        3 => secret.bytes().map(|byte| percent(byte, false)).collect(),
        // Twice, as those do who quote what is quoted.
        4 => secret
            .bytes()
            .map(|byte| percent(byte, true).replace('%', "%25"))
            .collect(),
        5 => secret.encode_utf16().fold(String::new(), |mut text, unit| {
            let _ = write!(text, "\\u{unit:04x}");
            text
        }),
        6 => base64(secret.as_bytes()),
        _ => {
            let inner = Value::from(secret).to_string();
            inner[1..inner.len() - 1].to_owned()
        }
    }
}

const WAYS: usize = 8;

pub(crate) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let word = group
            .iter()
            .fold(0usize, |word, byte| word << 8 | usize::from(*byte))
            << (8 * (3 - group.len()));
        for place in 0..4 {
            text.push(if place > group.len() {
                '='
            } else {
                char::from(LETTERS[word >> (18 - 6 * place) & 63])
            });
        }
    }
    text
}

/// What stands for a connection or variable; `SECRET` is the place. Well-formed ones, then those that are not.
pub(crate) const VALUES: [&str; 26] = [
    "postgres://user:SECRET@db.example.com:5432/db",
    "postgresql://:SECRET@/db?sslmode=require",
    "aws://AKIA:SECRET@/?region_name=eu-west-1",
    "https://h/path?token=SECRET&x=1",
    "my-type://h/?__extra__=%7B%22token%22%3A%22SECRET%22%7D",
    r#"{"conn_type": "postgres", "login": "user", "password": "SECRET", "host": "h", "port": 5432}"#,
    r#"{"conn_type": "aws", "extra": {"aws_secret_access_key": "SECRET", "region_name": "eu-west-1"}}"#,
    r#"{"conn_type": "http", "extra": "{\"token\": \"SECRET\"}"}"#,
    "SECRET",
    r#"{"key": ["SECRET", {"deep": "SECRET"}]}"#,
    "postgres://user:SECRET@h:SECRET/db",
    "postgres//user:SECRET@h/db",
    "user:SECRET@h",
    "SECRET://SECRET:SECRET@SECRET/SECRET?SECRET=SECRET#SECRET",
    "postgres://user:SECRET@[h/db",
    "postgres://h/db?a=SECRET&a=SECRET&SECRET&=SECRET",
    r#"{"conn_type": "postgres", "password": "SECRET",}"#,
    "{'conn_type': 'postgres', 'password': 'SECRET'}",
    r#"{"conn_type": "postgres", "password": "SECRET"#,
    r#"{"conn_type": "postgres", "SECRET": 1, "pasword": "SECRET", "port": "SECRET"}"#,
    r#"{"conn_type": "SECRET", "extra": "SECRET", "port": 1e99}"#,
    r#"{"type": "x", "extra": {"SECRET": {"SECRET": ["SECRET"]}, "region": "SECRET"}}"#,
    r#"["SECRET"]"#,
    r#"SECRET {"conn_type": "SECRET"}"#,
    r#"{"uri": "postgres://u:SECRET@h", "conn_id": "SECRET"}"#,
    "{{ var.value.SECRET }} ${SECRET} SECRET",
];
/// The first so many are taken as they are meant.
const WELL_FORMED: usize = 10;

/// A file of a kind, `VALUE` in double quotes with the escapes of JSON, `PLAIN` without any, `BASE64` as its name says.
const FILES: [(&str, &str); 27] = [
    (
        "ssm.json",
        "{\"Parameters\": [{\"Name\": \"/airflow/connections/a\", \"Type\": \"SecureString\", \"Value\": VALUE, \"Version\": 1, \"ARN\": \"arn:aws:ssm:eu-west-1:123456789012:parameter/airflow/connections/a\"}, {\"Name\": \"/airflow/variables/b\", \"Type\": \"String\", \"Value\": VALUE}]}",
    ),
    (
        "sm.json",
        "{\"SecretValues\": [{\"ARN\": \"arn:aws:secretsmanager:eu-west-1:123456789012:secret:airflow/connections/a-AbCdEf\", \"Name\": \"airflow/connections/a\", \"VersionId\": \"x\", \"SecretString\": VALUE, \"VersionStages\": [\"AWSCURRENT\"]}], \"Errors\": []}",
    ),
    (
        "one.json",
        "{\"ARN\": \"arn:aws:secretsmanager:eu-west-1:123456789012:secret:airflow/connections/a-AbCdEf\", \"Name\": \"airflow/connections/a\", \"SecretString\": VALUE, \"SecretBinary\": \"BASE64\"}",
    ),
    (
        "flat.json",
        "{\"/airflow/connections/a\": VALUE, \"/airflow/variables/b\": VALUE}",
    ),
    (
        "lines.json",
        "{\"Name\": \"/airflow/connections/a\", \"Type\": \"String\", \"Value\": VALUE}\n{\"Name\": \"/airflow/connections/b\", \"Type\": \"String\", \"Value\": VALUE}\n",
    ),
    (
        "ssm.yaml",
        "Parameters:\n- Name: /airflow/connections/a\n  Type: SecureString\n  Value: VALUE\n  Version: 1\n- Name: /airflow/connections/b\n  Type: String\n  Value: |\n    PLAIN\n",
    ),
    (
        "vault.json",
        "{\"request_id\": \"x\", \"lease_id\": \"\", \"lease_duration\": 0, \"data\": {\"data\": {\"conn_uri\": VALUE, \"value\": VALUE}, \"metadata\": {\"version\": 1}}}",
    ),
    (
        "google.json",
        "{\"name\": \"projects/p/secrets/airflow-connections-a/versions/1\", \"payload\": {\"data\": \"BASE64\"}}",
    ),
    (
        "azure.json",
        "[{\"id\": \"https://v.vault.azure.net/secrets/airflow-connections-a/1\", \"name\": \"airflow-connections-a\", \"value\": VALUE, \"attributes\": {\"enabled\": true}}]",
    ),
    (
        "secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\n  labels: {airflow.apache.org/connection-id: a}\ndata:\n  value: BASE64\nstringData:\n  other: VALUE\n",
    ),
    ("chamber.json", "{\"a\": VALUE, \"b\": VALUE}"),
    ("connections.json", "{\"a\": VALUE, \"b\": VALUE}"),
    ("connections.yaml", "a: VALUE\nb: |\n  PLAIN\n"),
    ("connections.env", "a=PLAIN\nb=PLAIN\n"),
    ("variables.json", "{\"a\": VALUE, \"b\": {\"c\": VALUE}}"),
    (
        "airflow.cfg",
        "[core]\nfernet_key = PLAIN\n[database]\nsql_alchemy_conn = PLAIN\n[secrets]\nbackend = airflow.providers.hashicorp.secrets.vault.VaultBackend\nbackend_kwargs = {\"token\": VALUE, \"url\": \"http://vault:8200\"}\n# PLAIN\n",
    ),
    (
        ".env",
        "AIRFLOW_CONN_A=PLAIN\nAIRFLOW_VAR_B='PLAIN'\nAIRFLOW__CORE__FERNET_KEY=\"PLAIN\"\nOTHER=PLAIN\n# PLAIN\n",
    ),
    (
        "docker-compose.yaml",
        "services:\n  airflow:\n    image: apache/airflow:2.11.2\n    environment:\n      AIRFLOW_CONN_A: VALUE\n      AIRFLOW_VAR_B: PLAIN\n      OTHER: VALUE\n  worker:\n    image: apache/airflow:2.11.2\n    environment:\n    - AIRFLOW_CONN_A=PLAIN\n",
    ),
    (
        "values.yaml",
        "executor: CeleryExecutor\nenv:\n- name: AIRFLOW_CONN_A\n  value: VALUE\nconfig:\n  core:\n    fernet_key: VALUE\nextraSecrets:\n  x:\n    data: |\n      AIRFLOW_CONN_B: BASE64\n",
    ),
    (
        "pod.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: airflow}\nspec:\n  containers:\n  - name: airflow\n    image: apache/airflow:2.11.2\n    env:\n    - {name: AIRFLOW_CONN_A, value: VALUE}\n",
    ),
    (
        "Dockerfile",
        "FROM apache/airflow:2.11.2\nENV AIRFLOW_CONN_A=VALUE OTHER=VALUE\nENV AIRFLOW_CONN_B PLAIN\nRUN echo PLAIN\n",
    ),
    (
        "main.tf",
        "resource \"aws_ssm_parameter\" \"a\" {\n  name  = \"/airflow/connections/a\"\n  type  = \"SecureString\"\n  value = VALUE\n}\nresource \"aws_mwaa_environment\" \"m\" {\n  airflow_version = \"2.10.1\"\n  airflow_configuration_options = {\n    \"core.fernet_key\" = VALUE\n    \"secrets.backend_kwargs\" = VALUE\n  }\n}\n",
    ),
    (
        "stack.yaml",
        "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  A:\n    Type: AWS::SSM::Parameter\n    Properties:\n      Name: /airflow/connections/a\n      Type: String\n      Value: VALUE\n",
    ),
    (
        "task.json",
        "{\"family\": \"airflow\", \"containerDefinitions\": [{\"name\": \"airflow\", \"image\": \"apache/airflow:2.11.2\", \"environment\": [{\"name\": \"AIRFLOW_CONN_A\", \"value\": VALUE}, {\"name\": \"OTHER\", \"value\": VALUE}]}]}",
    ),
    (
        "run.sh",
        "#!/bin/sh\nexport AIRFLOW_CONN_A='PLAIN'\nexport AIRFLOW_CONN_B=VALUE OTHER=PLAIN\nairflow connections add c --conn-uri 'PLAIN'\naws ssm put-parameter --name /airflow/connections/d --value 'PLAIN'\nairflow variables set e VALUE\nairflow webserver\n",
    ),
    (
        "airflow_settings.yaml",
        "airflow:\n  connections:\n  - conn_id: a\n    conn_type: postgres\n    conn_password: VALUE\n    conn_extra: VALUE\n  variables:\n  - variable_name: b\n    variable_value: VALUE\n",
    ),
    (
        "airflow.service",
        "[Service]\nEnvironment=\"AIRFLOW_CONN_A=PLAIN\" OTHER=PLAIN\nExecStart=/usr/bin/airflow scheduler\n",
    ),
];

/// One deployment, before the secret is put in.
struct Dump {
    file: usize,
    value: usize,
    way: usize,
    /// What tears the secret in two; nothing does if empty.
    torn: &'static str,
    alphabet: usize,
    length: usize,
    /// Seed of what breaks the file; whole without.
    broken: Option<u64>,
    arguments: Vec<String>,
}

impl Dump {
    fn of(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let broken = (random.below(3) == 0).then_some(seed);
        let mut arguments = Vec::new();
        if random.below(3) == 0 {
            let release = *random.of(&["2.0.0", "2.4.3", "2.11.2", "3.0.6"]);
            arguments.extend(["--airflow".to_owned(), release.to_owned()]);
        }
        if random.below(4) == 0 {
            let dialect = *random.of(&["docker", "bash", "systemd", "python-dotenv"]);
            arguments.extend(["--env-dialect".to_owned(), dialect.to_owned()]);
        }
        Self {
            file: random.below(FILES.len()),
            value: random.below(VALUES.len()),
            way: random.below(WAYS),
            torn: if random.below(3) == 0 {
                *random.of(&DELIMITERS)
            } else {
                ""
            },
            alphabet: random.below(ALPHABETS.len()),
            length: 8 + random.below(17),
            broken,
            arguments,
        }
    }

    /// The secret with another seed is another one of the same kind.
    fn secret(&self, seed: u64) -> String {
        let mut random = Random::new(seed);
        let alphabet = ALPHABETS[self.alphabet];
        let half = self.length / 2;
        secret(alphabet, half, &mut random)
            + self.torn
            + &secret(alphabet, self.length - half, &mut random)
    }

    fn files(&self, secret: &str) -> Vec<(String, String)> {
        let inner = VALUES[self.value].replace("SECRET", &spelled(secret, self.way));
        let (name, text) = FILES[self.file];
        let text = text
            .replace("VALUE", &Value::from(inner.clone()).to_string())
            .replace("BASE64", &base64(inner.as_bytes()))
            .replace("PLAIN", &inner);
        let mut files = vec![(name.to_owned(), text)];
        let backend = "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend";
        if name != "airflow.cfg" {
            files.push(("airflow.cfg".to_owned(), format!("[secrets]\nbackend = {backend}\nbackend_kwargs = {{\"connections_prefix\": \"/airflow/connections\"}}\n")));
        }
        if let Some(seed) = self.broken {
            mutations::mutate(&mut files, secret, &mut Random::new(seed));
        }
        files
    }

    fn arguments(&self, folder: &Path) -> Vec<String> {
        let kind = match FILES[self.file].0 {
            "connections.json" | "connections.yaml" | "connections.env" => "connections",
            "variables.json" => "variables",
            "chamber.json" => "chamber",
            _ => return self.arguments.clone(),
        };
        let given = format!("{kind}={}", folder.join(FILES[self.file].0).display());
        [self.arguments.clone(), vec!["--kind".to_owned(), given]].concat()
    }

    /// Every spelling in which the secret stands in the files, and the secret itself.
    fn spellings(&self, secret: &str) -> BTreeSet<String> {
        let inner = VALUES[self.value].replace("SECRET", &spelled(secret, self.way));
        let once = spelled(secret, self.way);
        let quoted = spelled(&once, WAYS - 1);
        let mut all = BTreeSet::from([secret.to_owned(), once, quoted]);
        if FILES[self.file].1.contains("BASE64") {
            all.insert(base64(inner.as_bytes()));
        }
        all
    }
}

/// The windows of four characters of any of the spellings that `seen` holds; those that are torn by what the files
/// hold anyway are no part of the secret.
fn windows(spellings: &BTreeSet<String>, seen: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for spelling in spellings {
        let letters: Vec<char> = spelling.chars().collect();
        for window in letters.windows(4) {
            let window: String = window.iter().collect();
            if seen.contains(&window) {
                found.insert(window);
            }
        }
    }
    found
}

/// All that `check` prints for one of them, with the baseline that it writes; of whole files what the twin prints too.
fn seen(dump: &Dump, secret: &str, work: &Path) -> String {
    let folder = work.join("deployment");
    write(&folder, &dump.files(secret));
    let arguments = dump.arguments(&folder);
    let mut all = output(&folder, &arguments);
    let baseline = work.join("known.json");
    let _ = std::fs::remove_file(&baseline);
    let more = [
        "--write-baseline".to_owned(),
        format!("--baseline={}", baseline.display()),
    ];
    all += &output(&folder, &[arguments.clone(), more.to_vec()].concat());
    all += &std::fs::read_to_string(&baseline).unwrap_or_default();
    // Host, login and schema of a connection may be shown; in these the secret stands elsewhere.
    if dump.broken.is_none() && dump.value < WELL_FORMED && dump.torn.is_empty() && dump.way >= 2 {
        let (programs, people) = twin::everything(&folder, &arguments, secret);
        all += &(programs.concat() + &people.concat());
    }
    all
}

fn leaks(range: std::ops::Range<u64>, work: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for seed in range {
        let dump = Dump::of(seed);
        let secret = dump.secret(seed);
        let shown = windows(&dump.spellings(&secret), &seen(&dump, &secret, work));
        if shown.is_empty() {
            continue;
        }
        let others = [seed + 1_000_003, seed + 2_000_003]
            .map(|other| seen(&dump, &dump.secret(other), work));
        let leaked: Vec<_> = shown
            .iter()
            .filter(|window| others.iter().all(|other| !other.contains(*window)))
            .collect();
        if !leaked.is_empty() {
            let all = seen(&dump, &secret, work);
            let at = all.find(leaked[0].as_str()).unwrap_or(0);
            let start = all[..at].char_indices().rev().nth(100);
            let around: String = all[start.map_or(0, |(at, _)| at)..]
                .chars()
                .take(200)
                .collect();
            found.push(format!(
                "seed {seed}: {} with {} spelled {} torn {:?} broken {:?}: {leaked:?} in {around:?}",
                FILES[dump.file].0, VALUES[dump.value], dump.way, dump.torn, dump.broken
            ));
        }
    }
    found
}

/// `DUMPS` and `SEED` try more of them, or others.
#[test]
fn no_output_of_a_random_dump_holds_four_characters_of_its_secret() {
    let number =
        |name: &str, usual: u64| std::env::var(name).map_or(usual, |text| text.parse().unwrap());
    let (count, first) = (number("DUMPS", 500), number("SEED", 0));
    let found = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2)
            .map(|half| {
                let range = first + count * half / 2..first + count * (half + 1) / 2;
                scope.spawn(move || {
                    let work = tempfile::tempdir().unwrap();
                    leaks(range, work.path())
                })
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect::<Vec<_>>()
    });
    let _ = std::panic::take_hook();
    assert!(
        found.is_empty(),
        "{} of {count} leak:\n{}",
        found.len(),
        found.join("\n")
    );
}

/// What the language server says of the same files.
#[test]
fn no_message_about_a_random_dump_holds_four_characters_of_its_secret() {
    let work = tempfile::tempdir().unwrap();
    let work = work.path().canonicalize().unwrap();
    let folder = work.join("deployment");
    let mut found = Vec::new();
    for seed in 0..40 {
        let dump = Dump::of(seed);
        let secret = dump.secret(seed);
        let heard = |secret: &str| {
            let files = dump.files(secret);
            write(&folder, &files);
            let (mut client, _) = Client::with(&[&folder], &[], &json!({}), &json!({}));
            for (name, text) in &files {
                let path = folder.join(name);
                client.open(&path, text);
                client.shown(&path, |params| params["version"] == 1);
                let at = text.len() / 2;
                let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count();
                let params = json!({"textDocument": {"uri": uri(&path)}, "position": {"line": line, "character": 30}});
                client.ask("textDocument/hover", &params);
                client.ask("textDocument/completion", &params);
            }
            client.end_with_all()
        };
        let shown = windows(&dump.spellings(&secret), &heard(&secret));
        if shown.is_empty() {
            continue;
        }
        let other = heard(&dump.secret(seed + 1_000_003));
        let leaked: Vec<_> = shown
            .iter()
            .filter(|window| !other.contains(*window))
            .collect();
        if !leaked.is_empty() {
            found.push(format!("seed {seed}: {}: {leaked:?}", FILES[dump.file].0));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_spellings_are_what_their_readers_read() {
    assert_eq!(base64(b"postgres://"), "cG9zdGdyZXM6Ly8=");
    assert_eq!(base64(CANARIES[0].as_bytes()).len(), 16);
    assert_eq!(spelled("a:é", 2), "a%3A%C3%A9");
    assert_eq!(spelled("a:", 3), "%61%3a");
    assert_eq!(spelled(":", 4), "%253A");
    assert_eq!(spelled("🔑", 5), "\\ud83d\\udd11");
    assert_eq!(spelled("a\"b", 7), "a\\\"b");
}
