//! Secrets of Kubernetes, as `kubectl get secrets -o json` or `-o yaml` writes them: a List of Secrets, one
//! Secret, or several documents.
//!
//! `KubernetesSecretsBackend` finds a Secret by a label (`airflow.apache.org/connection-id: my_db`) and reads
//! one key of its data. Which label and which key is a matter of its keyword arguments, so every label gives
//! an entry, `label=value`, that holds the decoded data as an object. A Secret of a team is asked for with
//! the team's label as well, which is put in front.

use crate::inputs::Kind;
use crate::source::{Fidelity, Span, Text, TextBuilder};
use crate::syntax::base64;
use crate::syntax::json::write::push_string;
use crate::syntax::json::{Json, Kind as JsonKind, Value};

use super::Entries;

/// Labels that the backend looks for unless it is told others.
const LABELS: [&str; 3] = [
    "airflow.apache.org/connection-id",
    "airflow.apache.org/variable-key",
    "airflow.apache.org/config-key",
];

/// The label of a team, unless the backend is told another one.
const TEAM: &str = "airflow.apache.org/team";

pub(super) fn recognise(roots: &[Value<'_>]) -> Option<(Kind, &'static str)> {
    let mut labelled = false;
    for object in roots.iter().copied().flat_map(objects) {
        // The items of a `SecretList` do not say what they are, and the end of the head may cut it off.
        let kind = object.get("kind").and_then(Value::as_str);
        if kind.is_some_and(|kind| kind != "Secret") {
            return None;
        }
        labelled |= labels(object).any(|(key, _)| LABELS.contains(&key.expose()));
    }
    labelled.then_some((
        Kind::KubernetesSecret,
        "Secrets with the labels of Airflow's Kubernetes backend",
    ))
}

pub(super) fn read(trees: &[Json]) -> Text {
    let mut entries = Entries::new();
    for secret in trees.iter().map(Json::root).flat_map(objects) {
        // Another label may follow, and what the data is.
        let metadata = secret.get("metadata");
        if metadata.is_some_and(Value::is_open) {
            continue;
        }
        let data = data(secret);
        let team = labels(secret).find(|(key, _)| key.expose() == TEAM);
        let own = |key: &Text| key.expose() != TEAM && !is_reserved(key.expose());
        for (key, value) in labels(secret).filter(|(key, _)| own(key)) {
            let mut name = TextBuilder::at(key.source().start);
            if let Some((team, value)) = &team {
                push_label(&mut name, team, value);
                name.push(",", Span::at(key.source().start), Fidelity::Elsewhere);
            }
            push_label(&mut name, &key, &value);
            if secret.is_open() {
                entries.name(&name.finish());
            } else {
                entries.json(&name.finish(), &data);
            }
        }
    }
    entries.finish()
}

/// True for a list that does not say that it is one: `kubectl` writes that behind the items.
pub(super) fn is_cut(root: Value<'_>) -> bool {
    root.get("items").is_some() && root.get("apiVersion").is_some() && root.get("kind").is_none()
}

/// The objects of a document: those of a list, or itself.
fn objects(root: Value<'_>) -> Vec<Value<'_>> {
    let list = match root.kind() {
        JsonKind::Array => Some(root),
        _ => root
            .get("items")
            .filter(|one| one.kind() == JsonKind::Array),
    };
    match list {
        Some(list) => list.items().collect(),
        None => vec![root],
    }
}

fn labels(object: Value<'_>) -> impl Iterator<Item = (Text, Text)> + '_ {
    let labels = object
        .get("metadata")
        .and_then(|metadata| metadata.get("labels"));
    let members = labels.into_iter().flat_map(Value::effective_members);
    members.filter_map(|member| Some((member.key.string()?, member.value.string()?)))
}

/// Labels that belong to Kubernetes or Helm: nobody gives a connection's id in them.
fn is_reserved(key: &str) -> bool {
    let domain = key.split_once('/').map_or("", |(domain, _)| domain);
    let reserved = ["kubernetes.io", "k8s.io", "helm.sh"];
    reserved.iter().any(|name| {
        let before = domain.strip_suffix(name);
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}

fn push_label(name: &mut TextBuilder, key: &Text, value: &Text) {
    name.push_from(key, 0..key.len());
    name.push("=", Span::at(value.source().start), Fidelity::Elsewhere);
    name.push_from(value, 0..value.len());
}

/// The data of a Secret, decoded; `null` for what is no text. What stands in `stringData` is given to the
/// server in clear text and counts.
fn data(secret: Value<'_>) -> Text {
    let at = secret.span().start;
    let mut out = TextBuilder::at(at);
    let mut first = true;
    out.push("{", Span::at(at), Fidelity::Elsewhere);
    for (field, is_encoded) in [("data", true), ("stringData", false)] {
        let members = secret.get(field).into_iter();
        for member in members.flat_map(Value::effective_members) {
            let Some(key) = member.key.string() else {
                continue;
            };
            let at = key.source().start;
            if !std::mem::take(&mut first) {
                out.push(", ", Span::at(at), Fidelity::Elsewhere);
            }
            push_string(&mut out, &key);
            out.push(": ", Span::at(key.source().end), Fidelity::Elsewhere);
            let text = member.value.string();
            let text = if is_encoded {
                text.and_then(|text| base64::decode(&text))
            } else {
                text
            };
            match text {
                Some(text) => push_string(&mut out, &text),
                None => out.push("null", member.value.span(), Fidelity::Elsewhere),
            }
        }
    }
    out.push("}", Span::at(secret.span().end), Fidelity::Elsewhere);
    out.finish()
}
