//! What the README and the files for other programs promise.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

fn path_of(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(path_of(path)).unwrap()
}

#[test]
fn the_first_sh_block_of_the_readme_holds_exactly_two_commands() {
    let readme = read("README.md");
    let block = readme
        .split("```sh\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    assert_eq!(
        block.lines().collect::<Vec<_>>(),
        [
            "cargo run -- check --fail-on never fixtures/demo",
            "cargo test",
        ]
    );
}

/// What `benches/run --record` writes.
#[derive(Deserialize)]
struct Recording {
    machine: String,
    airvane: String,
    rows: Vec<Row>,
    bounds: Vec<Bound>,
}

/// A run of airvane, and programs beside it.
#[derive(Deserialize)]
struct Row {
    input: String,
    seconds: f64,
    mib: f64,
    beside: Vec<Beside>,
}

#[derive(Deserialize)]
struct Beside {
    name: String,
    seconds: f64,
}

/// A figure that follows from several runs.
#[derive(Deserialize)]
struct Bound {
    what: String,
    figure: String,
}

fn time(seconds: f64) -> String {
    match seconds * 1000.0 {
        ms if ms < 10.0 => format!("{ms:.1} ms"),
        ms if ms < 1000.0 => format!("{ms:.0} ms"),
        _ => format!("{seconds:.2} s"),
    }
}

fn speed(recording: &Recording) -> String {
    let Recording {
        machine, airvane, ..
    } = recording;
    let mut out = format!(
        "{airvane} on {machine}: whole processes by turns with those beside them, the fastest run and the highest \
         memory of each.\n\n| input | time | memory | beside it |\n|---|--:|--:|---|\n"
    );
    for row in &recording.rows {
        let beside = row.beside.iter();
        let beside: Vec<String> = beside
            .map(|one| format!("{} {}", one.name, time(one.seconds)))
            .collect();
        let (input, mib) = (&row.input, row.mib);
        let (time, beside) = (time(row.seconds), beside.join(", "));
        writeln!(out, "| {input} | {time} | {mib:.0} MiB | {beside} |").unwrap();
    }
    out.push_str("\n| figure | |\n|---|--:|\n");
    for Bound { what, figure } in &recording.bounds {
        writeln!(out, "| {what} | {figure} |").unwrap();
    }
    out
}

/// With `AIRVANE_BLESS=1` in the environment the table is written anew.
#[test]
fn the_table_of_speeds_is_what_was_recorded() {
    let readme = read("README.md");
    let begin = "<!-- speed: begin, made from benches/results.json -->\n";
    let (before, rest) = readme.split_once(begin).unwrap();
    let (_, after) = rest.split_once("<!-- speed: end -->").unwrap();
    // Before the first recording there is none.
    let recorded = fs::read_to_string(path_of("benches/results.json")).ok();
    let table = recorded.map(|text| speed(&serde_json::from_str(&text).unwrap()));
    let table = table.unwrap_or_default();
    let made = format!("{before}{begin}{table}<!-- speed: end -->{after}");
    if std::env::var_os("AIRVANE_BLESS").is_some() {
        fs::write(path_of("README.md"), made).unwrap();
        return;
    }
    assert!(
        made == readme,
        "AIRVANE_BLESS=1 cargo test --test docs writes it anew"
    );
}
