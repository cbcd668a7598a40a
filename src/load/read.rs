//! Opens candidates, finds out what they are and reads settings files into inputs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::gather::{Candidate, same};
use super::guard::guard;
use super::parallel::in_parallel;
use super::{Request, Skipped, named, parts};
use crate::inputs::opaque::{self, SOPS, opacity};
use crate::inputs::{self, Input, Kind, Opacity, Tree, exports, local, sops};
use crate::report::Failure;
use crate::source::{FileId, LineIndex, Mask};
use crate::syntax::dotenv::{Dialect, Outside};
use crate::syntax::python;
use crate::workspace::{Content, Files, deployments, detect, env_readers};

/// Why an export is passed over where somebody waits for the answer.
pub const TOO_LARGE: &str = "an export too large to be read again and again";

/// A settings file above this size is none.
const LARGEST_SETTINGS: usize = 256 << 20;

pub(super) struct Read {
    pub(super) found: Vec<Found>,
    pub(super) skipped: Vec<Skipped>,
}

/// One input, and what is left to be read of it.
pub(super) struct Found {
    pub(super) input: Input,
    /// Of a store, until it is streamed.
    pub(super) content: Option<Content>,
    /// Read for its neighbour on stdin; nothing is told of it.
    pub(super) context: bool,
    /// What is inside of it.
    pub(super) parts: Vec<Self>,
}

impl Found {
    /// The input, and those inside of it.
    fn inputs(&self) -> impl Iterator<Item = &Input> {
        std::iter::once(&self.input).chain(self.parts.iter().map(|part| &part.input))
    }
}

pub(super) enum Step {
    Found(Box<Found>),
    Skipped(Skipped),
    Failed(Failure),
}

/// Reads all candidates. The numbers of the files follow the order of `candidates`, whatever
/// `--jobs` is.
pub(super) fn read(
    request: &Request,
    files: &Files,
    candidates: &[Candidate],
    failures: &mut Vec<Failure>,
) -> Read {
    let mut steps = in_parallel(request.jobs, candidates, |candidate| {
        let step = guard(&candidate.path, || one(request, files, candidate, None));
        step.unwrap_or_else(Step::Failed)
    });
    local_files(request, files, candidates, &mut steps);
    let mut read = Read {
        found: Vec::new(),
        skipped: Vec::new(),
    };
    named::files(request, files, candidates, &mut steps);
    in_their_dialects(request, &mut steps);
    for step in steps {
        match step {
            Step::Found(found) => number(*found, &mut read.found),
            Step::Skipped(skipped) => read.skipped.push(skipped),
            Step::Failed(failure) => failures.push(failure),
        }
    }
    read
}

/// Files that a `LocalFilesystemBackend` of the settings names: by their content or their own name
/// nobody knows them. They lie elsewhere where Airflow runs, so the end of the path must do, and the
/// form.
fn local_files(request: &Request, files: &Files, candidates: &[Candidate], steps: &mut [Step]) {
    let named: BTreeSet<(Kind, String)> = all_inputs(steps)
        .flat_map(|input| &input.settings)
        .flat_map(local::named_by)
        .collect();
    for (kind, named) in named {
        let nearness: Vec<usize> = candidates
            .iter()
            .zip(steps.iter())
            .map(|(candidate, step)| {
                let near = local::common_end(&candidate.path, &named);
                let is_read = matches!(step, Step::Found(found) if found.input.kind == kind);
                if is_read || is_open(step) { near } else { 0 }
            })
            .collect();
        let best = nearness.iter().copied().max().filter(|&best| best > 0);
        for (index, candidate) in candidates.iter().enumerate() {
            if Some(nearness[index]) != best || !is_open(&steps[index]) {
                continue;
            }
            let because = "the secrets backend of the settings names it";
            let again = guard(&candidate.path, || {
                one(request, files, candidate, Some((kind, because)))
            });
            if let Ok(Step::Found(found)) = again
                && local::has_the_form(&found.input)
            {
                steps[index] = Step::Found(found);
            }
        }
    }
}

/// Reads env files that a file of another program names as that program does, unless somebody says who reads them. What
/// compose reads too stays as compose reads it: who differs from it is told apart ([`crate::workspace::env_readers`]).
fn in_their_dialects(request: &Request, steps: &mut [Step]) {
    if request.dialect.is_some() {
        return;
    }
    let mut named: BTreeMap<PathBuf, Vec<Dialect>> = BTreeMap::new();
    for found in steps.iter().filter_map(|step| match step {
        Step::Found(found) => Some(found),
        _ => None,
    }) {
        for input in found.parts.iter().map(|part| &part.input) {
            let Some(inside) = &input.inside else {
                continue;
            };
            for path in &inside.env_files {
                let dialects = named.entry(place(&input.beside(path))).or_default();
                dialects.push(env_readers::dialect_of(found.input.kind, inside, path));
            }
        }
    }
    for step in steps {
        let Step::Found(found) = step else {
            continue;
        };
        let input = &mut found.input;
        let is_file = matches!(input.tree, Tree::Env(_)) && input.inside.is_none();
        if input.kind != Kind::Env || !is_file {
            continue;
        }
        let Some([dialect, others @ ..]) = named.get(&place(&input.path)).map(Vec::as_slice) else {
            continue;
        };
        if *dialect != Dialect::default() && others.iter().all(|other| other == dialect) {
            let path = input.path.clone();
            let again = guard(&path, || env_input(input, request, *dialect));
            if let Ok(again) = again {
                *input = again;
            }
        }
    }
}

/// The path without `.` and `..`.
pub(super) fn place(path: &Path) -> PathBuf {
    deployments::directory(path).join(path.file_name().unwrap_or_default())
}

pub(super) fn all_inputs(steps: &[Step]) -> impl Iterator<Item = &Input> {
    let found = steps.iter().filter_map(|step| match step {
        Step::Found(found) => Some(found),
        _ => None,
    });
    found.flat_map(|found| found.inputs())
}

/// Nobody knows the file, or only its name makes a `.env` of it.
pub(super) fn is_open(step: &Step) -> bool {
    match step {
        Step::Skipped(_) => true,
        Step::Found(found) => {
            let input = &found.input;
            let empty = input.settings.is_empty() && input.definitions.is_empty();
            input.because != GIVEN
                && input.because != GIVEN_BY_FILE
                && input.kind == Kind::Env
                && empty
        }
        Step::Failed(_) => false,
    }
}

/// Why a file is read as what it is: the user says so.
const GIVEN: &str = "--kind";

/// As [`GIVEN`].
const GIVEN_BY_FILE: &str = "the settings file";

/// Which files are inputs is known only when all were looked at. Parts follow their file.
fn number(mut found: Found, all: &mut Vec<Found>) {
    let next = |all: &[Found]| FileId(u32::try_from(all.len()).expect("fewer than 2^32 files"));
    let parts = std::mem::take(&mut found.parts);
    let (of, context) = (next(all), found.context);
    renumber(&mut found.input, of);
    all.push(found);
    for mut part in parts {
        renumber(&mut part.input, next(all));
        if let Some(inside) = &mut part.input.inside {
            inside.of = of;
        }
        part.context = context;
        all.push(part);
    }
}

fn renumber(input: &mut Input, id: FileId) {
    input.id = id;
    for setting in &mut input.settings {
        setting.file = id;
    }
    for definition in &mut input.definitions {
        definition.file = id;
    }
}

/// `forced`: the kind, found out in another way than by looking at the file.
pub(super) fn one(
    request: &Request,
    files: &Files,
    candidate: &Candidate,
    forced: Option<detect::Detected>,
) -> Step {
    let path = &candidate.path;
    let failed = |message: String| {
        if candidate.context {
            // A neighbour that cannot be read is not what was asked for.
            return Step::Skipped(Skipped {
                path: path.clone(),
                reason: "cannot be read",
                named: false,
            });
        }
        Step::Failed(Failure {
            path: Some(path.clone()),
            message,
        })
    };
    let skipped = |reason| {
        Step::Skipped(Skipped {
            path: path.clone(),
            reason,
            named: candidate.named,
        })
    };
    let opened = if candidate.stdin {
        files.stdin()
    } else {
        files.open(path)
    };
    let content = match opened {
        Ok(content) => content,
        Err(message) => return failed(message),
    };
    let detected = match (given(request, candidate), forced) {
        (Some(given), _) => Ok(given),
        (None, Some(forced)) => Ok(forced),
        (None, None) => detect::detect(path, content.head(), candidate.named),
    };
    let (kind, because) = match detected {
        Ok(detected) => detected,
        Err(reason) => return skipped(reason),
    };
    let blank = Input {
        id: FileId(0),
        path: path.clone(),
        kind,
        because,
        bytes: Vec::new().into(),
        lines: LineIndex::new(b""),
        mask: Mask::new(),
        tree: Tree::Store,
        settings: Vec::new(),
        definitions: Vec::new(),
        variables: Vec::new(),
        templated: false,
        inside: None,
    };
    let is_export = kind.is_store()
        && (!kind.is_local() || candidate.is_alone && is_streamed(request, path, &content));
    let is_hidden = sops::is_encrypted(content.head());
    if is_export
        && !is_hidden
        && let Some(why) = opacity(content.head(), content.is_whole())
    {
        // Told by a rule; there is nothing to stream.
        let mut input = blank;
        input.tree = Tree::Opaque(why);
        input.bytes = content.head().to_vec().into();
        return found(input, None, candidate);
    }
    if let Some(reason) = exports::refused(kind, content.head()) {
        return skipped(reason);
    }
    let has_parts =
        kind.is_carrier() || exports::is_read(kind, content.head()) || (is_export && is_hidden);
    let most = request.largest_export.filter(|_| is_export);
    if most.is_some_and(|most| content.length().is_none_or(|length| length > most)) {
        return skipped(TOO_LARGE);
    }
    if is_export && !has_parts {
        let (bytes, content) = match content {
            // Small enough to be shown from memory.
            Content::Whole(bytes) => (bytes.clone(), Content::Whole(bytes)),
            other => (Vec::new().into(), other),
        };
        return found(Input { bytes, ..blank }, Some(content), candidate);
    }
    if kind == Kind::Dag {
        return match dag(content, blank) {
            Ok(Ok(input)) => found(input, None, candidate),
            Ok(Err(reason)) => skipped(reason),
            Err(message) => failed(message),
        };
    }
    let bytes = match content.into_bytes_up_to(LARGEST_SETTINGS) {
        Ok(bytes) => bytes,
        Err(message) => return failed(message),
    };
    let input = Input { bytes, ..blank };
    if has_parts {
        return in_parts(input, request, files, candidate);
    }
    found(settings_input(input, request), None, candidate)
}

/// A local file that is all there is need not be held: it is large, it can be read once more, and nobody names one of
/// its ids.
fn is_streamed(request: &Request, path: &Path, content: &Content) -> bool {
    let settings = &request.settings_file;
    request.streams_local
        && matches!(content, Content::Stream { again: Some(_), .. })
        && local::form(path, content.head()) == local::LocalForm::Json
        && !inputs::is_sample(path)
        && request.define.is_empty()
        && settings.deployments.is_empty()
        && settings.required.is_empty()
}

/// Reads a file whose parts are what counts: `input` holds path, kind and bytes.
fn in_parts(mut input: Input, request: &Request, files: &Files, candidate: &Candidate) -> Step {
    let bytes = std::sync::Arc::clone(&input.bytes);
    let (text, is_encrypted) = match opaque::text(&bytes) {
        Ok(text) => (text, false),
        Err(Opacity::Encrypted(SOPS)) => (std::str::from_utf8(&bytes).unwrap_or_default(), true),
        Err(why) => {
            input.tree = Tree::Opaque(why);
            return found(input, None, candidate);
        }
    };
    let (input, parts) = parts::read(input, text, is_encrypted, request, files);
    Step::Found(Box::new(Found {
        input,
        content: None,
        context: candidate.context,
        parts,
    }))
}

/// What the user says that the file is.
fn given(request: &Request, candidate: &Candidate) -> Option<detect::Detected> {
    let path = &candidate.path;
    let is_meant =
        |named: &Path| same(named, path) || (candidate.stdin && named.as_os_str() == "-");
    let given = request.kinds.iter().find(|(_, named)| is_meant(named));
    given.map(|(kind, _)| (*kind, GIVEN)).or_else(|| {
        let kind = request.settings_file.kind_of(path)?;
        Some((kind, GIVEN_BY_FILE))
    })
}

fn found(mut input: Input, content: Option<Content>, candidate: &Candidate) -> Step {
    input.lines = LineIndex::new(&input.bytes);
    Step::Found(Box::new(Found {
        input,
        content,
        context: candidate.context,
        parts: Vec::new(),
    }))
}

/// Reads a DAG file, or says why it is passed over.
fn dag(content: Content, mut input: Input) -> Result<Result<Input, &'static str>, String> {
    if content.head().len() >= python::LARGEST {
        return Ok(Err(python::Refusal::TooLarge.reason()));
    }
    let is_whole = content.is_whole();
    let bytes = match content.into_bytes_up_to(python::LARGEST) {
        Ok(bytes) => bytes,
        Err(_) if !is_whole => return Ok(Err(python::Refusal::TooLarge.reason())),
        Err(message) => return Err(message),
    };
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return Ok(Err("Python that is not UTF-8"));
    };
    let parts = match inputs::dag::read(text) {
        Ok(parts) => parts,
        Err(refusal) => return Ok(Err(refusal.reason())),
    };
    // Of a file that asks for nothing, nothing is ever shown.
    if !parts.dag.references.is_empty() {
        input.bytes = std::sync::Arc::clone(&bytes);
    }
    input.mask = parts.mask;
    input.tree = Tree::Dag(parts.dag);
    Ok(Ok(input))
}

/// Reads a settings file: `input` holds path, kind and bytes.
fn settings_input(mut input: Input, request: &Request) -> Input {
    let bytes = std::sync::Arc::clone(&input.bytes);
    let text = std::str::from_utf8(&bytes).unwrap_or_default();
    if let Some(why) = opacity(&input.bytes, true) {
        if why == Opacity::Encrypted(SOPS) {
            take_names(&sops::without_block(text), &mut input);
        }
        input.tree = Tree::Opaque(why);
        return input;
    }
    if input.kind.is_local() {
        let form = inputs::local::form(&input.path, &bytes);
        let parts = inputs::local::read(text, input.kind, input.id, form);
        input.tree = Tree::Local(parts.tree);
        input.definitions = parts.definitions;
        input.mask = parts.mask;
    } else if input.kind == Kind::Cfg {
        let parts = inputs::cfg::read(text, input.id, &input.path);
        input.tree = Tree::Cfg(parts.tree);
        input.settings = parts.settings;
        input.mask = parts.mask;
        input.templated = parts.templated;
    } else {
        take_env(&mut input, request, request.dialect.unwrap_or_default());
    }
    input
}

/// The env file as another program reads it.
fn env_input(input: &Input, request: &Request, dialect: Dialect) -> Input {
    let mut again = Input {
        bytes: std::sync::Arc::clone(&input.bytes),
        lines: LineIndex::new(&input.bytes),
        mask: Mask::new(),
        tree: Tree::Store,
        path: input.path.clone(),
        settings: Vec::new(),
        definitions: Vec::new(),
        variables: Vec::new(),
        inside: None,
        ..*input
    };
    take_env(&mut again, request, dialect);
    again
}

fn take_env(input: &mut Input, request: &Request, dialect: Dialect) {
    let bytes = std::sync::Arc::clone(&input.bytes);
    let text = std::str::from_utf8(&bytes).unwrap_or_default();
    let outside = outside(request);
    let parts = inputs::env::read(text, dialect, &outside, input.id, &input.path);
    input.tree = Tree::Env(parts.tree);
    input.settings = parts.settings;
    input.definitions = parts.definitions;
    input.variables = parts.variables;
    input.mask = parts.mask;
    input.templated = parts.templated;
}

/// What SOPS leaves readable of a settings file. `text` is the file without the block that SOPS adds.
fn take_names(text: &str, input: &mut Input) {
    if input.kind == Kind::Env {
        inputs::env::take_names(text, input);
    } else if input.kind.is_local() {
        let form = local::form(&input.path, text.as_bytes());
        let parts = local::read(text, input.kind, input.id, form);
        input.definitions = parts.definitions;
        input.mask = parts.mask;
    } else if !text.trim_start().starts_with('{') {
        let parts = inputs::cfg::read(text, input.id, &input.path);
        input.settings = parts.settings;
    }
    sops::hide_in(input);
}

/// Of the environment only what the command line says is known.
pub(super) fn outside(request: &Request) -> impl Fn(&str) -> Outside + '_ {
    |name| {
        let defined = request.define.iter().rev().find(|(known, _)| known == name);
        match defined {
            Some((_, Some(value))) => Outside::Value(value.expose().to_owned()),
            _ => Outside::Unknown,
        }
    }
}
