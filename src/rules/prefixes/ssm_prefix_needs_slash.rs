//! AV301: an SSM prefix without the leading slash, for providers that do not add it.

use super::view::{self, SLASH_ADDED};
use crate::report::{Findings, Fix};
use crate::rule;
use crate::rules::{Check, DeploymentContext};

rule! {
    /// # ssm-prefix-needs-slash
    ///
    /// ## What it does
    ///
    /// Finds prefixes of the SSM Parameter Store backend that do not begin with `/`, where the
    /// amazon provider is older than 7.3.0.
    ///
    /// ## Why is this bad?
    ///
    /// AWS refuses names that contain a `/` but do not begin with one. Its message talks of the
    /// "ssm" prefix, and Airflow swallows it: every lookup misses.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
    /// backend_kwargs = {"connections_prefix": "airflow/connections"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:42: error[AV301] ssm-prefix-needs-slash: `connections_prefix` does not begin with `/`: the amazon provider 7.2.1 asks SSM for a name that AWS refuses, and every lookup misses
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
    /// Safe: `/` is put in front, which every release understands.
    ///
    /// ## Versions
    ///
    /// Providers before 7.3.0. Later ones add the slash, so nothing is reported.
    ///
    /// ## References
    ///
    /// - `_ensure_leading_slash` in `airflow/providers/amazon/aws/secrets/systems_manager.py`
    /// - <https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html>
    "AV301", "ssm-prefix-needs-slash", Error, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for view in view::views(cx) {
        if !view.ssm || view.amazon >= SLASH_ADDED {
            continue;
        }
        for prefix in view::written(&view) {
            // An empty prefix gives `/id`; the ARN of a shared parameter is taken as it is; what
            // begins with a blank is AV308's.
            let clean = prefix.clean;
            if clean.is_empty()
                || clean.starts_with(|first: char| first == '/' || first.is_whitespace())
                || view::is_arn_of(clean, "ssm")
            {
                continue;
            }
            let message = format!(
                "`{}` does not begin with `/`: the amazon provider {} asks SSM for a name that AWS \
                 refuses, and every lookup misses",
                prefix.prefix.name, view.amazon
            );
            findings
                .report(
                    &RULE,
                    prefix.place,
                    view.subject(prefix.prefix.name),
                    message,
                )
                .fix(
                    prefix
                        .edits(cx, &[(0..0, "/")])
                        .map(|edits| Fix::safe("put `/` in front", edits)),
                )
                .help("put `/` in front, or use the amazon provider 7.3.0 or later, which adds it");
        }
    }
}
