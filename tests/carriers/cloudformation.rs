//! Templates of `CloudFormation`.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::terraform_json::{option, options};
use crate::{Holds, Way};

pub(crate) const OPTIONS: Way = Way {
    name: "cloudformation yaml, mwaa",
    path: "template.yaml",
    holds: Holds::Options,
    write: |variables| {
        let mut text = head("AWS::MWAA::Environment");
        text.push_str("      AirflowConfigurationOptions:\n");
        for (name, value) in variables {
            let value = value.replace('\'', "''");
            writeln!(text, "        {}: '{value}'", option(name)).unwrap();
        }
        text
    },
};

pub(crate) const OPTIONS_JSON: Way = Way {
    name: "cloudformation json, mwaa",
    path: "stack.template.json",
    holds: Holds::Options,
    write: |variables| {
        let properties = json!({"Name": "x", "AirflowConfigurationOptions": options(variables)});
        resource("AWS::MWAA::Environment", &properties).to_string()
    },
};

pub(crate) const TASKS: Way = Way {
    name: "cloudformation yaml, ecs",
    path: "template.yml",
    holds: Holds::Environment,
    write: |variables| {
        let mut text = head("AWS::ECS::TaskDefinition");
        text.push_str("      ContainerDefinitions:\n        - Name: scheduler\n          Image: apache/airflow:3.3.2\n          Environment:\n");
        for (name, value) in variables {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"");
            write!(
                text,
                "            - Name: {name}\n              Value: !Sub \"{value}\"\n"
            )
            .unwrap();
        }
        text
    },
};

pub(crate) const PARAMETERS: Way = Way {
    name: "cloudformation yaml, ssm",
    path: "template.yaml",
    holds: Holds::Secrets,
    write: |secrets| {
        let mut text = "AWSTemplateFormatVersion: 2010-09-09\nResources:\n".to_owned();
        for (id, value) in secrets {
            write!(
                text,
                "  A{id}:\n    Type: AWS::SSM::Parameter\n    Properties:\n      Name: /airflow/connections/{id}\n      Type: !Ref X\n      Value: >-\n        {value}\n"
            )
            .unwrap();
        }
        text
    },
};

pub(crate) const SECRETS: Way = Way {
    name: "cloudformation json, secrets manager",
    path: "template.json",
    holds: Holds::Secrets,
    write: |secrets| {
        let resources = secrets.iter().map(|(id, value)| {
            let properties =
                json!({"Name": format!("airflow/connections/{id}"), "SecretString": value});
            (
                (*id).to_owned(),
                json!({"Type": "AWS::SecretsManager::Secret", "Properties": properties}),
            )
        });
        let resources = Value::Object(resources.collect());
        serde_json::to_string_pretty(&json!({"Parameters": {}, "Resources": resources})).unwrap()
    },
};

fn head(kind: &str) -> String {
    format!(
        "AWSTemplateFormatVersion: 2010-09-09\nParameters:\n  X: {{Type: String, Default: x}}\nResources:\n  It:\n    Type: {kind}\n    Properties:\n      Name: !Ref X\n"
    )
}

fn resource(kind: &str, properties: &Value) -> Value {
    json!({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"It": {"Type": kind, "Properties": properties}}})
}
