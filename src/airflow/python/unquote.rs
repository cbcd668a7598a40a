//! `urllib.parse.unquote(text)` with its defaults: UTF-8, errors replaced.

use crate::source::{Text, TextBuilder};

/// `unquote(text)`. A decoded character points at the percent sequences it came from.
pub fn unquote(text: &Text) -> Text {
    decode(text, false)
}

/// `unquote(text.replace("+", " "))`, as `parse_qsl` reads keys and values.
pub fn unquote_plus(text: &Text) -> Text {
    decode(text, true)
}

fn decode(text: &Text, plus: bool) -> Text {
    let value = text.expose();
    let bytes = value.as_bytes();
    let has = |sign| memchr::memchr(sign, bytes).is_some();
    let changes = has(b'%') || (plus && has(b'+'));
    if !changes {
        return text.clone();
    }
    let mut builder = TextBuilder::at(text.span(0..0).start);
    let mut at = 0;
    let mut plain = 0;
    let mut run = Run::default();
    while at < bytes.len() {
        match bytes[at] {
            b'%' => {
                let Some(byte) = percent_byte(bytes, at) else {
                    at += 1;
                    continue;
                };
                builder.push_from(text, plain..at);
                run.start(at);
                run.bytes.push(byte);
                at += 3;
                // Neighbouring sequences are decoded together.
                while let Some(byte) = percent_byte(bytes, at) {
                    run.bytes.push(byte);
                    at += 3;
                }
                run.flush(text, &mut builder);
                plain = at;
            }
            b'+' if plus => {
                builder.push_from(text, plain..at);
                builder.push_replaced(text, at..at + 1, " ");
                at += 1;
                plain = at;
            }
            _ => at += 1,
        }
    }
    builder.push_from(text, plain..bytes.len());
    builder.finish()
}

/// The byte that `%XX` at `at` stands for.
pub fn percent_byte(bytes: &[u8], at: usize) -> Option<u8> {
    let [b'%', high, low] = *bytes.get(at..at + 3)? else {
        return None;
    };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// Percent sequences in a row, decoded together: `bytes.decode("utf-8", "replace")` writes one
/// U+FFFD for each maximal broken part. Plain characters between them end a sequence, as no ASCII
/// byte can continue one.
#[derive(Default)]
struct Run {
    at: usize,
    bytes: Vec<u8>,
}

impl Run {
    fn start(&mut self, at: usize) {
        self.at = at;
        self.bytes.clear();
    }

    fn flush(&mut self, text: &Text, builder: &mut TextBuilder) {
        let mut at = self.at;
        for chunk in self.bytes.utf8_chunks() {
            for character in chunk.valid().chars() {
                let end = at + 3 * character.len_utf8();
                builder.push_replaced(text, at..end, character.encode_utf8(&mut [0; 4]));
                at = end;
            }
            if !chunk.invalid().is_empty() {
                let end = at + 3 * chunk.invalid().len();
                builder.push_replaced(text, at..end, "\u{fffd}");
                at = end;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn read(text: &str) -> String {
        unquote(&Text::verbatim(text, 0)).expose().to_owned()
    }

    #[test]
    fn sequences_are_decoded_as_python_decodes_them() {
        for (text, decoded) in [
            ("a%20b", "a b"),
            ("%zz%2%", "%zz%2%"),
            ("p%41", "pA"),
            ("%C3%A9", "é"),
            ("%E9", "\u{fffd}"),
            ("%E9%20%E9", "\u{fffd} \u{fffd}"),
            ("%F0%9F%98", "\u{fffd}"),
            ("%ED%A0%80", "\u{fffd}\u{fffd}\u{fffd}"),
            ("%F0%9F%98%80", "😀"),
            ("%C3é%A9", "\u{fffd}é\u{fffd}"),
            ("%%41", "%A"),
            ("%00", "\0"),
            ("a+b", "a+b"),
        ] {
            assert_eq!(read(text), decoded, "{text}");
        }
        let plus = unquote_plus(&Text::verbatim("a+%2B", 0));
        assert_eq!(plus.expose(), "a +");
    }

    #[test]
    fn a_decoded_character_points_at_its_sequences() {
        let text = unquote(&Text::verbatim("x%C3%A9y", 10));
        assert_eq!(text.expose(), "xéy");
        assert_eq!(text.span(1..3), Span::new(11, 17));
        assert_eq!(text.span(3..4), Span::new(17, 18));
    }
}
