//! AV409: `#` in a connection URI.

use super::speak;
use crate::airflow::connection::FaultKind;
use crate::report::Findings;
use crate::rules::{Check, EntryContext};

crate::rule! {
    /// # uri-fragment-lost
    ///
    /// ## What it does
    ///
    /// Finds `#` in connection URIs. A `#` in the middle of login and password is AV405.
    ///
    /// ## Why is this bad?
    ///
    /// `#` begins the fragment of a URI. Airflow never looks at the fragment, so the character and
    /// everything after it are gone: a database `sales#1` becomes `sales`, and an extra loses the
    /// keys that follow. Nothing is raised.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_SALES=mysql://etl:secret@db.example.com/sales#1
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:59: error[AV409] uri-fragment-lost: `#` and what follows it are dropped: they are the fragment of the URI, which Airflow never reads
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_SALES=mysql://etl:secret@db.example.com/sales%231
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases. Before Airflow 2.5.0 `;` and what follows it in the path of `http`, `https`, `ftp`,
    /// `sftp` and `imap` URIs is lost in the same way.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#handling-of-special-characters-in-connection-params>
    "AV409", "uri-fragment-lost", Error, since "0.1.0",
    checks &[Check::Connection(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(fault) = speak::fault(context, |kind| *kind == FaultKind::Fragment) else {
        return;
    };
    let params = fault.at.expose().starts_with(';');
    let what = if params {
        "`;` and what follows it in the path are dropped: Airflow before 2.5.0 never reads them"
    } else if fault.at.len() > 1 {
        "`#` and what follows it are dropped: they are the fragment of the URI, which Airflow \
         never reads"
    } else {
        "the `#` at the end is dropped: it begins the fragment of the URI, which Airflow never reads"
    };
    let message = format!("{what}{}", speak::whose(context));
    speak::report(findings, &RULE, context, fault, message).help(if params {
        "write `%3B` instead, or remove it"
    } else {
        "write `%23` instead, or remove it"
    });
}
