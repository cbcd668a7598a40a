//! Task definitions.

use serde_json::json;

use crate::{Holds, Way};

pub(crate) const CLI: Way = Way {
    name: "ecs",
    path: "task-definition.json",
    holds: Holds::Environment,
    write: |variables| {
        let definition =
            json!({"family": "airflow", "containerDefinitions": containers(variables)});
        serde_json::to_string_pretty(&definition).unwrap()
    },
};

pub(crate) const DESCRIBED: Way = Way {
    name: "ecs described",
    path: "described.json",
    holds: Holds::Environment,
    write: |variables| {
        let answer = json!({"taskDefinition": {"containerDefinitions": containers(variables)}});
        answer.to_string()
    },
};

pub(crate) const BARE: Way = Way {
    name: "ecs containers",
    path: "container_def.json",
    holds: Holds::Environment,
    write: |variables| serde_json::to_string_pretty(&containers(variables)[1]).unwrap(),
};

pub(crate) fn containers(variables: &[(&str, &str)]) -> serde_json::Value {
    let environment = variables
        .iter()
        .map(|(name, value)| json!({"name": name, "value": value}));
    let environment: Vec<_> = environment.collect();
    json!([
        {"name": "proxy", "image": "nginx", "environment": [{"name": "A", "value": "b"}]},
        {"name": "scheduler", "image": "apache/airflow:3.3.2", "essential": true, "environment": environment}
    ])
}
