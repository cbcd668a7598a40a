//! What is wrong with a text of which a part is not known before Airflow runs, whatever stands there.

use std::ops::Range;

use super::{Error, ErrorKind, parse};
use crate::source::Text;

/// The mistake of `text`, whose parts that are not known are strings or parts of strings that end nothing. `None` where
/// they could be more than that, and where what is known may be absent (a template).
///
/// The reader goes from left to right: of what stands before the mistake it has seen all, and nothing behind it can mend it.
pub fn certain_error(text: &Text) -> Option<Error> {
    const TEMPLATE: [&str; 2] = ["{{", "{%"];
    let holes = text.unknown_ranges();
    let value = text.expose();
    if holes.is_empty() || TEMPLATE.iter().any(|mark| value.contains(mark)) {
        return None;
    }
    // Each part as long as it was: the places stay what they are.
    let mut filled = String::with_capacity(value.len());
    for hole in &holes {
        filled.push_str(&value[filled.len()..hole.start]);
        let raw = &value[hole.clone()];
        // `jsonencode` puts quotes around what it does not know.
        if raw.len() > 1 && raw.starts_with('"') && raw.ends_with('"') {
            let inner = "a".repeat(raw.len() - 2);
            filled.extend(["\"", &inner, "\""]);
        } else {
            filled.push_str(&"a".repeat(raw.len()));
        }
    }
    filled.push_str(&value[filled.len()..]);
    let error = parse(&Text::verbatim(&filled, 0)).err()?;
    // Where a string begins that does not end, the end may stand in what is not known.
    let depends = error.kind == ErrorKind::UnterminatedString;
    let place = place(&error, &filled);
    let is_in_a_hole = holes
        .iter()
        .any(|hole| hole.start <= place.end && place.start <= hole.end);
    (!depends && !is_in_a_hole).then_some(error)
}

/// What must be known for the error to be one: an escape has its end in what follows, and begins with a backslash before
/// which none stands that escapes it.
fn place(error: &Error, filled: &str) -> Range<usize> {
    // A `u` with four digits, and one more character that the C scanner wants.
    const UNICODE: usize = "u0000".len();
    let end = match error.kind {
        ErrorKind::InvalidEscape => error.at + 1,
        ErrorKind::InvalidUnicodeEscape => error.at + UNICODE,
        _ => return error.at..error.at,
    };
    let before = filled[..error.at].trim_end_matches('\\');
    before.len()..end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::TextBuilder;

    /// `$` and the letters behind it are not known.
    fn certain(value: &str) -> Option<(ErrorKind, usize)> {
        let whole = Text::verbatim(value, 0);
        let mut text = TextBuilder::at(0);
        let mut from = 0;
        for (at, _) in value.match_indices('$') {
            let letters = value[at + 1..]
                .bytes()
                .take_while(u8::is_ascii_alphanumeric);
            let end = at + 1 + letters.count();
            text.push_from(&whole, from..at);
            text.push_unknown(&whole, at..end);
            from = end;
        }
        text.push_from(&whole, from..value.len());
        certain_error(&text.finish()).map(|error| (error.kind, error.at))
    }

    #[test]
    fn what_no_value_mends_is_certain() {
        assert_eq!(
            certain("{\"a\": \"$x\",}"),
            Some((ErrorKind::ExpectingPropertyName, 11))
        );
        assert_eq!(
            certain("{'a': '$x'}"),
            Some((ErrorKind::ExpectingPropertyName, 1))
        );
        assert_eq!(
            certain("{\"a\": \"/$x/b\" \"c\": $y}"),
            Some((ErrorKind::ExpectingComma, 14))
        );
        assert_eq!(
            certain("{\"a\": \"\\q/$x\"}"),
            Some((ErrorKind::InvalidEscape, 7))
        );
        assert_eq!(
            certain("{\"a\": \"$x/\\uq\"}"),
            Some((ErrorKind::InvalidUnicodeEscape, 11))
        );
    }

    #[test]
    fn what_a_value_may_mend_is_not() {
        for value in [
            "$x",
            "{\"a\": \"$x\"}",
            "{\"a\": $x}",
            "{\"a\": \"b\" $x}",
            "{$x}",
            "{\"a\": $x,}",
            "{\"a\": 1, $x",
            "{\"a\": \"$x}",
            "{\"a\": \"b\", \"c\": \"{{ d }}$x\",}",
            "{\"a\": 1,}",
            // The escape ends, or began, in what is not known.
            "{\"a\": \"\\$x\"}",
            "{\"a\": \"\\u$x\"}",
            "{\"a\": \"\\u00$x\"}",
            "{\"a\": \"$x\\q\"}",
            "{\"a\": \"$x\\uq\"}",
            "{\"a\": \"$x\\\\\\q\"}",
        ] {
            assert_eq!(certain(value), None, "{value}");
        }
    }
}
