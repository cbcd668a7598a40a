//! Streams each store once, with the entry rules running inside the stream.
//!
//! Nothing of a store stays in memory but what the findings need: positions, found while the
//! window holds them, and for streams that cannot be read again a masked piece of the line.

use std::borrow::Cow;
use std::io::Read;

use super::rules::{Checks, View, readings, run_checks};
use super::visible::Seen;
use super::{Run, wiring};
use crate::airflow::backend::Backend;
use crate::airflow::connection::{self, Format};
use crate::airflow::lookup::{Coverage, Naming, Why};
use crate::airflow::pattern::Pattern;
use crate::airflow::{Runtime, Target};
use crate::inputs::store::{Entry, StoreReader, Tally, Value};
use crate::inputs::{EntryKind, Input, Kind};
use crate::report::{Failure, Finding, Window};
use crate::rules::{Carrier, EntryContext, StoreContext};
use crate::source::{LazyText, Mask, Place, Span};
use crate::workspace::Content;

use super::guard::guard;

/// Longest masked piece of a line that is kept, in bytes.
const WINDOW: usize = 200;

/// How names may be built, for one target.
struct Asked<'v, 'a> {
    naming: Naming,
    backend: Option<&'v Backend<'a>>,
    /// The choices whose backend asks so.
    choices: Vec<usize>,
    /// How the values of connections are read.
    format: Format,
    /// The lookup patterns of connections, variables and options.
    patterns: [Option<Pattern>; 3],
}

/// What a stream leaves behind.
#[derive(Default)]
struct Streamed {
    findings: Vec<Finding>,
    failures: Vec<Failure>,
    visible: Vec<Seen>,
}

impl<'a> Run<'a> {
    /// Reads the stores. `contents` go by the numbers of their files.
    pub(super) fn stream_stores(&mut self, views: &[View<'a>], contents: Vec<Option<Content>>) {
        for (input, content) in self.inputs.iter().zip(contents) {
            let Some(content) = content else { continue };
            if self.context.get(input.id.0 as usize) == Some(&true) {
                continue;
            }
            let group = self
                .groups
                .iter()
                .position(|group| group.stores.contains(&input.id));
            let of_group: Vec<&View<'a>> = views
                .iter()
                .filter(|view| Some(view.group) == group)
                .collect();
            let targets: &'a [Target] = &self.request.targets;
            let streamed = guard(&input.path, || {
                stream(
                    input,
                    content.into_reader(),
                    &of_group,
                    targets,
                    self.checks,
                )
            });
            match streamed {
                Ok(streamed) => {
                    self.findings.extend(streamed.findings);
                    self.failures.extend(streamed.failures);
                    self.visible.extend(streamed.visible);
                }
                Err(failure) => self.failures.push(failure),
            }
        }
    }
}

fn stream(
    input: &Input,
    reader: Box<dyn Read + Send>,
    views: &[&View<'_>],
    targets: &[Target],
    checks: &Checks,
) -> Streamed {
    let mut streamed = Streamed::default();
    let mut reader = StoreReader::new(reader, input.kind);
    // By target and by the kind of the entry, which a projection does not tell before.
    let mut asked: Vec<(usize, Kind, Vec<Asked<'_, '_>>)> = Vec::new();
    let mut tallies = vec![Tally::default(); targets.len()];
    while let Some(entry) = reader.next() {
        for (index, target) in targets.iter().enumerate() {
            let kind = entry.kind();
            let known = asked
                .iter()
                .position(|(of, kind_of, _)| *of == index && *kind_of == kind);
            let at = known.unwrap_or_else(|| {
                asked.push((index, kind, ways(kind, views, target)));
                asked.len() - 1
            });
            let (_, _, ways) = &asked[at];
            let tally = &mut tallies[index];
            one(&mut streamed, input, &entry, target, ways, tally, checks);
        }
    }
    let summary = reader.finish();
    for (index, target) in targets.iter().enumerate() {
        let own = ways(input.kind, views, target);
        let way = asked
            .iter()
            .find(|(of, ..)| *of == index)
            .map_or(&own, |(_, _, ways)| ways)
            .first();
        let context = StoreContext {
            input,
            target,
            naming: way.map(|way| &way.naming),
            backend: way.and_then(|way| way.backend),
            summary: &summary,
            tally: &tallies[index],
        };
        let (found, failures) =
            run_checks(&input.path, target, &checks.store, |check, findings| {
                check(&context, findings);
            });
        streamed.findings.extend(found);
        streamed.failures.extend(failures);
    }
    let failure = wiring::stream_failure(&summary, input);
    streamed.failures.extend(failure);
    streamed
}

/// The namings under which the group's backends ask a store of this kind; the defaults of the kind
/// where no backend says.
fn ways<'v, 'a>(kind: Kind, views: &[&'v View<'a>], target: &Target) -> Vec<Asked<'v, 'a>> {
    let mut ways: Vec<Asked<'v, 'a>> = Vec::new();
    for view in views
        .iter()
        .filter(|view| std::ptr::eq(view.target, target))
    {
        for backend in view.secrets.backends() {
            if !wiring::serves(backend, kind) {
                continue;
            }
            let Some(naming) = backend.naming(target) else {
                continue;
            };
            if let Some(way) = ways.iter_mut().find(|way| way.naming == naming) {
                way.choices.push(view.choice);
                continue;
            }
            ways.push(Asked {
                naming,
                backend: Some(backend),
                choices: vec![view.choice],
                format: wiring::format(kind, Some(backend), target),
                patterns: wiring::patterns(backend, target),
            });
        }
    }
    if ways.is_empty() {
        ways.push(Asked {
            naming: Naming::defaults(kind, target.amazon()),
            backend: None,
            choices: Vec::new(),
            format: wiring::format(kind, None, target),
            patterns: [None, None, None],
        });
    }
    ways
}

/// What a name is when several backends or alternative files may ask for it: known only if they
/// agree on the kind.
fn covered<'w, 'v, 'a>(name: &str, ways: &'w [Asked<'v, 'a>]) -> (&'w Asked<'v, 'a>, Coverage) {
    let mut best: Option<(&Asked<'v, 'a>, Coverage)> = None;
    for way in ways {
        let coverage = way.naming.coverage(name);
        best = Some(match (best, coverage) {
            (None | Some((_, Coverage::Foreign)), coverage) => (way, coverage),
            (Some((at, Coverage::Covered { kind, id })), Coverage::Covered { kind: other, .. })
                if kind != other =>
            {
                (at, Coverage::Ambiguous { id })
            }
            (Some(best), _) => best,
        });
    }
    best.expect("there is always one way")
}

/// The way by which a name is a near miss. Which of several files is used nobody knows: with each
/// of them it must be one, and no backend may ask for it.
fn near_miss<'w, 'v, 'a>(name: &str, ways: &'w [Asked<'v, 'a>]) -> Option<&'w Asked<'v, 'a>> {
    let is_near = |way: &&Asked<'_, '_>| way.naming.near_miss(name).is_some();
    let asked =
        |way: &Asked<'_, '_>| !is_near(&way) && way.naming.coverage(name) != Coverage::Foreign;
    if ways.iter().any(asked) {
        return None;
    }
    let near: Vec<&Asked<'_, '_>> = ways.iter().filter(is_near).collect();
    let mut choices = ways.iter().flat_map(|way| &way.choices);
    let everywhere = choices.all(|choice| near.iter().any(|way| way.choices.contains(choice)));
    near.first().copied().filter(|_| everywhere)
}

fn one(
    streamed: &mut Streamed,
    input: &Input,
    entry: &Entry<'_>,
    target: &Target,
    ways: &[Asked<'_, '_>],
    tally: &mut Tally,
    checks: &Checks,
) {
    let name = entry.name();
    let (way, coverage) = covered(&name, ways);
    let foreign = coverage == Coverage::Foreign;
    let near = near_miss(&name, ways);
    tally.count(&coverage, foreign && near.is_some());
    if let Some(miss) = near.and_then(|way| way.naming.near_miss(&name))
        && miss.why == Why::LeadingSlashMissing
    {
        tally.count_without_slash(miss.kind);
    }
    if let Coverage::Covered { kind, id } = &coverage {
        let takes = &mut tally.pattern_takes[*kind as usize];
        let pattern = way.patterns[*kind as usize].as_ref();
        *takes = *takes || pattern.is_none_or(|pattern| pattern.matches(id) != Some(false));
    }
    let (kind, id) = match &coverage {
        Coverage::Covered { kind, id } => (Some(*kind), Cow::Borrowed(id.as_str())),
        Coverage::Ambiguous { id } => (None, Cow::Borrowed(id.as_str())),
        Coverage::Foreign => (None, name.clone()),
    };
    let facts = entry.facts();
    // Of names that nothing asks for, only the name matters.
    let text = entry.value_str().filter(|_| !foreign);
    let object = if text.is_none() && !foreign {
        match entry.value() {
            Value::Object(json) => Some(json.text().clone()),
            _ => None,
        }
    } else {
        None
    };
    let with_map = || entry.value_text();
    let value = text.map(|text| LazyText::new(text, &with_map));
    let value = value.or_else(|| object.as_ref().map(LazyText::from));
    let connection = value
        .as_ref()
        .filter(|_| kind == Some(EntryKind::Connection) && !facts.encrypted);
    let read = |value: &LazyText<'_>| readings(value.text(), target, &way.format);
    let plain = connection
        .is_some_and(|value| connection::is_plain(value.expose(), target.airflow, &way.format));
    let mut readings = connection.filter(|_| !plain).map_or_else(Vec::new, read);
    let place = |span: Span| Place::new(input.id, span);
    let context = EntryContext {
        target,
        carrier: match entry.kind() {
            Kind::Ssm => Carrier::Ssm,
            Kind::SecretsManager => Carrier::SecretsManager,
            _ => Carrier::Flat,
        },
        kind,
        id,
        name: name.clone(),
        name_place: place(entry.name_span()),
        value: value.as_ref(),
        value_place: entry.value_span().map(place),
        decoded_object: object.is_some(),
        facts: &facts,
        naming: Some(&near.unwrap_or(way).naming),
        near_miss: near.is_some(),
        coverage: Some(&coverage),
        backend: way.backend,
        readings: &readings,
    };
    let (mut found, failures) =
        run_checks(&input.path, target, &checks.entry, |check, findings| {
            check(&context, findings);
        });
    streamed.failures.extend(failures);
    if found.is_empty() {
        return;
    }
    if plain {
        readings = connection.map_or_else(Vec::new, read);
    }
    let visible = visible(entry, value.as_ref(), &readings);
    let held = !input.bytes.is_empty();
    let mut mask = Mask::new();
    if held {
        let read = entry.value_span().map(place).into_iter().collect();
        let shown = visible.into_iter().map(place).collect();
        streamed.visible.push(Seen { read, shown });
    } else {
        mask.show_all(visible);
        mask.seal();
    }
    for finding in &mut found {
        let Span { start, end } = finding.place.span;
        finding.position = Some((entry.position(start), entry.position(end)));
        for related in &mut finding.related {
            if related.place.file == input.id && !held {
                let Span { start, end } = related.place.span;
                related.position = Some((entry.position(start), entry.position(end)));
            }
        }
        if !held {
            finding.window = window(entry, finding.place.span, &mask);
        }
    }
    streamed.findings.extend(found);
}

fn visible(
    entry: &Entry<'_>,
    value: Option<&LazyText<'_>>,
    readings: &[(Runtime, connection::Reading)],
) -> Vec<Span> {
    let mut visible = crate::inputs::store::visible_spans(entry);
    if let Some(value) = value {
        visible.extend(wiring::visible_connection(readings, value.text()));
    }
    visible
}

/// The masked line around `span`, at most [`WINDOW`] bytes of it, cut to the entry.
fn window(entry: &Entry<'_>, span: Span, mask: &Mask) -> Option<Window> {
    let (text, offset) = entry.element_text();
    let at = span.start.checked_sub(offset)?;
    let before = text.get(..at)?;
    let line_start = before.rfind('\n').map_or(0, |lf| lf + 1);
    let line_end = text[at..].find('\n').map_or(text.len(), |lf| at + lf);
    let mut from = line_start.max(at.saturating_sub(WINDOW / 3));
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let mut to = line_end.min(from + WINDOW);
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    let line = text.get(from..to)?.trim_end_matches('\r');
    Some(Window {
        text: mask.apply(line, offset + from),
        offset: offset + from,
    })
}
