//! Connections of which a part is not known before Airflow runs: what the rules say of them whatever stands there.
//!
//! The parts are filled in, in ways that change what a URI or an object means, and what is said each time of the same
//! characters is certain. Nothing that is filled in is ever shown: what is kept speaks of what stands in the file.

use crate::report::{Finding, Severity};
use crate::source::{Fidelity, Span, Text, TextBuilder};

/// What a part may be where nothing is unusual. Each of them must lead to the same finding.
const PLAIN: [&str; 3] = ["a", "", "1"];

/// What a part may be besides: whatever it does, the value must not become right by it.
const ODD: [&str; 16] = [
    "postgres://u:p@h:1/d?x=y",
    "https",
    "h/https",
    AUTHORITY,
    "u@h",
    ":",
    "@",
    "/",
    "?x=y",
    "#",
    "%20",
    "[",
    "\"",
    "\\",
    "{}",
    "a\", \"b\": \"c",
];

/// What makes a scheme of what stands before it.
const AUTHORITY: &str = "//h";

/// The same of a value in an object that `jsonencode` writes, which may be of any type.
const PLAIN_VALUES: [&str; 3] = ["\"a\"", "\"\"", "\"1\""];

/// See [`ODD`].
const ODD_VALUES: [&str; 8] = [
    "null",
    "1",
    "0",
    "true",
    "[]",
    "{}",
    "{\"a\": 1}",
    "\"{\\\"a\\\": 1}\"",
];

/// What the rules say of `value` whatever its unknown parts are, besides `known`, which they say of it as it stands. `run`
/// asks them about a text.
pub(super) fn certain(
    value: &Text,
    known: &[Finding],
    mut run: impl FnMut(&Text) -> Vec<Finding>,
) -> Vec<Finding> {
    let holes = value.unknown_ranges();
    let unknown: usize = holes.iter().map(ExactSizeIterator::len).sum();
    if holes.is_empty() || unknown == value.len() {
        return Vec::new();
    }
    let places: Vec<Span> = holes.iter().map(|hole| value.span(hole.clone())).collect();
    let is_known = |one: &Finding| known.iter().any(|other| is_same(one, other));
    let mut kept: Option<Vec<Finding>> = None;
    for number in 0..PLAIN.len() {
        let mut found = run(&filled(value, &holes, number, &PLAIN, &PLAIN_VALUES));
        found.retain(|one| !is_known(one));
        kept = Some(match kept {
            None => found,
            Some(mut kept) => {
                kept.retain(|one| found.iter().any(|other| is_same(one, other)));
                kept
            }
        });
        if kept.as_ref().is_some_and(Vec::is_empty) {
            return Vec::new();
        }
    }
    let mut kept = kept.unwrap_or_default();
    // Where a part of it is what is not known, nobody knows what it says.
    kept.retain(|one| {
        let here = one.place.span;
        !places
            .iter()
            .any(|place| place.start < here.end && here.start < place.end)
    });
    for number in 0..ODD.len().max(ODD_VALUES.len()) {
        if kept.is_empty() {
            return kept;
        }
        let mut found = run(&filled(value, &holes, number, &ODD, &ODD_VALUES));
        found.retain(|one| !is_known(one));
        kept.retain(|one| {
            found.iter().any(|other| {
                is_same(one, other) || other.severity >= one.severity.max(Severity::Warning)
            })
        });
    }
    for one in &mut kept {
        one.fix = None;
    }
    kept
}

fn is_same(one: &Finding, other: &Finding) -> bool {
    std::ptr::eq(one.rule, other.rule) && one.place == other.place && one.message == other.message
}

/// `value` with something in the place of each part that is not known.
fn filled(
    value: &Text,
    holes: &[std::ops::Range<usize>],
    number: usize,
    texts: &[&str],
    values: &[&str],
) -> Text {
    let mut out = TextBuilder::at(value.source().start);
    let mut from = 0;
    for hole in holes {
        out.push_from(value, from..hole.start);
        let raw = &value.expose()[hole.clone()];
        // `jsonencode` puts quotes around what it does not know.
        let is_value = raw.len() > 1 && raw.starts_with('"') && raw.ends_with('"');
        let all = if is_value { values } else { texts };
        let filling = match all[number % all.len()] {
            // Behind a scheme nothing makes one.
            AUTHORITY if value.expose()[..hole.start].contains("://") => PLAIN[0],
            filling => filling,
        };
        out.push(filling, value.span(hole.clone()), Fidelity::Elsewhere);
        from = hole.end;
    }
    out.push_from(value, from..value.len());
    out.finish()
}
