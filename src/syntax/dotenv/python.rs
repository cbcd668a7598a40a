//! python-dotenv 1.2: `parser.parse_binding` and `variables.parse_variables`. The file is opened
//! in text mode, so CR LF and a lone CR are line ends, also inside quotes, where they become LF.

use super::collect::{Collector, Found};
use super::{Cause, Effect};
use crate::source::{Span, Text, TextBuilder};

pub(super) fn read(out: &mut Collector<'_>) {
    let text = out.text;
    let mut at = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    loop {
        at = skip(text, at, python_space);
        if at >= text.len() {
            return;
        }
        at = binding(out, at);
    }
}

/// `str.isspace()`, which is what `\s` means in Python.
fn python_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

fn inline_space(c: char) -> bool {
    python_space(c) && !matches!(c, '\r' | '\n')
}

fn skip(text: &str, at: usize, wanted: impl Fn(char) -> bool) -> usize {
    text[at..]
        .char_indices()
        .find(|&(_, c)| !wanted(c))
        .map_or(text.len(), |(offset, _)| at + offset)
}

fn line_end(text: &str, at: usize) -> usize {
    memchr::memchr2(b'\n', b'\r', &text.as_bytes()[at..]).map_or(text.len(), |n| at + n)
}

fn peek(text: &str, at: usize) -> Option<char> {
    text[at..].chars().next()
}

/// One statement from `start` on, which is not blank. Returns where the next one begins.
fn binding(out: &mut Collector<'_>, start: usize) -> usize {
    let text = out.text;
    let mut at = start;
    if text[at..].starts_with("export") {
        let after = at + "export".len();
        let end = skip(text, after, inline_space);
        if end > after {
            out.delimiter(at, after);
            at = end;
        }
    }
    let name_start = at;
    let name = match peek(text, at) {
        Some('#') => {
            let end = line_end(text, at);
            out.comment(at, end);
            return end;
        }
        Some('\'') => {
            let close = text[at + 1..].find('\'').map(|n| at + 1 + n);
            let Some(close) = close.filter(|&close| close > at + 1) else {
                return lost(out, start, at, Cause::Unterminated, None);
            };
            out.delimiter(at, at + 1);
            out.delimiter(close, close + 1);
            at = close + 1;
            Span::new(name_start + 1, close)
        }
        _ => {
            let end = skip(text, at, |c| c != '=' && c != '#' && !python_space(c));
            if end == at {
                return lost(out, start, at, Cause::NoName, None);
            }
            at = end;
            Span::new(name_start, end)
        }
    };
    // Text mode: a quoted key may hold line ends, too.
    let key = text[name.start..name.end]
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    let key = key.as_str();
    at = skip(text, at, inline_space);
    let mut value = None;
    if peek(text, at) == Some('=') {
        out.delimiter(at, at + 1);
        let value_at = skip(text, at + 1, inline_space);
        let spaced = value_at > at + 1;
        at = value_at;
        match peek(text, at) {
            // `KEY= # note`: an empty value and a comment.
            Some('#') if spaced => value = Some(TextBuilder::at(at).finish()),
            Some(quote @ ('"' | '\'')) => {
                let Some((read, end)) = quoted(text, at, quote) else {
                    return lost(out, start, at, Cause::Unterminated, Some(key));
                };
                out.delimiter(at, at + 1);
                out.delimiter(end - 1, end);
                at = end;
                value = Some(read);
            }
            None | Some('\n' | '\r') => value = Some(TextBuilder::at(at).finish()),
            Some(_) => {
                let end = line_end(text, at);
                let (stop, comment) = unquoted(&text[at..end]);
                if let Some(comment) = comment {
                    out.comment(at + comment, end);
                    cut_inside(out, key, at, stop, end);
                }
                value = Some(Text::verbatim(&text[at..at + stop], at));
                at = end;
            }
        }
    }
    let after = skip(text, at, inline_space);
    let mut end = after;
    if peek(text, after) == Some('#') {
        end = line_end(text, after);
        out.comment(after, end);
    }
    if !matches!(peek(text, end), None | Some('\n' | '\r')) {
        let cause = match (&value, peek(text, end)) {
            (Some(_), _) => Cause::TextAfterQuote,
            (None, Some(_)) if key.ends_with(':') => Cause::Colon,
            (None, _) => Cause::BlankInName,
        };
        return lost(out, start, end, cause, Some(key.trim_end_matches(':')));
    }
    match value {
        None => out.define(key, name, None),
        Some(value) => {
            let value = interpolated(out, &value);
            out.define(key, name, Some(value));
        }
    }
    end
}

/// python-dotenv logs a warning and goes on behind the line on which it stopped.
fn lost(
    out: &mut Collector<'_>,
    start: usize,
    at: usize,
    cause: Cause,
    name: Option<&str>,
) -> usize {
    let text = out.text;
    let end = line_end(text, at);
    let span = match cause {
        Cause::Unterminated => Span::new(at, at + 1),
        Cause::TextAfterQuote => Span::new(at, end),
        _ => Span::new(start, end),
    };
    out.problem(Effect::LineLost, cause, span, name);
    match &text.as_bytes()[end..] {
        [b'\r', b'\n', ..] => end + 2,
        [] => end,
        _ => end + 1,
    }
}

/// `([^\r\n]*)` cut at `\s+#` and stripped: length of the value, start of the comment.
fn unquoted(line: &str) -> (usize, Option<usize>) {
    let hash = memchr::memchr_iter(b'#', line.as_bytes())
        .find(|&at| line[..at].chars().next_back().is_some_and(python_space));
    let value = &line[..hash.unwrap_or(line.len())];
    (value.trim_end_matches(python_space).len(), hash)
}

/// A comment that begins in the middle of a double-quoted piece of an unquoted value.
fn cut_inside(out: &mut Collector<'_>, name: &str, at: usize, stop: usize, end: usize) {
    let kept = &out.text.as_bytes()[at..at + stop];
    if memchr::memchr_iter(b'"', kept).count() % 2 == 1 {
        let span = Span::new(at + stop, end);
        out.problem(
            Effect::ValueChanged,
            Cause::CommentInValue,
            span,
            Some(name),
        );
    }
}

/// A quoted value at `at`: its text and the end behind the closing quote.
fn quoted(text: &str, at: usize, quote: char) -> Option<(Text, usize)> {
    let mut builder = TextBuilder::at(at + 1);
    let mut characters = text[at + 1..].char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        let here = at + 1 + offset;
        if character == quote {
            return Some((builder.finish(), here + 1));
        }
        let (first, from) = if character == '\\' {
            // A backslash takes the next character with it, a line end too.
            let (_, escaped) = characters.next()?;
            let span = Span::new(here, here + 1 + escaped.len_utf8());
            if let Some(decoded) = decode(quote, escaped) {
                builder.push_within(decoded, span);
                continue;
            }
            builder.push_exact("\\", here);
            (escaped, here + 1)
        } else {
            (character, here)
        };
        if first == '\r' {
            let mut end = from + 1;
            if let Some(&(_, '\n')) = characters.peek() {
                characters.next();
                end += 1;
            }
            builder.push_within("\n", Span::new(from, end));
        } else {
            builder.push_exact(&text[from..from + first.len_utf8()], from);
        }
    }
    None
}

/// `_single_quote_escapes` and `_double_quote_escapes`.
fn decode(quote: char, escaped: char) -> Option<&'static str> {
    Some(match escaped {
        '\\' => "\\",
        '\'' => "'",
        _ if quote == '\'' => return None,
        '"' => "\"",
        'a' => "\u{7}",
        'b' => "\u{8}",
        'f' => "\u{c}",
        'n' => "\n",
        'r' => "\r",
        't' => "\t",
        'v' => "\u{b}",
        _ => return None,
    })
}

/// `${NAME}` and `${NAME:-default}` in every value, single-quoted ones too. The name is whatever
/// stands before `}` or `:`, as in `_posix_variable`.
fn interpolated(out: &mut Collector<'_>, value: &Text) -> Text {
    let raw = value.expose();
    if !raw.contains("${") {
        return value.clone();
    }
    let mut builder = TextBuilder::at(value.source().start);
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = raw[at..].find("${") {
        let start = at + found;
        let name_start = start + 2;
        let Some(stop) = memchr::memchr2(b'}', b':', &raw.as_bytes()[name_start..]) else {
            break;
        };
        let stop = name_start + stop;
        let name = &raw[name_start..stop];
        let (default, end) = if raw[stop..].starts_with('}') {
            (stop..stop, stop + 1)
        } else if raw[stop..].starts_with(":-") {
            let Some(close) = raw[stop..].find('}') else {
                break;
            };
            (stop + 2..stop + close, stop + close + 1)
        } else {
            // Every `${` up to this colon fails in the same way.
            at = stop + 1;
            continue;
        };
        builder.push_from(value, copied..start);
        let reference = value.span(start..end);
        let done = match out.in_file(name) {
            Some(None) => true,
            _ => match out.find_file_first(name) {
                Found::Value(text) => out.substitute(&mut builder, &text, reference),
                Found::Unset => {
                    builder.push_from(value, default);
                    true
                }
                Found::Unknown => false,
            },
        };
        if !done {
            builder.push_unknown(value, start..end);
        }
        copied = end;
        at = end;
    }
    builder.push_from(value, copied..raw.len());
    builder.finish()
}
