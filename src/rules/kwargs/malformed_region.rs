//! AV210: `region_name` is no region.

use super::call::{self, Call, Kwarg, Standing};
use super::malformed_role_arn::is_placeholder;
use crate::airflow::backend::data;
use crate::aws::region::{self, Fault};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext};

rule! {
    /// # malformed-region
    ///
    /// ## What it does
    ///
    /// Compares `region_name` of the AWS backends with the shapes of AWS regions and with the list
    /// that ships. An error: an availability zone (`eu-west-1a`), underscores, capital letters, an
    /// empty string, no shape of a region. A warning: the right shape, but not in the list. If no
    /// region is given anywhere in the deployment, that is an info.
    ///
    /// ## Why is this bad?
    ///
    /// botocore only checks that the name can be part of a host name. The host does not exist, the
    /// first lookup raises, and Airflow swallows that.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "airflow/connections", "region_name": "eu-west-1a"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:89: error[AV210] malformed-region: `region_name` is an availability zone, not a region: its host does not exist, and Airflow skips the backend
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "airflow/connections", "region_name": "eu-west-1"}
    /// ```
    ///
    /// ## Versions
    ///
    /// All. With an `endpoint_url` of one's own (LocalStack and the like) only what botocore itself
    /// refuses is told.
    ///
    /// ## References
    ///
    /// - <https://docs.aws.amazon.com/general/latest/gr/ssm.html>
    "AV210", "malformed-region", Error, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for call in call::calls(cx) {
        if !call.class.is_aws() || !matches!(call.standing("region_name"), Standing::Known(_)) {
            continue;
        }
        match call.kwarg("region_name") {
            Some(kwarg) if kwarg.is_known() && kwarg.value.as_str().is_none() => {}
            Some(kwarg) => one(&call, kwarg, findings),
            None if !call.has("region_name") => nowhere(cx, &call, findings),
            None => {}
        }
    }
}

fn one(call: &Call<'_>, kwarg: &Kwarg<'_>, findings: &mut Findings) {
    let Some(text) = kwarg.known_string() else {
        return;
    };
    if is_placeholder(text.expose()) {
        return;
    }
    let Some((fault, range)) = region::fault(text.expose()) else {
        return;
    };
    let local = matches!(fault, Fault::Empty | Fault::NotAHostLabel);
    if call.has_set("endpoint_url") && !local {
        return;
    }
    let nearest = data::aws().nearest_region(text.expose());
    let (severity, what, mut help) = match fault {
        Fault::Empty => (
            Severity::Error,
            "is empty, which is not the same as not given: ValueError in every lookup",
            String::from("remove it, or write a region such as eu-west-1"),
        ),
        Fault::NotAHostLabel => (
            Severity::Error,
            "holds a character that no region has: InvalidRegionError in every lookup",
            String::from("write a region such as eu-west-1"),
        ),
        Fault::Zone => (
            Severity::Error,
            "is an availability zone, not a region: its host does not exist",
            String::from("remove the letter at the end"),
        ),
        Fault::UpperCase => (
            Severity::Error,
            "has capital letters: AWS refuses the signature",
            String::from("write it in lower case"),
        ),
        Fault::Shape => (
            Severity::Error,
            "has not the shape of a region: its host does not exist",
            String::from("write a region such as eu-west-1"),
        ),
        Fault::NotListed => (
            Severity::Warning,
            "is not a region that airvane knows",
            String::from("check the name of the region"),
        ),
    };
    if let Some(nearest) = nearest.filter(|_| !matches!(fault, Fault::Empty | Fault::Zone)) {
        help = format!("did you mean {nearest}?");
    }
    let tail = if severity == Severity::Error {
        ", and Airflow skips the backend"
    } else {
        ""
    };
    let place = if range.is_empty() {
        kwarg.place()
    } else {
        kwarg.place_in(&text, range)
    };
    findings
        .report(
            &RULE,
            place,
            call.subject(kwarg),
            format!("`region_name` {what}{tail}"),
        )
        .help(help)
        .severity(severity);
}

/// No region in the arguments, no profile that could hold one, none in the environment.
fn nowhere(cx: &DeploymentContext<'_>, call: &Call<'_>, findings: &mut Findings) {
    // It may be set by AIRFLOW__SECRETS__BACKEND_KWARG__REGION_NAME, a profile, or session_kwargs.
    if call.has("profile_name") || call.has("session_kwargs") || cx.aws_profiles.is_some() {
        return;
    }
    let variables = [
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_PROFILE",
        "AWS_CONFIG_FILE",
    ];
    let in_environment = variables
        .iter()
        .any(|name| cx.settings.environment.variables.contains_key(*name));
    let in_files = cx
        .all_inputs
        .iter()
        .flat_map(|input| &input.variables)
        .any(|variable| variables.contains(&variable.name.as_str()));
    if in_environment || in_files {
        return;
    }
    findings
        .report(
            &RULE,
            call.place,
            format!("{}.region_name", call.own_subject()),
            "no `region_name` is given, and the deployment sets no AWS_DEFAULT_REGION: unless Airflow's own environment has one, every lookup raises NoRegionError",
        )
        .help("add `region_name`, or make sure that the environment has AWS_DEFAULT_REGION")
        .severity(Severity::Info);
}
