//! AV434: fields of the extra whose values are not of the declared type.

use std::collections::BTreeMap;

use super::{types, view};
use crate::airflow::conn_types::{self, Fit};
use crate::airflow::connection::ExtraForm;
use crate::report::{Findings, Severity};
use crate::rules::{Check, EntryContext};

crate::rule! {
    /// # extra-field-type
    ///
    /// ## What it does
    ///
    /// Finds fields of a connection's extra whose values are not of the JSON type, or none of the values, that
    /// the provider declares for them.
    ///
    /// ## Why is this bad?
    ///
    /// Nothing checks the types when a connection is read: the hook fails when it uses the value, or takes
    /// it for something else. The text `"false"` in a field that is tested for truth means yes. What hooks
    /// commonly read all the same, such as `"30"` where a number belongs, is information. In the query of a URI
    /// every value is a text; only what nobody can read as the declared type is reported there.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_MAIL={"conn_type": "smtp", "host": "relay.example.com", "extra": {"disable_ssl": "false"}}
    /// AIRFLOW_CONN_RELAY=smtp://relay.example.com/?timeout=30s
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:95: warning[AV434] extra-field-type: `disable_ssl` of `smtp` connections is declared as true or false and is a string: in Python every text that is not empty counts as true
    /// .env:2:54: warning[AV434] extra-field-type: `timeout` of `smtp` connections is declared as an integer, and this text cannot be read as one
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_MAIL={"conn_type": "smtp", "host": "relay.example.com", "extra": {"disable_ssl": false}}
    /// AIRFLOW_CONN_RELAY=smtp://relay.example.com/?timeout=30
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases; the types are those that the newest providers declare.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow-providers/core-extensions/connections.html>
    "AV434", "extra-field-type", Warning, since "0.1.0",
    checks &[Check::Connection(check)],
}

/// Most findings of one value.
const MOST: usize = 2;

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(view) = view::of(context) else {
        return;
    };
    let Some((name, kind)) = types::registered(&view) else {
        return;
    };
    let Some(extra) = view.extra.as_ref() else {
        return;
    };
    let in_query = extra.form == ExtraForm::Query;
    let mut count = 0;
    let mut last: Option<BTreeMap<&str, usize>> = None;
    for (index, field) in extra.fields.iter().enumerate() {
        let value = field.value.expose();
        // Something fills it in before the hook sees it.
        if !field.key.is_known() || !field.value.is_known() || is_template(value) {
            continue;
        }
        let key = field.key.expose();
        let short = types::short_key(kind, key);
        let Some((key, declared)) = kind.extra_fields.get_key_value(short) else {
            continue;
        };
        let fit = if in_query {
            declared.fit_in_query(value)
        } else {
            declared.fit(name, key, field.kind, value)
        };
        if matches!(fit, Fit::Fits) {
            continue;
        }
        // `dict(parse_qsl(…))` and `json.loads` keep the last one of several.
        let last = last.get_or_insert_with(|| {
            let fields = extra.fields.iter().enumerate();
            fields.map(|(at, field)| (field.key.expose(), at)).collect()
        });
        if last.get(field.key.expose()) != Some(&index) {
            continue;
        }
        let what = format!("`{key}` of `{name}` connections");
        let expected = expected(&declared.types);
        let is = field.kind.described();
        let (severity, message, help) = match fit {
            Fit::Fits => continue,
            Fit::Loose => (
                Severity::Info,
                format!("{what} is declared as {expected} and is {is}: hooks may take it"),
                format!("write {expected}"),
            ),
            Fit::Inverted => (
                Severity::Warning,
                format!(
                    "{what} is declared as {expected} and is a string: in Python every text that is not empty counts as true"
                ),
                "write `false` without quotes".to_owned(),
            ),
            Fit::Wrong if in_query => (
                Severity::Warning,
                format!("{what} is declared as {expected}, and this text cannot be read as one"),
                format!("write {expected}"),
            ),
            Fit::Wrong => (
                Severity::Warning,
                format!("{what} is declared as {expected} and is {is}"),
                format!("write {expected}"),
            ),
            Fit::NotListed => (
                Severity::Warning,
                format!("{what} has none of the values that its provider lists"),
                format!("write one of {}", listed(declared, in_query)),
            ),
        };
        view::report(findings, &RULE, context, &field.raw_value, message)
            .severity(severity)
            .help(help);
        count += 1;
        if count == MOST {
            return;
        }
    }
}

fn is_template(value: &str) -> bool {
    value.contains("{{") || value.contains("${") || value.contains("<%")
}

/// The declared types in words.
fn expected(types: &[String]) -> String {
    let words: Vec<&str> = types
        .iter()
        .map(|word| match word.as_str() {
            "integer" => "an integer",
            "number" => "a number",
            "boolean" => "true or false",
            "array" => "a list",
            "object" => "an object",
            _ => "a string",
        })
        .collect();
    words.join(" or ")
}

fn listed(field: &conn_types::ExtraField, in_query: bool) -> String {
    let is_text = !in_query && field.types.iter().any(|declared| declared == "string");
    let values = field.listed_values().map(|value| {
        if is_text {
            format!("`\"{value}\"`")
        } else {
            format!("`{value}`")
        }
    });
    values.collect::<Vec<_>>().join(", ")
}
