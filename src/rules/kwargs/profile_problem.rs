//! AV214: `profile_name` names no profile.

use super::call::{self, Call, Kwarg, Standing};
use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, DeploymentContext};
use crate::syntax::json::Kind;

rule! {
    /// # profile-problem
    ///
    /// ## What it does
    ///
    /// Finds a `profile_name` that cannot exist (`""`, the string `"null"`), and, with
    /// `--aws-config FILE`, one that the given AWS shared config file does not have.
    ///
    /// ## Why is this bad?
    ///
    /// The first lookup raises ProfileNotFound, and Airflow swallows that: the backend is skipped.
    /// `""` is not the same as no profile; null is.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
    /// backend_kwargs = {"connections_prefix": "/airflow/connections", "profile_name": ""}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:81: error[AV214] profile-problem: `profile_name` is empty, which is not the same as none: ProfileNotFound in every lookup, which Airflow swallows, so the backend is skipped
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
    /// backend_kwargs = {"connections_prefix": "/airflow/connections", "profile_name": null}
    /// ```
    ///
    /// ## Versions
    ///
    /// All.
    ///
    /// ## References
    ///
    /// - <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>
    "AV214", "profile-problem", Error, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for call in call::calls(cx) {
        if !call.class.is_aws() || !matches!(call.standing("profile_name"), Standing::Known(_)) {
            continue;
        }
        if let Some(kwarg) = call.kwarg("profile_name") {
            one(cx, &call, kwarg, findings);
        }
    }
}

fn one(cx: &DeploymentContext<'_>, call: &Call<'_>, kwarg: &Kwarg<'_>, findings: &mut Findings) {
    if kwarg.value.kind() != Kind::String {
        return;
    }
    let Some(text) = kwarg.known_string() else {
        return;
    };
    let given = cx
        .aws_profiles
        .is_some_and(|profiles| profiles.has(text.expose()));
    if given {
        return;
    }
    let (what, help) = match text.expose() {
        "" => (
            "`profile_name` is empty, which is not the same as none",
            "write null, or remove it",
        ),
        "null" | "None" | "none" if cx.aws_profiles.is_none() => (
            "`profile_name` is the string null, not null",
            "write null without quotes, or remove it",
        ),
        _ if cx.aws_profiles.is_some() => (
            "the AWS shared config file has no profile of this name",
            "correct the name, or add the profile",
        ),
        _ => return,
    };
    findings
        .report(
            &RULE,
            kwarg.place(),
            call.subject(kwarg),
            format!("{what}: ProfileNotFound in every lookup, which Airflow swallows, so the backend is skipped"),
        )
        .help(help);
}
