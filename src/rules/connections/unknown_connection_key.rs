//! AV421: keys that `Connection()` does not take.

use super::speak;
use crate::airflow::connection::{FaultKind, is_nameable_key, nearest_key};
use crate::report::Findings;
use crate::rules::{Check, EntryContext};
use crate::source::{Text, escape_control};

crate::rule! {
    /// # unknown-connection-key
    ///
    /// ## What it does
    ///
    /// Finds keys in a JSON connection that Airflow's `Connection` does not take.
    ///
    /// ## Why is this bad?
    ///
    /// The keys of the object become keyword arguments. One that the constructor does not know, in
    /// whatever case, is a `TypeError`: Airflow catches it, asks the next backend, and reports the
    /// connection as not defined. The Secrets Manager backend maps some aliases and drops all other
    /// keys; if it drops every key, an empty connection is found.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DB={"conn_type": "postgres", "username": "etl", "host": "db.example.com"}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DB={"conn_type": "postgres", "login": "etl", "host": "db.example.com"}
    /// ```
    ///
    /// ## Versions
    ///
    /// Airflow 2.3 and later. `team_id` is taken by the server in 3.1, `team_name` from 3.2 on; tasks
    /// take neither.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#json-format>
    /// - <https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/secrets-backends/aws-secrets-manager.html>
    "AV421", "unknown-connection-key", Error, since "0.1.0",
    checks &[Check::Entry(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(fault) = speak::fault(context, |kind| matches!(kind, FaultKind::UnknownKey { .. }))
    else {
        return;
    };
    let FaultKind::UnknownKey { more, all_dropped } = fault.kind else {
        return;
    };
    let name = key_name(&fault.at);
    let shown = shown(&name);
    let others = match more {
        0 => String::new(),
        1 => " and one more".to_owned(),
        more => format!(" and {more} more"),
    };
    let what = if all_dropped {
        format!(
            "{shown}{others}: the Secrets Manager backend knows no key of this object, drops them \
             all, and Airflow finds an empty connection"
        )
    } else {
        format!(
            "{shown}{others} {} of a connection: {}{}",
            if more == 0 {
                "is not a field"
            } else {
                "are not fields"
            },
            speak::consequence(context, fault),
            speak::whose(context)
        )
    };
    let help = match nearest_key(&name) {
        Some(field) => format!("write `{field}`"),
        None if all_dropped => "use conn_type, host, login, password, schema, port and extra, or \
                                store the connection as a URI"
            .to_owned(),
        None => "remove the key, or move it into `extra`".to_owned(),
    };
    speak::report(findings, &RULE, context, fault, what).help(help);
}

/// The key without its quotes.
fn key_name(at: &Text) -> String {
    let raw = at.expose();
    raw.get(1..raw.len().saturating_sub(1))
        .unwrap_or_default()
        .to_owned()
}

/// A key may be named if shipped data knows it or it is nearly one that it knows.
fn shown(name: &str) -> String {
    if is_nameable_key(name) || nearest_key(name).is_some() {
        return format!("`{}`", escape_control(name));
    }
    match name.chars().count() {
        0 => "an empty key".to_owned(),
        1 => "an unknown key of one character".to_owned(),
        count => format!("an unknown key of {count} characters"),
    }
}
