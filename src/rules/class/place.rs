//! What the rules about classes share: what a class path is, and where else an option may stand.

use std::ops::Range;

use crate::airflow::backend::construct::is_malformed;
use crate::airflow::backend::{Backend, ClassPath, Role, data};
use crate::inputs::{Form, Setting};
use crate::rules::DeploymentContext;
use crate::source::{Place, Text};

/// What a class path is, for one rule each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// A class of the table.
    Known,
    /// AV101: no text that can be imported; the part that is wrong.
    Malformed(Fault, Range<usize>),
    /// AV101: within Airflow's own packages, and nothing of that name is there.
    Missing,
    /// AV101, less sure: outside of Airflow's packages, but nearly a path within.
    NearMiss,
    /// AV103
    NotABackend(Wrong),
    /// AV104
    Foreign,
}

/// What is wrong with a malformed path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Quotes around it.
    Quotes,
    /// A blank inside or at an end.
    Blank,
    /// A comma, mostly at the end.
    Comma,
    /// `module:Class`
    Colon,
    /// No dot.
    NoDot,
    /// Two dots in a row, or one at an end.
    EmptyPart,
    /// Another character.
    Character,
}

/// What stands there instead of a backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// A module: the class is missing.
    Module,
    /// The base class of all backends.
    Base,
    /// A class for another purpose; what it is.
    Other(&'static str),
}

/// What the path in `text` is.
pub(crate) fn standing(text: &Text) -> Standing {
    let path = text.expose();
    if data::class_for(path).is_some() {
        return Standing::Known;
    }
    if is_malformed(path) {
        let (fault, range) = fault(path);
        return Standing::Malformed(fault, range);
    }
    if data::classes_in_module(path).next().is_some() {
        return Standing::NotABackend(Wrong::Module);
    }
    let nearest = data::nearest_class(path);
    if !path.starts_with("airflow.") {
        return match nearest {
            Some(near) if near.whole => Standing::NearMiss,
            _ => Standing::Foreign,
        };
    }
    if let Some(wrong) = not_a_backend(path) {
        return Standing::NotABackend(wrong);
    }
    if data::is_known_package(path) || nearest.is_some_and(|near| near.whole) {
        return Standing::Missing;
    }
    match nearest {
        // Somebody else's provider may install itself below airflow.providers.
        Some(_) => Standing::NearMiss,
        None => Standing::Foreign,
    }
}

/// Classes of Airflow and its providers that serve another purpose, by where they live and what
/// they are called.
fn not_a_backend(path: &str) -> Option<Wrong> {
    let bases = [
        "airflow.secrets.BaseSecretsBackend",
        "airflow.secrets.base_secrets.BaseSecretsBackend",
        "airflow.sdk.bases.secrets_backend.BaseSecretsBackend",
    ];
    if bases.contains(&path) {
        return Some(Wrong::Base);
    }
    let packages = ["airflow.secrets", "airflow.contrib.secrets"];
    let is_package = packages.contains(&path)
        || data::classes().iter().any(|class| {
            class.class_path.starts_with(path) && class.class_path[path.len()..].starts_with('.')
        });
    if is_package {
        return Some(Wrong::Module);
    }
    let name = path.rsplit('.').next().unwrap_or(path);
    let folder = |word: &str| path.split('.').rev().skip(1).any(|part| part == word);
    let kinds = [
        ("Hook", "hooks", "a hook"),
        ("Operator", "operators", "an operator"),
        ("Sensor", "sensors", "a sensor"),
        ("Executor", "executors", "an executor"),
        ("TaskHandler", "log", "a log handler"),
        ("Trigger", "triggers", "a trigger"),
        ("Notifier", "notifications", "a notifier"),
        ("AuthManager", "auth_manager", "an auth manager"),
    ];
    let kind = kinds
        .iter()
        .find(|(ending, package, _)| name.ends_with(ending) && folder(package));
    if let Some((_, _, what)) = kind {
        return Some(Wrong::Other(what));
    }
    if path == "airflow.secrets.cache.SecretCache" {
        return Some(Wrong::Other("the cache of secrets"));
    }
    if !path.starts_with("airflow.models.") {
        return None;
    }
    let is_class = name.starts_with(|first: char| first.is_ascii_uppercase());
    Some(if is_class {
        Wrong::Other("a model")
    } else {
        Wrong::Module
    })
}

fn fault(path: &str) -> (Fault, Range<usize>) {
    let all = 0..path.len();
    let quote = |character: char| matches!(character, '"' | '\'' | '`');
    if path.contains(quote) {
        return (Fault::Quotes, all);
    }
    let found = path.char_indices().find(|(_, character)| {
        !(character.is_alphanumeric() || matches!(character, '_' | '.' | '-'))
    });
    if let Some((at, character)) = found {
        let range = at..at + character.len_utf8();
        return match character {
            ',' => (Fault::Comma, range),
            ':' => (Fault::Colon, range),
            _ if character.is_whitespace() => {
                let blanks = path[at..].len() - path[at..].trim_start().len();
                (Fault::Blank, at..at + blanks)
            }
            _ => (Fault::Character, range),
        };
    }
    if !path.contains('.') {
        return (Fault::NoDot, all);
    }
    (Fault::EmptyPart, all)
}

/// The part of `path` in which it differs from `near`: whole parts between dots.
pub(crate) fn difference(path: &str, near: &str) -> Range<usize> {
    let ours: Vec<&str> = path.split('.').collect();
    let theirs: Vec<&str> = near.split('.').collect();
    let same = |(a, b): &(&&str, &&str)| a == b;
    let front = ours.iter().zip(&theirs).take_while(same).count();
    let back = ours
        .iter()
        .rev()
        .zip(theirs.iter().rev())
        .take_while(same)
        .count();
    let back = back.min(ours.len() - front.min(ours.len()));
    let (mut from, mut to) = (front, ours.len().saturating_sub(back));
    if from >= to {
        // Nothing is wrong but a part is missing: show the two beside the gap.
        from = front.saturating_sub(1);
        to = ours.len().min(front + 1);
    }
    let start: usize = ours.iter().take(from).map(|part| part.len() + 1).sum();
    let end: usize = ours.iter().take(to).map(|part| part.len() + 1).sum();
    start.min(path.len())
        ..end
            .saturating_sub(1)
            .clamp(start.min(path.len()), path.len())
}

/// `[secrets] backend`
pub(crate) fn label(role: Role) -> String {
    format!("[{}] {}", role.section(), role.class_option())
}

/// `secrets.backend`
pub(crate) fn subject(role: Role) -> String {
    format!("{}.{}", role.section(), role.class_option())
}

/// The class path of a backend, and where it was written.
pub(crate) fn path<'b>(backend: &'b Backend<'_>) -> Option<(&'b Setting, &'b Text)> {
    match backend.class_path() {
        ClassPath::Path { setting, text } => Some((setting, text)),
        ClassPath::None { .. } | ClassPath::Unknown { .. } => None,
    }
}

/// A decoded range of what Airflow reads, in the file.
pub(crate) fn at(setting: &Setting, text: &Text, range: Range<usize>) -> Place {
    Place::new(setting.file, text.span(range))
}

/// Some file of the deployment, of this choice or another, gives the option a value, in any form.
pub(crate) fn is_set_anywhere(cx: &DeploymentContext<'_>, section: &str, option: &str) -> bool {
    cx.all_inputs
        .iter()
        .flat_map(|input| &input.settings)
        .any(|setting| {
            setting.section == section
                && setting.option == option
                && (setting.form == Form::Plain && !setting.value.is_empty()
                    || matches!(setting.form, Form::Cmd | Form::Secret))
        })
}

/// As [`is_set_anywhere`], for a pair's keyword arguments, those of their own included.
pub(crate) fn kwargs_set_anywhere(cx: &DeploymentContext<'_>, role: Role) -> bool {
    let singular = role.kwargs_option().trim_end_matches('s');
    is_set_anywhere(cx, role.section(), role.kwargs_option())
        || cx
            .all_inputs
            .iter()
            .flat_map(|input| &input.settings)
            .any(|setting| {
                setting.section == role.section()
                    && setting.option.trim_end_matches('s') == singular
                    && matches!(setting.form, Form::PerKey(_))
            })
}

/// The file is one that is meant to be filled in.
pub(crate) use crate::inputs::is_sample;
