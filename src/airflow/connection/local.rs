//! The entries of local secrets files: `_create_connection` of `airflow/secrets/local_filesystem.py`,
//! which `LocalFilesystemBackend` and `airflow connections import` share.
//!
//! A string is always a URI, never JSON, and is not stripped. An object becomes the arguments of
//! core's `Connection()` as it stands, without the normalisation of `from_json`, in workers too.

use super::fault::{self, Fault, FaultKind, NoScheme, NotAnObject};
use super::object::{extra_failure, finish, text_of};
use super::uri::{self, check_extra, failure};
use super::ways::Ways;
use super::{
    Connection, FIELDS, Failure, Field, Format, Nested, Reader, Reading, Reason, Shape,
    read_uri_text,
};
use crate::airflow::Runtime;
use crate::airflow::python::{dumps, space};
use crate::source::{Text, TextBuilder};
use crate::syntax::json::{Kind, Member, Value};

/// What an entry of a local file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Local {
    /// A line of a `.env` file, or a string of a JSON file.
    Text,
    /// Another value of a JSON file, under this id.
    Value {
        /// The key; `conn_id` inside must equal it.
        id: String,
    },
}

/// Names besides [`FIELDS`] that `_create_connection` takes.
const MORE: [&str; 2] = ["conn_id", "extra_dejson"];

/// True for a key that some release takes in an object.
pub(super) fn takes(name: &str) -> bool {
    FIELDS.contains(&name) || MORE.contains(&name) || matches!(name, "team_name" | "team_id")
}

/// Reads an entry. The file is loaded with core's class in every process.
pub(super) fn read(value: &Text, reader: &Reader, local: &Local) -> Reading {
    let reader = Reader {
        runtime: Runtime::Server,
        ..*reader
    };
    let format = Format::Local(local.clone());
    let mut reading = match local {
        Local::Text => text(value, &reader),
        Local::Value { id } => object(value, &reader, &format, id),
    };
    if let Some(fault) = &mut reading.fault {
        fault.format = format;
    }
    reading
}

/// `Connection(conn_id=conn_id, uri=value)`
fn text(value: &Text, reader: &Reader) -> Reading {
    let mut reading = read_uri_text(value, reader);
    let Some(fault) = &mut reading.fault else {
        return reading;
    };
    let stripped = space::strip(value);
    let json = match stripped.expose().chars().next() {
        Some('{') => true,
        Some('[') => stripped.expose().ends_with(']'),
        _ => {
            let twice = FaultKind::NotAnObject(NotAnObject::EncodedTwice);
            fault.kind == twice
        }
    };
    if json {
        fault.kind = FaultKind::JsonInLocalText;
        fault.at = stripped.slice(0..1);
    } else if matches!(fault.kind, FaultKind::NotAnObject(_)) {
        fault.kind = FaultKind::NoScheme(NoScheme::Missing);
    }
    reading
}

fn object(value: &Text, reader: &Reader, format: &Format, id: &str) -> Reading {
    let ways = Ways::of(reader);
    let mut wrong = None;
    let mut reading = finish(value, value, |root| {
        if root.kind() != Kind::Object {
            wrong = Some(root.kind());
            let exception = if root.kind() == Kind::Array {
                "ConnectionNotUnique"
            } else {
                "AirflowException"
            };
            return (
                Err(failure(exception, Reason::UnknownKey, root.raw())),
                None,
            );
        }
        let arguments = Arguments::of(root);
        match construct(&arguments, id, &ways) {
            Ok(connection) => {
                let unusable = get_uri(&arguments, &connection, &ways);
                (Ok(connection), unusable)
            }
            Err(failed) => (Err(failed), None),
        }
    });
    if let Some(kind) = wrong {
        let cause = match kind {
            Kind::Array => NotAnObject::List,
            kind => NotAnObject::Scalar(kind),
        };
        reading.fault = reading.outcome.as_ref().err().map(|failed| {
            Box::new(Fault {
                kind: FaultKind::NotAnObject(cause),
                at: failed.at.clone(),
                exception: Some(failed.exception),
                format: format.clone(),
            })
        });
        return reading;
    }
    reading.nested = nested(&reading, reader).map(Box::new);
    reading.fault = fault::find(value, &reading, format).map(Box::new);
    reading
}

fn nested(reading: &Reading, reader: &Reader) -> Option<Nested> {
    let Shape::Json(Some(tree)) = &reading.shape else {
        return None;
    };
    reading.outcome.as_ref().ok()?;
    let text = tree.root().get("uri")?.string()?;
    if text.is_empty() {
        return None;
    }
    let reading = read_uri_text(&text, reader);
    Some(Nested { text, reading })
}

/// The members that `Connection(**value)` gets; of repeated keys the last.
struct Arguments<'a> {
    members: Vec<Member<'a>>,
}

impl<'a> Arguments<'a> {
    fn of(root: Value<'a>) -> Self {
        Self {
            members: root.effective_members(),
        }
    }

    fn member(&self, name: &str) -> Option<Member<'a>> {
        let is = |member: &&Member<'a>| member.key.as_str().is_some_and(|key| key == name);
        self.members.iter().find(is).copied()
    }

    fn get(&self, name: &str) -> Option<Value<'a>> {
        Some(self.member(name)?.value)
    }

    fn truthy(&self, name: &str) -> Option<Value<'a>> {
        self.get(name).filter(|value| value.is_truthy())
    }

    fn field(&self, name: &str) -> Field {
        text_of(self.get(name))
    }
}

fn construct(arguments: &Arguments<'_>, id: &str, ways: &Ways) -> Result<Connection, Failure> {
    let refused =
        |reason, member: Member<'_>| Err(failure("AirflowException", reason, member.key.raw()));
    let unknown = arguments.members.iter().copied().find(|member| {
        let name = member.key.as_str().unwrap_or_default();
        let team = name == "team_name" && ways.team_name || name == "team_id" && ways.team_id;
        !(FIELDS.contains(&name.as_ref()) || MORE.contains(&name.as_ref()) || team)
    });
    if let Some(member) = unknown {
        return refused(Reason::UnknownKey, member);
    }
    let dejson = arguments.member("extra_dejson");
    if let (Some(member), Some(_)) = (dejson, arguments.get("extra")) {
        return refused(Reason::UnknownKey, member);
    }
    if let Some(member) = arguments.member("conn_id")
        && member.value.as_str().is_none_or(|given| given != id)
    {
        return refused(Reason::ConnId, member);
    }
    let extra = match dejson {
        Some(member) => Some(dumped(member.value)),
        None => arguments.field("extra"),
    };
    if let Some(uri) = arguments.truthy("uri") {
        let others = ["conn_type", "host", "login", "password", "schema", "port"];
        let mixed = others
            .into_iter()
            .any(|name| arguments.truthy(name).is_some());
        if mixed || dejson.is_some() || arguments.truthy("extra").is_some() {
            return Err(failure(
                "AirflowException",
                Reason::UriWithFields,
                uri.raw(),
            ));
        }
        let Some(text) = uri.string() else {
            return Err(failure(
                "AttributeError",
                Reason::FieldType("uri"),
                uri.raw(),
            ));
        };
        let (_, outcome) = uri::from_uri(&text, ways);
        let mut connection = outcome?;
        connection.description = arguments.field("description");
        return Ok(connection);
    }
    let password = arguments.truthy("password");
    if let Some(password) = password.filter(|value| value.kind() != Kind::String) {
        // `bytes(value, "utf-8")` in set_password.
        return Err(failure(
            "TypeError",
            Reason::FieldType("password"),
            password.raw(),
        ));
    }
    if let Some(extra) = extra
        .as_ref()
        .filter(|extra| !extra.is_empty() && ways.extra_parsed)
    {
        check_extra(extra, ways)?;
    }
    Ok(Connection {
        conn_type: arguments.field("conn_type"),
        description: arguments.field("description"),
        host: arguments.field("host"),
        login: arguments.field("login"),
        password: password.and_then(Value::string),
        schema: arguments.field("schema"),
        port: arguments.field("port").map(|port| port.expose().to_owned()),
        extra,
    })
}

/// `json.dumps(value["extra_dejson"])`: strings get quotes, too.
fn dumped(value: Value<'_>) -> Text {
    let mut out = String::new();
    dumps::value(&mut out, value);
    let raw = value.raw();
    let mut builder = TextBuilder::at(raw.source().start);
    builder.push_replaced(&raw, 0..raw.len(), &out);
    builder.finish()
}

/// `Connection.get_uri()`, which every lookup calls since 2.7.
fn get_uri(arguments: &Arguments<'_>, connection: &Connection, ways: &Ways) -> Option<Failure> {
    if !ways.get_uri || arguments.truthy("uri").is_some() {
        return None;
    }
    let typed = |value: &Value<'_>| !matches!(value.kind(), Kind::String | Kind::Null);
    let wrong = |exception, field, value: Value<'_>| {
        Some(failure(exception, Reason::GetUri(field), value.raw()))
    };
    let is_container = |value: Value<'_>| matches!(value.kind(), Kind::Array | Kind::Object);
    if let Some(value) = arguments.truthy("conn_type").filter(typed) {
        // `"_" in conn_type` first, which a list answers.
        let exception = if is_container(value) {
            "AttributeError"
        } else {
            "TypeError"
        };
        return wrong(exception, "conn_type", value);
    }
    if let Some(value) = arguments.get("login").filter(typed) {
        return wrong("TypeError", "login", value);
    }
    for field in ["host", "schema"] {
        if let Some(value) = arguments.truthy(field).filter(typed) {
            return wrong("TypeError", field, value);
        }
    }
    extra_failure(connection, ways)
}
