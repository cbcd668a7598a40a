//! `list`: every connection, variable and option that was found, as Airflow would read it.
//!
//! Goes through the inputs in their order and lends one [`Item`] at a time; of a store nothing is kept.
//! What an item holds is the twin's answer; whether it may be shown is said beside it. Nothing is
//! printed here.

mod definitions;
mod judged;
mod stores;

use std::collections::BTreeSet;
use std::io;

use crate::airflow::connection::{Fields, Format, Reading};
use crate::airflow::{Target, TargetSource};
use crate::inputs::{EntryKind, Input};
use crate::load::{Loaded, View};
use crate::report::Failure;
use crate::source::{FileId, Position};
use crate::workspace::Content;

pub(crate) use judged::{BAD_WORDS, Judged, connection as connection_status};

/// One connection, variable or option.
#[derive(Debug)]
pub struct Item<'e> {
    /// The file it stands in.
    pub input: &'e Input,
    /// Where its name stands.
    pub position: Position,
    /// What it is; `None` where no prefix covers the name.
    pub kind: Option<EntryKind>,
    /// The id that asks for it; `None` where nothing does.
    pub id: Option<&'e str>,
    /// Its name in the store, of the environment variable, or in the local file.
    pub name: &'e str,
    /// The name is one that a store can hold, or a variable of Airflow: it may be shown.
    pub name_is_public: bool,
    /// It stands where nothing but a name stands, if the file is whole ([`Listing::broken`]): it may be shown where
    /// nobody has asked for it.
    pub name_is_certain: bool,
    /// What Airflow makes of it.
    pub status: Status<'e>,
}

/// What Airflow makes of an entry.
#[derive(Debug)]
pub enum Status<'e> {
    /// A connection is built.
    Connection(Built<'e>),
    /// A connection is built of a value about which there is nothing to say; its extra is not read.
    Plain(Fields<'e>),
    /// The text of a variable or an option.
    Value(&'e str),
    /// An exception.
    Error(Problem),
    /// Airflow is never given it, for this reason.
    Unreachable(&'static str),
    /// What Airflow would see is not known, for this reason.
    Unknown(&'static str),
}

/// A connection that was built.
#[derive(Debug)]
pub struct Built<'e> {
    /// What was read; its outcome is a connection.
    pub reading: &'e Reading,
    /// How the text is kept.
    pub format: &'e Format,
    /// What of it may be shown.
    pub may_show: MayShow,
    /// A later step of the lookup fails.
    pub unusable: Option<Problem>,
}

/// What may be shown of a connection without being asked to reveal it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MayShow {
    /// The parts that are no secrets: no finding of severity warning or above stands on the value, and
    /// no `@` behind its authority.
    pub parts: bool,
    /// With them the type, which no provider registers: the settings file declares it.
    pub own_type: bool,
}

/// Why Airflow gets no connection out of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Name of the Python exception.
    pub airflow: &'static str,
    /// The rule that explains it.
    pub rule: Option<&'static str>,
    /// What is wrong, without any part of the value.
    pub message: String,
}

/// Takes the items; an error ends the listing.
pub type Sink<'s> = dyn FnMut(&Item<'_>) -> io::Result<()> + 's;

/// What a listing leaves behind.
#[derive(Debug, Default)]
pub struct Listing {
    /// What could not be read to its end.
    pub failures: Vec<Failure>,
    /// Exports that break off: what stands there for a name may be something else.
    pub broken: BTreeSet<FileId>,
    /// Why the sink wants no more.
    pub stopped: Option<io::Error>,
}

/// Lends every item of `loaded`, file by file, in the order of the files.
/// `reads_extras`: what the extra of a connection holds is wanted, and not only whether there is one.
pub fn run(
    loaded: &Loaded,
    contents: Vec<Option<Content>>,
    reads_extras: bool,
    sink: &mut Sink<'_>,
) -> Listing {
    let mut listing = Listing::default();
    let views = loaded.views(&mut listing.failures);
    let judged = Judged::new(&loaded.settings_file);
    let wants = Wants {
        judged: &judged,
        reads_extras,
    };
    for (input, content) in loaded.inputs.iter().zip(contents) {
        if listing.stopped.is_some() {
            break;
        }
        let Some(target) = loaded.targets_of(input.id).first() else {
            continue;
        };
        let target = chosen(target);
        if let Some(content) = content {
            let group = loaded.group_of(input.id);
            let views: Vec<&View<'_>> = views
                .iter()
                .filter(|view| Some(view.group) == group && loaded.asks(view, input.id))
                .collect();
            stores::list(input, content, &views, &target, &wants, sink, &mut listing);
        } else {
            definitions::list(input, &target, &judged, sink, &mut listing);
        }
    }
    listing
}

/// What is wanted of the items of a store.
struct Wants<'w> {
    judged: &'w Judged<'w>,
    reads_extras: bool,
}

/// The target as if somebody had chosen it: what steps down for a guess must hide its value all the
/// same.
fn chosen(target: &Target) -> Target {
    Target {
        source: TargetSource::CommandLine,
        ..target.clone()
    }
}
