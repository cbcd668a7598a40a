use std::path::Path;

use super::super::kubernetes::tests::{surroundings, told};
use super::*;

fn of(text: &str) -> Vec<String> {
    told(&read(text, &surroundings(Path::new("values.yaml"))))
}

#[test]
fn config_is_the_file_that_the_chart_writes() {
    let text = "config:\n  core:\n    load_examples: no\n    parallelism: 32\n    dagbag_import_timeout: 30.0\n    max_active_runs_per_dag: 1000000\n    \
                dags_folder: '/a{{ .Values.b }}'\n    fernet_key: null\n    executor: |\n      LocalExecutor\n  'my.section': {a: ''}\n";
    assert_eq!(
        of(text),
        [
            "cfg: ?[core]\nload_examples = false\nparallelism = 32\ndagbag_import_timeout = ?\nmax_active_runs_per_dag = ?\n\
             dags_folder = /a{{ .Values.b }}\nfernet_key = ?\nexecutor = LocalExecutor\n[my.section]\na = \n"
        ]
    );
}

#[test]
fn a_template_that_is_a_text_is_that_text() {
    let text = "config:\n  logging:\n    log_format: 'a{{ \"{{ x }}\" }}b{{`}}`}}c'\n    log_filename_template: '{{ \"{{\" }} ti.dag_id {{ \"}}\" }}'\n    \
                base_log_folder: '/{{ .x | default \"}}\" }}/{{ y'\n";
    assert_eq!(
        of(text),
        [
            "cfg: ?[logging]\nlog_format = a{{ x }}b}}c\nlog_filename_template = {{ ti.dag_id }}\nbase_log_folder = /{{ .x | default \"}}\" }}/{{ y\n"
        ]
    );
}

#[test]
fn values_that_no_template_can_use_are_faults() {
    let text = "config:\n  core: {dags_folder: [a], executor: {a: b}}\n  logging:\n    log_filename_template: 'x{{ ti.dag_id }}'\n  \
                  secrets:\n    backend_kwargs: |\n      {\n        \"a\": 1\n      }\nenv: [{name: AIRFLOW_A, value: {b: c}}, {name: AIRFLOW_B, value: true}]\n\
                extraEnv: [{name: AIRFLOW_C, value: 1}]\n";
    assert_eq!(
        of(text)[2..],
        [
            "HelmCollection(\"a list\") core.dags_folder",
            "HelmCollection(\"a mapping\") core.executor",
            "HelmTemplate logging.log_filename_template",
            "HelmLine secrets.backend_kwargs",
            "HelmCollection(\"a mapping\") AIRFLOW_A",
            "HelmNotText(\"a list\") extraEnv",
            "NotText(\"a number\") AIRFLOW_C"
        ]
    );
    assert_eq!(of(text)[1], "AIRFLOW_A=? AIRFLOW_B=true AIRFLOW_C=?");
}

#[test]
fn every_place_of_variables_is_read() {
    let official = "airflowVersion: 3.0.0\nenv: [{name: AIRFLOW_A, value: a}]\nsecret: [{envName: AIRFLOW_B, secretName: s}]\n\
                    extraEnvFrom: |\n  - configMapRef: {name: '{{ .Release.Name }}-x'}\nextraConfigMaps:\n  '{{ .Release.Name }}-x': {data: 'AIRFLOW_Z: z'}\n\
                    extraSecrets:\n  s:\n    data: |\n      AIRFLOW_Y: eQ==\n    stringData: 'airflow.cfg: \"[core]\"'\n\
                    extraEnv: |\n  - name: AIRFLOW_C\n    value: '$(AIRFLOW_A)''c'\nworkers: {env: [{name: AIRFLOW_A, value: w}]}\n";
    assert_eq!(
        of(official),
        [
            "AIRFLOW_Z=z AIRFLOW_A=a AIRFLOW_B=? AIRFLOW_C=a'c AIRFLOW_A=w",
            "AIRFLOW_Z=z AIRFLOW_A=a AIRFLOW_B=? AIRFLOW_C=a'c",
            "cfg: [core]",
            "AIRFLOW_Y=y"
        ]
    );
    let community = "airflow:\n  config: {AIRFLOW__CORE__X: true, AIRFLOW__CORE__Y: [a], OTHER: x}\n  extraEnv: [{name: AIRFLOW_A, value: off}]\n  \
                       connections:\n  - {id: a, type: postgres, port: 5432, extra: '{}', host: ''}\n  - {id: b, type: http, password: '${X}'}\n  \
                       variables: [{key: k, value: 'v\"'}]\n";
    assert_eq!(
        of(community),
        [
            "AIRFLOW__CORE__X=true AIRFLOW__CORE__Y=? AIRFLOW_A=?",
            "added connections: a={\"conn_type\": \"postgres\", \"port\": 5432, \"extra\": \"{}\"} \
             b=?{\"conn_type\": \"http\", \"password\": \"${X}\"}",
            "added variables: k=v\"",
            "HelmCollection(\"a list\") AIRFLOW__CORE__Y",
            "NotText(\"a boolean\") AIRFLOW_A"
        ]
    );
    let astro = "secretBackend: a.b.C\ncommonEnv: [{name: AIRFLOW__SECRETS__BACKEND_KWARGS, value: '{}'}]\nworkers: [{name: w, env: [{name: AIRFLOW_A, value: b}]}]\n";
    assert_eq!(
        of(astro),
        [
            "AIRFLOW__SECRETS__BACKEND=a.b.C AIRFLOW__SECRETS__BACKEND_KWARGS={} AIRFLOW_A=b",
            "AIRFLOW__SECRETS__BACKEND=a.b.C AIRFLOW__SECRETS__BACKEND_KWARGS={}"
        ]
    );
    let below =
        "my-airflow:\n  airflow: {config: {AIRFLOW_A: b}}\n  config: {core: {executor: x}}\n";
    assert_eq!(of(below), ["cfg: [core]\nexecutor = x\n", "AIRFLOW_A=b"]);
}

#[test]
fn what_the_communitys_chart_demands_of_its_entries_is_demanded() {
    let text = "airflow:\n  connections:\n  - {type: http}\n  - {id: a, host: h}\n  - {id: b, type: ''}\n  \
                  - {id: c, type: http, port: '80', extra: {a: b}}\n  - {id: d, type: http, port: 0, login: 12345678}\n  \
                  - {id: '{{ x }}', type: http}\n  variables:\n  - {key: k}\n  - {key: l, value: false}\n  - {key: m, value: [a]}\n";
    assert_eq!(
        of(text),
        [
            "added connections: c=?{\"conn_type\": \"http\", \"port\": \"80\", \"extra\": \"?\"} \
             d=?{\"conn_type\": \"http\", \"login\": \"12345678\"} {{ x }}={\"conn_type\": \"http\"}",
            "added variables: l=false m=??",
            "HelmRequired id",
            "HelmRequired type",
            "HelmRequired type",
            "HelmNotNumber port",
            "HelmCollection(\"a mapping\") extra",
            "HelmRequired value",
            "HelmCollection(\"a list\") value",
        ]
    );
    // No chart takes them at the top of its values.
    assert!(of("connections:\n- {id: a}\nenv: []\n").is_empty());
}

#[test]
fn values_are_known_by_what_only_they_have() {
    for (name, text) in [
        ("values.yaml", "config:\n  core:\n    executor: x\n"),
        ("x.yaml", "airflowVersion: 3.0.0\n"),
        ("values-prod.yaml", "env:\n  - name: AIRFLOW_A\n"),
        ("x.yml", "secretBackend: airflow.x.Y\n"),
        (
            "values.yaml",
            "web:\n  extraEnvVars:\n    - name: AIRFLOW_A\n",
        ),
        ("x.yaml", "airflow:\n  config:\n    AIRFLOW__CORE__X: 'y'\n"),
    ] {
        assert!(recognise(text, name).is_some(), "{text}");
    }
    for (name, text) in [
        ("ci.yml", "on: push\nenv:\n  AIRFLOW_HOME: /x\njobs: {}\n"),
        (
            "compose.yaml",
            "services:\n  airflow:\n    environment: [AIRFLOW_HOME=/x]\n",
        ),
        ("values.yaml", "replicas: 1\nimage: {}\n"),
        ("vars.yml", "airflow:\n  version: 2\n"),
        ("main.tf", "env = { AIRFLOW_HOME = 1 }\n"),
        ("a.py", "x: AIRFLOW_HOME\n"),
    ] {
        assert_eq!(recognise(text, name), None, "{text}");
    }
}
