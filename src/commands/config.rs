//! `airvane config`

use std::io::{self, Write};

use super::{Exit, Surroundings, given};
use crate::cli::{Cli, ConfigArgs, DocumentFormat};
use crate::config;
use crate::render::config as render;

/// Runs the command; `exit` is the code earned so far.
pub fn run(
    cli: &Cli,
    args: &ConfigArgs,
    surroundings: &Surroundings,
    out: &mut dyn Write,
    err: &mut dyn Write,
    exit: &mut Exit,
) -> io::Result<()> {
    *exit = Exit::Failure;
    let view = given::View {
        paths: &args.paths,
        target: &args.target,
        runtime: args.runtime,
        input: &args.input,
        watched: surroundings.stderr_is_watched,
    };
    let Some((loaded, _, _)) = given::loaded(cli, view, err)? else {
        return Ok(());
    };
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
    let style = given::style(cli, surroundings);
    render::people(out, &ending, style, args.reveal)
}
