//! The names under which one option is looked up: the current one and the old one, and how they are
//! spelt in a file and in the environment.
//!
//! `_resolve_deprecated_lookup` and `_env_var_name` of `AirflowConfigParser`.

use std::borrow::Cow;

use super::facts::facts;
use crate::airflow::Version;
use crate::airflow::data::Options;
use crate::inputs::{Form, Setting};

/// One name under which an option is looked up.
pub(super) struct Name<'n> {
    pub(super) section: &'n str,
    pub(super) option: &'n str,
    /// `_cmd` and `_secret` are honoured.
    pub(super) sensitive: bool,
}

impl<'n> Name<'n> {
    /// The option with the ending of a form.
    pub(super) fn with(&self, suffix: &str) -> Cow<'n, str> {
        if suffix.is_empty() {
            return Cow::Borrowed(self.option);
        }
        Cow::Owned(format!("{}{suffix}", self.option))
    }
}

/// The current name and the old one, as `_resolve_deprecated_lookup` finds them.
pub(super) struct Names<'n> {
    pub(super) current: Name<'n>,
    pub(super) old: Option<Name<'n>>,
}

impl<'n> Names<'n> {
    pub(super) fn new(
        table: &'n Options,
        section: &'n str,
        option: &'n str,
        airflow: Version,
    ) -> Self {
        let name = |section, option| Name {
            section,
            option,
            sensitive: table.is_sensitive(section, option, airflow),
        };
        if airflow >= facts().old_names_answer
            && let Some((new_section, new_option)) = table.new_name(section, option, airflow)
        {
            return Self {
                current: name(new_section, new_option),
                old: Some(name(section, option)),
            };
        }
        Self {
            current: name(section, option),
            old: table
                .old_name(section, option, airflow)
                .map(|(section, option)| name(section, option)),
        }
    }

    pub(super) fn each(&self) -> impl Iterator<Item = &Name<'n>> {
        std::iter::once(&self.current).chain(&self.old)
    }
}

/// The option's name with the ending of its form, as it was written (environment: lower-cased).
pub fn written_name(setting: &Setting) -> Cow<'_, str> {
    match &setting.form {
        Form::Plain => Cow::Borrowed(&setting.option),
        Form::Cmd => Cow::Owned(format!("{}_cmd", setting.option)),
        Form::Secret => Cow::Owned(format!("{}_secret", setting.option)),
        Form::PerKey(key) => Cow::Owned(format!(
            "{}__{key}",
            setting.option.replace("_kwargs", "_kwarg")
        )),
    }
}

/// The section as it stands (lower-cased) in `AIRFLOW__SECTION__OPTION`: `_env_var_name` replaces
/// dots since 2.6.2.
pub fn environment_section(section: &str, airflow: Version) -> Cow<'_, str> {
    if section.contains('.') && airflow >= facts().dots_become_underscores {
        return Cow::Owned(section.replace('.', "_"));
    }
    Cow::Borrowed(section)
}
