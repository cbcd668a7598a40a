//! Dockerfiles: the image that the last stage with Airflow builds on, and what it installs with pip.

mod words;

use std::collections::BTreeMap;
use std::ops::Range;

use parse_dockerfile::{Command, Instruction, Stage};

use self::words::Word;
use super::{Demand, How, Pin, What, constraints_url, image, requirement};
use crate::source::Span;

/// A variable that the file sets.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    value: String,
    /// Where the value stands, where it stands as it is.
    span: Option<Span>,
}

/// `ARG` and `ENV` by name. What the build is called with may replace an `ARG`; its default is what
/// the repository says.
pub(super) type Scope = BTreeMap<String, Variable>;

pub(super) fn read(text: &str) -> Vec<Pin> {
    let Ok(file) = parse_dockerfile::parse(text) else {
        return Vec::new();
    };
    let mut globals = Scope::new();
    for arg in file.global_args() {
        define(
            &mut globals,
            &arg.arguments.value,
            arg.arguments.span.clone(),
        );
    }
    let stages: Vec<Stage<'_, '_>> = file.stages().collect();
    (0..stages.len())
        .rev()
        .map(|last| of_stage(text, &stages, last, &globals))
        .find(|pins| pins.iter().any(|pin| pin.what == What::Airflow))
        .unwrap_or_default()
}

/// What one stage pins, with the stages that it builds on.
fn of_stage(text: &str, stages: &[Stage<'_, '_>], last: usize, globals: &Scope) -> Vec<Pin> {
    let mut chain = vec![last];
    let mut at = last;
    while let Some(below) = stages[..at].iter().position(|stage| {
        let name = stage.from.as_.as_ref().map(|(_, name)| name.value.as_ref());
        name.is_some_and(|name| name.eq_ignore_ascii_case(&stages[at].from.image.value))
    }) {
        chain.push(below);
        at = below;
    }
    let from = &stages[at].from.image;
    let mut pins = base(&from.value, &from.span, globals);
    let mut scope = Scope::new();
    for &stage in chain.iter().rev() {
        run(text, &stages[stage], globals, &mut scope, &mut pins);
    }
    let is_ours = pins
        .iter()
        .any(|pin| pin.what == What::Airflow && pin.how != How::ConstraintsUrl);
    if is_ours && !pins.iter().any(|pin| pin.what == What::Python) {
        pins.extend(python_image(&from.value, &from.span, globals));
    }
    pins
}

/// The image of Airflow that a `FROM` names.
fn base(reference: &str, span: &Range<usize>, globals: &Scope) -> Vec<Pin> {
    let Some(filled) = fill(reference, globals) else {
        return Vec::new();
    };
    let Some(image) = image::read(&filled) else {
        return Vec::new();
    };
    let whole = || Span::new(span.start, span.end);
    if filled == reference && span.len() == reference.len() {
        return image.pins(None, |range| {
            Span::new(span.start + range.start, span.start + range.end)
        });
    }
    // The release stands where the variable is set.
    let part = |range: Range<usize>| {
        let set = globals.values().find_map(|variable| {
            let at = variable.value.find(filled.get(range.clone())?)?;
            let span = variable.span?;
            Some(Span::new(span.start + at, span.start + at + range.len()))
        });
        let used = reference.contains('$');
        set.filter(|_| used).unwrap_or_else(whole)
    };
    let pins = image.pins(None, part);
    // Of the reference itself only the name of the image is known to be nobody's secret.
    let bare = |mut pin: Pin| {
        pin.shown.clear();
        pin
    };
    pins.into_iter().map(bare).collect()
}

/// `FROM python:3.11-slim`, below a stage that installs Airflow.
fn python_image(reference: &str, span: &Range<usize>, globals: &Scope) -> Option<Pin> {
    let filled = fill(reference, globals)?;
    let (name, tag) = filled.split('@').next()?.rsplit_once(':')?;
    let official = matches!(
        name,
        "python" | "docker.io/python" | "docker.io/library/python"
    ) || name.ends_with("/docker/library/python");
    let version = tag.split('-').next()?;
    let release = super::release(version).filter(|_| official && version.contains('.'))?;
    let span = Span::new(span.start, span.end);
    Some(Pin::new(
        What::Python,
        Demand::Exact(release),
        span,
        How::BaseImage,
    ))
}

/// What `RUN pip install` of a stage installs; variables are set on the way.
fn run(text: &str, stage: &Stage<'_, '_>, globals: &Scope, scope: &mut Scope, pins: &mut Vec<Pin>) {
    for instruction in stage.instructions {
        match instruction {
            Instruction::Arg(arg) => {
                let value = arg.arguments.value.as_ref();
                if value.contains('=') {
                    define(scope, value, arg.arguments.span.clone());
                } else if let Some(global) = globals.get(value) {
                    scope.insert(value.to_owned(), global.clone());
                }
            }
            Instruction::Env(env) => environment(scope, text, env.arguments.span.clone()),
            Instruction::Run(run) => {
                if let Command::Shell(command) = &run.arguments {
                    installs(&words::of(text, command.span.clone(), false), scope, pins);
                }
                for here in &run.here_docs {
                    installs(&words::of(text, here.span.clone(), true), scope, pins);
                }
            }
            _ => {}
        }
    }
}

/// `ENV A=1 B=2`, `ENV A 1`
fn environment(scope: &mut Scope, text: &str, span: Range<usize>) {
    let words = words::of(text, span, false);
    if let [name, value] = words.as_slice()
        && !name.text.contains('=')
    {
        set(scope, &name.text, &value.text, Some(value.span));
        return;
    }
    for word in &words {
        assign(scope, word);
    }
}

/// `NAME=value` as a word; false for any other word.
fn assign(scope: &mut Scope, word: &Word) -> bool {
    let Some((name, value)) = word.text.split_once('=') else {
        return false;
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(is_name) {
        return false;
    }
    // Quotes and escapes make the word differ from the text.
    let end = word.span.end;
    let plain = word.span.len() == word.text.len();
    let span = plain.then(|| Span::new(end - value.len(), end));
    set(scope, name, value, span);
    true
}

/// The argument of `ARG`: `NAME`, `NAME=value`, `NAME="value"`.
fn define(scope: &mut Scope, argument: &str, span: Range<usize>) {
    if let Some((name, value)) = argument.split_once('=') {
        let bare = value.trim_matches(['"', '\'']);
        let quotes = usize::from(bare.len() < value.len());
        let plain = span.len() == argument.len();
        let start = span.end - value.len() + quotes;
        let span = plain.then(|| Span::new(start, start + bare.len()));
        set(scope, name, bare, span);
    }
}

/// A value that cannot be told makes the variable unknown.
fn set(scope: &mut Scope, name: &str, value: &str, span: Option<Span>) {
    let Some(filled) = fill(value, scope) else {
        scope.remove(name);
        return;
    };
    let span = span.filter(|_| filled == value);
    scope.insert(
        name.to_owned(),
        Variable {
            value: filled,
            span,
        },
    );
}

/// `text` with the variables of `scope`; `None` where one is unknown, or a command stands in it.
pub(super) fn fill(text: &str, scope: &Scope) -> Option<String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        filled.push_str(&rest[..dollar]);
        rest = &rest[dollar + 1..];
        let known = |name: &str| scope.get(name).map(|variable| variable.value.clone());
        if let Some(inner) = rest.strip_prefix('{') {
            let end = inner.find('}')?;
            let (inner, behind) = (&inner[..end], &inner[end + 1..]);
            let (name, default) = match inner.split_once('-') {
                Some((name, default)) => (name.trim_end_matches(':'), Some(default)),
                None => (inner, None),
            };
            filled.push_str(&known(name).or_else(|| default.map(str::to_owned))?);
            rest = behind;
        } else {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            filled.push_str(&known(&rest[..end])?);
            rest = &rest[end..];
        }
    }
    filled.push_str(rest);
    (!filled.contains(['$', '`'])).then_some(filled)
}

/// Options of `pip install` with a value that is no requirement.
const VALUED: &[&str] = &[
    "-r",
    "--requirement",
    "--requirements",
    "-e",
    "--editable",
    "-t",
    "--target",
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "--python",
    "--no-binary",
    "--only-binary",
    "--prefix",
    "--root",
    "--platform",
    "--python-version",
    "--cache-dir",
    "--trusted-host",
    "--timeout",
    "--retries",
];

/// The `pip install` commands among `words`.
fn installs(words: &[Word], scope: &mut Scope, pins: &mut Vec<Pin>) {
    for command in words.split(|word| word.is_end) {
        let mut words = command;
        while let Some((first, rest)) = words.split_first()
            && (first.text == "export" || assign(scope, first))
        {
            words = rest;
        }
        let is_pip = |word: &Word| {
            let name = word.text.rsplit('/').next().unwrap_or_default();
            name.strip_prefix("pip")
                .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
        };
        let Some(pip) = words.iter().position(is_pip) else {
            continue;
        };
        let behind = &words[pip + 1..];
        let Some(install) = behind.iter().position(|word| word.text == "install") else {
            continue;
        };
        arguments(&behind[install + 1..], scope, pins);
    }
}

fn arguments(words: &[Word], scope: &Scope, pins: &mut Vec<Pin>) {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let text = word.text.as_str();
        let (option, value) = match text.split_once('=') {
            Some((option, value)) if text.starts_with("--") => (option, Some(value)),
            _ => (text, None),
        };
        if matches!(option, "-c" | "--constraint" | "--constraints") {
            let (value, at) = match value {
                Some(value) => (Some(value.to_owned()), word),
                None => match words.next() {
                    Some(next) => (Some(next.text.clone()), next),
                    None => return,
                },
            };
            let url = value.and_then(|value| fill(&value, scope));
            pins.extend(
                url.map(|url| constraints_url::read(&url, placed(&url, at)))
                    .unwrap_or_default(),
            );
        } else if VALUED.contains(&option) {
            if value.is_none() {
                words.next();
            }
        } else if !text.starts_with('-')
            && let Some(filled) = fill(text, scope)
        {
            pins.extend(requirement::read(
                &filled,
                How::Install,
                placed(&filled, word),
            ));
        }
    }
}

/// Where a part of `filled` stands in the file: in the word, or all of the word where variables were
/// filled in.
fn placed<'a>(filled: &'a str, word: &'a Word) -> impl Fn(Range<usize>) -> Span + 'a {
    move |range| {
        let part = filled.get(range);
        let at = part.and_then(|part| Some((word.raw.find(part)?, part.len())));
        at.map_or(word.span, |(at, length)| {
            let start = word.span.start + at;
            Span::new(start, start + length)
        })
    }
}
