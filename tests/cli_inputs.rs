//! What is read and what is said about it: paths in any order, pipes, stdin with and without a name,
//! kinds, walks.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{BROKEN, GOOD, airvane, run, run_with_stdin, with, write};

const SSM: &str = "[secrets]\nbackend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend\nbackend_kwargs = {\"connections_prefix\": \"/airflow/connections\"}\n";
/// AV404, and AV701 with [`SSM`].
const DUMP: &str = "{\"Parameters\": [{\"Name\": \"/airflow/connections/x\", \"Type\": \"SecureString\", \"Value\": \"smtp://u:hunter2@h:99999\"},\n {\"Name\": \"/airflow/Connections/y\", \"Type\": \"SecureString\", \"Value\": \"smtp://h\"}]}\n";

fn codes(out: &str) -> Vec<String> {
    let line = regex::Regex::new(r"(?m)^(.+?):\d+:\d+: \w+\[(AV\d+)\]").unwrap();
    line.captures_iter(out)
        .map(|found| format!("{} {}", &found[1], &found[2]))
        .collect()
}

#[test]
fn the_order_of_the_paths_does_not_matter() {
    let directory = with(&[
        ("a/airflow.cfg", SSM),
        ("a/dump.json", DUMP),
        ("b/airflow.cfg", BROKEN),
        ("b/.env", "AIRFLOW_CONN_X=smtp://h:99999\n"),
    ]);
    let mut paths = ["a/airflow.cfg", "a/dump.json", "b/airflow.cfg", "b/.env"];
    let json = |paths: &[&str]| {
        let args = [&["check", "--format", "json"][..], paths].concat();
        run(directory.path(), &args).out
    };
    let first = json(&paths);
    assert_eq!(first.matches("\"code\"").count(), 5, "{first}");
    for _ in 0..paths.len() {
        paths.rotate_left(1);
        assert!(json(&paths) == first);
        paths.swap(0, 2);
        assert!(json(&paths) == first);
    }
    let twice = [&paths[..], &["./a/airflow.cfg", "b/.env"]].concat();
    assert!(
        json(&twice) == first,
        "a file that is named twice is one file"
    );
    assert!(json(&["."]) == first);
    assert!(json(&["b", "a"]) == first);
}

/// `airvane check airflow.cfg <(aws ssm …)`.
#[cfg(unix)]
#[test]
fn a_pipe_of_the_shell_is_read_with_the_settings_beside_it() {
    let directory = with(&[("airflow.cfg", SSM), ("dump.json", DUMP)]);
    for paths in [
        "airflow.cfg <(cat dump.json)",
        "<(sleep 0.2; cat dump.json) airflow.cfg",
    ] {
        let line = format!("\"$0\" check --format concise {paths}");
        let mut bash = std::process::Command::new("bash");
        bash.current_dir(directory.path());
        let binary = env!("CARGO_BIN_EXE_airvane");
        let Ok(output) = bash.args(["-c", &line, binary]).output() else {
            // A machine without bash has no such paths either.
            return;
        };
        assert_eq!(output.status.code(), Some(1));
        let out = String::from_utf8(output.stdout).unwrap();
        assert!(out.starts_with("/dev/fd/"), "{out}");
        assert!(out.contains("[AV404]") && out.contains("[AV701]"), "{out}");
    }
}

#[test]
fn stdin_beside_paths_belongs_to_their_deployment() {
    let directory = with(&[("airflow.cfg", SSM)]);
    for paths in [["airflow.cfg", "-"], ["-", "airflow.cfg"]] {
        let args = [&["check", "--format", "concise"][..], &paths].concat();
        let ran = run_with_stdin(directory.path(), &args, DUMP.as_bytes());
        assert_eq!(codes(&ran.out), ["<stdin> AV404", "<stdin> AV701"]);
    }
    // Without a known kind it is skipped as a file is; a kind may be given.
    let ran = run_with_stdin(directory.path(), &["check", "-"], b"hello\n");
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("<stdin>: skipped: no known kind"),
        "{}",
        ran.err
    );
    let args = ["check", "-", "--kind", "cfg=-", "--format", "concise"];
    let ran = run_with_stdin(directory.path(), &args, b"hello\n");
    assert_eq!(codes(&ran.out), ["<stdin> AV002"]);
}

#[test]
fn stdin_with_a_name_stands_over_the_file_and_is_the_only_one_reported() {
    let kwargs = "AIRFLOW__SECRETS__BACKEND_KWARGS={\"a\": 1,}\n";
    let directory = with(&[
        ("project/config/airflow.cfg", SSM),
        ("project/.env", kwargs),
    ]);
    let root = directory.path();
    let args = [
        "check",
        "--format",
        "concise",
        "--stdin-filename",
        "project/config/airflow.cfg",
    ];
    // The neighbour's fault is not reported; a fault of the text on stdin is.
    assert_eq!(
        codes(&run_with_stdin(root, &args, SSM.as_bytes()).out),
        [""; 0]
    );
    let ran = run_with_stdin(root, &args, BROKEN.as_bytes());
    assert_eq!(codes(&ran.out), ["project/config/airflow.cfg AV002"]);
    // The settings beside it are read: the class stands in the file on disk.
    let args = [
        "check",
        "-",
        "--format",
        "concise",
        "--stdin-filename",
        "project/.env",
    ];
    let ran = run_with_stdin(root, &args, kwargs.as_bytes());
    assert_eq!(codes(&ran.out), ["project/.env AV201"]);
    assert!(ran.out.contains("error[AV201]"), "{}", ran.out);
    // The file need not exist.
    let args = [
        "check",
        "--format",
        "concise",
        "--stdin-filename",
        "new/airflow.cfg",
    ];
    let ran = run_with_stdin(root, &args, BROKEN.as_bytes());
    assert_eq!(codes(&ran.out), ["new/airflow.cfg AV002"]);
}

#[test]
fn a_named_file_of_no_known_kind_is_said_once() {
    let directory = with(&[("notes.txt", "hello\n"), ("airflow.cfg", GOOD)]);
    let paths = ["notes.txt", "./notes.txt", "notes.txt", "airflow.cfg", "."];
    let args = [&["check"][..], &paths].concat();
    let ran = run(directory.path(), &args);
    assert_eq!(ran.code, 0);
    assert_eq!(ran.err.matches("notes.txt").count(), 1, "{}", ran.err);
    // In a walk it is none of our business.
    assert_eq!(run(directory.path(), &["check"]).err, "");
    assert_eq!(
        run(
            directory.path(),
            &["check", "-q", "notes.txt", "airflow.cfg"]
        )
        .err,
        ""
    );
}

#[test]
fn a_kind_is_never_lost() {
    let directory = with(&[("exports/ours.txt", DUMP), ("airflow.cfg", SSM)]);
    let root = directory.path();
    let checked = |args: &[&str]| {
        let args = [&["check", "--format", "concise"][..], args].concat();
        run(root, &args)
    };
    for args in [
        &["--kind", "ssm=exports/ours.txt"][..],
        &[".", "--kind", "ssm=./exports/ours.txt"],
        &["exports", "--kind", "ssm=exports/ours.txt"],
        &["./exports/ours.txt", "--kind", "ssm=exports/ours.txt"],
    ] {
        let ran = checked(args);
        assert!(
            ran.out.contains("exports/ours.txt:1:"),
            "{args:?}: {}",
            ran.err
        );
    }
    let lost = checked(&["airflow.cfg", "--kind", "ssm=exports/ours.txt"]);
    assert_eq!(lost.code, 2);
    assert!(
        lost.err
            .contains("exports/ours.txt: is given with --kind, but not")
    );
}

#[test]
fn walks_read_the_known_names_and_pass_over_the_rest() {
    let directory = with(&[
        (".gitignore", "*.env\n.env*\nairflow.cfg\n*.json\nvendor/\n"),
        ("airflow.cfg", BROKEN),
        (".env", "AIRFLOW_CONN_X=smtp://h:99999\n"),
        (".env.prod", "AIRFLOW_CONN_X=smtp://h:99999\n"),
        ("prod.env", "AIRFLOW_CONN_X=smtp://h:99999\n"),
        ("dump.json", DUMP),
        ("vendor/airflow.cfg", BROKEN),
        (".hidden/airflow.cfg", BROKEN),
        ("src/airflow.cfg.bak", BROKEN),
    ]);
    let ran = run(directory.path(), &["check", "--format", "concise"]);
    let expected = [
        ".env AV404",
        ".env.prod AV404",
        "airflow.cfg AV002",
        "prod.env AV404",
    ];
    assert_eq!(codes(&ran.out), expected);
    // What is named is read, whatever the ignore rules say.
    let args = ["check", "dump.json", "vendor", "--format", "concise"];
    let ran = run(directory.path(), &args);
    assert_eq!(
        codes(&ran.out),
        ["dump.json AV404", "vendor/airflow.cfg AV002"]
    );
}

#[test]
fn the_jobs_change_nothing_with_stores_and_settings() {
    let directory = with(&[]);
    for number in 0..20 {
        let folder = |name: &str| format!("d{number}/{name}");
        write(
            directory.path(),
            &[(&folder("airflow.cfg"), SSM), (&folder("dump.json"), DUMP)],
        );
    }
    for format in ["full", "concise", "json", "jsonl", "github"] {
        let with_jobs = |jobs: &str| {
            let args = [
                "check",
                "-v",
                "--statistics",
                "--format",
                format,
                "--jobs",
                jobs,
            ];
            let output = airvane(directory.path()).args(args).output().unwrap();
            (output.stdout, output.stderr)
        };
        assert!(with_jobs("1") == with_jobs("8"), "{format}");
    }
}

/// `LocalFilesystemBackend` reads YAML, too; each fault is shown at its own byte.
#[test]
fn local_files_in_yaml_are_checked_listed_and_resolved() {
    let cfg = "[secrets]\nbackend = airflow.secrets.local_filesystem.LocalFilesystemBackend\nbackend_kwargs = {\"connections_file_path\": \"/opt/c.yaml\", \"variables_file_path\": \"/opt/v.yml\"}\n";
    let connections = "base: &base\n  conn_type: http\n  host: api.internal\nmail: >-\n  smtp://u:hunter2@h:99999\nsame: *base\nbooks: {conn_type: http, port: 0x1F90}\nquiet: 'smtp://h:99998' # airvane: ignore[AV404] known\n";
    let directory = with(&[
        ("airflow.cfg", cfg),
        ("c.yaml", connections),
        ("v.yml", "stage: |\n  prod\nlimit: 5\n"),
    ]);
    let checked = run(directory.path(), &["check", "--format", "concise"]);
    let listed = run(directory.path(), &["list"]);
    let resolved = run(directory.path(), &["resolve", "connection:books"]);
    insta::assert_snapshot!(format!("{}\n{}\n{}", checked.out, listed.out, resolved.out));
    for out in [checked.out, listed.out, resolved.out] {
        assert!(!out.contains("hunter2"));
    }
}

/// `"services":`, `services :` and `services: {…}` are the same to those who read YAML.
#[test]
fn a_file_is_known_however_its_yaml_writes_the_keys() {
    let files = [
        (
            "docker-compose.yml",
            "\"services\":\n  \"scheduler\":\n    \"image\": \"apache/airflow:3.1.0\"\n    \"environment\":\n      AIRFLOW_CONN_A: host:5432\n",
        ),
        (
            "docker-compose.yml",
            "services :\n  scheduler :\n    image : apache/airflow:3.1.0\n    environment :\n      AIRFLOW_CONN_A: host:5432\n",
        ),
        (
            "docker-compose.yml",
            "{\n  \"services\": {\"scheduler\": {\"environment\": {\"AIRFLOW_CONN_A\": \"host:5432\"}}}\n}\n",
        ),
        (
            "stack.yml",
            "services: {scheduler: {image: \"apache/airflow:3.1.0\", environment: {AIRFLOW_CONN_A: \"host:5432\"}}}\n",
        ),
        (
            "x.yaml",
            "apiVersion: \"v1\"\n\"kind\": ConfigMap\nmetadata: {name: x}\ndata:\n  AIRFLOW_CONN_A: host:5432\n",
        ),
        (
            "x.yaml",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}, data: {AIRFLOW_CONN_A: \"host:5432\"}}\n",
        ),
        (
            "values.yaml",
            "\"config\":\n  \"core\": {}\n\"env\":\n- \"name\": AIRFLOW_CONN_A\n  \"value\": host:5432\n",
        ),
        (
            "template.yaml",
            "Resources:\n  T: {Type: \"AWS::ECS::TaskDefinition\", Properties: {ContainerDefinitions: [{Environment: [{Name: AIRFLOW_CONN_A, Value: \"host:5432\"}]}]}}\n",
        ),
        (
            "template.yml",
            "\"AWSTemplateFormatVersion\": \"2010-09-09\"\n\"Resources\":\n  \"T\":\n    \"Type\": \"AWS::ECS::TaskDefinition\"\n    \"Properties\":\n      \"ContainerDefinitions\":\n        - \"Environment\":\n            - \"Name\": \"AIRFLOW_CONN_A\"\n              \"Value\": \"host:5432\"\n",
        ),
        (
            "template.yaml",
            "{Resources: {T: {Type: \"AWS::ECS::TaskDefinition\", Properties: {ContainerDefinitions: [{Environment: [{Name: AIRFLOW_CONN_A, Value: \"host:5432\"}]}]}}}}\n",
        ),
        (
            "deployment.yaml",
            "\"deployment\":\n  \"environment_variables\":\n  - \"is_secret\": false\n    \"key\": AIRFLOW_CONN_A\n    \"value\": host:5432\n",
        ),
        (
            "airflow_settings.yaml",
            "\"airflow\":\n  \"connections\":\n    - {\"conn_id\": a, \"conn_uri\": \"host:5432\"}\n",
        ),
        (
            "airflow_settings.yaml",
            "{\"airflow\": {\"connections\": [{\"conn_id\": \"a\", \"conn_uri\": \"host:5432\"}]}}\n",
        ),
        (
            "ssm.yaml",
            "\"Parameters\":\n- \"Name\": /airflow/connections/x\n  \"Type\": SecureString\n  \"Value\": host:5432\n",
        ),
        (
            "connections.yaml",
            "\"pg\": {\"conn_type\": postgres, \"port\": x, \"host\": h}\n",
        ),
    ];
    for (path, text) in files {
        let directory = with(&[(path, text)]);
        let ran = run(directory.path(), &["check", ".", "--format", "concise"]);
        let is_told = ran.out.contains("[AV401]") || ran.out.contains("[AV423]");
        assert!(ran.code == 1 && is_told, "{text}{}{}", ran.out, ran.err);
    }
}

#[test]
fn unusual_keys_make_no_file_ours() {
    let files = [
        (
            "ci.yml",
            "\"on\": {push: {branches: [main]}}\njobs:\n  t: {services: {db: {image: postgres}}, env: {AIRFLOW_CONN_A: \"host:5432\"}}\n",
        ),
        (
            "config/services.yaml",
            "services: {_defaults: {autowire: true}, airflow: {url: \"http://x\"}}\n",
        ),
        (
            "dag.yaml",
            "{airflow: {connections: [a, b]}, default_args: {owner: airflow}}\n",
        ),
        (
            "deploy.tmpl.yaml",
            "{{ if .On }}\n\"kind\": ConfigMap\nAIRFLOW_CONN_A: {{ .A }}\n{{ end }}\n",
        ),
        (
            "i18n.yaml",
            "{\"kind\": \"Airflow\", \"services\": \"Dienste\"}\n",
        ),
    ];
    let directory = with(&files);
    let ran = run(directory.path(), &["check", ".", "--show-files"]);
    for (path, _) in files {
        let line = ran
            .err
            .lines()
            .chain(ran.out.lines())
            .find(|line| line.contains(path));
        assert!(line.is_none_or(|line| line.contains("skipped")), "{line:?}");
    }
}

/// Of such a file Airflow's loader says what is wrong, so `airvane` reads it.
#[test]
fn a_file_of_connections_is_known_by_those_that_are_right() {
    let cases = [
        (
            "connections.json",
            "{\"pg\": {\"conn_type\": \"postgres\"}, \"l\": {\"conn_type\": \"mysql\", \"pasword\": \"hunter2\"}}",
            "[AV421]",
        ),
        (
            "connections.json",
            "{\"pg\": {\"conn_type\": \"postgres\"}, \"l\": \"{\\\"conn_type\\\": \\\"mysql\\\"}\"}",
            "[AV427]",
        ),
        (
            "connections.json",
            "{\"pg\": {\"conn_type\": \"postgres\"}, \"l\": [\"mysql://u:hunter2@h:99999\"]}",
            "[AV404]",
        ),
        (
            "connections.yaml",
            "pg:\n  conn_type: postgres\n  login: u\nu: postgres://u:hunter2@h:99999/db\n",
            "[AV404]",
        ),
    ];
    for (path, text, code) in cases {
        let directory = with(&[(path, text)]);
        let ran = run(directory.path(), &["check", ".", "--format", "concise"]);
        assert!(ran.out.contains(code), "{text}\n{}{}", ran.out, ran.err);
        assert!(!ran.out.contains("hunter2"), "{}", ran.out);
    }
}
