//! `airvane check`

mod fixing;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::progress::Bar;
use super::{Exit, Surroundings, given};
use crate::airflow::Runtime;
use crate::check::{self, BaselineRequest, Outcome, Request};
use crate::cli::{CheckArgs, Cli, FailOn};
use crate::load::Skipped;
use crate::render::{Format, Style, one_line, step_summary};
use crate::report::{Report, Selection, Severity, baseline};
use crate::resolve::map::{self, Map};
use crate::settings::SettingsFile;
use crate::source::display_path;
use crate::workspace::targets::Wanted;
use crate::workspace::{Files, replace};

/// Runs the command; `exit` is the code earned so far.
pub fn run(
    cli: &Cli,
    args: &CheckArgs,
    surroundings: &Surroundings,
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
    if let Some(why) = unclear_outputs(&args.format) {
        *exit = Exit::Failure;
        return writeln!(err, "airvane: {why}");
    }
    let runtime = args.runtime.map(Runtime::from).or(settings.target.runtime);
    let wanted = given::wanted(&args.target, runtime.unwrap_or(Runtime::Both));
    let request = request(args, selection, wanted, &settings);
    let fail_on = args.fail_on.map(FailOn::severity).or(settings.fail_on);
    let call = Call {
        cli,
        args,
        surroundings,
        fail_on: fail_on.unwrap_or(Some(Severity::Warning)),
        baseline: request.baseline.as_ref(),
    };
    if args.fixes.diff || args.fixes.fix {
        return fixing::run(call, &request, files, out, err, exit);
    }
    if call.shows_map() {
        files.keep_streams();
    }
    let bar = call.bar(&files);
    let outcome = check::run(&request, &mut files, args.show_files);
    drop(bar);
    let map = call.map(&request, &mut files);
    call.report(&outcome, &map, out, err, exit)
}

/// What was asked for.
#[derive(Clone, Copy)]
struct Call<'a> {
    cli: &'a Cli,
    args: &'a CheckArgs,
    surroundings: &'a Surroundings,
    /// The least severity that fails the run.
    fail_on: Option<Severity>,
    baseline: Option<&'a BaselineRequest>,
}

impl Call<'_> {
    /// Shows how far reading is, if somebody wants to see that.
    fn bar(self, files: &Files) -> Bar {
        let watched = self.surroundings.stderr_is_watched;
        Bar::watch(
            watched && !self.cli.quiet && !self.args.hook,
            files.progress(),
        )
    }

    /// Some format shows the lookup map.
    fn shows_map(self) -> bool {
        let mut formats = self.args.format.iter();
        !self.args.show_files && formats.any(|(format, _)| format.shows_map())
    }

    /// The lookup map, as one process sees it; empty where nobody looks at it.
    fn map(self, request: &Request, files: &mut Files) -> Map {
        if !self.shows_map() {
            return Map::default();
        }
        let mut load = request.load.clone();
        let runtime = given::process(self.args.runtime.map(Runtime::from), &load.settings_file);
        load.wanted.runtime = Some(runtime);
        load.streams_local = false;
        // What the command line defines may be secret, wherever it ends up: the names that are asked for too.
        for (_, value) in &mut load.define {
            *value = None;
        }
        map::run(&load, files)
    }

    /// Says what was found: of the files, on `out`; of the run, on `err`.
    fn report(
        self,
        outcome: &Outcome,
        map: &Map,
        out: &mut dyn Write,
        err: &mut dyn Write,
        exit: &mut Exit,
    ) -> io::Result<()> {
        // Earned before anything is written: a reader that goes away changes nothing.
        *exit = self.earned(outcome);
        self.say_run(outcome, err)?;
        if self.args.show_files {
            return show_files(outcome, out);
        }
        if let Some(baseline) = self.baseline.filter(|baseline| baseline.anew) {
            write_baseline(self.cli, &baseline.path, &outcome.report, err, exit)?;
        }
        self.write_all(outcome, map, out, err, exit)
    }

    /// What is said of the run as a whole.
    fn say_run(self, outcome: &Outcome, err: &mut dyn Write) -> io::Result<()> {
        let cli = self.cli;
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
        self.say_troubles(outcome, err)?;
        if cli.verbose && !self.args.show_files {
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
        Ok(())
    }

    /// The whole job was done.
    fn is_done(self, outcome: &Outcome) -> bool {
        outcome.report.failures.is_empty() && (self.args.allow_empty || !is_empty(outcome))
    }

    fn earned(self, outcome: &Outcome) -> Exit {
        if !self.is_done(outcome) {
            return Exit::Failure;
        }
        let worst = outcome.report.worst();
        let fails = self
            .fail_on
            .is_some_and(|least| worst.is_some_and(|worst| worst >= least));
        if fails { Exit::Findings } else { Exit::Clean }
    }

    /// Failures always, the rest unless `-q`.
    fn say_troubles(self, outcome: &Outcome, err: &mut dyn Write) -> io::Result<()> {
        let skipped: &[Skipped] = if self.args.show_files {
            &[]
        } else {
            &outcome.skipped
        };
        given::say_troubles(self.cli, &outcome.report.failures, skipped, err)?;
        if is_empty(outcome) && !self.args.allow_empty {
            let hint = "nothing to lint (--allow-empty allows that, --show-files says why)";
            writeln!(err, "airvane: {hint}")?;
        }
        Ok(())
    }

    fn write_all(
        self,
        outcome: &Outcome,
        map: &Map,
        out: &mut dyn Write,
        err: &mut dyn Write,
        exit: &mut Exit,
    ) -> io::Result<()> {
        let report = &outcome.report;
        let plain = Style {
            infos: self.cli.verbose,
            summary: !self.cli.quiet && report.summary.files > 0,
            statistics: self.args.statistics,
            fail_on: self.fail_on,
            ..Style::default()
        };
        let style = Style {
            colour: self.surroundings.colour(self.cli.color),
            links: self.surroundings.stdout_has_links && self.surroundings.colour(self.cli.color),
            width: self.surroundings.columns.unwrap_or(plain.width),
            unicode: !self.surroundings.ascii,
            ..plain
        };
        let default = [(Format::Full, None)];
        let formats: &[(Format, Option<PathBuf>)] = if self.args.format.is_empty() {
            &default
        } else {
            &self.args.format
        };
        // Files first: whoever reads stdout may go away.
        for (format, path) in formats {
            let Some(path) = path else { continue };
            if is_read(path, outcome) {
                let path = display_path(path);
                let why = "not written: it is one of the files that are checked";
                writeln!(err, "airvane: {path}: {why}")?;
                *exit = Exit::Failure;
                continue;
            }
            let written = replace::write_with(path, |out| format.write(out, report, map, plain));
            if let Err(error) = written {
                say_unwritten(path, &error, err)?;
                *exit = Exit::Failure;
            }
        }
        for (format, path) in formats {
            if path.is_none() {
                let step_summary =
                    *format == Format::Github && self.add_to_step_summary(report, err)?;
                let style = Style {
                    step_summary,
                    ..style
                };
                format.write(out, report, map, style)?;
                if *format == Format::Concise && !self.cli.quiet {
                    out.flush()?;
                    writeln!(err, "airvane: {}", report.summary.sentence(style.infos))?;
                    if let Some(fixes) = report.summary.fixes() {
                        writeln!(err, "airvane: {fixes}")?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Nobody asked for it by name, so that it cannot be written is said and no more. True if it was.
    fn add_to_step_summary(self, report: &Report, err: &mut dyn Write) -> io::Result<bool> {
        let Some(path) = &self.surroundings.step_summary else {
            return Ok(false);
        };
        match append_step_summary(path, report) {
            Ok(()) => Ok(true),
            Err(error) => {
                say_unwritten(path, &error, err)?;
                Ok(false)
            }
        }
    }
}

/// Why it is not clear which format goes where.
fn unclear_outputs(formats: &[(Format, Option<PathBuf>)]) -> Option<String> {
    let mut seen: Vec<Option<PathBuf>> = Vec::new();
    for (format, path) in formats {
        let place = path.as_deref().map(replace::place_of);
        if seen.contains(&place) {
            let word = format.word();
            return Some(match path {
                None => format!(
                    "two formats for stdout: one of them needs a file, as in --format {word}=FILE"
                ),
                Some(path) => format!("two formats for {}", display_path(path)),
            });
        }
        seen.push(place);
    }
    None
}

/// A report never takes the place of what it is about.
fn is_read(path: &Path, outcome: &Outcome) -> bool {
    let place = path.is_file().then(|| replace::place_of(path));
    place.is_some_and(|place| {
        let mut read = outcome.paths.iter();
        read.any(|path| path.file_name() == place.file_name() && replace::place_of(path) == place)
    })
}

fn say_unwritten(path: &Path, error: &io::Error, err: &mut dyn Write) -> io::Result<()> {
    let path = display_path(path);
    let why = match error.kind() {
        io::ErrorKind::NotFound => "there is no such folder".to_owned(),
        kind => kind.to_string(),
    };
    writeln!(err, "airvane: {path}: cannot be written: {why}")
}

/// There was nothing to look at.
fn is_empty(outcome: &Outcome) -> bool {
    outcome.listed.is_empty() && outcome.report.failures.is_empty()
}

/// `--select` says all that the settings file says with `select` and `ignore`; the rest adds to it.
fn selection(args: &CheckArgs, settings: &SettingsFile) -> Result<Selection, String> {
    let stated = settings.selection(args.select.is_empty());
    let mut selection = stated.map_err(|error| error.to_string())?;
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
    load.as_walked = args.hook;
    load.jobs = args.jobs;
    // A fix is made in what is held.
    load.streams_local = !(args.fixes.diff || args.fixes.fix);
    let baseline = args.baseline.clone().or_else(|| settings.baseline_path());
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
        let written = entries(report.baseline.len());
        writeln!(err, "airvane: {shown}: written, {written}")?;
    }
    Ok(())
}

fn entries(number: usize) -> String {
    let word = if number == 1 { "entry" } else { "entries" };
    format!("{number} {word}")
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

/// Adds to what the commands of the step wrote before.
fn append_step_summary(path: &Path, report: &Report) -> io::Result<()> {
    let file = std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)?;
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    let room = step_summary::LIMIT.saturating_sub(length);
    let mut file = io::BufWriter::new(file);
    step_summary::write(&mut file, report, room)?;
    file.flush()
}
