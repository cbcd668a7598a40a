//! AV432: the label of a connection type instead of its name, and types that are gone.

use super::unknown_conn_type::written;
use super::{types, view};
use crate::airflow::Version;
use crate::airflow::conn_types::{Name, judge};
use crate::report::{Findings, Severity};
use crate::rules::{Check, EntryContext};

crate::rule! {
    /// # conn-type-label
    ///
    /// ## What it does
    ///
    /// Finds connection types written as the UI shows them (`Amazon Web Services`), with capital letters
    /// (`Postgres`), and types that providers have dropped (`s3`, `hdfs`).
    ///
    /// ## Why is this bad?
    ///
    /// The type of a connection is a short name; the label of the form is another text. Airflow stores the
    /// text as it is, `Connection.get_hook()` and the connection test then raise `Unknown hook type`, and the
    /// hook of Amazon warns about any type but `aws`. The scheme of a URI is lower-cased, a `conn_type` in
    /// JSON is not.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_STORE={"conn_type": "Amazon Web Services", "extra": {"region_name": "eu-west-1"}}
    /// AIRFLOW_CONN_DB={"conn_type": "Postgres", "host": "db.example.com"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:35: warning[AV432] conn-type-label: this is a label, the name of the connection type is `aws`: `get_hook()` raises for any other text
    /// .env:2:32: warning[AV432] conn-type-label: the connection type is `postgres`, in lower case: `get_hook()` raises for any other text
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_STORE={"conn_type": "aws", "extra": {"region_name": "eu-west-1"}}
    /// AIRFLOW_CONN_DB={"conn_type": "postgres", "host": "db.example.com"}
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases. `s3` was a type until 6.0.0 of the amazon provider, `hdfs` until 4.0.0 of apache-hdfs;
    /// types whose provider had its last release for Airflow 2 are information there.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow-providers/core-extensions/connections.html>
    /// - <https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/connections/aws.html>
    "AV432", "conn-type-label", Warning, since "0.1.0",
    checks &[Check::Connection(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(view) = view::of(context) else {
        return;
    };
    let Some(typed) = types::of(&view) else {
        return;
    };
    if context.settings_file.conn_types.has(typed.name) {
        return;
    }
    let (severity, message, help) = match judge(typed.name) {
        Name::Label { meant, only_case } => {
            let what = if only_case {
                format!("the connection type is `{meant}`, in lower case")
            } else {
                format!("this is a label, the name of the connection type is `{meant}`")
            };
            (
                Severity::Warning,
                format!("{what}: `get_hook()` raises for any other text"),
                Some(meant),
            )
        }
        Name::Removed(name, kind) => {
            let target = context.target;
            if kind.is_still_in(|provider| target.provider(provider)) {
                return;
            }
            let gone = kind.deprecated.as_ref();
            let in_doubt = target.airflow < Version::new(3, 0, 0)
                && gone.is_some_and(|gone| gone.gone_in.is_none());
            let since = gone.and_then(|gone| gone.gone_in.as_ref());
            let since = since.map_or_else(String::new, |since| {
                format!(" since {} {}", since.provider, since.release)
            });
            (
                if in_doubt || target.is_guess() {
                    Severity::Info
                } else {
                    Severity::Warning
                },
                format!(
                    "no provider registers the connection type `{name}` any more{since}: \
                     `get_hook()` raises"
                ),
                gone.and_then(|gone| gone.instead.as_deref()),
            )
        }
        _ => return,
    };
    let help = match help {
        Some(meant) => format!("write `{}`", written(meant, typed.is_scheme)),
        None => "there is no type to take its place".to_owned(),
    };
    view::report(findings, &RULE, context, &typed.at, message)
        .severity(severity)
        .help(help);
}
