//! AV604: a value that Airflow's getter for the option does not take.

use super::written::{Written, from_release, of_deployment};
use crate::airflow::data::options;
use crate::airflow::option_values::{
    Getter, Read, declared, reads, rewritten, taken_literally_since,
};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext};

rule! {
    /// # option-type
    ///
    /// ## What it does
    ///
    /// Finds values that Airflow cannot convert: booleans, whole numbers, numbers, seconds, JSON and dotted
    /// paths, as Airflow's own getters take them. A boolean is `True`, `t` or `1`, `False`, `f` or `0` in any
    /// case; `yes`, `on` and an empty text are none.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow raises `AirflowConfigException` where it reads the option, many of them while it starts.
    ///
    /// It is an error where the code of the target's release is known to ask for that type; a warning where
    /// only the table of options says so, or where another setting of the deployment comes first.
    ///
    /// Comments behind a value and quotes round it have rules of their own: `cfg-inline-comment`,
    /// `cfg-quoted-value`. A boolean is what stands before `#`: Airflow cuts it there.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [core]
    /// load_examples = no
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:2:17: error[AV604] option-type: Airflow reads `load_examples` in `[core]` as a boolean, which this value is not (AirflowConfigException)
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [core]
    /// load_examples = False
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases; from 3.2 on a whole number may be written as `5.0`. Up to 2.11 Airflow takes
    /// `hostname_callable = socket:getfqdn` and warns.
    ///
    /// ## References
    ///
    /// - `getboolean`, `getint`, `getfloat`, `getjson`, `gettimedelta` and `getimport` of
    ///   `AirflowConfigParser`
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/configurations-ref.html>
    "AV604", "option-type", Error, since "0.1.0",
    checks &[Check::Deployment(check)],
}

/// Options that other rules judge: AV101 and AV201.
const OTHERS: &[(&str, &str)] = &[
    ("secrets", "backend"),
    ("secrets", "backend_kwargs"),
    ("workers", "secrets_backend"),
    ("workers", "secrets_backend_kwargs"),
];

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for written in of_deployment(cx) {
        let Some(asked) = written.asked(cx.target.airflow) else {
            continue;
        };
        // What is handed to a client as a whole keeps a text that does not convert (`getsection`).
        if OTHERS.contains(&asked) || asked.0.ends_with("_configs") {
            continue;
        }
        one(cx, written, asked, findings);
    }
}

fn one(
    cx: &DeploymentContext<'_>,
    written: Written<'_>,
    asked: (&str, &str),
    findings: &mut Findings,
) {
    let airflow = cx.target.airflow;
    let facts = options().get(asked.0, asked.1);
    let certain = reads(asked.0, asked.1, airflow);
    let said = facts.and_then(declared);
    if certain.is_empty() && said.is_none() {
        return;
    }
    let Some(value) = written.read_value(cx) else {
        return;
    };
    let rewritten = rewritten(asked.0, asked.1, value.expose(), airflow);
    let text = rewritten.as_deref().unwrap_or_else(|| value.expose());
    let fails = |getter: Getter| !getter.takes(text, airflow);
    let refused: Option<Read> = certain.iter().copied().find(|read| fails(read.getter));
    let getter = match (refused, said) {
        (Some(read), _) => read.getter,
        (None, Some(getter)) if certain.is_empty() && fails(getter) => getter,
        _ => return,
    };
    let is_default = facts.is_some_and(|facts| {
        facts.is_default(text) || facts.is_default(written.setting.value.expose())
    });
    // AV007 leaves it to this rule.
    let is_cut = getter == Getter::Boolean && written.is_cut_as_boolean();
    if is_default || written.is_told_elsewhere() && !is_cut {
        return;
    }
    let option = written.words();
    let (severity, range) = match refused {
        Some(read) => {
            let since = taken_literally_since(asked.0, asked.1).or(read.since);
            from_release(since, cx.target.is_guess(), Severity::Error)
        }
        None => (Severity::Warning, String::new()),
    };
    let severity = written.if_read(cx, asked, severity);
    let what = if text.is_empty() {
        "an empty text"
    } else {
        "this value"
    };
    let kind = getter.words();
    let message = if refused.is_some() {
        format!(
            "Airflow reads {option} as {kind}, which {what} is not (AirflowConfigException){range}"
        )
    } else {
        format!("{option} is to be {kind}, which {what} is not")
    };
    let place = if text.is_empty() {
        written.place()
    } else {
        written.setting.value_place()
    };
    findings
        .report(&RULE, place, written.subject(), message)
        .help(help(getter, text))
        .severity(severity);
}

fn help(getter: Getter, text: &str) -> &'static str {
    let is_one_of = |words: &[&str]| {
        let text = text.split('#').next().unwrap_or(text).trim();
        words.iter().any(|word| text.eq_ignore_ascii_case(word))
    };
    match getter {
        Getter::Boolean if is_one_of(&["yes", "y", "on", "enabled"]) => "write `True`",
        Getter::Boolean if is_one_of(&["no", "n", "off", "disabled", "none"]) => "write `False`",
        Getter::Boolean => "write `True` or `False`",
        Getter::Integer | Getter::Timedelta => "write digits only, without a unit",
        Getter::Float => "write a number, without a unit",
        Getter::Json => "write JSON: names and texts in double quotes, no comma at the end",
        Getter::Import => "write the module's dotted path and the name: `package.module.Name`",
    }
}
