//! AV405: delimiters inside login and password.

use super::speak;
use crate::airflow::connection::{FaultKind, Reader, read};
use crate::report::{Findings, Fix};
use crate::rules::{Check, EntryContext, fixes};
use crate::source::Text;

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
    /// ## Fix
    ///
    /// Unsafe, in environment files with a single `@` in the value: what stands before it is taken for login and
    /// password, and each of the five characters in it is percent-encoded.
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

/// What must not stand in login or password, and how it is written.
const ENCODED: [(char, &str); 5] = [
    ('/', "%2F"),
    ('?', "%3F"),
    ('#', "%23"),
    ('[', "%5B"),
    (']', "%5D"),
];

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(fault) = speak::fault(context, |kind| matches!(kind, FaultKind::Unencoded { .. }))
    else {
        return;
    };
    let FaultKind::Unencoded { character } = fault.kind else {
        return;
    };
    let Some((_, encoded)) = ENCODED.iter().find(|(sign, _)| *sign == character) else {
        return;
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
    speak::report(findings, &RULE, context, fault, message)
        .fix(fix(context))
        .help(help);
}

/// The five characters, encoded, between the scheme and the only `@`: with two of them nobody can say where
/// the password ends. Airflow then has to read the value without a fault.
fn fix(context: &EntryContext<'_>) -> Option<Fix> {
    let value = context.value?.text();
    let text = value.expose();
    let start = text.find("://")? + 3;
    let (credentials, rest) = text[start..].split_once('@')?;
    if rest.contains('@') || credentials.contains("://") {
        return None;
    }
    let encoded = |character: char| ENCODED.iter().find(|(sign, _)| *sign == character);
    let mut wanted = Vec::new();
    let mut repaired = text[..start].to_owned();
    for (at, character) in credentials.char_indices() {
        match encoded(character) {
            Some((_, sequence)) => {
                wanted.push((start + at..start + at + 1, *sequence));
                repaired.push_str(sequence);
            }
            None => repaired.push(character),
        }
    }
    repaired.extend(["@", rest]);
    let repaired = Text::verbatim(&repaired, 0);
    let reads = context.readings.iter().all(|(runtime, _)| {
        let reader = Reader {
            airflow: context.target.airflow,
            runtime: *runtime,
            python: context.target.python,
        };
        read(&repaired, &reader, context.format).fault.is_none()
    });
    let edits = fixes::in_connection(context, value, &wanted).filter(|_| reads)?;
    Some(Fix::risky(
        "percent-encode what belongs to login and password",
        edits,
    ))
}
