//! `airvane check`

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Exit, Surroundings, given};
use crate::airflow::Runtime;
use crate::check::{self, BaselineRequest, Outcome, Request};
use crate::cli::{CheckArgs, Cli, FailOn};
use crate::load::Skipped;
use crate::render::{Format, Style, one_line};
use crate::report::{Report, Selection, Severity, baseline};
use crate::settings::SettingsFile;
use crate::source::display_path;
use crate::workspace::targets::Wanted;
use crate::workspace::{Files, deployments, replace};

/// Runs the command; `exit` is the code earned so far.
pub fn run(
    cli: &Cli,
    args: &CheckArgs,
    surroundings: Surroundings,
    out: &mut dyn Write,
    err: &mut dyn Write,
    exit: &mut Exit,
) -> io::Result<()> {
    let mut files = Files::new();
    let Some(settings) = given::settings_file(cli, &files, err)? else {
        *exit = Exit::Failure;
        return Ok(());
    };
    let selection = match selection(args, &settings) {
        Ok(selection) => selection,
        Err(message) => {
            *exit = Exit::Failure;
            return writeln!(err, "airvane: {message}");
        }
    };
    if args.stdin_filename.is_some()
        && !args.paths.is_empty()
        && !args.paths.iter().any(|path| path.as_os_str() == "-")
    {
        *exit = Exit::Failure;
        let why = "--stdin-filename names what is on stdin: `-` must stand among the paths";
        return writeln!(err, "airvane: {why}");
    }
    if args.write_baseline && args.baseline.is_none() && settings.baseline.is_none() {
        *exit = Exit::Failure;
        let why = "--write-baseline must be told the file: --baseline FILE, or the settings file";
        return writeln!(err, "airvane: {why}");
    }
    let runtime = args.runtime.map(Runtime::from).or(settings.target.runtime);
    let wanted = given::wanted(&args.target, runtime.unwrap_or(Runtime::Both));
    let request = request(args, selection, wanted, &settings);
    let outcome = check::run(&request, &mut files, args.show_files);
    if !cli.quiet {
        for note in &outcome.notes {
            writeln!(err, "airvane: {note}")?;
        }
    }
    if cli.verbose {
        for target in &outcome.targets {
            writeln!(err, "airvane: target: {}", one_line(target))?;
        }
    }
    // Earned before anything is written: a reader that goes away changes nothing.
    let nothing = outcome.listed.is_empty() && outcome.report.failures.is_empty();
    let fail_on = args.fail_on.map(FailOn::severity).or(settings.fail_on);
    let fail_on = fail_on.unwrap_or(Some(Severity::Warning));
    *exit = earned(args, fail_on, &outcome.report, nothing);
    say_troubles(cli, args, &outcome, nothing, err)?;
    if args.show_files {
        return show_files(&outcome, out);
    }
    if cli.verbose {
        for group in &outcome.groups {
            writeln!(err, "airvane: deployment: {}", one_line(group))?;
        }
        for hidden in &outcome.report.hidden {
            writeln!(err, "airvane: {hidden}")?;
        }
        for line in &outcome.dags {
            writeln!(err, "airvane: DAGs: {line}")?;
        }
    }
    if let Some(baseline) = request.baseline.filter(|baseline| baseline.anew) {
        write_baseline(cli, &baseline.path, &outcome.report, err, exit)?;
    }
    write_all(cli, args, surroundings, &outcome.report, out, err, exit)
}

/// `--select` says all that the settings file says with `select` and `ignore`; the rest adds to it.
fn selection(args: &CheckArgs, settings: &SettingsFile) -> Result<Selection, String> {
    let mut selection = Selection::default();
    if args.select.is_empty() {
        for word in &settings.select {
            let selected = selection.select(&word.text);
            selected.map_err(|error| error.to_string())?;
        }
        for word in &settings.ignore {
            let ignored = selection.ignore(&word.text);
            ignored.map_err(|error| error.to_string())?;
        }
    }
    for (word, severity) in &settings.severity {
        let set = selection.set_severity(&word.text, *severity);
        set.map_err(|error| error.to_string())?;
    }
    for word in &args.select {
        selection.select(word).map_err(|error| error.to_string())?;
    }
    for word in &args.ignore {
        selection.ignore(word).map_err(|error| error.to_string())?;
    }
    for (word, severity) in &args.severity {
        let set = selection.set_severity(word, *severity);
        set.map_err(|error| error.to_string())?;
    }
    Ok(selection)
}

fn request(
    args: &CheckArgs,
    selection: Selection,
    wanted: Wanted,
    settings: &SettingsFile,
) -> Request {
    let mut load = given::request(&args.paths, &args.input, wanted, settings);
    if args.paths.is_empty() && args.stdin_filename.is_some() {
        load.paths = vec![PathBuf::from("-")];
    }
    load.stdin_filename.clone_from(&args.stdin_filename);
    if let Some(jobs) = args.jobs {
        load.jobs = jobs.get();
    }
    let baseline = args.baseline.clone().or_else(|| baseline_of(settings));
    Request {
        load,
        aws_config: args.aws_config.clone(),
        selection,
        baseline: baseline.map(|path| BaselineRequest {
            path,
            anew: args.write_baseline,
        }),
    }
}

/// The baseline that the settings file names, as somebody in the working directory writes its path.
fn baseline_of(settings: &SettingsFile) -> Option<PathBuf> {
    let path = settings.baseline.as_ref()?;
    let origin = settings.origin.as_ref()?;
    let below = path.strip_prefix(deployments::directory(&origin.path));
    Some(match (below, origin.path.parent()) {
        (Ok(below), Some(folder)) => folder.join(below),
        _ => path.clone(),
    })
}

/// After a failure nothing is written: what could not be read would be missing.
fn write_baseline(
    cli: &Cli,
    path: &Path,
    report: &Report,
    err: &mut dyn Write,
    exit: &mut Exit,
) -> io::Result<()> {
    let shown = display_path(path);
    if *exit == Exit::Failure {
        return writeln!(err, "airvane: {shown}: not written, because of what failed");
    }
    if let Err(error) = replace::replace(path, baseline::text(&report.baseline).as_bytes()) {
        *exit = Exit::Failure;
        let kind = error.kind();
        return writeln!(err, "airvane: {shown}: cannot be written: {kind}");
    }
    if !cli.quiet {
        let entries = counted(report.baseline.len(), "entry", "entries");
        writeln!(err, "airvane: {shown}: written, {entries}")?;
    }
    Ok(())
}

fn counted(number: usize, one: &str, several: &str) -> String {
    let word = if number == 1 { one } else { several };
    format!("{number} {word}")
}

fn earned(args: &CheckArgs, fail_on: Option<Severity>, report: &Report, nothing: bool) -> Exit {
    if !report.failures.is_empty() || (nothing && !args.allow_empty) {
        return Exit::Failure;
    }
    let fails = fail_on.is_some_and(|least| report.worst().is_some_and(|worst| worst >= least));
    if fails { Exit::Findings } else { Exit::Clean }
}

/// Failures always, the rest unless `-q`.
fn say_troubles(
    cli: &Cli,
    args: &CheckArgs,
    outcome: &Outcome,
    nothing: bool,
    err: &mut dyn Write,
) -> io::Result<()> {
    let skipped: &[Skipped] = if args.show_files {
        &[]
    } else {
        &outcome.skipped
    };
    given::say_troubles(cli, &outcome.report.failures, skipped, err)?;
    if nothing && !args.allow_empty {
        let hint = "nothing to lint (--allow-empty allows that, --show-files says why)";
        writeln!(err, "airvane: {hint}")?;
    }
    Ok(())
}

fn show_files(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    for listed in &outcome.listed {
        let kind = listed.kind.word();
        write!(out, "{}: {kind} ({})", listed.path, listed.because)?;
        match listed.deployment {
            Some(number) => writeln!(out, ", deployment {number}")?,
            None => writeln!(out)?,
        }
    }
    for skipped in &outcome.skipped {
        let path = display_path(&skipped.path);
        writeln!(out, "{path}: skipped ({})", skipped.reason)?;
    }
    for (index, group) in outcome.groups.iter().enumerate() {
        writeln!(out, "deployment {}: {}", index + 1, one_line(group))?;
    }
    Ok(())
}

fn write_all(
    cli: &Cli,
    args: &CheckArgs,
    surroundings: Surroundings,
    report: &Report,
    out: &mut dyn Write,
    err: &mut dyn Write,
    exit: &mut Exit,
) -> io::Result<()> {
    let plain = Style {
        infos: cli.verbose,
        summary: !cli.quiet && report.summary.files > 0,
        statistics: args.statistics,
        ..Style::default()
    };
    let style = Style {
        colour: surroundings.colour(cli.color),
        links: surroundings.stdout_is_terminal && surroundings.colour(cli.color),
        width: surroundings.columns.unwrap_or(plain.width),
        unicode: !surroundings.ascii,
        ..plain
    };
    let default = [(Format::Full, None)];
    let formats: &[(Format, Option<PathBuf>)] = if args.format.is_empty() {
        &default
    } else {
        &args.format
    };
    // Files first: whoever reads stdout may go away.
    for (format, path) in formats {
        let Some(path) = path else { continue };
        if let Err(error) = write_file(*format, path, report, plain) {
            let path = display_path(path);
            let why = match error.kind() {
                io::ErrorKind::NotFound => "there is no such folder".to_owned(),
                kind => kind.to_string(),
            };
            writeln!(err, "airvane: {path}: cannot be written: {why}")?;
            *exit = Exit::Failure;
        }
    }
    for (format, path) in formats {
        if path.is_none() {
            format.write(out, report, style)?;
            if *format == Format::Concise && !cli.quiet {
                out.flush()?;
                writeln!(err, "airvane: {}", report.summary.sentence(style.infos))?;
            }
        }
    }
    Ok(())
}

fn write_file(format: Format, path: &Path, report: &Report, style: Style) -> io::Result<()> {
    let mut file = io::BufWriter::new(std::fs::File::create(path)?);
    format.write(&mut file, report, style)?;
    file.flush()
}
