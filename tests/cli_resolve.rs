//! `airvane resolve`, from the command line to the outcome.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{run, write};
use serde_json::Value;

/// What `resolve` answers to `line`, in a folder with these files.
fn answer(files: &[(&str, &str)], line: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    let line = format!("resolve --format json --reveal --in . {line}");
    let line: Vec<&str> = line.split(' ').collect();
    let ran = run(folder.path(), &line);
    let mut document: Value = serde_json::from_str(&ran.out).unwrap();
    document[0].take()
}

/// What becomes of the connection `db` for the team `t`, whose own secret holds `text`.
fn of_team_secret(text: &str) -> Value {
    let cfg = "[core]\nmulti_team = true\n[secrets]\n\
               backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend\n";
    let secrets = serde_json::json!({"SecretList": [
        {"Name": "airflow/connections/t--db", "SecretString": text},
        {"Name": "airflow/connections/db", "SecretString": "postgres://example/db"},
    ]});
    answer(
        &[("airflow.cfg", cfg), ("secrets.json", &secrets.to_string())],
        "connection:db --team t --runtime server --airflow 3.3.2",
    )
}

/// `SecretsManagerBackend._get_secret`: `if value is not None: return value`.
#[test]
fn an_empty_secret_of_a_team_hides_the_one_of_all() {
    assert_eq!(of_team_secret("mysql://example/db")["outcome"], "found");
    let hidden = of_team_secret("");
    assert_eq!(hidden["outcome"], "missing");
    // The other name is not asked for.
    let step = &hidden["steps"][0];
    assert_eq!(step["lookup"], "airflow/connections/t--db");
    assert_eq!(step["lookups"], Value::Null);
    assert_eq!(
        hidden["because"],
        "airflow/connections/t--db is in secrets.json:1: the value is empty, which Airflow takes for not there"
    );
}

/// `EnvironmentVariablesBackend`: `if team_name and (team_var := os.environ.get(…))`.
#[test]
fn an_empty_variable_of_a_team_hides_nothing() {
    let cfg = "[core]\nmulti_team = true\n";
    let of = |env: &str, id: &str| {
        let line = format!("{id} --team t --runtime server --airflow 3.3.2");
        answer(&[("airflow.cfg", cfg), (".env", env)], &line)
    };
    let env = "AIRFLOW_VAR__T___X=\nAIRFLOW_CONN__T___X=\n";
    let variable = of(env, "variable:x");
    assert_eq!(variable["outcome"], "missing");
    assert_eq!(
        variable["because"],
        "AIRFLOW_VAR__T___X is in .env:1: the team's variable is empty, which Airflow passes over"
    );
    assert_eq!(of(env, "connection:x")["outcome"], "missing");
    let env = format!("{env}AIRFLOW_VAR_X=\nAIRFLOW_CONN_X=http://h\n");
    let variable = of(&env, "variable:x");
    assert_eq!(variable["outcome"], "found");
    assert_eq!(variable["value"], "");
    assert_eq!(variable["steps"][0]["reason"], Value::Null);
    assert_eq!(of(&env, "connection:x")["outcome"], "found");
}

/// `VaultBackend._get_secret`: `if response is not None: return response`, and no `value` in it.
#[test]
fn a_secret_of_vault_without_a_value_hides_those_of_the_paths_behind() {
    let cfg = "[secrets]\nbackend = airflow.providers.hashicorp.secrets.vault.VaultBackend\n\
               backend_kwargs = {\"variables_path\": [\"a\", \"b\"], \"url\": \"http://h\", \"token\": \"t\"}\n";
    let held = r#"{"secret/a/x": "{\"other\": \"1\"}", "secret/b/x": "{\"value\": \"2\"}"}"#;
    let line = "variable:x --runtime server --airflow 3.3.2 --provider hashicorp=4.8.4 --kind flat-store=vault.json";
    let hidden = answer(&[("airflow.cfg", cfg), ("vault.json", held)], line);
    assert_eq!(hidden["outcome"], "missing");
    assert_eq!(hidden["steps"][0]["lookup"], "secret/a/x");
    assert_eq!(hidden["steps"][0]["lookups"], Value::Null);
    let held = r#"{"secret/b/x": "{\"value\": \"2\"}"}"#;
    let found = answer(&[("airflow.cfg", cfg), ("vault.json", held)], line);
    assert_eq!(found["value"], "2");
}

/// `import airflow` builds the backend of `[secrets]`, `supervise` that of `[workers]`, which options
/// are read from only by the Task SDK's configuration (3.2 and later).
#[test]
fn a_broken_backend_of_workers_takes_options_along_only_where_they_are_read_from_it() {
    let cfg = "[workers]\nsecrets_backend = a\n[secrets]\nbackend = \
               airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend\n";
    let held = r#"{"Parameters": [
        {"Name": "/airflow/config/key", "Type": "String", "Value": "x"},
        {"Name": "/airflow/connections/db", "Type": "String", "Value": "http://h"}]}"#;
    let of = |id: &str, process: &str, airflow: &str| {
        let line = format!("{id} --runtime {process} --airflow {airflow}");
        answer(&[("airflow.cfg", cfg), ("parameters.json", held)], &line)
    };
    let outcome = |id, process, airflow| of(id, process, airflow)["outcome"].clone();
    for airflow in ["3.0.6", "3.1.8"] {
        assert_eq!(outcome("config:key", "task", airflow), "found");
    }
    for airflow in ["3.2.2", "3.3.2"] {
        assert_eq!(outcome("config:key", "task", airflow), "error");
    }
    for airflow in ["3.0.6", "3.1.8", "3.2.2", "3.3.2"] {
        assert_eq!(outcome("connection:db", "task", airflow), "error");
        assert_eq!(outcome("connection:db", "server", airflow), "found");
        assert_eq!(outcome("config:key", "server", airflow), "found");
    }
    // What nobody asks explains no miss.
    for (id, process, airflow) in [
        ("config:other", "task", "3.1.8"),
        ("connection:other", "server", "3.3.2"),
    ] {
        let missing = of(id, process, airflow);
        assert_eq!(missing["outcome"], "missing");
        assert_eq!(missing["remarks"], Value::Null);
    }
    assert_eq!(outcome("connection:db", "task", "2.11.2"), "found");
    let broken = of("connection:db", "task", "3.1.8");
    assert_eq!(
        broken["steps"][0]["reason"],
        "no task starts: the backend is built before it"
    );
}

/// `load_connections_dict` makes the connections of the whole file, for every lookup.
#[test]
fn one_entry_that_airflow_refuses_takes_the_whole_local_file_along() {
    let cfg = "[secrets]\nbackend = airflow.secrets.local_filesystem.LocalFilesystemBackend\n\
               backend_kwargs = {\"connections_file_path\": \"connections.json\"}\n";
    let of = |held: &str, id: &str| {
        let files = [("airflow.cfg", cfg), ("connections.json", held)];
        answer(&files, &format!("{id} --airflow 3.3.2"))
    };
    let broken =
        "{\"good\": \"postgres://u:p@h/d\",\n \"bad\": {\"conn_type\": \"http\", \"hots\": \"x\"}}";
    for id in ["connection:good", "connection:nowhere"] {
        let step = &of(broken, id)["steps"][0];
        assert_eq!(step["outcome"], "error", "{step}");
        assert_eq!(step["airflow"], "AirflowException");
        assert_eq!((&step["rule"], &step["line"]), (&"AV421".into(), &2.into()));
        let reason = step["reason"].as_str().unwrap();
        assert!(
            reason.starts_with("Airflow reads the file as a whole"),
            "{reason}"
        );
    }
    let bad = of(broken, "connection:bad");
    let reason = bad["steps"][0]["reason"].as_str().unwrap();
    assert!(!reason.contains("another entry"), "{reason}");
    let right = "{\"good\": \"postgres://u:p@h/d\", \"other\": {\"conn_type\": \"http\"}}";
    assert_eq!(of(right, "connection:good")["outcome"], "found");
}

/// `load_variables`, run for 2.11.2, 3.1.8 and 3.3.2: lists are unwrapped up to 3.1, null is nothing.
#[test]
fn what_a_local_file_of_variables_holds_is_read_as_the_release_reads_it() {
    let cfg = "[secrets]\nbackend = airflow.secrets.local_filesystem.LocalFilesystemBackend\n\
               backend_kwargs = {\"variables_file_path\": \"variables.json\"}\n";
    let of = |held: &str, id: &str, airflow: &str| {
        let files = [("airflow.cfg", cfg), ("variables.json", held)];
        answer(&files, &format!("variable:{id} --airflow {airflow}"))
    };
    let held = "{\"number\": 5, \"nothing\": null, \"one\": [\"x\"]}";
    for (airflow, one) in [("2.11.2", "x"), ("3.1.8", "x"), ("3.3.2", "[\"x\"]")] {
        assert_eq!(of(held, "number", airflow)["outcome"], "found");
        let step = &of(held, "nothing", airflow)["steps"][0];
        assert_eq!(step["outcome"], "missing", "{step}");
        assert_eq!(of(held, "one", airflow)["value"], one, "{airflow}");
    }
    let several = "{\"good\": \"x\",\n \"two\": [\"x\", \"y\"]}";
    for (airflow, exception) in [
        ("2.11.2", "AirflowException"),
        ("3.1.8", "VariableNotUnique"),
    ] {
        let step = &of(several, "good", airflow)["steps"][0];
        assert_eq!(
            (&step["outcome"], &step["line"]),
            (&"error".into(), &2.into())
        );
        assert_eq!(step["airflow"], exception);
    }
    assert_eq!(of(several, "two", "3.3.2")["outcome"], "found");
}

/// `_parse_env_file` and what becomes of its lists.
#[test]
fn one_line_that_airflow_refuses_takes_the_whole_env_file_along() {
    let cfg = "[secrets]\nbackend = airflow.secrets.local_filesystem.LocalFilesystemBackend\n\
               backend_kwargs = {\"connections_file_path\": \"connections.env\"}\n";
    let of = |held: &str, airflow: &str| {
        let files = [("airflow.cfg", cfg), ("connections.env", held)];
        answer(&files, &format!("connection:good --airflow {airflow}"))["steps"][0].clone()
    };
    let good = "good=postgres://u:p@h/d\n";
    for (line, airflow, exception) in [
        ("no equals\n", "2.11.2", "AirflowFileParseException"),
        ("empty=\n", "3.3.2", "AirflowFileParseException"),
        ("=x://h\n", "3.3.2", "AirflowFileParseException"),
        ("good=x://h\n", "3.3.2", "ConnectionNotUnique"),
    ] {
        let step = of(&format!("{good}{line}"), airflow);
        assert_eq!(step["airflow"], exception, "{step}");
        assert_eq!((&step["rule"], &step["line"]), (&"AV113".into(), &2.into()));
    }
    assert_eq!(of(&format!("{good}=x://h\n"), "2.11.2")["outcome"], "found");
}

/// Alternatives of one group have a number each, which chooses one.
#[test]
fn every_deployment_that_is_listed_can_be_chosen_by_its_number() {
    let folder = tempfile::tempdir().unwrap();
    let compose = "services:\n  scheduler:\n    image: apache/airflow:2.10.5\n    environment:\n      AIRFLOW_CONN_DB: redis://one/db\n  web:\n    image: apache/airflow:2.10.5\n    environment:\n      AIRFLOW_CONN_DB: postgres://three/db\n";
    let over = "services:\n  scheduler:\n    environment:\n      AIRFLOW_CONN_DB: mysql://two/db\n";
    write(
        folder.path(),
        &[
            ("a/docker-compose.yaml", compose),
            ("a/docker-compose.override.yaml", over),
            ("b/airflow.cfg", "[core]\nload_examples = False\n"),
        ],
    );
    let ask = |deployment: &[&str]| {
        let mut line = vec!["resolve", "--reveal", "--in", ".", "connection:db"];
        line.extend(deployment);
        run(folder.path(), &line)
    };
    let unclear = ask(&[]).err;
    let lines: Vec<&str> = unclear
        .lines()
        .filter(|line| line.starts_with("  "))
        .collect();
    let numbers: Vec<&str> = lines
        .iter()
        .map(|line| line.trim_start().split(':').next().unwrap())
        .collect();
    assert_eq!(numbers, ["1.1", "1.2", "2"], "{unclear}");
    for (number, line) in numbers.iter().zip(&lines) {
        let chosen = ask(&["--deployment", number]);
        assert!(
            !chosen.err.contains("deployments"),
            "{line}: {}",
            chosen.err
        );
        let schemes = [("1.1", "mysql"), ("1.2", "postgres")];
        for (of, scheme) in schemes {
            assert_eq!(
                chosen.out.contains(scheme),
                *number == of,
                "{number}: {}",
                chosen.out
            );
        }
    }
    // The number of the group is that of several.
    let several = ask(&["--deployment", "1"]).err;
    assert!(several.contains("1.1:") && several.contains("1.2:") && !several.contains("  2:"));
}
