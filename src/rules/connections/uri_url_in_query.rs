//! AV408: a URL in the query of a connection URI that is not percent-encoded.

use super::speak;
use crate::airflow::connection::FaultKind;
use crate::report::Findings;
use crate::rules::{Check, EntryContext};

crate::rule! {
    /// # uri-url-in-query
    ///
    /// ## What it does
    ///
    /// Finds `://` in the query of a connection URI where Airflow stumbles over it.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow counts every `://` of the text, to support `http://https://host`. With three of them, or
    /// with a login, password or port before the second, it raises `AirflowException` ("Invalid
    /// connection string"), and the connection is reported as not defined. Otherwise it removes the
    /// scheme with its `://`, and the host is lost without a word. Only a URI without any authority,
    /// such as `aws:///?endpoint_url=http://localhost`, is read as it looks.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_AWS=aws://AKIAEXAMPLE:secret@/?endpoint_url=http://localhost:4566
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:62: error[AV408] uri-url-in-query: `://` in the query is not percent-encoded: Airflow raises `AirflowException` and reports the connection as not defined
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_AWS=aws://AKIAEXAMPLE:secret@/?endpoint_url=http%3A%2F%2Flocalhost%3A4566
    /// ```
    ///
    /// ## Versions
    ///
    /// Airflow 2.6.3 and later; earlier releases read such a query.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#handling-of-special-characters-in-connection-params>
    "AV408", "uri-url-in-query", Error, since "0.1.0",
    checks &[Check::Connection(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(fault) = speak::fault(context, |kind| *kind == FaultKind::UrlInQuery) else {
        return;
    };
    let outcome = match fault.exception {
        Some(_) => speak::consequence(context, fault),
        None => {
            "Airflow removes the scheme with its `://` and builds a wrong connection without a \
                 word"
                .to_owned()
        }
    };
    let message = format!(
        "`://` in the query is not percent-encoded: {outcome}{}",
        speak::whose(context)
    );
    speak::report(findings, &RULE, context, fault, message)
        .help("percent-encode every `://` in the query as `%3A%2F%2F`");
}
