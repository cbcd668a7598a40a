//! `--fix`, `--unsafe-fixes` and `--diff`, the way a user meets them: what is written, what is said, and
//! what is left alone.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::fs;
use std::path::Path;

use common::{run, run_with_stdin, with};

const BACKEND: &str = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend";

/// airflow.cfg with these kwargs.
fn cfg(kwargs: &str) -> String {
    format!("[secrets]\nbackend = {BACKEND}\nbackend_kwargs = {kwargs}\n")
}

const WRONG: &str = "{\"connections_prefix\": \"airflow/connections\",}";
const RIGHT: &str = "{\"connections_prefix\": \"airflow/connections\"}";

fn text(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn safe_fixes_are_written_and_what_remains_is_reported() {
    let env =
        "AIRFLOW_CONN_GCP=google_cloud_platform://\nAIRFLOW_CONN_S3=aws://AKIAEXAMPLE:ab/cd@/\n";
    let folder = with(&[("airflow.cfg", &cfg(WRONG)), (".env", env)]);
    let ran = run(folder.path(), &["check", "--fix", "--format", "concise"]);
    assert_eq!(text(folder.path(), "airflow.cfg"), cfg(RIGHT));
    let env = text(folder.path(), ".env");
    assert!(
        env.starts_with("AIRFLOW_CONN_GCP=google-cloud-platform://\n"),
        "{env}"
    );
    assert!(env.contains("ab/cd@"), "{env}");
    assert!(
        ran.err.contains("airvane: fixed 2 findings in 2 files\n"),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains("[*] 1 fixable with --unsafe-fixes"),
        "{}",
        ran.err
    );
    assert_eq!(ran.out.lines().count(), 1, "{}", ran.out);
    assert!(ran.out.contains("[AV405]"), "{}", ran.out);
    assert_eq!(ran.code, 1);
    let ran = run(
        folder.path(),
        &["check", "--fix", "--unsafe-fixes", "--format", "concise"],
    );
    assert!(text(folder.path(), ".env").contains("ab%2Fcd@"));
    assert_eq!((ran.out.as_str(), ran.code), ("", 0), "{}", ran.err);
    let before = text(folder.path(), ".env");
    let ran = run(folder.path(), &["check", "--fix", "--unsafe-fixes"]);
    assert!(!ran.err.contains("fixed"), "{}", ran.err);
    assert_eq!(text(folder.path(), ".env"), before);
}

#[test]
fn the_difference_is_shown_masked_and_nothing_is_written() {
    let env = "AIRFLOW_CONN_S3=aws://AKIAEXAMPLE:hunter/two@/\nOTHER=hunter3\n";
    let folder = with(&[("airflow.cfg", &cfg(WRONG)), (".env", env)]);
    let ran = run(folder.path(), &["check", "--diff", "--unsafe-fixes"]);
    insta::assert_snapshot!(ran.out);
    assert_eq!(ran.err, "airvane: would fix 2 findings in 2 files\n");
    assert_eq!(ran.code, 1);
    assert_eq!(text(folder.path(), "airflow.cfg"), cfg(WRONG));
    assert_eq!(text(folder.path(), ".env"), env);
    let ran = run(folder.path(), &["check", "--diff", "--fix"]);
    assert_eq!(text(folder.path(), "airflow.cfg"), cfg(WRONG));
    assert!(
        ran.err
            .contains("would fix 1 finding in 1 file (1 more with --unsafe-fixes)")
    );
}

#[test]
fn without_anything_to_change_the_difference_is_empty() {
    let folder = with(&[("airflow.cfg", common::BROKEN)]);
    let ran = run(folder.path(), &["check", "--diff"]);
    assert_eq!((ran.out.as_str(), ran.code), ("", 0));
    assert_eq!(ran.err, "airvane: would fix 0 findings in 0 files\n");
    assert_eq!(
        run(folder.path(), &["check", "--diff", "missing.cfg"]).code,
        2
    );
}

#[test]
fn arguments_that_say_nothing_are_refused() {
    let folder = with(&[("airflow.cfg", common::GOOD)]);
    for args in [
        &["check", "--unsafe-fixes"][..],
        &["check", "--diff", "--format", "json"],
        &["check", "--fix", "--show-files"],
    ] {
        assert_eq!(run(folder.path(), args).code, 2, "{args:?}");
    }
}

#[test]
fn the_text_of_stdin_goes_on_to_stdout() {
    let folder = with(&[]);
    let args = [
        "check",
        "--fix",
        "--format",
        "concise",
        "--stdin-filename",
        "airflow.cfg",
        "-",
    ];
    let ran = run_with_stdin(folder.path(), &args, cfg(WRONG).as_bytes());
    assert_eq!(ran.out, cfg(RIGHT));
    assert!(ran.err.contains("fixed 1 finding in 1 file"), "{}", ran.err);
    assert_eq!(ran.code, 0);
    assert!(!folder.path().join("airflow.cfg").exists());
    // What cannot be fixed comes through as it was, and is spoken of on stderr.
    let ran = run_with_stdin(folder.path(), &args, common::BROKEN.as_bytes());
    assert_eq!(ran.out, common::BROKEN);
    assert!(ran.err.contains("error[AV002]"), "{}", ran.err);
    assert_eq!(ran.code, 1);
    let kind = ["check", "--fix", "--kind", "cfg=-", "-"];
    assert_eq!(
        run_with_stdin(folder.path(), &kind, cfg(WRONG).as_bytes()).out,
        cfg(RIGHT)
    );
    let diff = ["check", "--diff", "--stdin-filename", "airflow.cfg", "-"];
    let ran = run_with_stdin(folder.path(), &diff, cfg(WRONG).as_bytes());
    assert!(ran.out.starts_with("--- airflow.cfg\n"), "{}", ran.out);
}

#[test]
fn an_export_on_stdin_is_never_printed() {
    let folder = with(&[("airflow.cfg", &cfg(WRONG))]);
    let dump = r#"{"SecretList": [{"Name": "airflow/connections/x", "SecretString": "a_b://u:hunter2@h"}]}"#;
    let args = ["check", "--fix", "--format", "concise", "airflow.cfg", "-"];
    let ran = run_with_stdin(folder.path(), &args, dump.as_bytes());
    assert!(!ran.out.contains("hunter2") && !ran.err.contains("hunter2"));
    assert_eq!(text(folder.path(), "airflow.cfg"), cfg(RIGHT));
}

#[test]
fn a_store_is_a_copy_and_stays_as_it_is() {
    let dump = r#"{"Parameters": [{"Name": "/airflow/connections/x", "Value": "google_cloud_platform://"}]}"#;
    let local = r#"{"x": "google_cloud_platform://"}"#;
    let folder = with(&[("dump.json", dump), ("connections.json", local)]);
    let ran = run(
        folder.path(),
        &[
            "check",
            "--fix",
            "--unsafe-fixes",
            "--kind",
            "connections=connections.json",
            ".",
        ],
    );
    assert_eq!(text(folder.path(), "dump.json"), dump);
    assert_eq!(text(folder.path(), "connections.json"), local);
    assert_eq!(ran.code, 1);
}

#[test]
fn line_ends_a_mark_and_a_missing_last_line_end_are_kept() {
    let wrong = cfg(WRONG).replace('\n', "\r\n");
    let wrong = wrong.trim_end().to_owned();
    let right = wrong.replace(WRONG, RIGHT);
    let env = "\u{feff}A=1\nAIRFLOW_CONN_X=a_b://h";
    let folder = with(&[("airflow.cfg", &wrong), (".env", env)]);
    run(folder.path(), &["check", "--fix"]);
    assert_eq!(text(folder.path(), "airflow.cfg"), right);
    assert_eq!(text(folder.path(), ".env"), env.replace("a_b", "a-b"));
}

#[test]
fn a_file_of_several_deployments_is_edited_once() {
    let shared = "AIRFLOW_CONN_X=a_b://h\n";
    let folder = with(&[
        ("airflow.cfg", &cfg(WRONG)),
        (".env", shared),
        (".env.prod", "AIRFLOW__CORE__EXECUTOR=LocalExecutor\n"),
        ("airflow-dev.cfg", common::GOOD),
    ]);
    run(
        folder.path(),
        &[
            "check",
            "--fix",
            "--airflow",
            "2.11.2",
            "--airflow",
            "3.3.2",
        ],
    );
    assert_eq!(text(folder.path(), ".env"), "AIRFLOW_CONN_X=a-b://h\n");
    assert_eq!(text(folder.path(), "airflow.cfg"), cfg(RIGHT));
}

#[test]
fn what_is_wrong_for_one_of_two_releases_is_not_safe() {
    let ssm =
        "airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend";
    let cfg = format!(
        "[secrets]\nbackend = {ssm}\nbackend_kwargs = {{\"connections_prefix\": \"airflow/c\"}}\n"
    );
    let folder = with(&[("airflow.cfg", &cfg)]);
    let safe = |args: &[&str]| {
        let all = [&["check", "--format", "jsonl", "airflow.cfg"], args].concat();
        let ran = run(folder.path(), &all);
        let lines = ran.out.lines().filter(|line| line.contains("AV301"));
        let fixes = lines.map(|line| {
            let finding: serde_json::Value = serde_json::from_str(line).unwrap();
            finding["fix"]["applicability"].as_str().unwrap().to_owned()
        });
        fixes.collect::<Vec<_>>()
    };
    assert_eq!(safe(&["--airflow", "2.2.0"]), ["safe"]);
    assert_eq!(
        safe(&["--airflow", "2.2.0", "--airflow", "3.3.2"]),
        ["unsafe"]
    );
}

#[test]
fn the_summary_counts_what_can_be_fixed_and_full_says_how() {
    let env = "AIRFLOW_CONN_S3=aws://AKIAEXAMPLE:ab/cd@/\n";
    let folder = with(&[("airflow.cfg", &cfg(WRONG)), (".env", env)]);
    let ran = run(folder.path(), &["check"]);
    assert!(
        ran.out.contains("fix (--fix): remove the comma"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("fix (--unsafe-fixes): percent-encode"),
        "{}",
        ran.out
    );
    assert!(
        ran.out
            .ends_with("[*] 1 fixable with --fix (1 more with --unsafe-fixes)\n"),
        "{}",
        ran.out
    );
}

#[test]
fn only_selected_rules_fix() {
    let env = "AIRFLOW_CONN_X=a_b://h\n";
    let folder = with(&[("airflow.cfg", &cfg(WRONG)), (".env", env)]);
    run(folder.path(), &["check", "--fix", "--select", "AV4"]);
    assert_eq!(text(folder.path(), "airflow.cfg"), cfg(WRONG));
    assert_eq!(text(folder.path(), ".env"), "AIRFLOW_CONN_X=a-b://h\n");
}

/// Fixes are made in rounds, and of those there are a hundred at most.
#[test]
fn stray_characters_go_together() {
    let (blanks, tabs, breaks) = (" ".repeat(150), "\t".repeat(150), "%0A".repeat(150));
    let env = format!("AIRFLOW_CONN_X='ssh://u{breaks}:p@h{blanks}/d{tabs}?{blanks}a=b'\n");
    let folder = with(&[(".env", &env)]);
    let ran = run(
        folder.path(),
        &["check", "--fix", "--unsafe-fixes", "--format", "concise"],
    );
    assert_eq!(
        text(folder.path(), ".env"),
        "AIRFLOW_CONN_X='ssh://u:p@h/d?a=b'\n"
    );
    assert!(
        ran.err.contains("airvane: fixed 4 findings in 1 file\n"),
        "{}",
        ran.err
    );
    let pairs = |after: &str| {
        let pairs = (0..150).map(|number| format!("k{number}={after}ab"));
        let query = pairs.collect::<Vec<_>>().join(&format!("{after}&"));
        format!("AIRFLOW_CONN_X='ssh://u:p@h/d?{query}'\n")
    };
    for stray in [" ", "\t"] {
        let folder = with(&[(".env", &pairs(stray))]);
        run(folder.path(), &["check", "--fix", "--unsafe-fixes"]);
        assert_eq!(text(folder.path(), ".env"), pairs(""));
    }
}

/// Each is right, and both together are one option twice, which Airflow cannot read.
#[test]
fn of_fixes_that_do_not_go_together_one_is_made() {
    let cfg = format!("[secrets]\nbakend = {BACKEND}\nBackend = {BACKEND}\n");
    let folder = with(&[("airflow.cfg", &cfg)]);
    let ran = run(folder.path(), &["check", "--fix", "--unsafe-fixes"]);
    assert!(!ran.err.contains("taken back"), "{}", ran.err);
    let fixed = text(folder.path(), "airflow.cfg");
    assert_eq!(fixed.matches("\nbackend = ").count(), 1, "{fixed}");
    assert_ne!(fixed, cfg);
}

/// Without its last line the first would come to life, under the old name.
#[test]
fn a_variable_that_is_set_twice_is_not_renamed() {
    let twice = "AIRFLOW__SECRETS__BAKEND=a.b.C\nAIRFLOW__SECRETS__BAKEND=x.y.Z\n";
    let once = "AIRFLOW__SECRETS__BAKEND=x.y.Z\n";
    for (env, fixed) in [(twice, twice), (once, "AIRFLOW__SECRETS__BACKEND=x.y.Z\n")] {
        let folder = with(&[(".env", env)]);
        run(folder.path(), &["check", "--fix", "--unsafe-fixes"]);
        assert_eq!(text(folder.path(), ".env"), fixed);
    }
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    use std::process::Stdio;

    use super::*;

    fn mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn permissions_and_symbolic_links_stay() {
        let folder = with(&[("real/settings.cfg", &cfg(WRONG))]);
        let real = folder.path().join("real/settings.cfg");
        mode(&real, 0o640);
        symlink("real/settings.cfg", folder.path().join("airflow.cfg")).unwrap();
        let ran = run(folder.path(), &["check", "--fix", "airflow.cfg"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(folder.path().join("airflow.cfg").is_symlink());
        assert_eq!(text(folder.path(), "real/settings.cfg"), cfg(RIGHT));
        assert_eq!(
            fs::metadata(&real).unwrap().permissions().mode() & 0o7777,
            0o640
        );
        assert_eq!(fs::read_dir(folder.path().join("real")).unwrap().count(), 1);
    }

    #[test]
    fn two_names_of_one_file_are_one_file() {
        let folder = with(&[("a/airflow.cfg", &cfg(WRONG))]);
        fs::create_dir(folder.path().join("b")).unwrap();
        symlink("../a/airflow.cfg", folder.path().join("b/airflow.cfg")).unwrap();
        let ran = run(
            folder.path(),
            &["check", "--fix", "a/airflow.cfg", "b/airflow.cfg"],
        );
        assert_eq!(
            text(folder.path(), "a/airflow.cfg"),
            cfg(RIGHT),
            "{}",
            ran.err
        );
        assert_eq!(ran.code, 0, "{}", ran.err);
    }

    #[test]
    fn what_cannot_be_written_is_a_failure_and_stays() {
        for (folder_mode, file_mode) in [(0o555, 0o644), (0o755, 0o444)] {
            let folder = with(&[("airflow.cfg", &cfg(WRONG))]);
            // Root may write anywhere.
            if fs::metadata(folder.path()).unwrap().uid() == 0 {
                return;
            }
            mode(&folder.path().join("airflow.cfg"), file_mode);
            mode(folder.path(), folder_mode);
            let ran = run(folder.path(), &["check", "--fix", "--format", "concise"]);
            mode(folder.path(), 0o755);
            assert_eq!(ran.code, 2, "{}", ran.err);
            assert!(
                ran.err
                    .contains("airflow.cfg: cannot be fixed: permission denied"),
                "{}",
                ran.err
            );
            assert!(ran.out.contains("[AV201]"), "{}", ran.out);
            assert!(!ran.err.contains("fixed 1"), "{}", ran.err);
            assert_eq!(text(folder.path(), "airflow.cfg"), cfg(WRONG));
        }
    }

    #[test]
    fn a_file_with_several_names_is_a_failure_and_stays() {
        let folder = with(&[("airflow.cfg", &cfg(WRONG))]);
        let path = folder.path().join("airflow.cfg");
        fs::hard_link(&path, folder.path().join("backup")).unwrap();
        let ran = run(
            folder.path(),
            &["check", "--fix", "--format", "concise", "airflow.cfg"],
        );
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains("hard links"), "{}", ran.err);
        assert!(ran.out.contains("[AV201]"), "{}", ran.out);
        assert_eq!(fs::metadata(&path).unwrap().nlink(), 2);
        assert_eq!(text(folder.path(), "airflow.cfg"), cfg(WRONG));
    }

    /// Killed at any moment, a run leaves the old text or the new one.
    #[test]
    fn a_kill_leaves_the_old_text_or_the_new_one() {
        let padding = "# padding\n".repeat(20_000);
        let (wrong, right) = (cfg(WRONG) + &padding, cfg(RIGHT) + &padding);
        let folder = with(&[]);
        let mut seen = [0, 0];
        for delay in 0..24 {
            fs::write(folder.path().join("airflow.cfg"), &wrong).unwrap();
            let mut child = common::airvane(folder.path())
                .args(["check", "--fix", "airflow.cfg"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(std::time::Duration::from_millis(delay * 12));
            let _ = child.kill();
            child.wait().unwrap();
            let now = text(folder.path(), "airflow.cfg");
            assert!(now == wrong || now == right, "torn after {delay}");
            seen[usize::from(now == right)] += 1;
        }
        assert!(seen[0] > 0, "never killed in time: {seen:?}");
    }

    /// A disk without room: `ulimit -f` stands for it, with the same kind of failing write.
    #[test]
    fn a_full_disk_leaves_the_old_text() {
        let wrong = cfg(WRONG) + &"# padding\n".repeat(20_000);
        let folder = with(&[("airflow.cfg", &wrong)]);
        let binary = env!("CARGO_BIN_EXE_airvane");
        let script = format!(
            "trap '' XFSZ; ulimit -f 8; exec '{binary}' check --fix --format concise airflow.cfg"
        );
        let output = std::process::Command::new("sh")
            .args(["-c", &script])
            .current_dir(folder.path())
            .output()
            .unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{err}");
        assert!(err.contains("airflow.cfg: cannot be fixed"), "{err}");
        assert_eq!(text(folder.path(), "airflow.cfg"), wrong);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_pipe_is_read_once_and_not_written() {
        let folder = with(&[("kwargs", &cfg(WRONG))]);
        let binary = env!("CARGO_BIN_EXE_airvane");
        let script = format!(
            "'{binary}' check --fix --format concise --kind cfg=/dev/fd/3 /dev/fd/3 3< <(cat kwargs)"
        );
        let output = std::process::Command::new("bash")
            .args(["-c", &script])
            .current_dir(folder.path())
            .output();
        let Ok(output) = output else { return };
        let (out, err) = (
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        );
        assert_eq!(output.status.code(), Some(2), "{out}{err}");
        assert!(err.contains("no regular file"), "{err}");
        assert!(out.contains("[AV201]"), "{out}{err}");
    }
}
