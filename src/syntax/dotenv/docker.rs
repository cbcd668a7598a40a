//! `docker run --env-file`: `pkg/kvfile` of docker/cli, as of 28.2. Nothing is unquoted or
//! expanded; everything after the first `=` is the value. So does kustomize (`keyValuesFromLine` of `api/kv/kv.go`), but
//! for names without `=`.

use super::collect::{Collector, blank_hash, leading_quote, lines};
use super::{Cause, Dialect, Effect, Outside};
use crate::source::{Span, Text};

/// Go's `bufio.Scanner` gives up on a line that does not fit its buffer with the LF.
pub(super) const LONGEST_LINE: usize = 64 * 1024 - 1;

pub(super) fn read(out: &mut Collector<'_>) {
    for (start, raw) in lines(out.text) {
        if raw.len() > LONGEST_LINE {
            let span = Span::new(start, start + raw.len());
            out.problem(Effect::FileRefused, Cause::LineTooLong, span, None);
            if !out.may_repair() {
                return;
            }
        }
        let line = raw.strip_suffix('\r').unwrap_or(raw);
        let mut at = start;
        let mut rest = line;
        if start == 0
            && let Some(unmarked) = line.strip_prefix('\u{feff}')
        {
            at += line.len() - unmarked.len();
            rest = unmarked;
        }
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        if trimmed.is_empty() {
            continue;
        }
        if trimmed.starts_with('#') {
            out.comment(at, at + trimmed.len());
            continue;
        }
        if !definition(out, at, trimmed) {
            return;
        }
    }
}

/// False when the reading must stop.
fn definition(out: &mut Collector<'_>, at: usize, line: &str) -> bool {
    let equals = memchr::memchr(b'=', line.as_bytes());
    let key = &line[..equals.unwrap_or(line.len())];
    if key.is_empty() {
        out.problem(Effect::FileRefused, Cause::NoName, Span::at(at), None);
        return out.may_repair();
    }
    let mut name = key;
    let mut name_at = at;
    if key.contains([' ', '\t']) {
        let exported = key
            .strip_prefix("export")
            .filter(|k| k.starts_with([' ', '\t']));
        if let Some(meant) = exported {
            name = meant.trim();
            name_at += key.len() - meant.trim_start().len();
        } else {
            name = key.trim_end();
        }
        let clean = !name.contains([' ', '\t']);
        let (cause, span) = if exported.is_some() && clean {
            (Cause::Export, Span::new(at, at + "export".len()))
        } else if clean && equals.is_some() {
            (
                Cause::BlankAroundEquals,
                Span::new(at + name.len(), at + key.len()),
            )
        } else {
            let blank = key.find([' ', '\t']).unwrap_or(0);
            (Cause::BlankInName, Span::new(at + blank, at + blank + 1))
        };
        let about = name.split([' ', '\t', ':']).next().unwrap_or(name);
        out.problem(Effect::FileRefused, cause, span, Some(about));
        if !out.may_repair() {
            return false;
        }
        if !clean || name.is_empty() {
            return true;
        }
    }
    let name_span = Span::new(name_at, name_at + name.len());
    let Some(equals) = equals else {
        if out.file.dialect == Dialect::Kustomize {
            out.define(name, name_span, Some(Text::elsewhere("", name_span)));
            return true;
        }
        // A bare name takes its value from the environment of the docker client.
        match out.outside(name) {
            Outside::Value(value) => {
                let value = Text::elsewhere(&value, name_span);
                out.define(name, name_span, Some(value));
            }
            Outside::Unset => {}
            Outside::Unknown => out.define(name, name_span, None),
        }
        return true;
    };
    out.delimiter(at + equals, at + equals + 1);
    let value = &line[equals + 1..];
    let value_at = at + equals + 1;
    kept_as_written(out, name, value, value_at);
    out.define(name, name_span, Some(Text::verbatim(value, value_at)));
    true
}

/// Quotes and comments that another reader would remove and this one keeps.
pub(super) fn kept_as_written(out: &mut Collector<'_>, name: &str, value: &str, at: usize) {
    let trimmed = value.trim_start();
    let lead = value.len() - trimmed.len();
    if let Some(hash) = blank_hash(value) {
        let span = Span::new(at + hash, at + value.len());
        out.problem(Effect::ValueChanged, Cause::CommentKept, span, Some(name));
    }
    if leading_quote(trimmed).is_some() {
        let span = Span::new(at + lead, at + lead + 1);
        out.problem(Effect::ValueChanged, Cause::QuotesKept, span, Some(name));
    }
}
