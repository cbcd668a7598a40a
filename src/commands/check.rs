//! `airvane check`

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Exit, Surroundings};
use crate::check::{self, Outcome, Request};
use crate::cli::{CheckArgs, Cli, Grouping};
use crate::load;
use crate::render::{Format, Style, one_line};
use crate::report::{Report, Selection};
use crate::source::display_path;
use crate::workspace::targets::{self, Resolved, Wanted};
use crate::workspace::{Files, deployments};

/// Runs the command; `exit` is the code earned so far.
pub fn run(
    cli: &Cli,
    args: &CheckArgs,
    surroundings: Surroundings,
    out: &mut dyn Write,
    err: &mut dyn Write,
    exit: &mut Exit,
) -> io::Result<()> {
    let selection = match selection(args) {
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
    let resolved = targets::resolve(&Wanted {
        airflow: args.airflow.clone(),
        providers: args.provider.clone(),
        python: args.python,
        runtime: Some(args.runtime.into()),
    });
    if !cli.quiet {
        for note in &resolved.notes {
            writeln!(err, "airvane: {note}")?;
        }
    }
    if cli.verbose {
        say_targets(&resolved, err)?;
    }
    let request = request(args, selection, resolved);
    let outcome = check::run(&request, &mut Files::new(), args.show_files);
    // Earned before anything is written: a reader that goes away changes nothing.
    let nothing = outcome.listed.is_empty() && outcome.report.failures.is_empty();
    *exit = earned(args, &outcome.report, nothing);
    say_troubles(cli, args, &outcome, nothing, err)?;
    if args.show_files {
        return show_files(&outcome, out);
    }
    if cli.verbose {
        for group in &outcome.groups {
            writeln!(err, "airvane: deployment: {}", one_line(group))?;
        }
    }
    write_all(cli, args, surroundings, &outcome.report, out, err, exit)
}

fn selection(args: &CheckArgs) -> Result<Selection, String> {
    let mut selection = Selection::default();
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

fn request(args: &CheckArgs, selection: Selection, resolved: Resolved) -> Request {
    let mut paths = args.paths.clone();
    if paths.is_empty() {
        let default = if args.stdin_filename.is_some() {
            "-"
        } else {
            "."
        };
        paths.push(PathBuf::from(default));
    }
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let load = load::Request {
        paths,
        stdin_filename: args.stdin_filename.clone(),
        kinds: args.kind.clone(),
        dialect: args.env_dialect,
        define: args
            .define
            .iter()
            .map(|define| (define.name.clone(), define.value.clone()))
            .collect(),
        grouping: match args.deployments {
            Grouping::Auto => deployments::Grouping::Auto,
            Grouping::One => deployments::Grouping::One,
        },
        targets: resolved.targets,
        jobs: args.jobs.map_or_else(cores, std::num::NonZero::get),
    };
    Request {
        load,
        aws_config: args.aws_config.clone(),
        selection,
    }
}

fn earned(args: &CheckArgs, report: &Report, nothing: bool) -> Exit {
    if !report.failures.is_empty() || (nothing && !args.allow_empty) {
        return Exit::Failure;
    }
    let threshold = args.fail_on.severity();
    let fails = threshold.is_some_and(|least| report.worst().is_some_and(|worst| worst >= least));
    if fails { Exit::Findings } else { Exit::Clean }
}

fn say_targets(resolved: &Resolved, err: &mut dyn Write) -> io::Result<()> {
    for target in &resolved.targets {
        let why = if target.is_guess() {
            "the newest known, since --airflow is not given"
        } else {
            "--airflow"
        };
        let providers: Vec<String> = target
            .providers
            .iter()
            .map(|(name, version)| format!("{} {version}", one_line(name)))
            .collect();
        writeln!(
            err,
            "airvane: target: Airflow {} ({why}), {}, Python {}, runtime {}",
            target.airflow,
            providers.join(", "),
            target.python,
            target.runtime.word(),
        )?;
    }
    Ok(())
}

/// Failures always, the rest unless `-q`.
fn say_troubles(
    cli: &Cli,
    args: &CheckArgs,
    outcome: &Outcome,
    nothing: bool,
    err: &mut dyn Write,
) -> io::Result<()> {
    for failure in &outcome.report.failures {
        writeln!(err, "airvane: {}", one_line(&failure.to_string()))?;
    }
    if !cli.quiet && !args.show_files {
        for skipped in outcome.skipped.iter().filter(|skipped| skipped.named) {
            let path = display_path(&skipped.path);
            writeln!(err, "airvane: {path}: skipped: {}", skipped.reason)?;
        }
    }
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
