//! Values of Helm charts that install Airflow: the official chart (`apache-airflow`), the community's
//! (`airflow-helm`), Bitnami's, and the agents of Astro's Remote Execution; each also as a chart below another.
//!
//! Which chart a file is for stands nowhere in it, so what is read goes by its shape; only what one chart alone can
//! be meant by is called wrong. What a value becomes is decided by the chart's templates; values that hold
//! templates themselves are not known.

mod chart;
mod config;
mod records;

use super::carrier::{Carrier, FaultKind, Surroundings};
use super::kubernetes::{
    Found, Layer, Objects, Typing, Variables, entries_of, go_text, is_collection, known,
};
use crate::source::Text;
use crate::syntax::yaml::schema::{Schema, Type, type_of};
use crate::syntax::yaml::{self, Kind as YamlKind, Value};

pub use chart::recognise;

/// Parts of the charts that have variables of their own.
const COMPONENTS: &[&str] = &[
    "apiServer",
    "cleanup",
    "createUserJob",
    "dagProcessor",
    "databaseCleanup",
    "flower",
    "migrateDatabaseJob",
    "scheduler",
    "sentinel",
    "triggerer",
    "web",
    "webserver",
    "worker",
    "workers",
];

/// Keys of lists of variables that a chart hands on as they stand.
const LISTS: &[&str] = &["extraEnvVars", "commonEnv"];

/// Reads a file.
pub fn read(text: &str, surroundings: &Surroundings<'_>) -> Carrier {
    let yaml = yaml::parse(text, 0);
    let mut found = Found::new(text, surroundings.path, &yaml);
    if found.is_readable()
        && let Some(root) = yaml.root()
    {
        values(root, Layer::file(text), &mut found);
    }
    found.finish(&yaml)
}

/// Reads values of a chart, or of one above it.
pub(in crate::inputs) fn values(root: Value<'_>, layer: Layer<'_>, found: &mut Found<'_>) {
    let mut waiting = vec![(root, false)];
    let below = chart::below(root);
    for &one in &below {
        waiting.push((one, true));
        // The community's chart below another one.
        waiting.extend(one.get("airflow").map(|one| (one, true)));
    }
    for (one, is_below) in waiting {
        if one.kind() == YamlKind::Mapping && found.spend(one.pairs().count()) {
            of_chart(one, layer, found);
            // The community's chart has all of its values below a key.
            if is_below {
                records::read(one, layer, found);
            }
        }
    }
}

fn of_chart(values: Value<'_>, layer: Layer<'_>, found: &mut Found<'_>) {
    let is_official = chart::is_official(values);
    if let Some(sections) = values.get("config").filter(|one| config::is_sections(*one)) {
        config::read(sections, layer, found);
    }
    let mut objects = Objects::default();
    for (key, is_secret) in [("extraConfigMaps", false), ("extraSecrets", true)] {
        if let Some(all) = values.get(key) {
            extra_objects(all, layer, is_secret, is_official, &mut objects, found);
        }
    }
    let mut variables = Variables::default();
    if let Some(config) = values
        .get("config")
        .filter(|one| !config::is_sections(*one))
    {
        flat(config, layer, &mut variables, found);
    }
    environment(
        values,
        layer,
        is_official,
        &mut objects,
        &mut variables,
        found,
    );
    for component in COMPONENTS {
        let Some(component) = values.get(component) else {
            continue;
        };
        let several = component.items().collect::<Vec<_>>();
        let each = if several.is_empty() {
            vec![component]
        } else {
            several
        };
        for one in each {
            if !found.spend(1 + variables.len()) {
                return;
            }
            let mut own = variables.clone();
            environment(one, layer, is_official, &mut objects, &mut own, found);
            if own.len() > variables.len() {
                found.environment(own.into_environment());
            }
        }
    }
    found.environment(variables.into_environment());
    objects.rest(found);
}

/// What sets variables, in the order of the charts.
fn environment(
    values: Value<'_>,
    layer: Layer<'_>,
    is_official: bool,
    objects: &mut Objects,
    variables: &mut Variables,
    found: &mut Found<'_>,
) {
    let quoted = if is_official {
        Typing::Quoted
    } else {
        Typing::Unsure
    };
    if let Some(list) = values.get("extraEnvFrom") {
        yaml_in(
            list,
            layer,
            is_official,
            "extraEnvFrom",
            found,
            |list, layer, found| {
                variables.from(list, layer, None, objects, found);
            },
        );
    }
    if let Some(class) = values.get("secretBackend") {
        secret_backend(values, class, layer, variables, found);
    }
    if let Some(list) = values.get("env") {
        variables.list(list, layer, quoted, None, found);
    }
    for secret in values.get("secret").into_iter().flat_map(Value::items) {
        if !found.spend(1) {
            return;
        }
        if let Some(name) = secret.get("envName").and_then(|name| layer.scalar(name)) {
            for pair in secret.pairs() {
                found.show(layer, pair);
            }
            found.block(layer.span(secret.span()));
            variables.set(name, None);
        }
    }
    if let Some(list) = values.get("extraEnv") {
        yaml_in(
            list,
            layer,
            is_official,
            "extraEnv",
            found,
            |list, layer, found| {
                variables.list(
                    list,
                    layer,
                    Typing::Kubernetes,
                    Some((None, objects)),
                    found,
                );
            },
        );
    }
    for key in LISTS {
        if let Some(list) = values.get(key) {
            let typing = if *key == "commonEnv" {
                Typing::Unsure
            } else {
                Typing::Kubernetes
            };
            variables.list(list, layer, typing, None, found);
        }
    }
}

/// YAML, as a text (the official chart) or as it stands (the community's).
fn yaml_in(
    value: Value<'_>,
    layer: Layer<'_>,
    is_official: bool,
    key: &str,
    found: &mut Found<'_>,
    mut read: impl FnMut(Value<'_>, Layer<'_>, &mut Found<'_>),
) {
    if is_collection(value) {
        let is_empty = value.items().next().is_none() && value.pairs().next().is_none();
        if is_official && !is_empty && !value.is_template() {
            // `tpl` takes a string.
            let what = if value.kind() == YamlKind::Sequence {
                "a list"
            } else {
                "a mapping"
            };
            let span = layer.span(value.span());
            found.fault(FaultKind::HelmNotText(what), first_line(span, layer), key);
        }
        read(value, layer, found);
        return;
    }
    let Some(text) = layer.scalar(value).filter(|text| !text.is_empty()) else {
        return;
    };
    found.show_around(layer, value);
    let inner = yaml::parse(text.expose(), 0);
    if let Some(error) = inner.error() {
        if !text.expose().contains("{{") {
            let at = error.at.min(text.len());
            found.broken(text.span(at..at), error.what);
        }
        return;
    }
    if let Some(root) = inner.root() {
        read(root, Layer::inside(&text), found);
    }
}

/// The beginning of a span, up to the end of its line.
fn first_line(span: crate::source::Span, layer: Layer<'_>) -> crate::source::Span {
    let text = layer.text.get(span.start..span.end).unwrap_or_default();
    let end = text
        .find(['\r', '\n'])
        .map_or(span.end, |at| span.start + at);
    crate::source::Span::new(span.start, end)
}

/// `config:` of the community's chart: variables, in a `Secret` from which all containers take them.
fn flat(config: Value<'_>, layer: Layer<'_>, variables: &mut Variables, found: &mut Found<'_>) {
    let members = config.members();
    if !found.spend(members.len()) {
        return;
    }
    for member in members {
        let Some(name) = layer.scalar(member.key) else {
            continue;
        };
        if !name.expose().starts_with("AIRFLOW_") {
            continue;
        }
        found.show(layer, member);
        found.block(layer.span(member.span()));
        let value = member.value;
        let text = if is_collection(value) && !value.is_template() {
            // `toString`, as in the official chart.
            let span = config::span_of(member, layer);
            let what = config::words(value);
            found.fault(FaultKind::HelmCollection(what), span, name.expose());
            None
        } else if type_of(value, Schema::Kubernetes) == Some(Type::Null) {
            None
        } else {
            go_text(value, layer)
        };
        let text = text.and_then(|text| known(name.expose(), text));
        variables.set(name, text);
    }
}

/// `extraSecrets`, `extraConfigMaps`: by name, `data` and `stringData` as texts of YAML.
fn extra_objects(
    all: Value<'_>,
    layer: Layer<'_>,
    is_secret: bool,
    is_official: bool,
    objects: &mut Objects,
    found: &mut Found<'_>,
) {
    for member in all.members() {
        if !found.spend(1 + member.value.pairs().count()) {
            return;
        }
        let mut entries = Vec::new();
        for (key, is_base64) in [("data", is_secret), ("stringData", false)] {
            if let Some(data) = member.value.get(key) {
                yaml_in(
                    data,
                    layer,
                    is_official,
                    key,
                    found,
                    |data, layer, found| {
                        entries_of(data, layer, is_base64, &mut entries, found);
                    },
                );
            }
        }
        let name = member.key.scalar().map(Text::expose).unwrap_or_default();
        objects.add(is_secret, name, None, entries);
    }
}

/// Astro's agents: the class of the backend is a value of its own.
fn secret_backend(
    values: Value<'_>,
    class: Value<'_>,
    layer: Layer<'_>,
    variables: &mut Variables,
    found: &mut Found<'_>,
) {
    let is_it = |key: Value<'_>| {
        key.scalar()
            .is_some_and(|key| key.expose() == "secretBackend")
    };
    let member = values.pairs().filter(|pair| is_it(pair.key)).last();
    let (Some(member), Some(text)) = (member, layer.scalar(class)) else {
        return;
    };
    if text.is_empty() {
        return;
    }
    found.show(layer, member);
    found.block(layer.span(member.span()));
    let name = "AIRFLOW__SECRETS__BACKEND";
    let place = layer.span(member.key.span());
    let text = known(name, text);
    variables.set(Text::elsewhere(name, place), text);
}

#[cfg(test)]
mod tests;
