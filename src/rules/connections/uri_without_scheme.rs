//! AV401: values from which Airflow reads no connection type.

use super::speak;
use crate::airflow::connection::{FaultKind, NoScheme};
use crate::report::Findings;
use crate::rules::{Carrier, Check, EntryContext};

crate::rule! {
    /// # uri-without-scheme
    ///
    /// ## What it does
    ///
    /// Finds connection values from which Airflow reads no connection type, or a nonsensical one,
    /// because they do not begin with `scheme://`: quotes kept around the value, a byte order mark,
    /// a blank in the scheme, `mysql:/…`, `host:5432`, or no scheme at all.
    ///
    /// ## Why is this bad?
    ///
    /// Nothing fails. `urlsplit` finds no scheme, so the type is `""`, the host is empty, and the
    /// whole text, without its first character, becomes the schema. This nonsense connection counts as
    /// found, so no other backend is asked; the task fails much later, or connects to a default host.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_WAREHOUSE="'postgres://etl:secret@db.example.com/dwh'"
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:25: error[AV401] uri-without-scheme: the connection value begins with a quote, which is part of it: Airflow builds a connection without type and puts the text into `schema`
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_WAREHOUSE=postgres://etl:secret@db.example.com/dwh
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases; the command `airflow connections add` refuses such a URI. A scheme that begins with a digit is refused by Python 3.11 and later only. Of
    /// JSON in releases before 2.3.0 speaks AV425.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/connection.html#uri-format>
    "AV401", "uri-without-scheme", Error, since "0.1.0",
    checks &[Check::Connection(check)],
}

const OUTCOME: &str = "Airflow builds a connection without type and puts the text into `schema`";

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    let Some(fault) = speak::fault(context, |kind| matches!(kind, FaultKind::NoScheme(_))) else {
        return;
    };
    let FaultKind::NoScheme(cause) = fault.kind else {
        return;
    };
    let (what, mut help) = words(cause);
    if help == WRITE && !speak::takes_objects(context) {
        help = WRITE_URI;
    }
    let outcome = match cause {
        NoScheme::NoSlashes => {
            "Airflow reads no host and no login, and puts the rest into `schema`"
        }
        NoScheme::HostPort => {
            "Airflow takes the host for the connection type and cuts the first digit off the port"
        }
        // `_valid_uri` wants a scheme.
        _ if context.carrier == Carrier::Command => speak::REFUSED,
        _ => OUTCOME,
    };
    let message = format!("{what}: {outcome}{}", speak::whose(context));
    speak::report(findings, &RULE, context, fault, message).help(help);
}

const WRITE: &str = "write `conn-type://login:password@host:port/schema` or a JSON object";
const WRITE_URI: &str = "write `conn-type://login:password@host:port/schema`";

fn words(cause: NoScheme) -> (&'static str, &'static str) {
    match cause {
        NoScheme::Quoted(_) => (
            "the connection value begins with a quote, which is part of it",
            "remove the quotes around the value",
        ),
        NoScheme::Bom => (
            "the connection value begins with a byte order mark (U+FEFF), which is part of it",
            "store the value without the mark (UTF-8, not \"UTF-8 with BOM\")",
        ),
        NoScheme::Blank => (
            "a blank stands before `://`, so that there is no scheme",
            "write the connection type without blanks",
        ),
        NoScheme::Character => (
            "what stands before `://` holds a character that no scheme may have",
            "use letters, digits, `+`, `-` and `.` only, and begin with a letter",
        ),
        NoScheme::Empty => (
            "nothing stands before `//`, so that there is no scheme",
            WRITE,
        ),
        NoScheme::FirstCharacter => (
            "what stands before `://` does not begin with a letter",
            "begin the connection type with a letter",
        ),
        NoScheme::NoSlashes => (
            "`//` is missing after the scheme",
            "write `://` between the connection type and the login or host",
        ),
        NoScheme::HostPort => (
            "the connection value is a host and a port without a scheme",
            WRITE,
        ),
        NoScheme::Missing => ("the connection value has no scheme", WRITE),
    }
}
