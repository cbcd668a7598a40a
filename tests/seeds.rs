//! The samples of the guides users start from: correct ones are quiet, their traps are found.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn folders(kind: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/seeds")
        .join(kind);
    let mut folders: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    folders
}

/// The findings of a folder as JSON.
fn check(folder: &Path) -> Vec<serde_json::Value> {
    let arguments = fs::read_to_string(folder.join("args")).unwrap_or_default();
    let output = Command::new(env!("CARGO_BIN_EXE_airvane"))
        .args(["check", "--format", "json"])
        .args(
            arguments
                .lines()
                .map(|line| line.replace("{dir}", &folder.display().to_string())),
        )
        .arg(".")
        .current_dir(folder)
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
        panic!(
            "{}: {}",
            folder.display(),
            String::from_utf8_lossy(&output.stderr)
        )
    });
    report["diagnostics"].as_array().unwrap().clone()
}

#[test]
fn correct_samples_raise_neither_error_nor_warning() {
    for folder in folders("good") {
        let loud: Vec<_> = check(&folder)
            .into_iter()
            .filter(|finding| finding["severity"] != "info")
            .collect();
        assert!(loud.is_empty(), "{}: {loud:#?}", folder.display());
    }
}

#[test]
fn each_trap_is_reported_by_the_rule_its_folder_names() {
    for folder in folders("traps") {
        let code = &folder.file_name().unwrap().to_str().unwrap()[..5];
        let codes: Vec<String> = check(&folder)
            .iter()
            .filter(|finding| finding["severity"] != "info")
            .map(|finding| finding["code"].as_str().unwrap().to_owned())
            .collect();
        assert!(
            codes.iter().any(|found| found == code),
            "{}: {codes:?}",
            folder.display()
        );
    }
}
