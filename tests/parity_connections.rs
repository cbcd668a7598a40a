//! Connection values against what real Airflow made of them (`fixtures/parity`).

#![expect(clippy::unwrap_used, reason = "a broken fixture must fail the test")]

use std::collections::BTreeMap;
use std::fs;

use airvane::airflow::connection::{Format, Reader, Reading, Reason, read, read_uri_text};
use airvane::airflow::{Python, Runtime, Version};
use airvane::source::Text;
use serde_json::Value;

/// A reader by its name in the fixtures: release, process, minor number of Python.
fn reader(name: &str) -> Reader {
    let (airflow, runtime, minor) = match name {
        "core_3_3_2" => (Version::new(3, 3, 2), Runtime::Server, 12),
        "sdk_1_3_2" => (Version::new(3, 3, 2), Runtime::Task, 12),
        "core_2_11_2" => (Version::new(2, 11, 2), Runtime::Server, 11),
        "core_3_1_8" => (Version::new(3, 1, 8), Runtime::Server, 12),
        "core_2_0_0" => (Version::new(2, 0, 0), Runtime::Server, 8),
        other => panic!("unknown reader {other}"),
    };
    Reader {
        airflow,
        runtime,
        python: Python { major: 3, minor },
    }
}

/// Readers whose parsing method was run without its class: no check of extra, and "" is kept.
fn is_isolated(name: &str) -> bool {
    matches!(name, "core_3_1_8" | "core_2_0_0")
}

/// Field name to text; what is `None` is left out.
type Fields = BTreeMap<String, String>;

#[derive(Debug, PartialEq)]
enum Outcome {
    Connection(Fields),
    Raises(String),
    RaisesAtGetUri(String),
}

fn outcome(reading: &Reading) -> Outcome {
    if let Some(failure) = &reading.unusable {
        return Outcome::RaisesAtGetUri(failure.exception.to_owned());
    }
    let connection = match &reading.outcome {
        Ok(connection) => connection,
        Err(failure) => return Outcome::Raises(failure.exception.to_owned()),
    };
    let mut fields = Fields::new();
    for (name, field) in [
        ("conn_type", &connection.conn_type),
        ("description", &connection.description),
        ("host", &connection.host),
        ("login", &connection.login),
        ("password", &connection.password),
        ("schema", &connection.schema),
        ("extra", &connection.extra),
    ] {
        if let Some(text) = field {
            fields.insert(name.to_owned(), text.expose().to_owned());
        }
    }
    if let Some(port) = &connection.port {
        fields.insert("port".to_owned(), port.clone());
    }
    Outcome::Connection(fields)
}

fn exception(message: &Value) -> String {
    let message = message.as_str().unwrap();
    message.split(':').next().unwrap().to_owned()
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

const NAMES: [&str; 8] = [
    "conn_type",
    "description",
    "host",
    "login",
    "password",
    "schema",
    "port",
    "extra",
];

fn expected(result: &Value) -> Outcome {
    if let Some(message) = result.get("error") {
        return Outcome::Raises(exception(message));
    }
    if let Some(message) = result.get("error_at_get_uri") {
        return Outcome::RaisesAtGetUri(exception(message));
    }
    let mut fields = Fields::new();
    if let Some(repr) = result.get("repr") {
        for (name, value) in python_dict(repr.as_str().unwrap()) {
            if NAMES.contains(&name.as_str()) {
                fields.insert(name, value);
            }
        }
    } else {
        for name in NAMES {
            if let Some(value) = result.get(name).filter(|value| !value.is_null()) {
                fields.insert(name.to_owned(), plain(value));
            }
        }
    }
    Outcome::Connection(fields)
}

/// The members of a `repr(dict)`: strings decoded, everything else as it stands.
fn python_dict(repr: &str) -> Vec<(String, String)> {
    let chars: Vec<char> = repr.chars().collect();
    let mut at = 1;
    let mut members = Vec::new();
    let mut name = None;
    while at < chars.len() {
        match chars[at] {
            '\'' | '"' => {
                let (text, end) = python_string(&chars, at);
                at = end;
                match name.take() {
                    None => name = Some(text),
                    Some(key) => members.push((key, text)),
                }
            }
            ' ' | ':' | ',' | '}' => at += 1,
            '{' | '[' => {
                // Only `extra_dejson` is nested, and it is not compared.
                let mut depth = 0;
                loop {
                    match chars[at] {
                        '{' | '[' => depth += 1,
                        '}' | ']' => depth -= 1,
                        '\'' | '"' => {
                            at = python_string(&chars, at).1;
                            continue;
                        }
                        _ => {}
                    }
                    at += 1;
                    if depth == 0 {
                        break;
                    }
                }
                name = None;
            }
            _ => {
                let start = at;
                while !matches!(chars[at], ',' | '}') {
                    at += 1;
                }
                let text: String = chars[start..at].iter().collect();
                members.push((name.take().unwrap(), text));
            }
        }
    }
    members
}

fn python_string(chars: &[char], start: usize) -> (String, usize) {
    let quote = chars[start];
    let mut units: Vec<u16> = Vec::new();
    let mut at = start + 1;
    let push = |units: &mut Vec<u16>, character: char| {
        units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
    };
    loop {
        match chars[at] {
            c if c == quote => break,
            '\\' => {
                let hex = |from: usize, to: usize| {
                    let digits: String = chars[from..to].iter().collect();
                    u32::from_str_radix(&digits, 16).unwrap()
                };
                let (code, length) = match chars[at + 1] {
                    'n' => (10, 2),
                    'r' => (13, 2),
                    't' => (9, 2),
                    'x' => (hex(at + 2, at + 4), 4),
                    'u' => (hex(at + 2, at + 6), 6),
                    'U' => (hex(at + 2, at + 10), 10),
                    other => (other as u32, 2),
                };
                match char::from_u32(code) {
                    Some(character) => push(&mut units, character),
                    None => units.push(u16::try_from(code).unwrap()),
                }
                at += length;
            }
            character => {
                push(&mut units, character);
                at += 1;
            }
        }
    }
    (String::from_utf16(&units).unwrap(), at + 1)
}

fn cases(file: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

/// Compares one list of cases; the text of a case is handed to `build`.
fn compare(list: &Value, key: &str, build: impl Fn(&Text, &Reader) -> Reading) -> usize {
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in list.as_array().unwrap() {
        let text = case[key].as_str().unwrap();
        for result in case["results"].as_array().unwrap() {
            for name in result["in"].as_array().unwrap() {
                let name = name.as_str().unwrap();
                let mut want = expected(result);
                let mut got = outcome(&build(&Text::verbatim(text, 0), &reader(name)));
                if is_isolated(name) {
                    for side in [&mut want, &mut got] {
                        if let Outcome::Connection(fields) = side {
                            fields.retain(|key, value| key != "password" || !value.is_empty());
                        }
                    }
                    let special = name == "core_3_1_8" && text.contains("__extra__");
                    if special && got == Outcome::Raises("ValueError".to_owned()) {
                        continue;
                    }
                }
                count += 1;
                if want != got {
                    wrong.push(format!("{name}: {text:?}\n  want {want:?}\n  got  {got:?}"));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    count
}

#[test]
fn every_uri_of_the_golden_data_is_read_as_airflow_reads_it() {
    let file = cases("fixtures/parity/conn-cases.json");
    let count = compare(&file["uri_cases"], "uri", read_uri_text);
    assert!(count >= 5 * 170, "{count} comparisons");
}

#[test]
fn every_json_value_of_the_golden_data_is_read_as_airflow_reads_it() {
    let file = cases("fixtures/parity/conn-cases.json");
    let count = compare(&file["json_cases"], "json", |text, reader| {
        read(text, reader, &Format::Airflow)
    });
    assert!(count >= 3 * 110, "{count} comparisons");
}

/// Values made by `tests/parity/make_connections.py` and run through real releases.
#[test]
fn every_generated_value_is_read_as_airflow_reads_it() {
    let path = "fixtures/parity/conn-generated.jsonl";
    let path = std::env::var("AIRVANE_CONNECTIONS").unwrap_or_else(|_| path.to_owned());
    let mut wrong = Vec::new();
    let mut failed = 0;
    let mut count = 0;
    for line in fs::read_to_string(path).unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let text = case["value"].as_str().unwrap();
        for (names, result) in case["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| (&r["in"], r))
        {
            let want = expected(result);
            for name in names.as_array().unwrap() {
                let name = name.as_str().unwrap();
                let (name, format) = match name.strip_suffix("_sm") {
                    Some(name) => (
                        name,
                        Format::SecretsManager {
                            extra_conn_words: vec![("user".into(), vec!["usr".into()])],
                        },
                    ),
                    None => (name, Format::Airflow),
                };
                let got = outcome(&read(&Text::verbatim(text, 0), &reader(name), &format));
                count += 1;
                if want != got {
                    failed += 1;
                    if wrong.len() < 20 {
                        wrong.push(format!("{name}: {text:?}\n  want {want:?}\n  got  {got:?}"));
                    }
                }
            }
        }
    }
    assert!(
        failed == 0,
        "{failed} of {count} wrong:\n{}",
        wrong.join("\n")
    );
    assert!(count > 1000, "{count} comparisons");
}

/// The shipped schema and the twin give the same verdict on keys and types, for the strictest
/// reader of each value. Not covered by a schema: what stands inside `uri` and `extra`.
#[test]
fn the_shipped_schema_agrees_with_the_twin() {
    let schema = cases("schemas/connection.schema.json");
    let validator = jsonschema::validator_for(&schema).unwrap();
    let readers = ["core_3_3_2", "sdk_1_3_2"].map(reader);
    let mut texts = Vec::new();
    for case in cases("fixtures/parity/conn-cases.json")["json_cases"]
        .as_array()
        .unwrap()
    {
        texts.push(case["json"].as_str().unwrap().to_owned());
    }
    for line in fs::read_to_string("fixtures/parity/conn-generated.jsonl")
        .unwrap()
        .lines()
    {
        let case: Value = serde_json::from_str(line).unwrap();
        texts.push(case["value"].as_str().unwrap().to_owned());
    }
    let mut compared = 0;
    for text in &texts {
        // serde_json knows neither NaN nor what Python does with a number too large for a float.
        let Ok(instance @ Value::Object(_)) = serde_json::from_str::<Value>(text) else {
            continue;
        };
        if instance.get("uri").is_some_and(|uri| !uri.is_null())
            || text.contains("e400")
            || text.contains("e999")
        {
            continue;
        }
        let readings = readers
            .iter()
            .map(|reader| read(&Text::verbatim(text, 0), reader, &Format::Airflow));
        let refused = readings
            .filter_map(|reading| reading.unusable.or(reading.outcome.err()))
            .any(|failure| match failure.reason {
                Reason::ExtraNotJson => false,
                Reason::ExtraNotObject => !instance["extra"].is_string(),
                _ => true,
            });
        // `team_name` is taken by the server alone.
        assert_eq!(validator.is_valid(&instance), !refused, "{text:?}");
        compared += 1;
    }
    assert!(compared > 80, "{compared} compared");
}
