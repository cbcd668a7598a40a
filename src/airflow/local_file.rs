//! `airflow/secrets/local_filesystem.py`: the lines that a release refuses, and what it makes of the entries of a
//! file of variables. What becomes of a connection is told by [`super::connection`].

use std::collections::BTreeMap;

use super::Version;
use crate::inputs::{Definition, EntryKind, Notation};
use crate::source::{Span, Text};
use crate::syntax::dotenv::{LocalEnv, LocalProblem};
use crate::syntax::json::{self, Kind};

/// First release that refuses an empty id.
const REFUSES_EMPTY_ID: Version = Version::new(3, 1, 0);
/// First release that takes more than one `=` in a line.
const TAKES_EQUALS: Version = Version::new(2, 2, 5);
/// First release that raises `VariableNotUnique`.
const HAS_VARIABLE_NOT_UNIQUE: Version = Version::new(3, 1, 0);
/// First release that hands out a list of a variables file as it stands.
const KEEPS_LISTS: Version = Version::new(3, 2, 0);

/// Why an `.env` file is refused as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineFault {
    /// A line without `=`.
    NoEquals,
    /// Nothing stands in front of the `=`.
    EmptyKey,
    /// Nothing stands behind the `=`.
    EmptyValue,
    /// A second `=`.
    SecondEquals,
    /// The id stands twice; where it does first.
    Twice(Span),
}

/// The lines for which a release refuses the file, with what is wrong at which place: lines that cannot be
/// taken apart first, then ids that stand twice.
pub fn refused_lines(file: &LocalEnv, airflow: Version) -> Vec<(LineFault, Span)> {
    let mut refused = Vec::new();
    for (problem, span) in &file.problems {
        let fault = match problem {
            LocalProblem::NoEquals => LineFault::NoEquals,
            LocalProblem::EmptyValue => LineFault::EmptyValue,
            LocalProblem::EmptyKey if airflow < REFUSES_EMPTY_ID => continue,
            LocalProblem::EmptyKey => LineFault::EmptyKey,
        };
        refused.push((fault, *span));
    }
    if airflow < TAKES_EQUALS {
        for line in &file.lines {
            if let Some(at) = line.value.expose().find('=') {
                refused.push((LineFault::SecondEquals, line.value.span(at..at + 1)));
            }
        }
    }
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    for line in &file.lines {
        if line.key.is_empty() || line.value.is_empty() {
            continue;
        }
        match first.get(line.key.as_str()) {
            Some(earlier) => refused.push((LineFault::Twice(*earlier), line.key_span)),
            None => {
                first.insert(&line.key, line.key_span);
            }
        }
    }
    refused
}

impl LineFault {
    /// The exception of every lookup in the file.
    pub fn exception(self, kind: EntryKind, airflow: Version) -> &'static str {
        match self {
            Self::Twice(_) if kind == EntryKind::Connection => "ConnectionNotUnique",
            Self::Twice(_) => variable_not_unique(airflow),
            _ => "AirflowFileParseException",
        }
    }
}

/// `raise VariableNotUnique`
pub fn variable_not_unique(airflow: Version) -> &'static str {
    if airflow < HAS_VARIABLE_NOT_UNIQUE {
        "AirflowException"
    } else {
        "VariableNotUnique"
    }
}

/// What `load_variables` makes of an entry.
#[derive(Debug)]
pub enum LocalVariable {
    /// A text.
    Text(Text),
    /// A number, a list, …, as JSON: `Variable.get` hands out what the file holds.
    Value(Text),
    /// Null: the backend returns `None`.
    Null,
    /// A list of none or of several: the file is refused as a whole.
    NotUnique,
    /// That is not known before Airflow runs.
    Unknown,
}

/// `load_variables`: up to 3.1 the only item of a list stands for the list, in JSON and YAML as well.
pub fn variable(definition: &Definition, airflow: Version) -> LocalVariable {
    let value = &definition.value;
    if !value.is_known() {
        return LocalVariable::Unknown;
    }
    if definition.notation != Notation::LocalValue {
        return LocalVariable::Text(value.clone());
    }
    let Ok(tree) = json::parse(value) else {
        return LocalVariable::Unknown;
    };
    let mut one = tree.root();
    if one.kind() == Kind::Array && airflow < KEEPS_LISTS {
        let mut items = one.items();
        match (items.next(), items.next()) {
            (Some(item), None) => one = item,
            _ => return LocalVariable::NotUnique,
        }
    }
    match (one.kind(), one.string()) {
        (Kind::Null, _) => LocalVariable::Null,
        (_, Some(text)) => LocalVariable::Text(text),
        _ => LocalVariable::Value(one.raw()),
    }
}
