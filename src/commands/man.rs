//! `airvane man`: man pages, made of the definitions of the command line.

use std::io::{self, Write};

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::Exit;
use crate::cli::{Cli, ManArgs};

/// Prints a page; `exit` is the code earned so far.
pub fn run(
    args: &ManArgs,
    out: &mut dyn Write,
    err: &mut dyn Write,
    exit: &mut Exit,
) -> io::Result<()> {
    let mut whole = Cli::command();
    whole.build();
    let Some(name) = &args.command else {
        return page(&whole, out);
    };
    if let Some(command) = whole.find_subcommand(name) {
        return page(command, out);
    }
    *exit = Exit::Failure;
    let hint = "no command has this name; `airvane --help` lists them";
    writeln!(err, "airvane: {hint}")
}

fn page(command: &Command, out: &mut dyn Write) -> io::Result<()> {
    let man = Man::new(command.clone());
    let title = command.get_display_name().unwrap_or("airvane");
    let version = env!("CARGO_PKG_VERSION");
    // Without a date: the same release gives the same page.
    writeln!(out, ".TH \"{title}\" \"1\" \"\" \"airvane {version}\"")?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)?;
    if command.has_subcommands() {
        man.render_subcommands_section(out)?;
    }
    match command.get_after_help() {
        Some(text) => after(&text.to_string(), out),
        None => Ok(()),
    }
}

/// `Examples:` with lines of their own, which must not flow together, or a sentence.
fn after(text: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut roff = Roff::new();
    if let Some((title, lines)) = text.split_once(":\n") {
        roff.control("SH", [title.to_uppercase().as_str()]);
        roff.control("nf", []);
        for line in lines.lines() {
            roff.text([roman(line)]);
        }
        roff.control("fi", []);
    } else {
        roff.control("SH", ["NOTES"]);
        roff.text([roman(text)]);
    }
    roff.to_writer(out)
}
