//! What a rule says, and what went wrong on airvane's own side.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::located::{identity, number};
use super::{Fix, Words};
use crate::airflow::Version;
use crate::rules::Rule;
use crate::source::{Place, Position};

/// How sure and how bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Advice.
    Info,
    /// Very likely wrong; a human should look.
    Warning,
    /// Airflow will fail or misread, for certain.
    Error,
}

impl Severity {
    /// The word of every format.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// One level less: certainty depends on something that is not visible.
    #[must_use]
    pub const fn lowered(self) -> Self {
        match self {
            Self::Error => Self::Warning,
            Self::Warning | Self::Info => Self::Info,
        }
    }
}

impl FromStr for Severity {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "info" => Ok(Self::Info),
            "warning" => Ok(Self::Warning),
            "error" => Ok(Self::Error),
            _ => Err(()),
        }
    }
}

/// A second place that belongs to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// What stands there.
    pub message: String,
    /// Where.
    pub place: Place,
    /// Line and column; set when a stream passes the place, else by the report.
    pub position: Option<(Position, Position)>,
}

/// One fault at one place. Holds spans and names, never text of the input.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that speaks.
    pub rule: &'static Rule,
    /// Severity of this finding.
    pub severity: Severity,
    /// One sentence, no newline, nothing secret.
    pub message: Words,
    /// What to write instead.
    pub help: Option<Words>,
    /// The narrowest span that shows the fault.
    pub place: Place,
    /// Line and column; set when a stream passes the place, else by the report.
    pub position: Option<(Position, Position)>,
    /// Other places.
    pub related: Vec<Related>,
    /// Airflow releases for which it holds.
    pub targets: Vec<Version>,
    /// What the finding is about, from names only: it identifies the finding from one run to the
    /// next (`secrets.backend_kwargs`, the name of an entry).
    pub subject: String,
    /// Masked text of the line for streams that cannot be read again.
    pub window: Option<Window>,
    /// What would put it right.
    pub fix: Option<Box<Fix>>,
}

/// A masked piece of a line that cannot be read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// At most 200 bytes, masked.
    pub text: String,
    /// Offset in the file of its first byte.
    pub offset: usize,
}

/// airvane could not do part of its job.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failure {
    /// The file, where there is one.
    pub path: Option<PathBuf>,
    /// What happened, nothing secret.
    pub message: String,
}

/// Where rules put what they find.
#[derive(Debug, Default)]
pub struct Findings {
    list: Vec<Finding>,
}

impl Findings {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reports `message` at `place` with the rule's own severity. The result is a handle to add
    /// help, related places and so on.
    pub fn report(
        &mut self,
        rule: &'static Rule,
        place: Place,
        subject: impl Into<String>,
        message: impl Into<String>,
    ) -> &mut Finding {
        self.list.push(Finding {
            rule,
            severity: rule.severity,
            message: message.into().into(),
            help: None,
            place,
            position: None,
            related: Vec::new(),
            targets: Vec::new(),
            subject: subject.into(),
            window: None,
            fix: None,
        });
        self.list.last_mut().expect("just pushed")
    }

    /// All of them, in the order of reporting.
    pub fn into_vec(self) -> Vec<Finding> {
        self.list
    }
}

impl Finding {
    /// Sets the help line.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into().into());
        self
    }

    /// Offers a fix.
    pub fn fix(&mut self, fix: impl Into<Option<Fix>>) -> &mut Self {
        self.fix = fix.into().map(Box::new);
        self
    }

    /// Sets the severity.
    pub fn severity(&mut self, severity: Severity) -> &mut Self {
        self.severity = severity;
        self
    }

    /// Adds a second place.
    pub fn related(&mut self, place: Place, message: impl Into<String>) -> &mut Self {
        self.related.push(Related {
            message: message.into(),
            place,
            position: None,
        });
        self
    }
}

impl Failure {
    /// Tells it from others in formats that want that of everything; made of what is printed anyway.
    pub fn fingerprint(&self) -> u128 {
        let path = self.path.as_deref().map(crate::source::display_path);
        let path = path.unwrap_or_default();
        number(identity("failure", &path, &self.message))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => {
                let path = crate::source::display_path(path);
                write!(f, "{path}: {}", self.message)
            }
            None => f.write_str(&self.message),
        }
    }
}
