//! What the rules see of a connection that Airflow reads: for suspicions, which are warnings and
//! infos on values without a fault.

use crate::airflow::connection::{Connection, Extra, Shape, UriParts};
use crate::inputs::EntryKind;
use crate::report::{Finding, Findings};
use crate::rules::{EntryContext, Rule};
use crate::source::{Place, Text};
use crate::syntax::json;

/// A connection that every runtime of the target reads without a fault.
pub(super) struct View<'a> {
    /// What the first runtime (the server, if both are meant) makes of it.
    pub connection: &'a Connection,
    /// The URI: the value itself, or the one inside `{"uri": "…"}`.
    pub uri: Option<Uri<'a>>,
    /// The tree of the object, where the value is one.
    pub tree: Option<&'a json::Json>,
    /// The object itself.
    pub object: Option<json::Value<'a>>,
    /// Its extra, where that is an object.
    pub extra: Option<&'a Extra>,
}

/// A URI and its parts, which are ranges of `text`.
pub(super) struct Uri<'a> {
    pub text: &'a Text,
    pub parts: &'a UriParts,
}

/// The connection of `context`; `None` where it is no connection, is not known, or has a fault,
/// which is then what the user hears of.
pub(super) fn of<'a>(context: &'a EntryContext<'_>) -> Option<View<'a>> {
    if context.kind != Some(EntryKind::Connection) {
        return None;
    }
    let (_, first) = context.readings.first()?;
    let clean = |reading: &crate::airflow::connection::Reading| {
        reading.fault.is_none() && reading.unusable.is_none() && reading.outcome.is_ok()
    };
    if !context.readings.iter().all(|(_, reading)| clean(reading)) {
        return None;
    }
    let value = context.value?.text();
    if first.is_unknown(value) {
        return None;
    }
    let (text, shape) = match &first.nested {
        Some(nested) => (&nested.text, &nested.reading.shape),
        None => (value, &first.shape),
    };
    let tree = match &first.shape {
        Shape::Json(tree) => tree.as_ref(),
        _ => None,
    };
    Some(View {
        connection: first.outcome.as_ref().ok()?,
        uri: match shape {
            Shape::Uri(parts) => Some(Uri { text, parts }),
            _ => None,
        },
        tree,
        object: tree.map(json::Json::root),
        extra: first.extra(value),
    })
}

/// Reports at a piece of the value.
pub(super) fn report<'f>(
    findings: &'f mut Findings,
    rule: &'static Rule,
    context: &EntryContext<'_>,
    at: &Text,
    message: String,
) -> &'f mut Finding {
    let file = context.value_place.unwrap_or(context.name_place).file;
    let place = Place::new(file, at.source());
    findings.report(rule, place, context.subject(), message)
}
