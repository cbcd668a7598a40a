//! Runs the built binary the way a user does, with nothing of the surrounding terminal or CI.

#![allow(dead_code, reason = "each test file uses a part")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What came out.
pub(crate) struct Ran {
    /// Exit code.
    pub(crate) code: i32,
    /// Stdout.
    pub(crate) out: String,
    /// Stderr.
    pub(crate) err: String,
}

/// A command that runs in `directory`.
pub(crate) fn airvane(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_airvane"));
    command.current_dir(directory);
    for name in [
        "CI",
        "GITHUB_ACTIONS",
        "GITHUB_STEP_SUMMARY",
        "NO_COLOR",
        "FORCE_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "COLUMNS",
        "TERM",
    ] {
        command.env_remove(name);
    }
    command
}

/// Runs `airvane` with `args` in `directory`.
pub(crate) fn run(directory: &Path, args: &[&str]) -> Ran {
    ran(airvane(directory).args(args).stdin(Stdio::null()).output())
}

/// As [`run`], with text on stdin.
pub(crate) fn run_with_stdin(directory: &Path, args: &[&str], stdin: &[u8]) -> Ran {
    let mut child = airvane(directory)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary was built");
    let mut pipe = child.stdin.take().expect("stdin is piped");
    // The program may end without reading all of it.
    let _ = pipe.write_all(stdin);
    drop(pipe);
    ran(child.wait_with_output())
}

fn ran(output: std::io::Result<Output>) -> Ran {
    let output = output.expect("the binary was built");
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).expect("every output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("every output is UTF-8"),
    }
}

/// Writes files (`path`, content) below `directory`.
pub(crate) fn write(directory: &Path, files: &[(&str, &str)]) {
    for (path, content) in files {
        let path = directory.join(path);
        std::fs::create_dir_all(path.parent().expect("below the directory")).expect("writable");
        std::fs::write(path, content).expect("writable");
    }
}

/// airflow.cfg with one error (AV002 at 1:1).
pub(crate) const BROKEN: &str = "backend = x\n[secrets]\n";
/// airflow.cfg without a finding.
pub(crate) const GOOD: &str = "[core]\nexecutor = LocalExecutor\n";

/// A temporary directory with these files.
pub(crate) fn with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    write(directory.path(), files);
    directory
}
