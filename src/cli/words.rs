//! What the words behind options stand for, and what is said of wrong ones: nothing of what was typed, since it may be a
//! secret.

use std::path::PathBuf;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::Cli;
use crate::airflow::Version;
use crate::inputs::{EntryKind, Kind};
use crate::render::Format;
use crate::report::Severity;
use crate::resolve::Wanted;
use crate::rules;
use crate::syntax::dotenv::Dialect;

/// `NAME=VALUE`, or `NAME` for a variable that is set to something unknown. The value may be
/// secret, so it prints no more than its name.
#[derive(Clone)]
pub struct Definition {
    /// Name of the variable.
    pub name: String,
    /// Its value.
    pub value: Option<crate::source::Secret>,
}

impl std::fmt::Debug for Definition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

// clap prints the whole argument when a parser fails: this one, which may be given a secret, never
// does.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape clap wants of a value parser"
)]
pub(super) fn definition(text: &str) -> Result<Definition, std::convert::Infallible> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(crate::source::Secret::new(value))),
        None => (text, None),
    };
    Ok(Definition {
        name: name.to_owned(),
        value,
    })
}

/// A usage error without what the user typed: a secret may have slipped into any argument (a
/// forgotten `--define`, two arguments that changed places). The option and what it takes say
/// enough.
pub fn without_values(mut error: clap::Error) -> clap::Error {
    let hidden = || ContextValue::String("…".to_owned());
    let is_empty =
        |value: &ContextValue| matches!(value, ContextValue::String(text) if text.is_empty());
    if error
        .get(ContextKind::InvalidValue)
        .is_some_and(|value| !is_empty(value))
    {
        error.insert(ContextKind::InvalidValue, hidden());
    }
    // A single letter may be repeated. What is nearly an option's name may go on with a value.
    if error.kind() == ErrorKind::UnknownArgument {
        let letter = matches!(
            error.get(ContextKind::InvalidArg),
            Some(ContextValue::String(text)) if text.chars().count() <= 2
        );
        if !letter {
            error.insert(ContextKind::InvalidArg, hidden());
        }
        // "to pass '…' as a value"
        error.insert(ContextKind::Suggested, ContextValue::None);
    }
    if error.get(ContextKind::InvalidSubcommand).is_some() {
        error.insert(ContextKind::InvalidSubcommand, hidden());
    }
    error
}

/// Takes any text, and tells completions which ones are usual.
#[derive(Clone)]
pub(super) struct Words(pub(super) fn() -> Vec<PossibleValue>);

impl TypedValueParser for Words {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.0)().into_iter()))
    }
}

pub(super) fn codes() -> Vec<PossibleValue> {
    let rules = rules::ALL.iter();
    rules
        .map(|rule| PossibleValue::new(rule.code).help(rule.name))
        .collect()
}

pub(super) fn dialects() -> Vec<PossibleValue> {
    let dialects = Dialect::ALL.iter();
    dialects
        .map(|dialect| PossibleValue::new(dialect.word()))
        .collect()
}

pub(super) fn schemas() -> Vec<PossibleValue> {
    let schemas = crate::commands::schema::SCHEMAS.iter();
    schemas.map(|(name, _)| PossibleValue::new(*name)).collect()
}

pub(super) fn commands() -> Vec<PossibleValue> {
    use clap::CommandFactory;
    let all = Cli::command();
    let names = all.get_subcommands().map(clap::Command::get_name);
    names
        .map(|name| PossibleValue::new(name.to_owned()))
        .collect()
}

pub(super) fn wanted(text: &str) -> Result<Wanted, String> {
    let wrong = || "expected connection:ID, variable:KEY or config:KEY".to_owned();
    let (word, id) = text.split_once(':').ok_or_else(wrong)?;
    let kind = EntryKind::ALL.into_iter().find(|kind| kind.word() == word);
    Ok(Wanted {
        kind: kind.ok_or_else(wrong)?,
        id: id.to_owned(),
    })
}

pub(super) fn dialect(text: &str) -> Result<Dialect, String> {
    text.parse().map_err(|_| {
        let words: Vec<&str> = Dialect::ALL.iter().map(|dialect| dialect.word()).collect();
        format!("the dialects are {}", words.join(", "))
    })
}

pub(crate) fn provider(text: &str) -> Result<(String, Version), String> {
    let (name, version) = text
        .split_once('=')
        .ok_or("expected a provider and a release, such as amazon=9.2.0")?;
    let version = version.trim_start_matches('=');
    let version = version.parse().map_err(|error| format!("{error}"))?;
    let name = name
        .strip_prefix("apache-airflow-providers-")
        .unwrap_or(name);
    Ok((name.to_owned(), version))
}

pub(super) fn jobs(text: &str) -> Result<std::num::NonZeroUsize, &'static str> {
    text.parse().map_err(|_| "expected a number from 1 on")
}

pub(super) fn kind(text: &str) -> Result<(Kind, PathBuf), String> {
    let (word, path) = text.split_once('=').ok_or("expected KIND=PATH")?;
    let kind = Kind::ALL.iter().find(|kind| kind.word() == word);
    let kind = kind.ok_or_else(|| {
        let words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
        format!("the kinds are {}", words.join(", "))
    })?;
    Ok((*kind, PathBuf::from(path)))
}

pub(super) fn format(text: &str) -> Result<(Format, Option<PathBuf>), String> {
    let (word, path) = match text.split_once('=') {
        Some((_, "")) => return Err("the name of a file is missing behind `=`".to_owned()),
        Some((word, "-")) => (word, None),
        Some((word, path)) => (word, Some(PathBuf::from(path))),
        None => (text, None),
    };
    let format = Format::ALL.iter().find(|format| format.word() == word);
    let format = format.ok_or_else(|| {
        let words: Vec<&str> = Format::ALL.iter().map(|format| format.word()).collect();
        format!("the formats are {}", words.join(", "))
    })?;
    Ok((*format, path))
}

pub(super) fn severity(text: &str) -> Result<(String, Severity), String> {
    let (rule, level) = text.split_once('=').ok_or("expected RULE=LEVEL")?;
    let severity = level
        .parse()
        .map_err(|()| "the levels are error, warning and info")?;
    Ok((rule.to_owned(), severity))
}
