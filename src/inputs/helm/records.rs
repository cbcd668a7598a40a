//! `connections:` and `variables:` of the community's chart, which a job writes into the metadata database.
//!
//! `sync_connections.tpl` and `sync_variables.tpl` of the chart write them into a script, which hands the fields to
//! `Connection()`: no backend is asked for them, and the chart refuses what is not there.

use super::{Found, Layer, config, first_line, go_text};
use crate::inputs::carrier::{Added, FaultKind, Part};
use crate::inputs::{AddedAs, Kind};
use crate::source::{Fidelity, Span, Text, TextBuilder};
use crate::syntax::json::write::push_string;
use crate::syntax::yaml::schema::{Schema, Type, type_of};
use crate::syntax::yaml::{Kind as YamlKind, Value};

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

/// Adds what the lists hold.
pub(super) fn read(values: Value<'_>, layer: Layer<'_>, found: &mut Found<'_>) {
    let list = |key: &str| values.get(key).into_iter().flat_map(Value::items);
    let connections = entries(list("connections"), &["id", "type"], layer, found);
    let connections: Vec<Added> = connections
        .into_iter()
        .map(|(id, one)| Added {
            id,
            value: connection(one, layer, found),
            how: AddedAs::Fields,
        })
        .collect();
    let variables = entries(list("variables"), &["key", "value"], layer, found);
    let variables: Vec<Added> = variables
        .into_iter()
        .filter_map(|(id, one)| {
            Some(Added {
                id,
                value: text("value", one.get("value")?, layer, found),
                how: AddedAs::Text,
            })
        })
        .collect();
    let connections = Part::added(Kind::Connections, connections);
    let variables = Part::added(Kind::Variables, variables);
    found.parts.extend(connections.into_iter().chain(variables));
}

/// The entries that have what the chart demands, with their ids, which are the first of it. One whose id is not known
/// is left out.
fn entries<'a>(
    all: impl Iterator<Item = Value<'a>>,
    demanded: &[&str],
    layer: Layer<'_>,
    found: &mut Found<'_>,
) -> Vec<(Text, Value<'a>)> {
    let mut entries = Vec::new();
    for one in all.filter(|one| one.kind() == YamlKind::Mapping) {
        if !found.spend(1 + one.pairs().count()) {
            break;
        }
        for pair in one.pairs() {
            found.show(layer, pair);
        }
        found.block(layer.span(one.span()));
        let lacks = demanded
            .iter()
            .find(|key| is_empty(one.get(key)) && !one.is_template());
        if let Some(key) = lacks {
            let place = one.get(key).map_or(one.span(), Value::span);
            let place = if place.is_empty() { one.span() } else { place };
            let place = first_line(layer.span(place), layer);
            found.fault(FaultKind::HelmRequired, place, key);
            continue;
        }
        let id = one.get(demanded[0]).and_then(|id| go_text(id, layer));
        entries.extend(id.filter(Text::is_known).map(|id| (id, one)));
    }
    entries
}

/// `required`: nothing, or an empty text.
fn is_empty(value: Option<Value<'_>>) -> bool {
    value.is_none_or(|value| match type_of(value, Schema::Kubernetes) {
        Some(Type::Null) => true,
        Some(Type::String) => value.scalar().is_some_and(Text::is_empty),
        _ => false,
    })
}

/// The fields as the object that says the same.
fn connection(one: Value<'_>, layer: Layer<'_>, found: &mut Found<'_>) -> Text {
    let at = layer.span(one.span()).start;
    let mut out = TextBuilder::at(at);
    state(&mut out, "{", at);
    let mut comma = "";
    for (written, field) in FIELDS {
        let Some(value) = one.get(written) else {
            continue;
        };
        let kind = type_of(value, Schema::Kubernetes);
        let raw = value.scalar().map_or("", Text::expose);
        // The template leaves out what Go takes for false.
        let is_left_out = is_empty(Some(value))
            || kind == Some(Type::Bool(false))
            || kind == Some(Type::Integer) && raw.bytes().all(|byte| byte == b'0');
        if is_left_out {
            continue;
        }
        let is_port = *field == "port";
        let is_number = matches!(kind, Some(Type::Integer | Type::Float));
        if is_port && !is_number && !value.is_template() {
            let place = first_line(layer.span(value.span()), layer);
            found.fault(FaultKind::HelmNotNumber, place, written);
        }
        let text = text(written, value, layer, found);
        let at = text.source().start;
        state(&mut out, &format!("{comma}\"{field}\": "), at);
        comma = ", ";
        if is_port && kind == Some(Type::Integer) && text.is_known() {
            out.push_from(&text, 0..text.len());
        } else if is_port {
            push_string(&mut out, &text.into_unknown());
        } else {
            push_string(&mut out, &text);
        }
    }
    state(&mut out, "}", at);
    out.finish()
}

/// A value as the template quotes it.
fn text(key: &str, value: Value<'_>, layer: Layer<'_>, found: &mut Found<'_>) -> Text {
    let span = layer.span(value.span());
    if value.kind() != YamlKind::Scalar {
        if !value.is_template() {
            let what = config::words(value);
            found.fault(
                FaultKind::HelmCollection(what),
                first_line(span, layer),
                key,
            );
        }
        return Text::elsewhere("?", span).into_unknown();
    }
    let text = go_text(value, layer);
    let text = text.or_else(|| layer.scalar(value).map(Text::into_unknown));
    let text = text.unwrap_or_else(|| Text::elsewhere("?", span).into_unknown());
    // `string.Template` fills in what `connectionsTemplates` holds, of this file or of another one.
    if text.expose().contains('$') {
        return text.into_unknown();
    }
    text
}

fn state(out: &mut TextBuilder, words: &str, at: usize) {
    out.push(words, Span::at(at), Fidelity::Elsewhere);
}
