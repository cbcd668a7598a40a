//! AV436: connections whose value is empty or blank.

use super::speak;
use crate::airflow::connection::FaultKind;
use crate::inputs::env::is_public_name;
use crate::inputs::{EntryKind, Notation, is_sample};
use crate::report::{Findings, Severity};
use crate::rules::{Carrier, Check, EntryContext, FileContext};
use crate::source::Place;

crate::rule! {
    /// # empty-value
    ///
    /// ## What it does
    ///
    /// Finds connections whose value is empty, or nothing but blanks.
    ///
    /// ## Why is this bad?
    ///
    /// A backend that finds `""` says that it has no such connection, and the next one is asked: the
    /// entry has no effect. A blank value is an error: Airflow strips it and looks at its first character,
    /// which raises `IndexError`; the connection is reported as not defined. Variables may be empty, and
    /// nothing is said of them.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DB=
    /// AIRFLOW_CONN_API=http://api.example.com
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:1: warning[AV436] empty-value: the connection value is empty: Airflow takes it for missing and asks the next backend
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_DB=postgres://db.example.com/dwh
    /// AIRFLOW_CONN_API=http://api.example.com
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases. A blank value is read as a URI before Airflow 2.3, of which AV401 speaks.
    ///
    /// Files named `*.example`, `*.sample`, `*.tmpl` and `*.template` are left alone; a file in which every
    /// connection and variable is empty is a form to be filled in, and an info.
    ///
    /// ## References
    ///
    /// - `BaseSecretsBackend.deserialize_connection` in `airflow/secrets/base_secrets.py`
    "AV436", "empty-value", Warning, since "0.1.0",
    checks &[Check::Connection(check), Check::File(definitions)],
}

const EMPTY: &str =
    "the connection value is empty: Airflow takes it for missing and asks the next backend";
const HELP: &str = "write `conn-type://login:password@host:port/schema`, or remove the entry";

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let belongs = |kind: &FaultKind| matches!(kind, FaultKind::Empty | FaultKind::Blank);
    let Some(fault) = speak::fault(context, belongs) else {
        return;
    };
    if fault.kind == FaultKind::Blank {
        let message = format!(
            "the connection value is blank: {}",
            speak::consequence(context, fault)
        );
        speak::report_as(findings, &RULE, Severity::Error, context, fault, message).help(HELP);
        return;
    }
    // Environment variables are looked at with their file.
    if context.carrier == Carrier::Env || context.is_sample {
        return;
    }
    speak::report(findings, &RULE, context, fault, EMPTY.to_owned()).help(HELP);
}

fn definitions(cx: &FileContext<'_>, findings: &mut Findings) {
    if is_sample(&cx.input.path) {
        return;
    }
    let all = &cx.input.definitions;
    let is_form = all.len() > 1 && all.iter().all(|one| one.value.is_empty());
    for definition in all {
        if definition.kind != EntryKind::Connection
            || definition.notation != Notation::Env
            || !definition.value.is_empty()
            || !definition.value.is_known()
        {
            continue;
        }
        let place = Place::new(definition.file, definition.name);
        let name = cx.input.bytes.get(place.span.start..place.span.end);
        let name = String::from_utf8_lossy(name.unwrap_or_default());
        let subject = if is_public_name(&name) { &name } else { "?" };
        let finding = findings.report(&RULE, place, subject, EMPTY).help(HELP);
        if is_form {
            finding.severity(Severity::Info);
        }
    }
}
