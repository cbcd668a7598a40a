//! AV211: a URL of the secret store that is no URL.

use super::call::{self, Call, Kwarg, Standing};
use super::malformed_role_arn::is_placeholder;
use crate::airflow::backend::ask;
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext};

rule! {
    /// # malformed-endpoint-url
    ///
    /// ## What it does
    ///
    /// Reads the URL of the secret store: `endpoint_url` (AWS), `url` (Vault), `vault_url` (Azure),
    /// `api_url` (Akeyless). It must be an absolute URL with scheme and host.
    ///
    /// ## Why is this bad?
    ///
    /// The client refuses it in the first lookup ("Invalid endpoint"), and Airflow swallows that.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"region_name": "eu-west-1", "endpoint_url": "localhost:4566"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:63: error[AV211] malformed-endpoint-url: `endpoint_url` has no scheme: every lookup raises, which Airflow swallows, so the backend is skipped
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"region_name": "eu-west-1", "endpoint_url": "http://localhost:4566"}
    /// ```
    ///
    /// ## Versions
    ///
    /// All.
    ///
    /// ## References
    ///
    /// - <https://boto3.amazonaws.com/v1/documentation/api/latest/reference/core/session.html>
    "AV211", "malformed-endpoint-url", Error, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for call in call::calls(cx) {
        let name = match call.class.short_name.as_str() {
            "aws_ssm" | "aws_secrets_manager" => "endpoint_url",
            "hashicorp_vault" => "url",
            "azure_key_vault" => "vault_url",
            "akeyless" => "api_url",
            _ => continue,
        };
        let known = matches!(call.standing(name), Standing::Known(_));
        if let Some(kwarg) = call.kwarg(name).filter(|_| known) {
            one(&call, kwarg, findings);
        }
    }
}

fn one(call: &Call<'_>, kwarg: &Kwarg<'_>, findings: &mut Findings) {
    let Some(text) = kwarg.known_string() else {
        return;
    };
    let value = text.expose();
    if is_placeholder(value) {
        return;
    }
    let aws = call.class.is_aws();
    if aws && value.len() > 2 && value.starts_with("//") {
        findings
            .report(
                &RULE,
                kwarg.place(),
                call.subject(kwarg),
                "`endpoint_url` has no scheme: botocore then asks over plain http",
            )
            .help("write the scheme too, such as https://host:8200")
            .severity(Severity::Warning);
        return;
    }
    // Elsewhere "" means the default, or is AV219's.
    if value.is_empty() && !aws {
        return;
    }
    let Some(what) = fault(value, aws) else {
        let plain_http = value
            .split_once("://")
            .is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("http"));
        if call.class.short_name == "azure_key_vault" && plain_http {
            findings
                .report(
                    &RULE,
                    kwarg.place(),
                    call.subject(kwarg),
                    "`vault_url` is not https: the Azure client sends no token over plain http",
                )
                .help("write https://NAME.vault.azure.net")
                .severity(Severity::Warning);
        }
        return;
    };
    let raises = aws || call.class.short_name == "hashicorp_vault";
    let (severity, effect) = if raises {
        (
            Severity::Error,
            "every lookup raises, which Airflow swallows, so the backend is skipped",
        )
    } else {
        (Severity::Warning, "no lookup can work")
    };
    let help = if value.is_empty() {
        "remove it to use the endpoint of AWS"
    } else {
        "write scheme and host, such as https://host:8200"
    };
    findings
        .report(
            &RULE,
            kwarg.place(),
            call.subject(kwarg),
            format!("`{}` {what}: {effect}", kwarg.name),
        )
        .help(help)
        .severity(severity);
}

/// What is wrong with a URL, as far as all the clients agree.
fn fault(value: &str, aws: bool) -> Option<&'static str> {
    if value.is_empty() {
        return Some("is empty, which is not the same as not given");
    }
    // urlsplit() drops blanks in front.
    let value = if aws { value.trim_start() } else { value };
    if value.trim() != value {
        return Some("begins or ends with a blank");
    }
    let Some((scheme, rest)) = value.split_once("://") else {
        return Some("has no scheme");
    };
    if !["http", "https"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
    {
        return Some("has a scheme other than http and https");
    }
    if rest.is_empty() || rest.starts_with('/') {
        return Some("has no host");
    }
    if aws && !is_host_for_botocore(rest) {
        return Some("has a host that botocore refuses (letters, digits, `-` and `.` only)");
    }
    match url::Url::parse(value) {
        Ok(_) => None,
        Err(url::ParseError::InvalidPort) => Some("has a port that is no number"),
        Err(_) => Some("is not a URL"),
    }
}

/// `botocore.utils.is_valid_endpoint_url`: no `_`, which names of compose services often have.
fn is_host_for_botocore(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    // An IPv6 address has a test of its own.
    if host.starts_with('[') {
        return true;
    }
    let host = host.split(':').next().unwrap_or(host);
    ask::is_host(host)
}
