//! Entries of local secrets files, and whole files in YAML, against what real Airflow made of them
//! (`tests/parity/make_local.py`, `tests/parity/make_local_files.py`).

#![expect(clippy::unwrap_used, reason = "a broken fixture must fail the test")]

use std::fs;

use airvane::airflow::connection::{Format, Local, Reader, Reading, read};
use airvane::airflow::local_file::{self, LocalVariable};
use airvane::airflow::{Python, Runtime, Version};
use airvane::inputs::Kind;
use airvane::inputs::local::{self, LocalForm, LocalParts, LocalTree};
use airvane::source::{FileId, Text};
use airvane::syntax::json;
use serde_json::{Map, Value, json};

const YAML_RELEASES: [(&str, Version, u8); 4] = [
    ("core_2_7_3", Version::new(2, 7, 3), 8),
    ("core_2_11_2", Version::new(2, 11, 2), 11),
    ("core_3_1_8", Version::new(3, 1, 8), 12),
    ("core_3_3_2", Version::new(3, 3, 2), 12),
];

fn readers() -> [(&'static str, Version, u8); 2] {
    [
        ("core_3_3_2", Version::new(3, 3, 2), 12),
        ("core_2_11_2", Version::new(2, 11, 2), 11),
    ]
}

fn outcome(reading: &Reading) -> Value {
    if let Some(failure) = &reading.unusable {
        return json!({"raises_at_get_uri": failure.exception});
    }
    let connection = match &reading.outcome {
        Ok(connection) => connection,
        Err(failure) => return json!({"raises": failure.exception}),
    };
    let mut fields = Map::new();
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
            fields.insert(name.to_owned(), json!(text.expose()));
        }
    }
    if let Some(port) = &connection.port {
        fields.insert("port".to_owned(), json!(port));
    }
    json!({"connection": fields})
}

/// The only item of a list stands for the list.
fn entry(value: &str) -> Option<(Text, Local)> {
    let tree = json::parse(&Text::verbatim(value, 0)).unwrap();
    let root = tree.root();
    let items: Vec<json::Value<'_>> = root.items().collect();
    let one = match items.as_slice() {
        [] if root.kind() == json::Kind::Array => return None,
        [one] => *one,
        _ => root,
    };
    let id = "db".to_owned();
    Some(match one.string() {
        Some(text) => (text, Local::Text),
        None => (one.raw(), Local::Value { id }),
    })
}

#[test]
fn local_entries_are_read_as_airflow_reads_them() {
    let text = fs::read_to_string("fixtures/parity/local-connections.json").unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut wrong = Vec::new();
    for case in &cases {
        let value = case["value"].as_str().unwrap();
        for (name, airflow, minor) in readers() {
            let expected = &case[name];
            let Some((text, local)) = entry(value) else {
                assert_eq!(expected, &json!({"ignored": true}));
                continue;
            };
            // Whose process it is makes no difference.
            for runtime in [Runtime::Server, Runtime::Task] {
                let reader = Reader {
                    airflow,
                    runtime,
                    python: Python { major: 3, minor },
                };
                let mut reading = read(&text, &reader, &Format::Local(local.clone()));
                // A list in a list is refused as a list of two is, under another name.
                if value.starts_with("[[")
                    && let Err(failure) = &mut reading.outcome
                {
                    failure.exception = "AirflowException";
                }
                let made = outcome(&reading);
                if made != *expected {
                    wrong.push(format!("{name} {value}: {made}, Airflow: {expected}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases.len() > 80);
}

/// The exception for which Airflow refuses the whole file.
fn refused(parts: &LocalParts) -> Option<&'static str> {
    let LocalTree::Yaml(tree) = &parts.tree else {
        panic!("no YAML");
    };
    match tree.refusal {
        Some(refusal) if refusal.exception == "MarkedYAMLError" => {
            Some("AirflowFileParseException")
        }
        Some(refusal) => Some(refusal.exception),
        None => tree.top.map(|_| "AirflowFileParseException"),
    }
}

/// True where nothing is said of some entry.
fn is_unknown(parts: &LocalParts) -> bool {
    let LocalTree::Yaml(tree) = &parts.tree else {
        panic!("no YAML");
    };
    !tree.nameless.is_empty() || parts.definitions.iter().any(|one| !one.value.is_known())
}

fn connections(parts: &LocalParts, airflow: Version, minor: u8) -> Value {
    let reader = Reader {
        airflow,
        runtime: Runtime::Server,
        python: Python { major: 3, minor },
    };
    let mut loaded = Vec::new();
    for definition in &parts.definitions {
        let reading = read(&definition.value, &reader, &Format::of(definition));
        match outcome(&reading) {
            made if made.get("raises").is_some() => return made,
            Value::Object(made) => loaded.push(json!([
                definition.id,
                made.get("connection")
                    .cloned()
                    .unwrap_or(Value::Object(made))
            ])),
            _ => unreachable!(),
        }
    }
    json!({ "loaded": loaded })
}

/// What `load_variables` gives, in the writing of the goldens: of what is no text its type.
fn variables_of(parts: &LocalParts, airflow: Version) -> Value {
    let mut loaded = Vec::new();
    for definition in &parts.definitions {
        let value = match local_file::variable(definition, airflow) {
            LocalVariable::Text(text) => json!(text.expose()),
            LocalVariable::Null => json!({ "other": "NoneType" }),
            LocalVariable::NotUnique => {
                return json!({ "raises": local_file::variable_not_unique(airflow) });
            }
            LocalVariable::Value(value) => {
                let of = match serde_json::from_str(value.expose()) {
                    Ok(Value::Object(_)) => "dict",
                    Ok(Value::Array(_)) => "list",
                    Ok(Value::Bool(_)) => "bool",
                    Ok(Value::Number(number)) if !number.is_f64() => "int",
                    // `NaN` is JSON for Python alone.
                    _ => "float",
                };
                json!({ "other": of })
            }
            LocalVariable::Unknown => unreachable!("only what is known is compared"),
        };
        loaded.push(json!([definition.id, value]));
    }
    json!({ "loaded": loaded })
}

#[test]
fn yaml_files_are_read_as_airflow_reads_them() {
    let text = fs::read_to_string("fixtures/parity/local-files.json").unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    let (mut wrong, mut compared, mut unknown) = (Vec::new(), 0, 0);
    for case in &cases {
        let text = case["text"].as_str().unwrap();
        let of = |kind| local::read(text, kind, FileId(0), LocalForm::Yaml);
        let (ours, variables) = (of(Kind::Connections), of(Kind::Variables));
        for (name, airflow, minor) in YAML_RELEASES {
            let real = &case[name]["connections"];
            let made = match refused(&ours) {
                Some(exception) => json!({ "raises": exception }),
                // A list in a list is refused as a list of two is, under another name.
                None if text.contains("[[") => continue,
                None if is_unknown(&ours) => {
                    unknown += 1;
                    continue;
                }
                None => connections(&ours, airflow, minor),
            };
            compared += 1;
            if made != *real {
                wrong.push(format!("{name} {text:?}: {made}, Airflow: {real}"));
            }
        }
        for (name, airflow, _) in YAML_RELEASES {
            let real = &case[name]["variables"];
            let made = match refused(&variables) {
                Some(exception) => json!({ "raises": exception }),
                None if is_unknown(&variables) => continue,
                None => variables_of(&variables, airflow),
            };
            compared += 1;
            if made != *real {
                wrong.push(format!("{name} {text:?}: {made}, Airflow: {real}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 1100 && unknown < 90, "{compared}, {unknown}");
}
