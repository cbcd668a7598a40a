//! AV431: connection types that no provider registers.

use super::{types, view};
use crate::airflow::conn_types::{Name, alias_hint, is_registered, judge};
use crate::report::{Findings, Severity};
use crate::rules::{Check, EntryContext};

crate::rule! {
    /// # unknown-conn-type
    ///
    /// ## What it does
    ///
    /// Finds connection types that Airflow and its providers do not register: slips such as `postgrse`, and
    /// words that people use for a type (`mongodb`, `bigquery`, `k8s`).
    ///
    /// ## Why is this bad?
    ///
    /// Often it is not. Airflow takes any text as a type, and an operator that is given a connection by
    /// its id hardly ever looks at it: types of plugins and of own hooks are fine, and so this is information.
    /// But `Connection.get_hook()`, which SQL operators and the connection test use, raises
    /// `Unknown hook type`. What is one slip away from a registered type is a warning.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DWH=snowflke://loader:example-pw@/analytics?account=example
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:18: warning[AV431] unknown-conn-type: no provider registers this connection type, which is nearly `snowflake`: hooks that get the connection by its id work, `get_hook()` raises
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DWH=snowflake://loader:example-pw@/analytics?account=example
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases. The types are those of the newest providers.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow-providers/core-extensions/connections.html>
    "AV431", "unknown-conn-type", Info, since "0.1.0",
    checks &[Check::Connection(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(view) = view::of(context) else {
        return;
    };
    let Some(typed) = types::of(&view) else {
        return;
    };
    // `https` is a matter of what becomes of the host, `mysql+driver` of SQLAlchemy's dialects.
    let own = &context.settings_file.conn_types;
    if typed.name == "https" || is_dialect(typed.name) || own.has(typed.name) {
        return;
    }
    let (severity, what, help) = match judge(typed.name) {
        Name::Registered | Name::Removed(..) | Name::Label { .. } => return,
        Name::Hinted(meant) => (
            Severity::Info,
            format!("no provider registers this connection type; the one of its kind is `{meant}`"),
            format!("write `{}`", written(meant, typed.is_scheme)),
        ),
        Name::Near { meant, probable } => (
            if probable {
                Severity::Warning
            } else {
                Severity::Info
            },
            format!("no provider registers this connection type, which is nearly `{meant}`"),
            format!("write `{}`", written(meant, typed.is_scheme)),
        ),
        Name::Unknown => (
            Severity::Info,
            "no provider known here registers this connection type".to_owned(),
            "leave it if a plugin or a hook of your own uses it; [[conn-type]] in the settings file declares it"
                .to_owned(),
        ),
    };
    let message =
        format!("{what}: hooks that get the connection by its id work, `get_hook()` raises");
    view::report(findings, &RULE, context, &typed.at, message)
        .severity(severity)
        .help(help);
}

/// A known type or a word for one, with a driver behind `+`.
fn is_dialect(name: &str) -> bool {
    let head = name
        .split_once('+')
        .map(|(head, _)| head.to_ascii_lowercase());
    head.is_some_and(|head| is_registered(&head) || alias_hint(&head).is_some())
}

/// A type as it is written where the mistaken one stands: no scheme may hold an underscore.
pub(super) fn written(name: &str, is_scheme: bool) -> String {
    if is_scheme {
        return name.replace('_', "-");
    }
    name.to_owned()
}
