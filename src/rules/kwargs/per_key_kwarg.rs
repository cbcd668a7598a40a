//! AV213: an environment variable for a single keyword argument that does not do what it says.

use super::call::{self, Call, PER_KEY_SINCE, Standing, per_release};
use crate::airflow::backend::Role;
use crate::airflow::backend::data::{JsonType, WrongType};
use crate::inputs::{Form, Origin, Setting};
use crate::report::{Findings, Fix, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext, fixes};

rule! {
    /// # per-key-kwarg
    ///
    /// ## What it does
    ///
    /// Checks environment variables of the form `AIRFLOW__SECRETS__BACKEND_KWARG__<NAME>` and
    /// `AIRFLOW__WORKERS__SECRETS_BACKEND_KWARG__<NAME>`: the release that reads them, the plural
    /// `BACKEND_KWARGS__` which nothing reads, `_CMD` and `_SECRET` endings which do not exist
    /// there, and values that only JSON could give.
    ///
    /// ## Why is this bad?
    ///
    /// The value is always a string. `null` is the text "null", `false` and `2` are strings: Vault
    /// refuses the string "2" as `kv_engine_version` and Airflow does not start; `verify=false`
    /// becomes the path of a CA bundle. Before Airflow 3.2.0 the variables are not read at all.
    ///
    /// ## Example
    ///
    /// ```dotenv
    /// AIRFLOW__SECRETS__BACKEND=airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// AIRFLOW__SECRETS__BACKEND_KWARG__VARIABLES_PREFIX=null
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:2:51: error[AV213] per-key-kwarg: the value is a string here: `variables_prefix` becomes the text null, not None
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```dotenv
    /// AIRFLOW__SECRETS__BACKEND=airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// AIRFLOW__SECRETS__BACKEND_KWARGS={"variables_prefix": null}
    /// ```
    ///
    /// ## Fix
    ///
    /// Unsafe: a name with `KWARGS`, or with too few underscores, gets the form that is read, where the release has it.
    ///
    /// ## Versions
    ///
    /// Airflow 3.2.0 and later read the variables.
    ///
    /// ## References
    ///
    /// - `_collect_kwarg_env_vars` in `airflow/_shared/configuration/parser.py`
    "AV213", "per-key-kwarg", Error, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for role in [Role::Secrets, Role::Workers] {
        plural(cx, role, findings);
        if cx.target.airflow < PER_KEY_SINCE {
            too_early(cx, role, findings);
        }
    }
    for call in call::calls(cx) {
        for per_key in &call.per_key {
            typed(cx, &call, per_key.name, per_key.setting, findings);
        }
    }
}

fn too_early(cx: &DeploymentContext<'_>, role: Role, findings: &mut Findings) {
    for (_, setting) in call::per_key_settings(cx, role) {
        let message = format!(
            "variables for single keyword arguments are read since Airflow {PER_KEY_SINCE}: {} ignores it without a word",
            cx.target.airflow
        );
        findings
            .report(
                &RULE,
                setting.name_place(),
                format!("{}.{}", role.section(), role.kwargs_option()),
                message,
            )
            .help(format!(
                "put it into the JSON of `{}`",
                role.kwargs_option()
            ))
            .severity(per_release(Severity::Error, cx.target));
    }
}

/// `BACKEND_KWARGS__X` and `BACKEND_KWARG_X`: options that nothing reads.
fn plural(cx: &DeploymentContext<'_>, role: Role, findings: &mut Findings) {
    let option = role.kwargs_option();
    let singular = option.strip_suffix('s').unwrap_or(option);
    for setting in &cx.settings.written {
        if setting.origin != Origin::Env || setting.section != role.section() {
            continue;
        }
        let rest = setting
            .option
            .strip_prefix(option)
            .map_or_else(|| setting.option.strip_prefix(singular), Some);
        let Some(rest) = rest.and_then(|rest| rest.strip_prefix('_')) else {
            continue;
        };
        // `_CMD` and `_SECRET` are forms of the option itself.
        let form = ["cmd", "secret"].contains(&rest.trim_start_matches('_'));
        if form || rest.is_empty() || matches!(setting.form, Form::PerKey(_)) {
            continue;
        }
        findings
            .report(
                &RULE,
                setting.name_place(),
                format!("{}.{option}", role.section()),
                format!(
                    "nothing reads this variable: the form for a single keyword argument is {}__NAME",
                    setting.name_of(role.section(), singular)
                ),
            )
            .fix(fix(cx, setting, role, rest))
            .help("write it with KWARG in the singular and two underscores");
    }
}

/// The name in the form that is read, where the release has it.
fn fix(cx: &DeploymentContext<'_>, setting: &Setting, role: Role, rest: &str) -> Option<Fix> {
    let singular = role.kwargs_option().trim_end_matches('s');
    let key = rest.trim_start_matches('_');
    if cx.target.airflow < PER_KEY_SINCE || key.is_empty() || setting.form != Form::Plain {
        return None;
    }
    let option = format!("{singular}__{key}");
    let edits = fixes::renamed(cx.inputs, setting, role.section(), &option)?;
    let what = "write `KWARG` in the singular and two underscores";
    Some(Fix::risky(what, edits))
}

fn typed(
    cx: &DeploymentContext<'_>,
    call: &Call<'_>,
    name: &str,
    setting: &Setting,
    findings: &mut Findings,
) {
    let subject = format!("{}.{}", call.role.section(), call.role.kwargs_option());
    let stripped = name
        .strip_suffix("_cmd")
        .or_else(|| name.strip_suffix("_secret"));
    if call.class.any_kwarg(name).is_none() {
        let Some(known) = stripped.and_then(|name| call.class.any_kwarg(name)) else {
            return;
        };
        findings
            .report(
                &RULE,
                setting.name_place(),
                subject,
                format!(
                    "`{}` has no _CMD or _SECRET form here: the variable makes a keyword argument of that very name",
                    known.name
                ),
            )
            .help(format!(
                "use {} for the whole JSON, or give `{}` itself",
                setting.name_of("secrets", "backend_kwargs_cmd"),
                known.name
            ));
        return;
    }
    let Standing::Known(fact) = call.standing(name) else {
        return;
    };
    if !setting.value.is_known() {
        return;
    }
    let value = setting.value.expose();
    let text = fact.types.contains(&JsonType::String);
    let option = call.role.kwargs_option();
    let (severity, message) = if value == "null" && fact.nullable {
        (
            Severity::Error,
            format!("the value is a string here: `{name}` becomes the text null, not None"),
        )
    } else if !text {
        let severity = match fact.wrong_type_effect {
            Some(WrongType::ImportCrash | WrongType::LookupFails) => Severity::Error,
            _ => Severity::Warning,
        };
        // "" counts as nothing for most of them.
        let severity = if value.is_empty() {
            Severity::Warning
        } else {
            severity
        };
        let wanted: Vec<&str> = fact
            .types
            .iter()
            .filter(|kind| **kind != JsonType::Null)
            .map(|kind| kind.described())
            .collect();
        (
            severity,
            format!(
                "the value is always a string here, and `{name}` must be {}",
                wanted.join(" or ")
            ),
        )
    } else if fact.types.contains(&JsonType::Boolean)
        && ["true", "false"]
            .iter()
            .any(|word| value.eq_ignore_ascii_case(word))
    {
        (
            Severity::Error,
            format!("the value is always a string here: `{name}` does not become a boolean"),
        )
    } else {
        return;
    };
    findings
        .report(&RULE, setting.value_place(), subject, message)
        .help(format!("give it in the JSON of `{option}`"))
        .severity(per_release(severity, cx.target));
}
