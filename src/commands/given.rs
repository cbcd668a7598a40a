//! From arguments that several commands share to what the rooms take, and what is said of it on stderr.

use std::io::{self, Write};
use std::path::PathBuf;

use super::Surroundings;
use super::progress::Bar;
use crate::airflow::Runtime;
use crate::cli::{Cli, Grouping, InputArgs, ProcessChoice, TargetArgs};
use crate::load::{self, Loaded, One, Request, Skipped, Unclear};
use crate::render::{Style, one_line};
use crate::report::Failure;
use crate::settings::{self, SettingsFile};
use crate::source::display_path;
use crate::workspace::targets::Wanted;
use crate::workspace::{Content, Files, deployments};

/// The settings file; one that is broken is told, and then nothing is done.
pub(super) fn settings_file(
    cli: &Cli,
    files: &Files,
    err: &mut dyn Write,
) -> io::Result<Option<SettingsFile>> {
    if cli.no_config {
        return Ok(Some(SettingsFile::default()));
    }
    match settings::find(cli.config.as_deref(), files) {
        Ok(found) => {
            if cli.verbose
                && let Some(origin) = &found.origin
            {
                let path = display_path(&origin.path);
                writeln!(err, "airvane: settings: {path}")?;
            }
            Ok(Some(found))
        }
        Err(broken) => {
            for line in broken.lines {
                writeln!(err, "airvane: {}", one_line(&line))?;
            }
            Ok(None)
        }
    }
}

/// The releases that the command line asks for, and the process that it or the settings file names.
pub(super) fn wanted(args: &TargetArgs, runtime: Runtime) -> Wanted {
    Wanted {
        airflow: args.airflow.clone(),
        providers: args.provider.clone(),
        python: args.python,
        runtime: Some(runtime),
    }
}

/// The one process through whose eyes a command looks.
pub(super) fn process(choice: Option<Runtime>, settings: &SettingsFile) -> Runtime {
    let one = |runtime: &Runtime| *runtime != Runtime::Both;
    let stated = settings.target.runtime.filter(one);
    choice.filter(one).or(stated).unwrap_or(Runtime::Task)
}

/// What must be said of the targets, unless `-q`.
fn say_notes(cli: &Cli, loaded: &Loaded, err: &mut dyn Write) -> io::Result<()> {
    if !cli.quiet {
        for note in &loaded.notes {
            writeln!(err, "airvane: {note}")?;
        }
        if let [shown, _, ..] = loaded.targets.as_slice() {
            let shown = shown.airflow;
            writeln!(
                err,
                "airvane: the settings file names several releases of Airflow; this is {shown} (--airflow chooses)"
            )?;
        }
    }
    Ok(())
}

/// What a command that looks through the eyes of one process is to read.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) paths: &'a [PathBuf],
    pub(super) target: &'a TargetArgs,
    pub(super) runtime: Option<ProcessChoice>,
    pub(super) input: &'a InputArgs,
    /// Somebody looks at stderr.
    pub(super) watched: bool,
}

/// How these commands print for people.
pub(super) fn style(cli: &Cli, surroundings: &Surroundings) -> Style {
    Style {
        colour: surroundings.colour(cli.color),
        width: surroundings.columns.unwrap_or(80),
        summary: !cli.quiet,
        ..Style::default()
    }
}

/// The contents of stores, by file.
type Contents = Vec<Option<Content>>;

/// Reads what `view` names, with the contents of stores by file, and says what must be said of it; `None`
/// where nothing can be done, which is said too. The bar goes on as long as nothing else is printed.
pub(super) fn loaded(
    cli: &Cli,
    view: View<'_>,
    err: &mut dyn Write,
) -> io::Result<Option<(Loaded, Contents, Bar)>> {
    if !is_one_release(view.target, err)? {
        return Ok(None);
    }
    let mut files = Files::new();
    let Some(settings) = settings_file(cli, &files, err)? else {
        return Ok(None);
    };
    let wanted = wanted(
        view.target,
        process(view.runtime.map(Runtime::from), &settings),
    );
    let request = request(view.paths, view.input, wanted, &settings);
    let watched = view.watched && !cli.quiet;
    let bar = Bar::watch(watched, files.progress());
    let (loaded, contents) = load::load(&request, &mut files);
    drop(bar);
    say_notes(cli, &loaded, err)?;
    say_troubles(cli, &loaded.failures, &loaded.skipped, err)?;
    let bar = Bar::watch(watched, files.progress());
    Ok(Some((loaded, contents, bar)))
}

/// Commands that look through the eyes of one process look at one release.
fn is_one_release(args: &TargetArgs, err: &mut dyn Write) -> io::Result<bool> {
    if args.airflow.len() > 1 {
        writeln!(
            err,
            "airvane: this command shows one release: give --airflow once (`check` judges several)"
        )?;
    }
    Ok(args.airflow.len() < 2)
}

/// What is to be read.
pub(super) fn request(
    paths: &[PathBuf],
    input: &InputArgs,
    wanted: Wanted,
    settings_file: &SettingsFile,
) -> Request {
    let paths = if paths.is_empty() {
        vec![PathBuf::from(".")]
    } else {
        paths.to_vec()
    };
    let dialect = input.env_dialect.or(settings_file.env_dialect);
    let stated = settings_file.define.iter();
    let stated = stated.map(|(name, value)| (name.clone(), Some(value.clone())));
    let given = input.define.iter();
    let given = given.map(|define| (define.name.clone(), define.value.clone()));
    Request {
        paths,
        stdin_filename: None,
        as_walked: false,
        kinds: input.kind.clone(),
        dialect,
        define: stated.chain(given).collect(),
        grouping: match input.deployments {
            Grouping::Auto => deployments::Grouping::Auto,
            Grouping::One => deployments::Grouping::One,
        },
        wanted,
        settings_file: settings_file.clone(),
        largest_export: None,
        streams_local: false,
        jobs: None,
    }
}

/// Failures always, the files that were named and passed over unless `-q`.
pub(super) fn say_troubles(
    cli: &Cli,
    failures: &[Failure],
    skipped: &[Skipped],
    err: &mut dyn Write,
) -> io::Result<()> {
    for failure in failures {
        writeln!(err, "airvane: {}", one_line(&failure.to_string()))?;
    }
    if !cli.quiet {
        for skipped in skipped.iter().filter(|skipped| skipped.named) {
            let path = display_path(&skipped.path);
            writeln!(err, "airvane: {path}: skipped: {}", skipped.reason)?;
        }
    }
    Ok(())
}

/// The one deployment that is meant; where that is not clear, what there is to choose from is said.
pub(super) fn one(
    loaded: &Loaded,
    wanted: Option<&str>,
    err: &mut dyn Write,
) -> io::Result<Option<One>> {
    let (why, lines) = match loaded.one(wanted) {
        Ok(one) => return Ok(Some(one)),
        Err(Unclear::Nothing) => ("there is nothing to read", Vec::new()),
        Err(Unclear::Several(lines)) => (
            "there are several deployments, --deployment chooses one by its number or by one of its files:",
            lines,
        ),
        Err(Unclear::NotFound(lines)) => (
            "no deployment has this number, folder or file (--deployment); there are:",
            lines,
        ),
    };
    writeln!(err, "airvane: {why}")?;
    for line in lines {
        writeln!(err, "  {}", one_line(&line))?;
    }
    Ok(None)
}
