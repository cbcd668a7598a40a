//! AV711: ids that are taken for the name of a team and another id.

use crate::airflow::Version;
use crate::airflow::backend::multi_team;
use crate::inputs::env::is_public_name;
use crate::inputs::{Definition, Notation};
use crate::report::{Findings, Severity};
use crate::rules::{Carrier, Check, DeploymentContext, EntryContext};
use crate::source::{Place, Span};

crate::rule! {
    /// # id-with-team-separator
    ///
    /// ## What it does
    ///
    /// Finds ids that hold the text which separates a team from an id: `--` in the two AWS stores, `___` in the
    /// names of environment variables.
    ///
    /// ## Why is this bad?
    ///
    /// With `[core] multi_team`, a team's own secrets are kept as `<team>--<id>` and `AIRFLOW_CONN__<TEAM>___<ID>`. The AWS
    /// backends of amazon 9.27.0 to 9.33.0 refuse every id of the form `word--rest` to callers without a team,
    /// with multi-team mode on or off, and answer that there is no such secret. Environment variables: Airflow
    /// 3.2.0 to 3.3.0 refuse `_word___rest` in the same way, and from 3.3.1 on, with multi-team mode on, no id with `___` is
    /// looked up at all.
    ///
    /// ## Example
    ///
    /// ```json
    /// {"/airflow/connections/sales--db": "postgres://etl:example-pw@db.example.com/sales"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// dump.json:1:29: warning[AV711] id-with-team-separator: amazon 9.28.0 takes what stands before `--` for a team and refuses the id: the value is never found, unless `[core] multi_team` is on
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {"/airflow/connections/sales-db": "postgres://etl:example-pw@db.example.com/sales"}
    /// ```
    ///
    /// ## Versions
    ///
    /// amazon 9.27.0 to 9.33.0; Airflow 3.2.0 and later for environment variables. From amazon 9.34.0 on `--` matters only
    /// with multi-team mode on, where the name may be a team's own: nothing is said of it.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/changelog.html>
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/multi-team.html>
    "AV711", "id-with-team-separator", Error, since "0.1.0",
    checks &[Check::Entry(check), Check::Deployment(check_environment)],
}

/// Releases of the amazon provider whose `_get_secret` refuses `[^-]+--.+`.
const REFUSED_SINCE: Version = Version::new(9, 27, 0);
/// See [`REFUSED_SINCE`]; from here on only with multi-team mode on.
const REFUSED_UNTIL: Version = Version::new(9, 34, 0);
/// First release that knows `[core] multi_team`.
const TEAMS: Version = Version::new(3, 2, 0);
/// From here on `EnvironmentVariablesBackend` looks at `[core] multi_team` before it refuses.
const ASKS_FIRST: Version = Version::new(3, 3, 1);

fn check(context: &EntryContext<'_>, findings: &mut Findings) {
    // Most ids hold none, and a store has a million.
    let Some(rest) = rest_of_team(&context.id) else {
        return;
    };
    let target = context.target;
    let refuses = (REFUSED_SINCE..REFUSED_UNTIL).contains(&target.amazon());
    if matches!(
        context.carrier,
        Carrier::Env | Carrier::Local | Carrier::Command
    ) || context.kind.is_none()
        || context.is_elsewhere()
        || !refuses
    {
        return;
    }
    let teams = context.backend.and_then(|backend| backend.multi_team);
    if teams == Some(true) {
        return;
    }
    let certain = target.airflow < TEAMS || teams == Some(false);
    let mut message = format!(
        "amazon {} takes what stands before `--` for a team and refuses the id: the value is never found",
        target.amazon()
    );
    if !certain {
        message.push_str(", unless `[core] multi_team` is on");
    }
    let place = context.name_place;
    let separator = place.span.end.checked_sub(rest.len() + 2);
    let written = place.span.len() == context.name.len();
    let place = separator.filter(|_| written).map_or(place, |start| {
        Place::new(place.file, Span::new(start, start + 2))
    });
    findings
        .report(&RULE, place, context.subject(), message)
        .severity(if certain {
            Severity::Error
        } else {
            Severity::Warning
        })
        .help("rename it without `--`, or use amazon 9.34.0 or later");
}

/// The end of an id that fully matches `[^-]+--.+`.
fn rest_of_team(id: &str) -> Option<&str> {
    let dash = memchr::memchr(b'-', id.as_bytes())?;
    let (team, rest) = id.split_at(dash);
    let rest = rest.strip_prefix("--")?;
    let matches = !team.is_empty() && !rest.is_empty() && !rest.contains('\n');
    matches.then_some(rest)
}

fn check_environment(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    let target = cx.target;
    if target.airflow < TEAMS || target.is_guess() {
        return;
    }
    let definitions = cx.inputs.iter().flat_map(|input| &input.definitions);
    let mut teams = None;
    // A local file, and the metadata database, know no such form.
    let environment = definitions.filter(|definition| definition.notation == Notation::Env);
    for definition in environment.filter(|definition| definition.id.contains("___")) {
        let on = *teams.get_or_insert_with(|| multi_team(cx.settings, target));
        let of_team = is_team_form(&definition.id);
        let what = if of_team && on == Some(false) && target.airflow < ASKS_FIRST {
            "with `[core] multi_team` off, no lookup finds this variable, which has the form of a team's own"
        } else if !of_team && on == Some(true) && target.airflow >= ASKS_FIRST {
            "with `[core] multi_team` on, Airflow looks up no id that holds `___` in the environment"
        } else {
            continue;
        };
        report(cx, findings, definition, what);
    }
}

/// Fully matches `_[^_]+___.+`.
fn is_team_form(id: &str) -> bool {
    let form = id.strip_prefix('_').and_then(|rest| rest.split_once("___"));
    form.is_some_and(|(team, rest)| !team.is_empty() && !team.contains('_') && !rest.is_empty())
}

fn report(
    cx: &DeploymentContext<'_>,
    findings: &mut Findings,
    definition: &Definition,
    what: &str,
) {
    let input = cx.inputs.iter().find(|input| input.id == definition.file);
    let bytes = input.and_then(|input| {
        let span = definition.name;
        input.bytes.get(span.start..span.end)
    });
    let name = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
    let subject = name.filter(|name| is_public_name(name)).unwrap_or("?");
    let place = Place::new(definition.file, definition.name);
    findings
        .report(&RULE, place, subject, what.to_owned())
        .help("write a single underscore where three stand");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_look_like_a_teams_own() {
        for (id, expected) in [
            ("sales--db", Some("db")),
            ("a---b", Some("-b")),
            ("a--b--c", Some("b--c")),
            ("my-team--db", None),
            ("--db", None),
            ("db--", None),
            ("sales-db", None),
        ] {
            assert_eq!(rest_of_team(id), expected, "{id}");
        }
        for (id, expected) in [
            ("_sales___db", true),
            ("_sales___db___x", true),
            ("sales___db", false),
            ("_my_team___db", false),
            ("____db", false),
        ] {
            assert_eq!(is_team_form(id), expected, "{id}");
        }
    }
}
