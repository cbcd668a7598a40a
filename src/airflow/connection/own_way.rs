//! `SecretsManagerBackend` of the releases that do more with an object than rename its keys:
//! `full_url_mode=False` before amazon 7.0, `are_secret_values_urlencoded` until 8.29.
//!
//! What a release makes of the secret is written down as JSON, and that is read.

use super::akeyless::written;
use super::core::{self, Arguments};
use super::keys::ALIASES;
use super::object::{self, finish};
use super::ways::Ways;
use super::{Connection, Format, Nested, Reader, Reading, Reason, Shape, failed};
use crate::airflow::python::literal::{self, Literal};
use crate::airflow::python::unquote::unquote;
use crate::airflow::python::{dumps, int, repr, space};
use crate::source::{Text, TextBuilder};
use crate::syntax::json::{self, Json, Kind, Member, Value};

/// Such a release, with its settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnWay {
    /// What it does.
    pub steps: Steps,
    /// `are_secret_values_urlencoded`: the fields are percent-decoded.
    pub decodes: bool,
    /// Additional aliases from `extra_conn_words`.
    pub words: Words,
}

/// Field name and words of each item of `extra_conn_words`, or the exception that reading them raises.
pub type Words = Result<Vec<(String, Vec<String>)>, &'static str>;

/// What is done with the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steps {
    /// amazon 2.3.0 to 4.1.0: a Python literal becomes a URI, without any encoding.
    Uri {
        /// 2.6.0 and later: an empty text is not given to `literal_eval`.
        tests_text: bool,
    },
    /// amazon 5.0.0 to 6.2.0: JSON or a Python literal becomes core's `Connection(…)`.
    Connection,
    /// amazon 7.0.0 to 8.29.0: JSON becomes Airflow's own JSON. A URI is a URI.
    Json,
}

/// Why no object comes out.
enum Stop {
    Raises(&'static str, Reason),
    /// `None`
    NotThere,
    Undecided,
}

type Step<T> = Result<T, Stop>;

fn raises<T>(exception: &'static str) -> Step<T> {
    Err(Stop::Raises(exception, Reason::NotAnObject))
}

/// Reads the secret of a connection.
pub(super) fn read(value: &Text, reader: &Reader, way: &OwnWay) -> Reading {
    let read = match way.steps {
        Steps::Uri { tests_text } => as_uri(value, tests_text, way).map(|text| {
            let inner = super::read(&text, reader, &Format::Airflow);
            Reading {
                shape: Shape::Json(None),
                outcome: inner.outcome.clone(),
                unusable: inner.unusable.clone(),
                nested: Some(Box::new(Nested {
                    text,
                    reading: inner,
                })),
                fault: None,
                asked: super::Asked::default(),
            }
        }),
        Steps::Connection => as_fields(value, way).map(|text| {
            let ways = core::ways(reader);
            finish(&text, &text, |root| {
                core::build(&Arguments::of(root), &ways)
            })
        }),
        Steps::Json => return as_json(value, reader, way),
    };
    settled(read, value)
}

fn settled(read: Step<Reading>, value: &Text) -> Reading {
    let mut reading = match read {
        Ok(reading) => reading,
        Err(Stop::Raises(exception, reason)) => {
            return failed(Shape::Json(None), value, exception, reason);
        }
        Err(Stop::NotThere) => return failed(Shape::Json(None), value, "", Reason::NotThere),
        Err(Stop::Undecided) => return failed(Shape::Json(None), value, "", Reason::Undecided),
    };
    // What was read is not what stands there.
    let failures = [reading.outcome.as_mut().err(), reading.unusable.as_mut()];
    for failure in failures.into_iter().flatten() {
        failure.range = 0..value.len();
    }
    reading
}

/// `get_conn_value` of 7.0.0 to 8.29.0.
fn as_json(value: &Text, reader: &Reader, way: &OwnWay) -> Reading {
    if !space::strip(value).expose().starts_with('{') {
        return super::read(value, reader, &Format::Airflow);
    }
    let first = finish(value, value, |_| (Ok(Connection::default()), None));
    let (Ok(_), Shape::Json(Some(tree))) = (&first.outcome, &first.shape) else {
        return first;
    };
    let read = way.fields(tree.root()).map(|fields| {
        let text = object_of(value, &fields);
        object::read(&text, &text, &Ways::of(reader))
    });
    settled(read, value)
}

/// `get_connection` of 5.0.0 to 6.2.0, up to the constructor.
fn as_fields(value: &Text, way: &OwnWay) -> Step<Text> {
    let Some(tree) = deserialized(value)?.filter(|tree| tree.root().is_truthy()) else {
        return Err(Stop::NotThere);
    };
    let root = tree.root();
    let holds_extra = match root.kind() {
        Kind::Object => false,
        Kind::Array => root
            .items()
            .any(|item| item.as_str().is_some_and(|text| text == "extra")),
        Kind::String => root.as_str().is_some_and(|text| text.contains("extra")),
        // `"extra" in 5`
        _ => return raises("TypeError"),
    };
    if holds_extra {
        // `secret_dict["extra"]`
        return raises("TypeError");
    }
    let extra = match root.get("extra").and_then(Value::string) {
        Some(text) => Some(deserialized(&text)?),
        None => None,
    };
    let root_of = |member: Member<'_>| {
        let is_extra = member.key.as_str().is_some_and(|name| name == "extra");
        is_extra && extra.is_some()
    };
    let mut fields = way.picked(root)?;
    let mut out = Vec::new();
    for (field, member) in &mut fields {
        let parsed = member.filter(|member| root_of(*member)).and(extra.as_ref());
        let found = match (parsed, &member) {
            (Some(Some(tree)), _) => way.decoded(field, tree.root())?,
            (Some(None), _) | (None, None) => "null".to_owned(),
            (None, Some(member)) => way.decoded(field, member.value)?,
        };
        out.push((*field, found));
    }
    for (field, text) in &mut out {
        if *field == "port" {
            *text = port(text)?;
        }
    }
    Ok(object_of(value, &out))
}

/// `int(data["port"])` of a value that is written as JSON.
fn port(text: &str) -> Step<String> {
    let parsed = json::parse(&Text::verbatim(text, 0)).map_err(|_| Stop::Undecided)?;
    let root = parsed.root();
    let number = match root.kind() {
        Kind::Null => return Ok(text.to_owned()),
        Kind::False => Ok("0".to_owned()),
        Kind::String => int::parse(&root.as_str().unwrap_or_default()).ok_or("ValueError"),
        _ => object::port_number(root).map_err(|failure| failure.exception),
    };
    number.map_err(|exception| Stop::Raises(exception, Reason::Port))
}

/// `get_conn_uri` and `get_conn_value` of 2.3.0 to 4.1.0.
fn as_uri(value: &Text, tests_text: bool, way: &OwnWay) -> Step<Text> {
    if tests_text && value.is_empty() {
        return raises("UnboundLocalError");
    }
    let Some(tree) = evaluated(value)? else {
        return Err(Stop::NotThere);
    };
    let root = tree.root();
    if !root.is_truthy() {
        // Nothing is assigned to `connection`.
        return raises("UnboundLocalError");
    }
    let mut parts = Vec::new();
    for (field, member) in way.picked(root)? {
        if field != "extra" {
            let text = member.map_or(Some(String::new()), |member| repr::str_of(member.value));
            parts.push(text.ok_or(Stop::Undecided)?);
        }
    }
    let [login, password, host, port, schema, conn_type] = &parts[..] else {
        return Err(Stop::Undecided);
    };
    let mut uri = format!("{conn_type}://{login}:{password}@{host}:{port}/{schema}");
    if let Some(extra) = root.get("extra") {
        uri.push('?');
        uri.push_str(&query(extra)?);
    }
    Ok(written(value, &uri))
}

/// `urlencode(json.loads(extra))`
fn query(extra: Value<'_>) -> Step<String> {
    let Some(text) = extra.string() else {
        return raises("TypeError");
    };
    let read = finish(&text, &text, |_| (Ok(Connection::default()), None));
    if let Err(failure) = read.outcome {
        return raises(failure.exception);
    }
    let Shape::Json(Some(tree)) = read.shape else {
        return Err(Stop::Undecided);
    };
    let root = tree.root();
    match root.kind() {
        Kind::Object => {}
        Kind::Array | Kind::String if !root.is_truthy() => return Ok(String::new()),
        // `query[0]` is no tuple, or there is no length.
        _ => return raises("TypeError"),
    }
    let mut pairs = Vec::new();
    for member in root.effective_members() {
        let lossy = |value: Value<'_>| value.string().is_some_and(|text| text.is_lossy());
        if lossy(member.key) || lossy(member.value) {
            return Err(Stop::Undecided);
        }
        let key = repr::str_of(member.key).ok_or(Stop::Undecided)?;
        let value = repr::str_of(member.value).ok_or(Stop::Undecided)?;
        pairs.push(format!("{}={}", quote_plus(&key), quote_plus(&value)));
    }
    Ok(pairs.join("&"))
}

/// `urllib.parse.quote_plus(text)`
fn quote_plus(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            _ if byte.is_ascii_alphanumeric() || b"_.-~".contains(&byte) => {
                out.push(char::from(byte));
            }
            // Writing to a String cannot fail.
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// `ast.literal_eval(text)`; `None`: `ValueError`, which the backend catches.
fn evaluated(value: &Text) -> Step<Option<Json>> {
    match literal::eval(value.expose()) {
        Literal::Json(text) => {
            let tree = json::parse(&written(value, &text));
            tree.map(Some).map_err(|_| Stop::Undecided)
        }
        Literal::Malformed => Ok(None),
        Literal::Syntax => Err(Stop::Raises("SyntaxError", Reason::NotALiteral)),
        Literal::Unknown => Err(Stop::Undecided),
    }
}

/// `_deserialize_json_string`
fn deserialized(value: &Text) -> Step<Option<Json>> {
    if value.is_empty() {
        return Ok(None);
    }
    let read = finish(value, value, |_| (Ok(Connection::default()), None));
    match (read.outcome, read.shape) {
        (Ok(_), Shape::Json(Some(tree))) => Ok(Some(tree)),
        (Err(failure), _) if failure.exception != "JSONDecodeError" => {
            Err(Stop::Raises(failure.exception, failure.reason))
        }
        _ => evaluated(value),
    }
}

impl OwnWay {
    /// `_standardize_secret_keys`: every field, and the first member that stands for it.
    fn picked<'a>(&self, root: Value<'a>) -> Step<Vec<(&'static str, Option<Member<'a>>)>> {
        let words = match &self.words {
            Ok(words) => words,
            Err(exception) => return Err(Stop::Raises(exception, Reason::ExtraConnWords)),
        };
        if root.kind() != Kind::Object {
            // `secret.items()`
            return raises("AttributeError");
        }
        let members = root.effective_members();
        let picked = ALIASES.iter().map(|(field, aliases)| {
            let stands = |member: &&Member<'a>| {
                let name = member.key.as_str().unwrap_or_default();
                aliases.contains(&name.as_ref())
                    || words.iter().any(|(of, more)| {
                        let of = if of == "user" { "login" } else { of };
                        of == *field && more.iter().any(|word| *word == name)
                    })
            };
            (*field, members.iter().find(stands).copied())
        });
        Ok(picked.collect())
    }

    /// The fields, decoded, as JSON.
    fn fields(&self, root: Value<'_>) -> Step<Vec<(&'static str, String)>> {
        let mut fields = Vec::new();
        for (field, member) in self.picked(root)? {
            if let Some(member) = member {
                fields.push((field, self.decoded(field, member.value)?));
            }
        }
        Ok(fields)
    }

    /// `_remove_escaping_in_secret_dict`, as JSON.
    fn decoded(&self, field: &str, value: Value<'_>) -> Step<String> {
        let mut out = String::new();
        let is_kept = !self.decodes
            || value.kind() == Kind::Null
            || field == "extra" && value.kind() == Kind::Object;
        if is_kept {
            if value.string().is_some_and(|text| text.is_lossy()) {
                return Err(Stop::Undecided);
            }
            dumps::value(&mut out, value);
            return Ok(out);
        }
        match value.string() {
            Some(text) if text.is_lossy() => return Err(Stop::Undecided),
            Some(text) => dumps::string(&mut out, unquote(&text).expose()),
            None => return raises(unquote_exception(value)),
        }
        Ok(out)
    }
}

/// What `unquote` raises of what is no text: `"%" not in value`, then `value.split`.
fn unquote_exception(value: Value<'_>) -> &'static str {
    let is_sign = |value: Value<'_>| value.as_str().is_some_and(|text| text == "%");
    match value.kind() {
        Kind::Array if !value.items().any(is_sign) => "AttributeError",
        Kind::Object if !value.members().any(|member| is_sign(member.key)) => "AttributeError",
        _ => "TypeError",
    }
}

/// An object that stands for `value`.
fn object_of(value: &Text, fields: &[(&'static str, String)]) -> Text {
    let mut out = String::from("{");
    for (index, (field, text)) in fields.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        dumps::string(&mut out, field);
        out.push_str(": ");
        out.push_str(text);
    }
    out.push('}');
    let mut builder = TextBuilder::at(value.source().start);
    builder.push_replaced(value, 0..value.len(), &out);
    builder.finish()
}
