//! Connections of which a part is not known: what is certain of them is told, at its own characters, and nothing else.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{run, with};

/// The codes of what is said of connections in a file, each with the characters that it is said of.
fn told(path: &str, text: &str) -> Vec<String> {
    let folder = with(&[(path, text)]);
    let ran = run(
        folder.path(),
        &[
            "check",
            ".",
            "-v",
            "--format",
            "json",
            "--airflow",
            "2.10.5",
            "--select",
            "AV4,AV306",
        ],
    );
    let document: serde_json::Value = serde_json::from_str(&ran.out)
        .unwrap_or_else(|_| panic!("{path}: {text}\n{}\n{}", ran.out, ran.err));
    let findings = document["diagnostics"].as_array().unwrap();
    let told = findings.iter().map(|one| {
        let at = |side: &str| usize::try_from(one[side]["offset"].as_u64().unwrap()).unwrap();
        let there = &text[at("start")..at("end")];
        format!("{} {there}", one["code"].as_str().unwrap())
    });
    told.collect()
}

/// A value as an expression of Terraform.
fn terraform(value: &str) -> Vec<String> {
    let text = format!(
        "resource \"aws_ssm_parameter\" \"a\" {{\n  name = \"/airflow/connections/a\"\n  type = \"SecureString\"\n  value = {value}\n}}\n"
    );
    told("main.tf", &text)
}

/// The same in a secret of Secrets Manager in `CloudFormation`.
fn stack(value: &str) -> Vec<String> {
    let text = format!(
        "Resources:\n  A:\n    Type: AWS::SecretsManager::Secret\n    Properties:\n      Name: airflow/connections/a\n      SecretString: {value}\n"
    );
    told("stack.yaml", &text)
}

/// The same in a variable of compose.
fn compose(value: &str) -> Vec<String> {
    told(
        "compose.yaml",
        &format!(
            "services:\n  airflow:\n    image: apache/airflow:2.10.5\n    environment:\n      AIRFLOW_CONN_A: '{value}'\n"
        ),
    )
}

#[test]
fn a_scheme_is_judged_whatever_host_and_password_are() {
    assert_eq!(terraform("\"post_gres://u:${var.p}@h/db\""), ["AV402 _"]);
    assert_eq!(
        terraform("\"postgress://u:${var.p}@h/db\""),
        ["AV431 postgress"]
    );
    assert_eq!(terraform("\"https://u:${var.p}@h\""), ["AV406 https"]);
    assert_eq!(
        compose("postgresql+psycopg2://u:${P}@h/db"),
        ["AV411 +psycopg2"]
    );
    assert_eq!(
        stack("!Sub 'postgress://u:${P}@${H}/db'"),
        ["AV431 postgress"]
    );
    assert_eq!(compose("post_gres://u:${P}@h/db"), ["AV402 _"]);
    assert_eq!(
        told(
            "run.sh",
            "aws ssm put-parameter --name /airflow/connections/a --type SecureString --value \"post_gres://u:$P@h/db\"\n"
        ),
        ["AV402 _"]
    );
}

#[test]
fn keys_of_an_object_are_judged_whatever_its_values_are() {
    assert_eq!(
        terraform("jsonencode({ conn_id = var.x, conn_type = \"postgres\" })"),
        ["AV422 conn_id"]
    );
    assert_eq!(
        terraform("jsonencode({ conn_type = \"postgres\", hostt = aws_db_instance.a.address })"),
        ["AV421 hostt"]
    );
    assert_eq!(
        terraform("\"{\\\"conn_id\\\": \\\"${var.x}\\\", \\\"conn_type\\\": \\\"postgres\\\"}\""),
        ["AV422 \\\"conn_id\\\""]
    );
    assert_eq!(
        compose("{\"conn_id\": \"${X}\", \"conn_type\": \"postgres\"}"),
        ["AV422 \"conn_id\""]
    );
    assert_eq!(
        terraform("jsonencode({ conn_type = \"postgress\", host = var.h })"),
        ["AV431 postgress"]
    );
}

#[test]
fn what_may_be_right_is_not_told_of() {
    for value in [
        "\"postgres://u:${var.p}@h/db\"",
        "\"${var.type}://u:p@h/db\"",
        "\"post${var.x}gres://h\"",
        "\"${var.uri}\"",
        "\"${var.uri}?a=b\"",
        "\"https://${var.host}\"",
        "\"postgres://u:p@h:${var.port}/db\"",
        "\"postgres://u:p@${var.host}:${var.port}/${var.db}\"",
        "jsonencode({ conn_type = \"postgres\", host = var.h, port = var.port })",
        "jsonencode({ (var.key) = \"x\", conn_type = \"postgres\" })",
        "jsonencode({ conn_type = var.type, host = \"h\" })",
        "jsonencode({ conn_type = \"postgres\", extra = var.extra })",
        "jsonencode(var.all)",
        "jsonencode(merge({ conn_id = \"x\" }, var.more))",
        "file(\"conn.json\")",
        "join(\"\", [\"post_gres://\", var.host])",
        "format(\"post_gres://%s\", var.host)",
        "\"{${var.members}}\"",
        "\"{\\\"${var.key}\\\": 1}\"",
    ] {
        assert_eq!(terraform(value), [""; 0], "{value}");
    }
    for value in ["${U}", "${T}://h", "{\"conn_type\": \"${T}\"}", "u:${P}@h"] {
        assert_eq!(compose(value), [""; 0], "{value}");
    }
    for value in [
        "!Ref Uri",
        "!Sub '${Uri}'",
        "!Join ['', ['post_gres://', !Ref H]]",
    ] {
        let told = stack(value);
        let is_joined = value.contains("Join");
        assert_eq!(told.is_empty(), !is_joined, "{value}: {told:?}");
    }
}
