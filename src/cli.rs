//! The command line: clap definitions and nothing else.

mod choices;
mod words;

use std::path::PathBuf;

use clap::builder::TypedValueParser;
use clap::{Args, Parser, Subcommand, ValueHint};

pub use self::choices::*;
pub(crate) use self::words::provider;
pub use self::words::{Definition, without_values};
use self::words::{
    Words, codes, commands, definition, dialect, dialects, format, jobs, kind, schemas, severity,
    wanted,
};
use crate::airflow::{Python, Version};
use crate::inputs::Kind;
use crate::render::Format;
use crate::report::Severity;
use crate::resolve::Wanted;
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
