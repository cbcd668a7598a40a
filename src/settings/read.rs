//! From the bytes of a settings file to what it says.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::words::{Word, Words};
use super::written::{self, Written};
use super::{
    Broken, DeclaredBackend, Mistake, Origin, PathIgnore, Required, RuleWord, SettingsFile,
    nearest, shape,
};
use crate::airflow::conn_types::OwnTypes;
use crate::airflow::{Python, Version, releases};
use crate::aws::names::is_store_name;
use crate::inputs::EntryKind;
use crate::report::rules_named;
use crate::source::{LineIndex, Mask, Secret, Span, display_path};
use crate::workspace::targets::{Stated, StatedOne};
use crate::workspace::{Declared, Globs, deployments};

/// Reads the file at `path`. Of a file that is shared with other tools only `[tool.airvane]` counts:
/// `None` where it has none.
pub fn read(path: &Path, bytes: &[u8], is_shared: bool) -> Result<Option<SettingsFile>, Broken> {
    let lines = LineIndex::new(bytes);
    let broken = |mistakes: Vec<Mistake>| {
        let shown = display_path(path);
        let lines = mistakes.iter().map(|mistake| {
            let at = lines.position(bytes, mistake.span.start);
            format!("{shown}:{}:{}: {}", at.line, at.column, mistake.message)
        });
        Broken {
            lines: lines.collect(),
            path: path.to_owned(),
            mistakes,
        }
    };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let mistake = Mistake::new(Span::at(error.valid_up_to()), "is not UTF-8");
            return Err(broken(vec![mistake]));
        }
    };
    let root = match DeTable::parse(text) {
        Ok(root) => root,
        // Somebody else tells what is wrong with their part.
        Err(_) if is_shared && !text.contains("airvane") => return Ok(None),
        Err(error) => {
            let span = error.span().map_or(Span::at(0), Span::from);
            // The parser's words are its own, without any of the file.
            let message = format!("is not TOML: {}", error.message());
            return Err(broken(vec![Mistake::new(span, message)]));
        }
    };
    let table = if is_shared {
        match ours(root).map_err(|mistake| broken(vec![mistake]))? {
            Some(table) => table,
            None => return Ok(None),
        }
    } else {
        root
    };
    let mistakes = shape::mistakes(&table);
    if !mistakes.is_empty() {
        return Err(broken(mistakes));
    }
    let mut mask = Mask::new();
    show_keys(table.get_ref(), &mut mask);
    let whole = table.span();
    let value = Spanned::new(whole.clone(), DeValue::Table(table.into_inner()));
    let written = Written::deserialize(ValueDeserializer::from(value));
    let written = written.map_err(|error| {
        let span = error.span().unwrap_or(whole);
        broken(vec![Mistake::new(
            span.into(),
            "is not what this key takes",
        )])
    })?;
    let origin = Origin {
        path: path.to_owned(),
        bytes: Arc::from(bytes),
        mask,
    };
    let at = |span: Span| {
        let line = lines.position(bytes, span.start).line;
        format!("{}:{line}", display_path(path))
    };
    let mut reader = Reader {
        folder: &deployments::directory(path),
        at: &at,
        mistakes: Vec::new(),
        shown: Vec::new(),
    };
    let mut settings = reader.settings(written);
    let Reader {
        mut mistakes,
        shown,
        ..
    } = reader;
    if !mistakes.is_empty() {
        mistakes.sort();
        return Err(broken(mistakes));
    }
    let mut origin = origin;
    origin.mask.show_all(shown);
    settings.origin = Some(origin);
    Ok(Some(settings))
}

/// `[tool.airvane]`
fn ours(root: Spanned<DeTable<'_>>) -> Result<Option<Spanned<DeTable<'_>>>, Mistake> {
    let Some(tool) = root.into_inner().remove("tool") else {
        return Ok(None);
    };
    let DeValue::Table(mut tool) = tool.into_inner() else {
        return Ok(None);
    };
    let Some(ours) = tool.remove("airvane") else {
        return Ok(None);
    };
    let span = ours.span();
    match ours.into_inner() {
        DeValue::Table(table) => Ok(Some(Spanned::new(span, table))),
        _ => Err(Mistake::new(span.into(), "expected a table")),
    }
}

/// The keys that the schema knows and the words of its lists may be shown.
fn show_keys(table: &DeTable<'_>, mask: &mut Mask) {
    const OPEN: [&str; 2] = ["define", "kinds"];
    for (key, value) in table {
        mask.show(key.span().into());
        let is_open = OPEN.contains(&key.get_ref().as_ref());
        match value.get_ref() {
            DeValue::Table(table) if !is_open => show_keys(table, mask),
            DeValue::Array(list) => {
                let tables = list.iter().filter_map(|item| item.get_ref().as_table());
                tables.for_each(|table| show_keys(table, mask));
            }
            _ => {}
        }
    }
}

/// Makes sense of what is of the right shape, and collects what makes none.
struct Reader<'r> {
    /// Where patterns and paths begin.
    folder: &'r Path,
    /// `airvane.toml:3`
    at: &'r dyn Fn(Span) -> String,
    mistakes: Vec<Mistake>,
    /// What turned out to be no secret.
    shown: Vec<Span>,
}

impl Reader<'_> {
    fn settings(&mut self, written: Written) -> SettingsFile {
        let target = self.target(&written.target);
        for word in written.select.iter().chain(&written.ignore) {
            self.rule(word);
        }
        for (word, _) in &written.severity.0 {
            self.rule(word);
        }
        let kinds = written.kinds.0.iter().map(|(pattern, kind)| {
            let globs = self.globs([pattern]);
            (globs, kind.value)
        });
        let kinds = kinds.collect();
        let exclude = self.globs(&written.exclude);
        let path_ignores = written.per_path_ignore.into_iter();
        let path_ignores = path_ignores.map(|one| self.path_ignore(one)).collect();
        self.once(written.deployment.iter().map(|one| &one.name), "deployment");
        for one in &written.deployment {
            self.name(&one.name);
        }
        let deployments = written.deployment.into_iter();
        let deployments = deployments.map(|one| self.deployment(one)).collect();
        let required = self.all_required(&written.required);
        let backends: Vec<_> = written
            .backend
            .into_iter()
            .map(|one| self.backend(one))
            .collect();
        self.once(backends.iter().map(|one| &one.class), "backend");
        let conn_types = self.conn_types(written.conn_type);
        let define = written.define.0.into_iter();
        SettingsFile {
            origin: None,
            file: None,
            target,
            select: written.select,
            ignore: written.ignore,
            severity: written
                .severity
                .0
                .into_iter()
                .map(|(word, severity)| (word, severity.value))
                .collect(),
            fail_on: written.fail_on.map(|chosen| chosen.value),
            env_dialect: written.env_dialect.map(|chosen| chosen.value),
            define: define
                .map(|(name, value)| (name.text, value.0))
                .collect::<Vec<(String, Secret)>>(),
            kinds,
            exclude,
            baseline: written.baseline.map(|word| self.folder.join(word.text)),
            path_ignores,
            deployments,
            required,
            metastore: written.lookup.metastore.map(|chosen| chosen.value),
            backends,
            conn_types,
        }
    }

    fn wrong(&mut self, span: Span, message: impl Into<String>) {
        self.mistakes.push(Mistake::new(span, message));
    }

    /// Each name once.
    fn once<'w>(&mut self, words: impl Iterator<Item = &'w Word>, what: &str) {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for word in words {
            if let Some(first) = seen.get(word.text.as_str()) {
                let first = (self.at)(*first);
                let message = format!("there is a {what} of this name already ({first})");
                self.wrong(word.span, message);
            } else {
                seen.insert(&word.text, word.span);
            }
        }
    }

    /// A name that outputs show.
    fn name(&mut self, word: &Word) {
        let mut bytes = word.text.bytes();
        if bytes.all(|byte| byte.is_ascii_alphanumeric() || b"_-+.".contains(&byte)) {
            self.shown.push(word.span);
        } else {
            let message = "expected letters, digits, `_`, `-`, `+` and `.`";
            self.wrong(word.span, message);
        }
    }

    fn target(&mut self, target: &written::Target) -> Stated {
        let airflow = target.airflow.0.iter();
        let airflow = airflow.filter_map(|word| self.version(word)).collect();
        let mut providers: Vec<(String, StatedOne<Version>)> = Vec::new();
        for (name, version) in &target.providers.0 {
            let plain = name.text.strip_prefix("apache-airflow-providers-");
            let plain = plain.unwrap_or(&name.text);
            let known: Vec<&str> = releases::providers().collect();
            let release = self.version(version);
            if !releases::is_modelled(plain) {
                let message = match nearest(plain, &known) {
                    Some(meant) => format!(
                        "airvane knows no secrets backend of a provider of this name; did you mean `{meant}`?"
                    ),
                    None => format!(
                        "airvane knows no secrets backend of a provider of this name; it knows those of {}",
                        known.join(", ")
                    ),
                };
                self.wrong(name.span, message);
            } else if providers.iter().any(|(other, _)| other == plain) {
                self.wrong(name.span, "this provider is given twice");
            } else if let Some(release) = release {
                providers.push((plain.to_owned(), release));
            }
        }
        let python = target.python.as_ref().and_then(|word| {
            let python: Option<Python> = word.text.parse().ok();
            if python.is_none() {
                self.wrong(word.span, "expected a release of Python 3 such as \"3.12\"");
            }
            Some(self.stated(python?, word.span))
        });
        Stated {
            airflow,
            providers,
            python,
            runtime: target.runtime.map(|chosen| chosen.value),
        }
    }

    fn version(&mut self, word: &Word) -> Option<StatedOne<Version>> {
        if let Ok(version) = word.text.parse() {
            return Some(self.stated(version, word.span));
        }
        self.wrong(word.span, "expected a release such as \"2.10.4\"");
        None
    }

    fn stated<T>(&mut self, value: T, span: Span) -> StatedOne<T> {
        StatedOne {
            value,
            at: (self.at)(span),
        }
    }

    fn rule(&mut self, word: &Word) {
        match rules_named(&word.text) {
            Ok(_) => self.shown.push(word.span),
            Err(error) => self.wrong(word.span, error.to_string()),
        }
    }

    fn globs<'w>(&mut self, words: impl IntoIterator<Item = &'w Word> + Clone) -> Globs {
        let patterns = words.clone().into_iter().map(|word| word.text.as_str());
        match Globs::new(self.folder, patterns) {
            Ok(globs) => globs,
            Err(wrong) => {
                for (index, word) in words.into_iter().enumerate() {
                    if wrong.contains(&index) {
                        self.wrong(word.span, "is no pattern of paths as .gitignore has them");
                    }
                }
                Globs::default()
            }
        }
    }

    fn path_ignore(&mut self, one: Spanned<written::PathIgnore>) -> PathIgnore {
        let span = one.span().into();
        let one = one.into_inner();
        let rules = one.rules.0.iter().map(|word| {
            let codes = rules_named(&word.text);
            if codes.is_ok() {
                self.shown.push(word.span);
            }
            RuleWord {
                span: word.span,
                codes,
            }
        });
        let rules = rules.collect();
        if one.reason.text.trim().is_empty() {
            self.wrong(one.reason.span, "the reason is empty");
        }
        PathIgnore {
            span,
            paths: self.some_globs(&one.paths),
            rules,
            reason: one.reason,
        }
    }

    fn some_globs(&mut self, words: &Words) -> Globs {
        self.globs(&words.0)
    }

    fn deployment(&mut self, one: written::Deployment) -> Declared {
        let paths = one.paths.0.iter().map(|word| self.globs([word]));
        Declared {
            paths: paths.collect(),
            name: one.name.text,
        }
    }

    fn all_required(&mut self, words: &[Word]) -> Vec<Required> {
        let mut all: Vec<Required> = Vec::new();
        for word in words {
            let Some((kind, id)) = required(&word.text) else {
                let message = "expected \"connection:ID\", \"variable:KEY\" or \"config:KEY\"";
                self.wrong(word.span, message);
                continue;
            };
            let twice = all.iter().find(|one| one.kind == kind && one.id == id);
            if let Some(first) = twice {
                let first = (self.at)(first.span);
                self.wrong(word.span, format!("is required already ({first})"));
                continue;
            }
            if is_store_name(id) {
                self.shown.push(word.span);
            }
            all.push(Required {
                kind,
                id: id.to_owned(),
                span: word.span,
            });
        }
        all
    }

    fn backend(&mut self, one: written::Backend) -> DeclaredBackend {
        let mut parts = one.class.text.split('.');
        if one.class.text.contains('.') && parts.all(is_identifier) {
            self.shown.push(one.class.span);
        } else {
            let message = "expected the path of a class such as \"company.secrets.Backend\"";
            self.wrong(one.class.span, message);
        }
        for word in one.kwargs.iter().flatten().chain(&one.required_kwargs) {
            if is_identifier(&word.text) {
                self.shown.push(word.span);
            } else {
                self.wrong(word.span, "expected a name as Python has them");
            }
        }
        if let Some(kwargs) = &one.kwargs {
            self.once(kwargs.iter(), "keyword argument");
            for word in &one.required_kwargs {
                if !kwargs.iter().any(|known| known.text == word.text) {
                    self.wrong(word.span, "is not among the `kwargs` of this backend");
                }
            }
        }
        self.once(one.required_kwargs.iter(), "keyword argument");
        DeclaredBackend {
            class: one.class,
            kwargs: one.kwargs,
            required_kwargs: one.required_kwargs,
        }
    }

    fn conn_types(&mut self, all: Vec<written::ConnType>) -> OwnTypes {
        self.once(all.iter().map(|one| &one.name), "connection type");
        for one in &all {
            self.name(&one.name);
            self.once(one.extra_fields.iter().flatten(), "field");
        }
        OwnTypes::new(all.into_iter().map(|one| {
            let fields = one.extra_fields;
            let fields = fields.map(|fields| fields.into_iter().map(|word| word.text).collect());
            (one.name.text, fields)
        }))
    }
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// `connection:ID`, `variable:KEY`, `config:KEY`
fn required(text: &str) -> Option<(EntryKind, &str)> {
    let (word, id) = text.split_once(':')?;
    let kind = EntryKind::ALL
        .into_iter()
        .find(|kind| kind.word() == word)?;
    (!id.is_empty()).then_some((kind, id))
}
