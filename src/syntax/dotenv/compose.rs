//! docker compose: the `dotenv` and `template` packages of compose-go 2. A fault anywhere refuses
//! the whole file, and then no container starts.

use super::collect::Collector;
use super::template::{self, Refused};
use super::{Cause, Effect, Outside};
use crate::source::{Span, Text, TextBuilder};

/// A fault that refuses the file.
struct Fault {
    cause: Cause,
    span: Span,
    name: Option<String>,
}

impl Fault {
    fn new(cause: Cause, span: Span, name: &str) -> Self {
        let name = (!name.is_empty()).then(|| name.to_owned());
        Self { cause, span, name }
    }

    fn of(refused: &Refused, name: &str) -> Self {
        Self {
            cause: refused.cause,
            span: refused.span,
            name: Some(name.to_owned()),
        }
    }
}

/// The quoted value that was read last, as text may stand behind it on the same line.
struct Quoted {
    name: String,
    end: usize,
}

pub(super) fn read(out: &mut Collector<'_>) {
    let text = out.text;
    let mut at = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let mut before: Option<Quoted> = None;
    while let Some(start) = statement_start(out, at) {
        // Text behind a closing quote is read as a definition of its own.
        let behind = before
            .take()
            .filter(|quoted| !text[quoted.end..start].contains('\n'));
        if let Some(quoted) = &behind {
            let span = Span::new(quoted.end, line_end(text, quoted.end));
            out.problem(
                Effect::ValueChanged,
                Cause::TextAfterQuote,
                span,
                Some(&quoted.name),
            );
        }
        match statement(out, start) {
            Ok((next, quoted)) => {
                at = next;
                before = quoted;
            }
            Err(mut fault) => {
                if let Some(quoted) = behind {
                    out.file.problems.pop();
                    fault = Fault {
                        cause: Cause::TextAfterQuote,
                        span: Span::new(quoted.end, line_end(text, quoted.end)),
                        name: Some(quoted.name),
                    };
                }
                let name = fault.name.as_deref();
                out.problem(Effect::FileRefused, fault.cause, fault.span, name);
                if !out.may_repair() {
                    return;
                }
                at = line_end(text, start);
            }
        }
    }
}

fn line_end(text: &str, at: usize) -> usize {
    memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |n| at + n)
}

/// `isSpace` of parser.go: a blank that is not LF.
fn is_space(c: char) -> bool {
    matches!(
        c,
        '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}'
    )
}

fn skip_space(text: &str, at: usize) -> usize {
    text.len() - text[at..].trim_start_matches(is_space).len()
}

/// Behind blanks, empty lines and comments.
fn statement_start(out: &mut Collector<'_>, mut at: usize) -> Option<usize> {
    loop {
        at = out.text.len() - out.text[at..].trim_start().len();
        if at >= out.text.len() {
            return None;
        }
        if !out.text[at..].starts_with('#') {
            return Some(at);
        }
        let end = line_end(out.text, at);
        out.comment(at, end);
        at = end;
    }
}

fn statement(out: &mut Collector<'_>, start: usize) -> Result<(usize, Option<Quoted>), Fault> {
    let text = out.text;
    let mut at = start;
    if let Some(rest) = text[at..].strip_prefix("export")
        && rest.starts_with(['\t', '\n', '\u{c}', '\r', ' '])
    {
        out.delimiter(at, at + "export".len());
        at = skip_space(text, at + "export".len());
    }
    if at >= text.len() {
        return Err(Fault::new(Cause::NoName, Span::new(start, text.len()), ""));
    }
    let mut separator = None;
    for (offset, character) in text[at..].char_indices() {
        match character {
            '=' | ':' | '\n' => {
                separator = Some((at + offset, character));
                break;
            }
            '_' | '.' | '-' | '[' | ']' => {}
            c if is_space(c) || c.is_alphabetic() || c.is_numeric() => {}
            c => {
                let place = at + offset;
                let line = &text[at..line_end(text, at)];
                let about = line.split(['=', ':', ' ', '\t']).next().unwrap_or(line);
                let span = Span::new(place, place + c.len_utf8());
                return Err(Fault::new(Cause::NameCharacter(c), span, about));
            }
        }
    }
    let Some((stop, separator)) = separator else {
        // The last line of the file is a bare name without a line end: compose-go takes it for
        // the value of an empty name.
        let name = text[at..].trim_end();
        let span = Span::new(at, at + name.len());
        out.problem(Effect::LineLost, Cause::NoEquals, span, Some(name));
        return Ok((text.len(), None));
    };
    let name = text[at..stop].trim_end();
    let name_span = Span::new(at, at + name.len());
    if let Some(blank) = name.find(' ') {
        let about = name.split(' ').next().unwrap_or(name);
        let span = Span::new(at + blank, at + blank + 1);
        return Err(Fault::new(Cause::BlankInName, span, about));
    }
    let value_at = skip_space(text, stop + 1);
    if separator == '\n' {
        match out.outside(name) {
            Outside::Value(value) => {
                let value = Text::elsewhere(&value, name_span);
                out.define(name, name_span, Some(value));
            }
            Outside::Unset => {}
            Outside::Unknown if out.in_file(name).is_some() => {}
            Outside::Unknown => out.define(name, name_span, None),
        }
        return Ok((value_at, None));
    }
    out.delimiter(stop, stop + 1);
    let (value, next, quoted) = value(out, name, value_at)?;
    if name.is_empty() {
        out.problem(Effect::LineLost, Cause::NoName, Span::at(stop), None);
    } else {
        out.define(name, name_span, Some(value));
    }
    let quoted = quoted.then(|| Quoted {
        name: name.to_owned(),
        end: next,
    });
    Ok((next, quoted))
}

/// `extractVarValue`: the value, where reading goes on, whether it was quoted.
fn value(out: &mut Collector<'_>, name: &str, at: usize) -> Result<(Text, usize, bool), Fault> {
    let text = out.text;
    let Some(&quote @ (b'"' | b'\'')) = text.as_bytes().get(at) else {
        let end = line_end(text, at);
        let line = &text[at..end];
        let cut = line.find(" #").unwrap_or(line.len());
        let kept = line[..cut].trim_end();
        if cut < line.len() {
            out.comment(at + cut + 1, end);
            if memchr::memchr_iter(b'"', kept.as_bytes()).count() % 2 == 1 {
                let span = Span::new(at + cut, end);
                out.problem(
                    Effect::ValueChanged,
                    Cause::CommentInValue,
                    span,
                    Some(name),
                );
            }
        }
        let value = Text::verbatim(kept, at);
        let value = template::expand(out, &value).map_err(|refused| Fault::of(&refused, name))?;
        return Ok((value, (end + 1).min(text.len()), false));
    };
    let (raw, end) = quoted(text, at, quote)
        .ok_or_else(|| Fault::new(Cause::Unterminated, Span::new(at, at + 1), name))?;
    out.delimiter(at, at + 1);
    out.delimiter(end - 1, end);
    let value = if quote == b'"' {
        let unescaped = unescaped(&raw);
        template::expand(out, &unescaped).map_err(|refused| Fault::of(&refused, name))?
    } else {
        raw
    };
    Ok((value, end, true))
}

/// Up to the closing quote; only the escaped quote itself loses its backslash here.
fn quoted(text: &str, at: usize, quote: u8) -> Option<(Text, usize)> {
    let bytes = text.as_bytes();
    let mut builder = TextBuilder::at(at + 1);
    let mut copied = at + 1;
    let mut from = at + 1;
    loop {
        let here = from + memchr::memchr2(quote, b'\\', &bytes[from..])?;
        if bytes[here] == quote {
            builder.push_exact(&text[copied..here], copied);
            return Some((builder.finish(), here + 1));
        }
        let escaped = *bytes.get(here + 1)?;
        if escaped == quote {
            builder.push_exact(&text[copied..here], copied);
            builder.push_within(&text[here + 1..here + 2], Span::new(here, here + 2));
            copied = here + 2;
        }
        // The escaped character may be of several bytes; none of the others looks like a quote.
        from = here + 2;
    }
}

/// `expandEscapes`.
fn unescaped(value: &Text) -> Text {
    let raw = value.expose();
    if !raw.contains('\\') {
        return value.clone();
    }
    let bytes = raw.as_bytes();
    let mut builder = TextBuilder::at(value.source().start);
    let mut copied = 0;
    let mut from = 0;
    while let Some(found) = memchr::memchr(b'\\', &bytes[from..]) {
        let here = from + found;
        let mut end = here + 2;
        let decoded = match bytes.get(here + 1) {
            Some(b'a') => "\u{7}".to_owned(),
            Some(b'b') => "\u{8}".to_owned(),
            Some(b'f') => "\u{c}".to_owned(),
            Some(b'n') => "\n".to_owned(),
            Some(b'r') => "\r".to_owned(),
            Some(b't') => "\t".to_owned(),
            Some(b'v') => "\u{b}".to_owned(),
            // The template package turns `$$` into `$` afterwards.
            Some(b'$') => "$$".to_owned(),
            Some(b'"') => "\"".to_owned(),
            Some(b'\\') => "\\".to_owned(),
            // `\c` is matched by the expression and then refused by strconv: it stays.
            Some(b'c') => {
                from = end;
                continue;
            }
            Some(b'0') => {
                let digits = bytes[end..]
                    .iter()
                    .take(3)
                    .take_while(|b| b.is_ascii_digit())
                    .count();
                end += digits;
                // `\0123` is handed to strconv as `\123`, which takes three octal digits.
                let octal = (digits == 3)
                    .then(|| u32::from_str_radix(&raw[here + 2..end], 8).ok())
                    .flatten()
                    .filter(|&code| code <= 255)
                    .and_then(char::from_u32);
                // Where strconv refuses them, the `0` is gone all the same.
                let kept = || format!("\\{}", &raw[here + 2..end]);
                octal.map_or_else(kept, String::from)
            }
            _ => {
                from = here + 1;
                continue;
            }
        };
        builder.push_from(value, copied..here);
        builder.push_replaced(value, here..end, &decoded);
        copied = end;
        from = end;
    }
    builder.push_from(value, copied..raw.len());
    builder.finish()
}
