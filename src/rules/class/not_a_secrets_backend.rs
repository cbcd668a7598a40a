//! AV103: the path names something of Airflow's that is no secrets backend.

use super::place::{self, Standing, Wrong};
use crate::airflow::Version;
use crate::airflow::backend::{Role, data};
use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, DeploymentContext};

rule! {
    /// # not-a-secrets-backend
    ///
    /// ## What it does
    ///
    /// Finds `[secrets] backend` values that name a module instead of a class, or a class of
    /// Airflow or its providers that serves another purpose (a hook, an operator, the base class).
    ///
    /// ## Why is this bad?
    ///
    /// A module cannot be loaded as a class: no Airflow component starts. Another class, if it is
    /// installed, is built and then fails: Airflow 3.2 and later do not start (`AttributeError`
    /// about `_set_connection_class`), earlier releases skip it in every lookup, so that no secret
    /// is found.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.hooks.secrets_manager.SecretsManagerHook
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:2:62: error[AV103] not-a-secrets-backend: `[secrets] backend` names a hook, not a secrets backend: Airflow fails on it while it is imported and no component starts
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases; what happens to another class changed in 3.2.0.
    ///
    /// ## References
    ///
    /// - `initialize_secrets_backends` in `airflow/configuration.py`
    "AV103", "not-a-secrets-backend", Error, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for backend in cx.secrets.pairs() {
        let Some((setting, text)) = place::path(backend) else {
            continue;
        };
        let Standing::NotABackend(wrong) = place::standing(text) else {
            continue;
        };
        let path = text.expose();
        let label = place::label(backend.role);
        let stops = backend.role.nothing_starts();
        let fails = if backend.role == Role::Workers {
            "it is built before each task, which fails on it, and no task starts"
        } else if cx.target.is_guess() {
            "Airflow 3.2 and later do not start with it, earlier releases skip it in every lookup"
        } else if cx.target.airflow >= Version::new(3, 2, 0) {
            "Airflow fails on it while it is imported and no component starts"
        } else {
            "no lookup in it can succeed, so no secret is found there"
        };
        let message = match wrong {
            Wrong::Module => format!(
                "`{label}` names a module without a class: Airflow fails to load it and {stops}"
            ),
            Wrong::Base => format!(
                "`{label}` names the base class of the backends, which holds no secrets: every \
                 lookup in it fails"
            ),
            Wrong::Other(what) => format!("`{label}` names {what}, not a secrets backend: {fails}"),
        };
        let in_module = data::classes_in_module(path).next();
        let nearest = in_module.or_else(|| related(path));
        let help = match nearest {
            Some(class) => format!("write `{}`", class.class_path),
            None => "name a class derived from BaseSecretsBackend".to_owned(),
        };
        let range = match wrong {
            Wrong::Module => 0..path.len(),
            Wrong::Base | Wrong::Other(_) => path.rfind('.').map_or(0, |dot| dot + 1)..path.len(),
        };
        findings
            .report(
                &RULE,
                place::at(setting, text, range),
                place::subject(backend.role),
                message,
            )
            .help(help);
    }
}

/// The backend for the service that a hook is for, by the name of its module.
fn related(path: &str) -> Option<&'static data::BackendClass> {
    let words = [
        ("secrets_manager", "aws_secrets_manager"),
        ("systems_manager", "aws_ssm"),
        ("ssm", "aws_ssm"),
        ("secret_manager", "gcp_secret_manager"),
        ("vault", "hashicorp_vault"),
        ("key_vault", "azure_key_vault"),
    ];
    let mut parts = path.rsplit('.').skip(1);
    let module = parts.next()?;
    let (_, name) = words.iter().find(|(word, _)| *word == module)?;
    data::class_named(name)
}
