//! AV216: a lookup pattern that matches no id anybody would have.

use super::call::{self, Call, Kwarg};
use super::invalid_lookup_pattern::patterns;
use crate::airflow::pattern::Pattern;
use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, DeploymentContext};
use crate::source::Text;

rule! {
    /// # lookup-pattern-never-matches
    ///
    /// ## What it does
    ///
    /// Tries a lookup pattern on typical ids and on what is behind the prefix. It warns when the
    /// pattern holds the prefix itself, when it consists of blanks, and when it would be found
    /// inside typical ids but not at their start.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow uses `re.match` on the bare id: the pattern must match from the first character on,
    /// and the prefix is not part of what is looked at. A pattern that never matches turns the
    /// backend off for that kind, without a word.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "airflow/connections", "connections_lookup_pattern": "_default$"}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "airflow/connections", "connections_lookup_pattern": ".*_default$"}
    /// ```
    ///
    /// ## Versions
    ///
    /// Patterns are read since amazon 7.3.0.
    ///
    /// ## References
    ///
    /// - <https://docs.python.org/3/library/re.html#search-vs-match>
    "AV216", "lookup-pattern-never-matches", Warning, since "0.1.0",
    checks &[Check::Deployment(check)],
}

/// Ids such as people have.
const IDS: &[&str] = &[
    "aws_default",
    "postgres_default",
    "google_cloud_default",
    "snowflake_default",
    "my_db",
    "team_a_db",
    "etl-dev",
    "warehouse_dev",
    "db_test",
    "warehouse_staging",
    "reporting_db_prod",
    "my-service-prod",
    "s3_bucket_name",
    "api_conn",
    "mysql_conn_id",
    "environment",
    "my_secret",
    "api-key",
    "smtp",
    "sql_alchemy_conn",
    "fernet_key",
    "broker_url",
    "result_backend",
];

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for call in call::calls(cx) {
        for (prefix, kwarg, text) in patterns(&call) {
            let Ok(pattern) = Pattern::new(text.expose(), cx.target.python) else {
                continue;
            };
            one(&call, prefix, kwarg, &text, &pattern, findings);
        }
    }
}

fn one(
    call: &Call<'_>,
    prefix: &'static str,
    kwarg: &Kwarg<'_>,
    text: &Text,
    pattern: &Pattern,
    findings: &mut Findings,
) {
    let value = text.expose();
    let name = &kwarg.name;
    let (message, help) = if value.trim().is_empty() {
        (
            format!("`{name}` is blank: no id begins with a blank, so this backend is never asked"),
            format!(
                "write null to look everything up, or null as `{prefix}` to switch the kind off"
            ),
        )
    } else if holds_prefix(call, prefix, value, pattern) {
        (
            format!(
                "`{name}` holds the prefix, but it is compared with the bare id: nothing matches, and this backend is never asked"
            ),
            String::from("write the pattern for what stands behind the prefix"),
        )
    } else if only_inside(value, pattern) {
        (
            format!(
                "`{name}` must match from the first character of the id: ids that end or go on like this are not looked up here"
            ),
            String::from("put `.*` in front"),
        )
    } else {
        return;
    };
    findings
        .report(&RULE, kwarg.place(), call.subject(kwarg), message)
        .help(help);
}

/// The pattern takes the whole name in the store and no bare id.
fn holds_prefix(call: &Call<'_>, prefix: &str, value: &str, pattern: &Pattern) -> bool {
    let given = call.kwarg(prefix).map(Kwarg::known_string);
    let written = match given {
        // Not known, or no string.
        Some(None) => return false,
        Some(Some(text)) => text.expose().to_owned(),
        None => call
            .class
            .kwarg(prefix)
            .and_then(|fact| fact.default.as_str())
            .unwrap_or_default()
            .to_owned(),
    };
    let bare = written.trim_matches('/');
    if bare.is_empty() || !value.contains('/') {
        return false;
    }
    let none_bare = IDS.iter().all(|id| pattern.matches(id) == Some(false));
    none_bare
        && IDS.iter().any(|id| {
            let with_slash = format!("/{bare}/{id}");
            pattern.matches(&with_slash) == Some(true)
                || pattern.matches(&with_slash[1..]) == Some(true)
        })
}

/// Found inside typical ids, never at their start. A pattern with an anchor of its own is taken at
/// its word.
fn only_inside(value: &str, pattern: &Pattern) -> bool {
    if value.starts_with(['^', '(']) || value.starts_with("\\A") {
        return false;
    }
    let mut inside = false;
    for id in IDS {
        match pattern.matches(id) {
            Some(false) => {}
            // It matches, or that is not known.
            Some(true) | None => return false,
        }
        inside |= id
            .char_indices()
            .skip(1)
            .any(|(at, _)| pattern.matches(&id[at..]) == Some(true));
    }
    inside
}
