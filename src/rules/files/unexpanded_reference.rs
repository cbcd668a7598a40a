//! AV013: `${NAME}` in a value that nothing expands any more.

use std::ops::Range;

use crate::airflow::expansion::references;
use crate::inputs::EntryKind;
use crate::report::Findings;
use crate::rule;
use crate::rules::{Carrier, Check, EntryContext};
use crate::source::Place;

rule! {
    /// # unexpanded-reference
    ///
    /// ## What it does
    ///
    /// Finds `${NAME}` in connections, and variables that are nothing but `${NAME}`, where the reader of
    /// the file leaves it as it is: in single quotes of a `.env` file, in a dialect that expands nothing
    /// (`docker`, `systemd`, `astro-standalone`), in a secret store, in a local secrets file. Names in
    /// capital letters only: `${spark.home}` and its like are meant for others.
    ///
    /// `AIRFLOW__` variables and airflow.cfg are left alone: those Airflow expands itself.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow takes `AIRFLOW_CONN_` and `AIRFLOW_VAR_` values and what a backend returns as they are. The
    /// text `${DB_PASSWORD}` becomes the password.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// DB_PASSWORD=hunter2
    /// AIRFLOW_CONN_MAIN_DB='postgres://app:${DB_PASSWORD}@db.example.com/app'
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:2:38: warning[AV013] unexpanded-reference: `${…}` stands in this connection: the reader of this file leaves it as it is, and Airflow expands nothing in such a variable
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// DB_PASSWORD=hunter2
    /// AIRFLOW_CONN_MAIN_DB="postgres://app:${DB_PASSWORD}@db.example.com/app"
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases. Who expands what depends on the reader of the file (`--env-dialect`): compose and
    /// shells expand outside of single quotes, python-dotenv expands everywhere, docker and systemd
    /// nowhere.
    ///
    /// ## References
    ///
    /// - `EnvironmentVariablesBackend` in `airflow/secrets/environment_variables.py`
    /// - <https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/>
    "AV013", "unexpanded-reference", Warning, since "0.1.0",
    checks &[Check::Entry(check)],
}

fn check(cx: &EntryContext<'_>, findings: &mut Findings) {
    let (Some(kind), Some(value)) = (cx.kind, cx.value) else {
        return;
    };
    // Nearly every value holds none.
    if cx.is_quiet || cx.is_sample || cx.facts.encrypted || !may_stand_in(value.expose()) {
        return;
    }
    let found = match kind {
        EntryKind::Connection => first(value.expose()),
        EntryKind::Variable => {
            first(value.expose()).filter(|range| range.len() == value.expose().len())
        }
        EntryKind::Config => None,
    };
    let Some(range) = found else {
        return;
    };
    let value = value.text();
    if !value.is_known_in(range.clone()) {
        return;
    }
    let what = kind.word();
    let (who, help) = match cx.carrier {
        Carrier::Env => (
            "the reader of this file leaves it as it is, and Airflow expands nothing in such a variable",
            "use double quotes where the reader expands in them, or write the value itself",
        ),
        Carrier::Local => (
            "Airflow expands nothing in a local secrets file",
            "write the value itself",
        ),
        Carrier::Command => (
            "nothing puts a value in its place, and Airflow expands nothing in what it stores",
            "write the value itself, or in a script double quotes around it",
        ),
        Carrier::Ssm | Carrier::SecretsManager | Carrier::Flat | Carrier::Elsewhere => (
            "Airflow expands nothing in what a backend returns",
            "store the value itself",
        ),
    };
    let place = Place::new(cx.name_place.file, value.span(range));
    let message = format!("`${{…}}` stands in this {what}: {who}");
    findings
        .report(&RULE, place, cx.subject(), message)
        .help(help);
}

/// False where [`first`] finds nothing, told sooner.
pub(crate) fn may_stand_in(value: &str) -> bool {
    memchr::memchr(b'$', value.as_bytes()).is_some() && value.contains("${")
}

/// The first `${NAME}` in capital letters.
fn first(value: &str) -> Option<Range<usize>> {
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_uppercase() || first == '_')
            && name
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    references(value)
        .into_iter()
        .filter(|one| one.range.len() > one.name.len() + 1)
        .find(|one| is_name(&value[one.name.clone()]))
        .map(|one| one.range)
}
