//! The words of `ENV` and `ARG`, quotes included. `parseWords`, `parseNameVal`.

use std::ops::Range;

use super::lines::is_blank;
use super::{Cause, Notation};
use crate::source::{Span, Text};

/// A name and its value, both as they are written.
pub(super) struct Pair {
    pub(super) notation: Notation,
    pub(super) name: Text,
    pub(super) written: Option<Text>,
}

/// Words between white space that no quote holds and no `escape` stands before.
pub(super) fn split(value: &str, escape: char) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut chars = value.char_indices();
    let mut start = None;
    let mut quote = None;
    // An escape character at the very end belongs to no word.
    let mut last = value.len();
    while let Some((at, c)) = chars.next() {
        match (start, quote) {
            (None, _) if c.is_whitespace() => continue,
            (Some(from), None) if c.is_whitespace() => {
                words.push(from..at);
                start = None;
                continue;
            }
            (None, _) => start = Some(at),
            _ => {}
        }
        match quote {
            None if matches!(c, '\'' | '"') => quote = Some(c),
            Some(open) if c == open => quote = None,
            _ => {}
        }
        if c == escape && quote != Some('\'') && chars.next().is_none() {
            last = at;
        }
    }
    words.extend(start.filter(|&from| from < last).map(|from| from..last));
    words
}

/// What `ENV` sets, as far as its words can be told apart, and where they cannot.
pub(super) fn env(arguments: &Text, escape: char) -> (Vec<Pair>, Vec<(Cause, Span)>) {
    let value = arguments.expose();
    let words = split(value, escape);
    let Some(first) = words.first() else {
        return (Vec::new(), vec![(Cause::NoArguments, arguments.source())]);
    };
    if !value[first.clone()].contains('=') {
        return spaced(arguments);
    }
    let mut pairs = Vec::new();
    let mut faults = Vec::new();
    for word in words {
        let word = arguments.slice(word);
        match word.expose().find('=') {
            None => faults.push((Cause::NoEquals, word.source())),
            Some(0) => faults.push((Cause::NoName, word.span(0..1))),
            Some(equals) => pairs.push(Pair {
                notation: Notation::Pair,
                name: word.slice(0..equals),
                written: Some(word.slice(equals + 1..word.len())),
            }),
        }
    }
    (pairs, faults)
}

/// `ENV NAME the rest`
fn spaced(arguments: &Text) -> (Vec<Pair>, Vec<(Cause, Span)>) {
    let value = arguments.expose();
    let Some(end) = value.find(is_blank) else {
        return (Vec::new(), vec![(Cause::NoValue, arguments.source())]);
    };
    let rest = value[end..].trim_start_matches(is_blank);
    let pair = Pair {
        notation: Notation::Spaced,
        name: arguments.slice(0..end),
        written: Some(arguments.slice(value.len() - rest.len()..value.len())),
    };
    (vec![pair], Vec::new())
}

/// What `ARG` sets.
pub(super) fn arg(arguments: &Text, escape: char) -> (Vec<Pair>, Vec<(Cause, Span)>) {
    let words = split(arguments.expose(), escape);
    if words.is_empty() {
        return (Vec::new(), vec![(Cause::NoArguments, arguments.source())]);
    }
    let mut pairs = Vec::new();
    let mut faults = Vec::new();
    for word in words {
        let word = arguments.slice(word);
        let equals = word.expose().find('=');
        if equals == Some(0) {
            faults.push((Cause::NoName, word.span(0..1)));
            continue;
        }
        pairs.push(Pair {
            notation: Notation::Argument,
            name: word.slice(0..equals.unwrap_or(word.len())),
            written: equals.map(|equals| word.slice(equals + 1..word.len())),
        });
    }
    (pairs, faults)
}
