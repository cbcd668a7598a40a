//! One made-up report in every format. The text before the finding holds an accented letter, an
//! emoji and a tab, so that a column counted in the wrong unit shows.

#![allow(
    clippy::unwrap_used,
    clippy::use_debug,
    reason = "a test that cannot go on fails"
)]

mod columns;
mod consumers;
mod hostile;
mod step_summary;

use std::path::PathBuf;

use airvane::airflow::{Python, Runtime, Target, TargetSource, Version};
use airvane::inputs::Kind;
use airvane::render::{Format, Style};
use airvane::report::{Failure, Findings, Report, ReportFile, Selection, Severity, Window};
use airvane::resolve::map::Map;
use airvane::rules::Rule;
use airvane::source::{FileId, LineIndex, Mask, Place, Span};

static NOT_JSON: Rule = Rule {
    code: "AV201",
    name: "kwargs-not-json",
    severity: Severity::Error,
    since: "0.1.0",
    docs: "",
    on_request: false,
    checks: &[],
};

static MIXED: Rule = Rule {
    code: "AV305",
    name: "prefix-style-mixed",
    severity: Severity::Warning,
    ..NOT_JSON
};

static NOTE: Rule = Rule {
    code: "AV309",
    name: "empty-prefix",
    severity: Severity::Info,
    ..NOT_JSON
};

const CFG: &str = "# é😀\n[secrets]\né😀\tbackend_kwargs = {\"a\": hunter2}\nother = x\n";

fn file(path: &str, text: &str, visible: &[&str]) -> ReportFile {
    let mut mask = Mask::new();
    for piece in visible {
        let start = text.find(piece).unwrap();
        mask.show(Span::new(start, start + piece.len()));
    }
    mask.seal();
    ReportFile {
        path: path.to_owned(),
        kind: Kind::Cfg,
        bytes: text.as_bytes().to_vec().into(),
        lines: LineIndex::new(text.as_bytes()),
        mask,
    }
}

fn place(file: u32, text: &str, piece: &str) -> Place {
    let start = text.find(piece).unwrap();
    Place::new(FileId(file), Span::new(start, start + piece.len()))
}

fn target() -> Target {
    Target {
        airflow: Version::new(3, 3, 2),
        providers: [("amazon".to_owned(), Version::new(9, 39, 0))].into(),
        assumed: [].into(),
        python: Python {
            major: 3,
            minor: 12,
        },
        runtime: Runtime::Both,
        source: TargetSource::Default,
    }
}

fn report() -> Report {
    let visible = ["[secrets]", "é😀\tbackend_kwargs = {\"a\": ", "other"];
    let mut long = "x".repeat(70_000);
    long.push_str("hunter2");
    long.push_str(&"y".repeat(70_000));
    let files = vec![
        file("conf/airflow.cfg", CFG, &visible),
        file("long,line:.env", &long, &[]),
        file("dump.json", "", &[]),
    ];
    let mut findings = Findings::new();
    findings
        .report(
            &NOT_JSON,
            place(0, CFG, "hunter2"),
            "secrets.backend_kwargs",
            "`backend_kwargs` is not JSON (50% of the ##[error]text, a\ttab): Airflow starts the backend with its default settings",
        )
        .help("write\nJSON")
        .related(place(0, CFG, "other"), "the value ends here");
    findings.report(
        &MIXED,
        place(1, &long, "hunter2"),
        "x",
        "::error::two styles",
    );
    findings.report(
        &NOTE,
        Place::new(FileId(0), Span::at(0)),
        "y",
        "nothing here",
    );
    let in_stream = findings.report(
        &NOT_JSON,
        Place::new(FileId(2), Span::new(1_000_020, 1_000_027)),
        "z",
        "a value of a stream",
    );
    let mut tracker = airvane::source::PositionTracker::default();
    tracker.advance(&vec![b'\n'; 1_000_000]);
    tracker.advance(&[b' '; 20]);
    let start = tracker.position();
    tracker.advance(&[b' '; 7]);
    in_stream.position = Some((start, tracker.position()));
    in_stream.window = Some(Window {
        text: "    \"Value\": \"*****:*******@\"".to_owned(),
        offset: 1_000_000,
    });
    let failures = vec![Failure {
        path: Some(PathBuf::from("a\nb.cfg")),
        message: "cannot be read: permission denied".to_owned(),
    }];
    let mut findings = findings.into_vec();
    for finding in &mut findings {
        finding.targets = vec![Version::new(3, 3, 2)];
    }
    Report::new(
        vec![target()],
        files,
        findings,
        failures,
        &Selection::default(),
    )
}

/// A report of these findings, which all stand in one file.
fn report_of(text: &str, findings: Findings) -> Report {
    Report::new(
        vec![target()],
        vec![file("a.cfg", text, &[])],
        findings.into_vec(),
        Vec::new(),
        &Selection::default(),
    )
}

fn written(format: Format, report: &Report, style: Style) -> String {
    let mut out = Vec::new();
    format
        .write(&mut out, report, &Map::default(), style)
        .unwrap();
    String::from_utf8(out).unwrap()
}

fn rendered(format: Format, style: Style) -> String {
    let text = written(format, &report(), style);
    // The pages of the rules stand in front, with their examples.
    let found = text.find("\"originalUriBaseIds\"").unwrap_or(0);
    assert!(!text[found..].contains("hunter2"));
    assert!(!text.contains("##["));
    for line in text.lines() {
        assert!(format == Format::Github || !line.trim_start().starts_with("::"));
        assert!(style.colour || !line.contains(|c: char| c.is_control() && c != '\t'));
    }
    text
}

#[test]
fn full() {
    insta::assert_snapshot!(rendered(
        Format::Full,
        Style {
            infos: true,
            statistics: true,
            ..Style::default()
        }
    ));
}

#[test]
fn full_counts_what_it_does_not_show() {
    let text = rendered(Format::Full, Style::default());
    assert!(!text.contains("AV309"));
    let last = text.lines().last().unwrap();
    assert_eq!(
        last,
        "2 errors, 1 warning in 3 files (1 info hidden, -v shows them); 1 failure, see above"
    );
}

#[test]
fn full_shows_at_most_two_hundred_findings() {
    let text = "x\n".repeat(300);
    let mut findings = Findings::new();
    for line in 0..300 {
        let place = Place::new(FileId(0), Span::new(line * 2, line * 2 + 1));
        findings.report(&MIXED, place, "x", "again");
    }
    let report = report_of(&text, findings);
    let style = Style::default();
    let text = written(Format::Full, &report, style);
    assert_eq!(text.matches("AV305").count(), 200);
    assert!(text.contains("… and 100 more"));
    assert!(text.ends_with("300 warnings in 1 file\n"));

    let text = written(Format::Github, &report, style);
    assert_eq!(text.matches("::warning ").count(), 10);
    assert!(text.contains("290 more findings"));
}

#[test]
fn colours_are_the_only_control_characters() {
    let style = Style {
        colour: true,
        ..Style::default()
    };
    let plain = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    for format in [Format::Full, Format::Concise] {
        let text = rendered(format, style);
        assert!(text.contains('\u{1b}'));
        assert!(!plain.replace_all(&text, "").contains('\u{1b}'));
    }
}

#[test]
fn concise() {
    insta::assert_snapshot!(rendered(
        Format::Concise,
        Style {
            infos: true,
            ..Style::default()
        }
    ));
}

#[test]
fn json() {
    insta::assert_snapshot!(rendered(Format::Json, Style::default()));
}

#[test]
fn jsonl() {
    insta::assert_snapshot!(rendered(Format::Jsonl, Style::default()));
}

#[test]
fn github() {
    insta::assert_snapshot!(rendered(Format::Github, Style::default()));
}

#[test]
fn json_and_jsonl_are_what_the_schema_says() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../schemas/output.schema.json")).unwrap();
    let style = Style {
        statistics: true,
        ..Style::default()
    };
    let document = serde_json::from_str(&rendered(Format::Json, style)).unwrap();
    assert!(jsonschema::is_valid(&schema, &document));
    let mut line_schema = serde_json::json!({"$ref": "#/$defs/diagnostic"});
    line_schema["$defs"] = schema["$defs"].clone();
    for line in rendered(Format::Jsonl, style).lines() {
        let diagnostic = serde_json::from_str(line).unwrap();
        assert!(jsonschema::is_valid(&line_schema, &diagnostic));
    }
}

#[test]
fn fingerprints_survive_moved_lines() {
    let made = |text: &str| {
        let mut findings = Findings::new();
        findings.report(&MIXED, place(0, text, "here"), "subject", "message");
        let files = vec![file("a.cfg", text, &[])];
        let selection = Selection::default();
        let report = Report::new(
            vec![target()],
            files,
            findings.into_vec(),
            vec![],
            &selection,
        );
        report.findings[0].fingerprint
    };
    assert_eq!(made("here"), made("\n\n  here"));
}
