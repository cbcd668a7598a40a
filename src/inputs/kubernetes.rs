//! Kubernetes manifests, in YAML and in JSON: the environment of each container, as the kubelet puts it
//! together, and the files that stand in a `ConfigMap` or a `Secret`.
//!
//! What a container takes from an object of the same file is known; what it takes from the cluster is not.
//! Files of kustomize, which make such objects or patch them, are read in `kustomize`; objects that hold values of a
//! chart, for Argo CD and Flux, in `releases`.

mod base64;
mod environment;
mod expansion;
mod found;
mod kustomize;
mod objects;
mod releases;
mod show;

use super::carrier::{Carrier, Environment, Surroundings};
use crate::source::Text;
use crate::syntax::yaml::{self, Kind as YamlKind, Value};

pub(super) use environment::{Typing, Variables, go_text, known};
pub(super) use found::{Found, Layer};
pub(super) use objects::{Objects, entries_of};

/// Where the specification of a pod stands in an object.
const POD_SPECS: &[&[&str]] = &[
    &["spec"],
    &["spec", "template", "spec"],
    &["spec", "jobTemplate", "spec", "template", "spec"],
    &["template", "spec"],
];

/// Lists of a pod's containers.
const CONTAINERS: &[&str] = &["initContainers", "containers", "ephemeralContainers"];

/// Labels by which the Kubernetes secrets backend finds its secrets: such a one is a store and no environment.
const STORE_LABELS: &str = "airflow.apache.org/";

/// Why a text is a manifest that says something of Airflow, if it is one.
pub fn recognise(head: &str, name: &str) -> Option<&'static str> {
    let speaks = ["AIRFLOW_", "airflow.cfg"]
        .iter()
        .any(|word| head.contains(word));
    if releases::is_one(head) {
        return Some("a release of a chart that installs Airflow");
    }
    let is_kustomize = kustomize::is_name(name) || has_line(head, "kind", "Kustomization");
    // What it makes of env files stands in those.
    let takes_files = || {
        let lists = [has_key(head, "envs"), has_key(head, "env")];
        lists.contains(&true) && head.contains("airflow")
    };
    if is_kustomize && (speaks || takes_files()) {
        return Some("what kustomize makes objects of");
    }
    if !speaks {
        return None;
    }
    let is_json = head.trim_start_matches('\u{feff}').trim_start();
    let is_object = if is_json.starts_with('{') {
        head.contains("\"apiVersion\"") && head.contains("\"kind\"")
    } else {
        has_key(head, "apiVersion") && has_key(head, "kind")
    };
    is_object.then_some("objects of Kubernetes")
}

/// A line of the text is `key: …`, also as the first one of a list's item.
fn has_key(head: &str, key: &str) -> bool {
    head.lines().any(|line| value_of(line, key).is_some())
}

fn has_line(head: &str, key: &str, value: &str) -> bool {
    head.contains(value)
        && head.lines().any(|line| {
            let found = value_of(line, key);
            found.is_some_and(|found| found.trim().trim_matches(['"', '\'']) == value)
        })
}

fn value_of<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let line = line.trim_start_matches(['\u{feff}', ' ']);
    let line = line.strip_prefix("- ").unwrap_or(line).trim_start();
    line.strip_prefix(key)?.strip_prefix(':')
}

/// Reads a file.
pub fn read(text: &str, surroundings: &Surroundings<'_>) -> Carrier {
    let yaml = yaml::parse(text, 0);
    let mut found = Found::new(text, surroundings.path, &yaml);
    if found.is_readable() {
        let layer = Layer::file(text);
        let name = surroundings.path.file_name().unwrap_or_default();
        let by_name = kustomize::is_name(&name.to_string_lossy());
        let kind = yaml.root().and_then(|root| string(root, "kind"));
        if by_name || kind == Some("Kustomization") {
            if let Some(root) = yaml.root() {
                kustomize::read(root, layer, surroundings, &mut found);
            }
        } else {
            manifests(yaml.documents().collect(), layer, &mut found);
        }
    }
    found.finish(&yaml)
}

/// Reads objects: what some of them hold, others take.
fn manifests(documents: Vec<Value<'_>>, layer: Layer<'_>, found: &mut Found<'_>) {
    let all = flat(documents, found);
    let mut objects = Objects::default();
    for &object in &all {
        objects.take(object, layer, found);
    }
    for &object in &all {
        pods(object, layer, &mut objects, found);
        releases::read(object, layer, found);
    }
    objects.rest(found);
}

/// The objects with those of lists in their place.
fn flat<'a>(documents: Vec<Value<'a>>, found: &mut Found<'_>) -> Vec<Value<'a>> {
    let mut waiting = documents;
    waiting.reverse();
    let mut all = Vec::new();
    while let Some(object) = waiting.pop() {
        if !found.spend(1 + object.pairs().count()) {
            break;
        }
        let is_list = string(object, "kind").is_some_and(|kind| kind.ends_with("List"));
        match object.get("items").filter(|_| is_list) {
            Some(items) => {
                let from = waiting.len();
                waiting.extend(items.items());
                waiting[from..].reverse();
                if !found.spend(waiting.len() - from) {
                    break;
                }
            }
            None => all.push(object),
        }
    }
    all
}

/// The environments of an object's containers.
fn pods(object: Value<'_>, layer: Layer<'_>, objects: &mut Objects, found: &mut Found<'_>) {
    let metadata = object.get("metadata");
    let namespace = metadata.and_then(|metadata| string(metadata, "namespace"));
    for path in POD_SPECS {
        let spec = path.iter().try_fold(object, |value, key| value.get(key));
        let Some(spec) = spec else {
            continue;
        };
        for list in CONTAINERS {
            for container in spec.get(list).into_iter().flat_map(Value::items) {
                if !found.spend(1) {
                    return;
                }
                let mut variables = Variables::default();
                if let Some(list) = container.get("envFrom") {
                    variables.from(list, layer, namespace, objects, found);
                }
                if let Some(list) = container.get("env") {
                    variables.list(
                        list,
                        layer,
                        Typing::Kubernetes,
                        Some((namespace, objects)),
                        found,
                    );
                }
                found.environment(variables.into_environment());
            }
        }
    }
}

/// Objects in a text: a pod template in a `ConfigMap`, a patch.
fn nested(text: &Text, objects: &mut Objects, found: &mut Found<'_>) {
    let yaml = yaml::parse(text.expose(), 0);
    if yaml.error().is_some() {
        return;
    }
    let layer = Layer::inside(text);
    for object in flat(yaml.documents().collect(), found) {
        pods(object, layer, objects, found);
    }
}

/// The text of a member.
pub(super) fn string<'a>(value: Value<'a>, key: &str) -> Option<&'a str> {
    let value = value.get(key)?;
    value.scalar().map(Text::expose)
}

/// True for a mapping or a list with something in it.
pub(super) fn is_collection(value: Value<'_>) -> bool {
    matches!(value.kind(), YamlKind::Mapping | YamlKind::Sequence)
}

impl Found<'_> {
    /// Adds an environment, if it is one of Airflow that was not there yet.
    pub(super) fn environment(&mut self, environment: Environment) {
        if super::carrier::is_of_airflow(&environment) {
            self.add(environment);
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
