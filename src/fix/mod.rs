//! Fixes are made: edits that do not overlap are applied, what comes of them is checked again, and so on
//! until nothing is left to be fixed. Then the files are written, each whole or not at all, or the
//! difference is shown.
//!
//! Which fix is right is decided by the rules; nothing is judged here but whether a file can still be
//! read as before.

mod apply;
mod diff;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::check::{self, Outcome, Request};
use crate::report::{Applicability, Failure, LocatedEdit, Report, Severity};
use crate::source::{Mask, Span};
use crate::workspace::{Files, STDIN};

pub use diff::write as write_diff;

/// The edits of the fixes of one file that can be made together, by place: those of the first round. `file` is
/// its number in the report; fixes that change another file too are left out.
pub fn first_round(report: &Report, file: usize, least: Applicability) -> Vec<&LocatedEdit> {
    let chosen = apply::choose(report, least, |index| index == file, |_| false);
    let chosen = chosen.get(&file).map(apply::Chosen::edits);
    chosen.unwrap_or_default().to_vec()
}

/// Rounds after which something goes round in circles.
const MOST_ROUNDS: usize = 100;

/// A file with its text before and after.
#[derive(Debug)]
pub struct FixedFile {
    /// Path as named or walked.
    pub path: PathBuf,
    /// The text came from stdin.
    pub is_stdin: bool,
    /// As it was read.
    pub before: Arc<[u8]>,
    /// What may be shown of that.
    pub before_mask: Mask,
    /// With the fixes.
    pub after: Arc<[u8]>,
    /// What may be shown of that: what was shown before, and what a fix wrote. The text as it is now might show
    /// more, but only if the fix is right.
    pub after_mask: Mask,
    /// Number of findings that were put right in it.
    pub count: usize,
}

/// What the fixes made.
#[derive(Debug)]
pub struct Fixed {
    /// What is left to be said, with the fixes made.
    pub outcome: Outcome,
    /// The files that changed, by path.
    pub files: Vec<FixedFile>,
}

/// A file while it is being fixed.
#[derive(Clone)]
struct Working {
    before: Arc<[u8]>,
    before_mask: Mask,
    after: Arc<[u8]>,
    /// What may be shown of `after`.
    shown: Vec<Span>,
    /// Findings that were put right in it.
    count: usize,
}

/// Checks, fixes and checks again, in memory only. `least` is the least trusted kind of fix that is
/// made.
pub fn run(request: &Request, files: &mut Files, least: Applicability) -> Fixed {
    files.keep_streams();
    let mut outcome = check::run(request, files, false);
    let mut working: BTreeMap<PathBuf, Working> = BTreeMap::new();
    let mut refused: BTreeSet<PathBuf> = BTreeSet::new();
    // Fixes of these do not go together: two names that become the same one.
    let mut singles: BTreeSet<PathBuf> = BTreeSet::new();
    let mut failures = Vec::new();
    for round in 0.. {
        let open = |file: usize| {
            let path = outcome.paths.get(file);
            path.is_some_and(|path| !refused.contains(path))
        };
        let single = |file: usize| {
            let path = outcome.paths.get(file);
            path.is_some_and(|path| singles.contains(path))
        };
        let chosen = apply::choose(&outcome.report, least, open, single);
        if chosen.is_empty() {
            break;
        }
        if round == MOST_ROUNDS {
            failures.extend(chosen.keys().filter_map(|&file| {
                let message =
                    format!("is still not as it should be after {MOST_ROUNDS} rounds of fixes");
                Some(failure(outcome.paths.get(file)?, message))
            }));
            break;
        }
        let mut undo = BTreeMap::new();
        for (file, chosen) in chosen {
            let (Some(path), Some(report_file)) =
                (outcome.paths.get(file), outcome.report.files.get(file))
            else {
                continue;
            };
            let edited = apply::edited(&report_file.bytes, &chosen);
            let state = working.entry(path.clone()).or_insert_with(|| Working {
                before: Arc::clone(&report_file.bytes),
                before_mask: report_file.mask.clone(),
                after: Arc::clone(&report_file.bytes),
                shown: report_file.mask.visible().to_vec(),
                count: 0,
            });
            let mut mask = Mask::new();
            mask.show_all(apply::carried(&state.shown, &chosen));
            mask.show_all(edited.written);
            mask.seal();
            undo.insert(path.clone(), state.clone());
            state.shown = mask.visible().to_vec();
            state.after = edited.bytes.into();
            state.count += edited.fixes;
            put(request, files, path, &state.after);
        }
        let next = check::run(request, files, false);
        let broken: Vec<PathBuf> = undo
            .keys()
            .filter(|path| breaks(&outcome, &next, path))
            .cloned()
            .collect();
        if broken.is_empty() {
            outcome = next;
            continue;
        }
        // A fix that makes the file unreadable is a mistake of ours: it is taken back and said. Of several, each has its
        // turn first.
        for path in broken {
            let Some(state) = undo.remove(&path) else {
                continue;
            };
            put(request, files, &path, &state.after);
            let made = working.insert(path.clone(), state.clone());
            if made.is_some_and(|made| made.count > state.count + 1) {
                singles.insert(path);
                continue;
            }
            let message =
                "a fix would have made it unreadable and was taken back; please report this";
            failures.push(failure(&path, message.to_owned()));
            refused.insert(path);
        }
        outcome = check::run(request, files, false);
    }
    working.retain(|_, state| state.before != state.after);
    outcome.report.fail(failures);
    let fixed = working.into_iter().map(|(path, state)| {
        let mut after_mask = Mask::new();
        after_mask.show_all(state.shown);
        after_mask.seal();
        FixedFile {
            is_stdin: is_stdin(request, &path),
            path,
            before: state.before,
            before_mask: state.before_mask,
            after: state.after,
            after_mask,
            count: state.count,
        }
    });
    Fixed {
        files: fixed.collect(),
        outcome,
    }
}

/// Lets a file have this text when it is read again.
fn put(request: &Request, files: &mut Files, path: &Path, bytes: &Arc<[u8]>) {
    if is_stdin(request, path) {
        files.replace_stdin(Arc::clone(bytes));
    }
    files.overlay(path, Arc::clone(bytes));
}

fn is_stdin(request: &Request, path: &Path) -> bool {
    let name = request.load.stdin_filename.as_deref();
    path == name.unwrap_or(Path::new(STDIN))
}

/// Writes the files, except the one that came from stdin, and returns those that have their new text now. What
/// cannot be written is a failure.
pub fn write<'f>(fixed: &'f Fixed, failures: &mut Vec<Failure>) -> Vec<&'f FixedFile> {
    // Several names of one file.
    let mut texts: BTreeMap<PathBuf, &[u8]> = BTreeMap::new();
    let mut written = Vec::new();
    for file in &fixed.files {
        if file.is_stdin {
            written.push(file);
            continue;
        }
        let real = std::fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone());
        if texts.get(&real) == Some(&&*file.after) {
            continue;
        }
        match write::replace(&real, &file.before, &file.after) {
            Ok(()) => {
                texts.insert(real, &file.after);
                written.push(file);
            }
            Err(message) => failures.push(failure(&file.path, message)),
        }
    }
    written
}

/// Where the text of stdin is a settings file: its path and number.
pub fn stdin_file(request: &Request, outcome: &Outcome) -> Option<usize> {
    let index = outcome
        .paths
        .iter()
        .position(|path| is_stdin(request, path))?;
    let file = outcome.report.files.get(index)?;
    (!file.kind.is_store()).then_some(index)
}

/// The rules that say that a file is not read as its kind at all, or not whole.
const STRUCTURE: [&str; 5] = ["AV001", "AV002", "AV003", "AV010", "AV017"];

/// The file has more faults of its structure than before.
fn breaks(before: &Outcome, after: &Outcome, path: &Path) -> bool {
    let faults = |outcome: &Outcome| {
        let file = outcome.paths.iter().position(|known| known == path);
        let findings = outcome.report.findings.iter();
        let ours = findings.filter(|finding| {
            Some(finding.file) == file
                && finding.severity == Severity::Error
                && STRUCTURE.contains(&finding.rule.code)
        });
        ours.count()
    };
    faults(after) > faults(before)
}

fn failure(path: &Path, message: String) -> Failure {
    Failure {
        path: Some(path.to_owned()),
        message,
    }
}
