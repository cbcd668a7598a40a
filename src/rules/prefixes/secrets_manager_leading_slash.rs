//! AV302: a Secrets Manager prefix with a leading slash.

use super::view::{self, View};
use crate::inputs::{EntryKind, Kind};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext, StoreContext};

rule! {
    /// # secrets-manager-leading-slash
    ///
    /// ## What it does
    ///
    /// Finds prefixes of the Secrets Manager backend that begin with `/`.
    ///
    /// ## Why is this bad?
    ///
    /// Names in Secrets Manager are plain texts: `/airflow/connections/x` and
    /// `airflow/connections/x` are two secrets, and the second is how nearly everybody names them.
    /// The prefix is mostly carried over from SSM Parameter Store. If the secrets were created
    /// without the slash, every lookup misses, and nothing is logged.
    ///
    /// It is an error where an export of the store shows it: names without the slash and none with it.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "/airflow/connections"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:42: warning[AV302] secrets-manager-leading-slash: `connections_prefix` begins with `/`: Secrets Manager takes it as part of the name, so only secrets whose names begin with `/` are found
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "airflow/connections"}
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/secrets-backends/aws-secrets-manager.html>
    "AV302", "secrets-manager-leading-slash", Warning, since "0.1.0",
    checks &[Check::Deployment(check), Check::Store(check_store)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for view in view::views(cx) {
        slashes(&view, Severity::Warning, |_| true, findings);
    }
}

/// An export that holds names without the slash and none with it shows what the warning suspects.
fn check_store(cx: &StoreContext<'_>, findings: &mut Findings) {
    let whole = cx.summary.incomplete.is_none()
        && cx.summary.problem.is_none()
        // What makes entries of a store does not tell what else there is.
        && !cx.input.makes_entries();
    if !whole || cx.input.kind != Kind::SecretsManager {
        return;
    }
    let Some(view) = cx
        .backend
        .and_then(|backend| view::view(backend, cx.target))
    else {
        return;
    };
    let shown = |kind| matches!(cx.tally.of(kind), (0, 1..));
    slashes(&view, Severity::Error, shown, findings);
}

/// The words are the same with and without an export, so that both findings are one.
fn slashes(
    view: &View<'_>,
    severity: Severity,
    wanted: impl Fn(EntryKind) -> bool,
    findings: &mut Findings,
) {
    if view.ssm {
        return;
    }
    for prefix in view::written(view) {
        if !prefix.clean.starts_with('/') || !wanted(prefix.prefix.kind) {
            continue;
        }
        let message = format!(
            "`{}` begins with `/`: Secrets Manager takes it as part of the name, so only \
             secrets whose names begin with `/` are found",
            prefix.prefix.name
        );
        findings
            .report(
                &RULE,
                prefix.at(0..1),
                view.subject(prefix.prefix.name),
                message,
            )
            .help("remove the slash, unless the secrets were created with it")
            .severity(severity);
    }
}
