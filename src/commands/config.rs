//! `airvane config`

use std::io::{self, Write};

use super::{Exit, Surroundings, given};
use crate::cli::{Cli, ConfigArgs, DocumentFormat};
use crate::config;
use crate::load;
use crate::render::{Style, config as render};
use crate::workspace::Files;

/// Runs the command; `exit` is the code earned so far.
pub fn run(
    cli: &Cli,
    args: &ConfigArgs,
    surroundings: Surroundings,
    out: &mut dyn Write,
    err: &mut dyn Write,
    exit: &mut Exit,
) -> io::Result<()> {
    *exit = Exit::Failure;
    if !given::is_one_release(&args.target, err)? {
        return Ok(());
    }
    let mut files = Files::new();
    let Some(settings) = given::settings_file(cli, &files, err)? else {
        return Ok(());
    };
    let runtime = given::process(args.runtime, &settings);
    let wanted = given::wanted(&args.target, runtime);
    let request = given::request(&args.paths, &args.input, wanted, &settings);
    let (loaded, _) = load::load(&request, &mut files);
    given::say_notes(cli, &loaded, err)?;
    given::say_troubles(cli, &loaded.failures, &loaded.skipped, err)?;
    let Some(one) = given::one(&loaded, args.deployment.as_deref(), err)? else {
        return Ok(());
    };
    let wanted = config::Wanted {
        sections: &args.section,
    };
    let ending = config::run(wanted, &loaded, &one);
    if loaded.failures.is_empty() {
        *exit = Exit::Clean;
    }
    if args.format == DocumentFormat::Json {
        return render::json(out, &ending, args.reveal);
    }
    let style = Style {
        colour: surroundings.colour(cli.color),
        width: surroundings.columns.unwrap_or(80),
        ..Style::default()
    };
    render::people(out, &ending, style, args.reveal)
}
