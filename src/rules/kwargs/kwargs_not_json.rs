//! AV201: the keyword arguments are not JSON.

use super::call;
use super::{cause, repair};
use crate::airflow::Version;
use crate::airflow::backend::{Backend, Kwargs};
use crate::airflow::config::Reading;
use crate::inputs::{Origin, Setting};
use crate::report::{Applicability, Findings, Fix, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext, fixes};
use crate::source::Text;
use crate::syntax::json;

rule! {
    /// # kwargs-not-json
    ///
    /// ## What it does
    ///
    /// Reads `[secrets] backend_kwargs` (and `[workers] secrets_backend_kwargs`) the way Airflow
    /// does, with Python's `json.loads`, after the carrier's own quoting, `%` interpolation and `$`
    /// expansion. If Python refuses the text, the finding names the mistake: single quotes, `True`
    /// or `None`, a trailing comma, a comment, quotes around the whole value, typographic quotes, a
    /// key without quotes, a missing comma or colon, an object that is not closed.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow does not stop. It logs one warning ("Failed to parse … as JSON, defaulting to no
    /// kwargs") and starts the backend with its defaults. The prefixes you wrote are not used, and
    /// what you see is "conn_id isn't defined".
    ///
    /// Without a backend in the deployment nothing reads the text; the finding is then an info.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {'connections_prefix': 'airflow/connections'}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:19: error[AV201] kwargs-not-json: `backend_kwargs` is not JSON (single quotes): Airflow logs one warning and starts the backend with its default settings
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
    /// ## Fix
    ///
    /// Offered where all of the text then is an object. Safe for what Python reads as the same: a trailing comma,
    /// single quotes, `True`, `False`, `None`, quotes round the whole value of `airflow.cfg`, blanks that JSON has
    /// not. Unsafe for typographic quotes, comments (they go away), keys without quotes, a missing or doubled comma,
    /// `=`, escaped quotes.
    ///
    /// ## Versions
    ///
    /// Airflow 2.4.1 and later log one warning; earlier releases say nothing at all. The backend
    /// runs with its defaults in both.
    ///
    /// ## References
    ///
    /// - `get_custom_secret_backend` in `airflow/configuration.py`
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/security/secrets/secrets-backend/index.html>
    "AV201", "kwargs-not-json", Error, since "0.1.0",
    checks &[Check::Deployment(check)],
}

/// First release that logs a warning (`_get_custom_secret_backend`).
const WARNS_SINCE: Version = Version::new(2, 4, 1);

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for backend in std::iter::once(&cx.secrets.main).chain(&cx.secrets.worker) {
        one(cx, backend, findings);
    }
}

fn one(cx: &DeploymentContext<'_>, backend: &Backend<'_>, findings: &mut Findings) {
    let Kwargs::NotJson {
        setting,
        text,
        error,
    } = &backend.kwargs
    else {
        return;
    };
    let (cause, range) = cause::find(text, *error);
    let at = error.at.min(text.len());
    let end = text.expose()[at..]
        .chars()
        .next()
        .map_or(at, |c| at + c.len_utf8());
    if !text.is_known_in(range.clone()) || !text.is_known_in(at..end) {
        return;
    }
    let option = backend.role.kwargs_option();
    let subject = format!("{}.{option}", backend.role.section());
    let effect = if cx.target.airflow >= WARNS_SINCE {
        "Airflow logs one warning and starts the backend with its default settings"
    } else {
        "Airflow silently starts the backend with its default settings"
    };
    let used = is_read(backend) && call::is_backend_configured(cx);
    let message = if used {
        format!("`{option}` is not JSON ({}): {effect}", cause.words())
    } else {
        format!(
            "`{option}` is not JSON ({}); no backend is configured, so nothing reads it yet",
            cause.words()
        )
    };
    let severity = if used {
        Severity::Error
    } else {
        Severity::Info
    };
    findings
        .report(&RULE, setting.place(range), subject, message)
        .help(cause.help())
        .fix(fix(cx, setting, text, *error))
        .severity(severity);
}

/// In airflow.cfg nothing but Airflow reads the value. Quotes round the whole of it are taken off by some
/// readers of an environment file.
fn fix(
    cx: &DeploymentContext<'_>,
    setting: &Setting,
    text: &Text,
    error: json::Error,
) -> Option<Fix> {
    let repair = repair::find(text, error)?;
    let changes = repair.changes.iter();
    let wanted: Vec<_> = changes
        .map(|(range, new)| (range.clone(), new.as_str()))
        .collect();
    let edits = fixes::in_setting(cx.inputs, setting.file, text, &wanted)?;
    let mut fix = Fix::new(repair.trust, repair.message, edits);
    let value = text.expose().trim_start();
    if setting.origin == Origin::Env && !value.starts_with('{') {
        fix.limit(Applicability::Unsafe);
    }
    Some(fix)
}

/// False when the class of this very backend is known to be unset: its arguments are never parsed.
pub(super) fn is_read(backend: &Backend<'_>) -> bool {
    match &backend.class {
        Reading::Unset => false,
        Reading::Value { text, .. } => !text.is_empty(),
        Reading::Error { .. } | Reading::Command { .. } | Reading::Secret { .. } => true,
    }
}
