//! The `airvane` binary: arguments in, exit code out.

use std::io::{self, BufWriter, Write};
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use airvane::cli::Cli;
use airvane::commands::{self, Exit, Surroundings};
use airvane::load::guard;
use clap::{CommandFactory, FromArgMatches};

fn main() -> ExitCode {
    guard::install();
    let cli = match arguments() {
        Ok(cli) => cli,
        Err(error) => {
            let error = airvane::cli::without_values(error);
            // Help and version go to stdout with 0, usage errors to stderr with 2.
            let code = error.exit_code();
            let _ = error.print();
            return ExitCode::from(u8::try_from(code).unwrap_or(Exit::Failure as u8));
        }
    };
    let mut err = io::stderr();
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        commands::run(&cli, &Surroundings::read(), &mut out, &mut io::stderr())
    }));
    ran.map_or_else(
        |_| {
            let _ = writeln!(err, "airvane: {}", guard::what_happened());
            Exit::Failure.into()
        },
        ExitCode::from,
    )
}

/// Reads the command line. What it is read with goes when the process goes: to take it apart before takes a twentieth of
/// the time of a short run.
fn arguments() -> Result<Cli, clap::Error> {
    let mut command = ManuallyDrop::new(Cli::command());
    let matches = command.try_get_matches_from_mut(std::env::args_os())?;
    let mut matches = ManuallyDrop::new(matches);
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}
