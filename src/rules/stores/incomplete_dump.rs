//! AV707: exports that do not hold everything.

use super::told;
use crate::inputs::Kind;
use crate::inputs::store::Spot;
use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, StoreContext};
use crate::source::Place;

rule! {
    /// # incomplete-dump
    ///
    /// ## What it does
    ///
    /// Says what an export does not hold: further pages (`NextToken`), parameters that were asked for
    /// and do not exist (`InvalidParameters`), secrets that could not be read (`Errors`), values
    /// (`describe-parameters`, `list-secrets`), or anything at all.
    ///
    /// ## Why is this bad?
    ///
    /// It is not, as long as nobody takes the export for the whole store: what is not in it cannot be
    /// checked, and that an id is not in it does not mean that the store lacks it.
    ///
    /// ## Example
    ///
    /// ```json
    /// {"Parameters": [
    ///   {"Name": "/airflow/variables/stage", "Type": "String", "Value": "prod"}
    ///  ],
    ///  "InvalidParameters": ["/airflow/variables/region"]}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// dump.json:4:23: info[AV707] incomplete-dump: 1 name that was asked for does not exist in SSM
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {"Parameters": [
    ///   {"Name": "/airflow/variables/stage", "Type": "String", "Value": "prod"},
    ///   {"Name": "/airflow/variables/region", "Type": "String", "Value": "eu-west-1"}
    ///  ],
    ///  "InvalidParameters": []}
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - <https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-pagination.html>
    /// - <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html>
    /// - <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html>
    "AV707", "incomplete-dump", Info, since "0.1.0",
    checks &[Check::Store(check)],
}

fn check(cx: &StoreContext<'_>, findings: &mut Findings) {
    if cx.input.makes_entries() {
        // What makes entries of a store does not tell what else there is, and need not.
        return;
    }
    let summary = cx.summary;
    if let Some(spot) = summary.incomplete {
        let message = "`NextToken`: the export is one page of several".to_owned();
        let help = "export without `--max-items` and `--no-paginate`, or ask for the next page with `--starting-token`";
        one(cx, "pages", Some(spot), message, help, findings);
    }
    if let Some((count, spot)) = summary.invalid_parameters {
        let what = counted(
            count,
            "name that was asked for does not exist",
            "names that were asked for do not exist",
        );
        let help = "check the spelling of the names and the region of the request";
        one(
            cx,
            "invalid",
            Some(spot),
            format!("{what} in SSM"),
            help,
            findings,
        );
    }
    if let Some((count, spot)) = summary.errors {
        let what = counted(
            count,
            "secret could not be read and is",
            "secrets could not be read and are",
        );
        let help =
            "see `ErrorCode` there: the secret does not exist, or may not be read or decrypted";
        one(
            cx,
            "errors",
            Some(spot),
            format!("{what} not in the export"),
            help,
            findings,
        );
    }
    values(cx, findings);
    if summary.others > 0 {
        let message = format!(
            "{} in the place of an entry (a number, `null`, …)",
            counted(
                summary.others,
                "value that is no entry stands",
                "values that are no entries stand"
            )
        );
        one(
            cx,
            "others",
            None,
            message,
            "check the query that made the export",
            findings,
        );
    }
    let nothing = summary.invalid_parameters.is_none() && summary.errors.is_none();
    if summary.entries == 0 && summary.others == 0 && summary.problem.is_none() && nothing {
        let message = "the export holds no entry".to_owned();
        let help = "check the path, the region and the account of the request";
        one(cx, "empty", None, message, help, findings);
    }
}

/// Values that are not there, or not as the store keeps them.
fn values(cx: &StoreContext<'_>, findings: &mut Findings) {
    let summary = cx.summary;
    let (entries, without) = (summary.entries, summary.without_value);
    if without > 0 {
        let message = if without == entries {
            "the export holds names and no values: only the names are checked".to_owned()
        } else {
            format!(
                "{without} of {entries} entries have no value in the export: only their names are checked"
            )
        };
        let help = match cx.input.kind {
            Kind::Vault => "export the values too: `vault kv get -format=json`",
            Kind::Gcp => {
                "export the values too: `gcloud secrets versions access latest --secret=… --format=json`"
            }
            Kind::Azure => "export the values too: `az keyvault secret show -o json`",
            _ => {
                "export the values too: `aws ssm get-parameters-by-path --recursive --with-decryption`, \
                 `aws secretsmanager batch-get-secret-value`"
            }
        };
        one(cx, "values", None, message, help, findings);
    }
    if let Some((count, spot)) = summary.not_text {
        let message = format!(
            "{}: a store keeps text, so this is not what stands there",
            counted(
                count,
                "value is no text but an object, a number or the like",
                "values are no texts but objects, numbers or the like"
            )
        );
        one(
            cx,
            "text",
            Some(spot),
            message,
            "export the values as the store gives them",
            findings,
        );
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn one(
    cx: &StoreContext<'_>,
    subject: &str,
    spot: Option<Spot>,
    message: String,
    help: &str,
    findings: &mut Findings,
) {
    let (place, position) = spot.map_or_else(
        || told::whole(cx),
        |spot| (Place::new(cx.input.id, spot.span), spot.position),
    );
    let finding = findings.report(&RULE, place, subject, message);
    finding.help(help);
    told::at(finding, position);
}
