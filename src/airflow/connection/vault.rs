//! `VaultBackend`: a secret is an object, with a URI under `conn_uri` or with the fields of a connection.
//!
//! Text that is no object is none of Vault's: nothing is said of it.

use super::core::{self, Arguments};
use super::object::{self, Built};
use super::uri::failure;
use super::{Format, Nested, Reader, Reading, Reason, Shape, fault};
use crate::source::Text;
use crate::syntax::json::{Kind, Value};

/// How the releases of the hashicorp provider go about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vault {
    /// 1.0.0 to 2.0.0: `get_conn_uri`, which knows `conn_uri` alone.
    Uri,
    /// 2.1.0 to 4.7.1: `get_connection`, core's `Connection(conn_id, uri=…)` or `Connection(conn_id, **secret)`.
    Fields,
    /// 4.7.2 and later: `get_conn_value`, the URI or the object as JSON, which the base class reads.
    Serialized,
}

/// Reads the secret of a connection.
pub(super) fn read(value: &Text, reader: &Reader, vault: Vault) -> Reading {
    let mut nested = None;
    let mut reading = object::finish(value, value, |root| {
        if root.kind() != Kind::Object {
            return undecided(root);
        }
        let uri = root.get("conn_uri").filter(|uri| uri.is_truthy());
        match (uri, vault) {
            (Some(uri), _) => of_uri(uri, reader, vault, &mut nested),
            (None, Vault::Uri) => (Err(failure("", Reason::NotThere, root.raw())), None),
            (None, Vault::Fields) => core::build(&Arguments::of(root), &core::ways(reader)),
            (None, Vault::Serialized) => {
                let Reading {
                    outcome, unusable, ..
                } = super::build(value, reader, &Format::Airflow);
                (outcome, unusable)
            }
        }
    });
    if matches!(reading.shape, Shape::Json(None)) || is_too_long(&reading) {
        return super::failed(Shape::Json(None), value, "", Reason::Undecided);
    }
    if nested.is_none() && vault == Vault::Serialized {
        nested = super::nested(&reading, reader, &Format::Airflow);
    }
    if nested.is_none() && vault == Vault::Fields {
        nested = nested_uri(&reading, reader);
    }
    reading.nested = nested.map(Box::new);
    reading.fault = fault::find(value, &reading, &Format::Vault(vault)).map(Box::new);
    reading
}

fn undecided(root: Value<'_>) -> Built {
    (Err(failure("", Reason::Undecided, root.raw())), None)
}

/// The client reads such a number before the backend does.
fn is_too_long(reading: &Reading) -> bool {
    matches!(&reading.outcome, Err(failure) if failure.reason == Reason::IntegerTooLong)
}

fn of_uri(uri: Value<'_>, reader: &Reader, vault: Vault, nested: &mut Option<Nested>) -> Built {
    let ways = core::ways(reader);
    let Some(text) = uri.string() else {
        let failed = match vault {
            Vault::Fields => core::refused_uri(uri, "conn_uri", &ways),
            // `value.strip()`
            Vault::Uri | Vault::Serialized => {
                failure("AttributeError", Reason::FieldType("conn_uri"), uri.raw())
            }
        };
        return (Err(failed), None);
    };
    let found = if vault == Vault::Fields {
        core::of_uri(text, &ways)
    } else {
        let reading = super::read(&text, reader, &Format::Airflow);
        Nested { text, reading }
    };
    let built = core::built_of(&found);
    *nested = Some(found);
    built
}

/// The URI that core's constructor was given under `uri`.
pub(super) fn nested_uri(reading: &Reading, reader: &Reader) -> Option<Nested> {
    let Shape::Json(Some(tree)) = &reading.shape else {
        return None;
    };
    let of_the_uri = |reason: &Reason| {
        matches!(
            reason,
            Reason::InvalidConnectionString
                | Reason::Brackets
                | Reason::Nfkc
                | Reason::PortNotANumber
                | Reason::PortOutOfRange
        )
    };
    let failed = reading.outcome.as_ref().err();
    if failed.is_some_and(|failure| !of_the_uri(&failure.reason)) {
        return None;
    }
    let text = tree.root().get("uri")?.string()?;
    if text.is_empty() {
        return None;
    }
    Some(core::of_uri(text, &core::ways(reader)))
}
