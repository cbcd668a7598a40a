//! AV102: an old path of a class.

use super::place;
use crate::airflow::Version;
use crate::airflow::backend::Backend;
use crate::airflow::backend::data::{ClassMatch, LegacyPath, Release};
use crate::inputs::Setting;
use crate::report::{Findings, Fix, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext, fixes};
use crate::source::Text;

rule! {
    /// # removed-backend-path
    ///
    /// ## What it does
    ///
    /// Finds class paths of secrets backends that were moved: `airflow.contrib.secrets.*`, and
    /// `airflow.providers.microsoft.azure.secrets.azure_key_vault`.
    ///
    /// ## Why is this bad?
    ///
    /// Where the old path is gone, Airflow raises `AirflowConfigException` while it is imported and
    /// no component starts. Where it still works it is a redirect that logs a deprecation.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.contrib.secrets.aws_secrets_manager.SecretsManagerBackend
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:2:19: error[AV102] removed-backend-path: `[secrets] backend` uses a path that was removed in Airflow 3.0.0: importing it fails and no Airflow component starts
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// ```
    ///
    /// ## Fix
    ///
    /// The path of today. Safe where the release that is modelled has it; unsafe for the Azure module where nobody
    /// chose the release.
    ///
    /// ## Versions
    ///
    /// `airflow.contrib` works in Airflow 2.0 to 2.11 (a warning) and is gone in 3.0.0 (an error).
    /// The old Azure module is a redirect in the microsoft-azure provider 3.4.0 to 4.3.0 and is
    /// gone in 5.0.0.
    ///
    /// ## References
    ///
    /// - `airflow/contrib/secrets/__init__.py` of Airflow 2
    "AV102", "removed-backend-path", Error, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for backend in cx.secrets.pairs() {
        let Some(found) = backend.known_class() else {
            continue;
        };
        if let Some(legacy) = found.legacy {
            one(cx, backend, found, legacy, findings);
        }
    }
}

/// The path that the class has now. The old paths of Airflow itself lead to it in every release that has
/// them; those of a provider only in some, so the release must be one that has the new one.
fn fix(
    cx: &DeploymentContext<'_>,
    setting: &Setting,
    text: &Text,
    found: ClassMatch,
    legacy: &LegacyPath,
) -> Option<Fix> {
    let path = &found.class.class_path;
    let wanted = [(0..text.len(), path.as_str())];
    let edits = fixes::in_setting(cx.inputs, setting.file, text, &wanted)?;
    let release = found.class.release(cx.target);
    let is_there = release.is_none_or(|release| release >= found.class.first_release);
    let certain = match legacy.removed_in {
        Some(Release::Airflow(_)) => is_there,
        _ => is_there && release.is_some() && !cx.target.is_guess(),
    };
    let message = format!("write `{path}`");
    Some(if certain {
        Fix::safe(message, edits)
    } else {
        Fix::risky(message, edits)
    })
}

fn one(
    cx: &DeploymentContext<'_>,
    backend: &Backend<'_>,
    found: ClassMatch,
    legacy: &LegacyPath,
    findings: &mut Findings,
) {
    let Some((setting, text)) = place::path(backend) else {
        return;
    };
    let airflow = cx.target.airflow;
    let release = found.class.release(cx.target);
    let (gone, since) = match legacy.removed_in {
        None => return,
        Some(Release::Airflow(since)) => (airflow >= since, format!("Airflow {since}")),
        Some(Release::Provider(since)) => {
            let name = found.class.provider.as_deref().unwrap_or_default();
            if release.is_some_and(|release| release < found.class.first_release) {
                // The path of those days.
                return;
            }
            // The provider current with Airflow 2.5.0 and later is past it.
            let gone = match release {
                Some(release) => release >= since,
                None => airflow >= Version::new(2, 5, 0),
            };
            (gone, format!("the {name} provider {since}"))
        }
    };
    let label = place::label(backend.role);
    let stops = backend.role.nothing_starts();
    let (severity, message) = if !gone {
        let message = format!(
            "`{label}` uses an old path that still works as a redirect; {since} removes it"
        );
        (Severity::Warning, message)
    } else if cx.target.is_guess() {
        let message = format!(
            "`{label}` uses a path that was removed in {since}: importing it fails there and \
             {stops}; earlier releases redirect it"
        );
        (Severity::Warning, message)
    } else {
        let message = format!(
            "`{label}` uses a path that was removed in {since}: importing it fails and {stops}"
        );
        (Severity::Error, message)
    };
    let range = place::difference(text.expose(), &found.class.class_path);
    findings
        .report(
            &RULE,
            place::at(setting, text, range),
            place::subject(backend.role),
            message,
        )
        .severity(severity)
        .fix(fix(cx, setting, text, found, legacy))
        .help(format!("write `{}`", found.class.class_path));
}
