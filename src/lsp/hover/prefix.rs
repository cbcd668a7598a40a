//! Hover on what decides the names that a backend asks for: its prefixes and lookup patterns, with the ids of
//! this deployment for examples.

use super::Scene;
use crate::airflow::Target;
use crate::airflow::backend::construct::Construction;
use crate::airflow::backend::{Ask, Backend, KwargValue, Question, Role};
use crate::airflow::pattern::Pattern;
use crate::airflow::public::{self, Shape as PublicShape};
use crate::inputs::{EntryKind, Input};

impl Scene<'_> {
    /// The names that a prefix leads to, and the ids that a lookup pattern lets through.
    pub(super) fn leads_to(&self, input: &Input, role: Role, key: &str) -> String {
        let Some((kind, is_pattern)) = kind_of(key) else {
            return String::new();
        };
        for view in self.reading.views(input) {
            let backends = view.secrets.backends();
            for backend in backends.filter(|backend| backend.role == role) {
                let told = if is_pattern {
                    self.lets_through(backend, kind, key, view.target)
                } else {
                    self.asks_for(backend, kind, key, view.target)
                };
                if let Some(told) = told {
                    return format!("\n\n{told}");
                }
            }
        }
        String::new()
    }

    /// Some ids of this kind that are asked for; else one that everybody understands.
    fn examples(&self, kind: EntryKind) -> Vec<&str> {
        let ids = self.ids.iter().filter(|(of, _)| *of == kind);
        let mut ids: Vec<&str> = ids.map(|(_, id)| id.as_str()).collect();
        if ids.is_empty() {
            ids.push(match kind {
                EntryKind::Connection => "smtp_default",
                EntryKind::Variable => "my_variable",
                EntryKind::Config => "sql_alchemy_conn",
            });
        }
        ids
    }

    fn asks_for(
        &self,
        backend: &Backend<'_>,
        kind: EntryKind,
        key: &str,
        target: &Target,
    ) -> Option<String> {
        shown(backend, key)?;
        let Construction::Built(built) = backend.construct(target) else {
            return None;
        };
        let mut lines = Vec::new();
        for id in self.examples(kind).into_iter().take(5) {
            let question = Question {
                kind,
                id,
                team: None,
                multi_team: backend.multi_team,
            };
            if let Ask::For(names) = built.ask(&question, target)
                && names.iter().all(|name| PublicShape::Name.admits(name))
            {
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                lines.push(format!(
                    "- {} `{id}`: {}",
                    kind.word(),
                    names.join(", then ")
                ));
            }
        }
        (!lines.is_empty()).then(|| {
            let airflow = target.airflow;
            format!("Airflow {airflow} asks for:\n\n{}", lines.join("\n"))
        })
    }

    fn lets_through(
        &self,
        backend: &Backend<'_>,
        kind: EntryKind,
        key: &str,
        target: &Target,
    ) -> Option<String> {
        let value = shown(backend, key)?;
        let pattern = Pattern::new(&value, target.python).ok()?;
        let of_dags = self.ids.iter().any(|(of, _)| *of == kind);
        let mut lines = Vec::new();
        for id in self.examples(kind).into_iter().take(20) {
            let verdict = if pattern.matches(id)? {
                "is looked for here"
            } else {
                "is not looked for here"
            };
            lines.push(format!("- `{id}` {verdict}"));
        }
        let from = if of_dags {
            "Of the ids that DAGs ask for"
        } else {
            "For instance"
        };
        Some(format!("{from}:\n\n{}", lines.join("\n")))
    }
}

/// Of what a keyword argument decides the names, and whether it is a pattern.
fn kind_of(key: &str) -> Option<(EntryKind, bool)> {
    let (kind, rest) = [
        ("connections", EntryKind::Connection),
        ("variables", EntryKind::Variable),
        ("config", EntryKind::Config),
    ]
    .into_iter()
    .find_map(|(word, kind)| Some((kind, key.strip_prefix(word)?)))?;
    match rest {
        "_prefix" | "_path" => Some((kind, false)),
        "_lookup_pattern" => Some((kind, true)),
        _ => None,
    }
}

/// The text of a keyword argument, if it is one that may be shown; empty where the default holds.
fn shown(backend: &Backend<'_>, key: &str) -> Option<String> {
    let Some(kwarg) = backend.kwarg(key) else {
        return Some(String::new());
    };
    let class = backend.known_class()?.class;
    let text = match &kwarg.value {
        KwargValue::Json(value) => value.string()?,
        KwargValue::Raw(text) => (*text).clone(),
    };
    let admitted = public::kwarg(Some(class), key).is_some_and(|shape| shape.admits(text.expose()));
    (admitted && text.is_known()).then(|| text.expose().to_owned())
}
