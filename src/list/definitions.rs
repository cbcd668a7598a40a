//! Items of files that are held: environment variables and the entries of local secrets files.

use std::borrow::Cow;

use super::judged::Judged;
use super::{Item, Listing, Problem, Sink, Status};
use crate::airflow::Target;
use crate::airflow::connection::{self, Format, Reader};
use crate::airflow::local_file::{self, LocalVariable};
use crate::aws::names::is_store_name;
use crate::inputs::env::is_public_name;
use crate::inputs::local::LocalTree;
use crate::inputs::{Definition, EntryKind, Input, Notation, Tree, is_sample};
use crate::load::guard::guard;
use crate::rules::{Carrier, EntryContext, Facts};
use crate::source::Place;

/// Lends the definitions of `input`.
pub(super) fn list(
    input: &Input,
    target: &Target,
    judged: &Judged<'_>,
    sink: &mut Sink<'_>,
    listing: &mut Listing,
) {
    for definition in &input.definitions {
        let listed = guard(&input.path, || one(input, definition, target, judged, sink));
        match listed {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                listing.stopped = Some(error);
                return;
            }
            Err(failure) => listing.failures.push(failure),
        }
    }
}

fn one(
    input: &Input,
    definition: &Definition,
    target: &Target,
    judged: &Judged<'_>,
    sink: &mut Sink<'_>,
) -> std::io::Result<()> {
    let is_env = definition.notation == Notation::Env;
    // In an environment variable's name the id is in upper case.
    let name = input
        .bytes
        .get(definition.name.start..definition.name.end)
        .filter(|_| is_env)
        .map_or(
            Cow::Borrowed(definition.id.as_str()),
            String::from_utf8_lossy,
        );
    let format = Format::of(definition);
    let value = &definition.value;
    let reader = Reader {
        airflow: target.airflow,
        runtime: target.runtime,
        python: target.python,
    };
    let reading;
    let held;
    let status = if definition.kind == EntryKind::Connection {
        reading = [(target.runtime, connection::read(value, &reader, &format))];
        let context = EntryContext {
            target,
            carrier: Carrier::of(definition.notation),
            kind: Some(definition.kind),
            id: Cow::Borrowed(&definition.id),
            name: name.clone(),
            name_place: Place::new(input.id, definition.name),
            value: Some(&value.into()),
            value_place: Some(Place::new(input.id, value.source())),
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
            is_sample: is_sample(&input.path),
            settings_file: judged.settings_file,
            readings: &reading,
        };
        let findings = judged.findings(input, target, &context);
        judged.listed(value, &reading[0].1, &format, &findings)
    } else {
        held = local_file::variable(definition, target.airflow);
        match &held {
            LocalVariable::Text(text) | LocalVariable::Value(text) => Status::Value(text.expose()),
            LocalVariable::Null => {
                Status::Unreachable("it is null, which the backend returns as nothing")
            }
            LocalVariable::NotUnique => Status::Error(Problem {
                airflow: local_file::variable_not_unique(target.airflow),
                rule: Some("AV113"),
                message: "it is a list of none or of several, and Airflow refuses the whole file"
                    .to_owned(),
            }),
            LocalVariable::Unknown => {
                Status::Unknown("the value holds what is not known before Airflow runs")
            }
        }
    };
    sink(&Item {
        input,
        position: input.position(definition.name.start),
        kind: Some(definition.kind),
        id: Some(&definition.id),
        name: &name,
        // A variable of Airflow has a name like no other; what else people write may be torn.
        name_is_certain: is_env && is_public_name(&name) && input.mask.shows(definition.name),
        name_is_public: if is_env {
            is_public_name(&name)
        } else {
            is_store_name(&name) && !is_torn(definition, input)
        },
        status,
    })
}

/// A line of connections that may go on from the one above: the file hides what stands before its `=`.
fn is_torn(definition: &Definition, input: &Input) -> bool {
    let is_line = matches!(&input.tree, Tree::Local(LocalTree::Env(_)));
    is_line && definition.kind == EntryKind::Connection && !input.mask.shows(definition.name)
}
