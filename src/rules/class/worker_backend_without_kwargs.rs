//! AV108: the workers' backend does not inherit keyword arguments.

use super::place;
use crate::airflow::backend::{Kwargs, Role};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext};

rule! {
    /// # worker-backend-without-kwargs
    ///
    /// ## What it does
    ///
    /// Finds `[workers] secrets_backend` without `secrets_backend_kwargs` while
    /// `[secrets] backend_kwargs` is set.
    ///
    /// ## Why is this bad?
    ///
    /// Workers then build their class with its defaults (for the AWS backends: the prefixes
    /// `airflow/connections` and so on, no region, no role). The keyword arguments of `[secrets]`
    /// are not inherited, so that tasks ask for other names than the scheduler does.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "prod/connections"}
    ///
    /// [workers]
    /// secrets_backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:6:19: warning[AV108] worker-backend-without-kwargs: `[workers] secrets_backend` has no keyword arguments, and those of [secrets] are not inherited: workers use the defaults of the class
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "prod/connections"}
    ///
    /// [workers]
    /// secrets_backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// secrets_backend_kwargs = {"connections_prefix": "prod/connections"}
    /// ```
    ///
    /// ## Versions
    ///
    /// Airflow 3.0.0 and later. Write `secrets_backend_kwargs = {}` where the defaults are meant.
    ///
    /// ## References
    ///
    /// - `_get_custom_secret_backend` in `airflow/configuration.py`
    "AV108", "worker-backend-without-kwargs", Warning, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    let Some(worker) = &cx.secrets.worker else {
        return;
    };
    let Some((setting, text)) = place::path(worker) else {
        return;
    };
    let given = !matches!(worker.kwargs, Kwargs::Absent) || !worker.per_key.is_empty();
    if given || place::kwargs_set_anywhere(cx, Role::Workers) {
        return;
    }
    let Some((not_inherited, _)) = super::kwargs_without_backend::kwargs_place(&cx.secrets.main)
    else {
        return;
    };
    // [workers] did not exist before 3.0.0.
    let (severity, range) = if cx.target.is_guess() {
        (Severity::Info, " (Airflow 3.0.0 and later)")
    } else {
        (Severity::Warning, "")
    };
    let message = format!(
        "`[workers] secrets_backend` has no keyword arguments, and those of [secrets] are not \
         inherited: workers use the defaults of the class{range}"
    );
    findings
        .report(
            &RULE,
            place::at(setting, text, 0..text.len()),
            "workers.secrets_backend_kwargs",
            message,
        )
        .severity(severity)
        .related(not_inherited, "these are for scheduler and API server only")
        .help("set `[workers] secrets_backend_kwargs`; write {} if the defaults are meant");
}
