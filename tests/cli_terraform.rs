//! Terraform in HCL from end to end.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{run, with};

const MAIN: &str = r#"locals {
  common = [
    { name = "AIRFLOW__CORE__EXECUTOR", value = "LocalExecutor" },
    { name = "AIRFLOW__SECRETS__BACKEND_KWARGS", value = local.kwargs },
  ]
  kwargs = jsonencode({
    region_name       = var.region
    connection_prefix = "/airflow/connections"
    role_arn          = "arn:aws:iam::12345:role/airflow"
  })
  connections = {
    orders   = "postgres://etl:hunter2secret@db.example.com:54x/orders"
    invoices = jsonencode({ conn_type = "postgres", hots = "db.example.com" })
  }
}

resource "aws_ecs_task_definition" "scheduler" {
  container_definitions = jsonencode([{
    name = "scheduler"
    environment = concat(local.common, [
      # airvane: ignore[AV101] until the module is there
      { name = "AIRFLOW__SECRETS__BACKEND", value = "airflow.providers.amazon.aws.secrets.system_manager.SystemsManagerParameterStoreBackend" },
    ], var.more)
  }])
}

resource "aws_ecs_task_definition" "web" {
  container_definitions = jsonencode([{
    environment = concat(local.common, [
      { name = "AIRFLOW__SECRETS__BACKEND", value = "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend" },
    ])
  }])
}

resource "aws_ssm_parameter" "connection" {
  for_each = local.connections
  name     = "/airflow/connections/${each.key}"
  type     = "SecureString"
  value    = each.value
}
"#;

#[test]
fn a_file_is_told_of_where_its_values_are_written() {
    let folder = with(&[("main.tf", MAIN)]);
    let ran = run(
        folder.path(),
        &["check", "main.tf", "--airflow", "3.3.2", "--format", "full"],
    );
    assert!(!ran.out.contains("hunter2"), "{}", ran.out);
    insta::assert_snapshot!(ran.out);
}

#[test]
fn a_file_that_breaks_off_is_read_up_to_there() {
    let broken =
        format!("{MAIN}\nresource \"aws_ssm_parameter\" \"last\" {{\n  name = \"/airflow\n}}\n");
    let folder = with(&[("main.tf", &broken)]);
    let ran = run(
        folder.path(),
        &[
            "check",
            "main.tf",
            "--airflow",
            "3.3.2",
            "--format",
            "concise",
        ],
    );
    insta::assert_snapshot!(ran.out);
}

#[test]
fn options_are_named_as_the_file_writes_them() {
    let options = [
        ("secrets", "backned", "a.B"),
        ("core", "dag_concurrency", "3"),
        ("core", "executer", "LocalExecutor"),
        ("core", "parallelism_cmd", "4"),
        ("webserver", "base_url", "http://x"),
    ];
    let map = |between: char| -> String {
        let lines = options.iter().map(|(section, option, value)| {
            format!("\"{section}{between}{option}\" = \"{value}\"\n")
        });
        lines.collect()
    };
    let text = format!(
        "resource \"aws_mwaa_environment\" \"a\" {{\nairflow_configuration_options = {{\n{}}}\n}}\n\
         module \"composer\" {{\nairflow_config_overrides = {{\n{}}}\n}}\n",
        map('.'),
        map('-')
    );
    let folder = with(&[("main.tf", &text)]);
    let ran = run(
        folder.path(),
        &["check", "main.tf", "--airflow", "3.0.2", "--format", "full"],
    );
    assert!(!ran.out.contains("AIRFLOW__"), "{}", ran.out);
    insta::assert_snapshot!(ran.out);
}
