//! Dockerfiles: the image that the last stage with Airflow builds on, and what it installs with pip.

mod words;

use std::collections::BTreeMap;
use std::ops::Range;

use self::words::Word;
use super::{Demand, How, Pin, What, constraints_url, image, requirement};
use crate::source::{Span, Text};
use crate::syntax::dockerfile::{self, Assignment, Cause, Dockerfile, Keyword, Problem, Stage};
use crate::syntax::dotenv::Outside;

/// The values of `ARG` and `ENV` by name. What the build is called with may replace an `ARG`; its
/// default is what the repository says.
pub(super) type Scope = BTreeMap<String, String>;

pub(super) fn read(text: &str) -> Vec<Pin> {
    let file = dockerfile::read(text, &|_| Outside::Unknown);
    // Where the lines themselves are not certain, nor is what the file builds on.
    let uncertain = |problem: &Problem| {
        matches!(
            problem.cause,
            Cause::UnknownInstruction
                | Cause::NoStage
                | Cause::From
                | Cause::Directive
                | Cause::Heredoc
        )
    };
    if file.problems.iter().any(uncertain) {
        return Vec::new();
    }
    (0..file.stages.len())
        .rev()
        .map(|last| of_stage(text, &file, last))
        .find(|pins| pins.iter().any(|pin| pin.what == What::Airflow))
        .unwrap_or_default()
}

/// What one stage pins, with the stages that it builds on.
fn of_stage(text: &str, file: &Dockerfile, last: usize) -> Vec<Pin> {
    let mut chain: Vec<usize> = file.chain(last).collect();
    let Some(root) = chain.last().map(|&root| &file.stages[root]) else {
        return Vec::new();
    };
    let mut pins = base(file, root);
    let mut scope = Scope::new();
    chain.reverse();
    for stage in chain {
        run(text, file, stage, &mut scope, &mut pins);
    }
    let is_ours = pins
        .iter()
        .any(|pin| pin.what == What::Airflow && pin.how != How::ConstraintsUrl);
    if is_ours && !pins.iter().any(|pin| pin.what == What::Python) {
        pins.extend(python_image(root));
    }
    pins
}

/// The image of Airflow that a `FROM` names.
fn base(file: &Dockerfile, stage: &Stage) -> Vec<Pin> {
    let name = &repository(&stage.base_name);
    if !name.is_known() {
        return Vec::new();
    }
    let Some(image) = image::read(name.expose()) else {
        return Vec::new();
    };
    let at = stage.image.source();
    if name.expose() == stage.image.expose() && at.len() == name.len() {
        return image.pins(None, |range| {
            Span::new(at.start + range.start, at.start + range.end)
        });
    }
    // The release stands where the variable is set.
    let set = |part: &str| {
        let mut arguments = file.instructions.iter().flat_map(|one| &one.assignments);
        arguments.find_map(|argument| {
            let value = argument.value.as_ref()?;
            let at = value.expose().find(part)?;
            one_piece(value, at..at + part.len())
        })
    };
    let pins = image.pins(None, |range| {
        one_piece(name, range.clone())
            .or_else(|| set(&name.expose()[range]))
            .unwrap_or(at)
    });
    // Of the reference itself only the name of the image is known to be nobody's secret.
    let bare = |mut pin: Pin| {
        pin.shown.clear();
        pin
    };
    pins.into_iter().map(bare).collect()
}

/// The name without what is not known of it, if that is only the registry: `${REGISTRY}/apache/airflow:…`.
fn repository(name: &Text) -> Text {
    const AIRFLOW: &str = "/apache/airflow";
    let at = name.expose().find(AIRFLOW).filter(|_| !name.is_known());
    at.map_or_else(|| name.clone(), |at| name.slice(at + 1..name.len()))
}

/// `FROM python:3.11-slim`, below a stage that installs Airflow.
fn python_image(stage: &Stage) -> Option<Pin> {
    if !stage.base_name.is_known() {
        return None;
    }
    let filled = stage.base_name.expose();
    let (name, tag) = filled.split('@').next()?.rsplit_once(':')?;
    let official = matches!(
        name,
        "python" | "docker.io/python" | "docker.io/library/python"
    ) || name.ends_with("/docker/library/python");
    let version = tag.split('-').next()?;
    let release = super::release(version).filter(|_| official && version.contains('.'))?;
    let span = stage.image.source();
    Some(Pin::new(
        What::Python,
        Demand::Exact(release),
        span,
        How::BaseImage,
    ))
}

/// What `RUN pip install` of a stage installs; variables are set on the way.
fn run(text: &str, file: &Dockerfile, stage: usize, scope: &mut Scope, pins: &mut Vec<Pin>) {
    for instruction in &file.instructions[file.stages[stage].instructions.clone()] {
        for assignment in &instruction.assignments {
            define(scope, assignment);
        }
        if instruction.keyword != Keyword::Run {
            continue;
        }
        if !instruction.is_json {
            let command = instruction.arguments.source();
            installs(
                &words::of(text, command.start..command.end, false),
                scope,
                pins,
            );
        }
        for here in &instruction.heredocs {
            installs(&words::of(text, here.start..here.end, true), scope, pins);
        }
    }
}

/// What `ENV` or `ARG` sets. A value that cannot be told makes the variable unknown; an `ARG` to which
/// nothing gives a value leaves it as it is.
fn define(scope: &mut Scope, assignment: &Assignment) {
    let name = assignment.name.expose();
    match assignment.value.as_ref().filter(|value| value.is_known()) {
        Some(value) => {
            scope.insert(name.to_owned(), value.expose().to_owned());
        }
        None if assignment.written.is_none() => {}
        None => {
            scope.remove(name);
        }
    }
}

/// Where a part of a value stands, if it stands there as it is.
fn one_piece(value: &Text, range: Range<usize>) -> Option<Span> {
    let length = range.len();
    match value.editable(range)?.as_slice() {
        [span] if span.len() == length => Some(*span),
        _ => None,
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
    // A value that cannot be told makes the variable unknown.
    match fill(value, scope) {
        Some(filled) => scope.insert(name.to_owned(), filled),
        None => scope.remove(name),
    };
    true
}

/// `text` with the variables of `scope`; `None` where one is unknown, or a command stands in it.
pub(super) fn fill(text: &str, scope: &Scope) -> Option<String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        filled.push_str(&rest[..dollar]);
        rest = &rest[dollar + 1..];
        let known = |name: &str| scope.get(name).cloned();
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
