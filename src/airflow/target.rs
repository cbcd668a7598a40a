//! Whose behaviour is modelled: Airflow, providers, Python and the process that asks.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use super::Version;

/// A Python release, as far as facts depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Python {
    /// First number.
    pub major: u8,
    /// Second number.
    pub minor: u8,
}

impl fmt::Display for Python {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// The text is not a release of Python 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAPython;

impl fmt::Display for NotAPython {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a release such as 3.12")
    }
}

impl std::error::Error for NotAPython {}

impl FromStr for Python {
    type Err = NotAPython;

    /// Takes `3.12` and `3.12.4`.
    fn from_str(text: &str) -> Result<Self, NotAPython> {
        let mut numbers = text.split('.');
        let mut number = || numbers.next()?.parse::<u8>().ok();
        match (number(), number()) {
            (Some(major @ 3), Some(minor)) => Ok(Self { major, minor }),
            _ => Err(NotAPython),
        }
    }
}

/// Which process reads a secret. From Airflow 3.2 on tasks use the Task SDK's own classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Runtime {
    /// Scheduler, API server, CLI: Airflow's own classes.
    Server,
    /// Task processes.
    Task,
    /// A finding may hold for either.
    Both,
}

impl Runtime {
    /// The word of the command line and of JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Task => "task",
            Self::Both => "both",
        }
    }

    /// The single runtimes meant.
    pub const fn each(self) -> &'static [Self] {
        match self {
            Self::Server => &[Self::Server],
            Self::Task => &[Self::Task],
            Self::Both => &[Self::Server, Self::Task],
        }
    }
}

/// Who chose the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetSource {
    /// `--airflow`.
    CommandLine,
    /// The settings file.
    Settings,
    /// What the repository pins: a base image, a lock file, requirements.
    Pins,
    /// Nobody: the newest known release was taken, which is a guess.
    Default,
}

impl TargetSource {
    /// The word of JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::CommandLine => "command-line",
            Self::Settings => "settings",
            Self::Pins => "pins",
            Self::Default => "default",
        }
    }
}

/// One release set whose behaviour is modelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Airflow release.
    pub airflow: Version,
    /// Provider releases by short name (`amazon`).
    pub providers: BTreeMap<String, Version>,
    /// Those of `providers` whose release nobody chose: whether they are installed is not known.
    pub assumed: BTreeSet<String>,
    /// Python release.
    pub python: Python,
    /// The process that reads.
    pub runtime: Runtime,
    /// Who chose it.
    pub source: TargetSource,
}

impl Target {
    /// The amazon provider's release.
    pub fn amazon(&self) -> Version {
        self.provider("amazon").unwrap_or(Version::new(9, 39, 0))
    }

    /// A provider's release by short name, where one is known.
    pub fn provider(&self, name: &str) -> Option<Version> {
        self.providers.get(name).copied()
    }

    /// A provider's release, where somebody chose it: then it is installed.
    pub fn chosen_provider(&self, name: &str) -> Option<Version> {
        self.provider(name).filter(|_| !self.assumed.contains(name))
    }

    /// True when nobody chose the release: findings that depend on it step down.
    pub fn is_guess(&self) -> bool {
        self.source == TargetSource::Default
    }
}

#[cfg(test)]
impl Target {
    /// This release of Airflow on Python 3.12, chosen; of providers nothing is known.
    pub(crate) fn chosen(airflow: &str) -> Self {
        Self {
            airflow: airflow.parse().unwrap(),
            providers: BTreeMap::new(),
            assumed: BTreeSet::new(),
            python: Python {
                major: 3,
                minor: 12,
            },
            runtime: Runtime::Both,
            source: TargetSource::CommandLine,
        }
    }

    /// The same with a release of a provider.
    pub(crate) fn with(mut self, provider: &str, release: &str) -> Self {
        let release = release.parse().unwrap();
        self.providers.insert(provider.to_owned(), release);
        self
    }

    /// The same, chosen by nobody.
    pub(crate) fn guessed(mut self) -> Self {
        self.source = TargetSource::Default;
        self
    }
}
