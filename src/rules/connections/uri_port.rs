//! AV404: the port of a connection URI.

use super::speak;
use crate::airflow::connection::FaultKind;
use crate::report::Findings;
use crate::rules::{Check, EntryContext};

crate::rule! {
    /// # uri-port
    ///
    /// ## What it does
    ///
    /// Finds ports in connection URIs that are not a number from 0 to 65535, several hosts with ports
    /// included.
    ///
    /// ## Why is this bad?
    ///
    /// Python raises `ValueError` when Airflow asks for the port. Airflow catches it and asks the next
    /// backend; what the user sees is "The conn_id `x` isn't defined".
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_MONGO=mongo://etl:secret@m1.example.com:27017,m2.example.com:27017/logs
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:54: error[AV404] uri-port: only one port can be given, and everything after the first `:` is taken for it: Airflow raises `ValueError` and reports the connection as not defined
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_MONGO=mongo://etl:secret@m1.example.com,m2.example.com/logs
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases. Signs, blanks, underscores and digits of other scripts are refused by Python 3.10
    /// and later and accepted before. Ports in JSON values are AV423.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#uri-format>
    "AV404", "uri-port", Error, since "0.1.0",
    checks &[Check::Connection(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let belongs = |kind: &FaultKind| {
        matches!(
            kind,
            FaultKind::PortNotANumber { .. } | FaultKind::PortOutOfRange
        )
    };
    let Some(fault) = speak::fault(context, belongs) else {
        return;
    };
    let (what, help) = match fault.kind {
        FaultKind::PortNotANumber {
            several_hosts: true,
        } => (
            "only one port can be given, and everything after the first `:` is taken for it",
            "list the hosts without ports, or keep them in `extra`",
        ),
        FaultKind::PortNotANumber { .. } => (
            "the port is not a number",
            "write the port in the digits 0 to 9, or leave it and its `:` out",
        ),
        _ => ("the port is out of range", "write a port from 0 to 65535"),
    };
    let message = format!(
        "{what}: {}{}",
        speak::consequence(context, fault),
        speak::whose(context)
    );
    speak::report(findings, &RULE, context, fault, message).help(help);
}
