//! AV407: the scheme of a URI, written twice.

use super::speak;
use crate::airflow::connection::FaultKind;
use crate::report::Findings;
use crate::rules::{Check, EntryContext};

crate::rule! {
    /// # uri-same-scheme-twice
    ///
    /// ## What it does
    ///
    /// Finds connection URIs that begin with the same `scheme://` twice.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow takes `http://https://host` for a connection of type `http` to `https://host`. To do so
    /// it removes every `http://` from the text, which leaves nothing in front of the host when the
    /// two are the same: `https://https://host` becomes a connection without host, with `ost` in its
    /// schema. Nothing is raised, unless a login, password or port follows: then it is refused.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_CATALOGUE=https://https://api.example.com
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:32: error[AV407] uri-same-scheme-twice: the same scheme stands here again: Airflow removes both and builds a connection without host
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_CATALOGUE=http://https://api.example.com
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases. Before Airflow 2.6.3 the second scheme becomes the host.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#uri-format>
    "AV407", "uri-same-scheme-twice", Error, since "0.1.0",
    checks &[Check::Connection(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(fault) = speak::fault(context, |kind| *kind == FaultKind::SchemeTwice) else {
        return;
    };
    let outcome = match fault.exception {
        Some(_) => speak::consequence(context, fault),
        None if context.target.airflow < speak::INNER_PROTOCOL => {
            "Airflow takes it for the host".to_owned()
        }
        None => "Airflow removes both and builds a connection without host".to_owned(),
    };
    let message = format!(
        "the same scheme stands here again: {outcome}{}",
        speak::whose(context)
    );
    speak::report(findings, &RULE, context, fault, message)
        .help("write it once; for HTTPS write `http://host/https`");
}
