//! Several formats in one run, and where they go.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::fs;
use std::path::Path;

use common::{BROKEN, GOOD, run, with};
use serde_json::Value;

const ALL: [&str; 11] = [
    "full",
    "concise",
    "json",
    "jsonl",
    "github",
    "gitlab",
    "sarif",
    "junit",
    "checkstyle",
    "rdjson",
    "html",
];

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

fn json(folder: &Path, name: &str) -> Value {
    serde_json::from_str(&read(folder, name)).unwrap()
}

/// In front of `region` stand 41 characters, 42 units of UTF-16, 45 bytes: `é` has two bytes, the emoji four.
const BEHIND: &str = "[secrets]
backend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
backend_kwargs = {\"profile_name\": \"é😀\",\t\"region\": \"eu-west-1\"}
";

#[test]
fn the_same_place_is_told_in_the_unit_of_each_format() {
    let folder = with(&[("airflow.cfg", BEHIND)]);
    let path = folder.path();
    let args = [
        "check",
        "--format",
        "concise",
        "--format",
        "sarif=s",
        "--format",
        "rdjson=r",
        "--format",
        "json=j",
        "--format",
        "checkstyle=c",
        "--format",
        "gitlab=g",
        "--format",
        "junit=x",
        "--format",
        "github=h",
    ];
    let ran = run(path, &args);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(
        ran.out.starts_with("airflow.cfg:3:42: error[AV203] "),
        "{}",
        ran.out
    );
    let is_ours = |one: &&Value| one["code"] == "AV203" || one["ruleId"] == "AV203";
    let of = |list: &Value| {
        list.as_array()
            .unwrap()
            .iter()
            .find(is_ours)
            .cloned()
            .unwrap()
    };
    let finding = of(&json(path, "j")["diagnostics"]);
    let offset = BEHIND.find("region\"").unwrap();
    assert_eq!(finding["start"]["offset"], offset);
    assert_eq!(finding["start"]["column"], 42);
    assert_eq!(finding["end"]["column"], 48);
    let result = of(&json(path, "s")["runs"][0]["results"]);
    let region = &result["locations"][0]["physicalLocation"]["region"];
    assert_eq!(
        (&region["startColumn"], &region["endColumn"]),
        (&43.into(), &49.into())
    );
    let report = json(path, "r");
    let list = report["diagnostics"].as_array().unwrap();
    let found = list
        .iter()
        .find(|one| one["code"]["value"] == "AV203")
        .unwrap();
    let range = &found["location"]["range"];
    assert_eq!(
        (&range["start"]["column"], &range["end"]["column"]),
        (&46.into(), &52.into())
    );
    assert!(read(path, "c").contains("<error line=\"3\" column=\"42\" severity=\"error\""));
    assert!(read(path, "x").contains("unknown-kwarg (line 3, column 42)"));
    assert!(read(path, "h").contains("line=3,endLine=3,col=42,endColumn=48,"));
    let issues = json(path, "g");
    let lines = issues.as_array().unwrap().iter();
    let mut lines = lines.filter(|one| one["check_name"] == "AV203");
    assert_eq!(lines.next().unwrap()["location"]["lines"]["begin"], 3);
}

#[test]
fn all_formats_come_out_of_one_run_and_the_code_stays() {
    for (text, code) in [(BROKEN, 1), (GOOD, 0)] {
        let folder = with(&[("airflow.cfg", text)]);
        let files: Vec<String> = ALL
            .iter()
            .map(|word| format!("{word}=out.{word}"))
            .collect();
        let mut args = vec!["check"];
        for file in &files {
            args.extend(["--format", file]);
        }
        let ran = run(folder.path(), &args);
        assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{}", ran.err);
        for word in ALL {
            let name = format!("out.{word}");
            let text = read(folder.path(), &name);
            // What has no frame says nothing where nothing is found.
            let has_frame = !["concise", "jsonl", "github"].contains(&word);
            assert_eq!(text.is_empty(), code == 0 && !has_frame, "{word}");
            assert_eq!(
                text.contains("AV002"),
                word == "sarif" || code == 1,
                "{word}"
            );
        }
        let names = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(names, ALL.len() + 1, "nothing else is left behind");
    }
}

#[test]
fn only_one_format_goes_to_stdout_and_one_to_a_file() {
    let folder = with(&[("airflow.cfg", BROKEN), ("out/there", "")]);
    let link = folder.path().join("out/link");
    std::os::unix::fs::symlink("there", link).unwrap();
    for (args, why) in [
        (
            ["--format", "concise", "--format", "sarif"],
            "airvane: two formats for stdout: one of them needs a file, as in --format sarif=FILE\n",
        ),
        (
            ["--format", "json=-", "--format", "concise"],
            "airvane: two formats for stdout: one of them needs a file, as in --format concise=FILE\n",
        ),
        (
            ["--format", "json=a", "--format", "sarif=a"],
            "airvane: two formats for a\n",
        ),
        (
            ["--format", "json=a", "--format", "sarif=out/../a"],
            "airvane: two formats for out/../a\n",
        ),
        (
            ["--format", "json=out/link", "--format", "sarif=out/there"],
            "airvane: two formats for out/there\n",
        ),
    ] {
        let ran = run(folder.path(), &[&["check"][..], &args].concat());
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (2, "", why));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn a_report_that_cannot_be_written_is_a_failure_and_the_others_are_written() {
    let folder = with(&[("airflow.cfg", GOOD)]);
    fs::create_dir(folder.path().join("taken")).unwrap();
    let args = [
        "check",
        "--format",
        "sarif=no/such/folder",
        "--format",
        "junit=taken",
        "--format",
        "json=out.json",
        "--format",
        "gitlab",
    ];
    let ran = run(folder.path(), &args);
    assert_eq!(ran.code, 2);
    assert_eq!(ran.out, "[]\n");
    assert_eq!(
        ran.err,
        "airvane: no/such/folder: cannot be written: there is no such folder\n\
         airvane: taken: cannot be written: is a directory\n"
    );
    assert_eq!(json(folder.path(), "out.json")["summary"]["failures"], 0);
}

#[test]
fn a_report_takes_the_place_of_no_file_that_is_checked() {
    let folder = with(&[("airflow.cfg", BROKEN)]);
    let ran = run(folder.path(), &["check", "--format", "json=./airflow.cfg"]);
    assert_eq!(ran.code, 2);
    let why = "airvane: airflow.cfg: not written: it is one of the files that are checked\n";
    assert_eq!(ran.err, why);
    assert_eq!(read(folder.path(), "airflow.cfg"), BROKEN);
}

#[test]
fn a_report_takes_the_place_of_the_last_one_whole() {
    let folder = with(&[("airflow.cfg", BROKEN), ("out.json", &"x".repeat(1 << 20))]);
    run(folder.path(), &["check", "--format", "json=out.json"]);
    assert_eq!(json(folder.path(), "out.json")["summary"]["errors"], 1);
}

#[test]
fn what_cannot_be_read_is_told_in_every_document() {
    let folder = with(&[("airflow.cfg", GOOD)]);
    let args = [
        "check",
        "airflow.cfg",
        "gone.env",
        "--format",
        "gitlab=g",
        "--format",
        "sarif=s",
        "--format",
        "junit=x",
        "--format",
        "checkstyle=c",
        "--format",
        "rdjson=r",
        "--format",
        "github",
    ];
    let ran = run(folder.path(), &args);
    assert_eq!(ran.code, 2);
    assert!(
        ran.out
            .starts_with("::error file=gone.env,title=airvane failed::"),
        "{}",
        ran.out
    );
    for name in ["g", "x", "c", "r", "s"] {
        assert!(read(folder.path(), name).contains("gone.env"), "{name}");
    }
    let invocation = &json(folder.path(), "s")["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
}

#[test]
fn services_are_told_of_the_file_that_a_link_leads_to() {
    let folder = with(&[(".git/HEAD", ""), ("shared/airflow.cfg", BROKEN)]);
    std::os::unix::fs::symlink("shared/airflow.cfg", folder.path().join("airflow.cfg")).unwrap();
    let args = [
        "check",
        "airflow.cfg",
        "--format",
        "github",
        "--format",
        "concise=c",
    ];
    let ran = run(folder.path(), &args);
    assert!(
        ran.out.starts_with("::error file=shared/airflow.cfg,"),
        "{}",
        ran.out
    );
    assert!(read(folder.path(), "c").starts_with("airflow.cfg:1:1: "));
}

#[test]
fn files_outside_of_the_repository_get_no_path_of_it() {
    let folder = with(&[
        ("repository/.git/HEAD", ""),
        ("repository/a/airflow.cfg", BROKEN),
        ("airflow.cfg", BROKEN),
    ]);
    let root = folder.path().canonicalize().unwrap();
    let here = root.join("repository/a");
    let args = [
        "check",
        "../a/airflow.cfg",
        "../../airflow.cfg",
        "--format",
        "sarif",
    ];
    let ran = run(&here, &args);
    let log: Value = serde_json::from_str(&ran.out).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap().iter();
    let artifacts: Vec<(&str, bool)> = results
        .map(|result| &result["locations"][0]["physicalLocation"]["artifactLocation"])
        .map(|one| (one["uri"].as_str().unwrap(), one.get("uriBaseId").is_some()))
        .collect();
    let outside = format!("file://{}/airflow.cfg", root.display());
    assert_eq!(
        artifacts,
        [(outside.as_str(), false), ("a/airflow.cfg", true)]
    );
}

#[test]
fn services_get_paths_of_the_repository_wherever_the_check_is_started() {
    let folder = with(&[("deploy/prod/airflow.cfg", BROKEN), (".git/HEAD", "")]);
    let here = folder.path().join("deploy");
    let args = [
        "check",
        "prod",
        "--format",
        "sarif=../s",
        "--format",
        "gitlab=../g",
        "--format",
        "github",
    ];
    let ran = run(&here, &args);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(
        ran.out.starts_with("::error file=deploy/prod/airflow.cfg,"),
        "{}",
        ran.out
    );
    let result = &json(folder.path(), "s")["runs"][0]["results"][0];
    let artifact = &result["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(artifact["uri"], "deploy/prod/airflow.cfg");
    assert_eq!(artifact["uriBaseId"], "%SRCROOT%");
    let issue = &json(folder.path(), "g")[0];
    assert_eq!(issue["location"]["path"], "deploy/prod/airflow.cfg");
}

/// Runs `check --format github` in a step of GitHub whose summary is `summary`.
fn step(folder: &Path, summary: &Path) -> common::Ran {
    let output = common::airvane(folder)
        .env("GITHUB_STEP_SUMMARY", summary)
        .args(["check", "--format", "github"])
        .output()
        .unwrap();
    common::Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn the_summary_of_a_step_has_what_annotations_have_no_room_for() {
    let bad = "AIRFLOW_CONN_x=a\n";
    let names: Vec<String> = (0..14).map(|number| format!("d{number:02}/.env")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), bad)).collect();
    let folder = with(&files);
    let outside = tempfile::tempdir().unwrap();
    let summary = outside.path().join("summary");
    fs::write(&summary, "what an earlier command said\n").unwrap();
    let ran = step(folder.path(), &summary);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.out.matches("::error ").count(), 10);
    assert!(
        ran.out.ends_with("see the summary of the step\n"),
        "{}",
        ran.out
    );
    let text = fs::read_to_string(&summary).unwrap();
    let head = "what an earlier command said\n### airvane: 14 errors in 14 files\n";
    assert!(text.starts_with(head), "{text}");
    for name in &names {
        assert!(
            text.contains(&format!("{name}&#58;1&#58;1")),
            "{name}: {text}"
        );
    }
}

#[test]
fn a_full_summary_is_left_as_it_is() {
    let folder = with(&[("airflow.cfg", BROKEN)]);
    let outside = tempfile::tempdir().unwrap();
    let summary = outside.path().join("summary");
    let full = "x".repeat((1 << 20) - 100);
    fs::write(&summary, &full).unwrap();
    assert_eq!(step(folder.path(), &summary).code, 1);
    assert!(fs::read_to_string(&summary).unwrap() == full);
}

#[test]
fn a_summary_that_cannot_be_written_is_said_and_changes_nothing_else() {
    let folder = with(&[("airflow.cfg", BROKEN)]);
    let ran = step(folder.path(), folder.path());
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains(": cannot be written: is a directory\n"),
        "{}",
        ran.err
    );
    assert_eq!(ran.out.matches("::error ").count(), 1);
}
