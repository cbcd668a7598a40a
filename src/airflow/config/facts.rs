//! From which release on the parser does something otherwise than before:
//! `schemas/data/configuration.json`, where each fact names the function of Airflow.

use std::sync::LazyLock;

use serde::{Deserialize, Deserializer};

use crate::airflow::Version;

/// The first release in which each of these holds.
#[derive(Debug, Deserialize)]
pub(super) struct Facts {
    /// Asked for an old name, `get` looks up the new one first.
    #[serde(deserialize_with = "since")]
    pub(super) old_names_answer: Version,
    /// `[a.b]` is `AIRFLOW__A_B__…`.
    #[serde(deserialize_with = "since")]
    pub(super) dots_become_underscores: Version,
    /// Each default is filled in by itself, those with `is_template` not at all.
    #[serde(deserialize_with = "since")]
    pub(super) defaults_one_by_one: Version,
    /// Options that providers declare count where they were loaded.
    #[serde(deserialize_with = "since")]
    pub(super) providers_declare_options: Version,
    /// They count in every process.
    #[serde(deserialize_with = "since")]
    pub(super) providers_read_always: Version,
    /// Tasks have a configuration object of their own.
    #[serde(deserialize_with = "since")]
    pub(super) own_object_of_tasks: Version,
    /// Deprecated options have no default.
    #[serde(deserialize_with = "since")]
    pub(super) deprecated_without_default: Version,
    /// `getint` takes `5.0`.
    #[serde(deserialize_with = "since")]
    pub(super) whole_floats: Version,
}

static FACTS: LazyLock<Facts> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../schemas/data/configuration.json"))
        .expect("the shipped table is read by a test")
});

/// The table; read on first use.
pub(super) fn facts() -> &'static Facts {
    &FACTS
}

fn since<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Version, D::Error> {
    #[derive(Deserialize)]
    struct Since<'a> {
        since: &'a str,
    }
    let Since { since } = Since::deserialize(deserializer)?;
    since
        .parse()
        .map_err(|_| serde::de::Error::custom("not a release"))
}
