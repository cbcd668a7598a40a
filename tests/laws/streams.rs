//! A large file of connections or variables that is all there is passes as a stream. What is said of it is what is said
//! of one that is held.

use std::path::Path;

use airvane::check;
use airvane::inputs::{Kind, Tree};
use airvane::load;
use airvane::render::{Format, Style};
use airvane::resolve::map::Map;
use airvane::workspace::Files;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

use super::request;

/// What is given whole is shorter than these together.
const PADS: usize = 320;

/// `"id": value`, of which nothing is to be said.
fn pad(number: usize) -> String {
    let long = "d".repeat(3500);
    format!(
        r#""pad{number}": {{"conn_type": "postgres", "description": "{long}", "login": null, "password": "pw-1", "port": 5432}}"#
    )
}

/// An object of these members, among many others.
fn file(members: &[String]) -> String {
    let mut all: Vec<String> = (0..PADS).map(pad).collect();
    for (number, member) in members.iter().enumerate() {
        let at = (number * 37 + 3) % all.len();
        all.insert(at, member.clone());
    }
    format!("{{\n  {}\n}}\n", all.join(",\n  "))
}

fn said(path: &Path, streams: bool, airflow: &[&str]) -> (String, bool) {
    let paths = [path.to_str().unwrap().to_owned()];
    let mut request = request(&paths, 2);
    request.load.streams_local = streams;
    let kind = match path.file_stem().and_then(|stem| stem.to_str()) {
        Some("variables") => Kind::Variables,
        _ => Kind::Connections,
    };
    request.load.kinds = vec![(kind, path.to_owned())];
    request.load.wanted.airflow = airflow.iter().map(|one| one.parse().unwrap()).collect();
    let (loaded, _) = load::load(&request.load, &mut Files::new());
    let is_streamed = matches!(loaded.inputs[0].tree, Tree::Store);
    let outcome = check::run(&request, &mut Files::new(), false);
    let mut out = Vec::new();
    let style = Style {
        infos: true,
        ..Style::default()
    };
    for format in [Format::Json, Format::Concise] {
        format
            .write(&mut out, &outcome.report, &Map::default(), style)
            .unwrap();
    }
    (String::from_utf8(out).unwrap(), is_streamed)
}

/// Both ways, of a file that git would commit.
fn both(name: &str, text: &str, airflow: &[&str]) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let (streamed, is_streamed) = said(&path, true, airflow);
    assert!(is_streamed);
    let (held, is_streamed) = said(&path, false, airflow);
    assert!(!is_streamed);
    (streamed, held)
}

fn same(name: &str, text: &str, airflow: &[&str]) -> String {
    let (streamed, held) = both(name, text, airflow);
    let mut lines = streamed.lines().zip(held.lines());
    assert_eq!(lines.find(|(one, other)| one != other), None);
    assert_eq!(streamed.len(), held.len());
    streamed
}

/// Values as they stand in a file: those of the goldens.
fn values() -> Vec<String> {
    let read = |name: &str| std::fs::read_to_string(format!("fixtures/parity/{name}")).unwrap();
    let local: Vec<Value> = serde_json::from_str(&read("local-connections.json")).unwrap();
    let local = local
        .iter()
        .map(|case| case["value"].as_str().unwrap().to_owned());
    let generated = read("conn-generated.jsonl");
    let generated = generated.lines().flat_map(|line| {
        let case: Value = serde_json::from_str(line).unwrap();
        let text = case["value"].as_str().unwrap();
        let is_object = serde_json::from_str::<serde_json::Map<String, Value>>(text).is_ok();
        let object = is_object.then(|| text.to_owned());
        [Some(Value::from(text).to_string()), object]
    });
    let more = [
        "[]",
        "[1, 2]",
        "[\"ssh://h\"]",
        "null",
        "7",
        "\"\"",
        "\"{\\\"a\\\": 1,}\"",
        "\"x\\n\"",
        "\"${A}\"",
        "\"ref+vault://a\"",
        "\"<password>\"",
    ];
    local
        .chain(generated.flatten())
        .chain(more.map(str::to_owned))
        .collect()
}

const IDS: [&str; 10] = [
    "a",
    "main_db",
    "a/b",
    "é",
    "a b",
    "arn:aws:ssm:eu-west-1:1:parameter/x",
    "api_secret",
    "\\u0041",
    "x___y",
    "",
];

const RELEASES: [&[&str]; 4] = [
    &["3.3.2"],
    &["2.11.2"],
    &["2.0.0", "3.1.8"],
    &["2.7.3", "3.0.0", "3.3.2"],
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_file_that_passes_is_told_like_one_that_is_held(
        picked in proptest::collection::vec((any::<Index>(), any::<Index>()), 1..40),
        release in any::<Index>(),
        is_variables in any::<bool>(),
    ) {
        let values = values();
        let members: Vec<String> = picked
            .iter()
            .enumerate()
            .map(|(number, (id, value))| {
                let (id, value) = (id.get(&IDS), value.get(&values));
                // Mostly each id stands once.
                let number = if number % 17 == 16 { 0 } else { number };
                format!("\"{id}{number}\": {value}")
            })
            .collect();
        let name = if is_variables { "variables.json" } else { "connections.json" };
        same(name, &file(&members), RELEASES[release.index(RELEASES.len())]);
    }

    #[test]
    fn fields_of_an_export_are_told_alike(
        fields in proptest::collection::vec((
            "conn_type|description|login|password|host|port|schema|extra|conn_id|uri|a",
            "null|true|1|99999|\"\"|\"(ssh|aws|none|x y|5432|%40| a|\\$\\{A\\}|<host>|\\u0041|\\\\u0000|db)\"|\"\\{\\\\\"a\\\\\": 1\\}\"|\\{\\}|\\{\"a\": 1\\}|\\[\\]",
        ), 0..4),
        release in any::<Index>(),
    ) {
        let mut members = Vec::new();
        for (number, (key, value)) in fields.iter().enumerate() {
            members.push(format!("\"one{number}\": {{\n    \"conn_type\": \"postgres\",\n    \"{key}\": {value}\n  }}"));
        }
        let all: Vec<String> = fields.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
        members.push(format!("\"all\": {{{}}}", all.join(", ")));
        same("connections.json", &file(&members), RELEASES[release.index(RELEASES.len())]);
    }
}

#[test]
fn what_only_the_whole_file_tells_is_told() {
    let plain = file(&[]);
    // Or nothing would pass.
    let (said, _) = both("connections.json", &plain, &["3.1.8"]);
    assert!(!said.contains("AV"));
    let found = |name, text: &str| same(name, text, &["3.1.8"]);
    // Behind what is looked at to see what the file is.
    let (head, tail) = plain.split_at(plain.rfind("pw-1").unwrap());
    let encrypted = tail.replace("pw-1", "ENC[AES256_GCM,data:abc,iv:x,tag:y,type:str]");
    for (text, code) in [
        (format!("\u{feff}{plain}"), "AV"),
        (plain.replace("\n}\n", ",\n}\n"), "AV"),
        (format!("{plain}{plain}"), "AV"),
        (format!("[{plain}]"), "AV113"),
        (
            plain
                .replace("\"pad7\"", "\"pad300\"")
                .replace("\"port\": 5432}", "\"port\": \"x\"}"),
            "AV",
        ),
        (format!("{head}{encrypted}"), "AV"),
        (plain[..plain.len() - 100].to_owned(), "AV"),
        (plain.replace("pad5\"", "pad5\\x\""), "AV"),
    ] {
        assert!(
            found("connections.json", &text).contains(code),
            "{}",
            &text[..60]
        );
    }
    let list = file(&["\"a\": [1, 2]".to_owned()]);
    assert!(found("variables.json", &list).contains("AV113"));
    let template = file(&["\"a\": [1, 2]".to_owned(), "\"b\": \"{{ c }}\"".to_owned()]);
    assert!(!found("variables.json", &template).contains("AV113"));
}

#[test]
fn a_credential_that_git_would_commit_is_told_once() {
    let members = [
        r#""a_password": "Kx93ncn2LQp8Zr41""#,
        r#""a": "postgres://u:Kx93ncn2LQp8@db.internal/d""#,
        r#""b_password": "Kx93ncn2LQp8Zr42""#,
    ];
    let text = file(&members.map(str::to_owned));
    for name in ["connections.json", "variables.json"] {
        let found = same(name, &text, &["2.11.2", "3.3.2"]);
        assert_eq!(found.matches("\"AV712\"").count(), 1, "{name}");
    }
}
