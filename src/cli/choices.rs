//! The words among which an option lets one choose.

use clap::ValueEnum;

use crate::airflow::Runtime;
use crate::report::Severity;

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
