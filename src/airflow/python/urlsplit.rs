//! `urllib.parse.urlsplit(url)` and the parts of its `netloc`, for Python 3.8 to 3.13.
//!
//! Modelled on 3.8.18, 3.9.18, 3.10.13, 3.11.7, 3.12.1 and 3.13.0. Later patch releases also
//! refuse brackets that do not begin the host; Airflow's images of the same age have them.

use super::int;
use crate::airflow::Python;
use crate::source::{Text, TextBuilder};

const PYTHON_3_9: Python = Python { major: 3, minor: 9 };
const PYTHON_3_10: Python = Python {
    major: 3,
    minor: 10,
};
const PYTHON_3_11: Python = Python {
    major: 3,
    minor: 11,
};

/// `SplitResult`.
#[derive(Clone, Debug)]
pub struct Split {
    /// Scheme as written; Python lower-cases it. `None` for "".
    pub scheme: Option<Text>,
    /// What follows `//`; `None` where there is no `//` (Python: "").
    pub netloc: Option<Text>,
    /// Path.
    pub path: Text,
    /// Text after the first `?`; `None` where there is none (Python: "").
    pub query: Option<Text>,
    /// Text after the first `#`; `None` where there is none (Python: "").
    pub fragment: Option<Text>,
}

/// Why `urlsplit` raises `ValueError`, and the text at fault.
#[derive(Clone, Debug)]
pub enum Error {
    /// "Invalid IPv6 URL", or the text in brackets is no address.
    Brackets(Text),
    /// "contains invalid characters under NFKC normalization".
    Nfkc(Text),
}

/// True for the characters of `scheme_chars`.
pub const fn is_scheme_char(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

/// `urlsplit(url)`.
pub fn urlsplit(url: &Text, python: Python) -> Result<Split, Error> {
    let url = remove_unsafe(&url.slice(leading_control(url.expose())..url.len()));
    let value = url.expose();
    let bytes = value.as_bytes();
    let mut at = 0;
    let scheme = scheme_end(bytes, python).map(|end| {
        at = end + 1;
        url.slice(0..end)
    });
    let mut netloc = None;
    if bytes[at..].starts_with(b"//") {
        let start = at + 2;
        at = memchr::memchr3(b'/', b'?', b'#', &bytes[start..])
            .map_or(bytes.len(), |skip| start + skip);
        let authority = url.slice(start..at);
        check_brackets(&authority, python)?;
        netloc = Some(authority);
    }
    let mut end = bytes.len();
    let fragment = memchr::memchr(b'#', &bytes[at..]).map(|skip| {
        let hash = at + skip;
        end = hash;
        url.slice(hash + 1..bytes.len())
    });
    let query = memchr::memchr(b'?', &bytes[at..end]).map(|skip| {
        let mark = at + skip;
        let query = url.slice(mark + 1..end);
        end = mark;
        query
    });
    if let Some(netloc) = &netloc {
        check_nfkc(netloc)?;
    }
    Ok(Split {
        scheme,
        netloc,
        path: url.slice(at..end),
        query,
        fragment,
    })
}

/// `url.lstrip(_WHATWG_C0_CONTROL_OR_SPACE)`.
fn leading_control(value: &str) -> usize {
    value.bytes().take_while(|&byte| byte <= 0x20).count()
}

/// TAB, CR and LF are deleted (`_UNSAFE_URL_BYTES_TO_REMOVE`).
fn remove_unsafe(url: &Text) -> Text {
    let bytes = url.expose().as_bytes();
    let Some(first) = memchr::memchr3(b'\t', b'\r', b'\n', bytes) else {
        return url.clone();
    };
    let mut builder = TextBuilder::at(url.span(0..0).start);
    let mut kept = 0;
    for at in std::iter::once(first).chain(
        memchr::memchr3_iter(b'\t', b'\r', b'\n', &bytes[first + 1..]).map(|s| first + 1 + s),
    ) {
        builder.push_from(url, kept..at);
        kept = at + 1;
    }
    builder.push_from(url, kept..bytes.len());
    builder.finish()
}

/// Where the scheme ends (its colon), if the text has one.
fn scheme_end(bytes: &[u8], python: Python) -> Option<usize> {
    let colon = memchr::memchr(b':', bytes).filter(|&colon| colon > 0)?;
    if python >= PYTHON_3_11 && !bytes[0].is_ascii_alphabetic() {
        return None;
    }
    if !bytes[..colon].iter().all(|&byte| is_scheme_char(byte)) {
        return None;
    }
    // 3.8: `host:5432` is a path, except after `http`, which has a path of its own through the code.
    let rest = &bytes[colon + 1..];
    let is_port = !rest.is_empty() && rest.iter().all(u8::is_ascii_digit);
    if python < PYTHON_3_9 && is_port && &bytes[..colon] != b"http" {
        return None;
    }
    Some(colon)
}

fn check_brackets(netloc: &Text, python: Python) -> Result<(), Error> {
    let value = netloc.expose();
    let open = memchr::memchr(b'[', value.as_bytes());
    let close = memchr::memchr(b']', value.as_bytes());
    match (open, close) {
        (None, None) => Ok(()),
        (Some(at), None) | (None, Some(at)) => Err(Error::Brackets(netloc.slice(at..at + 1))),
        (Some(open), Some(_)) => {
            let inner = open + 1;
            let end = memchr::memchr(b']', &value.as_bytes()[inner..])
                .map_or(value.len(), |skip| inner + skip);
            if python < PYTHON_3_11 || is_bracketed_host(&value[inner..end]) {
                return Ok(());
            }
            Err(Error::Brackets(
                netloc.slice(open..(end + 1).min(value.len())),
            ))
        }
    }
}

/// `_check_bracketed_host(hostname)`: an `IPvFuture` address, or what `ipaddress.ip_address` takes
/// as IPv6.
fn is_bracketed_host(host: &str) -> bool {
    if let Some(future) = host.strip_prefix('v') {
        let Some((version, rest)) = future.split_once('.') else {
            return false;
        };
        return !version.is_empty()
            && version.bytes().all(|byte| byte.is_ascii_hexdigit())
            && !rest.is_empty()
            && !rest.contains('\n');
    }
    is_ipv6(host)
}

/// `ipaddress.IPv6Address(text)` (`_split_scope_id` and `_ip_int_from_string`).
fn is_ipv6(text: &str) -> bool {
    let address = match text.split_once('%') {
        Some((address, scope)) if !scope.is_empty() && !scope.contains('%') => address,
        Some(_) => return false,
        None => text,
    };
    let mut parts: Vec<&str> = address.split(':').take(11).collect();
    if parts.len() < 3 {
        return false;
    }
    if let Some(last) = parts.last().copied().filter(|last| last.contains('.')) {
        if !is_ipv4(last) {
            return false;
        }
        parts.pop();
        parts.extend(["0", "0"]);
    }
    if parts.len() > 9 {
        return false;
    }
    let last = parts.len() - 1;
    let mut skip = None;
    for (index, part) in parts.iter().enumerate().take(last).skip(1) {
        if part.is_empty() {
            if skip.is_some() {
                return false;
            }
            skip = Some(index);
        }
    }
    let (mut high, mut low) = (parts.len(), 0);
    if let Some(skip) = skip {
        high = skip;
        low = last - skip;
        if parts[0].is_empty() {
            high -= 1;
            if high > 0 {
                return false;
            }
        }
        if parts[last].is_empty() {
            low -= 1;
            if low > 0 {
                return false;
            }
        }
        if high + low > 7 {
            return false;
        }
    } else if parts.len() != 8 || parts[0].is_empty() || parts[last].is_empty() {
        return false;
    }
    let hextet = |part: &&str| {
        (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    parts[..high].iter().all(hextet) && parts[parts.len() - low..].iter().all(hextet)
}

/// `ipaddress.IPv4Address(text)`.
fn is_ipv4(text: &str) -> bool {
    let mut count = 0;
    let all = text.split('.').all(|octet| {
        count += 1;
        (1..=3).contains(&octet.len())
            && octet.bytes().all(|byte| byte.is_ascii_digit())
            && (octet == "0" || !octet.starts_with('0'))
            && octet.parse::<u16>().is_ok_and(|number| number < 256)
    });
    all && count == 4
}

/// `_checknetloc(netloc)`.
fn check_nfkc(netloc: &Text) -> Result<(), Error> {
    use unicode_normalization::UnicodeNormalization as _;
    let value = netloc.expose();
    if value.is_ascii() {
        return Ok(());
    }
    let kept: String = value
        .chars()
        .filter(|character| !matches!(character, '@' | ':' | '#' | '?'))
        .collect();
    let normal: String = kept.nfkc().collect();
    let delimiter = |character: char| matches!(character, '/' | '?' | '#' | '@' | ':');
    if kept == normal || !normal.contains(delimiter) {
        return Ok(());
    }
    let culprit = value
        .char_indices()
        .find(|&(_, character)| !character.is_ascii() && character.nfkc().any(delimiter))
        .map_or(0..value.len(), |(at, character)| {
            at..at + character.len_utf8()
        });
    Err(Error::Nfkc(netloc.slice(culprit)))
}

/// `_userinfo`: user name and password. The last `@` and the first `:` divide.
pub fn userinfo(netloc: &Text) -> (Option<Text>, Option<Text>) {
    let bytes = netloc.expose().as_bytes();
    let Some(at) = memchr::memrchr(b'@', bytes) else {
        return (None, None);
    };
    match memchr::memchr(b':', &bytes[..at]) {
        Some(colon) => (
            Some(netloc.slice(0..colon)),
            Some(netloc.slice(colon + 1..at)),
        ),
        None => (Some(netloc.slice(0..at)), None),
    }
}

/// `_hostinfo`: host without brackets, and the port where it is not empty.
pub fn hostinfo(netloc: &Text) -> (Text, Option<Text>) {
    let bytes = netloc.expose().as_bytes();
    let start = memchr::memrchr(b'@', bytes).map_or(0, |at| at + 1);
    let find = |byte: u8, from: usize| memchr::memchr(byte, &bytes[from..]).map(|skip| from + skip);
    let end = bytes.len();
    let (host, after) = if let Some(open) = find(b'[', start) {
        let close = find(b']', open + 1).unwrap_or(end);
        let after = (close + 1).min(end);
        (open + 1..close, find(b':', after))
    } else {
        let colon = find(b':', start);
        (start..colon.unwrap_or(end), colon)
    };
    let port = after
        .map(|colon| netloc.slice(colon + 1..end))
        .filter(|port| !port.is_empty());
    (netloc.slice(host), port)
}

/// `hostname`: lower case, except an IPv6 zone; `None` for "".
pub fn hostname(host: &Text) -> Option<Text> {
    if host.is_empty() {
        return None;
    }
    let value = host.expose();
    let end = memchr::memchr(b'%', value.as_bytes()).unwrap_or(value.len());
    let name = &value[..end];
    if name.is_ascii() {
        if !name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Some(host.clone());
        }
    } else if name.chars().all(|c| c.to_lowercase().eq([c])) {
        return Some(host.clone());
    }
    // `str.lower()` looks around a capital sigma only, and both small sigmas are two bytes long.
    let lower = name.to_lowercase();
    let mut builder = TextBuilder::at(host.span(0..0).start);
    let mut from = 0;
    for (at, character) in name.char_indices() {
        let length: usize = character.to_lowercase().map(char::len_utf8).sum();
        let small = lower.get(from..from + length).unwrap_or_default();
        let range = at..at + character.len_utf8();
        if small == &name[range.clone()] {
            builder.push_from(host, range);
        } else {
            builder.push_replaced(host, range, small);
        }
        from += length;
    }
    builder.push_from(host, end..value.len());
    Some(builder.finish())
}

/// Why `.port` raises `ValueError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortError {
    /// "Port could not be cast to integer value".
    NotANumber,
    /// "Port out of range 0-65535".
    OutOfRange,
}

/// `.port` of a port text that is not empty.
pub fn port(text: &str, python: Python) -> Result<u16, PortError> {
    if python >= PYTHON_3_10 && !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(PortError::NotANumber);
    }
    let number = int::parse(text).ok_or(PortError::NotANumber)?;
    number.parse().map_err(|_| PortError::OutOfRange)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: Python = Python {
        major: 3,
        minor: 12,
    };
    const OLD: Python = Python { major: 3, minor: 8 };

    fn split(url: &str, python: Python) -> Option<[String; 5]> {
        let part = |text: Option<Text>| text.map_or_else(String::new, |t| t.expose().into());
        let split = urlsplit(&Text::verbatim(url, 0), python).ok()?;
        Some([
            part(split.scheme),
            part(split.netloc),
            part(Some(split.path)),
            part(split.query),
            part(split.fragment),
        ])
    }

    fn parts(expected: [&str; 5]) -> [String; 5] {
        expected.map(str::to_owned)
    }

    #[test]
    fn urls_are_cut_as_python_cuts_them() {
        for (url, expected) in [
            ("a+1.-://u@h/p?q#f", ["a+1.-", "u@h", "/p", "q", "f"]),
            ("\u{1}\t my\tsql\n://h\r", ["mysql", "h", "", "", ""]),
            ("a_b://h", ["", "", "a_b://h", "", ""]),
            ("1a://h", ["", "", "1a://h", "", ""]),
            ("://h", ["", "", "://h", "", ""]),
            ("//h#a?b", ["", "h", "", "", "a?b"]),
            ("x://h?a/b", ["x", "h", "", "a/b", ""]),
            ("host:5432", ["host", "", "5432", "", ""]),
        ] {
            assert_eq!(split(url, NEW), Some(parts(expected)), "{url}");
        }
        assert_eq!(
            split("host:5432", OLD),
            Some(parts(["", "", "host:5432", "", ""]))
        );
        assert_eq!(
            split("http:80", OLD),
            Some(parts(["http", "", "80", "", ""]))
        );
        assert_eq!(split("1a://h", OLD), Some(parts(["1a", "h", "", "", ""])));
    }

    #[test]
    fn brackets_are_checked_since_3_11() {
        for host in [
            "::1",
            "v1.x",
            "fe80::1%eth0",
            "1:2:3:4:5:6:7:8",
            "::1.2.3.4",
            "1::",
        ] {
            assert!(split(&format!("x://[{host}]"), NEW).is_some(), "{host}");
        }
        for host in [
            "name",
            "1.2.3.4",
            "::1%",
            "1:2:3",
            ":1::",
            "1:2:3:4:5:6:7:8:9",
            "::1::2",
            "12345::",
            "v.x",
            "::01.2.3.4",
            "",
            ":",
            "1:2:3:4:5:6:7::8:9",
        ] {
            assert!(split(&format!("x://[{host}]"), NEW).is_none(), "{host}");
            assert!(split(&format!("x://[{host}]"), OLD).is_some(), "{host}");
        }
        assert!(split("x://a[b", OLD).is_none());
    }

    #[test]
    fn netloc_parts_are_python_s() {
        let text = |value: &str| Text::verbatim(value, 0);
        let (user, password) = userinfo(&text("a:b:c@d@h"));
        assert_eq!(user.unwrap().expose(), "a");
        assert_eq!(password.unwrap().expose(), "b:c@d");
        let (host, port_text) = hostinfo(&text("u@[::1]x:33"));
        assert_eq!(host.expose(), "::1");
        assert_eq!(port_text.unwrap().expose(), "33");
        assert!(hostinfo(&text("h:")).1.is_none());
        assert_eq!(hostname(&text("Ab%2FC")).unwrap().expose(), "ab%2FC");
        assert_eq!(hostname(&text("ΑΣ")).unwrap().expose(), "ας");
        assert_eq!(port("03306", NEW), Ok(3306));
        assert_eq!(port("65536", NEW), Err(PortError::OutOfRange));
        assert_eq!(port("+1", NEW), Err(PortError::NotANumber));
        assert_eq!(port("+1", OLD), Ok(1));
        assert_eq!(port("-1", OLD), Err(PortError::OutOfRange));
        assert_eq!(port(&"0".repeat(5000), NEW), Err(PortError::NotANumber));
    }

    #[test]
    fn delimiters_behind_nfkc_are_refused() {
        assert!(split("x://h\u{2100}", NEW).is_none());
        assert!(split("x://h\u{e9}", NEW).is_some());
        assert!(split("x://h/\u{2100}", NEW).is_some());
    }
}
