//! What DAGs ask for, from their Python to what `check` and `resolve` say of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::path::Path;

use common::{Ran, run, write};
use serde_json::Value;

const DAG: &str = "\
from airflow.models import Variable
from airflow.providers.ssh.operators.ssh import SSHOperator

TOKEN = \"S3CRET-OF-CODE\"
copy = SSHOperator(task_id=\"copy\", ssh_conn_id=\"gateway\", password=\"S3CRET\")
more = SSHOperator(task_id=\"more\", ssh_conn_id=\"gateway\", command=\"{{ var.value.region }}\")
Variable.get(\"limit\", default_var=1)
";

const SSM: &str = "\
[secrets]
backend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
backend_kwargs = {\"connections_prefix\": \"/airflow/connections\", \"variables_prefix\": \"/airflow/variables\"}
";

const UNUSED: &str = "[lookup]\nmetastore = \"unused\"\n";

/// An export of SSM with parameters of these names.
fn export(names: &[&str], rest: &str) -> String {
    let entries: Vec<String> = names
        .iter()
        .map(|name| {
            format!("{{\"Name\": \"{name}\", \"Type\": \"SecureString\", \"Value\": \"ssh://h\"}}")
        })
        .collect();
    format!("{{\"Parameters\": [{}]{rest}}}", entries.join(",\n"))
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    write(folder.path(), files);
    folder
}

fn check(folder: &Path, more: &[&str]) -> Ran {
    let mut all = vec![
        "check",
        "--select",
        "AV802",
        "--airflow",
        "3.3.2",
        "--format",
        "concise",
        "-v",
    ];
    all.extend(more);
    run(folder, &all)
}

#[test]
fn a_miss_is_a_warning_where_all_is_given_and_the_database_is_unused() {
    let store = export(
        &["/airflow/connection/gateway", "/airflow/variables/region"],
        "",
    );
    let folder = folder(&[
        ("airflow.cfg", SSM),
        ("ssm.json", &store),
        ("airvane.toml", UNUSED),
        ("dags/copy.py", DAG),
    ]);
    let ran = check(folder.path(), &["."]);
    assert_eq!(
        ran.out,
        "dags/copy.py:5:49: warning[AV802] missing-definition: nothing defines the connection \
         `gateway`: code that asks for it fails\n"
    );
    let json = run(
        folder.path(),
        &[
            "check",
            "--select",
            "AV802",
            "--airflow",
            "3.3.2",
            "--format",
            "json",
        ],
    );
    let json: Value = serde_json::from_str(&json.out).unwrap();
    let finding = &json["diagnostics"][0];
    assert_eq!(
        finding["help"],
        "Airflow asks for `/airflow/connections/gateway` and `AIRFLOW_CONN_GATEWAY`"
    );
    let related: Vec<(&str, i64)> = finding["related"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["path"].as_str().unwrap(),
                one["start"]["line"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(related, [("ssm.json", 1), ("dags/copy.py", 6)]);
}

#[test]
fn nothing_is_said_of_what_may_be_there() {
    let complete = export(&["/airflow/variables/region"], "");
    let incomplete = export(&["/airflow/variables/region"], ", \"NextToken\": \"x\"");
    let used = "[lookup]\nmetastore = \"used\"\n";
    for files in [
        // The rest of the store, the store, its backend are not known.
        &[
            ("airflow.cfg", SSM),
            ("ssm.json", &incomplete),
            ("airvane.toml", UNUSED),
        ][..],
        &[("airflow.cfg", SSM), ("airvane.toml", UNUSED)],
        &[
            (".env", "AIRFLOW_CONN_X=ssh://h\n"),
            ("ssm.json", &complete),
            ("airvane.toml", UNUSED),
        ],
        // The database may hold it, and holds all that anybody sees.
        &[
            ("airflow.cfg", SSM),
            ("ssm.json", &complete),
            ("airvane.toml", used),
        ],
        &[("airflow.cfg", "[core]\nexecutor = LocalExecutor\n")],
        // Nothing can be read.
        &[("airflow.cfg", "executor = x\n"), ("airvane.toml", UNUSED)],
        // One of the alternatives has it.
        &[
            (
                ".env",
                "AIRFLOW_CONN_GATEWAY=ssh://h\nAIRFLOW_VAR_REGION=x\n",
            ),
            (
                ".env.prod",
                "AIRFLOW_CONN_X=ssh://h\nAIRFLOW_VAR_REGION=x\n",
            ),
            ("airvane.toml", UNUSED),
        ],
        // It is there and broken: another rule tells.
        &[
            (
                ".env",
                "AIRFLOW_CONN_GATEWAY=ssh://h:port\nAIRFLOW_VAR_REGION=x\n",
            ),
            ("airvane.toml", UNUSED),
        ],
        // A file that is not read names the variables.
        &[
            (".env", "AIRFLOW_CONN_X=ssh://h\n"),
            (
                "docker-compose.yaml",
                "environment:\n  AIRFLOW_CONN_GATEWAY: ssh://h\n  AIRFLOW_VAR_REGION: x\n",
            ),
            ("airvane.toml", UNUSED),
        ],
        // The code itself sets one; no settings at all.
        &[(
            "dags/set.py",
            "from airflow.models import Variable\nVariable.set('region', 1)\n",
        )],
    ] {
        let folder = folder(files);
        write(folder.path(), &[("dags/copy.py", DAG)]);
        let ran = check(folder.path(), &["."]);
        assert_eq!((ran.out.as_str(), ran.code), ("", 0), "{files:?}");
    }
}

#[test]
fn who_names_files_names_a_part() {
    let folder = folder(&[
        (".env", "AIRFLOW_CONN_X=ssh://h\n"),
        (
            "airvane.toml",
            "required = [\"connection:gateway\"]\n[lookup]\nmetastore = \"unused\"\n",
        ),
        ("dags/copy.py", DAG),
    ]);
    assert_eq!(check(folder.path(), &[".env", "dags/copy.py"]).out, "");
    let whole = check(folder.path(), &["."]).out;
    assert!(whole.contains("airvane.toml:1:14: error[AV802]"), "{whole}");
    assert!(
        whole.contains("dags/copy.py:6:81: warning[AV802]"),
        "{whole}"
    );
}

#[test]
fn deployments_with_names_are_looked_at_by_themselves() {
    let folder = folder(&[
        (
            "dev.env",
            "AIRFLOW_CONN_GATEWAY=ssh://h\nAIRFLOW_VAR_REGION=x\n",
        ),
        ("prod.env", "AIRFLOW_VAR_REGION=x\n"),
        ("airflow.cfg", "[core]\nexecutor = LocalExecutor\n"),
        (
            "airvane.toml",
            "required = [\"connection:gateway\"]\n\
             [[deployment]]\nname = \"dev\"\npaths = [\"airflow.cfg\", \"dev.env\"]\n\
             [[deployment]]\nname = \"prod\"\npaths = [\"airflow.cfg\", \"prod.env\"]\n",
        ),
    ]);
    assert_eq!(
        check(folder.path(), &["."]).out,
        "airvane.toml:1:14: error[AV802] missing-definition: nothing defines the connection `gateway` of \
         the deployment `prod`, which is required\n"
    );
}

#[test]
fn an_ignore_stands_above_or_behind_the_id() {
    let dag = DAG
        .replace(
            "copy = ",
            "# airvane: ignore[AV802] made by the bootstrap job\ncopy = ",
        )
        .replace(
            "region }}\")",
            "region }}\")  # airvane: ignore[AV802] made there too",
        );
    let folder = folder(&[
        (".env", "AIRFLOW_CONN_X=ssh://h\n"),
        ("airvane.toml", UNUSED),
        ("dags/copy.py", &dag),
    ]);
    assert_eq!(check(folder.path(), &["."]).out, "");
}

#[test]
fn what_is_required_may_be_in_any_deployment_without_a_name() {
    let required = "required = [\"connection:gateway\", \"connection:other\"]\n";
    let folder = folder(&[
        ("a/.env", "AIRFLOW_CONN_GATEWAY=ssh://h\n"),
        ("b/.env", "AIRFLOW_CONN_X=ssh://h\n"),
        ("airvane.toml", required),
    ]);
    assert_eq!(
        check(folder.path(), &["."]).out,
        "airvane.toml:1:36: error[AV802] missing-definition: nothing defines the connection `other`, \
         which is required\n"
    );
}

#[test]
fn snippets_show_the_id_and_nothing_else_of_the_code() {
    let folder = folder(&[
        (".env", "AIRFLOW_VAR_REGION=x\n"),
        ("airvane.toml", UNUSED),
        ("dags/copy.py", DAG),
    ]);
    let ran = run(
        folder.path(),
        &["check", ".", "--select", "AV802", "--airflow", "3.3.2"],
    );
    assert!(!ran.out.contains("S3CRET"), "{}", ran.out);
    insta::assert_snapshot!(ran.out);
}

#[test]
fn files_are_listed_with_the_reason_why_they_are_read_or_not() {
    let folder = folder(&[
        (".env", "AIRFLOW_CONN_X=ssh://h\n"),
        ("dags/copy.py", DAG),
        ("dags/old.py", "print \"conn\"\n"),
        ("dags/tests/test_copy.py", DAG),
        ("plugins/own.py", DAG),
    ]);
    std::fs::write(folder.path().join("dags/latin.py"), b"# conn \xe9\n").unwrap();
    let ran = run(folder.path(), &["check", ".", "--show-files"]);
    assert_eq!(
        ran.out,
        ".env: env (its name), deployment 1\n\
         dags/copy.py: dag (Python in a folder of DAGs), deployment 1\n\
         dags/latin.py: skipped (Python that is not UTF-8)\n\
         dags/old.py: skipped (Python 2, which no Airflow since 2.0 runs)\n\
         deployment 1: .env + dags/copy.py\n"
    );
    let ran = run(folder.path(), &["check", ".", "-v"]);
    assert!(
        ran.err
            .contains("airvane: DAGs: 3 ids asked for in 1 file\n"),
        "{}",
        ran.err
    );
    // Named, any Python is read, and what is passed over is said.
    let ran = run(
        folder.path(),
        &["check", "plugins/own.py", "dags/old.py", "--show-files"],
    );
    assert!(
        ran.out.contains("plugins/own.py: dag (its name)"),
        "{}",
        ran.out
    );
    let ran = run(folder.path(), &["check", "dags/old.py", "--allow-empty"]);
    assert!(
        ran.err.contains("dags/old.py: skipped: Python 2"),
        "{}",
        ran.err
    );
    assert_eq!(ran.code, 0);
}

#[test]
fn resolve_looks_up_what_dags_use_and_says_where() {
    let folder = folder(&[
        (".env", "AIRFLOW_CONN_GATEWAY=ssh://h\n"),
        ("dags/copy.py", DAG),
    ]);
    let ran = run(
        folder.path(),
        &[
            "resolve",
            "--used",
            "connection:other",
            "--airflow",
            "3.3.2",
            "--format",
            "json",
        ],
    );
    let json: Value = serde_json::from_str(&ran.out).unwrap();
    let answers: Vec<String> = json
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| {
            let lines = answer["used"].as_array();
            let lines = lines.map_or(Vec::new(), |used| {
                used.iter().map(|spot| spot["line"].to_string()).collect()
            });
            let text = |key: &str| answer[key].as_str().unwrap().to_owned();
            format!(
                "{}:{} {} {}",
                text("kind"),
                text("id"),
                text("outcome"),
                lines.join(",")
            )
        })
        .collect();
    assert_eq!(
        answers,
        [
            "connection:other missing ",
            "connection:gateway found 5,6",
            "variable:limit missing 7",
            "variable:region missing 6",
        ]
    );
    let text = run(folder.path(), &["resolve", "--used", "--airflow", "3.3.2"]).out;
    assert!(
        text.contains("used in dags/copy.py:5 and dags/copy.py:6"),
        "{text}"
    );
    // Who says that the database is used does not hear that something is missing.
    write(
        folder.path(),
        &[("airvane.toml", "[lookup]\nmetastore = \"used\"\n")],
    );
    let ran = run(
        folder.path(),
        &["resolve", "variable:region", "--airflow", "3.3.2"],
    );
    assert!(ran.out.contains("unknown: "), "{}", ran.out);
    assert_eq!(ran.code, 0);
}

#[test]
fn resolve_counts_ids_that_may_be_something_else_and_does_not_tell_them() {
    let code = "\
from airflow.hooks.base import BaseHook
BaseHook.get_connection(\"postgres://u:hunter2@h/db\")
";
    let folder = folder(&[("airflow.cfg", SSM), ("dags/copy.py", code)]);
    let ran = run(folder.path(), &["resolve", "--used", "--airflow", "3.3.2"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    assert_eq!(
        ran.err,
        "airvane: 1 id that DAGs ask for is left out: no store can hold it, and it is not shown\n"
    );
    // What was typed is looked up.
    let typed = "connection:postgres://u:hunter2@h/db";
    let ran = run(
        folder.path(),
        &["resolve", "--used", typed, "--airflow", "3.3.2"],
    );
    assert_eq!(ran.err, "");
    assert!(ran.out.contains("postgres://u:hunter2@h/db"), "{}", ran.out);
}
