//! AV504: `_SECRET` with the value itself, or the whole path, where the id belongs.

use std::ops::Range;

use super::reference::{Reference, references};
use crate::airflow::backend::construct::Construction;
use crate::airflow::backend::{Backend, ClassPath};
use crate::inputs::EntryKind;
use crate::report::{Findings, Severity};
use crate::rules::{Check, DeploymentContext};

crate::rule! {
    /// # secret-option-holds-value
    ///
    /// ## What it does
    ///
    /// Looks at sensitive options in their `_SECRET` (`_secret`) form and finds those that hold something
    /// else than the id of a secret: a URI, JSON, a Fernet key, an ARN, or the whole name of the secret
    /// with its prefix.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow takes the text as an id, puts `config_prefix` in front and asks the backend for that name.
    /// Nothing has it, nothing is logged, and the default is used: SQLite for `sql_alchemy_conn`, no
    /// encryption at all for `fernet_key`.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW__SECRETS__BACKEND=airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
    /// AIRFLOW__SECRETS__BACKEND_KWARGS={"config_prefix": "/airflow/config"}
    /// AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_SECRET=/airflow/config/sql_alchemy_conn
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:3:44: error[AV504] secret-option-holds-value: `AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_SECRET` holds the whole name of the secret: Airflow puts `config_prefix` in front once more, finds nothing and silently uses its SQLite default
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW__SECRETS__BACKEND=airflow.providers.amazon.aws.secrets.systems_manager.SystemsManagerParameterStoreBackend
    /// AIRFLOW__SECRETS__BACKEND_KWARGS={"config_prefix": "/airflow/config"}
    /// AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_SECRET=sql_alchemy_conn
    /// ```
    ///
    /// ## Versions
    ///
    /// All.
    ///
    /// ## References
    ///
    /// - `_get_secret_option` and `_get_config_value_from_secret_backend` in `airflow/configuration.py`
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/set-config.html>
    "AV504", "secret-option-holds-value", Error, since "0.1.0",
    checks &[Check::Deployment(check)],
}

/// What stands in place of the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// `postgresql+psycopg2://…`; true where only a database, a broker or a web service is meant.
    Uri(bool),
    /// An object or a list.
    Json,
    /// 32 bytes in URL-safe base64.
    FernetKey,
    /// `arn:aws:…`
    Arn,
    /// `config_prefix` and what follows it; so long is the prefix.
    Path(usize),
    /// A `/` in front where the prefix is joined with one already.
    LeadingSlash,
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for reference in references(cx) {
        if let Some((held, mut severity)) = held(cx, &reference) {
            if reference.has_plain_value(cx) {
                severity = severity.min(Severity::Warning);
            }
            tell(cx, &reference, held, severity, findings);
        }
    }
}

/// What the option holds in place of an id, and how sure that is.
pub(super) fn held(
    cx: &DeploymentContext<'_>,
    reference: &Reference<'_>,
) -> Option<(Held, Severity)> {
    let backend = &cx.secrets.main;
    let id = reference.id.expose();
    let option = reference.setting.option.as_str();
    // A class of the user's own may take ids of any form; that of a store can be known to be none.
    let known = backend.known_class().is_some();
    let none = matches!(backend.class_path(), ClassPath::None { .. });
    let own = if known || none {
        Severity::Error
    } else {
        Severity::Warning
    };
    if let Some((scheme, _)) = id.split_once("://") {
        let plain = is_plain_scheme(scheme);
        return match (plain, known, none) {
            (true, ..) => Some((Held::Uri(true), own)),
            (false, true, _) => Some((Held::Uri(false), Severity::Error)),
            (false, _, true) => Some((Held::Uri(false), Severity::Warning)),
            _ => None,
        };
    }
    if id.starts_with(['{', '[']) && crate::syntax::json::parse(&reference.id).is_ok() {
        return Some((Held::Json, own));
    }
    if option == "fernet_key" && id.split(',').all(is_fernet_key) {
        return Some((Held::FernetKey, own));
    }
    path(cx, backend, id)
}

/// Schemes of what these options hold: databases, brokers and Sentry.
fn is_plain_scheme(scheme: &str) -> bool {
    let name = scheme.split('+').next().unwrap_or(scheme);
    matches!(
        name.to_ascii_lowercase().as_str(),
        "postgresql"
            | "postgres"
            | "mysql"
            | "sqlite"
            | "mssql"
            | "oracle"
            | "mariadb"
            | "db"
            | "redis"
            | "rediss"
            | "amqp"
            | "amqps"
            | "pyamqp"
            | "sqs"
            | "sentinel"
            | "kafka"
            | "memory"
            | "file"
            | "http"
            | "https"
    )
}

/// `Fernet(key)`: 32 bytes in URL-safe base64.
fn is_fernet_key(key: &str) -> bool {
    let body = key.trim().strip_suffix('=');
    body.is_some_and(|body| {
        body.len() == 43
            && body
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    })
}

/// The id begins as the whole name does.
fn path(cx: &DeploymentContext<'_>, backend: &Backend<'_>, id: &str) -> Option<(Held, Severity)> {
    let class = backend.known_class()?.class;
    let (prefix, sep) = prefix(cx, backend)?;
    if prefix.is_empty() {
        // The bare id may be any name, an ARN too.
        return None;
    }
    if class.is_aws() && id.starts_with("arn:") {
        return Some((Held::Arn, Severity::Error));
    }
    // Whether the `/` in front is there is another question.
    let name = id.trim_start_matches('/');
    let rest = name.strip_prefix(prefix.trim_start_matches('/'));
    if let Some(rest) = rest.and_then(|rest| rest.strip_prefix(sep.as_str()))
        && !rest.is_empty()
    {
        return Some((Held::Path(id.len() - rest.len()), Severity::Error));
    }
    // `//` cannot stand in the name of a parameter.
    let slashes = class.short_name == "aws_ssm" && id.starts_with('/');
    slashes.then_some((Held::LeadingSlash, Severity::Error))
}

/// What stands before the id in a name: prefix and separator. `None` where that is not known or
/// the backend asks in another way.
fn prefix(cx: &DeploymentContext<'_>, backend: &Backend<'_>) -> Option<(String, String)> {
    let class = backend.known_class()?.class;
    if class.is_aws() {
        let Construction::Built(built) = backend.construct(cx.target) else {
            return None;
        };
        let naming = built.naming?;
        return Some((naming.prefix(EntryKind::Config)?.to_owned(), naming.sep));
    }
    let text = |name: &str| match backend.kwarg(name) {
        Some(kwarg) if kwarg.value.is_known() => Some(kwarg.value.string()?.expose().to_owned()),
        Some(_) => None,
        None => Some(class.kwarg(name)?.default.as_str()?.to_owned()),
    };
    if !backend.knows_all_kwargs() {
        return None;
    }
    let prefix = text("config_prefix").or_else(|| text("config_path"))?;
    // Vault has no `sep`: a path is joined with a slash.
    let sep = if class.kwarg("sep").is_some() {
        text("sep")?
    } else {
        "/".to_owned()
    };
    Some((prefix.trim_end_matches('/').to_owned(), sep))
}

fn tell(
    cx: &DeploymentContext<'_>,
    reference: &Reference<'_>,
    held: Held,
    severity: Severity,
    findings: &mut Findings,
) {
    let whole: Range<usize> = 0..reference.id.len();
    let lookup = "takes it as the id of a secret, finds none and";
    let (what, range, instead) = match held {
        Held::Uri(true) => ("holds the value itself, a URI".to_owned(), whole, INSTEAD),
        Held::Uri(false) => ("holds a URI".to_owned(), whole, INSTEAD),
        Held::Json => ("holds the value itself, JSON".to_owned(), whole, INSTEAD),
        Held::FernetKey => ("holds a Fernet key itself".to_owned(), whole, INSTEAD),
        Held::Arn => (
            "holds an ARN".to_owned(),
            whole,
            "write the id: the part of the name below `config_prefix`",
        ),
        Held::Path(length) => (
            "holds the whole name of the secret".to_owned(),
            0..length,
            "write only the part below `config_prefix`",
        ),
        Held::LeadingSlash => (
            "begins with `/`".to_owned(),
            0..1,
            "write the part below `config_prefix`, without `/` in front",
        ),
    };
    let lookup = match held {
        Held::Path(_) => "puts `config_prefix` in front once more, finds nothing and",
        Held::LeadingSlash => "asks for a name with `//`, which no parameter has, and",
        _ => lookup,
    };
    let place = crate::source::Place::new(reference.setting.file, reference.id.span(range));
    let message = format!(
        "`{}` {what}: Airflow {lookup} {}",
        reference.name(),
        reference.consequence(cx)
    );
    findings
        .report(&RULE, place, reference.subject(), message)
        .help(instead)
        .severity(severity);
}

const INSTEAD: &str =
    "store the value in the backend and write its id, or set the option without `_secret`";
