//! Answers of Vault: `vault kv get -format=json` (or `yaml`) of both versions of the secrets engine, several
//! of them as a list or in a row, a map of paths to answers or to secrets, and `vault kv list`.
//!
//! An answer does not hold the path that was asked for, so its secret has no name; only the form of it can be
//! judged. UNVERIFIED: the shapes are those of Vault's documentation.

use crate::inputs::Kind;
use crate::source::Text;
use crate::syntax::json::{Json, Kind as JsonKind, Member, Value};

use super::Entries;

/// Keys that make a secret one of Airflow's: what `VaultBackend` reads.
const KEYS: [&str; 3] = ["conn_uri", "conn_type", "value"];

pub(super) fn recognise(roots: &[Value<'_>]) -> Option<(Kind, &'static str)> {
    let first = *roots.first()?;
    let first = match first.kind() {
        JsonKind::Array => first.items().next()?,
        _ => first,
    };
    if is_of_airflow(first) {
        return Some((Kind::Vault, "an answer of `vault kv get`"));
    }
    let mut members = first.members().peekable();
    let all = members.peek().is_some() && members.all(|member| is_answer(member.value));
    let any = || first.members().any(|member| is_of_airflow(member.value));
    if all && any() {
        return Some((Kind::Vault, "a map of paths to answers of `vault kv get`"));
    }
    is_map_of_secrets(first).then_some((Kind::Vault, "a map of paths to secrets of Vault"))
}

/// Paths, each with a secret that `VaultBackend` can use; one of them is a connection as only Vault keeps it.
fn is_map_of_secrets(root: Value<'_>) -> bool {
    let is_secret = |value: Value<'_>| {
        value.kind() == JsonKind::Object && KEYS.iter().any(|key| value.get(key).is_some())
    };
    let mut is_vault = false;
    let all = root.members().all(|member| {
        let path = member.key.as_str().unwrap_or_default();
        is_vault |= path.contains("connections/") && member.value.get("conn_uri").is_some();
        let is_path = path.contains('/') && !path.starts_with('/');
        is_path && (is_secret(member.value) || member.value.is_open())
    });
    all && is_vault
}

/// An answer with a secret that can be one of Airflow's. It may be cut off behind that.
fn is_of_airflow(value: Value<'_>) -> bool {
    let data = value.get("data").filter(|_| is_answer(value));
    let inner = data.and_then(|data| data.get("data"));
    let secrets = [data, inner];
    let mut secrets = secrets.into_iter().flatten();
    secrets.any(|secret| KEYS.iter().any(|key| secret.get(key).is_some()))
}

pub(super) fn read(trees: &[Json]) -> Text {
    let mut entries = Entries::new();
    for root in trees.iter().map(Json::root) {
        match root.kind() {
            JsonKind::Array => {
                for item in root.items() {
                    match item.string() {
                        Some(name) => entries.name(&name),
                        None => one(item, &mut entries),
                    }
                }
            }
            _ => one(root, &mut entries),
        }
    }
    entries.finish()
}

/// An answer, a secret, or a map of paths.
fn one(value: Value<'_>, entries: &mut Entries) {
    if value.kind() != JsonKind::Object {
        return;
    }
    let without_name = Text::verbatim("", value.span().start);
    if is_answer(value) {
        let listed = value.get("data").and_then(|data| data.get("keys"));
        for name in listed.into_iter().flat_map(Value::items) {
            if let Some(name) = name.string() {
                entries.name(&name);
            }
        }
        if let Some(secret) = answered(value).filter(|secret| !secret.is_open()) {
            entries.json(&without_name, &secret.raw());
        }
        return;
    }
    if KEYS.iter().any(|key| value.get(key).is_some()) {
        if !value.is_open() {
            entries.json(&without_name, &value.raw());
        }
        return;
    }
    for Member { key, value } in value.effective_members() {
        let Some(path) = key.string() else {
            continue;
        };
        let secret = if is_answer(value) || is_version(value) {
            answered(value)
        } else {
            Some(value)
        };
        match (secret.filter(|_| !value.is_open()), deleted(value)) {
            (Some(secret), _) => entries.json(&path, &secret.raw()),
            (None, Some(says)) => entries.deleted(&path, says),
            // Cut off, or nothing says why there is none.
            (None, None) => entries.name(&path),
        }
    }
}

/// What the API answers: the secret with its lease.
fn is_answer(value: Value<'_>) -> bool {
    let has = |key: &str| value.get(key).is_some();
    let lease = || has("lease_duration") || has("lease_id") || has("request_id");
    (has("data") || value.is_open()) && lease()
}

/// Version 2 of the secrets engine keeps the secret and what it knows of it side by side.
fn is_version(value: Value<'_>) -> bool {
    let metadata = value.get("metadata");
    value.get("data").is_some()
        && metadata.is_some_and(|metadata| {
            metadata.get("version").is_some() || metadata.get("created_time").is_some()
        })
}

/// The member that says that the version was deleted or destroyed: `read_secret_version` of hvac raises `InvalidPath`
/// then, and the backend says that there is nothing.
fn deleted(value: Value<'_>) -> Option<Member<'_>> {
    let version = if is_answer(value) {
        value.get("data")?
    } else {
        value
    };
    if version.get("data")?.kind() != JsonKind::Null {
        return None;
    }
    let metadata = version.get("metadata")?;
    let destroyed = metadata.member("destroyed");
    let destroyed = destroyed.filter(|member| member.value.kind() == JsonKind::True);
    destroyed.or_else(|| {
        let time = metadata.member("deletion_time")?;
        let is_set = time.value.as_str().is_some_and(|time| !time.is_empty());
        is_set.then_some(time)
    })
}

/// The secret of an answer; `None` where there is none: it was deleted, or names were asked for.
fn answered(value: Value<'_>) -> Option<Value<'_>> {
    let mut value = value;
    if is_answer(value) {
        value = value.get("data")?;
    }
    if is_version(value) {
        value = value.get("data")?;
    }
    let is_list = value
        .get("keys")
        .is_some_and(|keys| keys.kind() == JsonKind::Array);
    (value.kind() == JsonKind::Object && !is_list).then_some(value)
}
