//! Google Secret Manager and Azure Key Vault: what `gcloud secrets list`, `gcloud secrets versions access`,
//! `az keyvault secret list` and `az keyvault secret show` write as JSON.
//!
//! Lists hold names and no values. UNVERIFIED: the shapes are those of the two documentations (the fields of
//! Google's `Secret` and `AccessSecretVersionResponse`, of Azure's `SecretItem` and `SecretBundle`).

use std::ops::Range;

use crate::inputs::Kind;
use crate::source::Text;
use crate::syntax::base64;
use crate::syntax::json::{Json, Kind as JsonKind, Value};

use super::Entries;

pub(super) fn recognise(roots: &[Value<'_>]) -> Option<(Kind, &'static str)> {
    let first = *roots.first()?;
    let first = match first.kind() {
        JsonKind::Array => first.items().next()?,
        _ => first,
    };
    if google_name(first).is_some() {
        return Some((Kind::Gcp, "secrets of Google Secret Manager"));
    }
    (first.get("attributes").is_some() && azure_name(first).is_some())
        .then_some((Kind::Azure, "secrets of Azure Key Vault"))
}

pub(super) fn read(kind: Kind, trees: &[Json]) -> Text {
    let mut entries = Entries::new();
    for root in trees.iter().map(Json::root) {
        let items = match root.kind() {
            JsonKind::Array => root.items().collect(),
            _ => vec![root],
        };
        for item in items {
            let (name, value) = match kind {
                Kind::Gcp => (google_name(item), google_value(item)),
                _ => (azure_name(item), azure_value(item)),
            };
            // What is cut off may say more, as that it is disabled.
            match (name, value.filter(|_| !item.is_open())) {
                (Some(name), Some(value)) => entries.text(&name, &value),
                (Some(name), None) => entries.name(&name),
                _ => {}
            }
        }
    }
    entries.finish()
}

/// `projects/<project>/secrets/<name>`, and `/versions/<version>` behind it.
fn google_name(item: Value<'_>) -> Option<Text> {
    let name = item.get("name")?.string()?;
    let parts: Vec<&str> = name.expose().split('/').collect();
    match parts.as_slice() {
        ["projects", _, "secrets", _] | ["projects", _, "secrets", _, "versions", _] => {}
        _ => return None,
    }
    let range = level(name.expose(), 3);
    Some(name.slice(range))
}

/// `payload.data`, base64 in one alphabet or the other.
fn google_value(item: Value<'_>) -> Option<Text> {
    let data = item.get("payload")?.get("data")?.string()?;
    base64::decode(&data)
}

/// `https://<vault>.vault.azure.net/secrets/<name>`, and the version behind it.
fn azure_name(item: Value<'_>) -> Option<Text> {
    let id = item.get("id")?.string()?;
    let parts: Vec<&str> = id.expose().split('/').collect();
    match parts.as_slice() {
        ["https:", "", host, "secrets", _, ..] if host.contains(".vault.") => {}
        _ => return None,
    }
    let own = item.get("name").and_then(Value::string);
    own.or_else(|| {
        let range = level(id.expose(), 4);
        Some(id.slice(range))
    })
}

/// Azure refuses to hand out a secret that is not enabled.
fn azure_value(item: Value<'_>) -> Option<Text> {
    let enabled = item
        .get("attributes")
        .and_then(|attributes| attributes.get("enabled"));
    if enabled.is_some_and(|enabled| enabled.kind() == JsonKind::False) {
        return None;
    }
    item.get("value")?.string()
}

/// Where the part with this number stands between slashes.
fn level(path: &str, number: usize) -> Range<usize> {
    let start: usize = path
        .split('/')
        .take(number)
        .map(|part| part.len() + 1)
        .sum();
    let rest = &path[start..];
    start..start + rest.find('/').unwrap_or(rest.len())
}
