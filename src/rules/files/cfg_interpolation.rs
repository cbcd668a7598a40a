//! AV006: `%` in a value of airflow.cfg.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use super::cfg_words::{in_force, is_overridden, option_words, place, subject, tree};
use crate::airflow::config::written_name;
use crate::airflow::data::options;
use crate::airflow::interpolation::{Fault, FaultKind, interpolate};
use crate::inputs::{Form, Origin, Setting};
use crate::report::{Edit, Findings, Fix, Severity};
use crate::rule;
use crate::rules::{Check, FileContext};

rule! {
    /// # cfg-interpolation
    ///
    /// ## What it does
    ///
    /// Reads every value of `airflow.cfg` as Python's `configparser` does, where `%%` is a percent sign and
    /// `%(name)s` the value of another option of the section. Reports a single `%`, a reference to an option
    /// that neither the section nor `[DEFAULT]` has, and references that go round in circles.
    ///
    /// ## Why is this bad?
    ///
    /// Reading the option raises `InterpolationSyntaxError`, `InterpolationMissingOptionError` or
    /// `InterpolationDepthError`. All sensitive options (`sql_alchemy_conn`, `fernet_key`, and
    /// `backend_kwargs` since 2.6.2) are read at start, so no `airflow` command works; the others fail where
    /// they are used. Percent-encoded passwords (`p%40ss`) are the usual cause.
    ///
    /// The finding is a warning where Airflow may never read the option: an option that the target's release
    /// does not have, a section of your own, an option that the deployment's environment sets too (values of
    /// environment variables are not interpolated).
    ///
    /// ## Example
    ///
    /// ```ini
    /// [database]
    /// sql_alchemy_conn = postgresql://airflow:p%40ss@db/airflow
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:2:42: error[AV006] cfg-interpolation: a single `%` stands in the value of `sql_alchemy_conn`: no airflow command starts (InterpolationSyntaxError)
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [database]
    /// sql_alchemy_conn = postgresql://airflow:p%%40ss@db/airflow
    /// ```
    ///
    /// ## Fix
    ///
    /// Safe: every single `%` of the value is doubled. Unsafe where the value holds `%%` or `%(` too (somebody
    /// knew of the sign), and for a reference to an option that does not exist.
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - `BasicInterpolation` in Python's `configparser`
    /// - <https://docs.python.org/3/library/configparser.html#interpolation-of-values>
    "AV006", "cfg-interpolation", Error, since "0.1.0",
    checks &[Check::File(check)],
}

/// A file with more faults has one cause, which the first ones show.
const LISTED: usize = 500;

fn check(cx: &FileContext<'_>, findings: &mut Findings) {
    if tree(cx).is_none() {
        return;
    }
    let named: HashMap<(&str, Cow<'_, str>), &Setting> = cx
        .input
        .settings
        .iter()
        .rev()
        .map(|setting| ((setting.section.as_str(), written_name(setting)), setting))
        .collect();
    // An option of [DEFAULT] is in every section, and a reference may lead to a faulty option:
    // each place is told once.
    let mut told = BTreeSet::new();
    for setting in &cx.input.settings {
        if setting.origin != Origin::Cfg {
            continue;
        }
        let section = setting.section.as_str();
        let interpolated = interpolate(&setting.value, |name| {
            let key = (section, Cow::Borrowed(name));
            named.get(&key).map(|other| &other.value)
        });
        let Err(fault) = interpolated else {
            continue;
        };
        if told.len() == LISTED {
            return;
        }
        if told.insert(fault.span) {
            report(cx, setting, fault, findings);
        }
    }
}

fn report(cx: &FileContext<'_>, setting: &Setting, fault: Fault, findings: &mut Findings) {
    let (section, option) = (setting.section.as_str(), setting.option.as_str());
    let name = option_words(section, option);
    let exception = fault.kind.exception();
    let (what, help) = match fault.kind {
        FaultKind::Syntax => (
            "a single `%` stands in the value",
            "write `%%` for a percent sign",
        ),
        FaultKind::MissingOption => (
            "`%(…)s` refers to an option that neither this section nor `[DEFAULT]` has",
            "write `%%(` if it is no reference, else set the option it names",
        ),
        FaultKind::Depth => (
            "the references in the value are nested more than ten deep",
            "remove the circle",
        ),
    };
    let severity = severity(cx, setting);
    let effect = if is_read_at_start(cx, setting) && severity == Severity::Error {
        format!("no airflow command starts ({exception})")
    } else {
        format!("reading the option raises {exception}")
    };
    let mut words = format!("{what} of {name}: {effect}");
    if fault.kind == FaultKind::MissingOption {
        words = format!("{what}, in the value of {name}: {effect}");
    }
    findings
        .report(
            &RULE,
            place(cx, fault.span),
            subject(section, option),
            words,
        )
        .help(help)
        .fix(fix(cx, fault))
        .severity(severity);
}

/// A `%` that nothing can be made of is doubled, and every other one of the value with it. Where the value
/// holds `%%` or a reference, somebody knew of the sign: what they meant is not certain.
fn fix(cx: &FileContext<'_>, fault: Fault) -> Option<Fix> {
    if fault.kind == FaultKind::Depth {
        return None;
    }
    // The fault may stand in another option, to which a reference leads.
    let holds = |setting: &&Setting| {
        let value = setting.value.source();
        setting.origin == Origin::Cfg
            && value.start <= fault.span.start
            && fault.span.end <= value.end
    };
    let text = &cx.input.settings.iter().find(holds)?.value;
    let value = text.expose();
    let wanted = if fault.kind == FaultKind::MissingOption {
        vec![text.decoded(fault.span)?.start]
    } else {
        lone_signs(value)
    };
    let edits = wanted.iter().map(|&at| {
        let place = text.editable(at..at)?;
        Some(Edit::insert(cx.input.id, place.first()?.start, "%"))
    });
    let edits: Option<Vec<Edit>> = edits.collect();
    let message = "write `%%` for each single `%`";
    let certain = fault.kind == FaultKind::Syntax && !value.contains("%%") && !value.contains("%(");
    edits.map(|edits| match (certain, fault.kind) {
        (true, _) => Fix::safe(message, edits),
        (false, FaultKind::Syntax) => Fix::risky(message, edits),
        (false, _) => Fix::risky("write `%%(`, if it is no reference", edits),
    })
}

/// Where a `%` stands that is neither one of two nor the beginning of a reference.
fn lone_signs(value: &str) -> Vec<usize> {
    let mut signs = Vec::new();
    let mut at = 0;
    while let Some(found) = value[at..].find('%') {
        let sign = at + found;
        let rest = &value[sign..];
        if rest.starts_with("%%") {
            at = sign + 2;
            continue;
        }
        let reference = rest
            .strip_prefix("%(")
            .and_then(|inside| inside.split_once(')'));
        if !reference.is_some_and(|(name, rest)| !name.is_empty() && rest.starts_with('s')) {
            signs.push(sign);
        }
        at = sign + 1;
    }
    signs
}

fn severity(cx: &FileContext<'_>, setting: &Setting) -> Severity {
    let (section, option) = (setting.section.as_str(), setting.option.as_str());
    let airflow = cx.target.airflow;
    let is_read = match setting.form {
        Form::Plain => in_force(section, option, airflow).is_some(),
        // Not looked at while the plain option is set, or where the option is not sensitive.
        Form::Cmd | Form::Secret => {
            options().is_sensitive(section, option, airflow) && !has_plain(cx, setting)
        }
        Form::PerKey(_) => false,
    };
    if is_read && !is_overridden(cx, section, option) && !cx.input.templated {
        Severity::Error
    } else {
        Severity::Warning
    }
}

/// Start-up masks the values of all sensitive options, and reads them for it.
fn is_read_at_start(cx: &FileContext<'_>, setting: &Setting) -> bool {
    options().is_sensitive(&setting.section, &setting.option, cx.target.airflow)
}

fn has_plain(cx: &FileContext<'_>, setting: &Setting) -> bool {
    cx.input.settings.iter().any(|other| {
        other.form == Form::Plain
            && other.section == setting.section
            && other.option == setting.option
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::files::cfg_testing::{Case, lines};

    fn found(text: &str) -> Vec<String> {
        lines(&RULE, &Case::cfg(text))
    }

    #[test]
    fn the_sign_itself_is_shown() {
        assert_eq!(
            found("[database]\nsql_alchemy_conn = postgresql://u:p%40s@h/d\n"),
            [
                "2:36-2:37 error a single `%` stands in the value of `sql_alchemy_conn`: no airflow command \
              starts (InterpolationSyntaxError)"
            ]
        );
        let missing = found("[core]\ndags_folder = %(home)s/dags\n");
        assert!(missing[0].starts_with("2:15-2:23 error"), "{missing:?}");
        assert!(!missing[0].contains("home"), "{missing:?}");
    }

    #[test]
    fn what_may_never_be_read_is_a_warning() {
        for (text, case) in [
            ("[mine]\na = 5%\n", None),
            ("[core]\nsecure_mode_of_mine = 5%\n", None),
            ("[core]\nsql_alchemy_conn = 5%\n", Some("3.1.0")),
        ] {
            let case = Case::cfg(text).airflow(case.unwrap_or("3.3.2"));
            assert!(lines(&RULE, &case)[0].contains(" warning "), "{text}");
        }
        let case = Case::cfg("[core]\nfernet_key = 5%\n").env("core", "fernet_key", Form::Plain);
        assert!(lines(&RULE, &case)[0].contains(" warning "));
    }

    #[test]
    fn each_place_is_told_once() {
        assert_eq!(found("[DEFAULT]\na = 5%\n[core]\n[secrets]\n").len(), 1);
        assert_eq!(found("[core]\na = 5%\nb = %(a)s\n").len(), 1);
    }

    #[test]
    fn right_values_are_silent() {
        for text in [
            "[logging]\nlog_format = [%%(asctime)s] %%(message)s\n",
            "[logging]\nlog_filename_template = {{ ti.dag_id }}/{%% if x %%}a{%% endif %%}\n",
            "[core]\nhome = /x\ndags_folder = %(home)s/dags\n",
            "[DEFAULT]\nhome = /x\n[core]\ndags_folder = %(home)s/dags\n",
            "# 50% of it\n[core]\n",
            "[core]\nfernet_key = {% raw %}x{% endraw %}\n",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
