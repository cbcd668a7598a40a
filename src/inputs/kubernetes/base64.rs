//! Base64 as Go's `encoding/json` reads it, with the place of each group: a decoder that only gives bytes
//! could not say where a character stands.

use crate::source::{Text, TextBuilder};

/// The text that `encoded` stands for, each group of four characters for its three bytes (of a character that
/// two groups share, for both). `None` where it is no base64 (`StdEncoding` skips line breaks and wants its
/// padding) or no text.
pub(super) fn decode(encoded: &Text) -> Option<Text> {
    let mut out = TextBuilder::at(encoded.source().start);
    let mut group = Group::default();
    // Bytes of a character that the group does not end, and where they began.
    let mut bytes: Vec<u8> = Vec::with_capacity(6);
    let mut from = None;
    for (at, byte) in encoded.expose().bytes().enumerate() {
        if matches!(byte, b'\r' | b'\n') {
            continue;
        }
        if group.padded_whole {
            return None;
        }
        if group.length == 0 {
            from.get_or_insert(at);
        }
        group.push(byte)?;
        if group.length < 4 {
            continue;
        }
        bytes.extend_from_slice(group.bytes());
        group.padded_whole = group.padding > 0;
        group.length = 0;
        let whole = match std::str::from_utf8(&bytes) {
            Ok(_) => bytes.len(),
            Err(error) if error.error_len().is_none() && !group.padded_whole => error.valid_up_to(),
            Err(_) => return None,
        };
        if whole < bytes.len() {
            // What is whole waits too: it shares the group.
            continue;
        }
        let text = std::str::from_utf8(&bytes).ok()?;
        out.push_replaced(encoded, from.take()?..at + 1, text);
        bytes.clear();
    }
    (group.length == 0 && bytes.is_empty()).then(|| out.finish())
}

#[derive(Default)]
struct Group {
    bits: u32,
    length: usize,
    padding: usize,
    decoded: [u8; 3],
    padded_whole: bool,
}

impl Group {
    fn push(&mut self, byte: u8) -> Option<()> {
        if self.length == 0 {
            (self.bits, self.padding) = (0, 0);
        }
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' if self.length >= 2 => {
                self.padding += 1;
                0
            }
            _ => return None,
        };
        if byte != b'=' && self.padding > 0 {
            return None;
        }
        self.bits = self.bits << 6 | u32::from(six);
        self.length += 1;
        Some(())
    }

    fn bytes(&mut self) -> &[u8] {
        self.decoded.copy_from_slice(&self.bits.to_be_bytes()[1..]);
        &self.decoded[..3 - self.padding]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn text(encoded: &str) -> Option<Text> {
        decode(&Text::verbatim(encoded, 100))
    }

    #[test]
    fn each_group_stands_for_its_bytes() {
        let decoded = text("aGVsbG8sIHdvcmxk").unwrap();
        assert_eq!(decoded.expose(), "hello, world");
        assert_eq!(decoded.span(0..3), Span::new(100, 104));
        assert_eq!(decoded.span(4..5), Span::new(104, 108));
        assert_eq!(decoded.own_pieces(1..6), [Span::new(104, 108)]);
        // A character in two groups belongs to both.
        let decoded = text("YWLDpGM=").unwrap();
        assert_eq!(decoded.expose(), "abäc");
        assert_eq!(decoded.span(2..4), Span::new(100, 108));
    }

    #[test]
    fn what_go_refuses_is_no_text() {
        assert_eq!(text("").unwrap().expose(), "");
        assert_eq!(text("aGk=\n").unwrap().expose(), "hi");
        assert_eq!(text("aG\nk=").unwrap().expose(), "hi");
        for wrong in [
            "aGk",
            "aGk=aGk=",
            "a-k=",
            "aG k",
            "/w==",
            "a===",
            "=aaa",
            "aGk==",
            "plain text",
        ] {
            assert!(text(wrong).is_none(), "{wrong}");
        }
    }
}
