//! The finding of the fixture begins behind `é😀⇥backend_kwargs = {"a": `. By hand: 1 + 1 + 1 + 23 characters,
//! 1 + 2 + 1 + 23 units of UTF-16, 2 + 4 + 1 + 23 bytes; `hunter2` has seven of each.

use airvane::render::{Format, Style};
use serde_json::{Value, json};

use super::rendered;

/// Line, first column, column behind the last, in each unit.
const LINE: usize = 3;
const CODE_POINTS: [usize; 2] = [27, 34];
const UTF16: [usize; 2] = [28, 35];
const BYTES: [usize; 2] = [31, 38];

fn parsed(format: Format) -> Value {
    serde_json::from_str(&rendered(format, Style::default())).unwrap()
}

#[test]
fn lines_for_people_and_editors_count_code_points() {
    let [start, _] = CODE_POINTS;
    let place = format!("conf/airflow.cfg:{LINE}:{start}");
    let concise = rendered(Format::Concise, Style::default());
    assert!(concise.contains(&format!("{place}: error[AV201]")));
    let full = rendered(Format::Full, Style::default());
    assert!(full.contains(&format!("[{place}]")), "{full}");
}

#[test]
fn json_counts_code_points_and_bytes_of_the_file() {
    let json = parsed(Format::Json);
    let finding = &json["diagnostics"][1];
    let [start, end] = CODE_POINTS;
    // `# é😀` and `[secrets]` take 8 + 1 + 9 + 1 bytes.
    assert_eq!(
        finding["start"],
        json!({"line": LINE, "column": start, "offset": 19 + 30})
    );
    assert_eq!(
        finding["end"],
        json!({"line": LINE, "column": end, "offset": 19 + 37})
    );
}

#[test]
fn github_counts_code_points() {
    let text = rendered(Format::Github, Style::default());
    let [start, end] = CODE_POINTS;
    let command = format!(
        "::error file=conf/airflow.cfg,line={LINE},endLine={LINE},col={start},endColumn={end},"
    );
    assert!(text.contains(&command), "{text}");
}

#[test]
fn sarif_counts_utf16_and_says_so() {
    let sarif = parsed(Format::Sarif);
    let run = &sarif["runs"][0];
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    let place = &run["results"][1]["locations"][0]["physicalLocation"];
    let [start, end] = UTF16;
    assert_eq!(
        place["region"],
        json!({"startLine": LINE, "startColumn": start, "endLine": LINE, "endColumn": end})
    );
}

#[test]
fn reviewdog_counts_bytes() {
    let report = parsed(Format::Rdjson);
    let range = &report["diagnostics"][2]["location"]["range"];
    let [start, end] = BYTES;
    assert_eq!(
        *range,
        json!({"start": {"line": LINE, "column": start}, "end": {"line": LINE, "column": end}})
    );
}

#[test]
fn gitlab_has_lines_only() {
    let report = parsed(Format::Gitlab);
    assert_eq!(
        report[2]["location"],
        json!({"path": "conf/airflow.cfg", "lines": {"begin": LINE, "end": LINE}})
    );
}

#[test]
fn xml_counts_code_points() {
    let [start, _] = CODE_POINTS;
    let checkstyle = rendered(Format::Checkstyle, Style::default());
    let error = format!("<error line=\"{LINE}\" column=\"{start}\" severity=\"error\"");
    assert!(checkstyle.contains(&error), "{checkstyle}");
    let junit = rendered(Format::Junit, Style::default());
    let case = format!("kwargs-not-json (line {LINE}, column {start})\"");
    assert!(junit.contains(&case), "{junit}");
    assert!(junit.contains(&format!(">conf/airflow.cfg:{LINE}:{start}: error: ")));
}
