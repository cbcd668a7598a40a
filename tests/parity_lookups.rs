//! Lookups as real Airflow made them, over moto (`fixtures/parity/lookups.jsonl`), against `resolve`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use common::{run, with};
use serde_json::{Map, Value, json};

/// The release and process that gave an answer, as options of airvane.
fn target(column: &Value) -> Vec<String> {
    let text = |name: &str| column[name].as_str().unwrap();
    [
        "--airflow",
        text("airflow"),
        "--provider",
        &format!("amazon={}", text("amazon")),
        "--python",
        text("python"),
        "--runtime",
        text("runtime"),
    ]
    .map(str::to_owned)
    .to_vec()
}

/// The files of a case.
fn files(case: &Value) -> [(&'static str, String); 4] {
    let members = |name: &str| case[name].as_object().cloned().unwrap_or_default();
    let mut env = String::new();
    for (name, value) in &members("env") {
        writeln!(env, "{name}={}", value.as_str().unwrap()).unwrap();
    }
    let parameters: Vec<Value> = members("parameters")
        .iter()
        .map(|(name, value)| json!({"Name": name, "Type": "String", "Value": value}))
        .collect();
    let secrets: Vec<Value> = members("secrets")
        .iter()
        .map(|(name, value)| match value {
            Value::String(text) => json!({"Name": name, "SecretString": text}),
            _ => json!({"Name": name, "SecretBinary": "eA=="}),
        })
        .collect();
    [
        (
            "airflow.cfg",
            case["cfg"].as_str().unwrap_or_default().to_owned(),
        ),
        (".env", env),
        (
            "parameters.json",
            json!({"Parameters": parameters}).to_string(),
        ),
        (
            "secrets.json",
            json!({"SecretValues": secrets, "Errors": []}).to_string(),
        ),
    ]
}

fn resolve(folder: &Path, case: &Value, column: &Value) -> Value {
    let mut args = vec![
        "resolve".to_owned(),
        "--format=json".to_owned(),
        "--reveal".to_owned(),
        "--env-dialect=docker".to_owned(),
        "--define=HOME=/home/airflow".to_owned(),
    ];
    for (name, _) in files(case) {
        args.push(format!("--in={name}"));
    }
    if let (Some(team), true) = (case["team"].as_str(), column["teams"] == true) {
        args.push(format!("--team={team}"));
    }
    args.extend(target(column));
    args.push("--".to_owned());
    for id in case["ids"].as_array().unwrap() {
        args.push(id.as_str().unwrap().to_owned());
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let ran = run(folder, &args);
    assert!(ran.code < 2, "{}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

/// The class without its module.
fn class(step: &Value) -> &str {
    step["backend"]
        .as_str()
        .unwrap()
        .rsplit('.')
        .next()
        .unwrap()
}

fn same_exception(real: &Value, shown: &Value) -> bool {
    shown
        .as_str()
        .is_some_and(|shown| shown.rsplit('.').next() == real.as_str())
}

/// What Airflow holds as text, as airvane shows it.
fn extra(text: &Value) -> Value {
    match text.as_str() {
        None | Some("") => Value::Null,
        Some(text) => serde_json::from_str(text).unwrap_or_else(|_| json!({"__unparsed__": text})),
    }
}

fn connection_differs(real: &Value, shown: &Value) -> bool {
    let mut wanted: Map<String, Value> = real.as_object().unwrap().clone();
    wanted["extra"] = extra(&real["extra"]);
    wanted
        .iter()
        .any(|(name, value)| shown.get(name).unwrap_or(&Value::Null) != value)
}

fn step_differs(real: &Value, shown: &Value) -> bool {
    let asked = real["asked"].as_array().unwrap();
    let outcome = shown["outcome"].as_str().unwrap();
    let same = if real["unusable"].is_string() {
        outcome == "error" && same_exception(&real["unusable"], &shown["airflow"])
    } else if real["outcome"] == "error" {
        outcome == "error" && same_exception(&real["airflow"], &shown["airflow"])
    } else {
        real["outcome"] == outcome
            || (outcome == "skipped" && real["outcome"] == "missing" && asked.is_empty())
    };
    if !same {
        return true;
    }
    if class(real) == "EnvironmentVariablesBackend" || outcome == "skipped" {
        return false;
    }
    asked.iter().ne(asked_names(shown))
}

/// What the backend was asked for: with a team several names, up to the one that it holds.
fn asked_names(step: &Value) -> Vec<&Value> {
    let lookup = &step["lookup"];
    match step["lookups"].as_array() {
        _ if lookup.is_null() => Vec::new(),
        None => vec![lookup],
        Some(names) if step["outcome"] == "missing" => names.iter().collect(),
        Some(names) => {
            let upto = names.iter().position(|name| name == lookup).unwrap();
            names.iter().take(upto + 1).collect()
        }
    }
}

/// In words what differs for one id.
fn differs(real: &Value, shown: &Value) -> Option<&'static str> {
    if real["outcome"] != shown["outcome"] {
        return Some("outcome");
    }
    if real["connection"].is_object()
        && connection_differs(&real["connection"], &shown["connection"])
    {
        return Some("connection");
    }
    if real["value"].is_string() && real["value"] != shown["value"] {
        return Some("value");
    }
    let watched = |step: &&Value| {
        matches!(
            class(step),
            "SystemsManagerParameterStoreBackend"
                | "SecretsManagerBackend"
                | "EnvironmentVariablesBackend"
        )
    };
    let steps: Vec<&Value> = shown["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter(watched)
        .collect();
    for (number, step) in real["steps"].as_array().unwrap().iter().enumerate() {
        match steps.get(number) {
            Some(shown) if class(shown) == class(step) && !step_differs(step, shown) => {}
            _ => return Some("steps"),
        }
    }
    None
}

/// All differences of one answer.
fn compare(real: &Value, shown: &Value) -> Vec<String> {
    let shown = shown.as_array().unwrap();
    if let Some(exception) = real["crash"].get("airflow") {
        let starts = |entry: &&Value| {
            let named = entry["steps"].as_array().unwrap().iter();
            entry["outcome"] != "error"
                || !named
                    .into_iter()
                    .any(|step| same_exception(exception, &step["airflow"]))
        };
        return shown
            .iter()
            .filter(starts)
            .map(|entry| format!("Airflow does not start: {exception}\n  airvane {entry}"))
            .collect();
    }
    real["ids"]
        .as_array()
        .unwrap()
        .iter()
        .zip(shown)
        .filter_map(|(real, shown)| {
            let what = differs(real, shown)?;
            Some(format!("{what}\n  Airflow {real}\n  airvane {shown}"))
        })
        .collect()
}

#[test]
fn every_lookup_ends_as_it_does_in_airflow() {
    let text = fs::read_to_string("fixtures/parity/lookups.jsonl").unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let (head, cases) = lines.split_first().unwrap();
    let columns = head["columns"].as_array().unwrap();
    let check = |case: &Value| {
        let files = files(case);
        let folder = with(&files.each_ref().map(|(name, text)| (*name, text.as_str())));
        let mut wrong = Vec::new();
        let mut count = 0;
        for answer in case["answers"].as_array().unwrap() {
            for column in answer[0].as_array().unwrap() {
                let column = &columns[usize::try_from(column.as_u64().unwrap()).unwrap()];
                count += 1;
                for what in compare(&answer[1], &resolve(folder.path(), case, column)) {
                    wrong.push(format!(
                        "{} {}: {what}\n  cfg {}\n  env {}",
                        column["airflow"], column["runtime"], case["cfg"], case["env"]
                    ));
                }
            }
        }
        (count, wrong)
    };
    let halves = cases.split_at(cases.len() / 2);
    let (count, wrong) = std::thread::scope(|scope| {
        let threads = [halves.0, halves.1]
            .map(|half| scope.spawn(|| half.iter().map(check).collect::<Vec<_>>()));
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .fold(
                (0, Vec::new()),
                |(count, mut wrong): (i32, Vec<String>), (more, found)| {
                    wrong.extend(found);
                    (count + more, wrong)
                },
            )
    });
    assert!(
        wrong.is_empty(),
        "{} differences in {count} answers:\n{}",
        wrong.len(),
        wrong
            .iter()
            .take(20)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n\n")
    );
    assert!(count >= 500, "{count} answers");
}
