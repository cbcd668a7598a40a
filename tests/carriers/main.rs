//! Every carrier with the same ten faults, and with the same ten settings that are right.
//!
//! A carrier is a way of writing an environment down: [`Way::write`] quotes as the carrier's own reader
//! has it. The faulty characters stand between two marks that no carrier quotes, so each finding must
//! cover exactly what is between them in the file. A new carrier is a file beside this one and a line in
//! [`WAYS`].

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod astro;
mod cloudformation;
#[path = "../common/mod.rs"]
mod common;
mod compose;
mod dockerfile;
mod ecs;
mod faults;
mod kubernetes;
mod shell;
mod stores;
mod systemd;
mod terraform;
mod terraform_json;

use std::collections::BTreeMap;

use common::{run, with};
use faults::{CONNECTIONS, FAULTS, Fault, NAMES, RIGHT};
use serde_json::Value;

/// A way of writing settings down.
pub(crate) struct Way {
    /// What the test is told of it.
    pub(crate) name: &'static str,
    /// The file.
    pub(crate) path: &'static str,
    /// What of [`FAULTS`] can be written in it at all.
    pub(crate) holds: Holds,
    /// The text of a file in which these variables (or secrets) are set.
    pub(crate) write: fn(&[(&str, &str)]) -> String,
}

/// What a carrier can hold.
#[allow(dead_code, reason = "not every kind has a carrier yet")]
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Environment variables.
    Environment,
    /// Options of airflow.cfg; the writer is given the names of their environment variables.
    Options,
    /// Connections in a secret store; the writer is given the `conn_id` and the value.
    Secrets,
}

const OTHER_WAYS: &[Way] = &[
    compose::SINGLE,
    compose::DOUBLE,
    compose::LIST,
    compose::QUOTED_VALUE_LIST,
    compose::LITERAL,
    compose::FOLDED,
    compose::MERGED,
    compose::DEFAULT,
    astro::DEPLOYMENT_DOUBLE,
    astro::DEPLOYMENT_SINGLE,
    astro::DEPLOYMENT_BLOCK,
    astro::DEPLOYMENT_JSON,
    shell::SINGLE,
    shell::DOUBLE,
    shell::ANSI,
    shell::COMMAND,
    shell::DEPLOYMENT,
    shell::PARAMETERS,
    shell::SECRETS,
    shell::CONNECTIONS,
    systemd::SINGLE,
    systemd::DOUBLE,
    systemd::JOINED,
    dockerfile::SINGLE,
    dockerfile::DOUBLE,
    dockerfile::SPACED,
    ecs::CLI,
    ecs::DESCRIBED,
    ecs::BARE,
    terraform_json::MWAA,
    terraform_json::TASKS,
    terraform_json::PARAMETERS,
    terraform_json::SECRETS,
    cloudformation::OPTIONS,
    cloudformation::OPTIONS_JSON,
    cloudformation::TASKS,
    cloudformation::PARAMETERS,
    cloudformation::SECRETS,
    terraform::CONTAINERS,
    terraform::HEREDOC,
    terraform::MAP,
    terraform::LOCALS,
    terraform::MWAA,
    terraform::PARAMETERS,
    terraform::SECRETS,
    terraform::COMPOSER,
    terraform::RELEASE,
    terraform::RELEASE_ENCODED,
    terraform::DESCRIBED,
    terraform::JSON_EXPRESSION,
    terraform::JSON_TASKS,
    terraform::JSON_MAP,
    terraform::JSON_MWAA,
    terraform::JSON_PARAMETERS,
    stores::SINGLE,
    stores::DOUBLE,
    stores::BLOCK,
    stores::PAGES,
    stores::AZURE,
    stores::KUBERNETES,
];

const WAYS: &[&[Way]] = &[OTHER_WAYS, kubernetes::WAYS];

fn ways() -> impl Iterator<Item = &'static Way> {
    WAYS.iter().copied().flatten()
}

/// Marks around the faulty characters, of a plane for private use.
const MARKS: [char; 2] = ['\u{e000}', '\u{e001}'];

/// What a carrier of this kind is given of a case.
fn given(way: &Way, case: &'static Fault) -> Option<Vec<(&'static str, &'static str)>> {
    let is_connection = CONNECTIONS.contains(&case.code);
    let is_name = NAMES.contains(&case.code);
    match way.holds {
        Holds::Environment => Some(case.variables.to_vec()),
        Holds::Options => (!is_connection && !is_name).then(|| case.variables.to_vec()),
        Holds::Secrets => {
            let (_, value) = case.variables[0];
            is_connection.then(|| vec![("orders", value)])
        }
    }
}

/// The text without marks, and what they stand around.
fn unmarked(marked: &str) -> (String, Vec<(usize, usize)>) {
    let mut text = String::new();
    let (mut open, mut spans) = (None, Vec::new());
    for c in marked.chars() {
        if c == MARKS[0] {
            open = Some(text.len());
        } else if c == MARKS[1] {
            spans.push((open.take().unwrap(), text.len()));
        } else {
            text.push(c);
        }
    }
    (text, spans)
}

/// Code and span of what is said of `text`, infos left out.
fn said(way: &Way, text: &str) -> Vec<(String, usize, usize)> {
    let folder = with(&[(way.path, text)]);
    let line = [
        "check",
        way.path,
        "--airflow",
        "3.3.2",
        "--format",
        "json",
        "--ignore",
        "AV212,AV712",
    ];
    let ran = run(folder.path(), &line);
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
    assert_eq!(
        report["failures"].as_array().unwrap().len(),
        0,
        "{}",
        ran.out
    );
    assert_eq!(report["summary"]["files"], 1, "{}: {}", way.name, ran.err);
    let offset = |place: &Value| usize::try_from(place["offset"].as_u64().unwrap()).unwrap();
    let findings = report["diagnostics"].as_array().unwrap().iter();
    let loud = findings.filter(|one| one["severity"] != "info");
    loud.map(|one| {
        let code = one["code"].as_str().unwrap().to_owned();
        (code, offset(&one["start"]), offset(&one["end"]))
    })
    .collect()
}

#[test]
fn the_same_faults_are_found_at_their_own_characters_in_every_carrier() {
    let mut wrong = BTreeMap::new();
    for way in ways() {
        for case in FAULTS {
            let Some(variables) = given(way, case) else {
                continue;
            };
            let (text, spans) = unmarked(&(way.write)(&variables));
            let expected: Vec<_> = spans
                .iter()
                .map(|(start, end)| (case.code.to_owned(), *start, *end))
                .collect();
            let found = said(way, &text);
            if found != expected {
                let show = |list: &[(String, usize, usize)]| {
                    let each = list
                        .iter()
                        .map(|(code, start, end)| format!("{code} {:?}", text.get(*start..*end)));
                    each.collect::<Vec<_>>().join(", ")
                };
                let told = format!("{} instead of {}", show(&found), show(&expected));
                wrong.insert((way.name, case.code), told);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn of_what_is_right_nothing_is_said_in_any_carrier() {
    for way in ways() {
        for variables in RIGHT {
            let is_connection = variables[0].0.starts_with("AIRFLOW_CONN_");
            let variables = match way.holds {
                Holds::Options if is_connection => continue,
                Holds::Environment | Holds::Options => variables.to_vec(),
                Holds::Secrets if is_connection => vec![("orders", variables[0].1)],
                Holds::Secrets => continue,
            };
            let text = (way.write)(&variables);
            assert_eq!(said(way, &text), [], "{}: {variables:?}", way.name);
        }
    }
}

#[test]
fn the_environment_is_what_airflow_is_shown() {
    for way in ways().filter(|way| way.holds != Holds::Secrets) {
        let variables = [("AIRFLOW__CORE__DAGS_FOLDER", "/opt/a \"b\" 'c' \\d: #e")];
        let text = (way.write)(&variables);
        let folder = with(&[(way.path, &text)]);
        let line = [
            "config",
            way.path,
            "--reveal",
            "--section",
            "core",
            "--format",
            "json",
        ];
        let ran = run(folder.path(), &line);
        let config: Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
        let value = &config["sections"]["core"]["dags_folder"]["value"];
        assert_eq!(value, variables[0].1, "{}: {}", way.name, text);
    }
}

/// What a process is told that is nobody's business, in every form of output.
#[test]
fn no_secret_of_a_carrier_is_told() {
    let secret = "h7Kq2ZvT9xWm4LpB";
    let uri = format!("postgres://{secret}:{secret}@db.example.com:54x/orders?{secret}={secret}");
    let json = format!(
        "{{\"conn_type\": \"{secret}\", \"hots\": \"{secret}\", \"{secret}\": \"{secret}\"}}"
    );
    let kwargs = format!("{{\"aws_secret_access_key\": \"{secret}\", \"{secret}a{secret}\": 1,}}");
    for way in ways() {
        let variables: Vec<(&str, &str)> = match way.holds {
            Holds::Secrets => vec![("orders", &uri), ("invoices", &json)],
            _ => vec![
                ("AIRFLOW__SECRETS__BACKEND", secret),
                ("AIRFLOW__SECRETS__BACKEND_KWARGS", &kwargs),
                ("AIRFLOW_CONN_ORDERS", &uri),
                ("AIRFLOW_CONN_INVOICES", &json),
                ("AIRFLOW_CONN_invoices", secret),
                ("OTHER_PROGRAMS_NAME", secret),
            ],
        };
        let text = (way.write)(&variables);
        let torn = &text[..text.floor_char_boundary(text.len() * 2 / 3)];
        for text in [text.as_str(), torn] {
            let folder = with(&[(way.path, text)]);
            let formats = ["full", "concise", "json", "jsonl", "github"];
            let mut lines: Vec<Vec<&str>> = formats
                .iter()
                .map(|format| vec!["check", way.path, "-v", "--format", format])
                .collect();
            lines.push(vec!["check", way.path, "--unsafe-fixes", "--diff"]);
            lines.push(vec!["list", way.path]);
            lines.push(vec!["config", way.path]);
            lines.push(vec!["resolve", "connection:orders", "--in", way.path]);
            for line in lines {
                let ran = run(folder.path(), &line);
                let told = ran.out + &ran.err;
                for piece in secret.as_bytes().windows(4) {
                    let piece = std::str::from_utf8(piece).unwrap();
                    assert!(!told.contains(piece), "{}: {line:?}\n{told}", way.name);
                }
                assert!(
                    !told.contains("OTHER_PROG"),
                    "{}: {line:?}\n{told}",
                    way.name
                );
            }
        }
    }
}
