//! Hover inside of a connection: its type, its fields, the keys of its extra.

use super::{Found, Scene, member_at, outward};
use crate::airflow::Runtime;
use crate::airflow::connection::{self, Reader, Shape, UriParts};
use crate::inputs::Input;
use crate::lsp::facts;
use crate::lsp::reading::{Written, holds_part};
use crate::source::Text;
use crate::syntax::json::{self, Json, Kind};

/// A type of connections and its name.
type Named = (&'static str, &'static crate::airflow::conn_types::ConnType);

impl Scene<'_> {
    /// Inside of a connection, wherever it stands.
    pub(super) fn connection(&self, at: usize) -> Option<Found> {
        let Written {
            input,
            value,
            format,
        } = self.reading.connection_at(at, self.asks)?;
        let target = self.reading.target(input);
        let reader = Reader {
            airflow: target.airflow,
            runtime: match target.runtime {
                Runtime::Server => Runtime::Server,
                Runtime::Task | Runtime::Both => Runtime::Task,
            },
            python: target.python,
        };
        let reading = connection::read(&value, &reader, &format);
        let built = reading.outcome.as_ref().ok();
        let conn_type =
            built.and_then(|built| facts::type_named(built.conn_type.as_ref()?.expose()));
        match &reading.shape {
            Shape::Uri(parts) => of_uri(input, &value, parts, conn_type, at),
            Shape::Json(Some(tree)) => of_object(input, tree, conn_type, at),
            Shape::Json(None) | Shape::Blank => None,
        }
    }
}

fn of_uri(
    input: &Input,
    value: &Text,
    parts: &UriParts,
    conn_type: Option<Named>,
    at: usize,
) -> Option<Found> {
    let singles = [
        ("conn_type", &parts.scheme),
        ("protocol", &parts.protocol),
        ("login", &parts.login),
        ("password", &parts.password),
        ("host", &parts.host),
        ("port", &parts.port),
        ("schema", &parts.path),
        ("fragment", &parts.fragment),
    ];
    for (name, range) in singles {
        let Some(range) = range.clone().filter(|range| !range.is_empty()) else {
            continue;
        };
        if holds_part(input, value, range.clone(), at) {
            let text = field(name, conn_type)?;
            return Some((text, outward(input, value.span(range))));
        }
    }
    for (key, of_key) in &parts.pairs {
        if holds_part(input, value, key.start..of_key.end, at) {
            let name = value.expose().get(key.clone())?;
            let text = extra(name, conn_type);
            return Some((text, outward(input, value.span(key.clone()))));
        }
    }
    None
}

fn of_object(input: &Input, tree: &Json, conn_type: Option<Named>, at: usize) -> Option<Found> {
    let (member, is_key) = member_at(input, tree.text(), tree.root(), at)?;
    let key = member.key.as_str()?;
    if key == "extra"
        && !is_key
        && let Some(found) = of_extra(input, tree, member.value, conn_type, at)
    {
        return Some(found);
    }
    let text = field(&key, conn_type)?;
    let part = if is_key { member.key } else { member.value };
    Some((text, outward(input, part.span())))
}

/// A field; where its type is known, the type.
fn field(name: &str, conn_type: Option<Named>) -> Option<String> {
    match conn_type.filter(|_| name == "conn_type") {
        Some((name, kind)) => Some(facts::conn_type(name, kind)),
        None => facts::field(name).map(str::to_owned),
    }
}

/// The extra: an object, or the text of one.
fn of_extra(
    input: &Input,
    tree: &Json,
    value: json::Value<'_>,
    conn_type: Option<Named>,
    at: usize,
) -> Option<Found> {
    let inner;
    let (text, root) = if value.kind() == Kind::String {
        inner = json::parse(&value.string()?).ok()?;
        (inner.text(), inner.root())
    } else {
        (tree.text(), value)
    };
    let (member, _) = member_at(input, text, root, at)?;
    let told = extra(&member.key.as_str()?, conn_type);
    Some((told, outward(input, member.key.span())))
}

/// A key of the extra. One that no table has is not repeated.
fn extra(name: &str, conn_type: Option<Named>) -> String {
    let field = conn_type.and_then(|(conn_type, kind)| {
        let (name, field) = kind.extra_fields.get_key_value(name)?;
        Some(facts::extra_field(name, field, conn_type))
    });
    field.unwrap_or_else(|| match conn_type {
        Some((conn_type, kind)) if kind.extra_open => format!(
            "**extra**\n\nA key of the extra. The hook of `{conn_type}` hands on keys that no table has."
        ),
        Some((conn_type, _)) => format!(
            "**extra**\n\nA key of the extra; no table has it for the hook of `{conn_type}`."
        ),
        None => "**extra**\n\nA key of the extra.".to_owned(),
    })
}
