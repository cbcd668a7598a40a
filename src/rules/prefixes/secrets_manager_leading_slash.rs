//! AV302: a Secrets Manager prefix with a leading slash.

use super::view;
use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, DeploymentContext};

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
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "/airflow/connections"}
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
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for view in view::views(cx) {
        if view.ssm {
            continue;
        }
        for prefix in view::written(&view) {
            if !prefix.clean.starts_with('/') {
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
                .help("remove the slash, unless the secrets were created with it");
        }
    }
}
