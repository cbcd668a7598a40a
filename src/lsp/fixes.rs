//! From the fix of a finding to the edits of an editor.
//!
//! Text that an edit leaves in its place is not sent: an edit is cut around it. Text that it would have to
//! carry elsewhere is sent only if it may be shown, else nothing is offered. What is for display only is
//! never offered: it is to be done in the place that the file is a copy of.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lsp_types::{Range, TextEdit};

use super::diagnostics::Places;
use crate::fix;
use crate::report::{Applicability, Located, LocatedEdit, Piece};

/// A fix that can be made.
#[derive(Debug)]
pub(super) struct Offer {
    /// Number of its diagnostic among those of the file.
    pub(super) diagnostic: usize,
    /// What it does.
    pub(super) title: String,
    /// What was meant is certain.
    pub(super) is_safe: bool,
    /// By path.
    pub(super) edits: BTreeMap<PathBuf, Vec<TextEdit>>,
}

/// The fix of a finding, if it can be made.
pub(super) fn offer(finding: &Located, diagnostic: usize, places: &Places<'_>) -> Option<Offer> {
    let fix = finding.fix.as_ref()?;
    if fix.applicability == Applicability::Display || fix.edits.is_empty() {
        return None;
    }
    let mut edits: BTreeMap<PathBuf, Vec<TextEdit>> = BTreeMap::new();
    for edit in &fix.edits {
        let path = places.path(edit.file)?.to_owned();
        edits.entry(path).or_default().extend(cut(edit, places)?);
    }
    let is_safe = fix.applicability == Applicability::Safe;
    let code = finding.rule.code;
    let mut message = fix.message.chars();
    let first = message.next().map(|first| first.to_uppercase().to_string());
    let message = first.unwrap_or_default() + message.as_str();
    let title = if is_safe {
        format!("{message} ({code})")
    } else {
        format!("{message} ({code}; unsafe: it may not be what was meant)")
    };
    Some(Offer {
        diagnostic,
        title,
        is_safe,
        edits,
    })
}

/// The safe fixes of one file, as many as can be made at once.
pub(super) fn all(path: &Path, places: &Places<'_>) -> Vec<TextEdit> {
    let report = &places.outcome.report;
    let mut edits = Vec::new();
    for file in 0..report.files.len() {
        if places.path(file) != Some(path) {
            continue;
        }
        for edit in fix::first_round(report, file, Applicability::Safe) {
            // A part of a fix is none.
            match cut(edit, places) {
                Some(cut) => edits.extend(cut),
                None => return Vec::new(),
            }
        }
    }
    edits
}

/// The edit without the text that stays where it is; `None` where it would carry what must not be shown.
fn cut(edit: &LocatedEdit, places: &Places<'_>) -> Option<Vec<TextEdit>> {
    let file = places.outcome.report.files.get(edit.file)?;
    let mut cut = Vec::new();
    let mut put = |start: usize, end: usize, text: String| -> Option<()> {
        if start < end || !text.is_empty() {
            let start = places.byte(edit.file, start)?;
            let end = places.byte(edit.file, end)?;
            cut.push(TextEdit::new(Range::new(start, end), text));
        }
        Some(())
    };
    let mut at = edit.start.offset;
    let mut text = String::new();
    for piece in &edit.text {
        match piece {
            Piece::Public(public) => text.push_str(public),
            Piece::Copy(span) if span.start >= at && span.end <= edit.end.offset => {
                put(at, span.start, std::mem::take(&mut text))?;
                at = span.end;
            }
            Piece::Copy(span) if file.mask.shows(*span) => {
                let bytes = file.bytes.get(span.start..span.end)?;
                text.push_str(std::str::from_utf8(bytes).ok()?);
            }
            Piece::Copy(_) => return None,
        }
    }
    put(at, edit.end.offset, text)?;
    Some(cut)
}
