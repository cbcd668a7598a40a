//! AV413: keys that stand twice in a query, an object or an extra, of which one is lost.

use std::collections::BTreeMap;

use super::{speak, view};
use crate::airflow::Version;
use crate::airflow::connection::is_nameable_key;
use crate::airflow::python::unquote::unquote_plus;
use crate::report::Findings;
use crate::rules::{Check, EntryContext};
use crate::source::{Place, Text};

crate::rule! {
    /// # duplicate-query-key
    ///
    /// ## What it does
    ///
    /// Finds keys that stand more than once in the query of a connection URI, in a JSON connection or
    /// in its extra, and keys beside `__extra__`.
    ///
    /// ## Why is this bad?
    ///
    /// Of the same key the last one wins, without a word. `__extra__` is taken for the whole extra: all
    /// other keys of the query are dropped.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_AWS=aws://?region_name=eu-west-1&role_arn=example&region_name=us-east-1
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:25: warning[AV413] duplicate-query-key: `region_name` stands here again further on, and the last one wins
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_AWS=aws://?region_name=eu-west-1&role_arn=example
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases; `__extra__` is known since Airflow 2.1.0.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#uri-format>
    "AV413", "duplicate-query-key", Warning, since "0.1.0",
    checks &[Check::Connection(check)],
}

const EXTRA: &str = "__extra__";
const EXTRA_SINCE: Version = Version::new(2, 1, 0);

/// A key, decoded, and where it stands.
type Key = (Text, Text);

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(view) = view::of(context) else {
        return;
    };
    let conn_type = view.connection.conn_type.as_ref();
    let conn_type = conn_type.map_or("", |text| text.expose());
    if let Some(object) = view.object {
        let keys = object.members().map(|member| {
            let raw = member.key.raw();
            (member.key.string().unwrap_or_else(|| raw.clone()), raw)
        });
        let keys: Vec<Key> = keys.collect();
        repeated(context, &keys, findings, |key| {
            if is_nameable_key(key) {
                format!("`{key}`")
            } else {
                "a key".to_owned()
            }
        });
    }
    let mut in_query = Vec::new();
    if let Some(uri) = &view.uri {
        let keys = uri.parts.pairs.iter().map(|(key, _)| {
            let raw = uri.text.slice(key.clone());
            (unquote_plus(&raw), raw)
        });
        in_query = keys.collect();
        let shown = |key: &str| speak::extra_key(conn_type, key);
        repeated(context, &in_query, findings, shown);
        beside_extra(context, &in_query, findings);
    }
    if in_query.is_empty() || in_query.iter().any(|(key, _)| key.expose() == EXTRA) {
        let fields = view.extra.map_or(&[][..], |extra| &extra.fields);
        let keys = fields
            .iter()
            .map(|field| (field.key.clone(), field.raw_key.clone()));
        let keys: Vec<Key> = keys.collect();
        let shown = |key: &str| speak::extra_key(conn_type, key);
        repeated(context, &keys, findings, shown);
    }
}

/// The first key that a later one of the same name overrides.
fn repeated(
    context: &EntryContext<'_>,
    keys: &[Key],
    findings: &mut Findings,
    shown: impl Fn(&str) -> String,
) {
    if keys.len() < 2 {
        return;
    }
    let last: BTreeMap<&str, usize> = keys
        .iter()
        .enumerate()
        .map(|(index, (key, _))| (key.expose(), index))
        .collect();
    let mut overridden = keys.iter().enumerate().filter_map(|(index, (key, raw))| {
        let winner = *last.get(key.expose())?;
        (winner != index).then_some((key, raw, winner))
    });
    let Some((key, raw, winner)) = overridden.next() else {
        return;
    };
    let more = speak::more(overridden.count());
    let message = format!(
        "{} stands here again further on, and the last one wins{more}",
        shown(key.expose())
    );
    let related = keys.get(winner).map(|(_, raw)| raw.source());
    let finding = view::report(findings, &RULE, context, raw, message);
    finding.help("keep one of them");
    if let Some(span) = related {
        let file = finding.place.file;
        finding.related(Place::new(file, span), "this one wins");
    }
}

/// `__extra__` beside other keys (`Connection._parse_from_uri`).
fn beside_extra(context: &EntryContext<'_>, keys: &[Key], findings: &mut Findings) {
    let is_extra = |key: &&Key| key.0.expose() == EXTRA;
    let Some((_, extra)) = keys.iter().rfind(is_extra) else {
        return;
    };
    let mut others = keys.iter().filter(|key| !is_extra(key));
    let Some((_, first)) = others.next() else {
        return;
    };
    if context.target.airflow < EXTRA_SINCE {
        return;
    }
    let more = speak::more(others.count());
    let mut message =
        format!("`{EXTRA}` stands in this query, and every other key is dropped{more}");
    let mut severity = RULE.severity;
    if context.target.is_guess() {
        severity = severity.lowered();
        message = format!("{message} (from Airflow {EXTRA_SINCE} on)");
    }
    let finding = view::report(findings, &RULE, context, first, message);
    let file = finding.place.file;
    finding
        .severity(severity)
        .help(format!("move the key into the JSON of `{EXTRA}`"))
        .related(Place::new(file, extra.source()), "the whole extra");
}
