//! AV107: an empty variable hides the class in airflow.cfg.

use super::place;
use crate::airflow::backend::ClassPath;
use crate::inputs::{Form, Origin, Setting};
use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, DeploymentContext};
use crate::source::Place;

rule! {
    /// # backend-disabled-by-empty-env
    ///
    /// ## What it does
    ///
    /// Finds an empty `AIRFLOW__SECRETS__BACKEND` beside an airflow.cfg that sets a backend (and
    /// the same for `AIRFLOW__WORKERS__SECRETS_BACKEND`).
    ///
    /// ## Why is this bad?
    ///
    /// For Airflow a variable that exists wins over the file, also with an empty value. The backend
    /// of the file is switched off without a word.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "airflow/connections"}
    /// ```
    ///
    /// ```dotenv
    /// AIRFLOW__SECRETS__BACKEND=
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:1: warning[AV107] backend-disabled-by-empty-env: this variable is empty and still wins over `[secrets] backend` in airflow.cfg: Airflow runs without a secrets backend
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
    /// ```dotenv
    /// # no line for the backend at all: airflow.cfg decides
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - `AirflowConfigParser.get` in `airflow/configuration.py`
    "AV107", "backend-disabled-by-empty-env", Warning, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for backend in cx.secrets.pairs() {
        let ClassPath::None {
            setting: Some(emptied),
        } = backend.class_path()
        else {
            continue;
        };
        let role = backend.role;
        let hides = |setting: &&Setting| {
            setting.origin == Origin::Cfg
                && setting.form == Form::Plain
                && setting.section == role.section()
                && setting.option == role.class_option()
                && !setting.value.is_empty()
        };
        if emptied.origin != Origin::Env {
            continue;
        }
        let Some(hidden) = cx.settings.written.iter().copied().find(hides) else {
            continue;
        };
        let effect = match role {
            crate::airflow::backend::Role::Secrets => "Airflow runs without a secrets backend",
            crate::airflow::backend::Role::Workers => "workers fall back to `[secrets] backend`",
        };
        let label = place::label(role);
        let message = format!(
            "this variable is empty and still wins over `{label}` in airflow.cfg: {effect}"
        );
        findings
            .report(
                &RULE,
                Place::new(emptied.file, emptied.name),
                place::subject(role),
                message,
            )
            .related(hidden.value_place(), "this class is not used")
            .help("remove the variable to use the class in airflow.cfg, or the class if no backend is wanted");
    }
}
