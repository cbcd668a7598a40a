//! `resolve`: how Airflow looks one id up in a deployment. Each backend in its order, the exact name asked
//! for, what comes of it, and why.
//!
//! Follows [`crate::airflow::search`] over what was loaded; each export is streamed once for all ids.
//! Nothing is printed here, and what may be shown of a value is said beside it.

mod environment;
mod local;
pub mod map;
mod near;
mod plan;
mod remarks;
mod stores;
mod walk;
pub(crate) mod words;

use std::path::PathBuf;

use crate::airflow::connection::{Format, Reading};
use crate::airflow::search::Last;
use crate::aws::names::is_store_name;
use crate::inputs::EntryKind;
use crate::list::MayShow;
use crate::load::{Loaded, One};
use crate::report::{Failure, Severity};
use crate::workspace::Content;

pub use near::Near;
pub(crate) use plan::{Customs, Plan};
pub(crate) use remarks::{class_name, last};
pub(crate) use stores::{Asker, Gather};

/// One id and what becomes of it.
#[derive(Debug)]
pub struct Answer {
    /// What was looked up.
    pub kind: EntryKind,
    /// Its id.
    pub id: String,
    /// What comes of it.
    pub outcome: Outcome,
    /// The exception that leaves the lookup, or keeps Airflow from starting.
    pub airflow: Option<&'static str>,
    /// The backends that are asked, in order, up to the one that has it.
    pub steps: Vec<Step>,
    /// The value, where it is found.
    pub found: Option<Found>,
    /// What is found behind a step whose outcome is not known.
    pub candidates: Vec<Candidate>,
    /// What is asked after the steps and is left out of the verdict.
    pub last: Option<Last>,
    /// Names that do exist and are nearly the ones asked for; the nearest first.
    pub near: Vec<Near>,
    /// Where DAGs ask for it.
    pub used: Vec<Spot>,
    /// What the rules say of the settings and of the value, as far as it may explain the outcome.
    pub remarks: Vec<Remark>,
    /// Why, in one sentence.
    pub because: String,
}

/// What comes of a step, and of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Airflow gets a connection or a value.
    Found,
    /// It is not there.
    Missing,
    /// The backend does not ask its store.
    Skipped,
    /// An exception.
    Error,
    /// That cannot be told from here.
    Unknown,
}

impl Outcome {
    /// The word of JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Missing => "missing",
            Self::Skipped => "skipped",
            Self::Error => "error",
            Self::Unknown => "unknown",
        }
    }
}

/// One backend on the way.
#[derive(Clone, Debug)]
pub struct Step {
    /// Path of its class.
    pub backend: String,
    /// Where it is configured, for people: `airflow.cfg:3`.
    pub configured: Option<Spot>,
    /// The names it asks its store for, in order, until one is there; none behind one that hides them.
    pub lookups: Vec<String>,
    /// What the settings put before the id may be shown.
    pub lookups_public: bool,
    /// Index into `lookups` of the name that is there.
    pub hit: Option<usize>,
    /// What comes of it.
    pub outcome: Outcome,
    /// Where the name stands that is there.
    pub spot: Option<Spot>,
    /// Why, in words.
    pub reason: Option<String>,
    /// Name of the Python exception.
    pub airflow: Option<&'static str>,
    /// The rule that explains it.
    pub rule: Option<&'static str>,
}

impl Step {
    /// A name that is asked for, as messages tell it.
    fn told(&self, number: usize) -> Option<&str> {
        let name = self.lookups.get(number)?;
        Some(if self.lookups_public {
            name
        } else {
            "a name that is not shown"
        })
    }
}

/// A place, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The file.
    pub path: PathBuf,
    /// Its line, from 1.
    pub line: usize,
}

/// What Airflow gets.
#[derive(Clone, Debug)]
pub enum Found {
    /// A connection.
    Connection {
        /// How it was read; its outcome is a connection.
        reading: Box<Reading>,
        /// How it is kept.
        format: Format,
        /// What of it may be shown.
        may_show: MayShow,
        /// What the rules say of it.
        warnings: Vec<Remark>,
    },
    /// The text of a variable or option.
    Value(crate::source::Secret),
}

/// Something that is found behind a step whose outcome is not known.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Index of its step.
    pub step: usize,
    /// What it is.
    pub found: Found,
}

/// What a rule says that may explain an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Code of the rule.
    pub rule: &'static str,
    /// Severity.
    pub severity: Severity,
    /// Its message.
    pub message: String,
    /// Where.
    pub spot: Spot,
    /// It is about an option of `[workers]`, which not every lookup reads.
    pub of_workers: bool,
}

/// `KIND:ID`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What is looked up.
    pub kind: EntryKind,
    /// Its id; "" is one too.
    pub id: String,
}

/// Who asks, and what for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// The ids.
    pub ids: &'r [Wanted],
    /// The team of the process that asks.
    pub team: Option<&'r str>,
}

/// Every id that the DAGs of the deployment `one` ask for and that `known` does not hold, and how many of them
/// are left out: what no store can hold may be something else, and is not told.
pub fn used(loaded: &Loaded, one: &One, known: &[Wanted]) -> (Vec<Wanted>, usize) {
    let used = loaded.used(one.group).ids.into_iter();
    let wanted = used.map(|used| Wanted {
        kind: used.kind,
        id: used.id.to_owned(),
    });
    let wanted = wanted.filter(|wanted| !known.contains(wanted));
    let (shown, hidden): (Vec<_>, Vec<_>) = wanted.partition(|wanted| is_store_name(&wanted.id));
    (shown, hidden.len())
}

/// Looks every id up in the deployment `one`.
pub fn run(
    request: &Request<'_>,
    loaded: &Loaded,
    one: &One,
    contents: Vec<Option<Content>>,
) -> (Vec<Answer>, Vec<Failure>) {
    let (mut answers, failures) = plan::run_all(&[(*request, one)], loaded, contents);
    (answers.pop().unwrap_or_default(), failures)
}
