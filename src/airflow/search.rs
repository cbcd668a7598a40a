//! The search order: which backends a process asks, one after the other, and what an exception in one of
//! them leads to.
//!
//! `ensure_secrets_loaded`, `get_connection_from_secrets` and `get_variable_from_secrets` of Airflow,
//! `_get_connection` and `_get_variable` of the Task SDK. What changed in which release is data
//! (`schemas/data/search.json`); what a backend asks its store for is said in [`super::backend`].

use std::sync::LazyLock;

use serde::Deserialize;

use super::backend::{Backend, SecretsConfig};
use super::{Runtime, Target, Version};
use crate::inputs::EntryKind;

/// One stop of the search.
#[derive(Clone, Copy, Debug)]
pub enum Stop<'s, 'a> {
    /// The backend of `[secrets]` or `[workers]`.
    Custom(&'s Backend<'a>),
    /// `EnvironmentVariablesBackend`.
    Environment,
}

/// What is asked after all [`Stop`]s, and cannot be seen from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Last {
    /// The metadata database.
    Metastore,
    /// The Execution API, which goes through the server's own search.
    ExecutionApi,
    /// The supervisor of the task asks the Execution API when the search has ended.
    Supervisor,
}

/// What becomes of an exception in a backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Raised {
    /// It leaves the lookup: the task fails.
    Propagates,
    /// Logged with its traceback at level ERROR; the next backend is asked.
    Error,
    /// Logged at level DEBUG, which nobody sees; the next backend is asked.
    Debug,
}

#[derive(Deserialize)]
struct Raw {
    raised: Vec<RawRaised>,
    last: Vec<RawLast>,
    worker_chain_from: String,
    worker_options_from: String,
}

#[derive(Deserialize)]
struct RawRaised {
    kind: String,
    process: String,
    from: String,
    raised: Raised,
}

#[derive(Deserialize)]
struct RawLast {
    process: String,
    from: String,
    last: Last,
}

struct Facts {
    raised: Vec<(EntryKind, Runtime, Version, Raised)>,
    last: Vec<(Runtime, Version, Last)>,
    worker_chain_from: Version,
    worker_options_from: Version,
}

static FACTS: LazyLock<Facts> = LazyLock::new(|| {
    let raw: Raw = serde_json::from_str(include_str!("../../schemas/data/search.json"))
        .expect("the shipped table is read by a test");
    let version = |text: &str| {
        text.parse()
            .expect("the shipped table holds release numbers")
    };
    Facts {
        raised: raw
            .raised
            .iter()
            .map(|row| {
                (
                    kind(&row.kind),
                    process(&row.process),
                    version(&row.from),
                    row.raised,
                )
            })
            .collect(),
        last: raw
            .last
            .iter()
            .map(|row| (process(&row.process), version(&row.from), row.last))
            .collect(),
        worker_chain_from: version(&raw.worker_chain_from),
        worker_options_from: version(&raw.worker_options_from),
    }
});

fn kind(word: &str) -> EntryKind {
    let kinds = [
        EntryKind::Connection,
        EntryKind::Variable,
        EntryKind::Config,
    ];
    let found = kinds.into_iter().find(|kind| kind.word() == word);
    found.expect("the shipped table holds words of kinds")
}

fn process(word: &str) -> Runtime {
    let found = [Runtime::Server, Runtime::Task]
        .into_iter()
        .find(|runtime| runtime.word() == word);
    found.expect("the shipped table holds words of processes")
}

/// The process that [`Target::runtime`] means where only one can be meant.
fn one(target: &Target) -> Runtime {
    match target.runtime {
        Runtime::Task => Runtime::Task,
        Runtime::Server | Runtime::Both => Runtime::Server,
    }
}

/// Whether the process reads `[workers]` when it is asked for a `kind`.
pub fn reads_workers(kind: EntryKind, target: &Target) -> bool {
    let from = match kind {
        EntryKind::Connection | EntryKind::Variable => FACTS.worker_chain_from,
        EntryKind::Config => FACTS.worker_options_from,
    };
    one(target) == Runtime::Task && target.airflow >= from
}

/// The pair of options whose backend the process asks for a `kind`: a worker's own where there is one.
pub fn custom<'s, 'a>(
    secrets: &'s SecretsConfig<'a>,
    kind: EntryKind,
    target: &Target,
) -> &'s Backend<'a> {
    if reads_workers(kind, target) {
        secrets.for_worker()
    } else {
        &secrets.main
    }
}

/// What is asked for a `kind`, in order. Options are only asked of the custom backend.
pub fn stops<'s, 'a>(
    secrets: &'s SecretsConfig<'a>,
    kind: EntryKind,
    target: &Target,
) -> Vec<Stop<'s, 'a>> {
    let custom = custom(secrets, kind, target);
    let mut stops = Vec::new();
    if custom.is_configured() {
        stops.push(Stop::Custom(custom));
    }
    if kind != EntryKind::Config {
        stops.push(Stop::Environment);
    }
    stops
}

/// What is asked when no stop has an answer; `None` for options, which have their default then.
pub fn last(kind: EntryKind, target: &Target) -> Option<Last> {
    let process = one(target);
    let rows = FACTS.last.iter();
    rows.filter(|(of, from, _)| *of == process && *from <= target.airflow)
        .map(|(_, _, last)| *last)
        .next_back()
        .filter(|_| kind != EntryKind::Config)
}

/// What an exception in a backend leads to.
pub fn raised(kind: EntryKind, target: &Target) -> Raised {
    let process = one(target);
    let rows = FACTS.raised.iter();
    rows.filter(|(of, by, from, _)| *of == kind && *by == process && *from <= target.airflow)
        .map(|(_, _, _, raised)| *raised)
        .next_back()
        .unwrap_or(Raised::Propagates)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(airflow: &str, runtime: Runtime) -> Target {
        let mut target = Target::chosen(airflow);
        target.runtime = runtime;
        target
    }

    #[test]
    fn exceptions_are_told_ever_less_loudly() {
        let raised = |airflow, runtime| raised(EntryKind::Connection, &target(airflow, runtime));
        assert_eq!(raised("2.1.4", Runtime::Task), Raised::Propagates);
        assert_eq!(raised("2.11.2", Runtime::Task), Raised::Error);
        assert_eq!(raised("3.0.6", Runtime::Server), Raised::Debug);
        assert_eq!(raised("3.1.0", Runtime::Task), Raised::Error);
        assert_eq!(raised("3.1.1", Runtime::Task), Raised::Debug);
        let variable = super::raised(EntryKind::Variable, &target("3.3.2", Runtime::Task));
        assert_eq!(variable, Raised::Error);
    }

    #[test]
    fn what_comes_last_depends_on_the_process() {
        let last = |airflow, runtime| last(EntryKind::Variable, &target(airflow, runtime));
        assert_eq!(last("2.11.2", Runtime::Task), Some(Last::Metastore));
        assert_eq!(last("3.0.6", Runtime::Task), Some(Last::Supervisor));
        assert_eq!(last("3.3.2", Runtime::Task), Some(Last::ExecutionApi));
        assert_eq!(last("3.3.2", Runtime::Server), Some(Last::Metastore));
        let target = target("3.3.2", Runtime::Task);
        assert_eq!(super::last(EntryKind::Config, &target), None);
    }
}
