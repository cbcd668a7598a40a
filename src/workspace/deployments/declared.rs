//! What the settings file declares to be one deployment.
//!
//! Declared deployments that share files (the airflow.cfg of `dev` and `prod`) are the named choices of one
//! group, each with its own stores: so a shared file is judged once, for all of them.

use std::path::PathBuf;

use super::layers::Layers;
use super::{Choice, Declared, Deployment, directory};
use crate::inputs::{Input, Kind};
use crate::source::FileId;

/// The files of one of them.
struct Found<'a> {
    name: &'a str,
    cfgs: Vec<FileId>,
    envs: Vec<FileId>,
    /// The environments that carriers state, of one or several parts each.
    processes: Vec<Vec<FileId>>,
    stores: Vec<FileId>,
    dags: Vec<FileId>,
    homes: Vec<PathBuf>,
}

impl Found<'_> {
    fn files(&self) -> impl Iterator<Item = &FileId> {
        let settings = self.cfgs.iter().chain(&self.envs);
        let processes = self.processes.iter().flatten();
        settings.chain(processes).chain(&self.stores)
    }

    fn shares_with(&self, other: &Self) -> bool {
        self.files()
            .any(|file| other.files().any(|one| one == file))
    }

    /// Airflow reads one airflow.cfg: several are alternatives, and so are the processes of carriers. Of
    /// env files all count.
    fn choices(&self) -> impl Iterator<Item = Choice> {
        let cfgs = super::optional(self.cfgs.iter().map(|cfg| vec![*cfg]));
        let processes = super::optional(self.processes.iter().cloned());
        cfgs.into_iter().flat_map(move |cfg| {
            let processes = processes.clone().into_iter();
            processes.map(move |process| Choice {
                settings: [cfg.clone(), self.envs.clone(), process].concat(),
                name: Some(self.name.to_owned()),
                stores: Some(self.stores.clone()),
            })
        })
    }
}

/// The deployments of which some file is among `inputs`, in the order of the settings file.
pub(super) fn group(inputs: &[Input], declared: &[Declared]) -> Vec<Deployment> {
    let all = declared.iter().map(|one| found(inputs, one));
    let mut groups: Vec<Vec<Found<'_>>> = Vec::new();
    for one in all.filter(|found| found.files().next().is_some()) {
        let (mut shared, rest): (Vec<_>, Vec<_>) = groups
            .into_iter()
            .partition(|group: &Vec<Found<'_>>| group.iter().any(|other| other.shares_with(&one)));
        let mut joined = vec![one];
        for group in shared.iter_mut().rev() {
            joined.splice(0..0, group.drain(..));
        }
        groups = rest;
        groups.push(joined);
    }
    groups.iter().map(|group| deployment(group)).collect()
}

fn found<'a>(inputs: &[Input], declared: &'a Declared) -> Found<'a> {
    let mut found = Found {
        name: &declared.name,
        cfgs: Vec::new(),
        envs: Vec::new(),
        processes: Vec::new(),
        stores: Vec::new(),
        dags: Vec::new(),
        homes: Vec::new(),
    };
    // By the last pattern that names it.
    let rank = |input: &Input| {
        let patterns = declared.paths.iter();
        patterns.rev().position(|globs| globs.matches(&input.path))
    };
    let mut ours: Vec<(usize, &Input)> = inputs
        .iter()
        .filter_map(|input| Some((rank(input)?, input)))
        .collect();
    let layers = Layers::of(&ours.iter().map(|(_, input)| *input).collect::<Vec<_>>());
    ours.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
    for (_, input) in ours {
        let list = match input.kind {
            Kind::Cfg => &mut found.cfgs,
            Kind::Dag => &mut found.dags,
            _ if input.is_store() => &mut found.stores,
            // Its parts are.
            kind if kind.is_carrier() || kind.is_store() => continue,
            _ if input.inside.is_some() => {
                if !layers.is_below(input.id) {
                    let stacks = layers.ending_in(input.id).into_iter();
                    found.processes.extend(stacks.map(|stack| stack.parts));
                }
                found.homes.push(directory(&input.path));
                continue;
            }
            _ => &mut found.envs,
        };
        list.push(input.id);
        if input.kind.is_settings() {
            found.homes.push(directory(&input.path));
        }
    }
    found
}

fn deployment(group: &[Found<'_>]) -> Deployment {
    let mut homes = group.iter().flat_map(|found| &found.homes);
    let first = homes.next().cloned().unwrap_or_default();
    // Scattered files have no folder of their own.
    let home = if homes.all(|home| *home == first) {
        first
    } else {
        PathBuf::new()
    };
    let mut stores: Vec<FileId> = group
        .iter()
        .flat_map(|found| found.stores.clone())
        .collect();
    stores.sort_unstable();
    stores.dedup();
    let dags = group.iter().flat_map(|found| found.dags.clone());
    let mut dags: Vec<FileId> = dags.collect();
    dags.sort_unstable();
    dags.dedup();
    Deployment {
        home,
        choices: group.iter().flat_map(Found::choices).collect(),
        stores,
        dags,
        around: Vec::new(),
        left_out: 0,
    }
}
