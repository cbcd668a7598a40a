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
/// Sixteen bytes are copied at a time, of which those count that stand before a backslash: where there is one escape, as
/// in JSON inside of JSON, the next is near.
pub fn unescape_onto(inner: &str, value: &mut String, bytes: &mut Vec<u8>) {
    let from = inner.as_bytes();
    // No escape is shorter than what it stands for.
    bytes.clear();
    bytes.resize(from.len(), 0);
    let (mut at, mut end) = (0, 0);
    while at < from.len() {
        let chunk = from[at..].first_chunk::<16>();
        if let (Some(chunk), Some(place)) = (chunk, bytes[end..].first_chunk_mut::<16>()) {
            *place = *chunk;
            let plain = ascii::before_marked(*chunk, |word| ascii::equal(word, b'\\'));
            at += plain;
            end += plain;
            if plain == 16 {
                continue;
            }
        }
        let byte = match (from[at], from.get(at + 1)) {
            (b'\\', Some(quiet @ (b'"' | b'\\' | b'/'))) => {
                at += 1;
                *quiet
            }
            (b'\\', _) => {
                let (decoded, length) = escaped_character(&inner[at..]);
                let mut utf8 = [0; 4];
                let utf8 = decoded.unwrap_or('\u{fffd}').encode_utf8(&mut utf8);
                bytes[end..end + utf8.len()].copy_from_slice(utf8.as_bytes());
                at += length;
                end += utf8.len();
                continue;
            }
            (byte, _) => byte,
        };
        bytes[end] = byte;
        at += 1;
        end += 1;
    }
    // Whole characters were put in.
    value.push_str(std::str::from_utf8(&bytes[..end]).unwrap_or_default());
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
