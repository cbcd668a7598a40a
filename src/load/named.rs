//! Files that other files name: what they are is known by that, whatever they are called.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Request;
use super::gather::Candidate;
use super::guard::guard;
use super::read::{Step, all_inputs, is_open, one, place};
use crate::inputs::{Input, Kind, Tree, compose};
use crate::workspace::Files;
use crate::workspace::deployments::{self, Location};

/// Files of any name that kustomize makes an airflow.cfg of. Those in folders that are walked are judged like one.
pub(super) fn cfgs(
    request: &Request,
    files: &Files,
    candidates: &[Candidate],
    steps: &mut Vec<Step>,
) {
    let mut named: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    for input in all_inputs(steps) {
        if let Tree::Carrier(around) = &input.tree {
            let paths = around.cfgs.iter().map(|path| input.beside(path));
            named.extend(paths.map(|path| (place(&path), path)));
        }
    }
    if named.is_empty() {
        return;
    }
    let places = candidates.iter().enumerate();
    let places: BTreeMap<PathBuf, usize> = places
        .map(|(index, one)| (place(&one.path), index))
        .collect();
    for (place, path) in named {
        let known = places.get(&place).copied();
        let candidate = match known {
            Some(index) if is_open(&steps[index]) => candidates[index].clone(),
            None if files.exists(&path) => {
                let walked = as_walked(request, &place).map(Candidate::walked);
                walked.unwrap_or_else(|| Candidate::context(path))
            }
            _ => continue,
        };
        let forced = Some((Kind::Cfg, "kustomize makes an airflow.cfg of it"));
        let step = guard(&candidate.path, || one(request, files, &candidate, forced));
        match (step, known) {
            (Ok(step), Some(index)) => steps[index] = step,
            (step, _) => steps.push(step.unwrap_or_else(Step::Failed)),
        }
    }
}

/// The path of the file at `place` as a walk would tell it.
fn as_walked(request: &Request, place: &Path) -> Option<PathBuf> {
    let mut roots = request.paths.iter().filter(|root| root.is_dir());
    let path = roots.find_map(|root| {
        let inside = place.strip_prefix(deployments::directory(&root.join("x")));
        let root = root.strip_prefix(".").unwrap_or(root);
        Some(root.join(inside.ok()?))
    });
    path.filter(|path| !request.settings_file.exclude.matches(path))
}

/// Files that a carrier names and nobody asked about: what they set is known then, and nothing is told of them.
pub(super) fn files(
    request: &Request,
    files: &Files,
    candidates: &[Candidate],
    steps: &[Step],
) -> Vec<Step> {
    let mut read: Vec<Step> = Vec::new();
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    let mut named = named_by(all_inputs(steps), files);
    if named.is_empty() {
        return read;
    }
    let asked = candidates.iter();
    let asked: BTreeSet<Location> = asked.map(|one| deployments::location(&one.path)).collect();
    // Compose files name others in turn.
    while seen.len() < MOST_NAMED && !named.is_empty() {
        named.retain(|path, _| {
            let is_asked = asked.contains(&deployments::location(path));
            !is_asked && seen.insert(place(path)) && files.exists(path)
        });
        let because = "another file names it";
        let next: Vec<Step> = named
            .into_iter()
            .map(|(path, kind)| {
                let candidate = Candidate::context(path);
                let forced = Some((kind, because));
                let step = guard(&candidate.path, || one(request, files, &candidate, forced));
                step.unwrap_or_else(Step::Failed)
            })
            .collect();
        named = named_by(all_inputs(&next), files);
        read.extend(next);
    }
    read
}

/// Files beyond which those that they name are not read.
const MOST_NAMED: usize = 1000;

/// Env files, and compose files that say more of the services of others.
fn named_by<'a>(inputs: impl Iterator<Item = &'a Input>, files: &Files) -> BTreeMap<PathBuf, Kind> {
    let mut named = BTreeMap::new();
    for input in inputs {
        let env_files = input.inside.iter().flat_map(|inside| &inside.env_files);
        named.extend(env_files.map(|path| (input.beside(path), Kind::Env)));
        let Tree::Carrier(around) = &input.tree else {
            continue;
        };
        let bases = around.services.iter().filter_map(|one| one.base.as_ref());
        let bases = bases.map(|(path, _)| path);
        let others = bases.chain(around.includes.iter().flatten());
        named.extend(others.map(|path| (input.beside(path), Kind::Compose)));
        if input.kind == Kind::Compose {
            let exists = |path: &Path| files.exists(path);
            let is_partial = around.services.iter().any(|one| one.is_partial);
            let default = || compose::default_beside(&input.path, exists);
            let beside = compose::override_of(&input.path, exists)
                .or_else(|| compose::overridden_by(&input.path, exists))
                .or_else(|| is_partial.then(default)?);
            named.extend(beside.map(|path| (path, Kind::Compose)));
        }
    }
    named
}
