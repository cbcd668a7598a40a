//! One JSON document, described by `schemas/output.schema.json`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::Style;
use super::inert::write_json;
use crate::report::{Applicability, Located, LocatedFix, Report, RuleCount};
use crate::source::{Position, display_path};

/// Version of the document's shape: grows when a field changes its meaning or goes away.
const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: Tool,
    target: Target,
    summary: Summary,
    #[serde(serialize_with = "diagnostics")]
    diagnostics: &'a Report,
    failures: Vec<Failure<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statistics: Option<Vec<Count>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Target {
    airflow: Vec<String>,
    /// Of the newest release asked for; `releases` has them all.
    providers: BTreeMap<String, String>,
    python: String,
    runtime: &'static str,
    source: &'static str,
    releases: Vec<Release>,
}

#[derive(Serialize)]
struct Release {
    airflow: String,
    providers: BTreeMap<String, String>,
    python: String,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    errors: usize,
    warnings: usize,
    infos: usize,
    suppressed: usize,
    baselined: usize,
    failures: usize,
}

/// One finding; also a line of `jsonl`.
#[derive(Serialize)]
pub(super) struct Diagnostic<'a> {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    url: String,
    targets: Vec<String>,
    path: &'a str,
    start: Point,
    end: Point,
    related: Vec<Related<'a>>,
    fingerprint: String,
    fix: Option<Fix<'a>>,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    path: &'a str,
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Fix<'a> {
    applicability: &'static str,
    message: &'a str,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    path: &'a str,
    start: Point,
    end: Point,
    text: String,
}

#[derive(Serialize)]
struct Point {
    line: usize,
    column: usize,
    offset: usize,
}

#[derive(Serialize)]
struct Failure<'a> {
    path: Option<String>,
    message: &'a str,
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the names of the JSON")]
struct Count {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    count: usize,
}

impl From<Position> for Point {
    fn from(position: Position) -> Self {
        Self {
            line: position.line,
            column: position.column,
            offset: position.offset,
        }
    }
}

impl<'a> Diagnostic<'a> {
    pub(super) fn new(report: &'a Report, finding: &'a Located) -> Self {
        Self {
            code: finding.rule.code,
            name: finding.rule.name,
            severity: finding.severity.word(),
            message: &finding.message,
            help: finding.help.as_deref(),
            url: finding.rule.url(),
            targets: finding.targets.iter().map(ToString::to_string).collect(),
            path: report.path(finding.file),
            start: finding.start.into(),
            end: finding.end.into(),
            related: finding
                .related
                .iter()
                .map(|related| Related {
                    message: &related.message,
                    path: report.path(related.file),
                    start: related.start.into(),
                    end: related.end.into(),
                })
                .collect(),
            fingerprint: format!("{:032x}", finding.fingerprint),
            fix: finding.fix.as_deref().map(|fix| Fix::new(report, fix)),
        }
    }
}

impl<'a> Fix<'a> {
    /// An edit that moves text which is hidden is left out, and with it all others: what remains is
    /// for the eye only.
    fn new(report: &'a Report, fix: &'a LocatedFix) -> Self {
        let edits = fix.edits.iter().map(|edit| {
            Some(Edit {
                path: report.path(edit.file),
                start: edit.start.into(),
                end: edit.end.into(),
                text: report.shown_text(edit)?,
            })
        });
        let edits: Option<Vec<Edit>> = edits.collect();
        let applicability = match edits {
            Some(_) => fix.applicability,
            None => Applicability::Display,
        };
        Self {
            applicability: applicability.word(),
            message: &fix.message,
            edits: edits.unwrap_or_default(),
        }
    }
}

/// Writes the document.
pub fn write(out: &mut dyn Write, report: &Report, style: Style) -> io::Result<()> {
    let statistics = style.statistics.then(|| {
        let counts = RuleCount::of(&report.findings).into_iter();
        let counts = counts.map(|count| Count {
            code: count.rule.code,
            name: count.rule.name,
            severity: count.severity.word(),
            count: count.count,
        });
        counts.collect()
    });
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool {
            name: "airvane",
            version: env!("CARGO_PKG_VERSION"),
        },
        target: target(report),
        summary: Summary {
            files: report.summary.files,
            errors: report.summary.errors,
            warnings: report.summary.warnings,
            infos: report.summary.infos,
            suppressed: report.summary.suppressed,
            baselined: report.summary.baselined,
            failures: report.summary.failures,
        },
        diagnostics: report,
        failures: report
            .failures
            .iter()
            .map(|failure| Failure {
                path: failure.path.as_deref().map(display_path),
                message: &failure.message,
            })
            .collect(),
        statistics,
    };
    write_json(out, &document)
}

/// One after the other: there may be a million.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference to the field"
)]
fn diagnostics<S: Serializer>(report: &&Report, serializer: S) -> Result<S::Ok, S::Error> {
    let findings = report.findings.iter();
    serializer.collect_seq(findings.map(|finding| Diagnostic::new(report, finding)))
}

fn target(report: &Report) -> Target {
    let releases: Vec<Release> = report
        .targets
        .iter()
        .map(|target| Release {
            airflow: target.airflow.to_string(),
            providers: target
                .providers
                .iter()
                .map(|(name, version)| (name.clone(), version.to_string()))
                .collect(),
            python: target.python.to_string(),
        })
        .collect();
    let newest = report.targets.iter().max_by_key(|target| target.airflow);
    let (runtime, source) = newest.map_or(("both", "default"), |target| {
        (target.runtime.word(), target.source.word())
    });
    let newest = newest.map(ToOwned::to_owned);
    Target {
        airflow: releases
            .iter()
            .map(|release| release.airflow.clone())
            .collect(),
        providers: newest
            .iter()
            .flat_map(|target| &target.providers)
            .map(|(name, version)| (name.clone(), version.to_string()))
            .collect(),
        python: newest.map_or_else(String::new, |target| target.python.to_string()),
        runtime,
        source,
        releases,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::Kind;
    use crate::report::{Edit, Findings, Fix, ReportFile, Selection};
    use crate::rules;
    use crate::source::{FileId, LineIndex, Mask, Place, Span};

    const TEXT: &str = "[s]\na = hunter2 # note\n";

    /// The fix of a finding in a file of this kind, as JSON has it.
    fn shown(kind: Kind, fix: Fix) -> serde_json::Value {
        let mut mask = Mask::new();
        mask.show(Span::new(0, 8));
        mask.seal();
        let file = ReportFile {
            path: "airflow.cfg".to_owned(),
            kind,
            bytes: TEXT.as_bytes().into(),
            lines: LineIndex::new(TEXT.as_bytes()),
            mask,
        };
        let mut findings = Findings::new();
        let place = Place::new(FileId(0), Span::new(4, 5));
        findings
            .report(rules::ALL[0], place, "s.a", "wrong")
            .fix(fix);
        let selection = Selection::default();
        let findings = findings.into_vec();
        let report = Report::new(Vec::new(), vec![file], findings, Vec::new(), &selection);
        let diagnostic = Diagnostic::new(&report, &report.findings[0]);
        serde_json::to_value(&diagnostic).unwrap()["fix"].take()
    }

    fn place(start: usize, end: usize) -> Place {
        Place::new(FileId(0), Span::new(start, end))
    }

    #[test]
    fn edits_are_told_with_their_places_and_in_order() {
        let edits = vec![
            Edit::insert(FileId(0), 15, "%"),
            Edit::replace(place(4, 5), "b"),
        ];
        let fix = shown(Kind::Cfg, Fix::safe("write `b`", edits));
        assert_eq!(fix["applicability"], "safe");
        assert_eq!(fix["message"], "write `b`");
        let edits = fix["edits"].as_array().unwrap();
        assert_eq!(edits.len(), 2);
        assert_eq!(edits[0]["text"], "b");
        assert_eq!(edits[0]["start"]["line"], 2);
        assert_eq!(edits[0]["start"]["column"], 1);
        assert_eq!(edits[0]["end"]["offset"], 5);
        assert_eq!(edits[1]["text"], "%");
        assert_eq!(edits[1]["start"], edits[1]["end"]);
    }

    #[test]
    fn a_copy_is_told_only_if_all_of_it_may_be_shown() {
        let moved = |from, to| {
            let copy = Edit::insert(FileId(0), 0, "# ").with_copy(Span::new(from, to));
            Fix::safe("move it", vec![copy, Edit::delete(place(from, to))])
        };
        let public = shown(Kind::Cfg, moved(4, 7));
        assert_eq!(public["edits"][0]["text"], "# a =");
        let hidden = shown(Kind::Cfg, moved(4, 15));
        assert_eq!(hidden["applicability"], "display");
        assert_eq!(hidden["edits"], serde_json::json!([]));
    }

    #[test]
    fn in_a_copy_of_a_store_nothing_is_to_be_written() {
        let fix = || Fix::safe("remove it", vec![Edit::delete(place(4, 5))]);
        for kind in [Kind::Ssm, Kind::Connections] {
            let fix = shown(kind, fix());
            assert_eq!(fix["applicability"], "display");
            assert_eq!(fix["edits"], serde_json::json!([]));
        }
    }
}
