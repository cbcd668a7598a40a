//! AV206: a keyword argument that is taken and does nothing.

use super::botocore_config;
use super::call::{self, Call, Kwarg, NoEffect, Standing, per_release};
use crate::airflow::Version;
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext};
use crate::syntax::json::Kind;

rule! {
    /// # kwarg-without-effect
    ///
    /// ## What it does
    ///
    /// Finds settings of the AWS backends that are accepted and then not used: names that the
    /// amazon provider stopped reading in 9.0.0 (`external_id`, `host`, `aws_account_id`,
    /// `aws_iam_role`, `s3_config_file`), keys of `session_kwargs`, `config_kwargs` and
    /// `service_config` that never reach the client, `sep` on Parameter Store, and `assume_role_*`
    /// without `role_arn`.
    ///
    /// ## Why is this bad?
    ///
    /// Nothing is logged. The dangerous one is `external_id`: since amazon 9.0.0 the role is
    /// assumed *without* an external id. With `aws_account_id` and `aws_iam_role` no role is
    /// assumed at all, and the ambient identity is used.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
    /// backend_kwargs = {"role_arn": "arn:aws:iam::123456789012:role/airflow", "external_id": "example"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:74: error[AV206] kwarg-without-effect: `external_id` is not read since 9.0.0 of the amazon provider: the role is assumed without an external id
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
    /// backend_kwargs = {"role_arn": "arn:aws:iam::123456789012:role/airflow", "assume_role_kwargs": {"ExternalId": "example"}}
    /// ```
    ///
    /// ## Versions
    ///
    /// The names above were read, with a deprecation warning, from amazon 5.1.0 to 8.29.0.
    /// `config_kwargs` has only ever reached the STS client that assumes the role.
    /// `service_config.sts.endpoint_url` works from 8.8.0 on.
    ///
    /// ## References
    ///
    /// - `AwsConnectionWrapper` in `airflow/providers/amazon/aws/utils/connection_wrapper.py`
    "AV206", "kwarg-without-effect", Warning, since "0.1.0",
    checks &[Check::Deployment(check)],
}

const NINE: Version = Version::new(9, 0, 0);

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for call in call::calls(cx) {
        for kwarg in &call.kwargs {
            match call.standing(&kwarg.name) {
                Standing::NoEffect(why) => by_name(cx, &call, kwarg, why, findings),
                Standing::Known(_) if call.class.is_aws() => by_use(cx, &call, kwarg, findings),
                _ => {}
            }
        }
    }
}

fn by_name(
    cx: &DeploymentContext<'_>,
    call: &Call<'_>,
    kwarg: &Kwarg<'_>,
    why: NoEffect,
    findings: &mut Findings,
) {
    let name = &kwarg.name;
    let class = call.class_name();
    let unset = !kwarg.is_set();
    let (severity, message, help) = match why {
        NoEffect::OtherClass if name == "sep" => (
            if kwarg
                .known_string()
                .is_some_and(|text| text.expose() == "/")
            {
                Severity::Info
            } else {
                Severity::Warning
            },
            format!("`sep` has no effect: {class} always puts `/` between prefix and id"),
            String::from("remove it"),
        ),
        NoEffect::OtherClass => (
            Severity::Warning,
            format!(
                "`{name}` has no effect: {class} does not read it, only SecretsManagerBackend knows it"
            ),
            String::from("remove it"),
        ),
        NoEffect::Deprecated(fact) => (
            per_release(Severity::Warning, cx.target),
            format!(
                "`{name}` has no effect since {} of {}: the form of the value is detected",
                fact.deprecated_in.unwrap_or(NINE),
                call.package()
            ),
            String::from("remove it"),
        ),
        NoEffect::Dropped(fact, removed) => {
            let (severity, effect) = match name.as_str() {
                "external_id" if call.has_set("role_arn") => (
                    Severity::Error,
                    "the role is assumed without an external id",
                ),
                "aws_account_id" | "aws_iam_role" if !call.has_set("role_arn") => (
                    Severity::Error,
                    "no role is assumed and the ambient identity is used",
                ),
                _ => (Severity::Warning, "it is ignored without a word"),
            };
            let help = match name.as_str() {
                "aws_account_id" | "aws_iam_role" => {
                    String::from("write `role_arn`: arn:aws:iam::ACCOUNT:role/ROLE")
                }
                "external_id" => {
                    String::from("write {\"assume_role_kwargs\": {\"ExternalId\": …}}")
                }
                _ => match &fact.replacement {
                    Some(replacement) if call.class.any_kwarg(replacement).is_some() => {
                        format!("write `{replacement}`")
                    }
                    Some(replacement) => format!("use {replacement}"),
                    None => String::from("remove it"),
                },
            };
            (
                per_release(severity, cx.target),
                format!(
                    "`{name}` is not read since {removed} of {}: {effect}",
                    call.package()
                ),
                help,
            )
        }
    };
    // null or "" asks for nothing.
    let severity = if unset { Severity::Info } else { severity };
    findings
        .report(&RULE, kwarg.name_place, call.subject(kwarg), message)
        .help(help)
        .severity(severity);
}

/// Known names whose value does not reach the client.
fn by_use(cx: &DeploymentContext<'_>, call: &Call<'_>, kwarg: &Kwarg<'_>, findings: &mut Findings) {
    if !kwarg.is_set() {
        return;
    }
    match kwarg.name.as_str() {
        // AV204 tells.
        "config_kwargs" if botocore_config::is_refused(kwarg.value) => {}
        "config_kwargs" => {
            let (what, help) = if call.has_set("role_arn") {
                (
                    "`config_kwargs` reaches only the STS client that assumes the role, never the client that looks secrets up",
                    "keep it only if it is meant for STS",
                )
            } else {
                (
                    "`config_kwargs` has no effect: it would reach only the STS client that assumes a role, and no `role_arn` is given",
                    "remove it; set region_name, endpoint_url and verify at top level",
                )
            };
            // With a role it does something, and may be meant.
            let severity = if call.has_set("role_arn") {
                Severity::Info
            } else {
                Severity::Warning
            };
            report(call, kwarg, severity, what, help, findings);
        }
        "session_kwargs" => session(cx, call, kwarg, findings),
        "service_config" => service(call, kwarg, findings),
        name if name.starts_with("assume_role_") && !call.has("role_arn") => {
            let message = format!("`{name}` has no effect without `role_arn`: no role is assumed");
            report(
                call,
                kwarg,
                Severity::Warning,
                &message,
                "add `role_arn`, or remove it",
                findings,
            );
        }
        name if name.starts_with("assume_role_") && !call.has_set("role_arn") => {
            let message =
                format!("`{name}` has no effect: `role_arn` is empty, so no role is assumed");
            report(
                call,
                kwarg,
                Severity::Info,
                &message,
                "fill in `role_arn`, or remove both",
                findings,
            );
        }
        _ => {}
    }
}

/// Since amazon 9.0.0 only the credential trio of `session_kwargs` is read.
fn session(
    cx: &DeploymentContext<'_>,
    call: &Call<'_>,
    kwarg: &Kwarg<'_>,
    findings: &mut Findings,
) {
    if kwarg.value.kind() != Kind::Object || !call.is_from(NINE) {
        return;
    }
    let read = [
        "aws_access_key_id",
        "aws_secret_access_key",
        "aws_session_token",
    ];
    for member in kwarg.members() {
        if read.contains(&member.name.as_str()) || !member.is_set() {
            continue;
        }
        let known = ["region_name", "profile_name"].contains(&member.name.as_str());
        let message = if known {
            format!(
                "`{}` in `session_kwargs` is ignored since 9.0.0 of the amazon provider",
                member.name
            )
        } else {
            String::from(
                "only credentials are read from `session_kwargs` since 9.0.0 of the amazon provider: this key is ignored",
            )
        };
        let help = if known {
            "move it to the top level"
        } else {
            "remove it"
        };
        // A region or profile that silently does not hold.
        let severity = if known && !call.has(&member.name) {
            Severity::Error
        } else {
            Severity::Warning
        };
        findings
            .report(&RULE, member.name_place, call.subject(kwarg), message)
            .help(help)
            .severity(per_release(severity, cx.target));
    }
}

fn service(call: &Call<'_>, kwarg: &Kwarg<'_>, findings: &mut Findings) {
    for member in kwarg.members() {
        if !member.is_set() {
            continue;
        }
        let ours = if call.class.short_name == "aws_ssm" {
            "ssm"
        } else {
            "secretsmanager"
        };
        let (message, help) = if member.name == ours {
            (
                format!("`service_config.{ours}` has no effect: the backend does not read it"),
                "write `endpoint_url` at top level",
            )
        } else if member.name == "sts" && call.is_from(Version::new(8, 8, 0)) {
            if call.has_set("role_arn") {
                continue;
            }
            (
                String::from("`service_config.sts` has no effect without `role_arn`"),
                "add `role_arn`, or remove it",
            )
        } else if member.name == "sts" {
            (
                String::from("`service_config.sts` is read since 8.8.0 of the amazon provider"),
                "remove it, or use 8.8.0 or later",
            )
        } else {
            (
                String::from("`service_config` is read only for `sts`: this service is ignored"),
                "remove it",
            )
        };
        findings
            .report(&RULE, member.name_place, call.subject(kwarg), message)
            .help(help);
    }
}

fn report(
    call: &Call<'_>,
    kwarg: &Kwarg<'_>,
    severity: Severity,
    message: &str,
    help: &str,
    findings: &mut Findings,
) {
    findings
        .report(&RULE, kwarg.name_place, call.subject(kwarg), message)
        .help(help)
        .severity(severity);
}
