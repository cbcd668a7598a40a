//! Ignores that stand in the files, from outside.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{run, with};

const SSM: &str =
    "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend";

/// What `check` says of files, one line a finding: path, line, code.
fn said(files: &[(&str, &str)], args: &[&str]) -> Vec<String> {
    let directory = with(files);
    let mut all = vec!["check", "--format", "jsonl"];
    all.extend(args);
    let ran = run(directory.path(), &all);
    ran.out
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|one| {
            let (path, line, code) = (&one["path"], &one["start"]["line"], &one["code"]);
            format!("{path}:{line} {code}").replace('"', "")
        })
        .collect()
}

#[test]
fn an_ignore_hides_its_finding_in_every_format_and_counts_it() {
    let text = "[core]\n# airvane: ignore[AV007] meant\ndags_folder = /dags # here\n";
    let directory = with(&[("airflow.cfg", text)]);
    for format in ["full", "concise", "json", "jsonl", "github"] {
        let ran = run(directory.path(), &["check", "--format", format]);
        assert_eq!(ran.code, 0, "{format}");
        assert!(!ran.out.contains("AV007"), "{format}: {}", ran.out);
        if format == "full" {
            assert_eq!(ran.out, "no findings in 1 file, 1 suppressed\n");
        }
        if format == "json" {
            let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
            assert_eq!(document["summary"]["suppressed"], 1);
        }
    }
}

#[test]
fn it_reaches_the_whole_option_below_and_no_further() {
    let text = format!(
        "[secrets]\nbackend = {SSM}\n# airvane: ignore[unknown-kwarg] patched\nbackend_kwargs = {{\n  \"ours\": 1,\n  \
         \"connections_prefix\": \"/airflow/connections\",\n  \"yours\": 2\n  }}\n[core]\ndags_folder = /dags # here\n"
    );
    assert_eq!(
        said(&[("airflow.cfg", &text)], &["--severity", "AV210=info"]),
        ["airflow.cfg:4 AV210", "airflow.cfg:10 AV007"]
    );
}

#[test]
fn between_the_lines_of_a_value_it_reaches_the_next_of_them() {
    let text = format!(
        "[secrets]\nbackend = {SSM}\nbackend_kwargs = {{\n  # airvane: ignore[AV203] patched\n  \"ours\": 1,\n  \
         \"yours\": 2, \"region_name\": \"eu-west-1\"\n  }}\n"
    );
    let args = ["--select", "AV203,AV9"];
    assert_eq!(
        said(&[("airflow.cfg", &text)], &args),
        ["airflow.cfg:6 AV203"]
    );
}

#[test]
fn behind_a_value_it_counts_where_the_reader_drops_comments() {
    let text = "AIRFLOW__CORE__PARALLELISM=16 # airvane: ignore[AV010]\n\
                AIRFLOW_CONN_A=noscheme # airvane: ignore[AV401] a test\n";
    let with = |dialect: &str| said(&[(".env", text)], &["--env-dialect", dialect]);
    // No fault in the first line.
    assert_eq!(with("compose"), [".env:1 AV901"]);
    assert_eq!(with("python-dotenv"), [".env:1 AV901"]);
    assert_eq!(with("bash"), [".env:1 AV901"]);
    // The comment is kept: AV010 says so, and nobody says it twice.
    let docker = with("docker");
    assert!(docker.contains(&".env:1 AV010".to_owned()), "{docker:?}");
    assert!(
        !docker.iter().any(|line| line.contains("AV9")),
        "{docker:?}"
    );
    let cfg = "[core]\nparallelism = 16 # airvane: ignore[AV007]\nload_examples = False # airvane: ignore[AV007]\n";
    assert_eq!(
        said(&[("airflow.cfg", cfg)], &[]),
        ["airflow.cfg:2 AV007", "airflow.cfg:3 AV901"]
    );
}

#[test]
fn files_that_pin_releases_take_ignores_too() {
    let files = [
        ("Dockerfile", "FROM apache/airflow:2.10.4\n"),
        ("airflow.cfg", "[core]\nexecutor = LocalExecutor\n"),
    ];
    let pins = "# airvane: ignore[AV804] built elsewhere\napache-airflow==2.9.3\n";
    let mut all = files.to_vec();
    all.push(("requirements.txt", "apache-airflow==2.9.3\n"));
    assert_eq!(said(&all, &[]), ["requirements.txt:1 AV804"]);
    *all.last_mut().unwrap() = ("requirements.txt", pins);
    assert!(said(&all, &[]).is_empty());
}

#[test]
fn nothing_is_called_unused_where_the_run_may_have_seen_too_little() {
    let text = format!(
        "[secrets]\n# airvane: ignore[AV203] of another file\nbackend = {SSM}\n[core]\n# airvane: ignore[AV007] mended\n\
         dags_folder = /dags\n"
    );
    let files = [("airflow.cfg", text.as_str())];
    assert_eq!(
        said(&files, &["--select", "AV007,AV203,AV901"]),
        ["airflow.cfg:2 AV901", "airflow.cfg:5 AV901"]
    );
    // By name: who knows what the neighbours hold. AV007 looks at this file only.
    assert_eq!(
        said(&files, &["--select", "AV007,AV203,AV901", "airflow.cfg"]),
        ["airflow.cfg:5 AV901"]
    );
    // Not selected, a failure, a template.
    assert_eq!(said(&files, &["--select", "AV901"]).len(), 0);
    assert_eq!(
        said(&files, &["--select", "AV9,AV007", ".", "gone.cfg"]).len(),
        0
    );
    let sample = [("airflow.cfg.j2", text.as_str())];
    let args = ["--select", "AV9,AV007", "--kind", "cfg=airflow.cfg.j2"];
    assert_eq!(said(&sample, &args).len(), 0);
}

#[test]
fn rules_on_request_speak_only_where_they_are_selected() {
    let text = "[core]\n# airvane: ignore[AV007]\ndags_folder = /dags # here\n";
    let files = [("airflow.cfg", text)];
    assert!(said(&files, &[]).is_empty());
    for select in [
        "AV902,AV007",
        "ignore-without-reason,AV007",
        "AV9,AV0",
        "all",
    ] {
        assert_eq!(
            said(&files, &["--select", select]),
            ["airflow.cfg:2 AV902"],
            "{select}"
        );
    }
    let directory = with(&files);
    let rules = run(directory.path(), &["rules"]).out;
    assert!(rules.contains("AV902  info     ignore-without-reason  (on request)\n"));
}

const TWO: &str = "[core]\ndags_folder = /dags # here\nexecutor = \"LocalExecutor\"\n";

#[test]
fn the_settings_file_ignores_for_paths_whatever_the_format_of_the_files() {
    let settings = "[[per-path-ignore]]\npaths = [\"old/\", \"*.json\"]\nrules = [\"AV007\", \"uri-without-scheme\", \"AV9\"]\n\
                    reason = \"until it is gone\"\n";
    let dump = "{\"airflow/connections/a\": \"noscheme\"}";
    let wrong = "# airvane: ignore[AV299] no such rule\n[core]\ndags_folder = /dags # here\n";
    let files = [
        ("airvane.toml", settings),
        ("old/airflow.cfg", wrong),
        ("new/airflow.cfg", TWO),
        ("new/dump.json", dump),
    ];
    let args = [
        "--select",
        "AV007,AV401,AV9",
        "--kind",
        "flat-store=new/dump.json",
        ".",
    ];
    assert_eq!(said(&files, &args), ["new/airflow.cfg:2 AV007"]);
    let directory = with(&files);
    let mut all = vec!["check", "-v"];
    all.extend(args);
    let ran = run(directory.path(), &all);
    assert!(
        ran.out.contains("1 warning in 3 files, 3 suppressed\n"),
        "{}",
        ran.out
    );
    assert!(
        ran.err
            .contains("airvane: suppressed: 1 AV007 cfg-inline-comment by the settings file\n"),
        "{}",
        ran.err
    );
}

#[test]
fn an_entry_of_the_settings_file_is_unused_only_where_all_of_it_was_looked_at() {
    let settings = "[[per-path-ignore]]\npaths = \"airflow.cfg\"\nrules = [\"AV007\", \"AV001\", \"cfg-quoted-valu\", \"AV299\"]\n\
                    reason = \"meant\"\n\n[[per-path-ignore]]\npaths = \"nowhere/\"\nrules = \"AV0\"\nreason = \"gone\"\n";
    let files = [("airvane.toml", settings), ("a/airflow.cfg", TWO)];
    let args = ["--select", "AV001,AV007,AV9"];
    let unknown = ["airvane.toml:3 AV904", "airvane.toml:3 AV904"];
    assert_eq!(
        said(&files, &args),
        ["airvane.toml:3 AV901", unknown[0], unknown[1]]
    );
    for path in ["a", "a/airflow.cfg"] {
        assert_eq!(
            said(&files, &[&args[..], &[path]].concat()),
            unknown,
            "{path}"
        );
    }
    let directory = with(&files);
    let ran = run(
        directory.path(),
        &["check", "--select", "AV9,AV0", "--format", "concise"],
    );
    assert!(
        ran.out.contains(
            "airvane.toml:3:20: warning[AV901] unused-ignore: AV001 finds nothing in these files that could be ignored\n"
        ),
        "{}",
        ran.out
    );
}
