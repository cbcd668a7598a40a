//! AV203: a keyword argument that the class does not know.

use super::call::{self, Call, Kwarg, Standing};
use crate::airflow::backend::Role;
use crate::airflow::backend::data::UnknownKwarg;
use crate::report::{Finding, Findings, Fix, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext, fixes};
use crate::source::Place;

rule! {
    /// # unknown-kwarg
    ///
    /// ## What it does
    ///
    /// Compares the names in the keyword arguments with what the backend class takes. Classes that
    /// are not in airvane's table (your own ones) are left alone.
    ///
    /// ## Why is this bad?
    ///
    /// What happens depends on the class. The AWS backends swallow a name they do not know: the
    /// setting is ignored without a word. Vault raises TypeError in every lookup, which Airflow
    /// swallows, so that the backend is skipped. Google Secret Manager, Kubernetes, Lockbox and the
    /// local file backend raise TypeError while Airflow is imported: no component starts.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"conections_prefix": "team/connections", "region": "eu-west-1"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:20: error[AV203] unknown-kwarg: `conections_prefix` is not a keyword argument of SecretsManagerBackend: it is ignored without a word
    /// airflow.cfg:3:61: error[AV203] unknown-kwarg: `region` is not a keyword argument of SecretsManagerBackend: it is ignored without a word
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "team/connections", "region_name": "eu-west-1"}
    /// ```
    ///
    /// ## Fix
    ///
    /// Unsafe: the name that was probably meant, where one is near and not given too.
    ///
    /// ## Versions
    ///
    /// The amazon provider before 5.1.0 handed unknown names to boto3, which raised TypeError in
    /// every lookup. Airflow before 2.3.0 dropped unknown names of Google's backend. For Azure Key
    /// Vault names go on to the Azure client: only a name close to a known one is a warning, the
    /// others are an info.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/secrets-backends/aws-secrets-manager.html>
    "AV203", "unknown-kwarg", Error, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for call in call::calls(cx) {
        for kwarg in &call.kwargs {
            if matches!(call.standing(&kwarg.name), Standing::Unknown) {
                let subject = call.subject(kwarg);
                tell(
                    &call,
                    &kwarg.name,
                    &kwarg.shown(),
                    kwarg.name_place,
                    subject,
                    findings,
                )
                .fix(fix(cx, &call, kwarg));
            }
        }
        for per_key in &call.per_key {
            // `…_CMD` of a known name is AV213's.
            let name = per_key.name;
            let stripped = name
                .strip_suffix("_cmd")
                .or_else(|| name.strip_suffix("_secret"));
            if stripped.is_some_and(|name| call.class.any_kwarg(name).is_some()) {
                continue;
            }
            if matches!(call.standing(per_key.name), Standing::Unknown) {
                let shown = call::shown_name(per_key.name, true);
                let place = per_key.setting.name_place();
                tell(
                    &call,
                    per_key.name,
                    &shown,
                    place,
                    call.own_subject(),
                    findings,
                );
            }
        }
    }
}

/// With more arguments than this nobody asks which of them were meant to be one.
const MOST_COMPARED: usize = 200;

/// The name that was probably meant, unless it is given too.
fn fix(cx: &DeploymentContext<'_>, call: &Call<'_>, kwarg: &Kwarg<'_>) -> Option<Fix> {
    if call.kwargs.len() > MOST_COMPARED {
        return None;
    }
    let meant = call.meant(&kwarg.name)?;
    let others = call.kwargs.iter().filter(|other| other.name != kwarg.name);
    let alike = others.filter(|other| call.meant(&other.name).as_ref() == Some(&meant));
    if call.has(&meant) || alike.count() > 0 {
        return None;
    }
    let text = &kwarg.name_text;
    let wanted = [(0..text.len(), meant.as_str())];
    let edits = fixes::in_setting(cx.inputs, kwarg.name_place.file, text, &wanted)?;
    Some(Fix::risky(format!("write `{meant}`"), edits))
}

fn tell<'f>(
    call: &Call<'_>,
    name: &str,
    shown: &str,
    place: Place,
    subject: String,
    findings: &'f mut Findings,
) -> &'f mut Finding {
    let class = call.class_name();
    let meant = call.meant(name);
    let (severity, effect) = match call.unknown() {
        UnknownKwarg::ImportCrash => (
            Severity::Error,
            match call.role {
                Role::Secrets => "TypeError while Airflow is imported, no Airflow component starts",
                Role::Workers => "TypeError before each task, no task starts",
            },
        ),
        UnknownKwarg::LookupFails => (
            Severity::Error,
            "every lookup raises TypeError, which Airflow swallows, so the backend is skipped",
        ),
        UnknownKwarg::Ignored => (Severity::Error, "it is ignored without a word"),
        UnknownKwarg::Accepted if meant.is_some() => {
            (Severity::Warning, "the class does not read it")
        }
        UnknownKwarg::Accepted => (Severity::Info, "it is handed on to the client library"),
    };
    let help = match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => String::from("remove it, or correct its name"),
    };
    findings
        .report(
            &RULE,
            place,
            subject,
            format!("{shown} is not a keyword argument of {class}: {effect}"),
        )
        .help(help)
        .severity(severity)
}
