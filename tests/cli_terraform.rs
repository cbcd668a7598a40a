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

const RELEASE: &str = r#"resource "helm_release" "airflow" {
  name       = "airflow"
  repository = "https://airflow.apache.org"
  chart      = "airflow"
  values = [
    <<-EOT
      config:
        secrets:
          backend: airflow.providers.amazon.aws.secrets.system_manager.SystemsManagerParameterStoreBackend
          backend_kwargs: '{"connections_prefix": "/airflow/connections",}'
      extraEnv: |
        - name: AIRFLOW_CONN_ORDERS
          value: postgres://etl:hunter2secret@db.example.com:54x/orders
    EOT
  ]
}

resource "helm_release" "other" {
  chart  = "apache-airflow/airflow"
  values = [file("${path.module}/values.yaml"), yamlencode({
    config = { secrets = { backend_kwargs = "{\"connections_prefix\": \"/airflow/connections\"}" } }
  })]
  set_sensitive {
    name  = "env[0].name"
    value = "AIRFLOW_CONN_INVOICES"
  }
  set_sensitive {
    name  = "env[0].value"
    value = "postgres://etl:hunter2secret@db.example.com:54x/orders"
  }
}
"#;

#[test]
fn values_of_a_release_are_told_of_where_they_are_written() {
    let folder = with(&[("main.tf", RELEASE)]);
    let ran = run(
        folder.path(),
        &[
            "check",
            "main.tf",
            "--airflow",
            "3.0.2",
            "--format",
            "full",
            "-v",
        ],
    );
    assert!(!ran.out.contains("hunter2"), "{}", ran.out);
    insta::assert_snapshot!(ran.out);
}

/// What the file hands on from elsewhere is set, to what nobody knows.
#[test]
fn options_that_come_from_a_store_or_a_condition_are_not_missing() {
    let task = r#"{"containerDefinitions": [{"name": "a", "image": "x", "essential": true,
        "environment": [{"name": "AIRFLOW__SECRETS__BACKEND_KWARGS", "value": "{\"connections_prefix\": \"x\"}"}],
        "secrets": [{"name": "AIRFLOW__SECRETS__BACKEND", "valueFrom": "arn:aws:ssm:x"}]}]}"#;
    let files = "resource \"aws_mwaa_environment\" \"a\" {\n  airflow_configuration_options = jsondecode(file(\"o.json\"))\n}\n\
                 resource \"aws_mwaa_environment\" \"b\" {\n  airflow_configuration_options = {\n    \"secrets.backend\" = \"airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend\"\n    \
                 \"secrets.backend_kwargs\" = file(\"${path.module}/kwargs.json\")\n    \"core.x\" = templatefile(\"x\", { a = 1 })\n  }\n}\n\
                 resource \"aws_ssm_parameter\" \"c\" {\n  name = \"/airflow/connections/c\"\n  type = \"SecureString\"\n  value = templatefile(\"c.json\", {})\n}\n";
    for (name, text) in [("task.json", task), ("main.tf", files)] {
        let folder = with(&[(name, text)]);
        let line = [
            "check",
            name,
            "--airflow",
            "3.0.2",
            "--format",
            "concise",
            "-v",
            "--ignore",
            "AV601",
        ];
        let ran = run(folder.path(), &line);
        assert_eq!(ran.out, "", "{name}");
    }
}

/// HCL has comments of three kinds, and each may be an ignore.
#[test]
fn an_ignore_stands_in_any_comment_of_hcl() {
    let parameter = |above: &str, behind: &str| {
        format!(
            "resource \"aws_ssm_parameter\" \"a\" {{\n  name = \"/airflow/connections/x\"\n  type = \"SecureString\"\n{above}  value = \"host:5432\"{behind}\n}}\n"
        )
    };
    let ignore = "airvane: ignore[AV401] a test";
    for text in [
        parameter(&format!("  // {ignore}\n"), ""),
        parameter("", &format!(" // {ignore}")),
        parameter(&format!("  # {ignore}\n"), ""),
        parameter(&format!("  /* {ignore} */\n"), ""),
        parameter("", &format!(" /* {ignore} */")),
    ] {
        let folder = with(&[("main.tf", &text)]);
        let ran = run(folder.path(), &["check", "."]);
        assert_eq!(ran.out, "no findings in 1 file, 1 suppressed\n", "{text}");
    }
    // In a text there is none.
    let folder = with(&[(
        "main.tf",
        &parameter("", &format!("\n  x = \"// {ignore}\"")),
    )]);
    let ran = run(folder.path(), &["check", "."]);
    assert!(ran.out.contains("AV401"), "{}", ran.out);
}

/// `merge({…}, var.extra)`: what nobody wrote is not counted among the options.
#[test]
fn options_that_a_map_may_get_are_not_taken_for_written() {
    let of = |options: &str| {
        let text = format!(
            "variable \"extra\" {{ default = {{}} }}\nresource \"aws_mwaa_environment\" \"this\" {{\n  airflow_version = \"2.10.3\"\n  airflow_configuration_options = merge({{\n    {options}\n  }}, var.extra)\n}}\n"
        );
        let folder = with(&[("main.tf", &text)]);
        run(folder.path(), &["check", "-v", "--format", "concise", "."]).out
    };
    let known = of("\"core.default_task_retries\" = 3");
    assert!(!known.contains("AV601"), "{known}");
    let strange = of("\"core.parallelsim\" = 3");
    assert!(strange.contains("AV601"), "{strange}");
}
