//! Terraform.

use std::fmt::Write as _;

use serde_json::json;

use crate::{Holds, Way};

pub(crate) const CONTAINERS: Way = Way {
    name: "terraform jsonencode",
    path: "main.tf",
    holds: Holds::Environment,
    write: |variables| {
        let items = variables.iter().map(|(name, value)| {
            format!(
                "        {{ name = {}, value = {} }},\n",
                quoted(name),
                quoted(value)
            )
        });
        let items: Vec<String> = items.collect();
        format!(
            "# Airflow\nresource \"aws_ecs_task_definition\" \"scheduler\" {{\n  family = \"airflow\"\n  container_definitions = jsonencode([\n    {{\n      \
             name        = \"scheduler\"\n      environment = [\n{}      ]\n    }},\n  ])\n}}\n",
            items.concat()
        )
    },
};

pub(crate) const HEREDOC: Way = Way {
    name: "terraform heredoc",
    path: "main.tf",
    holds: Holds::Environment,
    write: |variables| {
        let environment = variables
            .iter()
            .map(|(name, value)| json!({"name": name, "value": value}));
        let environment: Vec<_> = environment.collect();
        let containers = json!([{"name": "scheduler", "cpu": 0, "environment": environment}]);
        let text = serde_json::to_string_pretty(&containers).unwrap();
        let text = text.replace("${", "$${").replace("%{", "%%{");
        let text = text.replace("\"cpu\": 0", "\"cpu\": ${var.cpu}");
        format!(
            "resource \"aws_ecs_task_definition\" \"scheduler\" {{\n  container_definitions = <<-EOT\n    {}\n    EOT\n}}\n",
            text.replace('\n', "\n    ")
        )
    },
};

pub(crate) const MAP: Way = Way {
    name: "terraform map",
    path: "modules/airflow.tf",
    holds: Holds::Environment,
    write: |variables| {
        let mut text =
            "module \"airflow\" {\n  source = \"./airflow\"\n  environment = {\n".to_owned();
        for (name, value) in variables {
            writeln!(text, "    {} = {}", quoted(name), quoted(value)).unwrap();
        }
        text + "  }\n}\n"
    },
};

pub(crate) const LOCALS: Way = Way {
    name: "terraform locals",
    path: "main.tf",
    holds: Holds::Environment,
    write: |variables| {
        let mut locals = String::new();
        let mut blocks = String::new();
        for (number, (name, value)) in variables.iter().enumerate() {
            writeln!(locals, "  value_{number} = {}", quoted(value)).unwrap();
            writeln!(
                blocks,
                "        env {{\n          name  = {}\n          value = local.value_{number}\n        }}",
                quoted(name)
            )
            .unwrap();
        }
        format!(
            "resource \"kubernetes_deployment\" \"a\" {{\n  spec {{\n    container {{\n{blocks}    }}\n  }}\n}}\n\nlocals {{\n{locals}}}\n"
        )
    },
};

pub(crate) const MWAA: Way = Way {
    name: "terraform mwaa",
    path: "mwaa.tf",
    holds: Holds::Options,
    write: |variables| {
        let mut options = String::new();
        for (name, value) in variables {
            let option = name.trim_start_matches("AIRFLOW__").replacen("__", ".", 1);
            let option = quoted(&option.to_lowercase());
            writeln!(options, "    {option} = {}", quoted(value)).unwrap();
        }
        format!(
            "resource \"aws_mwaa_environment\" \"a\" {{\n  name = \"airflow\"\n  airflow_configuration_options = {{\n{options}  }}\n}}\n"
        )
    },
};

pub(crate) const PARAMETERS: Way = Way {
    name: "terraform ssm",
    path: "parameters.tf",
    holds: Holds::Secrets,
    write: |secrets| {
        let mut text = String::new();
        for (id, value) in secrets {
            write!(
                text,
                "resource \"aws_ssm_parameter\" \"{id}\" {{\n  name  = \"/airflow/connections/{id}\"\n  type  = \"SecureString\"\n  value = {}\n}}\n\n",
                quoted(value)
            )
            .unwrap();
        }
        text
    },
};

pub(crate) const SECRETS: Way = Way {
    name: "terraform secrets manager",
    path: "secrets.tf",
    holds: Holds::Secrets,
    write: |secrets| {
        let mut text = String::new();
        for (id, value) in secrets {
            write!(
                text,
                "resource \"aws_secretsmanager_secret\" \"{id}\" {{\n  name = \"airflow/connections/{id}\"\n}}\n\nresource \"aws_secretsmanager_secret_version\" \"{id}\" {{\n  \
                 secret_id     = aws_secretsmanager_secret.{id}.id\n  secret_string = {}\n}}\n\n",
                quoted(value)
            )
            .unwrap();
        }
        text
    },
};

/// A quoted string of HCL.
fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    let text = text.replace('\n', "\\n").replace("${", "$${");
    format!("\"{}\"", text.replace("%{", "%%{"))
}
