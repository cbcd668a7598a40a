//! AV306: two kinds under one prefix.

use super::view::{self, View};
use crate::airflow::backend::construct::{Attribute, Prefix};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext};

rule! {
    /// # prefix-overlap
    ///
    /// ## What it does
    ///
    /// Finds two kinds of entries (connections, variables, options) under the same prefix, or one
    /// prefix inside the other.
    ///
    /// ## Why is this bad?
    ///
    /// With equal prefixes the connection `x` and the variable `x` are one and the same secret: a
    /// URI is handed out as a variable, or a variable's text is read as a connection. Nested
    /// prefixes work, but a stored name then belongs to both kinds (an info).
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "airflow", "variables_prefix": "airflow"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:42: info[AV306] prefix-overlap: `config_prefix` lies inside `connections_prefix`: names below it belong to both kinds
    /// airflow.cfg:3:73: info[AV306] prefix-overlap: `config_prefix` lies inside `variables_prefix`: names below it belong to both kinds
    /// airflow.cfg:3:73: warning[AV306] prefix-overlap: `connections_prefix` and `variables_prefix` are the same: a connection and a variable with one id are the same entry
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "airflow/connections", "variables_prefix": "airflow/variables"}
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/secrets-backends/index.html>
    "AV306", "prefix-overlap", Warning, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for view in view::views(cx) {
        let prefixes = &view.built.prefixes;
        for (index, second) in prefixes.iter().enumerate() {
            for first in prefixes.iter().take(index) {
                pair(&view, first, second, findings);
            }
        }
    }
}

fn pair(view: &View<'_>, first: &Prefix<'_>, second: &Prefix<'_>, findings: &mut Findings) {
    let (Some(a), Some(b)) = (name(view, first), name(view, second)) else {
        return;
    };
    let Some(sep) = view.sep() else {
        return;
    };
    // One of them is the default: the written one is shown.
    let (shown, other) = match (&second.written, &first.written) {
        (Some(shown), other) => (shown, other.as_ref()),
        (None, Some(shown)) => (shown, None),
        (None, None) => return,
    };
    let inside = |outer: &str, inner: &str| {
        !outer.is_empty()
            && inner
                .strip_prefix(outer)
                .is_some_and(|rest| !rest.is_empty() && rest.starts_with(sep))
    };
    let names = (first.name, second.name);
    let (severity, message) = if a == b {
        // Both empty is how "no prefix" is written; AV309 speaks of it.
        let severity = if a.is_empty() || a == "/" {
            Severity::Info
        } else {
            Severity::Warning
        };
        let message = format!(
            "`{}` and `{}` are the same: a {} and a {} with one id are the same entry",
            names.0,
            names.1,
            view::thing(first.kind),
            view::thing(second.kind)
        );
        (severity, message)
    } else if inside(&a, &b) || inside(&b, &a) {
        let (outer, inner) = if inside(&a, &b) {
            names
        } else {
            (names.1, names.0)
        };
        let message =
            format!("`{inner}` lies inside `{outer}`: names below it belong to both kinds");
        (Severity::Info, message)
    } else {
        return;
    };
    let finding = findings
        .report(&RULE, shown.value_place, view.subject(&shown.name), message)
        .severity(severity)
        .help("give each kind a prefix of its own");
    if let Some(other) = other {
        finding.related(other.value_place, "the other prefix");
    }
}

/// The prefix as it stands in names.
fn name(view: &View<'_>, prefix: &Prefix<'_>) -> Option<String> {
    let Attribute::Text(text) = &prefix.value else {
        return None;
    };
    if view.ssm && view.amazon >= view::SLASH_ADDED && !text.starts_with('/') {
        return Some(format!("/{text}"));
    }
    Some(text.clone())
}
