//! What the rules about connections share: whose fault it is, where it holds, how sure it is.

use crate::airflow::conn_types;
use crate::airflow::connection::{Fault, FaultKind, Format, Local};
use crate::airflow::{Runtime, Version};
use crate::inputs::EntryKind;
use crate::report::{Finding, Findings, Severity};
use crate::rules::{Carrier, EntryContext, Rule};
use crate::source::Place;

/// `scheme://protocol://host` is known from here on.
pub(super) const INNER_PROTOCOL: Version = Version::new(2, 6, 3);

/// What the command does with a connection that it does not take: `connections_add` of
/// `airflow/cli/commands/connection_command.py`.
pub(super) const REFUSED: &str =
    "`airflow connections add` ends with an error and adds no connection";

/// " (and 2 more)" for a message, or nothing.
pub(super) fn more(count: usize) -> String {
    match count {
        0 => String::new(),
        count => format!(" (and {count} more)"),
    }
}

/// A key of the extra as a message may name it: only what shipped data knows of the type.
pub(super) fn extra_key(conn_type: &str, key: &str) -> String {
    let known = conn_types::get(conn_type).is_some_and(|kind| kind.extra_fields.contains_key(key));
    if known || key == "__extra__" {
        return format!("`{key}`");
    }
    match key.chars().count() {
        0 => "an empty key".to_owned(),
        1 => "an unknown key of one character".to_owned(),
        count => format!("an unknown key of {count} characters"),
    }
}

/// The fault of a value, if it is of a kind that the calling rule words. A value has one finding:
/// where the runtimes fail for different causes, the first one speaks.
pub(super) fn fault<'a>(
    context: &'a EntryContext<'_>,
    belongs: impl Fn(&FaultKind) -> bool,
) -> Option<&'a Fault> {
    if context.kind != Some(EntryKind::Connection) {
        return None;
    }
    let first = context
        .readings
        .iter()
        .find_map(|(_, reading)| reading.fault.as_deref())?;
    belongs(&first.kind).then_some(first)
}

/// Who misreads the value, where not everybody does: " on the server", " in tasks", or nothing.
pub(super) fn whose(context: &EntryContext<'_>) -> &'static str {
    if context
        .readings
        .iter()
        .all(|(_, reading)| reading.fault.is_some())
    {
        return "";
    }
    let faulty = context
        .readings
        .iter()
        .find(|(_, reading)| reading.fault.is_some());
    match faulty {
        Some((Runtime::Server, _)) => " on the server",
        Some((Runtime::Task, _)) => " in tasks",
        _ => "",
    }
}

/// False for a text of a local file, which is always a URI: no object is to be recommended there.
pub(super) fn takes_objects(context: &EntryContext<'_>) -> bool {
    *context.format != Format::Local(Local::Text)
}

/// What an exception leads to. Airflow 2.0 and 2.1 let it through; later releases catch it and
/// ask the next backend.
pub(super) fn consequence(context: &EntryContext<'_>, fault: &Fault) -> String {
    let Some(exception) = fault.exception else {
        return "Airflow builds a wrong connection without a word".to_owned();
    };
    let loads = context
        .readings
        .iter()
        .any(|(_, reading)| reading.outcome.is_ok());
    if context.carrier == Carrier::Command && !loads {
        return format!("Airflow raises `{exception}` and stores no connection");
    }
    if matches!(context.format, Format::Local(_)) && !loads {
        return format!("Airflow raises `{exception}`, and no connection of this file can be used");
    }
    if context.target.airflow < Version::new(2, 2, 0) {
        return format!("Airflow raises `{exception}`");
    }
    // Python 3.11 and older: KeyError or TypeError, as the caller stands.
    if exception == "KeyError" {
        return "Airflow refuses it and reports the connection as not defined".to_owned();
    }
    format!("Airflow raises `{exception}` and reports the connection as not defined")
}

/// Reports at the fault's own place. A guessed target is as sure as a chosen one where the value
/// is wrong for every release; otherwise the finding goes down a level and names its range.
pub(super) fn report<'f>(
    findings: &'f mut Findings,
    rule: &'static Rule,
    context: &EntryContext<'_>,
    fault: &Fault,
    message: String,
) -> &'f mut Finding {
    report_as(findings, rule, rule.severity, context, fault, message)
}

/// As [`report`], where the rule has other severities than its own too.
pub(super) fn report_as<'f>(
    findings: &'f mut Findings,
    rule: &'static Rule,
    severity: Severity,
    context: &EntryContext<'_>,
    fault: &Fault,
    message: String,
) -> &'f mut Finding {
    let file = context.value_place.unwrap_or(context.name_place).file;
    let place = Place::new(file, fault.at.source());
    let mut message = message;
    let mut severity = severity;
    if context.target.is_guess()
        && let Some(value) = context.value
        && let Err(since) = fault.range(value.text())
    {
        severity = severity.lowered();
        message = match since {
            _ if fault.is_of_newer_providers(value.text()) => {
                format!("{message} (not with every release of the provider)")
            }
            Some(since) => format!("{message} (from Airflow {since} on)"),
            None => format!("{message} (not in every supported release)"),
        };
    }
    findings
        .report(rule, place, context.subject(), message)
        .severity(severity)
}

/// How the value is read nobody knows: a map of names and values that may come from any store.
pub(super) fn is_format_guessed(context: &EntryContext<'_>) -> bool {
    context.carrier == Carrier::Flat && context.backend.is_none()
}
