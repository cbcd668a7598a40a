//! AV709: secrets whose value in the export is not the one Airflow gets.

use super::told;
use crate::inputs::store::StaleWhy;
use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, EntryContext};
use crate::source::Place;

rule! {
    /// # stale-version
    ///
    /// ## What it does
    ///
    /// Reports a connection, variable or option whose secret is another version than `AWSCURRENT`, has
    /// no current version, or is scheduled for deletion (`DeletedDate`).
    ///
    /// ## Why is this bad?
    ///
    /// Airflow asks for the current version. What is checked in the value of another one says nothing
    /// about it. A secret without a current version, or one that is being deleted, cannot be read at
    /// all: the lookup goes on to environment variables and the metadata database.
    ///
    /// ## Example
    ///
    /// ```json
    /// {"ARN": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:airflow/variables/stage-Ab3dEf",
    ///  "Name": "airflow/variables/stage", "SecretString": "test", "VersionStages": ["AWSPREVIOUS"]}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// dump.json:2:61: warning[AV709] stale-version: this is not the version AWSCURRENT of `airflow/variables/stage`: Airflow is given another value
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {"ARN": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:airflow/variables/stage-Ab3dEf",
    ///  "Name": "airflow/variables/stage", "SecretString": "prod", "VersionStages": ["AWSCURRENT"]}
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - `SecretsManagerBackend._get_secret`
    /// - <https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html>
    "AV709", "stale-version", Warning, since "0.1.0",
    checks &[Check::Entry(check)],
}

fn check(cx: &EntryContext<'_>, findings: &mut Findings) {
    let Some(stale) = cx.facts.stale.filter(|_| cx.kind.is_some()) else {
        return;
    };
    let name = told::named(cx);
    let (message, help) = match stale.why {
        StaleWhy::OtherVersion => (
            format!("this is not the version AWSCURRENT of {name}: Airflow is given another value"),
            "export the current version, without `--version-id` and `--version-stage`",
        ),
        StaleWhy::NoCurrent => (
            format!("no version of {name} is AWSCURRENT: a lookup finds nothing"),
            "store a value: `aws secretsmanager put-secret-value`",
        ),
        StaleWhy::VersionDeleted => (
            format!("the current version of {name} is deleted: a lookup finds nothing"),
            "bring it back with `vault kv undelete`, or write it anew, if it is still needed",
        ),
        StaleWhy::Deleted => (
            format!("{name} is scheduled for deletion: a lookup finds nothing"),
            "bring it back with `aws secretsmanager restore-secret` if it is still needed",
        ),
    };
    findings
        .report(
            &RULE,
            Place::new(cx.name_place.file, stale.span),
            cx.subject(),
            message,
        )
        .help(help);
}
