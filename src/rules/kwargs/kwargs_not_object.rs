//! AV202: the keyword arguments are JSON, but not an object.

use super::call;
use super::kwargs_not_json::is_read;
use crate::airflow::Version;
use crate::airflow::backend::{Backend, Kwargs};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext};
use crate::source::Place;
use crate::syntax::json::Value;

rule! {
    /// # kwargs-not-object
    ///
    /// ## What it does
    ///
    /// Finds keyword arguments of a secrets backend that are valid JSON, but a list, a string, a
    /// number or a boolean instead of an object. The usual case is an object that was encoded
    /// twice.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow logs one warning ("Failed to parse … into a dict") and starts the backend with its
    /// defaults, so that none of the written settings is used. `null`, `""`, `[]`, `0` and `false`
    /// count as no settings, without a word, and are left alone.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = "{\"connections_prefix\": \"airflow/connections\"}"
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:18: error[AV202] kwargs-not-object: `backend_kwargs` is a string, not an object: Airflow logs one warning and starts the backend with its default settings
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
    /// Airflow 2.4.0 and earlier raise TypeError while starting, even for `null`. Later releases
    /// drop the value with one warning.
    ///
    /// ## References
    ///
    /// - `get_custom_secret_backend` in `airflow/configuration.py`
    "AV202", "kwargs-not-object", Error, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for backend in std::iter::once(&cx.secrets.main).chain(&cx.secrets.worker) {
        one(cx, backend, findings);
    }
}

fn one(cx: &DeploymentContext<'_>, backend: &Backend<'_>, findings: &mut Findings) {
    let Kwargs::NotObject { setting, json } = &backend.kwargs else {
        return;
    };
    let root = json.root();
    if !root.raw().is_known() {
        return;
    }
    let option = backend.role.kwargs_option();
    let crashes = cx.target.airflow < Version::new(2, 4, 1);
    let used = is_read(backend) && call::is_backend_configured(cx);
    let what = root.kind().described();
    let twice = is_encoded_object(root);
    let (severity, message) = if !used {
        let message = format!(
            "`{option}` is {what}, not an object; no backend is configured, so nothing reads it yet"
        );
        (Severity::Info, message)
    } else if crashes {
        let message = format!(
            "`{option}` is {what}, not an object: TypeError {}, {}",
            backend.role.when_built(),
            backend.role.nothing_starts()
        );
        (Severity::Error, message)
    } else {
        let message = format!(
            "`{option}` is {what}, not an object: Airflow logs one warning and starts the backend with its default settings"
        );
        (Severity::Error, message)
    };
    let help = if twice {
        "write the object itself: it was encoded twice"
    } else if root.is_truthy() {
        "write a JSON object such as {\"connections_prefix\": \"airflow/connections\"}"
    } else {
        "write {} or nothing"
    };
    let span = root.span();
    findings
        .report(
            &RULE,
            Place::new(setting.file, span),
            format!("{}.{option}", backend.role.section()),
            message,
        )
        .help(help)
        .severity(severity);
}

/// A string that holds an object.
fn is_encoded_object(value: Value<'_>) -> bool {
    value
        .as_str()
        .is_some_and(|text| text.trim_start().starts_with('{'))
}
