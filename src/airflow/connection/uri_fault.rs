//! What is wrong with a URI that Airflow reads without raising: its scheme, what a second `://`
//! does, and characters that cut it short.

use std::ops::Range;

use super::fault::silent;
use super::{
    Fault, FaultKind, NoScheme, NotAnObject, Reading, Rejected, Shape, UriParts, Whitespace,
};
use crate::airflow::python::space;
use crate::source::Text;
use crate::syntax::json;

/// A URI that Airflow reads without raising.
pub(super) fn find(value: &Text, parts: &UriParts, conn_type: &str) -> Option<Fault> {
    if conn_type.is_empty() {
        return Some(no_scheme(value, parts));
    }
    let Some(authority) = &parts.authority else {
        return no_slashes(value, parts, conn_type).or_else(|| fragment(value, parts));
    };
    inner_protocol(value, parts)
        .or_else(|| half_encoded(value, parts))
        .or_else(|| empty_authority(value, parts, authority, conn_type))
        .or_else(|| unencoded(value, parts, authority, conn_type))
        .or_else(|| deleted(value))
        .or_else(|| blank_at_host(value, parts))
        .or_else(|| fragment(value, parts))
}

/// A `/`, `?` or `#` that cut the credentials in silence.
fn unencoded(
    value: &Text,
    parts: &UriParts,
    authority: &Range<usize>,
    conn_type: &str,
) -> Option<Fault> {
    // The common case first: no `@` after the authority, nothing to ask.
    let rest = value.expose().get(authority.end..)?;
    memchr::memchr(b'@', rest.as_bytes())?;
    let host = value.expose().get(authority.clone())?;
    let (character, at) = cut_credentials(value, parts)?;
    if parts.protocol.is_some() {
        return None;
    }
    let (between, behind) = rest.get(character.len_utf8()..)?.split_once('@')?;
    // A host follows, as far as it goes.
    let followed = behind.starts_with(|c: char| c.is_ascii_alphanumeric() || "[/%".contains(c));
    // `http://host:8080/@scope/name` is a path; so is anything of a type whose path is free text.
    let certain = match (character, host.split_once(':')) {
        // `login:/secret@`, and `:12/token@`: a port without a host.
        (_, Some((_, "") | ("", _))) => true,
        ('#', Some(_)) => followed,
        // `us/er:secret@host`: a login that was cut.
        ('/', None) => {
            let first = !between.contains('/') && has_no_path(conn_type);
            followed && between.contains(':') && (has_database_path(conn_type) || first)
        }
        (_, None) => followed && has_database_path(conn_type),
        (_, Some(_)) => has_database_path(conn_type) || has_no_path(conn_type),
    };
    if !certain {
        return None;
    }
    let kind = if authority.is_empty() && character == '/' {
        FaultKind::Rejected(Rejected::EmptyAuthority)
    } else {
        FaultKind::Unencoded { character }
    };
    Some(silent(kind, at))
}

/// `trino:///login:password@host`: one slash too many, and all of it is the path.
fn empty_authority(
    value: &Text,
    parts: &UriParts,
    authority: &Range<usize>,
    conn_type: &str,
) -> Option<Fault> {
    if !authority.is_empty() || parts.protocol.is_some() || has_file_path(conn_type) {
        return None;
    }
    let path = value.expose().get(parts.path.clone()?)?.strip_prefix('/')?;
    let (user, _) = path.split('/').next()?.rsplit_once('@')?;
    let slash = value.slice(authority.end..authority.end + 1);
    user.contains(':')
        .then(|| silent(FaultKind::Rejected(Rejected::EmptyAuthority), slash))
}

/// An inner protocol that becomes the host, or a scheme that stays in front of it.
fn inner_protocol(value: &Text, parts: &UriParts) -> Option<Fault> {
    let text = value.expose();
    let scheme = parts.scheme.clone()?;
    let rejected = |kind, at| Some(silent(FaultKind::Rejected(kind), at));
    // `uri.replace(f"{scheme}://", "")` does not find `HTTP://`, and what stays is the protocol.
    if parts.protocol.as_ref() == Some(&scheme) {
        let host = parts.host.as_ref().is_some_and(|host| !host.is_empty());
        return host
            .then(|| rejected(Rejected::UpperCaseScheme, value.slice(scheme)))
            .flatten();
    }
    // `http://https://h` before 2.6.3: host `https`, no port, path `//h`.
    let authority = text.get(parts.authority.clone()?)?;
    let (host, path) = (parts.host.as_ref()?, text.get(parts.path.clone()?)?);
    if parts.protocol.is_some() || !authority.ends_with(':') || !path.starts_with("//") {
        return None;
    }
    let inner = text.get(host.clone())?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    if !inner.starts_with(|c: char| c.is_ascii_alphabetic()) || !inner.bytes().all(plain) {
        return None;
    }
    let separator = text.get(host.end..)?.find("://")? + host.end;
    if text.get(scheme)?.eq_ignore_ascii_case(inner) {
        let at = value.slice(host.start..separator + 3);
        return Some(silent(FaultKind::SchemeTwice, at));
    }
    rejected(
        Rejected::ProtocolTooEarly,
        value.slice(separator..separator + 3),
    )
}

/// `https%3A//host`: what `quote()` makes of a host with a protocol, which leaves slashes as they are.
fn half_encoded(value: &Text, parts: &UriParts) -> Option<Fault> {
    let (host, path) = (parts.host.clone()?, parts.path.clone()?);
    let text = value.expose();
    let protocol = text.get(host.clone())?.to_ascii_lowercase();
    let is_protocol = protocol.strip_suffix("%3a").is_some_and(|name| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        !name.is_empty() && name.bytes().all(plain)
    });
    if !is_protocol || path.start != host.end || !text.get(path.clone())?.starts_with("//") {
        return None;
    }
    let at = value.slice(path.start..path.start + 2);
    Some(silent(FaultKind::Rejected(Rejected::HalfEncoded), at))
}

/// A tab or line break in the middle of a part. At an edge nothing is lost by its deletion.
fn deleted(value: &Text) -> Option<Fault> {
    let value = &space::strip(value);
    let text = value.expose();
    let unsafe_bytes = memchr::memchr3_iter(b'\t', b'\r', b'\n', text.as_bytes());
    for at in unsafe_bytes {
        let blank = |c: &char| matches!(c, '\t' | '\r' | '\n');
        let before = text[..at].chars().rev().find(|c| !blank(c));
        let after = text[at..].chars().find(|c| !blank(c));
        let divides = |c: Option<char>| {
            c.is_none_or(|c| matches!(c, '@' | ':' | '/' | '?' | '&' | '=' | '#'))
        };
        // What stands before the first colon is the scheme, which is right without the character.
        let in_scheme = !text[..at].contains(':');
        if in_scheme || divides(before) || divides(after) {
            continue;
        }
        let character = char::from(text.as_bytes()[at]);
        let kind = FaultKind::Whitespace(Whitespace::Deleted(character));
        return Some(silent(kind, value.slice(at..at + 1)));
    }
    None
}

/// Blanks at the edge of the host, where no name and no address has one.
fn blank_at_host(value: &Text, parts: &UriParts) -> Option<Fault> {
    let host = parts.host.clone().filter(|host| !host.is_empty())?;
    let text = value.expose().get(host.clone())?;
    // Those are deleted before anybody looks for a host.
    let deleted = |c: char| matches!(c, '\t' | '\r' | '\n');
    let start = host.start + text.len() - text.trim_start_matches(deleted).len();
    let end = host.start + text.trim_end_matches(deleted).len();
    let kept = value.expose().get(start..end)?;
    let at_end = kept.len() - kept.trim_end_matches(space::is_invisible).len();
    let at_start = kept.len() - kept.trim_start_matches(space::is_invisible).len();
    let at = match (at_end, at_start) {
        (0, 0) => return None,
        (0, _) => start..start + at_start,
        _ => end - at_end..end,
    };
    let kind = FaultKind::Whitespace(Whitespace::Host);
    Some(silent(kind, value.slice(at)))
}

/// `#` and what follows: `urlsplit` sets it apart, and `_parse_from_uri` never looks at it. Before 2.5
/// the same went for `;` and what follows in the path of some schemes (`urlparse`).
fn fragment(value: &Text, parts: &UriParts) -> Option<Fault> {
    let text = value.expose();
    if let Some(path) = &parts.path
        && text
            .get(path.end..)
            .is_some_and(|rest| rest.starts_with(';'))
    {
        let end = text[path.end..]
            .find(['?', '#'])
            .map_or(text.len(), |skip| path.end + skip);
        return Some(silent(FaultKind::Fragment, value.slice(path.end..end)));
    }
    let fragment = parts.fragment.as_ref()?;
    let hash = text.get(..fragment.start)?.rfind('#')?;
    let at = value.slice(hash..fragment.end.max(hash + 1));
    Some(silent(FaultKind::Fragment, at))
}

/// The character that cut the credentials, where an `@` follows the authority.
///
/// If the port could not be read, something is wrong for certain. Otherwise the authority reads as
/// `host:1234` or `host:` or `host`, and only an `@` where none can be meant tells that it is the
/// beginning of `login:password@host`.
pub(super) fn cut_credentials(value: &Text, parts: &UriParts) -> Option<(char, Text)> {
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
    let end = authority.end + character.len_utf8();
    Some((character, value.slice(authority.end..end)))
}

/// True where `at` stands behind the first `?`, and before any `#`.
pub(super) fn in_query(text: &str, at: usize) -> bool {
    let start = text.find("://").map_or(0, |first| first + 3);
    let head = text.get(start..at).unwrap_or_default();
    let mark = head.find(['?', '#']);
    mark.is_some_and(|mark| head.as_bytes()[mark] == b'?') && !head.contains('#')
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

/// Types that have no use for a path.
fn has_no_path(conn_type: &str) -> bool {
    matches!(
        conn_type,
        "adls"
            | "google_cloud_platform"
            | "hive_cli"
            | "hiveserver2"
            | "imap"
            | "kafka"
            | "livy"
            | "salesforce"
            | "slack"
            | "slackwebhook"
            | "wasb"
            | "winrm"
    )
}

/// Types whose path is one of files, in which anything may stand.
fn has_file_path(conn_type: &str) -> bool {
    matches!(
        conn_type,
        "file" | "fs" | "ftp" | "gs" | "hdfs" | "s3" | "samba" | "sftp" | "sqlite" | "webhdfs"
    )
}

/// `scheme:` without an authority: `mysql:/u:p@h/db`, `host:5432`, `mysql:h`.
fn no_slashes(value: &Text, parts: &UriParts, conn_type: &str) -> Option<Fault> {
    let scheme = parts.scheme.as_ref()?;
    let path = value.expose().get(parts.path.clone()?)?;
    // Python deletes tabs and line breaks, which may stand before the colon.
    let colon = scheme.end + value.expose().get(scheme.end..)?.find(':')?;
    let colon = value.slice(colon..colon + 1);
    // Since 2.6.3 an empty authority is gone as well, and a second `scheme://` with it.
    let slashes = value.expose().get(scheme.end..)?.starts_with("://");
    if slashes
        && (path.is_empty() || path.starts_with('/'))
        && second_scheme(value).is_some()
        && let Some(fault) = host_lost(value)
    {
        return Some(fault);
    }
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
    // `@` or the type of a database shows that an authority was meant.
    let meant = path.contains('@') || path.len() > 1 && has_database_path(conn_type);
    if path.starts_with('/') && !meant {
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
    // `mysql:x?u=http://a&v=http://b`: the first one does not belong to the scheme.
    if text[..first].contains(':') {
        return None;
    }
    let at = value.slice(second..second + 3);
    if in_query(text, second) {
        return Some(silent(FaultKind::UrlInQuery, at));
    }
    if let Some(at) = second_scheme(value) {
        return Some(silent(FaultKind::SchemeTwice, at));
    }
    Some(silent(FaultKind::Rejected(Rejected::HostLost), at))
}

/// The second `scheme://`, where the scheme stands in front of the second `://` as well.
pub(super) fn second_scheme(value: &Text) -> Option<Text> {
    let text = value.expose();
    let mut separators = text.match_indices("://").map(|(at, _)| at);
    let (first, second) = (separators.next()?, separators.next()?);
    let scheme = text[..first].trim_start().to_ascii_lowercase();
    let twice = !scheme.is_empty() && text[first + 3..second].ends_with(&scheme);
    twice.then(|| value.slice(second - scheme.len()..second + 3))
}

fn no_scheme(value: &Text, parts: &UriParts) -> Fault {
    let stripped = space::strip(value);
    let text = stripped.expose();
    let first = text.chars().next().unwrap_or(' ');
    let first_text = stripped.slice(0..if text.is_empty() { 0 } else { first.len_utf8() });
    let say = |kind, at| silent(FaultKind::NoScheme(kind), at);
    match first {
        '\u{feff}' => return say(NoScheme::Bom, first_text),
        '{' => return silent(FaultKind::JsonTooEarly, first_text),
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

/// `{postgres://…}`, `{"postgres://…"}`, `{"": "postgres://…"}`: a URI pasted between the marks that
/// a console's form shows, where Airflow only sees an object that it cannot use.
pub(super) fn console_braces(value: &Text, reading: &Reading) -> Option<Fault> {
    if !matches!(reading.shape, Shape::Json(_)) {
        return None;
    }
    let stripped = space::strip(value);
    let inner = stripped.expose().strip_prefix('{')?;
    let rest = inner.trim_start();
    let rest = match rest.strip_prefix("\"\"") {
        Some(rest) => rest.trim_start().strip_prefix(':')?.trim_start(),
        None => rest,
    };
    let rest = rest.strip_prefix('"').unwrap_or(rest);
    let scheme = &rest[..rest.find("://")?];
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.chars().all(plain) {
        return None;
    }
    let kind = FaultKind::Whitespace(Whitespace::Braces);
    let exception = reading.outcome.as_ref().err().map(|e| e.exception);
    Some(Fault {
        exception: exception.filter(|name| !name.is_empty()),
        ..silent(kind, stripped.slice(0..1))
    })
}
