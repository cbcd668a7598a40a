//! `.env` files, one reader per dialect. There is no common grammar: the same line has up to eight
//! meanings, and each reader here does what one real program does with it.
//!
//! Nothing is taken from the process environment: the caller says what it knows of a name outside
//! the file. This room knows nothing of Airflow and judges nothing; it notes what a reader does
//! with a line as a [`Problem`].

mod astro;
mod collect;
mod compose;
mod docker;
mod local;
mod python;
mod shell;
mod systemd;
pub mod template;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use crate::source::{Span, Text};
use collect::Collector;
pub use local::{LocalEnv, LocalLine, LocalProblem, read_local};
pub use shell::script::{Assigned, Called, Cut, Script, Spaced, script};
pub use systemd::{SystemdWord, systemd_words};

/// The program that reads the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// `docker run --env-file`, docker/cli `kvfile`; `astro dev pytest` and `astro run` too.
    Docker,
    /// `env_file` and the project `.env` of docker compose (compose-go); `astro dev start` too.
    #[default]
    Compose,
    /// python-dotenv.
    PythonDotenv,
    /// `set -a; . ./.env` in dash.
    Sh,
    /// `set -a; . ./.env` in bash.
    Bash,
    /// `EnvironmentFile=` of a systemd unit.
    Systemd,
    /// `astro dev start` in standalone mode.
    AstroStandalone,
    /// `astro deployment variable create --load`.
    AstroDeploy,
    /// `envs:` of kustomize; as [`Self::Docker`], except that a bare name is set to nothing. Its file says who reads: there
    /// is no word for it.
    Kustomize,
    /// `env_file` of docker compose with `format: raw`; as [`Self::Docker`]. Its file says who reads, too.
    ComposeRaw,
}

impl Dialect {
    /// Those that have a word, in the order of the manual.
    pub const ALL: [Self; 8] = [
        Self::Docker,
        Self::Compose,
        Self::PythonDotenv,
        Self::Sh,
        Self::Bash,
        Self::Systemd,
        Self::AstroStandalone,
        Self::AstroDeploy,
    ];

    /// The word of `--env-dialect`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Compose => "compose",
            Self::PythonDotenv => "python-dotenv",
            Self::Sh => "sh",
            Self::Bash => "bash",
            Self::Systemd => "systemd",
            Self::AstroStandalone => "astro-standalone",
            Self::AstroDeploy => "astro-deploy",
            Self::Kustomize => "kustomize",
            Self::ComposeRaw => "compose-raw",
        }
    }

    /// How a sentence names the reader.
    pub const fn reader(self) -> &'static str {
        match self {
            Self::Docker => "docker --env-file",
            Self::Compose => "compose",
            Self::PythonDotenv => "python-dotenv",
            Self::Sh => "sh",
            Self::Bash => "bash",
            Self::Systemd => "systemd",
            Self::AstroStandalone => "astro standalone mode",
            Self::AstroDeploy => "astro deployment variable create",
            Self::Kustomize => "kustomize",
            Self::ComposeRaw => "compose (format: raw)",
        }
    }

    /// True for the two shells.
    pub const fn is_shell(self) -> bool {
        matches!(self, Self::Sh | Self::Bash)
    }
}

/// Not one of the words of `--env-dialect`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotADialect;

impl fmt::Display for NotADialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a .env dialect")
    }
}

impl std::error::Error for NotADialect {}

impl FromStr for Dialect {
    type Err = NotADialect;

    fn from_str(word: &str) -> Result<Self, NotADialect> {
        Self::ALL
            .into_iter()
            .find(|dialect| dialect.word() == word)
            .ok_or(NotADialect)
    }
}

/// What the caller knows of a name outside the file.
#[derive(Clone, PartialEq, Eq)]
pub enum Outside {
    /// It is set to this.
    Value(String),
    /// It is certainly not set.
    Unset,
    /// Nobody can say.
    Unknown,
}

impl fmt::Debug for Outside {
    /// Without the value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Value(_) => "Value(…)",
            Self::Unset => "Unset",
            Self::Unknown => "Unknown",
        })
    }
}

/// A parsed file.
#[derive(Debug, Default)]
pub struct EnvFile {
    /// Whose reading this is.
    pub dialect: Dialect,
    /// Every definition, in file order, overridden ones included.
    pub variables: Vec<EnvVariable>,
    /// Comments, from `#` (or `;`) to the end of the line.
    pub comments: Vec<Span>,
    /// What the grammar itself recognised outside the values: `=`, `:`, quotes, `export`.
    pub delimiters: Vec<Span>,
    /// Lines that the reader refuses, loses or misreads.
    pub problems: Vec<Problem>,
    /// Names that are defined more than once: index of the loser, index of the winner.
    pub duplicates: Vec<(usize, usize)>,
    /// The reader takes nothing from the file, or (a shell) ends before it has read it.
    pub refused: bool,
    /// The file holds commands that are not modelled, so more or less may be set.
    pub uncertain: bool,
    /// Nothing was read as a `.env` file: another format states the variables, in its own writing.
    pub stated: bool,
}

/// What becomes of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It is handed over.
    Kept,
    /// It may be handed over: that depends on a command.
    Perhaps,
    /// Another line of the file defines the same name and wins.
    Overridden,
    /// The reader does not come this far, or drops the whole file. It is what the line would
    /// mean if the fault were repaired.
    Recovered,
}

/// One definition.
#[derive(Clone)]
pub struct EnvVariable {
    /// The name exactly as the reader hands it over.
    pub name: String,
    /// Where it stands.
    pub name_span: Span,
    /// The value; `None` for a bare name whose value comes from the process environment.
    pub value: Option<Text>,
    /// What becomes of it.
    pub delivery: Delivery,
}

impl fmt::Debug for EnvVariable {
    /// Without the name: a broken line may have made one of a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvVariable")
            .field("name_span", &self.name_span)
            .field("delivery", &self.delivery)
            .finish_non_exhaustive()
    }
}

/// What a reader does with a faulty line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// The value handed over is not the one that is written.
    ValueChanged,
    /// The name handed over is not the one that is written.
    NameChanged,
    /// The definition is dropped; the rest of the file is read.
    LineLost,
    /// Nothing from here on is read.
    RestLost,
    /// Nothing of the file is used.
    FileRefused,
    /// The construct is not modelled here.
    Unread,
}

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A quote, `${`, `$(` or backtick that is never closed.
    Unterminated,
    /// A character that a name cannot hold.
    NameCharacter(char),
    /// A blank inside or after a name.
    BlankInName,
    /// Nothing stands before `=`.
    NoName,
    /// No `=` on the line.
    NoEquals,
    /// A blank before or after `=`.
    BlankAroundEquals,
    /// `NAME: value`.
    Colon,
    /// The word `export` is not known to the reader.
    Export,
    /// The value is empty.
    EmptyValue,
    /// The name is defined above, and the first one counts.
    FirstWins,
    /// Text follows a closing quote.
    TextAfterQuote,
    /// ` #` begins a comment in the middle of a quoted part of the value.
    CommentInValue,
    /// ` # …` stays in the value.
    CommentKept,
    /// Quotes stay in the value.
    QuotesKept,
    /// A backslash joins the next line to this one.
    LineJoined,
    /// A line of 64 KiB or more.
    LineTooLong,
    /// The value ends with a carriage return.
    CarriageReturn,
    /// A byte order mark belongs to the first name.
    ByteOrderMark,
    /// `${…}` that the reader cannot read.
    BadSubstitution,
    /// `${NAME:?…}` of a name that is not set.
    Required,
    /// A character of the shell's grammar where it cannot stand.
    ShellSyntax(char),
    /// The shell runs a part of the line as a command.
    Command,
    /// `;` ends the value.
    Semicolon,
    /// `&` puts the assignment into the background, `|` into a pipeline.
    Subshell(char),
    /// `<` or `>` redirects.
    Redirection(char),
    /// The shell removes quotes inside an unquoted value.
    InnerQuotesRemoved,
    /// bash does not let the name be assigned.
    ReadOnly,
    /// `NAME=( … )` is an array, which is never exported.
    Array,
    /// `if`, functions, `eval` and so on.
    Construct,
}

/// A line that the reader refuses, loses or misreads.
#[derive(Clone, PartialEq, Eq)]
pub struct Problem {
    /// What happens.
    pub effect: Effect,
    /// Why.
    pub cause: Cause,
    /// The narrowest place.
    pub span: Span,
    /// The name that the line defines or seems to define. Never to be shown as it is.
    pub name: Option<String>,
}

impl fmt::Debug for Problem {
    /// Without the name: a broken line may have made one of a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem")
            .field("effect", &self.effect)
            .field("cause", &self.cause)
            .field("span", &self.span)
            .finish_non_exhaustive()
    }
}

/// Reads `text` as `dialect` does. `environment` tells what is known of names outside the file.
pub fn read(text: &str, dialect: Dialect, environment: &dyn Fn(&str) -> Outside) -> EnvFile {
    let mut out = Collector::new(text, dialect, environment);
    match dialect {
        Dialect::Docker | Dialect::Kustomize | Dialect::ComposeRaw => docker::read(&mut out),
        Dialect::Compose => compose::read(&mut out),
        Dialect::PythonDotenv => python::read(&mut out),
        Dialect::Sh | Dialect::Bash => shell::read(&mut out),
        Dialect::Systemd => systemd::read(&mut out),
        Dialect::AstroStandalone => astro::standalone(&mut out),
        Dialect::AstroDeploy => astro::deploy(&mut out),
    }
    out.finish()
}
