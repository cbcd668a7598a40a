//! Which releases a deployment is judged by, and what is said of that.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::path::Path;

use common::{run, with};
use serde_json::Value;

const CFG: &str = "[core]\nload_examples = False\n";

/// `target` of the JSON report.
fn target(root: &Path, args: &[&str]) -> Value {
    let mut all = vec!["check", "--format", "json"];
    all.extend(args);
    let ran = run(root, &all);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let schema = serde_json::from_str(include_str!("../schemas/output.schema.json")).unwrap();
    assert!(jsonschema::is_valid(&schema, &report));
    report["target"].clone()
}

/// The lines of `-v` about targets.
fn said(root: &Path, args: &[&str]) -> Vec<String> {
    let mut all = vec!["check", "-v"];
    all.extend(args);
    let said = run(root, &all).err;
    let lines = said.lines();
    lines
        .filter_map(|line| line.strip_prefix("airvane: target: "))
        .map(str::to_owned)
        .collect()
}

/// As in the images of MWAA's local runner.
#[test]
fn requirements_beside_an_airflow_cfg_in_a_folder_of_configuration_count() {
    let directory = with(&[
        ("docker/config/airflow.cfg", CFG),
        ("docker/config/requirements.txt", "apache-airflow==2.5.1\n"),
    ]);
    let target = target(directory.path(), &[]);
    assert_eq!(target["airflow"], serde_json::json!(["2.5.1"]));
}

#[test]
fn a_base_image_and_requirements_are_the_target() {
    let directory = with(&[
        ("config/airflow.cfg", CFG),
        ("Dockerfile", "FROM apache/airflow:2.10.4-python3.11\n"),
        (
            "requirements.txt",
            "apache-airflow-providers-amazon==9.2.0\n",
        ),
    ]);
    let root = directory.path();
    let target = target(root, &[]);
    assert_eq!(target["airflow"], serde_json::json!(["2.10.4"]));
    assert_eq!(target["providers"]["amazon"], "9.2.0");
    assert_eq!(target["python"], "3.11");
    assert_eq!(target["source"], "pins");
    assert_eq!(
        said(root, &[]),
        [
            "Airflow 2.10.4 (the base image in Dockerfile:1), amazon 9.2.0 (the requirement in requirements.txt:1), \
             Python 3.11 (the base image in Dockerfile:1), runtime both"
        ]
    );
    // A hook names the file alone.
    assert_eq!(said(&root.join("config"), &["airflow.cfg"]).len(), 1);
    let files = run(root, &["check", "--show-files"]).out;
    assert!(
        files.contains("Dockerfile: pins (what it pins), deployment 1"),
        "{files}"
    );
}

#[test]
fn a_file_named_alone_finds_the_pins_up_to_the_root_of_the_repository() {
    let directory = with(&[
        (".git/HEAD", ""),
        ("Dockerfile", "FROM apache/airflow:2.9.3\n"),
        ("airflow/config/airflow.cfg", CFG),
    ]);
    let root = directory.path();
    let of = |args: &[&str]| {
        target(root, args)["airflow"][0]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(of(&["airflow/config/airflow.cfg"]), "2.9.3");
    // Outside of a repository nothing above what was named is looked at.
    std::fs::remove_dir_all(root.join(".git")).unwrap();
    assert_eq!(of(&["airflow/config/airflow.cfg"]), "3.3.2");
    assert_eq!(of(&[]), "2.9.3");
}

#[test]
fn each_deployment_is_judged_by_its_own_pins() {
    let old = "[core]\nload_examples = False\n[secrets]\nbackend = airflow.contrib.secrets.aws_secrets_manager.SecretsManagerBackend\n";
    let directory = with(&[
        ("a/airflow.cfg", old),
        ("a/requirements.txt", "apache-airflow==2.10.4\n"),
        ("b/airflow.cfg", old),
        (
            "b/uv.lock",
            "[[package]]\nname = \"apache-airflow\"\nversion = \"3.0.6\"\n",
        ),
    ]);
    let root = directory.path();
    assert_eq!(
        target(root, &[])["airflow"],
        serde_json::json!(["2.10.4", "3.0.6"])
    );
    let lines = said(root, &[]);
    assert!(lines[0].ends_with(" (deployment 1)") && lines[1].ends_with(" (deployment 2)"));
    let ran = run(root, &["check", "--format", "jsonl"]);
    for line in ran.out.lines() {
        let finding: Value = serde_json::from_str(line).unwrap();
        let path = finding["path"].as_str().unwrap();
        let release = if path.starts_with("a/") {
            "2.10.4"
        } else {
            "3.0.6"
        };
        assert_eq!(finding["targets"], serde_json::json!([release]), "{line}");
    }
    assert!(!ran.out.is_empty());
}

#[test]
fn the_command_line_wins_and_leaves_providers_to_the_pins() {
    let directory = with(&[
        ("airflow.cfg", CFG),
        ("Dockerfile", "FROM apache/airflow:2.10.4\n"),
        (
            "requirements.txt",
            "apache-airflow-providers-amazon==9.2.0\n",
        ),
    ]);
    let target = target(directory.path(), &["--airflow", "2.11.2"]);
    assert_eq!(target["airflow"], serde_json::json!(["2.11.2"]));
    assert_eq!(target["providers"]["amazon"], "9.2.0");
    assert_eq!(target["source"], "command-line");
}

#[test]
fn the_image_of_a_compose_file_is_the_one_that_its_env_file_names() {
    let compose = "x-airflow-common:\n  image: ${AIRFLOW_IMAGE_NAME:-apache/airflow:2.10.4}\n";
    let release = |env: &str| {
        let directory = with(&[
            ("airflow.cfg", CFG),
            ("docker-compose.yaml", compose),
            (".env", env),
        ]);
        let target = target(directory.path(), &[]);
        target["airflow"][0].as_str().unwrap().to_owned()
    };
    assert_eq!(release("AIRFLOW_UID=50000\n"), "2.10.4");
    assert_eq!(
        release("AIRFLOW_IMAGE_NAME=apache/airflow:2.9.1\n"),
        "2.9.1"
    );
    // An image of somebody's own says nothing.
    assert_eq!(release("AIRFLOW_IMAGE_NAME=example.com/ours:7\n"), "3.3.2");
}

/// `.env` fills in what the file says, whether or not it tells Airflow something.
#[test]
fn the_image_of_a_compose_file_is_filled_in_as_compose_does_it() {
    let release = |image: &str, env: &str, args: &[&str]| {
        let compose = format!(
            "services:\n  scheduler:\n    image: {image}\n    environment:\n      AIRFLOW__CORE__LOAD_EXAMPLES: 'false'\n"
        );
        let directory = with(&[("docker-compose.yaml", &*compose), (".env", env)]);
        let target = target(directory.path(), args);
        target["airflow"][0].as_str().unwrap().to_owned()
    };
    let stock = "${AIRFLOW_IMAGE_NAME:-apache/airflow:3.0.3}";
    for (image, env, is) in [
        (
            stock,
            "AIRFLOW_IMAGE_NAME=apache/airflow:2.10.5\n",
            "2.10.5",
        ),
        (stock, "AIRFLOW_IMAGE_NAME=\n", "3.0.3"),
        (stock, "OTHER=1\n", "3.0.3"),
        (stock, "AIRFLOW_IMAGE_NAME=example.com/ours:7\n", "3.3.2"),
        ("apache/airflow:${V}", "V=2.7.3\n", "2.7.3"),
        ("apache/airflow:${V:-3.0.3}", "V=2.7.3\n", "2.7.3"),
        ("apache/airflow:$V", "A=2.7.3\nV=${A}\n", "2.7.3"),
        ("${IMG}", "IMG=apache/airflow:2.8.4-python3.11\n", "2.8.4"),
        ("${IMG}", "OTHER=1\n", "3.3.2"),
    ] {
        assert_eq!(release(image, env, &[]), is, "{image} {env}");
    }
    // The shell wins over `.env`.
    let args = ["--define", "V=2.9.1"];
    assert_eq!(release("apache/airflow:${V}", "V=2.7.3\n", &args), "2.9.1");
    let args = ["--define", "AIRFLOW_IMAGE_NAME=apache/airflow:2.9.1"];
    let env = "AIRFLOW_IMAGE_NAME=apache/airflow:2.10.5\nAIRFLOW_CONN_A=http://a\n";
    assert_eq!(release(stock, env, &args), "2.9.1");
}

/// A manifest of Kubernetes and a task definition of ECS say what their containers run; several that differ do not.
#[test]
fn the_image_of_a_container_is_a_pin() {
    let pod = |image: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: x}}\nspec:\n  containers:\n  - name: airflow\n    image: {image}\n    env:\n    - {{name: AIRFLOW__CORE__LOAD_EXAMPLES, value: 'false'}}\n"
        )
    };
    let task = r#"{"containerDefinitions": [{"name": "w", "image": "apache/airflow:2.10.1", "essential": true, "environment": [{"name": "AIRFLOW__CORE__LOAD_EXAMPLES", "value": "false"}]}]}"#;
    let release = |files: &[(&str, &str)]| {
        let directory = with(files);
        let target = target(directory.path(), &[]);
        target["airflow"][0].as_str().unwrap().to_owned()
    };
    let old = pod("apache/airflow:2.7.3");
    assert_eq!(release(&[("pod.yaml", &old)]), "2.7.3");
    assert_eq!(release(&[("task-definition.json", task)]), "2.10.1");
    let new = pod("apache/airflow:2.8.0");
    let two = format!("{old}---\n{new}");
    assert_eq!(release(&[("pod.yaml", &two)]), "3.3.2");
    // What a Dockerfile beside it builds on comes first, as before a compose file.
    assert_eq!(
        release(&[
            ("pod.yaml", &old),
            ("Dockerfile", "FROM apache/airflow:2.9.3\n")
        ]),
        "2.9.3"
    );
}

#[test]
fn pins_alone_are_nothing_to_lint() {
    let directory = with(&[("Dockerfile", "FROM apache/airflow:2.10.4\n")]);
    let ran = run(directory.path(), &["check"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("nothing to lint"));
}

#[test]
fn no_text_beside_a_pin_is_shown() {
    let directory = with(&[
        ("airflow.cfg", CFG),
        (
            "Dockerfile",
            "FROM registry.hunter2.example/apache/airflow:2.10.4\n",
        ),
        (
            "requirements.txt",
            "apache-airflow[hunter2]==2.9.3 --hash=sha256:hunter2 # hunter2\n--index-url https://user:hunter2@example.com/simple\n",
        ),
    ]);
    for format in ["full", "concise", "json", "github"] {
        let ran = run(directory.path(), &["check", "-v", "--format", format]);
        assert!(ran.out.contains("AV804"), "{format}: {}", ran.out);
        assert!(!(ran.out + &ran.err).contains("hunter2"), "{format}");
    }
}
