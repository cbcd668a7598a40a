//! AV415: values of a query that are numbers or booleans for one reader and texts for another.

use std::collections::BTreeMap;

use super::{speak, view};
use crate::airflow::conn_types::{self, ExtraField as Known, FieldSource};
use crate::airflow::connection::{ExtraField, ExtraForm, decoded_kind, decodes_query};
use crate::airflow::{Runtime, Version};
use crate::report::{Findings, Severity};
use crate::rules::{Check, EntryContext};
use crate::syntax::json::Kind;

crate::rule! {
    /// # extra-type-differs-by-runtime
    ///
    /// ## What it does
    ///
    /// Finds values in the query of a connection URI that the server decodes as JSON (`5`, `true`,
    /// `null`, `{…}`) and tasks take as text. Where the text means "no" and stands in a
    /// field that is a boolean, this is a warning: for Python the text `false` is true.
    ///
    /// ## Why is this bad?
    ///
    /// A query holds texts. Since 3.1.6 the server passes each of them through a JSON decoder; the
    /// Task SDK, which reads connections in tasks since 3.2, does not, and earlier releases never did. So
    /// the same URI gives `{"num_retries": 5}` on the server and `{"num_retries": "5"}` in a task. Most
    /// hooks convert numbers by themselves. Booleans they mostly test: `smtp://…?disable_ssl=false`
    /// switches TLS off.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_RELAY=smtp://relay.example.com:587/?disable_ssl=false
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:62: warning[AV415] extra-type-differs-by-runtime: `disable_ssl` is a boolean, but a value of the query is a text in tasks, and this text counts as true
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_RELAY=smtp://relay.example.com:587/?__extra__=%7B%22disable_ssl%22%3A+false%7D
    /// AIRFLOW_CONN_PARTNER={"conn_type": "smtp", "host": "relay.example.com", "extra": {"disable_ssl": false}}
    /// ```
    ///
    /// ## Versions
    ///
    /// The runtimes differ from Airflow 3.2.0 on. Servers decode since 3.1.6, tasks of 3.1.6 and later 3.1
    /// releases do as well. `__extra__` is known since 2.1.0, JSON connections since 2.3.0.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#uri-format>
    "AV415", "extra-type-differs-by-runtime", Info, since "0.1.0",
    checks &[Check::Connection(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(view) = view::of(context) else {
        return;
    };
    let Some(extra) = view.extra.filter(|extra| extra.form == ExtraForm::Query) else {
        return;
    };
    let conn_type = view.connection.conn_type.as_ref();
    let conn_type = conn_type.map_or("", |text| text.expose());
    // Of the same key the last one wins.
    let last: BTreeMap<&str, &ExtraField> = extra
        .fields
        .iter()
        .map(|field| (field.key.expose(), field))
        .collect();
    let fields: Vec<&ExtraField> = extra
        .fields
        .iter()
        .filter(|field| {
            last.get(field.key.expose())
                .is_some_and(|winner| winner.raw_key.source() == field.raw_key.source())
        })
        .collect();
    let decodes = |runtime: Runtime| decodes_query(context.target.airflow, runtime);
    let readers = || context.readings.iter().map(|&(runtime, _)| runtime);
    let as_text = readers().find(|&runtime| !decodes(runtime));
    let no_for_text = |field: &&&ExtraField| {
        as_text.is_some() && means_no(field) && is_tested(conn_type, field.key.expose())
    };
    let mut wrong = fields.iter().filter(no_for_text);
    if let Some(field) = wrong.next() {
        let more = speak::more(wrong.count());
        let is_json = decoded_kind(&field.value).is_some();
        let whose = match as_text {
            Some(Runtime::Task) if is_json && readers().any(decodes) => " in tasks",
            _ => "",
        };
        let mut severity = Severity::Warning;
        let mut range = "";
        // 3.1.6 and the later releases of 3.1 decode it everywhere.
        if is_json && context.target.is_guess() {
            severity = severity.lowered();
            range = " (except Airflow 3.1.6 to 3.1.x)";
        }
        let message = format!(
            "{} is a boolean, but a value of the query is a text{whose}, and this text counts as \
             true{more}{range}",
            speak::extra_key(conn_type, field.key.expose())
        );
        view::report(findings, &RULE, context, &field.raw_value, message)
            .severity(severity)
            .help(HELP);
        return;
    }
    if !readers().any(decodes) {
        return;
    }
    // No matter who else reads it: who decodes it has lost the text.
    if let Some(field) = fields.iter().find(|field| is_rewritten(field)) {
        let mut severity = Severity::Warning;
        if context.target.is_guess() {
            severity = severity.lowered();
        }
        let message = format!(
            "{} decodes the value of {} as JSON, and what comes out is written in another way{}",
            if as_text.is_some() {
                "the server"
            } else {
                "Airflow"
            },
            speak::extra_key(conn_type, field.key.expose()),
            since(context)
        );
        view::report(findings, &RULE, context, &field.raw_value, message)
            .severity(severity)
            .help(HELP);
        return;
    }
    if as_text.is_none() {
        return;
    }
    let mut differing = fields
        .iter()
        .filter_map(|field| Some((field, decoded_kind(&field.value)?)));
    let Some((field, kind)) = differing.next() else {
        return;
    };
    let more = speak::more(differing.count());
    let range = since(context);
    let message = format!(
        "the server decodes the value of {} as JSON ({}), tasks take it as it stands{more}{range}",
        speak::extra_key(conn_type, field.key.expose()),
        kind.described()
    );
    view::report(findings, &RULE, context, &field.raw_value, message).help(HELP);
}

const HELP: &str =
    "give the extra as JSON in `__extra__`, or the whole connection as a JSON object";

fn since(context: &EntryContext<'_>) -> String {
    if context.target.is_guess() {
        format!(" (from Airflow {} on)", Version::new(3, 2, 0))
    } else {
        String::new()
    }
}

/// `1.10` becomes 1.1, `1e5` 100000.0, `-0` 0, and quotes are gone: a version or a name is lost.
fn is_rewritten(field: &ExtraField) -> bool {
    let value = field.value.expose();
    let ends = value.contains('.') && value.ends_with('0') && !value.ends_with(".0");
    match decoded_kind(&field.value) {
        Some(Kind::Float | Kind::Integer) => ends || value.contains(['e', 'E']) || value == "-0",
        Some(Kind::String) => true,
        _ => false,
    }
}

/// What people write for "no".
fn means_no(field: &ExtraField) -> bool {
    let value = field.value.expose().to_ascii_lowercase();
    matches!(value.as_str(), "false" | "no" | "off" | "0" | "f" | "n")
}

/// A boolean that the hook tests as it is.
fn is_tested(conn_type: &str, key: &str) -> bool {
    let Some(kind) = conn_types::get(conn_type) else {
        return false;
    };
    let prefix = kind.legacy_extra_prefix.as_deref().unwrap_or_default();
    let key = key.strip_prefix(prefix).unwrap_or(key);
    // Of a placeholder in a form nobody knows how it is read.
    let only_boolean = |field: &Known| {
        field.types.len() == 1
            && field.types[0] == "boolean"
            && field.source != FieldSource::UiPlaceholder
    };
    kind.extra_fields.get(key).is_some_and(only_boolean) && !conn_types::reads_text(conn_type, key)
}
