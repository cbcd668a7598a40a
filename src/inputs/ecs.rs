//! Task definitions of ECS, as JSON: what `aws ecs register-task-definition` takes and
//! `describe-task-definition` answers, and a bare list of container definitions.
//!
//! Each container that is told something of Airflow is an environment. What ECS takes from SSM, Secrets
//! Manager or S3 when the container starts is not known here.

use super::carrier::{Around, Broken, Carrier, Environment, Part, Variable, is_of_airflow};
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
    let is_json = starts.starts_with(['{', '[']);
    (is_json && head.contains("\"containerDefinitions\"")).then_some("container definitions of ECS")
}

/// Reads a task definition.
pub fn read(text: &str) -> Carrier {
    let tree = match json::parse(&Text::verbatim(text, 0)) {
        Ok(tree) => tree,
        Err(error) => {
            let at = Span::at(error.at);
            return Carrier {
                around: Around {
                    broken: Some(Broken {
                        language: "JSON",
                        span: at,
                        message: error.kind.python_message().to_owned(),
                    }),
                    ..Around::default()
                },
                ..Carrier::default()
            };
        }
    };
    let mut mask = Mask::new();
    let root = tree.root();
    let definition = root.get("taskDefinition").unwrap_or(root);
    let containers = definition.get("containerDefinitions").unwrap_or(definition);
    let mut parts = Vec::new();
    for container in containers.items() {
        let environment = container_environment(container);
        if is_of_airflow(&environment) {
            show_keys(container, &mut mask);
            parts.push(Part::Environment(environment));
        }
    }
    Carrier {
        parts,
        mask,
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
        env_files: Vec::new(),
        variables: given.chain(filled).collect(),
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
