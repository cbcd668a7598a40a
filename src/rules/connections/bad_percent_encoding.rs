//! AV412: percent signs and `+` that Airflow reads in another way than they look.

use std::ops::Range;

use super::{speak, view};
use crate::airflow::conn_types;
use crate::airflow::python::unquote::{percent_byte, unquote_plus};
use crate::report::Findings;
use crate::rules::{Check, EntryContext};
use crate::source::Text;

crate::rule! {
    /// # bad-percent-encoding
    ///
    /// ## What it does
    ///
    /// Finds what is encoded wrongly in connection URIs: a `%` that begins no percent sequence; sequences that
    /// are not UTF-8; sequences that stand for a letter or digit, which no encoder escapes; parts
    /// in which everything is encoded twice. Also a bare `+` in a value of the query that looks
    /// like base64 or is JSON, a backslash before `@` or `:` in the credentials, and an encoded `:` between
    /// host and port.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow decodes login, password, host, path and query with `unquote` once, and never complains. A
    /// `%` without two hexadecimal digits stays as it is, until somebody writes a character behind it
    /// that makes a sequence of it: the password `p%41ss` is read as `pAss`. Bytes that are no UTF-8
    /// become U+FFFD. What was encoded twice keeps one layer of sequences. And a `+` in the query is a
    /// blank, which breaks keys and tokens.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_WAREHOUSE=postgres://etl:example%41pw@db.example.com/dwh
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:46: warning[AV412] bad-percent-encoding: a percent sequence in the password stands for a letter or digit, which no encoder escapes: Airflow decodes it
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_WAREHOUSE=postgres://etl:example%2541pw@db.example.com/dwh
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#handling-of-special-characters-in-connection-params>
    /// - <https://docs.python.org/3/library/urllib.parse.html#urllib.parse.unquote>
    "AV412", "bad-percent-encoding", Warning, since "0.1.0",
    checks &[Check::Connection(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(view) = view::of(context) else {
        return;
    };
    let Some(uri) = &view.uri else {
        return;
    };
    let text = uri.text.expose();
    if !text.bytes().any(|byte| matches!(byte, b'%' | b'+' | b'\\')) {
        return;
    }
    let conn_type = view.connection.conn_type.as_ref();
    let conn_type = conn_type.map_or("", |text| text.expose());
    let parts = uri.parts;
    let path = parts.path.clone().map(|path| {
        let slash = text
            .get(path.clone())
            .is_some_and(|path| path.starts_with('/'));
        path.start + usize::from(slash)..path.end
    });
    // A base URL is a host that may hold its port; `get_uri` writes it as `livy://http://h%3A8998`.
    let host = if parts.port.is_none() && parts.protocol.is_none() && conn_type != "http" {
        Role::Host
    } else {
        Role::Address
    };
    let plain = [
        ("the login", &parts.login, Role::Credentials),
        ("the password", &parts.password, Role::Credentials),
        ("the host", &parts.host, host),
        ("the path", &path, Role::Other),
    ];
    let mut pieces: Vec<Piece> = Vec::new();
    for (name, range, role) in plain {
        let Some(range) = range.clone() else { continue };
        pieces.push(Piece { name, range, role });
    }
    for (key, value) in &parts.pairs {
        pieces.push(Piece {
            name: "a key of the query",
            range: key.clone(),
            role: Role::Other,
        });
        let key = unquote_plus(&uri.text.slice(key.clone()));
        pieces.push(Piece {
            name: "a value of the query",
            range: value.clone(),
            role: match key.expose() {
                "__extra__" => Role::Extra,
                key if is_secret(conn_type, key) => Role::Secret,
                _ => Role::Value,
            },
        });
    }
    let mut found: Vec<(Piece, Problem)> = Vec::new();
    for piece in pieces {
        let Some(inner) = text.get(piece.range.clone()) else {
            continue;
        };
        if let Some(problem) = problem(inner, &piece) {
            found.push((piece, problem));
        }
    }
    found.sort_by_key(|(piece, _)| piece.range.start);
    let more = found.len().saturating_sub(1);
    let Some((piece, problem)) = found.into_iter().next() else {
        return;
    };
    let at = piece.range.start + problem.at.start..piece.range.start + problem.at.end;
    let (message, help) = problem.words(piece.name);
    let message = format!("{message}{}", speak::more(more));
    let at: Text = uri.text.slice(at);
    view::report(findings, &RULE, context, &at, message).help(help);
}

/// A part of the URI that is decoded by itself.
struct Piece {
    name: &'static str,
    range: Range<usize>,
    role: Role,
}

/// What else is asked of a part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Credentials,
    /// The host, where no port stands beside it.
    Host,
    /// The host otherwise.
    Address,
    /// A value of the query.
    Value,
    /// A value of the query whose field holds a secret.
    Secret,
    /// The value of `__extra__`.
    Extra,
    Other,
}

/// What is wrong with a piece, and where in it.
struct Problem {
    kind: Kind,
    at: Range<usize>,
}

#[derive(Clone, Copy)]
enum Kind {
    Literal,
    NotUtf8,
    Letter,
    Twice,
    Plus,
    Backslash,
    Port,
}

impl Problem {
    fn words(&self, name: &str) -> (String, &'static str) {
        match self.kind {
            Kind::Literal => (
                format!(
                    "a `%` in {name} begins no percent sequence: Airflow keeps it as it stands"
                ),
                "write `%25` instead of this `%`",
            ),
            Kind::NotUtf8 => (
                format!(
                    "a percent sequence in {name} is not UTF-8: Python puts U+FFFD in its place"
                ),
                "encode the character as UTF-8, or the `%` itself as `%25` if it is meant as it stands",
            ),
            Kind::Letter => (
                format!(
                    "a percent sequence in {name} stands for a letter or digit, which no encoder \
                     escapes: Airflow decodes it"
                ),
                "write `%25` for the `%` if it is meant as it stands, else the letter or digit itself",
            ),
            Kind::Twice => (
                format!(
                    "{name} is percent-encoded twice: Airflow decodes it once, and percent \
                     sequences are left"
                ),
                "encode it once; for a percent sequence that is meant as it stands, give the \
                 connection as a JSON object",
            ),
            Kind::Backslash => (
                format!("a backslash in {name} escapes nothing: Airflow keeps it as it stands"),
                "percent-encode the character behind it instead (`%40`, `%3A`, `%2F`)",
            ),
            Kind::Port => (
                "the `:` before the port is percent-encoded: Airflow takes both for a part of the host"
                    .to_owned(),
                "write `:`",
            ),
            Kind::Plus => (
                "`+` in a value of the query becomes a blank".to_owned(),
                "write `%2B`",
            ),
        }
    }
}

fn problem(text: &str, piece: &Piece) -> Option<Problem> {
    let bytes = text.as_bytes();
    let mut run: Vec<u8> = Vec::new();
    let mut sequences = 0;
    let mut at = 0;
    let mut found: Option<Problem> = None;
    while let Some(skip) = memchr::memchr(b'%', bytes.get(at..)?) {
        let start = at + skip;
        let mut end = start;
        run.clear();
        while let Some(byte) = percent_byte(bytes, end) {
            run.push(byte);
            end += 3;
        }
        sequences += run.len();
        if run.is_empty() && matches!(piece.role, Role::Host | Role::Address) && text.contains(':')
        {
            // `[fe80::1%eth0]`: the zone of an IPv6 address.
            end += 1;
        } else if run.is_empty() {
            found = found.or(Some(Problem {
                kind: Kind::Literal,
                at: start..start + 1,
            }));
            end += 1;
        } else if found.is_none() {
            found = in_run(&run, start);
        }
        at = end;
    }
    if found.is_some() {
        // What escapes every character is an encoder too.
        let all = sequences * 3 == bytes.len();
        return found.filter(|found| !(all && matches!(found.kind, Kind::Letter)));
    }
    if let Some(twice) = encoded_twice(bytes).filter(|_| sequences > 0) {
        return Some(twice);
    }
    match piece.role {
        Role::Credentials => backslash(text),
        Role::Host => port(text),
        Role::Value | Role::Secret if sequences == 0 => plus(text, piece.role == Role::Secret),
        // JSON as it is: what encodes a blank as `+` encodes the brace as well.
        Role::Extra if text.starts_with('{') => text.find('+').map(|at| Problem {
            kind: Kind::Plus,
            at: at..at + 1,
        }),
        _ => None,
    }
}

/// Neighbouring sequences: not UTF-8, or a letter among them.
fn in_run(run: &[u8], start: usize) -> Option<Problem> {
    let mut at = start;
    for chunk in run.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character.is_ascii_alphanumeric() {
                return Some(Problem {
                    kind: Kind::Letter,
                    at: at..at + 3,
                });
            }
            at += 3 * character.len_utf8();
        }
        if !chunk.invalid().is_empty() {
            return Some(Problem {
                kind: Kind::NotUtf8,
                at: at..at + 3 * chunk.invalid().len(),
            });
        }
    }
    None
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Every `%` is `%25` before two more digits that stand for a character which needs encoding, and
/// nothing else does: what an encoder makes of its own result. What it began with was UTF-8.
fn encoded_twice(bytes: &[u8]) -> Option<Problem> {
    let mut at = 0;
    let mut first = None;
    let mut meant = Vec::new();
    while at < bytes.len() {
        if bytes[at] != b'%' {
            if !is_unreserved(bytes[at]) && bytes[at] != b'/' {
                return None;
            }
            meant.push(bytes[at]);
            at += 1;
            continue;
        }
        if percent_byte(bytes, at) != Some(b'%') {
            return None;
        }
        // `%2540` without its `25` is the inner sequence.
        let inner = [b'%', *bytes.get(at + 3)?, *bytes.get(at + 4)?];
        let byte = percent_byte(&inner, 0).filter(|&byte| !is_unreserved(byte))?;
        meant.push(byte);
        first = first.or(Some(at..at + 5));
        at += 5;
    }
    str::from_utf8(&meant).ok()?;
    first.map(|at| Problem {
        kind: Kind::Twice,
        at,
    })
}

/// `me\@example.com`, as a shell would have it, and `\u00e9`, as JSON would.
fn backslash(text: &str) -> Option<Problem> {
    let is_escape = |rest: &str| match rest.as_bytes() {
        [b'@' | b':', ..] => true,
        [b'u', digits @ ..] => digits
            .get(..4)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)),
        _ => false,
    };
    let at = memchr::memchr_iter(b'\\', text.as_bytes())
        .find(|at| text.get(at + 1..).is_some_and(is_escape))?;
    Some(Problem {
        kind: Kind::Backslash,
        at: at..at + 1,
    })
}

/// `db.example.com%3A5432`, and no IPv6 address.
fn port(text: &str) -> Option<Problem> {
    let lower = text.to_ascii_lowercase();
    let at = lower.find("%3a")?;
    let digits = &text[at + 3..];
    let is_port = (1..=5).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    (is_port && at > 0 && !lower.contains("%2f")).then_some(Problem {
        kind: Kind::Port,
        at: at..at + 3,
    })
}

/// A `+` in what looks like base64. `urlencode` writes a blank as `+`, but it writes no bare `/` and
/// `=` beside it, and words hold no digits between capitals.
fn plus(text: &str, secret: bool) -> Option<Problem> {
    let at = memchr::memchr(b'+', text.as_bytes())?;
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    if !text.bytes().all(base64) {
        return None;
    }
    let has = |wanted: fn(&u8) -> bool| text.as_bytes().iter().any(wanted);
    let mixed =
        has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit);
    let padded = text.ends_with('=') && (text.len().is_multiple_of(4) || text.contains('/'));
    let long = if secret { 8 } else { 20 };
    let other = mixed && text.len() >= long && (secret || text.contains(['/', '=']));
    (padded && text.len() >= 8 || other).then_some(Problem {
        kind: Kind::Plus,
        at: at..at + 1,
    })
}

/// The field holds a secret: declared, or by its name.
fn is_secret(conn_type: &str, key: &str) -> bool {
    let declared = conn_types::get(conn_type).and_then(|kind| kind.extra_fields.get(key));
    if declared.is_some_and(|field| field.sensitive) {
        return true;
    }
    let key = key.to_ascii_lowercase();
    ["secret", "token", "password", "passwd"]
        .iter()
        .any(|word| key.contains(word))
        || key.ends_with("key")
        || key.ends_with("_pass")
}
