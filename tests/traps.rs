//! Things that look wrong and are right: nothing of warning or error may be said of them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/traps")
}

fn names() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn no_trap_is_reported() {
    let targets: [&[&str]; 4] = [
        &[],
        &["--airflow", "2.11.2"],
        &["--airflow", "3.3.2"],
        &["--airflow", "2.11.2", "--airflow", "3.3.2"],
    ];
    let mut loud = String::new();
    for name in names() {
        for target in targets {
            let mut args = vec!["check", ".", "--format", "concise"];
            args.extend(target);
            let ran = common::run(&folder().join(&name), &args);
            if ran.code != 0 {
                loud.extend([&name, " ", &target.join(" "), ":\n", &ran.out, &ran.err]);
            }
        }
    }
    assert!(loud.is_empty(), "{loud}");
}

#[test]
fn every_trap_is_listed() {
    let readme = std::fs::read_to_string(folder().join("README.md")).unwrap();
    for name in names() {
        assert!(readme.contains(&format!("`{name}`")), "{name}");
    }
}
