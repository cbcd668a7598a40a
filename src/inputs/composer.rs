//! Cloud Composer: overrides of Airflow's options, whatever declares the environment, with keys such as
//! `secrets-backend`; and what `gcloud composer environments describe` answers, as YAML and as JSON.
//!
//! Beside the overrides an environment may have variables of its own, of which the service takes none that sets an
//! option.

use super::carrier::{Carrier, Environment, Surroundings, Variable};
use super::kubernetes::{Found, Layer};
use super::spelling::Spelling;
use crate::source::Text;
use crate::syntax::yaml::schema::{Schema, as_text};
use crate::syntax::yaml::{self, Value};

/// The keys of the API.
const OVERRIDES: &str = "airflowConfigOverrides";
const VARIABLES: &str = "envVariables";

/// The environment that overrides, by their keys, and variables make.
pub fn environment(
    overrides: impl IntoIterator<Item = (Text, Option<Text>)>,
    variables: impl IntoIterator<Item = Variable>,
) -> Environment {
    let overrides = overrides.into_iter().filter_map(|(key, value)| {
        let name = Spelling::Hyphened.variable(&key)?;
        // Whether the service writes them into airflow.cfg, where `%` begins a reference, it does not say.
        let value = value.map(|value| {
            if value.expose().contains('%') {
                value.into_unknown()
            } else {
                value
            }
        });
        Some(Variable { name, value })
    });
    Environment {
        variables: overrides.chain(variables).collect(),
        spelling: Spelling::Hyphened,
        ..Environment::default()
    }
}

/// Why a text is the description of an environment, if it is one.
pub fn recognise(head: &str) -> Option<&'static str> {
    let has = |word: &str| head.contains(word);
    let speaks = has(OVERRIDES) || has(VARIABLES) && has("AIRFLOW_");
    let is_whole = has("softwareConfig") && has("imageVersion");
    let is_data = head.trim_start_matches('\u{feff}').trim_start();
    let is_data = is_data.starts_with('{') || head.lines().any(|line| line == "config:");
    (speaks && is_whole && is_data).then_some("an environment of Cloud Composer")
}

/// Reads the description of an environment.
pub fn read(text: &str, surroundings: &Surroundings<'_>) -> Carrier {
    let yaml = yaml::parse(text, 0);
    let mut found = Found::new(text, surroundings.path, &yaml);
    let layer = Layer::file(text);
    let software = yaml
        .root()
        .and_then(|root| root.get("config")?.get("softwareConfig"));
    if found.is_readable()
        && let Some(software) = software
    {
        let overrides = pairs(software, OVERRIDES, layer, &mut found);
        let variables = pairs(software, VARIABLES, layer, &mut found).into_iter();
        let variables = variables.map(|(name, value)| Variable { name, value });
        found.environment(environment(overrides, variables));
    }
    found.finish(&yaml)
}

/// The members of a map of texts.
fn pairs(
    software: Value<'_>,
    key: &str,
    layer: Layer<'_>,
    found: &mut Found<'_>,
) -> Vec<(Text, Option<Text>)> {
    let members = software.get(key).map(Value::members).unwrap_or_default();
    if !found.spend(members.len()) {
        return Vec::new();
    }
    let mut pairs = Vec::new();
    for member in members {
        if let Some(key) = layer.scalar(member.key) {
            found.show(layer, member);
            found.block(layer.span(member.span()));
            pairs.push((key, as_text(member.value, Schema::Kubernetes)));
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::inputs::carrier::Part;
    use crate::syntax::dotenv::Outside;

    fn found(text: &str) -> Vec<(String, Option<(String, bool)>)> {
        let surroundings = Surroundings {
            path: Path::new("environment.yaml"),
            environment: &|_| Outside::Unknown,
            neighbour: &|_| None,
        };
        let carrier = read(text, &surroundings);
        let environments = carrier.parts.into_iter().filter_map(|part| match part {
            Part::Environment(environment) => Some(environment.variables),
            _ => None,
        });
        let pair = |one: Variable| {
            let value = one.value;
            let value = value.map(|value| (value.expose().to_owned(), value.is_known()));
            (one.name.expose().to_owned(), value)
        };
        environments.flatten().map(pair).collect()
    }

    #[test]
    fn overrides_and_variables_of_a_description_are_one_environment() {
        let json = r#"{"name": "projects/p/locations/l/environments/e", "config": {"softwareConfig": {
            "imageVersion": "composer-2.9.7-airflow-2.9.3",
            "airflowConfigOverrides": {"secrets-backend": "a.B", "logging-x": "%(y)s", "no": "1", "-a": "1"},
            "envVariables": {"AIRFLOW_VAR_A": "1"}}}}"#;
        let yaml = "config:\n  softwareConfig:\n    airflowConfigOverrides:\n      secrets-backend: a.B\n      logging-x: '%(y)s'\n    envVariables:\n      \
                    AIRFLOW_VAR_A: '1'\n    imageVersion: composer-2.9.7-airflow-2.9.3\nname: projects/p/locations/l/environments/e\n";
        let text = |text: &str, known| Some((text.to_owned(), known));
        let expected = [
            ("AIRFLOW__SECRETS__BACKEND".to_owned(), text("a.B", true)),
            ("AIRFLOW__LOGGING__X".to_owned(), text("%(y)s", false)),
            ("AIRFLOW_VAR_A".to_owned(), text("1", true)),
        ];
        for description in [json, yaml] {
            assert!(recognise(description).is_some());
            assert_eq!(found(description), expected);
        }
        assert!(recognise("{\"config\": {\"softwareConfig\": {}}}").is_none());
    }
}
