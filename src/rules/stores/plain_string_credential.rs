//! AV708: a password in a parameter that SSM does not encrypt.

use super::told;
use crate::airflow::connection::{has_password, has_plain_password, is_unknown};
use crate::inputs::EntryKind;
use crate::report::Findings;
use crate::rule;
use crate::rules::{Carrier, Check, EntryContext};
use crate::source::Place;

rule! {
    /// # plain-string-credential
    ///
    /// ## What it does
    ///
    /// Reports a parameter of the type `String` or `StringList` that holds a connection with a
    /// password.
    ///
    /// ## Why is this bad?
    ///
    /// SSM encrypts the values of `SecureString` only. A `String` is kept and shown in clear text: in
    /// the console, in the history of the parameter, and to everybody who may list parameters, without
    /// any right to a key.
    ///
    /// Airflow asks for decryption and reads all types alike, so nothing else has to change.
    ///
    /// ## Example
    ///
    /// ```json
    /// {"Parameters": [
    ///   {"Name": "/airflow/connections/main_db", "Type": "String", "Value": "postgres://app:fake-password@db.example.com/main"}
    /// ]}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// dump.json:2:52: warning[AV708] plain-string-credential: `/airflow/connections/main_db` holds a password, and SSM keeps and shows the type `String` in clear text
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {"Parameters": [
    ///   {"Name": "/airflow/connections/main_db", "Type": "SecureString", "Value": "postgres://app:fake-password@db.example.com/main"}
    /// ]}
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - <https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html>
    "AV708", "plain-string-credential", Warning, since "0.1.0",
    checks &[Check::Entry(check)],
}

fn check(cx: &EntryContext<'_>, findings: &mut Findings) {
    let Some(kind @ ("String" | "StringList")) = cx.facts.parameter_type.as_deref() else {
        return;
    };
    if cx.carrier != Carrier::Ssm || cx.kind != Some(EntryKind::Connection) || cx.is_sample {
        return;
    }
    let Some(value) = cx.value else { return };
    // A plain value has not been read.
    let has_password = if cx.readings.is_empty() {
        !cx.facts.encrypted && has_plain_password(value.expose())
    } else {
        cx.readings.iter().any(|(_, reading)| has_password(reading))
    };
    if !has_password || is_unknown(value.text()) {
        return;
    }
    let file = cx.name_place.file;
    let place = cx
        .facts
        .type_span
        .map_or(cx.name_place, |span| Place::new(file, span));
    findings
        .report(
            &RULE,
            place,
            cx.subject(),
            format!(
                "{} holds a password, and SSM keeps and shows the type `{kind}` in clear text",
                told::named(cx)
            ),
        )
        .help("store it as `SecureString`: Airflow reads it alike");
}
