//! AV423: fields of a JSON connection that have the wrong type.

use super::speak;
use crate::airflow::connection::FaultKind;
use crate::report::Findings;
use crate::rules::{Check, EntryContext};

crate::rule! {
    /// # connection-field-type
    ///
    /// ## What it does
    ///
    /// Finds fields of a JSON connection that have the wrong type: a host, login, password or schema
    /// that is no string, a port that is no integer, a connection type that is a number.
    ///
    /// ## Why is this bad?
    ///
    /// The constructor raises, or the connection builds and its `get_uri()`, which the lookup calls
    /// in the same `try`, raises. Either way it is reported as not defined. YAML and spreadsheets turn
    /// passwords of digits into numbers; this is where it hurts.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DB={"conn_type": "postgres", "host": "db.example.com", "password": 12345}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DB={"conn_type": "postgres", "host": "db.example.com", "password": "12345"}
    /// ```
    ///
    /// ## Versions
    ///
    /// Airflow 2.3 and later; what only `get_uri()` refuses fails since 2.7.
    /// `airvane schema connection` prints the JSON Schema.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#json-format>
    "AV423", "connection-field-type", Error, since "0.1.0",
    checks &[Check::Entry(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let belongs = |kind: &FaultKind| matches!(kind, FaultKind::FieldType(..) | FaultKind::PortText);
    let Some(fault) = speak::fault(context, belongs) else {
        return;
    };
    let (what, help) = match fault.kind {
        FaultKind::FieldType("port", found) => (
            if found == "a number" {
                "`port` is a number, but no integer".to_owned()
            } else {
                format!("`port` is {found}, not an integer")
            },
            "write the port as an integer".to_owned(),
        ),
        FaultKind::FieldType(field, found) => (
            format!("`{field}` is {found}"),
            format!("write `{field}` as a string"),
        ),
        _ => (
            "`port` is not an integer".to_owned(),
            "write the port as an integer".to_owned(),
        ),
    };
    let message = format!(
        "{what}: {}{}",
        speak::consequence(context, fault),
        speak::whose(context)
    );
    speak::report(findings, &RULE, context, fault, message).help(help);
}
