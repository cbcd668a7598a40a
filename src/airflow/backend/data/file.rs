//! The shape of `schemas/data/backends.json`, and how it becomes the table: words such as
//! `airflow 3.0.0` become release numbers here.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    Aws, BackendClass, ExtraKwargs, Habit, JsonType, KwargFact, LegacyPath, Parameter, Partition,
    Release, Span, Table, TeamNameArgument, WrongType,
};
use crate::airflow::Version;

#[derive(Deserialize)]
pub(super) struct RawTable {
    aws: RawAws,
    backends: Vec<RawClass>,
    not_backends: RawNotBackends,
}

#[derive(Deserialize)]
struct RawNotBackends {
    paths: Vec<String>,
}

#[derive(Deserialize)]
struct RawAws {
    partitions: Vec<RawPartition>,
    regions: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct RawPartition {
    id: String,
    region_regex: String,
}

#[derive(Deserialize)]
struct RawClass {
    class_path: String,
    short_name: String,
    provider_package: String,
    first_release: String,
    legacy_class_paths: Vec<RawLegacy>,
    kwargs: Vec<RawKwarg>,
    accepts_extra_kwargs: RawExtra,
    #[serde(default)]
    no_such_kwargs: BTreeMap<String, String>,
    habits: RawHabits,
    #[serde(default)]
    constructor: RawConstructor,
    team_name_argument: Option<RawTeamName>,
}

#[derive(Deserialize)]
struct RawHabits {
    #[serde(flatten)]
    spans: BTreeMap<Habit, RawSpan>,
    #[expect(dead_code, reason = "for readers; taken out of the map here")]
    source: String,
}

#[derive(Deserialize)]
struct RawSpan {
    from: String,
    until: Option<String>,
}

/// Where the constructor differs from the list of kwargs.
#[derive(Default, Deserialize)]
struct RawConstructor {
    order: Vec<String>,
    declared_until: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct RawTeamName {
    connections: String,
    variables: String,
}

#[derive(Deserialize)]
struct RawLegacy {
    path: String,
    removed_in: Option<String>,
}

#[derive(Deserialize)]
struct RawExtra {
    #[serde(default)]
    names: Vec<RawName>,
    #[serde(default)]
    observed_ignored_names: BTreeMap<String, Option<String>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawName {
    Bare(String),
    Full(Box<RawKwarg>),
}

#[derive(Deserialize)]
struct RawKwarg {
    name: String,
    #[serde(rename = "type")]
    types: Vec<JsonType>,
    #[serde(default)]
    default: serde_json::Value,
    added_in: String,
    removed_in: Option<String>,
    deprecated_in: Option<String>,
    array_added_in: Option<String>,
    replacement: Option<String>,
    #[serde(rename = "enum")]
    enumeration: Option<Vec<serde_json::Value>>,
    #[serde(default)]
    enum_added: BTreeMap<String, String>,
    object_keys: Option<RawKeys>,
    #[serde(default)]
    object_keys_required: Vec<String>,
    #[serde(default)]
    object_keys_optional: Vec<String>,
    #[serde(default)]
    sensitive: bool,
    wrong_type_effect: Option<String>,
    note: Option<String>,
    nullable_means: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawKeys {
    One(Vec<String>),
    PerMethod(BTreeMap<String, Vec<String>>),
}

impl Table {
    pub(super) fn from_raw(raw: RawTable) -> Self {
        let mut regions = raw.aws.regions;
        let partitions = raw.aws.partitions.into_iter().map(|partition| Partition {
            regions: regions.remove(&partition.id).unwrap_or_default(),
            id: partition.id,
            region_regex: partition.region_regex,
        });
        Self {
            classes: raw.backends.into_iter().map(class).collect(),
            not_backends: raw.not_backends.paths,
            aws: Aws {
                partitions: partitions.collect(),
            },
        }
    }
}

fn class(raw: RawClass) -> BackendClass {
    let first_release = first_version(&raw.first_release);
    let names = raw
        .accepts_extra_kwargs
        .names
        .into_iter()
        .map(|name| match name {
            RawName::Bare(name) => bare(name, first_release),
            RawName::Full(fact) => kwarg(*fact),
        });
    let kwargs: Vec<KwargFact> = raw.kwargs.into_iter().map(kwarg).collect();
    let spans = raw.habits.spans.into_iter();
    BackendClass {
        habits: spans.map(|(habit, raw)| (habit, span(&raw))).collect(),
        parameters: parameters(&raw.constructor, &kwargs, first_release),
        team_name_argument: raw.team_name_argument.map(|raw| TeamNameArgument {
            connections: first_version(&raw.connections),
            variables: first_version(&raw.variables),
        }),
        provider: raw
            .provider_package
            .strip_prefix("apache-airflow-providers-")
            .map(str::to_owned),
        class_path: raw.class_path,
        short_name: raw.short_name,
        first_release,
        legacy_class_paths: raw.legacy_class_paths.into_iter().map(legacy).collect(),
        kwargs,
        extra: ExtraKwargs {
            names: names.collect(),
            observed_ignored_names: raw.accepts_extra_kwargs.observed_ignored_names,
        },
        no_such_kwargs: raw.no_such_kwargs,
    }
}

fn span(raw: &RawSpan) -> Span {
    Span {
        from: first_version(&raw.from),
        until: raw.until.as_deref().map(first_version),
    }
}

/// The declared kwargs in the constructor's order; a name that has become an extra has no default.
fn parameters(raw: &RawConstructor, kwargs: &[KwargFact], first: Version) -> Vec<Parameter> {
    let order: Vec<&str> = if raw.order.is_empty() {
        kwargs.iter().map(|fact| fact.name.as_str()).collect()
    } else {
        raw.order.iter().map(String::as_str).collect()
    };
    let parameter = |name: &str| {
        let fact = kwargs.iter().find(|fact| fact.name == name);
        let until = raw.declared_until.get(name);
        let until = until.map(|release| first_version(release));
        Parameter {
            name: name.to_owned(),
            default: fact.map_or(serde_json::Value::Null, |fact| fact.default.clone()),
            declared: Span {
                from: fact.map_or(first, |fact| fact.added_in),
                until: until.or_else(|| fact?.removed_in),
            },
        }
    };
    order.into_iter().map(parameter).collect()
}

fn legacy(raw: RawLegacy) -> LegacyPath {
    LegacyPath {
        path: raw.path,
        removed_in: raw.removed_in.as_deref().map(release),
    }
}

fn kwarg(raw: RawKwarg) -> KwargFact {
    let mut object_keys = match raw.object_keys {
        Some(RawKeys::One(keys)) => BTreeMap::from([(String::new(), keys)]),
        Some(RawKeys::PerMethod(map)) => map,
        None => BTreeMap::new(),
    };
    let listed: Vec<String> = raw
        .object_keys_required
        .into_iter()
        .chain(raw.object_keys_optional)
        .collect();
    if !listed.is_empty() {
        object_keys.insert(String::new(), listed);
    }
    KwargFact {
        nullable: raw.types.contains(&JsonType::Null),
        name: raw.name,
        types: raw.types,
        default: raw.default,
        added_in: first_version(&raw.added_in),
        removed_in: raw.removed_in.as_deref().map(first_version),
        deprecated_in: raw.deprecated_in.as_deref().map(first_version),
        array_added_in: raw.array_added_in.as_deref().map(first_version),
        replacement: raw.replacement,
        enumeration: raw.enumeration,
        enumeration_added: raw
            .enum_added
            .into_iter()
            .map(|(value, since)| (value, first_version(&since)))
            .collect(),
        object_keys,
        sensitive: raw.sensitive,
        wrong_type_effect: raw.wrong_type_effect.as_deref().map(wrong_type),
        note: raw.note,
        null_means: raw.nullable_means,
    }
}

/// A name of which the table knows nothing else: any type.
fn bare(name: String, added_in: Version) -> KwargFact {
    KwargFact {
        name,
        types: vec![
            JsonType::Object,
            JsonType::Array,
            JsonType::String,
            JsonType::Integer,
            JsonType::Number,
            JsonType::Boolean,
            JsonType::Null,
        ],
        nullable: true,
        default: serde_json::Value::Null,
        added_in,
        removed_in: None,
        deprecated_in: None,
        array_added_in: None,
        replacement: None,
        enumeration: None,
        enumeration_added: BTreeMap::new(),
        object_keys: BTreeMap::new(),
        sensitive: false,
        wrong_type_effect: None,
        note: None,
        null_means: None,
    }
}

fn wrong_type(words: &str) -> WrongType {
    if words.contains("import") {
        WrongType::ImportCrash
    } else if words.contains("lookup") {
        WrongType::LookupFails
    } else if words.contains("_SECRET") {
        WrongType::OptionReadFails
    } else {
        WrongType::NoEffect
    }
}

/// The first release number in a remark such as `1.10.12 or slightly earlier`.
fn first_version(words: &str) -> Version {
    words
        .split([' ', '(', ','])
        .find_map(|word| word.parse().ok())
        .expect("the shipped table names a release")
}

/// `airflow 3.0.0`, `provider 5.0.0`; a number alone is the provider's.
fn release(words: &str) -> Release {
    if words.starts_with("airflow ") {
        Release::Airflow(first_version(words))
    } else {
        Release::Provider(first_version(words))
    }
}
