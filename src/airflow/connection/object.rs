//! `Connection.from_json`, what the constructor and `get_uri()` then make of the fields, and the
//! aliases of `SecretsManagerBackend`.

use super::keys::{self, ALIASES};
use super::uri::{self, check_extra, failure};
use super::ways::Ways;
use super::{Asked, Connection, Failure, Field, Format, Reading, Reason, Shape};
use crate::airflow::Python;
use crate::airflow::python::{dumps, int};
use crate::source::{Text, TextBuilder};
use crate::syntax::json::{self, Json, Kind, Member, Value};

const PYTHON_3_11: Python = Python {
    major: 3,
    minor: 11,
};

/// The members that became keyword arguments.
#[derive(Default, Clone, Copy)]
struct Arguments<'a> {
    conn_type: Option<Value<'a>>,
    description: Option<Value<'a>>,
    host: Option<Value<'a>>,
    login: Option<Value<'a>>,
    password: Option<Value<'a>>,
    schema: Option<Value<'a>>,
    port: Option<Value<'a>>,
    extra: Option<Value<'a>>,
    uri: Option<Value<'a>>,
    conn_id: Option<Member<'a>>,
    unknown: Option<Member<'a>>,
    /// A key `self`, which every method has already: `TypeError` before anything else.
    itself: Option<Member<'a>>,
}

impl<'a> Arguments<'a> {
    /// Repeated keys: the last value, as `json.loads` keeps it.
    fn of(root: Value<'a>, ways: &Ways) -> Self {
        let mut arguments = Self::default();
        for member in root.members() {
            let name = member.key.as_str().unwrap_or_default();
            let slot = match name.as_ref() {
                "conn_type" => &mut arguments.conn_type,
                "description" => &mut arguments.description,
                "host" => &mut arguments.host,
                "login" => &mut arguments.login,
                "password" => &mut arguments.password,
                "schema" => &mut arguments.schema,
                "port" => &mut arguments.port,
                "extra" => &mut arguments.extra,
                // `airflow.sdk.Connection` of 3.1 is an attrs class without `uri`; 1.2.0 gave it an `__init__`.
                "uri" if !ways.sdk_json || ways.sdk_uri => &mut arguments.uri,
                "conn_id" => {
                    arguments.conn_id = Some(member);
                    continue;
                }
                other => {
                    if other == "self" {
                        arguments.itself = Some(member);
                    }
                    if !is_team(other, ways) {
                        arguments.unknown = arguments.unknown.or(Some(member));
                    }
                    continue;
                }
            };
            *slot = Some(member.value);
        }
        arguments
    }

    /// Something besides `uri` is left in `kwargs` (Task SDK).
    fn has_more_than_uri(&self) -> bool {
        let kept = [
            self.description,
            self.host,
            self.login,
            self.password,
            self.schema,
        ];
        kept.iter().any(Option::is_some)
            || [self.conn_type, self.port, self.extra]
                .into_iter()
                .any(truthy)
            || self.unknown.is_some()
    }
}

fn is_team(name: &str, ways: &Ways) -> bool {
    !ways.sdk_json
        && ((ways.team_id && name == "team_id") || (ways.team_name && name == "team_name"))
}

fn truthy(value: Option<Value<'_>>) -> bool {
    value.is_some_and(Value::is_truthy)
}

/// A text that begins with `{` after `strip`.
pub(super) fn read(value: &Text, stripped: &Text, ways: &Ways) -> Reading {
    finish(value, stripped, |root| {
        construct(&Arguments::of(root, ways), ways)
    })
}

/// The same, as `SecretsManagerBackend` of amazon 7.0 and later stores it: aliases are mapped, all
/// other keys dropped, and the result is read as Airflow's own JSON.
pub(super) fn read_aliased(value: &Text, words: &[(String, Vec<String>)], ways: &Ways) -> Reading {
    finish(value, value, |root| {
        let unknown = words
            .iter()
            .any(|(field, _)| field != "user" && !ALIASES.iter().any(|(known, _)| known == field));
        if unknown {
            let at = value.clone();
            return (Err(failure("KeyError", Reason::ExtraConnWords, at)), None);
        }
        let mut arguments = Arguments::default();
        let format = Format::SecretsManager {
            extra_conn_words: words.to_vec(),
        };
        for taken in keys::taken(root, &format) {
            let slot = match taken.field {
                "login" => &mut arguments.login,
                "password" => &mut arguments.password,
                "host" => &mut arguments.host,
                "port" => &mut arguments.port,
                "schema" => &mut arguments.schema,
                "conn_type" => &mut arguments.conn_type,
                _ => &mut arguments.extra,
            };
            *slot = Some(taken.member.value);
        }
        construct(&arguments, ways)
    })
}

pub(super) type Built = (Result<Connection, Failure>, Option<Failure>);

pub(super) fn finish(value: &Text, text: &Text, build: impl FnOnce(Value<'_>) -> Built) -> Reading {
    let offset = text.range_in(value).map_or(0, |range| range.start);
    let tree = match json::parse(text) {
        Ok(tree) => tree,
        // Python reads a number as soon as it stands there, whatever follows.
        Err(_) if has_early_oversized_integer(text) => {
            let mut failed = failure("ValueError", Reason::IntegerTooLong, text.clone());
            place(&mut failed, value);
            return reading(None, Err(failed), None);
        }
        Err(error) => {
            let at = error.at.min(text.len());
            let length = text.expose()[at..].chars().next().map_or(0, char::len_utf8);
            let exception = error.kind.exception();
            let at = text.slice(at..at + length);
            let mut failed = failure(exception, Reason::Json(error), at);
            failed.range = error.at + offset..error.at + offset + length;
            return reading(None, Err(failed), None);
        }
    };
    if dumps::has_oversized_integer(&tree) {
        let culprit = tree
            .values()
            .find(|value| value.kind() == Kind::Integer && value.range().len() > int::MAX_DIGITS);
        let at = culprit.map_or_else(|| text.clone(), Value::raw);
        let mut failed = failure("ValueError", Reason::IntegerTooLong, at);
        place(&mut failed, value);
        return reading(Some(tree), Err(failed), None);
    }
    let (mut outcome, mut unusable) = build(tree.root());
    if let Err(failed) = &mut outcome {
        place(failed, value);
    }
    if let Some(failed) = &mut unusable {
        place(failed, value);
    }
    reading(Some(tree), outcome, unusable)
}

/// What can be read of a broken text holds an integer that Python refuses.
fn has_early_oversized_integer(text: &Text) -> bool {
    text.len() > int::MAX_DIGITS
        && json::parse_head(text)
            .0
            .is_some_and(|head| dumps::has_oversized_integer(&head))
}

fn reading(
    tree: Option<Json>,
    outcome: Result<Connection, Failure>,
    unusable: Option<Failure>,
) -> Reading {
    Reading {
        shape: Shape::Json(tree),
        outcome,
        unusable,
        fault: None,
        nested: None,
        asked: Asked::default(),
    }
}

/// Where the text at fault stands in the value; inside a decoded string, the whole value.
fn place(failed: &mut Failure, value: &Text) {
    if failed.at.is_empty() && failed.reason == Reason::ConnTypeMissing {
        failed.at = value.clone();
    }
    failed.range = failed.at.range_in(value).unwrap_or(0..value.len());
}

fn construct(arguments: &Arguments<'_>, ways: &Ways) -> Built {
    match build(arguments, ways) {
        Ok(connection) => {
            let unusable = get_uri(arguments, &connection, ways);
            (Ok(connection), unusable)
        }
        Err(failed) => (Err(failed), None),
    }
}

fn field_type(exception: &'static str, field: &'static str, value: Value<'_>) -> Failure {
    failure(exception, Reason::FieldType(field), value.raw())
}

fn build(arguments: &Arguments<'_>, ways: &Ways) -> Result<Connection, Failure> {
    let extra = arguments
        .extra
        .filter(|extra| extra.is_truthy())
        .map(extra_text);
    let conn_type = conn_type(arguments, ways)?;
    let port = match arguments.port.filter(|port| port.is_truthy()) {
        Some(port) => Some(port_number(port)?),
        None => None,
    };
    if let Some(member) = arguments.conn_id {
        // `Connection(conn_id=conn_id, **kwargs)`. CPython 3.11 leaves a KeyError as it is while
        // another exception is being handled, and makes a TypeError of it elsewhere.
        let exception = if ways.conn_id_type_error {
            "TypeError"
        } else {
            "KeyError"
        };
        return Err(failure(exception, Reason::ConnId, member.key.raw()));
    }
    let connection = Connection {
        conn_type,
        description: text_of(arguments.description),
        host: text_of(arguments.host),
        login: text_of(arguments.login),
        password: text_of(arguments.password),
        schema: text_of(arguments.schema),
        port,
        extra,
    };
    if ways.sdk_json {
        build_sdk(arguments, connection, ways)
    } else {
        build_core(arguments, connection, ways)
    }
}

/// `airflow.models.Connection.__init__`.
fn build_core(
    arguments: &Arguments<'_>,
    mut connection: Connection,
    ways: &Ways,
) -> Result<Connection, Failure> {
    if let Some(member) = arguments.unknown {
        return Err(failure("TypeError", Reason::UnknownKey, member.key.raw()));
    }
    if let Some(uri) = arguments.uri.filter(|uri| uri.is_truthy()) {
        let others = [
            arguments.conn_type,
            arguments.host,
            arguments.login,
            arguments.password,
            arguments.schema,
            arguments.extra,
        ];
        // A port of "0" is truthy as text and 0 as number.
        let port = connection.port.as_deref().is_some_and(|port| port != "0");
        if port || others.into_iter().any(truthy) {
            return Err(failure(
                "AirflowException",
                Reason::UriWithFields,
                uri.raw(),
            ));
        }
        return from_nested_uri(uri, arguments, ways);
    }
    if let Some(password) = arguments.password {
        if password.is_truthy() && password.kind() != Kind::String {
            // `bytes(value, "utf-8")` in set_password.
            return Err(field_type("TypeError", "password", password));
        }
        if !password.is_truthy() {
            connection.password = None;
        }
        if is_surrogate(password) {
            return Err(surrogate("password", password));
        }
    }
    if let (Some(extra), true) = (&connection.extra, ways.extra_parsed) {
        check_extra(extra, ways)?;
    }
    Ok(connection)
}

/// `airflow.sdk.Connection.__init__`.
fn build_sdk(
    arguments: &Arguments<'_>,
    connection: Connection,
    ways: &Ways,
) -> Result<Connection, Failure> {
    let unknown = |member: Member<'_>| failure("TypeError", Reason::UnknownKey, member.key.raw());
    if let Some(member) = arguments.itself {
        return Err(unknown(member));
    }
    let Some(uri) = arguments.uri.filter(|uri| uri.kind() != Kind::Null) else {
        return arguments
            .unknown
            .map_or(Ok(connection), |member| Err(unknown(member)));
    };
    if arguments.has_more_than_uri() {
        return Err(failure(
            "AirflowException",
            Reason::UriWithFields,
            uri.raw(),
        ));
    }
    let mut ways = *ways;
    ways.sdk_uri = true;
    ways.decode_query = false;
    from_nested_uri(uri, arguments, &ways)
}

fn from_nested_uri(
    uri: Value<'_>,
    arguments: &Arguments<'_>,
    ways: &Ways,
) -> Result<Connection, Failure> {
    let Some(text) = uri.string() else {
        return Err(field_type(uri_exception(uri, ways), "uri", uri));
    };
    let (_, outcome) = uri::from_uri(&text, ways);
    let mut connection = outcome?;
    connection.description = text_of(arguments.description);
    Ok(connection)
}

/// What `_parse_from_uri` raises of what is no text.
pub(super) fn uri_exception(uri: Value<'_>, ways: &Ways) -> &'static str {
    // `uri.count` of a list works, and urlsplit then cannot hash it.
    if uri.kind() == Kind::Array && ways.python >= PYTHON_3_11 {
        "TypeError"
    } else {
        "AttributeError"
    }
}

/// `Connection._normalize_conn_type` on whatever stands there.
fn conn_type(arguments: &Arguments<'_>, ways: &Ways) -> Result<Field, Failure> {
    let Some(value) = arguments.conn_type.filter(|value| value.is_truthy()) else {
        if ways.conn_type_required {
            let at = arguments
                .conn_type
                .map_or_else(|| Text::verbatim("", 0), Value::raw);
            return Err(failure("ValueError", Reason::ConnTypeMissing, at));
        }
        return Ok(None);
    };
    match value.kind() {
        Kind::String => Ok(value.string().as_ref().map(uri::normalized)),
        Kind::Array | Kind::Object => {
            if holds(value, "-") {
                // `"-" in conn_type`, then `conn_type.replace`.
                return Err(field_type("AttributeError", "conn_type", value));
            }
            Ok(Some(value.raw()))
        }
        _ => Err(field_type("TypeError", "conn_type", value)),
    }
}

/// Python's `text in value` for a list or an object.
pub(super) fn holds(value: Value<'_>, text: &str) -> bool {
    value
        .items()
        .any(|item| item.as_str().is_some_and(|item| item == text))
        || value
            .members()
            .any(|member| member.key.as_str().is_some_and(|key| key == text))
}

pub(super) fn port_number(port: Value<'_>) -> Result<String, Failure> {
    let wrong = |exception| failure(exception, Reason::Port, port.raw());
    match port.kind() {
        Kind::String => {
            let text = port.as_str().unwrap_or_default();
            int::parse(&text).ok_or_else(|| wrong("ValueError"))
        }
        Kind::Integer => Ok(port.raw().expose().to_owned()),
        Kind::True => Ok("1".to_owned()),
        Kind::Float => {
            let number: f64 = port.raw().expose().parse().unwrap_or(f64::NAN);
            if number.is_infinite() {
                return Err(wrong("OverflowError"));
            }
            Ok(int::truncate(number))
        }
        Kind::NaN => Err(wrong("ValueError")),
        Kind::Infinity | Kind::NegInfinity => Err(wrong("OverflowError")),
        _ => Err(wrong("TypeError")),
    }
}

/// `value if isinstance(value, str) else json.dumps(value)`.
fn extra_text(value: Value<'_>) -> Text {
    value.string().unwrap_or_else(|| {
        let mut out = String::new();
        dumps::value(&mut out, value);
        let raw = value.raw();
        let mut builder = TextBuilder::at(raw.span(0..0).start);
        builder.push_replaced(&raw, 0..raw.len(), &out);
        builder.finish()
    })
}

/// A field as text; values of other types as `json.dumps` writes them.
pub(super) fn text_of(value: Option<Value<'_>>) -> Field {
    value
        .filter(|value| value.kind() != Kind::Null)
        .map(extra_text)
}

/// What `get_uri()` raises for a connection that was built from `arguments`.
fn get_uri(arguments: &Arguments<'_>, connection: &Connection, ways: &Ways) -> Option<Failure> {
    if !ways.get_uri {
        return None;
    }
    let wrong = |exception, field, value: Value<'_>| {
        Some(failure(exception, Reason::GetUri(field), value.raw()))
    };
    let typed = |value: &Value<'_>| !matches!(value.kind(), Kind::String | Kind::Null);
    // From a `uri` inside the object come strings only.
    if let Some(uri) = arguments.uri.filter(|uri| uri.is_truthy()) {
        if is_surrogate(uri) {
            return Some(surrogate("uri", uri));
        }
        return extra_failure(connection, ways);
    }
    if let Some(value) = arguments.conn_type.filter(typed).filter(|v| v.is_truthy()) {
        return wrong("AttributeError", "conn_type", value);
    }
    let host = arguments.host.filter(typed).filter(|v| v.is_truthy());
    if let Some(value) = host {
        if !matches!(value.kind(), Kind::Array | Kind::Object) {
            return wrong("TypeError", "host", value);
        }
        if holds(value, "://") {
            return wrong("AttributeError", "host", value);
        }
    }
    if let Some(value) = arguments.login.filter(typed) {
        return wrong("TypeError", "login", value);
    }
    if let Some(value) = arguments.password.filter(typed).filter(|_| ways.sdk_json) {
        return wrong("TypeError", "password", value);
    }
    if let Some(value) = host {
        return wrong("TypeError", "host", value);
    }
    if let Some(value) = arguments.schema.filter(typed).filter(|v| v.is_truthy()) {
        return wrong("TypeError", "schema", value);
    }
    let quoted = [
        ("login", arguments.login),
        ("password", arguments.password),
        ("host", arguments.host),
        ("schema", arguments.schema),
    ];
    for (field, value) in quoted {
        if let Some(value) = value.filter(|value| is_surrogate(*value)) {
            return Some(surrogate(field, value));
        }
    }
    if let Some(extra) = arguments
        .extra
        .filter(|extra| holds_surrogate(*extra, ways))
    {
        return Some(surrogate("extra", extra));
    }
    extra_failure(connection, ways)
}

/// A string with half of a surrogate pair, which no codec takes: `quote()` and `bytes()` raise.
fn is_surrogate(value: Value<'_>) -> bool {
    value.string().is_some_and(|text| text.is_lossy())
}

fn surrogate(field: &'static str, value: Value<'_>) -> Failure {
    failure("UnicodeEncodeError", Reason::Surrogate(field), value.raw())
}

/// The same in an extra, which `get_uri()` gives to `urlencode`: its keys and texts. Before 3.0.0 the
/// secrets masker looks at whatever it holds.
fn holds_surrogate(extra: Value<'_>, ways: &Ways) -> bool {
    // Most have no such escape.
    if memchr::memmem::find(extra.raw().expose().as_bytes(), b"\\u").is_none() {
        return false;
    }
    if let Some(text) = extra.string() {
        return text.is_lossy() || is_surrogate_in(&text, ways);
    }
    is_surrogate_in(&extra.raw(), ways)
}

/// The same in the text of an extra. What is no object is not taken apart: the releases that look at
/// keys and texts only leave it alone.
fn is_surrogate_in(extra: &Text, ways: &Ways) -> bool {
    let Ok(tree) = json::parse(extra) else {
        return false;
    };
    if ways.extra_encoded {
        return tree.values().any(is_surrogate);
    }
    let mut members = tree.root().members();
    members.any(|member| is_surrogate(member.key) || is_surrogate(member.value))
}

/// `extra_dejson` inside `get_uri()`: what `json.loads` raises besides `JSONDecodeError`.
pub(super) fn extra_failure(connection: &Connection, ways: &Ways) -> Option<Failure> {
    let extra = connection.extra.as_ref().filter(|_| ways.get_uri)?;
    if extra.len() <= int::MAX_DIGITS {
        return None;
    }
    let mut loose = *ways;
    loose.extra_checked = false;
    check_extra(extra, &loose).err()
}

/// The same for a connection built from a URI.
pub(super) fn unusable_extra(
    outcome: &Result<Connection, Failure>,
    ways: &Ways,
) -> Option<Failure> {
    let connection = outcome.as_ref().ok()?;
    let extra = connection.extra.as_ref().filter(|extra| {
        let escaped = memchr::memmem::find(extra.expose().as_bytes(), b"\\u").is_some();
        ways.get_uri && escaped && is_surrogate_in(extra, ways)
    });
    if let Some(extra) = extra {
        let reason = Reason::Surrogate("extra");
        return Some(failure("UnicodeEncodeError", reason, extra.clone()));
    }
    extra_failure(connection, ways)
}
