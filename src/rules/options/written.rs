//! How these rules look at the settings of a file, and how they name them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::airflow::Version;
use crate::airflow::changes::{Fate, fate};
use crate::airflow::config::{Reading, environment_section, written_name};
use crate::airflow::data::{Options, is_free_form, options};
use crate::inputs::{Form, Input, Origin, Setting, Tree};
use crate::report::Severity;
use crate::rules::DeploymentContext;
use crate::rules::files::cfg_inline_comment::comment;
use crate::rules::files::cfg_quoted_value::inside_quotes;
use crate::source::{Place, Span, Text};
use crate::syntax::cfg::DEFAULT_SECTION;

/// A setting of a file.
#[derive(Clone, Copy)]
pub(super) struct Written<'a> {
    pub(super) setting: &'a Setting,
    /// The section as Airflow's table calls it: `common.ai` for `AIRFLOW__COMMON_AI__…`.
    pub(super) section: &'a str,
}

/// The settings of a file as they stand there: those of `[DEFAULT]`, which every section inherits,
/// are nobody's options, and single keyword arguments have rules of their own.
pub(super) fn each(input: &Input) -> impl Iterator<Item = Written<'_>> {
    let inherited = inherited(input);
    let settings = input.settings.iter();
    settings
        .filter(move |setting| {
            !matches!(setting.form, Form::PerKey(_))
                && !inherited.contains(&setting.name)
                && !setting.is_left_open
        })
        .map(|setting| Written {
            setting,
            section: section_of(options(), setting),
        })
}

/// Of every file of a deployment's choice.
pub(super) fn of_deployment<'a>(
    cx: &DeploymentContext<'a>,
) -> impl Iterator<Item = Written<'a>> + use<'a> {
    cx.inputs.iter().copied().flat_map(each)
}

fn inherited(input: &Input) -> BTreeSet<Span> {
    match &input.tree {
        Tree::Cfg(tree) => tree
            .named(DEFAULT_SECTION)
            .flat_map(|section| &section.options)
            .map(|option| option.name.source())
            .collect(),
        _ => BTreeSet::new(),
    }
}

fn section_of<'a>(table: &'static Options, setting: &'a Setting) -> &'a str {
    let section = setting.section.as_str();
    if setting.origin == Origin::Cfg || table.has_section(section) {
        return section;
    }
    // Whatever the release, a name without the dot can only mean this section.
    let newest = Version::new(u32::MAX, 0, 0);
    table
        .sections()
        .find(|known| known.contains('.') && environment_section(known, newest) == section)
        .unwrap_or(section)
}

impl<'a> Written<'a> {
    /// The option without the ending of its form.
    pub(super) fn option(self) -> &'a str {
        &self.setting.option
    }

    /// What the release makes of the name. Sections whose options are the user's own have none.
    pub(super) fn fate(self, airflow: Version) -> Option<Fate<'a>> {
        if is_free_form(self.section) && options().get(self.section, self.option()).is_none() {
            return None;
        }
        Some(fate(self.section, self.option(), airflow))
    }

    /// The name under which the release asks for the option; `None` where it does not ask.
    pub(super) fn asked(self, airflow: Version) -> Option<(&'a str, &'a str)> {
        match self.fate(airflow)? {
            Fate::InForce => Some((self.section, self.option())),
            Fate::Renamed {
                section,
                option,
                is_read: true,
                ..
            } => Some((section, option)),
            _ => None,
        }
    }

    /// Where the name stands.
    pub(super) fn place(self) -> Place {
        self.setting.name_place()
    }

    /// The option as a message names it. Only for names that Airflow's table has.
    pub(super) fn words(self) -> String {
        let name = written_name(self.setting);
        words(self.setting, self.section, &name)
    }

    /// Another option, in the form of this one, as a message names it.
    pub(super) fn words_for(self, section: &str, option: &str) -> String {
        words(self.setting, section, &self.with_ending(option))
    }

    /// The same as it is written in this carrier.
    pub(super) fn name_for(self, section: &str, option: &str) -> String {
        let name = self.with_ending(option);
        match self.setting.origin {
            Origin::Cfg => name,
            Origin::Env => self.setting.name_of(section, &name),
        }
    }

    fn with_ending(self, option: &str) -> String {
        let ending = match self.setting.form {
            Form::Cmd => "_cmd",
            Form::Secret => "_secret",
            Form::Plain | Form::PerKey(_) => "",
        };
        format!("{option}{ending}")
    }

    /// `section.option`
    pub(super) fn subject(self) -> String {
        format!("{}.{}", self.section, written_name(self.setting))
    }

    /// The value as it stands, with `%%` taken for `%`; `None` where parts of it are not known or it
    /// is a command.
    pub(super) fn plain_value(self) -> Option<Cow<'a, str>> {
        let value = &self.setting.value;
        if self.setting.form != Form::Plain || !value.is_known() {
            return None;
        }
        let text = value.expose();
        Some(match self.setting.origin {
            Origin::Cfg if text.contains("%%") => Cow::Owned(text.replace("%%", "%")),
            _ => Cow::Borrowed(text),
        })
    }

    /// The value as Airflow reads it; `None` where parts of it are not known, or it raises.
    pub(super) fn read_value(self, cx: &DeploymentContext<'a>) -> Option<Text> {
        if self.setting.form != Form::Plain {
            return None;
        }
        match cx.settings.read_setting(self.setting) {
            Reading::Value { text, .. } if text.is_known() => Some(text),
            _ => None,
        }
    }

    /// AV007 and AV008 speak of the same value.
    pub(super) fn is_told_elsewhere(self) -> bool {
        let value = self.setting.value.expose();
        self.setting.origin == Origin::Cfg
            && (comment(value).is_some() || inside_quotes(value).is_some())
    }

    /// Its comment begins with `#`, at which `getboolean` cuts the value, and no quotes stand round it.
    pub(super) fn is_cut_as_boolean(self) -> bool {
        let value = self.setting.value.expose();
        let comment = comment(value);
        comment.is_some_and(|range| value[range].starts_with('#')) && inside_quotes(value).is_none()
    }

    /// `severity` where Airflow reads this setting when it asks for `asked`; one level less where
    /// another one comes first.
    pub(super) fn if_read(
        self,
        cx: &DeploymentContext<'a>,
        asked: (&str, &str),
        severity: Severity,
    ) -> Severity {
        let read = cx.settings.read(asked.0, asked.1, cx.target);
        let is_read = read
            .setting()
            .is_some_and(|read| std::ptr::eq(read, self.setting));
        if is_read {
            severity
        } else {
            severity.lowered()
        }
    }
}

/// `` `x` in `[s]` ``, `` `AIRFLOW__S__X` ``, or what a managed service calls it.
fn words(like: &Setting, section: &str, name: &str) -> String {
    match like.origin {
        Origin::Cfg => format!("`{name}` in `[{section}]`"),
        Origin::Env => format!("`{}`", like.name_of(section, name)),
    }
}

/// The severity of a fault of releases from `since` on, and the words for that: nobody chose a
/// release, and some supported one does not have the fault.
pub(super) fn from_release(
    since: Option<Version>,
    is_guess: bool,
    severity: Severity,
) -> (Severity, String) {
    match since {
        Some(since) if is_guess && since > Version::new(2, 0, 0) => (
            severity.lowered(),
            format!(" (Airflow {} and later)", since.short()),
        ),
        _ => (severity, String::new()),
    }
}
