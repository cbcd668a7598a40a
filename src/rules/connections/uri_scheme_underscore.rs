//! AV402: `_` in the scheme of a connection URI.

use super::speak;
use crate::airflow::connection::FaultKind;
use crate::report::{Findings, Fix};
use crate::rules::{Check, EntryContext, fixes};

crate::rule! {
    /// # uri-scheme-underscore
    ///
    /// ## What it does
    ///
    /// Finds connection URIs with `_` in the scheme, such as `google_cloud_platform://`.
    ///
    /// ## Why is this bad?
    ///
    /// A scheme may hold letters, digits, `+`, `-` and `.` only. Python's `urlsplit` sees no scheme
    /// at all then: the connection type is `""`, and login, password and host end up in the schema.
    /// Airflow turns every `-` of a scheme into `_`, so the hyphen is the way to write such types.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_GCP=google_cloud_platform://?project=example
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:24: error[AV402] uri-scheme-underscore: the scheme holds `_`, so that Airflow reads no connection type and puts the whole text into `schema`
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_GCP=google-cloud-platform://?project=example
    /// ```
    ///
    /// ## Fix
    ///
    /// Safe in environment files, where the rest of the scheme is one: `-` for each `_` of it.
    ///
    /// ## Versions
    ///
    /// All releases. In a JSON value `_` is right.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#uri-format>
    "AV402", "uri-scheme-underscore", Error, since "0.1.0",
    checks &[Check::Connection(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(fault) = speak::fault(context, |kind| *kind == FaultKind::SchemeUnderscore) else {
        return;
    };
    let message = format!(
        "the scheme holds `_`, so that Airflow reads no connection type and puts the whole text \
         into `schema`{}",
        speak::whose(context)
    );
    speak::report(findings, &RULE, context, fault, message)
        .fix(fix(context))
        .help("write `-` instead of `_`: Airflow turns it into `_` itself");
}

/// `-` for each `_` of a scheme that is one but for them.
fn fix(context: &EntryContext<'_>) -> Option<Fix> {
    let value = context.value?.text();
    let text = value.expose();
    let scheme = text.split_once("://")?.0;
    let start = scheme.len() - scheme.trim_start().len();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '.');
    let scheme = &scheme[start..];
    let is_scheme =
        scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(plain);
    let signs = scheme.match_indices('_').map(|(at, _)| start + at);
    let wanted: Vec<_> = signs.map(|at| (at..at + 1, "-")).collect();
    let edits = fixes::in_connection(context, value, &wanted).filter(|_| is_scheme)?;
    Some(Fix::safe("write `-` for each `_` of the scheme", edits))
}
