//! AV427: JSON in a text of a local secrets file.

use super::speak;
use crate::airflow::connection::FaultKind;
use crate::report::Findings;
use crate::rules::{Carrier, Check, EntryContext};

crate::rule! {
    /// # json-in-local-env
    ///
    /// ## What it does
    ///
    /// Finds JSON where a local secrets file holds a text: on a line of a `.env` file, or in a string of a
    /// JSON file. Local files are those that `LocalFilesystemBackend` and `airflow connections import`
    /// read; their `.env` is a dialect of its own, of `id=uri` lines.
    ///
    /// ## Why is this bad?
    ///
    /// The loader reads every text as a URI, unlike the environment and the remote stores, where a `{` in
    /// front means JSON. It builds a connection without type, host and password, with the JSON in `schema`,
    /// and says nothing. `airflow connections export --file-format env --serialization-format json` writes
    /// such files.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "reports": {"conn_type": "mysql", "host": "reports.example.com"},
    ///   "warehouse": "{\"conn_type\": \"postgres\", \"host\": \"db.example.com\"}"
    /// }
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// dump.json:3:17: error[AV427] json-in-local-env: the connection is JSON in a text, which a local file takes for a URI: Airflow builds a connection without type, with the JSON in `schema`
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "reports": {"conn_type": "mysql", "host": "reports.example.com"},
    ///   "warehouse": {"conn_type": "postgres", "host": "db.example.com"}
    /// }
    /// ```
    ///
    /// ## Versions
    ///
    /// All.
    ///
    /// ## References
    ///
    /// - `_create_connection` in `airflow/secrets/local_filesystem.py`
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/security/secrets/secrets-backend/local-filesystem-secrets-backend.html>
    "AV427", "json-in-local-env", Error, since "0.1.0",
    checks &[Check::Connection(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(fault) = speak::fault(context, |kind| *kind == FaultKind::JsonInLocalText) else {
        return;
    };
    let outcome = match fault.exception {
        Some(_) => speak::consequence(context, fault),
        None => "Airflow builds a connection without type, with the JSON in `schema`".to_owned(),
    };
    let who = match context.carrier {
        Carrier::Command => "the command",
        _ => "a local file",
    };
    let message =
        format!("the connection is JSON in a text, which {who} takes for a URI: {outcome}");
    speak::report(findings, &RULE, context, fault, message)
        .help("write a URI, or an object without quotes around it in a JSON file");
}
