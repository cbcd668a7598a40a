//! AV421: keys that `Connection()` does not take.

use super::{speak, view};
use crate::airflow::connection::{
    FaultKind, is_nameable_key, lost_database, lost_members, nearest_key, taken,
};
use crate::report::{Findings, Severity};
use crate::rules::{Check, EntryContext};
use crate::source::{Text, escape_control};

crate::rule! {
    /// # unknown-connection-key
    ///
    /// ## What it does
    ///
    /// Finds keys in a JSON connection that Airflow's `Connection` does not take, and in Secrets Manager
    /// keys that get lost: unknown ones, and a second name of a field that an earlier key has.
    ///
    /// ## Why is this bad?
    ///
    /// The keys of the object become keyword arguments. One that the constructor does not know, in
    /// whatever case, is a `TypeError`: Airflow catches it, asks the next backend, and reports the
    /// connection as not defined. The Secrets Manager backend maps some aliases and drops all other
    /// keys; if it drops every key, an empty connection is found. If it drops some, the connection is
    /// built without them, and of two names of one field (`user` and `username`) the first in the
    /// document counts: both are warnings. Keys that are remarks (`description`, what RDS says of its
    /// instance) may be dropped.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DB={"conn_type": "postgres", "username": "etl", "host": "db.example.com"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:43: error[AV421] unknown-connection-key: `username` is not a field of a connection: Airflow raises `TypeError` and reports the connection as not defined
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
    /// Airflow 2.3 and later; the Secrets Manager backend of amazon 7.0 and later. `team_id` is taken by the server in 3.1, `team_name` from 3.2 on; tasks
    /// take neither.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#json-format>
    /// - <https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/secrets-backends/aws-secrets-manager.html>
    "AV421", "unknown-connection-key", Error, since "0.1.0",
    checks &[Check::Connection(check)],
}

const WHOLE: &str = "store the URI itself as the whole value";

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(fault) = speak::fault(context, |kind| matches!(kind, FaultKind::UnknownKey { .. }))
    else {
        return lost(context, findings);
    };
    let FaultKind::UnknownKey { more, all_dropped } = fault.kind else {
        return;
    };
    let name = key_name(&fault.at);
    let shown = shown(&name);
    let others = others(more);
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
        Some("uri") if all_dropped => WHOLE.to_owned(),
        Some(field) => format!("write `{field}`"),
        None if all_dropped => "use conn_type, host, login, password, schema, port and extra, or \
                                store the connection as a URI"
            .to_owned(),
        None => "remove the key, or move it into `extra`".to_owned(),
    };
    // The URI of an object that another backend than Secrets Manager takes.
    let severity = if all_dropped && name == "uri" && speak::is_format_guessed(context) {
        Severity::Warning
    } else {
        Severity::Error
    };
    speak::report_as(findings, &RULE, severity, context, fault, what).help(help);
}

/// What `SecretsManagerBackend._standardize_secret_keys` passes over in a value that it reads.
fn lost(context: &EntryContext<'_>, findings: &mut Findings) {
    let tree = view::of(context).and_then(|view| view.tree);
    let Some(tree) = tree.filter(|tree| lost_database(tree, context.format).is_none()) else {
        return;
    };
    let lost = lost_members(tree, context.format);
    let Some(first) = lost.first() else {
        return;
    };
    let name = key_name(&first.key.raw());
    let shown = shown(&name);
    let start = first.key.range().start;
    let fields = taken(tree.root(), context.format);
    let twice = fields.iter().find(|taken| {
        let mut passed = taken.passed_over.iter();
        passed.any(|member| member.key.range().start == start)
    });
    let others = others(lost.len() - 1);
    let (what, help) = match twice {
        Some(taken) => (
            format!(
                "{shown}{others} has no effect: the Secrets Manager backend takes the first key of \
                 the document that stands for `{}`",
                taken.field
            ),
            format!("keep one key for `{}`", taken.field),
        ),
        None => (
            format!(
                "{shown}{others} {}: the Secrets Manager backend drops it, and Airflow builds the \
                 connection without",
                if lost.len() == 1 {
                    "is not a field of a connection"
                } else {
                    "are not fields of a connection"
                }
            ),
            match nearest_key(&name) {
                Some("uri") => WHOLE.to_owned(),
                Some(field) => format!("write `{field}`"),
                None => "remove the key, or move it into `extra`".to_owned(),
            },
        ),
    };
    view::report(findings, &RULE, context, &first.key.raw(), what)
        .severity(Severity::Warning)
        .help(help);
}

fn others(more: usize) -> String {
    match more {
        0 => String::new(),
        1 => " and one more".to_owned(),
        more => format!(" and {more} more"),
    }
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
