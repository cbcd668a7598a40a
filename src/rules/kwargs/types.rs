//! The JSON Schemas of the keyword arguments, compiled when a class first needs its own.
//!
//! The texts of the `jsonschema` crate hold values and are never used: only the kind of a fault
//! and its path leave this file.

use std::sync::OnceLock;

use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::LocationSegment;
use jsonschema::{Draft, Validator};

use crate::syntax::json::{Kind, Value};

/// Nesting beyond which a value is not looked at.
const MAX_DEPTH: usize = 32;

/// A schema as it ships.
pub(crate) struct Schema {
    /// `short_name` of the class.
    pub class: &'static str,
    /// The JSON text.
    pub text: &'static str,
    compiled: OnceLock<Option<Validator>>,
}

macro_rules! schemas {
    ($($class:literal),* $(,)?) => {
        /// Every schema, by class. They are `airvane schema` too.
        pub(crate) static SCHEMAS: [Schema; 12] = [
            $(Schema {
                class: $class,
                text: include_str!(concat!("../../../schemas/kwargs/", $class, ".schema.json")),
                compiled: OnceLock::new(),
            }),*
        ];
    };
}

schemas!(
    "akeyless",
    "aws_secrets_manager",
    "aws_ssm",
    "azure_key_vault",
    "environment_variables",
    "execution_api",
    "gcp_secret_manager",
    "hashicorp_vault",
    "kubernetes_secrets",
    "local_filesystem",
    "metastore",
    "yandex_lockbox",
);

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wrong {
    /// Its type.
    Type,
    /// Not one of the values that are taken.
    NotListed,
    /// Too small a number; the limit.
    TooSmall(i64),
    /// Too short a string; the limit.
    TooShort(u64),
    /// A key that is not taken.
    Key,
    /// Keys that must be there are not.
    KeyMissing,
}

/// One fault, with the path of the value below the argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The argument.
    pub kwarg: String,
    /// Keys and indices below it.
    pub path: Vec<Step>,
    /// What is wrong.
    pub wrong: Wrong,
}

/// One step down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Into an object.
    Key(String),
    /// Into a list.
    Index(usize),
}

/// The faults of `kwargs` (names and values) by the schema of `class`, in the order of `kwargs`.
pub(crate) fn faults(class: &str, kwargs: &[(&str, Value<'_>)]) -> Vec<Fault> {
    let Some(schema) = SCHEMAS.iter().find(|schema| schema.class == class) else {
        return Vec::new();
    };
    let Some(validator) = schema.validator() else {
        return Vec::new();
    };
    let mut object = serde_json::Map::new();
    for (name, value) in kwargs {
        if let Some(value) = plain(*value, 0) {
            object.insert((*name).to_owned(), value);
        }
    }
    let instance = serde_json::Value::Object(object);
    let mut faults: Vec<Fault> = Vec::new();
    for error in validator.iter_errors(&instance) {
        let mut steps = error.instance_path().iter();
        let Some(LocationSegment::Property(kwarg)) = steps.next() else {
            continue;
        };
        let path = steps
            .map(|step| match step {
                LocationSegment::Property(key) => Step::Key(key.into_owned()),
                LocationSegment::Index(index) => Step::Index(index),
            })
            .collect();
        let Some(wrong) = wrong(error.kind()) else {
            continue;
        };
        faults.push(Fault {
            kwarg: kwarg.into_owned(),
            path,
            wrong,
        });
    }
    let order = |name: &str| kwargs.iter().position(|(other, _)| *other == name);
    faults.sort_by_key(|fault| (order(&fault.kwarg), fault.wrong));
    // A value of the wrong type is in no enumeration either.
    let mut told: Vec<(String, Vec<Step>)> = Vec::new();
    faults.retain(|fault| {
        let place = (fault.kwarg.clone(), fault.path.clone());
        let first = !told.contains(&place);
        if first {
            told.push(place);
        }
        first
    });
    faults
}

impl Schema {
    fn validator(&self) -> Option<&Validator> {
        self.compiled
            .get_or_init(|| {
                let schema = serde_json::from_str(self.text).ok()?;
                // They use nothing in which the drafts differ, and the schema of draft 7 itself,
                // against which each is checked first, is read in a fraction of the time.
                let mut options = jsonschema::options().with_draft(Draft::Draft7);
                options = options.should_validate_formats(false);
                options.build(&schema).ok()
            })
            .as_ref()
    }
}

fn wrong(kind: &ValidationErrorKind) -> Option<Wrong> {
    Some(match kind {
        ValidationErrorKind::Type { .. } => Wrong::Type,
        ValidationErrorKind::Enum { .. } => Wrong::NotListed,
        ValidationErrorKind::Minimum { limit } => Wrong::TooSmall(limit.as_i64()?),
        ValidationErrorKind::MinLength { limit } => Wrong::TooShort(*limit),
        ValidationErrorKind::AdditionalProperties { .. } => Wrong::Key,
        ValidationErrorKind::Required { .. } => Wrong::KeyMissing,
        _ => return None,
    })
}

/// The value for the validator; `None` where it is nested too deeply. NaN and the infinities,
/// which Python reads as floats, become a float.
fn plain(value: Value<'_>, depth: usize) -> Option<serde_json::Value> {
    use serde_json::Value as Plain;

    if depth > MAX_DEPTH {
        return None;
    }
    Some(match value.kind() {
        Kind::Object => {
            let mut object = serde_json::Map::new();
            for member in value.effective_members() {
                let key = member.key.as_str()?.into_owned();
                object.insert(key, plain(member.value, depth + 1)?);
            }
            Plain::Object(object)
        }
        Kind::Array => {
            let items: Option<Vec<Plain>> =
                value.items().map(|item| plain(item, depth + 1)).collect();
            Plain::Array(items?)
        }
        Kind::String => Plain::String(value.as_str()?.into_owned()),
        Kind::Integer | Kind::Float => {
            let raw = value.raw();
            Plain::Number(serde_json::from_str(raw.expose()).ok()?)
        }
        Kind::NaN | Kind::Infinity | Kind::NegInfinity => serde_json::json!(0.5),
        Kind::True => Plain::Bool(true),
        Kind::False => Plain::Bool(false),
        Kind::Null => Plain::Null,
    })
}

/// The value at `path` below `value`.
pub(crate) fn at<'a>(value: Value<'a>, path: &[Step]) -> Option<Value<'a>> {
    path.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get(key),
        Step::Index(index) => value.items().nth(*index),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::airflow::backend::data::{self, JsonType};
    use crate::source::Text;
    use crate::syntax::json;

    #[test]
    fn the_schemas_hold_the_names_and_types_of_the_table() {
        assert_eq!(SCHEMAS.len(), data::classes().len());
        for class in data::classes() {
            let schema = SCHEMAS
                .iter()
                .find(|schema| schema.class == class.short_name)
                .expect("each class has its schema");
            let json: serde_json::Value = serde_json::from_str(schema.text).unwrap();
            let properties = json["properties"].as_object().unwrap();
            let ours: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
            let table: BTreeSet<&str> = class.all_kwargs().map(|fact| fact.name.as_str()).collect();
            assert_eq!(
                ours, table,
                "{}: run schemas/make_kwargs_schemas.py",
                schema.class
            );
            for fact in class.all_kwargs() {
                let Some(types) = properties[&fact.name].get("type") else {
                    continue;
                };
                let types: BTreeSet<JsonType> = match types {
                    serde_json::Value::Array(_) => serde_json::from_value(types.clone()).unwrap(),
                    one => BTreeSet::from([serde_json::from_value(one.clone()).unwrap()]),
                };
                let table: BTreeSet<JsonType> = fact.types.iter().copied().collect();
                assert_eq!(types, table, "{}.{}", schema.class, fact.name);
            }
        }
    }

    #[test]
    fn every_schema_compiles_offline() {
        for schema in &SCHEMAS {
            assert!(schema.validator().is_some(), "{}", schema.class);
        }
    }

    #[test]
    fn faults_carry_their_path() {
        let text = Text::verbatim(
            r#"{"assume_role_kwargs": {"DurationSeconds": 60}, "region_name": 3}"#,
            0,
        );
        let json = json::parse(&text).unwrap();
        let members = json.root().effective_members();
        let kwargs: Vec<(String, Value<'_>)> = members
            .iter()
            .map(|member| (member.key.as_str().unwrap().into_owned(), member.value))
            .collect();
        let kwargs: Vec<(&str, Value<'_>)> = kwargs
            .iter()
            .map(|(name, value)| (name.as_str(), *value))
            .collect();
        let found = faults("aws_ssm", &kwargs);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].wrong, Wrong::TooSmall(900));
        assert_eq!(found[0].path, [Step::Key("DurationSeconds".to_owned())]);
        assert_eq!(found[1].wrong, Wrong::Type);
    }
}
