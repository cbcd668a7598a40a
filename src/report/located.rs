//! The finished report: findings with path, line and column, sorted and identified.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::{Failure, Finding, Selection, Severity, Summary, Window, Words};
use crate::airflow::{Target, Version};
use crate::inputs::Kind;
use crate::rules::Rule;
use crate::source::{FileId, LineIndex, Mask, Place, Position, Span};

/// One file of the run, as far as a report needs it.
pub struct ReportFile {
    /// Path for people: control characters and bytes that are not UTF-8 are escaped.
    pub path: String,
    /// What it was read as.
    pub kind: Kind,
    /// The bytes; empty for stores, which are not held.
    pub bytes: Arc<[u8]>,
    /// Line starts of `bytes`.
    pub lines: LineIndex,
    /// What may be shown of it, sealed.
    pub mask: Mask,
}

impl std::fmt::Debug for ReportFile {
    /// Without the bytes.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReportFile")
            .field("path", &self.path)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// A second place of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocatedRelated {
    /// What stands there.
    pub message: String,
    /// Index into [`Report::files`].
    pub file: usize,
    /// First byte.
    pub start: Position,
    /// One past the last byte.
    pub end: Position,
}

/// A finding with its position.
#[derive(Clone, Debug)]
pub struct Located {
    /// The rule that speaks.
    pub rule: &'static Rule,
    /// Severity of this finding.
    pub severity: Severity,
    /// One sentence.
    pub message: Words,
    /// What to write instead.
    pub help: Option<Words>,
    /// Index into [`Report::files`].
    pub file: usize,
    /// First byte.
    pub start: Position,
    /// One past the last byte.
    pub end: Position,
    /// Other places.
    pub related: Vec<LocatedRelated>,
    /// Airflow releases for which it holds.
    pub targets: Vec<Version>,
    /// Identifies the finding from one run to the next; made from names only. Shown as 32
    /// hexadecimal digits.
    pub fingerprint: u128,
    /// Masked text of the line for streams that cannot be read again.
    pub window: Option<Window>,
}

/// Everything a renderer is given.
#[derive(Debug)]
pub struct Report {
    /// Releases that were modelled, at least one.
    pub targets: Vec<Target>,
    /// Files that were read, by [`FileId`].
    pub files: Vec<ReportFile>,
    /// By path, start and code.
    pub findings: Vec<Located>,
    /// What could not be done, sorted.
    pub failures: Vec<Failure>,
    /// Counts.
    pub summary: Summary,
}

impl Report {
    /// Selects, locates, sorts and identifies `findings`. Findings that agree in rule, place and
    /// message are one.
    pub fn new(
        targets: Vec<Target>,
        files: Vec<ReportFile>,
        findings: Vec<Finding>,
        mut failures: Vec<Failure>,
        selection: &Selection,
    ) -> Self {
        let mut located: Vec<(Located, String)> = findings
            .into_iter()
            .filter(|finding| selection.wants(finding.rule))
            .filter(|finding| files.get(finding.place.file.0 as usize).is_some())
            .map(|mut finding| {
                selection.adjust(&mut finding);
                locate(finding, &files)
            })
            .collect();
        // Equal ones become one: their order does not matter, and nothing is copied.
        located.sort_unstable_by(|(a, subject_a), (b, subject_b)| {
            order(a, &files)
                .cmp(&order(b, &files))
                .then(a.message.cmp(&b.message))
                .then(subject_a.cmp(subject_b))
        });
        located.dedup_by(|(finding, _), (last, _)| {
            let same = same(last, finding);
            if same {
                join(last, finding);
            }
            same
        });
        let findings = fingerprinted(located, &files);
        failures.sort();
        failures.dedup();
        let summary = Summary::of(files.len(), &findings, failures.len());
        Self {
            targets,
            files,
            findings,
            failures,
            summary,
        }
    }

    /// Path of the file with this index.
    pub fn path(&self, file: usize) -> &str {
        self.files.get(file).map_or("", |file| file.path.as_str())
    }

    /// The worst severity there is.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }
}

fn order<'a>(
    finding: &Located,
    files: &'a [ReportFile],
) -> (&'a str, usize, usize, usize, &'static str) {
    (
        files[finding.file].path.as_str(),
        finding.file,
        finding.start.offset,
        finding.end.offset,
        finding.rule.code,
    )
}

fn same(a: &Located, b: &Located) -> bool {
    a.rule.code == b.rule.code
        && a.file == b.file
        && (a.start.offset, a.end.offset) == (b.start.offset, b.end.offset)
        && a.message == b.message
}

/// `other` goes away.
fn join(kept: &mut Located, other: &mut Located) {
    kept.severity = kept.severity.max(other.severity);
    kept.targets.append(&mut other.targets);
    kept.targets.sort_unstable();
    kept.targets.dedup();
    kept.help = kept.help.take().or(other.help.take());
    kept.window = kept.window.take().or(other.window.take());
    for related in other.related.drain(..) {
        if !kept.related.contains(&related) {
            kept.related.push(related);
        }
    }
}

fn locate(finding: Finding, files: &[ReportFile]) -> (Located, String) {
    let (start, end) = finding
        .position
        .unwrap_or_else(|| positions(finding.place, files));
    let related = finding
        .related
        .into_iter()
        .filter(|related| files.get(related.place.file.0 as usize).is_some())
        .map(|related| {
            let (start, end) = related
                .position
                .unwrap_or_else(|| positions(related.place, files));
            LocatedRelated {
                message: related.message,
                file: related.place.file.0 as usize,
                start,
                end,
            }
        })
        .collect();
    let located = Located {
        rule: finding.rule,
        severity: finding.severity,
        message: finding.message,
        help: finding.help,
        file: finding.place.file.0 as usize,
        start,
        end,
        related,
        targets: finding.targets,
        fingerprint: 0,
        window: finding.window,
    };
    (located, finding.subject)
}

/// Positions of a place in a file that is held. Of a store that is not, only the offset is known.
fn positions(place: Place, files: &[ReportFile]) -> (Position, Position) {
    let Place {
        file: FileId(file),
        span: Span { start, end },
    } = place;
    let file = &files[file as usize];
    let at = |offset: usize| {
        let mut position = file.lines.position(&file.bytes, offset);
        position.offset = offset;
        position
    };
    (at(start), at(end.max(start)))
}

/// Rule, path, what it is about, and the how-many-eth of these: stable while lines move, and no
/// digest of any value.
fn fingerprinted(findings: Vec<(Located, String)>, files: &[ReportFile]) -> Vec<Located> {
    let mut seen: HashMap<u128, u32> = HashMap::new();
    let number = |hash: Sha256| {
        let digest = hash.finalize();
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        u128::from_be_bytes(half)
    };
    findings
        .into_iter()
        .map(|(mut finding, subject)| {
            let mut hash = Sha256::new();
            for part in [finding.rule.code, &files[finding.file].path, &subject] {
                hash.update(part.as_bytes());
                hash.update([0]);
            }
            let ordinal = seen.entry(number(hash.clone())).or_default();
            hash.update(ordinal.to_string().as_bytes());
            *ordinal += 1;
            finding.fingerprint = number(hash);
            finding
        })
        .collect()
}
