//! The entries of local secrets files: `_create_connection` of `airflow/secrets/local_filesystem.py`,
//! which `LocalFilesystemBackend` and `airflow connections import` share.
//!
//! A string is always a URI, never JSON, and is not stripped. An object becomes the arguments of
//! core's `Connection()` as it stands, without the normalisation of `from_json`, in workers too.

use super::core::{self, Arguments, GivenExtra};
use super::fault::{self, Fault, FaultKind, NoScheme, NotAnObject};
use super::object::finish;
use super::uri::failure;
use super::ways::Ways;
use super::{
    Connection, FIELDS, Failure, Format, Nested, Reader, Reading, Reason, Shape, read_uri_text,
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
                let unusable = core::get_uri(&arguments, &connection, &ways);
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
    let given = GivenExtra {
        is_truthy: extra.as_ref().is_some_and(|extra| !extra.is_empty()),
        is_beside: dejson.is_some() || arguments.get("extra").is_some_and(Value::is_truthy),
        text: extra,
    };
    core::construct(arguments, given, ways)
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
