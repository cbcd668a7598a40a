//! The fields of a value that looks plain, cut out of it in one more pass: what [`crate::airflow::connection::read`]
//! builds, without the map into the file that nobody asks for. Tests hold the two against each other.

use std::borrow::Cow;

use super::cursor::{Cursor, Member};
use super::{Format, LONGEST, escaped};
use crate::airflow::connection::Reader;
use crate::airflow::connection::ways::Ways;
use crate::syntax::json;

/// A connection that was built; of the extra only whether there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields<'v> {
    /// `conn_type`
    pub conn_type: Option<Cow<'v, str>>,
    /// `description`
    pub description: Option<Cow<'v, str>>,
    /// `host`
    pub host: Option<Cow<'v, str>>,
    /// `login`
    pub login: Option<Cow<'v, str>>,
    /// `password`
    pub password: Option<Cow<'v, str>>,
    /// `schema`
    pub schema: Option<Cow<'v, str>>,
    /// `port`, as its digits.
    pub port: Option<&'v str>,
    /// `extra` is neither `None` nor "".
    pub has_extra: bool,
}

/// The fields of a `value` that [`super::looks_plain`] and [`super::may_be_plain`] have let pass. `None`
/// where they cannot be cut out here: read it then.
pub fn fields<'v>(value: &'v str, reader: &Reader, format: &Format) -> Option<Fields<'v>> {
    let ways = Ways::of(reader);
    if value.len() > LONGEST {
        return None;
    }
    if value.starts_with('{') {
        of_object(value, format, &ways)
    } else {
        of_uri(value, &ways)
    }
}

fn of_uri<'v>(value: &'v str, ways: &Ways) -> Option<Fields<'v>> {
    let (scheme, rest) = value.split_once("://")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, query),
        None => (rest, ""),
    };
    // Before 2.5 `urlparse` looks for parameters, of which a plain path has none.
    let (user, host) = match authority.split_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let (login, password) = match user.map(|user| user.split_once(':').ok_or(user)) {
        None => (None, None),
        Some(Ok((login, password))) => (Some(login), Some(password)),
        Some(Err(login)) => (Some(login), None),
    };
    let (host, port) = match host.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (host, None),
    };
    let database = path.strip_prefix('/').unwrap_or(path);
    Some(Fields {
        conn_type: Some(normalized(lower(scheme))),
        description: None,
        host: Some(lower(host)),
        login: login.map(unquoted),
        password: password
            .map(unquoted)
            .filter(|password| ways.sdk_uri || !password.is_empty()),
        schema: Some(unquoted(database)),
        port,
        has_extra: !query.is_empty(),
    })
}

/// Escapes of ASCII only, as a plain value holds them.
fn unquoted(text: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'%', text.as_bytes()) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(character) = rest.chars().next() {
        if let Some(byte) = escaped(rest.as_bytes()).filter(u8::is_ascii) {
            out.push(char::from(byte));
            rest = &rest[3..];
        } else {
            out.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    Cow::Owned(out)
}

fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Cow::Owned(text.to_ascii_lowercase());
    }
    Cow::Borrowed(text)
}

/// `Connection._normalize_conn_type`
fn normalized(conn_type: Cow<'_, str>) -> Cow<'_, str> {
    if conn_type == "postgresql" {
        return Cow::Borrowed("postgres");
    }
    if conn_type.contains('-') {
        return Cow::Owned(conn_type.replace('-', "_"));
    }
    conn_type
}

fn of_object<'v>(value: &'v str, format: &Format, ways: &Ways) -> Option<Fields<'v>> {
    let mut cursor = Cursor {
        bytes: value.as_bytes(),
        at: 1,
        lines: false,
        spread: false,
    };
    let mut fields = Fields::default();
    loop {
        let key = cursor.key()?;
        cursor.lines = key == b"extra";
        let start = cursor.at;
        let member = cursor.value()?;
        let text = match &member {
            Member::Text(text) => Some(decoded(std::str::from_utf8(text).ok()?)),
            _ => None,
        };
        match key {
            b"conn_type" => fields.conn_type = text.filter(|text| !text.is_empty()).map(normalized),
            // `SecretsManagerBackend` has no such alias.
            b"description" if format.is_secrets_manager() => {}
            b"description" => fields.description = text,
            b"host" => fields.host = text,
            b"login" => fields.login = text,
            b"password" => {
                fields.password = text.filter(|text| ways.sdk_json || !text.is_empty());
            }
            b"schema" => fields.schema = text,
            b"port" => {
                fields.port = match member {
                    Member::Text(port) => std::str::from_utf8(port).ok(),
                    Member::Integer => value.get(start..cursor.at).map(str::trim),
                    _ => None,
                };
            }
            b"extra" => {
                if matches!(member, Member::Object) {
                    cursor.skip_object()?;
                }
                fields.has_extra = match member {
                    Member::Null => false,
                    Member::Text(text) => !text.is_empty(),
                    _ => true,
                };
            }
            _ => return None,
        }
        cursor.lines = false;
        match cursor.next()? {
            b',' => {}
            b'}' => return Some(fields),
            _ => return None,
        }
    }
}

fn decoded(inner: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Cow::Borrowed(inner);
    }
    Cow::Owned(json::unescape_plain(inner))
}
