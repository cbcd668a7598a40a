//! The tokens of JSON as Python's scanner takes them, over plain bytes. Shared by the tree and the
//! stream, so that both complain at the same byte.

use super::{Error, ErrorKind, Kind};
use crate::source::ascii;

/// The first byte from `at` on that is not a blank of JSON.
#[inline]
pub(super) fn skip_blank(bytes: &[u8], mut at: usize) -> usize {
    loop {
        match bytes.get(at) {
            // Indented text has many of them in a row.
            Some(b' ') => {
                let eight = bytes[at..].first_chunk::<8>();
                let is_indent = eight.is_some_and(|eight| *eight == [b' '; 8]);
                at += if is_indent { 8 } else { 1 };
            }
            Some(b'\n' | b'\t' | b'\r') => at += 1,
            _ => return at,
        }
    }
}

/// `true`, `null`, `NaN`, a number, …: its type and end.
pub(super) fn word(bytes: &[u8], at: usize) -> Result<(Kind, usize), Error> {
    let rest = bytes.get(at..).unwrap_or_default();
    let word = |word: &str| rest.starts_with(word.as_bytes());
    let (kind, length) = match rest.first() {
        Some(b't') if word("true") => (Kind::True, 4),
        Some(b'f') if word("false") => (Kind::False, 5),
        Some(b'n') if word("null") => (Kind::Null, 4),
        Some(b'N') if word("NaN") => (Kind::NaN, 3),
        Some(b'I') if word("Infinity") => (Kind::Infinity, 8),
        Some(b'-') if word("-Infinity") => (Kind::NegInfinity, 9),
        _ => number(rest).ok_or(Error {
            kind: ErrorKind::ExpectingValue,
            at,
        })?,
    };
    Ok((kind, at + length))
}

/// The string whose opening quote stands at `start` (`scanstring_unicode` of CPython): where it
/// ends, after its closing quote, and whether it holds a backslash.
#[inline]
pub(super) fn string(bytes: &[u8], start: usize) -> Result<(usize, bool), Error> {
    // Most strings are short, and hold none.
    let mut at = start + 1;
    if let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<16>()) {
        let stop = plain_bytes(*chunk);
        at += stop;
        if stop < 16 {
            if bytes.get(at) == Some(&b'"') {
                return Ok((at + 1, false));
            }
            return any_string(bytes, start, at);
        }
    }
    any_string(bytes, start, plain_blocks(bytes, at))
}

/// As [`string`], whatever it holds, from `at` on: what stands before is plain.
fn any_string(bytes: &[u8], start: usize, mut at: usize) -> Result<(usize, bool), Error> {
    let mut escaped = false;
    loop {
        at = plain(bytes, at);
        match bytes.get(at) {
            Some(b'"') => return Ok((at + 1, escaped)),
            Some(b'\\') => {
                escaped = true;
                // JSON inside of JSON has many of these.
                at = match bytes.get(at + 1) {
                    Some(b'"' | b'\\') => at + 2,
                    _ => escape(bytes, start, at)?,
                };
            }
            Some(_) => {
                return Err(Error {
                    kind: ErrorKind::InvalidControlCharacter,
                    at,
                });
            }
            None => {
                return Err(Error {
                    kind: ErrorKind::UnterminatedString,
                    at: start,
                });
            }
        }
    }
}

/// Number of plain characters before the first quote, backslash or control character.
#[inline]
fn plain_bytes(sixteen: [u8; 16]) -> usize {
    ascii::before_marked(sixteen, |word| {
        ascii::equal(word, b'"') | ascii::equal(word, b'\\') | ascii::below(word, 0x20)
    })
}

/// The first byte from `at` on that ends a run of plain characters: a quote, a backslash, a control
/// character, or the end. This is where most of an export is read: sixteen bytes at a time, which few runs reach beyond
/// where there are escapes, and then as many as the machine compares at once.
#[inline]
fn plain(bytes: &[u8], mut at: usize) -> usize {
    let first = at;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<16>()) {
        let stop = plain_bytes(*chunk);
        at += stop;
        if stop < 16 {
            return at;
        }
        if at == first + 16 {
            at = plain_blocks(bytes, at);
        }
    }
    while let Some(&byte) = bytes.get(at) {
        if !is_plain(byte) {
            break;
        }
        at += 1;
    }
    at
}

/// The end of the blocks from `at` on that hold plain characters only.
#[inline]
fn plain_blocks(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let (blocks, _) = rest.as_chunks::<32>();
    let blocks = blocks
        .iter()
        .take_while(|block| ascii::all(*block, is_plain));
    at + 32 * blocks.count()
}

#[expect(
    clippy::needless_bitwise_bool,
    reason = "without a branch many bytes are asked at once"
)]
#[inline]
const fn is_plain(byte: u8) -> bool {
    (byte != b'"') & (byte != b'\\') & (byte >= 0x20)
}

/// Checks the escape at `stop` and returns where it ends.
fn escape(bytes: &[u8], start: usize, stop: usize) -> Result<usize, Error> {
    let Some(&letter) = bytes.get(stop + 1) else {
        return Err(Error {
            kind: ErrorKind::UnterminatedString,
            at: start,
        });
    };
    match letter {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(stop + 2),
        b'u' => {
            // The C scanner wants one more character behind the digits before it looks at them.
            let digits = match bytes.get(stop + 2..stop + 7) {
                Some(more) => &more[..4],
                None => &[],
            };
            if digits.len() == 4 && digits.iter().all(u8::is_ascii_hexdigit) {
                Ok(stop + 6)
            } else {
                Err(Error {
                    kind: ErrorKind::InvalidUnicodeEscape,
                    at: stop + 1,
                })
            }
        }
        _ => Err(Error {
            kind: ErrorKind::InvalidEscape,
            at: stop,
        }),
    }
}

/// The number at the start of `bytes` as Python's scanner takes it: what follows is not its
/// business (`0123` is 0 and then extra data).
fn number(bytes: &[u8]) -> Option<(Kind, usize)> {
    let digits = |from: usize| {
        bytes[from..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count()
    };
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    match bytes.get(at) {
        Some(b'0') => at += 1,
        Some(b'1'..=b'9') => at += digits(at),
        _ => return None,
    }
    let mut kind = Kind::Integer;
    if bytes.get(at) == Some(&b'.') && digits(at + 1) > 0 {
        at += 1 + digits(at + 1);
        kind = Kind::Float;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let count = digits((at + 1 + sign).min(bytes.len()));
        if count > 0 {
            at += 1 + sign + count;
            kind = Kind::Float;
        }
    }
    Some((kind, at))
}
