//! Base64 with a map: what stands in a Secret of Kubernetes is read as if it stood there in clear text.
//!
//! Four characters stand for three bytes, so a group of them is the smallest piece that is ever pointed at
//! or shown.

use std::ops::Range;

use crate::source::{Text, TextBuilder};

/// The text that `encoded` holds; line breaks and blanks count for nothing. Both alphabets are read: the
/// usual one and that of URLs, with and without `=` at the end.
///
/// `None`: it is no base64, or what it holds is not UTF-8.
pub fn decode(encoded: &Text) -> Option<Text> {
    let mut bytes = Vec::with_capacity(encoded.len() / 4 * 3);
    // By byte: the characters of its group.
    let mut groups: Vec<Range<usize>> = Vec::new();
    let mut group = Group::default();
    let mut padded = false;
    for (at, character) in encoded.expose().char_indices() {
        if matches!(character, '\n' | '\r' | ' ' | '\t') {
            continue;
        }
        if character == '=' {
            padded = true;
            continue;
        }
        let digit = digit(character).filter(|_| !padded)?;
        group.add(digit, at);
        if group.count == 4 {
            group.finish(&mut bytes, &mut groups)?;
            group = Group::default();
        }
    }
    if group.count > 0 {
        group.finish(&mut bytes, &mut groups)?;
    }
    let value = std::str::from_utf8(&bytes).ok()?;
    let mut builder = TextBuilder::at(encoded.source().start);
    let mut from = 0;
    while from < value.len() {
        // Up to where the group ends, or the group that ends a character.
        let mut to = from + 1;
        while to < value.len() && (groups[to] == groups[to - 1] || !value.is_char_boundary(to)) {
            to += 1;
        }
        let characters = groups[from].start..groups[to - 1].end;
        builder.push_replaced(encoded, characters, &value[from..to]);
        from = to;
    }
    Some(builder.finish())
}

/// Up to four characters.
#[derive(Default)]
struct Group {
    bits: u32,
    count: usize,
    characters: Range<usize>,
}

impl Group {
    fn add(&mut self, digit: u32, at: usize) {
        if self.count == 0 {
            self.characters.start = at;
        }
        self.characters.end = at + 1;
        self.bits = self.bits << 6 | digit;
        self.count += 1;
    }

    /// `None`: one character alone is no byte.
    fn finish(&self, bytes: &mut Vec<u8>, groups: &mut Vec<Range<usize>>) -> Option<()> {
        let count = self.count.checked_sub(1).filter(|count| *count > 0)?;
        let bits = self.bits << (6 * (4 - self.count));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..=count]);
        groups.resize(bytes.len(), self.characters.clone());
        Some(())
    }
}

fn digit(character: char) -> Option<u32> {
    let first = |start: char| u32::from(character) - u32::from(start);
    match character {
        'A'..='Z' => Some(first('A')),
        'a'..='z' => Some(first('a') + 26),
        '0'..='9' => Some(first('0') + 52),
        '+' | '-' => Some(62),
        '/' | '_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn decoded(encoded: &str) -> Option<String> {
        decode(&Text::verbatim(encoded, 0)).map(|text| text.expose().to_owned())
    }

    #[test]
    fn both_alphabets_are_read_with_and_without_padding() {
        for (encoded, plain) in [
            ("", ""),
            ("YQ==", "a"),
            ("YQ", "a"),
            ("YWI=", "ab"),
            ("YWJj", "abc"),
            ("YWJj\nZGVm\n", "abcdef"),
            ("w6nDqcOp", "ééé"),
            ("Pz8/Pj4+", "???>>>"),
            ("Pz8_Pj4-", "???>>>"),
        ] {
            assert_eq!(decoded(encoded).as_deref(), Some(plain), "{encoded}");
        }
    }

    #[test]
    fn what_is_no_base64_or_no_text_is_nothing() {
        for encoded in ["Y", "YWJjY", "YW=j", "YW J*", "/w==", "é"] {
            assert_eq!(decoded(encoded), None, "{encoded}");
        }
    }

    #[test]
    fn every_byte_points_at_its_group() {
        let text = decode(&Text::verbatim("YWJjZGVmZw==", 10)).unwrap();
        assert_eq!(text.expose(), "abcdefg");
        assert_eq!(text.span(0..1), Span::new(10, 14));
        assert_eq!(text.span(2..4), Span::new(10, 18));
        assert_eq!(text.span(6..7), Span::new(18, 20));
        assert!(text.own_pieces(0..2).is_empty(), "half of a group");
        assert_eq!(text.own_pieces(0..3), [Span::new(10, 14)]);
    }

    /// A character of four bytes reaches over two groups.
    #[test]
    fn a_character_points_at_all_of_its_groups() {
        let text = decode(&Text::verbatim("YfCfmIBi", 0)).unwrap();
        assert_eq!(text.expose(), "a\u{1f600}b");
        assert_eq!(text.span(1..5), Span::new(0, 8));
    }
}
