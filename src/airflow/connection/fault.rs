//! The one fault of a value: what Airflow raises, or what it silently misreads.
//!
//! The order of the questions is the order in which rules may speak: each value has one cause, and
//! each cause belongs to one rule.

use super::object::unknown_members;
use super::{Failure, Format, Reader, Reading, Reason, Shape, UriParts, read, read_uri_text};
use crate::airflow::python::space;
use crate::airflow::{Python, Runtime, Version};
use crate::source::Text;
use crate::syntax::json::{self, ErrorKind, Kind};

/// What is wrong with a value, and where.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The cause.
    pub kind: FaultKind,
    /// The narrowest text that shows it.
    pub at: Text,
    /// Name of the Python exception; `None` where Airflow builds a wrong connection in silence.
    pub exception: Option<&'static str>,
    /// How the value is stored; the same fault is looked for in other releases with it.
    pub format: Format,
}

impl Fault {
    /// Where else the value has a fault: see [`holds_everywhere`].
    pub fn range(&self, value: &Text) -> Result<(), Option<Version>> {
        holds_everywhere(value, &self.format)
    }
}

/// The causes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// No connection type comes out, or a nonsensical one, because there is no `scheme://`.
    NoScheme(NoScheme),
    /// `_` in the scheme.
    SchemeUnderscore,
    /// The URI is refused.
    Rejected(Rejected),
    /// The port is no number.
    PortNotANumber {
        /// There is more than one host (`h1:1,h2:2`).
        several_hosts: bool,
    },
    /// The port is above 65535 (or below 0).
    PortOutOfRange,
    /// A character in login or password that must be percent-encoded.
    Unencoded {
        /// The character.
        character: char,
    },
    /// `extra` is not a JSON object.
    Extra {
        /// It is JSON of another type.
        is_json: bool,
    },
    /// A key that the constructor does not take.
    UnknownKey {
        /// How many more there are.
        more: usize,
        /// `SecretsManagerBackend` drops every key, and an empty connection wins.
        all_dropped: bool,
    },
    /// `conn_id` inside the value.
    ConnId {
        /// It becomes the connection's type (`SecretsManagerBackend`).
        becomes_type: bool,
    },
    /// A field of the wrong type; field name, what stands there.
    FieldType(&'static str, &'static str),
    /// The text of a JSON port is no integer.
    PortText,
    /// JSON, or meant to be, and no object.
    NotAnObject(NotAnObject),
    /// A cause that no rule of this release speaks of.
    Other,
}

/// Why there is no scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoScheme {
    /// The value is wrapped in, or begins with, this quote.
    Quoted(char),
    /// The value begins with U+FEFF.
    Bom,
    /// A blank before `://`.
    Blank,
    /// Another character before `://` that a scheme cannot have.
    Character,
    /// Nothing stands before `://` or `//`.
    Empty,
    /// The scheme does not begin with a letter.
    FirstCharacter,
    /// `scheme:` without the two slashes.
    NoSlashes,
    /// `host:5432`.
    HostPort,
    /// JSON in a release that only reads URIs.
    JsonTooEarly,
    /// No `://` at all.
    Missing,
}

/// Why the URI is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejected {
    /// A third `://`.
    ThirdSeparator,
    /// A second `://` with `@` or `:` before it.
    SecondSeparator,
    /// A second `://` behind host, path or query: the text is cut there and has no host.
    HostLost,
    /// The same `scheme://` twice: both are removed, and no host is left.
    SchemeTwice,
    /// `[` or `]` in the host.
    Brackets,
    /// A character that NFKC turns into a delimiter.
    Nfkc,
}

/// What stands where an object should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAnObject {
    /// A list.
    List,
    /// A string that holds JSON: encoded twice.
    EncodedTwice,
    /// A number, a boolean or null.
    Scalar(Kind),
    /// It begins with `{` and is not JSON.
    Broken(ErrorKind),
}

/// True for text whose value at run time is not what stands there: unknown parts, `${X}`, and
/// template marks.
pub fn is_unknown(value: &Text) -> bool {
    if !value.is_known() {
        return true;
    }
    let bytes = value.expose().as_bytes();
    // A mark needs its end: `p{%2Fw` is a password.
    let marks = [("${", "}"), ("{{", "}}"), ("{%", "%}")];
    marks.iter().any(|(open, close)| {
        let Some(at) = memchr::memmem::find(bytes, open.as_bytes()) else {
            return false;
        };
        let rest = bytes.get(at + open.len()..).unwrap_or_default();
        memchr::memmem::find(rest, close.as_bytes()).is_some()
    })
}

/// The fault of a reading.
pub(super) fn find(
    value: &Text,
    reading: &Reading,
    reader: &Reader,
    format: &Format,
) -> Option<Fault> {
    let fault = match &reading.outcome {
        Err(failure) => failed(value, reading, failure, format),
        Ok(_) if reading.unusable.is_some() => unusable(reading)?,
        Ok(connection) => match &reading.shape {
            Shape::Uri(parts) => {
                let conn_type = connection
                    .conn_type
                    .as_ref()
                    .map_or("", |text| text.expose());
                uri(value, parts, conn_type)?
            }
            Shape::Json(Some(tree)) => match format {
                Format::Airflow => nested(tree, reader)?,
                Format::SecretsManager { .. } => aliased(tree, format)?,
            },
            _ => return None,
        },
    };
    if is_unknown(value) {
        return None;
    }
    Some(Fault {
        format: format.clone(),
        ..fault
    })
}

/// `{"uri": "…"}`: what is silently wrong with the URI inside.
fn nested(tree: &json::Json, reader: &Reader) -> Option<Fault> {
    let uri = tree.root().get("uri")?.string()?;
    if uri.is_empty() {
        return None;
    }
    let fault = read_uri_text(&uri, reader).fault?;
    Some(*fault)
}

fn silent(kind: FaultKind, at: Text) -> Fault {
    Fault {
        kind,
        at,
        exception: None,
        format: Format::Airflow,
    }
}

fn failed(value: &Text, reading: &Reading, failure: &Failure, format: &Format) -> Fault {
    let at = failure.at.clone();
    let fault = |kind, at| Fault {
        kind,
        at,
        exception: Some(failure.exception).filter(|name| !name.is_empty()),
        format: Format::Airflow,
    };
    let kind = match &failure.reason {
        Reason::InvalidConnectionString => {
            let third = separators_before(value, failure.range.start) >= 2;
            FaultKind::Rejected(if third {
                Rejected::ThirdSeparator
            } else {
                Rejected::SecondSeparator
            })
        }
        Reason::Brackets => match in_userinfo(value, &failure.range) {
            Some(character) => FaultKind::Unencoded { character },
            None => FaultKind::Rejected(Rejected::Brackets),
        },
        Reason::Nfkc => FaultKind::Rejected(Rejected::Nfkc),
        Reason::PortOutOfRange | Reason::PortNotANumber => {
            if let Shape::Uri(parts) = &reading.shape
                && let Some((character, at)) = cut_credentials(value, parts, true)
            {
                return fault(FaultKind::Unencoded { character }, at);
            }
            if failure.reason == Reason::PortOutOfRange {
                FaultKind::PortOutOfRange
            } else {
                let port = at.expose();
                FaultKind::PortNotANumber {
                    several_hosts: port.contains(',') && port.contains(':'),
                }
            }
        }
        Reason::Json(error) => FaultKind::NotAnObject(NotAnObject::Broken(error.kind)),
        Reason::ExtraNotJson => FaultKind::Extra { is_json: false },
        Reason::ExtraNotObject => FaultKind::Extra { is_json: true },
        Reason::UnknownKey => FaultKind::UnknownKey {
            more: match &reading.shape {
                Shape::Json(Some(tree)) => unknown_members(tree, format).len().saturating_sub(1),
                _ => 0,
            },
            all_dropped: false,
        },
        Reason::ConnId => FaultKind::ConnId {
            becomes_type: false,
        },
        Reason::FieldType(field) | Reason::GetUri(field) => described(field, &at),
        Reason::Port if at.expose().starts_with('"') => FaultKind::PortText,
        Reason::Port => described("port", &at),
        Reason::Blank
        | Reason::Empty
        | Reason::UriWithFields
        | Reason::IntegerTooLong
        | Reason::ConnTypeMissing
        | Reason::ExtraConnWords => FaultKind::Other,
    };
    fault(kind, at)
}

fn unusable(reading: &Reading) -> Option<Fault> {
    let failure = reading.unusable.as_ref()?;
    let kind = match failure.reason {
        Reason::GetUri("extra") => FaultKind::Other,
        Reason::GetUri(field) => described(field, &failure.at),
        _ => FaultKind::Other,
    };
    Some(Fault {
        kind,
        at: failure.at.clone(),
        exception: Some(failure.exception),
        format: Format::Airflow,
    })
}

fn described(field: &'static str, at: &Text) -> FaultKind {
    let word = match at.expose().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b't' | b'f') => "a boolean",
        Some(b'"') => "a string",
        _ => "a number",
    };
    FaultKind::FieldType(field, word)
}

fn separators_before(value: &Text, end: usize) -> usize {
    value
        .expose()
        .get(..end)
        .map_or(0, |head| head.matches("://").count())
}

/// The bracket at `range`, if it stands before the last `@` of the authority.
fn in_userinfo(value: &Text, range: &std::ops::Range<usize>) -> Option<char> {
    let rest = value.expose().get(range.start..)?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    rest[..end]
        .contains('@')
        .then(|| rest.chars().next())
        .flatten()
}

/// The character that cut the credentials, where an `@` follows the authority.
///
/// With `raising` the port could not be read, so that something is wrong for certain. Without, the
/// authority reads as `host:1234` or `host:` or `host`, and only an `@` where none can be meant
/// tells that it is the beginning of `login:password@host`.
fn cut_credentials(value: &Text, parts: &UriParts, raising: bool) -> Option<(char, Text)> {
    let authority = parts.authority.as_ref()?;
    let text = value.expose();
    let (host, rest) = (text.get(authority.clone())?, text.get(authority.end..)?);
    if host.contains('@') {
        return None;
    }
    let character = rest.chars().next()?;
    let sign = rest.find('@')?;
    let between = &rest[character.len_utf8()..sign];
    // `?user=a@b` and `/p?mail=a@b` are queries.
    let queried = character == '?' || between.contains('?');
    if queried && between.contains('=') {
        return None;
    }
    let found = (
        character,
        value.slice(authority.end..authority.end + character.len_utf8()),
    );
    if raising {
        return Some(found);
    }
    // After the `@` a host must follow, as far as it goes.
    let after = rest[sign + 1..].chars().next()?;
    if !(after.is_ascii_alphanumeric() || matches!(after, '[' | '/' | '%')) {
        return None;
    }
    Some(found)
}

/// A URI that Airflow reads without raising.
fn uri(value: &Text, parts: &UriParts, conn_type: &str) -> Option<Fault> {
    if conn_type.is_empty() {
        return Some(no_scheme(value, parts));
    }
    if parts.authority.is_none() {
        return no_slashes(value, parts);
    }
    // The common case first: no `@` after the authority, nothing to ask.
    let end = parts
        .authority
        .as_ref()
        .map_or(0, |authority| authority.end);
    let rest = value.expose().get(end..)?;
    memchr::memchr(b'@', rest.as_bytes())?;
    let host = value.expose().get(parts.authority.clone()?)?;
    let (character, at) = cut_credentials(value, parts, false)?;
    if parts.protocol.is_some() {
        return None;
    }
    // `http://host:8080/@scope/name` is a path; so is anything of a type whose path is free text.
    let certain = match (character, host.split_once(':')) {
        ('#', Some(_)) | (_, Some((_, ""))) => true,
        // `us/er:secret@host`: a login that was cut.
        ('/', None) => has_database_path(conn_type) && rest[..rest.find('@')?].contains(':'),
        _ => has_database_path(conn_type),
    };
    if !certain {
        return None;
    }
    Some(silent(FaultKind::Unencoded { character }, at))
}

/// Types whose path is the name of a database (or unused): an `@` in it is the end of credentials.
fn has_database_path(conn_type: &str) -> bool {
    matches!(
        conn_type,
        "aws"
            | "cassandra"
            | "clickhouse"
            | "drill"
            | "druid"
            | "elasticsearch"
            | "exasol"
            | "impala"
            | "mongo"
            | "mssql"
            | "mysql"
            | "neo4j"
            | "oracle"
            | "postgres"
            | "presto"
            | "redis"
            | "redshift"
            | "smtp"
            | "snowflake"
            | "ssh"
            | "teradata"
            | "trino"
            | "vertica"
    )
}

/// `scheme:` without an authority: `mysql:/u:p@h/db`, `host:5432`, `mysql:h`.
fn no_slashes(value: &Text, parts: &UriParts) -> Option<Fault> {
    let scheme = parts.scheme.as_ref()?;
    let path = value.expose().get(parts.path.clone()?)?;
    // Python deletes tabs and line breaks, which may stand before the colon.
    let colon = scheme.end + value.expose().get(scheme.end..)?.find(':')?;
    let colon = value.slice(colon..colon + 1);
    if path.is_empty() {
        return None;
    }
    if !path.starts_with('/')
        && let Some(fault) = host_lost(value)
    {
        return Some(fault);
    }
    if path.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(silent(FaultKind::NoScheme(NoScheme::HostPort), colon));
    }
    // `sqlite:/tmp/x` means what it says; without the slash the first character is lost, and an
    // `@` shows that an authority was meant.
    if path.starts_with('/') && !path.contains('@') {
        return None;
    }
    Some(silent(FaultKind::NoScheme(NoScheme::NoSlashes), colon))
}

/// `scheme://` is there and the authority is gone: since 2.6.3 Airflow removes every `scheme://`
/// of a text that holds `://` twice.
fn host_lost(value: &Text) -> Option<Fault> {
    let text = value.expose();
    let mut separators = text.match_indices("://");
    let (first, second) = (separators.next()?.0, separators.next()?.0);
    let scheme = text[..first].trim_start();
    // `mysql:x?u=http://a&v=http://b`: the first one does not belong to the scheme.
    if scheme.contains(':') {
        return None;
    }
    let twice = text[first + 3..second].ends_with(&scheme.to_ascii_lowercase());
    if twice {
        let from = second - scheme.len();
        let at = value.slice(from..second + 3);
        return Some(silent(FaultKind::Rejected(Rejected::SchemeTwice), at));
    }
    let at = value.slice(second..second + 3);
    Some(silent(FaultKind::Rejected(Rejected::HostLost), at))
}

fn no_scheme(value: &Text, parts: &UriParts) -> Fault {
    let stripped = space::strip(value);
    let text = stripped.expose();
    let first = text.chars().next().unwrap_or(' ');
    let first_text = stripped.slice(0..if text.is_empty() { 0 } else { first.len_utf8() });
    let say = |kind, at| silent(FaultKind::NoScheme(kind), at);
    match first {
        '\u{feff}' => return say(NoScheme::Bom, first_text),
        '{' => return say(NoScheme::JsonTooEarly, first_text),
        '[' => return silent(FaultKind::NotAnObject(NotAnObject::List), first_text),
        '"' => {
            if is_encoded_object(&stripped) {
                let kind = FaultKind::NotAnObject(NotAnObject::EncodedTwice);
                return silent(kind, first_text);
            }
            return say(NoScheme::Quoted('"'), first_text);
        }
        '\'' | '`' | '\u{2018}' | '\u{201c}' => return say(NoScheme::Quoted(first), first_text),
        _ => {}
    }
    if matches!(first, '0'..='9' | '-' | 'n' | 't' | 'f' | 'N' | 'I')
        && let Ok(tree) = json::parse(&stripped)
    {
        let kind = NotAnObject::Scalar(tree.root().kind());
        return silent(FaultKind::NotAnObject(kind), stripped);
    }
    let Some(separator) = text.find("://") else {
        if text.starts_with("//") && parts.authority.is_some() {
            return say(NoScheme::Empty, stripped.slice(0..2));
        }
        return say(NoScheme::Missing, stripped);
    };
    before_separator(&stripped, separator)
}

/// What stands before the first `://` and is no scheme.
fn before_separator(stripped: &Text, separator: usize) -> Fault {
    let head = &stripped.expose()[..separator];
    let say = |kind, at| silent(FaultKind::NoScheme(kind), at);
    if head.is_empty() {
        return say(NoScheme::Empty, stripped.slice(0..3));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let odd = head.char_indices().find(|&(_, c)| !allowed(c));
    let Some((at, character)) = odd else {
        return say(NoScheme::FirstCharacter, stripped.slice(0..1));
    };
    let culprit = stripped.slice(at..at + character.len_utf8());
    let only_underscores = head.chars().all(|c| allowed(c) || c == '_');
    if only_underscores && head.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return silent(FaultKind::SchemeUnderscore, culprit);
    }
    if character.is_whitespace() {
        return say(NoScheme::Blank, culprit);
    }
    if head.contains([':', '@', '/', '?', '#']) || head.len() > 40 {
        // `user:pw@host/x?u=http://…`: the `://` belongs to something else.
        return say(NoScheme::Missing, stripped.clone());
    }
    say(NoScheme::Character, culprit)
}

fn is_encoded_object(stripped: &Text) -> bool {
    let Ok(tree) = json::parse(stripped) else {
        return false;
    };
    tree.root()
        .as_str()
        .is_some_and(|inner| inner.trim_start().starts_with(['{', '[']))
}

/// What `SecretsManagerBackend` drops or takes for something else without a word.
fn aliased(tree: &json::Json, format: &Format) -> Option<Fault> {
    let types = ["conn_type", "connection_type", "engine"];
    let mut conn_id = None;
    for member in tree.root().effective_members() {
        let name = member.key.as_str().unwrap_or_default();
        if name == "conn_id" {
            conn_id = Some(member);
        } else if types.contains(&name.as_ref()) {
            // Whichever comes first is the type.
            let member = conn_id?;
            let kind = FaultKind::ConnId { becomes_type: true };
            return Some(silent(kind, member.key.raw()));
        }
    }
    let unknown = unknown_members(tree, format);
    let first = unknown.first()?;
    if unknown.len() < tree.root().effective_members().len() {
        return None;
    }
    let kind = FaultKind::UnknownKey {
        more: unknown.len() - 1,
        all_dropped: true,
    };
    Some(silent(kind, first.key.raw()))
}

/// True when the value has a fault for every release from 2.0 to 3.3.2: a guessed target may then
/// be as sure as a chosen one. Otherwise the release from which it has one, where it has one up to
/// the newest.
pub fn holds_everywhere(value: &Text, format: &Format) -> Result<(), Option<Version>> {
    /// One release for each way of reading; Python as its images have it.
    const PROBES: [(Version, u8); 9] = [
        (Version::new(2, 0, 0), 8),
        (Version::new(2, 1, 0), 8),
        (Version::new(2, 3, 0), 10),
        (Version::new(2, 6, 3), 10),
        (Version::new(2, 7, 0), 11),
        (Version::new(3, 0, 0), 12),
        (Version::new(3, 1, 6), 12),
        (Version::new(3, 2, 0), 12),
        (Version::new(3, 3, 2), 12),
    ];
    let mut since = None;
    let mut everywhere = true;
    for (airflow, minor) in PROBES {
        let faulty = [Runtime::Server, Runtime::Task].into_iter().any(|runtime| {
            let reader = Reader {
                airflow,
                runtime,
                python: Python { major: 3, minor },
            };
            read(value, &reader, format).fault.is_some()
        });
        if !faulty {
            everywhere = false;
            since = None;
        } else if since.is_none() {
            since = Some(airflow);
        }
    }
    if everywhere { Ok(()) } else { Err(since) }
}
