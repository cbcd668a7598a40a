//! AV603: an option under a name that the target's release has replaced.

use std::collections::BTreeMap;

use super::outdated::{Outdated, outdated, summarise};
use super::written::{Written, of_deployment};
use crate::airflow::Version;
use crate::inputs::{Form, Origin, Setting};
use crate::report::{Edit, Findings, Fix, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext, fixes};

rule! {
    /// # renamed-option
    ///
    /// ## What it does
    ///
    /// Finds options under an old name or in an old section, in `airflow.cfg` and as `AIRFLOW__…` variables,
    /// and says whether the target's release still reads them there. Where the new name is set as well it
    /// says which of the two counts.
    ///
    /// Without a chosen release there is one info for each file, see `removed-option`.
    ///
    /// ## Why is this bad?
    ///
    /// A release that still knows the old name reads it and warns with each start. A release that does not
    /// ignores the option without a word and uses the default.
    ///
    /// It is an info where the old name is not read and the new one is set too: the old one is in nobody's
    /// way.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [core]
    /// dag_concurrency = 32
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:2:1: warning[AV603] renamed-option: Airflow 3.3.2 silently ignores `dag_concurrency` in `[core]`: it is called `max_active_tasks_per_dag` in `[core]` since 2.2
    /// airflow.cfg:2:1: warning[AV603] renamed-option: `dag_concurrency` in `[core]` is called `max_active_tasks_per_dag` in `[core]` since 2.2: Airflow 2.11.2 still reads the old name, and warns
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [core]
    /// max_active_tasks_per_dag = 32
    /// ```
    ///
    /// ## Fix
    ///
    /// The new name is written in the place of the old one. Safe within a section of `airflow.cfg` and for a name
    /// that 2.11 has too, unsafe for a younger one and for variables, to which other files may refer. A move to
    /// another section is shown only.
    ///
    /// ## Versions
    ///
    /// Each option from the release on that renamed it. Which old names are still read differs: 2.11.2 reads 60
    /// and the section `[kubernetes]`, 3.1.8 reads 31, 3.3.2 reads 36. `[core] sql_alchemy_conn` is read up to
    /// 2.11, not in 3.0 and 3.1, and again from 3.2.1 on.
    ///
    /// ## References
    ///
    /// - `deprecated_options` and `deprecated_sections` in `airflow/configuration.py`
    /// - `CONFIGS_CHANGES` in `airflow/cli/commands/config_command.py`
    "AV603", "renamed-option", Warning, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    if cx.target.is_guess() {
        for input in cx.inputs {
            summarise(&RULE, input, cx.target, findings);
        }
        return;
    }
    let mut set: Option<BTreeMap<(&str, &str), &Setting>> = None;
    for input in cx.inputs {
        for (written, what) in outdated(input, cx.target) {
            let Outdated::Renamed {
                section,
                option,
                since,
                is_read,
            } = what
            else {
                continue;
            };
            let set = set.get_or_insert_with(|| plainly_set(cx));
            let renamed = Renamed {
                to: (section, option),
                since,
                also: set.get(&(section, option)).copied(),
            };
            if is_read {
                still_read(cx, written, &renamed, findings);
            } else {
                not_read(cx, written, &renamed, findings);
            }
        }
    }
}

struct Renamed<'a> {
    to: (&'a str, &'a str),
    since: Option<Version>,
    /// The new name is set here.
    also: Option<&'a Setting>,
}

impl Renamed<'_> {
    fn since(&self) -> String {
        match self.since {
            Some(since) => format!(" since {}.{}", since.major, since.minor),
            None => String::new(),
        }
    }

    /// The new name in the place of the old one, where it is not set already. Another section is
    /// another place in a file: that is for a person to do.
    fn fix(&self, cx: &DeploymentContext<'_>, written: Written<'_>) -> Option<Fix> {
        let (section, option) = self.to;
        if self.also.is_some() || UNITS.contains(&written.option()) {
            return None;
        }
        let name = written.name_for(section, option);
        let message = format!("write {}", written.words_for(section, option));
        let edits = || vec![Edit::replace(written.place(), name)];
        if written.setting.origin == Origin::Env {
            // Other files may refer to the variable.
            return Some(Fix::risky(message, edits()));
        }
        if section != written.section {
            return Some(Fix::display(message, Vec::new()));
        }
        // Nothing else of the file has the new name or refers to the old one.
        fixes::renamed(cx.all_inputs, written.setting, section, option)?;
        // A release before the new name would lose the option.
        if self.since.is_some_and(|since| since < FIRST_OF_3) {
            return Some(Fix::safe(message, edits()));
        }
        Some(Fix::risky(message, edits()))
    }
}

/// Names that are younger are unknown to releases that somebody may still run.
const FIRST_OF_3: Version = Version::new(3, 0, 0);

/// Old names whose value means something else under the new one.
const UNITS: &[&str] = &["session_lifetime_days"];

/// The options that are set, by name: one place each.
fn plainly_set<'a>(cx: &DeploymentContext<'a>) -> BTreeMap<(&'a str, &'a str), &'a Setting> {
    of_deployment(cx)
        .filter(|written| written.setting.form == Form::Plain)
        .map(|written| ((written.section, written.option()), written.setting))
        .collect()
}

fn still_read(
    cx: &DeploymentContext<'_>,
    written: Written<'_>,
    renamed: &Renamed<'_>,
    findings: &mut Findings,
) {
    let (section, option) = renamed.to;
    let new = written.words_for(section, option);
    let (old, airflow, since) = (written.words(), cx.target.airflow, renamed.since());
    let read = cx.settings.read(section, option, cx.target);
    let counts = read
        .setting()
        .is_some_and(|read| std::ptr::eq(read, written.setting));
    let (message, help) = match renamed.also {
        None => (
            format!(
                "{old} is called {new}{since}: Airflow {airflow} still reads the old name, and warns"
            ),
            format!("write {new}"),
        ),
        Some(_) if counts => (
            format!(
                "{old} is called {new}{since}, and that is set too: Airflow {airflow} reads the old name first, and warns"
            ),
            "remove one of the two".to_owned(),
        ),
        Some(_) => (
            format!(
                "{old} is called {new}{since}, and that is set too: Airflow {airflow} reads the new name, and the old one has no effect"
            ),
            "remove it".to_owned(),
        ),
    };
    let finding = findings.report(&RULE, written.place(), written.subject(), message);
    finding.help(help).fix(renamed.fix(cx, written));
    if let Some(also) = renamed.also {
        finding.related(also.name_place(), "the new name stands here");
        // Both say the same, as in the values of the official chart: nothing is lost.
        if !counts && also.value.expose() == written.setting.value.expose() {
            finding.severity(Severity::Info);
        }
    }
}

fn not_read(
    cx: &DeploymentContext<'_>,
    written: Written<'_>,
    renamed: &Renamed<'_>,
    findings: &mut Findings,
) {
    let (section, option) = renamed.to;
    let new = written.words_for(section, option);
    let (old, airflow, since) = (written.words(), cx.target.airflow, renamed.since());
    let message = format!("Airflow {airflow} silently ignores {old}: it is called {new}{since}");
    let finding = findings.report(&RULE, written.place(), written.subject(), message);
    finding.fix(renamed.fix(cx, written));
    match renamed.also {
        Some(also) => {
            finding
                .severity(Severity::Info)
                .help("remove it")
                .related(also.name_place(), "the new name stands here");
        }
        None if UNITS.contains(&written.option()) => {
            finding.help(format!("write {new}, in minutes"));
        }
        None => {
            finding.help(format!("write {new}"));
        }
    }
}
