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

/// Which env files are called missing, by their lines.
#[test]
fn an_env_file_that_is_demanded_and_nowhere_is_told_of() {
    let compose = "\
services:
  scheduler: &airflow
    image: apache/airflow:3.1.0
    environment: {AIRFLOW__CORE__LOAD_EXAMPLES: 'false'}
    env_file:
      - there.env
      - airfow.env
      - path: gone.env
        required: false
      - ${NAME}.env
      - .env
  worker: *airflow
  other:
    image: postgres:16
    env_file: db.env
";
    let folder = with(&[("compose.yaml", compose), ("there.env", "A=b\n")]);
    let line = [
        "check",
        ".",
        "-v",
        "--format",
        "concise",
        "--select",
        "AV019",
        "--airflow",
        "3.1.0",
    ];
    let message = "missing-env-file: the env file that is named here is not there: compose starts no container";
    let told = format!(
        "compose.yaml:7:9: warning[AV019] {message}\ncompose.yaml:11:9: info[AV019] {message}\n"
    );
    assert_eq!(run(folder.path(), &line).out, told);
    // However the way to it is written.
    std::fs::create_dir(folder.path().join("beside")).unwrap();
    let mut roundabout = line;
    roundabout[1] = "beside/..";
    let told = told.replace("compose.yaml:", "beside/../compose.yaml:");
    assert_eq!(run(folder.path(), &roundabout).out, told);
    std::fs::write(folder.path().join(".env.example"), "").unwrap();
    assert_eq!(run(folder.path(), &line).out, "");
}

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

const BACKEND: &str =
    "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend";

/// Kwargs in the file that compose reads, the class in the one it puts on top.
fn base() -> String {
    "services:\n  scheduler:\n    image: apache/airflow:3.1.0\n    environment:\n      \
     AIRFLOW__SECRETS__BACKEND_KWARGS: '{\"connections_prefix\": \"/airflow/connections\", \"variables_prefix\": null}'\n"
        .to_owned()
}

#[test]
fn what_the_override_file_sets_is_not_missing() {
    let over = format!(
        "services:\n  scheduler:\n    environment:\n      AIRFLOW__SECRETS__BACKEND: {BACKEND}\n"
    );
    let alone = with(&[("compose.yaml", &base())]);
    let check = ["check", "compose.yaml", "-v"];
    let said = run(alone.path(), &check);
    assert!(said.out.contains("AV106"), "{}{}", said.out, said.err);
    let both = with(&[("compose.yaml", &base()), ("compose.override.yml", &over)]);
    for paths in [".", "compose.yaml", "compose.override.yml"] {
        let said = run(both.path(), &["check", paths, "-v"]);
        assert!(!said.out.contains("AV1"), "{paths}: {}", said.out);
    }
    let files = run(both.path(), &["check", ".", "--show-files"]);
    assert!(
        files
            .out
            .contains("deployment 1: compose.override.yml + compose.yaml"),
        "{}",
        files.out
    );
    let config = run(both.path(), &["config", ".", "--section", "secrets"]);
    assert!(
        config.out.contains("compose.override.yml:4"),
        "{}{}",
        config.out,
        config.err
    );
    assert!(
        config.out.contains("compose.yaml:5"),
        "{}{}",
        config.out,
        config.err
    );
}

#[test]
fn of_a_service_of_a_file_that_is_not_here_nothing_is_called_missing() {
    let extending = |file: &str| {
        let base = base().replace(
            "    image: apache/airflow:3.1.0\n",
            &format!("    extends:\n      file: {file}\n      service: common\n"),
        );
        (
            base,
            format!(
                "services:\n  common:\n    image: apache/airflow:3.1.0\n    environment:\n      AIRFLOW__SECRETS__BACKEND: {BACKEND}\n"
            ),
        )
    };
    let (base, common) = extending("shared/common.yml");
    let folder = with(&[("compose.yaml", &base)]);
    let said = run(folder.path(), &["check", "compose.yaml", "-v"]);
    assert!(!said.out.contains("AV106"), "{}", said.out);
    let folder = with(&[("compose.yaml", &base), ("shared/common.yml", &common)]);
    let line = ["resolve", "connection:orders", "--airflow", "3.1.0"];
    let said = run(folder.path(), &line);
    assert!(
        said.out.contains("/airflow/connections/orders"),
        "{}{}",
        said.out,
        said.err
    );
}

#[test]
fn a_project_env_file_that_no_service_is_given_is_told_of() {
    let compose = format!(
        "services:\n  scheduler:\n    image: apache/airflow:3.1.0\n    environment:\n      AIRFLOW__SECRETS__BACKEND: {BACKEND}\n"
    );
    let env = "AIRFLOW_UID=50000\nAIRFLOW_CONN_ORDERS=postgres://u@db/orders\nAIRFLOW_VAR_A=b\n";
    let of = |more: &[(&str, &str)]| {
        let files = [("docker-compose.yml", compose.as_str()), (".env", env)];
        let folder = with(&[&files[..], more].concat());
        let said = run(folder.path(), &["check", ".", "--format", "concise"]);
        let config = run(folder.path(), &["config", "."]);
        (said.out, config.code)
    };
    let (out, code) = of(&[
        ("README.md", "cp .env.example .env\n"),
        (".gitignore", ".env\n"),
    ]);
    assert_eq!(
        out.trim_end(),
        ".env:2:1: warning[AV012] env-name-ineffective: `AIRFLOW_CONN_ORDERS` and one more variable reach no process of \
         Airflow: compose takes `.env` for the `${…}` in docker-compose.yml, and no service is given the file"
    );
    assert_eq!(code, 0);
    for (name, text) in [
        ("Makefile", "run:\n\tset -a; . ./.env; airflow standalone\n"),
        (
            "dags/a.py",
            "from dotenv import load_dotenv\nload_dotenv()\n",
        ),
        ("Pipfile", "[packages]\n"),
        (".envrc", "dotenv\n"),
        (
            "docker-compose.dev.yml",
            "services:\n  scheduler:\n    env_file: .env\n",
        ),
        ("airflow_settings.yaml", "airflow:\n  connections: []\n"),
    ] {
        let (out, _) = of(&[(name, text)]);
        assert!(!out.contains("AV012"), "{name}: {out}");
    }
}

#[test]
fn a_file_with_format_raw_is_read_in_that_way_alone() {
    let compose = "services:\n  scheduler:\n    image: apache/airflow:3.0.2\n    command: scheduler\n    env_file:\n      \
                   - path: ./airflow.env\n        format: raw\n";
    let env = "AIRFLOW_CONN_RAW={\"conn_type\": \"mysql\", \"password\": \"a #b\"}\nAIRFLOW__CORE__EXECUTOR='LocalExecutor'\n";
    let folder = with(&[("docker-compose.yaml", compose), ("airflow.env", env)]);
    let files = run(folder.path(), &["check", ".", "--show-files"]);
    let together = "deployment 1: airflow.env + docker-compose.yaml";
    assert!(files.out.contains(together), "{}", files.out);
    assert!(!files.out.contains("deployment 2"), "{}", files.out);
    let said = run(
        folder.path(),
        &["check", ".", "--format", "concise", "--select", "AV010"],
    );
    assert_eq!(
        said.out.trim_end(),
        "airflow.env:2:25: error[AV010] env-syntax: this reader removes no quotes: the quotes become part of the value \
         of `AIRFLOW__CORE__EXECUTOR`"
    );
    let list = run(folder.path(), &["list", ".", "--reveal"]);
    assert_eq!(list.out.matches("  raw  ").count(), 1, "{}", list.out);
    assert!(list.out.contains("a #b"), "{}", list.out);
}

/// `extends` of a file that is not here: what it may set is nobody's option, however long its name is.
#[test]
fn options_that_an_absent_file_may_set_are_not_taken_for_written() {
    let of = |length: usize, more: &str| {
        let file = format!("../{}.yml", "a".repeat(length - 7));
        let text = format!(
            "services:\n  web:\n    image: apache/airflow:2.10.3\n    extends: {{file: {file}, service: web}}\n    \
             environment:\n      AIRFLOW__CORE__DEFAULT_TASK_RETRIES: \"3\"\n{more}"
        );
        let folder = with(&[("compose.yaml", &text)]);
        run(folder.path(), &["check", "-v", "--format", "concise", "."]).out
    };
    for name in [
        "AIRFLOW__WORKERS__SECRETS_BACKEND",
        "AIRFLOW__WORKERS__SECRETS_BACKEND_KWARGS",
    ] {
        assert_eq!(of(name.len(), ""), "", "{name}");
        let written = of(name.len(), &format!("      {name}:\n"));
        assert_eq!(written.matches("AV601").count(), 1, "{written}");
    }
}
