//! AV424: JSON connections without a type.

use super::{speak, view};
use crate::airflow::connection::{FaultKind, Format, taken};
use crate::report::{Findings, Severity};
use crate::rules::{Carrier, Check, EntryContext};

crate::rule! {
    /// # missing-conn-type
    ///
    /// ## What it does
    ///
    /// Finds JSON connections in which `conn_type` is missing, `null` or empty.
    ///
    /// ## Why is this bad?
    ///
    /// The connection builds, with `None` for its type. `Connection.get_hook()`, which many operators
    /// and the test button use, then has no hook to offer, and some hooks warn or refuse. The Task SDK of
    /// Airflow 3.1.0 to 3.1.4 refuses the value: `ValueError`, and the connection is reported as not
    /// defined.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DB={"host": "db.example.com", "login": "etl", "password": "example-pw"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:17: warning[AV424] missing-conn-type: `conn_type` is missing: Airflow builds a connection without type, for which `get_hook()` has no hook
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DB={"conn_type": "postgres", "host": "db.example.com", "login": "etl", "password": "example-pw"}
    /// ```
    ///
    /// ## Versions
    ///
    /// Airflow 2.3 and later: a warning; an error where tasks of 3.1.0 to 3.1.4 read the value. Of a
    /// secret of RDS, whose `engine` is the type, AV437 speaks. An error too for what the command
    /// `airflow connections add` is given: it refuses connections without a type.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#json-format>
    /// - `Connection.from_json` in `task-sdk/src/airflow/sdk/definitions/connection.py`
    "AV424", "missing-conn-type", Warning, since "0.1.0",
    checks &[Check::Connection(check)],
}

const HELP: &str = "add `conn_type`, such as \"conn_type\": \"postgres\"";

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    if let Some(fault) = speak::fault(context, |kind| *kind == FaultKind::ConnTypeMissing) {
        let message = format!(
            "`conn_type` is missing: {}{}",
            speak::consequence(context, fault),
            speak::whose(context)
        );
        speak::report_as(findings, &RULE, Severity::Error, context, fault, message).help(HELP);
        return;
    }
    let Some(view) = view::of(context) else {
        return;
    };
    let Some(object) = view.object else {
        return;
    };
    let has_type = |text: &crate::source::Text| !text.is_empty();
    if view.connection.conn_type.as_ref().is_some_and(has_type) {
        return;
    }
    if context.carrier == Carrier::Command {
        let what = if *context.format == Format::Airflow {
            "`conn_type` is missing"
        } else {
            "neither a type (`--conn-type`) nor a URI nor JSON is given"
        };
        let message = format!("{what}: {}", speak::REFUSED);
        view::report(findings, &RULE, context, &object.raw(), message).severity(Severity::Error);
        return;
    }
    let written = taken(object, context.format)
        .into_iter()
        .find(|taken| taken.field == "conn_type");
    let (what, at) = match written {
        Some(taken) => ("is empty", taken.member.value.raw()),
        None => ("is missing", object.raw()),
    };
    let message = format!(
        "`conn_type` {what}: Airflow builds a connection without type, for which `get_hook()` has \
         no hook"
    );
    view::report(findings, &RULE, context, &at, message).help(HELP);
}
