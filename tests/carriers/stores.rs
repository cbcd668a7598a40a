//! Exports of stores that are no streams of JSON.

use serde_json::json;

use crate::{Holds, Way};

/// A way of writing `Parameters:` of SSM in YAML.
macro_rules! ssm {
    ($name:literal, $write:expr) => {
        Way {
            name: $name,
            path: "ssm.yaml",
            holds: Holds::Secrets,
            write: |variables| {
                let mut text = "Parameters:\n".to_owned();
                for (id, value) in variables {
                    let name = format!("/airflow/connections/{id}");
                    let arn = format!("arn:aws:ssm:eu-west-1:123456789012:parameter{name}");
                    let write: fn(&str) -> String = $write;
                    text.push_str(&format!(
                        "- ARN: {arn}\n  DataType: text\n  Name: {name}\n  Type: SecureString\n  Value: {}\n  Version: 1\n",
                        write(value)
                    ));
                }
                text
            },
        }
    };
}

pub(crate) const SINGLE: Way = ssm!("aws yaml, single quotes", |value| format!(
    "'{}'",
    value.replace('\'', "''")
));

pub(crate) const DOUBLE: Way = ssm!("aws yaml, double quotes", |value| {
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
});

pub(crate) const BLOCK: Way = ssm!("aws yaml, block", |value| format!("|-\n    {value}"));

/// `--output yaml-stream`: a document that is a list of pages.
pub(crate) const PAGES: Way = Way {
    name: "aws yaml stream",
    path: "pages.yaml",
    holds: Holds::Secrets,
    write: |variables| {
        let pages = variables.iter().map(|(id, value)| {
            let value = value.replace('\'', "''");
            format!(
                "- Parameters:\n  - Name: /airflow/connections/{id}\n    Type: SecureString\n    \
                 Value: '{value}'\n    ARN: arn:aws:ssm:eu-west-1:123456789012:parameter/airflow/connections/{id}\n"
            )
        });
        pages.collect()
    },
};

/// Several documents in a row.
pub(crate) const AZURE: Way = Way {
    name: "az keyvault secret show",
    path: "azure.json",
    holds: Holds::Secrets,
    write: |variables| {
        let shown = variables.iter().map(|(id, value)| {
            let name = format!("airflow-connections-{id}");
            let secret = json!({
                "attributes": {"enabled": true},
                "contentType": null,
                "id": format!("https://example.vault.azure.net/secrets/{name}/0123456789abcdef"),
                "name": name,
                "tags": {},
                "value": value,
            });
            serde_json::to_string_pretty(&secret).unwrap() + "\n"
        });
        shown.collect()
    },
};

/// In clear text, as a manifest may hold it; base64 has no place for the marks.
pub(crate) const KUBERNETES: Way = Way {
    name: "kubernetes stringData",
    path: "secret.yaml",
    holds: Holds::Secrets,
    write: |variables| {
        let secrets = variables.iter().map(|(id, value)| {
            format!(
                "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: x\n  labels:\n    \
                 airflow.apache.org/connection-id: {id}\nstringData:\n  value: '{}'\n",
                value.replace('\'', "''")
            )
        });
        secrets.collect()
    },
};
