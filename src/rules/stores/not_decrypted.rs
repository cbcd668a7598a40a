//! AV706: an export of SSM without `--with-decryption`.

use super::told;
use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, StoreContext};
use crate::source::Place;

rule! {
    /// # not-decrypted
    ///
    /// ## What it does
    ///
    /// Says once per file how many connections, variables and options of an export are ciphertext:
    /// base64 that begins with the bytes of AWS KMS (`AQICAH…`), or moto's `kms:…`.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow reads parameters decrypted, so the store may be in order. But nothing in these values
    /// can be checked, and what is uploaded from this file again is useless.
    ///
    /// ## Example
    ///
    /// ```json
    /// {"Parameters": [
    ///   {"Name": "/airflow/connections/main_db", "Type": "SecureString",
    ///    "Value": "AQICAHgk3Jd8Fq0ZpLmN7vXwYb2TsRuHoEc1Ga5k3Jd8Fq0ZpLmN7vXwYb2TsRuHoEc1Ga5k3Jd8Fq0ZpLmN7vXwYb2TsRuHoEc1Ga5A"}
    /// ]}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// dump.json:3:13: warning[AV706] not-decrypted: the value is still encrypted: what Airflow reads there cannot be checked
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {"Parameters": [
    ///   {"Name": "/airflow/connections/main_db", "Type": "SecureString",
    ///    "Value": "postgres://db.example.com:5432/main"}
    /// ]}
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - <https://docs.aws.amazon.com/cli/latest/reference/ssm/get-parameters-by-path.html>
    "AV706", "not-decrypted", Warning, since "0.1.0",
    checks &[Check::Store(check)],
}

fn check(cx: &StoreContext<'_>, findings: &mut Findings) {
    let Some((count, spot)) = cx.tally.ciphertext else {
        return;
    };
    let all = cx.tally.reached();
    let how_many = match (count, all) {
        (1, 1) => "the value is".to_owned(),
        (1, _) => format!("1 of {all} values is"),
        _ => format!("{count} of {all} values are"),
    };
    let finding = findings.report(
        &RULE,
        Place::new(cx.input.id, spot.span),
        "ciphertext",
        format!("{how_many} still encrypted: what Airflow reads there cannot be checked"),
    );
    finding.help("export again with `--with-decryption`");
    told::at(finding, spot.position);
}
