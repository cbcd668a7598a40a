//! What of an entry may be shown: structure, the field names of AWS, and the names of entries.
//! Never a value, a description, a key id or a key nobody knows.

use super::Entry;
use super::shape::{FIELDS, is_name_key, is_value_key};
use crate::aws::names::is_store_name;
use crate::source::{Span, Text};
use crate::syntax::json::{self, Kind as JsonKind, Value};

/// Words of AWS, not of the user.
const WORDS: [(&str, &[&str]); 3] = [
    ("Type", &["String", "StringList", "SecureString"]),
    ("Tier", &["Standard", "Advanced", "Intelligent-Tiering"]),
    ("DataType", &["text"]),
];

/// The spans of an entry that may be shown. For entries with findings only: it reads the entry
/// again.
pub fn visible_spans(entry: &Entry<'_>) -> Vec<Span> {
    let mut spans = Vec::new();
    if is_store_name(&entry.name()) {
        let name = entry.name_span();
        spans.push(Span::new(name.start.saturating_sub(1), name.end + 1));
    }
    // A flat member is not a value by itself, but `{member}` is.
    let (text, start) = entry.element_text();
    let tree = json::parse(&Text::verbatim(text, start)).or_else(|_| {
        let braced = format!("{{{text}}}");
        json::parse(&Text::verbatim(&braced, start.saturating_sub(1)))
    });
    let Ok(tree) = tree else {
        return spans;
    };
    let source = tree.text().expose();
    let shift = tree.text().source().start;
    // Everything between keys and scalars is structure. Nothing recurses: open values are kept.
    let mut hidden: Vec<Span> = Vec::new();
    let mut open: Vec<Value<'_>> = vec![tree.root()];
    while let Some(value) = open.pop() {
        match value.kind() {
            JsonKind::Object => {
                for member in value.members() {
                    let known = member.key.as_str().is_some_and(|key| {
                        FIELDS.contains(&key.as_ref()) || is_name_key(&key) || is_value_key(&key)
                    });
                    if !known {
                        hidden.push(member.key.span());
                    }
                    let words = member.key.as_str().and_then(|key| {
                        let known = WORDS.iter().find(|(field, _)| *field == key);
                        known.map(|(_, words)| *words)
                    });
                    let shown = words
                        .zip(member.value.as_str())
                        .is_some_and(|(words, value)| words.contains(&value.as_ref()));
                    if !shown {
                        open.push(member.value);
                    }
                }
            }
            JsonKind::Array => open.extend(value.items()),
            JsonKind::String => hidden.push(value.inner_span()),
            _ => hidden.push(value.span()),
        }
    }
    hidden.sort_unstable();
    let mut at = shift;
    for span in hidden {
        if span.start > at {
            spans.push(Span::new(at, span.start));
        }
        at = at.max(span.end);
    }
    spans.push(Span::new(at, shift + source.len()));
    // The brace that was put in front of a flat member stands in the file as something else.
    for span in &mut spans {
        span.start = span.start.max(start);
        span.end = span.end.min(start + text.len()).max(span.start);
    }
    spans.retain(|span| !span.is_empty());
    spans
}
