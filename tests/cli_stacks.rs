//! Templates of `CloudFormation` and states of Terraform from end to end.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{run, with};

const TEMPLATE: &str = r#"AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Env: {Type: String, Default: dev}
Resources:
  Mwaa:
    Type: AWS::MWAA::Environment
    Properties:
      Name: !Sub 'airflow-${Env}'
      AirflowVersion: 2.10.3
      AirflowConfigurationOptions:
        # airvane: ignore[AV102] until the provider is newer
        secrets.backend: airflow.contrib.secrets.aws_secrets_manager.SecretsManagerBackend
        secrets.backend_kwarg: !Sub '{"connections_prefix": "airflow/${Env}/connections"}'
  Unnamed:
    Type: AWS::SSM::Parameter
    Properties:
      Name: !Sub '/airflow/${Env}/connections/x'
      Type: String
      Value: postgres://u:hunter2secret@h:54x/d
  Secret:
    Type: AWS::SecretsManager::Secret
    Properties:
      Name: airflow/connections/y
      SecretString: 'postgres://u:hunter2secret@h:54x/d'
"#;

const STATE: &str = r#"{
  "version": 4,
  "terraform_version": "1.9.8",
  "serial": 7,
  "lineage": "5d4b0c3e",
  "resources": [
    {
      "mode": "managed", "type": "aws_mwaa_environment", "name": "m",
      "instances": [
        {
          "attributes": {
            "airflow_configuration_options": {
              "secrets.backend": "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend",
              "secrets.backend_kwargs": "{\"connections_prefix\": \"/airflow/connections\", \"variable_prefix\": null}"
            }
          }
        }
      ]
    },
    {
      "mode": "managed", "type": "aws_ssm_parameter", "name": "p",
      "instances": [
        {
          "attributes": {
            "name": "/airflow/connections/orders",
            "type": "SecureString",
            "value": "{\"conn_type\": \"postgres\", \"hots\": \"h\", \"password\": \"hunter2secret\"}"
          }
        },
        {
          "attributes": {"name": "/airflow/connections/later", "type": "SecureString", "value": null}
        }
      ]
    }
  ]
}
"#;

fn checked(name: &str, text: &str) -> String {
    let folder = with(&[(name, text)]);
    let ran = run(
        folder.path(),
        &[
            "check",
            ".",
            "-v",
            "--airflow",
            "2.10.3",
            "--ignore",
            "AV712",
        ],
    );
    assert!(!ran.out.contains("hunter2"));
    ran.err + &ran.out
}

#[test]
fn a_template_is_told_of_at_its_own_lines() {
    insta::assert_snapshot!(checked("template.yaml", TEMPLATE));
}

#[test]
fn a_state_is_told_of_through_both_layers_of_its_quotes() {
    insta::assert_snapshot!(checked("terraform.tfstate", STATE));
}

#[test]
fn what_makes_entries_of_a_store_does_not_tell_what_else_there_is() {
    let folder = with(&[("terraform.tfstate", STATE)]);
    let resolve = |id: &str| {
        let id = format!("connection:{id}");
        let ran = run(folder.path(), &["resolve", &id, "--airflow", "2.10.3"]);
        ran.out.lines().nth(1).unwrap_or_default().to_owned()
    };
    let orders = resolve("orders");
    assert!(orders.starts_with("missing: `hots`"), "{orders}");
    for id in ["later", "elsewhere"] {
        assert!(resolve(id).starts_with("unknown"), "{}", resolve(id));
    }
}

#[test]
fn outputs_of_terraform_are_known_and_passed_over() {
    let output = r#"{"db": {"sensitive": true, "type": "string", "value": "postgres://u:p@h/d"}}"#;
    let folder = with(&[("output.json", output)]);
    let ran = run(folder.path(), &["check", "output.json", "--show-files"]);
    assert_eq!(
        ran.out.trim(),
        "output.json: skipped (output of `terraform output -json`)"
    );
}
