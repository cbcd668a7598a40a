//! AV606: a value that Airflow checks and refuses.

use super::written::{Written, from_release, of_deployment};
use crate::airflow::Version;
use crate::airflow::config::{Reading, read_int};
use crate::airflow::option_values::{allowed, executors, is_executor, replacement};
use crate::inputs::Form;
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext};
use crate::source::{Place, Text};

rule! {
    /// # option-value-invalid
    ///
    /// ## What it does
    ///
    /// Finds values that Airflow checks and refuses:
    ///
    /// - options with a fixed list of values: log levels, `dag_ignore_file_syntax`, `default_task_weight_rule`,
    ///   `mp_start_method`, `file_parsing_sort_mode` and others,
    /// - a short name in `executor` that the target's release does not know,
    /// - `parallelism` of 0 or less from 3.0 on,
    /// - SQLite with an executor that runs tasks in parallel, up to 2.11.
    ///
    /// ## Why is this bad?
    ///
    /// A value that is not on the list raises `AirflowConfigException` while `airflow` is imported: no command
    /// works. The others end the scheduler when it makes its executor.
    ///
    /// SQLite is an info: files that Airflow wrote name it, and the environment mostly sets another database.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [logging]
    /// logging_level = info
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:2:17: error[AV606] option-value-invalid: Airflow does not start with this value of `logging_level` in `[logging]`: it is none of the 7 that are allowed (AirflowConfigException)
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [logging]
    /// logging_level = INFO
    /// ```
    ///
    /// ## Versions
    ///
    /// The lists are checked since 2.2. `SequentialExecutor`, `DebugExecutor`, `CeleryKubernetesExecutor` and
    /// `LocalKubernetesExecutor` are known up to 2.11, and 3.0 takes `LocalExecutor` for the first of them.
    ///
    /// ## References
    ///
    /// - `_validate_enums` in `airflow/configuration.py`
    /// - `ExecutorLoader` in `airflow/executors/executor_loader.py`
    "AV606", "option-value-invalid", Error, since "0.1.0",
    checks &[Check::Deployment(check)],
}

/// `BaseExecutor.__init__` raises for a parallelism of 0 or less.
const POSITIVE_PARALLELISM: Version = Version::new(3, 0, 0);

/// Any executor works with `sqlite`.
const SQLITE_FOR_ALL: Version = Version::new(3, 0, 0);

/// `[core] executor` may name several, divided by commas.
const SEVERAL_EXECUTORS: Version = Version::new(2, 10, 0);

/// Executors of one thread, which `sqlite` is enough for (`is_single_threaded`).
const SINGLE_THREADED: &[&str] = &["SequentialExecutor", "DebugExecutor"];

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for written in of_deployment(cx) {
        if written.setting.form != Form::Plain {
            continue;
        }
        let Some(asked) = written.asked(cx.target.airflow) else {
            continue;
        };
        match asked {
            ("core", "executor") => executor(cx, written, findings),
            ("core", "parallelism") => parallelism(cx, written, findings),
            _ => listed(cx, written, asked, findings),
        }
    }
}

fn listed(
    cx: &DeploymentContext<'_>,
    written: Written<'_>,
    asked: (&str, &str),
    findings: &mut Findings,
) {
    let Some(list) = allowed(asked.0, asked.1, cx.target.airflow) else {
        return;
    };
    let Some(value) = written.read_value(cx) else {
        return;
    };
    let text = value.expose();
    // Nothing is taken, too: in most releases, and the default is used.
    if text.is_empty()
        || list.values.iter().any(|known| known.as_ref() == text)
        || written.is_told_elsewhere()
    {
        return;
    }
    let (severity, range) = from_release(Some(list.since()), cx.target.is_guess(), Severity::Error);
    let meant = list
        .values
        .iter()
        .find(|known| !known.is_empty() && known.eq_ignore_ascii_case(text.trim()));
    let names: Vec<String> = list
        .values
        .iter()
        .filter(|known| !known.is_empty())
        .map(|known| format!("`{known}`"))
        .collect();
    let help = match meant {
        Some(meant) => format!("write `{meant}`"),
        None => format!("write one of {}", names.join(", ")),
    };
    findings
        .report(
            &RULE,
            written.setting.value_place(),
            written.subject(),
            format!(
                "Airflow does not start with this value of {}: it is none of the {} that are allowed (AirflowConfigException){range}",
                written.words(),
                names.len()
            ),
        )
        .help(help)
        .severity(written.if_read(cx, asked, severity));
}

fn parallelism(cx: &DeploymentContext<'_>, written: Written<'_>, findings: &mut Findings) {
    let airflow = cx.target.airflow;
    let Some(value) = written.read_value(cx) else {
        return;
    };
    if airflow < POSITIVE_PARALLELISM
        || read_int(value.expose(), airflow).is_none_or(|number| number > 0)
    {
        return;
    }
    let (severity, range) = from_release(
        Some(POSITIVE_PARALLELISM),
        cx.target.is_guess(),
        Severity::Error,
    );
    findings
        .report(
            &RULE,
            written.setting.value_place(),
            written.subject(),
            format!(
                "{} must be more than 0: the scheduler cannot make its executor (ValueError){range}",
                written.words()
            ),
        )
        .help("write the number of tasks that may run at once")
        .severity(written.if_read(cx, ("core", "parallelism"), severity));
}

fn executor(cx: &DeploymentContext<'_>, written: Written<'_>, findings: &mut Findings) {
    let airflow = cx.target.airflow;
    let Some(value) = written.read_value(cx) else {
        return;
    };
    let text = value.expose();
    let is_several = text.contains(',');
    // Aliases, teams, and lists in releases that take one: not for us to say.
    let is_plain = !text.contains([':', ';', '=']) && (!is_several || airflow >= SEVERAL_EXECUTORS);
    if !is_plain
        || written.is_told_elsewhere()
        || replacement("core", "executor", text, airflow).is_some()
    {
        return;
    }
    let mut start = 0;
    for part in text.split(',') {
        let at = start + part.len() - part.trim_start().len();
        start += part.len() + 1;
        let name = part.trim();
        if !name.is_empty() && !name.contains('.') {
            short_name(cx, written, &value, at, name, findings);
        }
    }
    if !is_several {
        on_sqlite(cx, written, text, findings);
    }
}

fn short_name(
    cx: &DeploymentContext<'_>,
    written: Written<'_>,
    value: &Text,
    at: usize,
    name: &str,
    findings: &mut Findings,
) {
    let airflow = cx.target.airflow;
    let Some(list) = executors(airflow) else {
        return;
    };
    if list.values.iter().any(|known| known.as_ref() == name) {
        return;
    }
    let was_known = is_executor(name);
    let since = was_known.then(|| list.since());
    let (severity, range) = from_release(since, cx.target.is_guess(), Severity::Error);
    let meant = crate::airflow::data::nearest(name, list.values.iter().map(AsRef::as_ref));
    // `nearest` folds the case of the name, not of the names it knows.
    let meant = meant.or_else(|| {
        list.values.iter().map(AsRef::as_ref).find(|known: &&str| {
            strsim::osa_distance(&known.to_lowercase(), &name.to_lowercase()) <= 2
        })
    });
    let message = if was_known {
        format!(
            "Airflow {airflow} has no `{name}`: the scheduler does not start (AirflowConfigException){range}"
        )
    } else {
        "Airflow has no executor of this name: the scheduler does not start (AirflowConfigException)"
            .to_owned()
    };
    let names: Vec<String> = list
        .values
        .iter()
        .map(|known| format!("`{known}`"))
        .collect();
    let help = match meant {
        Some(meant) => format!("write `{meant}`"),
        None => format!("write one of {}, or the path of a class", names.join(", ")),
    };
    let severity = written.if_read(cx, ("core", "executor"), severity);
    findings
        .report(
            &RULE,
            Place::new(written.setting.file, value.span(at..at + name.len())),
            written.subject(),
            message,
        )
        .help(help)
        .severity(severity);
}

/// `_validate_config_dependencies` up to 2.5, `validate_database_executor_compatibility` after.
fn on_sqlite(
    cx: &DeploymentContext<'_>,
    written: Written<'_>,
    name: &str,
    findings: &mut Findings,
) {
    let airflow = cx.target.airflow;
    if airflow >= SQLITE_FOR_ALL || !is_executor(name) || SINGLE_THREADED.contains(&name) {
        return;
    }
    let section = if airflow < Version::new(2, 3, 0) {
        "core"
    } else {
        "database"
    };
    let Reading::Value { setting, text } = cx.settings.read(section, "sql_alchemy_conn", cx.target)
    else {
        return;
    };
    if !text.expose().starts_with("sqlite:") || !text.is_known() {
        return;
    }
    // Two options meet: either may be another one where Airflow runs.
    let severity = written.if_read(cx, ("core", "executor"), Severity::Info);
    findings
        .report(
            &RULE,
            written.setting.value_place(),
            written.subject(),
            format!("Airflow {airflow} cannot use SQLite with the {name} (AirflowConfigException)"),
        )
        .help("use PostgreSQL or MySQL, or the SequentialExecutor")
        .severity(severity)
        .related(setting.value_place(), "the database is SQLite");
}
