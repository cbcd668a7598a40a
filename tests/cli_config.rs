//! `airvane config`, from the command line to the last byte.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::path::Path;

use common::{Ran, run, with, write};
use insta::assert_snapshot;
use serde_json::Value;

const FIXTURE: &str = "fixtures/config";

fn config(arguments: &[&str]) -> Ran {
    config_in(Path::new(env!("CARGO_MANIFEST_DIR")), arguments)
}

fn config_in(directory: &Path, arguments: &[&str]) -> Ran {
    let mut line = vec!["config"];
    line.extend(arguments);
    run(directory, &line)
}

/// The document for `files` in a folder of their own.
fn document(files: &[(&str, &str)], arguments: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    let mut line = vec!["--format", "json"];
    line.extend(arguments);
    let ran = config_in(folder.path(), &line);
    assert_eq!(ran.code, 0, "{}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

#[test]
fn the_table_is_masked_and_fits_80_columns() {
    let ran = config(&[FIXTURE, "--airflow", "3.3.2"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(
        ran.out.lines().all(|line| line.chars().count() <= 80),
        "{}",
        ran.out
    );
    assert_snapshot!("config_table", ran.out);
}

#[test]
fn the_document_is_masked() {
    let ran = config(&[FIXTURE, "--airflow", "3.3.2", "--format", "json"]);
    assert_eq!(ran.code, 0);
    assert_snapshot!("config_json", ran.out);
}

#[test]
fn revealed_values_are_exact() {
    let ran = config(&[
        FIXTURE,
        "--airflow",
        "2.11.2",
        "--format",
        "json",
        "--reveal",
    ]);
    assert_eq!(ran.code, 0);
    assert_snapshot!("config_json_revealed", ran.out);
}

#[test]
fn a_section_comes_with_the_defaults_of_its_release() {
    let of = |airflow| {
        let arguments = ["--section", "core", "--airflow", airflow];
        document(
            &[("airflow.cfg", "[core]\nparallelism = 3\n[secrets]\n")],
            &arguments,
        )
    };
    let (old, new) = (of("2.11.2"), of("3.3.2"));
    let executor = |document: &Value| document["sections"]["core"]["executor"].clone();
    assert_eq!(executor(&old)["value"], "SequentialExecutor");
    assert_eq!(executor(&new)["value"], "LocalExecutor");
    assert_eq!(executor(&new)["source"], "default");
    assert_eq!(new["sections"]["core"]["dags_folder"]["unknown"], true);
    assert!(new["sections"].get("secrets").is_none());
    assert!(
        new["sections"]["core"].get("task_runner").is_none(),
        "removed in 3.0"
    );
}

#[test]
fn every_source_is_named_with_its_line() {
    let files = [
        (
            "airflow.cfg",
            "[core]\nfernet_key_cmd = c\n[webserver]\nsecret_key_secret = s\n[secrets]\nbackend_kwargs = {\"region_name\": \"a%\"}\n",
        ),
        (
            ".env",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD=c\nAIRFLOW__SMTP__SMTP_PASSWORD_SECRET=s\nAIRFLOW__SECRETS__BACKEND=\n",
        ),
    ];
    let document = document(&files, &["--airflow", "2.11.2"]);
    let mut found = Vec::new();
    for (section, options) in document["sections"].as_object().unwrap() {
        for (option, entry) in options.as_object().unwrap() {
            let said = entry.get("value").or(entry.get("error")).unwrap();
            found.push(format!(
                "{section}.{option} {said} {} {}:{}",
                entry["source"].as_str().unwrap(),
                entry["path"].as_str().unwrap(),
                entry["line"]
            ));
        }
    }
    assert_eq!(
        found,
        [
            "core.fernet_key null cfg_cmd airflow.cfg:2",
            "database.sql_alchemy_conn null env_cmd .env:1",
            "secrets.backend \"\" env .env:3",
            "secrets.backend_kwargs \"InterpolationSyntaxError\" cfg airflow.cfg:6",
            "smtp.smtp_password null env_secret .env:2",
            "webserver.secret_key null cfg_secret airflow.cfg:4",
        ]
    );
    assert_eq!(document["backend"], Value::Null);
}

#[test]
fn a_file_that_cannot_be_read_stops_the_server_and_not_the_task() {
    let files = [(
        "airflow.cfg",
        "[core]\nparallelism = 3\n[secrets]\nuse_cache = 1\nuse_cache = 2\n[webserver]\nworkers = 4\n",
    )];
    let server = document(&files, &["--runtime", "server"]);
    assert_eq!(server["read"]["airflow"], "DuplicateOptionError");
    assert_eq!(server["read"]["line"], 5);
    assert_eq!(server["read"]["fatal"], true);
    assert_eq!(server["sections"], serde_json::json!({}));
    assert_eq!(server["backend"]["error"], "DuplicateOptionError");
    let task = document(&files, &[]);
    assert_eq!(task["read"]["fatal"], false);
    assert_eq!(
        task["sections"]["core"]["parallelism"]["error"],
        "AttributeError"
    );
    assert!(task["sections"].get("webserver").is_none());
    let joined = document(&files, &["--python", "3.13"]);
    assert_eq!(joined["sections"]["secrets"]["use_cache"]["value"], "1");
    let old = document(&files, &["--airflow", "3.1.8"]);
    assert_eq!(old["read"]["fatal"], true);
}

#[test]
fn what_is_built_is_told_for_both_backends() {
    const SSM: &str =
        "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend";
    let of = |secrets: &str| {
        let text = format!("[secrets]\n{secrets}\n");
        document(&[("airflow.cfg", &text)], &["--airflow", "3.3.2"])["backend"].clone()
    };
    assert_eq!(of("use_cache = True"), Value::Null);
    assert_eq!(of("backend = nodots")["error"], "AirflowConfigException");
    let own = of("backend = my_company.secrets.Backend\nbackend_kwargs = {\"a\": 1}");
    assert_eq!(own["unverified"], true);
    assert_eq!(own["options"], Value::Null);
    let command = of(&format!("backend = {SSM}\nbackend_kwargs_cmd = cat x"));
    assert_eq!(command["unknown"], "backend_kwargs comes from a command");
    let broken = of(&format!("backend = {SSM}\nbackend_kwargs = {{'a': 1}}"));
    assert_eq!(
        broken["options"]["connections_prefix"],
        "/airflow/connections"
    );
    assert!(broken["note"].as_str().unwrap().contains("not JSON"));
    let percent = of(&format!(
        "backend = {SSM}\nbackend_kwargs = {{\"a\": \"50%\"}}"
    ));
    assert_eq!(percent["error"], "InterpolationSyntaxError");
}

#[test]
fn several_deployments_are_listed_and_one_is_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("a/airflow.cfg", "[core]\nparallelism = 1\n"),
        ("b/airflow.cfg", "[core]\nparallelism = 2\n"),
    ];
    write(folder.path(), &files);
    let ran = config_in(folder.path(), &[]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(
        ran.err.contains("a/airflow.cfg") && ran.err.contains("b/airflow.cfg"),
        "{}",
        ran.err
    );
    let ran = config_in(folder.path(), &["--deployment", "b", "--reveal"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.out.contains("parallelism") && ran.out.contains("b/airflow.cfg:2"),
        "{}",
        ran.out
    );
}

#[test]
fn nothing_of_a_value_is_printed_unless_it_is_revealed() {
    const CANARIES: [&str; 4] = [
        "QzXjKwVyUgPq",
        "739184620571",
        "Qz7~ßj#9/x@K:w3",
        "~!^*~|!^*|~",
    ];
    for canary in CANARIES {
        let cfg = format!(
            "[core]\nfernet_key = {canary}\ndefault_timezone = {canary}\ndags_folder = $NOPE/{canary}\nsql_alchemy_conn_cmd = {canary}\n\
             {canary} = x\nx = {canary}\n[{canary}]\ny = {canary}\n[secrets]\nbackend = {canary}\n\
             backend_kwargs = {{\"external_id\": \"{canary}\", \"token\": \"{canary}\", \"region_name\": [\"{canary}\"]}}\n\
             [workers]\nsecrets_backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend\n\
             secrets_backend_kwargs = {{\"aws_session_token\": \"{canary}\", \"verify\": {{\"a\": \"{canary}\"}}}}\n"
        );
        let env = format!(
            "AIRFLOW__CELERY__BROKER_URL='{canary}'\nAIRFLOW__X__Y='{canary}'\nAIRFLOW__SECRETS__BACKEND_KWARG__TOKEN='{canary}'\nNOTE='{canary}'\n"
        );
        let folder = tempfile::tempdir().unwrap();
        let broken = format!("{cfg}[secrets]\n{canary}\n");
        for (name, cfg) in [("whole", &cfg), ("broken", &broken)] {
            let place = folder.path().join(name);
            write(
                &place,
                &[("airflow.cfg", cfg.as_str()), (".env", env.as_str())],
            );
            for format in ["text", "json"] {
                for more in [
                    &[][..],
                    &["--section", "core"],
                    &["--runtime", "server"],
                    &["--airflow", "2.11.2"],
                    &["-v"],
                ] {
                    let mut line = vec!["--format", format];
                    line.extend(more);
                    let ran = config_in(&place, &line);
                    let output = (ran.out + &ran.err).to_lowercase();
                    let characters: Vec<char> = canary.to_lowercase().chars().collect();
                    let leak = characters.windows(4).map(String::from_iter);
                    let leak: Vec<String> = leak.filter(|part| output.contains(part)).collect();
                    assert!(leak.is_empty(), "{name} {line:?}: {leak:?} in {output}");
                }
            }
        }
        let place = folder.path().join("whole");
        for format in ["text", "json"] {
            let ran = config_in(&place, &["--reveal", "--format", format]);
            assert!(ran.out.matches(canary).count() > 5, "{format}: {}", ran.out);
        }
    }
}

/// `VaultBackend` makes lists of its paths, and of `global_secrets_path` an item of each.
#[test]
fn a_list_is_shown_when_each_of_its_items_may_be() {
    let paths = |global: &str, variables: &str| {
        let cfg = format!(
            "[secrets]\nbackend = airflow.providers.hashicorp.secrets.vault.VaultBackend\nbackend_kwargs = {{\"global_secrets_path\": \"{global}\", \"variables_path\": {variables}}}\n"
        );
        let document = document(
            &[("airflow.cfg", &cfg)],
            &["--airflow", "3.3.2", "--provider", "hashicorp=4.8.4"],
        );
        let options = &document["backend"]["options"];
        [&options["connections_path"], &options["variables_path"]].map(Value::to_string)
    };
    assert_eq!(
        paths("shared", "[\"a\", \"b\"]"),
        [r#"["connections","shared"]"#, r#"["a","b","shared"]"#]
    );
    assert_eq!(paths("x://u:p@h", "[\"a\"]"), [r#""***""#, r#""***""#]);
}

#[test]
fn a_token_in_the_place_of_a_key_is_not_shown() {
    let directory = tempfile::tempdir().unwrap();
    let kwargs = "{\"hvs.x7~exampletoken#1\": \"token\", \"verify\": false}";
    let cfg = format!(
        "[secrets]\nbackend = airflow.providers.hashicorp.secrets.vault.VaultBackend\nbackend_kwargs = {kwargs}\n"
    );
    common::write(directory.path(), &[("airflow.cfg", &cfg)]);
    for format in ["json", "text"] {
        let args = ["config", "--airflow", "3.3.2", "--format", format];
        let hidden = common::run(directory.path(), &args).out;
        assert!(hidden.contains("a key of 21 characters"), "{hidden}");
        assert!(!hidden.contains("example"), "{hidden}");
        let args = [
            "config",
            "--airflow",
            "3.3.2",
            "--format",
            format,
            "--reveal",
        ];
        let shown = common::run(directory.path(), &args).out;
        assert!(shown.contains("hvs.x7~exampletoken#1"), "{shown}");
    }
}

/// `supervise` builds the backend of `[workers]` before each task; nothing else does.
#[test]
fn a_broken_backend_of_workers_is_said_to_stop_tasks() {
    let class =
        "airflow.providers.amazon.aws.secrets.system_manager.SystemsManagerParameterStoreBackend";
    for (section, option, stops) in [
        ("secrets", "backend", "no Airflow component starts"),
        ("workers", "secrets_backend", "no task starts"),
    ] {
        let cfg = format!("[{section}]\n{option} = {class}\n");
        let folder = with(&[("airflow.cfg", &cfg)]);
        let line = [
            "check",
            "airflow.cfg",
            "--airflow",
            "3.3.2",
            "--format",
            "concise",
        ];
        let ran = run(folder.path(), &line);
        assert!(
            ran.out.contains("AV101") && ran.out.contains(stops),
            "{}",
            ran.out
        );
    }
}
