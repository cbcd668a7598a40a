//! What the escapes of a checked string stand for.

use std::ops::Range;

use crate::source::{Span, Text, TextBuilder, ascii};

/// Decodes the inside of a string that was checked, standing at byte `offset` of its file.
pub fn decode(inner: &str, offset: usize) -> Text {
    let mut builder = TextBuilder::at(offset);
    let mut at = 0;
    while let Some(skip) = memchr::memchr(b'\\', &inner.as_bytes()[at..]) {
        builder.push_exact(&inner[at..at + skip], offset + at);
        at += skip;
        let (decoded, length) = escaped_character(&inner[at..]);
        if decoded.is_none() {
            builder.set_lossy();
        }
        let decoded = decoded.unwrap_or('\u{fffd}');
        let source = Span::new(offset + at, offset + at + length);
        builder.push_within(decoded.encode_utf8(&mut [0; 4]), source);
        at += length;
    }
    builder.push_exact(&inner[at..], offset + at);
    builder.finish()
}

/// The value that [`decode`] gives, without its map.
pub fn unescape_plain(inner: &str) -> String {
    let mut value = String::with_capacity(inner.len());
    unescape_onto(inner, &mut value, &mut Vec::new());
    value
}

/// As [`unescape_plain`], added to a text. `bytes` is memory to be used again.
///
/// Eight bytes are copied at a time, and the backslashes among them are taken out of the word: JSON inside of JSON has
/// several in each, and to begin anew behind every one of them takes longer.
pub fn unescape_onto(inner: &str, value: &mut String, bytes: &mut Vec<u8>) {
    let from = inner.as_bytes();
    // No escape is shorter than what it stands for.
    if bytes.len() < from.len() {
        bytes.resize(from.len(), 0);
    }
    let (mut at, mut end) = (0, 0);
    while at < from.len() {
        let eight = from[at..].first_chunk();
        if let (Some(eight), Some(place)) = (eight, bytes[end..].first_chunk_mut()) {
            let (decoded, read, kept) = unescape_eight(*eight);
            *place = decoded;
            at += read;
            end += kept;
            if read == 8 {
                continue;
            }
        }
        match (from[at], from.get(at + 1)) {
            (b'\\', Some(quiet @ (b'"' | b'\\' | b'/'))) => {
                bytes[end] = *quiet;
                at += 2;
                end += 1;
            }
            (b'\\', _) => {
                let (decoded, length) = escaped_character(&inner[at..]);
                let mut utf8 = [0; 4];
                let utf8 = decoded.unwrap_or('\u{fffd}').encode_utf8(&mut utf8);
                bytes[end..end + utf8.len()].copy_from_slice(utf8.as_bytes());
                at += length;
                end += utf8.len();
            }
            (byte, _) => {
                bytes[end] = byte;
                at += 1;
                end += 1;
            }
        }
    }
    // Whole characters were put in.
    value.push_str(std::str::from_utf8(&bytes[..end]).unwrap_or_default());
}

/// Decodes the escapes of quotes, backslashes and slashes among eight bytes: what they become, how many were read, and how
/// many of what they became count. What was not read begins with another escape, or with a backslash at the end.
#[inline]
fn unescape_eight(eight: [u8; 8]) -> ([u8; 8], usize, usize) {
    let mut word = u64::from_le_bytes(eight);
    let mut marks = ascii::exactly(word, b'\\');
    let (mut read, mut kept) = (8, 8);
    while marks != 0 {
        let before = ascii::before_mark(marks);
        let shift = 8 * before;
        let behind = word >> shift >> 8;
        if !matches!(behind.to_le_bytes()[0], b'"' | b'\\' | b'/') {
            read = before + (8 - kept);
            kept = before;
            break;
        }
        let first = u64::MAX << shift;
        word = word & !first | behind << shift;
        // What the backslash stood for is no escape, if it is one itself.
        marks = marks >> 8 & first << 8;
        kept -= 1;
    }
    (word.to_le_bytes(), read, kept)
}

/// Decodes the inside of a checked string. A lone surrogate becomes U+FFFD and makes the result
/// lossy, as Rust text cannot hold it.
pub(super) fn unescape(text: &Text, inner: Range<usize>) -> Text {
    let value = text.expose();
    let mut builder = TextBuilder::at(text.span(inner.start..inner.start).start);
    let mut at = inner.start;
    while at < inner.end {
        let plain = memchr::memchr(b'\\', &value.as_bytes()[at..inner.end])
            .map_or(inner.end, |skip| at + skip);
        builder.push_from(text, at..plain);
        if plain == inner.end {
            break;
        }
        let (decoded, length) = escaped_character(&value[plain..inner.end]);
        if decoded.is_none() {
            builder.set_lossy();
        }
        let decoded = decoded.unwrap_or('\u{fffd}');
        builder.push_replaced(
            text,
            plain..plain + length,
            decoded.encode_utf8(&mut [0; 4]),
        );
        at = plain + length;
    }
    builder.finish()
}

/// The character of the escape at the start of `text`, which was checked, and the escape's length;
/// `None` for a lone surrogate.
fn escaped_character(text: &str) -> (Option<char>, usize) {
    match text.as_bytes().get(1) {
        Some(b'b') => (Some('\u{8}'), 2),
        Some(b'f') => (Some('\u{c}'), 2),
        Some(b'n') => (Some('\n'), 2),
        Some(b'r') => (Some('\r'), 2),
        Some(b't') => (Some('\t'), 2),
        Some(b'u') => unicode_escape(text),
        Some(&other) => (Some(char::from(other)), 2),
        None => (None, text.len()),
    }
}

/// The character of a `\uXXXX` escape (with its second half, where it is a surrogate pair) and the
/// length of what was read; `None` for a lone surrogate.
fn unicode_escape(text: &str) -> (Option<char>, usize) {
    let unit = |at: usize| {
        let escape = text.get(at..at + 6)?;
        let digits = escape.strip_prefix("\\u")?;
        u32::from_str_radix(digits, 16).ok()
    };
    let first = unit(0).unwrap_or(0xD800);
    if (0xD800..0xDC00).contains(&first) {
        if let Some(second @ 0xDC00..0xE000) = unit(6) {
            let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
            return (char::from_u32(code), 12);
        }
        return (None, 6);
    }
    (char::from_u32(first), 6)
}
