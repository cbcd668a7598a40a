//! AV702: a connection below the prefix of variables.

use crate::airflow::lookup::Coverage;
use crate::aws::names::is_store_name;
use crate::inputs::EntryKind;
use crate::report::Findings;
use crate::rule;
use crate::rules::{Carrier, Check, EntryContext};
use crate::source::Text;
use crate::syntax::json;

rule! {
    /// # wrong-tree
    ///
    /// ## What it does
    ///
    /// Reports a stored value below the variables prefix that is plainly a connection: a JSON object
    /// with `conn_type`, or a database URI with a password under an id such as `…_default` or `…_conn`.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow never looks for a connection below the variables prefix, so `conn_id` lookups miss it.
    /// And logs mask the password of a connection, but a variable only if its name looks like that of
    /// a secret.
    ///
    /// A variable may hold any text, a database URI too: without further signs nothing is said.
    ///
    /// ## Example
    ///
    /// ```json
    /// {"Parameters": [
    ///   {"Name": "/airflow/variables/smtp_default", "Type": "SecureString",
    ///    "Value": "{\"conn_type\": \"smtp\", \"host\": \"relay\"}"}
    /// ]}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// dump.json:2:13: warning[AV702] wrong-tree: `/airflow/variables/smtp_default` holds a connection in JSON (`conn_type`), below the prefix of variables: no lookup of a connection finds it there
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {"Parameters": [
    ///   {"Name": "/airflow/connections/smtp_default", "Type": "SecureString",
    ///    "Value": "{\"conn_type\": \"smtp\", \"host\": \"relay\"}"}
    /// ]}
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - `get_conn_value` and `get_variable` of the AWS backends
    "AV702", "wrong-tree", Warning, since "0.1.0",
    checks &[Check::Entry(check)],
}

/// Registered connection types whose URIs hold credentials. Others (`http`, `aws`, `file`) are
/// frequent in variables.
const DATABASES: [&str; 9] = [
    "mongo",
    "mssql",
    "mysql",
    "oracle",
    "postgres",
    "redis",
    "redshift",
    "snowflake",
    "trino",
];

fn check(cx: &EntryContext<'_>, findings: &mut Findings) {
    let (EntryKind::Variable, Some(value)) = (cx.kind.unwrap_or(EntryKind::Config), cx.value)
    else {
        return;
    };
    if matches!(cx.carrier, Carrier::Env | Carrier::Local | Carrier::Command)
        || cx.facts.encrypted
        || !value.text().is_known()
    {
        return;
    }
    let Some(form) = connection_form(value.text(), &cx.id) else {
        return;
    };
    let place = cx.name_place;
    let name = if is_store_name(&cx.name) {
        format!("`{}`", cx.name)
    } else {
        "this name".to_owned()
    };
    let finding = findings.report(
        &RULE,
        place,
        cx.subject(),
        format!("{name} holds {form}, below the prefix of variables: no lookup of a connection finds it there"),
    );
    let moved = cx
        .naming
        .filter(|_| is_store_name(&cx.name))
        .and_then(|naming| naming.name_for(EntryKind::Connection, &cx.id))
        .filter(|moved| is_store_name(moved));
    match (moved, cx.coverage) {
        (Some(moved), Some(Coverage::Covered { .. })) => {
            finding.help(format!("store it as `{moved}`"));
        }
        _ => {
            finding.help("store it below the connections prefix");
        }
    }
}

/// The form of a value that is plainly a connection.
fn connection_form(value: &Text, id: &str) -> Option<&'static str> {
    let text = value.expose().trim();
    if text.starts_with('{') {
        let trimmed = value.trim_matches(char::is_whitespace);
        let tree = json::parse(&trimmed).ok()?;
        let typed = tree.root().get("conn_type")?;
        let reachable = ["host", "login", "password", "extra", "uri"]
            .iter()
            .any(|key| tree.root().get(key).is_some());
        return (typed.kind() == json::Kind::String && reachable)
            .then_some("a connection in JSON (`conn_type`)");
    }
    let (scheme, rest) = text.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let base = scheme.split('+').next().unwrap_or_default();
    let base = if base == "postgresql" {
        "postgres"
    } else {
        base
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (credentials, host) = authority.rsplit_once('@')?;
    let password = credentials
        .split_once(':')
        .is_some_and(|(_, word)| !word.is_empty());
    let named = id.ends_with("_default")
        || id.ends_with("_conn")
        || id.ends_with("_conn_id")
        || id.ends_with("_connection")
        || id.starts_with("conn_");
    let plain = DATABASES.contains(&base) && password && !host.is_empty() && named;
    plain.then_some("the URI of a connection")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_types_are_registered() {
        let types = include_str!("../../../schemas/data/conn_types.json");
        let types: serde_json::Value = serde_json::from_str(types).unwrap();
        for name in DATABASES {
            assert!(types["types"].get(name).is_some(), "{name}");
        }
    }

    #[test]
    fn only_what_is_plainly_a_connection_is_one() {
        let form = |value: &str, id: &str| connection_form(&Text::verbatim(value, 0), id);
        assert!(form(r#"{"conn_type": "smtp", "host": "relay"}"#, "x").is_some());
        assert!(form("postgresql+psycopg2://u:p@h/d", "main_default").is_some());
        for (value, id) in [
            (r#"{"conn_type": "smtp"}"#, "x"),
            (r#"{"conn_type": ["a"], "host": "b"}"#, "x"),
            (r#"{"host": "relay"}"#, "x"),
            (r#"{"conn_type": "smtp", "host""#, "x"),
            ("postgres://u:p@h/d", "database_url"),
            ("postgres://h/d", "main_default"),
            ("https://u:p@h/d", "api_default"),
            ("s3://bucket/key", "bucket_conn"),
            ("hello", "x_default"),
            ("", "x_default"),
        ] {
            assert_eq!(form(value, id), None, "{value}");
        }
    }
}
