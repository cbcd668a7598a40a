//! `str(value)` of what `json.loads` or `literal_eval` returns.

use std::fmt::Write as _;

use super::dumps;
use crate::syntax::json::{Kind, Value};

/// `str(value)`; `None` where it depends on which characters Python's release can print.
pub fn str_of(value: Value<'_>) -> Option<String> {
    if let Some(text) = value.as_str() {
        return Some(text.into_owned());
    }
    let mut out = String::new();
    repr(&mut out, value)?;
    Some(out)
}

/// Appends `repr(value)`.
fn repr(out: &mut String, value: Value<'_>) -> Option<()> {
    match value.kind() {
        Kind::String => string(out, &value.as_str()?)?,
        Kind::Object => {
            out.push('{');
            for (index, member) in value.effective_members().into_iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                repr(out, member.key)?;
                out.push_str(": ");
                repr(out, member.value)?;
            }
            out.push('}');
        }
        Kind::Array => {
            out.push('[');
            for (index, item) in value.items().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                repr(out, item)?;
            }
            out.push(']');
        }
        Kind::True => out.push_str("True"),
        Kind::False => out.push_str("False"),
        Kind::Null => out.push_str("None"),
        Kind::NaN => out.push_str("nan"),
        Kind::Infinity => out.push_str("inf"),
        Kind::NegInfinity => out.push_str("-inf"),
        Kind::Integer | Kind::Float => {
            let mut number = String::new();
            dumps::value(&mut number, value);
            // A float too large for one.
            out.push_str(&number.replace("Infinity", "inf"));
        }
    }
    Some(())
}

fn string(out: &mut String, text: &str) -> Option<()> {
    if !text.is_ascii() {
        return None;
    }
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    out.push(quote);
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            ' '..='~' => out.push(character),
            // Writing to a String cannot fail.
            _ => {
                let _ = write!(out, "\\x{:02x}", u32::from(character));
            }
        }
    }
    out.push(quote);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Text;
    use crate::syntax::json;

    #[test]
    fn values_are_shown_as_python_shows_them() {
        for (text, shown) in [
            (r#""a'b""#, "a'b"),
            (
                r#"["a'b", "a\"b", "'\"\\\n\u0001", 1, 1e22, 1e999, null, true]"#,
                r#"["a'b", 'a"b', '\'"\\\n\x01', 1, 1e+22, inf, None, True]"#,
            ),
            (r#"{"a": {"b": []}, "a": NaN}"#, "{'a': nan}"),
            ("-0", "0"),
        ] {
            let json = json::parse(&Text::verbatim(text, 0)).unwrap();
            assert_eq!(str_of(json.root()).as_deref(), Some(shown));
        }
        let json = json::parse(&Text::verbatim("[\"\u{e9}\"]", 0)).unwrap();
        assert_eq!(str_of(json.root()), None);
    }
}
