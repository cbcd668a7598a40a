//! AV438: JSON, or text meant to be JSON, that is no object.

use super::speak;
use crate::airflow::connection::{FaultKind, NotAnObject, Reading, Reason};
use crate::report::Findings;
use crate::rules::kwargs::cause::{self, Cause};
use crate::rules::{Check, EntryContext};
use crate::source::Text;
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
    /// airvane says:
    ///
    /// ```text
    /// .env:1:17: error[AV438] not-json-object: the connection value is a list: Airflow reads it as a URI and builds a connection without type
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
    checks &[Check::Connection(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(fault) = speak::fault(context, |kind| matches!(kind, FaultKind::NotAnObject(_)))
    else {
        return;
    };
    let FaultKind::NotAnObject(cause) = fault.kind else {
        return;
    };
    let mut comma = None;
    let (what, help) = match cause {
        NotAnObject::List => (
            "the connection value is a list".to_owned(),
            "store the object itself".to_owned(),
        ),
        NotAnObject::EncodedTwice => (
            "the connection value is a string that holds JSON (encoded twice)".to_owned(),
            "store the object itself, without the outer quotes and backslashes".to_owned(),
        ),
        NotAnObject::Scalar(kind) => (
            format!("the connection value is {}", kind.described()),
            "write `conn-type://login:password@host:port/schema` or a JSON object".to_owned(),
        ),
        NotAnObject::IntegerTooLong => (
            "the object holds an integer of more than 4300 digits, which Python refuses to read"
                .to_owned(),
            "write it as a string".to_owned(),
        ),
        NotAnObject::Broken(error) => {
            let (cause, at) = match cause_of(context) {
                Some((cause, at)) => (cause, Some(at)),
                None => (Cause::Other(error), None),
            };
            // Python before 3.13 points behind the comma.
            comma = at.filter(|_| matches!(cause, Cause::TrailingComma(_)));
            (
                format!(
                    "the connection value begins with a brace and is not JSON ({})",
                    cause.words()
                ),
                help_for(cause, error),
            )
        }
    };
    let outcome = match fault.exception {
        Some(_) => speak::consequence(context, fault),
        None => "Airflow reads it as a URI and builds a connection without type".to_owned(),
    };
    let message = format!("{what}: {outcome}{}", speak::whose(context));
    let mut fault = fault.clone();
    if let Some(comma) = comma {
        fault.at = comma;
    }
    speak::report(findings, &RULE, context, &fault, message).help(help);
}

/// The mistake that a person made, where it is told by more than what Python expected.
fn cause_of(context: &EntryContext<'_>) -> Option<(Cause, Text)> {
    let value = context.value?.text();
    let broken = |reading: &Reading| match &reading.outcome {
        Err(failure) => match &failure.reason {
            Reason::Json(error) => Some((*error, failure.range.start)),
            _ => None,
        },
        Ok(_) => None,
    };
    let (error, at) = context
        .readings
        .iter()
        .find_map(|(_, reading)| broken(reading))?;
    // What was parsed is the value without the blanks around it.
    let text = value.slice(at.checked_sub(error.at)?..value.len());
    let (cause, range) = cause::find(&text, error);
    Some((cause, text.slice(range)))
}

fn help_for(cause: Cause, error: ErrorKind) -> String {
    match cause {
        Cause::Cut => return "close every string, list and object".to_owned(),
        Cause::CommentAfter => return "remove the comment: JSON has none".to_owned(),
        Cause::Other(_) => {}
        _ => return cause.help(),
    }
    match error {
        ErrorKind::ExpectingPropertyName => {
            "put every key in double quotes, and no comma before the last brace".to_owned()
        }
        ErrorKind::ExtraData => "remove what follows the last brace".to_owned(),
        _ => cause.help(),
    }
}
