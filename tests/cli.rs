//! The command line from outside: exit codes, stdin, walks, groups.

#![allow(
    clippy::unwrap_used,
    clippy::use_debug,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::path::Path;

use common::{BROKEN, GOOD, airvane, run, run_with_stdin, with, write};

#[test]
fn exit_codes_are_clean_findings_failure() {
    let directory = with(&[("good/airflow.cfg", GOOD), ("bad/airflow.cfg", BROKEN)]);
    let code = |args: &[&str]| run(directory.path(), args).code;
    assert_eq!(code(&["check", "good"]), 0);
    assert_eq!(code(&["check", "bad"]), 1);
    assert_eq!(code(&["check"]), 1);
    assert_eq!(code(&["check", "bad", "--fail-on", "never"]), 0);
    assert_eq!(code(&["check", "bad", "--severity", "AV002=info"]), 0);
    assert_eq!(
        code(&[
            "check",
            "bad",
            "--severity",
            "AV002=info",
            "--fail-on",
            "info"
        ]),
        1
    );
    assert_eq!(
        code(&[
            "check",
            "bad",
            "--severity",
            "cfg-syntax=warning",
            "--fail-on",
            "error"
        ]),
        0
    );
    assert_eq!(code(&["check", "bad", "--ignore", "AV0"]), 0);
    assert_eq!(code(&["check", "bad", "--select", "AV101"]), 0);
    assert_eq!(code(&["check", "bad", "nowhere.cfg"]), 2);
    assert_eq!(code(&["check", "--select", "no-such-rule"]), 2);
    assert_eq!(code(&["check", "--format", "yaml"]), 2);
    assert_eq!(code(&["check", "--airflow", "latest"]), 2);
    assert_eq!(code(&["--help"]), 0);
    assert_eq!(code(&["--version"]), 0);
    assert_eq!(code(&[]), 2);
    for format in ["full", "concise", "json", "jsonl", "github"] {
        assert_eq!(code(&["check", "bad", "--format", format]), 1, "{format}");
    }
}

#[test]
fn nothing_to_lint_is_a_failure_unless_allowed() {
    let directory = with(&[
        ("README.md", "# x\n"),
        ("setup.cfg", "[metadata]\nname = x\n"),
    ]);
    let ran = run(directory.path(), &["check"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("nothing to lint"));
    assert_eq!(run(directory.path(), &["check", "--allow-empty"]).code, 0);
    let named = run(directory.path(), &["check", "README.md"]);
    assert_eq!(named.code, 2);
    assert_eq!(named.err.matches("README.md: skipped").count(), 1);
}

#[test]
fn findings_of_what_could_be_read_are_still_printed() {
    let directory = with(&[("airflow.cfg", BROKEN)]);
    let ran = run(
        directory.path(),
        &["check", "gone.env", "airflow.cfg", "--format", "concise"],
    );
    assert_eq!(ran.code, 2);
    assert!(
        ran.out
            .starts_with("airflow.cfg:1:1: error[AV002] cfg-syntax: ")
    );
    assert!(ran.err.contains("airvane: gone.env: does not exist\n"));
}

#[test]
fn formats_may_be_repeated_and_go_to_files_without_colour() {
    let directory = with(&[("airflow.cfg", BROKEN)]);
    let args = [
        "check",
        "--color",
        "always",
        "--format",
        "concise",
        "--format",
        "json=report.json",
        "--format",
        "full=report.txt",
    ];
    let ran = run(directory.path(), &args);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("\u{1b}[1;31merror[AV002]"));
    let read = |name: &str| std::fs::read_to_string(directory.path().join(name)).unwrap();
    let json: serde_json::Value = serde_json::from_str(&read("report.json")).unwrap();
    assert_eq!(json["diagnostics"][0]["code"], "AV002");
    assert!(!read("report.txt").contains('\u{1b}'));
    let ran = run(
        directory.path(),
        &["check", "--format", "json=no/such/folder"],
    );
    assert_eq!(ran.code, 2);
}

#[test]
fn colour_follows_the_flag_then_no_color_then_force_color_then_the_terminal() {
    let directory = with(&[("airflow.cfg", BROKEN)]);
    let coloured = |args: &[&str], environment: &[(&str, &str)]| {
        let output = airvane(directory.path())
            .args(["check", "--format", "concise"])
            .args(args)
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        output.stdout.contains(&0x1b)
    };
    assert!(!coloured(&[], &[]));
    assert!(!coloured(&[], &[("CI", "true")]));
    assert!(coloured(&[], &[("FORCE_COLOR", "1")]));
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[], &[("FORCE_COLOR", "0")]));
    assert!(!coloured(&[], &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")]));
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(!coloured(&["--color", "never"], &[("FORCE_COLOR", "1")]));
}

#[test]
fn the_same_input_gives_the_same_bytes_whatever_jobs_is() {
    let names: Vec<String> = (0..40).map(|n| format!("d{n}/airflow.cfg")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), BROKEN)).collect();
    let directory = with(&files);
    let one = run(
        directory.path(),
        &["check", "--format", "json", "--jobs", "1"],
    )
    .out;
    let many = run(
        directory.path(),
        &["check", "--format", "json", "--jobs", "8"],
    )
    .out;
    assert_eq!(one.matches("\"AV002\"").count(), 40);
    assert!(one == many);
}

#[test]
fn stdin_stands_beside_paths_and_may_have_a_name() {
    let directory = with(&[("airflow.cfg", GOOD), (".env", "A=b\n")]);
    let root = directory.path();
    let args = ["check", "-", "airflow.cfg", "--format", "concise"];
    let ran = run_with_stdin(root, &args, b"[core]\nexecutor = a.X\nfernet_key\n");
    assert!(
        ran.out.starts_with("<stdin>:3:1: error[AV002]"),
        "{}",
        ran.out
    );

    let args = [
        "check",
        "--stdin-filename",
        "airflow.cfg",
        "--format",
        "concise",
    ];
    let ran = run_with_stdin(root, &args, BROKEN.as_bytes());
    assert_eq!(ran.code, 1);
    assert!(ran.out.starts_with("airflow.cfg:1:1: error[AV002]"));
    assert_eq!(ran.out.lines().count(), 1);
    assert!(ran.err.contains("in 1 file"), "{}", ran.err);
}

#[test]
fn a_kind_given_by_the_user_wins() {
    let directory = with(&[("settings.txt", BROKEN)]);
    let root = directory.path();
    assert_eq!(run(root, &["check", "settings.txt"]).code, 2);
    let args = ["check", "settings.txt", "--kind", "cfg=settings.txt"];
    assert_eq!(run(root, &args).code, 1);
}

#[test]
fn show_files_tells_what_is_read_as_what_and_what_belongs_together() {
    let directory = with(&[
        ("a/docker-compose.yaml", "services: {}\n"),
        ("a/config/airflow.cfg", GOOD),
        ("a/.env", "AIRFLOW__CORE__X=1\n"),
        ("a/.env.prod", "AIRFLOW__CORE__X=1\n"),
        ("b/airflow-dev.cfg", GOOD),
        ("b/airflow-prod.cfg", GOOD),
        ("b/tox.ini", "[tox]\n"),
    ]);
    let ran = run(directory.path(), &["check", "--show-files"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    insta::assert_snapshot!(ran.out);
    let one = run(
        directory.path(),
        &["check", "--show-files", "--deployments", "one"],
    )
    .out;
    assert!(one.contains("deployment 1: "));
    assert!(!one.contains("deployment 2"));
}

#[test]
fn releases_outside_the_known_range_are_said_once() {
    let directory = with(&[("airflow.cfg", GOOD)]);
    let ran = run(
        directory.path(),
        &["check", "--airflow", "99.0", "--airflow", "99.0"],
    );
    assert_eq!(ran.code, 0);
    assert_eq!(ran.err.matches("99.0.0 is not known; ").count(), 1);
    let verbose = run(directory.path(), &["check", "-v", "--airflow", "2.4.3"]);
    assert!(verbose.err.contains(
        "Airflow 2.4.3 (--airflow), amazon 6.0.0 (the release current when Airflow 2.4.3 came out), \
         Python 3.10 (usual for Airflow 2.4.3), runtime both"
    ));
}

#[test]
fn targets_of_a_finding_are_joined() {
    let directory = with(&[("airflow.cfg", BROKEN)]);
    let args = [
        "check",
        "--format",
        "json",
        "--airflow",
        "2.11.2",
        "--airflow",
        "3.0.0",
    ];
    let json: serde_json::Value = serde_json::from_str(&run(directory.path(), &args).out).unwrap();
    assert_eq!(json["diagnostics"].as_array().unwrap().len(), 1);
    assert_eq!(
        json["diagnostics"][0]["targets"],
        serde_json::json!(["2.11.2", "3.0.0"])
    );
}

#[test]
fn explain_rules_and_schema_answer() {
    let directory = with(&[]);
    let root = directory.path();
    let by_code = run(root, &["explain", "av002"]);
    assert_eq!(by_code.code, 0);
    assert!(by_code.out.starts_with("# AV002 cfg-syntax\n"));
    assert_eq!(by_code.out, run(root, &["explain", "cfg-syntax"]).out);
    let wrong = run(root, &["explain", "cfg-sintax"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("did you mean AV002 cfg-syntax?"));
    assert!(
        run(root, &["rules"])
            .out
            .contains("AV002  error    cfg-syntax\n")
    );
    let json: serde_json::Value =
        serde_json::from_str(&run(root, &["rules", "--format", "json"]).out).unwrap();
    assert!(json.as_array().is_some_and(|rules| !rules.is_empty()));
    assert!(run(root, &["schema"]).out.contains("output\n"));
    let schema = run(root, &["schema", "output"]).out;
    assert!(serde_json::from_str::<serde_json::Value>(&schema).is_ok());
    assert_eq!(run(root, &["schema", "nothing"]).code, 2);
}

#[test]
fn statistics_count_per_rule() {
    let directory = with(&[("a/airflow.cfg", BROKEN), ("b/airflow.cfg", BROKEN)]);
    let ran = run(
        directory.path(),
        &["check", "--statistics", "--format", "concise"],
    );
    assert!(
        ran.out.ends_with("2  error    AV002 cfg-syntax\n"),
        "{}",
        ran.out
    );
}

/// The class of the backend in an env file, the keyword arguments in airflow.cfg.
const KWARGS: &str =
    "[secrets]\nbackend_kwargs = {\"connections_prefix\": \"a/b\", \"profil_name\": \"x\"}\n";
const SECRETS_MANAGER: &str = "AIRFLOW__SECRETS__BACKEND=airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend\n";

#[test]
fn a_finding_across_files_must_hold_for_every_alternative() {
    let codes = |files: &[(&str, &str)]| {
        let directory = with(files);
        let out = run(directory.path(), &["check", "--format", "concise"]).out;
        let codes = regex::Regex::new("(?m)^(.+?):.*\\[(AV\\d+)\\]").unwrap();
        let found = codes.captures_iter(&out);
        let found: Vec<String> = found
            .map(|one| format!("{} {}", &one[1], &one[2]))
            .collect();
        found.join(", ")
    };
    let other = "AIRFLOW__CORE__EXECUTOR=LocalExecutor\n";
    let one = [("airflow.cfg", KWARGS), (".env", SECRETS_MANAGER)];
    assert_eq!(codes(&one), "airflow.cfg AV203");
    // Whichever env file is used, the class is the same.
    assert_eq!(
        codes(&[one[0], one[1], (".env.prod", SECRETS_MANAGER)]),
        "airflow.cfg AV203"
    );
    // With the other file there is no backend, and nobody reads the keyword arguments.
    assert_eq!(codes(&[one[0], one[1], (".env.prod", other)]), "");
    // A file that says nothing to Airflow is no alternative.
    assert_eq!(
        codes(&[one[0], one[1], (".env.db", "POSTGRES_USER=x\n")]),
        "airflow.cfg AV203"
    );
    // A value of its own is judged if any alternative reads it.
    let broken = format!("{SECRETS_MANAGER}AIRFLOW__SECRETS__BACKEND_KWARGS={{\"a\": 1,}}\n");
    let found = codes(&[one[0], one[1], (".env.prod", broken.as_str())]);
    assert_eq!(found, ".env.prod AV201, airflow.cfg AV203");
}

#[test]
fn a_store_belongs_to_the_deployment_around_it() {
    let dump = "{\"Parameters\": [{\"Name\": \"/airflow/connections/x\", \"Type\": \"SecureString\", \"Value\": \"smtp://h:99999\"}]}";
    let ssm = |prefix: &str| {
        format!(
            "[secrets]\nbackend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend\nbackend_kwargs = {{\"connections_prefix\": \"{prefix}\"}}\n"
        )
    };
    let directory = with(&[
        ("ours/airflow.cfg", &ssm("/airflow/connections")),
        ("ours/dumps/dump.json", dump),
        ("other/airflow.cfg", &ssm("/elsewhere")),
    ]);
    let ran = run(directory.path(), &["check", "--format", "concise"]);
    assert!(
        ran.out.contains("dump.json:1:") && ran.out.contains("[AV404]"),
        "{}",
        ran.out
    );
    let out = run(directory.path(), &["check", "--show-files"]).out;
    assert!(
        out.contains("deployment 2: ours/airflow.cfg + ours/dumps/dump.json\n"),
        "{out}"
    );
}

/// The lines of `--show-files` that say what belongs together.
fn deployments(directory: &Path, arguments: &[&str]) -> Vec<String> {
    let all = [&["check", "--show-files"], arguments].concat();
    let out = run(directory, &all).out;
    let lines = out.lines().filter_map(|line| {
        let (head, rest) = line.split_once(": ")?;
        head.starts_with("deployment ").then(|| rest.to_owned())
    });
    let mut lines: Vec<String> = lines.collect();
    lines.sort();
    lines
}

const DUMP: &str = "{\"Parameters\": [{\"Name\": \"/airflow/connections/x\", \"Type\": \"SecureString\", \"Value\": \"smtp://h\"}]}";

#[test]
fn one_cfg_and_one_env_and_stores_are_one_deployment_wherever_they_stand() {
    let directory = with(&[
        ("airflow/airflow.cfg", GOOD),
        ("deploy/prod/.env", SECRETS_MANAGER),
        ("dumps/a.json", DUMP),
        ("b.json", DUMP),
    ]);
    let whole = ["airflow/airflow.cfg + deploy/prod/.env + b.json + dumps/a.json"];
    assert_eq!(deployments(directory.path(), &[]), whole);
    // The env file of another program changes nothing.
    write(directory.path(), &[("web/.env", "PORT=1\n")]);
    assert_eq!(deployments(directory.path(), &[]), [whole[0], "web/.env"]);
    // Names as a hook passes them, in any order.
    let named = [
        "dumps/a.json",
        "deploy/prod/.env",
        "b.json",
        "airflow/airflow.cfg",
    ];
    let listed = deployments(directory.path(), &named);
    assert_eq!(
        listed,
        ["airflow/airflow.cfg + deploy/prod/.env + dumps/a.json + b.json"]
    );
}

#[test]
fn how_a_path_is_written_does_not_matter() {
    let directory = with(&[
        ("airflow.cfg", GOOD),
        ("airflow-dev.cfg", GOOD),
        (".env", SECRETS_MANAGER),
        ("x/airflow.cfg", GOOD),
    ]);
    let absolute = directory.path().join("airflow-dev.cfg");
    let named = [
        "./airflow.cfg",
        absolute.to_str().unwrap(),
        "x/../.env",
        "x/airflow.cfg",
    ];
    let listed = deployments(directory.path(), &named);
    let all = format!("(airflow.cfg | {}) + x/../.env", absolute.display());
    assert_eq!(listed, [all.as_str(), "x/airflow.cfg"]);
}

#[test]
fn samples_are_no_settings_of_the_deployment_beside_them() {
    let class = "AIRFLOW__SECRETS__BACKEND=airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend\n";
    let sample = "AIRFLOW__SECRETS__BACKEND_KWARGS={\"region_name\": \"eu-west-1\"}\n";
    for name in [
        ".env.example",
        ".env.sample",
        ".env.template",
        ".env.dist",
        "example.env",
    ] {
        let directory = with(&[("airflow.cfg", GOOD), (".env", class), (name, sample)]);
        let alone = format!("{name} (a sample: checked alone)");
        let mut expected = vec!["airflow.cfg + .env".to_owned(), alone];
        expected.sort();
        assert_eq!(deployments(directory.path(), &[]), expected);
        // The class stands in the real file: nothing is missing in the sample.
        let out = run(directory.path(), &["check", "--format", "concise"]).out;
        assert_eq!(out, "", "{name}");
    }
    let directory = with(&[("airflow.cfg", GOOD), ("airflow.cfg.tmpl", GOOD)]);
    assert_eq!(
        deployments(directory.path(), &[]),
        ["airflow.cfg", "airflow.cfg.tmpl (a sample: checked alone)"]
    );
    // Where there is nothing else, it is what there is.
    let directory = with(&[("airflow.cfg.tmpl", GOOD), ("dump.json", DUMP)]);
    assert_eq!(
        deployments(directory.path(), &[]),
        ["airflow.cfg.tmpl + dump.json"]
    );
}

#[test]
fn what_is_not_set_may_be_set_in_a_file_of_another_place() {
    // Which of the two files the variables go with, nobody says.
    let class = "[secrets]\nbackend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend\n";
    let kwargs = "AIRFLOW__SECRETS__BACKEND_KWARGS={\"region_name\": \"eu-west-1\"}\n";
    let directory = with(&[
        ("a/airflow.cfg", class),
        ("b/airflow.cfg", "[core]\nexecutor = LocalExecutor\n"),
        ("c/.env", kwargs),
    ]);
    let args = ["check", "-v", "--airflow", "3.3.2", "--format", "concise"];
    let ran = run(directory.path(), &args);
    assert!(!ran.out.contains("[AV106]"), "{}", ran.out);
    let plain = "[core]\nexecutor = LocalExecutor\n";
    // Without any class anywhere, nothing reads them.
    let directory = with(&[
        ("a/airflow.cfg", plain),
        ("b/airflow.cfg", plain),
        ("c/.env", kwargs),
    ]);
    let ran = run(directory.path(), &args);
    assert!(ran.out.contains("[AV106]"), "{}", ran.out);
}

#[test]
fn a_store_goes_to_the_nearest_deployment_and_to_none_of_two() {
    let directory = with(&[
        ("prod/conf/airflow.cfg", GOOD),
        ("dev/airflow.cfg", GOOD),
        ("prod/dumps/a.json", DUMP),
        ("dumps/b.json", DUMP),
        ("other/.env", "POSTGRES_USER=x\n"),
    ]);
    assert_eq!(
        deployments(directory.path(), &[]),
        [
            "dev/airflow.cfg",
            "dumps/b.json (goes with no settings: checked alone)",
            "other/.env",
            "prod/conf/airflow.cfg + prod/dumps/a.json",
        ]
    );
}

#[test]
fn a_near_miss_is_one_for_every_alternative() {
    let ssm = |prefix: &str| {
        format!(
            "[secrets]\nbackend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend\nbackend_kwargs = {{\"connections_prefix\": \"{prefix}\", \"variables_prefix\": null}}\n"
        )
    };
    let codes = |first: &str, second: &str, name: &str| {
        let dump = DUMP.replace("/airflow/connections/x", name);
        let directory = with(&[
            ("airflow-dev.cfg", &ssm(first)),
            ("airflow-prod.cfg", &ssm(second)),
            ("dump.json", &dump),
        ]);
        let args = ["check", "--airflow", "3.3.2", "--format", "concise"];
        let out = run(directory.path(), &args).out;
        out.matches("[AV701]").count()
    };
    assert_eq!(
        codes("/a/connections", "/a/connections", "a/connections/x"),
        1
    );
    // The other alternative asks for exactly this name, or has nothing to do with it.
    assert_eq!(
        codes("/a/connections", "/A/connections", "/A/connections/x"),
        0
    );
    assert_eq!(
        codes("/a/connections", "/b/connections", "a/connections/x"),
        0
    );
    // Both would ask for it but for the slash.
    assert_eq!(
        codes("/a/connections", "/A/connections", "A/connections/x"),
        1
    );
}

#[test]
fn of_too_many_combinations_of_files_some_are_left_out_and_said() {
    let mut files: Vec<(String, &str)> = Vec::new();
    for number in 0..60 {
        files.push((format!("airflow-{number}.cfg"), KWARGS));
        files.push((format!(".env.{number}"), SECRETS_MANAGER));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), *text))
        .collect();
    let directory = with(&files);
    let ran = run(directory.path(), &["check", "-v", "--format", "concise"]);
    assert!(ran.err.contains("combinations left out"), "{}", ran.err);
    // Each cfg is in some combination, so each is judged.
    assert_eq!(ran.out.matches("AV203").count(), 60, "{}", ran.out);
}

#[test]
fn a_store_that_is_piped_keeps_a_masked_piece_of_its_line() {
    let mut dump = String::from("{\"Parameters\": [\n");
    for number in 0..30_000 {
        dump.push_str("{\"Name\": \"/airflow/variables/");
        dump.push_str(&number.to_string());
        dump.push_str("\", \"Type\": \"String\", \"Value\": \"hunter2\"},\n");
    }
    dump.push_str("{\"Name\": \"/airflow/connections/x\", \"Type\": \"SecureString\", \"Value\": \"smtp://u:hunter2@h:99999\"}]}");
    let directory = with(&[]);
    let ran = run_with_stdin(directory.path(), &["check", "-"], dump.as_bytes());
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.contains("<stdin>:30002:"), "{}", ran.out);
    assert!(ran.out.contains("smtp://***"), "{}", ran.out);
    assert!(!ran.out.contains("hunter2"));
}
