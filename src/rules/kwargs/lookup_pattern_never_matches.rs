//! AV216: a lookup pattern that matches no id anybody would have.

use super::call::{self, Call, Kwarg};
use super::invalid_lookup_pattern::patterns;
use crate::airflow::pattern::Pattern;
use crate::inputs::{EntryKind, Kind as StoreKind};
use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, DeploymentContext, StoreContext};
use crate::source::Text;

rule! {
    /// # lookup-pattern-never-matches
    ///
    /// ## What it does
    ///
    /// Tries a lookup pattern on the ids of an export, if there is one, else on typical ids, and on
    /// what is behind the prefix. It warns when the pattern holds the prefix itself, when it consists
    /// of blanks, when it would be found inside typical ids but not at their start, and when it takes
    /// none of the ids (three or more) of an export.
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
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:3:94: warning[AV216] lookup-pattern-never-matches: `connections_lookup_pattern` must match from the first character of the id: ids that end or go on like this are not looked up here
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
    checks &[Check::Deployment(check), Check::Store(check_store)],
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
            // Where there is an export, its ids are tried instead.
            let exported = cx.inputs.iter().any(|input| match input.kind {
                StoreKind::Ssm => call.class.short_name == "aws_ssm",
                StoreKind::SecretsManager => call.class.short_name == "aws_secrets_manager",
                kind => kind == StoreKind::FlatStore,
            });
            one(&call, prefix, kwarg, &text, &pattern, !exported, findings);
        }
    }
}

/// Fewer ids than this in an export say nothing of those that the pattern is for.
const ENOUGH: usize = 3;

fn check_store(cx: &StoreContext<'_>, findings: &mut Findings) {
    let Some(call) = cx
        .backend
        .and_then(|backend| call::call(cx.target, backend))
    else {
        return;
    };
    for (prefix, kwarg, text) in patterns(&call) {
        let Ok(pattern) = Pattern::new(text.expose(), cx.target.python) else {
            continue;
        };
        let kind = match prefix {
            "connections_prefix" => EntryKind::Connection,
            "variables_prefix" => EntryKind::Variable,
            _ => EntryKind::Config,
        };
        if cx.tally.pattern_takes[kind as usize] || text.expose().trim().is_empty() {
            continue;
        }
        if holds_prefix(&call, prefix, text.expose(), &pattern) {
            continue;
        }
        let (ids, _) = cx.tally.of(kind);
        if only_inside(text.expose(), &pattern) {
            one(&call, prefix, kwarg, &text, &pattern, true, findings);
        } else if ids >= ENOUGH {
            let message = format!(
                "`{}` takes none of the {ids} ids that an export of the store holds: this backend is never asked for them",
                kwarg.name
            );
            findings
                .report(&RULE, kwarg.place(), call.subject(kwarg), message)
                .help("write a pattern that takes the ids this backend is for, from their first character on");
        }
    }
}

fn one(
    call: &Call<'_>,
    prefix: &'static str,
    kwarg: &Kwarg<'_>,
    text: &Text,
    pattern: &Pattern,
    try_typical_ids: bool,
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
    } else if try_typical_ids && only_inside(value, pattern) {
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
