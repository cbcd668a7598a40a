//! What GitHub shows beside the log of a step.

use airvane::render::step_summary;
use airvane::report::{Findings, Report};
use airvane::source::{FileId, Place, Span};

use super::{MIXED, NOT_JSON, report, report_of};

fn written(report: &Report, room: usize) -> String {
    let mut out = Vec::new();
    step_summary::write(&mut out, report, room).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn all_findings_stand_in_a_table_the_worst_first() {
    insta::assert_snapshot!(written(&report(), step_summary::LIMIT));
}

#[test]
fn nothing_found_is_not_told() {
    assert_eq!(written(&report_of("", Findings::new()), 1_000), "");
}

#[test]
fn what_does_not_fit_is_counted_and_the_limit_is_kept() {
    let text = "x".repeat(100);
    let mut findings = Findings::new();
    for at in 0..100 {
        let rule = if at == 99 { &NOT_JSON } else { &MIXED };
        let place = Place::new(FileId(0), Span::new(at, at + 1));
        findings.report(rule, place, "x", "wrong");
    }
    let report = report_of(&text, findings);
    for room in [0, 100, 300, 1_000, 5_000] {
        let text = written(&report, room);
        assert!(text.len() <= room, "{room}");
        let rows = text.lines().filter(|line| line.contains("a.cfg")).count();
        if rows > 0 {
            let first = text.lines().find(|line| line.contains("a.cfg")).unwrap();
            assert!(first.starts_with("| error |"), "{first}");
            assert!(text.contains(&format!("\n{} more: ", 100 - rows)), "{text}");
        }
    }
}
