//! The baseline: findings that were there before, so that only new ones are told.
//!
//! A finding is known again by its rule, its file and what it is about, never by its line or by a value.
//! Paths are those that a run in the folder of the baseline would show: it does not matter where a check
//! is started.

mod read;

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::Sha256;

use super::located::{identity, number};
use super::suppress::{By, Counts, Suppression};
use super::{Findings, Located, ReportFile, Selection};
use crate::rules;
use crate::rules::itself::stale_baseline_entry::{self, Left};
use crate::source::{FileId, Place, Span};

pub use read::{Broken, read};

/// The shape of the file.
const VERSION: u32 = 1;

/// A baseline that findings are held against.
#[derive(Debug)]
pub struct Baseline {
    /// The file; `None` where it is yet to be written.
    pub file: Option<FileId>,
    /// What it holds.
    pub entries: Vec<Entry>,
    /// By file of the run: its path from the folder of the baseline.
    pub paths: Vec<String>,
    /// By entry: there is no such file.
    pub gone: Vec<bool>,
    /// It is to be written anew: nothing is stale, and what is found is known from then on.
    pub anew: bool,
}

/// Findings of one rule about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Code of the rule.
    pub code: String,
    /// Path from the folder of the baseline.
    pub path: String,
    /// How many findings.
    pub count: u32,
    /// Fingerprint of the first of them, as a run in the folder of the baseline shows it.
    pub fingerprint: u128,
    /// What the first of them said.
    pub message: String,
    /// Where the entry stands.
    pub span: Span,
}

/// Takes what the baseline knows out of `found` and counts it. Returns the entries that are stale, and
/// what is to be written.
pub(super) fn apply(
    found: &mut Vec<(Located, String)>,
    suppression: &Suppression,
    selection: &Selection,
    files: &[ReportFile],
    hidden: &mut Counts,
) -> (Findings, Vec<Entry>) {
    let mut findings = Findings::new();
    let Some(baseline) = &suppression.baseline else {
        return (findings, Vec::new());
    };
    let index = baseline.entries.iter().enumerate();
    let index: BTreeMap<u128, usize> = index.map(|(at, entry)| (entry.fingerprint, at)).collect();
    let mut left: Vec<u32> = baseline.entries.iter().map(|entry| entry.count).collect();
    let mut anew: BTreeMap<u128, Entry> = BTreeMap::new();
    found.retain(|(finding, subject)| {
        let path = baseline.paths.get(finding.file).map_or("", String::as_str);
        let fingerprint = fingerprint(finding.rule.code, path, subject);
        if baseline.anew {
            let entry = anew.entry(fingerprint).or_insert_with(|| Entry {
                code: finding.rule.code.to_owned(),
                path: path.to_owned(),
                count: 0,
                fingerprint,
                message: finding.message.to_string(),
                span: Span::default(),
            });
            entry.count += 1;
        }
        let known = index.get(&fingerprint).map(|&at| &mut left[at]);
        let is_known = match known {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => baseline.anew,
        };
        if is_known {
            hidden.add(finding.rule, By::Baseline);
        }
        !is_known
    });
    for (at, (entry, left)) in baseline.entries.iter().zip(left).enumerate() {
        let gone = baseline.gone.get(at) == Some(&true);
        let stale = (left > 0)
            .then(|| stale(entry, left, gone, suppression, selection, files))
            .flatten();
        match (stale, baseline.file) {
            (Some(what), Some(file)) if !baseline.anew => {
                let rule = rules::find(&entry.code);
                stale_baseline_entry::report(
                    &mut findings,
                    Place::new(file, entry.span),
                    rule.map_or("", |rule| rule.code),
                    format!("{:032x}", entry.fingerprint),
                    what,
                );
            }
            // What this run cannot judge stays.
            (None, _) if baseline.anew => {
                anew.entry(entry.fingerprint)
                    .or_insert_with(|| entry.clone());
            }
            _ => {}
        }
    }
    let mut anew: Vec<Entry> = anew.into_values().collect();
    anew.sort_by(|a, b| a.key().cmp(&b.key()));
    (findings, anew)
}

/// What is left of an entry, where that is certain.
fn stale(
    entry: &Entry,
    left: u32,
    gone: bool,
    suppression: &Suppression,
    selection: &Selection,
    files: &[ReportFile],
) -> Option<Left> {
    if suppression.is_partial {
        return None;
    }
    let baseline = suppression.baseline.as_ref()?;
    let Some(rule) = rules::find(&entry.code) else {
        return Some(Left::NoRule);
    };
    if gone {
        return Some(Left::NoFile);
    }
    let file = baseline.paths.iter().position(|path| *path == entry.path)?;
    let certain = selection.wants(rule) && suppression.is_certain(rule, file, files);
    certain.then_some(Left::Some(entry.count - left, entry.count))
}

/// The fingerprint of the first finding of its kind.
fn fingerprint(code: &str, path: &str, subject: &str) -> u128 {
    use sha2::Digest;
    let mut hash: Sha256 = identity(code, path, subject);
    hash.update("0");
    number(hash)
}

impl Entry {
    fn key(&self) -> (&str, &str, u128) {
        (&self.path, &self.code, self.fingerprint)
    }
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    findings: Vec<Written<'a>>,
}

#[derive(Serialize)]
struct Written<'a> {
    code: &'a str,
    name: &'a str,
    path: &'a str,
    count: u32,
    fingerprint: String,
    message: &'a str,
}

/// The text of a baseline with these entries.
pub fn text(entries: &[Entry]) -> String {
    let findings = entries.iter().map(|entry| Written {
        code: &entry.code,
        name: rules::find(&entry.code).map_or("", |rule| rule.name),
        path: &entry.path,
        count: entry.count,
        fingerprint: format!("{:032x}", entry.fingerprint),
        message: &entry.message,
    });
    let document = Document {
        version: VERSION,
        findings: findings.collect(),
    };
    // Strings and numbers only: there is nothing that could not be written.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}
