//! airflow.cfg against the answers of real Airflow: `fixtures/parity/cfg-cases.json` holds what
//! `AirflowConfigParser` of 2.11.2 and 3.3.2 did with each file.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use airvane::airflow::config::{Environment, Reading, Settings};
use airvane::airflow::{Python, Runtime, Target, TargetSource, Version};
use airvane::inputs::cfg;
use airvane::source::{FileId, Text};
use airvane::syntax::json;
use serde::Deserialize;

#[derive(Deserialize)]
struct Cases {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    label: String,
    #[serde(default = "secrets")]
    section: String,
    option: String,
    bytes: Option<String>,
    bytes_latin1: Option<String>,
    value: Option<String>,
    json: Option<String>,
    #[serde(default)]
    json_error: bool,
    read_error: Option<String>,
    get_error: Option<String>,
}

fn secrets() -> String {
    "secrets".to_owned()
}

/// What the run said: a value, or the exception of loading or reading.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Value(String),
    ReadError(String),
    GetError(String),
}

fn target(airflow: Version) -> Target {
    Target {
        airflow,
        providers: BTreeMap::new(),
        assumed: BTreeSet::new(),
        python: Python {
            major: 3,
            minor: 12,
        },
        runtime: Runtime::Server,
        source: TargetSource::CommandLine,
    }
}

fn environment() -> Environment<'static> {
    let variables = [("MYVAR", "val"), ("HOME", "/home/u"), ("JS", "{\"a\": 1}")];
    Environment {
        variables: variables
            .iter()
            .map(|&(name, value)| (name.into(), Some(Text::verbatim(value, 0))))
            .collect(),
    }
}

fn answer(case: &Case, airflow: Version) -> Answer {
    let bytes: Vec<u8> = match (&case.bytes, &case.bytes_latin1) {
        (Some(text), _) => text.clone().into_bytes(),
        (None, Some(text)) => text
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect(),
        (None, None) => panic!("{}: no bytes", case.label),
    };
    let Ok(text) = String::from_utf8(bytes) else {
        return Answer::ReadError("UnicodeDecodeError".to_owned());
    };
    let parts = cfg::read(&text, FileId(0), Path::new("airflow.cfg"));
    if let Some(error) = parts.tree.raises() {
        return Answer::ReadError(error.kind.exception().to_owned());
    }
    let settings = Settings {
        written: parts.settings.iter().collect(),
        environment: environment(),
        has_cfg: true,
        has_env: true,
        ..Settings::default()
    };
    match settings.read(&case.section, &case.option, &target(airflow)) {
        Reading::Unset => Answer::Value(String::new()),
        Reading::Value { text, .. } => Answer::Value(text.expose().to_owned()),
        Reading::Error { exception, .. } => Answer::GetError(exception.to_owned()),
        Reading::Command { .. } | Reading::Secret { .. } => panic!("{}: a form", case.label),
    }
}

fn expected(case: &Case) -> Answer {
    if let Some(error) = &case.read_error {
        return Answer::ReadError(error.clone());
    }
    if let Some(error) = &case.get_error {
        return Answer::GetError(error.clone());
    }
    Answer::Value(case.value.clone().unwrap())
}

/// The little of Python's `repr` that the cases need.
fn repr(value: json::Value<'_>) -> String {
    match value.kind() {
        json::Kind::Null => "None".to_owned(),
        json::Kind::True => "True".to_owned(),
        json::Kind::False => "False".to_owned(),
        json::Kind::String => format!("'{}'", value.as_str().unwrap()),
        json::Kind::Array => {
            let items: Vec<String> = value.items().map(repr).collect();
            format!("[{}]", items.join(", "))
        }
        json::Kind::Object => {
            let mut members: Vec<(String, String)> = Vec::new();
            for member in value.members() {
                let (key, value) = (repr(member.key), repr(member.value));
                match members.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, known)) => *known = value,
                    None => members.push((key, value)),
                }
            }
            let members: Vec<String> = members
                .into_iter()
                .map(|(key, value)| format!("{key}: {value}"))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        _ => value.raw().expose().to_owned(),
    }
}

#[test]
fn every_file_reads_as_airflow_reads_it() {
    let text = include_str!("../fixtures/parity/cfg-cases.json");
    let cases: Cases = serde_json::from_str(text).unwrap();
    assert!(cases.cases.len() >= 75);
    for airflow in [Version::new(2, 11, 2), Version::new(3, 3, 2)] {
        for case in &cases.cases {
            let got = answer(case, airflow);
            assert_eq!(got, expected(case), "{} in {airflow}", case.label);
            let Answer::Value(value) = got else {
                continue;
            };
            if !case.json_error && case.json.is_none() {
                continue;
            }
            // `getjson` takes an empty value for its fallback.
            let json = if value.is_empty() {
                Ok("None".to_owned())
            } else {
                json::parse(&Text::verbatim(&value, 0))
                    .map(|json| repr(json.root()))
                    .map_err(|_| ())
            };
            match &case.json {
                Some(expected) => assert_eq!(json.as_ref(), Ok(expected), "{}", case.label),
                None => assert!(json.is_err(), "{}", case.label),
            }
        }
    }
}
