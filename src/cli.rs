//! The command line: clap definitions and nothing else.

use std::path::PathBuf;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

use crate::airflow::{Python, Runtime, Version};
use crate::inputs::{EntryKind, Kind};
use crate::render::Format;
use crate::report::Severity;
use crate::resolve::Wanted;
use crate::rules;
use crate::syntax::dotenv::Dialect;

/// Offline linter for the secrets-backend configuration of Apache Airflow.
#[derive(Debug, Parser)]
#[command(name = "airvane", version, about, disable_help_subcommand = true)]
#[command(
    after_help = "Exit codes: 0 nothing at or above --fail-on, 1 there is, \
2 airvane could not do the whole job."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// The settings file; default: airvane.toml, or pyproject.toml with [tool.airvane], the nearest one
    /// upwards to the root of the repository.
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// Go by no settings file.
    #[arg(long, global = true, conflicts_with = "config")]
    pub no_config: bool,

    /// When to colour the output.
    #[arg(long, global = true, value_enum, default_value_t = ColourChoice::Auto, value_name = "WHEN")]
    pub color: ColourChoice,

    /// Print findings and failures only.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Show findings of severity info, the target and the grouping too.
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

const EXAMPLES: &str = "\
Examples:
  airvane check                                     everything below this folder
  airvane check airflow.cfg .env ssm-export.json    these files
  airvane check --airflow 2.11.2 --airflow 3.3.2    judge an upgrade
  airvane check --select AV2,uri-port --ignore AV210
  airvane check --format full --format json=report.json
  airvane check --diff; airvane check --fix         see the safe fixes, then make them
  aws ssm get-parameters-by-path --path /airflow --recursive --with-decryption |
    airvane check airflow.cfg -                     an export that never lies on the disk";

const LIST_EXAMPLES: &str = "\
Examples:
  airvane list                                      everything below this folder
  airvane list airflow.cfg ssm-export.json          ids as this deployment's backend asks for them
  airvane list --format jsonl --reveal dump.json    with the secrets";

const RESOLVE_EXAMPLES: &str = "\
Examples:
  airvane resolve connection:smtp_default
  airvane resolve connection:db variable:env --in airflow.cfg --in .env --in ssm-export.json
  airvane resolve --used                            every id that DAGs ask for
  airvane resolve connection:db --runtime server --airflow 2.11.2";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  airvane completions bash > ~/.local/share/bash-completion/completions/airvane
  airvane completions zsh > ~/.zfunc/_airvane        with ~/.zfunc in fpath
  airvane completions fish > ~/.config/fish/completions/airvane.fish
  airvane completions powershell >> $PROFILE";

const MAN_EXAMPLES: &str = "\
Examples:
  airvane man > ~/.local/share/man/man1/airvane.1
  airvane man check > ~/.local/share/man/man1/airvane-check.1";

/// The commands. What each of them takes is built when it is called (`defer`): it is most of what there is to build, and
/// nothing is asked for but one. What a command says of itself stands here for the list and there for its own help.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    /// Lint configuration files and exports of secret stores.
    Check(Box<CheckArgs>),
    /// Print every connection, variable and option found, as Airflow would read it.
    List(Box<ListArgs>),
    /// Tell how Airflow looks an id up: each backend in order, the name asked for, the result.
    Resolve(Box<ResolveArgs>),
    /// Print the settings Airflow ends up with, and where each value comes from.
    Config(Box<ConfigArgs>),
    /// Print the page of a rule.
    Explain(ExplainArgs),
    /// List all rules.
    Rules(RulesArgs),
    /// Print a JSON Schema; without a name, their names.
    Schema(SchemaArgs),
    /// Write airvane.toml, commented, from what the repository holds.
    Init(InitArgs),
    /// Print the completions for a shell.
    Completions(CompletionsArgs),
    /// Print the man page of airvane, or of one of its commands.
    Man(ManArgs),
    /// Serve an editor on stdin and stdout (Language Server Protocol).
    Lsp(Box<LspArgs>),
}

/// Lint configuration files and exports of secret stores.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = EXAMPLES)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub struct CheckArgs {
    /// Files and directories; `-` is stdin [default: .]
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,

    /// Whose behaviour is modelled.
    #[command(flatten)]
    pub target: TargetArgs,

    /// The process that reads the secrets [default: both]
    #[arg(long, value_enum, help_heading = "Target")]
    pub runtime: Option<RuntimeChoice>,

    /// What is read, and how.
    #[command(flatten)]
    pub input: InputArgs,

    /// An AWS shared config or credentials file: `profile_name` must exist there (repeatable).
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Input")]
    pub aws_config: Vec<PathBuf>,

    /// The files are those that a hook hands over: what the settings file excludes and what is not
    /// Airflow's is passed over, as in a walk.
    #[arg(long, help_heading = "Input")]
    pub hook: bool,

    /// Path that stdin (`-`) stands for; its neighbours are read from disk.
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath, help_heading = "Input")]
    pub stdin_filename: Option<PathBuf>,

    /// Output format, to stdout or to FILE (repeatable, one of them to stdout): full, concise, json, jsonl,
    /// github, gitlab, sarif, junit, checkstyle, rdjson, html (a page with the lookup map).
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = format, help_heading = "Output")]
    pub format: Vec<(Format, Option<PathBuf>)>,

    /// Add counts per rule.
    #[arg(long, help_heading = "Output")]
    pub statistics: bool,

    /// List what would be read as what, and what is skipped and why; check nothing.
    #[arg(long, help_heading = "Output")]
    pub show_files: bool,

    /// Report only these rules: codes, prefixes (AV2) or names.
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        value_parser = Words(codes),
        hide_possible_values = true,
        help_heading = "Rules"
    )]
    pub select: Vec<String>,

    /// Leave these rules out: codes, prefixes or names.
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        value_parser = Words(codes),
        hide_possible_values = true,
        help_heading = "Rules"
    )]
    pub ignore: Vec<String>,

    /// Give a rule another severity: error, warning or info.
    #[arg(long, value_name = "RULE=LEVEL", value_parser = severity, value_delimiter = ',', help_heading = "Rules")]
    pub severity: Vec<(String, Severity)>,

    /// Findings that FILE knows are counted and not told.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Rules")]
    pub baseline: Option<PathBuf>,

    /// Write what is found to the baseline, so that only what comes later is told.
    #[arg(long, help_heading = "Rules")]
    pub write_baseline: bool,

    /// Exit with 1 from this severity on [default: warning]
    #[arg(long, value_enum, value_name = "LEVEL", help_heading = "Rules")]
    pub fail_on: Option<FailOn>,

    /// What is put right.
    #[command(flatten)]
    pub fixes: FixArgs,

    /// Nothing to lint is fine.
    #[arg(long, help_heading = "Rules")]
    pub allow_empty: bool,

    /// Number of files read at a time, default: one a core; the output does not depend on it.
    #[arg(long, value_name = "N", value_parser = jobs, help_heading = "Input")]
    pub jobs: Option<std::num::NonZeroUsize>,
}

/// What is put right.
#[derive(Args, Debug)]
#[group(skip)]
#[command(group(clap::ArgGroup::new("fixing").args(["fix", "diff"]).multiple(true)))]
pub struct FixArgs {
    /// Make the fixes that are safe, and report what remains.
    #[arg(long, conflicts_with = "show_files", help_heading = "Fixes")]
    pub fix: bool,

    /// With --fix or --diff: those too that may not be what was meant.
    #[arg(long, requires = "fixing", help_heading = "Fixes")]
    pub unsafe_fixes: bool,

    /// Show what --fix would change (secrets are masked), and write nothing.
    #[arg(
        long,
        conflicts_with_all = ["show_files", "format", "statistics", "write_baseline"],
        help_heading = "Fixes"
    )]
    pub diff: bool,
}

/// Whose behaviour is modelled, for every command that models one.
#[derive(Args, Debug)]
#[group(skip)]
pub struct TargetArgs {
    /// Airflow release to model (repeatable); default: what the settings file says, else what the
    /// repository pins, else the newest known.
    #[arg(long, value_name = "VERSION", help_heading = "Target")]
    pub airflow: Vec<Version>,

    /// Provider release, such as amazon=9.2.0 (repeatable); default: the pinned one, else the one that
    /// was current when that Airflow came out.
    #[arg(long, value_name = "NAME=VERSION", value_parser = provider, help_heading = "Target")]
    pub provider: Vec<(String, Version)>,

    /// Python release that runs Airflow; default: the pinned one, else a usual one for that release.
    #[arg(long, value_name = "VERSION", help_heading = "Target")]
    pub python: Option<Python>,
}

/// What is read, and how, for every command that reads a deployment.
#[derive(Args, Debug)]
#[group(skip)]
pub struct InputArgs {
    /// Who reads `.env` files.
    ///
    /// docker, compose, python-dotenv, sh, bash, systemd, astro-standalone or astro-deploy [default: compose]
    #[arg(long, value_parser = Words(dialects).try_map(|word| dialect(&word)), hide_possible_values = true, value_name = "DIALECT", help_heading = "Input")]
    pub env_dialect: Option<Dialect>,

    /// A variable of the environment Airflow runs in (repeatable).
    #[arg(long, value_name = "NAME=VALUE", value_parser = definition, help_heading = "Input")]
    pub define: Vec<Definition>,

    /// Read PATH as this kind: cfg, env, ssm, secretsmanager, flat-store, connections, variables or dag (repeatable).
    #[arg(long, value_name = "KIND=PATH", value_parser = kind, help_heading = "Input")]
    pub kind: Vec<(Kind, PathBuf)>,

    /// How files are grouped: `auto`, or `one` for all of them together.
    #[arg(long, value_enum, default_value_t = Grouping::Auto, value_name = "HOW", help_heading = "Input")]
    pub deployments: Grouping,
}

/// Serve an editor on stdin and stdout (Language Server Protocol).
#[derive(Args, Debug)]
#[group(skip)]
pub struct LspArgs {
    /// Whose behaviour is modelled, where the client does not say.
    #[command(flatten)]
    pub target: TargetArgs,

    /// The process that reads the secrets [default: both]
    #[arg(long, value_enum, help_heading = "Target")]
    pub runtime: Option<RuntimeChoice>,

    /// Who reads `.env` files.
    ///
    /// docker, compose, python-dotenv, sh, bash, systemd, astro-standalone or astro-deploy [default: compose]
    #[arg(long, value_parser = dialect, value_name = "DIALECT", help_heading = "Input")]
    pub env_dialect: Option<Dialect>,

    /// Speak on stdin and stdout: editors say so, and there is no other way.
    #[arg(long)]
    pub stdio: bool,
}

/// Print every connection, variable and option found, as Airflow would read it.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = LIST_EXAMPLES)]
pub struct ListArgs {
    /// Files and directories; `-` is stdin [default: .]
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,

    /// Whose behaviour is modelled.
    #[command(flatten)]
    pub target: TargetArgs,

    /// The process that reads the secrets [default: task]
    #[arg(long, value_enum, help_heading = "Target")]
    pub runtime: Option<ProcessChoice>,

    /// What is read, and how.
    #[command(flatten)]
    pub input: InputArgs,

    /// Output format.
    #[arg(long, value_enum, default_value_t = ListFormat::Table, help_heading = "Output")]
    pub format: ListFormat,

    /// Show secret values.
    #[arg(long, help_heading = "Output")]
    pub reveal: bool,

    /// Nothing to list is fine.
    #[arg(long, help_heading = "Output")]
    pub allow_empty: bool,
}

/// Tell how Airflow looks an id up: each backend in order, the name asked for, the result.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = RESOLVE_EXAMPLES)]
pub struct ResolveArgs {
    /// What to look up: connection:ID, variable:KEY or config:KEY.
    #[arg(value_name = "KIND:ID", value_parser = wanted, required_unless_present = "used")]
    pub ids: Vec<Wanted>,

    /// Look up every id that the DAGs of the deployment ask for, too.
    #[arg(long)]
    pub used: bool,

    /// Files and directories to look in; `-` is stdin (repeatable) [default: .]
    #[arg(long = "in", value_name = "PATH", value_hint = ValueHint::AnyPath, help_heading = "Input")]
    pub paths: Vec<PathBuf>,

    /// Whose behaviour is modelled.
    #[command(flatten)]
    pub target: TargetArgs,

    /// The process that asks [default: task]
    #[arg(long, value_enum, help_heading = "Target")]
    pub runtime: Option<ProcessChoice>,

    /// The team of the process that asks (Airflow 3.2 and later, with `[core] multi_team`).
    #[arg(long, value_name = "NAME", help_heading = "Target")]
    pub team: Option<String>,

    /// What is read, and how.
    #[command(flatten)]
    pub input: InputArgs,

    /// The deployment that is meant where there are several: its name in the settings file, its number (`2`, of
    /// alternatives `2.1`), its folder or one of its files.
    #[arg(long, value_name = "NAME|PATH", help_heading = "Input")]
    pub deployment: Option<String>,

    /// Output format.
    #[arg(long, value_enum, default_value_t = DocumentFormat::Text, help_heading = "Output")]
    pub format: DocumentFormat,

    /// Show secret values.
    #[arg(long, help_heading = "Output")]
    pub reveal: bool,
}

/// Print the settings Airflow ends up with, and where each value comes from.
#[derive(Args, Debug)]
#[group(skip)]
pub struct ConfigArgs {
    /// Files and directories; `-` is stdin [default: .]
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,

    /// Whose behaviour is modelled.
    #[command(flatten)]
    pub target: TargetArgs,

    /// The process that reads the settings [default: task]
    #[arg(long, value_enum, help_heading = "Target")]
    pub runtime: Option<ProcessChoice>,

    /// What is read, and how.
    #[command(flatten)]
    pub input: InputArgs,

    /// The deployment that is meant where there are several: its name in the settings file, its number (`2`, of
    /// alternatives `2.1`), its folder or one of its files.
    #[arg(long, value_name = "NAME|PATH", help_heading = "Input")]
    pub deployment: Option<String>,

    /// Only the options of this section (repeatable); default: the options that are set anywhere.
    #[arg(long, value_name = "NAME", help_heading = "Output")]
    pub section: Vec<String>,

    /// Output format.
    #[arg(long, value_enum, default_value_t = DocumentFormat::Text, help_heading = "Output")]
    pub format: DocumentFormat,

    /// Show secret values.
    #[arg(long, help_heading = "Output")]
    pub reveal: bool,
}

/// Print the page of a rule.
#[derive(Args, Debug)]
#[group(skip)]
pub struct ExplainArgs {
    /// Code or name: AV201, kwargs-not-json.
    #[arg(value_name = "RULE", value_parser = Words(codes), hide_possible_values = true)]
    pub rule: String,
}

/// List all rules.
#[derive(Args, Debug)]
#[group(skip)]
pub struct RulesArgs {
    /// Output format.
    #[arg(long, value_enum, default_value_t = RulesFormat::Text)]
    pub format: RulesFormat,
}

/// Print a JSON Schema; without a name, their names.
#[derive(Args, Debug)]
#[group(skip)]
pub struct SchemaArgs {
    /// Name of the schema.
    #[arg(value_name = "NAME", value_parser = Words(schemas), hide_possible_values = true)]
    pub name: Option<String>,
}

/// Write airvane.toml, commented, from what the repository holds.
#[derive(Args, Debug)]
#[group(skip)]
pub struct InitArgs {
    /// Print it, and write nothing.
    #[arg(long, conflicts_with = "force")]
    pub stdout: bool,

    /// Write it although there are settings already: airvane.toml is replaced.
    #[arg(long)]
    pub force: bool,
}

/// Print the completions for a shell.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = COMPLETIONS_EXAMPLES)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// Print the man page of airvane, or of one of its commands.
#[derive(Args, Debug)]
#[group(skip)]
#[command(after_help = MAN_EXAMPLES)]
pub struct ManArgs {
    /// One of the commands [default: airvane itself]
    #[arg(value_name = "COMMAND", value_parser = Words(commands), hide_possible_values = true)]
    pub command: Option<String>,
}

/// `--color`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColourChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// `--runtime`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RuntimeChoice {
    /// Task processes.
    Task,
    /// Scheduler, API server, CLI.
    Server,
    /// Both.
    Both,
}

impl From<RuntimeChoice> for Runtime {
    fn from(choice: RuntimeChoice) -> Self {
        match choice {
            RuntimeChoice::Task => Self::Task,
            RuntimeChoice::Server => Self::Server,
            RuntimeChoice::Both => Self::Both,
        }
    }
}

/// `--runtime` of the commands that look through the eyes of one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProcessChoice {
    /// Task processes.
    Task,
    /// Scheduler, API server, CLI.
    Server,
}

impl From<ProcessChoice> for Runtime {
    fn from(choice: ProcessChoice) -> Self {
        match choice {
            ProcessChoice::Task => Self::Task,
            ProcessChoice::Server => Self::Server,
        }
    }
}

/// `list --format`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people.
    Table,
    /// One array.
    Json,
    /// One object a line.
    Jsonl,
}

/// `resolve --format`, `config --format`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DocumentFormat {
    /// For people.
    Text,
    /// One document.
    Json,
}

/// `--deployments`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Grouping {
    /// By directory; alternatives are never merged.
    Auto,
    /// Everything that was named belongs together.
    One,
}

/// `--fail-on`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Errors.
    Error,
    /// Warnings and errors.
    Warning,
    /// Any finding.
    Info,
    /// Nothing.
    Never,
}

impl FailOn {
    /// The least severity that fails the run.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Info => Some(Severity::Info),
            Self::Never => None,
        }
    }
}

/// `rules --format`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RulesFormat {
    /// A table.
    Text,
    /// JSON with the pages.
    Json,
}

/// `NAME=VALUE`, or `NAME` for a variable that is set to something unknown. The value may be
/// secret, so it prints no more than its name.
#[derive(Clone)]
pub struct Definition {
    /// Name of the variable.
    pub name: String,
    /// Its value.
    pub value: Option<crate::source::Secret>,
}

impl std::fmt::Debug for Definition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

// clap prints the whole argument when a parser fails: this one, which may be given a secret, never
// does.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape clap wants of a value parser"
)]
fn definition(text: &str) -> Result<Definition, std::convert::Infallible> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(crate::source::Secret::new(value))),
        None => (text, None),
    };
    Ok(Definition {
        name: name.to_owned(),
        value,
    })
}

/// A usage error without what the user typed: a secret may have slipped into any argument (a
/// forgotten `--define`, two arguments that changed places). The option and what it takes say
/// enough.
pub fn without_values(mut error: clap::Error) -> clap::Error {
    let hidden = || ContextValue::String("…".to_owned());
    let is_empty =
        |value: &ContextValue| matches!(value, ContextValue::String(text) if text.is_empty());
    if error
        .get(ContextKind::InvalidValue)
        .is_some_and(|value| !is_empty(value))
    {
        error.insert(ContextKind::InvalidValue, hidden());
    }
    // A single letter may be repeated. What is nearly an option's name may go on with a value.
    if error.kind() == ErrorKind::UnknownArgument {
        let letter = matches!(
            error.get(ContextKind::InvalidArg),
            Some(ContextValue::String(text)) if text.chars().count() <= 2
        );
        if !letter {
            error.insert(ContextKind::InvalidArg, hidden());
        }
        // "to pass '…' as a value"
        error.insert(ContextKind::Suggested, ContextValue::None);
    }
    if error.get(ContextKind::InvalidSubcommand).is_some() {
        error.insert(ContextKind::InvalidSubcommand, hidden());
    }
    error
}

/// Takes any text, and tells completions which ones are usual.
#[derive(Clone)]
struct Words(fn() -> Vec<PossibleValue>);

impl TypedValueParser for Words {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.0)().into_iter()))
    }
}

fn codes() -> Vec<PossibleValue> {
    let rules = rules::ALL.iter();
    rules
        .map(|rule| PossibleValue::new(rule.code).help(rule.name))
        .collect()
}

fn dialects() -> Vec<PossibleValue> {
    let dialects = Dialect::ALL.iter();
    dialects
        .map(|dialect| PossibleValue::new(dialect.word()))
        .collect()
}

fn schemas() -> Vec<PossibleValue> {
    let schemas = crate::commands::schema::SCHEMAS.iter();
    schemas.map(|(name, _)| PossibleValue::new(*name)).collect()
}

fn commands() -> Vec<PossibleValue> {
    use clap::CommandFactory;
    let all = Cli::command();
    let names = all.get_subcommands().map(clap::Command::get_name);
    names
        .map(|name| PossibleValue::new(name.to_owned()))
        .collect()
}

fn wanted(text: &str) -> Result<Wanted, String> {
    let wrong = || "expected connection:ID, variable:KEY or config:KEY".to_owned();
    let (word, id) = text.split_once(':').ok_or_else(wrong)?;
    let kind = EntryKind::ALL.into_iter().find(|kind| kind.word() == word);
    Ok(Wanted {
        kind: kind.ok_or_else(wrong)?,
        id: id.to_owned(),
    })
}

fn dialect(text: &str) -> Result<Dialect, String> {
    text.parse().map_err(|_| {
        let words: Vec<&str> = Dialect::ALL.iter().map(|dialect| dialect.word()).collect();
        format!("the dialects are {}", words.join(", "))
    })
}

pub(crate) fn provider(text: &str) -> Result<(String, Version), String> {
    let (name, version) = text
        .split_once('=')
        .ok_or("expected a provider and a release, such as amazon=9.2.0")?;
    let version = version.trim_start_matches('=');
    let version = version.parse().map_err(|error| format!("{error}"))?;
    let name = name
        .strip_prefix("apache-airflow-providers-")
        .unwrap_or(name);
    Ok((name.to_owned(), version))
}

fn jobs(text: &str) -> Result<std::num::NonZeroUsize, &'static str> {
    text.parse().map_err(|_| "expected a number from 1 on")
}

fn kind(text: &str) -> Result<(Kind, PathBuf), String> {
    let (word, path) = text.split_once('=').ok_or("expected KIND=PATH")?;
    let kind = Kind::ALL.iter().find(|kind| kind.word() == word);
    let kind = kind.ok_or_else(|| {
        let words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
        format!("the kinds are {}", words.join(", "))
    })?;
    Ok((*kind, PathBuf::from(path)))
}

fn format(text: &str) -> Result<(Format, Option<PathBuf>), String> {
    let (word, path) = match text.split_once('=') {
        Some((_, "")) => return Err("the name of a file is missing behind `=`".to_owned()),
        Some((word, "-")) => (word, None),
        Some((word, path)) => (word, Some(PathBuf::from(path))),
        None => (text, None),
    };
    let format = Format::ALL.iter().find(|format| format.word() == word);
    let format = format.ok_or_else(|| {
        let words: Vec<&str> = Format::ALL.iter().map(|format| format.word()).collect();
        format!("the formats are {}", words.join(", "))
    })?;
    Ok((*format, path))
}

fn severity(text: &str) -> Result<(String, Severity), String> {
    let (rule, level) = text.split_once('=').ok_or("expected RULE=LEVEL")?;
    let severity = level
        .parse()
        .map_err(|()| "the levels are error, warning and info")?;
    Ok((rule.to_owned(), severity))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_help_names_every_format() {
        let mut command = Cli::command();
        let check = command.find_subcommand_mut("check").expect("it is there");
        let help = check.render_long_help().to_string();
        for format in Format::ALL {
            assert!(help.contains(format.word()), "{}", format.word());
        }
    }

    #[test]
    fn the_definitions_hold_together() {
        Cli::command().debug_assert();
    }
}
