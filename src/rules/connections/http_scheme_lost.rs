//! AV406: what `HttpHook` makes of the scheme and the path of an HTTP connection.

use super::view;
use crate::report::Findings;
use crate::rules::{Check, EntryContext};

crate::rule! {
    /// # http-scheme-lost
    ///
    /// ## What it does
    ///
    /// Finds HTTP connections from which `HttpHook` builds another base URL than the value seems to
    /// say: `https://host`, which is called with plain HTTP, and paths, which are taken for the scheme.
    ///
    /// ## Why is this bad?
    ///
    /// The scheme of a connection URI is the type of the connection and nothing else. `HttpHook` asks
    /// the `schema` for the scheme, which is the path of the URI, and falls back to `http`. So
    /// `https://api.example.com` becomes `http://api.example.com`, with login and password in clear
    /// text, and `https://api.example.com/v1` becomes `v1://api.example.com`. A host that holds `://`
    /// is used as the base URL.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_CATALOGUE=https://etl:secret@api.example.com
    /// AIRFLOW_CONN_ORDERS=http://api.example.com/v1/orders
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:24: warning[AV406] http-scheme-lost: HTTPS is lost: `HttpHook` takes the scheme from the `schema`, which is empty, and calls the host with plain HTTP
    /// .env:2:44: warning[AV406] http-scheme-lost: `HttpHook` takes the path for the scheme of the URL that it calls, and this is neither `http` nor `https`
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_CATALOGUE=http://etl:secret@api.example.com/https
    /// AIRFLOW_CONN_ORDERS=http://https%3A%2F%2Fapi.example.com%2Fv1%2Forders
    /// AIRFLOW_CONN_INVOICES={"conn_type": "http", "host": "api.example.com", "schema": "https"}
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases. `http://https://host` is read as it looks from Airflow 2.6.3 on. A warning, as a
    /// hook of your own may read the host alone.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow-providers-http/stable/connections/http.html>
    "AV406", "http-scheme-lost", Warning, since "0.1.0",
    checks &[Check::Connection(check)],
}

const SPELLINGS: &str = "`http://host/https`, `http://https%3A%2F%2Fhost` or \
    `{\"conn_type\": \"http\", \"host\": \"host\", \"schema\": \"https\"}`";

/// `HttpHook._set_base_url`.
fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(view) = view::of(context) else {
        return;
    };
    let connection = view.connection;
    let Some(conn_type) = connection.conn_type.as_ref() else {
        return;
    };
    let is_https = conn_type.expose() == "https";
    let host = connection.host.as_ref().map_or("", |host| host.expose());
    if !(is_https || conn_type.expose() == "http") || host.is_empty() || host.contains("://") {
        return;
    }
    let Some(schema) = connection.schema.as_ref().filter(|text| !text.is_empty()) else {
        if is_https {
            let message = "HTTPS is lost: `HttpHook` takes the scheme from the `schema`, which is \
                           empty, and calls the host with plain HTTP";
            view::report(findings, &RULE, context, conn_type, message.to_owned())
                .help(format!("write {SPELLINGS}"));
        }
        return;
    };
    let taken = schema.expose();
    if taken.eq_ignore_ascii_case("http") || taken.eq_ignore_ascii_case("https") {
        return;
    }
    let what = if view.uri.is_some() {
        "path"
    } else {
        "`schema`"
    };
    let message = format!(
        "`HttpHook` takes the {what} for the scheme of the URL that it calls, and this is neither \
         `http` nor `https`"
    );
    view::report(findings, &RULE, context, schema, message).help(format!(
        "give the path in the tasks, or encode it with the host \
         (`http://https%3A%2F%2Fhost%2Fpath`); for the host alone write {SPELLINGS}"
    ));
}
