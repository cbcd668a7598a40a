//! How Airflow finds and reads one option: precedence of environment and file, `%`
//! interpolation, `$` and `~` expansion with the deployment's own variables.
//!
//! `AirflowConfigParser.get` and its helpers, from `airflow/configuration.py`.

mod default;
mod facts;
mod index;
mod load;
mod names;
mod typed;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use foldhash::quality::RandomState;

use super::data::options;
use super::expansion::expand;
use super::interpolation::{Fault, interpolate};
use super::{Target, Version};
use crate::inputs::{Origin, Setting};
use crate::source::{FileId, Place, Text};

use names::{Name, Names};

pub use default::OptionDefault;
pub use index::Index;
pub use load::{header_ends_at_first_bracket, survives_bad_file};
pub use names::{environment_section, written_name};
pub use typed::{read_bool, read_float, read_int};

/// The environment Airflow runs in, as far as the deployment itself says: the variables of its env
/// carriers and `--define`. airvane's own environment is never looked at.
#[derive(Clone, Debug, Default)]
pub struct Environment<'a> {
    /// Known values by exact name. `None`: the name is set, its value is not known.
    pub variables: HashMap<Cow<'a, str>, Option<Text>, RandomState>,
}

/// All settings of one choice of a deployment, as written.
#[derive(Clone, Debug, Default)]
pub struct Settings<'a> {
    /// Options of every carrier, in file order.
    pub written: Vec<&'a Setting>,
    /// For expansion.
    pub environment: Environment<'a>,
    /// False when the deployment holds no airflow.cfg or no env carrier, so that more may be set
    /// elsewhere.
    pub has_cfg: bool,
    /// See `has_cfg`.
    pub has_env: bool,
    /// Files of which the process holds lists of lines instead of values, see
    /// [`Settings::keep_loaded`].
    pub unjoined: BTreeSet<FileId>,
    /// Of `written`, see [`Settings::index`].
    pub by_name: Option<Index<'a>>,
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
    /// (`AirflowConfigParser._lookup_sequence`). What is asked for may be in any case.
    pub fn read(&self, section: &str, option: &str, target: &Target) -> Reading<'a> {
        // Where nothing is set, no other name of the option is set either.
        if self.written.is_empty() {
            return Reading::Unset;
        }
        let table = options();
        let airflow = target.airflow;
        let (section, option) = (lower(section), lower(option));
        let names = Names::new(table, &section, &option, airflow);
        self.read_environment(&names, airflow)
            .or_else(|| self.read_file(&names))
            .or_else(|| self.read_file_form(&names, "_cmd"))
            .or_else(|| self.read_file_form(&names, "_secret"))
            .unwrap_or(Reading::Unset)
    }

    /// What one setting of a file gives when it is read: its value after interpolation and
    /// expansion, or the exception. For a setting of the environment: after expansion.
    pub fn read_setting(&self, setting: &'a Setting) -> Reading<'a> {
        if let Some(error) = self.not_joined(setting) {
            return error;
        }
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
            self.named(&setting.section, name)
                .find(|other| other.file == setting.file && other.origin == Origin::Cfg)
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
        if let Some(error) = self.not_joined(setting) {
            return Some(error);
        }
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

    /// `BasicInterpolation.before_get` calls `find` on the list of lines.
    fn not_joined(&self, setting: &'a Setting) -> Option<Reading<'a>> {
        let is_list = setting.origin == Origin::Cfg && self.unjoined.contains(&setting.file);
        is_list.then(|| Reading::Error {
            setting,
            exception: "AttributeError",
            place: setting.value_place(),
        })
    }

    fn in_environment(
        &self,
        name: &Name<'_>,
        suffix: &str,
        airflow: Version,
    ) -> Option<&'a Setting> {
        let section = environment_section(name.section, airflow);
        self.named(&section, &name.with(suffix))
            .filter(|setting| setting.origin == Origin::Env)
            .last()
    }

    fn in_file(&self, name: &Name<'_>, suffix: &str) -> Option<&'a Setting> {
        self.named(name.section, &name.with(suffix))
            .find(|setting| setting.origin == Origin::Cfg)
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

/// `section.lower()`; mostly it is so already.
fn lower(name: &str) -> Cow<'_, str> {
    if name.chars().any(char::is_uppercase) {
        return Cow::Owned(name.to_lowercase());
    }
    Cow::Borrowed(name)
}
