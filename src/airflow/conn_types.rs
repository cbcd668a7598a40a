//! The connection types that Airflow and its providers register (`schemas/data/conn_types.json`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::IgnoredAny;

#[derive(Deserialize)]
struct Meta {
    alias_hints: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct File {
    #[serde(rename = "_meta")]
    meta: Meta,
    #[expect(
        clippy::zero_sized_map_values,
        reason = "the file has a map, of which only the keys are read"
    )]
    types: BTreeMap<String, IgnoredAny>,
}

static FILE: LazyLock<File> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../schemas/data/conn_types.json"))
        .expect("the shipped table is read by a test")
});

/// True for the exact name of a registered type.
pub fn is_registered(name: &str) -> bool {
    FILE.types.contains_key(name)
}

/// The type that people mean by another word (`pg` is `postgres`).
pub fn alias_hint(word: &str) -> Option<&'static str> {
    FILE.meta.alias_hints.get(word).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_is_read() {
        assert!(is_registered("postgres") && is_registered("google_cloud_platform"));
        assert!(!is_registered("postgresql"));
        assert_eq!(alias_hint("pg"), Some("postgres"));
        assert!(FILE.types.len() > 100);
    }
}
