//! AV112: `_cmd` and `_secret` where Airflow does not look at them.

use crate::airflow::Target;
use crate::airflow::data::{OptionFacts, options};
use crate::inputs::{Form, Origin, Setting};
use crate::report::{Findings, Severity};
use crate::rule;
use crate::rules::{Check, DeploymentContext};

rule! {
    /// # unsupported-source
    ///
    /// ## What it does
    ///
    /// Looks at options that are to come from a command (`_cmd`, `_CMD`) or from the secrets backend
    /// (`_secret`, `_SECRET`) and reports those that Airflow does not take from there:
    ///
    /// - options that are not sensitive in the target's release (`backend_cmd`, `AIRFLOW__CORE__EXECUTOR_SECRET`),
    /// - options that the same file sets plainly too, even to nothing,
    /// - `backend_kwargs_secret`: the backend would have to exist before its own arguments.
    ///
    /// ## Why is this bad?
    ///
    /// The command is never run and the secret never asked for; the default or the plain value is used
    /// without a word. `backend_kwargs_secret` with a backend ends every command in a recursion.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend_cmd = cat /run/secrets/backend
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:2:1: warning[AV112] unsupported-source: Airflow silently ignores `backend_cmd`: it is never read, because `backend` is not a sensitive option
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// ```
    ///
    /// ## Versions
    ///
    /// `backend_kwargs` is sensitive since 2.6.2, `[workers] secrets_backend_kwargs` since 3.0. Up to 2.3 the
    /// list of sensitive options was short and fixed.
    ///
    /// ## References
    ///
    /// - `sensitive_config_values` and `_get_cmd_option` in `airflow/configuration.py`
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/set-config.html>
    "AV112", "unsupported-source", Warning, since "0.1.0",
    checks &[Check::Deployment(check)],
}

fn check(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    for setting in &cx.settings.written {
        if !matches!(setting.form, Form::Cmd | Form::Secret) {
            continue;
        }
        // The carrier's adapter may take `jwt_secret` for a form; the table knows better.
        let Some(facts) = options().get(&setting.section, &setting.option) else {
            continue;
        };
        let full = crate::airflow::config::written_name(setting);
        if options().get(&setting.section, &full).is_none() {
            one(cx, setting, facts, findings);
        }
    }
}

fn one(
    cx: &DeploymentContext<'_>,
    setting: &Setting,
    facts: &OptionFacts,
    findings: &mut Findings,
) {
    let (section, option) = (setting.section.as_str(), setting.option.as_str());
    let name = Name::of(setting);
    let is_sensitive = options().is_sensitive(section, option, cx.target.airflow);
    let (message, help, severity) = if !is_sensitive {
        let when = when_sensitive(facts, cx.target);
        let severity = if cx.target.is_guess() && facts.is_ever_sensitive() {
            Severity::Info
        } else {
            Severity::Warning
        };
        let message = if when.is_empty() {
            format!(
                "Airflow silently ignores `{}`: it is never read, because {} is not a sensitive option",
                name.full, name.plain
            )
        } else {
            format!(
                "Airflow {} silently ignores `{}`: {when}",
                cx.target.airflow, name.full
            )
        };
        (message, format!("set {} itself", name.plain), severity)
    } else if let Some(plain) = plain_in_same_file(cx, setting) {
        let nothing = if plain.value.is_empty() {
            " to nothing"
        } else {
            ""
        };
        let message = format!(
            "Airflow silently ignores `{}`: the same file sets {}{nothing}, which comes first",
            name.full, name.plain
        );
        (message, format!("remove {}", name.plain), Severity::Warning)
    } else if is_own_kwargs(setting) && is_backend_known(cx) {
        let message = format!(
            "`{}` asks the secrets backend for the backend's own arguments: Airflow calls itself without end and does not start",
            name.full
        );
        (
            message,
            format!("set {} itself, or its `_cmd` form", name.plain),
            Severity::Error,
        )
    } else {
        return;
    };
    let plain = plain_in_same_file(cx, setting).map(Setting::name_place);
    let finding = findings.report(
        &RULE,
        setting.name_place(),
        format!("{section}.{}", name.full.to_lowercase()),
        message,
    );
    finding.help(help).severity(severity);
    if let (true, Some(place)) = (is_sensitive, plain) {
        finding.related(place, "the plain option stands here");
    }
}

/// Airflow takes the option from there and from nowhere else: the option is sensitive, nothing comes
/// before it, and it is not the backend's own. What is false of it is this rule's business.
pub(crate) fn is_asked(cx: &DeploymentContext<'_>, setting: &Setting) -> bool {
    let (section, option) = (setting.section.as_str(), setting.option.as_str());
    let full = crate::airflow::config::written_name(setting);
    options().get(section, &full).is_none()
        && options().is_sensitive(section, option, cx.target.airflow)
        && plain_in_same_file(cx, setting).is_none()
        && !is_own_kwargs(setting)
        && cx
            .settings
            .read(section, option, cx.target)
            .setting()
            .is_some_and(|read| std::ptr::eq(read, setting))
}

/// How the option and its form are written in this carrier.
pub(crate) struct Name {
    pub(crate) full: String,
    pub(crate) plain: String,
}

impl Name {
    pub(crate) fn of(setting: &Setting) -> Self {
        let suffix = if setting.form == Form::Cmd {
            "_cmd"
        } else {
            "_secret"
        };
        let (section, option) = (&setting.section, &setting.option);
        match setting.origin {
            Origin::Cfg => Self {
                full: format!("{option}{suffix}"),
                plain: format!("`{option}`"),
            },
            Origin::Env => Self {
                full: setting.name_of(section, &format!("{option}{suffix}")),
                plain: format!("`{}`", setting.name_of(section, option)),
            },
        }
    }
}

/// Why the option is not sensitive in the target's release when it is in others; empty when it
/// never is.
fn when_sensitive(facts: &OptionFacts, target: &Target) -> String {
    if !facts.is_ever_sensitive() {
        return String::new();
    }
    match facts.sensitive_since() {
        Some(since) if target.airflow < since => format!("it is read since {since}"),
        _ => match facts.removed_in {
            Some(removed) if target.airflow >= removed => {
                format!("it is not read any more from {} on", removed.short())
            }
            _ => "it is not read in this release".to_owned(),
        },
    }
}

/// The plain option in the same file, which wins even when it is empty.
fn plain_in_same_file<'a>(cx: &DeploymentContext<'a>, setting: &Setting) -> Option<&'a Setting> {
    cx.settings.written.iter().copied().find(|other| {
        other.file == setting.file
            && other.form == Form::Plain
            && other.section == setting.section
            && other.option == setting.option
    })
}

/// `backend_kwargs_secret`: `_get_custom_secret_backend` reads the option to build the backend that
/// is asked for the option.
fn is_own_kwargs(setting: &Setting) -> bool {
    setting.form == Form::Secret
        && setting.section == "secrets"
        && setting.option == "backend_kwargs"
}

/// A backend is set for certain: without one nothing is asked and nothing recurs.
fn is_backend_known(cx: &DeploymentContext<'_>) -> bool {
    cx.secrets
        .main
        .class
        .text()
        .is_some_and(|class| class.is_known() && !class.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::files::cfg_testing::{Case, lines};

    fn found(text: &str) -> Vec<String> {
        lines(&RULE, &Case::cfg(text))
    }

    #[test]
    fn forms_of_options_that_are_not_sensitive_are_never_read() {
        assert_eq!(
            found("[secrets]\nbackend_cmd = cat x\n"),
            [
                "2:1-2:12 warning Airflow silently ignores `backend_cmd`: it is never read, because `backend` is \
              not a sensitive option"
            ]
        );
        let case = Case::cfg("").env("core", "executor", Form::Secret);
        assert!(lines(&RULE, &case)[0].contains("`AIRFLOW__CORE__EXECUTOR_SECRET`"));
        let kwargs = "[secrets]\nbackend_kwargs_cmd = x\n";
        let old = lines(&RULE, &Case::cfg(kwargs).airflow("2.6.1"));
        assert!(old[0].contains("it is read since 2.6.2"), "{old:?}");
        assert!(found(kwargs).is_empty());
    }

    #[test]
    fn a_plain_option_in_the_same_file_comes_first() {
        let both = found("[secrets]\nbackend_kwargs =\nbackend_kwargs_cmd = x\n");
        assert!(
            both[0].contains("sets `backend_kwargs` to nothing"),
            "{both:?}"
        );
        let case = Case::cfg("[core]\nfernet_key = x\n").env("core", "fernet_key", Form::Cmd);
        assert!(lines(&RULE, &case).is_empty());
    }

    #[test]
    fn a_backend_cannot_hold_its_own_arguments() {
        let backend = "[secrets]\nbackend = a.b.C\nbackend_kwargs_secret = x\n";
        assert!(found(backend)[0].contains(" error "));
        assert!(found("[secrets]\nbackend_kwargs_secret = x\n").is_empty());
    }

    #[test]
    fn options_that_end_like_a_form_are_options() {
        for text in [
            "[api_auth]\njwt_secret = x\n",
            "[logging]\nmin_length_masked_secret = 5\n",
            "[core]\nfernet_key_cmd = x\n",
            "[mine]\nx_cmd = y\n",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
        let guess = Case::cfg("[smtp]\nsmtp_password_cmd = x\n").guessed();
        assert!(lines(&RULE, &guess)[0].contains(" info "));
    }
}
