//! `$NAME` and `${NAME:-default}` as the `template` package of compose-go 2 replaces them: in `.env` files and in
//! the values of compose files.

use super::Cause;
use crate::source::{Fidelity, Span, Text, TextBuilder};

/// `${A:-${B:-…}}` deeper than this counts as unknown.
const DEEPEST: usize = 16;

/// What a reference finds.
#[derive(Clone)]
pub enum Found {
    /// This value; a part of it may be unknown.
    Value(Text),
    /// It is certainly not set.
    Unset,
    /// Nobody can say.
    Unknown,
}

impl std::fmt::Debug for Found {
    /// Without the value.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Value(_) => "Value(…)",
            Self::Unset => "Unset",
            Self::Unknown => "Unknown",
        })
    }
}

/// Where names are looked up.
pub trait Scope {
    /// What `name` stands for.
    fn find(&mut self, name: &str) -> Found;

    /// Whether references may add so many bytes more. Where they may not, what they stand for counts as unknown.
    fn may_grow(&mut self, by: usize) -> bool;

    /// The default is the value of a name of which nobody can say anything. An empty one is none: it is there so that
    /// compose does not warn.
    fn takes_defaults(&self) -> bool {
        false
    }
}

/// A template that compose does not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// [`Cause::BadSubstitution`] or [`Cause::Required`].
    pub cause: Cause,
    /// The narrowest place.
    pub span: Span,
}

/// The value with its references replaced. What is not known keeps its characters and counts as unknown.
pub fn expand(scope: &mut dyn Scope, value: &Text) -> Result<Text, Refused> {
    expanded(scope, value, 0)
}

/// Where `$NAME` without braces stands in a value: with the `$`.
pub fn plain_references(value: &str) -> Vec<std::ops::Range<usize>> {
    let bytes = value.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(here) = memchr::memchr(b'$', &bytes[at..]).map(|n| at + n) {
        at = match bytes.get(here + 1) {
            Some(b'$') => here + 2,
            Some(b'{') => here + 2 + memchr::memchr(b'}', &bytes[here + 2..]).unwrap_or(0),
            _ => {
                let end = name_end(value, here + 1);
                if end > here + 1 {
                    found.push(here..end);
                }
                end
            }
        };
    }
    found
}

/// Puts the value of a reference into `builder`.
pub(super) fn substitute(builder: &mut TextBuilder, value: &Text, reference: Span) {
    if value.is_known() {
        builder.push(value.expose(), reference, Fidelity::Elsewhere);
    } else {
        let unknown = Text::elsewhere(value.expose(), reference).into_unknown();
        builder.push_from(&unknown, 0..unknown.len());
    }
}

/// A name of the template package; its expression ignores case, which lets two more letters in.
fn name_end(raw: &str, at: usize) -> usize {
    let mut end = at;
    for (offset, character) in raw[at..].char_indices() {
        let letter = character.is_ascii_alphabetic()
            || matches!(character, '_' | '\u{17f}' | '\u{212a}')
            || (offset > 0 && character.is_ascii_digit());
        if !letter {
            break;
        }
        end = at + offset + character.len_utf8();
    }
    end
}

/// `template.Substitute`: `$$`, `$NAME`, `${NAME}` and `${NAME:-default}` with its five sisters.
fn expanded(out: &mut dyn Scope, value: &Text, depth: usize) -> Result<Text, Refused> {
    let raw = value.expose();
    if !raw.contains('$') {
        return Ok(value.clone());
    }
    let bytes = raw.as_bytes();
    let mut builder = TextBuilder::at(value.source().start);
    let mut copied = 0;
    let mut from = 0;
    let mut line: Option<(usize, Option<usize>)> = None;
    while let Some(found) = memchr::memchr(b'$', &bytes[from..]) {
        let here = from + found;
        let end = match bytes.get(here + 1) {
            Some(b'$') => {
                builder.push_from(value, copied..here);
                builder.push_replaced(value, here..here + 2, "$");
                here + 2
            }
            Some(b'{') => {
                let line_end = match line {
                    Some((end, _)) if end >= here => end,
                    _ => memchr::memchr(b'\n', &bytes[here..]).map_or(raw.len(), |n| here + n),
                };
                let last = match line {
                    Some((end, last)) if end == line_end => last,
                    _ => memchr::memrchr(b'}', &bytes[here..line_end]).map(|n| here + n),
                };
                line = Some((line_end, last));
                builder.push_from(value, copied..here);
                braced(out, &mut builder, value, here, last, depth)?
            }
            _ => {
                let end = name_end(raw, here + 1);
                if end == here + 1 {
                    from = end;
                    continue;
                }
                builder.push_from(value, copied..here);
                let found = out.find(&raw[here + 1..end]);
                plain(out, &mut builder, value, here..end, found);
                end
            }
        };
        copied = end;
        from = end;
    }
    builder.push_from(value, copied..raw.len());
    Ok(builder.finish())
}

fn plain(
    out: &mut dyn Scope,
    builder: &mut TextBuilder,
    value: &Text,
    range: std::ops::Range<usize>,
    found: Found,
) {
    let reference = value.span(range.clone());
    let done = match found {
        Found::Value(text) => {
            let may_grow = out.may_grow(text.len());
            if may_grow {
                substitute(builder, &text, reference);
            }
            may_grow
        }
        Found::Unset => true,
        Found::Unknown => false,
    };
    if !done {
        builder.push_unknown(value, range);
    }
}

/// `${…}` at `here`; `last` is the last `}` of its line. Returns its end.
fn braced(
    out: &mut dyn Scope,
    builder: &mut TextBuilder,
    value: &Text,
    here: usize,
    last: Option<usize>,
    depth: usize,
) -> Result<usize, Refused> {
    let raw = value.expose();
    let bad = || Refused {
        cause: Cause::BadSubstitution,
        span: value.span(here..here + 2),
    };
    let name_stop = name_end(raw, here + 2);
    let name = &raw[here + 2..name_stop];
    if name.is_empty() {
        return Err(bad());
    }
    if raw[name_stop..].starts_with('}') {
        let found = out.find(name);
        plain(out, builder, value, here..name_stop + 1, found);
        return Ok(name_stop + 1);
    }
    let colon = raw[name_stop..].starts_with(':');
    let operator_at = name_stop + usize::from(colon);
    let Some(&operator @ (b'-' | b'+' | b'?')) = raw.as_bytes().get(operator_at) else {
        return Err(bad());
    };
    let last = last.filter(|&last| last > operator_at).ok_or_else(bad)?;
    let close = first_closing_brace(&raw[here..=last]).map_or(last, |n| here + n);
    let word = operator_at + 1..close;
    let end = close + 1;
    let found = out.find(name);
    // Set and, with a colon, not empty.
    let present = match &found {
        Found::Unset => Some(false),
        Found::Value(_) if !colon => Some(true),
        Found::Value(text) if text.is_known() => Some(!text.is_empty()),
        Found::Unknown if operator == b'-' && !word.is_empty() && out.takes_defaults() => {
            Some(false)
        }
        Found::Unknown | Found::Value(_) => None,
    };
    let Some(present) = present.filter(|_| depth < DEEPEST) else {
        builder.push_unknown(value, here..end);
        return Ok(end);
    };
    match (operator, present) {
        (b'-', false) | (b'+', true) => {
            let text = expanded(out, &value.slice(word), depth + 1)?;
            builder.push_from(&text, 0..text.len());
        }
        (b'+', false) => {}
        (b'?', false) => {
            return Err(Refused {
                cause: Cause::Required,
                span: value.span(here..end),
            });
        }
        _ => plain(out, builder, value, here..end, found),
    }
    Ok(end)
}

/// `getFirstBraceClosingIndex`, with its habit of not looking at the character behind a `{`.
fn first_closing_brace(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut open = 0usize;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'}' => {
                open = open.checked_sub(1)?;
                if open == 0 {
                    return Some(at);
                }
            }
            b'{' => {
                open += 1;
                at += 1;
            }
            _ => {}
        }
        at += 1;
    }
    None
}
