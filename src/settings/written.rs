//! The settings file as it stands: keys, and what each takes. `schemas/airvane.schema.json` is made of
//! these types, comments included; adding a key begins here.

use serde::Deserialize;
use toml::Spanned;

use super::words::{Chosen, Hidden, Metastore, Table, Word, Words};
use crate::airflow::Runtime;
use crate::inputs::Kind;
use crate::report::Severity;
use crate::syntax::dotenv::Dialect;

/// Settings of airvane: airvane.toml, or `[tool.airvane]` of pyproject.toml.
///
/// What the command line says wins. Patterns are those of .gitignore, from the folder of this file on.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Written {
    /// Whose behaviour is modelled: comes before what the repository pins.
    pub(super) target: Target,
    /// Report only these rules: codes, prefixes (AV2) or names. `--select` replaces it, and `ignore` too.
    pub(super) select: Vec<Word>,
    /// Leave these rules out: codes, prefixes or names. `--ignore` adds to it.
    pub(super) ignore: Vec<Word>,
    /// Severity of the findings of a rule: a code, a prefix or a name, and error, warning or info. Later ones win.
    pub(super) severity: Table<Chosen<Severity>>,
    /// `check` ends with 1 from this severity on.
    pub(super) fail_on: Option<Chosen<Option<Severity>>>,
    /// Who reads `.env` files.
    pub(super) env_dialect: Option<Chosen<Dialect>>,
    /// Variables of the environment Airflow runs in: no place for secrets.
    pub(super) define: Table<Hidden>,
    /// Files of these patterns are of this kind, whatever they look like. Later ones win.
    pub(super) kinds: Table<Chosen<Kind>>,
    /// Walks leave out files and folders of these patterns; what is named is read.
    pub(super) exclude: Vec<Word>,
    /// The file of findings that are known, as `--write-baseline` writes it.
    pub(super) baseline: Option<Word>,
    /// Findings that are left out in some files.
    #[cfg_attr(test, schemars(with = "Vec<PathIgnore>"))]
    pub(super) per_path_ignore: Vec<Spanned<PathIgnore>>,
    /// Files that are one deployment, wherever they stand.
    pub(super) deployment: Vec<Deployment>,
    /// What must be defined: connection:ID, variable:KEY or config:KEY.
    pub(super) required: Vec<Word>,
    /// How Airflow looks things up, as far as files do not say.
    pub(super) lookup: Lookup,
    /// Secrets backends of your own.
    pub(super) backend: Vec<Backend>,
    /// Connection types of your own.
    pub(super) conn_type: Vec<ConnType>,
}

/// The releases and the process.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Target {
    /// Release of Airflow, or several: `check` then judges an upgrade.
    pub(super) airflow: Words,
    /// Releases of providers by short name: amazon = "9.2.0".
    pub(super) providers: Table<Word>,
    /// Release of Python: "3.12".
    pub(super) python: Option<Word>,
    /// The process that reads the secrets.
    pub(super) runtime: Option<Chosen<Runtime>>,
}

/// An ignore for some files.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct PathIgnore {
    /// The files, as patterns.
    pub(super) paths: Words,
    /// The rules: codes, prefixes or names.
    pub(super) rules: Words,
    /// Why, for whoever reads it next year.
    pub(super) reason: Word,
}

/// Files that are one deployment.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Deployment {
    /// Its name, for `--deployment`.
    pub(super) name: Word,
    /// Its files, as patterns; of what is set twice the file of a later pattern wins.
    pub(super) paths: Words,
}

/// The lookup.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Lookup {
    /// Whether connections and variables stand in the metadata database too.
    pub(super) metastore: Option<Chosen<Metastore>>,
}

/// A secrets backend of your own.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Backend {
    /// Path of the class: "company.secrets.Backend".
    pub(super) class: Word,
    /// Names of the keyword arguments that it takes; without them they are not checked.
    #[serde(default)]
    pub(super) kwargs: Option<Vec<Word>>,
    /// Those of them that must be given.
    #[serde(default)]
    pub(super) required_kwargs: Vec<Word>,
}

/// A connection type of your own.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ConnType {
    /// Its name: "cornflow".
    pub(super) name: Word,
    /// Fields of its extra; without them they are not checked.
    #[serde(default)]
    pub(super) extra_fields: Option<Vec<Word>>,
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// TOML has no null: what is optional is left out.
    fn without_null(schema: &mut Value) {
        let is_null = |one: &Value| one.is_null() || one == "null";
        for key in ["type", "enum"] {
            let Some(Value::Array(list)) = schema.get_mut(key) else {
                continue;
            };
            list.retain(|one| !is_null(one));
            if let ("type", [one]) = (key, list.as_slice()) {
                schema[key] = one.clone();
            }
        }
        match schema {
            Value::Object(object) => object.values_mut().for_each(without_null),
            Value::Array(list) => list.iter_mut().for_each(without_null),
            _ => {}
        }
    }

    /// `INSTA_UPDATE=always` writes it anew.
    #[test]
    fn the_schema_is_that_of_the_types() {
        let mut settings = schemars::generate::SchemaSettings::draft07();
        settings.inline_subschemas = true;
        let schema = settings.into_generator().into_root_schema_for::<Written>();
        let mut schema = serde_json::to_value(schema).unwrap();
        without_null(&mut schema);
        schema["title"] = "airvane.toml".into();
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/airvane.schema.json");
        if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
            std::fs::write(path, &text).unwrap();
        }
        let shipped = std::fs::read_to_string(path).unwrap();
        assert!(shipped == text, "run the tests with INSTA_UPDATE=always");
    }
}
