//! What the exports of the deployment hold under the names that are asked for, and nearly under them.
//!
//! Each export is streamed once for all ids; only what has such a name is kept.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::near::{self, Near};
use super::walk::listed;
use super::{Found, Outcome, Spot, Step};
use crate::airflow::Target;
use crate::airflow::backend::{Constructed, Held, serves};
use crate::airflow::connection::{self, Format, Reader};
use crate::airflow::lookup::Naming;
use crate::inputs::store::{Entry, Facts, StaleWhy, StoreReader, Summary, Value};
use crate::inputs::{EntryKind, Kind, is_sample};
use crate::list::{BAD_WORDS, Judged, Status, connection_status};
use crate::load::{Loaded, One, pipeline};
use crate::report::Failure;
use crate::rules::{Carrier, EntryContext};
use crate::source::{FileId, LazyText, Place, Secret, Span, Text};
use crate::workspace::Content;

/// A backend, and what it is asked for.
pub(super) struct Asker<'q> {
    pub(super) built: Option<&'q Constructed<'q>>,
    /// How it builds names; none where that is not known.
    pub(super) namings: Vec<Naming>,
    pub(super) queries: Vec<Query<'q>>,
}

/// One id, and the names that the custom backend asks for.
pub(super) struct Query<'q> {
    /// Its number among all.
    pub(super) number: usize,
    pub(super) kind: EntryKind,
    pub(super) id: &'q str,
    pub(super) names: BTreeSet<String>,
}

/// An entry with a name that is asked for.
pub(super) struct Hit {
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
    /// The backend returns the empty text, and Airflow takes that for no connection.
    Empty(&'static str),
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
            Self::NotThere(why) | Self::Empty(why) | Self::NotSet(why) => {
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
pub(super) struct Holdings {
    hits: BTreeMap<String, Hit>,
    /// By number of the query.
    near: BTreeMap<usize, Vec<Near>>,
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

/// Streams every export that one of the backends asks; what it holds, by backend.
pub(super) fn collect(
    loaded: &Loaded,
    one: &One,
    contents: Vec<Option<Content>>,
    askers: &[Asker<'_>],
) -> (Vec<Holdings>, Vec<Failure>) {
    let mut holdings: Vec<Holdings> = askers.iter().map(|_| Holdings::default()).collect();
    let mut failures = Vec::new();
    for (input, content) in loaded.inputs.iter().zip(contents) {
        let Some(content) = content.filter(|_| one.stores.contains(&input.id)) else {
            continue;
        };
        let mut asking: Vec<(&Asker<'_>, &mut Holdings)> = askers
            .iter()
            .zip(&mut holdings)
            .filter(|(asker, _)| asker.serves(input.kind))
            .collect();
        if asking.is_empty() {
            continue;
        }
        let apart = !content.is_whole();
        let reader = StoreReader::new(content.into_reader(), input.kind);
        let summary = pipeline::run(
            reader,
            &input.path,
            apart,
            |_| (),
            |batch, ()| {
                for entry in batch.entries() {
                    for (asker, holdings) in &mut asking {
                        holdings.seen += 1;
                        if asker.serves(entry.kind()) {
                            holdings.ours += 1;
                            holdings.take(&entry, input.id, &input.path, asker);
                        }
                    }
                }
                ControlFlow::Continue(())
            },
        );
        for (_, holdings) in asking {
            holdings.end(&input.path, summary.as_ref().ok());
        }
        match summary {
            Ok(summary) => failures.extend(pipeline::failure(&summary, input)),
            Err(failure) => failures.push(failure),
        }
    }
    (holdings, failures)
}

impl Asker<'_> {
    /// Exports of this kind can hold what the backend asks for.
    fn serves(&self, kind: Kind) -> bool {
        self.built
            .is_some_and(|built| serves(&built.class.short_name, kind))
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
    fn end(&mut self, path: &Path, summary: Option<&Summary>) {
        if self.ours > 0 || self.seen == 0 {
            self.paths.push(path.to_owned());
        }
        self.incomplete = self.incomplete.or(summary.and_then(incomplete));
        (self.ours, self.seen) = (0, 0);
    }

    fn take(&mut self, entry: &Entry<'_>, file: FileId, path: &Path, asker: &Asker<'_>) {
        let queries = &asker.queries;
        let name = entry.name();
        let spot = || Spot {
            path: path.to_owned(),
            line: entry.position(entry.name_span().start).line,
        };
        if queries
            .iter()
            .any(|query| query.names.contains(name.as_ref()))
        {
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
                    value: kept(entry),
                    value_span: entry.value_span(),
                };
                self.hits.insert(name.into_owned(), hit);
            }
            return;
        }
        for query in queries {
            let near = self.near.entry(query.number).or_default();
            let mut namings = asker.namings.iter();
            let found =
                namings.find_map(|naming| near::in_store(naming, query.kind, query.id, &name));
            if let Some((rank, why)) = found {
                near::keep(near, &name, rank, why, spot);
            }
        }
    }
}

fn kept(entry: &Entry<'_>) -> Kept {
    match entry.value() {
        Value::Text(text) => Kept::Text(text),
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
        let held = match built.filter(|_| kind != EntryKind::Connection) {
            Some(built) => built.held(text),
            None => Held::Whole,
        };
        let inner;
        let text = match held {
            Held::Whole => text,
            Held::Text(text) => {
                inner = text;
                &inner
            }
            Held::NotThere(why) => return Looked::NotThere(why),
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
            carrier: match self.kind {
                Kind::Ssm => Carrier::Ssm,
                Kind::SecretsManager => Carrier::SecretsManager,
                _ => Carrier::Flat,
            },
            kind: Some(kind),
            id: Cow::Borrowed(&self.name),
            name: Cow::Borrowed(&self.name),
            name_place: place(self.name_span),
            value: Some(&value),
            value_place: self.value_span.map(place),
            decoded_object,
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
        Status::Unreachable(why) => Looked::Empty(why),
        Status::Unknown(why) => Looked::Unknown(why),
        Status::Plain(_) | Status::Value(_) => Looked::Unknown("it is no connection"),
    }
}
