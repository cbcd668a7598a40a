//! AV705: secrets in `SecretBinary`.

use super::told;
use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, EntryContext};

rule! {
    /// # secret-binary
    ///
    /// ## What it does
    ///
    /// Reports a connection, variable or option whose secret was stored as `SecretBinary`.
    ///
    /// ## Why is this bad?
    ///
    /// The backend of Airflow reads `SecretString` and nothing else. A secret without one counts as
    /// missing, and the lookup goes on to environment variables and the metadata database.
    ///
    /// ## Example
    ///
    /// ```json
    /// {"ARN": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:airflow/variables/greeting-Ab3dEf",
    ///  "Name": "airflow/variables/greeting", "SecretBinary": "aGVsbG8=", "VersionStages": ["AWSCURRENT"]}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// dump.json:2:56: error[AV705] secret-binary: `airflow/variables/greeting` is stored as `SecretBinary`: Airflow reads `SecretString` only and takes it for missing
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {"ARN": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:airflow/variables/greeting-Ab3dEf",
    ///  "Name": "airflow/variables/greeting", "SecretString": "hello", "VersionStages": ["AWSCURRENT"]}
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - `SecretsManagerBackend._get_secret`
    /// - <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>
    "AV705", "secret-binary", Error, since "0.1.0",
    checks &[Check::Entry(check)],
}

fn check(cx: &EntryContext<'_>, findings: &mut Findings) {
    // Of another version than the current one nothing follows.
    if !cx.facts.binary || cx.kind.is_none() || cx.facts.stale.is_some() {
        return;
    }
    let place = cx.value_place.unwrap_or(cx.name_place);
    findings
        .report(
            &RULE,
            place,
            cx.subject(),
            format!(
                "{} is stored as `SecretBinary`: Airflow reads `SecretString` only and takes it for missing",
                told::named(cx)
            ),
        )
        .help("store it as text: `aws secretsmanager put-secret-value --secret-string …`");
}
