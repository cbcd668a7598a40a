//! One file per command: they connect rooms and write to the handles they are given. A command
//! judges nothing.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use crate::cli::{Cli, ColourChoice, Command};

pub mod check;
pub mod completions;
pub mod config;
pub mod explain;
mod given;
pub mod init;
pub mod list;
pub mod lsp;
pub mod man;
mod progress;
pub mod resolve;
pub mod rules;
pub mod schema;

/// What the surroundings of the process say. Read once, in `main`; never used for `$` expansion.
#[derive(Clone, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own about the terminal"
)]
pub struct Surroundings {
    /// `NO_COLOR` is set and not empty.
    pub no_colour: bool,
    /// The terminal knows no colours, or is to show none (`CLICOLOR` is `0`).
    pub plain_terminal: bool,
    /// `FORCE_COLOR` or `CLICOLOR_FORCE` is set and neither empty nor `0`.
    pub force_colour: bool,
    /// Stdout is a terminal.
    pub stdout_is_terminal: bool,
    /// It is one that knows hyperlinks (OSC 8).
    pub stdout_has_links: bool,
    /// Somebody looks at stderr while airvane runs: a terminal, and no hook and no CI around.
    pub stderr_is_watched: bool,
    /// Columns: what `COLUMNS` says, else those of the terminal.
    pub columns: Option<usize>,
    /// The locale is one of plain ASCII.
    pub ascii: bool,
    /// `GITHUB_STEP_SUMMARY`: the file that GitHub shows beside the log of the step.
    pub step_summary: Option<PathBuf>,
}

impl Surroundings {
    /// Looks at the environment and at stdout.
    pub fn read() -> Self {
        use std::io::IsTerminal;
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let forced = |name: &str| set(name).is_some_and(|value| value != "0");
        Self {
            no_colour: set("NO_COLOR").is_some(),
            plain_terminal: is_dumb() || set("CLICOLOR").is_some_and(|value| value == "0"),
            force_colour: forced("FORCE_COLOR") || forced("CLICOLOR_FORCE"),
            stdout_is_terminal: io::stdout().is_terminal(),
            stdout_has_links: io::stdout().is_terminal()
                && supports_hyperlinks::supports_hyperlinks(),
            stderr_is_watched: io::stderr().is_terminal() && !is_automated(),
            columns: std::env::var("COLUMNS")
                .ok()
                .and_then(|text| text.parse().ok())
                .or_else(columns_of_stdout),
            ascii: is_ascii(["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set)),
            step_summary: set("GITHUB_STEP_SUMMARY").map(PathBuf::from),
        }
    }

    /// True when what goes to stdout is coloured.
    pub fn colour(&self, choice: ColourChoice) -> bool {
        match choice {
            ColourChoice::Always => true,
            ColourChoice::Never => false,
            ColourChoice::Auto if self.no_colour => false,
            ColourChoice::Auto => {
                self.force_colour || self.stdout_is_terminal && !self.plain_terminal
            }
        }
    }
}

/// A hook may be given a terminal (pre-commit does, for colours), and so may CI. Git tells its hooks of the
/// index.
fn is_automated() -> bool {
    let names = ["CI", "PRE_COMMIT", "GIT_INDEX_FILE"];
    let is_set = |name| {
        let value = std::env::var_os(name);
        value.is_some_and(|value| !value.is_empty() && value != "0" && value != "false")
    };
    names.into_iter().any(is_set) || is_dumb()
}

/// A terminal that only prints. A compilation buffer of Emacs is one, whatever `TERM` is: what steers a
/// terminal stands in it as text, and then it does not know what a line is about.
fn is_dumb() -> bool {
    let is = |name: &str, test: fn(&str) -> bool| {
        let value = std::env::var_os(name);
        value.is_some_and(|value| value.to_str().is_some_and(test))
    };
    is("TERM", |term| term == "dumb") || is("INSIDE_EMACS", |what| what.ends_with(",compile"))
}

/// True for a locale that was asked for and can print no more than ASCII. Where nothing is asked
/// for (CI, containers, pipes) UTF-8 is what is read.
fn is_ascii(locale: Option<std::ffi::OsString>) -> bool {
    locale.is_some_and(|locale| locale == "C" || locale == "POSIX")
}

#[cfg(unix)]
fn columns_of_stdout() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    (size.ws_col > 0).then_some(usize::from(size.ws_col))
}

#[cfg(not(unix))]
fn columns_of_stdout() -> Option<usize> {
    None
}

/// The exit codes, which are an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Ran, and nothing at or above `--fail-on`.
    Clean = 0,
    /// Ran, and there are such findings.
    Findings = 1,
    /// Could not do the whole job.
    Failure = 2,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Runs the command. A broken pipe ends quietly with the code earned so far.
pub fn run(
    cli: &Cli,
    surroundings: &Surroundings,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Exit {
    let mut exit = Exit::Clean;
    let written = match &cli.command {
        Command::Check(args) => check::run(cli, args, surroundings, out, err, &mut exit),
        Command::List(args) => list::run(cli, args, surroundings, out, err, &mut exit),
        Command::Resolve(args) => resolve::run(cli, args, surroundings, out, err, &mut exit),
        Command::Config(args) => config::run(cli, args, surroundings, out, err, &mut exit),
        Command::Explain(args) => {
            explain::run(args, surroundings.colour(cli.color), out, err, &mut exit)
        }
        Command::Rules(args) => rules::run(args, out),
        Command::Schema(args) => schema::run(args, out, err, &mut exit),
        Command::Init(args) => init::run(cli, args, out, err, &mut exit),
        Command::Completions(args) => completions::run(args, out),
        Command::Man(args) => man::run(args, out, err, &mut exit),
        Command::Lsp(args) => lsp::run(cli, args, out, &mut exit),
    };
    match written.and_then(|()| out.flush()) {
        Ok(()) => exit,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => exit,
        Err(error) => {
            // Where even that cannot be written, the code still says it.
            let _ = writeln!(err, "airvane: cannot write the output: {}", error.kind());
            Exit::Failure
        }
    }
}
