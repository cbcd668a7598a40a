//! Why a text is not JSON: the mistake that a person made, where `json.loads` only says what it
//! expected.

use std::ops::Range;

use crate::source::Text;
use crate::syntax::json::{self, ErrorKind};

/// The mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Nothing but blanks.
    Blank,
    /// A byte order mark.
    Bom,
    /// `'{…}'`, `"{…}"`: quotes round the whole value, which this carrier keeps.
    WrappingQuotes,
    /// `{\"a\": 1}`
    EscapedQuotes,
    /// `{'a': 1}`
    SingleQuotes,
    /// `{“a”: 1}`
    SmartQuotes,
    /// `True`, `False`, `None` and their like, with what JSON says instead.
    Literal(&'static str, &'static str),
    /// `,}` or `,]`; the bracket.
    TrailingComma(char),
    /// `,,` or `{,`
    ExtraComma,
    /// A comment behind the object.
    CommentAfter,
    /// A comment inside the object.
    CommentInside,
    /// Something else behind the object.
    TextAfter,
    /// One closing bracket too many.
    ExtraBracket,
    /// `{a: 1}`
    UnquotedKey,
    /// `{"a": b}`
    UnquotedValue,
    /// `{"a": }`
    MissingValue,
    /// `{"a" 1}`
    MissingColon,
    /// `{"a" = 1}`
    Equals,
    /// `{"a": 1 "b": 2}`
    MissingComma,
    /// `{"a": "b"c"}`
    InnerQuote,
    /// `]` where `}` is due, or the reverse.
    WrongBracket,
    /// The text ends before the object does.
    Cut,
    /// A string without its closing quote.
    OpenString,
    /// A line break or TAB inside a string.
    ControlCharacter,
    /// `"\d"`
    Backslash,
    /// A no-break space or another blank that JSON has not.
    OddBlank,
    /// It does not begin with `{`.
    NotAnObject,
    /// Nested too deeply.
    TooDeep,
    /// Anything else, in Python's words.
    Other(ErrorKind),
}

const SMART: &str = "“”„‟«»‘’‚‛′″";

const LITERALS: &[(&str, &str)] = &[
    ("True", "true"),
    ("TRUE", "true"),
    ("False", "false"),
    ("FALSE", "false"),
    ("None", "null"),
    ("NULL", "null"),
    ("Null", "null"),
    ("nil", "null"),
    ("undefined", "null"),
];

/// The mistake in `text`, which `json.loads` refuses with `error`, and its decoded byte range.
pub(crate) fn find(text: &Text, error: json::Error) -> (Cause, Range<usize>) {
    let value = text.expose();
    let at = error.at.min(value.len());
    let start = value.len() - value.trim_start().len();
    let trimmed = value.trim();
    if trimmed.is_empty() {
        return (Cause::Blank, 0..value.len());
    }
    if error.kind == ErrorKind::TooDeep {
        return (Cause::TooDeep, at..next(value, at));
    }
    if value.starts_with('\u{feff}') {
        return (Cause::Bom, 0..3);
    }
    if let Some(found) = outside(trimmed, start) {
        return found;
    }
    let here = value[at..].chars().next();
    if let Some(found) = comment(value, at, error.kind) {
        return found;
    }
    if let Some(character) = here {
        let one = at..at + character.len_utf8();
        if is_odd_blank(character) {
            return (Cause::OddBlank, one);
        }
        if SMART.contains(character) {
            return (Cause::SmartQuotes, one);
        }
    }
    by_kind(value, at, error.kind)
}

/// Mistakes that show at the first and last character.
fn outside(trimmed: &str, start: usize) -> Option<(Cause, Range<usize>)> {
    let first = trimmed.chars().next()?;
    let wrapped = trimmed.len() > 1 && trimmed.ends_with(first);
    let inner = trimmed.get(first.len_utf8()..)?.trim_start();
    if "'\"`".contains(first) && (wrapped || first != '"') && inner.starts_with(['{', '[']) {
        return Some((Cause::WrappingQuotes, start..start + first.len_utf8()));
    }
    if first == '{' && inner.starts_with("\\\"") {
        let at = start + trimmed.len() - inner.len();
        return Some((Cause::EscapedQuotes, at..at + 2));
    }
    if SMART.contains(first) && inner.starts_with('{') {
        return Some((Cause::WrappingQuotes, start..start + first.len_utf8()));
    }
    None
}

fn comment(value: &str, at: usize, kind: ErrorKind) -> Option<(Cause, Range<usize>)> {
    let rest = &value[at..];
    let begins = |rest: &str| {
        ["#", "//", "/*", ";"]
            .iter()
            .any(|mark| rest.starts_with(mark))
    };
    if !begins(rest) {
        return None;
    }
    let end = at + rest.find(['\n', '\r']).unwrap_or(rest.len());
    let end = at + value[at..end].trim_end().len();
    if kind == ErrorKind::ExtraData {
        // `{…};` is a comment for nobody.
        if rest.trim_end() == ";" {
            return Some((Cause::TextAfter, at..at + 1));
        }
        return Some((Cause::CommentAfter, at..end));
    }
    if rest.starts_with(';') {
        return None;
    }
    Some((Cause::CommentInside, at..end))
}

fn by_kind(value: &str, at: usize, kind: ErrorKind) -> (Cause, Range<usize>) {
    let rest = &value[at..];
    let here = rest.chars().next();
    let one = at..next(value, at);
    let before = value[..at].trim_end();
    let last = before.chars().next_back();
    let first = value.trim_start().chars().next();
    match kind {
        ErrorKind::ExtraData => extra(value, at),
        ErrorKind::UnterminatedString => {
            let smart = rest
                .char_indices()
                .skip(1)
                .find(|(_, c)| SMART.contains(*c));
            match smart {
                Some((offset, c)) => (Cause::SmartQuotes, at + offset..at + offset + c.len_utf8()),
                None => (Cause::OpenString, one),
            }
        }
        ErrorKind::InvalidControlCharacter => (Cause::ControlCharacter, one),
        ErrorKind::InvalidEscape | ErrorKind::InvalidUnicodeEscape => (Cause::Backslash, one),
        _ if here.is_none() && first.is_some_and(|first| "{[".contains(first)) => {
            (Cause::Cut, value.trim_end().len()..value.trim_end().len())
        }
        ErrorKind::ExpectingPropertyName | ErrorKind::ExpectingValue
            if here.is_some_and(|c| c == '}' || c == ']') && last == Some(',') =>
        {
            let comma = before.len() - 1;
            (Cause::TrailingComma(here.unwrap_or('}')), comma..comma + 1)
        }
        ErrorKind::ExpectingPropertyName | ErrorKind::ExpectingValue
            if here == Some(',') && last != Some(':') =>
        {
            (Cause::ExtraComma, one)
        }
        ErrorKind::ExpectingPropertyName => match here {
            Some('\'') => (Cause::SingleQuotes, quoted(value, at)),
            Some(c) if is_word(c) => (Cause::UnquotedKey, word(value, at)),
            _ => (Cause::Other(kind), one),
        },
        ErrorKind::ExpectingValue if first.is_some_and(|first| !"{[".contains(first)) => {
            (Cause::NotAnObject, one)
        }
        ErrorKind::ExpectingValue => match here {
            Some('\'') => (Cause::SingleQuotes, quoted(value, at)),
            Some('}' | ']' | ',') => (Cause::MissingValue, one),
            Some(_) => {
                let range = word(value, at);
                let literal = LITERALS
                    .iter()
                    .find(|(name, _)| *name == &value[range.clone()]);
                match literal {
                    Some((name, json)) => (Cause::Literal(name, json), range),
                    None => (Cause::UnquotedValue, unquoted(value, at)),
                }
            }
            None => (Cause::Other(kind), one),
        },
        ErrorKind::ExpectingColon => match here {
            Some('=') => (Cause::Equals, one),
            Some(_) if smart_before(before).is_some() => {
                (Cause::SmartQuotes, smart_before(before).unwrap_or(one))
            }
            _ => (Cause::MissingColon, before.len()..before.len().max(at)),
        },
        ErrorKind::ExpectingComma => match here {
            Some('}' | ']') => (Cause::WrongBracket, one),
            Some(_) if smart_before(before).is_some() => {
                (Cause::SmartQuotes, smart_before(before).unwrap_or(one))
            }
            Some(c) if last == Some('"') && c != '"' && before.len() == at => {
                (Cause::InnerQuote, at - 1..at)
            }
            Some('"' | '{' | '[') => (Cause::MissingComma, before.len()..before.len().max(at)),
            Some(c) if is_word(c) || c == '\'' => {
                (Cause::MissingComma, before.len()..before.len().max(at))
            }
            _ => (Cause::Other(kind), one),
        },
        _ => (Cause::Other(kind), one),
    }
}

/// A smart quote in the string that ends at the end of `before`: it was meant to be its end.
fn smart_before(before: &str) -> Option<Range<usize>> {
    let inner = before.strip_suffix('"')?;
    let open = inner.rfind('"')?;
    let string = &inner[open + 1..];
    string
        .char_indices()
        .find(|(_, character)| SMART.contains(*character))
        .map(|(offset, character)| {
            let start = open + 1 + offset;
            start..start + character.len_utf8()
        })
}

/// Text behind a complete value.
fn extra(value: &str, at: usize) -> (Cause, Range<usize>) {
    let rest = value[at..].trim_end();
    let end = at + rest.len();
    let first = value.trim_start().chars().next();
    if first.is_none_or(|first| first != '{' && first != '[') {
        return (Cause::NotAnObject, at..next(value, at));
    }
    if rest.starts_with(['}', ']']) {
        return (Cause::ExtraBracket, at..at + 1);
    }
    (Cause::TextAfter, at..end)
}

fn next(value: &str, at: usize) -> usize {
    at + value[at..].chars().next().map_or(0, char::len_utf8)
}

fn is_word(character: char) -> bool {
    character == '_' || character == '$' || character.is_alphanumeric()
}

fn word(value: &str, at: usize) -> Range<usize> {
    let length = value[at..]
        .find(|character: char| !is_word(character) && character != '-' && character != '.')
        .unwrap_or(value.len() - at);
    at..at + length.max(next(value, at) - at)
}

/// A value without quotes: up to the comma or bracket that ends it.
fn unquoted(value: &str, at: usize) -> Range<usize> {
    let rest = &value[at..];
    let length = rest
        .find([',', '}', ']', '\n', '\r', '"'])
        .unwrap_or(rest.len());
    let length = rest[..length].trim_end().len();
    at..at + length.max(next(value, at) - at)
}

/// From one single quote to the next.
fn quoted(value: &str, at: usize) -> Range<usize> {
    let rest = &value[at + 1..];
    match rest.find(['\'', '\n']) {
        Some(length) if rest[length..].starts_with('\'') => at..at + length + 2,
        _ => at..at + 1,
    }
}

fn is_odd_blank(character: char) -> bool {
    matches!(
        character,
        '\u{b}' | '\u{c}' | '\u{85}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
    ) || (character.is_whitespace() && !character.is_ascii())
}

impl Cause {
    /// What is wrong, for the parentheses of a message.
    pub(crate) fn words(self) -> String {
        let words = match self {
            Self::Blank => "nothing but blanks",
            Self::Bom => "a byte order mark in front",
            Self::WrappingQuotes => "quotes around the whole value, which are kept here",
            Self::EscapedQuotes => "backslashes in front of the quotes, which are kept here",
            Self::SingleQuotes => "single quotes",
            Self::SmartQuotes => "a typographic quote",
            Self::Literal(name, _) => return format!("`{name}`"),
            Self::TrailingComma(bracket) => {
                return format!("trailing comma before `{bracket}`");
            }
            Self::ExtraComma => "a comma too many",
            Self::CommentAfter => "a comment after the value",
            Self::CommentInside => "a comment inside",
            Self::TextAfter => "text after the object",
            Self::ExtraBracket => "a closing bracket too many",
            Self::UnquotedKey => "a key without quotes",
            Self::UnquotedValue => "a value without quotes",
            Self::MissingValue => "a value is missing",
            Self::MissingColon => "`:` is missing after a key",
            Self::Equals => "`=` instead of `:`",
            Self::MissingComma => "a comma is missing",
            Self::InnerQuote => "a double quote inside a string",
            Self::WrongBracket => "a closing bracket of the wrong kind",
            Self::Cut => "it ends before the object is closed",
            Self::OpenString => "a string without its closing quote",
            Self::ControlCharacter => "a line break or TAB inside a string",
            Self::Backslash => "a single backslash in a string",
            Self::OddBlank => "a blank that JSON does not have",
            Self::NotAnObject => "it does not begin with `{`",
            Self::TooDeep => "nested too deeply",
            Self::Other(kind) => return format!("Python says: {}", kind.python_message()),
        };
        words.to_owned()
    }

    /// What to write instead.
    pub(crate) fn help(self) -> String {
        let help = match self {
            Self::Blank => {
                "write a JSON object such as {\"connections_prefix\": \"airflow/connections\"}, or nothing"
            }
            Self::Bom => "remove the byte order mark",
            Self::WrappingQuotes => "remove the quotes around the object",
            Self::EscapedQuotes => "write the quotes without backslashes",
            Self::SingleQuotes => "write double quotes",
            Self::SmartQuotes => "write plain double quotes",
            Self::Literal(_, json) => return format!("write `{json}`"),
            Self::TrailingComma(_) | Self::ExtraComma => "remove the comma",
            Self::CommentAfter => "move the comment to a line of its own above the option",
            Self::CommentInside => "remove the comment: JSON has none",
            Self::TextAfter => "end the value with the closing `}`",
            Self::ExtraBracket => "remove the bracket",
            Self::UnquotedKey => "write the key in double quotes",
            Self::UnquotedValue => "write the value in double quotes",
            Self::MissingValue => "write a value, or remove the key",
            Self::MissingColon => "write `:` between key and value",
            Self::Equals => "write `:`",
            Self::MissingComma => "write `,` between the members",
            Self::InnerQuote => "write the inner quote as `\\\"`",
            Self::WrongBracket => "close `{` with `}` and `[` with `]`",
            Self::Cut => {
                "close the object; in airflow.cfg every line after the first must be indented"
            }
            Self::OpenString => "close the string with a double quote",
            Self::ControlCharacter => "keep the string on one line, or write `\\n` or `\\t`",
            Self::Backslash => "write the backslash twice",
            Self::OddBlank => "write a plain blank",
            Self::NotAnObject => {
                "write a JSON object such as {\"connections_prefix\": \"airflow/connections\"}"
            }
            Self::TooDeep => "nest less deeply",
            Self::Other(_) => "write one JSON object with double quotes",
        };
        help.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(value: &str) -> (Cause, Range<usize>) {
        let text = Text::verbatim(value, 0);
        let error = json::parse(&text).expect_err("not JSON");
        find(&text, error)
    }

    #[test]
    fn each_mistake_is_told_by_its_name_and_place() {
        let comma = Cause::TrailingComma('}');
        for (value, wanted, range) in [
            ("{'a': 1}", Cause::SingleQuotes, 1..4),
            ("{\"a\": 'b'}", Cause::SingleQuotes, 6..9),
            ("{\"a\": True}", Cause::Literal("True", "true"), 6..10),
            (
                "{\"a\": None, \"b\": 1}",
                Cause::Literal("None", "null"),
                6..10,
            ),
            ("{\"a\": 1,}", comma, 7..8),
            ("{\"a\": 1,\n }", comma, 7..8),
            ("{\"a\": [1,]}", Cause::TrailingComma(']'), 8..9),
            ("{\"a\": 1} # c", Cause::CommentAfter, 9..12),
            ("{\"a\": 1} ; c", Cause::CommentAfter, 9..12),
            ("{\"a\": 1};", Cause::TextAfter, 8..9),
            ("{\"a\": 1, # c\n\"b\": 2}", Cause::CommentInside, 9..12),
            ("{\"a\": 1, // c\n\"b\": 2}", Cause::CommentInside, 9..13),
            ("'{\"a\": 1}'", Cause::WrappingQuotes, 0..1),
            ("\"{\"a\": 1}\"", Cause::WrappingQuotes, 0..1),
            ("'{\"a\": 1}", Cause::WrappingQuotes, 0..1),
            ("{\\\"a\\\": 1}", Cause::EscapedQuotes, 1..3),
            ("{“a”: 1}", Cause::SmartQuotes, 1..4),
            ("{\"a”: 1}", Cause::SmartQuotes, 3..6),
            ("{\"a”: \"b\"}", Cause::SmartQuotes, 3..6),
            ("{a: 1}", Cause::UnquotedKey, 1..2),
            ("{\"a\": b/c}", Cause::UnquotedValue, 6..9),
            ("{\"a\" 1}", Cause::MissingColon, 4..5),
            ("{\"a\" = 1}", Cause::Equals, 5..6),
            ("{\"a\": 1 \"b\": 2}", Cause::MissingComma, 7..8),
            ("{\"a\": \"b\"\n\"c\": 2}", Cause::MissingComma, 9..10),
            ("{\"a\": \"b\"c\"}", Cause::InnerQuote, 8..9),
            ("{\"a\": }", Cause::MissingValue, 6..7),
            ("{", Cause::Cut, 1..1),
            ("{\"a\": 1", Cause::Cut, 7..7),
            ("{\"a\": \"b", Cause::OpenString, 6..7),
            ("{\"a\": \"b\nc\"}", Cause::ControlCharacter, 8..9),
            ("{\"a\": \"\\d\"}", Cause::Backslash, 7..8),
            ("None", Cause::NotAnObject, 0..1),
            ("connections_prefix=/x", Cause::NotAnObject, 0..1),
            ("{\u{a0}\"a\": 1}", Cause::OddBlank, 1..3),
            ("{\"a\": 1}\u{a0}", Cause::OddBlank, 8..10),
            ("{\"a\": 1}}", Cause::ExtraBracket, 8..9),
            ("{\"a\": [1}", Cause::WrongBracket, 8..9),
            ("{\"a\": 1,, \"b\": 2}", Cause::ExtraComma, 8..9),
            ("{,}", Cause::ExtraComma, 1..2),
            ("  ", Cause::Blank, 0..2),
            ("\u{feff}{}", Cause::Bom, 0..3),
            ("{\"a\": 1} {\"b\": 2}", Cause::TextAfter, 9..17),
        ] {
            assert_eq!(cause(value), (wanted, range), "{value}");
        }
    }

    #[test]
    fn no_text_panics() {
        let characters = [
            '{', '}', '[', ']', '"', '\'', ',', ':', '#', '/', '\\', 'é', '“', ' ', 'T', '\n',
        ];
        let mut state: u32 = 7;
        for _ in 0..40_000 {
            let mut value = String::new();
            for _ in 0..8 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                value.push(characters[(state >> 24) as usize % characters.len()]);
            }
            let text = Text::verbatim(&value, 0);
            if let Err(error) = json::parse(&text) {
                let (cause, range) = find(&text, error);
                assert!(value.get(range).is_some(), "{value}");
                assert!(!cause.words().is_empty() && !cause.help().is_empty());
            }
        }
    }
}
