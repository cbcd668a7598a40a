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
    any_string(bytes, start, plain_blocks(bytes, start + 1))
}

/// As [`string`], from `at` on: what stands before is plain.
fn any_string(bytes: &[u8], start: usize, mut at: usize) -> Result<(usize, bool), Error> {
    let mut escaped = false;
    loop {
        let (end, has_escapes) = quiet_words(bytes, at);
        escaped |= has_escapes;
        let rest = bytes.get(end..).unwrap_or_default();
        at = end + ascii::before_mark(marks(eight(rest)));
        match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'"'), _) => return Ok((at + 1, escaped)),
            (Some(b'\\'), next) => {
                escaped = true;
                at = match next {
                    Some(b'"' | b'\\') => at + 2,
                    // Lines of a key or a certificate.
                    _ => plain_blocks(bytes, escape(bytes, start, at)?),
                };
            }
            (Some(_), _) => {
                return Err(Error {
                    kind: ErrorKind::InvalidControlCharacter,
                    at,
                });
            }
            (None, _) => {
                return Err(Error {
                    kind: ErrorKind::UnterminatedString,
                    at: start,
                });
            }
        }
    }
}

/// Where the words from `at` on end that hold nothing but plain characters and escaped quotes and backslashes, and
/// whether they hold any of these.
///
/// This is where most of an export is read. JSON inside of JSON has several such escapes in each word: all of a word are
/// looked at at once, since to begin anew behind each takes longer.
fn quiet_words(bytes: &[u8], mut at: usize) -> (usize, bool) {
    let (mut any, mut open) = (0, 0);
    while let Some(word) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        let word = u64::from_le_bytes(*word);
        let (quotes, all) = (ascii::exactly(word, b'"'), ascii::exactly(word, b'\\'));
        // Those that escape what is behind them: a backslash that is itself escaped does not.
        let mut backslashes = all;
        let mut escaped = backslashes << 8 | open;
        while escaped & backslashes != 0 {
            let both = escaped & backslashes;
            backslashes ^= both & both.wrapping_neg();
            escaped = backslashes << 8 | open;
        }
        let is_quiet = quotes & !escaped | escaped & !(quotes | all) == 0;
        if !is_quiet || ascii::below(word, 0x20) != 0 {
            break;
        }
        any |= all;
        // The next word has what the last one stands before.
        open = backslashes >> 56;
        at += 8;
    }
    (at - usize::from(open != 0), any != 0)
}

/// The first eight bytes; where there are fewer, with zeros behind them.
#[inline]
fn eight(bytes: &[u8]) -> u64 {
    if let Some(eight) = bytes.first_chunk() {
        return u64::from_le_bytes(*eight);
    }
    let mut eight = [0; 8];
    eight[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(eight)
}

/// Marks the quotes, backslashes and control characters of a word, and it may mark others above the first.
#[inline]
const fn marks(word: u64) -> u64 {
    ascii::equal(word, b'"') | ascii::equal(word, b'\\') | ascii::below(word, 0x20)
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
#[inline(never)]
pub(super) fn escape(bytes: &[u8], start: usize, stop: usize) -> Result<usize, Error> {
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
