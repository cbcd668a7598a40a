//! What environment variables define and a secrets backend is asked for before them.
//!
//! The names in the store are built from the definitions, which are few: an entry that passes is
//! looked up among them, and nothing of a store is kept.

use std::collections::{BTreeSet, HashMap};

use crate::airflow::backend::{Backend, Construction, serves};
use crate::airflow::{Target, search};
use crate::inputs::{Definition, EntryKind, Kind, Notation, is_sample};
use crate::load::{Loaded, View};
use crate::rules::across::shadowed_definition::{each_process, names};
use crate::source::FileId;

/// The definitions of a deployment that a store may hide, for one target.
#[derive(Default)]
pub(super) struct Hidden<'a> {
    /// By the name that the backend asks for.
    by_name: HashMap<String, Vec<&'a Definition>>,
    /// Short names of the classes that ask.
    classes: BTreeSet<&'static str>,
}

impl<'a> Hidden<'a> {
    /// Those of `group`, whose readings are `views`.
    pub(super) fn of(
        loaded: &'a Loaded,
        group: Option<usize>,
        views: &[&View<'a>],
        target: &Target,
    ) -> Self {
        let mut hidden = Self::default();
        let Some(deployment) = group.and_then(|group| loaded.groups.get(group)) else {
            return hidden;
        };
        let deployment = &deployment.deployment;
        let views: Vec<&&View<'a>> = views
            .iter()
            .filter(|view| std::ptr::eq(view.target, target))
            .collect();
        let settings = deployment.choices.iter().flat_map(|one| &one.settings);
        let settings: BTreeSet<FileId> = settings.copied().collect();
        for file in settings {
            let Some(input) = loaded.input(file).filter(|input| !is_sample(&input.path)) else {
                continue;
            };
            let readers: Vec<&View<'a>> = views
                .iter()
                .filter(|view| deployment.choices[view.choice].settings.contains(&file))
                .map(|view| **view)
                .collect();
            let definitions = input.definitions.iter();
            for definition in definitions.filter(|one| one.notation == Notation::Env) {
                hidden.add(definition, &readers, target);
            }
        }
        hidden
    }

    /// Takes a definition in, under the names by which each process asks in each view.
    fn add(&mut self, definition: &'a Definition, views: &[&View<'a>], target: &Target) {
        let mut common: Option<BTreeSet<String>> = None;
        for view in views {
            for target in each_process(target) {
                let backend = search::custom(&view.secrets, definition.kind, &target);
                let Some((class, asked)) = names(backend, definition, &target) else {
                    return;
                };
                if !is_readable(backend, definition.kind, &target) {
                    return;
                }
                self.classes.insert(class);
                let asked: BTreeSet<String> = asked.into_iter().collect();
                common = Some(match common {
                    Some(common) => common.intersection(&asked).cloned().collect(),
                    None => asked,
                });
            }
        }
        for name in common.into_iter().flatten() {
            self.by_name.entry(name).or_default().push(definition);
        }
    }

    /// True where no entry hides anything.
    pub(super) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// What the entry `name` of a store of this kind hides.
    pub(super) fn by(&self, name: &str, kind: Kind) -> &[&'a Definition] {
        // Nearly always nothing.
        if self.by_name.is_empty() {
            return &[];
        }
        let is_asked = |class: &&'static str| match (kind, *class) {
            (Kind::FlatStore, class) => class.starts_with("aws_"),
            (Kind::Chamber, _) => false,
            (kind, class) => serves(class, kind),
        };
        if !self.classes.iter().all(is_asked) {
            return &[];
        }
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }
}

/// How the backend reads a connection is modelled.
fn is_readable(backend: &Backend<'_>, kind: EntryKind, target: &Target) -> bool {
    kind != EntryKind::Connection
        || matches!(
            backend.construct(target),
            Construction::Built(built) if built.connection_format(target).is_some()
        )
}
