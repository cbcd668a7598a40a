//! The characters of a scalar and where each came from.
//!
//! The value is the parser's; here the way it took is gone once more to build the map. Where both disagree the
//! whole scalar is the origin of the whole value, so a place may be too wide but never wrong.

use std::ops::Range;

use super::Style;
use crate::source::{Span, Text, TextBuilder};

/// `range`: where the scalar stands in `whole`, all of what is read, which stands in its file from byte `offset` on.
pub(super) fn text(
    whole: &Text,
    range: Range<usize>,
    offset: usize,
    style: Style,
    value: &str,
) -> Text {
    let source = whole.expose();
    let raw = source.get(range.clone()).unwrap_or_default();
    let at = offset + range.start;
    if raw.is_empty() && style == Style::Plain {
        // The parser writes `~` for a value that is not there.
        return Text::verbatim("", at);
    }
    // Most are what stands there, character by character: a part of the whole, which costs no memory.
    let (inside, from) = match style {
        Style::Plain => (raw, range.start),
        Style::Single => (inner(raw, '\''), range.start + 1),
        Style::Double => (inner(raw, '"'), range.start + 1),
        Style::Literal | Style::Folded => ("", range.start),
    };
    let is_one_line = memchr::memchr2(b'\n', b'\r', inside.as_bytes()).is_none();
    if is_one_line && inside == value && !inside.is_empty() {
        return whole.slice(from..from + inside.len());
    }
    let mapped = match style {
        Style::Plain => flow(raw, at, plain),
        Style::Single => flow(inner(raw, '\''), at + 1, single),
        Style::Double => flow(inner(raw, '"'), at + 1, double),
        Style::Literal => block(source, range, offset, false, value),
        Style::Folded => block(source, range, offset, true, value),
    };
    match mapped {
        Some(text) if text.expose() == value => text,
        _ => {
            let mut whole = TextBuilder::at(at);
            whole.push_within(value, Span::new(at, at + raw.len()));
            whole.finish()
        }
    }
}

/// Without its quotes.
fn inner(raw: &str, quote: char) -> &str {
    let open = raw.strip_prefix(quote).unwrap_or(raw);
    open.strip_suffix(quote).unwrap_or(open)
}

/// One character or escape at the start of `rest`: its value, and how many bytes it takes.
type Step = fn(&str) -> Option<(Decoded, usize)>;

enum Decoded {
    /// As it stands.
    Same,
    Char(char),
    /// `\` before a line break in double quotes: the lines are joined.
    Joined,
}

fn plain(rest: &str) -> Option<(Decoded, usize)> {
    Some((Decoded::Same, rest.chars().next()?.len_utf8()))
}

fn single(rest: &str) -> Option<(Decoded, usize)> {
    if rest.starts_with("''") {
        return Some((Decoded::Char('\''), 2));
    }
    plain(rest)
}

fn double(rest: &str) -> Option<(Decoded, usize)> {
    let Some(escape) = rest.strip_prefix('\\') else {
        return plain(rest);
    };
    let letter = escape.chars().next()?;
    let digits = match letter {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        '\r' | '\n' => return Some((Decoded::Joined, 1)),
        _ => 0,
    };
    if digits > 0 {
        let number = u32::from_str_radix(escape.get(1..=digits)?, 16).ok()?;
        return Some((Decoded::Char(char::from_u32(number)?), 2 + digits));
    }
    let decoded = match letter {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        ' ' | '"' | '/' | '\\' => letter,
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        _ => return None,
    };
    Some((Decoded::Char(decoded), 1 + letter.len_utf8()))
}

/// Plain and quoted scalars: a line break with the blanks around it is one blank, further breaks stay.
fn flow(raw: &str, at: usize, step: Step) -> Option<Text> {
    let mut out = TextBuilder::at(at);
    let mut position = 0;
    // End of what is no blank, or was written as an escape: a break drops the blanks behind it.
    let mut kept = 0;
    while position < raw.len() {
        let rest = &raw[position..];
        if rest.starts_with(['\n', '\r']) {
            out.truncate(kept);
            position = breaks(raw, position, at, false, &mut out);
            kept = out.expose().len();
            continue;
        }
        let (decoded, length) = step(rest)?;
        let source = Span::new(at + position, at + position + length);
        match decoded {
            Decoded::Same => {
                let character = &rest[..length];
                out.push_exact(character, source.start);
                if !matches!(character, " " | "\t") {
                    kept = out.expose().len();
                }
            }
            Decoded::Char(character) => {
                out.push_within(character.encode_utf8(&mut [0; 4]), source);
                kept = out.expose().len();
            }
            Decoded::Joined => {
                position = breaks(raw, position + length, at, true, &mut out);
                kept = out.expose().len();
                continue;
            }
        }
        position += length;
    }
    Some(out.finish())
}

/// Line breaks from `from` on, with the blanks behind them; the place where text goes on.
fn breaks(raw: &str, from: usize, at: usize, joined: bool, out: &mut TextBuilder) -> usize {
    let mut position = from;
    let mut lines: Vec<Span> = Vec::new();
    loop {
        let rest = &raw[position..];
        let length = match rest.as_bytes() {
            [b'\r', b'\n', ..] => 2,
            [b'\n' | b'\r', ..] => 1,
            _ => break,
        };
        lines.push(Span::new(at + position, at + position + length));
        let behind = &rest[length..];
        position += length + (behind.len() - behind.trim_start_matches([' ', '\t']).len());
    }
    let whole = Span::new(at + from, at + position);
    match lines.as_slice() {
        [] => {}
        [_] if joined => {}
        [_] => out.push_within(" ", whole),
        [_, further @ ..] => {
            for line in further {
                out.push_within("\n", *line);
            }
        }
    }
    position
}

/// `|` and `>`: lines without their indentation; what is cut at the end is the value's length. The parser's span begins
/// behind the indentation of the first line.
fn block(
    source: &str,
    range: Range<usize>,
    offset: usize,
    folded: bool,
    value: &str,
) -> Option<Text> {
    let before = source.get(..range.start)?;
    let mut line = before.rfind('\n').map_or(0, |at| at + 1);
    // Empty lines above belong to it, up to the line with the `|`.
    while let Some(above) = before[..line].strip_suffix('\n') {
        let start = above.rfind('\n').map_or(0, |at| at + 1);
        if !above[start..].trim_matches([' ', '\r']).is_empty() {
            break;
        }
        line = start;
    }
    let lines: Vec<(usize, &str, &str)> = lines(source.get(line..range.end)?);
    let (_, first, _) = lines
        .iter()
        .find(|(_, line, _)| !line.trim_matches(' ').is_empty())?;
    let most = first.len() - first.trim_start_matches(' ').len();
    // With an indicator (`|2`) the indentation is less than what the first line has; the value says how much.
    let kept = value.trim_start_matches('\n');
    let indent = most.checked_sub(kept.len() - kept.trim_start_matches(' ').len())?;
    cut(lines_of_block(&lines, offset + line, indent, folded), value)
}

/// Where libyaml finds "a tab character where an indentation space is expected" in a block scalar.
pub(super) fn tab_in_indentation(source: &str, range: &Range<usize>) -> Option<usize> {
    let start = source
        .get(..range.start)?
        .rfind('\n')
        .map_or(0, |at| at + 1);
    let body = source.get(start..range.end)?;
    let blanks = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let first = lines(body).into_iter().next().map(|(_, line, _)| line)?;
    let starts_with_tab = first[blanks(first)..].starts_with('\t');
    let header = source[..start]
        .trim_end_matches(['\n', '\r', ' '])
        .lines()
        .last()?;
    // `|2`, `>-1`: the indentation is given.
    let mark = header.rfind(['|', '>']).map_or("", |at| &header[at..]);
    let counted = mark.bytes().take(3).any(|byte| byte.is_ascii_digit());
    (starts_with_tab && !counted).then(|| start + blanks(first))
}

/// The lines with their offsets and line breaks.
fn lines(body: &str) -> Vec<(usize, &str, &str)> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in body.split_inclusive('\n') {
        let content = line.strip_suffix('\n').unwrap_or(line);
        let content = content.strip_suffix('\r').unwrap_or(content);
        found.push((start, content, &line[content.len()..]));
        start += line.len();
    }
    found
}

fn lines_of_block(
    lines: &[(usize, &str, &str)],
    at: usize,
    indent: usize,
    folded: bool,
) -> TextBuilder {
    let mut out = TextBuilder::at(at);
    // The break before this line, if the line above is one that folds.
    let mut waiting: Option<Span> = None;
    let mut blank: Vec<Span> = Vec::new();
    let mut started = false;
    for (start, line, end) in lines {
        let cut = line
            .len()
            .min(indent)
            .min(line.len() - line.trim_start_matches(' ').len());
        let content = &line[cut..];
        let end_span = Span::new(at + start + line.len(), at + start + line.len() + end.len());
        if !folded {
            out.push_exact(content, at + start + cut);
            push_break(&mut out, end, end_span);
            continue;
        }
        if content.is_empty() {
            blank.push(end_span);
            continue;
        }
        let spaced = content.starts_with([' ', '\t']);
        match waiting.take() {
            Some(before) if !spaced && blank.is_empty() => out.push_within(" ", before),
            // The break is swallowed, the empty lines stay.
            Some(_) if !spaced => {}
            Some(before) => out.push_within("\n", before),
            None if started => {}
            None => {}
        }
        for span in blank.drain(..) {
            out.push_within("\n", span);
        }
        out.push_exact(content, at + start + cut);
        started = true;
        if spaced {
            push_break(&mut out, end, end_span);
        } else {
            waiting = Some(end_span);
        }
    }
    if let Some(before) = waiting {
        out.push_within("\n", before);
    }
    for span in blank {
        out.push_within("\n", span);
    }
    out
}

fn push_break(out: &mut TextBuilder, end: &str, span: Span) {
    match end {
        "" => {}
        "\n" => out.push_exact("\n", span.start),
        _ => out.push_within("\n", span),
    }
}

/// Chomping cuts line breaks at the end.
fn cut(mut text: TextBuilder, value: &str) -> Option<Text> {
    let rest = text.expose().strip_prefix(value)?;
    if rest.bytes().any(|byte| byte != b'\n') {
        return None;
    }
    text.truncate(value.len());
    Some(text.finish())
}
