//! Names that do exist and are nearly the ones asked for, and how they differ.

use super::Spot;
use super::environment::{prefix, upper};
use crate::airflow::lookup::{Coverage, Naming};
use crate::aws::names::is_store_name;
use crate::inputs::EntryKind;
use crate::inputs::env::is_public_name;
use crate::load::{Loaded, One};
use crate::rules::stores::name_not_covered::difference;

/// How many are told.
const MOST: usize = 3;

/// A name that is nearly the one asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// The name, which may be shown.
    pub name: String,
    /// How it differs.
    pub why: String,
    /// Where it stands.
    pub spot: Spot,
    /// The smaller, the nearer.
    rank: usize,
}

impl Near {
    /// Hardly anything else can have been meant.
    pub(super) const fn is_likely(&self) -> bool {
        self.rank <= 1
    }
}

/// How far a stored name is from what a lookup of `id` asks for, and why it is not that.
pub(super) fn in_store(
    naming: &Naming,
    kind: EntryKind,
    id: &str,
    name: &str,
) -> Option<(usize, String)> {
    if let Some(miss) = naming.near_miss(name) {
        let asked = naming.name_for(kind, id);
        return (miss.kind == kind && asked.as_deref() == Some(&miss.asked))
            .then(|| (0, difference(miss.why).to_owned()));
    }
    match naming.coverage(name) {
        Coverage::Covered {
            kind: other,
            id: found,
        } if other != kind => (found == id).then(|| {
            let why = format!("it stands under the prefix of {}s", other.word());
            (1, why)
        }),
        Coverage::Covered { id: found, .. } | Coverage::Ambiguous { id: found } => {
            other_id(id, &found)
        }
        Coverage::Foreign => {
            let last = name.rsplit('/').next()?;
            (last == id && name != id).then(|| (4, "it stands under another path".to_owned()))
        }
    }
}

/// An id that is nearly the one looked up.
fn other_id(id: &str, found: &str) -> Option<(usize, String)> {
    if found == id {
        return None;
    }
    if found.to_lowercase() == id.to_lowercase() {
        return Some((0, "ids are case-sensitive".to_owned()));
    }
    let plain = |text: &str| text.to_lowercase().replace(['-', '.', ' '], "_");
    if plain(found) == plain(id) {
        return Some((1, "`-`, `_` and `.` are different characters".to_owned()));
    }
    let length = id.chars().count().min(found.chars().count());
    let distance = strsim::osa_distance(id, found);
    (distance <= 2 && distance * 4 <= length).then(|| (1 + distance, "it is another id".to_owned()))
}

/// Adds a name to the nearest ones. Names that may be something else are not told.
pub(super) fn keep(
    near: &mut Vec<Near>,
    name: &str,
    rank: usize,
    why: String,
    spot: impl Fn() -> Spot,
) {
    if !is_store_name(name) {
        return;
    }
    if near.len() >= MOST && near.last().is_some_and(|last| last.rank <= rank) {
        return;
    }
    let at = near.partition_point(|one| one.rank <= rank);
    let one = Near {
        name: name.to_owned(),
        why,
        spot: spot(),
        rank,
    };
    near.insert(at, one);
    near.truncate(MOST);
}

/// The nearest of all.
pub(super) fn best(mut all: Vec<Near>) -> Vec<Near> {
    all.sort_by(|a, b| a.rank.cmp(&b.rank).then_with(|| a.name.cmp(&b.name)));
    all.dedup_by(|a, b| a.name == b.name && a.spot == b.spot);
    all.truncate(MOST);
    all
}

/// Variables of the env files that were meant to be the one asked for.
pub(super) fn in_environment(loaded: &Loaded, one: &One, kind: EntryKind, id: &str) -> Vec<Near> {
    let Some(prefix) = prefix(kind) else {
        return Vec::new();
    };
    let asked = format!("{prefix}{}", upper(id));
    let mut near = Vec::new();
    for input in loaded.of(&one.choice.settings) {
        for variable in &input.variables {
            let name = variable.name.as_str();
            if name == asked || !is_public_name(name) {
                continue;
            }
            let Some((rank, why)) = variable_near(kind, id, name) else {
                continue;
            };
            let position = input.lines.position(&input.bytes, variable.name_span.start);
            near.push(Near {
                name: name.to_owned(),
                why,
                spot: Spot {
                    path: input.path.clone(),
                    line: position.line,
                },
                rank,
            });
        }
    }
    near
}

/// What people write for the beginning of the name, by kind.
fn beginnings(kind: EntryKind) -> &'static [&'static str] {
    match kind {
        EntryKind::Connection => &[
            "AIRFLOW_CONN_",
            "AIRFLOW_CONN__",
            "AIRFLOW__CONN__",
            "AIRFLOW__CONN_",
            "AIRFLOW_CONNECTION_",
            "AIRFLOW_CONNECTION__",
            "AIRFLOW_CONNECTIONS_",
            "AIRFLOW__CONNECTIONS__",
        ],
        EntryKind::Variable => &[
            "AIRFLOW_VAR_",
            "AIRFLOW_VAR__",
            "AIRFLOW__VAR__",
            "AIRFLOW__VAR_",
            "AIRFLOW_VARIABLE_",
            "AIRFLOW_VARIABLES_",
        ],
        EntryKind::Config => &[],
    }
}

fn variable_near(kind: EntryKind, id: &str, name: &str) -> Option<(usize, String)> {
    let wanted = upper(id);
    let folded = upper(name);
    let right = beginnings(kind).first()?;
    for beginning in beginnings(kind).iter().rev() {
        let Some(rest) = folded.strip_prefix(beginning) else {
            continue;
        };
        if rest == wanted {
            let why = if beginning == right {
                "Airflow asks for the name in capital letters".to_owned()
            } else {
                format!("the name must begin with `{right}`")
            };
            return Some((0, why));
        }
        if let Some((rank, why)) = other_id(&wanted, rest).filter(|_| beginning == right) {
            return Some((rank + 1, why));
        }
    }
    // A connection that is defined as a variable, or the reverse.
    let other = match kind {
        EntryKind::Connection => "AIRFLOW_VAR_",
        _ => "AIRFLOW_CONN_",
    };
    (folded.strip_prefix(other) == Some(&wanted)).then(|| {
        (
            2,
            format!(
                "it defines a {}",
                if other.contains("VAR") {
                    "variable"
                } else {
                    "connection"
                }
            ),
        )
    })
}
