//! AV403: URIs that Airflow or Python refuses as a whole, or cuts at a second `://`.

use super::speak;
use crate::airflow::connection::{FaultKind, Rejected};
use crate::report::Findings;
use crate::rules::{Check, EntryContext};

crate::rule! {
    /// # uri-rejected
    ///
    /// ## What it does
    ///
    /// Finds connection URIs that Airflow or Python refuses as a whole: more than two `://`, login or
    /// port before an inner `://`, `[` or `]` in a host that is no IPv6 address, and characters that
    /// Unicode normalisation (NFKC) turns into `/`, `?`, `#`, `@` or `:`. Also a second `://` that
    /// Airflow takes for the end of an inner protocol and that costs the host.
    ///
    /// ## Why is this bad?
    ///
    /// Parsing raises an exception. Airflow catches it and asks the next backend; since 3.0 this is
    /// logged at debug level only. What the user sees is "The conn_id `x` isn't defined".
    ///
    /// A second `://` after a host without login and port, such as `jdbc://h/db?url=http://o`, raises
    /// nothing: Airflow removes the scheme together with its `://`, so that the rest has no host. The
    /// same scheme twice (`https://https://h`) is removed twice, with the same result.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_AWS=aws://AKIAEXAMPLE:secret@/?endpoint_url=http://localhost:4566
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_AWS=aws://AKIAEXAMPLE:secret@/?endpoint_url=http%3A%2F%2Flocalhost%3A4566
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
    checks &[Check::Entry(check)],
}

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(fault) = speak::fault(context, |kind| matches!(kind, FaultKind::Rejected(_))) else {
        return;
    };
    let FaultKind::Rejected(cause) = fault.kind else {
        return;
    };
    let (what, help) = match cause {
        Rejected::ThirdSeparator => (
            "`://` stands here for the third time",
            "percent-encode every `://` in the path and the query as `%3A%2F%2F`",
        ),
        Rejected::SecondSeparator => (
            "a second `://` follows a login, password or port",
            "percent-encode it as `%3A%2F%2F`, or write login and password after an inner `https://`",
        ),
        Rejected::HostLost => (
            "a second `://` stands in this URI",
            "percent-encode it as `%3A%2F%2F`",
        ),
        Rejected::SchemeTwice => ("the same scheme stands here again", "write it once"),
        Rejected::Brackets => (
            "the brackets in the host hold no IPv6 address",
            "keep `[…]` for IPv6 addresses, and percent-encode other brackets as `%5B` and `%5D`",
        ),
        Rejected::Nfkc => (
            "a character before the path turns into a delimiter under Unicode normalisation (NFKC)",
            "percent-encode the character",
        ),
    };
    let outcome = if matches!(cause, Rejected::HostLost | Rejected::SchemeTwice) {
        "Airflow removes the scheme with its `://` and builds a connection without host".to_owned()
    } else {
        speak::consequence(context, fault)
    };
    let message = format!("{what}: {outcome}{}", speak::whose(context));
    speak::report(findings, &RULE, context, fault, message).help(help);
}
