//! AV110: an option of `[secrets]` or `[workers]` that Airflow does not know.

use crate::airflow::backend::Role;
use crate::airflow::config::written_name;
use crate::airflow::data::{fold, options};
use crate::inputs::{Form, Origin, Setting};
use crate::report::{Edit, Findings, Fix, Piece, Severity};
use crate::rule;
use crate::rules::{Check, FileContext, fixes};

rule! {
    /// # misspelt-secrets-option
    ///
    /// ## What it does
    ///
    /// Finds options that are meant to configure a secrets backend and are spelt wrong, in `airflow.cfg` or
    /// as `AIRFLOW__…` variables: `backends`, `backend_kwarg`, `backend_conf`, `AIRFLOW__WORKERS__BACKEND`,
    /// `AIRFLOW__SECRET__BACKEND`.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow does not know the option and ignores it without a word: no backend is used, or it is used
    /// with its default settings.
    ///
    /// It is a warning where the right option is set in the same file as well.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backends = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:2:1: error[AV110] misspelt-secrets-option: Airflow has no such option and silently ignores it; `backend` in `[secrets]` is probably meant
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// ```
    ///
    /// ## Fix
    ///
    /// Unsafe: the option gets the name that is probably meant, unless that is set too. An option of another section
    /// of `airflow.cfg` has to be moved by hand.
    ///
    /// ## Versions
    ///
    /// All releases; `[workers]` since 3.0.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/configurations-ref.html#secrets>
    "AV110", "misspelt-secrets-option", Error, since "0.1.0",
    checks &[Check::File(check)],
}

/// Names that people wrote, too far away to be found by distance.
const MEANT_CLASS: &[&str] = &[
    "backend_class",
    "backend_path",
    "secrets_backend",
    "secret_backend",
    "secrets_backend_class",
];

/// See [`MEANT_CLASS`].
const MEANT_KWARGS: &[&str] = &[
    "backend_args",
    "backend_arguments",
    "backend_conf",
    "backend_config",
    "backend_options",
    "backend_params",
    "kwargs",
    "secrets_backend_kwargs",
    "secret_backend_kwargs",
    "secrets_backend_kwarg",
];

fn check(cx: &FileContext<'_>, findings: &mut Findings) {
    let settings = cx.input.settings.iter();
    let misspelt: Vec<_> = settings
        .filter_map(|setting| Some((setting, meant(setting)?)))
        .collect();
    for &(setting, (role, option)) in &misspelt {
        let section = role.section();
        let is_set = cx.input.settings.iter().any(|other| {
            other.section == section && other.option == option && other.form == Form::Plain
        });
        let right = match setting.origin {
            Origin::Cfg => format!("`{option}` in `[{section}]`"),
            Origin::Env => format!("`{}`", setting.name_of(section, option)),
        };
        let help = if is_set {
            format!("remove it: {right} is set too")
        } else {
            format!("write {right}")
        };
        findings
            .report(
                &RULE,
                setting.name_place(),
                format!("{section}.{option}"),
                format!(
                    "Airflow has no such option and silently ignores it; {right} is probably meant"
                ),
            )
            .help(help)
            .fix(fix(cx, setting, role, option).filter(|_| {
                let alike = misspelt.iter();
                alike
                    .filter(|(_, other)| *other == (role, option))
                    .take(2)
                    .count()
                    == 1
            }))
            .severity(if is_set {
                Severity::Warning
            } else {
                Severity::Error
            });
    }
}

/// The option that was probably meant, unless it is set too.
fn fix(cx: &FileContext<'_>, setting: &Setting, role: Role, option: &str) -> Option<Fix> {
    if setting.form != Form::Plain {
        return None;
    }
    let edits = fixes::renamed(&[cx.input], setting, role.section(), option)?;
    let [Edit { text, .. }] = edits.as_slice() else {
        return None;
    };
    let [Piece::Public(name)] = text.as_slice() else {
        return None;
    };
    Some(Fix::risky(format!("write `{name}`"), edits))
}

/// The option that a misspelt one stands for.
pub(crate) fn meant(setting: &Setting) -> Option<(Role, &'static str)> {
    let table = options();
    let written = written_name(setting);
    // Keyword arguments of their own have their own rule.
    if table.is_known(&setting.section, &written)
        || matches!(setting.form, Form::PerKey(_))
        || written.contains("__")
    {
        return None;
    }
    let (role, exact_section) = match setting.section.as_str() {
        "secrets" => (Role::Secrets, true),
        "workers" => (Role::Workers, true),
        "secret" | "secrets_backend" | "secret_backend" => (Role::Secrets, false),
        "worker" => (Role::Workers, false),
        _ => return None,
    };
    let folded = fold(&written);
    // Another case alone is the matter of cfg-name-case.
    if exact_section
        && written.to_lowercase() != *written
        && table.is_known(role.section(), &folded)
    {
        return None;
    }
    let (class, kwargs) = (role.class_option(), role.kwargs_option());
    if folded == class || folded == "backend" || MEANT_CLASS.contains(&folded.as_str()) {
        return Some((role, class));
    }
    if folded == kwargs || folded == "backend_kwargs" || MEANT_KWARGS.contains(&folded.as_str()) {
        return Some((role, kwargs));
    }
    match table.nearest_option(role.section(), &folded)? {
        near if near == class => Some((role, class)),
        near if near == kwargs => Some((role, kwargs)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::files::cfg_testing::{Case, lines};

    fn found(text: &str) -> Vec<String> {
        lines(&RULE, &Case::cfg(text))
    }

    #[test]
    fn what_people_wrote_is_found() {
        assert_eq!(
            found("[secrets]\nbackends = x\n"),
            [
                "2:1-2:9 error Airflow has no such option and silently ignores it; `backend` in `[secrets]` is \
              probably meant"
            ]
        );
        for text in [
            "[secrets]\nbackend_kwarg = {}\n",
            "[secrets]\nbackend-kwargs = {}\n",
            "[secrets]\nbackend_conf = {}\n",
            "[workers]\nbackend = x\n",
            "[workers]\nbackend_kwargs = x\n",
            "[secret]\nbackend = x\n",
        ] {
            assert!(found(text)[0].contains(" error "), "{text}");
        }
        let case = Case::cfg("").env("workers", "backend", Form::Plain);
        assert!(lines(&RULE, &case)[0].contains("`AIRFLOW__WORKERS__SECRETS_BACKEND`"));
        assert!(found("[secrets]\nbackend = x\nbackends = y\n")[0].contains(" warning "));
    }

    #[test]
    fn known_and_foreign_options_are_fine() {
        for text in [
            "[secrets]\nbackend = x\nbackend_kwargs = {}\nuse_cache = True\nbackend_kwargs_cmd = x\n",
            "[secrets]\nbackend_cmd = x\n",
            "[secrets]\nBackend = x\n",
            "[workers]\nsecrets_backend = x\nsecrets_backend_kwargs = {}\n",
            "[secrets]\nmy_option = x\n",
            "[mine]\nbackends = x\n",
            "[DEFAULT]\nbackends = x\n",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
        let case = Case::cfg("").env("secrets", "backend_kwargs__region_name", Form::Plain);
        assert!(lines(&RULE, &case).is_empty());
    }
}
