//! How the entries of a store are asked for: the namings of the backends that a deployment
//! configures, and what they make of a name together.

use super::View;
use crate::airflow::backend::construct::Attribute;
use crate::airflow::backend::{self, Backend, Constructed, Construction, Held};
use crate::airflow::connection::Format;
use crate::airflow::lookup::{Coverage, Naming, NearMiss};
use crate::airflow::pattern::Pattern;
use crate::airflow::{Runtime, Target};
use crate::inputs::store::Entry;
use crate::inputs::{EntryKind, Kind};
use crate::source::Text;

/// How names may be built, for one target.
pub struct Asked<'v, 'a> {
    /// How names are built.
    pub naming: Naming,
    /// The backend that asks; `None`: the defaults of the store's kind.
    pub backend: Option<&'v Backend<'a>>,
    /// What Airflow builds from it.
    pub built: Option<Box<Constructed<'v>>>,
    /// The choices whose backend asks so.
    choices: Vec<usize>,
    /// How the values of connections are read.
    pub format: Format,
    /// The values of connections are read in a way of their own, of which nothing is known.
    pub has_own_way: bool,
    /// The lookup patterns of connections, variables and options.
    pub patterns: [Option<Pattern>; 3],
}

impl Asked<'_, '_> {
    /// What Airflow is given of a secret. `secret`: its text, or the JSON of the object that it is.
    pub fn held(&self, store: Kind, kind: EntryKind, secret: impl FnOnce() -> Text) -> Held {
        let is_connection = kind == EntryKind::Connection;
        match (&self.built, store) {
            (Some(built), Kind::KubernetesSecret) => built.datum(kind, &secret()),
            (None, Kind::KubernetesSecret) => backend::usual_datum(&secret()),
            (Some(built), _) if !is_connection && !built.class.is_aws() => built.held(&secret()),
            (None, Kind::Vault) if !is_connection => backend::held("hashicorp_vault", &secret()),
            _ => Held::Whole,
        }
    }
}

/// The namings under which the group's backends ask a store of this kind; the defaults of the kind
/// where no backend says.
pub fn ways<'v, 'a>(kind: Kind, views: &[&'v View<'a>], target: &Target) -> Vec<Asked<'v, 'a>> {
    let views = views.iter();
    let views = views.filter(|view| std::ptr::eq(view.target, target));
    let backends = views.flat_map(|view| {
        let backends = view.secrets.backends();
        backends.map(|backend| (view.choice, backend))
    });
    of_backends(kind, backends, target)
}

/// As [`ways`], of the backend that the one process of `target` asks.
pub fn ways_of<'v, 'a>(kind: Kind, views: &[&'v View<'a>], target: &Target) -> Vec<Asked<'v, 'a>> {
    let backends = views.iter().map(|view| {
        let backend = match target.runtime {
            Runtime::Task => view.secrets.for_worker(),
            Runtime::Server | Runtime::Both => &view.secrets.main,
        };
        (view.choice, backend)
    });
    of_backends(kind, backends, target)
}

fn of_backends<'v, 'a: 'v>(
    kind: Kind,
    backends: impl Iterator<Item = (usize, &'v Backend<'a>)>,
    target: &Target,
) -> Vec<Asked<'v, 'a>> {
    let mut ways: Vec<Asked<'v, 'a>> = Vec::new();
    let mut unsure = false;
    for (choice, backend) in backends {
        if !serves(backend, kind) {
            continue;
        }
        let Construction::Built(built) = backend.construct(target) else {
            continue;
        };
        let namings = match &built.naming {
            Some(naming) => vec![naming.clone()],
            None if built.class.is_aws() => continue,
            None => built.namings(target, backend.multi_team),
        };
        unsure = unsure || namings.is_empty();
        for naming in namings {
            let same = ways.iter_mut().find(|way| way.naming == naming);
            if let Some(way) = same {
                way.choices.push(choice);
                continue;
            }
            let format = built.connection_format(target);
            ways.push(Asked {
                naming,
                backend: Some(backend),
                choices: vec![choice],
                built: Some(built.clone()),
                has_own_way: format.is_none(),
                format: format.unwrap_or(Format::Airflow),
                patterns: patterns(backend, target),
            });
        }
    }
    if ways.is_empty() {
        ways.push(Asked {
            naming: Naming::defaults(kind, target.amazon()),
            backend: None,
            choices: Vec::new(),
            built: None,
            format: backend::format_of_store(kind, target),
            // Names that are not known may be any.
            has_own_way: unsure,
            patterns: [None, None, None],
        });
    }
    ways
}

/// What the name of an entry is. One without its path is anybody's.
pub fn covered_entry<'n>(
    entry: &Entry<'_>,
    name: &'n str,
    ways: &[Asked<'_, '_>],
) -> (usize, Coverage<'n>) {
    if entry.is_bare() {
        return (0, Coverage::Ambiguous { id: name });
    }
    covered(name, ways)
}

/// What a name is when several backends or alternative files may ask for it: known only if they
/// agree on the kind. The number is that of the way that asks.
pub fn covered<'n>(name: &'n str, ways: &[Asked<'_, '_>]) -> (usize, Coverage<'n>) {
    let mut best: Option<(usize, Coverage<'_>)> = None;
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
pub fn near_miss(
    name: &str,
    coverage: Coverage<'_>,
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

/// True when the backend's class reads stores of this kind.
fn serves(backend: &Backend<'_>, kind: Kind) -> bool {
    let Some(known) = backend.known_class() else {
        return false;
    };
    backend::serves(&known.class.short_name, kind)
}

/// The lookup patterns of an AWS backend, in the order of its prefixes; none where there is none,
/// or where it is no pattern.
fn patterns(backend: &Backend<'_>, target: &Target) -> [Option<Pattern>; 3] {
    let mut found = [None, None, None];
    if let Construction::Built(built) = backend.construct(target) {
        for (kind, pattern) in &built.patterns {
            if let Attribute::Text(text) = pattern {
                found[*kind as usize] = Pattern::new(text, target.python).ok();
            }
        }
    }
    found
}
