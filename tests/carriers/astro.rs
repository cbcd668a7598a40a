//! Deployment files of Astro.

use serde_json::json;

use crate::{Holds, Way};

pub(crate) const DEPLOYMENT_DOUBLE: Way = Way {
    name: "deployment file, double quotes",
    path: "deployment.yaml",
    holds: Holds::Environment,
    write: |variables| written(variables, |value| json!(value).to_string()),
};

pub(crate) const DEPLOYMENT_SINGLE: Way = Way {
    name: "deployment file, single quotes",
    path: "deployment.yaml",
    holds: Holds::Environment,
    write: |variables| {
        written(variables, |value| {
            format!("'{}'", value.replace('\'', "''"))
        })
    },
};

pub(crate) const DEPLOYMENT_BLOCK: Way = Way {
    name: "deployment file, blocks",
    path: "deployment.yaml",
    holds: Holds::Environment,
    write: |variables| written(variables, |value| format!("|-\n              {value}")),
};

pub(crate) const DEPLOYMENT_JSON: Way = Way {
    name: "deployment file, JSON",
    path: "deployment.json",
    holds: Holds::Environment,
    write: |variables| {
        let list = variables
            .iter()
            .map(|(name, value)| json!({"is_secret": false, "key": name, "value": value}));
        let list: Vec<_> = list.collect();
        let deployment =
            json!({"deployment": {"environment_variables": list, "configuration": {"name": "a"}}});
        serde_json::to_string_pretty(&deployment).unwrap()
    },
};

fn written(variables: &[(&str, &str)], quoted: fn(&str) -> String) -> String {
    let each = variables.iter().map(|(name, value)| {
        let value = quoted(value);
        format!("        - is_secret: true\n          key: {name}\n          value: {value}\n")
    });
    let list: String = each.collect();
    format!(
        "deployment:\n    environment_variables:\n{list}    configuration:\n        name: a\n        runtime_version: 13.2.0\n"
    )
}
