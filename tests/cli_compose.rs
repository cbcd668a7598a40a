//! A compose file as the documentation of Airflow has it, as a person meets it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{run, with};

/// Every service merges the same anchor; some add what only their entry point asks for.
const OFFICIAL: &str = "\
x-airflow-common:
  &airflow-common
  image: ${AIRFLOW_IMAGE_NAME:-apache/airflow:3.1.0}
  env_file:
    - ${ENV_FILE_PATH:-.env}
  environment:
    &airflow-common-env
    AIRFLOW__CORE__EXECUTOR: CeleryExecutor
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: postgresql+psycopg2://airflow:airflow@postgres/airflow
    AIRFLOW__CORE__FERNET_KEY: ${FERNET_KEY:-}
    AIRFLOW__SECRETS__BACKEND: airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
    AIRFLOW__SECRETS__BACKEND_KWARGS: '{\"connections_prefix\": \"/airflow/${STAGE:-dev}/connections\", \"region_name\": \"eu-west-1\"}'
    _PIP_ADDITIONAL_REQUIREMENTS: ${_PIP_ADDITIONAL_REQUIREMENTS:-}
services:
  postgres:
    image: postgres:16
    environment:
      POSTGRES_USER: airflow
  airflow-apiserver:
    <<: *airflow-common
    command: api-server
  airflow-worker:
    <<: *airflow-common
    environment:
      <<: *airflow-common-env
      DUMB_INIT_SETSID: \"0\"
  airflow-init:
    <<: *airflow-common
    environment:
      <<: *airflow-common-env
      _AIRFLOW_DB_MIGRATE: 'true'
      _PIP_ADDITIONAL_REQUIREMENTS: ''
";

const ENV: &str = "AIRFLOW_UID=50000\nSTAGE=prod\nAIRFLOW_CONN_ORDERS=postgres://u@db/orders\n";

#[test]
fn all_services_of_one_anchor_are_one_deployment_with_the_env_file_that_they_name() {
    let folder = with(&[("docker-compose.yaml", OFFICIAL), (".env", ENV)]);
    let files = run(folder.path(), &["check", ".", "--show-files"]);
    let together = "deployment 1: .env + docker-compose.yaml";
    assert!(files.out.contains(together), "{}", files.out);
    let config = run(
        folder.path(),
        &["config", ".", "--reveal", "--section", "secrets"],
    );
    assert!(
        config.out.contains("\"/airflow/prod/connections\""),
        "{}{}",
        config.out,
        config.err
    );
    let list = run(folder.path(), &["list", "."]);
    assert!(list.out.contains("orders"), "{}{}", list.out, list.err);
}

#[test]
fn the_project_env_file_fills_in_and_sets_nothing_by_itself() {
    let without = OFFICIAL.replace("  env_file:\n    - ${ENV_FILE_PATH:-.env}\n", "");
    let folder = with(&[
        ("docker-compose.yaml", &without),
        (".env", "STAGE=prod\nAIRFLOW_UID=5\n"),
    ]);
    let line = ["config", ".", "--reveal", "--section", "secrets"];
    let config = run(folder.path(), &line);
    assert!(
        config.out.contains("\"/airflow/prod/connections\""),
        "{}{}",
        config.out,
        config.err
    );
    let defined = run(
        folder.path(),
        &[&line[..], &["--define", "STAGE=qa"]].concat(),
    );
    assert!(
        defined.out.contains("\"/airflow/qa/connections\""),
        "{}{}",
        defined.out,
        defined.err
    );
    let folder = with(&[("docker-compose.yaml", &without)]);
    let default = run(folder.path(), &line);
    assert!(
        default.out.contains("\"/airflow/dev/connections\""),
        "{}{}",
        default.out,
        default.err
    );
}
