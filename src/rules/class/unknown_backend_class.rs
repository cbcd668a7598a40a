//! AV101: the class path of a backend cannot be imported.

use super::place::{self, Fault, Standing};
use crate::airflow::backend::{Backend, Role, data};
use crate::inputs::{Origin, Setting};
use crate::report::{Findings, Fix, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext, fixes};
use crate::source::Text;

rule! {
    /// # unknown-backend-class
    ///
    /// ## What it does
    ///
    /// Finds class paths of secrets backends that no Airflow can import: a misspelt module or class
    /// within Airflow's own packages, a path without a dot, quotes, blanks, a trailing comma,
    /// `module:Class`.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow imports the class while it is itself imported. It raises `AirflowConfigException`
    /// ("The object could not be loaded"), and no scheduler, server, worker or `airflow` command
    /// starts.
    ///
    /// A class outside of Airflow's packages may be your own and is not judged (see AV104); one
    /// that is nearly a known path is a warning.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.system_manager.SystemsManagerParameterStoreBackend
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:2:48: error[AV101] unknown-backend-class: `[secrets] backend` names a class that Airflow and its providers do not have: importing it fails and no Airflow component starts
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
    /// ```
    ///
    /// ## Fix
    ///
    /// Unsafe: the known path that is nearest, where one is near.
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - `getimport` in `airflow/configuration.py`
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/security/secrets/secrets-backend/index.html>
    "AV101", "unknown-backend-class", Error, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for backend in cx.secrets.pairs() {
        if let Some((setting, text)) = place::path(backend) {
            // Nearly the path of another class, and it is meant all the same.
            let is_declared = cx.settings_file.backend(text.expose()).is_some();
            if is_declared && place::standing(text) == Standing::NearMiss {
                continue;
            }
            one(cx, backend, setting, text, findings);
        }
    }
}

fn one(
    cx: &DeploymentContext<'_>,
    backend: &Backend<'_>,
    setting: &Setting,
    text: &Text,
    findings: &mut Findings,
) {
    let path = text.expose();
    let (label, stops) = (place::label(backend.role), backend.role.nothing_starts());
    let nearest = data::nearest_class(clean(path));
    let suggestion = || match nearest {
        Some(near) => format!("write `{}`", near.class.class_path),
        None => "write the module, a dot and the class, such as \
                 `airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend`"
            .to_owned(),
    };
    let (range, severity, message) = match place::standing(text) {
        Standing::Malformed(fault, range) => {
            // Told by AV005 (a line that became part of the value) and AV111.
            let swallowed = setting.origin == Origin::Cfg
                && path
                    .lines()
                    .skip(1)
                    .any(|line| line.contains(['=', ':', '[']));
            if swallowed || super::placeholder_left_in::find(path).is_some() {
                return;
            }
            // Told by AV007 and AV008 with what airflow.cfg does to such a value.
            let note = path.contains(" #") || path.contains(" ;");
            if setting.origin == Origin::Cfg && (is_quoted(path) || note) {
                return;
            }
            let message = malformed(backend.role, fault);
            (range, Severity::Error, message)
        }
        Standing::Missing => {
            let range = nearest.map_or(0..path.len(), |near| place::difference(path, near.path));
            let message = if nearest.is_some() {
                format!(
                    "`{label}` names a class that Airflow and its providers do not have: importing \
                     it fails and {stops}"
                )
            } else {
                format!(
                    "`{label}` names no secrets backend of Airflow or its providers: Airflow fails \
                     to load it, or to use it"
                )
            };
            (range, Severity::Error, message)
        }
        Standing::NearMiss => {
            let range = nearest.map_or(0..path.len(), |near| place::difference(path, near.path));
            let message = format!(
                "`{label}` is nearly the path of a class of Airflow's providers; if it cannot be \
                 imported, {stops}"
            );
            (range, Severity::Warning, message)
        }
        Standing::Known | Standing::NotABackend(_) | Standing::Foreign => return,
    };
    findings
        .report(
            &RULE,
            place::at(setting, text, range),
            place::subject(backend.role),
            message,
        )
        .severity(severity)
        .fix(nearest.and_then(|near| fix(cx, setting, text, &near.class.class_path)))
        .help(suggestion());
}

/// The path that was probably meant.
fn fix(cx: &DeploymentContext<'_>, setting: &Setting, text: &Text, path: &str) -> Option<Fix> {
    let wanted = [(0..text.len(), path)];
    let edits = fixes::in_setting(cx.inputs, setting.file, text, &wanted)?;
    Some(Fix::risky(format!("write `{path}`"), edits))
}

/// One pair of quotes holds the whole value.
fn is_quoted(value: &str) -> bool {
    ['"', '\''].iter().any(|&quote| {
        value
            .strip_prefix(quote)
            .is_some_and(|rest| rest.ends_with(quote))
    })
}

fn malformed(role: Role, fault: Fault) -> String {
    let what = match fault {
        Fault::Quotes => "holds quotes, which nothing removes",
        Fault::Blank => "holds a blank",
        Fault::Comma => "holds a comma",
        Fault::Colon => "holds a colon where a dot separates module and class",
        Fault::NoDot => "has no dot, so it names no module to import from",
        Fault::EmptyPart => "has nothing between two dots or beside one",
        Fault::Character => "holds a character that no module or class name has",
    };
    let (label, stops) = (place::label(role), role.nothing_starts());
    format!("`{label}` {what}: importing the class fails and {stops}")
}

/// The path without what was put around it.
fn clean(path: &str) -> &str {
    let first = path.split([' ', ';', '#']).find(|word| word.contains('.'));
    first
        .unwrap_or(path)
        .trim_matches(|character: char| !character.is_ascii_alphanumeric())
}
