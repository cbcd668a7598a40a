//! `EnvironmentFile=`: `parse_env_file_internal` of systemd (254 and later), followed by the
//! check that drops names which cannot stand in an environment. Values may hold control characters.

use super::collect::{Collector, blank_hash};
use super::{Cause, Effect};
use crate::source::{Span, Text, TextBuilder};

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    PreKey,
    Key,
    PreValue,
    Value,
    ValueEscape,
    Single,
    Double,
    DoubleEscape,
    Comment,
    CommentEscape,
}

struct Reader<'o, 'a> {
    out: &'o mut Collector<'a>,
    key: Span,
    value: TextBuilder,
    /// Length of the value without the blanks at its end, where it ends with blanks.
    solid: Option<usize>,
    /// A closing quote was seen, and where text after it begins.
    quoted: bool,
    after_quote: Option<usize>,
    joined: Option<Span>,
    opened: usize,
}

#[expect(
    clippy::too_many_lines,
    reason = "one state machine, as in the original"
)]
pub(super) fn read(out: &mut Collector<'_>) {
    let text = out.text;
    let mut reader = Reader {
        out,
        key: Span::at(0),
        value: TextBuilder::at(0),
        solid: None,
        quoted: false,
        after_quote: None,
        joined: None,
        opened: 0,
    };
    let mut state = State::PreKey;
    let mut began = 0;
    for (at, character) in text.char_indices() {
        let end = at + character.len_utf8();
        let newline = matches!(character, '\n' | '\r');
        let blank = newline || matches!(character, ' ' | '\t');
        state = match state {
            State::PreKey if matches!(character, '#' | ';') => {
                began = at;
                State::Comment
            }
            State::PreKey if blank => State::PreKey,
            State::PreKey => {
                began = at;
                State::Key
            }
            State::Key if newline => {
                reader.no_equals(Span::new(began, at));
                State::PreKey
            }
            State::Key if character == '=' => {
                reader.begin(Span::new(began, at), end);
                State::PreValue
            }
            State::Key => State::Key,
            State::PreValue | State::Value if newline => {
                reader.push(state);
                State::PreKey
            }
            State::PreValue => match character {
                '\'' | '"' => {
                    reader.out.delimiter(at, end);
                    reader.opened = at;
                    if character == '"' {
                        State::Double
                    } else {
                        State::Single
                    }
                }
                '\\' => State::ValueEscape,
                _ if blank => State::PreValue,
                _ => {
                    reader.text_after_quote(at);
                    reader.value.push_exact(&text[at..end], at);
                    State::Value
                }
            },
            State::Value if character == '\\' => {
                reader.solid = None;
                State::ValueEscape
            }
            State::Value => {
                if !blank {
                    reader.solid = None;
                } else if reader.solid.is_none() {
                    reader.solid = Some(reader.value.expose().len());
                }
                reader.value.push_exact(&text[at..end], at);
                State::Value
            }
            State::ValueEscape => {
                if newline {
                    reader.joined = Some(Span::new(at - 1, end));
                } else {
                    reader.text_after_quote(at - 1);
                    reader
                        .value
                        .push_within(&text[at..end], Span::new(at - 1, end));
                }
                State::Value
            }
            State::Single if character == '\'' => reader.close(at, end),
            State::Double if character == '"' => reader.close(at, end),
            State::Double if character == '\\' => State::DoubleEscape,
            State::Single | State::Double => {
                reader.value.push_exact(&text[at..end], at);
                state
            }
            State::DoubleEscape => {
                match character {
                    '"' | '\\' | '`' | '$' => {
                        reader
                            .value
                            .push_within(&text[at..end], Span::new(at - 1, end));
                    }
                    // An escaped line end is eaten.
                    '\n' => {}
                    _ => reader.value.push_exact(&text[at - 1..end], at - 1),
                }
                State::Double
            }
            // Before systemd 254 a backslash joined the next line to the comment.
            State::Comment | State::CommentEscape if newline => {
                reader.out.comment(began, at);
                State::PreKey
            }
            State::Comment if character == '\\' => State::CommentEscape,
            State::Comment | State::CommentEscape => State::Comment,
        };
    }
    match state {
        State::PreKey => {}
        State::Comment | State::CommentEscape => reader.out.comment(began, text.len()),
        State::Key => reader.no_equals(Span::new(began, text.len())),
        State::Single | State::Double | State::DoubleEscape => {
            let span = Span::new(reader.opened, reader.opened + 1);
            let name = text[reader.key.start..reader.key.end].trim_end();
            reader
                .out
                .problem(Effect::ValueChanged, Cause::Unterminated, span, Some(name));
            reader.push(state);
        }
        State::PreValue | State::Value | State::ValueEscape => reader.push(state),
    }
}

impl Reader<'_, '_> {
    fn begin(&mut self, key: Span, value_at: usize) {
        self.out.delimiter(value_at - 1, value_at);
        self.key = key;
        self.value = TextBuilder::at(value_at);
        self.solid = None;
        self.quoted = false;
        self.after_quote = None;
        self.joined = None;
    }

    fn close(&mut self, at: usize, end: usize) -> State {
        self.out.delimiter(at, end);
        self.quoted = true;
        State::PreValue
    }

    fn text_after_quote(&mut self, at: usize) {
        if self.quoted && self.after_quote.is_none() {
            self.after_quote = Some(at);
        }
    }

    fn no_equals(&mut self, span: Span) {
        let line = self.out.text[span.start..span.end].trim_end();
        let name = line
            .split([':', ' ', '\t'])
            .next()
            .unwrap_or(line)
            .to_owned();
        let cause = if line[name.len()..].starts_with(':') {
            Cause::Colon
        } else {
            Cause::NoEquals
        };
        let span = Span::new(span.start, span.start + line.len());
        self.out.problem(Effect::LineLost, cause, span, Some(&name));
    }

    /// The definition is complete.
    fn push(&mut self, state: State) {
        let text = self.out.text;
        let mut value = std::mem::take(&mut self.value);
        if state == State::Value
            && let Some(solid) = self.solid
        {
            value.truncate(solid);
        }
        let value = value.finish();
        // `[^ \t\n\r]`: only these are cut from the end of a key.
        let name = text[self.key.start..self.key.end].trim_end_matches([' ', '\t', '\n', '\r']);
        let name_span = Span::new(self.key.start, self.key.start + name.len());
        if let Some(fault) = name_fault(name) {
            let exported = name
                .strip_prefix("export")
                .filter(|n| n.starts_with([' ', '\t']));
            let (cause, meant) = match exported {
                Some(meant) => (Cause::Export, meant.trim_start()),
                None if name.starts_with('\u{feff}') => {
                    (Cause::ByteOrderMark, name.trim_start_matches('\u{feff}'))
                }
                None => (Cause::NameCharacter(fault), name),
            };
            self.out
                .problem(Effect::LineLost, cause, name_span, Some(meant));
            return;
        }
        if let Some(after) = self.after_quote {
            let span = Span::new(after, value.source().end.max(after));
            let cause = Cause::TextAfterQuote;
            self.out
                .problem(Effect::ValueChanged, cause, span, Some(name));
        } else if !self.quoted
            && let Some(hash) = blank_hash(value.expose())
        {
            let span = value.span(hash..value.len());
            let cause = Cause::CommentKept;
            self.out
                .problem(Effect::ValueChanged, cause, span, Some(name));
        }
        if let Some(span) = self.joined {
            self.out
                .problem(Effect::ValueChanged, Cause::LineJoined, span, Some(name));
        }
        self.out.define(name, name_span, Some(value));
    }
}

/// The first character that `env_name_is_valid` refuses.
fn name_fault(name: &str) -> Option<char> {
    match name.chars().next() {
        None => Some('='),
        Some(first) if first.is_ascii_digit() => Some(first),
        Some(_) => name
            .chars()
            .find(|c| !c.is_ascii_alphanumeric() && *c != '_'),
    }
}

/// A word of `Environment=`.
#[derive(Debug)]
pub struct SystemdWord(
    /// Quotes and escapes removed, specifiers not known.
    pub Text,
);

/// The words of a value of a unit, up to a fault: `extract_first_word` of systemd with `EXTRACT_CUNESCAPE`
/// and `EXTRACT_UNQUOTE`, and `unit_env_printf`. A fault drops the word and what follows.
pub fn systemd_words(value: &Text) -> Vec<SystemdWord> {
    const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];
    let text = value.expose();
    let mut words = Vec::new();
    let mut at = 0;
    loop {
        at += text[at..].len() - text[at..].trim_start_matches(BLANKS).len();
        if at == text.len() {
            return words;
        }
        let mut out = TextBuilder::at(value.span(at..at).start);
        let mut quote = None;
        while let Some(c) = text[at..].chars().next() {
            let end = at + c.len_utf8();
            match (c, quote) {
                ('\\', _) => {
                    let Some((decoded, length)) = unescaped(&text[end..]) else {
                        return words;
                    };
                    out.push_replaced(value, at..end + length, &decoded.to_string());
                    at = end + length;
                    continue;
                }
                ('\'' | '"', None) => quote = Some(c),
                (c, Some(open)) if c == open => quote = None,
                (c, None) if BLANKS.contains(&c) => break,
                _ => out.push_from(value, at..end),
            }
            at = end;
        }
        if quote.is_some() {
            return words;
        }
        words.push(SystemdWord(printed(&out.finish())));
    }
}

/// What stands behind a backslash, and how long it is: `cunescape_one`.
fn unescaped(text: &str) -> Option<(char, usize)> {
    let first = text.chars().next()?;
    let number = |from: usize, length: usize, radix: u32| {
        let digits = text.get(from..from + length)?;
        let code = digits.bytes().all(|byte| char::from(byte).is_digit(radix));
        let code = u32::from_str_radix(digits, radix).ok().filter(|_| code)?;
        // What is no character by itself is a byte of one.
        let is_byte = radix == 8 || length == 2;
        let decoded = char::from_u32(code).filter(|c| *c != '\0' && (!is_byte || c.is_ascii()))?;
        Some((decoded, from + length))
    };
    let decoded = match first {
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        's' => ' ',
        '\\' | '"' | '\'' => first,
        'x' => return number(1, 2, 16),
        'u' => return number(1, 4, 16),
        'U' => return number(1, 8, 16),
        '0'..='7' => return number(0, 3, 8),
        _ => return None,
    };
    Some((decoded, 1))
}

/// `%%` is a percent sign, `%i` something of the unit, `%(` itself.
fn printed(word: &Text) -> Text {
    const SPECIFIERS: &str = "aAbBCdDEfgGhHiIjJlLmMnNopPqsStTuUvVwWyY";
    let raw = word.expose();
    let mut out = TextBuilder::at(word.source().start);
    let mut from = 0;
    while let Some(found) = raw[from..].find('%') {
        let at = from + found;
        out.push_from(word, from..at);
        let next = raw[at + 1..].chars().next();
        from = match next {
            Some('%') => {
                out.push_replaced(word, at..at + 2, "%");
                at + 2
            }
            Some(c) if SPECIFIERS.contains(c) => {
                out.push_unknown(word, at..at + 2);
                at + 2
            }
            _ => {
                out.push_from(word, at..at + 1);
                at + 1
            }
        };
    }
    out.push_from(word, from..raw.len());
    out.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let words = systemd_words(&Text::verbatim(text, 0));
        let shown = words.into_iter().map(|SystemdWord(word)| {
            let known = if word.is_known() { "" } else { "? " };
            format!("{known}{}", word.expose())
        });
        shown.collect()
    }

    #[test]
    fn words_are_cut_and_unquoted_as_systemd_does() {
        assert_eq!(
            words("A=1 \"B=x y\" 'C=\"z\"'  D='a'\"b\""),
            ["A=1", "B=x y", "C=\"z\"", "D=ab"]
        );
        assert_eq!(
            words(r#""A=a\"b\\c\x41\s" 'B=a\'b' C=\101"#),
            ["A=a\"b\\cA ", "B=a'b", "C=A"]
        );
        assert_eq!(
            words("A=%%x %i=1 B=%h C=%(x)s%%(y)s D=%"),
            ["A=%x", "? %i=1", "? B=%h", "C=%(x)s%(y)s", "D=%"]
        );
    }

    #[test]
    fn a_fault_drops_the_rest() {
        assert_eq!(words(r"A=1 B=\d C=2"), ["A=1"]);
        assert_eq!(words("A=1 \"B=x"), ["A=1"]);
        assert_eq!(words("A=1 B=\\"), ["A=1"]);
        assert_eq!(words(""), [""; 0]);
    }
}
