//! The way of one id: stop after stop, until one has an answer.

use super::plan::{Custom, custom_of};
use super::stores::{Holdings, Looked};
use super::{
    Answer, Candidate, Found, Near, Outcome, Spot, Step, environment, local, near, remarks, words,
};
use crate::airflow::backend::ask::{Ask, Question, Skip};
use crate::airflow::backend::data::Habit;
use crate::airflow::backend::{self, Backend, Constructed, Supplier};
use crate::airflow::connection::Format;
use crate::airflow::public::Shape;
use crate::airflow::search::{self, Last, Raised, Stop};
use crate::airflow::{Runtime, Target, Version};
use crate::inputs::EntryKind;
use crate::load::{Loaded, One, Unreadable, View};
use crate::settings::Metastore;
use crate::source::{Place, display_path};

/// One process on its way, with all that was read.
pub(super) struct Walk<'w, 'a> {
    pub(super) loaded: &'w Loaded,
    pub(super) one: &'w One,
    pub(super) view: &'w View<'a>,
    /// `[core] multi_team` is set to what is no boolean.
    pub(super) bad_multi_team: bool,
    /// airflow.cfg cannot be read, so that nothing starts.
    pub(super) unreadable: Option<Unreadable>,
    pub(super) target: &'w Target,
    pub(super) customs: &'w [Custom<'w, 'a>; 2],
    pub(super) holdings: [&'w Holdings; 2],
    pub(super) remarks: Vec<super::Remark>,
}

impl Walk<'_, '_> {
    pub(super) fn answer(&self, number: usize, asked: &Question<'_>) -> Answer {
        let mut answer = Answer {
            kind: asked.kind,
            id: asked.id.to_owned(),
            outcome: Outcome::Missing,
            airflow: None,
            steps: Vec::new(),
            found: None,
            candidates: Vec::new(),
            last: search::last(asked.kind, self.target),
            near: Vec::new(),
            used: Vec::new(),
            remarks: Vec::new(),
            because: String::new(),
        };
        if let Some(error) = self.unreadable {
            let spot = self.spot(error.place);
            let at = spot.map_or_else(String::new, |spot| remarks::spot(&spot));
            answer.outcome = Outcome::Error;
            answer.airflow = Some(error.exception);
            answer.last = None;
            answer.remarks.clone_from(&self.remarks);
            answer.because = format!(
                "{} when {at} is read: no process of Airflow starts",
                error.exception
            );
            return answer;
        }
        if let Some(step) = self.does_not_start(asked.kind) {
            answer.outcome = Outcome::Error;
            answer.airflow = step.airflow;
            answer.steps.push(step);
            answer.last = None;
        } else if self.has_no_teams(asked) {
            answer.outcome = Outcome::Error;
            answer.airflow = Some(if self.bad_multi_team {
                "AirflowConfigException"
            } else {
                "ValueError"
            });
            answer.last = None;
            "a team asks, and `[core] multi_team` is not on: Airflow raises an exception"
                .clone_into(&mut answer.because);
            return answer;
        } else {
            self.steps(asked, &mut answer);
        }
        let is_there = answer.steps.iter().any(|step| step.spot.is_some());
        if answer.outcome != Outcome::Found && !is_there {
            answer.near = self.near(number, asked, &answer);
        }
        remarks::attach(&mut answer, &self.remarks, self.target);
        answer.because = remarks::because(&answer, self.target);
        self.ask_last(&mut answer);
        answer
    }

    /// What is asked last is left out of the verdict, unless the settings file says what stands there.
    fn ask_last(&self, answer: &mut Answer) {
        let Some(last) = answer.last else { return };
        if answer.outcome == Outcome::Missing
            && let Some(spot) = self.added(answer)
        {
            answer.outcome = Outcome::Unknown;
            let at = remarks::spot(&spot);
            let told = format!("; a command adds it to the metadata database at {at}");
            answer.because.push_str(&told);
            return;
        }
        match self.loaded.settings_file.metastore {
            Some(Metastore::Used) if answer.outcome == Outcome::Missing => {
                answer.outcome = Outcome::Unknown;
                answer
                    .because
                    .push_str("; the metadata database, which is in use, may have it");
            }
            // The Execution API goes through the backends of the server too.
            Some(Metastore::Unused) if last == Last::Metastore => answer.last = None,
            _ => {}
        }
    }

    /// Where a command puts what is asked for into the metadata database.
    fn added(&self, answer: &Answer) -> Option<Spot> {
        let inputs = self.loaded.of(&self.one.stores).into_iter();
        let mut definitions = inputs
            .filter(|input| input.is_added())
            .flat_map(|input| &input.definitions);
        let found = definitions.find(|one| one.kind == answer.kind && one.id == answer.id)?;
        self.spot(Place::new(found.file, found.name))
    }

    /// The class reads `[core] multi_team` in every lookup, and that is no boolean.
    fn fails_on_teams(&self, built: &Constructed<'_>) -> bool {
        let class = built.class;
        self.bad_multi_team && class.does(Habit::TeamSeparatorRefused, class.release(self.target))
    }

    /// `Connection.get_connection_from_secrets` of the server refuses a team where there are none.
    fn has_no_teams(&self, asked: &Question<'_>) -> bool {
        let server = self.target.runtime != Runtime::Task;
        server
            && asked.kind == EntryKind::Connection
            && asked.team.is_some_and(|team| !team.is_empty())
            && asked.multi_team != Some(true)
            && self.target.airflow >= Version::new(3, 2, 0)
    }

    /// The backend of `[secrets]` is built when Airflow is imported, in every process; that of
    /// `[workers]` by `supervise` before each task, and by the configuration of the Task SDK where
    /// an option is read. Before that one, the configuration of a worker does without it.
    fn does_not_start(&self, kind: EntryKind) -> Option<Step> {
        let roles = [
            (
                &self.view.secrets.main,
                "no process of Airflow starts: the backend is built at import",
            ),
            (
                self.customs[custom_of(kind)].backend,
                "no task starts: the backend is built before it",
            ),
        ];
        roles.into_iter().find_map(|(backend, why)| {
            let outcome = backend.outcome(&self.view.settings, self.target);
            let backend::Outcome::Fails { exception, .. } = outcome else {
                return None;
            };
            let mut step = self.step(backend);
            step.outcome = Outcome::Error;
            step.airflow = Some(exception);
            step.reason = Some(why.to_owned());
            Some(step)
        })
    }

    fn steps(&self, asked: &Question<'_>, answer: &mut Answer) {
        let mut unknown = false;
        for stop in search::stops(&self.view.secrets, asked.kind, self.target) {
            let (step, found) = match stop {
                Stop::Custom(backend) => self.custom_step(backend, asked),
                Stop::Environment if self.fails_on_teams(&Constructed::environment()) => {
                    let mut step = environment::blank();
                    fail_on_teams(&mut step);
                    (step, None)
                }
                Stop::Environment => {
                    environment::step(self.loaded, self.one, self.view, asked, self.target)
                }
            };
            let outcome = step.outcome;
            answer.steps.push(step);
            match (outcome, found) {
                (Outcome::Found, Some(found)) if unknown => answer.candidates.push(Candidate {
                    step: answer.steps.len() - 1,
                    found,
                }),
                // An option whose value is empty: `conf.get` goes on.
                (Outcome::Found, None) => {}
                (Outcome::Found, found) => {
                    answer.outcome = Outcome::Found;
                    answer.found = found;
                    return;
                }
                (Outcome::Unknown, _) => unknown = true,
                (Outcome::Error, _)
                    if search::raised(asked.kind, self.target) == Raised::Propagates
                        && !unknown =>
                {
                    answer.outcome = Outcome::Error;
                    answer.airflow = answer.steps.last().and_then(|step| step.airflow);
                    answer.last = None;
                    return;
                }
                _ => {}
            }
        }
        if unknown {
            answer.outcome = Outcome::Unknown;
        }
    }

    /// A step of the custom backend of which nothing is known yet but where it is configured.
    fn step(&self, backend: &Backend<'_>) -> Step {
        let setting = backend.class.setting();
        let path = backend.class.text().map_or_else(
            || "a backend that is not known".to_owned(),
            |text| shown_class(text.expose()),
        );
        Step {
            backend: path,
            configured: setting.and_then(|setting| self.spot(setting.name_place())),
            lookups: Vec::new(),
            lookups_public: false,
            hit: None,
            outcome: Outcome::Unknown,
            spot: None,
            reason: None,
            airflow: None,
            rule: None,
        }
    }

    fn spot(&self, place: Place) -> Option<Spot> {
        spot(self.loaded, place)
    }

    fn custom_step(&self, backend: &Backend<'_>, asked: &Question<'_>) -> (Step, Option<Found>) {
        let mut step = self.step(backend);
        let custom = &self.customs[custom_of(asked.kind)];
        let built = match &custom.outcome {
            backend::Outcome::Built(built) => built,
            backend::Outcome::Unverified { .. } => {
                step.reason =
                    Some("airvane does not know this class: it may be your own".to_owned());
                return (step, None);
            }
            backend::Outcome::UnknownKwargs { supplier, .. } => {
                let reason = match supplier {
                    Supplier::Command => {
                        "a command gives its keyword arguments, which airvane never runs"
                    }
                    Supplier::Backend => "a backend is asked for its keyword arguments",
                    Supplier::Text => "its keyword arguments are not known here",
                };
                step.reason = Some(reason.to_owned());
                return (step, None);
            }
            _ => {
                step.reason = Some("which class this is, is not known here".to_owned());
                return (step, None);
            }
        };
        match built.ask(asked, self.target) {
            // Teams are looked at once a prefix is there, and before the pattern is.
            Ask::Skips(Skip::PatternMismatch | Skip::TeamSeparator)
                if self.fails_on_teams(built) =>
            {
                fail_on_teams(&mut step);
                (step, None)
            }
            Ask::Skips(why) => {
                step.outcome = Outcome::Skipped;
                step.reason = Some(words::skip(why, asked.kind).to_owned());
                (step, None)
            }
            _ if self.fails_on_teams(built) => {
                fail_on_teams(&mut step);
                (step, None)
            }
            Ask::Raises(fault) => {
                let (reason, rule) = words::cause(fault.cause);
                step.outcome = Outcome::Error;
                step.airflow = Some(fault.exception);
                step.reason = Some(reason.to_owned());
                step.rule = rule;
                (step, None)
            }
            Ask::Unknown(why) => {
                step.reason = Some(words::unsure(why));
                (step, None)
            }
            Ask::For(names) => {
                let before = |name: &String| name.strip_suffix(asked.id).map(str::to_owned);
                step.lookups_public = names.iter().all(|name| {
                    before(name)
                        .is_some_and(|prefix| prefix.is_empty() || Shape::Name.admits(&prefix))
                });
                step.lookups = names;
                let format = built.connection_format(self.target);
                match built.class.short_name.as_str() {
                    "environment_variables" => {
                        environment::step(self.loaded, self.one, self.view, asked, self.target)
                    }
                    "local_filesystem" => {
                        local::step(self.loaded, self.one, asked.kind, step, self.target)
                    }
                    _ => self.in_stores(step, asked.kind, format.as_ref()),
                }
            }
        }
    }

    /// Looks for the names of the step in the exports of the deployment.
    fn in_stores(
        &self,
        mut step: Step,
        kind: EntryKind,
        format: Option<&Format>,
    ) -> (Step, Option<Found>) {
        let holdings = &self.holdings[custom_of(kind)];
        let built = self.customs[custom_of(kind)].built();
        if !holdings.has_store() {
            step.reason = Some("no export of its store is given".to_owned());
            return (step, None);
        }
        for (number, asked) in step.lookups.clone().iter().enumerate() {
            let name = built.map_or_else(|| asked.clone(), |built| built.name_in_export(asked));
            let told = built.map(|built| built.teams_told(asked));
            if told.is_some_and(|told| holdings.may_be_of_team(&name, told)) {
                step.outcome = Outcome::Unknown;
                step.reason = Some(
                    "a Secret with this label may be that of a team: which one is taken cannot be told here"
                        .to_owned(),
                );
                return (step, None);
            }
            let Some(hit) = holdings.hit(&name) else {
                continue;
            };
            step.spot = Some(hit.spot.clone());
            step.hit = Some(number);
            let looked = hit.look(kind, format, built, self.target, self.loaded);
            match looked {
                // The backend takes it for not there, and asks for the next name.
                Looked::NotThere(why) => {
                    step.outcome = Outcome::Missing;
                    step.reason = Some(why.to_owned());
                    continue;
                }
                // `if value is not None: return value`: the names behind it are not asked for.
                Looked::Hides(why) => {
                    step.lookups.truncate(number + 1);
                    step.outcome = Outcome::Missing;
                    step.reason = Some(why.to_owned());
                }
                Looked::Unknown(why) => {
                    step.outcome = Outcome::Unknown;
                    step.reason = Some(why.to_owned());
                }
                Looked::Raises {
                    exception,
                    rule,
                    message,
                } => {
                    step.outcome = Outcome::Error;
                    step.airflow = Some(exception);
                    step.rule = rule;
                    step.reason = Some(message);
                }
                Looked::Found(found) => {
                    step.outcome = Outcome::Found;
                    return (step, Some(found));
                }
                Looked::NotSet(why) => {
                    step.outcome = Outcome::Found;
                    step.reason = Some(why.to_owned());
                    return (step, None);
                }
            }
            return (step, None);
        }
        if step.hit.is_some() {
            return (step, None);
        }
        if let Some(why) = holdings.incomplete() {
            step.outcome = Outcome::Unknown;
            step.reason = Some(why.to_owned());
        } else {
            step.outcome = Outcome::Missing;
            step.reason = Some(format!("{} does not hold it", holdings.paths()));
        }
        (step, None)
    }

    /// Names that are nearly the ones asked for, in every place that was asked.
    fn near(&self, number: usize, asked: &Question<'_>, answer: &Answer) -> Vec<Near> {
        let mut all = self.holdings[custom_of(asked.kind)].near(number).to_vec();
        if answer
            .steps
            .iter()
            .any(|step| step.outcome != Outcome::Error)
        {
            all.extend(near::in_environment(
                self.loaded,
                self.one,
                asked.kind,
                asked.id,
            ));
        }
        near::best(all)
    }
}

pub(super) fn spot(loaded: &Loaded, place: Place) -> Option<Spot> {
    let input = loaded.input(place.file)?;
    let position = input.position(place.span.start);
    Some(Spot {
        path: input.path.clone(),
        line: position.line,
    })
}

/// `conf.getboolean("core", "multi_team")` inside of a lookup.
fn fail_on_teams(step: &mut Step) {
    step.outcome = Outcome::Error;
    step.airflow = Some("AirflowConfigException");
    step.reason = Some("`[core] multi_team` is no boolean".to_owned());
}

/// A class path that is known, or looks like one; of anything else only that it is one.
fn shown_class(path: &str) -> String {
    if Shape::ClassPath.admits(path) {
        path.to_owned()
    } else {
        "a class whose path is not shown".to_owned()
    }
}

/// `dump.json and more.json`
pub(super) fn listed(paths: &[std::path::PathBuf]) -> String {
    let names: Vec<String> = paths.iter().map(|path| display_path(path)).collect();
    match names.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
