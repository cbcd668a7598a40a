//! Code actions that write an ignore above a finding.
//!
//! Where a comment is legal, and what it is about, the readers of the files know: each place is tried in a
//! copy of the text that is open, and offered only if the comment is read as one that reaches the finding.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lsp_types::{CodeAction, CodeActionKind, NumberOrString, Range, TextEdit};

use super::actions::{touch, workspace_edit};
use super::answers::Known;
use super::checker::Found;
use super::diagnostics::OfFile;
use super::position::Lines;
use super::reading::Reading;
use crate::check;
use crate::source::FileId;

/// More findings than this are looked at one by one.
const MOST: usize = 20;

/// The ignores for the findings of `range`.
pub(super) fn offers(
    path: &Path,
    range: Range,
    of_file: &OfFile,
    found: &Found,
    known: &Known,
) -> Vec<CodeAction> {
    let Some(document) = known.documents.get(path) else {
        return Vec::new();
    };
    // Places of another text are none of this one.
    if found.versions.get(path) != Some(&document.version) {
        return Vec::new();
    }
    let Some(reading) = Reading::of(path, known) else {
        return Vec::new();
    };
    let lines = Lines::new(document.text.as_bytes(), known.encoding);
    let mut seen = BTreeSet::new();
    let mut actions = Vec::new();
    for diagnostic in &of_file.diagnostics {
        let Some(NumberOrString::String(code)) = &diagnostic.code else {
            continue;
        };
        // What is said of ignores is not ignored.
        let is_new = seen.insert((code, diagnostic.range.start.line));
        if !touch(diagnostic.range, range) || code.starts_with("AV9") || !is_new {
            continue;
        }
        if seen.len() > MOST {
            break;
        }
        let at = lines.offset(diagnostic.range.start);
        let above = places(&reading, &document.text, at).into_iter();
        let insertion = above
            .map(|place| (place, comment(&document.text, place, code)))
            .find(|(place, text)| holds(path, known, (*place, text), at + text.len(), code));
        let Some((place, text)) = insertion else {
            continue;
        };
        let start = lines.position(place);
        let edit = TextEdit::new(Range::new(start, start), text);
        let edits = BTreeMap::from([(path.to_owned(), vec![edit])]);
        actions.extend(workspace_edit(&edits, found, known).map(|edit| CodeAction {
            title: format!("Ignore {code} here"),
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![diagnostic.clone()]),
            edit: Some(edit),
            ..CodeAction::default()
        }));
    }
    actions
}

/// Where a comment may stand that is about a byte: above its line, and above the options, variables or
/// blocks that it is a part of.
fn places(reading: &Reading, text: &str, at: usize) -> Vec<usize> {
    let line = |at: usize| {
        text.get(..at)
            .and_then(|text| text.rfind('\n'))
            .map_or(0, |at| at + 1)
    };
    let mut places = vec![line(at)];
    if let Some(file) = reading.file() {
        let mut blocks = file.blocks();
        blocks.retain(|block| block.start <= at && at <= block.end);
        places.extend(blocks.iter().rev().map(|block| line(block.start)));
    }
    places.dedup();
    places
}

/// The comment, indented as the line that it stands above and ended as that one is.
fn comment(text: &str, place: usize, code: &str) -> String {
    let line = text[place..].split('\n').next().unwrap_or_default();
    let indent: String = line
        .chars()
        .take_while(|one| matches!(one, ' ' | '\t'))
        .collect();
    let end = if line.ends_with('\r') { "\r\n" } else { "\n" };
    format!("{indent}# airvane: ignore[{code}]{end}")
}

/// The text with the comment is read so that it ignores `code` at byte `at`.
fn holds(
    path: &Path,
    known: &Known,
    (place, comment): (usize, &str),
    at: usize,
    code: &str,
) -> bool {
    let mut known = known.clone();
    let Some(document) = known.documents.get_mut(path) else {
        return false;
    };
    let (before, behind) = document.text.split_at(place);
    document.text = format!("{before}{comment}{behind}").into();
    let Some(reading) = Reading::of(path, &known) else {
        return false;
    };
    let file = reading.file().map(|file| file.id);
    let ignores = check::ignores(reading.loaded()).into_iter();
    let mut ours = ignores.filter(|ignore| Some::<FileId>(ignore.file) == file && !ignore.in_value);
    let mark = place + comment.len() - comment.trim_start().len();
    ours.any(|ignore| {
        let words = ignore.directive.words.iter().flatten();
        let mut codes = words.filter_map(|word| word.codes.as_ref().ok());
        let is_it = ignore.directive.mark == mark && codes.any(|codes| codes.contains(&code));
        let reaches = |reach: &crate::source::Span| reach.start <= at && at <= reach.end;
        is_it && ignore.reach.as_ref().is_some_and(reaches)
    })
}
