//! AV304: two slashes in a row.

use super::view::{self, Written};
use crate::report::{Findings, Fix, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext};

rule! {
    /// # prefix-double-separator
    ///
    /// ## What it does
    ///
    /// Finds `//` inside or at the start of a prefix.
    ///
    /// ## Why is this bad?
    ///
    /// Neither backend collapses it: the name is asked for with both slashes. SSM has no levels
    /// without a name, so nothing can be found (an error); in Secrets Manager it is another secret
    /// (a warning).
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
    /// backend_kwargs = {"connections_prefix": "/airflow//connections"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:50: error[AV304] prefix-double-separator: `connections_prefix` holds `//`: it is asked for as it stands, which SSM cannot hold, so every lookup misses
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
    /// backend_kwargs = {"connections_prefix": "/airflow/connections"}
    /// ```
    ///
    /// ## Fix
    ///
    /// One slash is kept of each run. Safe for SSM, which can hold no name with two; unsafe for Secrets Manager.
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>
    "AV304", "prefix-double-separator", Error, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for view in view::views(cx) {
        for prefix in view::written(&view) {
            let clean = prefix.clean;
            // A URL or something else that is no prefix is AV308's.
            let Some(start) = clean.find("//").filter(|_| !clean.contains("://")) else {
                continue;
            };
            let length = clean[start..].len() - clean[start..].trim_start_matches('/').len();
            let (severity, effect) = if view.ssm {
                (
                    Severity::Error,
                    "which SSM cannot hold, so every lookup misses",
                )
            } else {
                (
                    Severity::Warning,
                    "which is another secret than with one slash",
                )
            };
            let message = format!(
                "`{}` holds `//`: it is asked for as it stands, {effect}",
                prefix.prefix.name
            );
            findings
                .report(
                    &RULE,
                    prefix.at(start..start + length),
                    view.subject(prefix.prefix.name),
                    message,
                )
                .severity(severity)
                .fix(fix(cx, &prefix, view.ssm))
                .help("write one slash");
        }
    }
}

/// One slash of each run stays.
fn fix(cx: &DeploymentContext<'_>, prefix: &Written<'_, '_>, ssm: bool) -> Option<Fix> {
    let clean = prefix.clean.as_bytes();
    let extra = (1..clean.len()).filter(|&at| clean[at] == b'/' && clean[at - 1] == b'/');
    let wanted: Vec<_> = extra.map(|at| (at..at + 1, "")).collect();
    let edits = prefix.edits(cx, &wanted)?;
    Some(if ssm {
        Fix::safe("write one slash", edits)
    } else {
        Fix::risky("write one slash", edits)
    })
}
