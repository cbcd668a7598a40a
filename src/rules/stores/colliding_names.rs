//! AV710: two names in one export that are one to somebody.

use super::told;
use crate::inputs::{EntryKind, Kind};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Carrier, Check, EntryContext};
use crate::source::{Place, Span};

rule! {
    /// # colliding-names
    ///
    /// ## What it does
    ///
    /// Finds a connection, variable or option that stands twice in one export with different values,
    /// and ids that differ only in upper and lower case or in a `/` in front.
    ///
    /// In a map of names and values two values for one name are an error: whatever loads the file
    /// keeps one of them. In an answer of AWS they are a warning, because answers of several regions or
    /// accounts may have been put into one file. Names that differ in case or slash are a warning with
    /// different values, else an info. The versions of one parameter (`get-parameter-history`) and the
    /// same name twice with the same value are not reported.
    ///
    /// ## Why is this bad?
    ///
    /// A store holds one value for a name, so one of the two is not what Airflow gets. The stores and
    /// Airflow's lookups tell upper from lower case, but environment variables do not:
    /// `AIRFLOW_CONN_MAIN_DB` stands for `main_db` and for `Main_DB`. Two such ids with different
    /// values are mostly one that was stored again under another spelling.
    ///
    /// ## Example
    ///
    /// ```json
    /// {"airflow/variables/stage": "prod",
    ///  "airflow/variables/stage": "test"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// dump.json:2:3: error[AV710] colliding-names: `airflow/variables/stage` stands twice with different values: whatever loads the file keeps one of them
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {"airflow/variables/stage": "prod"}
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - `EnvironmentVariablesBackend` in `airflow/secrets/environment_variables.py`
    /// - `json.loads` in Python's standard library: of two equal keys the last counts
    "AV710", "colliding-names", Error, since "0.1.0",
    checks &[Check::Entry(check)],
}

fn check(cx: &EntryContext<'_>, findings: &mut Findings) {
    let (Some(earlier), Some(kind)) = (cx.earlier, cx.kind) else {
        return;
    };
    let name = told::named(cx);
    let differing = if earlier.other_value {
        Severity::Warning
    } else {
        Severity::Info
    };
    let (severity, message, help) = if earlier.same_name {
        if !earlier.other_value {
            return;
        }
        twice(cx, &name)
    } else if earlier.other_slash {
        // A `//` that the settings do not ask for is AV701's.
        if cx.near_miss && cx.naming.is_some_and(|naming| naming.from_settings) {
            return;
        }
        (
            differing,
            format!(
                "{name} differs from an earlier name only in a `/`: a lookup asks for one of them"
            ),
            "keep the one that the backend asks for",
        )
    } else {
        let variable = match kind {
            EntryKind::Connection => "AIRFLOW_CONN_…",
            EntryKind::Variable => "AIRFLOW_VAR_…",
            EntryKind::Config => return,
        };
        (
            differing,
            format!(
                "{name} differs from an earlier name only in upper and lower case: a lookup tells them apart, an \
                 environment variable (`{variable}`) does not"
            ),
            "keep one of them, unless both are meant",
        )
    };
    let first = Place::new(cx.name_place.file, Span::at(earlier.offset));
    let label = if earlier.same_name {
        "it stands here first"
    } else {
        "the earlier name"
    };
    findings
        .report(&RULE, cx.name_place, cx.subject(), message)
        .severity(severity)
        .help(help)
        .related(first, label);
}

fn twice(cx: &EntryContext<'_>, name: &str) -> (Severity, String, &'static str) {
    if cx.carrier == Carrier::Flat {
        return (
            Severity::Error,
            format!(
                "{name} stands twice with different values: whatever loads the file keeps one of them"
            ),
            "remove the one that does not hold",
        );
    }
    if cx
        .naming
        .is_some_and(|naming| naming.store == Kind::KubernetesSecret)
    {
        return (
            Severity::Warning,
            format!(
                "{name} is the label of two Secrets with different values: Airflow takes the first that it is given"
            ),
            "let one Secret have the label, or export one namespace into one file",
        );
    }
    (
        Severity::Warning,
        format!("{name} stands twice with different values: a store holds one value for a name"),
        "export one region and account into one file, each name once",
    )
}
