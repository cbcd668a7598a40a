//! AV607: the environment and airflow.cfg set the same option to different values.

use std::collections::BTreeMap;

use super::written::{Written, of_deployment};
use crate::airflow::Version;
use crate::airflow::config::{read_bool, read_float, read_int};
use crate::airflow::data::{OptionType, options};
use crate::inputs::{Form, Origin};
use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, DeploymentContext};

rule! {
    /// # environment-overrides-file
    ///
    /// ## What it does
    ///
    /// Finds options that both `airflow.cfg` and an `AIRFLOW__…` variable of the same deployment set, to
    /// different values. The finding stands at the variable.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow takes the variable, even an empty one. Whoever changes the file later wonders why nothing
    /// happens.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [core]
    /// parallelism = 16
    /// ```
    ///
    /// ```dotenv
    /// AIRFLOW__CORE__PARALLELISM=32
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:1: info[AV607] environment-overrides-file: `AIRFLOW__CORE__PARALLELISM` comes before `parallelism` in `[core]` of the file, which has another value
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [core]
    /// parallelism = 32
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - `AirflowConfigParser._lookup_sequence` in `airflow/configuration.py`
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/set-config.html>
    "AV607", "environment-overrides-file", Info, since "0.1.0",
    checks &[Check::Deployment(check)],
}

/// The classes of secrets backends.
const CLASSES: &[(&str, &str)] = &[("secrets", "backend"), ("workers", "secrets_backend")];

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    let airflow = cx.target.airflow;
    // By the name that Airflow asks for: an old name in the environment comes before the file too.
    let mut in_file: BTreeMap<(&str, &str), Written<'_>> = BTreeMap::new();
    let mut in_environment: BTreeMap<(&str, &str), Written<'_>> = BTreeMap::new();
    for written in of_deployment(cx) {
        let Some(asked) = written.asked(airflow) else {
            continue;
        };
        if written.setting.form != Form::Plain {
            continue;
        }
        match written.setting.origin {
            Origin::Cfg => {
                in_file.entry(asked).or_insert(written);
            }
            Origin::Env => {
                in_environment.insert(asked, written);
            }
        }
    }
    for (asked, variable) in in_environment {
        // AV107 says what follows.
        if CLASSES.contains(&asked) && variable.setting.value.is_empty() {
            continue;
        }
        let Some(option) = in_file.get(&asked) else {
            continue;
        };
        let (Some(ours), Some(theirs)) = (variable.read_value(cx), option.read_value(cx)) else {
            continue;
        };
        if is_same(asked, ours.expose(), theirs.expose(), airflow) {
            continue;
        }
        findings
            .report(
                &RULE,
                variable.place(),
                variable.subject(),
                format!(
                    "{} comes before {} of the file, which has another value",
                    variable.words(),
                    option.words()
                ),
            )
            .help("remove one of the two, or give both the same value")
            .related(
                option.setting.value_place(),
                "Airflow does not read this value",
            );
    }
}

/// Airflow makes the same of both values.
fn is_same((section, option): (&str, &str), one: &str, other: &str, airflow: Version) -> bool {
    if one == other {
        return true;
    }
    let kind = options().get(section, option).map(|facts| facts.kind);
    match kind {
        Some(OptionType::Integer) => same(read_int(one, airflow), read_int(other, airflow)),
        Some(OptionType::Float) => same(read_float(one), read_float(other)),
        // Booleans, and options of which the table does not say that they are.
        _ => same(read_bool(one), read_bool(other)),
    }
}

fn same<T: PartialEq + Copy>(one: Option<T>, other: Option<T>) -> bool {
    one.is_some() && one == other
}
