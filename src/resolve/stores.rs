//! What the exports of the deployment hold under the names that are asked for, and nearly under them.
//!
//! Each export is streamed once for all ids; only what has such a name is kept.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::path::PathBuf;

use super::near::{self, Index, Near};
use super::walk::listed;
use super::{Found, Outcome, Spot, Step};
use crate::airflow::Target;
use crate::airflow::backend::{Constructed, Held, TeamsTold, serves};
use crate::airflow::connection::{self, Format, Reader};
use crate::airflow::lookup::Naming;
use crate::inputs::store::{Entry, Facts, StaleWhy, StoreReader, Summary, Value};
use crate::inputs::{EntryKind, Input, Kind, is_sample};
use crate::list::{BAD_WORDS, Judged, Status, connection_status};
use crate::load::{Loaded, pipeline};
use crate::report::Failure;
use crate::rules::{Carrier, EntryContext};
use crate::source::{FileId, LazyText, Place, Secret, Span, Text};
use crate::workspace::Content;

/// A backend, and what it is asked for.
pub(crate) struct Asker<'q> {
    built: Option<&'q Constructed<'q>>,
    queries: Vec<Query<'q>>,
    /// The stores that hold for the choice.
    stores: &'q [FileId],
    /// Every name that some query asks for.
    names: HashSet<String>,
    /// How it builds names, none where that is not known; each with the queries, for names that are
    /// nearly one of theirs.
    near: Vec<(Naming, Index<'q>)>,
}

/// One id, and the names that the custom backend asks for.
#[derive(PartialEq, Eq)]
pub(super) struct Query<'q> {
    /// Its number among all.
    pub(super) number: usize,
    pub(super) kind: EntryKind,
    pub(super) id: &'q str,
    pub(super) names: BTreeSet<String>,
}

/// An entry with a name that is asked for.
pub(crate) struct Hit {
    pub(super) spot: Spot,
    file: FileId,
    kind: Kind,
    name: String,
    name_span: Span,
    facts: Facts,
    value: Kept,
    value_span: Option<Span>,
}

enum Kept {
    Text(Text),
    /// The JSON of an object that stands where a text belongs.
    Object(Text),
    /// Nothing, or something that is no text.
    Nothing,
}

/// What Airflow makes of an entry.
pub(super) enum Looked {
    Found(Found),
    /// The backend returns `None`, for this reason.
    NotThere(&'static str),
    /// The backend has it, asks for no other name, and there is nothing all the same: an empty
    /// connection, an object without `value`.
    Hides(&'static str),
    /// The backend has it, and Airflow goes on for this reason.
    NotSet(&'static str),
    Raises {
        exception: &'static str,
        rule: Option<&'static str>,
        message: String,
    },
    Unknown(&'static str),
}

impl Looked {
    /// The end of a step whose backend has one place only to look into.
    pub(super) fn ends(self, mut step: Step) -> (Step, Option<Found>) {
        match self {
            Self::Found(found) => {
                step.outcome = Outcome::Found;
                return (step, Some(found));
            }
            Self::NotThere(why) | Self::Hides(why) | Self::NotSet(why) => {
                step.outcome = Outcome::Missing;
                step.reason = Some(why.to_owned());
            }
            Self::Unknown(why) => {
                step.outcome = Outcome::Unknown;
                step.reason = Some(why.to_owned());
            }
            Self::Raises {
                exception,
                rule,
                message,
            } => {
                step.outcome = Outcome::Error;
                step.airflow = Some(exception);
                step.rule = rule;
                step.reason = Some(message);
            }
        }
        (step, None)
    }
}

/// What the exports hold.
#[derive(Default)]
pub(crate) struct Holdings {
    hits: BTreeMap<String, Hit>,
    /// By number of the query.
    near: BTreeMap<usize, Vec<Near>>,
    /// Labels of Kubernetes that are asked for, and that a Secret of some team has.
    of_teams: BTreeSet<String>,
    paths: Vec<PathBuf>,
    incomplete: Option<&'static str>,
    /// Entries of the export that is being read: of this backend's store, and all.
    ours: usize,
    seen: usize,
}

impl Holdings {
    /// Some export of the backend's store is given.
    pub(super) fn has_store(&self) -> bool {
        !self.paths.is_empty()
    }

    /// The entry of this name.
    pub(super) fn hit(&self, name: &str) -> Option<&Hit> {
        self.hits.get(name)
    }

    /// The label of Kubernetes is that of a Secret which may be a team's.
    pub(super) fn may_be_of_team(&self, label: &str, told: TeamsTold) -> bool {
        match told {
            TeamsTold::ByUsualLabel => false,
            TeamsTold::NotAtAll => self.of_teams.contains(label),
            TeamsTold::ByAnotherLabel => {
                self.of_teams.contains(label) || self.hits.contains_key(label)
            }
        }
    }

    /// Why a name that is not there may be in the store all the same.
    pub(super) fn incomplete(&self) -> Option<&'static str> {
        self.incomplete
    }

    /// The exports, for people.
    pub(super) fn paths(&self) -> String {
        listed(&self.paths)
    }

    /// Names that are nearly one of the query's.
    pub(super) fn near(&self, query: usize) -> &[Near] {
        self.near.get(&query).map_or(&[], Vec::as_slice)
    }
}

/// What passes of the exports, for those who ask.
pub(crate) struct Gather<'g> {
    askers: &'g [Asker<'g>],
    holdings: Vec<Holdings>,
    /// Number of the holdings of each asker: those who ask alike share.
    shares: Vec<usize>,
    /// Number of the asker that stands for each of the holdings.
    first: Vec<usize>,
}

impl<'g> Gather<'g> {
    pub(crate) fn new(askers: &'g [Asker<'g>]) -> Self {
        let mut first: Vec<usize> = Vec::new();
        let mut shares = Vec::with_capacity(askers.len());
        for (number, asker) in askers.iter().enumerate() {
            let known = first.iter().position(|other| askers[*other].is_like(asker));
            shares.push(known.unwrap_or(first.len()));
            if known.is_none() {
                first.push(number);
            }
        }
        Self {
            askers,
            holdings: first.iter().map(|_| Holdings::default()).collect(),
            shares,
            first,
        }
    }

    /// Somebody asks this store.
    pub(crate) fn wants(&self, input: &Input) -> bool {
        let mut askers = self.first.iter().map(|number| &self.askers[*number]);
        askers.any(|asker| asker.asks(input))
    }

    /// An entry passes.
    pub(crate) fn take(&mut self, entry: &Entry<'_>, input: &Input) {
        for (number, holdings) in self.first.iter().zip(&mut self.holdings) {
            let asker = &self.askers[*number];
            if !asker.asks(input) {
                continue;
            }
            holdings.seen += 1;
            if asker.serves(entry.kind()) {
                holdings.ours += 1;
                holdings.take(entry, input, asker);
            }
        }
    }

    /// An export has passed; `None`: not to its end.
    pub(crate) fn end(&mut self, input: &Input, summary: Option<&Summary>) {
        for (number, holdings) in self.first.iter().zip(&mut self.holdings) {
            if self.askers[*number].asks(input) {
                holdings.end(input, summary);
            }
        }
    }

    /// What is held for the asker with this number.
    pub(crate) fn holdings(&self, asker: usize) -> &Holdings {
        &self.holdings[self.shares[asker]]
    }
}

/// Streams every export that one of the backends asks.
pub(super) fn collect(
    loaded: &Loaded,
    contents: Vec<Option<Content>>,
    gather: &mut Gather<'_>,
) -> Vec<Failure> {
    let mut failures = Vec::new();
    for (input, content) in loaded.inputs.iter().zip(contents) {
        let Some(content) = content.filter(|_| gather.wants(input)) else {
            continue;
        };
        let apart = !content.is_whole();
        let reader = StoreReader::new(content.into_reader(), input.kind);
        let summary = pipeline::run(
            reader,
            &input.path,
            apart,
            |_| (),
            |batch, ()| {
                for entry in batch.entries() {
                    gather.take(&entry, input);
                }
                ControlFlow::Continue(())
            },
        );
        gather.end(input, summary.as_ref().ok());
        match summary {
            Ok(summary) => failures.extend(pipeline::failure(&summary, input)),
            Err(failure) => failures.push(failure),
        }
    }
    failures
}

impl<'q> Asker<'q> {
    pub(super) fn new(
        built: Option<&'q Constructed<'q>>,
        namings: Vec<Naming>,
        queries: Vec<Query<'q>>,
        stores: &'q [FileId],
    ) -> Self {
        let names = queries.iter().flat_map(|query| query.names.iter().cloned());
        let near = namings.into_iter().map(|naming| {
            let ids = queries.iter().map(|query| (query.kind, query.id));
            let index = Index::new(&naming, ids);
            (naming, index)
        });
        Self {
            built,
            names: names.collect(),
            near: near.collect(),
            queries,
            stores,
        }
    }

    /// The export may hold what the backend asks for.
    fn asks(&self, input: &Input) -> bool {
        self.stores.contains(&input.id) && self.serves(input.kind)
    }

    /// Exports of this kind can hold what the backend asks for.
    fn serves(&self, kind: Kind) -> bool {
        self.built
            .is_some_and(|built| serves(&built.class.short_name, kind))
    }

    /// Both look for the same names in the same way.
    fn is_like(&self, other: &Self) -> bool {
        let class = |asker: &Self| asker.built.map(|built| built.class.short_name.as_str());
        let namings = self.near.iter().map(|(naming, _)| naming);
        let others = other.near.iter().map(|(naming, _)| naming);
        class(self) == class(other)
            && namings.eq(others)
            && self.queries == other.queries
            && self.stores == other.stores
    }
}

/// Why an export does not hold all that the store does.
fn incomplete(summary: &Summary) -> Option<&'static str> {
    if summary.problem.is_some() {
        return Some("the export could not be read to its end");
    }
    if summary.incomplete.is_some() {
        return Some("the export is not complete (NextToken): the rest of the store is not known");
    }
    if summary.errors.is_some() {
        return Some("the export is not complete (Errors): the rest of the store is not known");
    }
    None
}

impl Holdings {
    /// An export has been read; one of another store says nothing of this one.
    fn end(&mut self, input: &Input, summary: Option<&Summary>) {
        if self.ours > 0 || self.seen == 0 {
            self.paths.push(input.path.clone());
        }
        let why = match summary {
            _ if input.makes_entries() => {
                Some("the file says what it makes: the rest of the store is not known")
            }
            Some(summary) if !input.is_cut() => incomplete(summary),
            _ => Some("the export could not be read to its end"),
        };
        self.incomplete = self.incomplete.or(why);
        (self.ours, self.seen) = (0, 0);
    }

    fn take(&mut self, entry: &Entry<'_>, input: &Input, asker: &Asker<'_>) {
        if entry.is_bare() {
            self.incomplete
                .get_or_insert("the export does not tell the path of its secrets");
            return;
        }
        let (name, file) = (entry.name(), input.id);
        let position = |offset: usize| match &input.inside {
            Some(_) => input.position(offset),
            None => entry.position(offset),
        };
        let spot = || Spot {
            path: input.path.clone(),
            line: position(entry.name_span().start).line,
        };
        if let Some((_, label)) = name.split_once(',')
            && entry.kind() == Kind::KubernetesSecret
            && asker.names.contains(label)
        {
            self.of_teams.insert(label.to_owned());
        }
        if asker.names.contains(name.as_ref()) {
            let facts = entry.facts();
            // Of a history the newest version counts, of repeated entries the first.
            let is_better = self
                .hits
                .get(name.as_ref())
                .is_none_or(|known| !known.facts.is_current() && !facts.superseded);
            if is_better {
                let hit = Hit {
                    spot: spot(),
                    file,
                    kind: entry.kind(),
                    name: name.clone().into_owned(),
                    name_span: entry.name_span(),
                    facts,
                    value: kept(entry, input),
                    value_span: entry.value_span(),
                };
                self.hits.insert(name.into_owned(), hit);
            }
            return;
        }
        // Of several ways to build names the first that tells something counts.
        let mut told = BTreeSet::new();
        for (naming, index) in &asker.near {
            for miss in index.near(naming, &name) {
                let number = asker.queries[miss.number].number;
                if !told.insert(number) {
                    continue;
                }
                let near = self.near.entry(number).or_default();
                near::keep(near, &name, miss.rank, miss.why, || {
                    let span = entry.name_span();
                    let position = (position(span.start), position(span.end));
                    (spot(), Place::new(file, span), position)
                });
            }
        }
    }
}

fn kept(entry: &Entry<'_>, input: &Input) -> Kept {
    match entry.value() {
        Value::Text(text) => Kept::Text(input.with_unknown(text)),
        Value::Object(json) => Kept::Object(json.text().clone()),
        Value::Binary | Value::Missing | Value::Other(_) => Kept::Nothing,
    }
}

impl Hit {
    /// What Airflow makes of it. `format`: how a connection is kept, where that is known.
    pub(super) fn look(
        &self,
        kind: EntryKind,
        format: Option<&Format>,
        built: Option<&Constructed<'_>>,
        target: &Target,
        loaded: &Loaded,
    ) -> Looked {
        if self.facts.encrypted {
            return Looked::Unknown("the export is not decrypted");
        }
        if self.facts.binary {
            return Looked::NotThere("the secret is binary, which Airflow takes for not there");
        }
        match self.facts.stale.map(|stale| stale.why) {
            Some(StaleWhy::Deleted) => {
                return Looked::NotThere(
                    "the secret is marked for deletion, which Airflow takes for not there",
                );
            }
            Some(StaleWhy::VersionDeleted) => {
                return Looked::NotThere(
                    "the current version of the secret is deleted, which Airflow takes for not there",
                );
            }
            Some(StaleWhy::OtherVersion | StaleWhy::NoCurrent) => {
                return Looked::Unknown("the export shows another version than the current one");
            }
            None => {}
        }
        let (text, decoded_object) = match &self.value {
            Kept::Text(text) => (text, false),
            Kept::Object(text) => (text, true),
            Kept::Nothing => return Looked::Unknown("the export holds no text for it"),
        };
        if kind != EntryKind::Connection && !text.is_known() {
            return Looked::Unknown("the value holds what is not known before Airflow runs");
        }
        let is_data = self.kind == Kind::KubernetesSecret;
        let held = match built {
            Some(built) if is_data => built.datum(kind, text),
            Some(built) if kind != EntryKind::Connection => built.held(text),
            _ => Held::Whole,
        };
        let decoded_object = decoded_object && !is_data;
        let inner;
        let text = match held {
            Held::Whole => text,
            Held::Text(text) => {
                inner = text;
                &inner
            }
            Held::NotThere(why) if is_data => return Looked::NotThere(why),
            // `if response is not None: return response`, and only then its `value`.
            Held::NotThere(why) => return Looked::Hides(why),
            Held::Unknown(why) => return Looked::Unknown(why),
        };
        // `conf.get` goes on where the backend gives it "".
        if kind == EntryKind::Config && text.is_empty() {
            return Looked::NotSet("it is empty, which Airflow takes for not set");
        }
        if kind != EntryKind::Connection {
            return Looked::Found(Found::Value(Secret::new(text.expose())));
        }
        let Some(format) = format else {
            return Looked::Unknown("this release reads the value in a way of its own");
        };
        let reading = read(text, format, target);
        let words = built.and_then(|built| built.words_exception(target));
        if let Some(exception) = words.filter(|_| reading.meets_words()) {
            return Looked::Raises {
                exception,
                rule: Some("AV204"),
                message: BAD_WORDS.to_owned(),
            };
        }
        let readings = [(target.runtime, reading)];
        let place = |span| Place::new(self.file, span);
        let value = LazyText::from(text);
        let context = EntryContext {
            target,
            carrier: Carrier::of_store(self.kind),
            kind: Some(kind),
            id: Cow::Borrowed(&self.name),
            name: Cow::Borrowed(&self.name),
            name_place: place(self.name_span),
            value: Some(&value),
            value_place: self.value_span.map(place),
            decoded_object,
            is_quiet: false,
            facts: &self.facts,
            naming: None,
            near_miss: false,
            coverage: None,
            earlier: None,
            hides: &[],
            backend: None,
            format,
            is_sample: false,
            settings_file: &loaded.settings_file,
            readings: &readings,
        };
        looked(&context, text, loaded, self.file, target)
    }
}

pub(super) fn read(text: &Text, format: &Format, target: &Target) -> connection::Reading {
    let reader = Reader {
        airflow: target.airflow,
        runtime: target.runtime,
        python: target.python,
    };
    connection::read(text, &reader, format)
}

/// What the lookup makes of a connection that one process has read.
pub(super) fn looked(
    context: &EntryContext<'_>,
    text: &Text,
    loaded: &Loaded,
    file: FileId,
    target: &Target,
) -> Looked {
    let Some(input) = loaded.input(file) else {
        return Looked::Unknown("the file is gone");
    };
    debug_assert!(context.is_sample == is_sample(&input.path) || !context.is_sample);
    let findings = Judged::new(&loaded.settings_file).findings(input, target, context);
    let reading = &context.readings[0].1;
    match connection_status(
        text,
        reading,
        context.format,
        &findings,
        &loaded.settings_file.conn_types,
    ) {
        Status::Connection(built) => match built.unusable {
            Some(problem) => Looked::Raises {
                exception: problem.airflow,
                rule: problem.rule,
                message: problem.message,
            },
            None => Looked::Found(Found::Connection {
                reading: Box::new(reading.clone()),
                format: context.format.clone(),
                may_show: built.may_show,
                warnings: super::remarks::of_value(&findings, input),
            }),
        },
        Status::Error(problem) => Looked::Raises {
            exception: problem.airflow,
            rule: problem.rule,
            message: problem.message,
        },
        Status::Unreachable(why) => Looked::Hides(why),
        Status::Unknown(why) => Looked::Unknown(why),
        Status::Plain(_) | Status::Value(_) => Looked::Unknown("it is no connection"),
    }
}
