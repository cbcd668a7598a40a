//! The stop of `EnvironmentVariablesBackend`, over the env files of the deployment and `--define`.

use std::borrow::Cow;

use super::stores::{Looked, looked, read};
use super::{Found, Outcome, Spot, Step, words};
use crate::airflow::Target;
use crate::airflow::backend::Constructed;
use crate::airflow::backend::ask::{Ask, Question};
use crate::airflow::connection::Format;
use crate::inputs::{EntryKind, Input, Variable};
use crate::load::{Loaded, One, View};
use crate::rules::{Carrier, EntryContext, Facts};
use crate::source::{LazyText, Place, Secret, Text};

/// Path of the class.
const CLASS: &str = "airflow.secrets.environment_variables.EnvironmentVariablesBackend";

/// The step of which nothing is known yet.
pub(super) fn blank() -> Step {
    Step {
        backend: CLASS.to_owned(),
        configured: None,
        lookups: Vec::new(),
        lookups_public: true,
        hit: None,
        outcome: Outcome::Missing,
        spot: None,
        reason: None,
        airflow: None,
        rule: None,
    }
}

/// Asks the environment.
pub(super) fn step(
    loaded: &Loaded,
    one: &One,
    view: &View<'_>,
    asked: &Question<'_>,
    target: &Target,
) -> (Step, Option<Found>) {
    let mut step = blank();
    let backend = Constructed::environment();
    match backend.ask(asked, target) {
        Ask::For(names) => step.lookups = names,
        Ask::Skips(why) => {
            step.outcome = Outcome::Skipped;
            step.reason = Some(words::skip(why, asked.kind).to_owned());
            return (step, None);
        }
        Ask::Raises(fault) => {
            step.outcome = Outcome::Error;
            step.airflow = Some(fault.exception);
            step.reason = Some(words::cause(fault.cause).0.to_owned());
            return (step, None);
        }
        Ask::Unknown(why) => {
            step.outcome = Outcome::Unknown;
            step.reason = Some(words::unsure(why));
            return (step, None);
        }
    }
    for number in 0..step.lookups.len() {
        let (next, found) = variable(loaded, one, view, asked, target, step, number);
        step = next;
        if step.hit.is_some() && step.outcome != Outcome::Missing {
            return (step, found);
        }
    }
    (step, None)
}

/// Looks at one of the names.
fn variable(
    loaded: &Loaded,
    one: &One,
    view: &View<'_>,
    asked: &Question<'_>,
    target: &Target,
    mut step: Step,
    number: usize,
) -> (Step, Option<Found>) {
    let (kind, id) = (asked.kind, asked.id);
    let name = step.lookups[number].clone();
    let Some(value) = view.settings.environment.variables.get(name.as_str()) else {
        let why = || "no such variable is set".to_owned();
        step.reason.get_or_insert_with(why);
        return (step, None);
    };
    step.hit = Some(number);
    step.reason = None;
    let written = written(loaded, one, &name);
    if let Some((input, variable)) = written {
        let position = input.position(variable.name_span.start);
        step.spot = Some(Spot {
            path: input.path.clone(),
            line: position.line,
        });
    }
    let known = value.as_ref().filter(|value| value.is_known());
    let Some(text) = known else {
        step.outcome = Outcome::Unknown;
        step.reason = Some("the variable is set, to what is not known here".to_owned());
        return (step, None);
    };
    // `if team_name and (team_var := os.environ.get(…))`: an empty text of a team hides nothing.
    if text.is_empty() && number + 1 < step.lookups.len() {
        step.outcome = Outcome::Missing;
        step.reason = Some("the team's variable is empty, which Airflow passes over".to_owned());
        return (step, None);
    }
    if kind != EntryKind::Connection {
        step.outcome = Outcome::Found;
        return (step, Some(Found::Value(Secret::new(text.expose()))));
    }
    of_connection(loaded, written, &name, id, text, target).ends(step)
}

fn of_connection(
    loaded: &Loaded,
    written: Option<(&Input, &Variable)>,
    name: &str,
    id: &str,
    text: &Text,
    target: &Target,
) -> Looked {
    let readings = [(target.runtime, read(text, &Format::Airflow, target))];
    // What stands on the command line stands in no file: the first will do, nothing of it is shown.
    let file = written.map_or_else(
        || loaded.inputs.first().map(|input| input.id),
        |(input, _)| Some(input.id),
    );
    let Some(file) = file else {
        return Looked::Unknown("nothing was read");
    };
    let name_span = written.map_or(text.source(), |(_, variable)| variable.name_span);
    let value = LazyText::from(text);
    let context = EntryContext {
        target,
        carrier: Carrier::Env,
        kind: Some(EntryKind::Connection),
        id: Cow::Borrowed(id),
        name: Cow::Borrowed(name),
        name_place: Place::new(file, name_span),
        value: Some(&value),
        value_place: Some(Place::new(file, text.source())),
        decoded_object: false,
        is_quiet: false,
        facts: &Facts::default(),
        naming: None,
        near_miss: false,
        coverage: None,
        earlier: None,
        hides: &[],
        backend: None,
        format: &Format::Airflow,
        is_sample: false,
        settings_file: &loaded.settings_file,
        readings: &readings,
    };
    looked(&context, text, loaded, file, target)
}

/// The variable in the env files, the last one that counts.
fn written<'l>(loaded: &'l Loaded, one: &One, name: &str) -> Option<(&'l Input, &'l Variable)> {
    let inputs = loaded.of(&one.choice.settings);
    let all = inputs.into_iter().flat_map(|input| {
        input
            .variables
            .iter()
            .map(move |variable| (input, variable))
    });
    all.rev().find(|(_, variable)| variable.name == name)
}

/// `CONN_ENV_PREFIX`, `VAR_ENV_PREFIX`
pub(super) const fn prefix(kind: EntryKind) -> Option<&'static str> {
    match kind {
        EntryKind::Connection => Some("AIRFLOW_CONN_"),
        EntryKind::Variable => Some("AIRFLOW_VAR_"),
        EntryKind::Config => None,
    }
}

/// Python's `str.upper()`.
pub(super) fn upper(id: &str) -> String {
    id.chars().flat_map(char::to_uppercase).collect()
}
