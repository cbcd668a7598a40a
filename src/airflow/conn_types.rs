//! The connection types that Airflow and its providers register, and the fields of their extra
//! (`schemas/data/conn_types.json`).

mod fit;
mod name;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::airflow::Version;

pub use fit::{Fit, reads_text};
pub use name::{Name, judge, nearest_field};

/// A connection type.
#[derive(Debug, Deserialize)]
pub struct ConnType {
    /// The package that registers it (`apache-airflow-providers-amazon`).
    pub provider: Option<String>,
    /// The label of the form in the UI (`Amazon Web Services`).
    pub hook_name: Option<String>,
    /// No release of today registers it any more.
    pub deprecated: Option<Removed>,
    /// The keys of the extra that the hook reads, by name.
    #[serde(default)]
    pub extra_fields: BTreeMap<String, ExtraField>,
    /// The hook hands unknown keys on, or takes the whole extra: any key is legal.
    pub extra_open: bool,
    /// Set where the provider declares the fields itself (`conn-fields`).
    extra_fields_complete_source: Option<String>,
    /// `extra__<type>__` in front of keys, which old forms wrote and the hook still strips.
    pub legacy_extra_prefix: Option<String>,
}

impl ConnType {
    /// The provider declares the fields of the extra in its metadata, with their JSON types.
    pub const fn declares_fields(&self) -> bool {
        self.extra_fields_complete_source.is_some()
    }
}

/// What became of a type that is gone.
#[derive(Debug, Deserialize)]
pub struct Removed {
    /// The type to use instead.
    #[serde(rename = "use")]
    pub instead: Option<String>,
    /// The release of the provider that dropped it, where that is known.
    pub gone_in: Option<GoneIn>,
}

/// The first release of a provider without a type.
#[derive(Debug, Deserialize)]
pub struct GoneIn {
    /// Short name of the provider (`amazon`).
    pub provider: String,
    /// The release.
    #[serde(deserialize_with = "release")]
    pub release: Version,
}

fn release<'de, D: serde::Deserializer<'de>>(text: D) -> Result<Version, D::Error> {
    let text = std::borrow::Cow::<str>::deserialize(text)?;
    text.parse()
        .map_err(|_| serde::de::Error::custom("not a release"))
}

/// A key of the extra.
#[derive(Debug, Deserialize)]
pub struct ExtraField {
    /// Its JSON Schema types (`string`, `integer`, `boolean`, `number`, `object`, `array`); empty where
    /// nobody knows.
    #[serde(default)]
    pub types: Vec<String>,
    /// Who says so.
    pub source: FieldSource,
    /// null is fine too.
    #[serde(default)]
    pub nullable: bool,
    /// The values it may have, where they are listed: texts, or whole numbers.
    #[serde(default, rename = "enum")]
    pub values: Vec<serde_json::Value>,
    /// It holds a secret: declared, or by its name.
    #[serde(default, alias = "sensitive_guess")]
    pub sensitive: bool,
}

impl ExtraField {
    /// The provider declares the type.
    pub fn is_declared(&self) -> bool {
        self.source == FieldSource::ConnFields && !self.types.is_empty()
    }
}

/// Where a field is known from; see `_meta` of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldSource {
    /// Declared by the provider, with a JSON Schema type.
    ConnFields,
    /// Read in the hook.
    HookSource,
    /// A key of the example in the provider's form.
    UiPlaceholder,
    /// A literal key found in the hook's module: the type is not known.
    HookScan,
}

/// Connection types that no provider registers and an installation has all the same: those of plugins
/// and of hooks of its own, with the fields of their extra where these are declared.
#[derive(Clone, Debug, Default)]
pub struct OwnTypes(BTreeMap<String, Option<Vec<String>>>);

impl OwnTypes {
    /// As declared.
    pub fn new(types: impl IntoIterator<Item = (String, Option<Vec<String>>)>) -> Self {
        Self(types.into_iter().collect())
    }

    /// True for the exact name of one.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The fields of its extra; `None` where nobody says.
    pub fn fields(&self, name: &str) -> Option<&[String]> {
        self.0.get(name)?.as_deref()
    }
}

#[derive(Deserialize)]
struct Meta {
    alias_hints: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct File {
    #[serde(rename = "_meta")]
    meta: Meta,
    types: BTreeMap<String, ConnType>,
}

static FILE: LazyLock<File> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../schemas/data/conn_types.json"))
        .expect("the shipped table is read by a test")
});

/// True for the exact name of a registered type.
pub fn is_registered(name: &str) -> bool {
    FILE.types.contains_key(name)
}

/// The type with exactly this name, removed ones included.
pub fn get(name: &str) -> Option<&'static ConnType> {
    FILE.types.get(name)
}

/// As [`get`], with the name as the table holds it.
fn get_key_value(name: &str) -> Option<(&'static str, &'static ConnType)> {
    let (name, kind) = FILE.types.get_key_value(name)?;
    Some((name, kind))
}

/// Every type, by name.
pub fn all() -> impl Iterator<Item = (&'static str, &'static ConnType)> {
    FILE.types.iter().map(|(name, kind)| (name.as_str(), kind))
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
        assert_eq!(all().count(), 142);
        assert_eq!(all().filter(|(_, kind)| kind.declares_fields()).count(), 64);
    }

    #[test]
    fn a_type_tells_its_fields() {
        let smtp = get("smtp").expect("registered");
        let timeout = &smtp.extra_fields["timeout"];
        assert!(timeout.is_declared() && timeout.nullable && !timeout.sensitive);
        assert_eq!(timeout.types, ["integer"]);
        assert_eq!(smtp.extra_fields["auth_type"].values, ["basic", "oauth2"]);
        assert!(smtp.extra_fields["client_secret"].sensitive);
        let gone = get("s3").and_then(|kind| kind.deprecated.as_ref());
        assert_eq!(gone.and_then(|gone| gone.instead.as_deref()), Some("aws"));
    }
}
