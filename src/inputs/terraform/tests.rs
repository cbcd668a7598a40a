//! What is found in a file: environments and secrets, and what of them is not known.

use super::{read, read_json, recognise};
use crate::inputs::carrier::{Carrier, Part};
use crate::source::Text;

/// What is unknown stands between `⟦` and `⟧`.
fn shown(text: &Text) -> String {
    let mut shown = String::new();
    let mut known = true;
    for (at, c) in text.expose().char_indices() {
        let here = text.is_known_in(at..at + c.len_utf8());
        if here != known {
            shown.push(if here { '⟧' } else { '⟦' });
            known = here;
        }
        shown.push(c);
    }
    if !known {
        shown.push('⟧');
    }
    shown
}

/// A line for each variable and secret, without the region that MWAA knows; an empty one between parts.
fn found(source: &str) -> String {
    let carrier = read(source);
    assert!(carrier.around.broken.is_none(), "{source}");
    shown_parts(&carrier)
}

fn shown_parts(carrier: &Carrier) -> String {
    let value = |value: &Option<Text>| value.as_ref().map_or("-".to_owned(), shown);
    let parts = carrier.parts.iter().map(|part| match part {
        Part::Added { .. } | Part::Scattered { .. } => unreachable!(),
        Part::Environment(environment) => {
            let variables = environment.variables.iter();
            let variables = variables.filter(|one| one.name.expose() != "AWS_DEFAULT_REGION");
            let lines: Vec<String> = variables
                .map(|one| format!("{}={}", one.name.expose(), value(&one.value)))
                .collect();
            lines.join("\n")
        }
        Part::Store { kind, secrets } => {
            let lines: Vec<String> = secrets
                .iter()
                .map(|one| {
                    let of = one.parameter_type.as_ref().map_or("", Text::expose);
                    let value = value(&one.value);
                    format!("{} {} {of}: {value}", kind.word(), one.name.expose())
                })
                .collect();
            lines.join("\n")
        }
        Part::File { text, .. } => shown(text).trim_end().to_owned(),
    });
    parts.collect::<Vec<_>>().join("\n\n")
}

#[test]
fn options_of_mwaa_become_environment_variables_wherever_the_map_stands() {
    let options = "{\n  \"secrets.backend\" = \"a.B\"\n  \"core.load_examples\" = false\n  plain = 2\n  \"core.x\" = null\n}";
    let expected = "AIRFLOW__SECRETS__BACKEND=a.B\nAIRFLOW__CORE__LOAD_EXAMPLES=false";
    for source in [
        format!(
            "resource \"aws_mwaa_environment\" \"a\" {{\nairflow_configuration_options = {options}\n}}\n"
        ),
        format!("module \"mwaa\" {{\n  airflow_configuration_options = {options}\n}}\n"),
        format!("airflow_configuration_options = {options}\n"),
        format!("inputs = {{\n  airflow_configuration_options = {options}\n}}\n"),
        format!("variable \"airflow_configuration_options\" {{\n  default = {options}\n}}\n"),
        format!(
            "module \"a\" {{\n  airflow_configuration_options = local.o\n}}\nlocals {{\n  o = {options}\n}}\n"
        ),
    ] {
        assert_eq!(found(&source), expected, "{source}");
    }
    // What a module is given by default.
    for (reference, default) in [
        ("var.o", options.to_owned()),
        ("var.o.inner", format!("{{ inner = {options} }}")),
    ] {
        let source = format!(
            "variable \"o\" {{\n  default = {default}\n}}\nmodule \"a\" {{\n  airflow_configuration_options = {reference}\n}}\n\
             module \"b\" {{\n  airflow_configuration_options = {reference}\n}}\n"
        );
        assert_eq!(found(&source), expected, "{source}");
    }
    for nothing in [
        "variable \"options\" {}\nairflow_configuration_options = var.options\n",
        "variable \"o\" {\n  default = {}\n}\nairflow_configuration_options = var.o.inner\n",
        "airflow_configuration_options = var.options\n",
        "airflow_configuration_options = {}\n",
        "airflow_configuration_options = var.x ? { \"a.b\" = 1 } : {}\n",
    ] {
        assert_eq!(found(nothing), "", "{nothing}");
    }
}

#[test]
fn the_name_of_an_option_of_mwaa_points_at_the_option() {
    let source = "airflow_configuration_options = { \"secrets.backend\" = \"a.B\" }\n";
    let carrier = read(source);
    let [Part::Environment(environment)] = carrier.parts.as_slice() else {
        panic!("one environment");
    };
    let name = &environment.variables[1].name;
    let span = |text: &Text| &source[text.source().start..text.source().end];
    assert_eq!(span(name), "secrets.backend");
    let backend = name.slice(name.len() - 7..name.len());
    assert_eq!(span(&backend), "backend");
}

#[test]
fn mwaa_knows_its_region() {
    let carrier = read("airflow_configuration_options = { \"secrets.backend\" = \"a.B\" }\n");
    let [Part::Environment(environment)] = carrier.parts.as_slice() else {
        panic!("one environment");
    };
    let region = &environment.variables[0];
    assert_eq!(region.name.expose(), "AWS_DEFAULT_REGION");
    assert!(region.value.is_none());
}

#[test]
fn what_else_may_belong_to_a_map_leaves_the_backend_open() {
    assert_eq!(
        found(
            "airflow_configuration_options = merge({ \"secrets.backend\" = \"a.B\" }, var.more)\n"
        ),
        "AIRFLOW__WORKERS__SECRETS_BACKEND_KWARGS=⟦merge({ \"secrets.backend\" = \"a.B\" }, var.more)⟧\n\
         AIRFLOW__WORKERS__SECRETS_BACKEND=⟦merge({ \"secrets.backend\" = \"a.B\" }, var.more)⟧\n\
         AIRFLOW__SECRETS__BACKEND_KWARGS=⟦merge({ \"secrets.backend\" = \"a.B\" }, var.more)⟧\n\
         AIRFLOW__SECRETS__BACKEND=a.B"
    );
    assert_eq!(
        found(
            "airflow_configuration_options = merge({ \"secrets.backend\" = \"a.B\" }, local.more)\nlocals {\n  more = { \"core.x\" = var.x }\n}\n"
        ),
        "AIRFLOW__SECRETS__BACKEND=a.B\nAIRFLOW__CORE__X=⟦var.x⟧"
    );
}

#[test]
fn environments_are_known_by_their_shapes() {
    let expected = "AIRFLOW__CORE__X=1\nOTHER=⟦var.y⟧";
    for source in [
        "a = jsonencode([{ environment = [{ name = \"AIRFLOW__CORE__X\", value = \"1\" }, { name = \"OTHER\", value = var.y }] }])\n",
        "a = [{ key = \"AIRFLOW__CORE__X\", value = 1, is_secret = true }, { key = \"OTHER\", value = var.y }, var.z]\n",
        "a = { AIRFLOW__CORE__X = 1, OTHER = var.y }\n",
        "a {\n  env {\n    name = \"AIRFLOW__CORE__X\"\n    value = 1\n  }\n  env {\n    name = \"OTHER\"\n    value = var.y\n  }\n}\n",
    ] {
        assert_eq!(found(source), expected, "{source}");
    }
    assert_eq!(
        found("env = [\"AIRFLOW__CORE__X=1=2\", \"OTHER=${var.y}\", \"${var.z}=1\"]\n"),
        "AIRFLOW__CORE__X=1=2\nOTHER=⟦${var.y}⟧"
    );
    assert_eq!(
        found(
            "a = [{ name = \"AIRFLOW_CONN_A\", valueFrom = \"arn\" }, { name = \"AIRFLOW_CONN_B\", value = null }]\n"
        ),
        "AIRFLOW_CONN_A=-\nAIRFLOW_CONN_B=-"
    );
    for nothing in [
        "a = [{ name = \"A\", value = \"b\" }]\n",
        "a = { A = 1 }\n",
        "a = [{ name = var.n, value = \"AIRFLOW__CORE__X\" }]\n",
    ] {
        assert_eq!(found(nothing), "", "{nothing}");
    }
}

#[test]
fn lists_that_are_put_together_are_one_environment() {
    let source = "locals {\n  common = [{ name = \"AIRFLOW__CORE__X\", value = \"1\" }]\n  more = concat(local.common, [{ name = \"AIRFLOW__CORE__Y\", value = \"2\" }])\n}\n\
         a = concat(local.more, [{ name = \"AIRFLOW__CORE__Z\", value = \"3\" }])\nb = local.common\n";
    assert_eq!(
        found(source),
        "AIRFLOW__CORE__X=1\nAIRFLOW__CORE__Y=2\nAIRFLOW__CORE__Z=3"
    );
    let endless = "locals {\n  a = concat(local.a, local.a, [{ name = \"AIRFLOW__CORE__X\", value = \"1\" }])\n}\n";
    assert_eq!(found(endless), "");
}

#[test]
fn json_of_container_definitions_is_read_though_parts_are_unknown() {
    let source = "resource \"aws_ecs_task_definition\" \"a\" {\n  container_definitions = <<EOF\n[\n  { \"name\": \"web\", \"cpu\": ${var.cpu}, \"image\": \"${var.m[\"a\"]}\",\n    \
         \"environment\": [{ \"name\": \"AIRFLOW__CORE__X\", \"value\": \"a${var.y}\\\"\" }],\n    \"secrets\": [{ \"name\": \"AIRFLOW_CONN_A\", \"valueFrom\": \"arn\" }] }\n]\nEOF\n}\n";
    assert_eq!(
        found(source),
        "AIRFLOW__CORE__X=a⟦${var.y}⟧\"\nAIRFLOW_CONN_A=-"
    );
    assert_eq!(found("container_definitions = \"[{\"\n"), "");
    assert_eq!(
        found("container_definitions = templatefile(\"x\", { a = 1 })\n"),
        ""
    );
}

#[test]
fn secrets_of_airflow_are_found_with_their_names_joined() {
    let source = r#"
resource "aws_ssm_parameter" "a" {
  name  = "/airflow/connections/${local.id}"
  type  = "SecureString"
  value = "postgres://${var.u}@h"
}
resource "aws_ssm_parameter" "b" {
  name           = "/airflow/variables/b"
  type           = "String"
  insecure_value = "plain"
}
resource "aws_ssm_parameter" "other" {
  name  = "/app/db"
  value = "x"
}
resource "aws_ssm_parameter" "unknown" {
  name  = "/${var.env}/airflow/connections/c"
  value = "x"
}
resource "aws_ssm_parameter" "filled_in_later" {
  name  = "/airflow/variables/later"
  value = "changeme"
  lifecycle {
    ignore_changes = [value]
  }
}
resource "aws_secretsmanager_secret" "a" {
  name = "airflow/connections/a"
}
resource "aws_secretsmanager_secret_version" "a" {
  secret_id     = aws_secretsmanager_secret.a.id
  secret_string = jsonencode({ conn_type = "x", password = var.p })
}
resource "aws_secretsmanager_secret" "empty" {
  name = "airflow/variables/empty"
}
resource "aws_secretsmanager_secret" "random" {
  name_prefix = "airflow/variables/random"
}
resource "aws_secretsmanager_secret_version" "by_name" {
  secret_id     = "airflow/variables/by_name"
  secret_string = "v"
}
resource "aws_secretsmanager_secret_version" "by_arn" {
  secret_id     = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:airflow/variables/x-AbCdEf"
  secret_string = "v"
}
locals {
  id = "a"
}
"#;
    assert_eq!(
        found(source),
        "ssm /airflow/connections/a SecureString: postgres://⟦${var.u}⟧@h\n\
         ssm /airflow/variables/b String: plain\n\
         ssm /airflow/variables/later : -\n\n\
         secretsmanager airflow/connections/a : {\"conn_type\":\"x\",\"password\":⟦\"var.p\"⟧}\n\
         secretsmanager airflow/variables/by_name : v\n\
         secretsmanager airflow/variables/x : v\n\
         secretsmanager airflow/variables/empty : -"
    );
}

#[test]
fn each_instance_of_for_each_is_a_secret_of_its_own() {
    let source = r#"
locals {
  all = {
    a = "1"
    b = jsonencode({ x = 2 })
  }
}
resource "aws_ssm_parameter" "a" {
  for_each = local.all
  name     = "/airflow/variables/${each.key}"
  type     = "String"
  value    = each.value
}
resource "aws_secretsmanager_secret" "s" {
  for_each = toset(["c", "d"])
  name     = "airflow/variables/${each.value}"
}
resource "aws_secretsmanager_secret_version" "s" {
  for_each      = toset(["c", "d"])
  secret_id     = aws_secretsmanager_secret.s[each.key].id
  secret_string = each.key
}
resource "aws_ssm_parameter" "unknown" {
  for_each = var.all
  name     = "/airflow/variables/${each.key}"
  value    = each.value
}
"#;
    assert_eq!(
        found(source),
        "ssm /airflow/variables/a String: 1\nssm /airflow/variables/b String: {\"x\":2}\n\n\
         secretsmanager airflow/variables/c : c\nsecretsmanager airflow/variables/d : d"
    );
}

#[test]
fn a_file_that_is_not_hcl_is_broken_and_says_where() {
    let carrier = read("a = \"b\nc = 1\n");
    let broken = carrier.around.broken.expect("broken");
    assert_eq!((broken.language, broken.span.start), ("HCL", 4));
    assert!(!carrier.templated);
    assert!(carrier.parts.is_empty());
    assert!(read("a = {{ b }}\n").templated);
}

#[test]
fn terraform_without_anything_of_airflow_is_not_ours() {
    assert!(recognise("main.tf", "resource \"aws_ssm_parameter\" \"a\" {}").is_none());
    assert!(recognise("main.tf", "a = \"AIRFLOW__CORE__X\"").is_some());
    assert!(recognise("x.tfvars", "airflow_configuration_options = {}").is_some());
    assert!(recognise("x.txt", "airflow_configuration_options = {}").is_none());
}

#[test]
fn what_stands_before_a_fault_is_read() {
    let carrier = read(
        "a = { AIRFLOW__CORE__X = 1 }\nresource \"b\" \"c\" {\n  d = <<EOF\nplain\nEOF\n  e = \"f\n}\nh = { AIRFLOW__CORE__Y = 1 }\n",
    );
    let broken = carrier.around.broken.expect("broken");
    assert_eq!(
        broken.message,
        "a quoted string that goes over the end of its line"
    );
    let [Part::Environment(environment)] = carrier.parts.as_slice() else {
        panic!("one environment");
    };
    assert_eq!(environment.variables[0].name.expose(), "AIRFLOW__CORE__X");
    let deep = format!(
        "a = {{ AIRFLOW__CORE__X = 1 }}\nb = {}\n",
        "[".repeat(10_000)
    );
    let carrier = read(&deep);
    assert_eq!(carrier.parts.len(), 1);
    let broken = carrier.around.broken.expect("broken");
    assert_eq!(broken.message, "nested too deeply");
    assert!(broken.is_limit);
}

/// As [`found`], of a file in the syntax of JSON.
fn found_in_json(source: &str, name: &str) -> String {
    let carrier = read_json(source, name);
    assert!(carrier.around.broken.is_none(), "{source}");
    shown_parts(&carrier)
}

#[test]
fn the_syntax_of_json_says_the_same_as_hcl() {
    let source = r#"{
  "//": {"metadata": {"AIRFLOW__CORE__X": "no"}},
  "terraform": {"backend": {"s3": {"bucket": "x"}}},
  "variable": {"airflow_configuration_options": {"type": "map(string)", "default": {"core.plain": "$${a}"}}},
  "locals": {"//": "text", "prefix": "/airflow", "options": {"secrets.backend": "a.B", "core.${local.prefix}": 1, "core.x": "$${a} ${var.x}"}},
  "module": {"mwaa": {"source": "x", "airflow_configuration_options": "${local.options}"}},
  "resource": [
    {"aws_ssm_parameter": {"a": [{"name": "${local.prefix}/variables/a", "type": "String", "value": true}],
      "later": {"name": "${local.prefix}/variables/later", "value": "x", "lifecycle": {"ignore_changes": ["value"]}},
      "each": {"for_each": {"k": "v\u00e9"}, "name": "${local.prefix}/variables/${each.key}", "value": "${each.value}"}}},
    {"aws_secretsmanager_secret": {"s": {"name": "airflow/variables/s"}},
     "aws_secretsmanager_secret_version": {"s": {"secret_id": "${aws_secretsmanager_secret.s.id}", "secret_string": "${jsonencode({ a = \"b\" })}"}}},
    {"kubernetes_deployment": {"d": {"spec": [{"template": [{"spec": [{"container": [{"env": [{"name": "AIRFLOW_HOME", "value": "%{if var.a}x%{endif}"}]}]}]}]}]}}}
  ],
  "data": {"aws_ssm_parameter": {"b": {"name": "/airflow/variables/b"}}}
}"#;
    assert_eq!(
        found_in_json(source, "main.tf.json"),
        "AIRFLOW__CORE__PLAIN=$${a}\n\n\
         AIRFLOW__SECRETS__BACKEND=a.B\nAIRFLOW__CORE__/AIRFLOW=1\nAIRFLOW__CORE__X=${a} ⟦${var.x}⟧\n\n\
         AIRFLOW_HOME=⟦%{if var.a}x%{endif}⟧\n\n\
         ssm /airflow/variables/a String: true\nssm /airflow/variables/later : -\nssm /airflow/variables/k : vé\n\n\
         secretsmanager airflow/variables/s : {\"a\":\"b\"}"
    );
    let values = r#"{"airflow_configuration_options": {"core.x": "${y}"}, "resource": {"a": {"AIRFLOW_HOME": "x"}}}"#;
    assert_eq!(
        found_in_json(values, "x.auto.tfvars.json"),
        "AIRFLOW__CORE__X=${y}\n\nAIRFLOW_HOME=x"
    );
}

#[test]
fn what_is_no_template_is_not_known_and_broken_json_is_told_of() {
    let source = r#"{"module": {"a": {"environment": {"AIRFLOW_HOME": "${b c}", "AIRFLOW_VAR_A": "${a", "AIRFLOW_VAR_B": "b"}}}}"#;
    assert_eq!(
        found_in_json(source, "a.tf.json"),
        "AIRFLOW_HOME=⟦\"${b c}\"⟧\nAIRFLOW_VAR_A=⟦\"${a\"⟧\nAIRFLOW_VAR_B=b"
    );
    let torn = r#"{"module": {"a": {"environment": {"AIRFLOW_VAR_A": "b"}, "c": "#;
    let carrier = read_json(torn, "a.tf.json");
    assert_eq!(carrier.parts.len(), 1);
    assert_eq!(carrier.around.broken.unwrap().language, "JSON");
    for deep in [
        format!("{{\"module\": {}1{}}}", "[".repeat(800), "]".repeat(800)),
        format!(
            "{{\"locals\": {{\"a\": {}1{}}}}}",
            "[".repeat(800),
            "]".repeat(800)
        ),
        format!(
            "{{\"resource\": {}1{}}}",
            "{\"a\": ".repeat(800),
            "}".repeat(800)
        ),
        "[".repeat(100_000),
        "{\"a\": \"\0\"}".to_owned(),
        "{\"resource\": {\"aws_ssm_parameter\": 1, \"b\": null}}".to_owned(),
    ] {
        read_json(&deep, "a.tf.json");
    }
}

#[test]
fn overrides_of_composer_and_the_variables_beside_them_are_one_environment() {
    let inside = "airflow_config_overrides = {\n  core-load_examples = false\n  \"secrets-backend\" = \"a.B\"\n  plain = 1\n}\nenv_variables = merge(local.all, { AIRFLOW_VAR_A = \"1\" })\n";
    let expected =
        "AIRFLOW__CORE__LOAD_EXAMPLES=false\nAIRFLOW__SECRETS__BACKEND=a.B\nAIRFLOW_VAR_A=1";
    for source in [
        format!("module \"composer\" {{\n{inside}}}\n"),
        format!(
            "resource \"google_composer_environment\" \"a\" {{\n  config {{\n    software_config {{\n{inside}}}\n  }}\n}}\n"
        ),
        format!("locals {{\n  a = {{\n{inside}}}\n}}\n"),
    ] {
        assert_eq!(found(&source), expected, "{source}");
        assert!(recognise("a.tf", &source).is_some());
    }
    let json = r#"{"resource": {"google_composer_environment": {"a": {"config": {"software_config": {"airflow_config_overrides": {"secrets-backend": "a.B"}, "env_variables": {"AIRFLOW_VAR_A": "${var.x}"}}}}}}}"#;
    assert_eq!(
        found_in_json(json, "a.tf.json"),
        "AIRFLOW__SECRETS__BACKEND=a.B\nAIRFLOW_VAR_A=⟦var.x⟧"
    );
    assert_eq!(
        found("airflow_config_overrides = var.x\nenv_variables = var.y\n"),
        ""
    );
}

/// A release of the official chart with these arguments.
fn release(arguments: &str) -> String {
    format!(
        "resource \"helm_release\" \"a\" {{\n  repository = \"https://airflow.apache.org\"\n  chart = \"airflow\"\n{arguments}\n}}\n"
    )
}

#[test]
fn values_of_a_release_are_read_as_the_file_would_be() {
    let expected =
        "[secrets]\nbackend = a.B\nbackend_kwargs = {\"a\": 1}\n\nAIRFLOW__CORE__X=⟦unknown⟧";
    for values in [
        "  values = [<<-EOT\n    config:\n      secrets:\n        backend: a.B\n        backend_kwargs: '{\"a\": 1}'\n    env:\n      - name: AIRFLOW__CORE__X\n        value: \"${var.x[\"y\"]}\"\n    EOT\n  ]",
        "  values = [yamlencode({\n    env = [{ name = \"AIRFLOW__CORE__X\", value = var.x }]\n    config = { secrets = { backend = \"a.B\", backend_kwargs = jsonencode({ a = 1 }) } }\n  })]",
        "  values = [\n    yamlencode({ config = { secrets = { backend = \"b.C\", backend_kwargs = \"{\\\"a\\\": 1}\" } } }),\n    \"env: [{name: AIRFLOW__CORE__X, value: '${var.x}'}]\",\n  ]\n  set {\n    name = \"config.secrets.backend\"\n    value = \"a.B\"\n  }",
    ] {
        let source = release(values);
        assert!(recognise("a.tf", &source).is_some());
        let told = found(&source).replace("⟦var.x⟧", "⟦unknown⟧");
        let told = told.replace("{\"a\":1}", "{\"a\": 1}");
        assert_eq!(told, expected, "{source}");
    }
}

#[test]
fn what_set_says_comes_last() {
    let source = release(
        "  values = [\"env: [{name: AIRFLOW__CORE__X, value: a}]\"]\n  set = [\n    { name = \"env[0].value\", value = \"b\\\\,c\" },\n    { name = \"env[1].name\", value = \"AIRFLOW__CORE__Y\" },\n    \
         { name = \"env[1].value\", value = \"007\" },\n  ]\n  set_sensitive {\n    name = \"config.core.fernet\\\\_key\"\n    value = var.key\n  }",
    );
    assert_eq!(
        found(&source),
        "[core]\nfernet_key = ⟦var.key⟧\n\nAIRFLOW__CORE__X=b,c\nAIRFLOW__CORE__Y=007"
    );
    let json = r#"{"resource": {"helm_release": {"a": {"chart": "airflow", "set": [{"name": "env[0].name", "value": "AIRFLOW__CORE__X"}, {"name": "env[0].value", "value": "a"}]}}}}"#;
    assert_eq!(found_in_json(json, "a.tf.json"), "AIRFLOW__CORE__X=a");
}

#[test]
fn what_is_not_known_of_a_release_leaves_the_backend_open() {
    let names = |told: &str| -> Vec<String> {
        let lines = told.lines().filter_map(|line| line.split_once('='));
        lines.map(|(name, _)| name.to_owned()).collect()
    };
    let backend = "yamlencode({ config = { secrets = { backend = \"a.B\" } } })";
    for values in [
        format!("  values = [{backend}, file(\"x.yaml\")]"),
        format!("  values = [{backend}, templatefile(\"x.yaml\", {{ a = 1 }})]"),
        format!("  values = [{backend}, var.more]"),
        format!("  values = concat([{backend}], var.more)\n  set {{\n    name = \"config.secrets.backend\"\n    value = \"a.B\"\n  }}"),
        format!("  values = [{backend}]\n  dynamic \"set\" {{\n    for_each = var.x\n  }}"),
        format!("  values = [{backend}]\n  set {{\n    name = \"config.${{var.x}}\"\n    value = \"a.B\"\n  }}"),
        format!("  values = [{backend}, yamlencode({{ env = var.env }})]"),
        "  values = [<<EOT\nconfig:\n  secrets:\n    backend: a.B\n${indent(2, yamlencode(var.more))}\n%{ if var.x }\nenv: []\n%{ endif }\nEOT\n  ]".to_owned(),
    ] {
        let told = found(&release(&values));
        assert_eq!(
            names(&told),
            [
                "backend ",
                "AIRFLOW__WORKERS__SECRETS_BACKEND_KWARGS",
                "AIRFLOW__WORKERS__SECRETS_BACKEND",
                "AIRFLOW__SECRETS__BACKEND_KWARGS"
            ],
            "{values}\n{told}"
        );
    }
    for nothing in [
        "  values = [file(\"x.yaml\")]",
        "  values = var.x",
        "  values = [\"- a\", \"{\", 1, null]",
        "  set {\n    name = \"a[99999].b\"\n    value = \"x\"\n  }",
        "  set {\n    name = \".\"\n    value = \"x\"\n  }",
    ] {
        assert_eq!(found(&release(nothing)), "", "{nothing}");
    }
}

#[test]
fn lists_in_lists_that_are_flattened_are_one_environment() {
    let source = "a = flatten([local.base, { name = \"AIRFLOW__CORE__Y\", value = \"2\" }, [[{ name = \"B\", value = \"3\" }]]])\nlocals {\n  base = [{ name = \"AIRFLOW__CORE__X\", value = \"1\" }]\n}\n";
    assert_eq!(found(source), "AIRFLOW__CORE__X=1\nAIRFLOW__CORE__Y=2\nB=3");
}

#[test]
fn a_config_map_holds_an_airflow_cfg() {
    let source = "resource \"kubernetes_config_map\" \"a\" {\n  data = {\n    \"airflow.cfg\" = <<-EOT\n      [core]\n      x = ${var.y}\n    EOT\n  }\n}\n";
    assert_eq!(found(source), "[core]\nx = ⟦${var.y}⟧");
    assert_eq!(
        found("data = { \"airflow.cfg\" = file(\"airflow.cfg\") }\n"),
        ""
    );
}
