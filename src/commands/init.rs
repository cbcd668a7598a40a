//! `airvane init`

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Exit, given};
use crate::airflow::Runtime;
use crate::check;
use crate::cli::{Cli, Grouping, InitArgs, InputArgs};
use crate::init;
use crate::load::{self, Request};
use crate::report::Selection;
use crate::rules::connections::unknown_conn_type;
use crate::settings::{self, SettingsFile};
use crate::source::display_path;
use crate::workspace::targets::Wanted;
use crate::workspace::{Files, replace};

/// What is written.
const NAME: &str = "airvane.toml";

/// Runs the command; `exit` is the code earned so far.
pub fn run(
    cli: &Cli,
    args: &InitArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
    exit: &mut Exit,
) -> io::Result<()> {
    let files = Files::new();
    if !args.stdout
        && !args.force
        && let Some(why) = in_the_way(&files)
    {
        *exit = Exit::Failure;
        let how = "--force writes all the same, --stdout prints what would be written";
        return writeln!(err, "airvane: {why}; {how}");
    }
    let (loaded, _) = load::load(&request(), &mut Files::new());
    if !loaded.failures.is_empty() {
        *exit = Exit::Failure;
    }
    given::say_troubles(cli, &loaded.failures, &[], err)?;
    let text = init::text(&loaded, &files, &unregistered());
    if args.stdout {
        return out.write_all(text.as_bytes());
    }
    if let Err(error) = replace::replace(Path::new(NAME), text.as_bytes()) {
        *exit = Exit::Failure;
        let kind = error.kind();
        return writeln!(err, "airvane: {NAME}: cannot be written: {kind}");
    }
    if !cli.quiet {
        writeln!(
            err,
            "airvane: {NAME}: written; what it offers stands behind `#`"
        )?;
    }
    Ok(())
}

/// Settings that would be lost, or not be read any more.
fn in_the_way(files: &Files) -> Option<String> {
    if Path::new(NAME).symlink_metadata().is_ok() {
        return Some(format!("{NAME} is there already"));
    }
    match settings::find(None, files) {
        Ok(found) => {
            let path = display_path(&found.origin?.path);
            Some(format!(
                "{path} holds the settings, and would not be read any more"
            ))
        }
        Err(_) => Some("there are settings already, which cannot be read".to_owned()),
    }
}

/// Everything below the working directory, without a settings file.
fn request() -> Request {
    let input = InputArgs {
        env_dialect: None,
        define: Vec::new(),
        kind: Vec::new(),
        deployments: Grouping::Auto,
    };
    let wanted = Wanted {
        runtime: Some(Runtime::Both),
        ..Wanted::default()
    };
    given::request(
        &[PathBuf::from(".")],
        &input,
        wanted,
        &SettingsFile::default(),
    )
}

/// Where connection types stand that nobody registers.
fn unregistered() -> Vec<String> {
    let mut selection = Selection::default();
    let code = unknown_conn_type::RULE.code;
    if selection.select(code).is_err() {
        return Vec::new();
    }
    let request = check::Request {
        load: request(),
        aws_config: Vec::new(),
        selection,
        baseline: None,
    };
    let report = check::run(&request, &mut Files::new(), false).report;
    let findings = report.findings.iter();
    let mut places: Vec<String> = findings
        .map(|finding| format!("{}:{}", report.path(finding.file), finding.start.line))
        .collect();
    places.dedup();
    places
}
