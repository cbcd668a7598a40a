//! One JSON document, described by `schemas/output.schema.json`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::Style;
use crate::report::{Located, Report, RuleCount};
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
    fix: Option<()>,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    path: &'a str,
    start: Point,
    end: Point,
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
            fix: None,
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
            suppressed: 0,
            baselined: 0,
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
    serde_json::to_writer_pretty(Inert(&mut *out), &document)?;
    writeln!(out)
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

/// Writes on what is [`inert`]. A string without escapes comes in one piece, so the mark does too.
struct Inert<'w>(&'w mut dyn Write);

impl Write for Inert<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.write_all(buffer).map(|()| buffer.len())
    }

    fn write_all(&mut self, mut buffer: &[u8]) -> io::Result<()> {
        while let Some(at) = memchr::memmem::find(buffer, MARK.as_bytes()) {
            self.0.write_all(&buffer[..at])?;
            self.0.write_all(ESCAPED.as_bytes())?;
            buffer = &buffer[at + MARK.len()..];
        }
        self.0.write_all(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// What a GitHub runner takes for the beginning of a command, anywhere in a line.
const MARK: &str = "##[";
const ESCAPED: &str = "#\\u0023[";

/// Without [`MARK`]. It can only stand inside a string here, where an escape means the same.
pub(super) fn inert(text: &str) -> String {
    text.replace(MARK, ESCAPED)
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
