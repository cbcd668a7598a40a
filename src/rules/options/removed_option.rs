//! AV602: an option that the target's release does not have any more.

use std::collections::BTreeMap;

use super::outdated::{Outdated, outdated, summarise};
use super::written::Written;
use crate::airflow::Version;
use crate::airflow::changes::{changes, has_section, section_end};
use crate::inputs::Kind;
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, FileContext};

rule! {
    /// # removed-option
    ///
    /// ## What it does
    ///
    /// Finds options that a release of Airflow took away, in `airflow.cfg` and as `AIRFLOW__…` variables, and
    /// the few values that `airflow config lint` asks to remove.
    ///
    /// Without a chosen release there is one info for each file that counts what was removed, renamed or got
    /// another default up to the newest release.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow ignores the option without a word, so that what it was there for does not happen any more.
    ///
    /// A section that is gone as a whole (`[atlas]`, `[dask]`, `[smart_sensor]`) is one info: code of your own
    /// may read it.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [core]
    /// check_slas = True
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:2:1: warning[AV602] removed-option: Airflow 3.3.2 has no `check_slas` in `[core]` and silently ignores it: it was removed in 3.0
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [core]
    /// parallelism = 16
    /// ```
    ///
    /// ## Versions
    ///
    /// Each option from the release on that lacks it: the table knows the options of 2.0 to 3.3.2, those of
    /// 1.8 to 1.10, and what `airflow config lint` of each release lists.
    ///
    /// ## References
    ///
    /// - `CONFIGS_CHANGES` in `airflow/cli/commands/config_command.py`
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/configurations-ref.html>
    "AV602", "removed-option", Warning, since "0.1.0",
    checks &[Check::File(check)],
}

/// Set by the `values.yaml` of the official chart itself, for Airflow 1.10: whoever copies it is not to blame.
const OF_CHART: &[(&str, &str)] = &[
    ("webserver", "rbac"),
    ("scheduler", "run_duration"),
    ("kubernetes", "airflow_configmap"),
    ("kubernetes", "airflow_local_settings_configmap"),
];

/// The option stands in the values of a chart, which sets it by itself.
fn is_of_chart(cx: &FileContext<'_>, written: Written<'_>) -> bool {
    let around = cx.input.inside.as_ref().map(|inside| inside.kind);
    around == Some(Kind::Helm) && OF_CHART.contains(&(written.section, written.option()))
}

/// What takes the place of some options.
const INSTEAD: &[(&str, &str, &str)] = &[
    (
        "smtp",
        "smtp_user",
        "set the login of the connection `smtp_default`",
    ),
    (
        "smtp",
        "smtp_password",
        "set the password of the connection `smtp_default`",
    ),
];

fn check(cx: &FileContext<'_>, findings: &mut Findings) {
    if cx.target.is_guess() {
        summarise(&RULE, cx.input, cx.target, findings);
        return;
    }
    let airflow = cx.target.airflow;
    // Sections that are gone as a whole, and what stands in them.
    let mut sections: BTreeMap<&str, Vec<Written<'_>>> = BTreeMap::new();
    for (written, what) in outdated(cx.input, cx.target) {
        match what {
            Outdated::Removed { since } => {
                let listed = changes(written.section, written.option(), airflow).next();
                if listed.is_some() || has_section(written.section, airflow) {
                    gone(cx, written, since, findings);
                } else {
                    sections.entry(written.section).or_default().push(written);
                }
            }
            Outdated::ValueRemoved => value_gone(cx, written, findings),
            Outdated::Renamed { .. } | Outdated::Default(_) => {}
        }
    }
    for (section, list) in sections {
        section_gone(cx, section, &list, findings);
    }
}

/// Code of one's own may read such a section: a lineage backend for Atlas, say.
fn section_gone(
    cx: &FileContext<'_>,
    section: &str,
    list: &[Written<'_>],
    findings: &mut Findings,
) {
    let Some(first) = list.first() else {
        return;
    };
    let since = section_end(section);
    let count = match list.len() {
        1 => "the option".to_owned(),
        count => format!("the {count} options"),
    };
    findings
        .report(
            &RULE,
            first.place(),
            format!("{section}.*"),
            format!(
                "Airflow {} has no section `[{section}]` since {}.{}: only code of your own can read {count} in it",
                cx.target.airflow, since.major, since.minor
            ),
        )
        .severity(Severity::Info)
        .help("remove the section, if nothing of yours reads it");
}

fn gone(cx: &FileContext<'_>, written: Written<'_>, since: Version, findings: &mut Findings) {
    let instead = INSTEAD
        .iter()
        .find(|(section, option, _)| *section == written.section && *option == written.option());
    let help = instead.map_or("remove it", |(.., help)| help);
    let message = if since <= Version::new(2, 0, 0) {
        format!(
            "Airflow has no {} since 2.0 and silently ignores it",
            written.words()
        )
    } else {
        format!(
            "Airflow {} has no {} and silently ignores it: it was removed in {}.{}",
            cx.target.airflow,
            written.words(),
            since.major,
            since.minor
        )
    };
    let finding = findings.report(&RULE, written.place(), written.subject(), message);
    finding.help(help);
    if is_of_chart(cx, written) {
        finding.severity(Severity::Info);
    }
}

fn value_gone(cx: &FileContext<'_>, written: Written<'_>, findings: &mut Findings) {
    findings
        .report(
            &RULE,
            written.setting.value_place(),
            written.subject(),
            format!(
                "Airflow {} does not support this old value of {} any more",
                cx.target.airflow,
                written.words()
            ),
        )
        .help("remove the option: the default is the value of today");
}
