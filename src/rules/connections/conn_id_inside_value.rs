//! AV422: `conn_id` inside a JSON connection.

use super::speak;
use crate::airflow::connection::FaultKind;
use crate::report::Findings;
use crate::rules::{Check, EntryContext};

crate::rule! {
    /// # conn-id-inside-value
    ///
    /// ## What it does
    ///
    /// Finds `conn_id` inside a JSON connection.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow passes the id itself, so that `conn_id` is given twice, even when both are equal:
    /// Python raises `TypeError`, and the connection is reported as not defined. The Secrets Manager
    /// backend takes `conn_id` for an alias of `conn_type`: standing first, it becomes the type.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DB={"conn_id": "db", "conn_type": "postgres", "host": "db.example.com"}
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
    /// Airflow 2.3 and later; the alias since amazon provider 2.3.0.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#json-format>
    "AV422", "conn-id-inside-value", Error, since "0.1.0",
    checks &[Check::Entry(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(fault) = speak::fault(context, |kind| matches!(kind, FaultKind::ConnId { .. })) else {
        return;
    };
    let message = match fault.kind {
        FaultKind::ConnId { becomes_type: true } => {
            "`conn_id` stands before the connection type: the Secrets Manager backend takes the \
             first of them, so that the id becomes the type"
                .to_owned()
        }
        _ => format!(
            "`conn_id` inside the value is given twice: {}{}",
            speak::consequence(context, fault),
            speak::whose(context)
        ),
    };
    speak::report(findings, &RULE, context, fault, message)
        .help("remove `conn_id`: the id is the name under which the value is stored");
}
