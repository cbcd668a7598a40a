//! What the rules about stores share: which store an entry is meant for, and how its name is said.

use crate::aws::names::is_store_name;
use crate::inputs::Kind;
use crate::report::Finding;
use crate::rules::{Carrier, EntryContext, StoreContext};
use crate::source::{Place, Position, Span};

/// The store that holds an entry, or is meant to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Store {
    Ssm,
    SecretsManager,
}

/// A flat map is the store's that the settings ask; without settings that is not known.
pub(super) fn store(cx: &EntryContext<'_>) -> Option<Store> {
    match cx.carrier {
        Carrier::Env | Carrier::Local | Carrier::Command | Carrier::Elsewhere => None,
        Carrier::Ssm => Some(Store::Ssm),
        Carrier::SecretsManager => Some(Store::SecretsManager),
        Carrier::Flat => {
            let naming = cx.naming.filter(|naming| naming.from_settings)?;
            match naming.store {
                Kind::Ssm => Some(Store::Ssm),
                Kind::SecretsManager => Some(Store::SecretsManager),
                _ => None,
            }
        }
    }
}

/// The entry's name, where it may be told: anything else that stands there may be something else.
pub(super) fn named(cx: &EntryContext<'_>) -> String {
    if is_store_name(&cx.name) {
        format!("`{}`", cx.name)
    } else {
        "this name".to_owned()
    }
}

/// A part of the name (byte range), where the file holds it without escapes; else all of it.
pub(super) fn part_of_name(cx: &EntryContext<'_>, range: std::ops::Range<usize>) -> Place {
    let Place { file, span } = cx.name_place;
    if span.len() != cx.name.len() {
        return cx.name_place;
    }
    let span = Span::new(span.start + range.start, span.start + range.end);
    Place::new(file, span)
}

/// The place of what is said of a whole export, and its line and column.
pub(super) fn whole(cx: &StoreContext<'_>) -> (Place, (Position, Position)) {
    let start = Position {
        offset: 0,
        line: 1,
        column: 1,
        column_bytes: 1,
        column_utf16: 1,
    };
    (Place::new(cx.input.id, Span::at(0)), (start, start))
}

/// Sets line and column, which a stream knows and the report does not.
pub(super) fn at(finding: &mut Finding, position: (Position, Position)) -> &mut Finding {
    finding.position = Some(position);
    finding
}
