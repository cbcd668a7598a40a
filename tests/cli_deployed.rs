//! Manifests, values of Helm, projects of Astro, scripts and units of systemd, as a person meets them: what `check`,
//! `list`, `resolve` and `config` say of each.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{run, with};

/// What the commands print of a folder with these files.
fn said(files: &[(&str, &str)]) -> String {
    let folder = with(files);
    let pinned = ["--airflow", "3.1.0"];
    let mut said = String::new();
    for command in [
        &["check", ".", "-v"][..],
        &["list", "."],
        &["resolve", "connection:orders"],
        &["config", "."],
    ] {
        let ran = run(folder.path(), &[command, &pinned].concat());
        let command = command.join(" ");
        let (out, err) = (ran.out.trim_end(), ran.err.trim_end());
        said.extend([format!("$ airvane {command}\n{out}\n{err}\n\n")]);
    }
    said
}

#[test]
fn kubernetes() {
    let manifests = "\
apiVersion: v1
kind: Secret
metadata:
  name: airflow
type: Opaque
data:
  AIRFLOW_CONN_ORDERS: cG9zdGdyZXM6Ly91OnBAc3Mvd29yZEBkYi9vcmRlcnM=
stringData:
  key: example-fernet-key
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: scheduler
spec:
  template:
    spec:
      containers:
        - name: scheduler
          image: apache/airflow:3.1.0
          envFrom:
            - secretRef:
                name: airflow
          env:
            - name: AIRFLOW__CORE__FERNET_KEY
              valueFrom:
                secretKeyRef: {name: airflow, key: key}
            - name: AIRFLOW__CORE__PARALLELISM
              value: 32
            - name: AIRFLOW__SECRETS__BACKEND
              value: airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
            - name: AIRFLOW__SECRETS__BACKEND_KWARGS
              value: >-
                {\"connections_prefix\": \"/airflow/connections/\", \"region_name\": \"eu-west-1\"}
";
    let kustomization = "configMapGenerator:\n  - name: env\n    envs:\n      - airflow.env\n    literals:\n      - AIRFLOW_VAR_STAGE=\"prod\"\n";
    let env = "AIRFLOW_VAR_BUCKET=\"example\"\nexport AIRFLOW_VAR_B=c\n";
    insta::assert_snapshot!(said(&[
        ("airflow.yaml", manifests),
        ("overlay/kustomization.yaml", kustomization),
        ("overlay/airflow.env", env),
    ]));
}

#[test]
fn what_kustomize_makes_an_airflow_cfg_of_is_judged_as_one() {
    let kustomization = "configMapGenerator:\n- name: airflow\n  files:\n  - airflow.cfg=../conf/production\n  - airflow.cfg=staging.conf\n  - webserver_config.py=../conf/web\n";
    let cfg = "[core]\nparallelism = lots\n";
    let folder = with(&[
        ("overlay/kustomization.yaml", kustomization),
        ("overlay/staging.conf", cfg),
        ("conf/production", cfg),
        ("conf/web", cfg),
    ]);
    let said = run(folder.path(), &["check", ".", "--format", "concise"]).out;
    let said: Vec<&str> = said
        .lines()
        .map(|line| line.split(": ").next().unwrap())
        .collect();
    assert_eq!(said, ["conf/production:2:15", "overlay/staging.conf:2:15"]);
    // Nobody asked about it, and what it sets is known all the same.
    let folder_of = ["check", "overlay", "--format", "concise"];
    let said = run(folder.path(), &folder_of).out;
    assert!(!said.contains("production"), "{said}");
    let known = run(folder.path(), &["config", "overlay/kustomization.yaml"]);
    assert!(!known.err.contains("panicked"), "{}", known.err);
}

#[test]
fn an_env_file_of_any_name_that_airflow_is_given_is_judged_as_one() {
    let compose = "services:\n  scheduler:\n    image: apache/airflow:3.1.8\n    env_file: [conf/app.vars, ../outside.txt, conf]\n  postgres:\n    image: postgres:17\n    env_file: conf/postgres.txt\n";
    let kustomization = "configMapGenerator:\n- name: airflow\n  envs: [settings.txt]\n";
    let parallelism = "AIRFLOW__CORE__PARALLELISM=lots\n";
    let folder = with(&[
        ("app/compose.yaml", compose),
        ("app/conf/app.vars", parallelism),
        ("app/conf/postgres.txt", "POSTGRES_PASSWORD='half\n"),
        ("outside.txt", parallelism),
        ("kube/kustomization.yaml", kustomization),
        ("kube/settings.txt", parallelism),
        ("kube/notes.txt", parallelism),
    ]);
    let told = |root: &str| {
        let ran = run(folder.path(), &["check", root, "--format", "concise"]);
        assert_eq!(ran.code, 1, "{}", ran.err);
        let lines = ran.out.lines();
        let places = lines.map(|line| line.split(": ").next().unwrap().to_owned());
        places.collect::<Vec<_>>()
    };
    let (app, kube) = ("app/conf/app.vars:1:28", "kube/settings.txt:1:28");
    assert_eq!(told("."), [app, kube, "outside.txt:1:28"]);
    assert_eq!(told("app"), [app]);
}

#[test]
fn helm() {
    let values = "\
airflowVersion: 3.1.0
executor: CeleryExecutor
config:
  core:
    load_examples: False
    parallelism: 'lots'
  secrets:
    backend: airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    backend_kwargs: '{\"connections_prefix\": \"airflow/connections\", \"region_name\": \"eu-west-1\"}'
env:
  - name: AIRFLOW_CONN_ORDERS
    value: postgres://u:example-pw@db/orders
extraEnv:
  - name: AIRFLOW_VAR_STAGE
    value: prod
";
    insta::assert_snapshot!(said(&[("values.yaml", values)]));
}

/// Its lists are written into the metadata database, which no backend is asked for.
#[test]
fn helm_community() {
    let values = "\
airflow:
  config:
    AIRFLOW__SECRETS__BACKEND: airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
    AIRFLOW__SECRETS__BACKEND_KWARGS: '{\"connections_prefix\": \"/airflow/connections\", \"region_name\": \"eu-west-1\"}'
  connections:
    - id: orders
      type: postgres
      host: db.example.com
      login: etl
      password: ${ORDERS_PASSWORD}
      port: 5432
    - id: lake
      type: aws
      extra: region_name=eu-west-1
    - id: untyped
      host: db.example.com
    - id: web
      type: http
      port: '8080'
  variables:
    - key: stage
      value: prod
    - key: empty
      value: \"\"
";
    insta::assert_snapshot!(said(&[("values.yaml", values)]));
}

#[test]
fn helm_release() {
    let release = "\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: airflow
spec:
  source:
    repoURL: https://airflow.example.com
    chart: airflow
    helm:
      parameters:
        - name: config.secrets.backend
          value: airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
      values: |
        config:
          secrets:
            backend_kwargs: '{\"connection_prefix\": \"airflow/connections\", \"region_name\": \"eu-west-1\"}'
";
    insta::assert_snapshot!(said(&[("application.yaml", release)]));
}

#[test]
fn astro() {
    let settings = "\
airflow:
  connections:
    - conn_id: orders
      conn_type: postgres
      conn_host: db.example.com
      conn_login: etl
      conn_password: example-pw
      conn_port: 5432
      conn_extra: '{\"sslmode\": '
  variables:
    - variable_name: stage
      variable_value: dev
";
    let env = "AIRFLOW__CORE__PARALLELISM=lots\nAIRFLOW_VAR_KEY='a b'\n";
    insta::assert_snapshot!(said(&[
        (
            "Dockerfile",
            "FROM astrocrpublic.azurecr.io/runtime:3.1-1\n"
        ),
        ("airflow_settings.yaml", settings),
        (".env", env),
    ]));
}

#[test]
fn shell() {
    let script = "\
#!/usr/bin/env bash
set -euo pipefail
export AIRFLOW__SECRETS__BACKEND=airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
export AIRFLOW__SECRETS__BACKEND_KWARGS=\"{\\\"connections_prefix\\\": \\\"/airflow/connections\\\", \\\"variables_prefx\\\": null}\"
airflow connections add orders --conn-host db.example.com --conn-login etl
airflow connections add billing --conn-uri 'db.example.com/billing'
airflow connections add mail --conn-json '{\"host\": \"mail.example.com\"}'
airflow connections add files --conn-type ftp --conn-host ftp.example.com
airflow variables set stage 'prod'
airflow connections add api --conn-uri https://api.example.com/?user=a&key=b
export AIRFLOW_CONN_LAKE=aws://?region_name=eu-west-1&role=x
aws ssm put-parameter --name /airflow/connections/orders --type SecureString \\
  --value 'postgres://etl:example/pw@db.example.com/orders'
";
    insta::assert_snapshot!(said(&[("init.sh", script)]));
}

#[test]
fn systemd() {
    let unit = "\
[Unit]
Description=Airflow scheduler
[Service]
EnvironmentFile=-/etc/airflow/airflow.env
Environment=AIRFLOW_HOME=/srv/airflow \"AIRFLOW__CORE__PARALLELISM=a lot\"
ExecStart=/usr/bin/airflow scheduler
";
    let env = "\
AIRFLOW__SECRETS__BACKEND=airflow.providers.hashicorp.secrets.vault.VaultBackend
AIRFLOW__SECRETS__BACKEND_KWARGS={\"connections_path\": \\
\"connections\"}
export AIRFLOW_VAR_LOST=1
AIRFLOW_CONN_ORDERS='postgres://etl:example-pw@db.example.com/orders' # the shop
";
    insta::assert_snapshot!(said(&[("airflow.service", unit), ("airflow.env", env)]));
}

/// A name whose value a secret of the cluster holds is written all the same.
#[test]
fn options_with_values_from_the_cluster_are_judged_by_their_names() {
    let pod = |name: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: x}}\nspec:\n  containers:\n  - name: airflow\n    image: apache/airflow:2.10.3\n    env:\n    - name: {name}\n      valueFrom:\n        secretKeyRef: {{name: airflow, key: conn}}\n"
        )
    };
    for (name, code) in [
        ("AIRFLOW__CORE__SQL_ALCHEMY_CONN", "AV603"),
        ("AIRFLOW__WORKERS__SECRETS_BACKEND", "AV601"),
    ] {
        let folder = with(&[("pod.yaml", &pod(name))]);
        let ran = run(folder.path(), &["check", "-v", "--format", "concise", "."]);
        assert!(ran.out.contains(code), "{name}: {}{}", ran.out, ran.err);
    }
}

/// What vals fetches before the object is applied is not judged.
#[test]
fn references_of_vals_are_not_known() {
    let secret = |value: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: x}}\nstringData:\n  AIRFLOW_CONN_A: {value}\n"
        )
    };
    let of = |value: &str| {
        let folder = with(&[("secret.yaml", &secret(value))]);
        run(folder.path(), &["check", "--format", "concise", "."]).out
    };
    assert_eq!(of("ref+vault://secret/airflow#/conn_a"), "");
    assert!(of("http://h/#/conn_a").contains("AV409"));
}
