//! Single lines of YAML: `key: value`. Only what one line says by itself is read.

use std::ops::Range;

/// A line `key: scalar`, or `key:` alone.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// Columns before the key; `- ` counts.
    pub(super) indent: usize,
    pub(super) key: &'a str,
    /// Without quotes, comment and anchor; empty where the line holds none.
    pub(super) value: &'a str,
    /// Where the value stands in the file.
    pub(super) range: Range<usize>,
}

/// The lines of a file that have such a form.
pub(super) fn of(text: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        lines.extend(one(line.trim_end_matches(['\n', '\r']), start));
        start += line.len();
    }
    lines
}

fn one(line: &str, offset: usize) -> Option<Line<'_>> {
    let body = line.trim_start_matches([' ', '-']);
    let indent = line.len() - body.len();
    if body.starts_with('#') {
        return None;
    }
    let colon = body.find(':')?;
    let key = body[..colon].trim_matches(['"', '\'']);
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if key.is_empty() || !key.chars().all(is_key) {
        return None;
    }
    let rest = &body[colon + 1..];
    if !rest.is_empty() && !rest.starts_with([' ', '\t']) {
        return None;
    }
    let mut value = rest.trim_start();
    if value.starts_with('&') {
        value = value
            .find(' ')
            .map_or("", |blank| value[blank..].trim_start());
    }
    let from = line.len() - value.len();
    let (value, from) = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let inner = &value[1..];
            (&inner[..inner.find(quote)?], from + 1)
        }
        Some('#') => ("", from),
        _ => (
            value.split(" #").next().unwrap_or_default().trim_end(),
            from,
        ),
    };
    Some(Line {
        indent,
        key,
        value,
        range: offset + from..offset + from + value.len(),
    })
}
