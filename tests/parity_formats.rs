//! Secrets of Vault, Akeyless and old releases of Secrets Manager against what the real classes made of them
//! (`fixtures/parity/conn-formats.jsonl`).

#![expect(clippy::unwrap_used, reason = "a broken fixture must fail the test")]

use std::collections::BTreeMap;
use std::fs;

use airvane::airflow::backend::{Held, held};
use airvane::airflow::connection::{Format, OwnWay, Reader, Reading, Reason, Steps, Vault, read};
use airvane::airflow::{Python, Runtime, Version};
use airvane::source::Text;
use serde_json::Value;

fn reader(name: &str) -> Reader {
    let (airflow, runtime, minor) = match name {
        "core_2_7_3" => (Version::new(2, 7, 3), Runtime::Server, 8),
        "core_2_11_2" => (Version::new(2, 11, 2), Runtime::Server, 11),
        "core_3_1_8" => (Version::new(3, 1, 8), Runtime::Server, 12),
        "sdk_3_1_8" => (Version::new(3, 1, 8), Runtime::Task, 12),
        "core_3_3_2" => (Version::new(3, 3, 2), Runtime::Server, 12),
        "sdk_3_3_2" => (Version::new(3, 3, 2), Runtime::Task, 12),
        other => panic!("unknown reader {other}"),
    };
    Reader {
        airflow,
        runtime,
        python: Python { major: 3, minor },
    }
}

/// The format of a release of its provider, with the keyword arguments that `make_formats.py` gives.
fn format(name: &str, release: &str) -> Format {
    let words = |more: &[(&str, &str)]| {
        let word = |(field, word): &(&str, &str)| ((*field).to_owned(), vec![(*word).to_owned()]);
        Ok(more.iter().map(word).collect())
    };
    let (steps, decodes, words) = match (name, release) {
        ("akeyless", _) => return Format::Akeyless,
        ("vault", "2.0.0") => return Format::Vault(Vault::Uri),
        ("vault", "4.8.4") => return Format::Vault(Vault::Serialized),
        ("vault", _) => return Format::Vault(Vault::Fields),
        ("literal", release) => {
            let tests_text = release != "2.3.0";
            (Steps::Uri { tests_text }, false, words(&[("user", "usr")]))
        }
        ("fields", _) => (
            Steps::Connection,
            true,
            words(&[("user", "usr"), ("extra", "more")]),
        ),
        ("fields_plain", _) => (Steps::Connection, false, words(&[])),
        ("decoded", _) => (Steps::Json, true, words(&[("user", "usr")])),
        other => panic!("unknown format {other:?}"),
    };
    Format::OwnWay(OwnWay {
        steps,
        decodes,
        words,
    })
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Connection(BTreeMap<String, String>),
    Raises(String),
    RaisesAtGetUri(String),
    Nothing,
    Unknown,
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

fn outcome(reading: &Reading) -> Outcome {
    if let Some(failure) = &reading.unusable {
        return Outcome::RaisesAtGetUri(failure.exception.to_owned());
    }
    let connection = match &reading.outcome {
        Ok(connection) => connection,
        Err(failure) if failure.reason == Reason::Undecided => return Outcome::Unknown,
        Err(failure) if failure.exception.is_empty() => return Outcome::Nothing,
        Err(failure) => return Outcome::Raises(failure.exception.to_owned()),
    };
    let texts = [
        &connection.conn_type,
        &connection.description,
        &connection.host,
        &connection.login,
        &connection.password,
        &connection.schema,
    ];
    let mut fields = BTreeMap::new();
    for (name, field) in NAMES.into_iter().zip(texts) {
        if let Some(text) = field {
            fields.insert(name.to_owned(), text.expose().to_owned());
        }
    }
    if let Some(port) = &connection.port {
        // A port that is a text keeps its quotes in no notation of the fixture.
        fields.insert("port".to_owned(), port.clone());
    }
    if let Some(extra) = &connection.extra {
        fields.insert("extra".to_owned(), extra.expose().to_owned());
    }
    Outcome::Connection(fields)
}

fn expected(result: &Value) -> Outcome {
    let named = |key: &str| result.get(key).and_then(Value::as_str).map(str::to_owned);
    if result.get("none").is_some() {
        return Outcome::Nothing;
    }
    if let Some(exception) = named("error") {
        return Outcome::Raises(exception);
    }
    if let Some(exception) = named("error_at_get_uri") {
        return Outcome::RaisesAtGetUri(exception);
    }
    let field = |name: &&str| Some(((*name).to_owned(), named(name)?));
    Outcome::Connection(NAMES.iter().filter_map(field).collect())
}

/// Of a variable or an option.
fn of_value(format: &str, text: &str) -> Outcome {
    let class = if format == "vault" {
        "hashicorp_vault"
    } else {
        "akeyless"
    };
    let of = |text: &str| Outcome::Connection([("text".to_owned(), text.to_owned())].into());
    match held(class, &Text::verbatim(text, 0)) {
        Held::Text(inner) => of(inner.expose()),
        Held::Whole => of(text),
        Held::NotThere(_) => Outcome::Nothing,
        Held::Unknown(_) => Outcome::Unknown,
    }
}

fn expected_of_value(result: &Value) -> Outcome {
    match result.get("text") {
        Some(text) => {
            let text = text.as_str().unwrap().to_owned();
            Outcome::Connection([("text".to_owned(), text)].into())
        }
        None if result.get("other").is_some() => Outcome::Unknown,
        None => Outcome::Nothing,
    }
}

#[test]
fn every_secret_is_read_as_the_real_class_reads_it() {
    let path = "fixtures/parity/conn-formats.jsonl";
    let path = std::env::var("AIRVANE_FORMATS").unwrap_or_else(|_| path.to_owned());
    // By format: compared, unknown, wrong.
    let mut counts: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in fs::read_to_string(path).unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let name = case["format"].as_str().unwrap();
        let is_value = case["kind"] == "value";
        let text = case["value"].as_str().unwrap();
        for result in case["results"].as_array().unwrap() {
            for column in result["in"].as_array().unwrap() {
                let (who, release) = column.as_str().unwrap().split_once(':').unwrap();
                let (want, got) = if is_value {
                    (expected_of_value(result), of_value(name, text))
                } else {
                    let reading = read(
                        &Text::verbatim(text, 0),
                        &reader(who),
                        &format(name, release),
                    );
                    (expected(result), outcome(&reading))
                };
                let kind = if is_value { " value" } else { "" };
                let count = counts.entry(format!("{name}{kind}")).or_default();
                count[0] += 1;
                if got == Outcome::Unknown && !is_value {
                    count[1] += 1;
                } else if want != got {
                    count[2] += 1;
                    if count[2] < 12 {
                        wrong.push(format!(
                            "{name} {who}:{release}: {text:?}\n  want {want:?}\n  got  {got:?}"
                        ));
                    }
                }
            }
        }
    }
    println!("compared, unknown, wrong: {counts:#?}");
    assert!(wrong.is_empty(), "{counts:?}\n{}", wrong.join("\n"));
    for (name, [compared, unknown, _]) in counts {
        // Of literals, the generator writes many that are read by Python alone.
        let most = match name.as_str() {
            "literal" => compared / 2,
            "fields" | "fields_plain" => compared / 3,
            _ => compared / 20,
        };
        assert!(
            compared > 100 && unknown <= most,
            "{name}: {unknown} of {compared}"
        );
    }
}
