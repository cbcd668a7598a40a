//! `airvane init`: the file that it writes is right, changes nothing of what is found, and what it offers can be set.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::path::{Path, PathBuf};

use common::{BROKEN, GOOD, run, with, write};

/// A repository with something of everything that is offered.
const REPOSITORY: &[(&str, &str)] = &[
    (
        "config/airflow.cfg",
        "[secrets]\nbackend = acme.secrets.AcmeBackend\nbackend_kwargs = {\"url\": \"https://vault.example.com/\", \"token\": \"hunter2hunter2\"}\n",
    ),
    (
        ".env",
        "AIRFLOW_CONN_X=hunter2://user:hunter2hunter2@host/\n",
    ),
    (
        ".env.prod",
        "AIRFLOW_CONN_X=cornflow://user:hunter2hunter2@host/\n",
    ),
    (
        "docker-compose.yaml",
        "services:\n  scheduler:\n    image: apache/airflow:2.10.4-python3.11\n    env_file: .env\n",
    ),
    ("Dockerfile", "FROM apache/airflow:2.10.4-python3.11\n"),
    (
        "requirements.txt",
        "apache-airflow-providers-amazon==9.2.0\n",
    ),
    (
        "exports/prod.json",
        "{\"Parameters\": [{\"Name\": \"/airflow/connections/db\", \"Type\": \"SecureString\", \"Value\": \"postgres://u:hunter2hunter2@h/d\"}]}",
    ),
    ("examples/airflow.cfg", BROKEN),
    (
        "dags/main.py",
        "from airflow.hooks.base import BaseHook\nfrom airflow.models import Variable\nBaseHook.get_connection(\"warehouse\")\nVariable.get(\"stage\")\n",
    ),
];

/// What `check` finds, as JSON, without the paths of the run.
fn found(folder: &Path) -> serde_json::Value {
    let ran = run(
        folder,
        &["check", "-v", "--format", "json", "--allow-empty"],
    );
    assert!(!ran.err.contains("airvane.toml:"), "{}", ran.err);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    serde_json::json!([json["diagnostics"], json["summary"], json["target"]])
}

/// With everything that is offered.
fn all_set(text: &str) -> String {
    let offered = regex::Regex::new(r#"^#([\["\]a-z]|  )"#).unwrap();
    let lines = text.lines().map(|line| {
        let is_offered = offered.is_match(line);
        if is_offered { &line[1..] } else { line }
    });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn what_is_found_is_offered() {
    let directory = with(REPOSITORY);
    let ran = run(directory.path(), &["init", "--stdout"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(!ran.out.contains("hunter2"), "{}", ran.out);
    insta::assert_snapshot!("init", ran.out);
    assert!(!directory.path().join("airvane.toml").exists());
}

#[test]
fn nothing_changes_and_everything_that_is_offered_can_be_set() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut folders: Vec<PathBuf> = vec![root.join("demo"), root.join("traps")];
    for family in ["causes", "rules"] {
        let entries = std::fs::read_dir(root.join(family)).unwrap();
        let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        entries.sort();
        // Every ninth rule: each takes three runs.
        let step = if family == "rules" { 9 } else { 1 };
        folders.extend(entries.into_iter().step_by(step));
    }
    let mut checked = 0;
    let own = with(REPOSITORY);
    folders.push(own.path().to_owned());
    for folder in folders {
        let work = tempfile::tempdir().unwrap();
        copy(&folder, work.path());
        // A file of the fixture's own is not what this is about.
        let settings = work.path().join("airvane.toml");
        let _ = std::fs::remove_file(&settings);
        let shown = folder.display();
        let before = found(work.path());
        let ran = run(work.path(), &["init"]);
        if work.path().join("pyproject.toml").exists() && ran.code == 2 {
            continue;
        }
        assert!(
            ran.err.contains("airvane.toml: written"),
            "{shown}: {}",
            ran.err
        );
        assert_eq!(before, found(work.path()), "{shown}");
        let text = std::fs::read_to_string(&settings).unwrap();
        let set = all_set(&text);
        assert!(
            set.lines().filter(|line| !line.starts_with('#')).count() > 12,
            "{set}"
        );
        std::fs::write(&settings, &set).unwrap();
        let ran = run(work.path(), &["config", "-v"]);
        let is_read = ran.err.contains("airvane: settings: airvane.toml\n");
        assert!(is_read, "{shown}: {}\n{set}", ran.err);
        checked += 1;
    }
    assert!(checked > 20, "{checked}");
}

/// Declared as offered, the deployments are the ones that were there.
#[test]
fn the_deployments_that_are_offered_are_those_that_are_there() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo");
    let work = tempfile::tempdir().unwrap();
    copy(&demo, work.path());
    let before = found(work.path());
    let text = run(work.path(), &["init", "--stdout"]).out;
    let tables = text.split("#[[deployment]]\n").skip(1);
    let tables = tables.map(|table| {
        let lines = table.lines().take(2).map(|line| &line[1..]);
        format!("[[deployment]]\n{}\n", lines.collect::<Vec<_>>().join("\n"))
    });
    let tables: Vec<String> = tables.collect();
    assert_eq!(tables.len(), 2, "{text}");
    write(work.path(), &[("airvane.toml", &tables.concat())]);
    // AV803 calls them by their names then, and by their folders before.
    let plain = |found: &serde_json::Value| {
        let all = found[0].as_array().unwrap().iter();
        all.map(|one| {
            format!(
                "{} {} {} {}",
                one["code"], one["severity"], one["path"], one["start"]
            )
        })
        .collect::<Vec<String>>()
    };
    assert_eq!(plain(&before), plain(&found(work.path())));
}

#[test]
fn settings_that_are_there_are_not_lost() {
    let directory = with(&[
        ("airflow.cfg", GOOD),
        ("airvane.toml", "ignore = [\"AV210\"]\n"),
    ]);
    let here = directory.path();
    let text = || std::fs::read_to_string(here.join("airvane.toml")).unwrap();
    let ran = run(here, &["init"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("airvane.toml is there already"),
        "{}",
        ran.err
    );
    assert_eq!(text(), "ignore = [\"AV210\"]\n");
    assert_eq!(run(here, &["init", "--stdout"]).code, 0);
    assert_eq!(text(), "ignore = [\"AV210\"]\n");
    assert_eq!(run(here, &["init", "--force"]).code, 0);
    assert!(text().starts_with("#:schema "));
    // Elsewhere: what holds here would not be read any more.
    write(
        here,
        &[
            ("repo/.git/HEAD", ""),
            ("repo/pyproject.toml", "[tool.airvane]\n"),
            ("repo/a/.env", ""),
        ],
    );
    let ran = run(&here.join("repo/a"), &["init"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("../pyproject.toml holds the settings"),
        "{}",
        ran.err
    );
    assert!(!here.join("repo/a/airvane.toml").exists());
    write(
        here,
        &[("repo/pyproject.toml", "[tool.airvane]\nhunter2 = 1\n")],
    );
    let ran = run(&here.join("repo/a"), &["init"]);
    assert_eq!(ran.code, 2);
    assert!(!ran.err.contains("hunter2"), "{}", ran.err);
}

#[test]
fn an_empty_folder_gets_a_file_too() {
    let directory = with(&[]);
    let ran = run(directory.path(), &["init", "-q"]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
    let text = std::fs::read_to_string(directory.path().join("airvane.toml")).unwrap();
    write(
        directory.path(),
        &[("airvane.toml", &all_set(&text)), ("airflow.cfg", GOOD)],
    );
    let ran = run(directory.path(), &["config", "-v"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}
