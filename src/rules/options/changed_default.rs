//! AV605: an option that holds what was the default.

use super::outdated::{NewDefault, Outdated, outdated, summarise};
use super::written::Written;
use crate::airflow::option_values::Replacement;
use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, FileContext};

rule! {
    /// # changed-default
    ///
    /// ## What it does
    ///
    /// Finds options that are set to what was their default in an earlier release, where the target's release
    /// has another one. The four changes of default that `airflow config lint` knows (`executor`,
    /// `catchup_by_default`, `create_cron_data_intervals`, `create_delta_data_intervals`) are named whatever
    /// the value is, if it is not the new default.
    ///
    /// Without a chosen release there is one info for each file, see `removed-option`.
    ///
    /// ## Why is this bad?
    ///
    /// An `airflow.cfg` that an older release wrote holds that release's defaults as if somebody had chosen
    /// them, and keeps them for ever. Some of them Airflow replaces while it starts, with a warning.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [scheduler]
    /// catchup_by_default = True
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:2:22: info[AV605] changed-default: `catchup_by_default` in `[scheduler]` holds what was the default before 3.0: now it is `False`
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [scheduler]
    /// catchup_by_default = False
    /// ```
    ///
    /// ## Versions
    ///
    /// Each option from the release on that changed its default. Airflow 3.0 takes `LocalExecutor` for
    /// `SequentialExecutor`.
    ///
    /// ## References
    ///
    /// - `deprecated_values` in `airflow/configuration.py`
    /// - `CONFIGS_CHANGES` in `airflow/cli/commands/config_command.py`
    "AV605", "changed-default", Info, since "0.1.0",
    checks &[Check::File(check)],
}

fn check(cx: &FileContext<'_>, findings: &mut Findings) {
    if cx.target.is_guess() {
        summarise(&RULE, cx.input, cx.target, findings);
        return;
    }
    for (written, what) in outdated(cx.input, cx.target) {
        if let Outdated::Default(changed) = what {
            one(cx, written, &changed, findings);
        }
    }
}

fn one(cx: &FileContext<'_>, written: Written<'_>, changed: &NewDefault, findings: &mut Findings) {
    let option = written.words();
    let since = changed.since.short();
    let now = match changed.now {
        Some("") => "is empty".to_owned(),
        Some(now) if now.lines().count() == 1 => format!("is `{now}`"),
        Some(_) => "is another one".to_owned(),
        None => "is nothing".to_owned(),
    };
    let message = match (changed.is_old, changed.instead) {
        (true, Some(Replacement::Value(instead))) => format!(
            "{option} holds the default of earlier releases: Airflow {} takes `{instead}` for it, and warns",
            cx.target.airflow
        ),
        (true, Some(Replacement::Default)) => format!(
            "{option} holds the default of earlier releases: Airflow {} takes its own default for it, and warns",
            cx.target.airflow
        ),
        (true, None) => format!("{option} holds what was the default before {since}: now it {now}"),
        (false, _) => format!(
            "the default of {option} changed in {since} from `{}`: now it {now}, and this is neither of them",
            changed.before
        ),
    };
    findings
        .report(
            &RULE,
            written.setting.value_place(),
            written.subject(),
            message,
        )
        .help(if changed.is_old {
            "remove the option, unless the old value is meant"
        } else {
            "nothing, if the value is meant"
        });
}
