//! The lookup map: for every deployment the backends that are asked, and what becomes of each id that is known of
//! it: asked for by a DAG, required, or defined where nothing but a name stands. A report is passed on, so an id that
//! may be something else is not in it, unlike in `list` and `resolve`, whose user asks for it.
//!
//! Every export is read twice, for the names and for what they hold, however many deployments there are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Answer, Outcome, Request, Spot, Wanted, plan};
use crate::airflow::Target;
use crate::aws::names::is_store_name;
use crate::inputs::EntryKind;
use crate::list;
use crate::load::{self, Loaded, One};
use crate::report::Failure;
use crate::source::FileId;
use crate::workspace::{Content, Files};

/// Ids of one deployment that are looked up; the rest is counted.
pub const MOST: usize = 2_000;

/// Deployments that are looked at; the rest is counted.
pub const MOST_DEPLOYMENTS: usize = 200;

/// The id that stands for any other where the way is told.
const ANY: &str = "your_id";

/// All deployments.
#[derive(Debug, Default)]
pub struct Map {
    /// In the order of the files.
    pub deployments: Vec<Mapped>,
    /// Deployments that were not looked at.
    pub left_out: usize,
    /// What could not be read.
    pub failures: Vec<Failure>,
}

/// One deployment.
#[derive(Debug)]
pub struct Mapped {
    /// `2: config/airflow.cfg + .env.prod`
    pub name: String,
    /// For which releases, and why these.
    pub target: String,
    /// The way of a connection and of a variable that nobody has heard of.
    pub ways: Vec<Answer>,
    /// The known ids, by kind and id.
    pub rows: Vec<Row>,
    /// Known ids that were not looked up.
    pub left_out: usize,
    /// Entries of its stores that no id leads to.
    pub unreachable: usize,
    /// Ids that DAGs ask for or that are required, and that are none that may be shown.
    pub unshown: usize,
    /// By file, how many ids there may be something else and are not told.
    pub unnamed: BTreeMap<PathBuf, usize>,
}

/// One id.
#[derive(Debug)]
pub struct Row {
    /// What becomes of it.
    pub answer: Answer,
    /// Where it is defined: the first [`PLACES`].
    pub defined: Vec<Spot>,
    /// How many definitions there are.
    pub definitions: usize,
    /// The settings file says that it must be there.
    pub required: bool,
}

impl Row {
    /// What becomes of the id, in the words of the map.
    pub fn state(&self) -> State {
        let mut steps = self.answer.steps.iter();
        match self.answer.outcome {
            Outcome::Found if self.definitions > 1 => State::Shadows,
            Outcome::Found => State::Found,
            Outcome::Error => State::Fails,
            Outcome::Unknown => State::Unknown,
            Outcome::Missing | Outcome::Skipped => {
                if steps.any(|step| step.outcome == Outcome::Error) {
                    State::Fails
                } else {
                    State::Missing
                }
            }
        }
    }
}

/// What becomes of an id: an [`Outcome`], with what makes a person look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// An exception leaves the lookup, or a backend raised one and no other has the id.
    Fails,
    /// It is not there.
    Missing,
    /// That cannot be told from here.
    Unknown,
    /// It is found, and there are definitions that it hides.
    Shadows,
    /// It is found, and defined once.
    Found,
}

impl State {
    /// All of them, the worst first.
    pub const ALL: [Self; 5] = [
        Self::Fails,
        Self::Missing,
        Self::Unknown,
        Self::Shadows,
        Self::Found,
    ];

    /// The word of the page.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fails => "fails",
            Self::Missing => "missing",
            Self::Unknown => "unknown",
            Self::Shadows => "shadows",
            Self::Found => "found",
        }
    }
}

/// Places of one id that are told.
pub const PLACES: usize = 4;

/// What is known of an id before it is looked up.
#[derive(Default)]
struct Known {
    defined: Vec<Spot>,
    definitions: usize,
    required: bool,
    used: bool,
    /// Files in which it stands where only a name stands, if they are whole.
    certain: BTreeSet<FileId>,
}

impl Known {
    /// The report may show it. One that only stands in a file may be shown if it is a name for certain: in what is
    /// torn, secrets stand where names should.
    fn is_shown(&self, broken: &BTreeSet<FileId>) -> bool {
        self.used || self.required || !self.certain.is_subset(broken)
    }
}

/// What is known of a deployment.
#[derive(Default)]
struct Gathered {
    ids: BTreeMap<(EntryKind, String), Known>,
    left_out: usize,
    unreachable: usize,
    /// Ids that are asked for and are none that may be shown.
    unshown: usize,
    unnamed: BTreeMap<PathBuf, usize>,
}

/// Reads what `request` names, and follows every id of every deployment.
pub fn run(request: &load::Request, files: &mut Files) -> Map {
    let (loaded, contents) = load::load(request, files);
    let mut ones = loaded.each();
    let left_out = ones.len().saturating_sub(MOST_DEPLOYMENTS);
    ones.truncate(MOST_DEPLOYMENTS);
    let mut gathered: Vec<Gathered> = ones.iter().map(|one| asked_for(&loaded, one)).collect();
    let places: Vec<BTreeSet<FileId>> = ones
        .iter()
        .map(|one| {
            let files = one.choice.settings.iter().chain(&one.stores);
            files.copied().collect()
        })
        .collect();
    let whole = contents.iter().flatten().all(Content::is_whole);
    let held = whole.then(|| contents.iter().map(|one| again(one.as_ref()?)).collect());
    let listing = list::run(&loaded, contents, false, &mut |item| {
        let ours = places.iter().zip(&mut gathered);
        for (_, gathered) in ours.filter(|(files, _)| files.contains(&item.input.id)) {
            gathered.take(item);
        }
        Ok(())
    });
    for gathered in &mut gathered {
        gathered.hide(&listing.broken);
    }
    let mut failures = listing.failures;
    // What was streamed once is read anew for what it holds.
    let contents = held.unwrap_or_else(|| load::load(request, files).1);
    let asked: Vec<Vec<Wanted>> = gathered.iter().map(Gathered::wanted).collect();
    let requests = ones.iter().zip(&asked).map(|(one, ids)| {
        let request = Request { ids, team: None };
        (request, one)
    });
    let (answers, troubles) = plan::run_all(&requests.collect::<Vec<_>>(), &loaded, contents);
    failures.extend(troubles);
    let deployments = ones.iter().zip(gathered).zip(answers);
    let deployments = deployments
        .map(|((one, gathered), answers)| mapped(&loaded, one, gathered, answers))
        .collect();
    Map {
        deployments,
        left_out,
        failures,
    }
}

/// What is held in memory, for a second reader.
fn again(content: &Content) -> Option<Content> {
    match content {
        Content::Whole(bytes) => Some(Content::Whole(Arc::clone(bytes))),
        Content::Scattered(scattered) => Some(Content::Scattered(Arc::clone(scattered))),
        Content::Stream { .. } => None,
    }
}

/// What DAGs ask for and what is required, as far as a finding would name it.
fn asked_for(loaded: &Loaded, one: &One) -> Gathered {
    let mut gathered = Gathered::default();
    for required in &loaded.settings_file.required {
        if let Some(known) = gathered.asked(required.kind, &required.id) {
            known.required = true;
        }
    }
    for used in loaded.used(one.group).ids {
        if let Some(known) = gathered.asked(used.kind, used.id) {
            known.used = true;
        }
    }
    gathered
}

impl Gathered {
    fn asked(&mut self, kind: EntryKind, id: &str) -> Option<&mut Known> {
        if is_store_name(id) {
            return self.entry(kind, id);
        }
        self.unshown += 1;
        None
    }

    fn entry(&mut self, kind: EntryKind, id: &str) -> Option<&mut Known> {
        let key = (kind, id.to_owned());
        if self.ids.len() >= MOST && !self.ids.contains_key(&key) {
            self.left_out += 1;
            return None;
        }
        Some(self.ids.entry(key).or_default())
    }

    fn take(&mut self, item: &list::Item<'_>) {
        let (Some(kind), Some(id)) = (item.kind, item.id) else {
            self.unreachable += 1;
            return;
        };
        if kind == EntryKind::Config {
            return;
        }
        let is_known = self.ids.contains_key(&(kind, id.to_owned()));
        if !is_known && !item.name_is_certain {
            self.unnamed(&item.input.path, 1);
            return;
        }
        let spot = Spot {
            path: item.input.path.clone(),
            line: item.position.line,
        };
        if let Some(known) = self.entry(kind, id) {
            known.definitions += 1;
            if item.name_is_certain {
                known.certain.insert(item.input.id);
            }
            if known.defined.len() < PLACES {
                known.defined.push(spot);
            }
        }
    }

    fn unnamed(&mut self, path: &Path, count: usize) {
        *self.unnamed.entry(path.to_owned()).or_default() += count;
    }

    /// Forgets the ids that may be something else; how many there are in which file is left.
    fn hide(&mut self, broken: &BTreeSet<FileId>) {
        let shown = |known: &Known| known.is_shown(broken);
        let hidden: Vec<Known> = self
            .ids
            .extract_if(.., |_, known| !shown(known))
            .map(|(_, known)| known)
            .collect();
        for known in hidden {
            if let Some(spot) = known.defined.first() {
                self.unnamed(&spot.path, known.definitions);
            }
        }
    }

    /// The ids, and behind them those that stand for any other.
    fn wanted(&self) -> Vec<Wanted> {
        let ids = self.ids.keys().map(|(kind, id)| (*kind, id.as_str()));
        let any = [EntryKind::Connection, EntryKind::Variable].map(|kind| (kind, ANY));
        ids.chain(any)
            .map(|(kind, id)| Wanted {
                kind,
                id: id.to_owned(),
            })
            .collect()
    }
}

fn mapped(loaded: &Loaded, one: &One, gathered: Gathered, mut answers: Vec<Answer>) -> Mapped {
    let ways = answers.split_off(gathered.ids.len());
    let rows = gathered.ids.into_values().zip(answers);
    let target: &Target = loaded.target_of(one);
    let group = loaded.groups.get(one.group);
    let reasons = group.and_then(|group| group.reasons.first());
    Mapped {
        name: loaded.line(one),
        target: reasons.map_or_else(
            || format!("Airflow {}", target.airflow),
            |reasons| reasons.sentence(target),
        ),
        ways,
        rows: rows
            .map(|(known, answer)| Row {
                answer,
                defined: known.defined,
                definitions: known.definitions,
                required: known.required,
            })
            .collect(),
        left_out: gathered.left_out,
        unreachable: gathered.unreachable,
        unshown: gathered.unshown,
        unnamed: gathered.unnamed,
    }
}
