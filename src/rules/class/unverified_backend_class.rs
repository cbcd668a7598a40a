//! AV104: a class that airvane does not know.

use super::place::{self, Standing};
use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, DeploymentContext};

rule! {
    /// # unverified-backend-class
    ///
    /// ## What it does
    ///
    /// Says that a secrets backend is a class outside of Airflow and its providers.
    ///
    /// ## Why is this bad?
    ///
    /// It is not: a backend of your own is supported by Airflow. But airvane does not know which
    /// keyword arguments it takes or which names it asks for, so nothing of that is checked.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = acme_airflow.secrets.AcmeBackend
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:2:11: info[AV104] unverified-backend-class: `[secrets] backend` names a class outside of Airflow and its providers: its keyword arguments and the names it asks for are not checked
    /// ```
    ///
    /// ## Use instead
    ///
    /// A class of your own may stay as it is: check its path by hand, because a slip in it stops Airflow. Where one of
    /// Airflow's classes was meant, write its path:
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/security/secrets/secrets-backend/index.html#roll-your-own-secrets-backend>
    "AV104", "unverified-backend-class", Info, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for backend in cx.secrets.pairs() {
        let Some((setting, text)) = place::path(backend) else {
            continue;
        };
        if place::standing(text) != Standing::Foreign {
            continue;
        }
        let message = format!(
            "`{}` names a class outside of Airflow and its providers: its keyword arguments and \
             the names it asks for are not checked",
            place::label(backend.role)
        );
        findings
            .report(
                &RULE,
                place::at(setting, text, 0..text.len()),
                place::subject(backend.role),
                message,
            )
            .help("make sure that every component can import it: a class path that cannot be imported stops Airflow");
    }
}
