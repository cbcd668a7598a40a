//! AV411: `postgresql+psycopg2://` and its like.

use super::view;
use crate::airflow::conn_types;
use crate::report::Findings;
use crate::rules::{Check, EntryContext};

crate::rule! {
    /// # sqlalchemy-dialect-scheme
    ///
    /// ## What it does
    ///
    /// Finds connections whose type names a driver after a `+`, as the URLs of SQLAlchemy and of
    /// MongoDB do.
    ///
    /// ## Why is this bad?
    ///
    /// A connection URI is no SQLAlchemy URL: Airflow takes the whole scheme for the type of the
    /// connection. No hook is registered for `postgresql+psycopg2`, so that `Connection.get_hook`, the
    /// generic SQL operators and the connection test fail with "Unknown hook type"; some hooks refuse
    /// the connection themselves.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_WAREHOUSE=postgresql+psycopg2://etl:secret@db.example.com/dwh
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:34: warning[AV411] sqlalchemy-dialect-scheme: Airflow takes all of this, the driver after the `+` included, for the type of the connection, and no hook is registered for it
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_WAREHOUSE=postgresql://etl:secret@db.example.com/dwh
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases. A warning, as a hook that is chosen by name may not look at the type.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#uri-format>
    "AV411", "sqlalchemy-dialect-scheme", Warning, since "0.1.0",
    checks &[Check::Connection(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(view) = view::of(context) else {
        return;
    };
    let Some(conn_type) = view.connection.conn_type.as_ref() else {
        return;
    };
    let Some((head, driver)) = conn_type.expose().split_once('+') else {
        return;
    };
    let head = head.to_ascii_lowercase();
    let kind = conn_types::all().find(|(name, _)| *name == head);
    let Some(kind) = kind
        .map(|(name, _)| name)
        .or_else(|| conn_types::alias_hint(&head))
    else {
        return;
    };
    let at = conn_type.slice(conn_type.len() - driver.len() - 1..conn_type.len());
    let message = "Airflow takes all of this, the driver after the `+` included, for the type of \
                   the connection, and no hook is registered for it";
    let options = if kind == "mongo" && driver.eq_ignore_ascii_case("srv") {
        ", with `srv` in the extra"
    } else {
        ""
    };
    let help = if view.uri.is_some() {
        // `_` is no character of a scheme.
        format!("write `{}://`{options}", kind.replace('_', "-"))
    } else {
        format!("write `{kind}`{options}")
    };
    view::report(findings, &RULE, context, &at, message.to_owned()).help(help);
}
