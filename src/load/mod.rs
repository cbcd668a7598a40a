//! From paths to what belongs together: opens and reads inputs, groups them into deployments, and says
//! which targets each deployment has and how every choice of its files reads as settings.
//!
//! `check` judges what comes of it, `list`, `resolve` and `config` print what the twin makes of it: so
//! they cannot disagree about what was read. Nothing is judged or printed here. A bug in one file must
//! not hide the others: each is read behind a [`guard`].

pub mod asked;
mod gather;
pub mod guard;
pub mod pipeline;
mod read;
mod view;

use std::path::{Path, PathBuf};

use crate::airflow::Target;
use crate::airflow::config::Environment;
use crate::inputs::{Input, Kind, is_sample};
use crate::report::Failure;
use crate::source::{FileId, Secret, Span, Text, display_path};
use crate::syntax::dotenv::Dialect;
use crate::workspace::{Content, Deployment, Files, Grouping, deployments};

pub use view::View;

/// What to read, and how.
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
    /// How files are grouped.
    pub grouping: Grouping,
    /// Releases to model, at least one.
    pub targets: Vec<Target>,
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

/// A deployment and the targets that its files are read for.
#[derive(Clone, Debug)]
pub struct Group {
    /// The files.
    pub deployment: Deployment,
    /// At least one.
    pub targets: Vec<Target>,
}

/// What was read. The contents of stores are apart ([`load`]): each is streamed once, by whoever wants
/// it.
#[derive(Debug)]
pub struct Loaded {
    /// Every input, by the number of its file.
    pub inputs: Vec<Input>,
    /// By file: read for its neighbour on stdin; nothing is told of it.
    pub context: Vec<bool>,
    /// What belongs together.
    pub groups: Vec<Group>,
    /// For files of no deployment.
    pub targets: Vec<Target>,
    /// From `--define`.
    pub environment: Environment,
    /// What was passed over.
    pub skipped: Vec<Skipped>,
    /// What could not be read.
    pub failures: Vec<Failure>,
}

/// Reads everything that `request` names. The second part are the contents of stores, by file.
pub fn load(request: &Request, files: &mut Files) -> (Loaded, Vec<Option<Content>>) {
    let mut failures = Vec::new();
    let gathered = gather::gather(request, files, &mut failures);
    let read = read::read(request, files, &gathered.candidates, &mut failures);
    let mut skipped = gathered.skipped;
    skipped.extend(read.skipped);
    skipped.sort();
    skipped.dedup();
    let mut contents = Vec::with_capacity(read.found.len());
    let mut context = Vec::with_capacity(read.found.len());
    let mut inputs = Vec::with_capacity(read.found.len());
    for one in read.found {
        contents.push(one.content);
        context.push(one.context);
        inputs.push(one.input);
    }
    let groups = deployments::group(&inputs, files, request.grouping);
    let groups = groups.into_iter().map(|deployment| Group {
        deployment,
        targets: request.targets.clone(),
    });
    let loaded = Loaded {
        groups: groups.collect(),
        targets: request.targets.clone(),
        inputs,
        context,
        environment: defined(&request.define),
        skipped,
        failures,
    };
    (loaded, contents)
}

impl Loaded {
    /// The input with this number.
    pub fn input(&self, file: FileId) -> Option<&Input> {
        self.inputs.get(file.0 as usize)
    }

    /// The inputs with these numbers.
    pub fn of(&self, files: &[FileId]) -> Vec<&Input> {
        files.iter().filter_map(|file| self.input(*file)).collect()
    }

    /// True for a file that is read for its neighbour only.
    pub fn is_context(&self, file: FileId) -> bool {
        self.context.get(file.0 as usize) == Some(&true)
    }

    /// The group that a file belongs to. A settings file may be a part of several choices of one.
    pub fn group_of(&self, file: FileId) -> Option<usize> {
        let belongs = |group: &Group| group.deployment.files().binary_search(&file).is_ok();
        self.groups.iter().position(belongs)
    }

    /// The targets that a file is read for: those of its group.
    pub fn targets_of(&self, file: FileId) -> &[Target] {
        let group = self.group_of(file);
        group.map_or(&self.targets, |group| &self.groups[group].targets)
    }

    /// Every target of some group, each once.
    pub fn all_targets(&self) -> Vec<Target> {
        let mut all: Vec<Target> = Vec::new();
        for target in self.groups.iter().flat_map(|group| &group.targets) {
            if !all.contains(target) {
                all.push(target.clone());
            }
        }
        if all.is_empty() {
            return self.targets.clone();
        }
        all
    }

    /// A file to name when something about the whole deployment goes wrong.
    pub fn home(&self, deployment: &Deployment) -> &Path {
        let first = deployment.files().first().copied();
        first
            .and_then(|file| self.input(file))
            .map_or(Path::new("."), |input| input.path.as_path())
    }

    /// What belongs together, in one line: `config/airflow.cfg + (.env | .env.prod) + dump.json`.
    pub fn describe(&self, deployment: &Deployment) -> String {
        let inputs = self.of(&deployment.files());
        let of = |wanted: fn(Kind) -> bool| {
            let names = inputs.iter().filter(|input| wanted(input.kind));
            let names: Vec<String> = names.map(|input| display_path(&input.path)).collect();
            names
        };
        let alternatives = |names: Vec<String>| match names.len() {
            0 => None,
            1 => names.into_iter().next(),
            _ => Some(format!("({})", names.join(" | "))),
        };
        let merged = deployment.choices.len() == 1;
        let mut parts = Vec::new();
        for names in [of(|kind| kind == Kind::Cfg), of(|kind| kind == Kind::Env)] {
            if merged {
                parts.extend(names);
            } else {
                parts.extend(alternatives(names));
            }
        }
        parts.extend(of(Kind::is_store));
        let mut settings = inputs.iter().filter(|input| !input.kind.is_store());
        let why = if settings.clone().next().is_none() {
            " (goes with no settings: checked alone)"
        } else if !deployment.around.is_empty() && settings.all(|input| is_sample(&input.path)) {
            " (a sample: checked alone)"
        } else {
            ""
        };
        let combinations = match deployment.left_out {
            0 => String::new(),
            left_out => format!(" ({left_out} combinations left out: there are too many)"),
        };
        parts.join(" + ") + why + &combinations
    }
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
