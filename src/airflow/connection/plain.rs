//! The common forms of a connection, in which nothing can be wrong: told in one pass over the
//! characters, without building anything. Most values of an export have one of them.
//!
//! Yes is said only where [`super::read`] finds no fault for any reader; a test holds the two
//! against each other. No says nothing.

use super::Format;
use crate::airflow::Version;

/// Longest value that is looked at: texts and integers that Python refuses are longer.
const LONGEST: usize = 4000;

/// True where no reader of release `airflow` finds a fault in a `value` kept in `format`.
pub fn is_plain(value: &str, airflow: Version, format: &Format) -> bool {
    let bytes = value.as_bytes();
    if bytes.len() > LONGEST {
        return false;
    }
    if bytes.first() != Some(&b'{') {
        return is_plain_uri(bytes);
    }
    // `Format::SecretsManager` with words of its own may name a field that does not exist.
    let own_words = match format {
        Format::Airflow => false,
        Format::SecretsManager { extra_conn_words } => !extra_conn_words.is_empty(),
    };
    airflow >= Version::new(2, 3, 0) && !own_words && is_plain_object(bytes)
}

/// What may stand in any part of a URI without a meaning of its own there.
const fn is_quiet(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'!' | b'*' | b',')
}

/// `scheme://login:password@host:port/path?key=value&key=value`, every part but the scheme
/// optional, without any other character that divides.
fn is_plain_uri(bytes: &[u8]) -> bool {
    let Some(colon) = memchr::memchr(b':', bytes) else {
        return false;
    };
    let (scheme, rest) = bytes.split_at(colon);
    let known = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    let begins = scheme.first().is_some_and(u8::is_ascii_lowercase);
    if !begins || !scheme.iter().all(known) {
        return false;
    }
    let Some(rest) = rest.strip_prefix(b"://") else {
        return false;
    };
    let end = memchr::memchr2(b'/', b'?', rest).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let (path, query) = match memchr::memchr(b'?', rest) {
        Some(mark) => (&rest[..mark], &rest[mark + 1..]),
        None => (rest, &rest[..0]),
    };
    is_plain_authority(authority)
        && path
            .iter()
            .all(|&byte| is_quiet(byte) || matches!(byte, b'/' | b'%'))
        && is_plain_query(query)
}

fn is_plain_authority(authority: &[u8]) -> bool {
    let host = match memchr::memchr(b'@', authority) {
        Some(at) => {
            let (user, host) = (&authority[..at], &authority[at + 1..]);
            let mut colons = 0;
            let quiet = user.iter().all(|&byte| {
                colons += usize::from(byte == b':');
                is_quiet(byte) || matches!(byte, b':' | b'%' | b'+' | b'=')
            });
            if !quiet || colons > 1 {
                return false;
            }
            host
        }
        None => authority,
    };
    let (host, port) = match memchr::memchr(b':', host) {
        Some(colon) => (&host[..colon], Some(&host[colon + 1..])),
        None => (host, None),
    };
    host.iter().all(|&byte| is_quiet(byte)) && port.is_none_or(is_port)
}

/// 1 to 9999, or 10000 to 59999: what is larger is left to those who count.
fn is_port(port: &[u8]) -> bool {
    let first = match port.len() {
        1..=4 => b'1'..=b'9',
        5 => b'1'..=b'5',
        _ => return false,
    };
    first.contains(&port[0]) && port.iter().all(u8::is_ascii_digit)
}

/// Pairs that become the extra; `__extra__` is an extra by itself.
fn is_plain_query(query: &[u8]) -> bool {
    query
        .iter()
        .all(|&byte| is_quiet(byte) || matches!(byte, b'=' | b'&' | b'/' | b'+'))
        && memchr::memmem::find(query, b"__").is_none()
}

/// `{"conn_type": "…", "host": "…", "port": 5432}`: fields of texts without escapes.
fn is_plain_object(bytes: &[u8]) -> bool {
    let mut at = 1;
    let mut typed = false;
    loop {
        let Some(key) = string(bytes, &mut at) else {
            return false;
        };
        if next(bytes, &mut at) != Some(b':') {
            return false;
        }
        match key {
            b"port" => {
                if !port(bytes, &mut at) {
                    return false;
                }
            }
            b"conn_type" | b"description" | b"host" | b"login" | b"password" | b"schema" => {
                let Some(value) = string(bytes, &mut at) else {
                    return false;
                };
                if key == b"conn_type" {
                    if value.is_empty() {
                        return false;
                    }
                    typed = true;
                }
            }
            _ => return false,
        }
        match next(bytes, &mut at) {
            Some(b',') => {}
            Some(b'}') => return typed && at == bytes.len(),
            _ => return false,
        }
    }
}

/// The next byte that is no blank, stepped over.
fn next(bytes: &[u8], at: &mut usize) -> Option<u8> {
    while bytes.get(*at) == Some(&b' ') {
        *at += 1;
    }
    let byte = bytes.get(*at).copied();
    *at += 1;
    byte
}

/// The string that is next: its inside, of printable ASCII.
fn string<'b>(bytes: &'b [u8], at: &mut usize) -> Option<&'b [u8]> {
    if next(bytes, at) != Some(b'"') {
        return None;
    }
    let rest = bytes.get(*at..)?;
    let end = rest.iter().position(|&byte| {
        matches!(byte, b'"' | b'\\') || !(byte.is_ascii_graphic() || byte == b' ')
    })?;
    *at += end + 1;
    (rest[end] == b'"').then(|| &rest[..end])
}

/// A port as a number or a text of digits.
fn port(bytes: &[u8], at: &mut usize) -> bool {
    if next(bytes, at) == Some(b'"') {
        *at -= 1;
        return string(bytes, at).is_some_and(is_port);
    }
    let start = *at - 1;
    while bytes.get(*at).is_some_and(u8::is_ascii_digit) {
        *at += 1;
    }
    bytes.get(start..*at).is_some_and(is_port)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::airflow::connection::{Reader, read};
    use crate::airflow::{Python, Runtime};
    use crate::source::Text;

    /// One release for each way of reading.
    const RELEASES: [(u32, u32, u32, u8); 10] = [
        (2, 0, 0, 8),
        (2, 1, 0, 8),
        (2, 3, 0, 10),
        (2, 6, 3, 10),
        (2, 7, 0, 11),
        (3, 0, 0, 12),
        (3, 1, 0, 12),
        (3, 1, 6, 12),
        (3, 2, 0, 12),
        (3, 3, 2, 13),
    ];

    fn agrees(value: &str) {
        let formats = [
            Format::Airflow,
            Format::SecretsManager {
                extra_conn_words: Vec::new(),
            },
        ];
        for (major, minor, patch, python) in RELEASES {
            for runtime in [Runtime::Server, Runtime::Task] {
                for format in &formats {
                    let reader = Reader {
                        airflow: Version::new(major, minor, patch),
                        runtime,
                        python: Python {
                            major: 3,
                            minor: python,
                        },
                    };
                    if is_plain(value, reader.airflow, format) {
                        let reading = read(&Text::verbatim(value, 0), &reader, format);
                        assert!(reading.fault.is_none(), "{value}");
                    }
                }
            }
        }
    }

    const NEWEST: Version = Version::new(3, 3, 2);

    #[test]
    fn the_common_forms_are_plain() {
        for value in [
            "postgres://loader:pw-1@db.internal:5432/dwh?sslmode=require",
            "mysql://h",
            "aws://",
            "google-cloud-platform://?project=x&num_retries=5",
            r#"{"conn_type": "postgres", "host": "h", "login": "l", "password": "p", "port": "5432"}"#,
            r#"{"conn_type":"http","port":80}"#,
        ] {
            assert!(is_plain(value, NEWEST, &Format::Airflow), "{value}");
            agrees(value);
        }
    }

    #[test]
    fn what_may_be_wrong_is_not_plain() {
        for value in [
            "",
            "postgres",
            "postgres:/u:p@h/d",
            "my_sql://h",
            "postgres://u:p@h:none/d",
            "postgres://u:p@h:65536/d",
            "postgres://u:p#q@h/d",
            "postgres://u:p/q@h/d",
            "http://http://h@x",
            "x://h?__extra__=1",
            "x://h?a=[[",
            r#"{"conn_type": "x", "extra": "no"}"#,
            r#"{"host": "x"}"#,
            r#"{"conn_type": "x",}"#,
            r#"{"conn_type": "x", "port": 0123}"#,
            r#"{"conn_type": "x"} "#,
            r#"{"conn_type": "x", "hots": "y"}"#,
            "{}",
        ] {
            assert!(!is_plain(value, NEWEST, &Format::Airflow), "{value}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        #[test]
        fn a_plain_uri_has_no_fault(value in "[a-z1-]{1,4}(:|://)[a-z1%@:/?&=+._-]{0,14}(:[0-9]{0,5})?[/?a1@:%=&_]{0,8}") {
            agrees(&value);
        }

        #[test]
        fn a_plain_object_has_no_fault(value in r#"\{("(conn_type|host|login|password|schema|port|description|extra)": ?("[a-z0-9 :{$-]{0,4}"|[0-9]{1,5}|null),? ?){1,3}\}"#) {
            agrees(&value);
        }
    }
}
