//! One open text, read by itself: what stands at a place of it, and for which releases.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::Path;

use super::answers::Known;
use super::scope;
use crate::airflow::Target;
use crate::airflow::backend::data::BackendClass;
use crate::airflow::backend::{Role, format_of_store};
use crate::airflow::connection::Format;
use crate::airflow::lookup::{Coverage, Naming};
use crate::inputs::store::{Entry, StoreReader, Value};
use crate::inputs::{EntryKind, Input, Kind, Setting};
use crate::load::asked::ways;
use crate::load::{self, Loaded, View};
use crate::source::{Place, Span, Text};
use crate::workspace::Content;

/// A text that was read.
pub(super) struct Reading {
    loaded: Loaded,
    /// Of stores, by file.
    contents: Vec<Option<Content>>,
}

/// How a deployment asks a store for its entries.
#[derive(Debug)]
pub(super) struct Way {
    store: Kind,
    naming: Naming,
    /// How connections are read; `None` where nothing is known of it.
    format: Option<Format>,
}

/// A connection as it is written somewhere.
pub(super) struct Written<'r> {
    /// The file, or its part.
    pub(super) input: &'r Input,
    /// The whole value.
    pub(super) value: Text,
    /// How Airflow reads it.
    pub(super) format: Format,
}

impl Reading {
    /// Reads the file at `path` as it is open now, without those that belong to it; `None` where it is no
    /// file of ours.
    pub(super) fn of(path: &Path, known: &Known) -> Option<Self> {
        let scope = known.scope_of(path);
        let mut files = scope::files(&scope, &known.documents);
        let settings = known.wishes.settings(&scope, &files).unwrap_or_default();
        let mut request = known
            .wishes
            .request(&scope, &settings, &known.documents)
            .load;
        request.paths = vec![path.to_owned()];
        request.stdin_filename = None;
        request.as_walked = false;
        request.jobs = NonZeroUsize::new(1);
        // What a store is, its neighbours may have said.
        let kind = known.kind_of(path).filter(|kind| kind.is_store());
        request.kinds = kind
            .map(|kind| (kind, path.to_owned()))
            .into_iter()
            .collect();
        let (loaded, contents) = load::load(&request, &mut files);
        let read = Self { loaded, contents };
        read.file().is_some().then_some(read)
    }

    /// What was read.
    pub(super) fn loaded(&self) -> &Loaded {
        &self.loaded
    }

    /// The file itself.
    pub(super) fn file(&self) -> Option<&Input> {
        let mut inputs = self.loaded.inputs.iter();
        inputs.find(|input| input.inside.is_none() && !self.loaded.is_context(input.id))
    }

    /// The file and its parts.
    fn inputs(&self) -> impl Iterator<Item = &Input> {
        let inputs = self.loaded.inputs.iter();
        inputs.filter(|input| !self.loaded.is_context(input.id))
    }

    /// The release that an input is shown for: the first of its targets.
    pub(super) fn target(&self, input: &Input) -> &Target {
        let targets = self.loaded.targets_of(input.id);
        let first = targets.first().or(self.loaded.targets.first());
        first.expect("a request names a target")
    }

    /// The option whose name stands at a byte of the file.
    pub(super) fn name_at(&self, at: usize) -> Option<(&Input, &Setting)> {
        self.inputs().find_map(|input| {
            let mut settings = input.settings.iter();
            let found = settings.find(|setting| holds(input, setting.name, at));
            Some((input, found?))
        })
    }

    /// The option whose value stands there.
    pub(super) fn value_at(&self, at: usize) -> Option<(&Input, &Setting)> {
        self.inputs().find_map(|input| {
            let mut settings = input.settings.iter();
            let found = settings.find(|setting| holds(input, setting.value.source(), at));
            Some((input, found?))
        })
    }

    /// The connection whose value stands there: a definition, or an entry of a store that is asked for in one
    /// of these ways.
    pub(super) fn connection_at(&self, at: usize, asks: &[Way]) -> Option<Written<'_>> {
        self.inputs().find_map(|input| {
            let mut definitions = input.definitions.iter();
            let found = definitions.find(|definition| holds(input, definition.value.source(), at));
            if let Some(found) = found {
                return (found.kind == EntryKind::Connection).then(|| Written {
                    input,
                    value: found.value.clone(),
                    format: Format::of(found),
                });
            }
            let content = self.contents.get(input.id.0 as usize)?.as_ref()?;
            let mut reader = StoreReader::new(content.held(), input.kind);
            while let Some(batch) = reader.next_batch(None) {
                let mut entries = batch.entries();
                let here = |entry: &Entry<'_>| {
                    let span = entry.value_span();
                    span.is_some_and(|span| holds(input, span, at))
                };
                if let Some(entry) = entries.find(here) {
                    return self.of_store(input, &entry, asks);
                }
            }
            None
        })
    }

    /// An entry of a store, if a connection is asked for by its name.
    fn of_store<'r>(
        &'r self,
        input: &'r Input,
        entry: &Entry<'_>,
        asks: &[Way],
    ) -> Option<Written<'r>> {
        let value = match entry.value() {
            Value::Text(text) => text,
            Value::Object(tree) => tree.text().clone(),
            Value::Binary | Value::Missing | Value::Other(_) => return None,
        };
        let store = entry.kind();
        let usual;
        let mut asks: Vec<&Way> = asks.iter().filter(|way| way.store == store).collect();
        if asks.is_empty() {
            let target = self.target(input);
            usual = Way {
                store,
                naming: Naming::defaults(store, target.amazon()),
                format: Some(format_of_store(store, target)),
            };
            asks.push(&usual);
        }
        let is_connection = |way: &&&Way| {
            let kind = if entry.is_bare() {
                entry.form()
            } else {
                match way.naming.coverage(&entry.name()) {
                    Coverage::Covered { kind, .. } => Some(kind),
                    Coverage::Ambiguous { .. } | Coverage::Foreign => None,
                }
            };
            kind == Some(EntryKind::Connection)
        };
        let way = asks.iter().find(is_connection)?;
        Some(Written {
            input,
            value,
            format: way.format.clone()?,
        })
    }

    /// How the settings of an input read, by themselves.
    pub(super) fn views(&self, input: &Input) -> Vec<View<'_>> {
        let Some(group) = self.loaded.group_of(input.id) else {
            return Vec::new();
        };
        let mut failures = Vec::new();
        let views = self.loaded.views(&mut failures).into_iter();
        views.filter(|view| view.group == group).collect()
    }
}

/// How the backends of these views ask stores for entries, for the first of their releases.
pub(super) fn asks(views: &[&View<'_>], stores: &[Kind]) -> Vec<Way> {
    let Some(target) = views.first().map(|view| view.target) else {
        return Vec::new();
    };
    let of_store = stores.iter().flat_map(|store| {
        let ways = ways(*store, views, target).into_iter();
        ways.map(|way| Way {
            store: *store,
            naming: way.naming,
            format: (!way.has_own_way).then_some(way.format),
        })
    });
    of_store.collect()
}

/// The classes of `[secrets]` and `[workers]`, where they are known.
pub(super) type Classes = [Option<&'static BackendClass>; 2];

/// The classes that all of these agree on.
pub(super) fn classes<'v>(views: impl IntoIterator<Item = &'v View<'v>>) -> Classes {
    let mut found: [Option<Option<&'static BackendClass>>; 2] = [None, None];
    for view in views {
        for backend in view.secrets.backends() {
            let class = backend.known_class().map(|known| known.class);
            let place = &mut found[number(backend.role)];
            *place = Some(match *place {
                None => class,
                Some(before) => before.filter(|before| {
                    class.is_some_and(|class| class.short_name == before.short_name)
                }),
            });
        }
    }
    found.map(Option::flatten)
}

/// The place of a role among [`Classes`].
pub(super) const fn number(role: Role) -> usize {
    match role {
        Role::Secrets => 0,
        Role::Workers => 1,
    }
}

/// True where a span of an input stands at a byte of the file, or ends there.
pub(super) fn holds(input: &Input, span: Span, at: usize) -> bool {
    let span = input.outward(Place::new(input.id, span)).span;
    span.start <= at && at <= span.end
}

/// As [`holds`], of a part of a decoded value, and of that alone.
pub(super) fn holds_part(input: &Input, text: &Text, range: Range<usize>, at: usize) -> bool {
    let pieces = text.pieces(range).into_iter();
    let mut pieces = pieces.filter(|piece| !piece.is_empty());
    pieces.any(|piece| holds(input, piece, at))
}
