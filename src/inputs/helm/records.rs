//! `connections:` and `variables:` of the community's chart, which a job writes into the metadata database.
//!
//! They are read as what `airflow connections export` would write of them.

use super::{Found, Layer, go_text, member};
use crate::inputs::Kind;
use crate::inputs::carrier::Part;
use crate::source::{Fidelity, Span, Text, TextBuilder};
use crate::syntax::json::write::push_string;
use crate::syntax::yaml::Value;
use crate::syntax::yaml::schema::{Schema, Type, type_of};

/// Fields of a connection, as the chart and as Airflow calls them.
const FIELDS: &[(&str, &str)] = &[
    ("type", "conn_type"),
    ("description", "description"),
    ("host", "host"),
    ("login", "login"),
    ("password", "password"),
    ("schema", "schema"),
    ("port", "port"),
    ("extra", "extra"),
];

/// Adds what the lists hold. An entry of which something is not known is left out.
pub(super) fn read(values: Value<'_>, layer: Layer<'_>, found: &mut Found<'_>) {
    let connections = values.get("connections").into_iter().flat_map(Value::items);
    let connections = connections.filter(|one| member(*one, "id").is_some());
    let entries = entries(connections, "id", layer, found, connection);
    export(&entries, Kind::Connections, found);
    let variables = values.get("variables").into_iter().flat_map(Value::items);
    let variables = variables.filter(|one| member(*one, "key").is_some());
    let entries = self::entries(variables, "key", layer, found, |one, layer| {
        let mut out = TextBuilder::at(layer.span(one.span()).start);
        push_string(&mut out, &text(one.get("value")?, layer)?);
        Some(out.finish())
    });
    export(&entries, Kind::Variables, found);
}

fn entries<'a>(
    all: impl Iterator<Item = Value<'a>>,
    id: &str,
    layer: Layer<'_>,
    found: &mut Found<'_>,
    written: impl Fn(Value<'a>, Layer<'_>) -> Option<Text>,
) -> Vec<(Text, Text)> {
    let mut entries = Vec::new();
    for one in all {
        if !found.spend(1 + one.pairs().count()) {
            break;
        }
        for pair in one.pairs() {
            found.show(layer, pair);
        }
        found.block(layer.span(one.span()));
        let name = one.get(id).and_then(|id| text(id, layer));
        entries.extend(name.zip(written(one, layer)));
    }
    entries
}

fn connection(one: Value<'_>, layer: Layer<'_>) -> Option<Text> {
    let at = layer.span(one.span()).start;
    let mut out = TextBuilder::at(at);
    state(&mut out, "{", at);
    let mut first = true;
    for (written, field) in FIELDS {
        let Some(value) = one.get(written) else {
            continue;
        };
        // The template leaves out what is empty, 0 or null.
        let kind = type_of(value, Schema::Kubernetes)?;
        let text = match kind {
            Type::Null => continue,
            _ => text(value, layer)?,
        };
        if text.is_empty() || kind == Type::Integer && text.expose() == "0" {
            continue;
        }
        let at = text.source().start;
        let comma = if first { "" } else { ", " };
        state(&mut out, &format!("{comma}\"{field}\": "), at);
        first = false;
        if *field == "port" && kind == Type::Integer {
            out.push_from(&text, 0..text.len());
        } else {
            push_string(&mut out, &text);
        }
    }
    state(&mut out, "}", at);
    Some(out.finish())
}

/// A scalar as the template quotes it.
fn text(value: Value<'_>, layer: Layer<'_>) -> Option<Text> {
    // `${NAME}` is filled in from `connectionsTemplates`.
    go_text(value, layer).filter(|text| text.is_known() && !text.expose().contains("${"))
}

fn state(out: &mut TextBuilder, words: &str, at: usize) {
    out.push(words, Span::at(at), Fidelity::Elsewhere);
}

fn export(entries: &[(Text, Text)], kind: Kind, found: &mut Found<'_>) {
    let Some((first, _)) = entries.first() else {
        return;
    };
    let at = first.source().start;
    let mut out = TextBuilder::at(at);
    for (number, (name, value)) in entries.iter().enumerate() {
        let at = name.source().start;
        state(&mut out, if number == 0 { "{" } else { ",\n" }, at);
        push_string(&mut out, name);
        state(&mut out, ": ", at);
        out.push_from(value, 0..value.len());
    }
    state(&mut out, "}", at);
    found.parts.push(Part::File {
        kind,
        text: out.finish(),
    });
}
