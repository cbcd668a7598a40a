//! Requirements and constraints files, as pip reads them: continued lines, comments, options.

use super::{How, Pin, constraints_url, requirement};
use crate::source::Span;

/// What the file pins. `how`: what a line of it is.
pub(super) fn read(text: &str, how: How) -> Vec<Pin> {
    let mut pins = Vec::new();
    let mut continued = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let offset = start;
        start += line.len();
        let line = line.trim_end_matches(['\n', '\r']);
        let was_continued = continued;
        let is_comment = line.trim_start().starts_with('#');
        // A comment is no part of a continued line and does not end it.
        if !(is_comment && was_continued) {
            continued = line.ends_with('\\');
        }
        if is_comment {
            continue;
        }
        let line = without_comment(line).trim_end_matches('\\');
        if was_continued && !line.trim_start().starts_with('-') {
            // The requirement began further up.
            continue;
        }
        one(line, offset, how, &mut pins);
    }
    pins
}

/// pip cuts a line at a `#` behind white space.
fn without_comment(line: &str) -> &str {
    let mut cut = line.match_indices('#').map(|(at, _)| at);
    let cut = cut.find(|&at| line[..at].ends_with([' ', '\t']));
    cut.map_or(line, |at| &line[..at])
}

fn one(line: &str, offset: usize, how: How, pins: &mut Vec<Pin>) {
    let at = |base: usize| {
        move |range: std::ops::Range<usize>| Span::new(base + range.start, base + range.end)
    };
    if let Some((from, value)) = constraint_option(line) {
        pins.extend(constraints_url::read(value, at(offset + from)));
        return;
    }
    if line.trim_start().starts_with('-') {
        return;
    }
    // Options of the requirement (`--hash=…`) stand behind it.
    let end = line.find(" --").or_else(|| line.find("\t--"));
    let text = &line[..end.unwrap_or(line.len())];
    pins.extend(requirement::read(text, how, at(offset)));
}

/// The value of `-c`, `--constraint URL`, `--constraint=URL`, and where it stands in the line.
fn constraint_option(line: &str) -> Option<(usize, &str)> {
    let start = line.len() - line.trim_start().len();
    let option = &line[start..];
    let value = ["--constraint", "-c"].iter().find_map(|name| {
        let rest = option.strip_prefix(name)?;
        let separated =
            rest.starts_with([' ', '\t', '=']) || (*name == "-c" && !rest.starts_with('-'));
        separated.then_some(rest)
    })?;
    let value = value.trim_start_matches([' ', '\t', '=', '"', '\'']);
    let from = line.len() - value.len();
    Some((from, value.trim_end_matches([' ', '\t', '"', '\''])))
}
