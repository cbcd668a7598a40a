//! The `airvane` binary: arguments in, exit code out.

use std::io::{self, BufWriter, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use airvane::cli::Cli;
use airvane::commands::{self, Exit, Surroundings};
use airvane::load::guard;
use clap::Parser;

fn main() -> ExitCode {
    guard::install();
    let cli = match Cli::try_parse() {
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
