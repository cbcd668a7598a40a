//! Terraform, in HCL and in its JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

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

pub(crate) const COMPOSER: Way = Way {
    name: "terraform composer",
    path: "composer.tf",
    holds: Holds::Options,
    write: |variables| {
        let mut options = String::new();
        for (name, value) in variables {
            let option = crate::terraform_json::option(name).replacen('.', "-", 1);
            writeln!(options, "        {option} = {}", quoted(value)).unwrap();
        }
        format!(
            "resource \"google_composer_environment\" \"a\" {{\n  config {{\n    software_config {{\n      airflow_config_overrides = {{\n{options}      }}\n    }}\n  }}\n}}\n"
        )
    },
};

/// What `gcloud composer environments describe --format json` answers.
pub(crate) const DESCRIBED: Way = Way {
    name: "composer, described",
    path: "environment.json",
    holds: Holds::Options,
    write: |variables| {
        let overrides: serde_json::Map<_, _> = variables
            .iter()
            .map(|(name, value)| {
                let option = crate::terraform_json::option(name).replacen('.', "-", 1);
                (option, json!(value))
            })
            .collect();
        let software =
            json!({"airflowConfigOverrides": overrides, "imageVersion": "composer-3-airflow-2"});
        serde_json::to_string_pretty(&json!({"config": {"softwareConfig": software}})).unwrap()
    },
};

/// Values of the official chart in a heredoc.
pub(crate) const RELEASE: Way = Way {
    name: "terraform helm_release, heredoc",
    path: "release.tf",
    holds: Holds::Environment,
    write: |variables| {
        let items = variables.iter().map(|(name, value)| {
            let text = Value::from(template(value)).to_string();
            format!("        - name: {name}\n          value: {text}\n")
        });
        let items: Vec<String> = items.collect();
        format!(
            "resource \"helm_release\" \"a\" {{\n  chart = \"airflow\"\n  values = [<<-EOT\n    extraEnv: |\n{}    EOT\n  ]\n}}\n",
            items.concat()
        )
    },
};

/// The same as an expression, with a value that `set` says.
pub(crate) const RELEASE_ENCODED: Way = Way {
    name: "terraform helm_release, yamlencode and set",
    path: "release.tf",
    holds: Holds::Environment,
    write: |variables| {
        let mut items = String::new();
        for (name, value) in variables {
            writeln!(
                items,
                "      {{ name = {}, value = {} }},",
                quoted(name),
                quoted(value)
            )
            .unwrap();
        }
        format!(
            "resource \"helm_release\" \"a\" {{\n  chart = \"airflow\"\n  values = [yamlencode({{\n    env = [\n{items}    ]\n  }})]\n  set {{\n    name = \"executor\"\n    \
             value = \"LocalExecutor\"\n  }}\n}}\n"
        )
    },
};

/// `${…}` in a string of JSON: quotes and escapes of HCL within those of JSON.
pub(crate) const JSON_EXPRESSION: Way = Way {
    name: "terraform json, jsonencode",
    path: "main.tf.json",
    holds: Holds::Environment,
    write: |variables| {
        let items = variables.iter().map(|(name, value)| {
            format!("{{ name = {}, value = {} }}", quoted(name), quoted(value))
        });
        let items: Vec<String> = items.collect();
        let containers = format!(
            "${{jsonencode([{{ name = \"scheduler\", environment = [{}] }}])}}",
            items.join(", ")
        );
        let task = json!({"container_definitions": containers});
        json!({"resource": {"aws_ecs_task_definition": {"scheduler": task}}}).to_string()
    },
};

pub(crate) const JSON_TASKS: Way = Way {
    name: "terraform json, JSON in a string",
    path: "cdk.tf.json",
    holds: Holds::Environment,
    write: |variables| {
        let environment = variables
            .iter()
            .map(|(name, value)| json!({"name": name, "value": value}));
        let environment: Vec<_> = environment.collect();
        let containers = json!([{"name": "scheduler", "environment": environment}]);
        let containers = template(&containers.to_string());
        let task = json!({"//": {"path": "x"}, "container_definitions": containers});
        let file = json!({"resource": {"aws_ecs_task_definition": {"scheduler": [task]}}});
        serde_json::to_string_pretty(&file).unwrap()
    },
};

pub(crate) const JSON_MAP: Way = Way {
    name: "terraform json, map",
    path: "modules/airflow.tf.json",
    holds: Holds::Environment,
    write: |variables| {
        let environment: serde_json::Map<_, _> = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!(template(value))))
            .collect();
        json!({"module": {"airflow": {"source": "./x", "environment": environment}}}).to_string()
    },
};

pub(crate) const JSON_MWAA: Way = Way {
    name: "terraform json, mwaa",
    path: "mwaa.tf.json",
    holds: Holds::Options,
    write: |variables| {
        let options: serde_json::Map<_, _> = variables
            .iter()
            .map(|(name, value)| (crate::terraform_json::option(name), json!(template(value))))
            .collect();
        let environment = json!({"airflow_configuration_options": options});
        json!({"resource": [{"aws_mwaa_environment": {"a": environment}}]}).to_string()
    },
};

pub(crate) const JSON_PARAMETERS: Way = Way {
    name: "terraform json, ssm",
    path: "parameters.tf.json",
    holds: Holds::Secrets,
    write: |secrets| {
        let mut parameters = serde_json::Map::new();
        for (id, value) in secrets {
            let name = format!("/airflow/connections/${{local.{id}}}");
            let parameter = json!({"name": name, "type": "SecureString", "value": template(value)});
            parameters.insert((*id).to_owned(), parameter);
        }
        let locals: serde_json::Map<_, _> = secrets
            .iter()
            .map(|(id, _)| ((*id).to_owned(), json!(id)))
            .collect();
        json!({"locals": locals, "resource": {"aws_ssm_parameter": parameters}}).to_string()
    },
};

/// A text as a template that comes to it.
fn template(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

/// A quoted string of HCL.
fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    let text = text.replace('\n', "\\n").replace("${", "$${");
    format!("\"{}\"", text.replace("%{", "%%{"))
}
