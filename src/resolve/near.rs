//! Names that do exist and are nearly the ones asked for, and how they differ.

use std::collections::{BTreeMap, HashMap};

use super::Spot;
use super::environment::{prefix, upper};
use crate::airflow::lookup::{Coverage, Naming};
use crate::aws::names::is_store_name;
use crate::inputs::EntryKind;
use crate::inputs::env::is_public_name;
use crate::load::{Loaded, One};
use crate::rules::stores::name_not_covered::difference;
use crate::source::{Place, Position};

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
    /// Where it stands in its file.
    pub place: Place,
    /// Line and column, where a stream has passed the place.
    pub position: Option<(Position, Position)>,
    /// The smaller, the nearer.
    rank: usize,
}

impl Near {
    /// Hardly anything else can have been meant.
    pub(crate) const fn is_likely(&self) -> bool {
        self.rank <= 1
    }
}

/// The ids that are looked up, by what a name of a store may be to them.
#[derive(Default)]
pub(super) struct Index<'q> {
    ids: Vec<(EntryKind, &'q str)>,
    /// By the name that is asked for.
    asked: HashMap<String, Vec<usize>>,
    /// By the id.
    exact: HashMap<&'q str, Vec<usize>>,
    /// By the id without what people mix up.
    plain: HashMap<String, Vec<usize>>,
    /// By the length of the id, with the set of its characters.
    lengths: BTreeMap<usize, Vec<(u64, usize)>>,
}

/// How far a stored name is from what a lookup asks for, and why it is not that.
pub(super) struct Miss {
    /// Number of the id among those of the index.
    pub(super) number: usize,
    pub(super) rank: usize,
    pub(super) why: String,
}

impl<'q> Index<'q> {
    pub(super) fn new(naming: &Naming, ids: impl Iterator<Item = (EntryKind, &'q str)>) -> Self {
        let mut index = Self::default();
        for (number, (kind, id)) in ids.enumerate() {
            index.ids.push((kind, id));
            if let Some(name) = naming.name_for(kind, id) {
                index.asked.entry(name).or_default().push(number);
            }
            index.exact.entry(id).or_default().push(number);
            index.plain.entry(plain(id)).or_default().push(number);
            let (length, letters) = shape(id);
            let same = index.lengths.entry(length).or_default();
            same.push((letters, number));
        }
        index
    }

    /// The ids to which `name` is nearly what they ask for.
    pub(super) fn near(&self, naming: &Naming, name: &str) -> Vec<Miss> {
        if self.ids.is_empty() {
            return Vec::new();
        }
        let all = |numbers: Option<&Vec<usize>>| numbers.cloned().unwrap_or_default();
        if let Some(miss) = naming.near_miss(name) {
            let numbers = all(self.asked.get(&miss.asked)).into_iter();
            let numbers = numbers.filter(|number| self.ids[*number].0 == miss.kind);
            return numbers
                .map(|number| Miss {
                    number,
                    rank: 0,
                    why: difference(miss.why).to_owned(),
                })
                .collect();
        }
        match naming.coverage(name) {
            Coverage::Covered { kind, id } => {
                let mut near = self.others(id, Some(kind));
                let exact = all(self.exact.get(id)).into_iter();
                let of_other_kind = exact.filter(|number| self.ids[*number].0 != kind);
                near.extend(of_other_kind.map(|number| Miss {
                    number,
                    rank: 1,
                    why: format!("it stands under the prefix of {}s", kind.word()),
                }));
                near
            }
            Coverage::Ambiguous { id } => self.others(id, None),
            Coverage::Foreign => {
                let last = name.rsplit('/').next().filter(|last| *last != name);
                let numbers = last.map_or_else(Vec::new, |last| all(self.exact.get(last)));
                let near = numbers.into_iter().map(|number| Miss {
                    number,
                    rank: 4,
                    why: "it stands under another path".to_owned(),
                });
                near.collect()
            }
        }
    }

    /// The ids, of one kind or all, that are nearly `found`.
    fn others(&self, found: &str, kind: Option<EntryKind>) -> Vec<Miss> {
        let (length, letters) = shape(found);
        let mut numbers: Vec<usize> = self.plain.get(&plain(found)).cloned().unwrap_or_default();
        for (_, same) in self.lengths.range(length.saturating_sub(2)..=length + 2) {
            // Two letters that are changed are two that go and two that come.
            let near = same
                .iter()
                .filter(|(own, _)| (own ^ letters).count_ones() <= 4);
            numbers.extend(near.map(|(_, number)| *number));
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers
            .into_iter()
            .filter(|number| kind.is_none_or(|kind| self.ids[*number].0 == kind))
            .filter_map(|number| {
                let (rank, why) = other_id(self.ids[number].1, found)?;
                Some(Miss { number, rank, why })
            })
            .collect()
    }
}

/// An id without what people mix up in ids.
fn plain(text: &str) -> String {
    text.to_lowercase().replace(['-', '.', ' '], "_")
}

/// Number of characters, and a bit for each of them (some share one).
fn shape(id: &str) -> (usize, u64) {
    let letters = id
        .chars()
        .fold(0, |set, character| set | 1 << (character as u32 % 64));
    (id.chars().count(), letters)
}

/// An id that is nearly the one looked up.
fn other_id(id: &str, found: &str) -> Option<(usize, String)> {
    if found == id {
        return None;
    }
    if found.to_lowercase() == id.to_lowercase() {
        return Some((0, "ids are case-sensitive".to_owned()));
    }
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
    at: impl Fn() -> (Spot, Place, (Position, Position)),
) {
    if !is_store_name(name) {
        return;
    }
    if near.len() >= MOST && near.last().is_some_and(|last| last.rank <= rank) {
        return;
    }
    let index = near.partition_point(|one| one.rank <= rank);
    let (spot, place, position) = at();
    let one = Near {
        name: name.to_owned(),
        why,
        spot,
        place,
        position: Some(position),
        rank,
    };
    near.insert(index, one);
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
            let position = input.position(variable.name_span.start);
            near.push(Near {
                name: name.to_owned(),
                why,
                spot: Spot {
                    path: input.path.clone(),
                    line: position.line,
                },
                place: Place::new(input.id, variable.name_span),
                position: None,
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
