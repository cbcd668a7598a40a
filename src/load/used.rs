//! The ids that the DAGs of a deployment ask for, each once.

use std::collections::{BTreeMap, BTreeSet};

use super::Loaded;
use crate::inputs::dag::Demand;
use crate::inputs::{EntryKind, Tree};
use crate::source::Place;

/// What the DAGs of a deployment ask for.
#[derive(Debug, Default)]
pub struct Used<'l> {
    /// The ids, by kind and id.
    pub ids: Vec<UsedId<'l>>,
    /// Connections whose id is put together at run time.
    pub dynamic_connections: usize,
    /// Variables whose key is put together at run time.
    pub dynamic_variables: usize,
    /// Number of the files.
    pub files: usize,
}

/// One id that DAGs ask for.
#[derive(Debug, PartialEq, Eq)]
pub struct UsedId<'l> {
    /// Connection or variable.
    pub kind: EntryKind,
    /// The id.
    pub id: &'l str,
    /// Every place where it stands, in the order of files and lines.
    pub places: Vec<Place>,
    /// The first of them where code fails if nothing defines it. None for what the code itself sets.
    pub must: Option<Place>,
}

impl Used<'_> {
    /// Places where an id of this kind is put together.
    pub const fn dynamic(&self, kind: EntryKind) -> usize {
        match kind {
            EntryKind::Connection => self.dynamic_connections,
            EntryKind::Variable => self.dynamic_variables,
            EntryKind::Config => 0,
        }
    }
}

impl Loaded {
    /// What the DAGs of a group ask for.
    pub fn used(&self, group: usize) -> Used<'_> {
        let mut used = Used::default();
        let mut ids: BTreeMap<(EntryKind, &str), UsedId<'_>> = BTreeMap::new();
        let mut set: BTreeSet<&str> = BTreeSet::new();
        let group = self.groups.get(group);
        let files = group.map_or(&[][..], |group| &group.deployment.dags);
        for input in self.of(files) {
            let Tree::Dag(dag) = &input.tree else {
                continue;
            };
            used.files += 1;
            used.dynamic_connections += dag.dynamic_connections;
            used.dynamic_variables += dag.dynamic_variables;
            set.extend(dag.sets.iter().map(String::as_str));
            for reference in &dag.references {
                let (kind, id) = (reference.kind, reference.id.as_str());
                let place = Place::new(input.id, reference.span);
                let known = ids.entry((kind, id)).or_insert_with(|| UsedId {
                    kind,
                    id,
                    places: Vec::new(),
                    must: None,
                });
                known.places.push(place);
                if reference.demand == Demand::Must {
                    known.must.get_or_insert(place);
                }
            }
        }
        used.ids = ids.into_values().collect();
        for id in &mut used.ids {
            if id.kind == EntryKind::Variable && set.contains(id.id) {
                id.must = None;
            }
        }
        used
    }
}
