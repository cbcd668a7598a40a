//! `kustomization.yaml`: variables of generators, and patches.
//!
//! A file that a generator takes in (`files:`) is an input of its own; what it is called there may say what it is.

use std::path::PathBuf;

use super::environment::{Typing, Variables, is_variable, known};
use super::found::{Found, Layer};
use super::{Objects, nested};
use crate::inputs::carrier::{Environment, Surroundings};
use crate::source::{Text, TextBuilder};
use crate::syntax::yaml::{self, Kind as YamlKind, Value};

/// The names that kustomize looks for.
pub(super) fn is_name(name: &str) -> bool {
    matches!(
        name,
        "kustomization.yaml" | "kustomization.yml" | "Kustomization"
    )
}

/// Reads a kustomization.
pub(super) fn read(
    root: Value<'_>,
    layer: Layer<'_>,
    surroundings: &Surroundings<'_>,
    found: &mut Found<'_>,
) {
    for generator in ["configMapGenerator", "secretGenerator"] {
        for one in root.get(generator).into_iter().flat_map(Value::items) {
            if !found.spend(1) {
                return;
            }
            for file in one.get("files").into_iter().flat_map(Value::items) {
                found.cfgs(file.scalar().and_then(|file| cfg(file.expose())));
            }
            let environment = generated(one, layer, found);
            let mut files = environment.env_files.iter();
            let tells = |path: &PathBuf| {
                let text = (surroundings.neighbour)(path);
                text.is_some_and(|text| text.contains("AIRFLOW_"))
            };
            if environment.variables.is_empty() && files.any(tells) {
                found.add(environment);
            } else {
                found.environment(environment);
            }
        }
    }
    for list in ["patches", "patchesStrategicMerge", "patchesJson6902"] {
        for one in root.get(list).into_iter().flat_map(Value::items) {
            if !found.spend(1) {
                return;
            }
            let text = match one.kind() {
                YamlKind::Scalar => Some(one),
                _ => one.get("patch"),
            };
            if let Some(text) = text.and_then(|text| layer.scalar(text)) {
                patch(&text, found);
            }
        }
    }
}

/// What a generator makes: `literals`, behind the files of `envs`.
fn generated(generator: Value<'_>, layer: Layer<'_>, found: &mut Found<'_>) -> Environment {
    let mut variables = Variables::default();
    for literal in generator.get("literals").into_iter().flat_map(Value::items) {
        if !found.spend(1) {
            break;
        }
        found.show_around(layer, literal);
        found.block(layer.span(literal.span()));
        let Some((name, value)) = layer.scalar(literal).as_ref().and_then(parse_literal) else {
            continue;
        };
        if is_variable(name.expose()) {
            let value = known(name.expose(), value);
            variables.set(name, value);
        }
    }
    let named = generator.get("envs").into_iter().flat_map(Value::items);
    let named = named.chain(generator.get("env"));
    let files = named.filter_map(|file| Some(PathBuf::from(file.scalar()?.expose())));
    Environment {
        env_files: files.collect(),
        ..variables.into_environment()
    }
}

/// `airflow.cfg=conf/production`: the path, where the key is Airflow's and the path no name of a cfg by itself.
fn cfg(file: &str) -> Option<PathBuf> {
    let (key, path) = file.split_once('=')?;
    (key == "airflow.cfg" && !path.is_empty()).then(|| PathBuf::from(path))
}

/// `parseLiteralSource`: up to the first `=`; quotes around the whole value are no part of it.
fn parse_literal(literal: &Text) -> Option<(Text, Text)> {
    let text = literal.expose();
    let at = text.find('=').filter(|&at| at > 0)?;
    let value = &text[at + 1..];
    let quoted = value.len() >= 2
        && ["\"", "'"]
            .iter()
            .any(|quote| value.starts_with(quote) && value.ends_with(quote));
    let inner = if quoted {
        at + 2..text.len() - 1
    } else {
        at + 1..text.len()
    };
    let mut out = TextBuilder::at(literal.span(inner.start..inner.start).start);
    out.push_from(literal, inner);
    Some((literal.slice(0..at), out.finish()))
}

/// A patch in a text: an object of which some is left out, or operations of JSON Patch.
fn patch(text: &Text, found: &mut Found<'_>) {
    if !text.expose().contains("AIRFLOW_") {
        return;
    }
    let yaml = yaml::parse(text.expose(), 0);
    let Some(root) = yaml.root().filter(|_| yaml.error().is_none()) else {
        return;
    };
    if root.kind() == YamlKind::Mapping {
        nested(text, &mut Objects::default(), found);
        return;
    }
    let layer = Layer::inside(text);
    let mut variables = Variables::default();
    for operation in root.items() {
        if !found.spend(1) {
            return;
        }
        let Some(value) = operation.get("value") else {
            continue;
        };
        // `…/env` is given all of a list, `…/env/-` one more.
        if value.kind() == YamlKind::Sequence {
            variables.list(value, layer, Typing::Kubernetes, None, found);
        } else if value.get("name").is_some() {
            variables.item(value, layer, Typing::Kubernetes, None, found);
        }
    }
    found.environment(variables.into_environment());
}
