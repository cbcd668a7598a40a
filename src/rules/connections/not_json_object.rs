//! AV438: JSON, or text meant to be JSON, that is no object.

use super::speak;
use crate::airflow::connection::{FaultKind, NotAnObject};
use crate::report::Findings;
use crate::rules::{Check, EntryContext};
use crate::syntax::json::ErrorKind;

crate::rule! {
    /// # not-json-object
    ///
    /// ## What it does
    ///
    /// Finds connection values that are JSON, or meant to be, and no JSON object: a list, a number,
    /// `null`, an object that was encoded twice, or text that begins with `{` and does not parse.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow takes a value for JSON only if its first character is `{`. Everything else is read as a
    /// URI: a connection without type, with the text in `schema`, and no error. A broken object raises
    /// `JSONDecodeError`, which is caught: the connection is reported as not defined.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DB=[{"conn_type": "postgres", "host": "db.example.com"}]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DB={"conn_type": "postgres", "host": "db.example.com"}
    /// ```
    ///
    /// ## Versions
    ///
    /// Airflow 2.3 and later; earlier releases read URIs only.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#json-format>
    "AV438", "not-json-object", Error, since "0.1.0",
    checks &[Check::Entry(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(fault) = speak::fault(context, |kind| matches!(kind, FaultKind::NotAnObject(_)))
    else {
        return;
    };
    let FaultKind::NotAnObject(cause) = fault.kind else {
        return;
    };
    let (what, help) = match cause {
        NotAnObject::List => (
            "the connection value is a list".to_owned(),
            "store the object itself",
        ),
        NotAnObject::EncodedTwice => (
            "the connection value is a string that holds JSON (encoded twice)".to_owned(),
            "store the object itself, without the outer quotes and backslashes",
        ),
        NotAnObject::Scalar(kind) => (
            format!("the connection value is {}", kind.described()),
            "write `conn-type://login:password@host:port/schema` or a JSON object",
        ),
        NotAnObject::Broken(error) => (
            format!(
                "the connection value begins with a brace and is not JSON ({})",
                error.python_message()
            ),
            match error {
                ErrorKind::ExpectingPropertyName => {
                    "put every key in double quotes, and no comma before the last brace"
                }
                ErrorKind::ExtraData => "remove what follows the last brace",
                ErrorKind::InvalidControlCharacter => {
                    "write line breaks and tabs inside strings as \\n and \\t"
                }
                ErrorKind::InvalidEscape | ErrorKind::InvalidUnicodeEscape => {
                    "double the backslash"
                }
                ErrorKind::UnterminatedString => "close the string with a double quote",
                _ => "correct the JSON here",
            },
        ),
    };
    let outcome = match fault.exception {
        Some(_) => speak::consequence(context, fault),
        None => "Airflow reads it as a URI and builds a connection without type".to_owned(),
    };
    let message = format!("{what}: {outcome}{}", speak::whose(context));
    speak::report(findings, &RULE, context, fault, message).help(help);
}
