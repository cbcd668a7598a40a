//! `check`: runs the rules over what was loaded, for every target, deployment and choice, and merges what
//! they say into a report.
//!
//! It connects the rooms and judges nothing itself. A bug in one file must not hide the findings of
//! the others: each file and each choice runs behind a [`guard`](crate::load::guard).

mod advice;
mod behind;
mod filled;
mod hidden;
mod judge;
mod local;
mod merge;
mod outward;
mod profiles;
mod rules;
mod stores;
mod suppression;
mod trust;
mod visible;
mod wanted;
mod wiring;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use crate::aws::shared_config::Profiles;
use crate::inputs::{Input, Kind};
use crate::load::{self, Loaded, Skipped};
use crate::report::{
    Checkout, Failure, Finding, Ignore, Report, ReportFile, Selection, Suppression,
};
use crate::rules::across::unused_definition;
use crate::rules::files::env_dialect_dependent;
use crate::source::{FileId, display_path};
use crate::workspace::env_readers::{EnvReader, EnvReaders};
use crate::workspace::{Files, git};

pub use suppression::BaselineRequest;

pub(crate) use suppression::ignores;

pub(crate) use rules::{Checks, run_checks, settings_findings};
use visible::Seen;
use wanted::{Unused, Wants};

/// What to check, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// What to read.
    pub load: load::Request,
    /// AWS shared config files.
    pub aws_config: Vec<PathBuf>,
    /// Which findings are wanted.
    pub selection: Selection,
    /// The findings that were there before.
    pub baseline: Option<BaselineRequest>,
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
    /// Paths as named or walked, by the number of the file in the report.
    pub paths: Vec<PathBuf>,
    /// What was read as what.
    pub listed: Vec<Listed>,
    /// What was passed over.
    pub skipped: Vec<Skipped>,
    /// One line for each deployment: what belongs together.
    pub groups: Vec<String>,
    /// What the DAGs of each deployment ask for, in a line.
    pub dags: Vec<String>,
    /// One line for each target: the releases, and why they are modelled.
    pub targets: Vec<String>,
    /// What must be said about the targets, once.
    pub notes: Vec<String>,
    /// A local file has to be held to be told, and was not: this is not all.
    is_unclear: bool,
}

/// Runs the check.
pub fn run(request: &Request, files: &mut Files, only_list: bool) -> Outcome {
    let (outcome, ()) = run_and_look(request, files, only_list, |_| ());
    if !outcome.is_unclear {
        return outcome;
    }
    let mut held = request.clone();
    held.load.streams_local = false;
    run_and_look(&held, files, only_list, |_| ()).0
}

/// As [`run`], with what somebody else wants to know of what was loaded.
pub fn run_and_look<T>(
    request: &Request,
    files: &mut Files,
    only_list: bool,
    look: impl FnOnce(&Loaded) -> T,
) -> (Outcome, T) {
    let (mut loaded, contents) = load::load(&request.load, files);
    let looked = look(&loaded);
    let mut failures = std::mem::take(&mut loaded.failures);
    let skipped = std::mem::take(&mut loaded.skipped);
    let profiles = profiles::profiles(&request.aws_config, files, &mut failures);
    let committed = committed(&loaded);
    // Who names files names a part of them: what is not there may stand in the others.
    let walked = request.load.paths.iter().any(|path| path.is_dir());
    let wants = Wants::of(&loaded, files, walked);
    let checks = rules::Checks::wanted(&request.selection);
    let dag_lines = dag_lines(&wants);
    let unused = wants.iter().enumerate().map(|(group, wants)| {
        let wanted = request.selection.wants(&unused_definition::RULE);
        let of_group = || Unused::of(&loaded, group, wants);
        wanted.then(of_group).flatten()
    });
    let readers = readers(request, &loaded, files);
    let mut run = Run {
        loaded: &loaded,
        unused: &unused.collect::<Vec<_>>(),
        profiles: profiles.as_ref(),
        committed: &committed,
        readers: &readers,
        checks: &checks,
        jobs: request.load.jobs,
        failures,
        findings: Vec::new(),
        visible: Vec::new(),
        is_unclear: false,
    };
    if !only_list {
        run.everything(contents, &wants);
    }
    let Run {
        mut failures,
        findings,
        mut visible,
        is_unclear,
        ..
    } = run;
    let listed = list(&loaded);
    drop(wants);
    let groups = loaded.groups.iter();
    let groups = groups.map(|group| loaded.describe(&group.deployment));
    let groups = groups.collect();
    let mut findings: Vec<Finding> = findings
        .into_iter()
        .filter(|finding| !loaded.is_context(finding.place.file))
        .collect();
    trust::limit(&mut findings, &loaded);
    outward::findings(&mut findings, &loaded);
    outward::visible(&mut visible, &loaded);
    let targets = loaded.all_targets();
    let target_lines = loaded.target_lines();
    let notes = std::mem::take(&mut loaded.notes);
    let count = count(&loaded);
    let ignores = suppression::ignores(&loaded);
    let seen = suppression::seen(&loaded, request);
    let inputs = loaded.inputs.iter().chain(&loaded.pin_files);
    let inputs = inputs.chain(&loaded.settings_file_input);
    let paths: Vec<PathBuf> = inputs.map(|input| input.path.clone()).collect();
    let path_ignores = suppression::path_ignores(&loaded, request, &paths);
    let mut inputs = loaded.inputs;
    inputs.extend(loaded.pin_files);
    inputs.extend(loaded.settings_file_input);
    outward::masks(&mut inputs);
    let mut report_files = report_files(inputs, &visible, &ignores);
    let is_partial = !failures.is_empty();
    let baseline = request.baseline.as_ref().filter(|_| !only_list);
    let baseline = baseline.and_then(|request| {
        suppression::baseline(request, files, &paths, &mut report_files, &mut failures)
    });
    let suppression = Suppression {
        ignores,
        paths: path_ignores,
        baseline,
        seen,
        is_partial: is_partial || only_list,
    };
    let mut report = Report::with(
        &suppression,
        targets,
        report_files,
        findings,
        failures,
        &request.selection,
    );
    report.summary.files = count;
    report.checkout = checkout(&report, &paths);
    let outcome = Outcome {
        report,
        paths,
        listed,
        skipped,
        groups,
        dags: dag_lines,
        targets: target_lines,
        notes,
        is_unclear,
    };
    (outcome, looked)
}

/// The repository that the working directory lies in, with the links among the files.
fn checkout(report: &Report, paths: &[PathBuf]) -> Option<Checkout> {
    let here = std::env::current_dir().ok()?;
    let mut checkout = Checkout::new(&git::repository_of(&here)?, &here)?;
    // Parts of a file have its path.
    for same in paths
        .iter()
        .zip(&report.files)
        .collect::<Vec<_>>()
        .chunk_by(|a, b| a.0 == b.0)
    {
        let (path, file) = same[0];
        if let Ok(target) = std::fs::canonicalize(path) {
            checkout.follow(&file.path, &target);
        }
    }
    Some(checkout)
}

/// Number of the files of which something may be told.
fn count(loaded: &Loaded) -> usize {
    let told = loaded.inputs.iter().filter(|input| {
        let is_part = input.inside.is_some();
        !is_part && !loaded.is_context(input.id)
    });
    told.count()
}

/// Files that git would commit.
fn committed(loaded: &Loaded) -> BTreeSet<FileId> {
    let inputs = loaded.inputs.iter();
    inputs
        .filter(|input| input.kind != Kind::Dag && git::would_commit(&input.path))
        .map(|input| input.id)
        .collect()
}

/// By file: who reads it, where somebody wants to know.
fn readers(request: &Request, loaded: &Loaded, files: &Files) -> BTreeMap<FileId, Vec<EnvReader>> {
    let wanted = request.selection.wants(&env_dialect_dependent::RULE);
    // Who says how env files are read means all of them.
    if !wanted || request.load.dialect.is_some() {
        return BTreeMap::new();
    }
    let readers = EnvReaders::new(&loaded.inputs, files);
    let inputs = loaded.inputs.iter();
    inputs.map(|input| (input.id, readers.of(input))).collect()
}

/// The state of a run.
struct Run<'a> {
    loaded: &'a Loaded,
    profiles: Option<&'a Profiles>,
    /// Files that git would commit.
    committed: &'a BTreeSet<FileId>,
    /// By group: what no DAG asks for, where somebody wants to know.
    unused: &'a [Option<Unused<'a>>],
    /// By file: who reads it, where somebody wants to know.
    readers: &'a BTreeMap<FileId, Vec<EnvReader>>,
    checks: &'a rules::Checks,
    /// Files or deployments that are looked at at a time; `None`: as many as there are processors.
    jobs: Option<NonZeroUsize>,
    failures: Vec<Failure>,
    findings: Vec<Finding>,
    /// What the twin says may be shown, by reading.
    visible: Vec<Seen>,
    /// Something of it has to be held to be told.
    is_unclear: bool,
}

fn report_files(inputs: Vec<Input>, seen: &[Seen], ignores: &[Ignore]) -> Vec<ReportFile> {
    let mut visible = visible::spans(seen);
    inputs
        .into_iter()
        .map(|input| {
            let mut mask = input.mask;
            mask.show_all(visible.remove(&input.id).unwrap_or_default());
            let ignores = ignores.iter().filter(|ignore| ignore.file == input.id);
            mask.show_all(ignores.flat_map(|ignore| ignore.directive.visible()));
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

/// `DAGs: 12 ids asked for in 30 files; 3 ids are put together at run time and not checked`
fn dag_lines(wants: &[Wants<'_>]) -> Vec<String> {
    let with_dags = wants.iter().map(|wants| &wants.used);
    let with_dags = with_dags.filter(|used| used.files > 0);
    let plural = |count: usize, word: &str| {
        let ending = if count == 1 { "" } else { "s" };
        format!("{count} {word}{ending}")
    };
    with_dags
        .map(|used| {
            let ids = plural(used.ids.len(), "id");
            let files = plural(used.files, "file");
            let dynamic = used.dynamic_connections + used.dynamic_variables;
            let rest = match dynamic {
                0 => String::new(),
                1 => "; 1 id is put together at run time and not checked".to_owned(),
                _ => format!("; {dynamic} ids are put together at run time and not checked"),
            };
            format!("{ids} asked for in {files}{rest}")
        })
        .collect()
}

fn list(loaded: &Loaded) -> Vec<Listed> {
    let mut listed: Vec<Listed> = loaded
        .inputs
        .iter()
        .chain(&loaded.pin_files)
        .chain(&loaded.settings_file_input)
        .filter(|input| !loaded.is_context(input.id) || input.kind == Kind::Pins)
        .filter(|input| input.inside.is_none())
        .map(|input| Listed {
            path: display_path(&input.path),
            kind: input.kind,
            because: input.because,
            deployment: loaded.group_of(input.id).map(|index| index + 1),
        })
        .collect();
    listed.sort_by(|a, b| a.path.cmp(&b.path));
    listed
}
