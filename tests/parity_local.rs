//! Entries of local secrets files against what real Airflow made of them
//! (`tests/parity/make_local.py`).

#![expect(clippy::unwrap_used, reason = "a broken fixture must fail the test")]

use std::fs;

use airvane::airflow::connection::{Format, Local, Reader, Reading, read};
use airvane::airflow::{Python, Runtime, Version};
use airvane::source::Text;
use airvane::syntax::json;
use serde_json::{Map, Value, json};

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
