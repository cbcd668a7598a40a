//! The files that pin releases for a deployment: beside it, in the folders where images and packages
//! are kept, and above it up to the root of the repository.
//!
//! Only names are looked at before a file is read, and a file that pins nothing is not listed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Request;
use super::guard::guard;
use super::read::outside;
use crate::inputs::carrier::Surroundings;
use crate::inputs::{Input, Kind, Tree, compose};
use crate::report::Failure;
use crate::source::{FileId, LineIndex, Mask, Place, display_path};
use crate::workspace::pins::{self, Carrier, Pin};
use crate::workspace::targets::Located;
use crate::workspace::{Deployment, Files, deployments, git};

/// Folders below a deployment's own in which what it runs on is described.
const FOLDERS: &[&str] = &[
    "airflow",
    "build",
    "config",
    "deploy",
    "deployment",
    "docker",
    "helm",
    "image",
    "images",
    "infra",
    "infrastructure",
    "requirements",
    "terraform",
];

/// Larger files are no carriers; a lock file has a few megabytes at most.
const LARGEST: usize = 32 << 20;

/// The files that pin something.
pub(super) struct Pins<'r> {
    request: &'r Request,
    pub(super) files: Vec<Input>,
    /// By file: it is not among the paths that were asked about.
    pub(super) context: Vec<bool>,
    pub(super) failures: Vec<Failure>,
    /// By path, what was read there: `None` for a file that pins nothing.
    read: BTreeMap<PathBuf, Option<(usize, Vec<Pin>)>>,
    /// What is of interest in the folders that were looked into.
    folders: BTreeMap<PathBuf, Folder>,
    /// The deployments' own folders and every folder above one.
    taken: BTreeSet<PathBuf>,
    /// What was asked about, as folders (also where it is none).
    asked: Vec<PathBuf>,
    /// The folders among it.
    walked: Vec<PathBuf>,
}

/// What is of interest in a folder.
#[derive(Clone, Default)]
struct Folder {
    carriers: Vec<PathBuf>,
    /// Those of [`FOLDERS`].
    below: Vec<PathBuf>,
}

impl<'r> Pins<'r> {
    /// Nothing is read yet.
    pub(super) fn new(all: &[Deployment], request: &'r Request) -> Self {
        let above = all.iter().flat_map(|one| one.home.ancestors());
        let folder = |path: &PathBuf| deployments::directory(&path.join("x"));
        let folders = request.paths.iter().filter(|path| path.is_dir());
        Self {
            taken: above.map(Path::to_owned).collect(),
            asked: request.paths.iter().map(folder).collect(),
            walked: folders.map(folder).collect(),
            request,
            files: Vec::new(),
            context: Vec::new(),
            failures: Vec::new(),
            read: BTreeMap::new(),
            folders: BTreeMap::new(),
        }
    }

    /// What is pinned for a deployment, nearest first. The numbers of the files follow those of
    /// `inputs`.
    pub(super) fn of(
        &mut self,
        deployment: &Deployment,
        inputs: &[Input],
        files: &Files,
    ) -> Vec<Located> {
        let mut found = Vec::new();
        for (folder, distance) in self.places(deployment, inputs) {
            for path in self.folder(&folder).carriers {
                let Some(carrier) = pins::carrier(&path) else {
                    continue;
                };
                let Some((index, pins)) = self.read(&path, carrier, inputs.len(), files) else {
                    continue;
                };
                let input = &self.files[index];
                found.extend(pins.into_iter().map(|pin| located(pin, input, distance)));
            }
        }
        found.extend(self.containers(deployment, inputs, files));
        set_by_environment(found, deployment, inputs)
    }

    /// The images in the deployment's own manifests and task definitions, whose names say nothing. Where several
    /// files differ, each is for something else.
    fn containers(
        &mut self,
        deployment: &Deployment,
        inputs: &[Input],
        files: &Files,
    ) -> Vec<Located> {
        let own = deployment.files();
        let own = own.iter().filter_map(|file| inputs.get(file.0 as usize));
        let paths: BTreeSet<&Path> = own
            .filter(|input| {
                let around = input.inside.as_ref();
                let is_one = |kind| matches!(kind, Kind::Kubernetes | Kind::Ecs);
                is_one(around.map_or(input.kind, |inside| inside.kind))
                    && pins::carrier(&input.path).is_none()
            })
            .map(|input| input.path.as_path())
            .collect();
        let mut found: Vec<Located> = Vec::new();
        for path in paths {
            let Some(name) = path.file_name() else {
                continue;
            };
            let path = deployments::directory(path).join(name);
            if let Some((index, pins)) = self.read(&path, Carrier::Containers, inputs.len(), files)
            {
                let input = &self.files[index];
                found.extend(pins.into_iter().map(|pin| located(pin, input, 0)));
            }
        }
        let differs = found.iter().any(|one| {
            let mut others = found.iter();
            others.any(|two| one.pin.what == two.pin.what && one.pin.demand != two.pin.demand)
        });
        if differs { Vec::new() } else { found }
    }

    fn folder(&mut self, folder: &Path) -> Folder {
        let known = self.folders.entry(folder.to_owned()).or_insert_with(|| {
            let mut found = Folder::default();
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                let name = entry.file_name();
                if FOLDERS.iter().any(|known| name == *known) {
                    found.below.push(path);
                } else if pins::carrier(&path).is_some() && path.is_file() {
                    found.carriers.push(path);
                }
            }
            found.carriers.sort();
            found.below.sort();
            found
        });
        known.clone()
    }

    /// The folders to look in, with their distance ([`Located::distance`]): the deployment's own, those
    /// below it, and those above it up to the root of the repository or of the walk.
    fn places(&mut self, deployment: &Deployment, inputs: &[Input]) -> Vec<(PathBuf, usize)> {
        let mut places: Vec<(PathBuf, usize)> = Vec::new();
        for home in homes(deployment, inputs) {
            let top = self.top(&home);
            for (level, folder) in home.ancestors().enumerate() {
                // Another deployment's folder is its own.
                let below = self.folder(folder).below;
                let below = below.into_iter().filter(|one| !self.taken.contains(one));
                let here = std::iter::once((folder.to_owned(), 2 * level));
                for (place, distance) in here.chain(below.map(|one| (one, 2 * level + 1))) {
                    if !places.iter().any(|(known, _)| *known == place) {
                        places.push((place, distance));
                    }
                }
                if top.as_deref().is_none_or(|top| folder == top) {
                    break;
                }
            }
        }
        places.sort_by_key(|(_, distance)| *distance);
        places
    }

    /// The last folder above `home` to look in: the root of the repository, or of a walk from further up.
    fn top(&self, home: &Path) -> Option<PathBuf> {
        let walked = self.walked.iter().filter(|root| home.starts_with(root));
        walked
            .cloned()
            .chain(git::repository_of(home))
            .min_by_key(|folder| folder.components().count())
    }

    /// Reads a file once.
    fn read(
        &mut self,
        path: &Path,
        carrier: Carrier,
        first: usize,
        files: &Files,
    ) -> Option<(usize, Vec<Pin>)> {
        if let Some(known) = self.read.get(path) {
            return known.clone();
        }
        let shown = near(path);
        let request = self.request;
        let made =
            guard(&shown, || input(&shown, carrier, request, files)).unwrap_or_else(|failure| {
                self.failures.push(failure);
                None
            });
        let made = made.map(|(mut input, pins)| {
            let index = self.files.len();
            let id = u32::try_from(first + index).expect("fewer than 2^32 files");
            input.id = FileId(id);
            self.files.push(input);
            // It lies below what was asked about, or is it.
            let is_asked_about = self.asked.iter().any(|folder| path.starts_with(folder));
            self.context.push(!is_asked_about);
            (index, pins)
        });
        self.read.insert(path.to_owned(), made.clone());
        made
    }
}

fn located(pin: Pin, input: &Input, distance: usize) -> Located {
    let position = input.position(pin.span.start);
    Located {
        place: Place::new(input.id, pin.span),
        at: format!("{}:{}", display_path(&input.path), position.line),
        distance,
        plain: pins::is_plain(&input.path),
        pin,
    }
}

fn input(
    path: &Path,
    carrier: Carrier,
    request: &Request,
    files: &Files,
) -> Option<(Input, Vec<Pin>)> {
    let bytes = files.open(path).ok()?.into_bytes_up_to(LARGEST).ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    let pins = match carrier {
        Carrier::Compose => in_project(path, text, request, files),
        _ => pins::read(carrier, text),
    };
    if pins.is_empty() {
        return None;
    }
    let mut mask = Mask::new();
    for pin in &pins {
        mask.show(pin.span);
        mask.show_all(pin.shown.iter().copied());
    }
    let input = Input {
        id: FileId(0),
        path: path.to_owned(),
        kind: Kind::Pins,
        because: "what it pins",
        lines: LineIndex::new(&bytes),
        bytes,
        mask,
        tree: Tree::Pins,
        settings: Vec::new(),
        definitions: Vec::new(),
        variables: Vec::new(),
        templated: false,
        inside: None,
    };
    Some((input, pins))
}

/// The images of a compose file as compose runs them: with what the command line and the `.env` of the project say.
fn in_project(path: &Path, text: &str, request: &Request, files: &Files) -> Vec<Pin> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let surroundings = Surroundings {
        path,
        environment: &outside(request),
        neighbour: &|neighbour| {
            let content = files.open(&folder.join(neighbour)).ok()?;
            let bytes = content.into_bytes_up_to(LARGEST).ok()?;
            String::from_utf8(bytes.to_vec()).ok()
        },
    };
    let mut pins = pins::read_in(Carrier::Compose, text, &mut compose::project(&surroundings));
    for pin in &mut pins {
        // The shell wins over every file.
        pin.unless = pin.unless.take().filter(|name| {
            let mut defined = request.define.iter();
            !defined.any(|(defined, value)| defined == name && value.is_some())
        });
    }
    pins
}

/// The deployment's own folders: one, unless everything that was named is one deployment.
fn homes(deployment: &Deployment, inputs: &[Input]) -> Vec<PathBuf> {
    if deployment.home.is_dir() {
        return vec![deployment.home.clone()];
    }
    let files = deployment.files();
    let files = files.iter().filter_map(|file| inputs.get(file.0 as usize));
    let mut homes: Vec<PathBuf> = files
        .filter(|input| input.path.is_file())
        .map(|input| deployments::directory(&input.path))
        .collect();
    homes.sort();
    homes.dedup();
    homes
}

/// The path as somebody in the working directory writes it.
fn near(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).to_owned()
}

/// An image that a variable of the deployment's own environment names, in place of the default that
/// stands in the compose file. Where alternatives say different things, nothing is pinned.
fn set_by_environment(
    pins: Vec<Located>,
    deployment: &Deployment,
    inputs: &[Input],
) -> Vec<Located> {
    let files = deployment.files();
    let ours = || files.iter().filter_map(|file| inputs.get(file.0 as usize));
    let mut kept: Vec<Located> = Vec::with_capacity(pins.len());
    for pin in pins {
        let Some(name) = &pin.pin.unless else {
            kept.push(pin);
            continue;
        };
        let set = ours().flat_map(|input| {
            let variables = input.variables.iter().filter(|one| one.name == *name);
            variables.map(move |variable| (input, variable))
        });
        let mut set = set.peekable();
        if set.peek().is_none() {
            kept.push(pin);
            continue;
        }
        let said: Vec<Vec<Located>> = set
            .map(|(input, variable)| {
                let value = variable.value.as_ref().filter(|value| value.is_known());
                let pins = value.map(|value| pins::of_image(value.expose(), value.source()));
                let pins = pins.into_iter().flatten();
                pins.map(|one| located(one, input, pin.distance)).collect()
            })
            .collect();
        let demands = |pins: &[Located]| -> Vec<_> {
            let pins = pins
                .iter()
                .map(|one| (one.pin.what.clone(), one.pin.demand.clone()));
            pins.collect()
        };
        let agree = said
            .windows(2)
            .all(|two| demands(&two[0]) == demands(&two[1]));
        let replaced = said
            .into_iter()
            .next()
            .filter(|_| agree)
            .into_iter()
            .flatten();
        for one in replaced {
            // The image pins a Python too, and each of the two stands for both.
            if one.pin.what == pin.pin.what {
                kept.push(one);
            }
        }
    }
    kept
}
