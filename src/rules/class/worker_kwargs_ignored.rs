//! AV109: keyword arguments of the workers' backend without its class.

use super::place;
use crate::airflow::backend::{ClassPath, Role};
use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, DeploymentContext};

rule! {
    /// # worker-kwargs-ignored
    ///
    /// ## What it does
    ///
    /// Finds `[workers] secrets_backend_kwargs` while `[workers] secrets_backend` is empty.
    ///
    /// ## Why is this bad?
    ///
    /// With an empty class workers use `[secrets] backend` together with `[secrets]
    /// backend_kwargs`. Those of `[workers]` are ignored, and nothing is logged.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    ///
    /// [workers]
    /// secrets_backend_kwargs = {"connections_prefix": "workers/connections"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:5:1: warning[AV109] worker-kwargs-ignored: keyword arguments of the workers' backend are ignored while `[workers] secrets_backend` is empty: workers use class and keyword arguments of [secrets]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    ///
    /// [workers]
    /// secrets_backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// secrets_backend_kwargs = {"connections_prefix": "workers/connections"}
    /// ```
    ///
    /// ## Versions
    ///
    /// Airflow 3.0.0 and later; earlier releases do not know the section's options at all.
    ///
    /// ## References
    ///
    /// - `_get_custom_secret_backend` in `airflow/configuration.py`
    "AV109", "worker-kwargs-ignored", Warning, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    let Some(worker) = &cx.secrets.worker else {
        return;
    };
    let ClassPath::None { setting: emptied } = worker.class_path() else {
        return;
    };
    let role = Role::Workers;
    if place::is_set_anywhere(cx, role.section(), role.class_option()) {
        return;
    }
    let Some((place, _)) = super::kwargs_without_backend::kwargs_place(worker) else {
        return;
    };
    let instead = match cx.secrets.main.class_path() {
        ClassPath::None { .. } => "workers have no secrets backend",
        ClassPath::Path { .. } | ClassPath::Unknown { .. } => {
            "workers use class and keyword arguments of [secrets]"
        }
    };
    let message = format!(
        "keyword arguments of the workers' backend are ignored while `[workers] secrets_backend` \
         is empty: {instead}"
    );
    let finding = findings
        .report(&RULE, place, "workers.secrets_backend_kwargs", message)
        .help("set `[workers] secrets_backend` to the path of the class, also if it is the same");
    if let Some(setting) = emptied {
        finding.related(setting.name_place(), "the class is set to nothing here");
    }
}
