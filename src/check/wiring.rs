//! What the twin says may be shown, as the runner keeps it.

use std::collections::HashSet;

use super::visible::Seen;
use crate::airflow::Runtime;
use crate::airflow::conn_types::OwnTypes;
use crate::airflow::{backend, connection};
use crate::load::View;
use crate::source::{FileId, Place, Span, Text};

/// What may be shown of the settings of one view.
pub(super) fn visible_settings(view: &View<'_>) -> Vec<Seen> {
    let pairs = view.secrets.pairs();
    pairs
        .map(|backend| Seen {
            read: backend::read_places(backend),
            shown: backend::visible_places(backend),
        })
        .collect()
}

/// What may be shown of a connection: what every process may show.
pub(super) fn visible_connection(
    readings: &[(Runtime, connection::Reading)],
    value: &Text,
    own: &OwnTypes,
) -> Vec<Span> {
    let mut all = readings
        .iter()
        .map(|(_, reading)| connection::visible_spans(value, reading, own));
    let Some(first) = all.next() else {
        return Vec::new();
    };
    let rest: Vec<HashSet<Span>> = all.map(HashSet::from_iter).collect();
    let everywhere = |span: &Span| rest.iter().all(|spans| spans.contains(span));
    first.into_iter().filter(everywhere).collect()
}

/// As [`visible_connection`], of a definition in `file`.
pub(super) fn visible_readings(
    readings: &[(Runtime, connection::Reading)],
    value: &Text,
    file: FileId,
    own: &OwnTypes,
) -> Seen {
    let place = |span| Place::new(file, span);
    let spans = visible_connection(readings, value, own).into_iter();
    Seen {
        read: vec![place(value.source())],
        shown: spans.map(place).collect(),
    }
}
