//! Input that is bad in every way a file can be: no panic, no hang, a finding or a failure with its
//! path, and the other files still checked.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Instant;

use common::{BROKEN, GOOD, airvane, run, run_with_stdin, with, write};

/// Runs over everything in `directory`; the broken neighbour must be reported.
fn walk(directory: &Path) -> common::Ran {
    write(directory, &[("zz/airflow.cfg", BROKEN)]);
    let ran = run(directory, &["check", "--format", "concise"]);
    assert!(
        ran.out.contains("zz/airflow.cfg:1:1: error[AV002]"),
        "{}",
        ran.err
    );
    assert!(!ran.err.contains("bug"), "{}", ran.err);
    ran
}

#[test]
fn a_million_brackets() {
    let directory = with(&[]);
    let brackets = "[".repeat(1_000_000);
    write(
        directory.path(),
        &[("airflow.cfg", &brackets), ("dump.json", &brackets)],
    );
    let ran = walk(directory.path());
    assert!(ran.out.contains("airflow.cfg:1:"));
    let named = run(
        directory.path(),
        &["check", "dump.json", "--format", "concise"],
    );
    assert!(named.out.contains("dump.json:1:"), "{}", named.err);
    assert!(named.out.contains("error[AV017]"));
    for text in ["", "aaaa", "{,}"] {
        write(directory.path(), &[("dump.json", text)]);
        let named = run(
            directory.path(),
            &["check", "dump.json", "--format", "concise"],
        );
        assert!(named.out.contains("error[AV017]"), "{}", named.err);
    }
}

#[test]
fn a_single_line_of_fifty_megabytes() {
    let directory = with(&[]);
    let line = "a".repeat(50_000_000);
    write(directory.path(), &[("airflow.cfg", &line)]);
    let ran = walk(directory.path());
    assert!(ran.out.contains("airflow.cfg:1:1: error[AV002]"));
    assert!(ran.out.len() < 5_000);
}

#[test]
fn bytes_that_are_no_text() {
    let directory = with(&[("crlf/airflow.cfg", "[core]\r\nexecutor = a.X\r\n")]);
    let root = directory.path();
    for (path, bytes) in [
        ("nul/airflow.cfg", &b"[core]\nexecutor = a\0b\n"[..]),
        ("latin1/airflow.cfg", &b"[core]\nexecutor = caf\xe9\n"[..]),
        (
            "bom/airflow.cfg",
            &b"\xef\xbb\xbf[core]\nexecutor = a.X\n"[..],
        ),
        ("bom/.env", &b"\xef\xbb\xbfAIRFLOW__CORE__X=1\n"[..]),
        ("latin1/.env", &b"AIRFLOW__CORE__X=caf\xe9\n"[..]),
        (
            "latin1/dump.json",
            &b"{\"Parameters\": [{\"Name\": \"caf\xe9\"}]}\n"[..],
        ),
        ("empty/airflow.cfg", &b""[..]),
        ("empty/.env", &b""[..]),
    ] {
        std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        std::fs::write(root.join(path), bytes).unwrap();
    }
    let ran = walk(root);
    assert!(!ran.out.contains("crlf/"), "{}", ran.out);
    assert!(!ran.out.contains("empty/"), "{}", ran.out);
    assert!(
        ran.out.contains("bom/airflow.cfg:1:1: error[AV0"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("latin1/airflow.cfg:2:"), "{}", ran.out);
}

#[test]
fn what_is_no_file_is_a_failure_with_its_path() {
    let directory = with(&[("dir/airflow.cfg/x", "")]);
    let root = directory.path();
    std::os::unix::fs::symlink("nowhere", root.join("broken.env")).unwrap();
    let ran = walk(root);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("dir/airflow.cfg: is a directory"),
        "{}",
        ran.err
    );
    assert!(
        ran.err
            .contains("broken.env: is a symbolic link to nothing"),
        "{}",
        ran.err
    );
    let named = run(root, &["check", "dir/airflow.cfg"]);
    assert_eq!(named.code, 2);
    assert!(named.err.contains("dir/airflow.cfg: is a directory"));
}

/// The superuser may read everything, so under it the run is given to somebody else.
#[test]
fn a_file_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;
    let directory = with(&[("airflow.cfg", GOOD), ("zz/airflow.cfg", BROKEN)]);
    let root = directory.path();
    let mode = |path: &Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(root, 0o755);
    let path = root.join("airflow.cfg");
    mode(&path, 0o000);
    let mut command = airvane(root);
    if std::fs::read(&path).is_ok() {
        let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
        let binary = env!("CARGO_BIN_EXE_airvane");
        let tried = Command::new("setpriv")
            .args(nobody)
            .args([binary, "--version"])
            .output();
        if !tried.is_ok_and(|output| output.status.success()) {
            let mut err = std::io::stderr();
            let why = "skipped: the superuser reads every file, and setpriv cannot run the binary";
            std::io::Write::write_fmt(&mut err, format_args!("{why}\n")).unwrap();
            return;
        }
        command = Command::new("setpriv");
        command.current_dir(root).args(nobody).arg(binary);
    }
    let args = ["check", "--format", "concise", "."];
    let output = command.args(args).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(
        err.contains("airflow.cfg: cannot be read: permission denied"),
        "{err}"
    );
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.contains("zz/airflow.cfg:1:1: error[AV002]"), "{out}");
}

/// `>` of Windows PowerShell writes UTF-16: whoever does that wants to hear it, also in a walk.
#[test]
fn utf16_is_named() {
    let dump = "{\"Parameters\": [{\"Name\": \"/airflow/connections/x\", \"Type\": \"SecureString\", \"Value\": \"smtp://u:hunter2@h\"}]}\r\n";
    let encoded = |text: &str, mark: bool| {
        let mark = mark.then_some('\u{feff}');
        let text: String = mark.into_iter().chain(text.chars()).collect();
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes
    };
    let directory = with(&[("e/x", "")]);
    let root = directory.path();
    std::fs::write(root.join("mark.json"), encoded(dump, true)).unwrap();
    std::fs::write(root.join("plain.json"), encoded(dump, false)).unwrap();
    std::fs::write(root.join("other.json"), encoded("{\"name\": \"x\"}", true)).unwrap();
    std::fs::write(root.join("airflow.cfg"), encoded("[core]\r\nx=1\r\n", true)).unwrap();
    std::fs::write(
        root.join("e/.env"),
        encoded("AIRFLOW__CORE__X=1\r\n", false),
    )
    .unwrap();
    let ran = walk(root);
    for path in ["mark.json", "plain.json", "airflow.cfg", "e/.env"] {
        let line = ran.out.lines().find(|line| line.starts_with(path));
        let line = line.unwrap_or_default();
        assert!(
            line.contains(":1:1: error[AV001]") && line.contains("UTF-16"),
            "{path}: {line}"
        );
    }
    assert!(!ran.out.contains("other.json"));
    let piped = run_with_stdin(root, &["check", "-"], &encoded(dump, true));
    assert_eq!(piped.code, 1);
    assert!(
        piped.out.contains("the export is UTF-16, not UTF-8"),
        "{}",
        piped.err
    );
    assert!(
        piped.out.contains("help: save it as UTF-8"),
        "{}",
        piped.out
    );
}

#[test]
fn a_name_that_is_not_utf8() {
    let directory = with(&[]);
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9\n.cfg");
    std::fs::write(directory.path().join(name), "[core]\nexecutor = a.X\nfoo\n").unwrap();
    let ran = walk(directory.path());
    assert!(
        ran.out.contains("caf\\xe9\\u{a}.cfg:3:1: error[AV002]"),
        "{}",
        ran.out
    );
}

#[test]
fn a_fifo_is_skipped_in_a_walk_and_fails_without_a_writer() {
    let directory = with(&[]);
    let fifo = directory.path().join("airflow.cfg");
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    let kind = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, kind, mode, 0).unwrap();
    let start = Instant::now();
    assert_eq!(walk(directory.path()).code, 1);
    let named = run(directory.path(), &["check", "airflow.cfg"]);
    assert_eq!(named.code, 2);
    assert!(
        named
            .err
            .contains("airflow.cfg: is a FIFO that nobody writes to")
    );
    assert!(start.elapsed().as_secs() < 20);

    let writer = std::thread::spawn(move || std::fs::write(fifo, BROKEN));
    let ran = run(
        directory.path(),
        &["check", "airflow.cfg", "--format", "concise"],
    );
    writer.join().unwrap().unwrap();
    assert!(
        ran.out.starts_with("airflow.cfg:1:1: error[AV002]"),
        "{}",
        ran.err
    );
}

#[test]
fn a_reader_that_goes_away_changes_nothing() {
    use std::process::Stdio;
    let names: Vec<String> = (0..2000).map(|n| format!("d{n}/airflow.cfg")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), BROKEN)).collect();
    let directory = with(&files);
    let mut child = airvane(directory.path())
        .args(["check", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
