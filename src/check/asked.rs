//! How the entries of a store are asked for: the namings of the backends that a deployment
//! configures, and what they make of a name together.

use super::rules::View;
use super::wiring;
use crate::airflow::Target;
use crate::airflow::backend::Backend;
use crate::airflow::connection::Format;
use crate::airflow::lookup::{Coverage, Naming, NearMiss};
use crate::airflow::pattern::Pattern;
use crate::inputs::Kind;

/// How names may be built, for one target.
pub(super) struct Asked<'v, 'a> {
    pub(super) naming: Naming,
    pub(super) backend: Option<&'v Backend<'a>>,
    /// The choices whose backend asks so.
    choices: Vec<usize>,
    /// How the values of connections are read.
    pub(super) format: Format,
    /// The values of connections are read in a way of their own, of which nothing is known.
    pub(super) has_own_way: bool,
    /// The lookup patterns of connections, variables and options.
    pub(super) patterns: [Option<Pattern>; 3],
}

/// The namings under which the group's backends ask a store of this kind; the defaults of the kind
/// where no backend says.
pub(super) fn ways<'v, 'a>(
    kind: Kind,
    views: &[&'v View<'a>],
    target: &Target,
) -> Vec<Asked<'v, 'a>> {
    let mut ways: Vec<Asked<'v, 'a>> = Vec::new();
    for view in views
        .iter()
        .filter(|view| std::ptr::eq(view.target, target))
    {
        for backend in view.secrets.backends() {
            if !wiring::serves(backend, kind) {
                continue;
            }
            let Some(naming) = backend.naming(target) else {
                continue;
            };
            if let Some(way) = ways.iter_mut().find(|way| way.naming == naming) {
                way.choices.push(view.choice);
                continue;
            }
            ways.push(Asked {
                naming,
                backend: Some(backend),
                choices: vec![view.choice],
                format: wiring::format(kind, Some(backend), target),
                has_own_way: wiring::reads_its_own_way(backend, target),
                patterns: wiring::patterns(backend, target),
            });
        }
    }
    if ways.is_empty() {
        ways.push(Asked {
            naming: Naming::defaults(kind, target.amazon()),
            backend: None,
            choices: Vec::new(),
            format: wiring::format(kind, None, target),
            has_own_way: false,
            patterns: [None, None, None],
        });
    }
    ways
}

/// What a name is when several backends or alternative files may ask for it: known only if they
/// agree on the kind. The number is that of the way that asks.
pub(super) fn covered(name: &str, ways: &[Asked<'_, '_>]) -> (usize, Coverage) {
    let mut best: Option<(usize, Coverage)> = None;
    for (number, way) in ways.iter().enumerate() {
        let coverage = way.naming.coverage(name);
        best = Some(match (best, coverage) {
            (None | Some((_, Coverage::Foreign)), coverage) => (number, coverage),
            (Some((at, Coverage::Covered { kind, id })), Coverage::Covered { kind: other, .. })
                if kind != other =>
            {
                (at, Coverage::Ambiguous { id })
            }
            (Some(best), _) => best,
        });
    }
    best.expect("there is always one way")
}

/// The way by which a name is a near miss, and how. Which of several files is used nobody knows:
/// with each of them it must be one, and no backend may ask for it.
pub(super) fn near_miss(
    name: &str,
    coverage: &Coverage,
    ways: &[Asked<'_, '_>],
) -> Option<(usize, NearMiss)> {
    // Nearly every name: some backend asks for it, and by an id that a person would use.
    if let Coverage::Covered { id, .. } | Coverage::Ambiguous { id } = coverage
        && !id.starts_with('/')
        && !id.ends_with('/')
    {
        return None;
    }
    let mut near: Vec<(usize, NearMiss)> = Vec::new();
    for (number, way) in ways.iter().enumerate() {
        match way.naming.near_miss(name) {
            Some(miss) => near.push((number, miss)),
            None if way.naming.coverage(name) != Coverage::Foreign => return None,
            None => {}
        }
    }
    let mut choices = ways.iter().flat_map(|way| &way.choices);
    let everywhere = choices.all(|choice| {
        let mut near = near.iter().map(|(number, _)| &ways[*number]);
        near.any(|way| way.choices.contains(choice))
    });
    near.into_iter().next().filter(|_| everywhere)
}
