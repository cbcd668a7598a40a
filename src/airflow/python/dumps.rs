//! `json.dumps(value)` with its defaults: `, ` and `: `, everything outside ASCII escaped.

use std::fmt::Write as _;

use super::int::MAX_DIGITS;
use crate::syntax::json::{Json, Kind, Value};

/// Appends `json.dumps(text)`.
pub fn string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{c}' => out.push_str("\\f"),
            '\u{8}' => out.push_str("\\b"),
            ' '..='~' => out.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    // Writing to a String cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

/// `repr(float)`: the shortest digits that read back, with an exponent below 1e-4 and from 1e16.
pub fn float(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned();
    }
    if number.is_nan() {
        return "NaN".to_owned();
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = format!("{number}");
        return if plain.contains('.') {
            plain
        } else {
            plain + ".0"
        };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// True when the tree holds an integer that `json.loads` refuses with a plain `ValueError`
/// ("Exceeds the limit (4300 digits) for integer string conversion").
pub fn has_oversized_integer(json: &Json) -> bool {
    json.text().len() > MAX_DIGITS
        && json.values().any(|value| {
            value.kind() == Kind::Integer
                && value.raw().expose().trim_start_matches('-').len() > MAX_DIGITS
        })
}

/// Appends `json.dumps(json.loads(text))` for a parsed value: repeated keys are joined, numbers
/// written as Python writes them. No recursion: what is still to be written is kept in a list.
pub fn value(out: &mut String, value: Value<'_>) {
    enum Step<'a> {
        Value(Value<'a>),
        Text(&'static str),
        Key(Value<'a>),
    }
    let mut steps = vec![Step::Value(value)];
    while let Some(step) = steps.pop() {
        let value = match step {
            Step::Text(text) => {
                out.push_str(text);
                continue;
            }
            Step::Key(key) => {
                string(out, &key.as_str().unwrap_or_default());
                out.push_str(": ");
                continue;
            }
            Step::Value(value) => value,
        };
        match value.kind() {
            Kind::Object => {
                out.push('{');
                steps.push(Step::Text("}"));
                let members = value.effective_members();
                for (index, member) in members.iter().enumerate().rev() {
                    steps.push(Step::Value(member.value));
                    steps.push(Step::Key(member.key));
                    if index > 0 {
                        steps.push(Step::Text(", "));
                    }
                }
            }
            Kind::Array => {
                out.push('[');
                steps.push(Step::Text("]"));
                let items: Vec<_> = value.items().collect();
                for (index, item) in items.iter().enumerate().rev() {
                    steps.push(Step::Value(*item));
                    if index > 0 {
                        steps.push(Step::Text(", "));
                    }
                }
            }
            Kind::String => string(out, &value.as_str().unwrap_or_default()),
            Kind::Integer => {
                let raw = value.raw();
                let digits = raw.expose();
                out.push_str(if digits == "-0" { "0" } else { digits });
            }
            Kind::Float => {
                let raw = value.raw();
                out.push_str(&float(raw.expose().parse().unwrap_or(f64::NAN)));
            }
            Kind::True => out.push_str("true"),
            Kind::False => out.push_str("false"),
            Kind::Null => out.push_str("null"),
            Kind::NaN => out.push_str("NaN"),
            Kind::Infinity => out.push_str("Infinity"),
            Kind::NegInfinity => out.push_str("-Infinity"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Text;
    use crate::syntax::json;

    #[test]
    fn values_are_written_as_python_writes_them() {
        for (text, dumped) in [
            (
                r#"{"a":1,"b":[1,2,{}],"a":null}"#,
                r#"{"a": null, "b": [1, 2, {}]}"#,
            ),
            (
                "[1.0, 1e16, 1e15, 1e-5, 0.0001, -0.0, 1e999, -0, 2.50]",
                "[1.0, 1e+16, 1000000000000000.0, 1e-05, 0.0001, -0.0, Infinity, 0, 2.5]",
            ),
            (
                "[NaN, -Infinity, true, false, []]",
                "[NaN, -Infinity, true, false, []]",
            ),
            (
                "\"\u{e9}\u{7f}\u{1f600}\\/\\u0001\"",
                r#""\u00e9\u007f\ud83d\ude00/\u0001""#,
            ),
        ] {
            let json = json::parse(&Text::verbatim(text, 0)).unwrap();
            let mut out = String::new();
            value(&mut out, json.root());
            assert_eq!(out, dumped);
        }
    }
}
