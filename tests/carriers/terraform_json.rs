//! States and plans of Terraform.

use serde_json::{Value, json};

use crate::ecs::containers;
use crate::{Holds, Way};

pub(crate) const MWAA: Way = Way {
    name: "state with mwaa",
    path: "state.json",
    holds: Holds::Options,
    write: |variables| {
        let options = options(variables);
        shown(
            "aws_mwaa_environment",
            &[json!({"airflow_configuration_options": options})],
        )
    },
};

pub(crate) const TASKS: Way = Way {
    name: "plan with ecs",
    path: "plan.json",
    holds: Holds::Environment,
    write: |variables| {
        let values = json!({"container_definitions": containers(variables).to_string()});
        let change = json!({"address": "a", "type": "aws_ecs_task_definition",
            "change": {"actions": ["create"], "before": null, "after": values}});
        json!({"format_version": "1.2", "terraform_version": "1.9.8", "resource_changes": [change]})
            .to_string()
    },
};

pub(crate) const PARAMETERS: Way = Way {
    name: "raw state with ssm",
    path: "terraform.tfstate",
    holds: Holds::Secrets,
    write: |secrets| {
        let instances = secrets.iter().map(|(id, value)| {
            let name = format!("/airflow/connections/{id}");
            json!({"attributes": {"name": name, "type": "SecureString", "value": value}})
        });
        let instances: Vec<_> = instances.collect();
        let resource =
            json!({"mode": "managed", "type": "aws_ssm_parameter", "instances": instances});
        let state = json!({"version": 4, "serial": 1, "lineage": "x", "resources": [resource]});
        serde_json::to_string_pretty(&state).unwrap()
    },
};

pub(crate) const SECRETS: Way = Way {
    name: "state with secrets manager",
    path: "state.json",
    holds: Holds::Secrets,
    write: |secrets| {
        let values = secrets.iter().map(|(id, value)| {
            let id = format!("airflow/connections/{id}");
            json!({"secret_id": id, "secret_string": value})
        });
        shown(
            "aws_secretsmanager_secret_version",
            &values.collect::<Vec<_>>(),
        )
    },
};

/// What `terraform show -json` says of resources of one type.
fn shown(kind: &str, values: &[Value]) -> String {
    let resources = values
        .iter()
        .map(|values| json!({"mode": "managed", "type": kind, "values": values}));
    let resources: Vec<_> = resources.collect();
    let module = json!({"child_modules": [{"resources": resources}]});
    json!({"format_version": "1.0", "terraform_version": "1.9.8", "values": {"root_module": module}})
        .to_string()
}

/// `secrets.backend` for the name of its environment variable.
pub(crate) fn option(name: &str) -> String {
    let name = name.strip_prefix("AIRFLOW__").unwrap_or(name);
    name.replacen("__", ".", 1).to_lowercase()
}

pub(crate) fn options(variables: &[(&str, &str)]) -> Value {
    let options = variables
        .iter()
        .map(|(name, value)| (option(name), Value::from(*value)));
    Value::Object(options.collect())
}
