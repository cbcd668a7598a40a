//! From paths to what belongs together: opens and reads inputs, groups them into deployments, and says
//! which targets each deployment has and how every choice of its files reads as settings.
//!
//! `check` judges what comes of it, `list`, `resolve` and `config` print what the twin makes of it: so
//! they cannot disagree about what was read. Nothing is judged or printed here. A bug in one file must
//! not hide the others: each is read behind a [`guard`].

pub mod asked;
mod env_files;
mod gather;
pub mod guard;
mod named;
mod one;
pub(crate) mod parallel;
mod parts;
mod pins;
pub mod pipeline;
pub mod prepared;
mod read;
mod unreadable;
mod used;
mod view;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::airflow::Target;
use crate::airflow::config::Environment;
use crate::inputs::inside::Inside;
use crate::inputs::{Input, Kind, is_sample, samples, vals};
use crate::report::Failure;
use crate::settings::SettingsFile;
use crate::source::{FileId, Secret, Span, Text, display_path, escape_control};
use crate::syntax::dotenv::Dialect;
use crate::workspace::env_readers::EnvReaders;
use crate::workspace::targets::{self, Located, Reasons, Resolved, Wanted};
use crate::workspace::{Content, Deployment, Files, Grouping, deployments};

pub use one::{One, Unclear};
pub use read::TOO_LARGE;
pub use unreadable::{Again, Unreadable};
pub use used::{Used, UsedId};
pub use view::{View, of_group};

/// What to read, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// Files and directories; `-` is stdin.
    pub paths: Vec<PathBuf>,
    /// Path that stdin stands for.
    pub stdin_filename: Option<PathBuf>,
    /// Files among the paths are judged as if a walk had come upon them: nobody chose them one by one.
    pub as_walked: bool,
    /// Kinds given by the user.
    pub kinds: Vec<(Kind, PathBuf)>,
    /// Who reads `.env` files; `None`: nobody says, and compose is taken.
    pub dialect: Option<Dialect>,
    /// Variables of the environment Airflow runs in; `None`: set, to what is not known.
    pub define: Vec<(String, Option<Secret>)>,
    /// How files are grouped.
    pub grouping: Grouping,
    /// Releases to model, as far as the command line says.
    pub wanted: Wanted,
    /// What the settings file says of all that.
    pub settings_file: SettingsFile,
    /// Files read at a time; `None`: as many as there are processors.
    pub jobs: Option<NonZeroUsize>,
    /// Exports of more bytes than this are left alone; `None`: none is.
    pub largest_export: Option<u64>,
    /// A large file of connections or variables that is all there is may be streamed as exports are.
    pub streams_local: bool,
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
    /// What is pinned for it, nearest first.
    pub pins: Vec<Located>,
    /// At least one.
    pub targets: Vec<Target>,
    /// Why they are what they are, by target.
    pub reasons: Vec<Reasons>,
}

/// What was read. The contents of stores are apart ([`load`]): each is streamed once, by whoever wants
/// it.
#[derive(Debug)]
pub struct Loaded {
    /// Every input, by the number of its file.
    pub inputs: Vec<Input>,
    /// By file: read for its neighbour on stdin; nothing is told of it.
    pub context: Vec<bool>,
    /// Env files of which Airflow reads nothing, with the file that could hand them to it and does not.
    pub unread: BTreeMap<FileId, FileId>,
    /// What belongs together.
    pub groups: Vec<Group>,
    /// By file, the first group that it belongs to; as the groups were when somebody first asked.
    belonging: OnceLock<HashMap<FileId, usize>>,
    /// The files that pin releases for some deployment; their numbers go on from those of the inputs.
    pub pin_files: Vec<Input>,
    /// By such a file: it is not among the paths that were asked about; nothing is told of it.
    pub pin_context: Vec<bool>,
    /// What the settings file says; its own number is the last.
    pub settings_file: SettingsFile,
    /// The settings file itself, for findings that point into it.
    pub settings_file_input: Option<Input>,
    /// For files of no deployment.
    pub targets: Vec<Target>,
    /// Why they are what they are, by target.
    pub reasons: Vec<Reasons>,
    /// What must be said about the targets, once.
    pub notes: Vec<String>,
    /// From `--define`.
    pub environment: Environment<'static>,
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
    for mut one in read.found {
        samples::leave_open(&mut one.input);
        vals::leave_open(&mut one.input);
        contents.push(one.content);
        context.push(one.context);
        inputs.push(one.input);
    }
    let mut settings_file = request.settings_file.clone();
    let declared = &settings_file.deployments;
    let mut unread = BTreeMap::new();
    if request.grouping == Grouping::Auto {
        unread = EnvReaders::new(&inputs, files).unread();
        // Who declares what belongs together knows who reads it.
        unread.retain(|file, _| {
            let path = inputs
                .get(file.0 as usize)
                .map(|input| input.path.as_path());
            let mut paths = declared.iter().flat_map(|one| &one.paths);
            !path.is_some_and(|path| paths.any(|globs| globs.matches(path)))
        });
    }
    let groups = deployments::group(&inputs, files, request.grouping, declared, &unread);
    let stated = &settings_file.target;
    let Resolved {
        targets,
        reasons,
        mut notes,
    } = targets::resolve(&request.wanted, stated, &[]);
    let mut pins = pins::Pins::new(&groups, request);
    let of: Vec<_> = groups
        .iter()
        .map(|deployment| pins.of(deployment, &inputs, files))
        .collect();
    failures.append(&mut pins.failures);
    let groups = groups.into_iter().zip(of).map(|(deployment, pins)| {
        let resolved = targets::resolve(&request.wanted, stated, &pins);
        notes.extend(resolved.notes);
        Group {
            deployment,
            pins,
            targets: resolved.targets,
            reasons: resolved.reasons,
        }
    });
    let groups = groups.collect();
    if settings_file.origin.is_some() {
        let number = inputs.len() + pins.files.len();
        settings_file.file = Some(FileId(
            u32::try_from(number).expect("fewer than 2^32 files"),
        ));
    }
    // What is both a carrier and a file of pins is one file to a person.
    let mut carriers = HashMap::new();
    for input in inputs.iter().filter(|input| input.kind.is_carrier()) {
        let known = carriers.entry(deployments::location(&input.path));
        known.or_insert(input);
    }
    for pins in &mut pins.files {
        let own = carriers.get(&deployments::location(&pins.path));
        pins.inside = own.map(|input| Inside {
            of: input.id,
            kind: input.kind,
            number: 0,
            env_files: Vec::new(),
            raw_files: Vec::new(),
            embedded: None,
            makes_entries: false,
            is_cut: false,
        });
    }
    let mut seen = BTreeSet::new();
    notes.retain(|note| seen.insert(note.clone()));
    let loaded = Loaded {
        groups,
        targets,
        reasons,
        notes,
        pin_files: pins.files,
        pin_context: pins.context,
        settings_file_input: settings_file.input(),
        settings_file,
        inputs,
        unread,
        belonging: OnceLock::new(),
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
        let index = file.0 as usize;
        let pins = || self.pin_files.get(index - self.inputs.len());
        let ours = || {
            let input = self.settings_file_input.as_ref();
            input.filter(|input| input.id == file)
        };
        self.inputs.get(index).or_else(pins).or_else(ours)
    }

    /// The inputs with these numbers.
    pub fn of(&self, files: &[FileId]) -> Vec<&Input> {
        files.iter().filter_map(|file| self.input(*file)).collect()
    }

    /// True for a file that is read for its neighbour only.
    pub fn is_context(&self, file: FileId) -> bool {
        let index = file.0 as usize;
        let pins = || self.pin_context.get(index - self.inputs.len());
        self.context.get(index).or_else(pins) == Some(&true)
    }

    /// The group that a file belongs to. A settings file may be a part of several choices of one.
    pub fn group_of(&self, file: FileId) -> Option<usize> {
        let own = self.belonging().get(&file).copied();
        own.or_else(|| {
            // A carrier belongs where its parts do.
            let first = self.inputs.get(file.0 as usize + 1)?;
            let inside = first.inside.as_ref()?;
            (inside.of == file).then(|| self.group_of(first.id))?
        })
    }

    /// The first group of every file that is in one.
    fn belonging(&self) -> &HashMap<FileId, usize> {
        self.belonging.get_or_init(|| {
            let mut belonging = HashMap::new();
            for (number, group) in self.groups.iter().enumerate() {
                let files = group.deployment.files().into_iter();
                let dags = group.deployment.dags.iter().copied();
                let pins = group.pins.iter().map(|pin| pin.place.file);
                for file in files.chain(dags).chain(pins) {
                    belonging.entry(file).or_insert(number);
                }
            }
            belonging
        })
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

    /// The targets, each with its reasons, in a line; where deployments differ, which one has it.
    pub fn target_lines(&self) -> Vec<String> {
        let sentences = |targets: &[Target], reasons: &[Reasons]| -> Vec<String> {
            let both = targets.iter().zip(reasons);
            both.map(|(target, reasons)| reasons.sentence(target))
                .collect()
        };
        let mut lines: Vec<(Vec<String>, Vec<String>)> = Vec::new();
        for (index, group) in self.groups.iter().enumerate() {
            let number = (index + 1).to_string();
            let said = sentences(&group.targets, &group.reasons);
            match lines.iter_mut().find(|(known, _)| *known == said) {
                Some((_, numbers)) => numbers.push(number),
                None => lines.push((said, vec![number])),
            }
        }
        match lines.as_slice() {
            [] => sentences(&self.targets, &self.reasons),
            [(said, _)] => said.clone(),
            several => several
                .iter()
                .flat_map(|(said, numbers)| {
                    let of = format!(" (deployment {})", numbers.join(", "));
                    said.iter().map(move |one| one.clone() + &of)
                })
                .collect(),
        }
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
        if deployment.choices.iter().any(|one| one.name.is_some()) {
            return self.describe_declared(deployment);
        }
        let inputs = self.of(&deployment.files());
        let of = |wanted: fn(Kind) -> bool| {
            let names = inputs.iter().filter(|input| wanted(input.kind));
            let mut counted: Vec<(String, usize)> = Vec::new();
            for name in names.map(|input| display_path(&input.path)) {
                match counted.last_mut() {
                    Some((last, count)) if *last == name => *count += 1,
                    _ => counted.push((name, 1)),
                }
            }
            let names = counted.into_iter().map(|(name, count)| match count {
                1 => name,
                _ => format!("{name} ({count} parts)"),
            });
            names.collect::<Vec<String>>()
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
        // A file may hold settings and make secrets.
        for name in of(Kind::is_store) {
            if !parts.contains(&name) {
                parts.push(name);
            }
        }
        match self.of(&deployment.dags).as_slice() {
            [] => {}
            [one] => parts.push(display_path(&one.path)),
            dags => parts.push(format!("{} DAG files", dags.len())),
        }
        let mut settings = inputs.iter().filter(|input| input.kind.is_settings());
        let why = if settings.clone().next().is_none() {
            " (goes with no settings: checked alone)"
        } else if settings
            .clone()
            .all(|input| self.unread.contains_key(&input.id))
        {
            " (no process of Airflow is told of it: checked alone)"
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

impl Loaded {
    /// As [`Loaded::describe`]: `dev: airflow.cfg + .env; prod: airflow.cfg + prod.env + dump.json`.
    fn describe_declared(&self, deployment: &Deployment) -> String {
        let each = deployment.choices.iter().map(|choice| {
            let mut files = choice.settings.clone();
            files.extend(deployment.stores_of(choice));
            let files = self.of(&files);
            let paths: Vec<String> = files
                .iter()
                .map(|input| display_path(&input.path))
                .collect();
            let name = choice.name.as_deref().unwrap_or_default();
            format!("{}: {}", escape_control(name), paths.join(" + "))
        });
        each.collect::<Vec<String>>().join("; ")
    }
}

fn defined(define: &[(String, Option<Secret>)]) -> Environment<'static> {
    let mut environment = Environment::default();
    for (name, value) in define {
        let value = value.as_ref();
        let text = value.map(|value| Text::elsewhere(value.expose(), Span::at(0)));
        environment.variables.insert(name.clone().into(), text);
    }
    environment
}
