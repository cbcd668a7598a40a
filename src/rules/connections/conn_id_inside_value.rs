//! AV422: `conn_id` inside a JSON connection.

use super::{speak, view};
use crate::airflow::conn_types;
use crate::airflow::connection::{FaultKind, taken};
use crate::report::{Findings, Severity};
use crate::rules::{Carrier, Check, EntryContext};

crate::rule! {
    /// # conn-id-inside-value
    ///
    /// ## What it does
    ///
    /// Finds `conn_id` inside a JSON connection.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow passes the id itself, so that `conn_id` is given twice, even when both are equal:
    /// Python raises `TypeError`, and the connection is reported as not defined. The Secrets Manager
    /// backend takes `conn_id` for an alias of `conn_type`: standing first, it becomes the type. Where it
    /// is the only one and its value is no connection type, that is a warning, and so is an id behind
    /// the type that is not the one of the name.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DB={"conn_id": "db", "conn_type": "postgres", "host": "db.example.com"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:18: error[AV422] conn-id-inside-value: `conn_id` inside the value is given twice: Airflow raises `TypeError` and reports the connection as not defined
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DB={"conn_type": "postgres", "host": "db.example.com"}
    /// ```
    ///
    /// ## Versions
    ///
    /// Airflow 2.3 and later; the alias since amazon provider 2.3.0.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#json-format>
    "AV422", "conn-id-inside-value", Error, since "0.1.0",
    checks &[Check::Connection(check)],
}

const HELP: &str = "remove `conn_id`: the id is the name under which the value is stored";

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(fault) = speak::fault(context, |kind| matches!(kind, FaultKind::ConnId { .. })) else {
        return alone(context, findings);
    };
    let message = match fault.kind {
        FaultKind::ConnId { becomes_type: true } => {
            "`conn_id` stands before the connection type: the Secrets Manager backend takes the \
             first of them, so that the id becomes the type"
                .to_owned()
        }
        // An alias of YAML: nothing of it stands in the value itself.
        _ if context.carrier == Carrier::Local
            && fault.at.own_pieces(0..fault.at.len()).is_empty() =>
        {
            let message = format!(
                "this is the object of an id above, into which Airflow has written that id: {}",
                speak::consequence(context, fault)
            );
            speak::report(findings, &RULE, context, fault, message)
                .help("merge it, `<<: *name`, or write it out");
            return;
        }
        _ if context.carrier == Carrier::Local => format!(
            "`conn_id` inside the value is not the id above it: {}",
            speak::consequence(context, fault)
        ),
        _ => format!(
            "`conn_id` inside the value is given twice: {}{}",
            speak::consequence(context, fault),
            speak::whose(context)
        ),
    };
    speak::report(findings, &RULE, context, fault, message).help(HELP);
}

/// `SecretsManagerBackend`: `conn_id` is all that stands for the type.
fn alone(context: &EntryContext<'_>, findings: &mut Findings) {
    if !context.format.is_secrets_manager() {
        return;
    }
    let Some(view) = view::of(context) else {
        return;
    };
    let Some(object) = view.object else {
        return;
    };
    let fields = taken(object, context.format);
    let behind = fields
        .iter()
        .flat_map(|taken| &taken.passed_over)
        .find(|member| member.key.as_str().is_some_and(|key| key == "conn_id"));
    if let Some(member) = behind {
        let is_own = member.value.as_str().is_some_and(|id| *id == *context.id);
        if !is_own && member.value.is_truthy() {
            let message = "`conn_id` is another id than that of the name: the Secrets Manager \
                           backend passes over it";
            view::report(
                findings,
                &RULE,
                context,
                &member.key.raw(),
                message.to_owned(),
            )
            .severity(Severity::Warning)
            .help(HELP);
        }
        return;
    }
    let by_id = fields.iter().find(|taken| {
        taken.field == "conn_type"
            && taken
                .member
                .key
                .as_str()
                .is_some_and(|key| key == "conn_id")
    });
    let is_type = view
        .connection
        .conn_type
        .as_ref()
        .is_none_or(|name| name.is_empty() || conn_types::is_registered(name.expose()));
    let Some(by_id) = by_id.filter(|_| !is_type) else {
        return;
    };
    let message = "`conn_id` is the only key that stands for the type: the Secrets Manager backend \
                   takes the id for the connection type";
    view::report(
        findings,
        &RULE,
        context,
        &by_id.member.key.raw(),
        message.to_owned(),
    )
    .severity(Severity::Warning)
    .help("remove `conn_id` and add `conn_type`");
}
