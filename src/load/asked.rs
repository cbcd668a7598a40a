//! How the entries of a store are asked for: the namings of the backends that a deployment
//! configures, and what they make of a name together.

use super::View;
use crate::airflow::backend::construct::Attribute;
use crate::airflow::backend::{self, Backend, Construction};
use crate::airflow::connection::Format;
use crate::airflow::lookup::{Coverage, Naming, NearMiss};
use crate::airflow::pattern::Pattern;
use crate::airflow::{Target, Version};
use crate::inputs::Kind;
use crate::syntax::json;

/// How names may be built, for one target.
pub struct Asked<'v, 'a> {
    /// How names are built.
    pub naming: Naming,
    /// The backend that asks; `None`: the defaults of the store's kind.
    pub backend: Option<&'v Backend<'a>>,
    /// The choices whose backend asks so.
    choices: Vec<usize>,
    /// How the values of connections are read.
    pub format: Format,
    /// The values of connections are read in a way of their own, of which nothing is known.
    pub has_own_way: bool,
    /// The lookup patterns of connections, variables and options.
    pub patterns: [Option<Pattern>; 3],
}

/// The namings under which the group's backends ask a store of this kind; the defaults of the kind
/// where no backend says.
pub fn ways<'v, 'a>(kind: Kind, views: &[&'v View<'a>], target: &Target) -> Vec<Asked<'v, 'a>> {
    let mut ways: Vec<Asked<'v, 'a>> = Vec::new();
    for view in views
        .iter()
        .filter(|view| std::ptr::eq(view.target, target))
    {
        for backend in view.secrets.backends() {
            if !serves(backend, kind) {
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
                format: format(kind, Some(backend), target),
                has_own_way: reads_its_own_way(backend, target),
                patterns: patterns(backend, target),
            });
        }
    }
    if ways.is_empty() {
        ways.push(Asked {
            naming: Naming::defaults(kind, target.amazon()),
            backend: None,
            choices: Vec::new(),
            format: format(kind, None, target),
            has_own_way: false,
            patterns: [None, None, None],
        });
    }
    ways
}

/// What a name is when several backends or alternative files may ask for it: known only if they
/// agree on the kind. The number is that of the way that asks.
pub fn covered(name: &str, ways: &[Asked<'_, '_>]) -> (usize, Coverage) {
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
pub fn near_miss(
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

/// True when the backend's class reads stores of this kind.
fn serves(backend: &Backend<'_>, kind: Kind) -> bool {
    let Some(known) = backend.known_class() else {
        return false;
    };
    match kind {
        Kind::Ssm => known.class.short_name == "aws_ssm",
        Kind::SecretsManager => known.class.short_name == "aws_secrets_manager",
        _ => known.class.is_aws(),
    }
}

/// How a value of this store is read. A flat map that no settings explain may come from Secrets
/// Manager, whose reader takes more.
fn format(kind: Kind, backend: Option<&Backend<'_>>, target: &Target) -> Format {
    let secrets_manager = match backend {
        Some(backend) => serves(backend, Kind::SecretsManager),
        None => kind != Kind::Ssm,
    };
    // `SecretsManagerBackend.get_conn_value` before 7.0 hands the text over as it is.
    if !secrets_manager || target.amazon() < Version::new(7, 0, 0) {
        return Format::Airflow;
    }
    Format::SecretsManager {
        extra_conn_words: backend.map(extra_conn_words).unwrap_or_default(),
    }
}

/// `SecretsManagerBackend(full_url_mode=False)` before amazon 7.0: Python literals, aliases and
/// percent-encoded fields, otherwise in almost every release.
fn reads_its_own_way(backend: &Backend<'_>, target: &Target) -> bool {
    let is_full = |value: &backend::KwargValue<'_>| {
        value
            .json()
            .is_some_and(|value| value.kind() == json::Kind::True)
    };
    target.amazon() < Version::new(7, 0, 0)
        && serves(backend, Kind::SecretsManager)
        && backend
            .kwarg("full_url_mode")
            .is_some_and(|kwarg| !is_full(&kwarg.value))
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

/// `extra_conn_words={"user": ["username"]}`
fn extra_conn_words(backend: &Backend<'_>) -> Vec<(String, Vec<String>)> {
    let Some(kwarg) = backend.kwarg("extra_conn_words") else {
        return Vec::new();
    };
    let Some(object) = kwarg.value.json() else {
        return Vec::new();
    };
    object
        .members()
        .filter_map(|member| {
            let field = member.key.as_str()?.into_owned();
            let words = member.value.items();
            let words = words.filter_map(|word| Some(word.as_str()?.into_owned()));
            Some((field, words.collect()))
        })
        .collect()
}
