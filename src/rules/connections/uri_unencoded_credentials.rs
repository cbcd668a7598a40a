//! AV405: delimiters inside login and password.

use super::speak;
use crate::airflow::connection::FaultKind;
use crate::report::Findings;
use crate::rules::{Check, EntryContext};

crate::rule! {
    /// # uri-unencoded-credentials
    ///
    /// ## What it does
    ///
    /// Finds `/`, `?`, `#`, `[` and `]` in the login or password of a connection URI that are not
    /// percent-encoded.
    ///
    /// ## Why is this bad?
    ///
    /// `/`, `?` and `#` end the authority: what stands before them becomes host and port. If that
    /// port is no number, Airflow raises `ValueError` (its text shows the beginning of the password) and
    /// reports the connection as not defined. If it happens to be a number or empty, nothing is raised:
    /// the login becomes the host, and the rest of the password and the real host end up in the schema, in
    /// the extra or nowhere.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_S3=aws://AKIAEXAMPLE:abc/def+ghi@/?region_name=eu-west-1
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:38: error[AV405] uri-unencoded-credentials: `/` in the login or password is not percent-encoded: Airflow raises `ValueError` and reports the connection as not defined
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_S3=aws://AKIAEXAMPLE:abc%2Fdef+ghi@/?region_name=eu-west-1
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases. `@`, `:` (in the password), `+` and `%` without two hexadecimal digits do no harm.
    /// A pair of brackets is refused by Python 3.11 and later.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#handling-of-special-characters-in-connection-params>
    "AV405", "uri-unencoded-credentials", Error, since "0.1.0",
    checks &[Check::Connection(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(fault) = speak::fault(context, |kind| matches!(kind, FaultKind::Unencoded { .. }))
    else {
        return;
    };
    let FaultKind::Unencoded { character } = fault.kind else {
        return;
    };
    let encoded = match character {
        '/' => "%2F",
        '?' => "%3F",
        '#' => "%23",
        '[' => "%5B",
        ']' => "%5D",
        _ => return,
    };
    let outcome = match fault.exception {
        Some(_) => speak::consequence(context, fault),
        None => "Airflow takes the login for the host and builds a wrong connection without a word"
            .to_owned(),
    };
    let message = format!(
        "`{character}` in the login or password is not percent-encoded: {outcome}{}",
        speak::whose(context)
    );
    let mut help = format!("write `{encoded}` instead");
    if speak::takes_objects(context) {
        help.push_str(", or give the connection as a JSON object");
    }
    speak::report(findings, &RULE, context, fault, message).help(help);
}
