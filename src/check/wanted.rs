//! The ids that DAGs and the settings file want, looked up as `resolve` looks them up: in every process,
//! for every target and every choice of files. The stores pass once, for these and for all other rules.

use std::collections::BTreeSet;

use super::Run;
use super::rules::run_checks;
use crate::airflow::{Runtime, Target, TargetSource};
use crate::inputs::{EntryKind, Input, Kind, Opacity, Tree, is_sample};
use crate::load::guard::guard;
use crate::load::{Loaded, One, Used, View};
use crate::resolve::{self, Answer, Asker, Customs, Gather, Outcome, Plan};
use crate::rules::WantedContext;
use crate::source::Place;
use crate::workspace::Files;
use crate::workspace::unread::Unread;

/// What one deployment wants.
pub(super) struct Wants<'a> {
    pub(super) used: Used<'a>,
    /// Of the settings file, with their places.
    required: Vec<(resolve::Wanted, Place)>,
    /// All of them, each once.
    ids: Vec<resolve::Wanted>,
    /// Where else they may be defined.
    unread: Unread,
}

/// One process that looks them up, in one choice of files.
pub(super) struct Process<'v, 'a> {
    view: &'v View<'a>,
    target: Target,
    one: One,
}

/// What the processes of one deployment and target were answered.
struct Asked<'p> {
    group: usize,
    target: &'p Target,
    /// Of the deployment, where the settings file names it.
    name: Option<&'p str>,
    /// By process, and by id.
    answers: Vec<Vec<Answer>>,
}

impl Asked<'_> {
    /// Every one of its choices was looked at: else nothing holds for all of them.
    fn is_whole(&self, loaded: &Loaded) -> bool {
        let choices = loaded.groups[self.group].deployment.choices.iter();
        let choices = choices.filter(|choice| choice.name.as_deref() == self.name);
        self.answers.len() == 2 * choices.count()
    }

    /// Nothing defines the id with this number, in no process and no choice.
    fn lacks(&self, wants: &Wants<'_>, number: usize) -> bool {
        let mut answers = self.answers.iter().map(|list| &list[number]);
        answers.all(|answer| is_missing(answer) && !wants.may_be_set(answer))
    }
}

/// For which deployments the settings file requires an id. Those that it names need all of them; where it
/// names none, a repository may hold several (examples, other services), and the id must be in one.
struct Required {
    by_name: bool,
    /// What every deployment lacks; told for the first of them.
    lacking: BTreeSet<(EntryKind, String)>,
    first: usize,
}

impl Required {
    fn of(loaded: &Loaded, wants: &[Wants<'_>], all: &[Asked<'_>]) -> Self {
        let by_name = all.iter().any(|asked| asked.name.is_some());
        let mut required = Self {
            by_name,
            lacking: BTreeSet::new(),
            first: all.iter().map(|asked| asked.group).min().unwrap_or(0),
        };
        let looked_at = |group: usize| {
            let mut asked = all.iter().filter(|asked| asked.group == group);
            asked.next().is_some_and(|asked| asked.is_whole(loaded))
        };
        let mut speaking = (0..wants.len()).filter(|&group| !wants[group].ids.is_empty());
        if by_name || !speaking.all(looked_at) {
            return required;
        }
        let of_file = wants.first().map_or(&[][..], |wants| &wants.required);
        for (wanted, _) in of_file {
            let lacks = |asked: &Asked<'_>| {
                let wants = &wants[asked.group];
                let number = wants.ids.iter().position(|id| id == wanted);
                number.is_some_and(|number| asked.lacks(wants, number))
            };
            if all.iter().all(lacks) {
                let key = (wanted.kind, wanted.id.clone());
                required.lacking.insert(key);
            }
        }
        required
    }

    fn holds_for(&self, asked: &Asked<'_>, wanted: &resolve::Wanted) -> bool {
        if self.by_name {
            return asked.name.is_some();
        }
        let key = (wanted.kind, wanted.id.clone());
        asked.group == self.first && self.lacking.contains(&key)
    }
}

impl<'a> Wants<'a> {
    /// By group. `is_whole`: what is not there is not there, so that looking for it tells something.
    pub(super) fn of(loaded: &'a Loaded, files: &Files, is_whole: bool) -> Vec<Self> {
        let groups = 0..loaded.groups.len();
        groups
            .map(|group| Self::of_group(loaded, files, group, is_whole))
            .collect()
    }

    fn of_group(loaded: &'a Loaded, files: &Files, group: usize, is_whole: bool) -> Self {
        let used = loaded.used(group);
        let required = loaded.settings_file.required.iter();
        let required = required.filter_map(|one| {
            let wanted = resolve::Wanted {
                kind: one.kind,
                id: one.id.clone(),
            };
            Some((wanted, loaded.settings_file.place(one.span)?))
        });
        let required: Vec<_> = required.collect();
        let mut ids: Vec<resolve::Wanted> = Vec::new();
        let mut known = BTreeSet::new();
        // What code can do without needs no lookup.
        let needed = used.ids.iter().filter(|used| used.must.is_some());
        let needed = needed.map(|used| resolve::Wanted {
            kind: used.kind,
            id: used.id.to_owned(),
        });
        let wanted = needed.chain(required.iter().map(|(wanted, _)| wanted.clone()));
        let looks_up = is_whole && speaks(loaded, group);
        for wanted in wanted.filter(|_| looks_up) {
            if known.insert((wanted.kind, wanted.id.clone())) {
                ids.push(wanted);
            }
        }
        let unread = if ids.is_empty() {
            Unread::default()
        } else {
            Unread::of(&loaded.groups[group].deployment.home, files)
        };
        Self {
            used,
            required,
            ids,
            unread,
        }
    }
}

impl Wants<'_> {
    /// A file that is not read as settings names the environment variable that is asked for, or
    /// configures a backend where none is known.
    fn may_be_set(&self, answer: &Answer) -> bool {
        let has_backend = answer.steps.iter().any(|step| step.configured.is_some());
        let lookups = answer.steps.iter().flat_map(|step| &step.lookups);
        let mut variables = lookups.filter(|name| name.starts_with("AIRFLOW_"));
        variables.any(|name| self.unread.names(name))
            || (!has_backend && self.unread.names("AIRFLOW__SECRETS__BACKEND"))
    }
}

/// Some file of the group is Airflow's, and no sample.
fn speaks(loaded: &Loaded, group: usize) -> bool {
    let deployment = &loaded.groups[group].deployment;
    let inputs = loaded.of(&deployment.files()).into_iter();
    let mut settings = inputs.filter(|input| input.kind.is_settings() && !is_sample(&input.path));
    settings.any(|input| {
        input.kind == Kind::Cfg || !input.settings.is_empty() || !input.definitions.is_empty()
    })
}

/// Every process of every view that has something to look up. A file that Airflow cannot read has a
/// rule of its own: nothing starts, and nothing is missing. Where a store is given and no backend that
/// would ask it, the backend is configured where airvane does not look.
pub(super) fn processes<'v, 'a>(
    loaded: &Loaded,
    views: &'v [View<'a>],
    wants: &[Wants<'_>],
) -> Vec<Process<'v, 'a>> {
    let wanted = views
        .iter()
        .filter(|view| !wants[view.group].ids.is_empty());
    let readable = wanted.filter(|view| {
        let choice = &loaded.groups[view.group].deployment.choices[view.choice];
        let inputs = loaded.of(&choice.settings);
        let stores = loaded.groups[view.group].deployment.stores_of(choice);
        let stores = loaded.of(&stores).into_iter();
        let has_store = stores.into_iter().any(|store| !store.is_added());
        let has_backend = view.secrets.backends().next().is_some();
        !inputs.into_iter().any(is_unreadable) && (has_backend || !has_store)
    });
    readable
        .flat_map(|view| {
            let deployment = &loaded.groups[view.group].deployment;
            [Runtime::Task, Runtime::Server].map(|runtime| Process {
                view,
                // What steps down for a guess is looked up all the same.
                target: Target {
                    source: TargetSource::CommandLine,
                    runtime,
                    ..view.target.clone()
                },
                one: One {
                    group: view.group,
                    choice: deployment.choices[view.choice].clone(),
                    stores: deployment.stores_of(&deployment.choices[view.choice]),
                },
            })
        })
        .collect()
}

fn is_unreadable(input: &Input) -> bool {
    match &input.tree {
        Tree::Cfg(tree) => tree.raises().is_some(),
        Tree::Opaque(Opacity::NotUtf8 { .. } | Opacity::Encrypted(_)) => true,
        _ => false,
    }
}

impl<'v, 'a> Process<'v, 'a> {
    pub(super) fn customs(&self) -> Customs<'_, 'a> {
        Customs::of(self.view, &self.target)
    }

    pub(super) fn plan<'p>(
        &'p self,
        loaded: &'p Loaded,
        wants: &'p [Wants<'_>],
        customs: &'p Customs<'p, 'a>,
    ) -> Plan<'p, 'a>
    where
        'v: 'p,
    {
        let request = resolve::Request {
            ids: &wants[self.view.group].ids,
            team: None,
        };
        Plan::new(
            &request,
            loaded,
            &self.one,
            self.view,
            &self.target,
            customs,
        )
    }
}

/// What the processes of each group ask the stores for; two askers for each of its processes.
pub(super) fn askers<'p>(
    loaded: &Loaded,
    processes: &[Process<'_, '_>],
    plans: &'p [Plan<'_, '_>],
) -> Vec<Vec<Asker<'p>>> {
    let mut askers: Vec<Vec<Asker<'p>>> = loaded.groups.iter().map(|_| Vec::new()).collect();
    for (process, plan) in processes.iter().zip(plans) {
        askers[process.view.group].extend(plan.askers());
    }
    askers
}

impl<'a> Run<'a> {
    /// The rules on what is wanted and missing, once the stores have passed.
    pub(super) fn wanted_checks(
        &mut self,
        wants: &[Wants<'_>],
        processes: &[Process<'_, '_>],
        plans: &[Plan<'_, '_>],
        gathers: &[Gather<'_>],
    ) {
        let loaded: &'a Loaded = self.loaded;
        let mut counts = vec![0; loaded.groups.len()];
        let mut all: Vec<Asked<'_>> = Vec::new();
        for (process, plan) in processes.iter().zip(plans) {
            let (group, choice) = (process.view.group, process.view.choice);
            let number: usize = counts[group];
            counts[group] += 1;
            let gather = &gathers[group];
            let holdings = [gather.holdings(2 * number), gather.holdings(2 * number + 1)];
            let deployment = &loaded.groups[group].deployment;
            let home = loaded.home(deployment);
            let answers = match guard(home, || plan.answers(holdings, None, Vec::new())) {
                Ok(answers) => answers,
                Err(failure) => {
                    self.failures.push(failure);
                    return;
                }
            };
            let target = process.view.target;
            // Choices that the settings file names are no alternatives of each other.
            let name = deployment.choices[choice].name.as_deref();
            let is_same = |one: &&mut Asked<'_>| {
                one.group == group && one.name == name && std::ptr::eq(one.target, target)
            };
            // Processes come in the order of their groups.
            let mut of_group = all.iter_mut().rev().take_while(|one| one.group == group);
            match of_group.find(is_same) {
                Some(one) => one.answers.push(answers),
                None => all.push(Asked {
                    group,
                    target,
                    name,
                    answers: vec![answers],
                }),
            }
        }
        let required = Required::of(loaded, wants, &all);
        for asked in &all {
            if asked.is_whole(loaded) {
                self.wanted(&wants[asked.group], asked, &required);
            }
        }
    }

    /// The rules on what one deployment wants.
    fn wanted(&mut self, wants: &Wants<'_>, asked: &Asked<'_>, of_settings: &Required) {
        let loaded: &'a Loaded = self.loaded;
        let home = loaded.home(&loaded.groups[asked.group].deployment);
        for (number, wanted) in wants.ids.iter().enumerate() {
            if !asked.lacks(wants, number) {
                continue;
            }
            let answers = asked.answers.iter().map(|list| &list[number]);
            let answers: Vec<&Answer> = answers.collect();
            let is_it = |kind, id: &str| (kind, id) == (wanted.kind, wanted.id.as_str());
            let mut used = wants.used.ids.iter();
            let used = used.find(|used| is_it(used.kind, used.id));
            let mut required = wants.required.iter();
            let required =
                required.find(|(other, _)| other == wanted && of_settings.holds_for(asked, wanted));
            let context = WantedContext {
                target: asked.target,
                deployment: asked.name,
                kind: wanted.kind,
                id: &wanted.id,
                places: used.map_or(&[], |used| &used.places),
                must: used.and_then(|used| used.must),
                required: required.map(|(_, place)| *place),
                answers: &answers,
                is_kept_here: self.keeps(asked.group, wanted.kind)
                    || answers.iter().any(|answer| asks_a_store(answer)),
                metastore: loaded.settings_file.metastore,
            };
            let found = run_checks(
                home,
                asked.target,
                &self.checks.wanted,
                |check, findings| {
                    check(&context, findings);
                },
            );
            self.take(found);
        }
    }

    /// Files of the group define connections, or variables: the deployment does not keep all of them
    /// where airvane cannot look.
    fn keeps(&self, group: usize, kind: EntryKind) -> bool {
        let files = self.loaded.groups[group].deployment.files();
        let inputs = self.loaded.of(&files).into_iter();
        let mut definitions = inputs.flat_map(|input| &input.definitions);
        definitions.any(|definition| definition.kind == kind)
    }
}

/// No backend has it, and that is known of every one.
fn is_missing(answer: &Answer) -> bool {
    let mut steps = answer.steps.iter();
    answer.outcome == Outcome::Missing
        && steps.all(|step| {
            let nothing = matches!(step.outcome, Outcome::Missing | Outcome::Skipped);
            // What is there and cannot be used has a rule of its own.
            nothing && step.spot.is_none()
        })
}

/// A store was asked that is given.
fn asks_a_store(answer: &Answer) -> bool {
    let mut steps = answer.steps.iter();
    steps.any(|step| step.configured.is_some() && step.outcome == Outcome::Missing)
}

/// The ids that are wanted by DAGs and settings files: what else is defined is used by none.
pub(super) struct Unused<'w> {
    ids: BTreeSet<(EntryKind, &'w str)>,
    /// In lower case, as environment variables give them.
    lower: BTreeSet<(EntryKind, String)>,
    connections: bool,
    variables: bool,
}

impl<'w> Unused<'w> {
    /// `None` where there are no DAGs: then nobody knows what is used.
    pub(super) fn of(loaded: &'w Loaded, group: usize, wants: &'w Wants<'_>) -> Option<Self> {
        if wants.used.files == 0 {
            return None;
        }
        let deployment = &loaded.groups[group].deployment;
        let mut files = deployment.files();
        files.extend(&deployment.around);
        // `[logging] remote_log_conn_id`
        let settings = loaded.of(&files).into_iter();
        let settings = settings.flat_map(|input| &input.settings);
        let named = settings
            .filter(|setting| setting.option.ends_with("conn_id"))
            .map(|setting| (EntryKind::Connection, setting.value.expose()));
        let required = wants.required.iter();
        let required = required.map(|(wanted, _)| (wanted.kind, wanted.id.as_str()));
        let used = wants.used.ids.iter().map(|used| (used.kind, used.id));
        let ids: BTreeSet<(EntryKind, &str)> = used.chain(required).chain(named).collect();
        let lower = ids.iter().map(|(kind, id)| (*kind, id.to_lowercase()));
        Some(Self {
            lower: lower.collect(),
            connections: wants.used.dynamic(EntryKind::Connection) == 0,
            variables: wants.used.dynamic(EntryKind::Variable) == 0,
            ids,
        })
    }

    /// No DAG asks for the id, and none puts an id of the kind together.
    pub(super) fn is_unused(&self, kind: EntryKind, id: &str, is_env: bool) -> bool {
        let known = match kind {
            EntryKind::Connection => self.connections,
            EntryKind::Variable => self.variables,
            EntryKind::Config => false,
        };
        known
            && !self.ids.contains(&(kind, id))
            && !(is_env && self.lower.contains(&(kind, id.to_lowercase())))
    }
}
