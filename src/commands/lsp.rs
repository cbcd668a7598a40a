//! `airvane lsp`

use std::io::{self, BufReader, Write};

use super::Exit;
use crate::airflow::Runtime;
use crate::cli::{Cli, LspArgs};
use crate::lsp::scope::Wishes;
use crate::lsp::{self, Ended};
use crate::workspace::targets::Wanted;

/// Serves the client on stdin; `exit` is the code earned so far.
pub fn run(cli: &Cli, args: &LspArgs, out: &mut dyn Write, exit: &mut Exit) -> io::Result<()> {
    let target = &args.target;
    let wishes = Wishes {
        config: cli.config.as_ref().map(|path| absolute(path)),
        no_config: cli.no_config,
        target: Wanted {
            airflow: target.airflow.clone(),
            providers: target.provider.clone(),
            python: target.python,
            runtime: args.runtime.map(Runtime::from),
        },
        env_dialect: args.env_dialect,
    };
    *exit = match lsp::serve(BufReader::new(io::stdin()), out, wishes)? {
        Ended::Properly => Exit::Clean,
        // The protocol's code for a client that left without a word.
        Ended::Otherwise => Exit::Findings,
    };
    Ok(())
}

/// What the command line names is meant from the working directory on.
fn absolute(path: &std::path::Path) -> std::path::PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
