//! Streams a file of connections or variables that is too large to be held, where it is all there is: nobody else asks
//! for one of its ids, or hides it.
//!
//! Of most entries nothing is to be said, and that is told while they pass. Each of the others is read as a file of its
//! own with the rules for files that are held, so that both are told the same. What only the whole file tells, a fault of
//! its syntax or an id that stands twice, is not told here: then the file is [unclear](Streamed::is_unclear), and must be
//! held.

use std::borrow::Cow;
use std::ops::ControlFlow;

use memchr::memmem;

use super::advice::Given;
use super::judge::keep::Kept;
use super::judge::{Streamed, WORTH_A_THREAD};
use super::rules::run_checks;
use super::{Run, visible};
use crate::airflow::connection::{self, Advice, Format, Local, Reader};
use crate::airflow::{Runtime, Target};
use crate::aws::names::is_store_name;
use crate::inputs::store::{Batch, Entry, Spot, StoreReader, Summary, Tally, Twice};
use crate::inputs::{Definition, EntryKind, Input, Tree, local, vals};
use crate::load::{View, pipeline};
use crate::report::{Failure, Finding};
use crate::rules::class::{local_file_unsupported, placeholder_left_in};
use crate::rules::stores::plaintext_secrets_in_repository::{self, Credential};
use crate::rules::{self, Carrier, EntryContext, Facts, StoreContext};
use crate::source::{LazyText, LineIndex, Mask, Place, Span, Text};
use crate::workspace::Content;

/// What SOPS writes in the place of a value: such a file is not read at all.
const ENCRYPTED: &[u8] = b"ENC[AES256_GCM,data:";

/// What is told of a batch by itself, on the thread that is ahead.
struct Looked {
    values: Vec<LookedValue>,
    is_encrypted: bool,
    has_braces: bool,
}

impl Looked {
    fn of(batch: &Batch, kind: EntryKind) -> Self {
        let text = batch.text().as_bytes();
        let is_variable = kind == EntryKind::Variable;
        Self {
            values: batch
                .entries()
                .map(|entry| LookedValue::of(&entry, kind))
                .collect(),
            is_encrypted: memmem::find(text, ENCRYPTED).is_some(),
            has_braces: is_variable && memmem::find(text, b"{{").is_some(),
        }
    }
}

/// The same of one value.
#[derive(Clone, Copy, Default)]
struct LookedValue {
    /// What rules may say of it at most as a connection; `None` where that is not known.
    advice: Option<Advice>,
    /// No rule need search it.
    is_quiet: bool,
}

impl LookedValue {
    fn of(entry: &Entry<'_>, kind: EntryKind) -> Self {
        let object = entry.object_raw();
        let is_connection = kind == EntryKind::Connection;
        let object_or_text = object.filter(|_| is_connection).map(Cow::Borrowed);
        let Some(value) = object_or_text.or_else(|| entry.value_str()) else {
            return Self::default();
        };
        let is_quiet = rules::is_quiet(&value);
        let advice = match object {
            _ if !is_connection => None,
            Some(object) => connection::object_looks_plain(object),
            None => connection::looks_plain(&value),
        };
        // The one of the rules on connections that looks at the file.
        let has_none = || is_quiet || placeholder_left_in::find(&value).is_none();
        Self {
            advice: advice.filter(|_| has_none()),
            is_quiet,
        }
    }
}

/// The rules, over the entries of one file.
struct LocalJudge<'j, 'a> {
    run: &'j Run<'a>,
    views: &'j [View<'a>],
    input: &'j Input,
    targets: &'j [Target],
    kind: EntryKind,
    is_committed: bool,
    twice: Twice,
    is_unclear: bool,
    has_braces: bool,
    kept: Kept<'j>,
    failures: Vec<Failure>,
    /// By target.
    given: Vec<Given>,
    /// By target: the first credential, where git would commit it.
    credentials: Vec<Option<(Credential, Spot)>>,
    /// Of texts, and of objects; whose id matters to nobody who asks here.
    formats: [Format; 2],
}

impl<'a> Run<'a> {
    /// `views`: all of them.
    pub(super) fn stream_local(
        &self,
        views: &[View<'a>],
        input: &Input,
        content: Content,
    ) -> Streamed {
        let targets = self.loaded.targets_of(input.id);
        let judge = LocalJudge {
            run: self,
            views,
            input,
            targets,
            kind: local::entry_kind(input.kind),
            is_committed: self.committed.contains(&input.id)
                && plaintext_secrets_in_repository::is_asked(input),
            twice: Twice::default(),
            is_unclear: false,
            has_braces: false,
            kept: Kept::new(input, targets.len()),
            failures: Vec::new(),
            given: vec![Given::default(); targets.len()],
            credentials: vec![None; targets.len()],
            formats: [Local::Text, Local::Value { id: String::new() }].map(Format::Local),
        };
        judge.stream(content)
    }
}

impl LocalJudge<'_, '_> {
    fn stream(mut self, content: Content) -> Streamed {
        let length = content.length();
        let apart = length.is_none_or(|length| length > WORTH_A_THREAD);
        let reader = StoreReader::sized(content.into_reader(), self.input.kind, length);
        let path = &self.input.path;
        let kind = self.kind;
        let prepare = move |batch: &Batch| Looked::of(batch, kind);
        let summary = pipeline::run(reader, path, apart, prepare, |batch, looked| {
            self.batch(batch, looked);
            if self.is_unclear {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        match summary {
            Ok(summary) => self.end(&summary),
            Err(failure) => Streamed {
                failures: vec![failure],
                ..Streamed::default()
            },
        }
    }

    fn end(mut self, summary: &Summary) -> Streamed {
        // Where braces stand anywhere, somebody else may write what the file is read as.
        let is_refused = |finding: &Finding| finding.rule.code == local_file_unsupported::RULE.code;
        let is_template = self.has_braces && self.kept.findings.iter().any(is_refused);
        let is_unclear = self.is_unclear
            || is_template
            || summary.problem.is_some()
            || summary.bom
            || self.twice.is_some();
        if is_unclear {
            return Streamed {
                is_unclear,
                ..Streamed::default()
            };
        }
        for (target, credential) in self.targets.iter().zip(self.credentials) {
            if credential.is_none() {
                continue;
            }
            let context = StoreContext {
                input: self.input,
                target,
                naming: None,
                backend: None,
                summary,
                tally: &Tally::default(),
                unused: None,
                credential,
            };
            let checks = [plaintext_secrets_in_repository::store];
            let (found, failures) =
                run_checks(&self.input.path, target, &checks, |check, findings| {
                    check(&context, findings);
                });
            self.kept.findings.extend(found);
            self.failures.extend(failures);
        }
        Streamed {
            findings: self.kept.findings,
            failures: self.failures,
            ..Streamed::default()
        }
    }

    fn batch(&mut self, batch: &Batch, looked: &Looked) {
        self.is_unclear |= looked.is_encrypted;
        self.has_braces |= looked.has_braces;
        for (entry, value) in batch.entries().zip(&looked.values) {
            self.twice.add(&entry.name());
            let is_quiet = self.is_quiet(&entry, *value);
            let asks = self.is_committed
                && self.credentials.contains(&None)
                && plaintext_secrets_in_repository::may_hold(self.kind, &entry.name());
            if is_quiet && !asks {
                continue;
            }
            let Some(alone) = self.alone(&entry) else {
                self.is_unclear = true;
                return;
            };
            if asks {
                self.credentials(&entry, &alone);
            }
            if !is_quiet {
                self.judge(&entry, &alone);
            }
        }
    }

    /// No rule has anything to say about the entry.
    fn is_quiet(&self, entry: &Entry<'_>, looked: LookedValue) -> bool {
        let name = entry.name();
        let object = entry.object_raw();
        let text = entry.value_str();
        // A list may stand for one value, or stop all; of variables that are no texts nothing is asked.
        let (value, is_read) = match self.kind {
            EntryKind::Connection => (object.or(text.as_deref()), true),
            _ => (text.as_deref(), false),
        };
        if entry.is_list() || is_read && value.is_none() {
            return false;
        }
        // What cannot be told without its escapes.
        let is_exact = |text: &str| text.is_ascii() || !text.contains(char::REPLACEMENT_CHARACTER);
        if !is_exact(&name) || !value.is_none_or(is_exact) {
            return false;
        }
        let format = &self.formats[usize::from(object.is_some())];
        let targets = self.targets.iter().zip(&self.given);
        targets.into_iter().all(|(target, given)| {
            let is_plain = |text: &str| {
                let advice = looked.advice;
                advice.is_some_and(|advice| given.is_all(advice))
                    && connection::may_be_plain(text, target.airflow, format)
            };
            (!is_read || value.is_some_and(is_plain))
                && self.is_quiet_to(target, entry, looked, &name, value, format)
        })
    }

    /// The rules that look at values that are not read say nothing.
    fn is_quiet_to(
        &self,
        target: &Target,
        entry: &Entry<'_>,
        looked: LookedValue,
        name: &str,
        value: Option<&str>,
        format: &Format,
    ) -> bool {
        let build = || Text::verbatim(value.unwrap_or_default(), 0);
        let value = value.map(|value| LazyText::new(Cow::Borrowed(value), &build));
        let place = |span: Span| Place::new(self.input.id, span);
        let context = EntryContext {
            target,
            carrier: Carrier::Local,
            kind: Some(self.kind),
            id: Cow::Borrowed(name),
            name: Cow::Borrowed(name),
            name_place: place(entry.name_span()),
            value: value.as_ref(),
            is_quiet: looked.is_quiet,
            value_place: entry.value_span().map(place),
            decoded_object: false,
            facts: &Facts::default(),
            naming: None,
            near_miss: false,
            coverage: None,
            earlier: None,
            hides: &[],
            backend: None,
            format,
            is_sample: false,
            settings_file: &self.run.loaded.settings_file,
            readings: &[],
        };
        let checks = &self.run.checks.entry;
        let (found, failures) = run_checks(&self.input.path, target, checks, |check, findings| {
            check(&context, findings);
        });
        found.is_empty() && failures.is_empty()
    }

    /// The entry as a file of its own, at its place in the whole one. `None` where it cannot be read so.
    fn alone(&self, entry: &Entry<'_>) -> Option<Input> {
        let (member, start) = entry.element_text();
        let parts = local::read_member(member, start, self.input.kind, self.input.id)?;
        let mut alone = Input {
            id: self.input.id,
            path: self.input.path.clone(),
            kind: self.input.kind,
            because: self.input.because,
            bytes: Vec::new().into(),
            lines: LineIndex::new(b""),
            mask: Mask::new(),
            tree: Tree::Local(parts.tree),
            settings: Vec::new(),
            definitions: parts.definitions,
            variables: Vec::new(),
            templated: false,
            inside: None,
        };
        vals::leave_open(&mut alone);
        Some(alone)
    }

    fn judge(&mut self, entry: &Entry<'_>, alone: &Input) {
        let mut found = Vec::new();
        let mut seen = Vec::new();
        let of_file = self.run.file_check(self.views, alone);
        let (of_file, failures): (Vec<_>, Vec<_>) = of_file.into_iter().unzip();
        found.extend(of_file.into_iter().flatten());
        self.failures.extend(failures.into_iter().flatten());
        for definition in &alone.definitions {
            for (target, given) in self.targets.iter().zip(&mut self.given) {
                match self.run.definition(alone, false, definition, target) {
                    Ok(((mut of_target, failures), visible)) => {
                        of_target.retain_mut(|finding| given.takes(finding));
                        found.extend(of_target);
                        self.failures.extend(failures);
                        seen.push(visible);
                    }
                    Err(failure) => self.failures.push(failure),
                }
            }
        }
        if found.is_empty() {
            return;
        }
        let file = self.input.id;
        self.kept.keep(found, entry, || {
            let mut shown = visible::spans(&seen).remove(&file).unwrap_or_default();
            if is_store_name(&entry.name()) {
                let name = entry.name_span();
                shown.push(Span::new(name.start.saturating_sub(1), name.end + 1));
            }
            shown
        });
    }

    fn credentials(&mut self, entry: &Entry<'_>, alone: &Input) {
        for definition in &alone.definitions {
            for (target, known) in self.targets.iter().zip(&mut self.credentials) {
                if known.is_none() {
                    *known = credential(definition, target).map(|credential| {
                        let span = definition.value.source();
                        let position = (entry.position(span.start), entry.position(span.end));
                        (credential, Spot { span, position })
                    });
                }
            }
        }
    }
}

fn credential(definition: &Definition, target: &Target) -> Option<Credential> {
    let reader = Reader {
        airflow: target.airflow,
        runtime: Runtime::Server,
        python: target.python,
    };
    let (kind, id, value) = (Some(definition.kind), &definition.id, &definition.value);
    let format = Format::of(definition);
    plaintext_secrets_in_repository::credential(kind, id, value, false, &reader, &format)
}
