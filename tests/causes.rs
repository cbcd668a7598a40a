//! "Why does my task not find `smtp_default`?": the ten most frequent causes, each answered by one line of
//! `airvane resolve`. The README shows these lines.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use common::run;
use insta::assert_snapshot;

/// The folders of `fixtures/causes`, in their order.
fn causes() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/causes");
    let mut folders: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    folders
}

/// What is looked up there.
fn wanted(folder: &Path) -> &'static str {
    let name = folder.file_name().unwrap().to_str().unwrap();
    match &name[..2] {
        "02" => "connection:partner_api",
        "08" => "config:sql_alchemy_conn",
        _ => "connection:smtp_default",
    }
}

/// The line below the title.
fn verdict(folder: &Path) -> String {
    let arguments = [
        "resolve",
        wanted(folder),
        "--airflow",
        "3.3.2",
        "--format",
        "json",
    ];
    let ran = run(folder, &arguments);
    let answers: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let text = |key: &str| answers[0][key].as_str().unwrap().to_owned();
    format!("{}: {}", text("outcome"), text("because"))
}

#[test]
fn each_of_the_ten_causes_is_told_in_one_line() {
    let mut told = String::new();
    for folder in causes() {
        let name = folder.file_name().unwrap().to_str().unwrap();
        writeln!(told, "{name}\n    {}", verdict(&folder)).unwrap();
    }
    assert_eq!(causes().len(), 10);
    assert_snapshot!("causes", told);
}

#[test]
fn the_readme_shows_what_resolve_says() {
    let readme = fs::read_to_string("README.md").unwrap();
    let plain = readme.split_whitespace().collect::<Vec<_>>().join(" ");
    for folder in causes() {
        let verdict = verdict(&folder);
        assert!(plain.contains(&verdict), "README.md lacks: {verdict}");
    }
}

/// The way of a miss, as people read it.
#[test]
fn the_way_of_each_cause_fits_80_columns() {
    let mut pages = String::new();
    for folder in causes() {
        let ran = run(&folder, &["resolve", wanted(&folder), "--airflow", "3.3.2"]);
        assert!(
            ran.out.lines().all(|line| line.chars().count() <= 80),
            "{}",
            ran.out
        );
        writeln!(pages, "{}", ran.out).unwrap();
    }
    assert_snapshot!("causes_pages", pages);
}
