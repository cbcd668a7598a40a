//! Faults from outside: files that change or vanish while they are read, streams that break off or never end, disks
//! that are full, kills, loops, and many runs at once. Each has its promised outcome; none hangs, tears a file or loses
//! what the other files have to tell.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use common::{BROKEN, GOOD, airvane, run, with};

const BINARY: &str = env!("CARGO_BIN_EXE_airvane");

/// An export whose first entry is an error (AV411: no URI) and whose others are right.
fn export(entries: usize) -> String {
    let first =
        "{\"Name\": \"/airflow/connections/first\", \"Value\": \"no connection\"}".to_owned();
    let others = (0..entries).map(|n| {
        format!(
            "{{\"Name\": \"/airflow/connections/c{n}\", \"Value\": \"postgres://user@host{n}/db\"}}"
        )
    });
    let entries: Vec<String> = std::iter::once(first).chain(others).collect();
    format!("{{\"Parameters\": [\n{}\n]}}\n", entries.join(",\n"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// `script` in a shell, after limits of its own.
fn shell(directory: &Path, script: &str) -> Output {
    let output = Command::new("bash")
        .args(["-c", script])
        .current_dir(directory)
        .output();
    output.unwrap()
}

/// Starts a run whose output is read later.
fn start(directory: &Path, args: &[&str]) -> Child {
    let mut command = airvane(directory);
    command.args(args).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// A connection that is reset is the nearest to a disk that fails in the middle of a file.
#[test]
fn a_stream_that_breaks_off_is_a_failure_and_what_came_before_is_told() {
    let directory = with(&[("zz/airflow.cfg", BROKEN)]);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut ours = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut theirs, _) = listener.accept().unwrap();
    // What nobody has read when one end closes resets the other.
    theirs.write_all(b"unread").unwrap();
    let mut command = airvane(directory.path());
    command.args(["check", "--kind", "ssm=-", "--format", "concise", "-", "zz"]);
    command.stdin(Stdio::from(std::os::fd::OwnedFd::from(theirs)));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    drop(command);
    let whole = export(60_000);
    ours.write_all(&whole.as_bytes()[..4_000_000]).unwrap();
    std::thread::sleep(Duration::from_millis(500));
    drop(ours);
    let output = child.wait_with_output().unwrap();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(2), "{out}{err}");
    assert!(
        err.contains("<stdin>: cannot be read to its end: connection reset"),
        "{err}"
    );
    assert!(out.contains("<stdin>:2:"), "{out}{err}");
    assert!(out.contains("zz/airflow.cfg:1:1: error[AV002]"), "{out}");
}

/// A reader sees old text, new text, a part, or nothing; whatever it is, the run ends well and the neighbour is told.
#[test]
fn files_that_change_or_vanish_while_they_are_read_harm_no_run() {
    let directory = with(&[("zz/airflow.cfg", BROKEN)]);
    let root = directory.path();
    let (long, short) = (export(12_000), export(3));
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (store, cfg, env) = (
                root.join("export.json"),
                root.join("airflow.cfg"),
                root.join(".env"),
            );
            while !stop.load(Ordering::Relaxed) {
                for content in [&long, &short] {
                    fs::write(&store, content).unwrap();
                    fs::write(&cfg, GOOD.repeat(2_000)).unwrap();
                    fs::write(&env, "AIRFLOW__CORE__EXECUTOR=LocalExecutor\n").unwrap();
                    fs::File::create(&store).unwrap().set_len(900_000).unwrap();
                    let _ = fs::remove_file(&cfg);
                    fs::write(&cfg, GOOD).unwrap();
                    for path in [&store, &env, &cfg] {
                        fs::remove_file(path).unwrap();
                    }
                }
            }
        });
        let mut codes = std::collections::BTreeMap::new();
        for n in 0..30 {
            let command = if n % 3 == 0 { "list" } else { "check" };
            let ran = run(root, &[command, "--format", "jsonl", "."]);
            assert!(!ran.err.contains("bug"), "{}", ran.err);
            assert!((0..=2).contains(&ran.code), "{}: {}", ran.code, ran.err);
            assert!(
                command == "list" || ran.out.contains("zz/airflow.cfg"),
                "{}{}",
                ran.out,
                ran.err
            );
            *codes.entry(ran.code).or_insert(0) += 1;
        }
        stop.store(true, Ordering::Relaxed);
        assert!(codes.keys().any(|code| *code == 1), "{codes:?}");
    });
}

#[test]
fn links_in_a_circle_are_walked_once() {
    let directory = with(&[("zz/airflow.cfg", BROKEN), ("deep/er/airflow.cfg", GOOD)]);
    let root = directory.path();
    symlink(".", root.join("here")).unwrap();
    symlink("../..", root.join("deep/er/up")).unwrap();
    symlink("b", root.join("a")).unwrap();
    symlink("a", root.join("b")).unwrap();
    symlink("airflow.cfg", root.join("airflow.cfg")).unwrap();
    let start = Instant::now();
    let ran = run(root, &["check", "--format", "concise"]);
    assert!(start.elapsed() < Duration::from_secs(20));
    assert_eq!(ran.out.matches("error[AV002]").count(), 1, "{}", ran.out);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("airflow.cfg: "), "{}", ran.err);
    let named = run(root, &["check", "a"]);
    assert_eq!(named.code, 2, "{}", named.err);
    assert!(named.err.starts_with("airvane: a: "), "{}", named.err);
}

#[test]
fn a_folder_of_a_hundred_thousand_files_is_read() {
    let directory = with(&[("many/airflow.cfg", BROKEN)]);
    let many = directory.path().join("many");
    for n in 0..100_000 {
        // Most are of others; one in 100 has to be looked into.
        let name = if n % 100 == 0 {
            format!("{n}.json")
        } else {
            format!("{n}.txt")
        };
        fs::write(many.join(name), "{}\n").unwrap();
    }
    let ran = run(directory.path(), &["check", "--format", "concise"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert_eq!(ran.out.lines().count(), 1, "{}", ran.out);
    assert!(ran.out.starts_with("many/airflow.cfg:1:1: error[AV002]"));
}

#[test]
fn what_a_path_holds_makes_no_line_of_its_own_in_any_format() {
    use std::os::unix::ffi::OsStrExt;
    let directory = with(&[]);
    let names: [&[u8]; 3] = [
        b"a\n::error::b/airflow.cfg",
        b"caf\xe9\r##[error]\x1b[31m/airflow.cfg",
        "é \u{2028}<b>|`/airflow.cfg".as_bytes(),
    ];
    for name in names {
        let path = directory.path().join(std::ffi::OsStr::from_bytes(name));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, BROKEN).unwrap();
    }
    for format in [
        "full",
        "concise",
        "json",
        "jsonl",
        "github",
        "sarif",
        "gitlab",
        "junit",
        "checkstyle",
        "rdjson",
    ] {
        let ran = run(directory.path(), &["check", "--format", format]);
        assert_eq!(ran.code, 1, "{format}: {}", ran.err);
        assert!(
            ran.out.matches("AV002").count() >= 3,
            "{format}: {}",
            ran.out
        );
        for line in ran.out.lines() {
            assert!(!line.starts_with("::error::b"), "{format}: {line}");
            assert!(!line.starts_with("##["), "{format}: {line}");
        }
        assert!(
            !ran.out.contains('\x1b') && !ran.out.contains('\r'),
            "{format}: {}",
            ran.out
        );
    }
}

#[test]
fn thirty_two_runs_at_once_agree() {
    let directory = with(&[("airflow.cfg", BROKEN), ("b/airflow.cfg", BROKEN)]);
    let root = directory.path();
    fs::write(root.join("export.json"), export(2_000)).unwrap();
    let children: Vec<_> = (0..32)
        .map(|_| start(root, &["check", "--format", "json"]))
        .collect();
    let mut outputs = children
        .into_iter()
        .map(|child| child.wait_with_output().unwrap());
    let first = outputs.next().unwrap();
    assert_eq!(first.status.code(), Some(1), "{}", text(&first.stderr));
    assert!(outputs.all(|output| output == first));
}

#[test]
fn thirty_two_runs_at_once_write_whole_files() {
    let wrong = "[secrets]\nbackend_kwargs = {\"connections_prefix\": \"a\",}\n";
    let right = "[secrets]\nbackend_kwargs = {\"connections_prefix\": \"a\"}\n";
    let directory = with(&[("airflow.cfg", wrong)]);
    let root = directory.path();
    let args = ["check", "--fix", "airflow.cfg"];
    let children: Vec<_> = (0..32).map(|_| start(root, &args)).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        let err = text(&output.stderr);
        // Whoever comes late says that somebody else was there, and leaves the file alone.
        let late = err.contains("airflow.cfg: was changed by somebody else meanwhile: not fixed");
        assert!(output.status.code().unwrap() < 2 || late, "{err}");
    }
    assert_eq!(fs::read_to_string(root.join("airflow.cfg")).unwrap(), right);

    fs::write(root.join("airflow.cfg"), BROKEN).unwrap();
    let args = ["check", "--baseline", "known.json", "--write-baseline"];
    let children: Vec<_> = (0..32).map(|_| start(root, &args)).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    }
    let ran = run(root, &["check", "--baseline", "known.json"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let mut names: Vec<_> = fs::read_dir(root)
        .unwrap()
        .map(|one| one.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["airflow.cfg", "known.json"]);
}

/// Writes a file of many findings, and gives a baseline of it that is older and the one that it gets now.
fn many_findings(root: &Path) -> (String, String) {
    let wrong: Vec<String> = (0..1_500)
        .map(|n| format!("AIRFLOW_CONN_C{n}=no connection\n"))
        .collect();
    let wrong = wrong.concat();
    fs::write(root.join(".env"), wrong).unwrap();
    let ran = run(
        root,
        &[
            "check",
            "--baseline",
            "new.json",
            "--write-baseline",
            ".env",
        ],
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    let new = fs::read_to_string(root.join("new.json")).unwrap();
    fs::remove_file(root.join("new.json")).unwrap();
    assert!(new.len() > 100_000, "{}", new.len());
    let old = format!("{new}\n");
    (old, new)
}

#[test]
fn a_full_disk_leaves_the_old_baseline_and_report() {
    let directory = with(&[]);
    let root = directory.path();
    let (old, _) = many_findings(root);
    fs::write(root.join("known.json"), &old).unwrap();
    fs::write(root.join("out.sarif"), "old").unwrap();
    let script = format!(
        "trap '' XFSZ; ulimit -f 16; exec '{BINARY}' check --baseline known.json --write-baseline \
         --format concise .env"
    );
    let output = shell(root, &script);
    let err = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains("known.json: cannot be written"), "{err}");
    assert_eq!(fs::read_to_string(root.join("known.json")).unwrap(), old);
    let script =
        format!("trap '' XFSZ; ulimit -f 16; exec '{BINARY}' check --format sarif=out.sarif .env");
    let output = shell(root, &script);
    let err = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains("out.sarif: cannot be written"), "{err}");
    assert_eq!(fs::read_to_string(root.join("out.sarif")).unwrap(), "old");
    assert_eq!(fs::read_dir(root).unwrap().count(), 3);
}

#[test]
fn a_kill_leaves_the_old_baseline_or_the_new_one() {
    let directory = with(&[]);
    let root = directory.path();
    let (old, new) = many_findings(root);
    let known = root.join("known.json");
    let args = [
        "check",
        "--baseline",
        "known.json",
        "--write-baseline",
        ".env",
    ];
    fs::write(&known, &old).unwrap();
    let whole = Instant::now();
    assert!(
        start(root, &args)
            .wait_with_output()
            .unwrap()
            .status
            .success()
    );
    let whole = whole.elapsed();
    let mut seen = [0, 0];
    for step in 0..24 {
        fs::write(&known, &old).unwrap();
        let mut child = start(root, &args);
        std::thread::sleep(whole * step / 20);
        let _ = child.kill();
        child.wait().unwrap();
        let now = fs::read_to_string(&known).unwrap();
        assert!(now == old || now == new, "torn in step {step}");
        seen[usize::from(now == new)] += 1;
    }
    assert!(seen[0] > 0, "never killed in time: {seen:?}");
}

#[test]
fn a_full_output_is_a_failure() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let directory = with(&[("airflow.cfg", BROKEN)]);
    for arguments in [
        "check",
        "check --format json",
        "check --format sarif=/dev/full",
        "list --allow-empty",
        "rules",
    ] {
        let output = shell(
            directory.path(),
            &format!("exec '{BINARY}' {arguments} > /dev/full"),
        );
        let err = text(&output.stderr);
        if arguments.starts_with("list") && output.status.success() {
            // Nothing had to be written.
            continue;
        }
        assert_eq!(output.status.code(), Some(2), "{arguments}: {err}");
        assert!(err.contains("no storage space"), "{arguments}: {err}");
    }
}

#[test]
fn a_slow_stdin_is_waited_for() {
    let directory = with(&[]);
    let mut command = airvane(directory.path());
    command.args(["check", "--kind", "cfg=-", "--format", "concise", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for byte in BROKEN.bytes() {
        stdin.write_all(&[byte]).unwrap();
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains(":1:1: error[AV002]"));
}

/// Nothing takes more memory than the limit lets it, and what can end does.
#[test]
fn a_stdin_without_an_end_takes_no_memory_without_an_end() {
    let directory = with(&[]);
    let root = directory.path();
    for (arguments, said) in [
        ("check -", "no known kind"),
        ("check --kind env=- -", "too big"),
        ("check --kind terraform=- -", "too big"),
        ("check --stdin-filename .env", "512 MiB"),
        ("check --kind ssm=- --fix -", "512 MiB"),
    ] {
        let output = shell(
            root,
            &format!("ulimit -v 4000000; yes | '{BINARY}' {arguments}"),
        );
        let err = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments}: {err}");
        assert!(err.contains(said), "{arguments}: {err}");
    }
    // An export is read as long as it goes on, in little memory.
    for start in [
        "printf '['; yes '1,'",
        "yes '    '",
        "printf '{\"a\": \"'; yes | tr -d '\\n'",
    ] {
        let script =
            format!("ulimit -v 400000; ({start}) | timeout 3 '{BINARY}' check --kind ssm=- -");
        let output = shell(root, &script);
        let (code, err) = (output.status.code(), text(&output.stderr));
        assert!(matches!(code, Some(1 | 2 | 124)), "{start}: {code:?} {err}");
        assert!(!err.contains("memory"), "{start}: {err}");
    }
}

#[test]
fn the_first_lines_are_enough_for_a_reader_that_goes_away() {
    let directory = with(&[]);
    fs::write(directory.path().join("export.json"), export(50_000)).unwrap();
    for args in [
        &["list", "export.json"][..],
        &["check", "-v", "export.json"],
    ] {
        let mut child = start(directory.path(), args);
        let mut first = [0; 64];
        let _ = child.stdout.take().unwrap().read(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(
            output.status.code().is_some_and(|code| code < 2),
            "{args:?}: {:?}",
            output.status
        );
        assert!(!text(&output.stderr).contains("pipe"), "{args:?}");
    }
}
