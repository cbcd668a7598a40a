//! The parts of a string: escapes, `~` that eats blanks, and the indentation that `<<-` drops. A port of `parseTemplateParts`,
//! `flushHeredocTemplateParts` and `ParseStringLiteralToken` of hashicorp/hcl.

use std::ops::Range;

use unicode_normalization::is_nfc;

use super::{Expr, Piece};
use crate::source::{Span, Text, TextBuilder};

/// Which kind of string.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// `"…"`, with backslash escapes.
    Quoted,
    /// `<<EOF`; `flush` for `<<-EOF`.
    Heredoc { flush: bool },
}

/// What is no literal in a string.
pub(super) enum Hole {
    /// `${…}` with its expression.
    Value(Range<usize>, Box<Expr>),
    /// All of `%{ if … }…%{ endif }`.
    Directive(Range<usize>),
}

impl Hole {
    fn range(&self) -> Range<usize> {
        match self {
            Self::Value(range, _) | Self::Directive(range) => range.clone(),
        }
    }
}

enum Token {
    Literal(Text),
    Other(Piece),
}

/// The parts of the string that stands in `content` of `text`; `holes` in order.
pub(super) fn pieces(
    text: &Text,
    content: Range<usize>,
    holes: Vec<Hole>,
    kind: Kind,
) -> Vec<Piece> {
    let source = text.expose();
    let eats = |range: &Range<usize>| {
        let raw = &source[range.clone()];
        (raw.as_bytes().get(2) == Some(&b'~'), raw.ends_with("~}"))
    };
    let eating = holes.iter().any(|hole| {
        let (before, behind) = eats(&hole.range());
        before || behind
    });
    let flush = matches!(kind, Kind::Heredoc { flush: true });
    // Each line by itself, as the scanner of Terraform has them, only where that matters.
    let by_line = flush || (eating && matches!(kind, Kind::Heredoc { .. }));

    let mut tokens = Vec::new();
    let mut eat = false;
    let mut at = content.start;
    for hole in holes {
        let range = hole.range();
        literals(text, at..range.start, kind, by_line, &mut eat, &mut tokens);
        let (before, behind) = eats(&range);
        if before && let Some(Token::Literal(last)) = tokens.last_mut() {
            let kept = last.expose().trim_end().len();
            *last = last.slice(0..kept);
        }
        eat = behind;
        at = range.end;
        let raw = text.slice(range);
        tokens.push(Token::Other(match hole {
            Hole::Value(_, expr) => Piece::Value { raw, expr },
            Hole::Directive(_) => Piece::Directive(raw),
        }));
    }
    literals(text, at..content.end, kind, by_line, &mut eat, &mut tokens);
    if flush {
        drop_indentation(&mut tokens);
    }
    join(tokens, text.span(content.start..content.start).start)
}

fn literals(
    text: &Text,
    range: Range<usize>,
    kind: Kind,
    by_line: bool,
    eat: &mut bool,
    tokens: &mut Vec<Token>,
) {
    let mut push = |range: Range<usize>| {
        let mut literal = unescape(text.slice(range), matches!(kind, Kind::Quoted));
        if std::mem::take(eat) {
            let gone = literal.len() - literal.expose().trim_start().len();
            literal = literal.slice(gone..literal.len());
        }
        tokens.push(Token::Literal(literal));
    };
    if range.is_empty() {
        return;
    }
    if !by_line {
        push(range);
        return;
    }
    let mut at = range.start;
    for line in text.expose()[range].split_inclusive('\n') {
        push(at..at + line.len());
        at += line.len();
    }
}

/// Drops from every line the blanks that all lines begin with. Blank lines neither count nor lose anything.
fn drop_indentation(tokens: &mut [Token]) {
    let mut fewest = usize::MAX;
    let mut line_start = true;
    let mut indented = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let literal = match token {
            Token::Literal(literal) => Some(literal.expose()),
            Token::Other(_) => None,
        };
        if line_start {
            line_start = false;
            match literal {
                Some(line) if line.trim_start().is_empty() && line.ends_with('\n') => {}
                Some(line) => {
                    let blanks = line.chars().take_while(|c| c.is_whitespace()).count();
                    fewest = fewest.min(blanks);
                    indented.push(index);
                }
                None => fewest = 0,
            }
        }
        if literal.is_some_and(|line| line.ends_with('\n')) {
            line_start = true;
        }
    }
    for index in indented {
        if let Token::Literal(line) = &mut tokens[index] {
            let text = line.expose();
            let cut = text
                .char_indices()
                .nth(fewest)
                .map_or(text.len(), |(at, _)| at);
            *line = line.slice(cut..line.len());
        }
    }
}

/// Joins neighbouring literals. A string without any part is one empty literal at `anchor`.
fn join(tokens: Vec<Token>, anchor: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            Token::Other(piece) => pieces.push(piece),
            Token::Literal(first) if !matches!(tokens.peek(), Some(Token::Literal(_))) => {
                pieces.push(Piece::Literal(first));
            }
            Token::Literal(first) => {
                let mut joined = TextBuilder::at(first.source().start);
                joined.push_from(&first, 0..first.len());
                while let Some(Token::Literal(next)) =
                    tokens.next_if(|token| matches!(token, Token::Literal(_)))
                {
                    joined.push_from(&next, 0..next.len());
                }
                pieces.push(Piece::Literal(joined.finish()));
            }
        }
    }
    if pieces.is_empty() {
        pieces.push(Piece::Literal(TextBuilder::at(anchor).finish()));
    }
    pieces
}

/// The characters that `part` stands for. Terraform brings strings into the form NFC; what another form becomes is
/// unknown here.
pub(super) fn unescape(part: Text, quoted: bool) -> Text {
    let raw = part.expose();
    let bytes = raw.as_bytes();
    let special = |from: usize| {
        let found = if quoted {
            memchr::memchr3(b'\\', b'$', b'%', &bytes[from..])
        } else {
            memchr::memchr2(b'$', b'%', &bytes[from..])
        };
        found.map(|length| from + length)
    };
    let mut builder: Option<TextBuilder> = None;
    let mut done = 0;
    let mut at = 0;
    while let Some(found) = special(at) {
        let Some((length, value)) = escape(&raw[found..]) else {
            at = found + 1;
            continue;
        };
        let builder = builder.get_or_insert_with(|| TextBuilder::at(part.source().start));
        builder.push_from(&part, done..found);
        builder.push_replaced(&part, found..found + length, value.as_str());
        done = found + length;
        at = done;
    }
    let text = match builder {
        None => part,
        Some(mut builder) => {
            builder.push_from(&part, done..part.len());
            builder.finish()
        }
    };
    if !text.expose().is_ascii() && !is_nfc(text.expose()) {
        return text.into_unknown();
    }
    text
}

enum Value {
    Char([u8; 4], usize),
    Static(&'static str),
}

impl Value {
    fn as_str(&self) -> &str {
        match self {
            Self::Char(bytes, length) => std::str::from_utf8(&bytes[..*length]).unwrap_or_default(),
            Self::Static(value) => value,
        }
    }
}

/// The escape that `raw` begins with: its length and what it stands for.
fn escape(raw: &str) -> Option<(usize, Value)> {
    if raw.starts_with("$${") {
        return Some((3, Value::Static("${")));
    }
    if raw.starts_with("%%{") {
        return Some((3, Value::Static("%{")));
    }
    let rest = raw.strip_prefix('\\')?;
    let value = match rest.bytes().next()? {
        b'n' => "\n",
        b'r' => "\r",
        b't' => "\t",
        b'"' => "\"",
        b'\\' => "\\",
        marker @ (b'u' | b'U') => {
            let digits = if marker == b'u' { 4 } else { 8 };
            let code = u32::from_str_radix(rest.get(1..=digits)?, 16).ok()?;
            let character = char::from_u32(code)?;
            let mut bytes = [0; 4];
            let length = character.encode_utf8(&mut bytes).len();
            return Some((2 + digits, Value::Char(bytes, length)));
        }
        _ => return None,
    };
    Some((2, Value::Static(value)))
}

/// The whole of a name as a string of one part.
pub(super) fn name(text: Text) -> Vec<Piece> {
    vec![Piece::Literal(text)]
}

/// The span of `raw` without the quotes around it.
pub(super) fn inside_quotes(raw: &str) -> Option<Range<usize>> {
    let quoted = raw.len() >= 2 && raw.starts_with('"') && raw.ends_with('"');
    quoted.then(|| 1..raw.len() - 1)
}

/// A point at the end of `span`.
pub(super) const fn behind(span: Span) -> Span {
    Span::at(span.end)
}
