//! AV502: a variable that looks like JSON and is not.

use crate::airflow::connection::is_unknown;
use crate::inputs::EntryKind;
use crate::report::Findings;
use crate::rules::{Check, EntryContext};
use crate::source::Place;
use crate::syntax::json::{self, ErrorKind};

crate::rule! {
    /// # variable-not-json
    ///
    /// ## What it does
    ///
    /// Finds variables that begin and end like a JSON object or list and that Python does not read
    /// as JSON: single quotes, a trailing comma, `True` and `None`. `NaN` is fine, as it is for Python.
    ///
    /// ## Why is this bad?
    ///
    /// Nothing is wrong while the text is used as text. `Variable.get(…, deserialize_json=True)` and
    /// `{{ var.json.… }}` raise `JSONDecodeError` in the task.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_VAR_TABLES={'orders': 1, 'items': 2}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:21: info[AV502] variable-not-json: the variable looks like JSON and is not (Expecting property name enclosed in double quotes): reading it with `deserialize_json` or `var.json` raises `JSONDecodeError`
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_VAR_TABLES={"orders": 1, "items": 2}
    /// ```
    ///
    /// ## Versions
    ///
    /// All.
    ///
    /// ## References
    ///
    /// - `Variable.get` in `airflow/models/variable.py`
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/variables.html>
    "AV502", "variable-not-json", Info, since "0.1.0",
    checks &[Check::Entry(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    if context.kind != Some(EntryKind::Variable) || context.facts.encrypted {
        return;
    }
    let (Some(value), Some(place)) = (context.value, context.value_place) else {
        return;
    };
    if !looks_like_json(value.expose()) || context.decoded_object {
        return;
    }
    let text = value.text();
    if is_unknown(text) {
        return;
    }
    // How deep Python goes depends on its release.
    let Some(error) = json::parse(text)
        .err()
        .filter(|error| error.kind != ErrorKind::TooDeep)
    else {
        return;
    };
    let at = error.at.min(text.len());
    let length = text.expose()[at..].chars().next().map_or(0, char::len_utf8);
    let at = text.slice(at..at + length);
    findings
        .report(
            &RULE,
            Place::new(place.file, at.source()),
            context.subject(),
            format!(
                "the variable looks like JSON and is not ({}): reading it with `deserialize_json` or `var.json` raises `{}`",
                error.kind.python_message(),
                error.kind.exception()
            ),
        )
        .help(match error.kind {
            ErrorKind::ExpectingPropertyName => {
                "put every key in double quotes, and no comma before the last brace"
            }
            _ => "correct the JSON here, if it is read as JSON",
        });
}

/// Begins and ends like an object or a list, and goes on like one: `{name}-{date}` is a pattern,
/// `[INFO] x [y]` is text, `{{ … }}` is a template.
fn looks_like_json(text: &str) -> bool {
    let text = text.trim();
    if let Some(inner) = text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
    {
        let inner = inner.trim_start();
        return match inner.chars().next() {
            Some('"' | '\'') => inner.contains(':'),
            Some(first) if first.is_alphabetic() || first == '_' => {
                let name = inner.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
                name.trim_start().starts_with(':')
                    && !inner.contains(['{', '}'])
                    && inner.contains([',', '"', '\''])
            }
            _ => false,
        };
    }
    let Some(inner) = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    else {
        return false;
    };
    let (first, last) = (inner.trim_start(), inner.trim_end());
    match first.chars().next() {
        Some('"' | '\'') => {
            last.ends_with(['"', '\'', ',', '}', ']'])
                || last.ends_with(|c: char| c.is_ascii_digit())
        }
        Some('{' | '[') => last.ends_with(['}', ']', ',']),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::looks_like_json;

    #[test]
    fn objects_and_lists_look_like_json() {
        for text in [
            "{'a': 1}",
            "{\"a\": 1,}",
            " [ 'a', 'b' ]\n",
            "[{'a': 1}]",
            "{a: 1, b: 2}",
            "[\"a\", \"b\",]",
        ] {
            assert!(looks_like_json(text), "{text}");
        }
    }

    #[test]
    fn patterns_and_sentences_do_not() {
        for text in [
            "{name}-{date}",
            "{name:>10}",
            "{{ ds }}",
            "{% if x %}y{% endif %}",
            "[INFO] loaded [x]",
            "[a-z]+[0-9]",
            "[0-9]",
            "{}",
            "[]",
            "",
            "{",
            "[section]",
            "{guid}",
            "{8C2F5B1A-0000-0000-0000-000000000000}",
            "{x: int}",
        ] {
            assert!(!looks_like_json(text), "{text}");
        }
    }
}
