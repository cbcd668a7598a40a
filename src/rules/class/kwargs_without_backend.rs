//! AV106: keyword arguments that no backend gets.

use super::place;
use crate::airflow::backend::{Backend, ClassPath, Kwargs, Role};
use crate::inputs::Setting;
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext};
use crate::source::Place;

rule! {
    /// # kwargs-without-backend
    ///
    /// ## What it does
    ///
    /// Finds `[secrets] backend_kwargs` while `[secrets] backend` is empty.
    ///
    /// ## Why is this bad?
    ///
    /// Without a class Airflow never looks at the keyword arguments: nothing is logged, and secrets
    /// are looked up in the environment and the metadata database only.
    ///
    /// It is a warning where only `[workers] secrets_backend` is set, because then scheduler and
    /// API server have no backend. Without any backend in the deployment it is an info: stock
    /// files hold such arguments for the day when they are needed.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend =
    /// backend_kwargs = {"connections_prefix": "airflow/connections"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:1: info[AV106] kwargs-without-backend: `backend_kwargs` is set and `backend` is not: nothing reads it
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
    /// - `_get_custom_secret_backend` in `airflow/configuration.py`
    "AV106", "kwargs-without-backend", Warning, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    let main = &cx.secrets.main;
    let ClassPath::None { setting: emptied } = main.class_path() else {
        return;
    };
    let Some((place, what)) = kwargs_place(main) else {
        return;
    };
    // Another file that this deployment may use sets it, or an empty variable hides it (AV107).
    if place::is_set_anywhere(cx, Role::Secrets.section(), Role::Secrets.class_option()) {
        return;
    }
    let worker_only = cx
        .secrets
        .worker
        .as_ref()
        .is_some_and(Backend::is_configured);
    let (severity, message) = if worker_only {
        let message = format!(
            "{what} is set and `backend` is not: scheduler and API server have no secrets backend, \
             and workers use the keyword arguments of [workers]"
        );
        (Severity::Warning, message)
    } else {
        let message = format!("{what} is set and `backend` is not: nothing reads it");
        (Severity::Info, message)
    };
    let finding = findings
        .report(&RULE, place, "secrets.backend_kwargs", message)
        .severity(severity)
        .help("set `[secrets] backend` to the path of a class, or remove the keyword arguments");
    if let Some(setting) = emptied {
        finding.related(setting.name_place(), "the class is set to nothing here");
    }
}

/// Where the keyword arguments stand and what they are called; `None` where none are given.
pub(super) fn kwargs_place(backend: &Backend<'_>) -> Option<(Place, String)> {
    let option = backend.role.kwargs_option();
    let named = |setting: &Setting| (setting.name_place(), format!("`{option}`"));
    match &backend.kwargs {
        Kwargs::Absent => {}
        Kwargs::Object { json, .. } if json.root().members().next().is_none() => {}
        Kwargs::NotJson { setting, .. }
        | Kwargs::NotObject { setting, .. }
        | Kwargs::Object { setting, .. }
        | Kwargs::Unknown { setting } => return Some(named(setting)),
    }
    let first = backend.per_key.first()?;
    Some((
        first.name_place(),
        "a keyword argument of the backend".to_owned(),
    ))
}
