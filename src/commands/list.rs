//! `airvane list`

use std::io::{self, Write};

use super::{Exit, Surroundings, given};
use crate::cli::{Cli, ListArgs, ListFormat};
use crate::list::{self, Item};
use crate::render::list::{Json, Table};

/// Runs the command; `exit` is the code earned so far.
pub fn run(
    cli: &Cli,
    args: &ListArgs,
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
    let Some((loaded, contents, bar)) = given::loaded(cli, view, err)? else {
        return Ok(());
    };
    let nothing = loaded.inputs.is_empty() && loaded.failures.is_empty();
    if nothing && !args.allow_empty {
        return writeln!(err, "airvane: nothing to list (--allow-empty allows that)");
    }
    let style = given::style(cli, surroundings);
    let mut table = Table::new(style, args.reveal);
    let mut json = Json::new(args.reveal, args.format == ListFormat::Json);
    // Earned unless something cannot be read to its end; a reader that goes away changes nothing.
    if loaded.failures.is_empty() {
        *exit = Exit::Clean;
    }
    // Entries are printed while they are read.
    let bar = (!surroundings.stdout_is_terminal).then_some(bar);
    let listing = {
        let mut sink = |item: &Item<'_>| match args.format {
            ListFormat::Table => table.item(out, item),
            ListFormat::Json | ListFormat::Jsonl => json.item(out, item),
        };
        list::run(&loaded, contents, args.reveal, &mut sink)
    };
    drop(bar);
    if !listing.failures.is_empty() {
        *exit = Exit::Failure;
        given::say_troubles(cli, &listing.failures, &[], err)?;
    }
    if let Some(error) = listing.stopped {
        return Err(error);
    }
    match args.format {
        ListFormat::Table => table.end(out),
        ListFormat::Json | ListFormat::Jsonl => json.end(out),
    }
}
