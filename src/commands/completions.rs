//! `airvane completions`: made of the definitions of the command line.

use std::io::{self, Write};

use clap::CommandFactory;
use clap_complete::generate;

use crate::cli::{Cli, CompletionsArgs};

/// Prints the script for a shell.
pub fn run(args: &CompletionsArgs, out: &mut dyn Write) -> io::Result<()> {
    // In memory first: the generator panics where it cannot write.
    let mut script = Vec::new();
    generate(args.shell, &mut Cli::command(), "airvane", &mut script);
    out.write_all(&script)
}
