//! What comes out: which findings are shown and counted, targets, misuse, and names that try to steer
//! a terminal.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{BROKEN, GOOD, airvane, run, with, write};

/// One info (AV106).
const INFO: &str = "[secrets]\nbackend_kwargs = {\"connections_prefix\": \"a\"}\n";
/// One warning (AV302) and one info (AV210).
const WARNING: &str = "[secrets]\nbackend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend\nbackend_kwargs = {\"connections_prefix\": \"/a/b\"}\n";
/// Two errors: a trailing comma (AV201), and a class that does not exist there (AV101).
const KWARGS: &str = "[secrets]\nbackend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend\nbackend_kwargs = {\"connections_prefix\": \"a/b\",}\n";

#[test]
fn infos_are_counted_and_shown_with_v_and_in_machine_formats() {
    let directory = with(&[("airflow.cfg", INFO)]);
    let out = |args: &[&str]| {
        let ran = run(directory.path(), &[&["check"][..], args].concat());
        assert_eq!(ran.code, 0);
        (ran.out, ran.err)
    };
    let (full, _) = out(&[]);
    assert_eq!(
        full,
        "no findings in 1 file (1 info hidden, -v shows them)\n"
    );
    let (concise, err) = out(&["--format", "concise"]);
    assert_eq!(concise, "");
    assert!(err.contains("no findings in 1 file (1 info hidden, -v shows them)"));
    assert!(out(&["-v"]).0.contains("info[AV106]"));
    assert!(out(&["-v"]).0.ends_with("\n1 info in 1 file\n"));
    assert!(
        out(&["-v", "--format", "concise"])
            .0
            .contains(": info[AV106] ")
    );
    for format in ["json", "jsonl"] {
        assert!(out(&["--format", format]).0.contains("AV106"), "{format}");
    }
    assert!(out(&["--format", "github"]).0.contains("::notice "));
    assert_eq!(out(&["-q"]), (String::new(), String::new()));
}

#[test]
fn fail_on_chooses_the_level() {
    let directory = with(&[
        ("info/airflow.cfg", INFO),
        ("warning/airflow.cfg", WARNING),
        ("error/airflow.cfg", BROKEN),
    ]);
    for (level, codes) in [
        ("never", [0, 0, 0]),
        ("error", [0, 0, 1]),
        ("warning", [0, 1, 1]),
        ("info", [1, 1, 1]),
    ] {
        for (folder, code) in ["info", "warning", "error"].into_iter().zip(codes) {
            let ran = run(directory.path(), &["check", folder, "--fail-on", level]);
            assert_eq!(ran.code, code, "{folder} {level}");
        }
    }
    // A failure stays one.
    let args = ["check", "gone.cfg", "--fail-on", "never"];
    assert_eq!(run(directory.path(), &args).code, 2);
    let args = ["check", "gone.cfg", "--allow-empty"];
    assert_eq!(run(directory.path(), &args).code, 2);
}

#[test]
fn rules_are_chosen_by_code_family_and_name() {
    let directory = with(&[("a/airflow.cfg", KWARGS), ("b/airflow.cfg", BROKEN)]);
    let codes = |args: &[&str]| {
        let args = [&["check", "--format", "concise"][..], args].concat();
        let out = run(directory.path(), &args).out;
        let codes = regex::Regex::new(r"\[(AV\d+)\]").unwrap();
        let found = codes.captures_iter(&out).map(|code| code[1].to_owned());
        found.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(codes(&[]), "AV201 AV002");
    assert_eq!(codes(&["--select", "AV2"]), "AV201");
    assert_eq!(codes(&["--select", "av002"]), "AV002");
    assert_eq!(codes(&["--select", "AV002,kwargs-not-json"]), "AV201 AV002");
    assert_eq!(
        codes(&["--select", "AV0", "--select", "AV2"]),
        "AV201 AV002"
    );
    assert_eq!(codes(&["--ignore", "kwargs-not-json"]), "AV002");
    assert_eq!(codes(&["--ignore", "AV"]), "");
    assert_eq!(codes(&["--select", "AV2", "--ignore", "AV201"]), "");
    let out = |level: &str| {
        let severity = format!("kwargs-not-json={level}");
        let args = [
            "check",
            "-v",
            "--format",
            "concise",
            "--severity",
            &severity,
        ];
        run(directory.path(), &args).out
    };
    assert!(out("info").contains("info[AV201]"));
    assert!(out("warning").contains("warning[AV201]"));
}

#[test]
fn misuse_says_what_would_be_right() {
    let directory = with(&[("airflow.cfg", GOOD)]);
    for (args, hint) in [
        (
            &["--select", "kwargs-not-jsn"][..],
            "did you mean AV201 kwargs-not-json?",
        ),
        (
            &["--ignore", "kwargs_not_json"],
            "did you mean AV201 kwargs-not-json?",
        ),
        (
            &["--severity", "kwargs-not-jso=info"],
            "did you mean AV201 kwargs-not-json?",
        ),
        (&["--select", "AV999"], "`airvane rules` lists them"),
        (
            &["--severity", "AV201=fatal"],
            "the levels are error, warning and info",
        ),
        (&["--severity", "AV201"], "expected RULE=LEVEL"),
        (
            &["airflow.cfg", "--stdin-filename", "airflow.cfg"],
            "`-` must stand among the paths",
        ),
        (&["--format", "yaml"], "the formats are full, concise, json"),
        (
            &["--format", "json="],
            "the name of a file is missing behind `=`",
        ),
        (
            &["--airflow", "latest"],
            "not a release number such as 2.10.4",
        ),
        (&["--provider", "amazon"], "such as amazon=9.2.0"),
        (&["--python", "2.7"], "such as 3.12"),
        (
            &["--env-dialect", "zsh"],
            "the dialects are docker, compose",
        ),
        (&["--kind", "yaml=x"], "the kinds are cfg, env, ssm"),
        (&["--jobs", "0"], "expected a number from 1 on"),
        (&["--fromat", "json"], "'--format'"),
        (
            &["--format", "json=no/such/folder.json"],
            "cannot be written: there is no such folder",
        ),
    ] {
        let ran = run(directory.path(), &[&["check"][..], args].concat());
        assert_eq!(ran.code, 2, "{args:?}");
        assert!(ran.err.contains(hint), "{args:?}: {}", ran.err);
    }
    for name in ["output", "output.schema.json", "schemas/output.schema.json"] {
        assert_eq!(run(directory.path(), &["schema", name]).code, 0, "{name}");
    }
}

#[test]
fn what_is_not_known_of_a_target_is_said_once() {
    let directory = with(&[("a/airflow.cfg", GOOD), ("b/airflow.cfg", GOOD)]);
    let args = [
        "check",
        "--airflow",
        "1.10.15",
        "--airflow",
        "9.9",
        "--provider",
        "amazon=99",
        "--provider",
        "amazn=1.0",
        "--python",
        "3.99",
    ];
    let ran = run(directory.path(), &args);
    assert_eq!(ran.code, 0);
    for said in [
        "Airflow 1.10.15 is not known; 2.0.0",
        "Airflow 9.9.0 is not known; 3.3.2",
        "amazon provider 99.0.0 is not known; 9.39.0",
        "Python 3.99 is not known; 3.14",
        "airvane knows neither a secrets backend nor an option of a provider given with --provider",
    ] {
        assert_eq!(ran.err.matches(said).count(), 1, "{said}: {}", ran.err);
    }
    assert_eq!(
        run(directory.path(), &[&args[..], &["-q"]].concat()).err,
        ""
    );
}

#[test]
fn an_upgrade_is_the_union_of_its_targets() {
    // Before 7.3.0 of the amazon provider SSM needs the slash.
    let directory = with(&[(
        "airflow.cfg",
        "[secrets]\nbackend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend\nbackend_kwargs = {\"connections_prefix\": \"a/b\", \"region\": \"x\"}\n",
    )]);
    let args = [
        "check",
        "--format",
        "json",
        "--airflow",
        "2.4.3",
        "--airflow",
        "3.3.2",
    ];
    let json: serde_json::Value = serde_json::from_str(&run(directory.path(), &args).out).unwrap();
    assert_eq!(
        json["target"]["airflow"],
        serde_json::json!(["2.4.3", "3.3.2"])
    );
    let targets = |code: &str| {
        let findings = json["diagnostics"].as_array().unwrap();
        let finding = findings.iter().find(|finding| finding["code"] == code);
        finding.map(|finding| finding["targets"].to_string())
    };
    assert_eq!(targets("AV301").as_deref(), Some("[\"2.4.3\"]"));
    assert_eq!(targets("AV203").as_deref(), Some("[\"2.4.3\",\"3.3.2\"]"));
}

#[cfg(unix)]
#[test]
fn a_pipe_that_closes_early_keeps_the_code() {
    let directory = with(&[]);
    for number in 0..300 {
        write(
            directory.path(),
            &[(&format!("d{number}/airflow.cfg"), BROKEN)],
        );
    }
    for format in ["full", "concise", "json", "jsonl", "github"] {
        let line = "set -o pipefail; \"$0\" check --format \"$1\" | head -1 >/dev/null; echo ${PIPESTATUS[0]}";
        let mut bash = std::process::Command::new("bash");
        bash.current_dir(directory.path());
        let binary = env!("CARGO_BIN_EXE_airvane");
        let Ok(output) = bash.args(["-c", line, binary, format]).output() else {
            return;
        };
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "1\n", "{format}");
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(
            err.is_empty() || err == "airvane: 300 errors in 300 files\n",
            "{format}: {err}"
        );
    }
}

#[cfg(unix)]
#[test]
fn names_of_files_steer_nothing_in_any_format() {
    use std::os::unix::ffi::OsStrExt;
    let directory = with(&[]);
    let names: [&[u8]; 4] = [
        b"a\nb",
        b"esc\x1b[31m\x07",
        b"::error::x",
        b"caf\xe9\xe2\x80\xae",
    ];
    for name in names {
        let folder = directory.path().join(std::ffi::OsStr::from_bytes(name));
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("airflow.cfg"), BROKEN).unwrap();
        std::fs::write(folder.join(".env"), "AIRFLOW_CONN_X=smtp://h:99999\n").unwrap();
    }
    let steering = |text: &str| {
        let control = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        let command = |line: &str| line.starts_with("::error::x");
        text.chars().any(control) || text.lines().any(command)
    };
    let gone = std::ffi::OsStr::from_bytes(b"gone\x1b[3m\xff");
    for format in ["full", "concise", "json", "jsonl", "github"] {
        for more in ["-v", "--show-files"] {
            let args = ["check", ".", "--color", "never", "--format", format, more];
            let output = airvane(directory.path())
                .args(args)
                .arg(gone)
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(2));
            for stream in [output.stdout, output.stderr] {
                let text = String::from_utf8(stream).unwrap();
                assert!(!steering(&text), "{format} {more}: {}", text.escape_debug());
            }
        }
    }
}

#[test]
fn a_locale_of_plain_ascii_gets_plain_frames() {
    let directory = with(&[("airflow.cfg", KWARGS)]);
    let frames = |locale: &[(&str, &str)]| {
        let mut command = airvane(directory.path());
        for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
            command.env_remove(name);
        }
        let output = command
            .arg("check")
            .envs(locale.iter().copied())
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(frames(&[]).contains('╭'));
    assert!(frames(&[("LANG", "en_US.UTF-8")]).contains('╭'));
    assert!(frames(&[("LANG", "C"), ("LC_ALL", "C.UTF-8")]).contains('╭'));
    assert!(frames(&[("LANG", "C")]).contains(",-["));
    assert!(frames(&[("LANG", "en_US.UTF-8"), ("LC_ALL", "POSIX")]).contains(",-["));
}

#[test]
fn lines_are_wrapped_to_the_width_that_is_given() {
    let long = format!("{KWARGS}\n[core]\nexecutor = {} ; x\n", "a ".repeat(200));
    let directory = with(&[("airflow.cfg", KWARGS), ("a/airflow.cfg", &long)]);
    for width in [60, 80, 120] {
        let mut command = airvane(directory.path());
        command.env("COLUMNS", width.to_string()).arg("check");
        let out = String::from_utf8(command.output().unwrap().stdout).unwrap();
        let longest = out.lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(width), "{width}: {out}");
    }
}
