//! Task definitions of ECS, as JSON: what `aws ecs register-task-definition` takes and
//! `describe-task-definition` answers, and container definitions by themselves, which are often templates
//! (`templatefile` of Terraform).
//!
//! Each container that is told something of Airflow is an environment. What ECS takes from SSM, Secrets
//! Manager or S3 when the container starts is not known here.

use super::carrier::{Around, Broken, Carrier, Environment, Part, Variable, is_of_airflow};
use super::cfg::template_parts;
use crate::source::{Mask, Span, Text};
use crate::syntax::json::{self, Kind as JsonKind, Member, Value};

/// Keys of the format, which may be shown.
const KEYS: [&str; 8] = [
    "taskDefinition",
    "containerDefinitions",
    "family",
    "environment",
    "secrets",
    "name",
    "value",
    "valueFrom",
];

/// Why a text is a task definition, if it is one.
pub fn recognise(head: &str) -> Option<&'static str> {
    let starts = head.trim_start_matches('\u{feff}').trim_start();
    if !starts.starts_with(['{', '[']) {
        return None;
    }
    let has = |word: &str| head.contains(word);
    let bare = has("\"environment\"")
        && has("\"AIRFLOW_")
        && has("\"name\"")
        && OF_CONTAINERS.iter().filter(|key| has(key)).count() >= 2;
    (bare || has("\"containerDefinitions\"")).then_some("container definitions of ECS")
}

/// Keys that container definitions of ECS have and other lists of variables have not.
const OF_CONTAINERS: [&str; 6] = [
    "\"logConfiguration\"",
    "\"portMappings\"",
    "\"essential\"",
    "\"mountPoints\"",
    "\"image\"",
    "\"entryPoint\"",
];

/// Somebody fills the text in before ECS reads it, which knows no references itself.
fn is_template(text: &str) -> bool {
    text.contains("${") || !template_parts(text).is_empty()
}

/// Reads a task definition.
pub fn read(text: &str) -> Carrier {
    let source = Text::verbatim(text, 0);
    let tree = match json::parse(&source) {
        Ok(tree) => tree,
        Err(error) => {
            return Carrier {
                around: Around {
                    broken: Some(Broken::json(error, &source)),
                    ..Around::default()
                },
                templated: is_template(text),
                ..Carrier::default()
            };
        }
    };
    let mut mask = Mask::new();
    let root = tree.root();
    let definition = root.get("taskDefinition").unwrap_or(root);
    let containers = definition.get("containerDefinitions").unwrap_or(definition);
    let mut parts = Vec::new();
    let alone = (containers.kind() == JsonKind::Object).then_some(containers);
    for container in containers.items().chain(alone) {
        let mut environment = container_environment(container);
        for variable in &mut environment.variables {
            let filled_in = variable.value.take_if(|value| is_template(value.expose()));
            if let Some(value) = filled_in {
                variable.value = Some(value.into_unknown());
            }
        }
        if is_of_airflow(&environment) {
            show_keys(container, &mut mask);
            parts.push(Part::Environment(environment));
        }
    }
    Carrier {
        parts,
        mask,
        templated: is_template(text),
        ..Carrier::default()
    }
}

/// The variables of one container definition. Of one that ECS fills in there is no value.
pub fn container_environment(container: Value<'_>) -> Environment {
    let list = |key: &str| {
        let list = container
            .get(key)
            .filter(|one| one.kind() == JsonKind::Array);
        list.into_iter().flat_map(Value::items)
    };
    let given = list("environment").filter_map(|one| {
        let name = one.get("name")?.string()?;
        let value = one.get("value").and_then(Value::string);
        // ECS takes strings only; whatever fills in something else is not known.
        Some(Variable { name, value })
    });
    let filled = list("secrets").filter_map(|one| {
        Some(Variable {
            name: one.get("name")?.string()?,
            value: None,
        })
    });
    Environment {
        variables: given.chain(filled).collect(),
        ..Environment::default()
    }
}

/// Keys of the format, and what stands between keys and values.
pub(super) fn show_keys(container: Value<'_>, mask: &mut Mask) {
    let lists = ["environment", "secrets"].into_iter();
    for list in lists.filter_map(|key| container.get(key)) {
        for member in list.items().flat_map(Value::members) {
            if member
                .key
                .as_str()
                .is_some_and(|key| KEYS.contains(&key.as_ref()))
            {
                mask.show(member.key.span());
                show_between(member, mask);
            }
        }
    }
}

/// The colon and the blanks around it.
pub(super) fn show_between(member: Member<'_>, mask: &mut Mask) {
    mask.show(Span::new(member.key.span().end, member.value.span().start));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_template_fills_in_is_not_known() {
        let text =
            "[{\"name\": \"w\", \"image\": \"${image}\", \"essential\": true, \"environment\": [
            {\"name\": \"AIRFLOW__CORE__EXECUTOR\", \"value\": \"${executor}\"},
            {\"name\": \"AIRFLOW_CONN_A\", \"value\": \"http://h\"}]}]";
        assert!(recognise(text).is_some());
        let carrier = read(text);
        let Some(Part::Environment(environment)) = carrier.parts.first() else {
            panic!("an environment");
        };
        let values = environment.variables.iter();
        let known: Vec<bool> = values
            .map(|one| one.value.as_ref().is_some_and(Text::is_known))
            .collect();
        assert_eq!((known, carrier.templated), (vec![false, true], true));
    }

    #[test]
    fn a_template_that_is_no_json_yet_is_not_called_broken_json() {
        let carrier = read("{\"containerDefinitions\": [{\"cpu\": ${cpu}}]}");
        assert!(carrier.templated && carrier.around.broken.is_some());
    }

    #[test]
    fn lists_of_variables_of_others_are_left_alone() {
        let other = "{\"environment\": [{\"name\": \"AIRFLOW_HOME\", \"value\": \"/x\"}]}";
        assert_eq!(recognise(other), None);
    }
}
