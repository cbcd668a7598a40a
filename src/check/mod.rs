//! `check`, from paths to a report: reads inputs, groups them, runs the rules over every target,
//! deployment and choice, and merges what they say.
//!
//! It connects the rooms and judges nothing itself. A bug in one file must not hide the findings of
//! the others: each file and each choice runs behind a [`guard`].

mod advice;
mod asked;
mod behind;
mod gather;
pub mod guard;
mod judge;
mod merge;
mod pipeline;
mod read;
mod rules;
mod stores;
mod visible;
mod wiring;

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::airflow::Target;
use crate::airflow::config::Environment;
use crate::aws::shared_config::Profiles;
use crate::inputs::{self, Input, Kind};
use crate::report::{Failure, Finding, Report, ReportFile, Selection};
use crate::source::{FileId, Secret, Span, Text, display_path};
use crate::syntax::dotenv::Dialect;
use crate::workspace::git;
use crate::workspace::{Content, Deployment, Files, Grouping, deployments};

use visible::Seen;

/// What to check, and how.
#[derive(Debug)]
pub struct Request {
    /// Files and directories; `-` is stdin.
    pub paths: Vec<PathBuf>,
    /// Path that stdin stands for.
    pub stdin_filename: Option<PathBuf>,
    /// Kinds given by the user.
    pub kinds: Vec<(Kind, PathBuf)>,
    /// Who reads `.env` files.
    pub dialect: Dialect,
    /// Variables of the environment Airflow runs in; `None`: set, to what is not known.
    pub define: Vec<(String, Option<Secret>)>,
    /// AWS shared config files.
    pub aws_config: Vec<PathBuf>,
    /// How files are grouped.
    pub grouping: Grouping,
    /// Releases to model, at least one.
    pub targets: Vec<Target>,
    /// Which findings are wanted.
    pub selection: Selection,
    /// Files read at a time.
    pub jobs: usize,
}

/// A file that was looked at and not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// Its path.
    pub path: PathBuf,
    /// Why.
    pub reason: &'static str,
    /// The user named it, so it is worth saying.
    pub named: bool,
}

/// A file that was read, or would be.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its path, for people.
    pub path: String,
    /// What it is read as.
    pub kind: Kind,
    /// Why.
    pub because: &'static str,
    /// Number of the deployment it belongs to, from 1; several for none are not possible.
    pub deployment: Option<usize>,
}

/// What came out.
#[derive(Debug)]
pub struct Outcome {
    /// The findings.
    pub report: Report,
    /// What was read as what.
    pub listed: Vec<Listed>,
    /// What was passed over.
    pub skipped: Vec<Skipped>,
    /// One line for each deployment: what belongs together.
    pub groups: Vec<String>,
}

/// One input on its way through the run.
struct Loaded {
    input: Input,
    /// Of a store, until it is streamed.
    content: Option<Content>,
    /// Read for its neighbour on stdin; nothing is reported for it.
    context: bool,
}

/// Runs the check.
pub fn run(request: &Request, files: &mut Files, only_list: bool) -> Outcome {
    let mut failures = Vec::new();
    let gathered = gather::gather(request, files, &mut failures);
    let loaded = read::read(request, files, &gathered.candidates, &mut failures);
    let mut skipped = gathered.skipped;
    skipped.extend(loaded.skipped);
    skipped.sort();
    skipped.dedup();
    let profiles = read::profiles(request, files, &mut failures);

    let mut contents = Vec::with_capacity(loaded.loaded.len());
    let mut context = Vec::with_capacity(loaded.loaded.len());
    let mut inputs = Vec::with_capacity(loaded.loaded.len());
    for one in loaded.loaded {
        contents.push(one.content);
        context.push(one.context);
        inputs.push(one.input);
    }
    let groups = deployments::group(&inputs, files, request.grouping);
    let environment = defined(&request.define);
    let committed = inputs
        .iter()
        .filter(|input| git::would_commit(&input.path))
        .map(|input| input.id)
        .collect();
    let mut run = Run {
        request,
        inputs: &inputs,
        context: &context,
        groups: &groups,
        profiles: profiles.as_ref(),
        environment: &environment,
        committed: &committed,
        checks: &rules::Checks::wanted(&request.selection),
        failures,
        findings: Vec::new(),
        visible: Vec::new(),
    };
    if !only_list {
        run.everything(contents);
    }
    let Run {
        failures,
        findings,
        visible,
        ..
    } = run;
    let listed = list(&inputs, &context, &groups);
    let group_lines = groups
        .iter()
        .map(|group| describe(group, &inputs))
        .collect();
    let findings = findings
        .into_iter()
        .filter(|finding| context.get(finding.place.file.0 as usize) == Some(&false))
        .collect();
    let mut report = Report::new(
        request.targets.clone(),
        report_files(inputs, &visible),
        findings,
        failures,
        &request.selection,
    );
    report.summary.files = context.iter().filter(|context| !**context).count();
    Outcome {
        report,
        listed,
        skipped,
        groups: group_lines,
    }
}

/// The state of a run.
struct Run<'a> {
    request: &'a Request,
    inputs: &'a [Input],
    context: &'a [bool],
    groups: &'a [Deployment],
    profiles: Option<&'a Profiles>,
    /// From `--define`.
    environment: &'a Environment,
    /// Files that git would commit.
    committed: &'a BTreeSet<FileId>,
    checks: &'a rules::Checks,
    failures: Vec<Failure>,
    findings: Vec<Finding>,
    /// What the twin says may be shown, by reading.
    visible: Vec<Seen>,
}

fn defined(define: &[(String, Option<Secret>)]) -> Environment {
    let mut environment = Environment::default();
    for (name, value) in define {
        let value = value.as_ref();
        let text = value.map(|value| Text::elsewhere(value.expose(), Span::at(0)));
        environment.variables.insert(name.clone(), text);
    }
    environment
}

fn report_files(inputs: Vec<Input>, seen: &[Seen]) -> Vec<ReportFile> {
    let mut visible = visible::spans(seen);
    inputs
        .into_iter()
        .map(|input| {
            let mut mask = input.mask;
            mask.show_all(visible.remove(&input.id).unwrap_or_default());
            mask.seal();
            ReportFile {
                path: display_path(&input.path),
                kind: input.kind,
                bytes: input.bytes,
                lines: input.lines,
                mask,
            }
        })
        .collect()
}

fn list(inputs: &[Input], context: &[bool], groups: &[Deployment]) -> Vec<Listed> {
    let files: Vec<Vec<FileId>> = groups.iter().map(Deployment::files).collect();
    let mut listed: Vec<Listed> = inputs
        .iter()
        .zip(context)
        .filter(|(_, context)| !**context)
        .map(|(input, _)| Listed {
            path: display_path(&input.path),
            kind: input.kind,
            because: input.because,
            deployment: files
                .iter()
                .position(|files| files.binary_search(&input.id).is_ok())
                .map(|index| index + 1),
        })
        .collect();
    listed.sort_by(|a, b| a.path.cmp(&b.path));
    listed
}

/// `config/airflow.cfg + (.env | .env.prod) + dump.json`
fn describe(group: &Deployment, inputs: &[Input]) -> String {
    let files = group.files();
    let of = |wanted: fn(Kind) -> bool| {
        let names: Vec<String> = inputs
            .iter()
            .filter(|input| wanted(input.kind) && files.binary_search(&input.id).is_ok())
            .map(|input| display_path(&input.path))
            .collect();
        names
    };
    let alternatives = |names: Vec<String>| match names.len() {
        0 => None,
        1 => names.into_iter().next(),
        _ => Some(format!("({})", names.join(" | "))),
    };
    let merged = group.choices.len() == 1;
    let mut parts = Vec::new();
    for names in [of(|kind| kind == Kind::Cfg), of(|kind| kind == Kind::Env)] {
        if merged {
            parts.extend(names);
        } else {
            parts.extend(alternatives(names));
        }
    }
    parts.extend(of(Kind::is_store));
    let files = group.files();
    let settings = || {
        let ours = inputs.iter().filter(|input| files.contains(&input.id));
        ours.filter(|input| !input.kind.is_store())
    };
    let why = if settings().next().is_none() {
        " (goes with no settings: checked alone)"
    } else if !group.around.is_empty() && settings().all(|input| inputs::is_sample(&input.path)) {
        " (a sample: checked alone)"
    } else {
        ""
    };
    let combinations = match group.left_out {
        0 => String::new(),
        left_out => format!(" ({left_out} combinations left out: there are too many)"),
    };
    parts.join(" + ") + why + &combinations
}
