//! AV414: an `extra` that Airflow 3 refuses.

use super::{speak, view};
use crate::airflow::Version;
use crate::airflow::connection::FaultKind;
use crate::report::{Findings, Severity};
use crate::rules::{Check, EntryContext};

crate::rule! {
    /// # extra-not-object
    ///
    /// ## What it does
    ///
    /// Finds connections whose `extra` (or `__extra__` in a URI) is not a JSON object, or is one that
    /// Python cannot read: an integer of more than 4300 digits, nesting beyond all measure.
    ///
    /// ## Why is this bad?
    ///
    /// Since Airflow 3.0 the server's `Connection` raises `ValueError` for such an extra. The
    /// exception is caught, the next backend is asked, and the connection is reported as not defined.
    /// Where the text is accepted, `extra_dejson` makes no fields of it, so that hooks find nothing:
    /// a warning.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_API={"conn_type": "http", "host": "api.example.com", "extra": "timeout=30"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:77: error[AV414] extra-not-object: `extra` is not JSON: Airflow raises `ValueError` and reports the connection as not defined on the server
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_API={"conn_type": "http", "host": "api.example.com", "extra": {"timeout": 30}}
    /// ```
    ///
    /// ## Versions
    ///
    /// Airflow 3.0 and later, on the server. In tasks the Task SDK reads JSON values from 3.1 on and URIs
    /// from 3.2 on, and accepts any text. 2.3 to 2.11 only warn. What Python cannot read is an error since
    /// 2.3 on the server.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html>
    "AV414", "extra-not-object", Error, since "0.1.0",
    checks &[Check::Connection(check)],
}

const HELP: &str = "write `extra` as a JSON object, such as {\"key\": \"value\"}";

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let belongs =
        |kind: &FaultKind| matches!(kind, FaultKind::Extra { .. } | FaultKind::ExtraUnreadable);
    let Some(fault) = speak::fault(context, belongs) else {
        return accepted(context, findings);
    };
    let what = match fault.kind {
        FaultKind::ExtraUnreadable if fault.exception == Some("RecursionError") => {
            "`extra` is nested too deeply for Python"
        }
        FaultKind::ExtraUnreadable => {
            "`extra` holds an integer of more than 4300 digits, which Python refuses to read"
        }
        FaultKind::Extra { is_json: true } => "`extra` is JSON but not an object",
        _ => "`extra` is not JSON",
    };
    let message = format!(
        "{what}: {}{}",
        speak::consequence(context, fault),
        speak::whose(context)
    );
    speak::report(findings, &RULE, context, fault, message).help(HELP);
}

/// `extra_dejson`, where the constructor took the text.
fn accepted(context: &EntryContext<'_>, findings: &mut Findings) {
    // In 2.0 `__extra__` is a key like any other; `extra_dejson` finds nothing in any release.
    if context.target.airflow < Version::new(2, 1, 0) {
        return;
    }
    let Some(view) = view::of(context) else {
        return;
    };
    let Some(extra) = &view.connection.extra else {
        return;
    };
    // A name of its own in Secrets Manager (`extra_conn_words`) is not looked into.
    let renamed = view
        .object
        .is_some_and(|object| object.get("extra").is_none() && object.get("uri").is_none());
    if extra.is_empty() || view.extra.is_some() || renamed {
        return;
    }
    let message = "`extra` is not a JSON object: Airflow keeps the text, and hooks find no fields \
                   in it";
    view::report(findings, &RULE, context, extra, message.to_owned())
        .severity(Severity::Warning)
        .help(HELP);
}
