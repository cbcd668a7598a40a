//! `list`, `resolve` and `config` print what the twin knows: names, and of a connection what is no secret.
//! Everything else stays hidden without `--reveal`, and is there with it.

use std::path::Path;

use airvane::cli::Cli;
use airvane::commands::{self, Surroundings};
use airvane::load::guard;
use clap::Parser;
use serde_json::Value;

use crate::fixtures::{self, write};
use crate::mutations::{self, Random};
use crate::{CANARIES, Leaks, leak, places};

/// What a command prints on both handles, run in this process.
pub(crate) fn print(line: &[String], folder: &Path) -> String {
    guard::install();
    let cli = match Cli::try_parse_from(line) {
        Ok(cli) => cli,
        Err(error) => panic!("{line:?}: {error}"),
    };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    commands::run(&cli, &Surroundings::default(), &mut out, &mut err);
    out.extend(err);
    let seen = String::from_utf8(out).unwrap();
    seen.replace(&folder.display().to_string(), "DIR")
}

/// Arguments of a fixture that these commands take as well.
fn shared(arguments: &[String]) -> Vec<String> {
    const TAKEN: [&str; 6] = [
        "--provider",
        "--python",
        "--env-dialect",
        "--define",
        "--kind",
        "--airflow",
    ];
    let mut taken: Vec<String> = Vec::new();
    for pair in arguments.windows(2) {
        let again = pair[0] == "--airflow" && taken.contains(&pair[0]);
        if TAKEN.contains(&pair[0].as_str()) && !again {
            taken.extend_from_slice(pair);
        }
    }
    taken
}

/// Every output of the three commands over `folder`: for programs, and for people.
fn outputs(folder: &Path, arguments: &[String], ids: &[String]) -> (Vec<String>, Vec<String>) {
    let path = folder.display().to_string();
    let mut programs = Vec::new();
    let mut people = Vec::new();
    for runtime in ["task", "server"] {
        let run = |command: &[&str]| {
            let mut line = vec!["airvane".to_owned()];
            line.extend(command.iter().map(|&word| word.to_owned()));
            line.extend(["--runtime".to_owned(), runtime.to_owned(), "-v".to_owned()]);
            line.extend(shared(arguments));
            print(&line, folder)
        };
        programs.push(run(&["list", &path, "--format", "jsonl"]));
        programs.push(run(&[
            "config",
            &path,
            "--format",
            "json",
            "--deployments",
            "one",
        ]));
        people.push(run(&["list", &path]));
        people.push(run(&["config", &path, "--deployments", "one"]));
        let mut command = vec!["resolve", "--used", "--in", &path, "--deployments", "one"];
        command.extend(ids.iter().map(String::as_str));
        people.push(run(&command));
        command.extend(["--format", "json"]);
        programs.push(run(&command));
    }
    (programs, people)
}

/// The ids that a listing tells, as `resolve` takes them.
fn ids(listing: &str) -> Vec<String> {
    let lines = listing
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut ids: Vec<String> = lines
        .filter_map(|line| {
            Some(format!(
                "{}:{}",
                line["kind"].as_str()?,
                line["id"].as_str()?
            ))
        })
        .filter(|id| !id.ends_with("***"))
        .collect();
    ids.push("connection:smtp_default".to_owned());
    ids.sort();
    ids.dedup();
    ids.truncate(12);
    ids
}

/// Takes what may be shown out of a document, and remembers it. What is shown must have its shape.
fn without_shown(value: &mut Value, shown: &mut Vec<String>) {
    const SHOWN: [&str; 4] = ["conn_type", "host", "schema", "login"];
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                let Some(text) = member.as_str().map(str::to_owned) else {
                    continue;
                };
                // Where files lie may be shown, and `AIRFLOW_HOME` is a part of it.
                let more = if name.ends_with("_file_path") {
                    " ~:"
                } else {
                    ""
                };
                let is_name = !more.is_empty() || ["id", "name", "lookup"].contains(&name.as_str());
                let is_public = |c| places::is_of_names(c) || more.contains(c);
                // What is no name is looked for like everything else.
                if is_name && !text.chars().all(is_public) {
                    continue;
                }
                if is_name || SHOWN.contains(&name.as_str()) && text != "***" {
                    assert!(is_name || has_shape(name, &text), "{name}: {text}");
                    shown.push(text);
                    *member = Value::Null;
                }
            }
            members
                .values_mut()
                .for_each(|member| without_shown(member, shown));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| without_shown(item, shown)),
        _ => {}
    }
}

fn has_shape(name: &str, text: &str) -> bool {
    let all = |more: &str| {
        text.chars()
            .all(|c| c.is_ascii_alphanumeric() || more.contains(c))
    };
    match name {
        "host" => all(".-") || text.starts_with("http") && all(".-:/"),
        "schema" => all("_") && text.len() <= 63,
        "conn_type" => all("_"),
        _ => true,
    }
}

/// Looks for the canary in everything but what may be shown.
fn look(leaks: &mut Leaks, what: &str, outputs: (Vec<String>, Vec<String>), canary: &str) {
    let (programs, people) = outputs;
    let mut shown = Vec::new();
    for output in programs {
        // Either one document, or one a line, with notes on stderr behind it.
        let mut rest = String::new();
        let mut documents = serde_json::Deserializer::from_str(&output).into_iter::<Value>();
        let mut end = 0;
        while let Some(Ok(mut document)) = documents.next() {
            end = documents.byte_offset();
            without_shown(&mut document, &mut shown);
            rest.push_str(&document.to_string());
            rest.push('\n');
        }
        rest.push_str(output.get(end..).unwrap_or_default());
        leaks.look(what, &rest, canary);
    }
    shown.sort_by_key(|text| std::cmp::Reverse(text.len()));
    shown.dedup();
    for output in people {
        // Long ones are broken nowhere, short ones stand for themselves.
        let mut rest = output;
        for text in shown.iter().filter(|text| leak(text, canary).is_some()) {
            rest = rest.replace(text.as_str(), "");
        }
        leaks.look(what, &rest, canary);
    }
}

/// All that the three commands print, by the ids that the listing tells.
pub(crate) fn everything(
    folder: &Path,
    arguments: &[String],
    canary: &str,
) -> (Vec<String>, Vec<String>) {
    let path = folder.display().to_string();
    let mut line: Vec<String> = ["airvane", "list", "--format", "jsonl", &path]
        .map(str::to_owned)
        .into();
    line.extend(shared(arguments));
    let mut ids = ids(&print(&line, folder));
    // What the user asks for is told as it was asked.
    ids.retain(|id| leak(id, canary).is_none());
    outputs(folder, arguments, &ids)
}

#[test]
fn what_the_twin_prints_holds_no_secret() {
    let work = tempfile::tempdir().unwrap();
    let folder = work.path().join("deployment");
    let mut leaks = Leaks::default();
    for fixture in fixtures::all() {
        // Few fixtures hold DAGs, and what those ask for is looked up.
        let has_dags = fixture
            .files
            .iter()
            .any(|(name, _)| name.starts_with("dags/"));
        let rounds = fixture.most_places().min(if has_dags { 14 } else { 4 });
        for round in 0..rounds {
            let canary = CANARIES[leaks.runs % CANARIES.len()];
            write(&folder, &fixture.with(canary, |_| round));
            let seen = everything(&folder, &fixture.arguments(&folder), canary);
            look(
                &mut leaks,
                &format!("{} round {round}", fixture.name),
                seen,
                canary,
            );
        }
    }
    leaks.none(2000);
}

#[test]
fn what_the_twin_prints_of_broken_files_holds_no_secret() {
    let work = tempfile::tempdir().unwrap();
    let folder = work.path().join("deployment");
    let mut random = Random::new(std::env::var("SEED").map_or(41, |seed| seed.parse().unwrap()));
    let rounds = std::env::var("ROUNDS").map_or(3, |rounds| rounds.parse().unwrap());
    let mut leaks = Leaks::default();
    for fixture in fixtures::all() {
        if fixture.places.iter().all(Vec::is_empty) {
            continue;
        }
        for _ in 0..rounds {
            let canary = CANARIES[leaks.runs % CANARIES.len()];
            let mut files = fixture.with(canary, |count| random.below(count));
            let done = mutations::mutate(&mut files, canary, &mut random);
            write(&folder, &files);
            let seen = everything(&folder, &fixture.arguments(&folder), canary);
            look(
                &mut leaks,
                &format!("{} {done}", fixture.name),
                seen,
                canary,
            );
        }
    }
    leaks.none(2000);
}

/// A mask that hides what must be seen would pass the tests above.
#[test]
fn revealed_output_holds_the_secret() {
    let work = tempfile::tempdir().unwrap();
    let folder = work.path().join("deployment");
    let text = "AIRFLOW_CONN_DB=postgres://app:QzXjKwVyUgPq@h/db\nAIRFLOW_VAR_X=WkYhJxQvZfMd\n\
                AIRFLOW__CORE__FERNET_KEY=VbNmQwErTyUi\n";
    write(&folder, &[(".env".to_owned(), text.to_owned())]);
    let path = folder.display().to_string();
    let run = |command: &[&str]| {
        let line: Vec<String> = ["airvane"]
            .iter()
            .chain(command)
            .map(|&word| word.to_owned())
            .collect();
        print(&line, &folder)
    };
    let wanted = ["connection:db", "variable:x"];
    for (command, secrets) in [
        (vec!["list", &path], vec!["QzXjKwVyUgPq", "WkYhJxQvZfMd"]),
        (
            vec!["list", &path, "--format", "jsonl"],
            vec!["QzXjKwVyUgPq", "WkYhJxQvZfMd"],
        ),
        (
            vec!["resolve", wanted[0], wanted[1], "--in", &path],
            vec!["QzXjKwVyUgPq", "WkYhJxQvZfMd"],
        ),
        (vec!["config", &path], vec!["VbNmQwErTyUi"]),
        (
            vec!["config", &path, "--format", "json"],
            vec!["VbNmQwErTyUi"],
        ),
    ] {
        let hidden = run(&command);
        let mut revealing = command.clone();
        revealing.push("--reveal");
        let shown = run(&revealing);
        for secret in secrets {
            assert!(leak(&hidden, secret).is_none(), "{command:?}: {hidden}");
            assert!(shown.contains(secret), "{revealing:?}: {shown}");
        }
    }
}
