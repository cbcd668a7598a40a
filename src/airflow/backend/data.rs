//! The table of backend classes: which classes exist, since when, with which keyword arguments,
//! and what happens to names they do not take.
//!
//! Typed access to `schemas/data/backends.json`, read once and on demand. Nothing is judged here.

mod aws;
mod file;
mod habit;
mod nearest;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

pub use self::aws::{Aws, Partition};
pub use self::habit::{Habit, Span};
pub use self::nearest::{Nearest, is_known_package, nearest_class};
use crate::airflow::{Target, Version};

static JSON: &str = include_str!("../../../schemas/data/backends.json");

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let raw = serde_json::from_str(JSON).expect("the shipped table is well-formed");
    Table::from_raw(raw)
});

/// All that the file says.
#[derive(Debug)]
struct Table {
    classes: Vec<BackendClass>,
    not_backends: Vec<String>,
    aws: Aws,
}

/// A class that ships with Airflow or one of its providers and may stand in `[secrets] backend`.
#[derive(Debug)]
pub struct BackendClass {
    /// Dotted path of the newest release.
    pub class_path: String,
    /// Name of the backend's kind: `aws_ssm`, `hashicorp_vault`, …
    pub short_name: String,
    /// The provider's short name as in `--provider` (`amazon`, `microsoft-azure`); `None` for
    /// classes of Airflow itself, whose facts carry Airflow's release numbers.
    pub provider: Option<String>,
    /// First release under `class_path` (of the provider, or of Airflow).
    pub first_release: Version,
    /// Older paths of the class.
    pub legacy_class_paths: Vec<LegacyPath>,
    /// Declared keyword arguments, in the constructor's order.
    pub kwargs: Vec<KwargFact>,
    /// What happens to undeclared ones.
    pub extra: ExtraKwargs,
    /// Names of a sister class that this one does not know, and what it does with them.
    pub no_such_kwargs: BTreeMap<String, String>,
    /// What only some releases do.
    habits: BTreeMap<Habit, Span>,
    /// Parameters of the constructor over all releases, in its order.
    parameters: Vec<Parameter>,
    /// First release whose lookup methods take `team_name`; `None`: all that matter do.
    pub team_name_argument: Option<TeamNameArgument>,
}

/// A parameter that the constructor declares in some releases.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its default.
    pub default: serde_json::Value,
    /// The releases that declare it.
    pub declared: Span,
}

/// First releases whose lookup methods take `team_name`.
#[derive(Clone, Copy, Debug)]
pub struct TeamNameArgument {
    /// `get_conn_value` or `get_connection`.
    pub connections: Version,
    /// `get_variable`.
    pub variables: Version,
}

/// An older path of a class.
#[derive(Debug)]
pub struct LegacyPath {
    /// Dotted path.
    pub path: String,
    /// First release without it.
    pub removed_in: Option<Release>,
}

/// A release of Airflow or of the provider that a fact belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// Of Airflow.
    Airflow(Version),
    /// Of the class's provider.
    Provider(Version),
}

/// A type of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JsonType {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// `"…"`
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// `true`, `false`
    Boolean,
    /// `null`
    Null,
}

impl JsonType {
    /// "a string", "an object", …: for messages.
    pub const fn described(self) -> &'static str {
        match self {
            Self::Object => "an object",
            Self::Array => "a list",
            Self::String => "a string",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Null => "null",
        }
    }
}

/// What a value of a wrong type leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongType {
    /// An exception while Airflow is imported: no component starts.
    ImportCrash,
    /// An exception in every lookup, which the lookup loop swallows: the backend is skipped.
    LookupFails,
    /// An exception when an option is read through `_SECRET`.
    OptionReadFails,
    /// Nothing: the value has no effect.
    NoEffect,
}

/// One keyword argument.
#[derive(Debug)]
pub struct KwargFact {
    /// Name.
    pub name: String,
    /// Types that mean something; `Null` among them when `nullable`.
    pub types: Vec<JsonType>,
    /// JSON null means something.
    pub nullable: bool,
    /// Default; `Null` where there is none.
    pub default: serde_json::Value,
    /// First release that takes it (of the provider, or of Airflow for its own classes).
    pub added_in: Version,
    /// First release that no longer does anything with it.
    pub removed_in: Option<Version>,
    /// First release that warns of it.
    pub deprecated_in: Option<Version>,
    /// First release that takes a list, where lists came later than the kwarg.
    pub array_added_in: Option<Version>,
    /// What to write instead: a name, or a few words.
    pub replacement: Option<String>,
    /// The only values it takes, where there is such a list; all releases together.
    pub enumeration: Option<Vec<serde_json::Value>>,
    /// Members of the enumeration that came later.
    pub enumeration_added: BTreeMap<String, Version>,
    /// Keys of an object value: `""` → the keys, or per value of a sister kwarg.
    pub object_keys: BTreeMap<String, Vec<String>>,
    /// The value is a credential.
    pub sensitive: bool,
    /// What a value of another type leads to, where that was found out.
    pub wrong_type_effect: Option<WrongType>,
    /// What there is to know of it, for people.
    pub note: Option<String>,
    /// What null leads to, for people.
    pub null_means: Option<String>,
}

/// What becomes of a keyword argument that nobody declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownKwarg {
    /// `TypeError` while Airflow is imported.
    ImportCrash,
    /// `TypeError` in every lookup, which the lookup loop swallows.
    LookupFails,
    /// Nothing happens, silently.
    Ignored,
    /// The constructor takes it; what it does later is not known.
    Accepted,
}

/// What a class does with keyword arguments beyond the declared ones.
#[derive(Debug)]
pub struct ExtraKwargs {
    /// Names that mean something there.
    pub names: Vec<KwargFact>,
    /// Names that people write and nothing reads, with the right name where there is one.
    pub observed_ignored_names: BTreeMap<String, Option<String>>,
}

/// The class that a path names.
#[derive(Clone, Copy, Debug)]
pub struct ClassMatch {
    /// The class.
    pub class: &'static BackendClass,
    /// The old path, where the path is one.
    pub legacy: Option<&'static LegacyPath>,
}

/// Every class of the table.
pub fn classes() -> &'static [BackendClass] {
    &TABLE.classes
}

/// The class with this short name (`aws_ssm`).
pub fn class_named(short_name: &str) -> Option<&'static BackendClass> {
    classes()
        .iter()
        .find(|class| class.short_name == short_name)
}

/// The class that `path` names, by its present or an older path, whatever the release.
pub fn class_for(path: &str) -> Option<ClassMatch> {
    classes().iter().find_map(|class| {
        if class.class_path == path {
            return Some(ClassMatch {
                class,
                legacy: None,
            });
        }
        let legacy = class
            .legacy_class_paths
            .iter()
            .find(|old| old.path == path)?;
        Some(ClassMatch {
            class,
            legacy: Some(legacy),
        })
    })
}

/// True for a class of Airflow or the amazon provider that is no backend and can be made without
/// arguments.
pub fn is_not_a_backend(path: &str) -> bool {
    TABLE.not_backends.iter().any(|other| other == path)
}

/// The classes that live in the module `path`, present or old.
pub fn classes_in_module(path: &str) -> impl Iterator<Item = &'static BackendClass> {
    let is_in = move |full: &str| {
        full.rsplit_once('.')
            .is_some_and(|(module, _)| module == path)
    };
    classes().iter().filter(move |class| {
        is_in(&class.class_path) || class.legacy_class_paths.iter().any(|old| is_in(&old.path))
    })
}

/// Facts about AWS names.
pub fn aws() -> &'static Aws {
    &TABLE.aws
}

impl BackendClass {
    /// The release that its facts are to be compared with: of its provider, or of Airflow for
    /// Airflow's own classes. `None` where the provider's release is not known.
    pub fn release(&self, target: &Target) -> Option<Version> {
        match &self.provider {
            None => Some(target.airflow),
            Some(provider) if provider == "amazon" => Some(target.amazon()),
            Some(provider) => target.provider(provider),
        }
    }

    /// The declared keyword argument `name`.
    pub fn kwarg(&self, name: &str) -> Option<&KwargFact> {
        self.kwargs.iter().find(|fact| fact.name == name)
    }

    /// A keyword argument that means something: declared or among the extras.
    pub fn any_kwarg(&self, name: &str) -> Option<&KwargFact> {
        self.kwarg(name)
            .or_else(|| self.extra.names.iter().find(|fact| fact.name == name))
    }

    /// Every keyword argument that means something in some release: the declared ones, then the
    /// extras.
    pub fn all_kwargs(&self) -> impl Iterator<Item = &KwargFact> {
        self.kwargs.iter().chain(&self.extra.names)
    }

    /// True when `release` does so. A release that is not known is taken as the newest.
    pub fn does(&self, habit: Habit, release: Option<Version>) -> bool {
        self.habits
            .get(&habit)
            .is_some_and(|span| span.holds(release))
    }

    /// The parameters that the constructor of `release` declares, in its order. A release that is
    /// not known is taken as the newest.
    pub fn parameters(&self, release: Option<Version>) -> impl Iterator<Item = &Parameter> {
        self.parameters
            .iter()
            .filter(move |parameter| parameter.declared.holds(release))
    }

    /// The keyword argument nearest to `name`, if one is near enough to be meant.
    pub fn nearest_kwarg(&self, name: &str) -> Option<&KwargFact> {
        let name = name.to_ascii_lowercase();
        let limit = if name.chars().count() < 5 { 1 } else { 2 };
        self.all_kwargs()
            .map(|fact| (strsim::damerau_levenshtein(&name, &fact.name), fact))
            .filter(|(distance, _)| *distance <= limit)
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, fact)| fact)
    }

    /// True for the two AWS backends.
    pub fn is_aws(&self) -> bool {
        self.provider.as_deref() == Some("amazon")
    }

    /// What becomes of an undeclared name, for a release of the provider (`None`: not known, the
    /// newest is meant) and of Airflow. From `accepts_extra_kwargs` of the table.
    pub fn unknown_kwarg(&self, release: Option<Version>, airflow: Version) -> UnknownKwarg {
        match self.short_name.as_str() {
            "aws_ssm" | "aws_secrets_manager" => {
                if release.is_some_and(|release| release < Version::new(5, 1, 0)) {
                    // boto3 Session.client(**kwargs) on the first lookup.
                    UnknownKwarg::LookupFails
                } else {
                    UnknownKwarg::Ignored
                }
            }
            // hvac's adapter gets them on the first lookup.
            "hashicorp_vault" => UnknownKwarg::LookupFails,
            "azure_key_vault" => UnknownKwarg::Accepted,
            "akeyless" => UnknownKwarg::Ignored,
            // BaseSecretsBackend.__init__(**kwargs) dropped them up to Airflow 2.2.
            "gcp_secret_manager" if airflow < Version::new(2, 3, 0) => UnknownKwarg::Ignored,
            _ => UnknownKwarg::ImportCrash,
        }
    }
}

impl LegacyPath {
    /// True when the path can be imported with these releases (the provider being installed). An
    /// unknown provider release is taken as the newest.
    pub fn is_importable(&self, airflow: Version, provider: Option<Version>) -> bool {
        match self.removed_in {
            Some(Release::Airflow(removed)) => airflow < removed,
            Some(Release::Provider(removed)) => provider.is_some_and(|release| release < removed),
            None => true,
        }
    }
}

impl KwargFact {
    /// True when `release` takes the name.
    pub fn is_in(&self, release: Version) -> bool {
        self.added_in <= release && self.removed_in.is_none_or(|removed| release < removed)
    }

    /// True when `release` takes it and warns.
    pub fn is_deprecated_in(&self, release: Version) -> bool {
        self.deprecated_in.is_some_and(|since| since <= release)
    }

    /// The values it takes in `release`, where only some are taken.
    pub fn enumeration_in(&self, release: Version) -> Option<Vec<&serde_json::Value>> {
        let all = self.enumeration.as_ref()?;
        Some(
            all.iter()
                .filter(|value| {
                    let since = value
                        .as_str()
                        .and_then(|name| self.enumeration_added.get(name));
                    since.is_none_or(|&since| since <= release)
                })
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests;
