//! AV425: JSON for a release that only reads URIs.

use super::speak;
use crate::airflow::connection::FaultKind;
use crate::report::Findings;
use crate::rules::{Check, EntryContext};

crate::rule! {
    /// # json-before-2-3
    ///
    /// ## What it does
    ///
    /// Finds JSON connections where Airflow is older than 2.3.0.
    ///
    /// ## Why is this bad?
    ///
    /// These releases hand every value to the URI parser. It finds no scheme: the type is `""`, the host
    /// is empty, and the JSON, without its first brace, becomes the schema. Nothing is raised, and the
    /// connection counts as found.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DB={"conn_type": "postgres", "host": "db.example.com"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:17: error[AV425] json-before-2-3: the connection value is JSON, which Airflow reads since 2.3.0: this release builds a connection without type and puts the text into `schema`
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DB=postgres://db.example.com
    /// ```
    ///
    /// ## Versions
    ///
    /// Airflow 2.0 to 2.2. With `full_url_mode: false` the Secrets Manager backend of amazon 2.3 to 6 reads
    /// JSON by itself, in ways of its own: nothing is said of its values.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#json-format>
    "AV425", "json-before-2-3", Error, since "0.1.0",
    checks &[Check::Connection(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(fault) = speak::fault(context, |kind| *kind == FaultKind::JsonTooEarly) else {
        return;
    };
    let message = "the connection value is JSON, which Airflow reads since 2.3.0: this release \
                   builds a connection without type and puts the text into `schema`";
    speak::report(findings, &RULE, context, fault, message.to_owned())
        .help("write the connection as a URI, or move to Airflow 2.3 or later");
}
