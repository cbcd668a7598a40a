//! AV208: keyword arguments that do not go together.

use super::call::{self, Call, Standing, per_release};
use crate::airflow::Version;
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext};
use crate::syntax::json::Kind;

rule! {
    /// # kwarg-conflict
    ///
    /// ## What it does
    ///
    /// Finds keyword arguments that contradict or need one another: an AWS access key without its
    /// secret key, static keys beside `profile_name`, an `assume_role_method` that does not exist
    /// or lacks what it needs, two sources of Google credentials, `yc_connection_id` beside other
    /// Lockbox credentials, an incomplete Azure service principal.
    ///
    /// ## Why is this bad?
    ///
    /// The errors are raised in the first lookup, where Airflow swallows them, or (Google, Lockbox)
    /// while it starts. Where nothing is raised, one of the two is silently not used.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"role_arn": "arn:aws:iam::123456789012:role/airflow", "assume_role_method": "assumerole"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:95: error[AV208] kwarg-conflict: `assume_role_method` is not a method: NotImplementedError in every lookup, which Airflow swallows
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"role_arn": "arn:aws:iam::123456789012:role/airflow", "assume_role_method": "assume_role"}
    /// ```
    ///
    /// ## Versions
    ///
    /// `assume_role_*` are read since amazon 5.1.0; the federation `file` since 7.3.0.
    ///
    /// ## References
    ///
    /// - `BaseSessionFactory` in `airflow/providers/amazon/aws/hooks/base_aws.py`
    "AV208", "kwarg-conflict", Warning, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for call in call::calls(cx) {
        if call.class.is_aws() {
            keys(&call, findings);
            role(cx, &call, findings);
        }
        match call.class.short_name.as_str() {
            "gcp_secret_manager" => google(&call, findings),
            "yandex_lockbox" => lockbox(&call, findings),
            "azure_key_vault" => azure(&call, findings),
            _ => {}
        }
    }
}

/// Says something about one argument, at its name.
fn tell(
    call: &Call<'_>,
    name: &str,
    severity: Severity,
    message: impl Into<String>,
    help: impl Into<String>,
    findings: &mut Findings,
) {
    let place = match call.kwarg(name) {
        Some(kwarg) => kwarg.name_place,
        None => match call.per_key.iter().find(|other| other.name == name) {
            Some(other) => other.setting.name_place(),
            None => call.place,
        },
    };
    findings
        .report(
            &RULE,
            place,
            format!("{}.{name}", call.own_subject()),
            message,
        )
        .help(help)
        .severity(severity);
}

fn keys(call: &Call<'_>, findings: &mut Findings) {
    // Its credentials may be the other half (`_get_credentials` reads both places).
    if call.has_set("session_kwargs") || call.has_set("s3_config_file") {
        return;
    }
    let id = call.has_set("aws_access_key_id");
    let secret = call.has_set("aws_secret_access_key");
    let token = call.has_set("aws_session_token");
    if id && !secret {
        tell(
            call,
            "aws_access_key_id",
            Severity::Error,
            "`aws_access_key_id` without `aws_secret_access_key`: no request can be signed, and Airflow skips the backend",
            "give both, or neither to use the default credentials",
            findings,
        );
    } else if secret && !id {
        tell(
            call,
            "aws_secret_access_key",
            Severity::Error,
            "`aws_secret_access_key` without `aws_access_key_id`: no request can be signed, and Airflow skips the backend",
            "give both, or neither to use the default credentials",
            findings,
        );
    } else if token && !id {
        tell(
            call,
            "aws_session_token",
            Severity::Error,
            "`aws_session_token` without the two keys: no request can be signed, and Airflow skips the backend",
            "give all three, or none to use the default credentials",
            findings,
        );
    } else if id && call.has_set("profile_name") && !call.is_before(Version::new(5, 1, 0)) {
        tell(
            call,
            "profile_name",
            Severity::Warning,
            "`profile_name` beside static keys: the keys win, the profile gives only the region",
            "keep one of the two",
            findings,
        );
    }
}

fn role(cx: &DeploymentContext<'_>, call: &Call<'_>, findings: &mut Findings) {
    if !call.has_set("role_arn") || call.is_before(Version::new(5, 1, 0)) {
        return;
    }
    let Some(method) = call.kwarg("assume_role_method") else {
        return;
    };
    if !method.is_known() {
        return;
    }
    let name = method.value.as_str().unwrap_or_default();
    match name.as_ref() {
        "assume_role" => {}
        "assume_role_with_saml" => {
            if !call.has("assume_role_with_saml") {
                tell(
                    call,
                    "assume_role_method",
                    Severity::Error,
                    "the method `assume_role_with_saml` needs an argument `assume_role_with_saml`: KeyError in every lookup, which Airflow swallows",
                    "add the object `assume_role_with_saml`",
                    findings,
                );
            }
        }
        "assume_role_with_web_identity" => federation(cx, call, findings),
        _ => {
            let what = match method.value.kind() {
                Kind::String => "`assume_role_method` is not a method",
                _ => "`assume_role_method` is not a string",
            };
            findings
                .report(
                    &RULE,
                    method.place(),
                    call.subject(method),
                    format!("{what}: NotImplementedError in every lookup, which Airflow swallows"),
                )
                .help("write assume_role, assume_role_with_saml or assume_role_with_web_identity")
                .severity(Severity::Error);
        }
    }
}

fn federation(cx: &DeploymentContext<'_>, call: &Call<'_>, findings: &mut Findings) {
    const NAME: &str = "assume_role_with_web_identity_federation";
    if call.per_key.iter().any(|other| other.name == NAME) {
        return;
    }
    let Some(kwarg) = call.kwarg(NAME) else {
        tell(
            call,
            "assume_role_method",
            Severity::Error,
            format!(
                "the method `assume_role_with_web_identity` needs `{NAME}`: AirflowException in every lookup, which is swallowed"
            ),
            format!("add `{NAME}`: file or google"),
            findings,
        );
        return;
    };
    if !kwarg.is_known() {
        return;
    }
    let since = Version::new(7, 3, 0);
    match kwarg.value.as_str().as_deref() {
        Some("google") => {}
        Some("file") if !call.is_before(since) => {}
        Some("file") => {
            findings
                .report(
                    &RULE,
                    kwarg.place(),
                    call.subject(kwarg),
                    format!("the federation `file` came with {since} of the amazon provider: AirflowException in every lookup"),
                )
                .help(format!("use {since} or later"))
                .severity(per_release(Severity::Error, cx.target));
        }
        _ => {
            findings
                .report(
                    &RULE,
                    kwarg.place(),
                    call.subject(kwarg),
                    format!("`{NAME}` is neither file nor google: AirflowException in every lookup, which is swallowed"),
                )
                .help("write file or google")
                .severity(Severity::Error);
        }
    }
}

fn google(call: &Call<'_>, findings: &mut Findings) {
    let sources = [
        "gcp_keyfile_dict",
        "gcp_key_path",
        "gcp_credential_config_file",
    ];
    let given: Vec<&str> = sources
        .into_iter()
        .filter(|name| call.has_set(name) && matches!(call.standing(name), Standing::Known(_)))
        .collect();
    if let [first, second, ..] = given.as_slice() {
        tell(
            call,
            second,
            Severity::Error,
            format!(
                "`{first}` and `{second}` exclude each other: AirflowException {}, {}",
                call.role.when_built(),
                call.role.nothing_starts()
            ),
            "keep one of them",
            findings,
        );
    }
}

fn lockbox(call: &Call<'_>, findings: &mut Findings) {
    let others = ["yc_oauth_token", "yc_sa_key_json", "yc_sa_key_json_path"];
    if !call.has_set("yc_connection_id") {
        return;
    }
    if let Some(other) = others.into_iter().find(|name| call.has_set(name)) {
        tell(
            call,
            "yc_connection_id",
            Severity::Error,
            format!(
                "`yc_connection_id` and `{other}` exclude each other: ValueError {}, {}",
                call.role.when_built(),
                call.role.nothing_starts()
            ),
            "keep one of them",
            findings,
        );
    }
}

fn azure(call: &Call<'_>, findings: &mut Findings) {
    let names = ["tenant_id", "client_id", "client_secret"];
    let given = names.into_iter().filter(|name| call.has_set(name)).count();
    if given == 0 || given == names.len() || !call.has_set("client_secret") {
        return;
    }
    tell(
        call,
        "client_secret",
        Severity::Warning,
        "`client_secret` is used only together with `tenant_id` and `client_id`: DefaultAzureCredential is used instead",
        "give all three, or none",
        findings,
    );
}
