//! The finished report: findings with path, line and column, sorted and identified.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::baseline::{self, Entry};
use super::suppress::{self, By, Counts, Hidden, Suppression};
use super::{
    Applicability, Checkout, Failure, Finding, Findings, Fix, Piece, Selection, Severity, Summary,
    Window, Words,
};
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

/// An edit with its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocatedEdit {
    /// Index into [`Report::files`].
    pub file: usize,
    /// First byte that gives way.
    pub start: Position,
    /// One past the last byte.
    pub end: Position,
    /// What is written there instead.
    pub text: Vec<Piece>,
}

/// A fix with its positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocatedFix {
    /// How far it may be trusted.
    pub applicability: Applicability,
    /// What it does.
    pub message: Words,
    /// By file and place; none for a copy of something, where nothing is to be written.
    pub edits: Vec<LocatedEdit>,
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
    /// What would put it right.
    pub fix: Option<Box<LocatedFix>>,
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
    /// What was found and is not told, by reason and code.
    pub hidden: Vec<Hidden>,
    /// What a baseline that is to be written anew holds.
    pub baseline: Vec<Entry>,
    /// Counts.
    pub summary: Summary,
    /// The repository that the run is in; `None` outside of one.
    pub checkout: Option<Checkout>,
}

impl Report {
    /// [`Report::with`] nothing that keeps findings back.
    pub fn new(
        targets: Vec<Target>,
        files: Vec<ReportFile>,
        findings: Vec<Finding>,
        failures: Vec<Failure>,
        selection: &Selection,
    ) -> Self {
        let nothing = Suppression::default();
        Self::with(&nothing, targets, files, findings, failures, selection)
    }

    /// Selects, locates, sorts and identifies `findings`, and takes those out that `suppression` keeps
    /// back. Findings that agree in rule, place and message are one.
    pub fn with(
        suppression: &Suppression,
        targets: Vec<Target>,
        files: Vec<ReportFile>,
        findings: Vec<Finding>,
        mut failures: Vec<Failure>,
        selection: &Selection,
    ) -> Self {
        // The number of a finding among its like does not depend on what is kept back.
        let mut found = located(findings, &files, selection);
        fingerprint(&mut found, &files);
        let mut hidden = Counts::default();
        let mut wrong = suppress::ignores(&mut found, suppression, selection, &files, &mut hidden);
        found.append(&mut wrong);
        sort(&mut found, &files);
        let (stale, baseline) =
            baseline::apply(&mut found, suppression, selection, &files, &mut hidden);
        found.append(&mut more(stale, &files, selection));
        sort(&mut found, &files);
        let findings: Vec<Located> = found.into_iter().map(|(finding, _)| finding).collect();
        failures.sort();
        failures.dedup();
        let summary = Summary {
            suppressed: hidden.of(By::Comment) + hidden.of(By::Settings),
            baselined: hidden.of(By::Baseline),
            ..Summary::of(files.len(), &findings, failures.len())
        };
        Self {
            targets,
            files,
            findings,
            failures,
            hidden: hidden.into_list(),
            baseline,
            summary,
            checkout: None,
        }
    }

    /// Adds what could not be done afterwards.
    pub fn fail(&mut self, failures: Vec<Failure>) {
        self.failures.extend(failures);
        self.failures.sort();
        self.failures.dedup();
        self.summary.failures = self.failures.len();
    }

    /// Path of the file with this index.
    pub fn path(&self, file: usize) -> &str {
        self.files.get(file).map_or("", |file| file.path.as_str())
    }

    /// Path of the file with this index, from the root of the repository on where there is one.
    pub fn repository_path(&self, file: usize) -> Cow<'_, str> {
        self.in_repository(self.path(file))
    }

    /// `path`, as it is printed, from the root of the repository on where there is one.
    pub fn in_repository<'p>(&self, path: &'p str) -> Cow<'p, str> {
        match &self.checkout {
            Some(checkout) => checkout.path(path),
            None => path.into(),
        }
    }

    /// The edits of `fix` with what they write, if another program may make them: it is meant to be made,
    /// and every text of it may be shown.
    pub fn public_edits<'r>(
        &'r self,
        fix: &'r LocatedFix,
    ) -> Option<Vec<(&'r LocatedEdit, String)>> {
        if fix.applicability == Applicability::Display || fix.edits.is_empty() {
            return None;
        }
        let edits = fix.edits.iter();
        edits
            .map(|edit| Some((edit, self.shown_text(edit)?)))
            .collect()
    }

    /// What an edit writes, if all of it may be shown. Without that it is no edit for other programs.
    pub fn shown_text(&self, edit: &LocatedEdit) -> Option<String> {
        let file = self.files.get(edit.file)?;
        let mut shown = String::new();
        for piece in &edit.text {
            match piece {
                Piece::Public(text) => shown.push_str(text),
                Piece::Copy(span) => {
                    let bytes = file.bytes.get(span.start..span.end)?;
                    if !file.mask.shows(*span) {
                        return None;
                    }
                    shown.push_str(std::str::from_utf8(bytes).ok()?);
                }
            }
        }
        Some(shown)
    }

    /// The worst severity there is.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }
}

/// What is found when the other findings are known.
pub(super) fn more(
    findings: Findings,
    files: &[ReportFile],
    selection: &Selection,
) -> Vec<(Located, String)> {
    let mut found = located(findings.into_vec(), files, selection);
    fingerprint(&mut found, files);
    found
}

fn located(
    findings: Vec<Finding>,
    files: &[ReportFile],
    selection: &Selection,
) -> Vec<(Located, String)> {
    let mut located: Vec<(Located, String)> = findings
        .into_iter()
        .filter(|finding| selection.wants(finding.rule))
        .filter(|finding| files.get(finding.place.file.0 as usize).is_some())
        .map(|mut finding| {
            selection.adjust(&mut finding);
            locate(finding, files)
        })
        .collect();
    sort(&mut located, files);
    located.dedup_by(|(finding, _), (last, _)| {
        let same = same(last, finding);
        if same {
            join(last, finding);
        }
        same
    });
    located
}

/// Equal ones become one: their order does not matter, and nothing is copied.
fn sort(located: &mut [(Located, String)], files: &[ReportFile]) {
    located.sort_unstable_by(|(a, subject_a), (b, subject_b)| {
        order(a, files)
            .cmp(&order(b, files))
            .then(a.message.cmp(&b.message))
            .then(subject_a.cmp(subject_b))
    });
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
    kept.fix = joined(kept.fix.take(), other.fix.take());
    for related in other.related.drain(..) {
        if !kept.related.contains(&related) {
            kept.related.push(related);
        }
    }
}

/// Two fixes of one finding, as two targets have it: where they do not agree, which one is right is
/// for a person to say.
fn joined(one: Option<Box<LocatedFix>>, other: Option<Box<LocatedFix>>) -> Option<Box<LocatedFix>> {
    let (Some(mut one), Some(other)) = (one, other) else {
        return None;
    };
    if one.edits != other.edits {
        return None;
    }
    one.applicability = one.applicability.min(other.applicability);
    Some(one)
}

/// A store is a copy: what is wrong in it is put right where it was copied from.
fn locate_fix(fix: Fix, files: &[ReportFile]) -> Option<LocatedFix> {
    let of = |place: Place| files.get(place.file.0 as usize);
    let mut located = LocatedFix {
        applicability: fix.applicability,
        message: fix.message,
        edits: Vec::with_capacity(fix.edits.len()),
    };
    for edit in fix.edits {
        let file = of(edit.place)?;
        if file.kind.is_store() || file.bytes.is_empty() {
            located.applicability = Applicability::Display;
            located.edits.clear();
            return Some(located);
        }
        let (start, end) = positions(edit.place, files);
        located.edits.push(LocatedEdit {
            file: edit.place.file.0 as usize,
            start,
            end,
            text: edit.text,
        });
    }
    let key = |edit: &LocatedEdit| (edit.file, edit.start.offset, edit.end.offset);
    located.edits.sort_by_key(key);
    Some(located)
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
        fix: finding
            .fix
            .and_then(|fix| locate_fix(*fix, files))
            .map(Box::new),
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
fn fingerprint(found: &mut [(Located, String)], files: &[ReportFile]) {
    let mut seen: HashMap<u128, u32> = HashMap::new();
    for (finding, subject) in found {
        let mut hash = identity(finding.rule.code, &files[finding.file].path, subject);
        let ordinal = seen.entry(number(hash.clone())).or_default();
        hash.update(ordinal.to_string().as_bytes());
        *ordinal += 1;
        finding.fingerprint = number(hash);
    }
}

/// Which rule says it of what.
pub(super) fn identity(code: &str, path: &str, subject: &str) -> Sha256 {
    let mut hash = Sha256::new();
    for part in [code, path, subject] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash
}

/// The first half of a digest.
pub(super) fn number(hash: Sha256) -> u128 {
    let digest = hash.finalize();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    u128::from_be_bytes(half)
}
