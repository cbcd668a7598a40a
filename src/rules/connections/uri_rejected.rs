//! AV403: URIs that Airflow or Python refuses as a whole, or cuts at a second `://`.

use super::{speak, view};
use crate::airflow::connection::{FaultKind, Rejected};
use crate::report::{Findings, Severity};
use crate::rules::{Check, EntryContext};

crate::rule! {
    /// # uri-rejected
    ///
    /// ## What it does
    ///
    /// Finds connection URIs that Airflow or Python refuses as a whole: more than two `://`, login or
    /// port before an inner `://`, `[` or `]` in a host that is no IPv6 address, and characters that
    /// Unicode normalisation (NFKC) turns into `/`, `?`, `#`, `@` or `:`. Also a second `://` in the
    /// path or a third slash that costs the host, and inner protocols that become the host. `://` in the query is
    /// AV408, the same scheme twice AV407.
    ///
    /// ## Why is this bad?
    ///
    /// Parsing raises an exception. Airflow catches it and asks the next backend; since 3.0 this is
    /// logged at debug level only. What the user sees is "The conn_id `x` isn't defined".
    ///
    /// A second `://` after a host without login and port, such as `wasb://h/abfs://o`, raises
    /// nothing: Airflow removes the scheme together with its `://`, so that the rest has no host. A
    /// scheme in capitals before an inner protocol (`HTTP://https://h`) is not found and stays in the
    /// host; a release that knows no inner protocols takes it for the host.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_LEGACY=jdbc://etl:secret@db.example.com/jdbc:mysql://db.example.com
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:64: error[AV403] uri-rejected: a second `://` follows a login, password or port: Airflow raises `AirflowException` and reports the connection as not defined
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_LEGACY=jdbc://etl:secret@jdbc%3Amysql%3A%2F%2Fdb.example.com
    /// ```
    ///
    /// ## Versions
    ///
    /// `://` is counted since Airflow 2.6.3. Text in brackets must be an IPv6 address with Python 3.11
    /// and later. The rest holds for all releases.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#uri-format>
    /// - <https://docs.python.org/3/library/urllib.parse.html#urllib.parse.urlsplit>
    "AV403", "uri-rejected", Error, since "0.1.0",
    checks &[Check::Connection(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(fault) = speak::fault(context, |kind| matches!(kind, FaultKind::Rejected(_))) else {
        third_slash(context, findings);
        return;
    };
    let FaultKind::Rejected(cause) = fault.kind else {
        return;
    };
    let (what, help) = match cause {
        Rejected::ThirdSeparator => (
            "`://` stands here for the third time",
            "percent-encode every `://` after the host as `%3A%2F%2F`",
        ),
        Rejected::SecondSeparator => (
            "a second `://` follows a login, password or port",
            "percent-encode it as `%3A%2F%2F`, or write login and password after an inner `https://`",
        ),
        Rejected::HostLost => (
            "a second `://` stands in this URI",
            "percent-encode it as `%3A%2F%2F`",
        ),
        Rejected::ProtocolTooEarly => (
            "an inner protocol stands in this URI",
            "percent-encode it together with the host (`http://https%3A%2F%2Fhost`), or write `http://host/https`",
        ),
        Rejected::HalfEncoded => (
            "the `:` of an inner protocol is percent-encoded and its slashes are not",
            "write `%2F%2F` for the slashes as well",
        ),
        Rejected::EmptyAuthority => (
            "a third `/` stands before login and host",
            "write two slashes after the scheme",
        ),
        Rejected::UpperCaseScheme => (
            "the scheme before an inner protocol has capital letters",
            "write the scheme in lower case",
        ),
        Rejected::Brackets => (
            "the brackets in the host hold no IPv6 address",
            "keep `[…]` for IPv6 addresses, and percent-encode other brackets as `%5B` and `%5D`",
        ),
        Rejected::Nfkc => (
            "a character before the path turns into a delimiter under Unicode normalisation (NFKC)",
            "percent-encode the character",
        ),
    };
    let outcome = match cause {
        Rejected::HostLost => {
            "Airflow removes the scheme with its `://` and builds a connection without host"
                .to_owned()
        }
        Rejected::ProtocolTooEarly => {
            "Airflow before 2.6.3 takes it for the host and the host for a part of the schema"
                .to_owned()
        }
        Rejected::HalfEncoded => {
            "Airflow takes the protocol for the host and the host for a part of the schema"
                .to_owned()
        }
        Rejected::EmptyAuthority => {
            "Airflow reads no host and puts login, password and host into the schema".to_owned()
        }
        Rejected::UpperCaseScheme => {
            "Airflow looks for it in lower case, and it becomes a part of the host".to_owned()
        }
        _ => speak::consequence(context, fault),
    };
    let message = format!("{what}: {outcome}{}", speak::whose(context));
    speak::report(findings, &RULE, context, fault, message).help(help);
}

/// `scheme:///login:password@host` of a type whose path may be any text.
fn third_slash(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(uri) = view::of(context).and_then(|view| view.uri) else {
        return;
    };
    let Some(path) = uri.parts.path.clone() else {
        return;
    };
    if uri
        .parts
        .authority
        .as_ref()
        .is_some_and(|range| !range.is_empty())
    {
        return;
    }
    let Some(inner) = uri
        .text
        .expose()
        .get(path.clone())
        .and_then(|path| path.strip_prefix('/'))
    else {
        return;
    };
    let first = inner.split('/').next().unwrap_or_default();
    // A login and a password, and not one name with an `@`.
    if !first
        .rsplit_once('@')
        .is_some_and(|(user, _)| user.contains(':'))
    {
        return;
    }
    let at = uri.text.slice(path.start..path.start + 1);
    let message = "a third `/` stands before what looks like login and host: Airflow reads no host \
                   and puts all of it into the schema";
    view::report(findings, &RULE, context, &at, message.to_owned())
        .severity(Severity::Warning)
        .help("write two slashes after the scheme");
}
