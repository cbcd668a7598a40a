use std::fmt::Write;

use super::*;
use crate::inputs::store::{StoreReader, Value as Stored};

fn kind(name: &str, text: &str) -> Option<Kind> {
    recognise(Path::new(name), text).map(|(kind, _)| kind)
}

/// Name and value of each entry, and what of the file the name stands for.
fn entries(kind: Kind, text: &str) -> Vec<(String, String, String)> {
    let carrier = read(kind, text);
    let Some(Part::File { text: export, .. }) = carrier.parts.first() else {
        panic!("no part");
    };
    let bytes = export.expose().as_bytes();
    let mut reader = StoreReader::new(bytes, kind);
    let mut found = Vec::new();
    while let Some(entry) = reader.next() {
        let value = match entry.value() {
            Stored::Text(text) => text.expose().to_owned(),
            Stored::Object(tree) => tree.text().expose().to_owned(),
            _ => "-".to_owned(),
        };
        let span = entry.name_span();
        let place = export.span(span.start..span.end);
        let written = text[place.start..place.end].to_owned();
        found.push((entry.name().into_owned(), value, written));
    }
    let summary = reader.finish();
    assert!(summary.problem.is_none(), "{}", export.expose());
    found
}

/// The first of the secrets of Vault is no longer there.
fn is_stale(text: &str) -> bool {
    let carrier = read(Kind::Vault, text);
    let Some(Part::File { text: export, .. }) = carrier.parts.first() else {
        panic!("no part");
    };
    let mut reader = StoreReader::new(export.expose().as_bytes(), Kind::Vault);
    let facts = reader.next().map(|entry| entry.facts());
    facts.is_some_and(|facts| facts.stale.is_some())
}

fn names(kind: Kind, text: &str) -> Vec<String> {
    let entries = entries(kind, text).into_iter();
    entries.map(|(name, ..)| name).collect()
}

const SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata:\n  labels:\n    airflow.apache.org/connection-id: db\n  name: x\ndata:\n  value: cG9zdGdyZXM6Ly9o\n";

const ANSWER: &str = r#"{"request_id": "1", "lease_id": "", "renewable": false, "lease_duration": 0,
    "data": {"data": {"conn_uri": "mysql://h"}, "metadata": {"created_time": "x", "version": 1}}, "warnings": null}"#;

#[test]
fn what_a_file_is_its_content_says() {
    let arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/airflow/variables/x";
    let page = format!("Parameters:\n- ARN: {arn}\n  Name: /airflow/variables/x\n  Type: String\n");
    assert_eq!(kind("a.yaml", &page), Some(Kind::Ssm));
    let stream = format!("- Parameters:\n  - ARN: {arn}\n    Name: /a/x\n    Value: y\n");
    assert_eq!(kind("a.yaml", &stream), Some(Kind::Ssm));
    let secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-Ab3dEf";
    let one = format!("ARN: {secret}\nName: x\nSecretString: y\nVersionStages:\n- AWSCURRENT\n");
    assert_eq!(kind("a.yaml", &one), Some(Kind::SecretsManager));
    assert_eq!(
        kind("a.yaml", &one[..one.len() - 20]),
        Some(Kind::SecretsManager)
    );
    let flat = "- Name: /airflow/variables/x\n  Value: y\n";
    assert_eq!(kind("a.yaml", flat), Some(Kind::FlatStore));
    assert_eq!(kind("a.yaml", SECRET), Some(Kind::KubernetesSecret));
    assert_eq!(kind("a.json", ANSWER), Some(Kind::Vault));
    let azure = r#"[{"attributes": {}, "id": "https://v.vault.azure.net/secrets/airflow-connections-x", "name": "airflow-connections-x"}]"#;
    assert_eq!(kind("a.json", azure), Some(Kind::Azure));
    let google = r#"[{"createTime": "x", "name": "projects/1/secrets/airflow-variables-x"}]"#;
    assert_eq!(kind("a.json", google), Some(Kind::Gcp));
    assert_eq!(kind("chamber.json", r#"{"db": "x"}"#), Some(Kind::Chamber));
}

#[test]
fn files_of_other_programs_are_none_of_ours() {
    let template = "Parameters:\n  Name:\n    Type: String\n    Default: arn:aws:x\n";
    assert_eq!(kind("template.yaml", template), None);
    assert_eq!(kind("a.json", r#"{"db": "x"}"#), None);
    let other = SECRET.replace("airflow.apache.org/connection-id", "app");
    assert_eq!(kind("a.yaml", &other), None);
    let deployment = format!("{SECRET}---\nkind: Deployment\nmetadata: {{}}\n");
    assert_eq!(kind("a.yaml", &deployment), None);
    let lease = r#"{"request_id": "1", "lease_id": "aws/creds/x", "lease_duration": 3600, "data": {"access_key": "x"}}"#;
    assert_eq!(kind("a.json", lease), None);
    let compose = "services:\n  a:\n    volumes: [x:/run/secrets/connections/y]\n";
    assert_eq!(kind("compose.yaml", compose), None);
    assert_eq!(kind("a.yaml", "# only a comment about /variables/\n"), None);
}

#[test]
fn every_label_of_a_secret_is_a_name_and_the_data_is_decoded() {
    let json = r#"{"kind": "List", "items": [{"kind": "Secret", "data": {"value": "YQ==", "raw": "/w=="},
        "metadata": {"labels": {"airflow.apache.org/connection-id": "db", "app": "x", "app.kubernetes.io/name": "y"}}}]}"#;
    for (name, value, written) in entries(Kind::KubernetesSecret, json) {
        assert_eq!(value, r#"{"value": "a", "raw": null}"#);
        assert!(written.ends_with(if name.starts_with("app") { "x" } else { "db" }));
    }
    let label = "airflow.apache.org/connection-id=db";
    assert_eq!(names(Kind::KubernetesSecret, json), [label, "app=x"]);
    assert_eq!(names(Kind::KubernetesSecret, SECRET), [label]);
}

#[test]
fn a_secret_of_a_team_is_another_name() {
    let team = SECRET.replace("  name: x", "    airflow.apache.org/team: blue");
    let wanted = "airflow.apache.org/team=blue,airflow.apache.org/connection-id=db";
    assert_eq!(names(Kind::KubernetesSecret, &team), [wanted]);
}

#[test]
fn secrets_of_vault_come_out_of_their_answers() {
    let object = r#"{"conn_uri": "mysql://h"}"#;
    let nameless = [(String::new(), object.to_owned(), String::new())];
    assert_eq!(entries(Kind::Vault, ANSWER), nameless);
    let old = ANSWER.replace("{\"data\": {\"conn_uri", "{\"conn_uri");
    let old = old.replace(
        ", \"metadata\": {\"created_time\": \"x\", \"version\": 1}}",
        "",
    );
    assert_eq!(entries(Kind::Vault, &old), nameless, "{old}");
    for several in [
        format!("[{ANSWER}, {ANSWER}]"),
        format!("{ANSWER}\n{ANSWER}\n"),
    ] {
        assert_eq!(entries(Kind::Vault, &several).len(), 2);
    }
    let paths =
        format!("{{\"secret/connections/a\": {ANSWER}, \"secret/connections/b\": {object}}}");
    for (name, value, written) in entries(Kind::Vault, &paths) {
        assert_eq!(value, object);
        assert_eq!(name, written);
    }
    let deleted = r#"{"secret/connections/a": {"data": null, "metadata": {"version": 1}}}"#;
    let (_, value, _) = entries(Kind::Vault, deleted).remove(0);
    assert_eq!(value, "-");
    for (says, wanted) in [
        (r#""deletion_time": "2026-01-01T00:00:00Z""#, true),
        (r#""deletion_time": "", "destroyed": true"#, true),
        (r#""deletion_time": "", "destroyed": false"#, false),
    ] {
        let deleted = format!(
            r#"{{"s/connections/a": {{"lease_id": "", "data": {{"data": null, "metadata": {{"version": 2, {says}}}}}}}}}"#
        );
        assert_eq!(is_stale(&deleted), wanted, "{says}");
        // It has a value until then.
        assert!(!is_stale(&deleted.replace("null", r#"{"value": "x"}"#)));
    }
    assert_eq!(names(Kind::Vault, r#"["a", "folder/"]"#), ["a", "folder/"]);
}

#[test]
fn a_map_of_paths_to_secrets_is_vaults_where_only_vault_keeps_such() {
    let kind_of = |text: &str| kind("a.yaml", text);
    let paths = "s/connections/a:\n  conn_uri: http://h\ns/variables/b:\n  value: c\n";
    assert_eq!(kind_of(paths), Some(Kind::Vault));
    assert_eq!(
        names(Kind::Vault, paths),
        ["s/connections/a", "s/variables/b"]
    );
    for other in [
        paths.replace("conn_uri", "uri"),
        paths.replace("s/variables/b", "b"),
        paths.replace("s/", "/s/"),
        paths.replace("value: c", "key: c"),
    ] {
        assert_eq!(kind_of(&other), None, "{other}");
    }
}

#[test]
fn what_json_has_nothing_like_costs_no_more_than_itself() {
    let secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret";
    let answers = format!(
        "Name: a\nARN: {secret}:a-Ab3dEf\nSecretBinary: !!binary |\n  aHR0cDovL2g=\n---\nName: b\nARN: {secret}:b-Ab3dEf\nSecretString: c\n"
    );
    assert_eq!(kind("a.yaml", &answers), Some(Kind::SecretsManager));
    assert_eq!(names(Kind::SecretsManager, &answers), ["a", "b"]);
    let flat = "/airflow/variables/a: x\n1: y\n? [b]\n: z\ntrue: w\n";
    let flat: Vec<(String, String, String)> = entries(Kind::FlatStore, flat);
    let told: Vec<String> = flat
        .iter()
        .map(|(name, value, _)| format!("{name}={value}"))
        .collect();
    assert_eq!(told, ["/airflow/variables/a=x", "1=y", "true=w"]);
}

#[test]
fn names_of_clouds_are_the_last_part_of_their_addresses() {
    let version = r#"{"name": "projects/p/secrets/airflow-variables-x/versions/3", "payload": {"data": "cHJvZA=="}}"#;
    let name = "airflow-variables-x".to_owned();
    assert_eq!(
        entries(Kind::Gcp, version),
        [(name.clone(), "prod".into(), name)]
    );
    let azure =
        r#"{"id": "https://v.vault.azure.net/secrets/airflow-variables-y/12ab", "value": "prod"}"#;
    let name = "airflow-variables-y".to_owned();
    assert_eq!(
        entries(Kind::Azure, azure),
        [(name.clone(), "prod".into(), name)]
    );
    let disabled = azure.replace(
        "\"value\"",
        "\"attributes\": {\"enabled\": false}, \"value\"",
    );
    assert_eq!(entries(Kind::Azure, &disabled)[0].1, "-");
    let versions = format!(
        "[{}, {}]",
        azure.replace("value", "v"),
        azure.replace("value", "v")
    );
    assert_eq!(entries(Kind::Azure, &versions).len(), 1, "each name once");
}

#[test]
fn chamber_is_read_in_three_of_its_formats() {
    let wanted = [("db".to_owned(), "a\"b\n$".to_owned())];
    let read = |text: &str| -> Vec<(String, String)> {
        let entries = entries(Kind::Chamber, text).into_iter();
        entries.map(|(name, value, _)| (name, value)).collect()
    };
    assert_eq!(read(r#"{"db": "a\"b\n$"}"#), wanted);
    assert_eq!(read("db: \"a\\\"b\\n$\"\n"), wanted);
    let upper = [("DB".to_owned(), wanted[0].1.clone())];
    assert_eq!(read("DB=\"a\\\"b\\n\\$\"\n"), upper);
}

#[test]
fn what_cannot_be_told_apart_is_refused_with_what_to_run() {
    let refused = |kind, text: &str| refused(kind, text.as_bytes()).is_some();
    for text in [
        "db,value\n",
        "db\tvalue\n",
        "db = value\n",
        "db = \"value\"\n",
        "export DB=value\n",
    ] {
        assert!(refused(Kind::Chamber, text), "{text}");
    }
    for text in ["{\"db\": \"x\"}", "db: x\n", "DB=\"x\"\n"] {
        assert!(!refused(Kind::Chamber, text), "{text}");
    }
    assert!(refused(Kind::Gcp, "postgres://u:p@h/d\n"));
    assert!(refused(Kind::Vault, "====== Data ======\nKey    Value\n"));
    assert!(!refused(Kind::Vault, ANSWER));
}

#[test]
fn what_is_broken_says_where_and_what_comes_before_is_read() {
    let text = format!("{ANSWER}\n{{\"request_id\" 1}}");
    let carrier = read(Kind::Vault, &text);
    let broken = carrier.around.broken.unwrap();
    assert_eq!(
        (broken.language, broken.span.start),
        ("JSON", ANSWER.len() + 15)
    );
    assert_eq!(entries(Kind::Vault, &text).len(), 1);
    let yaml = format!("{SECRET}---\nkind: [\n");
    assert_eq!(
        read(Kind::KubernetesSecret, &yaml)
            .around
            .broken
            .unwrap()
            .language,
        "YAML"
    );
    for text in ["", "\u{feff}", "{", "[[[[", "- ", "a: &a [*a]\n", "\0"] {
        for kind in [
            Kind::Ssm,
            Kind::Vault,
            Kind::Gcp,
            Kind::KubernetesSecret,
            Kind::Chamber,
        ] {
            read(kind, text);
            recognise(Path::new("chamber.yaml"), text);
        }
    }
    let deep = format!("airflow.apache.org/ {}", "[".repeat(100_000));
    assert_eq!(kind("a.yaml", &deep), None);
}

#[test]
fn a_limit_is_no_fault_of_the_file() {
    let answer = |secret: &str| {
        format!(
            "{{\"request_id\": \"1\", \"lease_duration\": 0, \"data\": {{\"value\": {secret}}}}}"
        )
    };
    let deep = answer(&"[".repeat(2000));
    let mut bomb =
        "lease_duration: 0\ndata:\n  value: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let alias = format!("*a{}, ", level - 1).repeat(10);
        writeln!(bomb, "  k{level}: &a{level} [{alias}x]").unwrap();
    }
    for (text, language) in [(deep, "JSON"), (bomb, "YAML")] {
        let broken = read(Kind::Vault, &text).around.broken.unwrap();
        assert_eq!((broken.language, broken.is_limit), (language, true));
    }
    let broken = read(Kind::Vault, &answer("x")).around.broken.unwrap();
    assert!(!broken.is_limit);
}

#[test]
fn of_the_secret_that_a_file_breaks_off_in_only_the_name_is_certain() {
    let secret = r#"{"conn_uri": "mysql://h"}"#;
    let map = format!("{{\"a/b\": {ANSWER}, \"a/c\": {ANSWER}");
    for cut in [map.len(), map.len() - 1, map.rfind("conn_uri").unwrap()] {
        let last = if cut == map.len() { secret } else { "-" };
        let read = entries(Kind::Vault, &map[..cut]);
        let read: Vec<_> = read
            .iter()
            .map(|(name, value, _)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(read, [("a/b", secret), ("a/c", last)], "{cut}");
    }
    // Nothing that a program writes ends without a line break.
    let yaml = "a/b:\n  data:\n    conn_uri: mys";
    assert!(read(Kind::Vault, yaml).around.may_go_on);
    assert_eq!(entries(Kind::Vault, yaml)[0].1, "-");
    // The stages and the type of a parameter stand behind its value.
    let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-Ab3dEf";
    let page = format!(
        "SecretValues:\n- ARN: {arn}\n  Name: x\n  SecretString: a\n- ARN: {arn}\n  Name: y\n  SecretString: b\n  VersionStages: [AWS"
    );
    let read = entries(Kind::SecretsManager, &page);
    let values: Vec<_> = read.iter().map(|(_, value, _)| value.as_str()).collect();
    assert_eq!(values, ["a", "-"]);
    let one = page
        .replace("SecretValues:\n- ARN", "ARN")
        .replace("\n  ", "\n");
    let one = &one[..one.find("- ARN").unwrap()];
    let read = entries(Kind::SecretsManager, &format!("{one}VersionStages: ["));
    assert_eq!((read[0].0.as_str(), read[0].1.as_str()), ("x", "-"));
}

#[test]
fn labels_of_a_secret_that_breaks_off_are_certain_only_when_all_are_there() {
    let list = "[{\"kind\": \"Secret\", \"data\": {}, \"metadata\": {\"labels\": {\"airflow.apache.org/connection-id\": \"db\"}}, \"type\": \"x\"";
    assert_eq!(names(Kind::KubernetesSecret, list).len(), 1);
    let open = &list[..list.len() - "}}, \"type\": \"x\"".len()];
    assert!(names(Kind::KubernetesSecret, open).is_empty());
    // A team may follow, which makes another name of it.
    let yaml = "apiVersion: v1\nitems:\n- kind: Secret\n  metadata:\n    labels:\n      airflow.apache.org/connection-id: db\n";
    let carrier = read(Kind::KubernetesSecret, yaml);
    assert_eq!(carrier.around.broken.unwrap().span.start, yaml.len());
    assert!(names(Kind::KubernetesSecret, yaml).is_empty());
    let whole = format!("{yaml}kind: List\n");
    assert!(read(Kind::KubernetesSecret, &whole).around.broken.is_none());
}

#[test]
fn a_map_of_answers_of_vault_is_known_by_its_content() {
    let map = format!("{{\"secret/connections/a\": {ANSWER}}}");
    assert_eq!(kind("a.json", &map), Some(Kind::Vault));
    assert_eq!(kind("a.json", &map[..map.len() - 60]), Some(Kind::Vault));
    let other = map.replace("conn_uri", "access_key");
    assert_eq!(kind("a.json", &other), None);
}
