//! AV414: an `extra` that Airflow 3 refuses.

use super::speak;
use crate::airflow::connection::FaultKind;
use crate::report::Findings;
use crate::rules::{Check, EntryContext};

crate::rule! {
    /// # extra-not-object
    ///
    /// ## What it does
    ///
    /// Finds connections whose `extra` (or `__extra__` in a URI) is not a JSON object.
    ///
    /// ## Why is this bad?
    ///
    /// Since Airflow 3.0 the server's `Connection` raises `ValueError` for such an extra. The
    /// exception is caught, the next backend is asked, and the connection is reported as not defined.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_API={"conn_type": "http", "host": "api.example.com", "extra": "timeout=30"}
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
    /// from 3.2 on, and accepts any text. 2.3 to 2.11 only warn.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html>
    "AV414", "extra-not-object", Error, since "0.1.0",
    checks &[Check::Entry(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(fault) = speak::fault(context, |kind| matches!(kind, FaultKind::Extra { .. })) else {
        return;
    };
    let what = match fault.kind {
        FaultKind::Extra { is_json: true } => "`extra` is JSON but not an object",
        _ => "`extra` is not JSON",
    };
    let message = format!(
        "{what}: {}{}",
        speak::consequence(context, fault),
        speak::whose(context)
    );
    speak::report(findings, &RULE, context, fault, message)
        .help("write `extra` as a JSON object, such as {\"key\": \"value\"}");
}
