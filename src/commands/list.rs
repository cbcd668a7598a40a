//! `airvane list`

use std::io::{self, Write};

use super::{Exit, Surroundings, given};
use crate::cli::{Cli, ListArgs, ListFormat};
use crate::list::{self, Item};
use crate::load;
use crate::render::Style;
use crate::render::list::{Json, Table};
use crate::workspace::Files;

/// Runs the command; `exit` is the code earned so far.
pub fn run(
    cli: &Cli,
    args: &ListArgs,
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
    let (loaded, contents) = load::load(&request, &mut files);
    given::say_notes(cli, &loaded, err)?;
    let nothing = loaded.inputs.is_empty() && loaded.failures.is_empty();
    given::say_troubles(cli, &loaded.failures, &loaded.skipped, err)?;
    if nothing && !args.allow_empty {
        return writeln!(err, "airvane: nothing to list (--allow-empty allows that)");
    }
    let style = Style {
        colour: surroundings.colour(cli.color),
        width: surroundings.columns.unwrap_or(80),
        summary: !cli.quiet,
        ..Style::default()
    };
    let mut table = Table::new(style, args.reveal);
    let mut json = Json::new(args.reveal, args.format == ListFormat::Json);
    // Earned unless something cannot be read to its end; a reader that goes away changes nothing.
    if loaded.failures.is_empty() {
        *exit = Exit::Clean;
    }
    let listing = {
        let mut sink = |item: &Item<'_>| match args.format {
            ListFormat::Table => table.item(out, item),
            ListFormat::Json | ListFormat::Jsonl => json.item(out, item),
        };
        list::run(&loaded, contents, args.reveal, &mut sink)
    };
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
