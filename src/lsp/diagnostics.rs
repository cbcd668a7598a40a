//! From the report of a check to what an editor shows, file by file.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    Location, NumberOrString, Position, Range, TextEdit,
};
use serde_json::json;

use super::documents::{Documents, uri_of};
use super::fixes::{self, Offer};
use super::position::{Encoding, Lines};
use crate::check::Outcome;
use crate::report::{Applicability, Failure, Located, Severity};
use crate::source::{self, display_path};

/// The rules that say that something is not the way to write it any more.
const DEPRECATED: [&str; 3] = ["AV102", "AV602", "AV603"];

/// The rules that say that something does nothing.
const UNNECESSARY: [&str; 6] = ["AV106", "AV109", "AV206", "AV217", "AV901", "AV903"];

/// What there is to be shown of one file.
#[derive(Debug, Default)]
pub(super) struct OfFile {
    /// What is wrong with it.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What would put it right.
    pub(super) offers: Vec<Offer>,
    /// All that is certain, at once.
    pub(super) fix_all: Vec<TextEdit>,
}

/// The report, and how to find a place in its files.
pub(super) struct Places<'r> {
    pub(super) outcome: &'r Outcome,
    documents: &'r Documents,
    encoding: Encoding,
    lines: Vec<OnceCell<Lines<'r>>>,
    /// How paths of the folder begin.
    folder: String,
}

impl<'r> Places<'r> {
    fn new(
        outcome: &'r Outcome,
        folder: &Path,
        documents: &'r Documents,
        encoding: Encoding,
    ) -> Self {
        let files = outcome.report.files.iter();
        Self {
            outcome,
            documents,
            encoding,
            lines: files.map(|_| OnceCell::new()).collect(),
            folder: format!("{}/", display_path(folder)),
        }
    }

    /// A sentence as `airvane check` says it in the folder.
    fn told(&self, sentence: &str) -> String {
        sentence.replace(&self.folder, "")
    }

    /// Path of the file with this number.
    pub(super) fn path(&self, file: usize) -> Option<&'r Path> {
        self.outcome.paths.get(file).map(PathBuf::as_path)
    }

    /// The place of a byte that may lie anywhere in a file that is held.
    pub(super) fn byte(&self, file: usize, offset: usize) -> Option<Position> {
        Some(self.lines(file)?.position(offset))
    }

    fn lines(&self, file: usize) -> Option<&Lines<'r>> {
        let bytes = &self.outcome.report.files.get(file)?.bytes;
        let is_open = self
            .path(file)
            .is_some_and(|path| self.documents.contains_key(path));
        let lines = || {
            if is_open {
                Lines::new(bytes, self.encoding)
            } else {
                Lines::of_file(bytes, self.encoding)
            }
        };
        // Of what is not held there is nothing to count.
        (!bytes.is_empty()).then(|| self.lines[file].get_or_init(lines))
    }

    fn position(&self, file: usize, position: source::Position) -> Position {
        let held = self.byte(file, position.offset);
        held.unwrap_or_else(|| self.encoding.streamed(position))
    }

    fn range(&self, file: usize, start: source::Position, end: source::Position) -> Range {
        Range::new(self.position(file, start), self.position(file, end))
    }
}

/// What there is to be shown, by path. Files with nothing are not there.
pub(super) fn by_file(
    outcome: &Outcome,
    folder: &Path,
    documents: &Documents,
    encoding: Encoding,
) -> BTreeMap<PathBuf, OfFile> {
    let places = Places::new(outcome, folder, documents, encoding);
    let mut files: BTreeMap<PathBuf, OfFile> = BTreeMap::new();
    for finding in &outcome.report.findings {
        let Some(path) = places.path(finding.file) else {
            continue;
        };
        let of_file = files.entry(path.to_owned()).or_default();
        let offer = fixes::offer(finding, of_file.diagnostics.len(), &places);
        of_file.diagnostics.push(diagnostic(finding, &places));
        of_file.offers.extend(offer);
    }
    for (path, of_file) in &mut files {
        if of_file.offers.iter().any(|offer| offer.is_safe) {
            of_file.fix_all = fixes::all(path, &places);
        }
    }
    for failure in &outcome.report.failures {
        if let Some(path) = failure.path.as_ref().filter(|path| path.is_absolute()) {
            let of_file = files.entry(path.clone()).or_default();
            of_file.diagnostics.push(failed(failure));
        }
    }
    files
}

fn diagnostic(finding: &Located, places: &Places<'_>) -> Diagnostic {
    let rule = finding.rule;
    let mut message = finding.message.to_string();
    if finding.targets.len() < places.outcome.report.targets.len() && !finding.targets.is_empty() {
        let targets = finding.targets.iter().map(ToString::to_string);
        let targets: Vec<String> = targets.collect();
        message = format!("{message} (Airflow {})", targets.join(", "));
    }
    if let Some(help) = &finding.help {
        message = format!("{message}\n{help}");
    }
    let related = finding.related.iter().filter_map(|related| {
        let path = places.path(related.file)?;
        let open = places.documents.get(path);
        let uri = open.map(|document| document.uri.clone());
        Some(DiagnosticRelatedInformation {
            location: Location {
                uri: uri.or_else(|| uri_of(path))?,
                range: places.range(related.file, related.start, related.end),
            },
            message: places.told(&related.message),
        })
    });
    let related: Vec<_> = related.collect();
    let fix = finding.fix.as_ref().map(|fix| fix.applicability);
    let fix = fix.filter(|fix| *fix > Applicability::Display);
    Diagnostic {
        range: places.range(finding.file, finding.start, finding.end),
        severity: Some(severity(finding.severity)),
        code: Some(NumberOrString::String(rule.code.to_owned())),
        code_description: rule.url().parse().ok().map(|href| CodeDescription { href }),
        source: Some("airvane".to_owned()),
        message: places.told(&message),
        related_information: (!related.is_empty()).then_some(related),
        tags: tag(rule.code).map(|tag| vec![tag]),
        data: Some(json!({
            "name": rule.name,
            "fix": fix.map(Applicability::word),
        })),
    }
}

const fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Info => DiagnosticSeverity::INFORMATION,
    }
}

fn tag(code: &str) -> Option<DiagnosticTag> {
    if DEPRECATED.contains(&code) {
        return Some(DiagnosticTag::DEPRECATED);
    }
    UNNECESSARY
        .contains(&code)
        .then_some(DiagnosticTag::UNNECESSARY)
}

fn failed(failure: &Failure) -> Diagnostic {
    at_the_top(DiagnosticSeverity::WARNING, failure.message.clone())
}

/// Something about a whole file.
pub(super) fn at_the_top(severity: DiagnosticSeverity, message: String) -> Diagnostic {
    Diagnostic {
        severity: Some(severity),
        source: Some("airvane".to_owned()),
        message,
        ..Diagnostic::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;

    #[test]
    fn every_tag_is_that_of_a_rule() {
        for code in DEPRECATED.iter().chain(&UNNECESSARY) {
            assert!(rules::find(code).is_some(), "{code}");
        }
        assert_eq!(tag("AV603"), Some(DiagnosticTag::DEPRECATED));
        assert_eq!(tag("AV206"), Some(DiagnosticTag::UNNECESSARY));
        assert_eq!(tag("AV201"), None);
    }
}
