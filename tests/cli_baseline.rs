//! The baseline from outside: what is written, what it keeps back, and when an entry is stale.

#![allow(
    clippy::unwrap_used,
    clippy::use_debug,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::fs;
use std::path::Path;

use common::{BROKEN, GOOD, Ran, run, with};

/// airflow.cfg with a warning (AV007) for each line.
const TWO: &str = "[core]\ndags_folder = /dags # here\nplugins_folder = /plugins # here\n";

fn check(directory: &Path, args: &[&str]) -> Ran {
    let mut all = vec!["check", "--format", "concise"];
    all.extend(args);
    run(directory, &all)
}

fn write(directory: &Path) {
    let ran = check(directory, &["--baseline", "known.json", "--write-baseline"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
}

fn json(path: &Path) -> serde_json::Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn what_was_there_is_counted_and_what_is_new_is_told() {
    let directory = with(&[("conf/airflow.cfg", TWO), ("b/airflow.cfg", BROKEN)]);
    let root = directory.path();
    write(root);
    let known = ["--baseline", "known.json"];
    let ran = check(root, &known);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    assert_eq!(ran.err, "airvane: no findings in 2 files, 3 baselined\n");
    // Lines move, and another fault comes.
    let more = format!("# moved\n\n{TWO}executor = LocalExecutor # new\n");
    fs::write(root.join("conf/airflow.cfg"), more).unwrap();
    let ran = check(root, &known);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.out.lines().count(), 1, "{}", ran.out);
    assert!(
        ran.out.starts_with("conf/airflow.cfg:6:26: "),
        "{}",
        ran.out
    );
    let ran = run(
        root,
        &["check", "--format", "json", "--baseline", "known.json"],
    );
    let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(document["summary"]["baselined"], 3);
    assert_eq!(document["summary"]["suppressed"], 0);
    let ran = check(root, &["-v", "--baseline", "known.json"]);
    assert!(
        ran.err
            .contains("airvane: baselined: 2 AV007 cfg-inline-comment by the baseline\n"),
        "{}",
        ran.err
    );
}

#[test]
fn the_file_is_sorted_and_is_what_the_schema_says() {
    let directory = with(&[("conf/airflow.cfg", TWO), ("b/airflow.cfg", BROKEN)]);
    let path = directory.path().join("known.json");
    write(directory.path());
    let first = fs::read_to_string(&path).unwrap();
    insta::assert_snapshot!(first);
    write(directory.path());
    assert_eq!(fs::read_to_string(&path).unwrap(), first);
    let schema = run(directory.path(), &["schema", "baseline"]).out;
    let schema = serde_json::from_str(&schema).unwrap();
    assert!(jsonschema::is_valid(&schema, &json(&path)));
}

#[test]
fn it_does_not_matter_where_the_check_is_started() {
    let directory = with(&[("conf/airflow.cfg", TWO), ("x/y", "")]);
    let root = directory.path();
    write(root);
    let absolute = root.join("conf").display().to_string();
    for (folder, baseline, path) in [
        ("conf", "../known.json", "."),
        ("conf", "../known.json", "airflow.cfg"),
        ("x", "../known.json", "../conf/airflow.cfg"),
        ("x", "../x/../known.json", absolute.as_str()),
        (".", "./known.json", "./conf/../conf"),
    ] {
        let ran = check(&root.join(folder), &["--baseline", baseline, path]);
        assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{folder} {path}");
    }
    // The whole folder may lie elsewhere.
    let other = with(&[("conf/airflow.cfg", TWO)]);
    fs::copy(root.join("known.json"), other.path().join("known.json")).unwrap();
    assert_eq!(check(other.path(), &["--baseline", "known.json"]).code, 0);
}

#[test]
fn findings_that_are_alike_are_counted() {
    let twice = "[core]\nx\ny\n";
    let directory = with(&[("airflow.cfg", twice)]);
    let root = directory.path();
    write(root);
    let document = json(&root.join("known.json"));
    let counts: Vec<u64> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["count"].as_u64().unwrap())
        .collect();
    assert_eq!(counts, [2], "{document}");
    let known = ["-v", "--baseline", "known.json"];
    fs::write(root.join("airflow.cfg"), "[core]\nx\ny\nz\n").unwrap();
    assert_eq!(check(root, &known).out.lines().count(), 1);
    fs::write(root.join("airflow.cfg"), "[core]\nx\n").unwrap();
    let ran = check(root, &known);
    assert_eq!(ran.code, 0);
    assert_eq!(
        ran.out,
        "known.json:4:5: info[AV903] stale-baseline-entry: this entry stands for 2 findings of AV002, of which 1 \
         is left\n"
    );
}

#[test]
fn an_entry_is_stale_only_where_this_run_can_tell() {
    let directory = with(&[("a/airflow.cfg", TWO), ("b/airflow.cfg", BROKEN)]);
    let root = directory.path();
    write(root);
    let stale = |args: &[&str]| {
        let mut all = vec!["-v", "--baseline", "known.json"];
        all.extend(args);
        check(root, &all).out.matches("[AV903]").count()
    };
    assert_eq!(stale(&[]), 0);
    fs::write(root.join("a/airflow.cfg"), GOOD).unwrap();
    assert_eq!(stale(&[]), 2);
    assert_eq!(stale(&["a/airflow.cfg"]), 2);
    assert_eq!(stale(&["b/airflow.cfg"]), 0);
    assert_eq!(stale(&["--ignore", "AV007"]), 0);
    assert_eq!(stale(&[".", "nowhere.cfg"]), 0);
    fs::remove_file(root.join("a/airflow.cfg")).unwrap();
    assert_eq!(stale(&["b/airflow.cfg"]), 2);
    // Writing keeps what the run cannot judge.
    fs::write(root.join("a/airflow.cfg"), TWO).unwrap();
    let ran = check(
        root,
        &[
            "--baseline",
            "known.json",
            "--write-baseline",
            "b/airflow.cfg",
        ],
    );
    assert_eq!(
        ran.err.lines().next(),
        Some("airvane: known.json: written, 3 entries")
    );
    fs::write(root.join("a/airflow.cfg"), GOOD).unwrap();
    write(root);
    assert_eq!(
        json(&root.join("known.json"))["findings"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn what_is_no_baseline_is_a_failure_and_is_never_written_over() {
    let directory = with(&[("airflow.cfg", TWO)]);
    let root = directory.path();
    let ran = check(root, &["--baseline", "known.json"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err
            .contains("airvane: known.json: does not exist (--write-baseline writes it)\n"),
        "{}",
        ran.err
    );
    assert_eq!(
        ran.out.lines().count(),
        2,
        "the findings are told all the same"
    );
    assert_eq!(check(root, &["--write-baseline"]).code, 2);
    for (text, why) in [
        (TWO, "line 1: it is not JSON"),
        ("\n[]", "line 2: it is not a JSON object"),
        ("{}", "line 1: it has no `version`"),
        (
            "{\"version\": 2, \"findings\": []}",
            "line 1: its `version` is not one that this release of airvane reads",
        ),
        ("{\"version\": 1}", "line 1: it has no list of `findings`"),
        (
            "{\"version\": 1, \"findings\": [\n{\"code\": \"x\"}]}",
            "line 2: an entry has no `code` such as AV201",
        ),
    ] {
        fs::write(root.join("known.json"), text).unwrap();
        for more in [&[][..], &["--write-baseline"]] {
            let mut args = vec!["--baseline", "known.json"];
            args.extend(more);
            let ran = check(root, &args);
            assert_eq!(ran.code, 2, "{text}");
            let line = format!("airvane: known.json: is no baseline: {why}\n");
            assert!(ran.err.contains(&line), "{}", ran.err);
            assert_eq!(fs::read_to_string(root.join("known.json")).unwrap(), text);
        }
    }
}

#[test]
fn after_a_failure_nothing_is_written() {
    let directory = with(&[("airflow.cfg", TWO)]);
    let root = directory.path();
    let args = ["--baseline", "known.json", "--write-baseline"];
    let ran = check(root, &[&args[..], &[".", "nowhere.cfg"]].concat());
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("known.json: not written"), "{}", ran.err);
    assert!(!root.join("known.json").exists());
    let ran = check(
        root,
        &["--baseline", "no/such/folder.json", "--write-baseline"],
    );
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("no/such/folder.json: cannot be written"));
}

#[test]
fn the_settings_file_may_name_the_baseline() {
    let directory = with(&[
        ("conf/airflow.cfg", TWO),
        (".git/HEAD", ""),
        ("airvane.toml", "baseline = \"known.json\"\n"),
    ]);
    let root = directory.path();
    let ran = check(root, &[]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("airvane: known.json: does not exist"),
        "{}",
        ran.err
    );
    assert_eq!(check(root, &["--write-baseline"]).code, 0);
    assert_eq!(check(root, &[]).code, 0);
    let inside = root.join("conf");
    assert_eq!(check(&inside, &[]).code, 0);
    fs::write(inside.join("airflow.cfg"), GOOD).unwrap();
    let ran = check(&inside, &["-v"]);
    assert!(
        ran.out.starts_with("../known.json:4:5: info[AV903] "),
        "{}",
        ran.out
    );
}
