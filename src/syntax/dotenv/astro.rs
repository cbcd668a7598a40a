//! The two loaders of the Astro CLI: `loadEnvFile` of standalone mode and
//! `addVariablesFromFile` of `astro deployment variable create --load`.

use super::collect::{Collector, blank_hash, leading_quote, lines};
use super::docker::LONGEST_LINE;
use super::{Cause, Effect};
use crate::source::{Span, Text};

/// Standalone mode: lines are trimmed, one pair of matching quotes is removed, nothing else.
pub(super) fn standalone(out: &mut Collector<'_>) {
    for (start, raw) in lines(out.text) {
        let line = raw.trim_start();
        let at = start + raw.len() - line.len();
        let line = line.trim_end();
        if line.is_empty() {
            continue;
        }
        if line.starts_with('#') {
            out.comment(at, at + line.len());
            continue;
        }
        let Some(equals) = line.find('=') else {
            no_equals(out, at, line);
            continue;
        };
        out.delimiter(at + equals, at + equals + 1);
        let name = &line[..equals];
        let odd = odd_name(out, name, at);
        let value = &line[equals + 1..];
        let value_at = at + equals + 1;
        let quote =
            leading_quote(value).filter(|&quote| value.len() >= 2 && value.ends_with(quote));
        let text = if quote.is_some() {
            let end = value_at + value.len();
            out.delimiter(value_at, value_at + 1);
            out.delimiter(end - 1, end);
            Text::verbatim(&value[1..value.len() - 1], value_at + 1)
        } else {
            if !odd && value.starts_with([' ', '\t']) {
                let blanks = value.len() - value.trim_start().len();
                let span = Span::new(value_at, value_at + blanks);
                out.problem(
                    Effect::ValueChanged,
                    Cause::BlankAroundEquals,
                    span,
                    Some(name),
                );
            }
            if !odd {
                super::docker::kept_as_written(out, name, value, value_at);
            }
            Text::verbatim(value, value_at)
        };
        out.define(name, Span::new(at, at + name.len()), Some(text));
    }
}

/// `variable create --load`: `#` counts in column one only, all quotes at both ends go, an empty
/// value is refused, the first definition of a name wins.
pub(super) fn deploy(out: &mut Collector<'_>) {
    for (start, raw) in lines(out.text) {
        if raw.len() > LONGEST_LINE {
            let span = Span::new(start, start + raw.len());
            out.problem(Effect::FileRefused, Cause::LineTooLong, span, None);
            if !out.may_repair() {
                return;
            }
        }
        let line = raw.strip_suffix('\r').unwrap_or(raw);
        if line.is_empty() {
            continue;
        }
        if line.starts_with('#') {
            out.comment(start, start + line.len());
            continue;
        }
        let Some(equals) = line.find('=') else {
            if !line.trim().is_empty() {
                no_equals(out, start, line);
            }
            continue;
        };
        let name = &line[..equals];
        let name_span = Span::new(start, start + equals);
        let value = &line[equals + 1..];
        let value_at = start + equals + 1;
        if name.is_empty() {
            out.problem(Effect::LineLost, Cause::NoName, Span::at(start), None);
            continue;
        }
        if value.is_empty() {
            out.problem(Effect::LineLost, Cause::EmptyValue, name_span, Some(name));
            continue;
        }
        out.delimiter(value_at - 1, value_at);
        let odd = odd_name(out, name, start);
        if out.in_file(name).is_some() {
            out.problem(Effect::LineLost, Cause::FirstWins, name_span, Some(name));
        }
        let inner = value.trim_matches('"').trim_matches('\'').trim();
        // Trimming can only have cut at the ends, so the rest is one piece of the line.
        let lead = value.len() - {
            let cut = value
                .trim_start_matches('"')
                .trim_start_matches('\'')
                .trim_start();
            cut.len()
        };
        let inner_at = value_at + if inner.is_empty() { 0 } else { lead };
        for (offset, character) in value.char_indices() {
            let at = value_at + offset;
            let outside = at < inner_at || at >= inner_at + inner.len();
            if outside && matches!(character, '"' | '\'') {
                out.delimiter(at, at + 1);
            }
        }
        if !odd && let Some(hash) = blank_hash(inner) {
            let span = Span::new(inner_at + hash, inner_at + inner.len());
            out.problem(Effect::ValueChanged, Cause::CommentKept, span, Some(name));
        }
        out.define(name, name_span, Some(Text::verbatim(inner, inner_at)));
    }
}

fn no_equals(out: &mut Collector<'_>, at: usize, line: &str) {
    let name = line.split([':', ' ', '\t']).next().unwrap_or(line);
    let cause = if line[name.len()..].starts_with(':') {
        Cause::Colon
    } else {
        Cause::NoEquals
    };
    let span = Span::new(at, at + line.len());
    out.problem(Effect::LineLost, cause, span, Some(name));
}

/// True for a name that keeps `export`, blanks or a byte order mark.
fn odd_name(out: &mut Collector<'_>, name: &str, at: usize) -> bool {
    let clean = name.trim_start_matches('\u{feff}');
    let clean = clean.trim();
    let (cause, meant) = if name.starts_with('\u{feff}') {
        (Cause::ByteOrderMark, clean)
    } else if let Some(meant) = clean
        .strip_prefix("export")
        .filter(|k| k.starts_with([' ', '\t']))
    {
        (Cause::Export, meant.trim_start())
    } else if clean.is_empty() {
        (Cause::NoName, clean)
    } else if clean.len() < name.len() {
        (Cause::BlankAroundEquals, clean)
    } else if clean.contains(char::is_whitespace) {
        (Cause::BlankInName, clean)
    } else {
        return false;
    };
    let span = Span::new(at, at + name.len());
    out.problem(Effect::NameChanged, cause, span, Some(meant));
    true
}
