//! AV416: queries whose pairs are cut in another way than they look.

use super::view;
use crate::airflow::Version;
use crate::airflow::conn_types;
use crate::airflow::connection::{Extra, ExtraForm};
use crate::report::Findings;
use crate::rules::{Check, EntryContext};
use crate::source::Text;
use crate::syntax::json::{self, Kind};

crate::rule! {
    /// # query-misread
    ///
    /// ## What it does
    ///
    /// Finds queries of connection URIs that Airflow cuts into other pairs than they seem to hold: `;`
    /// or a second `?` before a key, `&amp;`, values without a key, and JSON where pairs belong.
    ///
    /// ## Why is this bad?
    ///
    /// Only `&` divides the pairs of a query, and the first `?` begins it. `?a=b;c=d` is one key with
    /// the value `b;c=d`, `?a=b?c=d` the value `b?c=d`, and `?a=b&amp;c=d` makes a key `amp;c`. JSON is
    /// taken for the whole extra under the key `__extra__` alone; under `extra` it is a field of that
    /// name. Nothing is raised, and the hook does not find its fields.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_SALES=mysql://etl:secret@db.example.com/sales?charset=utf8;local_infile=yes
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:72: warning[AV416] query-misread: `;` does not divide the pairs of a query: what follows belongs to this value
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_SALES=mysql://etl:secret@db.example.com/sales?charset=utf8&local_infile=yes
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases. Pythons older than the fix of CVE-2021-23336 divide at `;` as well. `__extra__` is
    /// known since Airflow 2.1.0; earlier releases take it for a field of that name.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#uri-format>
    /// - <https://docs.python.org/3/library/urllib.parse.html#urllib.parse.parse_qsl>
    "AV416", "query-misread", Warning, since "0.1.0",
    checks &[Check::Connection(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(view) = view::of(context) else {
        return;
    };
    let conn_type = view.connection.conn_type.as_ref();
    let conn_type = conn_type.map_or("", |text| text.expose());
    if context.target.airflow < EXTRA_KEY_SINCE
        && let Some(at) = view.uri.as_ref().and_then(extra_key)
    {
        let message = format!(
            "`__extra__` is a key like any other before Airflow {EXTRA_KEY_SINCE}: its JSON becomes the \
             text of one field"
        );
        view::report(findings, &RULE, context, &at, message)
            .help("write the fields as pairs of the query");
        return;
    }
    let Some(extra) = view.extra.filter(|extra| extra.form == ExtraForm::Query) else {
        return;
    };
    if let Some((at, message, help)) = misread(extra, conn_type) {
        view::report(findings, &RULE, context, &at, message.to_owned()).help(help);
    }
}

/// `_parse_from_uri` asks for `Connection.EXTRA_KEY`.
const EXTRA_KEY_SINCE: Version = Version::new(2, 1, 0);

/// The key `__extra__` of a query.
fn extra_key(uri: &view::Uri<'_>) -> Option<Text> {
    let keys = uri.parts.pairs.iter().map(|(key, _)| key.clone());
    keys.map(|key| uri.text.slice(key))
        .find(|key| key.expose() == "__extra__")
}

/// Where, what, and what to write.
type Misread = (Text, &'static str, &'static str);

fn misread(extra: &Extra, conn_type: &str) -> Option<Misread> {
    extra.fields.iter().find_map(|field| {
        let (key, value) = (field.raw_key.expose(), field.raw_value.expose());
        if key.is_empty() {
            return Some((
                field.raw_value.clone(),
                "a value stands in this query without a key: Airflow takes \"\" for its name",
                "write its key before the `=`",
            ));
        }
        if key.starts_with("amp;") {
            return Some((
                field.raw_key.slice(0..4),
                "`&amp;` stands in this query: it is HTML, and `amp;` becomes a part of the key",
                "write `&` alone",
            ));
        }
        if key.starts_with('{') {
            return Some((
                field.raw_key.slice(0..1),
                "JSON stands in this query as it is: Airflow takes it for a key",
                "percent-encode it and write `__extra__=` before it",
            ));
        }
        let known =
            conn_types::get(conn_type).is_some_and(|kind| kind.extra_fields.contains_key("extra"));
        if field.key.expose() == "extra" && !known && is_object(&field.value) {
            return Some((
                field.raw_key.clone(),
                "JSON stands under the key `extra`: Airflow takes it for a field of that name",
                "write `__extra__` for the extra as a whole",
            ));
        }
        let at = next_pair(value)?;
        let sign = field.raw_value.slice(at..at + 1);
        Some(if sign.expose() == ";" {
            (
                sign,
                "`;` does not divide the pairs of a query: what follows belongs to this value",
                "write `&`, or `%3B` if it is meant",
            )
        } else {
            (
                sign,
                "only the first `?` begins a query: what follows this one belongs to the value",
                "write `&`, or `%3F` if it is meant",
            )
        })
    })
}

/// The `;` or `?` after which another pair seems to begin. Values that hold pairs of their own, or a
/// path, are left alone.
fn next_pair(value: &str) -> Option<usize> {
    let at = value.find([';', '?'])?;
    let (before, after) = (&value[..at], &value[at + 1..]);
    let name = &after[..after.find('=')?];
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
    (is_name && !before.contains(['=', '/', ':'])).then_some(at)
}

fn is_object(value: &Text) -> bool {
    json::parse(value).is_ok_and(|tree| tree.root().kind() == Kind::Object)
}
