//! A deployment for each place where something is masked, with a secret where only that place hides it: `holes.py` shows
//! that taking the masking away there makes one of these tests fail.
//!
//! Two secrets of one shape are put in after each other. What comes out holds nothing of them, and is the same to the
//! byte: fingerprints hold no digest either.

mod carriers;
mod commands;
mod editor;
mod kwargs;
mod settings;
mod stores;

use std::path::Path;

use airvane::cli::{self, Cli};
use clap::Parser;

use crate::dumps::base64;
use crate::fixtures::{output, write};
use crate::{Leaks, processes, twin};

/// A deployment, and what is run over it.
struct Case {
    /// What would be seen.
    what: &'static str,
    /// Name and text; for the marks see [`fill`].
    files: &'static [(&'static str, &'static str)],
    /// Command lines; `{dir}` is the folder, which goes last unless `--in` names it.
    runs: &'static [&'static str],
}

/// Two secrets, and numbers that are as secret.
const SECRETS: [(&str, &str); 2] = [
    ("QzXjKwVyUgPq", "739184620571"),
    ("WkYhJxQvZfMd", "584629301758"),
];

const CLASSES: [(&str, &str); 2] = [
    (
        "SSM",
        "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend",
    ),
    (
        "MANAGER",
        "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend",
    ),
];

/// The secret in the places of `§`, in capitals of `¶`, in small letters of `¤`, the number of `‡`; in base64 what stands
/// in guillemets.
fn fill(text: &str, (secret, number): (&str, &str)) -> String {
    let mut text = text
        .replace('§', secret)
        .replace('¶', &secret.to_uppercase())
        .replace('¤', &secret.to_lowercase())
        .replace('‡', number);
    for (mark, class) in CLASSES {
        text = text.replace(mark, class);
    }
    let mut filled = String::new();
    let mut rest = text.as_str();
    while let Some((before, behind)) = rest.split_once('«') {
        let (inside, after) = behind.split_once('»').unwrap();
        filled += before;
        filled += &base64(inside.as_bytes());
        rest = after;
    }
    filled + rest
}

fn run(line: &str, folder: &Path, secret: (&str, &str)) -> String {
    let path = folder.display().to_string();
    let words = line.split(' ');
    let mut words: Vec<String> = words
        .map(|word| fill(&word.replace("{dir}", &path), secret))
        .collect();
    match words[0].as_str() {
        "check" => {
            let settings = folder.join("airvane.toml");
            if settings.exists() {
                words.extend(["--config".to_owned(), settings.display().to_string()]);
            }
            output(folder, &words[1..])
        }
        "diff" => {
            let start = ["airvane", "check", "--diff", "--unsafe-fixes", &path];
            twin::print(&start.map(str::to_owned), folder)
        }
        "init" => processes::run(folder, &["init", "--stdout"], b""),
        _ => {
            words.insert(0, "airvane".to_owned());
            if !line.contains("--in ") {
                words.push(path);
            }
            twin::print(&words, folder)
        }
    }
}

fn nothing_is_seen(cases: &[Case]) {
    let work = tempfile::tempdir().unwrap();
    let folder = work.path().join("deployment");
    let mut leaks = Leaks::default();
    for case in cases {
        let seen = SECRETS.map(|secret| {
            let files = case.files.iter();
            let files: Vec<_> = files
                .map(|(name, text)| ((*name).to_owned(), fill(text, secret)))
                .collect();
            write(&folder, &files);
            let runs = case.runs.iter();
            runs.map(|line| run(line, &folder, secret))
                .collect::<Vec<_>>()
        });
        for (number, line) in case.runs.iter().enumerate() {
            let what = format!("{} ({line})", case.what);
            for (secret, seen) in SECRETS.iter().zip(&seen) {
                leaks.look(&what, &seen[number], secret.0);
                leaks.look(&what, &seen[number], secret.1);
            }
            let [one, other] = [&seen[0][number], &seen[1][number]];
            let mut lines = one.lines().zip(other.lines());
            let differing = lines.find(|(one, other)| one != other);
            if let Some((one, _)) = differing.filter(|_| one != other) {
                leaks
                    .found
                    .push(format!("{what}: a digest, or a part:\n    {one}"));
            }
        }
    }
    leaks.none(cases.len());
}

#[test]
fn nothing_that_is_masked_in_settings_is_seen() {
    nothing_is_seen(settings::CASES);
}

#[test]
fn nothing_that_is_masked_in_the_options_of_a_backend_is_seen() {
    nothing_is_seen(kwargs::CASES);
}

#[test]
fn nothing_that_is_masked_in_stores_is_seen() {
    nothing_is_seen(stores::CASES);
}

#[test]
fn nothing_that_is_masked_in_carriers_is_seen() {
    nothing_is_seen(carriers::CASES);
}

#[test]
fn nothing_that_is_masked_in_other_commands_is_seen() {
    nothing_is_seen(commands::CASES);
}

/// What is too large to be held is judged as it comes by, line and mask.
#[test]
fn nothing_that_is_masked_in_a_large_store_is_seen() {
    const FILLING: &str =
        r#", {"Name": "/airflow/variables/b", "Type": "SecureString", "Value": "0123456789"}"#;
    let work = tempfile::tempdir().unwrap();
    let folder = work.path().join("deployment");
    let mut leaks = Leaks::default();
    for secret in SECRETS {
        let first = r#"{"Parameters": [{"Name": "/airflow/connections/a", "Type": "SecureString", "Value": "postgres://u:§@h:54x"}"#;
        let text = fill(first, secret) + &FILLING.repeat(16_000) + "]}";
        write(&folder, &[("dump.json".to_owned(), text)]);
        let seen = output(&folder, &[]);
        if !seen.contains("AV404") {
            leaks.found.push("nothing is found".to_owned());
        }
        leaks.look("large", &seen, secret.0);
    }
    leaks.none(2);
}

/// A secret may have slipped into any argument.
#[test]
fn nothing_that_was_typed_is_in_a_usage_error() {
    let mut leaks = Leaks::default();
    for line in [
        "check --jobs §",
        "check --§",
        "check --formaT§",
        "check --fail-on §",
        "list --format §",
        "§",
    ] {
        let line = fill(&format!("airvane {line}"), SECRETS[0]);
        let error = Cli::try_parse_from(line.split(' ')).unwrap_err();
        let said = cli::without_values(error).to_string();
        leaks.look(&line, &said, SECRETS[0].0);
    }
    leaks.none(6);
}
