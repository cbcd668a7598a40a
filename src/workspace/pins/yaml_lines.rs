//! Single lines of YAML: `key: value`. Only what one line says by itself is read.

use std::ops::Range;

use memchr::memmem;

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

/// The lines of that form with a key, in order.
pub(super) fn with_key<'a>(text: &'a str, key: &'a str) -> impl Iterator<Item = Line<'a>> {
    let places = memmem::find_iter(text.as_bytes(), key);
    places.filter_map(move |at| {
        let before = text[..at].trim_end_matches([' ', '-', '"', '\'']);
        if !before.is_empty() && !before.ends_with('\n') {
            return None;
        }
        let line = text[before.len()..].split('\n').next()?;
        one(line.trim_end_matches('\r'), before.len()).filter(|found| found.key == key)
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_with_a_key_are_those_of_all_lines_that_have_it() {
        let text = "tag: 1\r\n  - 'tag': \"2\" # tag: no\n# tag: no\n- - tag:\nstage: tag\ntags: 3\n x tag: no\n\"tag\": a: tag\n\u{e4}tag: 4\ntag: 5";
        let told = |line: &Line<'_>| (line.indent, line.value.to_owned(), line.range.clone());
        let all: Vec<_> = of(text)
            .iter()
            .filter(|line| line.key == "tag")
            .map(told)
            .collect();
        let found: Vec<_> = with_key(text, "tag").map(|line| told(&line)).collect();
        assert_eq!(found, all);
        assert_eq!(found.len(), 5);
    }
}
