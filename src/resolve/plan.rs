//! What one process looks up in one choice of files: the backends it has, the names they are asked for, and, once the
//! exports have passed, the way of each id.

use std::collections::{BTreeSet, HashMap};

use super::stores::{Asker, Gather, Holdings, Query};
use super::walk::{Walk, spot};
use super::{Answer, Request, remarks, stores};
use crate::airflow::backend::ask::{Ask, Question};
use crate::airflow::backend::{self, Backend, Constructed, multi_team};
use crate::airflow::search;
use crate::airflow::{Target, TargetSource};
use crate::inputs::EntryKind;
use crate::load::{Again, Loaded, One, Unreadable, View};
use crate::report::Failure;
use crate::source::Place;
use crate::workspace::Content;

/// Follows the ids of each request through its deployment, in one pass over the exports.
pub(super) fn run_all(
    requests: &[(Request<'_>, &One)],
    loaded: &Loaded,
    contents: Vec<Option<Content>>,
) -> (Vec<Vec<Answer>>, Vec<Failure>) {
    let again: Vec<Again> = requests
        .iter()
        .map(|(_, one)| loaded.read_again(one))
        .collect();
    let views: Vec<_> = requests
        .iter()
        .zip(&again)
        .map(|((_, one), again)| loaded.view_of(one, again))
        .collect();
    // What steps down for a guess explains an outcome all the same.
    let targets: Vec<Target> = views
        .iter()
        .map(|(view, _)| Target {
            source: TargetSource::CommandLine,
            ..view.target.clone()
        })
        .collect();
    let customs: Vec<Customs<'_, '_>> = views
        .iter()
        .zip(&targets)
        .map(|((view, _), target)| Customs::of(view, target))
        .collect();
    let plans: Vec<Plan<'_, '_>> = requests
        .iter()
        .enumerate()
        .map(|(index, (request, one))| {
            let view = &views[index].0;
            Plan::new(request, loaded, one, view, &targets[index], &customs[index])
        })
        .collect();
    let askers: Vec<Asker<'_>> = plans.iter().flat_map(Plan::askers).collect();
    let mut gather = Gather::new(&askers);
    let failures = stores::collect(loaded, contents, &mut gather);
    let all = plans.iter().enumerate().map(|(index, plan)| {
        let (view, unreadable) = &views[index];
        let one = plan.one;
        let holdings = [gather.holdings(2 * index), gather.holdings(2 * index + 1)];
        let unreadable = unreadable.filter(|error| error.is_fatal);
        let remarks = remarks::of_settings(loaded, one, view, plan.target);
        let mut answers = plan.answers(holdings, unreadable, remarks);
        say_uses(loaded, one, &mut answers);
        answers
    });
    (all.collect(), failures)
}

/// Where DAGs ask for the ids.
fn say_uses(loaded: &Loaded, one: &One, answers: &mut [Answer]) {
    let used = loaded.used(one.group).ids;
    let places: HashMap<(EntryKind, &str), &Vec<Place>> = used
        .iter()
        .map(|used| ((used.kind, used.id), &used.places))
        .collect();
    for answer in answers {
        if let Some(places) = places.get(&(answer.kind, answer.id.as_str())) {
            let spots = places.iter().filter_map(|place| spot(loaded, *place));
            answer.used = spots.collect();
        }
    }
}

/// The backends that a process may ask, and what Airflow builds from them. Tasks may ask for options
/// elsewhere than for connections and variables.
pub(crate) struct Customs<'w, 'a>([Custom<'w, 'a>; 2]);

impl<'w, 'a> Customs<'w, 'a> {
    pub(crate) fn of(view: &'w View<'a>, target: &'w Target) -> Self {
        Self([EntryKind::Connection, EntryKind::Config].map(|kind| {
            let backend = search::custom(&view.secrets, kind, target);
            Custom {
                backend,
                outcome: backend.outcome(&view.settings, target),
            }
        }))
    }
}

/// What one process looks up in one choice of files, before any store is read.
pub(crate) struct Plan<'w, 'a> {
    loaded: &'w Loaded,
    one: &'w One,
    view: &'w View<'a>,
    target: &'w Target,
    customs: &'w [Custom<'w, 'a>; 2],
    multi_team: Option<bool>,
    asked: Vec<Question<'w>>,
}

impl<'w, 'a> Plan<'w, 'a> {
    pub(crate) fn new(
        request: &Request<'w>,
        loaded: &'w Loaded,
        one: &'w One,
        view: &'w View<'a>,
        target: &'w Target,
        customs: &'w Customs<'w, 'a>,
    ) -> Self {
        let multi_team = multi_team(&view.settings, target);
        let ids = request.ids.iter();
        let asked = ids.map(|wanted| Question {
            kind: wanted.kind,
            id: &wanted.id,
            team: request.team,
            multi_team,
        });
        Self {
            loaded,
            one,
            view,
            target,
            customs: &customs.0,
            multi_team,
            asked: asked.collect(),
        }
    }

    /// What the backend of connections and variables and that of options are asked for.
    pub(crate) fn askers(&self) -> [Asker<'_>; 2] {
        [0, 1].map(|custom| {
            let built = self.customs[custom].built();
            let asked = self.asked.iter().enumerate();
            let queries = asked
                .filter(|(_, asked)| custom_of(asked.kind) == custom)
                .map(|(number, asked)| Query {
                    number,
                    kind: asked.kind,
                    id: asked.id,
                    names: names(built, asked, self.target),
                });
            let namings = built.map_or_else(Vec::new, |built| {
                let known = built.naming.clone().map(|naming| vec![naming]);
                known.unwrap_or_else(|| built.namings(self.target, self.multi_team))
            });
            Asker::new(built, namings, queries.collect(), &self.one.stores)
        })
    }

    /// What becomes of every id, now that the stores were read.
    pub(crate) fn answers(
        &self,
        holdings: [&Holdings; 2],
        unreadable: Option<Unreadable>,
        remarks: Vec<super::Remark>,
    ) -> Vec<Answer> {
        let walk = Walk {
            loaded: self.loaded,
            one: self.one,
            view: self.view,
            bad_multi_team: backend::is_bad_multi_team(&self.view.settings, self.target),
            unreadable,
            target: self.target,
            customs: self.customs,
            holdings,
            remarks,
        };
        let asked = self.asked.iter().enumerate();
        asked
            .map(|(number, asked)| walk.answer(number, asked))
            .collect()
    }
}

/// A pair of options, and what Airflow builds from it.
pub(super) struct Custom<'w, 'a> {
    pub(super) backend: &'w Backend<'a>,
    pub(super) outcome: backend::Outcome<'w>,
}

impl<'w> Custom<'w, '_> {
    pub(super) fn built(&self) -> Option<&Constructed<'w>> {
        match &self.outcome {
            backend::Outcome::Built(built) => Some(built),
            _ => None,
        }
    }
}

/// Which of the two is asked for a kind.
pub(super) const fn custom_of(kind: EntryKind) -> usize {
    match kind {
        EntryKind::Connection | EntryKind::Variable => 0,
        EntryKind::Config => 1,
    }
}

/// The names that the custom backend asks its store for.
fn names(
    built: Option<&Constructed<'_>>,
    asked: &Question<'_>,
    target: &Target,
) -> BTreeSet<String> {
    let in_export = |name: String| match built {
        Some(built) => built.name_in_export(&name),
        None => name,
    };
    match built.map(|built| built.ask(asked, target)) {
        Some(Ask::For(names)) => names.into_iter().map(in_export).collect(),
        _ => BTreeSet::new(),
    }
}
