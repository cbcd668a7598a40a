//! Backend classes against what the real ones kept, asked for and raised (`fixtures/parity`).

#![expect(clippy::unwrap_used, reason = "a broken fixture must fail the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use airvane::airflow::backend::ask::{Ask, Question};
use airvane::airflow::backend::construct::Attribute;
use airvane::airflow::backend::{Construction, SecretsConfig, data};
use airvane::airflow::config::Settings;
use airvane::airflow::target::TargetSource;
use airvane::airflow::{Python, Runtime, Target};
use airvane::inputs::{EntryKind, Form, Origin, Setting};
use airvane::source::{FileId, Span, Text};
use serde_json::Value;

/// What the comparison of one file came to.
#[derive(Default)]
struct Tally {
    rows: usize,
    attributes: usize,
    asks: usize,
    unknown: usize,
    wrong: Vec<String>,
}

fn setting(option: &str, value: &str) -> Setting {
    Setting {
        section: "secrets".to_owned(),
        option: option.to_owned(),
        form: Form::Plain,
        origin: Origin::Env,
        spelling: airvane::inputs::spelling::Spelling::default(),
        file: FileId(0),
        name: Span::new(0, 0),
        value: Text::verbatim(value, 0),
        is_left_open: false,
    }
}

fn target(row: &Value) -> Target {
    let text = |key: &str| row[key].as_str().unwrap().to_owned();
    let class = data::class_named(&text("class")).unwrap();
    let mut providers = BTreeMap::new();
    if let Some(provider) = &class.provider {
        providers.insert(provider.clone(), text("release").parse().unwrap());
    }
    let python = text("python");
    let (major, minor) = python.split_once('.').unwrap();
    Target {
        airflow: text("airflow").parse().unwrap(),
        providers,
        assumed: BTreeSet::new(),
        python: Python {
            major: major.parse().unwrap(),
            minor: minor.parse().unwrap(),
        },
        runtime: if row["runtime"] == "task" {
            Runtime::Task
        } else {
            Runtime::Server
        },
        source: TargetSource::CommandLine,
    }
}

/// As `json.dumps` of the fixture's value and of the twin's agree.
fn agrees(real: &Value, twin: &Attribute) -> bool {
    match twin {
        Attribute::Null => real.is_null(),
        Attribute::Text(text) => real.as_str() == Some(text),
        Attribute::Json(json) => serde_json::from_str::<Value>(json).is_ok_and(|own| own == *real),
        Attribute::Unknown => false,
    }
}

fn question(ask: &Value) -> Question<'_> {
    Question {
        kind: match ask[0].as_str().unwrap() {
            "connection" => EntryKind::Connection,
            "variable" => EntryKind::Variable,
            _ => EntryKind::Config,
        },
        id: ask[1].as_str().unwrap(),
        team: ask[2].as_str(),
        multi_team: ask[3].as_bool(),
    }
}

fn answer(ask: &Ask) -> Option<Value> {
    Some(match ask {
        Ask::For(names) => names.clone().into(),
        Ask::Skips(_) => Value::Null,
        Ask::Raises(fault) => fault.exception.into(),
        Ask::Unknown(_) => return None,
    })
}

fn compare(row: &Value, tally: &mut Tally) {
    tally.rows += 1;
    let target = target(row);
    let class = row["class"].as_str().unwrap();
    let path = match row.get("path").and_then(Value::as_str) {
        Some(path) => path.to_owned(),
        None => data::class_named(class).unwrap().class_path.clone(),
    };
    let written = [
        setting("backend", &path),
        setting("backend_kwargs", row["kwargs"].as_str().unwrap()),
    ];
    let settings = Settings {
        written: written.iter().collect(),
        has_cfg: true,
        has_env: true,
        ..Settings::default()
    };
    let secrets = SecretsConfig::read(&settings, &target);
    let construction = secrets.main.construct(&target);
    let mut wrong = |what: String| {
        let keys = ["class", "release", "airflow", "python", "runtime", "kwargs"];
        let named = keys.map(|key| row[key].as_str().unwrap());
        tally.wrong.push(format!("{}: {what}", named.join(" ")));
    };
    let built = match &construction {
        Construction::Built(built) => built,
        Construction::Fails(fault) => {
            if row["raises"].as_str() != Some(fault.exception) {
                wrong(format!(
                    "twin raises {}, real {}",
                    fault.exception, row["raises"]
                ));
            }
            return;
        }
        _ => return wrong("neither built nor failed".to_owned()),
    };
    if let Some(raised) = row.get("raises") {
        return wrong(format!("twin builds, real raises {raised}"));
    }
    for (name, real) in row["built"].as_object().unwrap() {
        let Some(twin) = built.option(name) else {
            // From 9.0.0 on it is always false, and no argument sets it.
            if name != "are_secret_values_urlencoded" {
                wrong(format!("no option {name}"));
            }
            continue;
        };
        tally.attributes += 1;
        if *twin == Attribute::Unknown {
            tally.unknown += 1;
            let of_the_environment = ["token", "project_id"].contains(&name.as_str());
            if !of_the_environment {
                wrong(format!("{name} is unknown"));
            }
        } else if !agrees(real, twin) {
            wrong(format!("{name} is {real}, twin has another"));
        }
    }
    for ask in row["asks"].as_array().unwrap() {
        tally.asks += 1;
        let twin = built.ask(&question(ask), &target);
        match answer(&twin) {
            None => tally.unknown += 1,
            Some(twin) if twin != ask[4] => wrong(format!("{ask}: twin {twin}")),
            Some(_) => {}
        }
    }
}

fn run(path: &str) -> Tally {
    let mut tally = Tally::default();
    let text = fs::read_to_string(path).unwrap();
    for line in text.lines() {
        compare(&serde_json::from_str(line).unwrap(), &mut tally);
    }
    tally
}

fn report(tally: &Tally) -> String {
    let first: Vec<&str> = tally.wrong.iter().take(30).map(String::as_str).collect();
    format!(
        "{} rows, {} attributes, {} asks, {} unknown, {} wrong\n{}",
        tally.rows,
        tally.attributes,
        tally.asks,
        tally.unknown,
        tally.wrong.len(),
        first.join("\n")
    )
}

#[test]
fn classes_of_every_release_keep_ask_and_raise_as_the_real_ones() {
    let tally = run("fixtures/parity/backends.jsonl");
    assert!(tally.wrong.is_empty(), "{}", report(&tally));
    assert!(tally.rows > 400, "{}", report(&tally));
    assert!(
        tally.unknown * 20 < tally.attributes + tally.asks,
        "{}",
        report(&tally)
    );
}

#[test]
fn what_the_aws_client_refuses_is_known_by_its_exception() {
    let tally = run("fixtures/parity/backends-aws.jsonl");
    assert!(tally.wrong.is_empty(), "{}", report(&tally));
    assert!(tally.asks > 300, "{}", report(&tally));
    assert!(tally.unknown * 20 < tally.asks, "{}", report(&tally));
}

/// A file of one's own, larger than what can be kept: `PARITY_BACKENDS=rows.jsonl`.
#[test]
#[ignore = "needs a file made by tests/parity/make_backends.py"]
fn a_file_of_ones_own_agrees() {
    let tally = run(&std::env::var("PARITY_BACKENDS").unwrap());
    assert!(tally.wrong.is_empty(), "{}", report(&tally));
}
