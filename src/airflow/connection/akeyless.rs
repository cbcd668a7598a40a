//! `AkeylessBackend.get_connection`: what `json.loads` takes is an object with `conn_uri` or with fields, or
//! is made a text of; anything else is a URI. The class is core's in every process.

use super::core::{self, Arguments};
use super::object;
use super::uri::failure;
use super::vault::nested_uri;
use super::{FaultKind, Format, NotAnObject, Reader, Reading, Reason, Shape, fault};
use crate::airflow::python::repr;
use crate::source::{Text, TextBuilder};
use crate::syntax::json::{ErrorKind, Kind};

/// Reads the secret of a connection.
pub(super) fn read(value: &Text, reader: &Reader) -> Reading {
    let ways = core::ways(reader);
    let mut nested = None;
    let mut reading = object::finish(value, value, |root| {
        if root.kind() != Kind::Object {
            // `Connection(conn_id, uri=str(data))`
            let Some(text) = repr::str_of(root) else {
                return (Err(failure("", Reason::Undecided, root.raw())), None);
            };
            let text = root.string().unwrap_or_else(|| written(value, &text));
            let found = core::of_uri(text, &ways);
            let built = core::built_of(&found);
            nested = Some(found);
            return built;
        }
        let mut arguments = Arguments::of(root);
        // `data.pop("conn_uri", None)`
        let uri = arguments.get("conn_uri").filter(|uri| uri.is_truthy());
        let is_uri = |name: &str| name == "conn_uri";
        arguments
            .members
            .retain(|member| !member.key.as_str().is_some_and(|name| is_uri(&name)));
        let Some(uri) = uri else {
            return core::build(&arguments, &ways);
        };
        let Some(text) = uri.string() else {
            return (Err(core::refused_uri(uri, "conn_uri", &ways)), None);
        };
        let found = core::of_uri(text, &ways);
        let built = core::built_of(&found);
        nested = Some(found);
        built
    });
    let no_json = match &reading.outcome {
        Err(failure) => match &failure.reason {
            Reason::Json(error) => Some(error.kind).filter(|kind| *kind != ErrorKind::TooDeep),
            _ => None,
        },
        Ok(_) => None,
    };
    if no_json.is_some() {
        reading = core::of_uri(value.clone(), &ways).reading;
    } else if nested.is_none() && matches!(reading.shape, Shape::Json(_)) {
        nested = nested_uri(&reading, reader);
    }
    reading.nested = nested.map(Box::new);
    reading.fault = fault::find(value, &reading, &Format::Akeyless).map(Box::new);
    if let (Some(fault), Some(error)) = (&mut reading.fault, no_json)
        && fault.kind == FaultKind::JsonTooEarly
    {
        // It was meant to be JSON, and every release would read it if it were.
        fault.kind = FaultKind::NotAnObject(NotAnObject::Broken(error));
    }
    reading
}

/// A text that Python makes of the whole value.
pub(super) fn written(value: &Text, text: &str) -> Text {
    let mut builder = TextBuilder::at(value.source().start);
    builder.push_replaced(value, 0..value.len(), text);
    builder.finish()
}
