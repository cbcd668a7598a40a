//! The stop of `LocalFilesystemBackend`, over the local secrets files of the deployment.

use std::borrow::Cow;

use super::stores::{Looked, looked, read};
use super::walk::listed;
use super::{Found, Outcome, Spot, Step};
use crate::airflow::Target;
use crate::airflow::connection::Format;
use crate::airflow::local_file::{self, LineFault, LocalVariable};
use crate::inputs::local::LocalTree;
use crate::inputs::{Definition, EntryKind, Input, Kind, Tree};
use crate::list::{Problem, Status, connection_status};
use crate::load::{Loaded, One};
use crate::rules::{Carrier, EntryContext, Facts};
use crate::source::{LazyText, Place, Secret};

/// Looks for the names of the step, which are ids, in the files of the kind.
pub(super) fn step(
    loaded: &Loaded,
    one: &One,
    kind: EntryKind,
    mut step: Step,
    target: &Target,
) -> (Step, Option<Found>) {
    let wanted = match kind {
        EntryKind::Connection => Kind::Connections,
        EntryKind::Variable => Kind::Variables,
        EntryKind::Config => {
            step.reason = Some("its file is not given".to_owned());
            return (step, None);
        }
    };
    let files: Vec<&Input> = loaded
        .of(&one.stores)
        .into_iter()
        .filter(|input| input.kind == wanted && !input.is_added())
        .collect();
    if files.is_empty() {
        step.reason = Some("its file is not given".to_owned());
        return (step, None);
    }
    if files.iter().any(|input| is_unread(input)) {
        step.outcome = Outcome::Unknown;
        step.reason = Some("its file is nested too deeply to be read here".to_owned());
        return (step, None);
    }
    if files.iter().any(|input| is_broken(input)) {
        step.outcome = Outcome::Error;
        step.airflow = Some("AirflowFileParseException");
        step.reason = Some("its file cannot be parsed, so that every lookup fails".to_owned());
        return (step, None);
    }
    let ids = step.lookups.clone();
    if let Some((spot, exception, why)) = refused_whole(&files, kind, target) {
        step.reason = Some(why.to_owned());
        step.outcome = Outcome::Error;
        step.airflow = Some(exception);
        step.rule = Some("AV113");
        step.spot = Some(spot);
        return (step, None);
    }
    let refused = refused(loaded, &files, &ids, target).filter(|_| kind == EntryKind::Connection);
    if let Some((spot, problem)) = refused {
        step.reason = Some(format!(
            "Airflow reads the file as a whole, and another entry of it stops that: {}",
            problem.message
        ));
        step.outcome = Outcome::Error;
        step.airflow = Some(problem.airflow);
        step.rule = problem.rule;
        step.spot = Some(spot);
        return (step, None);
    }
    let all = files
        .iter()
        .flat_map(|input| input.definitions.iter().map(move |one| (*input, one)));
    let found = all.rev().find(|(_, one)| ids.contains(&one.id));
    let Some((input, definition)) = found else {
        let paths: Vec<_> = files.iter().map(|input| input.path.clone()).collect();
        step.outcome = Outcome::Missing;
        step.reason = Some(format!("{} does not hold it", listed(&paths)));
        return (step, None);
    };
    let position = input.position(definition.name.start);
    step.hit = Some(0);
    step.spot = Some(Spot {
        path: input.path.clone(),
        line: position.line,
    });
    if !definition.value.is_known() {
        step.outcome = Outcome::Unknown;
        step.reason = Some("the value holds what is not known here".to_owned());
        return (step, None);
    }
    if kind == EntryKind::Variable {
        return match local_file::variable(definition, target.airflow) {
            LocalVariable::Text(text) | LocalVariable::Value(text) => {
                Looked::Found(Found::Value(Secret::new(text.expose())))
            }
            LocalVariable::Null => {
                Looked::NotThere("it is null there, which the backend returns as nothing")
            }
            LocalVariable::Unknown | LocalVariable::NotUnique => {
                Looked::Unknown("the value holds what is not known here")
            }
        }
        .ends(step);
    }
    connection(loaded, input, definition, target).ends(step)
}

/// What makes the release refuse the whole file, besides its form and its connections.
fn refused_whole(
    files: &[&Input],
    kind: EntryKind,
    target: &Target,
) -> Option<(Spot, &'static str, &'static str)> {
    let spot = |input: &Input, at: usize| Spot {
        path: input.path.clone(),
        line: input.position(at).line,
    };
    files.iter().find_map(|input| {
        if let Tree::Local(LocalTree::Env(tree)) = &input.tree {
            let refused = local_file::refused_lines(tree, target.airflow);
            let (fault, span) = refused.first()?;
            let exception = fault.exception(kind, target.airflow);
            let why = match fault {
                LineFault::Twice(_) => "Airflow refuses the whole file: an id stands twice in it",
                _ => "Airflow refuses the whole file: a line of it is no `id=value`",
            };
            return Some((spot(input, span.start), exception, why));
        }
        if kind != EntryKind::Variable {
            return None;
        }
        let many = input.definitions.iter().find(|one| {
            let variable = local_file::variable(one, target.airflow);
            matches!(variable, LocalVariable::NotUnique)
        })?;
        Some((
            spot(input, many.name.start),
            local_file::variable_not_unique(target.airflow),
            "Airflow refuses the whole file: a variable of it is a list of none or of several",
        ))
    })
}

/// The first entry of which no connection can be made, unless it is one of `ids` itself:
/// `load_connections_dict` makes those of the whole file for every lookup.
fn refused(
    loaded: &Loaded,
    files: &[&Input],
    ids: &[String],
    target: &Target,
) -> Option<(Spot, Problem)> {
    let all = files.iter().flat_map(|input| {
        let definitions = input.definitions.iter();
        definitions.map(move |definition| (*input, definition))
    });
    let known = all.filter(|(_, definition)| definition.value.is_known());
    let mut failing = known.filter_map(|(input, definition)| {
        let (text, format) = (&definition.value, Format::of(definition));
        let reading = read(text, &format, target);
        let own = &loaded.settings_file.conn_types;
        match connection_status(text, &reading, &format, &[], own) {
            Status::Error(problem) => Some((input, definition, problem)),
            _ => None,
        }
    });
    let (input, definition, mut problem) = failing.next()?;
    if ids.contains(&definition.id) {
        return None;
    }
    if let Looked::Raises { rule, message, .. } = connection(loaded, input, definition, target) {
        problem.rule = rule;
        problem.message = message;
    }
    let spot = Spot {
        path: input.path.clone(),
        line: input.position(definition.name.start).line,
    };
    Some((spot, problem))
}

fn is_broken(input: &Input) -> bool {
    let Tree::Local(tree) = &input.tree else {
        return false;
    };
    // What is wrong with a line of an `.env` file depends on the release.
    !matches!(tree, LocalTree::Env(_)) && tree.is_refused()
}

fn is_unread(input: &Input) -> bool {
    let Tree::Local(LocalTree::Yaml(tree)) = &input.tree else {
        return false;
    };
    tree.refusal.is_some_and(|refusal| refusal.is_limit)
}

fn connection(loaded: &Loaded, input: &Input, definition: &Definition, target: &Target) -> Looked {
    let format = Format::of(definition);
    let text = &definition.value;
    let readings = [(target.runtime, read(text, &format, target))];
    let value = LazyText::from(text);
    let context = EntryContext {
        target,
        carrier: Carrier::Local,
        kind: Some(EntryKind::Connection),
        id: Cow::Borrowed(&definition.id),
        name: Cow::Borrowed(&definition.id),
        name_place: Place::new(input.id, definition.name),
        value: Some(&value),
        value_place: Some(Place::new(input.id, text.source())),
        decoded_object: false,
        is_quiet: false,
        facts: &Facts::default(),
        naming: None,
        near_miss: false,
        coverage: None,
        earlier: None,
        hides: &[],
        backend: None,
        format: &format,
        is_sample: false,
        settings_file: &loaded.settings_file,
        readings: &readings,
    };
    looked(&context, text, loaded, input.id, target)
}
