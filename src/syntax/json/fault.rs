//! A syntax error as a person sees it: what to point at, and what it looks like. Why it is one is said elsewhere.

use std::ops::Range;

use super::{Error, ErrorKind, lex};

/// What a syntax error looks like to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// Nothing to add to Python's words.
    None,
    /// A `,` before a closing bracket.
    TrailingComma,
    /// A `\'` where a string begins: Python's way to print, not JSON.
    SingleQuote,
    /// `True`, `False`, `None` or `datetime.`: Python's way to print.
    PythonWord,
    /// `{{`, `{%` or `${`: a template that was not filled in.
    Template,
    /// The text ends before the value does.
    CutOff,
    /// `//`, `/*` or `#`: JSON has no comments.
    Comment,
    /// A quotation mark of a word processor.
    SmartQuote,
    /// The text is empty.
    Empty,
}

/// What a person would point at for a fault of `bytes`, which are all there are: the comma before a closing bracket,
/// or the character at which Python stops.
pub fn culprit(bytes: &[u8], error: Error) -> Range<usize> {
    let at = comma_before(bytes, error).unwrap_or(error.at.min(bytes.len()));
    at..after(bytes, at)
}

/// The end of the character at `at`; behind the last one, there.
pub(super) fn after(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let more = rest.iter().skip(1).take_while(|&&byte| byte & 0xC0 == 0x80);
    at + if rest.is_empty() { 0 } else { 1 + more.count() }
}

/// The comma in front of a closing bracket that was not expected.
pub(super) fn comma_before(bytes: &[u8], error: Error) -> Option<usize> {
    let value_due = matches!(
        error.kind,
        ErrorKind::ExpectingValue | ErrorKind::ExpectingPropertyName
    );
    if !value_due || !matches!(bytes.get(error.at), Some(b'}' | b']')) {
        return None;
    }
    let before = bytes.get(..error.at).unwrap_or_default();
    let last = before
        .iter()
        .rposition(|byte| !byte.is_ascii_whitespace())?;
    (before[last] == b',').then_some(last)
}

/// What a fault looks like. `is_start`: `bytes` are the beginning of the text.
pub(super) fn hint(bytes: &[u8], error: Error, is_start: bool) -> Hint {
    let rest = bytes.get(error.at..).unwrap_or_default();
    let starts = |words: &[&str]| words.iter().any(|word| rest.starts_with(word.as_bytes()));
    if error.kind == ErrorKind::TooDeep {
        return Hint::None;
    }
    if rest.is_empty() && is_start && lex::skip_blank(bytes, 0) >= bytes.len() {
        return Hint::Empty;
    }
    if rest.is_empty() || error.kind == ErrorKind::UnterminatedString {
        return Hint::CutOff;
    }
    // `{{` and `{%` are refused at their second character.
    let braced = error.at > 0 && bytes.get(error.at - 1) == Some(&b'{') && starts(&["{", "%"]);
    if braced || starts(&["{{", "{%", "${"]) {
        return Hint::Template;
    }
    if starts(&["//", "/*", "#"]) {
        return Hint::Comment;
    }
    if starts(&["\u{201c}", "\u{201d}", "\u{2018}", "\u{2019}"]) {
        return Hint::SmartQuote;
    }
    let value_due = matches!(
        error.kind,
        ErrorKind::ExpectingValue | ErrorKind::ExpectingPropertyName
    );
    if !value_due {
        return Hint::None;
    }
    if starts(&["'", "b'", "u'", "b\""]) {
        return Hint::SingleQuote;
    }
    if starts(&["True", "False", "None", "datetime."]) {
        return Hint::PythonWord;
    }
    Hint::None
}
