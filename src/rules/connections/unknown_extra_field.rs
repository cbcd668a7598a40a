//! AV433: fields of the extra that the hook of the type does not read.

use super::{types, view};
use crate::airflow::Version;
use crate::airflow::conn_types::{ConnType, nearest_field};
use crate::airflow::connection::{Extra, ExtraField};
use crate::airflow::public::is_plain_key;
use crate::report::{Findings, Severity};
use crate::rules::{Check, EntryContext};

crate::rule! {
    /// # unknown-extra-field
    ///
    /// ## What it does
    ///
    /// Finds fields of a connection's extra that the hook of its type is not known to read.
    ///
    /// ## Why is this bad?
    ///
    /// Hooks take the fields they know from the extra and leave the others alone, without a word: a misspelt
    /// `disable_ssl` leaves SSL on. Nearly the name of a field, for a type whose provider declares its fields, it
    /// is a warning; otherwise information, because a hook of your own may read it. Types whose hooks hand the
    /// whole extra to a driver (`postgres`, `http`, `trino`…) take any field. A type of your own is held
    /// against the `extra-fields` of its `[[conn-type]]` in the settings file.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_MAIL={"conn_type": "smtp", "host": "relay.example.com", "extra": {"disable_sll": true}}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:81: warning[AV433] unknown-extra-field: the hook of `smtp` connections reads `disable_ssl` from the extra, and no field of this name
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_MAIL={"conn_type": "smtp", "host": "relay.example.com", "extra": {"disable_ssl": true}}
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases; the fields are those of the newest providers. `extra__<type>__` in front of a field is
    /// fine where the hook still strips it.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow-providers/core-extensions/connections.html>
    "AV433", "unknown-extra-field", Info, since "0.1.0",
    checks &[Check::Connection(check)],
}

/// Most findings of one value.
const MOST: usize = 2;

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(view) = view::of(context) else {
        return;
    };
    let own = &context.settings_file.conn_types;
    if let Some(typed) = types::of(&view)
        && let Some(fields) = own.fields(typed.name)
    {
        declared(context, &view, fields, findings);
        return;
    }
    let Some((name, kind)) = types::registered(&view) else {
        return;
    };
    let Some(extra) = view.extra.as_ref() else {
        return;
    };
    if kind.extra_open || kind.extra_fields.is_empty() {
        return;
    }
    let is_unknown = |field: &&ExtraField| {
        let key = field.key.expose();
        field.key.is_known()
            && !key.is_empty()
            && !is_field(kind, key)
            && (name != "aws" || !was_field_of_aws(key, context.target.amazon()))
    };
    let unknown: Vec<&ExtraField> = extra.fields.iter().filter(is_unknown).collect();
    let mut meant: Vec<(&ExtraField, &'static str)> = Vec::new();
    for field in &unknown {
        let short = types::short_key(kind, field.key.expose());
        // Two keys cannot mean one field, and the right one is there already.
        let near = nearest_field(name, short)
            .filter(|near| !has(extra, kind, near) && meant.iter().all(|(_, other)| other != near));
        meant.extend(near.map(|near| (*field, near)));
    }
    if meant.is_empty() {
        first_of(context, findings, &unknown, name, kind);
        return;
    }
    let severity = if kind.declares_fields() {
        Severity::Warning
    } else {
        Severity::Info
    };
    for (field, near) in meant.into_iter().take(MOST) {
        let message = format!(
            "the hook of `{name}` connections reads `{near}` from the extra, and no field of this name"
        );
        view::report(findings, &RULE, context, &field.raw_key, message)
            .severity(severity)
            .help(format!("write `{near}`"));
    }
}

/// As [`check`], of a type that the settings file declares.
fn declared(
    context: &EntryContext<'_>,
    view: &view::View<'_>,
    fields: &[String],
    findings: &mut Findings,
) {
    let extra = view.extra.iter().flat_map(|extra| &extra.fields);
    let unknown = extra.filter(|field| {
        let key = field.key.expose();
        field.key.is_known() && !key.is_empty() && !fields.iter().any(|known| known == key)
    });
    for field in unknown.take(MOST) {
        let key = field.key.expose();
        let near = fields.iter().find(|known| {
            let distance = strsim::osa_distance(known, key);
            distance <= 2 && distance * 3 <= known.len() && is_plain_key(known)
        });
        let finding = match near {
            Some(near) => {
                let message = format!(
                    "the connection type is declared to read `{near}` from the extra, and no field of this name"
                );
                let finding = view::report(findings, &RULE, context, &field.raw_key, message);
                finding.severity(Severity::Warning);
                finding.help(format!("write `{near}`"))
            }
            None => view::report(
                findings,
                &RULE,
                context,
                &field.raw_key,
                "the connection type is not declared to read this field of the extra".to_owned(),
            ),
        };
        if near.is_none() {
            finding.help("add it to the `extra-fields` of the [[conn-type]] in the settings file");
        }
    }
}

/// One finding for all the fields that look like none.
fn first_of(
    context: &EntryContext<'_>,
    findings: &mut Findings,
    unknown: &[&ExtraField],
    name: &str,
    kind: &ConnType,
) {
    let Some(first) = unknown.first() else { return };
    let what = match unknown.len() {
        1 => "this field of the extra".to_owned(),
        count => format!("{count} fields of the extra, of which this is the first"),
    };
    let message = format!("the hook of `{name}` connections is not known to read {what}");
    view::report(findings, &RULE, context, &first.raw_key, message).help(format!(
        "see what {} says of the connection, or leave it if a hook of your own reads it",
        types::provider(kind)
    ));
}

fn is_field(kind: &ConnType, key: &str) -> bool {
    let short = types::short_key(kind, key);
    kind.extra_fields.contains_key(key) || kind.extra_fields.contains_key(short)
}

/// Fields that `AwsConnectionWrapper` of old providers reads.
fn was_field_of_aws(key: &str, amazon: Version) -> bool {
    match key {
        "host" => amazon < Version::new(9, 0, 0),
        "aws_account_id" | "aws_iam_role" => amazon < Version::new(8, 0, 0),
        _ => false,
    }
}

fn has(extra: &Extra, kind: &ConnType, wanted: &str) -> bool {
    let mut keys = extra.fields.iter().map(|field| field.key.expose());
    keys.any(|key| types::short_key(kind, key) == wanted)
}
