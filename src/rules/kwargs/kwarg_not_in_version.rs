//! AV205: a keyword argument of another release.

use super::call::{self, Call, Standing, per_release};
use crate::airflow::Version;
use crate::airflow::backend::Role;
use crate::airflow::backend::data::{KwargFact, UnknownKwarg};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext};
use crate::source::Place;

rule! {
    /// # kwarg-not-in-version
    ///
    /// ## What it does
    ///
    /// Finds keyword arguments that exist, but not in the release of the target: a later release
    /// brought them, or an earlier one took them away.
    ///
    /// ## Why is this bad?
    ///
    /// A name that is too new is an unknown name there: the amazon provider before 5.1.0 fails in
    /// every lookup, later ones ignore it. A name that was removed is ignored: since amazon 9.0.0
    /// `are_secret_values_urlencoded` is not read, and passwords that are stored percent-encoded
    /// are used as they stand.
    ///
    /// ## Example
    ///
    /// With the amazon provider 9.0.0 or later:
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "airflow/connections", "full_url_mode": false}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:65: warning[AV205] kwarg-not-in-version: `full_url_mode` was removed in 9.0.0 of the amazon provider: ignored since, without a word
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
    /// The numbers are those of the provider (of Airflow for its own classes): `role_arn` and its
    /// like need amazon 5.1.0, the lookup patterns 7.3.0; `full_url_mode` lived from 2.3.0 to
    /// 8.29.0. If nobody chose the release, the finding is one level lower.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/changelog.html>
    "AV205", "kwarg-not-in-version", Error, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for call in call::calls(cx) {
        for kwarg in &call.kwargs {
            let harmless = kwarg.is_known() && !kwarg.value.is_truthy();
            tell(cx, &call, &kwarg.name, kwarg.name_place, harmless, findings);
        }
        for per_key in &call.per_key {
            let place = per_key.setting.name_place();
            tell(cx, &call, per_key.name, place, false, findings);
        }
    }
}

fn tell(
    cx: &DeploymentContext<'_>,
    call: &Call<'_>,
    name: &str,
    place: Place,
    harmless: bool,
    findings: &mut Findings,
) {
    let Some(release) = call.release else {
        return;
    };
    let (severity, message, help) = match call.standing(name) {
        Standing::TooNew(fact) => too_new(call, fact, release),
        Standing::Removed(fact, removed) => gone(call, fact, removed, harmless),
        _ => return,
    };
    let severity = if cx.target.providers.is_empty() || cx.target.is_guess() {
        per_release(severity, cx.target)
    } else {
        severity
    };
    let subject = format!("{}.{name}", call.own_subject());
    findings
        .report(&RULE, place, subject, message)
        .help(help)
        .severity(severity);
}

fn too_new(call: &Call<'_>, fact: &KwargFact, release: Version) -> (Severity, String, String) {
    let package = call.package();
    let (severity, effect) = match call.unknown() {
        UnknownKwarg::ImportCrash => (
            Severity::Error,
            match call.role {
                Role::Secrets => {
                    "raises TypeError while Airflow is imported, no Airflow component starts"
                }
                Role::Workers => "raises TypeError before each task, no task starts",
            },
        ),
        UnknownKwarg::LookupFails => (
            Severity::Error,
            "raises TypeError in every lookup, which Airflow swallows",
        ),
        UnknownKwarg::Ignored if fact.name.ends_with("_lookup_pattern") => {
            (Severity::Warning, "ignores it and looks up every id")
        }
        UnknownKwarg::Ignored => (Severity::Error, "ignores it without a word"),
        UnknownKwarg::Accepted => (Severity::Warning, "does not read it"),
    };
    let message = format!(
        "`{}` came with {} of {package}: {release} {effect}",
        fact.name, fact.added_in
    );
    let help = if call.class.provider.is_some() {
        format!("remove it, or use {} or later", fact.added_in)
    } else {
        format!("remove it, or use Airflow {} or later", fact.added_in)
    };
    (severity, message, help)
}

fn gone(
    call: &Call<'_>,
    fact: &KwargFact,
    removed: Version,
    harmless: bool,
) -> (Severity, String, String) {
    let decodes = fact.name == "are_secret_values_urlencoded";
    let severity = if decodes && !harmless {
        Severity::Error
    } else {
        Severity::Warning
    };
    let effect = if decodes && !harmless {
        "ignored since, and values that are stored percent-encoded are used as they stand"
    } else {
        "ignored since, without a word"
    };
    let message = format!(
        "`{}` was removed in {removed} of {}: {effect}",
        fact.name,
        call.package()
    );
    let help = match &fact.replacement {
        Some(replacement) if decodes => format!("remove it; {replacement}"),
        _ => String::from("remove it"),
    };
    (severity, message, help)
}
