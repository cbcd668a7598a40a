//! Files that other files name: what they are is known by that, whatever they are called.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use memchr::memmem;

use super::Request;
use super::gather::Candidate;
use super::guard::guard;
use super::read::{Found, Step, all_inputs, is_open, one, place};
use crate::inputs::{Input, Kind, Tree, compose};
use crate::workspace::deployments::{self, Location};
use crate::workspace::{Files, Globs, walk};

/// Reads what nobody asked about and what nobody knew. Settings in folders that are walked are judged as if the walk had
/// known what they are; of what lies elsewhere, and of compose files, nothing is told: what they set is known then.
pub(super) fn files(
    request: &Request,
    files: &Files,
    candidates: &[Candidate],
    steps: &mut Vec<Step>,
) {
    let mut named = named_by(all_inputs(steps), files);
    if named.is_empty() {
        return;
    }
    let asked = candidates.iter().enumerate();
    let asked: BTreeMap<Location, usize> = asked
        .map(|(index, one)| (deployments::location(&one.path), index))
        .collect();
    let walked = Walked::of(request);
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    // Compose files name others in turn.
    while seen.len() < MOST_NAMED && !named.is_empty() {
        let mut next: Vec<Step> = Vec::new();
        for (path, (kind, because)) in named {
            let place = place(&path);
            let known = asked.get(&deployments::location(&path)).copied();
            let is_judged = kind != Kind::Compose;
            let is_wanted = match known {
                Some(index) => {
                    is_judged && is_open(&steps[index]) && !is_read_as(&steps[index], kind)
                }
                None => files.exists(&path),
            };
            if !is_wanted || !seen.insert(place.clone()) {
                continue;
            }
            let candidate = match known {
                Some(index) => candidates[index].clone(),
                None if is_judged => walked
                    .path_of(&place)
                    .map_or_else(|| Candidate::context(path), Candidate::walked),
                None => Candidate::context(path),
            };
            let forced = Some((kind, because));
            let step = guard(&candidate.path, || one(request, files, &candidate, forced));
            let step = match step {
                Ok(Step::Failed(_)) if candidate.path.is_dir() => continue,
                Ok(Step::Found(found)) => Step::Found(Box::new(of_airflow(*found))),
                Ok(step) => step,
                Err(failure) => Step::Failed(failure),
            };
            match known {
                Some(index) => steps[index] = step,
                None => next.push(step),
            }
        }
        named = named_by(all_inputs(&next), files);
        steps.extend(next);
    }
}

/// Files beyond which those that they name are not read.
const MOST_NAMED: usize = 1000;

/// It is read as that already.
fn is_read_as(step: &Step, kind: Kind) -> bool {
    matches!(step, Step::Found(found) if found.input.kind == kind)
}

/// Of an env file of any name that never speaks of Airflow, nothing is told: it may be there for another program.
fn of_airflow(mut found: Found) -> Found {
    let input = &found.input;
    let is_env = input.kind == Kind::Env
        && input
            .path
            .file_name()
            .is_some_and(|name| !walk::is_env_name(&name.to_string_lossy()));
    if is_env && memmem::find(&input.bytes, b"AIRFLOW").is_none() {
        found.context = true;
    }
    found
}

/// What a file is that another one names, and why.
type Named = BTreeMap<PathBuf, (Kind, &'static str)>;

/// Files of any name that kustomize makes an airflow.cfg of, env files, and compose files that say more of the services
/// of others.
fn named_by<'a>(inputs: impl Iterator<Item = &'a Input>, files: &Files) -> Named {
    let mut named = Named::new();
    for input in inputs {
        let mut note = |path: &Path, kind, because| {
            named.insert(input.beside(path), (kind, because));
        };
        let because = "another file names it";
        for path in input.inside.iter().flat_map(|inside| &inside.env_files) {
            note(path, Kind::Env, because);
        }
        let Tree::Carrier(around) = &input.tree else {
            continue;
        };
        for path in &around.cfgs {
            note(path, Kind::Cfg, "kustomize makes an airflow.cfg of it");
        }
        let bases = around.services.iter().filter_map(|one| one.base.as_ref());
        let bases = bases.map(|(path, _)| path);
        for path in bases.chain(around.includes.iter().flatten()) {
            note(path, Kind::Compose, because);
        }
        if input.kind == Kind::Compose {
            let exists = |path: &Path| files.exists(path);
            let is_partial = around.services.iter().any(|one| one.is_partial);
            let default = || compose::default_beside(&input.path, exists);
            let beside = compose::override_of(&input.path, exists)
                .or_else(|| compose::overridden_by(&input.path, exists))
                .or_else(|| is_partial.then(default)?);
            named.extend(beside.map(|path| (path, (Kind::Compose, because))));
        }
    }
    named
}

/// The folders that are walked.
struct Walked<'a> {
    exclude: &'a Globs,
    /// From the root of the file system, and as somebody named it.
    roots: Vec<(PathBuf, &'a Path)>,
}

impl<'a> Walked<'a> {
    fn of(request: &'a Request) -> Self {
        let roots = request.paths.iter().filter(|root| root.is_dir());
        let roots = roots.map(|root| {
            let named = root.strip_prefix(".").unwrap_or(root);
            (deployments::directory(&root.join("x")), named)
        });
        Self {
            exclude: &request.settings_file.exclude,
            roots: roots.collect(),
        }
    }

    /// The path of the file at `place` as a walk would tell it.
    fn path_of(&self, place: &Path) -> Option<PathBuf> {
        let mut roots = self.roots.iter();
        let path = roots.find_map(|(root, named)| Some(named.join(place.strip_prefix(root).ok()?)));
        path.filter(|path| !self.exclude.matches(path))
    }
}
