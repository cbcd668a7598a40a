//! Items of exports, lent while the export passes.
//!
//! What every one of a million entries needs is done here, so it must cost little: the rules are asked
//! only of values about which one of them may have something to say.

use std::borrow::Cow;
use std::io;
use std::ops::ControlFlow;

use super::judged;
use super::{Item, Listing, Problem, Sink, Status, Wants};
use crate::airflow::backend::Held;
use crate::airflow::backend::ask::{Ask, Question};
use crate::airflow::backend::construct::Attribute;
use crate::airflow::connection::{self, Reader};
use crate::airflow::lookup::Coverage;
use crate::airflow::{Runtime, Target};
use crate::aws::names::is_store_name;
use crate::inputs::store::{Entry, Facts, StaleWhy, StoreReader, Value};
use crate::inputs::{EntryKind, Input, Kind, is_sample};
use crate::load::asked::{Asked, ways_of};
use crate::load::prepared::{Looks, Prepared};
use crate::load::{View, asked, pipeline};
use crate::resolve::words;
use crate::rules::{Carrier, EntryContext};
use crate::source::{LazyText, Place, Position, Text};
use crate::workspace::Content;

/// How the entries of each kind of store are asked for: a projection does not say before which store
/// it is from.
struct Ways<'v, 'a> {
    kind: Kind,
    list: Vec<Asked<'v, 'a>>,
}

/// Lends the entries of `content`.
pub(super) fn list(
    input: &Input,
    content: Content,
    views: &[&View<'_>],
    target: &Target,
    wants: &Wants<'_>,
    sink: &mut Sink<'_>,
    listing: &mut Listing,
) {
    let lister = Lister {
        input,
        target,
        wants,
    };
    let apart = !content.is_whole();
    let reader = StoreReader::new(content.into_reader(), input.kind);
    let looks = Looks {
        looks_plain: connection::looks_plain,
        // Few rules are asked, of connections that are not plain.
        is_quiet: |_| false,
        is_ordinary_name: |_| false,
        hashes: None,
    };
    let prepare = |batch: &_| Prepared::of(batch, looks);
    let mut known: Vec<Ways<'_, '_>> = Vec::new();
    let mut stopped = None;
    let summary = pipeline::run(reader, &input.path, apart, prepare, |batch, prepared| {
        for (entry, value) in batch.entries().zip(prepared.values()) {
            let kind = entry.kind();
            if !known.iter().any(|ways| ways.kind == kind) {
                let list = ways_of(kind, views, target);
                known.push(Ways { kind, list });
            }
            let ways = known.iter().find(|ways| ways.kind == kind);
            let ways = &ways.expect("it was put there").list;
            let plain = value.looks_plain.is_some();
            let text = prepared.text(value).map(Cow::Borrowed);
            let text = text.or_else(|| entry.value_str());
            if let Err(error) = lister.one(&entry, text.as_deref(), plain, ways, sink) {
                stopped = Some(error);
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    });
    match summary {
        Ok(summary) => {
            if summary.problem.is_some() {
                listing.broken.insert(input.id);
            }
            listing.failures.extend(pipeline::failure(&summary, input));
        }
        Err(failure) => {
            listing.broken.insert(input.id);
            listing.failures.push(failure);
        }
    }
    listing.stopped = stopped;
}

/// What is the same for all entries of a store.
struct Lister<'l> {
    input: &'l Input,
    target: &'l Target,
    wants: &'l Wants<'l>,
}

impl Lister<'_> {
    /// Lends one entry. `text`: its value, where it is a text.
    fn one(
        &self,
        entry: &Entry<'_>,
        text: Option<&str>,
        looks_plain: bool,
        ways: &[Asked<'_, '_>],
        sink: &mut Sink<'_>,
    ) -> io::Result<()> {
        let Self {
            input,
            target,
            wants,
        } = *self;
        let name = entry.name();
        let (way, coverage) = asked::covered_entry(entry, &name, ways);
        let asked = &ways[way];
        let (kind, id) = match coverage {
            Coverage::Covered { kind, id } => (Some(kind), Some(id)),
            Coverage::Ambiguous { id } if entry.is_bare() => (entry.form(), Some(id)),
            Coverage::Ambiguous { id } => (asked.naming.only_kind(&name), Some(id)),
            Coverage::Foreign => (None, None),
        };
        let mut item = Item {
            input,
            position: position(input, entry, entry.name_span().start),
            kind,
            id,
            name: &name,
            name_is_public: is_store_name(&name),
            name_is_certain: is_store_name(&name) && entry.is_titled() && is_export(input),
            status: Status::Unreachable("no prefix of the backend covers the name"),
        };
        let (Some(kind), Some(id)) = (kind, id) else {
            if let Some(why) = not_told(entry, id.is_some()) {
                item.status = Status::Unknown(why);
            }
            item.id = None;
            return sink(&item);
        };
        // Of a secret without a name.
        item.id = Some(id).filter(|id| !id.is_empty());
        let facts = entry.facts();
        if let Some(status) = not_given(entry, &facts, kind, id, asked, target) {
            item.status = status;
            return sink(&item);
        }
        let object = match object(entry, text, kind, asked) {
            Ok(object) => object,
            Err(held) => {
                item.status = status(&held, "");
                return sink(&item);
            }
        };
        let object = object.as_ref();
        let Some(shown) = text.or(object.map(Text::expose)) else {
            item.status = Status::Unknown("the export holds no text here");
            return sink(&item);
        };
        let is_open = entry.value_span().is_some_and(|span| input.is_open(span));
        if kind != EntryKind::Connection {
            let held = held(entry, kind, asked, object, is_open);
            item.status = status(&held, shown);
            return sink(&item);
        }
        if asked.has_own_way {
            item.status = Status::Unknown("this release reads the value in a way of its own");
            return sink(&item);
        }
        let reader = Reader {
            airflow: target.airflow,
            runtime: target.runtime,
            python: target.python,
        };
        let may_be = connection::may_be_plain(shown, target.airflow, &asked.format);
        let plain = looks_plain && !is_open && may_be;
        if plain
            && let Some(fields) = connection::fields(shown, &reader, &asked.format)
            && !(wants.reads_extras && fields.has_extra)
        {
            item.status = Status::Plain(fields);
            return sink(&item);
        }
        let read = if plain {
            Text::verbatim(shown, 0)
        } else {
            object
                .cloned()
                .unwrap_or_else(|| input.with_unknown(entry.value_text()))
        };
        let reading = [(
            target.runtime,
            connection::read(&read, &reader, &asked.format),
        )];
        if let Some(problem) = bad_words(asked, &reading[0].1, target) {
            item.status = Status::Error(problem);
            return sink(&item);
        }
        let findings = if plain {
            Vec::new()
        } else {
            let lazy = LazyText::from(&read);
            let named = (name.as_ref(), coverage);
            let context = self.context(entry, named, &facts, asked, &lazy, &reading);
            wants.judged.findings(input, target, &context)
        };
        item.status = wants
            .judged
            .listed(&read, &reading[0].1, &asked.format, &findings);
        sink(&item)
    }

    /// What the rules are told of a connection, of which the name and what it is are known.
    fn context<'c>(
        &'c self,
        entry: &Entry<'_>,
        (name, coverage): (&'c str, Coverage<'c>),
        facts: &'c Facts,
        asked: &'c Asked<'_, '_>,
        value: &'c LazyText<'c>,
        readings: &'c [(Runtime, connection::Reading)],
    ) -> EntryContext<'c> {
        let Self { input, target, .. } = *self;
        let place = |span| Place::new(input.id, span);
        let id = match coverage {
            Coverage::Covered { id, .. } | Coverage::Ambiguous { id } => id,
            Coverage::Foreign => name,
        };
        EntryContext {
            target,
            carrier: Carrier::of_store(entry.kind()),
            kind: Some(EntryKind::Connection),
            id: Cow::Borrowed(id),
            name: Cow::Borrowed(name),
            name_place: place(entry.name_span()),
            value: Some(value),
            value_place: entry.value_span().map(place),
            decoded_object: entry.kind() != Kind::KubernetesSecret
                && matches!(entry.value(), Value::Object(_)),
            is_quiet: false,
            facts,
            naming: Some(&asked.naming),
            near_miss: false,
            coverage: Some(coverage),
            earlier: None,
            hides: &[],
            backend: asked.backend,
            format: &asked.format,
            is_sample: is_sample(&input.path),
            settings_file: self.wants.judged.settings_file,
            readings,
        }
    }
}

/// The input is what a store itself wrote, as JSON, to its end: in what people write, and in YAML, a slip can make a
/// name of anything.
fn is_export(input: &Input) -> bool {
    let Some(inside) = &input.inside else {
        return true;
    };
    let is_json = inside.embedded.as_ref().is_some_and(|embedded| {
        let text = embedded.bytes.trim_ascii_start();
        text.starts_with(b"{") || text.starts_with(b"[")
    });
    let stores = [Kind::Vault, Kind::Gcp, Kind::Azure, Kind::KubernetesSecret];
    is_json && !inside.is_cut && stores.contains(&inside.kind)
}

/// Why it is not known what asks for the entry. `reached`: by prefixes of several kinds.
fn not_told(entry: &Entry<'_>, reached: bool) -> Option<&'static str> {
    if entry.is_bare() {
        return Some("the export does not tell the path of its secrets");
    }
    if reached {
        return Some("prefixes of several kinds reach the name");
    }
    let of_team = entry.kind() == Kind::KubernetesSecret && entry.name().contains(',');
    of_team.then_some("only a team is given it")
}

/// The text of the object that stands for the value, where that is no text; of a Secret of Kubernetes, whose data are
/// several texts, the one that is read.
fn object(
    entry: &Entry<'_>,
    text: Option<&str>,
    kind: EntryKind,
    asked: &Asked<'_, '_>,
) -> Result<Option<Text>, Held> {
    if text.is_some() {
        return Ok(None);
    }
    let Value::Object(json) = entry.value() else {
        return Ok(None);
    };
    let object = json.text().clone();
    if entry.kind() != Kind::KubernetesSecret {
        return Ok(Some(object));
    }
    match asked.held(entry.kind(), kind, || object) {
        Held::Text(text) => Ok(Some(text)),
        held => Err(held),
    }
}

/// How the value of a variable or option is kept.
fn held(
    entry: &Entry<'_>,
    kind: EntryKind,
    asked: &Asked<'_, '_>,
    object: Option<&Text>,
    is_open: bool,
) -> Held {
    if is_open {
        return Held::Unknown("the value holds what is not known before Airflow runs");
    }
    let secret = || object.cloned().unwrap_or_else(|| entry.value_text());
    match entry.kind() {
        Kind::KubernetesSecret => Held::Whole,
        store => asked.held(store, kind, secret),
    }
}

/// The status of a variable or an option. `whole`: the text of the secret as it stands.
fn status<'s>(held: &'s Held, whole: &'s str) -> Status<'s> {
    match held {
        Held::Whole => Status::Value(whole),
        Held::Text(text) => Status::Value(text.expose()),
        Held::NotThere(why) => Status::Unreachable(why),
        Held::Unknown(why) => Status::Unknown(why),
    }
}

/// Where an offset stands in the file that a person sees.
fn position(input: &Input, entry: &Entry<'_>, offset: usize) -> Position {
    match &input.inside {
        Some(_) => input.position(offset),
        None => entry.position(offset),
    }
}

/// `_standardize_secret_keys` raises because of `extra_conn_words`.
fn bad_words(
    asked: &Asked<'_, '_>,
    reading: &connection::Reading,
    target: &Target,
) -> Option<Problem> {
    if !reading.meets_words() {
        return None;
    }
    Some(Problem {
        airflow: asked.built.as_ref()?.words_exception(target)?,
        rule: Some("AV204"),
        message: judged::BAD_WORDS.to_owned(),
    })
}

/// Why the backend does not ask for the name, though its prefix covers it: few ids need the question.
fn not_asked(
    kind: EntryKind,
    id: &str,
    asked: &Asked<'_, '_>,
    target: &Target,
) -> Option<Status<'static>> {
    let built = asked.built.as_ref()?;
    let has_pattern = built
        .patterns
        .iter()
        .any(|(_, pattern)| *pattern != Attribute::Null);
    if !has_pattern && !id.contains("--") {
        return None;
    }
    let question = Question {
        kind,
        id,
        team: None,
        multi_team: asked.backend.and_then(|backend| backend.multi_team),
    };
    match built.ask(&question, target) {
        Ask::For(_) => None,
        Ask::Skips(why) => Some(Status::Unreachable(words::skip(why, kind))),
        Ask::Raises(fault) => {
            let (message, rule) = words::cause(fault.cause);
            Some(Status::Error(Problem {
                airflow: fault.exception,
                rule,
                message: message.to_owned(),
            }))
        }
        Ask::Unknown(_) => Some(Status::Unknown(
            "whether the backend asks for it is not known",
        )),
    }
}

/// Why Airflow is not given the value as it stands there, if so.
fn not_given(
    entry: &Entry<'_>,
    facts: &Facts,
    kind: EntryKind,
    id: &str,
    asked: &Asked<'_, '_>,
    target: &Target,
) -> Option<Status<'static>> {
    if let Some(status) = not_asked(kind, id, asked, target) {
        return Some(status);
    }
    if facts.encrypted {
        return Some(Status::Unknown("the export is not decrypted"));
    }
    if facts.binary {
        return Some(Status::Unreachable(
            "the secret is binary, which Airflow does not read",
        ));
    }
    if facts.superseded {
        return Some(Status::Unreachable("a newer version follows"));
    }
    match facts.stale.map(|stale| stale.why) {
        Some(StaleWhy::Deleted) => {
            return Some(Status::Unreachable("the secret is marked for deletion"));
        }
        Some(StaleWhy::VersionDeleted) => {
            return Some(Status::Unreachable(
                "the current version of the secret is deleted",
            ));
        }
        Some(StaleWhy::OtherVersion | StaleWhy::NoCurrent) => {
            return Some(Status::Unknown(
                "the export shows another version than the current one",
            ));
        }
        None => {}
    }
    (!entry.has_value()).then_some(Status::Unknown("the export holds no values"))
}
