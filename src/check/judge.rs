//! Runs the rules over one store while it passes.
//!
//! What is asked of every one of a million entries is asked here, so it must cost little: what an
//! entry with nothing to say about it does not need is not built.

pub(super) mod keep;

use std::borrow::Cow;
use std::ops::ControlFlow;

use self::keep::Kept;
use super::advice::Given;
use super::filled;
use super::hidden::Hidden;
use super::rules::{Checks, readings, run_checks};
use super::visible::Seen;
use super::wanted::Unused;
use super::wiring;
use crate::airflow::backend::Held;
use crate::airflow::conn_types::OwnTypes;
use crate::airflow::connection::{self, Advice, Format, Reader, Reading};
use crate::airflow::lookup::{Coverage, NearMiss, Why};
use crate::airflow::{Runtime, Target};
use crate::aws::names::is_store_name;
use crate::inputs::store::names::{Earlier, Hashed, Indexed, NameIndex, ValueHashes};
use crate::inputs::store::{Batch, Entry, Facts, Spot, StoreReader, Summary, Tally, Value};
use crate::inputs::{Definition, EntryKind, Input, Kind};
use crate::load::View;
use crate::load::asked::{Asked, covered_entry, near_miss, ways};
use crate::load::pipeline;
use crate::load::prepared::{Looks, Prepared, PreparedValue};
use crate::report::{Failure, Finding};
use crate::resolve::Gather;
use crate::rules::stores::plaintext_secrets_in_repository::{self, Credential};
use crate::rules::{self, Carrier, EntryContext, StoreContext, UnusedCount};
use crate::settings::SettingsFile;
use crate::source::{LazyText, Place, Span, Text};
use crate::workspace::Content;

/// Entries whose names are looked for in the table at once: enough to wait for memory once, and few enough that all
/// that is known of them is still near the processor when the rules ask for it.
const AT_ONCE: usize = 128;

/// Bytes above which a store is read on a thread of its own.
pub(super) const WORTH_A_THREAD: u64 = 1 << 20;

/// What a stream leaves behind.
#[derive(Default)]
pub(super) struct Streamed {
    pub(super) findings: Vec<Finding>,
    pub(super) failures: Vec<Failure>,
    pub(super) visible: Vec<Seen>,
    /// What stands in the file cannot be told while it passes.
    pub(super) is_unclear: bool,
}

/// How the entries of one kind are asked for by one target.
struct Ways<'v, 'a> {
    target: usize,
    /// A projection does not tell before which store it is from.
    kind: Kind,
    list: Vec<Asked<'v, 'a>>,
    /// The first of the targets that ask in the same way: names collide for both or for neither.
    like: usize,
}

/// The rules, over the entries of one store.
pub(super) struct Judge<'v, 'a, 'r, 'q> {
    input: &'r Input,
    views: &'r [&'v View<'a>],
    targets: &'r [Target],
    checks: &'r Checks,
    is_sample: bool,
    asked: Vec<Ways<'v, 'a>>,
    /// By target.
    hidden: Vec<Hidden<'a>>,
    /// By target.
    tallies: Vec<Tally>,
    /// By target; only those are filled that others are like.
    names: Vec<NameIndex>,
    /// By target: the names of a batch that are to be indexed.
    hashed: Vec<Vec<Hashed>>,
    /// What [`NameIndex`] said of these, by number; of most it says nothing.
    earlier: Vec<Vec<(usize, Earlier)>>,
    /// What need not be read, and what not be searched.
    looks: Looks<'static>,
    /// Git would commit the file: a credential in it is looked for (AV712).
    committed: bool,
    settings_file: &'r SettingsFile,
    /// The first one.
    credential: Option<(Credential, Spot)>,
    /// Those who ask for some of the entries.
    pub(super) gather: Option<&'r mut Gather<'q>>,
    /// Which of the entries no DAG asks for, where somebody wants to know.
    pub(super) unused: Option<&'r Unused<'r>>,
    /// How many these are, by target.
    unused_counts: Vec<UnusedCount>,
    streamed: Streamed,
    /// The rules spoke of the entry before.
    spoke: bool,
    /// What they said.
    kept: Kept<'r>,
    /// By target.
    given: Vec<Given>,
}

/// An entry of a batch, decoded once for all targets.
struct Decoded<'e> {
    entry: Entry<'e>,
    name: Cow<'e, str>,
    facts: Facts,
    /// The value where it is a text.
    text: Option<Cow<'e, str>>,
    /// As a connection it need not be read.
    looks_plain: Option<Advice>,
    /// No rule need search it.
    is_quiet: bool,
    /// The hash of the text.
    hash: u64,
    /// Something of the value is not known.
    is_open: bool,
}

/// An entry of a batch.
struct Passing<'e> {
    entry: Entry<'e>,
    value: &'e PreparedValue,
    /// See [`Entry::usual_name`]; "" where something is unusual.
    name: &'e str,
    /// What is unusual about it must be looked at.
    decoded: Option<Box<Decoded<'e>>>,
}

impl Passing<'_> {
    fn name(&self) -> &str {
        match &self.decoded {
            Some(decoded) => &decoded.name,
            None => self.name,
        }
    }

    /// See [`Indexed::value`].
    fn hash(&self) -> Option<u64> {
        let Some(decoded) = &self.decoded else {
            return Some(self.value.hash);
        };
        let text = decoded.text.as_ref();
        text.filter(|_| !decoded.facts.encrypted && !decoded.is_open)
            .map(|_| decoded.hash)
    }

    fn facts(&self) -> Option<&Facts> {
        self.decoded.as_ref().map(|decoded| &decoded.facts)
    }
}

/// What the name of an entry is to one target.
struct Named<'e> {
    /// Index into [`Judge::asked`].
    at: usize,
    /// Index into its list: the way that asks.
    way: usize,
    coverage: Coverage<'e>,
    /// The way by which it is a near miss.
    near: Option<usize>,
    /// Index into [`Judge::hashed`] of the target, where the name is indexed.
    hashed: Option<usize>,
}

impl<'v, 'a, 'r> Judge<'v, 'a, 'r, '_> {
    pub(super) fn new(
        input: &'r Input,
        views: &'r [&'v View<'a>],
        targets: &'r [Target],
        checks: &'r Checks,
        hidden: Vec<Hidden<'a>>,
        committed: bool,
        settings_file: &'r SettingsFile,
    ) -> Self {
        Self {
            hidden,
            input,
            views,
            targets,
            checks,
            is_sample: crate::inputs::is_sample(&input.path),
            asked: Vec::new(),
            tallies: vec![Tally::default(); targets.len()],
            names: targets.iter().map(|_| NameIndex::default()).collect(),
            hashed: vec![Vec::new(); targets.len()],
            earlier: vec![Vec::new(); targets.len()],
            looks: Looks {
                looks_plain: connection::looks_plain,
                is_quiet: rules::is_quiet,
                is_ordinary_name: rules::is_ordinary_name,
                hashes: None,
            },
            committed: committed && plaintext_secrets_in_repository::is_asked(input),
            settings_file,
            credential: None,
            gather: None,
            unused: None,
            unused_counts: vec![UnusedCount::default(); targets.len()],
            streamed: Streamed::default(),
            spoke: false,
            kept: Kept::new(input, targets.len()),
            given: vec![Given::default(); targets.len()],
        }
    }

    /// Streams the store.
    pub(super) fn stream(mut self, content: Content) -> Streamed {
        let length = content.length();
        let apart = length.is_none_or(|length| length > WORTH_A_THREAD);
        if let Some(length) = length {
            self.names.iter_mut().for_each(|names| names.expect(length));
        }
        let reader = StoreReader::sized(content.into_reader(), self.input.kind, length);
        let hashes = ValueHashes::default();
        let looks = Looks {
            hashes: Some(&hashes),
            ..self.looks
        };
        let prepare = move |batch: &Batch| Prepared::of(batch, looks);
        let path = &self.input.path;
        let summary = pipeline::run(reader, path, apart, prepare, |batch, prepared| {
            self.batch(batch, prepared);
            ControlFlow::Continue(())
        });
        if let Some(gather) = &mut self.gather {
            gather.end(self.input, summary.as_ref().ok());
        }
        match summary {
            Ok(summary) => self.end(&summary),
            Err(failure) => self.streamed.failures.push(failure),
        }
        self.streamed.findings.append(&mut self.kept.findings);
        self.streamed
    }

    /// The rules on the whole export.
    fn end(&mut self, summary: &Summary) {
        for (index, target) in self.targets.iter().enumerate() {
            let own = ways(self.input.kind, self.views, target);
            let of_target = self.asked.iter().find(|ways| ways.target == index);
            let way = of_target.map_or(&own, |ways| &ways.list).first();
            let context = StoreContext {
                input: self.input,
                target,
                naming: way.map(|way| &way.naming),
                backend: way.and_then(|way| way.backend),
                summary,
                tally: &self.tallies[index],
                unused: self.unused.map(|_| self.unused_counts[index]),
                credential: self.credential,
            };
            let path = &self.input.path;
            let (found, failures) =
                run_checks(path, target, &self.checks.store, |check, findings| {
                    check(&context, findings);
                });
            self.streamed.findings.extend(found);
            self.streamed.failures.extend(failures);
        }
        let failure = pipeline::failure(summary, self.input);
        self.streamed.failures.extend(failure);
    }

    /// The rules on the entries of one window, for every target.
    fn batch(&mut self, batch: &Batch, prepared: &Prepared) {
        let mut rest = batch.entries().zip(prepared.values());
        while rest.len() > 0 {
            self.some(rest.by_ref().take(AT_ONCE), prepared);
        }
    }

    /// The rules on entries that follow each other.
    fn some<'e>(
        &mut self,
        some: impl ExactSizeIterator<Item = (Entry<'e>, &'e PreparedValue)>,
        prepared: &'e Prepared,
    ) {
        for hashed in &mut self.hashed {
            hashed.clear();
        }
        let targets = self.targets.len();
        let mut entries: Vec<Passing<'_>> = Vec::with_capacity(some.len());
        for (entry, value) in some {
            if let Some(gather) = &mut self.gather {
                gather.take(&entry, self.input);
            }
            let is_ordinary = value.is_ordinary && !self.is_open(&entry);
            let name = entry.usual_name().filter(|_| is_ordinary);
            entries.push(Passing {
                entry,
                value,
                name: name.unwrap_or_default(),
                decoded: match name {
                    Some(_) => None,
                    None => Some(Box::new(self.decoded(entry, value, prepared))),
                },
            });
        }
        let mut names: Vec<Named<'_>> = Vec::with_capacity(entries.len() * targets);
        for passing in &entries {
            for target in 0..targets {
                names.push(self.named(target, passing));
            }
        }
        for ((index, hashed), earlier) in self
            .names
            .iter_mut()
            .zip(&self.hashed)
            .zip(&mut self.earlier)
        {
            index.make_ready(hashed);
            earlier.clear();
            for (number, hashed) in hashed.iter().enumerate() {
                if let Some(found) = index.add_hashed(*hashed) {
                    earlier.push((number, found));
                }
            }
        }
        for (passing, names) in entries.iter().zip(names.chunks(targets)) {
            let Passing { entry, value, .. } = *passing;
            for named in names {
                let like = self.asked[named.at].like;
                // Targets that ask alike are told alike.
                let hashed = names[like].hashed;
                let earlier = hashed.and_then(|hashed| self.earlier(like, hashed));
                if earlier.is_none() && self.is_ordinary(passing, named) {
                    self.spoke = false;
                    continue;
                }
                let built;
                let decoded = if let Some(decoded) = &passing.decoded {
                    decoded
                } else {
                    built = self.decoded(entry, value, prepared);
                    &built
                };
                self.rules(decoded, named, earlier);
            }
        }
    }

    fn earlier(&self, target: usize, hashed: usize) -> Option<Earlier> {
        let earlier = &self.earlier[target];
        let found = earlier.binary_search_by_key(&hashed, |(number, _)| *number);
        found.ok().map(|at| earlier[at].1)
    }

    fn is_open(&self, entry: &Entry<'_>) -> bool {
        let span = entry.value_span();
        span.is_some_and(|span| self.input.is_open(span))
    }

    fn decoded<'e>(
        &self,
        entry: Entry<'e>,
        value: &'e PreparedValue,
        prepared: &'e Prepared,
    ) -> Decoded<'e> {
        let is_open = self.is_open(&entry);
        let text = prepared.text(value).map(Cow::Borrowed);
        Decoded {
            name: entry.name(),
            facts: entry.facts(),
            text: text.or_else(|| entry.value_str()),
            looks_plain: value.looks_plain.filter(|_| !is_open),
            is_quiet: value.is_quiet && !is_open,
            hash: value.hash,
            is_open,
            entry,
        }
    }

    /// The rules have nothing to say about the entry: a lookup of a connection asks for it, and neither name nor value
    /// has anything for them.
    fn is_ordinary(&self, passing: &Passing<'_>, named: &Named<'_>) -> bool {
        let Ways { target, list, .. } = &self.asked[named.at];
        let asked = &list[named.way];
        let kind = match named.coverage {
            Coverage::Covered { kind, .. } => Some(kind),
            _ => None,
        };
        let (is_object, airflow) = (passing.value.is_object, self.targets[*target].airflow);
        passing.decoded.is_none()
            && kind == Some(EntryKind::Connection)
            && named.near.is_none()
            && !asked.has_own_way
            && self.hidden.get(*target).is_none_or(Hidden::is_empty)
            && (!self.committed || self.credential.is_some())
            && connection::may_be_plain_as(is_object, airflow, &asked.format)
    }

    /// Finds out what the name of an entry is, and counts it.
    fn named<'d>(&mut self, target: usize, passing: &'d Passing<'_>) -> Named<'d> {
        let (entry, name) = (&passing.entry, passing.name());
        let kind = entry.kind();
        let known = self
            .asked
            .iter()
            .position(|ways| ways.target == target && ways.kind == kind);
        let at = known.unwrap_or_else(|| self.ask(target, kind));
        let Ways { list, like, .. } = &self.asked[at];
        let (way, coverage) = covered_entry(entry, name, list);
        let near = if entry.is_bare() {
            None
        } else {
            near_miss(name, coverage, list)
        };
        let is_current = passing.facts().is_none_or(Facts::is_current);
        let hashed = match coverage {
            Coverage::Covered { kind: of, id } if *like == target && is_current => {
                let hashed = self.names[target].hash(&Indexed {
                    store: kind,
                    kind: of,
                    id,
                    name,
                    value: passing.hash(),
                    offset: entry.name_span().start,
                });
                self.hashed[target].push(hashed);
                Some(self.hashed[target].len() - 1)
            }
            _ => None,
        };
        if let (Some(unused), Coverage::Covered { kind: of, id }) = (self.unused, coverage)
            && is_current
        {
            self.unused_counts[target].add(of, unused.is_unused(of, id, false));
        }
        self.count(at, way, coverage, near.as_ref().map(|(_, miss)| miss));
        let is_ciphertext = passing.facts().is_some_and(|facts| facts.ciphertext);
        if is_ciphertext && coverage != Coverage::Foreign {
            self.tallies[target].count_ciphertext(|| entry.value_spot());
        }
        Named {
            at,
            way,
            coverage,
            near: near.map(|(number, _)| number),
            hashed,
        }
    }

    /// Finds out how `target` asks for the entries of `kind`.
    fn ask(&mut self, target: usize, kind: Kind) -> usize {
        let list = ways(kind, self.views, &self.targets[target]);
        let same = |other: &&Ways<'_, '_>| {
            let namings = other.list.iter().map(|way| &way.naming);
            other.kind == kind && namings.eq(list.iter().map(|way| &way.naming))
        };
        let like = self.asked.iter().find(same);
        let like = like.map_or(target, |ways| ways.like);
        self.asked.push(Ways {
            target,
            kind,
            list,
            like,
        });
        self.asked.len() - 1
    }

    fn count(&mut self, at: usize, way: usize, coverage: Coverage<'_>, near: Option<&NearMiss>) {
        let Ways { target, list, .. } = &self.asked[at];
        let tally = &mut self.tallies[*target];
        tally.count(coverage, near.is_some());
        if let Some(miss) = near
            && miss.why == Why::LeadingSlashMissing
        {
            tally.count_without_slash(miss.kind);
        }
        if let Coverage::Covered { kind, id } = coverage {
            let takes = &mut tally.pattern_takes[kind as usize];
            let pattern = list[way].patterns[kind as usize].as_ref();
            *takes = *takes || pattern.is_none_or(|pattern| pattern.matches(id) != Some(false));
        }
    }

    fn rules(&mut self, decoded: &Decoded<'_>, named: &Named<'_>, earlier: Option<Earlier>) {
        let Ways { target, list, .. } = &self.asked[named.at];
        let target_number = *target;
        let (target, asked) = (&self.targets[target_number], &list[named.way]);
        let (entry, coverage, near) = (&decoded.entry, named.coverage, named.near);
        let facts = &decoded.facts;
        let hides = hidden_by(&self.hidden, target_number, decoded);
        let (kind, id) = match coverage {
            Coverage::Covered { kind, id } => (Some(kind), id),
            Coverage::Ambiguous { id } => (entry.form(), id),
            Coverage::Foreign => (None, decoded.name.as_ref()),
        };
        // Of names that nothing asks for, only the name matters; of older versions too.
        let judged = coverage != Coverage::Foreign && !facts.superseded;
        let text = decoded.text.as_deref().filter(|_| judged);
        let is_object = judged && text.is_none();
        let object = is_object.then(|| object(entry, kind, asked)).flatten();
        let is_connection = kind == Some(EntryKind::Connection)
            && !facts.encrypted
            && !asked.has_own_way
            && asked.format.has_rules();
        let is_given = |advice| self.given[target_number].is_all(advice);
        let looks_plain = is_connection && decoded.looks_plain.is_some_and(is_given);
        let may_be = |text: &str| connection::may_be_plain(text, target.airflow, &asked.format);
        let plain = looks_plain && text.is_some_and(may_be);
        if self.committed && self.credential.is_none() && !decoded.is_open {
            let format = &asked.format;
            self.credential = credential(decoded, object.as_ref(), kind, id, target, format);
        }
        let read = |value: Option<&LazyText<'_>>| match value {
            Some(value) if is_connection => readings(value.text(), target, &asked.format),
            _ => Vec::new(),
        };
        let is_whole = |object: &Text| !is_datum(entry, object);
        let place = |span: Span| Place::new(self.input.id, span);
        let run = |value: Option<&LazyText<'_>>, readings: &[(Runtime, Reading)]| {
            let context = EntryContext {
                target,
                carrier: Carrier::of_store(entry.kind()),
                kind,
                id: Cow::Borrowed(id),
                name: Cow::Borrowed(&decoded.name),
                name_place: place(entry.name_span()),
                value,
                is_quiet: decoded.is_quiet && text.is_some(),
                value_place: value_span(entry, object.as_ref()).map(place),
                decoded_object: object.as_ref().is_some_and(is_whole),
                facts,
                naming: Some(&near.map_or(asked, |near| &list[near]).naming),
                near_miss: near.is_some(),
                coverage: Some(coverage),
                earlier,
                hides,
                backend: near.map_or(asked, |near| &list[near]).backend,
                format: &asked.format,
                is_sample: self.is_sample,
                settings_file: self.settings_file,
                readings,
            };
            let path = &self.input.path;
            let checks = if readings.is_empty() {
                &self.checks.entry
            } else {
                &self.checks.connection
            };
            run_checks(path, target, checks, |check, findings| {
                check(&context, findings);
            })
        };
        // Most values that must be read are fine all the same: where their characters stand in the
        // file, through two layers of escapes, is only worth finding out if somebody speaks. What
        // cannot be told without the escapes is left out, and a store that is full of faults.
        let exact = |text: &str| !text.contains(char::REPLACEMENT_CHARACTER);
        if !plain && !self.spoke && !decoded.is_open && text.is_some_and(exact) {
            let build = || Text::verbatim(text.unwrap_or_default(), 0);
            let value = text.map(|text| LazyText::new(Cow::Borrowed(text), &build));
            let (found, failures) = run(value.as_ref(), &read(value.as_ref()));
            if found.is_empty() {
                self.streamed.failures.extend(failures);
                return;
            }
        }
        let build = || self.input.with_unknown(entry.value_text());
        let value = text.map(|text| LazyText::new(Cow::Borrowed(text), &build));
        let value = value.or_else(|| object.as_ref().map(LazyText::from));
        let mut readings = read(value.as_ref().filter(|_| !plain));
        let (mut found, failures) = run(value.as_ref(), &readings);
        self.streamed.failures.extend(failures);
        if let (true, Some(value)) = (decoded.is_open && is_connection, &value) {
            found.extend(filled::certain(value.text(), &found, |filled| {
                let value = LazyText::from(filled);
                run(Some(&value), &read(Some(&value))).0
            }));
        }
        found.retain_mut(|finding| self.given[target_number].takes(finding));
        self.spoke = !found.is_empty();
        if found.is_empty() {
            return;
        }
        if plain {
            readings = read(value.as_ref());
        }
        self.keep(found, decoded, value.as_ref(), &readings);
    }

    /// Keeps what the rules said of an entry, with what only the window can tell: lines, columns, and
    /// the piece of the line for streams that cannot be read again.
    fn keep(
        &mut self,
        mut found: Vec<Finding>,
        decoded: &Decoded<'_>,
        value: Option<&LazyText<'_>>,
        readings: &[(Runtime, Reading)],
    ) {
        let entry = &decoded.entry;
        let own = &self.settings_file.conn_types;
        let visible = || visible(entry, value, readings, own);
        if self.input.is_held() {
            let place = |span: Span| Place::new(self.input.id, span);
            let read = entry.value_span().map(place).into_iter().collect();
            let earlier = found.iter_mut().flat_map(|finding| &mut finding.related);
            let earlier = earlier.filter(|related| related.place.file == self.input.id);
            let spellings = earlier.filter_map(|related| {
                let name = like_name(self.input, related.place.span, &decoded.name)?;
                related.place.span = name;
                Some(name)
            });
            let shown = visible().into_iter().chain(spellings).map(place).collect();
            self.streamed.visible.push(Seen { read, shown });
        }
        self.kept.keep(found, entry, visible);
    }
}

/// The credential that an entry holds, and where. Who reads the name does not matter to a secret.
fn credential(
    decoded: &Decoded<'_>,
    object: Option<&Text>,
    kind: Option<EntryKind>,
    id: &str,
    target: &Target,
    format: &Format,
) -> Option<(Credential, Spot)> {
    let (entry, facts) = (&decoded.entry, &decoded.facts);
    if facts.encrypted {
        return None;
    }
    let reader = Reader {
        airflow: target.airflow,
        runtime: Runtime::Server,
        python: target.python,
    };
    let secure = facts.parameter_type.as_deref() == Some("SecureString");
    let text = decoded.text.as_ref().map(|_| entry.value_text());
    let value = text.as_ref().or(object)?;
    let found =
        plaintext_secrets_in_repository::credential(kind, id, value, secure, &reader, format)?;
    let span = entry.value_span()?;
    let position = (entry.position(span.start), entry.position(span.end));
    Some((found, Spot { span, position }))
}

/// The text of the object that stands for the value; of a secret of Vault or Kubernetes, which is several texts, the one
/// that is read.
fn object(entry: &Entry<'_>, kind: Option<EntryKind>, asked: &Asked<'_, '_>) -> Option<Text> {
    let Value::Object(json) = entry.value() else {
        return None;
    };
    let object = json.text().clone();
    let Some(kind) = kind else {
        let is_data = entry.kind() == Kind::KubernetesSecret;
        return Some(object).filter(|_| !is_data);
    };
    let is_data = entry.kind() == Kind::KubernetesSecret;
    match (asked.held(entry.kind(), kind, || object.clone()), is_data) {
        (Held::Text(text), _) => Some(text),
        (_, true) => None,
        (_, false) => Some(object),
    }
}

/// Where the value stands that is read. `object`: see there.
fn value_span(entry: &Entry<'_>, object: Option<&Text>) -> Option<Span> {
    let datum = object.filter(|object| is_datum(entry, object));
    datum.map(Text::source).or_else(|| entry.value_span())
}

/// True for a text in the object that stands for the value.
fn is_datum(entry: &Entry<'_>, object: &Text) -> bool {
    let whole = entry.value_span();
    whole.is_some_and(|whole| object.source().len() < whole.len())
}

/// What the entry hides from the environment.
fn hidden_by<'h, 'a>(
    hidden: &'h [Hidden<'a>],
    target: usize,
    decoded: &Decoded<'_>,
) -> &'h [&'a Definition] {
    let hidden = hidden.get(target);
    hidden.map_or(&[], |hidden| hidden.by(&decoded.name, decoded.entry.kind()))
}

/// The name of an earlier entry at the point `at`, where it is `name` but for the case of letters:
/// a name that is shown already.
fn like_name(input: &Input, at: Span, name: &str) -> Option<Span> {
    let end = at.start + name.len();
    let there = input.bytes_at(at.start..end)?;
    let same = at.is_empty() && there.eq_ignore_ascii_case(name.as_bytes());
    (same && is_store_name(name)).then(|| Span::new(at.start, end))
}

fn visible(
    entry: &Entry<'_>,
    value: Option<&LazyText<'_>>,
    readings: &[(Runtime, connection::Reading)],
    own: &OwnTypes,
) -> Vec<Span> {
    let mut visible = crate::inputs::store::visible_spans(entry);
    if let Some(value) = value {
        visible.extend(wiring::visible_connection(readings, value.text(), own));
    }
    visible
}

#[cfg(test)]
mod tests;
