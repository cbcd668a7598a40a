//! `$NAME`, `${NAME}` and `~` in values of options: `expand_env_var` of `airflow/configuration.py`.
//!
//! `os.path.expandvars` and `os.path.expanduser`, repeated until nothing changes, with the
//! deployment's own variables only. What a name stands for that the deployment does not define is
//! not known: the reference keeps its characters and is marked unknown.

use std::ops::Range;

use super::config::Environment;
use crate::source::{Text, TextBuilder};

/// Rounds after which a value that still changes refers to itself: Airflow would never end.
const MAX_ROUNDS: usize = 64;

/// A value that has grown by so much refers to itself.
const MAX_GROWTH: usize = 1 << 18;

/// `value` as `expand_env_var` returns it.
pub fn expand(value: &Text, environment: &Environment<'_>) -> Text {
    if !value.expose().contains('$') && !value.expose().starts_with('~') {
        return value.clone();
    }
    let mut current = value.clone();
    for _ in 0..MAX_ROUNDS {
        let next = expand_user(&expand_variables(&current, environment), environment);
        if next.expose() == current.expose() {
            return next;
        }
        if next.len() > value.len() + MAX_GROWTH {
            break;
        }
        current = next;
    }
    value.clone().into_unknown()
}

/// One reference: its decoded range and the name in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// `$NAME` or `${NAME}`.
    pub range: Range<usize>,
    /// `NAME`.
    pub name: Range<usize>,
}

/// What `os.path.expandvars` takes for references: `\$(\w+|\{[^}]*\})`, ASCII only.
pub fn references(value: &str) -> Vec<Reference> {
    let bytes = value.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(dollar) = memchr::memchr(b'$', &bytes[at..]) {
        let start = at + dollar;
        let after = start + 1;
        at = after;
        let rest = &bytes[after..];
        if rest.first() == Some(&b'{') {
            if let Some(length) = memchr::memchr(b'}', rest) {
                let end = after + length + 1;
                found.push(Reference {
                    range: start..end,
                    name: after + 1..end - 1,
                });
                at = end;
            }
            continue;
        }
        let word = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
            .count();
        if word > 0 {
            found.push(Reference {
                range: start..after + word,
                name: after..after + word,
            });
            at = after + word;
        }
    }
    found
}

/// A name that a variable of an environment can plausibly have. Empty names and names such as `1`
/// are never set, so Airflow leaves such a reference alone.
fn may_be_set(name: &str) -> bool {
    name.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

fn expand_variables(value: &Text, environment: &Environment<'_>) -> Text {
    let raw = value.expose();
    let mut out = TextBuilder::at(value.span(0..0).start);
    let mut at = 0;
    for reference in references(raw) {
        out.push_from(value, at..reference.range.start);
        at = reference.range.end;
        let name = &raw[reference.name.clone()];
        if !value.is_known_in(reference.range.clone()) {
            out.push_unknown(value, reference.range);
            continue;
        }
        match environment.variables.get(name) {
            Some(Some(replacement)) => {
                let source = value.span(reference.range);
                let replaced = Text::elsewhere(replacement.expose(), source);
                if replacement.is_known() {
                    out.push_from(&replaced, 0..replaced.len());
                } else {
                    out.push_unknown(&replaced, 0..replaced.len());
                }
            }
            None if !may_be_set(name) => out.push_from(value, reference.range),
            Some(None) | None => out.push_unknown(value, reference.range),
        }
    }
    out.push_from(value, at..raw.len());
    out.finish()
}

/// `os.path.expanduser`: only a `~` that is the first character.
fn expand_user(value: &Text, environment: &Environment<'_>) -> Text {
    let raw = value.expose();
    if !raw.starts_with('~') || !value.is_known_in(0..1) {
        return value.clone();
    }
    let end = raw.find('/').unwrap_or(raw.len());
    let home = environment.variables.get("HOME").and_then(Option::as_ref);
    let mut out = TextBuilder::at(value.span(0..0).start);
    match home {
        Some(home) if end == 1 => {
            let directory = home.expose().trim_end_matches('/');
            let whole = if directory.is_empty() && raw.len() == 1 {
                "/"
            } else {
                directory
            };
            let replaced = Text::elsewhere(whole, value.span(0..1));
            if home.is_known() {
                out.push_from(&replaced, 0..replaced.len());
            } else {
                out.push_unknown(&replaced, 0..replaced.len());
            }
        }
        // `~name` asks the password database of the machine Airflow runs on.
        _ => out.push_unknown(value, 0..end),
    }
    out.push_from(value, end..raw.len());
    out.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn environment(variables: &[(&str, Option<&str>)]) -> Environment<'static> {
        Environment {
            variables: variables
                .iter()
                .map(|&(name, value)| {
                    let value = value.map(|value| Text::verbatim(value, 0));
                    (name.to_owned().into(), value)
                })
                .collect(),
        }
    }

    fn run(value: &str, variables: &[(&str, Option<&str>)]) -> (String, bool) {
        let text = expand(&Text::verbatim(value, 0), &environment(variables));
        (text.expose().to_owned(), text.is_known())
    }

    #[test]
    fn set_names_are_replaced_until_nothing_changes() {
        let variables = [("A", Some("$B/x")), ("B", Some("b")), ("HOME", Some("/h/"))];
        assert_eq!(run("$A ${B}", &variables), ("b/x b".to_owned(), true));
        assert_eq!(run("~/x", &variables), ("/h/x".to_owned(), true));
        assert_eq!(run("x~/x", &variables), ("x~/x".to_owned(), true));
        assert_eq!(run("\\$B", &variables), ("\\b".to_owned(), true));
    }

    #[test]
    fn names_that_nothing_defines_are_not_known() {
        assert!(!run("pa$w0rd", &[]).1);
        assert!(!run("${NAME}", &[("NAME", None)]).1);
        assert!(!run("~/x", &[]).1);
        assert!(!run("~user", &[("HOME", Some("/h"))]).1);
        let text = expand(&Text::verbatim("a$X/b", 0), &environment(&[]));
        assert!(text.slice(0..1).is_known() && text.slice(3..5).is_known());
    }

    #[test]
    fn a_dollar_that_airflow_never_touches_stays_known() {
        for value in [
            "a$$",
            "a$ b",
            "end$",
            "$(x)",
            "^(?!a$).*$",
            "${}",
            "$1",
            "${open",
            "$é",
        ] {
            assert_eq!(run(value, &[]), (value.to_owned(), true), "{value}");
        }
    }

    #[test]
    fn a_value_that_refers_to_itself_is_not_known() {
        assert!(!run("x$A", &[("A", Some("x$A"))]).1);
        assert!(!run("$A", &[("A", Some("$B")), ("B", Some("$A"))]).1);
        assert!(!run("$A", &[("A", Some("$A$A"))]).1);
    }

    #[test]
    fn the_replacement_stands_for_its_reference() {
        let text = expand(
            &Text::verbatim("a${B}c", 10),
            &environment(&[("B", Some("longer"))]),
        );
        assert_eq!(text.expose(), "alongerc");
        assert_eq!(text.span(1..7), Span::new(11, 15));
        assert_eq!(text.span(7..8), Span::new(15, 16));
    }
}
