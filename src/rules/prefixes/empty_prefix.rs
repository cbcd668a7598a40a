//! AV309: an empty prefix.

use super::view::{self, SEP_STRIPPED};
use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, DeploymentContext};

rule! {
    /// # empty-prefix
    ///
    /// ## What it does
    ///
    /// Says that a prefix is `""` or `/`.
    ///
    /// ## Why is this bad?
    ///
    /// An empty prefix does not switch the kind off: the backend asks for the id alone (`x` in
    /// Secrets Manager, `/x` in SSM), for every id that any DAG uses. To switch a kind off write
    /// `null`.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "airflow/connections", "variables_prefix": ""}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:85: info[AV309] empty-prefix: `variables_prefix` is empty: Secrets Manager is asked for every variable by the id alone
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "airflow/connections", "variables_prefix": null}
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases. Secrets Manager before the amazon provider 2.3.0 asks for `/x`.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/secrets-backends/aws-secrets-manager.html>
    "AV309", "empty-prefix", Info, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for view in view::views(cx) {
        let bare = !view.ssm && view.amazon >= SEP_STRIPPED;
        for prefix in view::written(&view) {
            if !prefix.clean.is_empty() {
                continue;
            }
            let thing = view::thing(prefix.prefix.kind);
            let asked = if bare {
                "the id alone"
            } else {
                "the id after the separator alone"
            };
            let message = format!(
                "`{}` is empty: {} is asked for every {thing} by {asked}",
                prefix.prefix.name,
                view.service()
            );
            findings
                .report(
                    &RULE,
                    prefix.place,
                    view.subject(prefix.prefix.name),
                    message,
                )
                .help(format!("write null if no {thing} is kept there"));
        }
    }
}
