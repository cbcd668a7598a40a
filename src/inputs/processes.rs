//! Several processes of one file that run one Airflow: which environments are the same, and which of them tell
//! Airflow different things although all its processes must be told the same.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::carrier::{Difference, Environment, Variable};
use crate::airflow::expansion::references;
use crate::source::Text;

/// A process of Airflow.
#[derive(Debug)]
pub(super) struct Process {
    /// Its name in the file.
    pub(super) name: String,
    /// What it is told.
    pub(super) environment: Environment,
    /// What else may be set for it.
    pub(super) also: Also,
}

/// What is set for a process outside of the file.
pub(super) enum Also {
    /// What these env files set.
    Texts(Vec<Rc<str>>),
    /// Nobody can say.
    Anything,
}

impl std::fmt::Debug for Also {
    /// Without the texts.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Texts(_) => "Texts(…)",
            Self::Anything => "Anything",
        })
    }
}

impl Also {
    /// The word stands in an env file.
    fn names(&self, word: &str) -> bool {
        match self {
            Self::Texts(texts) => texts.iter().any(|text| text.contains(word)),
            Self::Anything => false,
        }
    }

    fn may_set(&self, name: &str) -> bool {
        matches!(self, Self::Anything) || self.names(name)
    }
}

/// The environments, each once, and which of them each process has. Two are the same that tell Airflow the same at the
/// same places: what only other programs ask for makes no difference.
pub(super) fn different(processes: Vec<Process>) -> (Vec<Environment>, Vec<usize>) {
    let environments: Vec<Environment> = processes.into_iter().map(|one| one.environment).collect();
    let variables = || environments.iter().flat_map(|one| &one.variables);
    let values = variables()
        .filter(|one| is_ours(&one.name))
        .filter_map(|one| one.value.as_ref());
    // Airflow replaces these in its options.
    let named: BTreeSet<String> = values.flat_map(named_in).collect();
    let key = |environment: &Environment| {
        let ours = environment.variables.iter().filter(|one| {
            let name = one.name.expose();
            is_ours(&one.name) || name.starts_with("AWS_") || named.contains(name)
        });
        let places = ours.map(|one| (one.name.source(), one.value.as_ref().map(Text::source)));
        let mut places: Vec<_> = places.collect();
        places.sort_unstable();
        (environment.env_files.clone(), places)
    };
    let mut seen = BTreeMap::new();
    let mut numbers = Vec::with_capacity(environments.len());
    let mut is_new = Vec::with_capacity(environments.len());
    for one in &environments {
        let next = seen.len();
        let number = *seen.entry(key(one)).or_insert(next);
        is_new.push(number == next);
        numbers.push(number);
    }
    let both = environments.into_iter().zip(is_new);
    let first = both.filter_map(|(environment, is_new)| is_new.then_some(environment));
    (first.collect(), numbers)
}

fn is_ours(name: &Text) -> bool {
    name.expose().starts_with("AIRFLOW")
}

fn named_in(value: &Text) -> Vec<String> {
    let text = value.expose();
    if !text.contains('$') {
        return Vec::new();
    }
    let names = references(text).into_iter();
    names.map(|one| text[one.name].to_owned()).collect()
}

/// Options that are one for all processes of an Airflow, as the environment names them; others differ by service
/// in many files, for reasons.
const SHARED: [&str; 17] = [
    "AIRFLOW__API__SECRET_KEY",
    "AIRFLOW__API_AUTH__JWT_AUDIENCE",
    "AIRFLOW__API_AUTH__JWT_ISSUER",
    "AIRFLOW__API_AUTH__JWT_SECRET",
    "AIRFLOW__CELERY__BROKER_URL",
    "AIRFLOW__CELERY__RESULT_BACKEND",
    "AIRFLOW__CORE__AUTH_MANAGER",
    "AIRFLOW__CORE__EXECUTOR",
    "AIRFLOW__CORE__FERNET_KEY",
    "AIRFLOW__CORE__INTERNAL_API_SECRET_KEY",
    "AIRFLOW__CORE__MULTI_TEAM",
    "AIRFLOW__CORE__SQL_ALCHEMY_CONN",
    "AIRFLOW__CORE__XCOM_BACKEND",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
    "AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER",
    "AIRFLOW__LOGGING__REMOTE_LOG_CONN_ID",
    "AIRFLOW__WEBSERVER__SECRET_KEY",
];

/// Where the metadata database is.
const DATABASE: [&str; 2] = [
    "AIRFLOW__CORE__SQL_ALCHEMY_CONN",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
];

fn is_shared(name: &str) -> bool {
    SHARED.contains(&name)
        || name.starts_with("AIRFLOW__SECRETS__")
        || name.starts_with("AIRFLOW_CONN_")
        || name.starts_with("AIRFLOW_VAR_")
}

/// Parts of the names of services that run something else than Airflow's own processes: what prepares the
/// database, a shell, a monitor.
const BESIDE: [&str; 9] = [
    "init", "migrat", "setup", "upgrade", "cli", "flower", "statsd", "user", "create",
];

/// Words that may be told of the name of a service.
const WORDS: [&str; 26] = [
    "airflow",
    "api",
    "apiserver",
    "app",
    "celery",
    "cli",
    "common",
    "dag",
    "dev",
    "flower",
    "init",
    "job",
    "local",
    "migrate",
    "migrations",
    "mwaa",
    "processor",
    "prod",
    "runner",
    "scheduler",
    "server",
    "test",
    "triggerer",
    "web",
    "webserver",
    "worker",
];

fn shown(name: &str) -> Option<String> {
    let mut words = name.split(['-', '_']);
    let is_plain = words.all(|word| {
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
        WORDS.contains(&word)
    });
    (is_plain && name.len() <= 40).then(|| name.to_owned())
}

/// What of the environments differs and should not. Of each variable the first two processes that differ.
pub(super) fn differences(processes: &[Process]) -> Vec<Difference> {
    let sets_database = |process: &&Process| {
        let mut names = process.environment.variables.iter();
        names.any(|one| DATABASE.contains(&one.name.expose()))
    };
    let mut first: BTreeMap<&str, (&Process, &Variable)> = BTreeMap::new();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let mut found = Vec::new();
    for process in processes {
        for variable in &process.environment.variables {
            let name = variable.name.expose();
            if !is_shared(name) {
                continue;
            }
            let Some((other, known)) = first.get(name) else {
                first.insert(name, (process, variable));
                continue;
            };
            if differs(known, variable) && told.insert(name) {
                found.push(Difference {
                    name: name.to_owned(),
                    span: variable.name.source(),
                    other: Some(known.name.source()),
                    processes: [shown(&process.name), shown(&other.name)],
                });
            }
        }
    }
    // With two databases there are two of them.
    let mut databases = found.clone();
    databases.retain(|one: &Difference| DATABASE.contains(&one.name.as_str()));
    if !databases.is_empty() {
        return databases;
    }
    let is_process = |process: &&Process| {
        let name = process.name.to_lowercase();
        !BESIDE.iter().any(|word| name.contains(word))
    };
    let main: Vec<&Process> = processes
        .iter()
        .filter(sets_database)
        .filter(is_process)
        .collect();
    for (name, (process, variable)) in &first {
        let is_main = main.iter().any(|one| std::ptr::eq(*one, *process));
        if !name.starts_with("AIRFLOW__SECRETS__") || !is_main {
            continue;
        }
        let lacks = |other: &&&Process| {
            let mut variables = other.environment.variables.iter();
            !variables.any(|one| one.name.expose() == *name) && !other.also.may_set(name)
        };
        if let Some(other) = main.iter().find(lacks) {
            found.push(Difference {
                name: (*name).to_owned(),
                span: variable.name.source(),
                other: None,
                processes: [shown(&process.name), shown(&other.name)],
            });
        }
    }
    found
}

/// Certainly another value.
fn differs(one: &Variable, other: &Variable) -> bool {
    let (Some(one), Some(other)) = (&one.value, &other.value) else {
        return false;
    };
    one.is_known() && other.is_known() && one.expose() != other.expose()
}
