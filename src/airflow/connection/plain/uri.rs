//! Connections as URIs: read from left to right, each character once.

use memchr::memchr_iter;

use super::extra::{self, Takes};
use super::{Advice, Seen, escaped, is_of_key, is_port, yes};
use crate::source::ascii;

/// Characters that hosts and keys are made of.
const KEY: u8 = 1;
/// Other characters that may stand in any other part without a meaning of their own there.
const QUIET: u8 = 2;
/// `+` and `=`.
const SIGN: u8 = 4;
/// `/`
const SLASH: u8 = 8;
/// `:`
const COLON: u8 = 16;
/// `%`, where an escape is needed.
const ESCAPE: u8 = 32;

/// What each byte is.
const SORTS: [u8; 256] = {
    let mut sorts = [0; 256];
    let mut byte = 0u8;
    while byte < 128 {
        sorts[byte as usize] = match byte {
            _ if is_of_key(byte) => KEY,
            b'~' | b'!' | b'*' | b',' => QUIET,
            b'+' | b'=' => SIGN,
            b'/' => SLASH,
            b':' => COLON,
            b'%' => ESCAPE,
            _ => 0,
        };
        byte += 1;
    }
    sorts
};

/// What is left of a URI.
struct Rest<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Rest<'b> {
    /// As many characters of these sorts as follow.
    fn part(&mut self, sorts: u8) -> &'b [u8] {
        let start = self.at;
        loop {
            let rest = &self.bytes[self.at..];
            let is_one = |byte: &&u8| SORTS[usize::from(**byte)] & sorts & !ESCAPE != 0;
            let length = rest.iter().take_while(is_one).count();
            self.at += length;
            if sorts & ESCAPE == 0 || !is_needed_escape(&rest[length..]) {
                return &self.bytes[start..self.at];
            }
            self.at += 3;
        }
    }

    /// Steps over `byte`, if it is next.
    fn takes(&mut self, byte: u8) -> bool {
        let is_next = self.bytes.get(self.at) == Some(&byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }
}

/// `scheme://login:password@host:port/path?key=value&key=value`, every part but the scheme
/// optional, without any other character that divides.
pub(super) fn plain_uri(bytes: &[u8]) -> Option<Advice> {
    let mut rest = Rest { bytes, at: 0 };
    let scheme = rest.part(KEY);
    yes(rest.takes(b':') && rest.takes(b'/') && rest.takes(b'/'))?;
    let (takes, advice) = extra::of_scheme(scheme)?;
    authority(&mut rest)?;
    let path = rest.part(KEY | QUIET | SLASH | ESCAPE);
    // What the authority left is no path.
    yes(path.is_empty() || path[0] == b'/')?;
    yes(takes.schema(path.strip_prefix(b"/").unwrap_or(path)))?;
    if rest.takes(b'?') {
        return Some(advice.and(plain_query(&mut rest, takes)?));
    }
    rest.is_at_end().then_some(advice)
}

fn authority(rest: &mut Rest<'_>) -> Option<()> {
    const USER: u8 = KEY | QUIET | SIGN | ESCAPE;
    // Login and password, or host and port: what follows tells.
    let login = rest.part(USER);
    let password = rest.takes(b':').then(|| rest.part(USER));
    let port = if rest.takes(b'@') {
        rest.part(KEY);
        rest.takes(b':').then(|| rest.part(KEY))
    } else {
        yes(ascii::all(login, is_of_key))?;
        password
    };
    yes(port.is_none_or(is_port))
}

/// Pairs that become the extra; `__extra__` is an extra by itself.
fn plain_query(rest: &mut Rest<'_>, takes: &Takes) -> Option<Advice> {
    let mut seen = Seen::default();
    let mut advice = Advice::NONE;
    loop {
        let key = rest.part(KEY);
        yes(rest.takes(b'=') && !key.starts_with(b"__") && seen.is_new(key))?;
        let value = rest.part(KEY | QUIET | SLASH | COLON | ESCAPE);
        // A second `://` cuts the text there.
        let mut slashes = memchr_iter(b'/', value);
        let is_double = |at| value.get(at + 1) == Some(&b'/');
        yes(!value.is_empty() && !slashes.any(is_double))?;
        let more = match decoded(value) {
            Decoded::Text => takes.text(key, value)?,
            Decoded::Same => takes.text_of_json(key, value)?.and(Advice::DECODED),
            Decoded::Other => return None,
        };
        advice = advice.and(more);
        if !rest.takes(b'&') {
            return rest.is_at_end().then_some(advice);
        }
    }
}

/// `%40`: an escape of a visible ASCII character that has a meaning in URIs, and of a `%` only where
/// it is not an escape once more.
fn is_needed_escape(rest: &[u8]) -> bool {
    let Some(byte) = escaped(rest) else {
        return false;
    };
    let unreserved = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    byte.is_ascii_graphic()
        && !unreserved
        && (byte != b'%'
            || !rest
                .get(3..5)
                .is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit)))
}

/// What servers make of a value of a query since 3.1.6.
enum Decoded {
    /// The text.
    Text,
    /// A number or a boolean that is written in the same way.
    Same,
    /// Something else, or that is not told here.
    Other,
}

fn decoded(value: &[u8]) -> Decoded {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    let number = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'e' | b'E');
    match value[0] {
        b'1'..=b'9' if value.len() <= 15 && value.iter().all(u8::is_ascii_digit) => Decoded::Same,
        b'0'..=b'9' | b'-' if digits.iter().all(number) => Decoded::Other,
        b't' if value == b"true" => Decoded::Same,
        b'n' | b'N' | b'I' | b'f'
            if [&b"null"[..], b"NaN", b"Infinity", b"false"].contains(&value) =>
        {
            Decoded::Other
        }
        b'%' => Decoded::Other,
        _ => Decoded::Text,
    }
}
