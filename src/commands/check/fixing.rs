//! `airvane check --fix` and `--diff`.

use std::io::{self, Write};
use std::sync::Arc;

use super::Call;
use crate::check::{self, Request};
use crate::commands::Exit;
use crate::fix::{self, Fixed, FixedFile};
use crate::report::{Applicability, Summary, counted};
use crate::workspace::Files;

/// Fixes, and reports what remains; or shows what would change. With both, nothing is written.
pub(super) fn run(
    call: Call<'_>,
    request: &Request,
    mut files: Files,
    out: &mut dyn Write,
    err: &mut dyn Write,
    exit: &mut Exit,
) -> io::Result<()> {
    let least = if call.args.fixes.unsafe_fixes {
        Applicability::Unsafe
    } else {
        Applicability::Safe
    };
    let bar = call.bar(&files);
    let fixed = fix::run(request, &mut files, least);
    drop(bar);
    if call.args.fixes.diff {
        return show(call, &fixed, out, err, exit);
    }
    let mut failures = Vec::new();
    let written = fix::write(&fixed, &mut failures);
    if !written.is_empty() && !call.cli.quiet {
        let (findings, changed) = counts(&written);
        writeln!(err, "airvane: fixed {findings} in {changed}")?;
    }
    let stdin = fix::stdin_file(request, &fixed.outcome);
    let text = stdin.and_then(|index| fixed.outcome.report.files.get(index));
    let text = text.map(|file| Arc::clone(&file.bytes));
    let mut outcome = fixed.outcome;
    if !failures.is_empty() {
        // What remains is what is on the disk.
        files.forget_overlay();
        outcome = check::run(request, &mut files, false);
        outcome.report.fail(failures);
    }
    let map = call.map(request, &mut files);
    let Some(text) = text else {
        return call.report(&outcome, &map, out, err, exit);
    };
    // The text of stdin goes on to stdout, so what is said of it goes to stderr.
    let mut said = Vec::new();
    call.report(&outcome, &map, &mut said, err, exit)?;
    err.write_all(&said)?;
    out.write_all(&text)
}

fn show(
    call: Call<'_>,
    fixed: &Fixed,
    out: &mut dyn Write,
    err: &mut dyn Write,
    exit: &mut Exit,
) -> io::Result<()> {
    *exit = match (call.is_done(&fixed.outcome), fixed.files.is_empty()) {
        (false, _) => Exit::Failure,
        (true, false) => Exit::Findings,
        (true, true) => Exit::Clean,
    };
    call.say_run(&fixed.outcome, err)?;
    for file in &fixed.files {
        fix::write_diff(out, file, call.surroundings.colour(call.cli.color))?;
    }
    if call.cli.quiet {
        return Ok(());
    }
    let Summary {
        unsafely_fixable: more,
        ..
    } = fixed.outcome.report.summary;
    let more = match more {
        0 => String::new(),
        more => format!(" ({more} more with --unsafe-fixes)"),
    };
    let (findings, changed) = counts(&fixed.files.iter().collect::<Vec<_>>());
    writeln!(err, "airvane: would fix {findings} in {changed}{more}")
}

/// `3 findings`, `2 files`.
fn counts(files: &[&FixedFile]) -> (String, String) {
    let findings = files.iter().map(|file| file.count).sum();
    (counted(findings, "finding"), counted(files.len(), "file"))
}
