//! Reviewdog's Diagnostic Format. Columns count bytes of UTF-8.
//!
//! Reviewdog refuses fields that it does not know, so there are none but those that each of its releases
//! has. Paths count from the working directory, as they do for reviewdog.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::inert::write_json;
use super::{HOME, clean, failed_files, told};
use crate::report::{Located, Report, Severity};
use crate::source::Position;

#[derive(Serialize)]
struct Document<'a> {
    source: Source,
    diagnostics: Diagnostics<'a>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
    url: &'static str,
}

/// One after the other: there may be a million.
struct Diagnostics<'a>(&'a Report);

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: Location<'a>,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Code>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestions: Option<[Suggestion; 1]>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Range {
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct Code {
    value: &'static str,
    url: String,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

impl Range {
    fn new(start: Position, end: Position) -> Self {
        let point = |position: Position| Point {
            line: position.line,
            column: position.column_bytes,
        };
        Self {
            start: point(start),
            end: point(end),
        }
    }
}

impl<'a> Diagnostic<'a> {
    fn new(report: &'a Report, finding: &'a Located) -> Self {
        Self {
            message: told(finding),
            location: Location {
                path: report.path(finding.file).into(),
                range: Some(Range::new(finding.start, finding.end)),
            },
            severity: match finding.severity {
                Severity::Error => "ERROR",
                Severity::Warning => "WARNING",
                Severity::Info => "INFO",
            },
            code: Some(Code {
                value: finding.rule.code,
                url: finding.rule.url(),
            }),
            suggestions: suggestion(report, finding).map(|one| [one]),
        }
    }
}

/// A fix of one edit in the file of the finding: several suggestions are several ways, not one in parts.
fn suggestion(report: &Report, finding: &Located) -> Option<Suggestion> {
    let mut edits = report.public_edits(finding.fix.as_deref()?)?;
    let (edit, text) = edits.pop().filter(|_| edits.is_empty())?;
    (edit.file == finding.file).then(|| Suggestion {
        range: Range::new(edit.start, edit.end),
        text,
    })
}

impl Serialize for Diagnostics<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.0;
        let failures = failed_files(report).map(|(path, failure)| Diagnostic {
            message: format!("airvane failed: {}", clean(&failure.message)),
            location: Location {
                path: path.into(),
                range: None,
            },
            severity: "ERROR",
            code: None,
            suggestions: None,
        });
        let findings = report.findings.iter();
        let findings = findings.map(|finding| Diagnostic::new(report, finding));
        serializer.collect_seq(failures.chain(findings))
    }
}

/// Writes the document.
pub fn write(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let document = Document {
        source: Source {
            name: "airvane",
            url: HOME,
        },
        diagnostics: Diagnostics(report),
    };
    write_json(out, &document)
}
