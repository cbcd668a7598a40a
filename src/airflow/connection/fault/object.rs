//! The faults of JSON objects: keys that nobody takes, and what a backend takes for something else.

use super::super::foreign::foreign;
use super::super::keys::{is_same, unknown_members};
use super::super::{Format, Reading, Shape};
use super::{Fault, FaultKind, silent};
use crate::source::Text;
use crate::syntax::json::Json;

/// `Connection(**kwargs)` got an unexpected keyword argument.
pub(super) fn unknown_key(reading: &Reading, at: &Text, format: &Format) -> FaultKind {
    let Shape::Json(Some(tree)) = &reading.shape else {
        return FaultKind::UnknownKey {
            more: 0,
            all_dropped: false,
        };
    };
    if let Some(foreign) = foreign(tree.root()) {
        return FaultKind::Foreign(foreign);
    }
    let is_team = |name: &str| matches!(name, "team_id" | "team_name");
    let is_other = |key: &Text| key.range_in(tree.text()) != at.range_in(tree.text());
    let others = unknown_members(tree, format).into_iter().filter(|member| {
        let name = member.key.as_str().unwrap_or_default();
        // Which some readers take.
        is_other(&member.key.raw()) && !is_team(&name)
    });
    FaultKind::UnknownKey {
        more: others.count(),
        all_dropped: false,
    }
}

/// Nothing but `description` stands beside `uri`, or `uri` is empty: refused by the Task SDK alone.
pub(super) fn is_taken_by_core(reading: &Reading) -> bool {
    let Shape::Json(Some(tree)) = &reading.shape else {
        return false;
    };
    let root = tree.root();
    let is_empty = root.get("uri").is_some_and(|uri| !uri.is_truthy());
    is_empty
        || root.effective_members().iter().all(|member| {
            let name = member.key.as_str().unwrap_or_default();
            matches!(name.as_ref(), "uri" | "description") || !member.value.is_truthy()
        })
}

/// The key `name` as it stands in the object.
pub(super) fn key(reading: &Reading, name: &str) -> Option<Text> {
    let Shape::Json(Some(tree)) = &reading.shape else {
        return None;
    };
    Some(tree.root().member(name)?.key.raw())
}

/// What stands at `at`, in words.
pub(super) fn described(field: &'static str, at: &Text) -> FaultKind {
    let word = match at.expose().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b't' | b'f') => "a boolean",
        Some(b'"') => "a string",
        _ => "a number",
    };
    FaultKind::FieldType(field, word)
}

/// What `SecretsManagerBackend` drops or takes for something else without a word.
pub(super) fn aliased(tree: &Json, format: &Format) -> Option<Fault> {
    let types = ["conn_type", "connection_type", "engine"];
    let mut conn_id = None;
    for member in tree.root().effective_members() {
        let name = member.key.as_str().unwrap_or_default();
        if name == "conn_id" {
            conn_id = Some(member);
        } else if types.contains(&name.as_ref()) {
            // Whichever comes first is the type.
            let Some(id) = conn_id else { break };
            if is_same(id.value, member.value) {
                break;
            }
            let kind = FaultKind::ConnId { becomes_type: true };
            return Some(silent(kind, id.key.raw()));
        }
    }
    let unknown = unknown_members(tree, format);
    let first = unknown.first()?;
    if unknown.len() < tree.root().effective_members().len() {
        return None;
    }
    let kind = match foreign(tree.root()) {
        Some(foreign) => FaultKind::Foreign(foreign),
        None => FaultKind::UnknownKey {
            more: unknown.len() - 1,
            all_dropped: true,
        },
    };
    Some(silent(kind, first.key.raw()))
}
