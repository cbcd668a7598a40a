//! How Airflow finds and reads one option: precedence of environment and file, `%`
//! interpolation, `$` and `~` expansion with the deployment's own variables.
//!
//! `AirflowConfigParser.get` and its helpers, from `airflow/configuration.py`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::data::{Options, options};
use super::expansion::expand;
use super::interpolation::{Fault, interpolate};
use super::{Target, Version};
use crate::inputs::{Form, Origin, Setting};
use crate::source::{Place, Text};
use crate::syntax::cfg::is_blank;

/// The environment Airflow runs in, as far as the deployment itself says: the variables of its env
/// carriers and `--define`. airvane's own environment is never looked at.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Known values by exact name. `None`: the name is set, its value is not known.
    pub variables: BTreeMap<String, Option<Text>>,
}

/// All settings of one choice of a deployment, as written.
#[derive(Clone, Debug, Default)]
pub struct Settings<'a> {
    /// Options of every carrier, in file order.
    pub written: Vec<&'a Setting>,
    /// For expansion.
    pub environment: Environment,
    /// False when the deployment holds no airflow.cfg or no env carrier, so that more may be set
    /// elsewhere.
    pub has_cfg: bool,
    /// See `has_cfg`.
    pub has_env: bool,
}

/// What `conf.get(section, option)` gives.
#[derive(Clone, Debug)]
pub enum Reading<'a> {
    /// No carrier sets it: the default of config.yml holds.
    Unset,
    /// The value Airflow sees, after interpolation and expansion. Parts that nothing in the
    /// deployment defines are marked unknown in the text. Empty is a value.
    Value {
        /// Where it was written.
        setting: &'a Setting,
        /// What Airflow sees.
        text: Text,
    },
    /// Reading raises.
    Error {
        /// Where it was written.
        setting: &'a Setting,
        /// Name of the Python exception.
        exception: &'static str,
        /// The place of the fault.
        place: Place,
    },
    /// A command supplies it (`_cmd`); it is never run.
    Command {
        /// Where the command was written.
        setting: &'a Setting,
    },
    /// The secrets backend supplies it (`_secret`).
    Secret {
        /// Where the key was written.
        setting: &'a Setting,
    },
}

impl<'a> Settings<'a> {
    /// `conf.get(section, option)`: environment over file, a plain value over `_cmd` over
    /// `_secret`, and at each of these steps the new name over the old one
    /// (`AirflowConfigParser._lookup_sequence`).
    pub fn read(&self, section: &str, option: &str, target: &Target) -> Reading<'a> {
        let table = options();
        let airflow = target.airflow;
        let names = Names::new(table, section, option, airflow);
        self.read_environment(&names, airflow)
            .or_else(|| self.read_file(&names))
            .or_else(|| self.read_file_form(&names, "_cmd"))
            .or_else(|| self.read_file_form(&names, "_secret"))
            .unwrap_or(Reading::Unset)
    }

    /// What one setting of a file gives when it is read: its value after interpolation and
    /// expansion, or the exception. For a setting of the environment: after expansion.
    pub fn read_setting(&self, setting: &'a Setting) -> Reading<'a> {
        let interpolated = match setting.origin {
            Origin::Env => Ok(setting.value.clone()),
            Origin::Cfg => self.interpolated(setting),
        };
        match interpolated {
            Ok(text) => Reading::Value {
                setting,
                text: expand(&text, &self.environment),
            },
            Err(fault) => Reading::error(setting, fault),
        }
    }

    /// The value of a file's option after `%` interpolation, before `$` expansion.
    pub fn interpolated(&self, setting: &Setting) -> Result<Text, Fault> {
        interpolate(&setting.value, |name| {
            self.written
                .iter()
                .find(|other| {
                    other.file == setting.file
                        && other.origin == Origin::Cfg
                        && other.section == setting.section
                        && written_name(other) == name
                })
                .map(|other| &other.value)
        })
    }

    /// `_get_environment_variables`
    fn read_environment(&self, names: &Names<'_>, airflow: Version) -> Option<Reading<'a>> {
        for name in names.each() {
            let find = |suffix: &str| self.in_environment(name, suffix, airflow);
            if let Some(setting) = find("") {
                return Some(self.read_setting(setting));
            }
            if !name.sensitive {
                continue;
            }
            if let Some(setting) = find("_cmd") {
                return Some(Reading::Command { setting });
            }
            if let Some(setting) = find("_secret") {
                return Some(Reading::Secret { setting });
            }
        }
        None
    }

    /// `_get_option_from_config_file`
    fn read_file(&self, names: &Names<'_>) -> Option<Reading<'a>> {
        names
            .each()
            .find_map(|name| self.in_file(name, ""))
            .map(|setting| self.read_setting(setting))
    }

    /// `_get_option_from_commands`, `_get_option_from_secrets`
    fn read_file_form(&self, names: &Names<'_>, suffix: &str) -> Option<Reading<'a>> {
        let setting = names
            .each()
            .filter(|name| name.sensitive)
            .find_map(|name| self.in_file(name, suffix))?;
        // The command is interpolated (and not expanded) before it is run.
        if let Err(fault) = self.interpolated(setting) {
            return Some(Reading::error(setting, fault));
        }
        Some(if suffix == "_cmd" {
            Reading::Command { setting }
        } else {
            Reading::Secret { setting }
        })
    }

    fn in_environment(
        &self,
        name: &Name<'_>,
        suffix: &str,
        airflow: Version,
    ) -> Option<&'a Setting> {
        let section = environment_section(name.section, airflow);
        self.written.iter().rev().copied().find(|setting| {
            setting.origin == Origin::Env
                && setting.section == section
                && is_named(setting, name.option, suffix)
        })
    }

    fn in_file(&self, name: &Name<'_>, suffix: &str) -> Option<&'a Setting> {
        self.written.iter().copied().find(|setting| {
            setting.origin == Origin::Cfg
                && setting.section == name.section
                && is_named(setting, name.option, suffix)
        })
    }
}

impl<'a> Reading<'a> {
    fn error(setting: &'a Setting, fault: Fault) -> Self {
        Self::Error {
            setting,
            exception: fault.kind.exception(),
            place: Place::new(setting.file, fault.span),
        }
    }

    /// Where it was written.
    pub fn setting(&self) -> Option<&'a Setting> {
        match self {
            Self::Unset => None,
            Self::Value { setting, .. }
            | Self::Error { setting, .. }
            | Self::Command { setting }
            | Self::Secret { setting } => Some(setting),
        }
    }

    /// The value, where there is one.
    pub fn text(&self) -> Option<&Text> {
        match self {
            Self::Value { text, .. } => Some(text),
            _ => None,
        }
    }
}

/// One name under which an option is looked up.
struct Name<'n> {
    section: &'n str,
    option: &'n str,
    /// `_cmd` and `_secret` are honoured.
    sensitive: bool,
}

/// The current name and the old one, as `_resolve_deprecated_lookup` finds them.
struct Names<'n> {
    current: Name<'n>,
    old: Option<Name<'n>>,
}

impl<'n> Names<'n> {
    fn new(table: &'n Options, section: &'n str, option: &'n str, airflow: Version) -> Self {
        let name = |section, option| Name {
            section,
            option,
            sensitive: table.is_sensitive(section, option, airflow),
        };
        if let Some((new_section, new_option)) = table.new_name(section, option, airflow) {
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

    fn each(&self) -> impl Iterator<Item = &Name<'n>> {
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

/// The setting is written as `option` + `suffix`, however the carrier's adapter cut the name.
fn is_named(setting: &Setting, option: &str, suffix: &str) -> bool {
    written_name(setting).strip_suffix(suffix) == Some(option)
}

/// The section as it stands (lower-cased) in `AIRFLOW__SECTION__OPTION`: `_env_var_name` replaces
/// dots since 2.6.2.
pub fn environment_section(section: &str, airflow: Version) -> Cow<'_, str> {
    if section.contains('.') && airflow >= Version::new(2, 6, 2) {
        return Cow::Owned(section.replace('.', "_"));
    }
    Cow::Borrowed(section)
}

/// `conf.getboolean`: t, true, 1, f, false, 0 in any case; text after `#` is cut. `None` where it
/// raises.
pub fn read_bool(value: &str) -> Option<bool> {
    let lower = value.to_lowercase();
    let word = lower.trim_matches(is_blank);
    let word = word
        .split('#')
        .next()
        .unwrap_or(word)
        .trim_matches(is_blank);
    match word {
        "t" | "true" | "1" => Some(true),
        "f" | "false" | "0" => Some(false),
        _ => None,
    }
}

/// `conf.getint`, bounded to the size of the result; `None` where it raises. From 3.2 on a float
/// without fraction counts.
pub fn read_int(value: &str, airflow: Version) -> Option<i128> {
    if let Some(number) = python_int(value) {
        return Some(number);
    }
    if airflow < Version::new(3, 2, 0) {
        return None;
    }
    let number = read_float(value)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "`as` bounds it, as documented"
    )]
    (number.is_finite() && number.fract() == 0.0).then_some(number as i128)
}

/// `conf.getfloat`: Python's `float(str)`; `None` where it raises.
pub fn read_float(value: &str) -> Option<f64> {
    without_underscores(value.trim_matches(is_blank))?
        .parse()
        .ok()
}

/// Python's `int(str)` in base 10.
fn python_int(value: &str) -> Option<i128> {
    let text = without_underscores(value.trim_matches(is_blank))?;
    let digits = text.strip_prefix(['+', '-']).unwrap_or(&text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let bound = if text.starts_with('-') {
        i128::MIN
    } else {
        i128::MAX
    };
    Some(text.parse().unwrap_or(bound))
}

/// Underscores may stand between two digits and nowhere else.
fn without_underscores(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('_') {
        return Some(Cow::Borrowed(text));
    }
    let bytes = text.as_bytes();
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_digit)
    };
    let allowed = memchr::memchr_iter(b'_', bytes)
        .all(|at| is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)));
    allowed.then(|| Cow::Owned(text.replace('_', "")))
}
