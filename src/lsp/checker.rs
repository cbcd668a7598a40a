//! The thread that checks: one scope at a time, after a quiet time, the newest wish of each.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Instant;

use lsp_types::{Diagnostic, DiagnosticSeverity};

use super::diagnostics::{self, OfFile, at_the_top};
use super::documents::Documents;
use super::position::{Encoding, Lines};
use super::reading::{self, Classes, Way};
use super::scope::{self, Scope, Wishes};
use crate::aws::names::is_store_name;
use crate::check;
use crate::inputs::{EntryKind, Kind};
use crate::load::guard::guard;
use crate::load::{Loaded, TOO_LARGE, View};
use crate::settings::Broken;
use crate::source::display_path;
use crate::workspace::Files;

/// What a check looks at. A change makes a new one.
#[derive(Debug)]
pub(super) struct World {
    /// Open texts.
    pub(super) documents: Documents,
    /// What is modelled and how files are read.
    pub(super) wishes: Wishes,
    /// How the client counts.
    pub(super) encoding: Encoding,
}

/// A wish to check.
pub(super) struct Order {
    /// What.
    pub(super) scope: Scope,
    /// Counts the wishes for this scope.
    pub(super) generation: u64,
    /// Not before.
    pub(super) due: Instant,
    /// The texts.
    pub(super) world: Arc<World>,
}

/// What came of a wish.
#[derive(Debug)]
pub(super) struct Checked {
    /// What was checked.
    pub(super) scope: Scope,
    /// For which wish.
    pub(super) generation: u64,
    /// What there is to be shown.
    pub(super) found: Found,
}

/// What there is to be shown of a scope.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// By path.
    pub(super) files: BTreeMap<PathBuf, OfFile>,
    /// Nothing was checked: what was shown before still stands.
    pub(super) is_stopped: bool,
    /// What is to be told at once.
    pub(super) alarms: Vec<String>,
    /// What may be looked up.
    pub(super) notes: Vec<String>,
    /// What is known of each deployment.
    pub(super) deployments: Vec<Deployed>,
    /// The files that were read.
    pub(super) inputs: BTreeMap<PathBuf, OfInput>,
    /// The versions of open texts that were looked at.
    pub(super) versions: BTreeMap<PathBuf, i32>,
}

/// What is known of a file that was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct OfInput {
    /// What it is.
    pub(super) kind: Kind,
    /// The first deployment that it belongs to.
    pub(super) deployment: Option<usize>,
}

/// What a word of one file may be about that stands in another.
#[derive(Debug)]
pub(super) struct Deployed {
    /// The classes of its backends.
    pub(super) classes: Classes,
    /// The ids that its DAGs ask for, a reasonable number of them.
    pub(super) ids: Vec<(EntryKind, String)>,
    /// How it asks stores for entries.
    pub(super) asks: Vec<Way>,
}

/// The ids that are kept of a deployment.
const MOST_IDS: usize = 200;

/// The rules that speak of what is nowhere: where an export was passed over, nobody knows.
const NEED_EVERYTHING: [&str; 6] = ["AV216", "AV802", "AV803", "AV805", "AV901", "AV903"];

/// Checks what is ordered until nobody can order any more.
pub(super) fn work(orders: &Receiver<Order>, mut done: impl FnMut(Checked)) {
    let mut waiting: BTreeMap<Scope, Order> = BTreeMap::new();
    loop {
        let next = waiting.values().map(|order| order.due).min();
        let received = match next {
            None => orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(due) => orders.recv_timeout(due.saturating_duration_since(Instant::now())),
        };
        match received {
            Ok(order) => {
                waiting.insert(order.scope.clone(), order);
            }
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                let first = waiting.values().min_by_key(|order| order.due);
                let first = first.map(|order| order.scope.clone());
                if let Some(order) = first.and_then(|scope| waiting.remove(&scope)) {
                    done(Checked {
                        found: check(&order.scope, &order.world),
                        scope: order.scope,
                        generation: order.generation,
                    });
                }
            }
        }
    }
}

fn check(scope: &Scope, world: &World) -> Found {
    let mut files = scope::files(scope, &world.documents);
    let checked = guard(scope.folder(), || found(scope, world, &mut files));
    let mut found = checked.unwrap_or_else(|failure| Found {
        is_stopped: true,
        notes: vec![failure.to_string()],
        ..Found::default()
    });
    let open = world.documents.iter();
    found.versions = open
        .map(|(path, document)| (path.clone(), document.version))
        .collect();
    found
}

fn found(scope: &Scope, world: &World, files: &mut Files) -> Found {
    let settings = match world.wishes.settings(scope, files) {
        Ok(settings) => settings,
        Err(broken) => return stopped(broken, world, files),
    };
    let request = world.wishes.request(scope, &settings, &world.documents);
    let (mut outcome, deployed) = check::run_and_look(&request, files, false, deployed);
    let too_large = outcome.skipped.iter();
    let too_large = too_large.filter(|skipped| skipped.reason == TOO_LARGE);
    let mut notes: Vec<String> = too_large
        .map(|skipped| format!("{}: skipped: {TOO_LARGE}", display_path(&skipped.path)))
        .collect();
    if !notes.is_empty() {
        let findings = &mut outcome.report.findings;
        findings.retain(|finding| !NEED_EVERYTHING.contains(&finding.rule.code));
    }
    notes.extend(outcome.targets.iter().map(|line| format!("target: {line}")));
    notes.extend(outcome.notes.iter().cloned());
    let failures = outcome.report.failures.iter();
    notes.extend(failures.map(ToString::to_string));
    Found {
        files: diagnostics::by_file(&outcome, scope.folder(), &world.documents, world.encoding),
        notes,
        deployments: deployed.0,
        inputs: deployed.1,
        ..Found::default()
    }
}

/// What is known of each deployment, and of the files.
fn deployed(loaded: &Loaded) -> (Vec<Deployed>, BTreeMap<PathBuf, OfInput>) {
    let mut failures = Vec::new();
    let views = loaded.views(&mut failures);
    let has_stores = loaded.inputs.iter().any(|input| input.kind.is_store());
    let stores = Kind::ALL.iter().copied();
    // Of what a local file holds, the file itself says enough.
    let stores: Vec<Kind> = stores
        .filter(|kind| has_stores && kind.is_store() && !kind.is_local())
        .collect();
    let deployments = (0..loaded.groups.len()).map(|group| {
        let views: Vec<&View<'_>> = views.iter().filter(|view| view.group == group).collect();
        // A hover names them.
        let ids = loaded.used(group).ids.into_iter();
        let ids = ids.filter(|used| is_store_name(used.id)).take(MOST_IDS);
        Deployed {
            classes: reading::classes(views.iter().copied()),
            ids: ids.map(|used| (used.kind, used.id.to_owned())).collect(),
            asks: reading::asks(&views, &stores),
        }
    });
    let mut inputs = BTreeMap::new();
    for input in &loaded.inputs {
        // The file comes before its parts.
        let of = inputs.entry(input.path.clone()).or_insert(OfInput {
            kind: input.kind,
            deployment: None,
        });
        of.deployment = of.deployment.or_else(|| loaded.group_of(input.id));
    }
    (deployments.collect(), inputs)
}

/// The settings file has mistakes: as with `airvane check`, nothing is done before there is none.
fn stopped(broken: Broken, world: &World, files: &Files) -> Found {
    let bytes = files.open(&broken.path).ok();
    let bytes = bytes.and_then(|content| content.into_bytes().ok());
    let bytes = bytes.unwrap_or_default();
    let is_open = world.documents.contains_key(&broken.path);
    let lines = if is_open {
        Lines::new(&bytes, world.encoding)
    } else {
        Lines::of_file(&bytes, world.encoding)
    };
    let mut diagnostics: Vec<Diagnostic> = broken
        .mistakes
        .into_iter()
        .map(|mistake| Diagnostic {
            range: lines.range(mistake.span.start, mistake.span.end),
            ..at_the_top(DiagnosticSeverity::ERROR, mistake.message)
        })
        .collect();
    if diagnostics.is_empty() {
        let message = "cannot be read as settings".to_owned();
        diagnostics.push(at_the_top(DiagnosticSeverity::ERROR, message));
    }
    let of_file = OfFile {
        diagnostics,
        ..OfFile::default()
    };
    Found {
        files: BTreeMap::from([(broken.path, of_file)]),
        is_stopped: true,
        alarms: broken.lines,
        ..Found::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;

    #[test]
    fn what_needs_everything_is_a_rule() {
        for code in NEED_EVERYTHING {
            assert!(rules::find(code).is_some(), "{code}");
        }
    }
}
