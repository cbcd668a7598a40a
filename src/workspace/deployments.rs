//! Which files belong together.
//!
//! One group per place. Files of the same carrier kind in one place (`airflow-dev.cfg` and
//! `airflow-prod.cfg`, `.env` and `.env.prod`) are alternatives: a group then has several choices,
//! and each holds one of them. Nothing is ever merged silently. A single cfg and a single env file
//! are one deployment wherever they stand. Samples (`.env.example`) are checked alone. What the settings
//! file declares to be one deployment is taken out before.

mod declared;
mod layers;
mod nearest;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use crate::inputs::{Input, Kind, is_sample};
use crate::source::FileId;

use super::files::Files;
use super::globs::Globs;
use layers::{Layers, Stack};
use nearest::Homes;

/// How the command line wants files grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// By place.
    Auto,
    /// Everything together.
    One,
}

/// Files that Airflow could read together: at most one of each alternative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// airflow.cfg and env files; of what is set twice the later file wins.
    pub settings: Vec<FileId>,
    /// The settings file declares it under this name.
    pub name: Option<String>,
    /// Of the stores of the deployment those that hold for this choice; `None`: all of them.
    pub stores: Option<Vec<FileId>>,
}

impl Choice {
    /// One that nobody named, which all stores of its deployment hold for.
    fn of(settings: Vec<FileId>) -> Self {
        Self {
            settings,
            name: None,
            stores: None,
        }
    }

    /// True when the store holds for it.
    pub fn has_store(&self, store: FileId) -> bool {
        self.stores
            .as_ref()
            .is_none_or(|stores| stores.contains(&store))
    }
}

/// What the settings file declares to be one deployment.
#[derive(Clone, Debug)]
pub struct Declared {
    /// Its name.
    pub name: String,
    /// Its files, one pattern each.
    pub paths: Vec<Globs>,
}

/// The settings and stores that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// Directory the group is named after.
    pub home: PathBuf,
    /// At least one.
    pub choices: Vec<Choice>,
    /// Stores; they hold for every choice that does not say otherwise.
    pub stores: Vec<FileId>,
    /// DAGs that Airflow runs with any of the choices; they are no part of [`Deployment::files`].
    pub dags: Vec<FileId>,
    /// Settings that are no part of it and may still be what Airflow reads: a sample beside it, the
    /// airflow.cfg files for an env file that belongs to none. Rules that depend on something not
    /// being set look here too.
    pub around: Vec<FileId>,
    /// Combinations of alternatives that are not among the choices: there were too many.
    pub left_out: usize,
}

impl Deployment {
    /// Every file of settings and every store of the group, once.
    pub fn files(&self) -> Vec<FileId> {
        let settings = self.choices.iter().flat_map(|choice| &choice.settings);
        let mut files: Vec<FileId> = settings.chain(&self.stores).copied().collect();
        files.sort_unstable();
        files.dedup();
        files
    }

    /// Every file that Airflow may read with a choice of this name: those of all its choices, and those
    /// around.
    pub fn possible(&self, name: Option<&str>) -> Vec<FileId> {
        let choices = self.choices.iter();
        let ours = choices.filter(|choice| choice.name.as_deref() == name);
        let ours: BTreeSet<FileId> = ours
            .flat_map(|choice| {
                choice
                    .settings
                    .iter()
                    .copied()
                    .chain(self.stores_of(choice))
            })
            .collect();
        let around = self.around.iter().copied();
        ours.into_iter().chain(around).collect()
    }

    /// The stores that hold for `choice`.
    pub fn stores_of(&self, choice: &Choice) -> Vec<FileId> {
        let stores = self.stores.iter().copied();
        stores.filter(|store| choice.has_store(*store)).collect()
    }
}

/// Files beside which `.env` and `config/` are one deployment.
const ROOT_MARKS: &[&str] = &[
    "docker-compose.yaml",
    "docker-compose.yml",
    "compose.yaml",
    "compose.yml",
    "airflow_settings.yaml",
    ".astro",
    "Dockerfile",
];

/// Folders that belong to the root above them.
const ROOT_FOLDERS: &[&str] = &["config", "conf", "dags", "include", "env", "envs"];

/// Most choices of one deployment whose every combination is looked at.
const MOST_CHOICES: usize = 1024;

/// Groups `inputs`. What is `declared` is one deployment wherever it stands, unless everything is. `unread`: env files
/// that belong to none, as Airflow reads nothing of them.
pub fn group(
    inputs: &[Input],
    files: &Files,
    grouping: Grouping,
    declared: &[Declared],
    unread: &BTreeMap<FileId, FileId>,
) -> Vec<Deployment> {
    if grouping == Grouping::One {
        return one(inputs);
    }
    let mut deployments = declared::group(inputs, declared);
    let taken = deployments.iter();
    let taken = taken.flat_map(|one| one.files().into_iter().chain(one.dags.iter().copied()));
    let taken: BTreeSet<FileId> = taken.collect();
    let rest: Vec<&Input> = inputs
        .iter()
        .filter(|input| !taken.contains(&input.id))
        .collect();
    let others = Others {
        layers: Layers::of(&rest),
        env_files: env_files(&rest),
        unread,
    };
    auto(&rest, files, &others, &mut deployments);
    deployments
}

fn one(inputs: &[Input]) -> Vec<Deployment> {
    let of = |wanted: fn(&Input) -> bool| {
        let files = inputs.iter().filter(move |input| wanted(input));
        files.map(|input| input.id).collect()
    };
    if inputs.is_empty() {
        return Vec::new();
    }
    vec![Deployment {
        home: PathBuf::new(),
        choices: vec![Choice::of(of(|input| input.kind.is_settings()))],
        stores: of(Input::is_store),
        dags: of(|input| input.kind == Kind::Dag),
        around: Vec::new(),
        left_out: 0,
    }]
}

/// Inputs that are no environments of their own.
struct Others<'a> {
    layers: Layers,
    /// The env files that are files of their own: carriers name them.
    env_files: HashMap<Location, FileId>,
    unread: &'a BTreeMap<FileId, FileId>,
}

impl Others<'_> {
    fn are_apart(&self, file: FileId) -> bool {
        self.layers.is_below(file) || self.unread.contains_key(&file)
    }
}

struct Group<'a> {
    home: PathBuf,
    cfgs: Vec<&'a Input>,
    envs: Vec<&'a Input>,
    /// A sample beside real settings, or what nobody reads.
    sample: bool,
}

impl<'a> Group<'a> {
    fn at(home: PathBuf) -> Self {
        Self {
            home,
            cfgs: Vec::new(),
            envs: Vec::new(),
            sample: false,
        }
    }

    fn push(&mut self, input: &'a Input) {
        match input.kind {
            Kind::Cfg => self.cfgs.push(input),
            _ => self.envs.push(input),
        }
    }

    /// A `.env` of another program makes no deployment.
    fn speaks_of_airflow(&self) -> bool {
        !self.cfgs.is_empty() || self.envs.iter().any(|env| names_airflow(env))
    }

    fn settings(&self) -> impl Iterator<Item = &'a Input> {
        self.cfgs.iter().chain(&self.envs).copied()
    }

    /// One cfg with one of the env files each. Env files without any Airflow name set nothing, so
    /// they are no alternative to one that does. What an image sets, every process in it starts from.
    ///
    /// `inputs`: where the env files are that carriers name.
    fn choices(&self, inputs: &[&Input], others: &Others<'_>) -> (Vec<Choice>, usize) {
        // Of findings that differ in the file they name the first choice's is told: it must not depend on
        // the order in which the files were named.
        let by_path = |files: &[&'a Input]| {
            let mut files = files.to_vec();
            files.sort_by(|one, other| one.path.cmp(&other.path));
            files
        };
        let envs = by_path(&self.envs);
        let (images, envs): (Vec<&Input>, Vec<&Input>) =
            envs.into_iter().partition(|env| is_image(env, inputs));
        let stacks = envs.iter().flat_map(|env| others.layers.ending_in(env.id));
        let envs = stacks.map(|stack| whole_environment(&stack, inputs, others));
        let images = images.iter().map(|image| vec![image.id]);
        let is_ours = |files: &Vec<FileId>| {
            let mut inputs = files.iter().filter_map(|file| find(inputs, *file));
            inputs.any(names_airflow)
        };
        let all = images
            .map(|image| (true, image))
            .chain(envs.map(|env| (false, env)));
        let all: Vec<(bool, Vec<FileId>)> = all.collect();
        let any_is_ours = all.iter().any(|(_, files)| is_ours(files));
        let counts = |(_, files): &&(bool, Vec<FileId>)| !any_is_ours || is_ours(files);
        let (images, envs): (Vec<_>, Vec<_>) =
            all.iter().filter(counts).partition(|(image, _)| *image);
        let cfgs = optional(by_path(&self.cfgs).iter().map(|cfg| vec![cfg.id]));
        let images = optional(images.into_iter().map(|(_, files)| files.clone()));
        let envs = optional(envs.into_iter().map(|(_, files)| files.clone()));
        let within = |image: &Vec<FileId>| {
            let image = image.clone();
            envs.iter()
                .map(move |env| [image.clone(), env.clone()].concat())
        };
        let envs: Vec<Vec<FileId>> = images.iter().flat_map(within).take(MOST_CHOICES).collect();
        combine(&cfgs, &envs)
    }
}

/// The environment of an image, which is there before that of any process.
fn is_image(env: &Input, inputs: &[&Input]) -> bool {
    let around = env.inside.as_ref();
    let around = around.and_then(|inside| find(inputs, inside.of));
    around.is_some_and(|input| input.kind == Kind::Dockerfile)
}

/// The first one at each place.
fn env_files(inputs: &[&Input]) -> HashMap<Location, FileId> {
    let mut found = HashMap::new();
    for input in inputs {
        if input.kind == Kind::Env && input.inside.is_none() {
            found.entry(location(&input.path)).or_insert(input.id);
        }
    }
    found
}

/// The input with that number; they are in the order of their numbers.
fn find<'a>(inputs: &[&'a Input], file: FileId) -> Option<&'a Input> {
    let at = inputs.binary_search_by_key(&file, |input| input.id);
    at.ok().map(|at| inputs[at])
}

/// The env files that parts of carriers start from, and the parts.
fn whole_environment(stack: &Stack, inputs: &[&Input], others: &Others<'_>) -> Vec<FileId> {
    let mut files = Vec::new();
    for part in &stack.with_files {
        let Some(part) = find(inputs, *part) else {
            continue;
        };
        for named in part.inside.iter().flat_map(|inside| &inside.env_files) {
            let found = others.env_files.get(&location(&part.beside(named)));
            // Compose keeps the first of two that are the same.
            files.extend(found.copied().filter(|file| !files.contains(file)));
        }
    }
    files.extend(&stack.parts);
    files
}

/// Every pair. Where there are too many, as many as fit, so that each file is in as many choices as
/// any other of its list (give or take one); the second number is how many are left out.
fn combine(cfgs: &[Vec<FileId>], envs: &[Vec<FileId>]) -> (Vec<Choice>, usize) {
    let pair = |cfg: &[FileId], env: &[FileId]| Choice::of([cfg, env].concat());
    let all = cfgs.len() * envs.len();
    let longer = cfgs.len().max(envs.len());
    if all <= MOST_CHOICES.max(longer) {
        let pairs = cfgs
            .iter()
            .flat_map(|cfg| envs.iter().map(|env| pair(cfg, env)));
        return (pairs.collect(), 0);
    }
    let mut choices = Vec::new();
    for round in 0..(MOST_CHOICES / longer).max(1) {
        for index in 0..longer {
            // The shorter list is gone through again and again, a step further each round.
            let (cfg, env) = if cfgs.len() < envs.len() {
                (index + round, index)
            } else {
                (index, index + round)
            };
            choices.push(pair(&cfgs[cfg % cfgs.len()], &envs[env % envs.len()]));
        }
    }
    let left_out = all - choices.len();
    (choices, left_out)
}

fn optional(some: impl Iterator<Item = Vec<FileId>>) -> Vec<Vec<FileId>> {
    let some: Vec<Vec<FileId>> = some.collect();
    if some.is_empty() {
        vec![Vec::new()]
    } else {
        some
    }
}

fn names_airflow(input: &Input) -> bool {
    !input.settings.is_empty() || !input.definitions.is_empty()
}

/// Adds the deployments of `inputs`, by place. Stores that belong to none of them may belong to one of
/// those that are there already.
fn auto(inputs: &[&Input], files: &Files, others: &Others<'_>, deployments: &mut Vec<Deployment>) {
    let groups = groups(inputs, files, others);
    let around: Vec<Vec<FileId>> = (0..groups.len())
        .map(|index| around(&groups, index))
        .collect();
    let mut homes: Vec<Option<PathBuf>> = deployments
        .iter()
        .map(|deployment| Some(deployment.home.clone()))
        .collect();
    for (group, around) in groups.into_iter().zip(around) {
        let is_place = group.speaks_of_airflow() && !group.sample;
        homes.push(is_place.then(|| group.home.clone()));
        let (choices, left_out) = group.choices(inputs, others);
        deployments.push(Deployment {
            choices,
            home: group.home,
            stores: Vec::new(),
            dags: Vec::new(),
            around,
            left_out,
        });
    }
    let homes = Homes::of(&homes);
    for store in inputs.iter().filter(|input| input.is_store()) {
        if let Some(index) = homes.nearest(&store.path) {
            let deployment = &mut deployments[index];
            deployment.stores.push(store.id);
            // Nobody said which of its choices it belongs to.
            for stores in deployment
                .choices
                .iter_mut()
                .flat_map(|one| &mut one.stores)
            {
                stores.push(store.id);
            }
        } else {
            deployments.push(Deployment {
                home: store.path.clone(),
                choices: vec![Choice::of(Vec::new())],
                stores: vec![store.id],
                dags: Vec::new(),
                around: Vec::new(),
                left_out: 0,
            });
        }
    }
    // Many stand in one folder.
    let mut folders: BTreeMap<&Path, Option<usize>> = BTreeMap::new();
    for dag in inputs.iter().filter(|input| input.kind == Kind::Dag) {
        let folder = dag.path.parent().unwrap_or(Path::new(""));
        let nearest = folders
            .entry(folder)
            .or_insert_with(|| homes.nearest(&dag.path));
        if let Some(index) = *nearest {
            deployments[index].dags.push(dag.id);
        }
    }
}

/// The settings files by place.
fn groups<'a>(inputs: &[&'a Input], files: &Files, others: &Others<'_>) -> Vec<Group<'a>> {
    // What a process of a carrier starts from is a part of that environment and none by itself.
    let named = inputs.iter().filter_map(|input| {
        let inside = input.inside.as_ref()?;
        Some(inside.env_files.iter().map(|path| input.beside(path)))
    });
    let named: BTreeSet<Location> = named.flatten().map(|path| location(&path)).collect();
    let settings = || {
        let inputs = inputs.iter().copied();
        let settings = inputs.filter(|input| input.kind.is_settings());
        settings.filter(|input| {
            let own = input.inside.is_none() && input.kind == Kind::Env;
            let is_named = own && !named.is_empty() && named.contains(&location(&input.path));
            !is_named && !others.layers.is_below(input.id)
        })
    };
    // Where there is nothing else, a sample is what there is to check.
    let only_samples = settings().all(|input| is_sample(&input.path));
    let env_places: BTreeSet<PathBuf> = settings()
        .filter(|input| input.kind == Kind::Env)
        .map(|input| directory(&input.path))
        .collect();
    let home = |input: &Input| home(&input.path, &env_places, files);
    let pair = if only_samples {
        None
    } else {
        one_pair(inputs, others)
    };
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut by_home: HashMap<PathBuf, usize> = HashMap::new();
    let mut samples = Vec::new();
    for input in settings() {
        let is_env_of_pair = pair.is_some_and(|(_, env)| env == input.id);
        let home = match pair {
            Some((cfg, _)) if is_env_of_pair => home(cfg),
            _ => home(input),
        };
        let is_alone = is_sample(&input.path) || others.unread.contains_key(&input.id);
        if !only_samples && is_alone {
            let mut group = Group::at(home);
            group.sample = true;
            group.push(input);
            samples.push(group);
            continue;
        }
        let index = *by_home.entry(home).or_insert_with_key(|home| {
            groups.push(Group::at(home.clone()));
            groups.len() - 1
        });
        groups[index].push(input);
    }
    groups.extend(samples);
    groups
}

/// One cfg and one env file, besides samples and files of other programs: they are one deployment
/// wherever they stand.
fn one_pair<'a>(inputs: &[&'a Input], others: &Others<'_>) -> Option<(&'a Input, FileId)> {
    let of = |kind: Kind| {
        let real = inputs
            .iter()
            .copied()
            .filter(move |input| input.kind == kind && !is_sample(&input.path));
        let real = real.filter(|input| !others.are_apart(input.id));
        real.collect::<Vec<_>>()
    };
    let (cfgs, envs) = (of(Kind::Cfg), of(Kind::Env));
    let [cfg] = cfgs.as_slice() else {
        return None;
    };
    let mut ours = envs.iter().filter(|env| names_airflow(env));
    let ((Some(env), None, _) | (None, None, [env])) = (ours.next(), ours.next(), envs.as_slice())
    else {
        return None;
    };
    Some((cfg, env.id))
}

/// What may be read together with the group at `index` without being part of it.
fn around(groups: &[Group<'_>], index: usize) -> Vec<FileId> {
    let Some(own) = groups.get(index) else {
        return Vec::new();
    };
    let has_env = own.envs.iter().any(|env| names_airflow(env));
    let mut found = Vec::new();
    for (at, other) in groups.iter().enumerate() {
        if at == index {
            continue;
        }
        // Paths are compared where nothing else tells.
        let beside = other.sample != own.sample && other.home == own.home;
        let lent = own.cfgs.is_empty() && !other.cfgs.is_empty()
            || !own.cfgs.is_empty() && !has_env && other.cfgs.is_empty();
        if beside || (lent && !other.sample) {
            found.extend(other.settings().map(|input| input.id));
        }
    }
    found
}

/// The directory of a file, from the root and without `.` and `..`: `airflow.cfg`, `./airflow.cfg`
/// and `/srv/airflow.cfg` are in one place. Links are not followed.
pub fn directory(path: &Path) -> PathBuf {
    let parent = path.parent().unwrap_or(Path::new(""));
    let whole = if parent.as_os_str().is_empty() {
        std::path::absolute(".")
    } else {
        std::path::absolute(parent)
    };
    let whole = whole.unwrap_or_else(|_| parent.to_owned());
    let mut plain = PathBuf::new();
    for component in whole.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

/// True for two paths of one file, as far as their words say. Links are not followed.
pub fn is_same(a: &Path, b: &Path) -> bool {
    a.file_name() == b.file_name() && directory(a) == directory(b)
}

/// The directory and the name of a file: the same for two paths that are [the same](is_same).
pub type Location = (PathBuf, Option<OsString>);

/// Where a file is.
pub fn location(path: &Path) -> Location {
    (directory(path), path.file_name().map(OsString::from))
}

/// The directory, or the root above it where `config/airflow.cfg` and `.env` belong together.
fn home(path: &Path, env_places: &BTreeSet<PathBuf>, files: &Files) -> PathBuf {
    let own = directory(path);
    let folder = own.file_name().map(|name| name.to_string_lossy());
    if !folder.is_some_and(|name| ROOT_FOLDERS.contains(&name.as_ref())) {
        return own;
    }
    let Some(parent) = own.parent() else {
        return own;
    };
    let marked = ROOT_MARKS
        .iter()
        .any(|mark| files.exists(&parent.join(mark)));
    if marked || env_places.contains(parent) {
        parent.to_owned()
    } else {
        own
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(from: u32, count: u32) -> Vec<Vec<FileId>> {
        (from..from + count).map(|id| vec![FileId(id)]).collect()
    }

    #[test]
    fn few_alternatives_are_all_combined() {
        let (choices, left_out) = combine(&files(0, 2), &files(2, 3));
        assert_eq!((choices.len(), left_out), (6, 0));
        assert_eq!(choices[1].settings, [FileId(0), FileId(3)]);
        let (choices, left_out) = combine(&[Vec::new()], &files(0, 3000));
        assert_eq!((choices.len(), left_out), (3000, 0));
    }

    #[test]
    fn of_many_alternatives_each_is_in_some_choice() {
        for (cfgs, envs) in [(50, 50), (30, 2000), (2000, 7), (40, 30)] {
            let (choices, left_out) = combine(&files(0, cfgs), &files(cfgs, envs));
            let used: BTreeSet<FileId> = choices
                .iter()
                .flat_map(|choice| choice.settings.clone())
                .collect();
            assert_eq!(used.len(), (cfgs + envs) as usize);
            let different: BTreeSet<_> = choices.iter().map(|one| &one.settings).collect();
            assert_eq!(different.len(), choices.len());
            assert_eq!(choices.len() + left_out, (cfgs * envs) as usize);
            assert!(choices.len() <= MOST_CHOICES.max(2000));
        }
    }
}
