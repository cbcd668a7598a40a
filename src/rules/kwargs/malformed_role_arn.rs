//! AV209: `role_arn` is not the ARN of a role.

use super::call::{self, Call, Kwarg, Standing};
use crate::airflow::backend::data;
use crate::airflow::public;
use crate::aws::arn::{self, Fault};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext};

rule! {
    /// # malformed-role-arn
    ///
    /// ## What it does
    ///
    /// Reads `role_arn` of the AWS backends: `arn:<partition>:iam::<12 digits>:role/<path/>name`.
    /// If `region_name` is given as well, the role's partition must be that of the region.
    ///
    /// ## Why is this bad?
    ///
    /// botocore checks nothing but the length. The role cannot be assumed, the first lookup raises,
    /// and Airflow swallows that: everything "isn't defined".
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
    /// backend_kwargs = {"role_arn": "arn:aws:iam::123456789012:user/airflow"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:58: error[AV209] malformed-role-arn: `role_arn` is not the ARN of a role (it names something other than a role): the role cannot be assumed, and Airflow skips the backend
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
    /// backend_kwargs = {"role_arn": "arn:aws:iam::123456789012:role/airflow"}
    /// ```
    ///
    /// ## Versions
    ///
    /// `role_arn` is read since amazon 5.1.0. A partition that is not in airvane's list, and one
    /// that differs from the region's, is a warning.
    ///
    /// ## References
    ///
    /// - <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
    "AV209", "malformed-role-arn", Error, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for call in call::calls(cx) {
        if !call.class.is_aws() || !matches!(call.standing("role_arn"), Standing::Known(_)) {
            continue;
        }
        if let Some(kwarg) = call.kwarg("role_arn") {
            one(&call, kwarg, findings);
        }
    }
}

fn one(call: &Call<'_>, kwarg: &Kwarg<'_>, findings: &mut Findings) {
    let Some(text) = kwarg.known_string() else {
        return;
    };
    let value = text.expose();
    // "" means no role; a placeholder is AV111's.
    if value.is_empty() || is_placeholder(value) {
        return;
    }
    let (fault, range) = match arn::role(value) {
        Ok(role) => {
            let start = role.partition_at;
            let range = start..start + role.partition.len();
            partition(
                call,
                kwarg,
                role.partition,
                kwarg.place_in(&text, range),
                findings,
            );
            return;
        }
        Err(found) => found,
    };
    let refused = if value.len() < arn::MIN_LENGTH {
        "botocore refuses it in every lookup (ParamValidationError)"
    } else {
        "the role cannot be assumed"
    };
    let (what, help) = words(fault);
    let severity = if fault == Fault::Partition {
        Severity::Warning
    } else {
        Severity::Error
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
            format!("`role_arn` is not the ARN of a role ({what}): {refused}, and Airflow skips the backend"),
        )
        .help(help)
        .severity(severity);
}

fn words(fault: Fault) -> (&'static str, &'static str) {
    let shape = "write arn:aws:iam::ACCOUNT:role/NAME with the twelve digits of the account";
    match fault {
        Fault::NotAnArn => ("it has not the six parts of an ARN", shape),
        Fault::Blank => ("a blank at its start or end", "remove the blank"),
        Fault::Partition => (
            "an unknown partition",
            "write aws, aws-cn, aws-us-gov or another partition of AWS",
        ),
        Fault::Service => (
            "its service is not iam",
            "write the ARN of the IAM role, not that of a session",
        ),
        Fault::Region => (
            "IAM has no region",
            "leave the region empty: arn:aws:iam::…",
        ),
        Fault::Account => (
            "the account is not twelve digits",
            "write the twelve digits of the account",
        ),
        Fault::NotARole => (
            "it names something other than a role",
            "write role/NAME at the end",
        ),
        Fault::Name => (
            "a character that role names do not have, or no name",
            "write the role's name: letters, digits and _+=,.@-",
        ),
        Fault::NameTooLong => (
            "the name is longer than 64 characters",
            "write the role's name",
        ),
    }
}

fn partition(
    call: &Call<'_>,
    kwarg: &Kwarg<'_>,
    partition: &str,
    place: crate::source::Place,
    findings: &mut Findings,
) {
    let Some(region) = call.kwarg("region_name").and_then(Kwarg::known_string) else {
        return;
    };
    // An endpoint of one's own takes any region.
    if call.has_set("endpoint_url") {
        return;
    }
    let Some(theirs) = data::aws().partition_of_region(region.expose()) else {
        return;
    };
    // Of the shipped list only: its names may be shown.
    let Some(ours) = data::aws().partition(partition) else {
        return;
    };
    if theirs.id == ours.id {
        return;
    }
    findings
        .report(
            &RULE,
            place,
            call.subject(kwarg),
            format!(
                "`role_arn` belongs to the partition {}, `region_name` to {}: a role cannot be assumed across partitions",
                ours.id, theirs.id
            ),
        )
        .help("use a role and a region of one partition")
        .severity(Severity::Warning);
}

/// `<your-role-arn>` and words such as `CHANGE_ME`.
pub(super) fn is_placeholder(value: &str) -> bool {
    let value = value.trim();
    (value.contains('<') && value.contains('>')) || public::is_placeholder_word(value)
}
