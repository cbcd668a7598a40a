//! What a sample leaves open: `<password>`, `...`, `host:PORT`.
//!
//! Whoever copies a `.env.example` fills that in, so no rule may judge it: it is not known, as what a template
//! fills in is not. Files that Airflow reads are not touched; a placeholder there is a mistake of its own.

use std::ops::Range;

use super::{Input, is_sample};
use crate::airflow::public::is_placeholder_word;
use crate::source::{Text, TextBuilder};

/// The longest text between `<` and `>` that is taken for what is to be filled in.
const LONGEST: usize = 80;

/// Makes unknown what the input leaves open, if it is a sample.
pub fn leave_open(input: &mut Input) {
    if !is_sample(&input.path) {
        return;
    }
    for value in input.values_mut() {
        let open = open_parts(value.expose());
        if !open.is_empty() {
            *value = without(value, &open);
        }
    }
}

fn without(value: &Text, parts: &[Range<usize>]) -> Text {
    let mut out = TextBuilder::at(value.source().start);
    let mut from = 0;
    for part in parts {
        out.push_from(value, from..part.start);
        out.push_unknown(value, part.clone());
        from = part.end;
    }
    out.push_from(value, from..value.len());
    out.finish()
}

/// In order, without overlaps.
fn open_parts(value: &str) -> Vec<Range<usize>> {
    let whole = value.trim();
    if matches!(whole, "..." | "…") || is_placeholder_word(whole) {
        return vec![Range {
            start: 0,
            end: value.len(),
        }];
    }
    let mut parts = Vec::new();
    let mut from = 0;
    while let Some(at) = value[from..].find(['<', ':']) {
        let start = from + at;
        let rest = &value[start + 1..];
        let length = if value[start..].starts_with('<') {
            slot(rest).filter(|_| !value[..start].ends_with(['?', 'P']))
        } else {
            port(rest)
        };
        match length {
            Some(Range {
                start: skipped,
                end,
            }) => {
                parts.push(start + skipped..start + end);
                from = start + end;
            }
            None => from = start + 1,
        }
    }
    parts
}

/// What stands behind `<` goes on to `>` on the same line; from the bracket to the bracket.
fn slot(rest: &str) -> Option<Range<usize>> {
    let length = rest.find(['<', '>', '\n'])?;
    let closed = rest[length..].starts_with('>');
    (closed && 0 < length && length <= LONGEST).then_some(0..length + 2)
}

/// What stands behind `:` is the word `port`; the word itself.
fn port(rest: &str) -> Option<Range<usize>> {
    let length = rest
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(rest.len());
    let is_port = rest[..length].eq_ignore_ascii_case("port");
    let ends = rest[length..].is_empty() || rest[length..].starts_with(['/', '?']);
    (is_port && ends).then_some(1..length + 1)
}

#[cfg(test)]
mod tests {
    use super::open_parts;

    fn open(value: &str) -> Vec<&str> {
        let parts = open_parts(value).into_iter();
        parts.map(|part| &value[part]).collect()
    }

    #[test]
    fn what_is_to_be_filled_in_is_found() {
        assert_eq!(
            open("postgresql://<user>:<your password>@<host>:<port>/<db>"),
            ["<user>", "<your password>", "<host>", "<port>", "<db>"]
        );
        assert_eq!(open("postgres://u:p@host:PORT/db"), ["PORT"]);
        assert_eq!(open(r#"{"role_arn": "<arn>", "a": 1}"#), ["<arn>"]);
        assert_eq!(open("..."), ["..."]);
        assert_eq!(open("changeme"), ["changeme"]);
    }

    #[test]
    fn the_rest_stays() {
        for value in [
            "",
            "postgres://u:p@host:5432/port",
            "^(?<!aws_)x>",
            "(?P<name>x)",
            "<>",
            "<a\nb>",
            "redis://:portal/0",
            "a...b",
        ] {
            assert!(open(value).is_empty(), "{value}");
        }
    }
}
