//! Calls into the rooms below that the runner needs in one shape.

use super::Request;
use super::rules::View;
use super::visible::Seen;
use crate::airflow::backend::construct::Attribute;
use crate::airflow::backend::{self, Backend, Construction, SecretsConfig};
use crate::airflow::config::Settings;
use crate::airflow::connection::{self, Format};
use crate::airflow::pattern::Pattern;
use crate::airflow::{Runtime, Target, Version};
use crate::inputs::opaque::opacity;
use crate::inputs::store::Summary;
use crate::inputs::{self, Input, Kind, Tree};
use crate::report::Failure;
use crate::source::{FileId, Place, Span, Text};
use crate::syntax::dotenv::Outside;
use crate::syntax::json::{self, stream::ProblemKind};

/// The backends that the settings configure.
pub(super) fn secrets<'a>(settings: &Settings<'a>, target: &Target) -> SecretsConfig<'a> {
    SecretsConfig::read(settings, target)
}

/// Reads a settings file: `input` holds path, kind and bytes.
pub(super) fn settings_input(mut input: Input, request: &Request) -> Input {
    if let Some(why) = opacity(&input.bytes, true) {
        input.tree = Tree::Opaque(why);
        return input;
    }
    let bytes = std::sync::Arc::clone(&input.bytes);
    let text = std::str::from_utf8(&bytes).unwrap_or_default();
    if input.kind.is_local() {
        let is_json = inputs::local::is_json(&input.path, &bytes).unwrap_or_default();
        let parts = inputs::local::read(text, input.kind, input.id, is_json);
        input.tree = Tree::Local(parts.tree);
        input.definitions = parts.definitions;
        input.mask = parts.mask;
    } else if input.kind == Kind::Cfg {
        let parts = inputs::cfg::read(text, input.id, &input.path);
        input.tree = Tree::Cfg(parts.tree);
        input.settings = parts.settings;
        input.mask = parts.mask;
        input.templated = parts.templated;
    } else {
        // Of the environment only what the command line says is known.
        let outside = |name: &str| {
            let defined = request.define.iter().rev().find(|(known, _)| known == name);
            match defined {
                Some((_, Some(value))) => Outside::Value(value.expose().to_owned()),
                _ => Outside::Unknown,
            }
        };
        let parts = inputs::env::read(text, request.dialect, &outside, input.id, &input.path);
        input.tree = Tree::Env(parts.tree);
        input.settings = parts.settings;
        input.definitions = parts.definitions;
        input.variables = parts.variables;
        input.mask = parts.mask;
        input.templated = parts.templated;
    }
    input
}

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
) -> Vec<Span> {
    let mut all = readings
        .iter()
        .map(|(_, reading)| connection::visible_spans(value, reading));
    let Some(first) = all.next() else {
        return Vec::new();
    };
    let rest: Vec<Vec<Span>> = all.collect();
    let everywhere = |span: &Span| rest.iter().all(|spans| spans.contains(span));
    first.into_iter().filter(everywhere).collect()
}

/// As [`visible_connection`], of a definition in `file`.
pub(super) fn visible_readings(
    readings: &[(Runtime, connection::Reading)],
    value: &Text,
    file: FileId,
) -> Seen {
    let place = |span| Place::new(file, span);
    let spans = visible_connection(readings, value).into_iter();
    Seen {
        read: vec![place(value.source())],
        shown: spans.map(place).collect(),
    }
}

/// A custom backend is configured.
pub(super) fn has_backend(secrets: &SecretsConfig<'_>) -> bool {
    secrets.backends().next().is_some()
}

/// True when the backend's class reads stores of this kind.
pub(super) fn serves(backend: &Backend<'_>, kind: Kind) -> bool {
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
pub(super) fn format(kind: Kind, backend: Option<&Backend<'_>>, target: &Target) -> Format {
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
pub(super) fn reads_its_own_way(backend: &Backend<'_>, target: &Target) -> bool {
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
pub(super) fn patterns(backend: &Backend<'_>, target: &Target) -> [Option<Pattern>; 3] {
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

/// The part of a store that could not be read for a reason that is not its own.
pub(super) fn stream_failure(summary: &Summary, input: &Input) -> Option<Failure> {
    let problem = summary.problem.as_ref()?;
    let message = match problem.kind {
        ProblemKind::Io(kind) => format!("cannot be read to its end: {kind}"),
        ProblemKind::TooLarge => {
            let line = problem.spot.0.line;
            format!("line {line}: an entry is larger than any store allows; not read further")
        }
        ProblemKind::Json(_) | ProblemKind::NotUtf8 => return None,
    };
    Some(Failure {
        path: Some(input.path.clone()),
        message,
    })
}
