//! The secrets backends: which class a deployment configures, with which keyword arguments, and
//! what Airflow would construct from them.

pub mod ask;
mod attribute;
pub mod construct;
pub mod data;
mod format;
pub mod outcome;
mod stored;
pub mod visible;

use super::config::{Reading, Settings, read_bool};
use super::{Target, Version};
use crate::inputs::{Form, Setting};
use crate::source::{Place, Text};
use crate::syntax::json::{self, Json};

pub use ask::{Ask, Question};
pub use construct::{Constructed, Construction, Fault};
pub use format::format_of_store;
pub use outcome::{Outcome, Supplier};
pub use stored::{Held, TeamsTold, held, serves, usual_datum};
pub use visible::{read_places, visible_places, visible_spans};

/// Which pair of options configures a backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// `[secrets] backend` and `backend_kwargs`.
    Secrets,
    /// `[workers] secrets_backend` and `secrets_backend_kwargs` (Airflow 3.0 and later).
    Workers,
}

impl Role {
    /// Section of both options.
    pub const fn section(self) -> &'static str {
        match self {
            Self::Secrets => "secrets",
            Self::Workers => "workers",
        }
    }

    /// Option with the class path.
    pub const fn class_option(self) -> &'static str {
        match self {
            Self::Secrets => "backend",
            Self::Workers => "secrets_backend",
        }
    }

    /// When Airflow builds the backend: `configuration.py` builds the one of `[secrets]` when it is
    /// imported, `supervise` of the Task SDK the one of `[workers]` before each task.
    pub const fn when_built(self) -> &'static str {
        match self {
            Self::Secrets => "while Airflow is imported",
            Self::Workers => "before each task",
        }
    }

    /// What an exception then leads to.
    pub const fn nothing_starts(self) -> &'static str {
        match self {
            Self::Secrets => "no Airflow component starts",
            Self::Workers => "no task starts",
        }
    }

    /// Option with the keyword arguments.
    pub const fn kwargs_option(self) -> &'static str {
        match self {
            Self::Secrets => "backend_kwargs",
            Self::Workers => "secrets_backend_kwargs",
        }
    }
}

/// What `json.loads` and the type test make of the keyword arguments.
#[derive(Clone, Debug)]
pub enum Kwargs<'a> {
    /// Nothing is set, or it is empty: no keyword arguments.
    Absent,
    /// The text is not JSON: a warning, and no keyword arguments (2.4.1 and later).
    NotJson {
        /// Where it was written.
        setting: &'a Setting,
        /// What Airflow parses.
        text: Text,
        /// Python's complaint.
        error: json::Error,
    },
    /// JSON, but not an object.
    NotObject {
        /// Where it was written.
        setting: &'a Setting,
        /// The tree.
        json: Json,
    },
    /// An object.
    Object {
        /// Where it was written.
        setting: &'a Setting,
        /// The tree.
        json: Json,
    },
    /// A command, another backend or a text that is not known supplies them.
    Unknown {
        /// Where that was written.
        setting: &'a Setting,
    },
}

/// One pair of options, as read: a backend, if its class is set.
#[derive(Clone, Debug)]
pub struct Backend<'a> {
    /// Which options configure it.
    pub role: Role,
    /// The class path, as read.
    pub class: Reading<'a>,
    /// The keyword arguments, as read.
    pub kwargs: Kwargs<'a>,
    /// `AIRFLOW__SECRETS__BACKEND_KWARG__<KEY>` variables that Airflow reads (3.2.0 and later),
    /// the last one of each key, in file order.
    pub per_key: Vec<&'a Setting>,
    /// See [`multi_team`].
    pub multi_team: Option<bool>,
}

/// `[core] multi_team` (Airflow 3.2.0 and later): teams have secrets of their own. `None` where it is
/// not set, or not known.
pub fn multi_team(settings: &Settings<'_>, target: &Target) -> Option<bool> {
    let reading = settings.read("core", "multi_team", target);
    read_bool(reading.text().filter(|text| text.is_known())?.expose())
}

/// `[core] multi_team` is set, to what `conf.getboolean` refuses.
pub fn is_bad_multi_team(settings: &Settings<'_>, target: &Target) -> bool {
    let reading = settings.read("core", "multi_team", target);
    reading
        .text()
        .is_some_and(|text| text.is_known() && read_bool(text.expose()).is_none())
}

/// Both backends of a deployment, as Airflow reads them.
#[derive(Clone, Debug)]
pub struct SecretsConfig<'a> {
    /// `[secrets]`.
    pub main: Backend<'a>,
    /// `[workers]`; `None` before Airflow 3.0. When its class is empty, workers use `main` whole
    /// (see [`SecretsConfig::for_worker`]).
    pub worker: Option<Backend<'a>>,
}

/// What a class option says.
#[derive(Clone, Debug)]
pub enum ClassPath<'b> {
    /// Nobody sets it, or it is empty: no backend from this pair of options.
    None {
        /// Where it was set to nothing.
        setting: Option<&'b Setting>,
    },
    /// A text that Airflow tries to import.
    Path {
        /// Where it was written.
        setting: &'b Setting,
        /// What Airflow sees; never empty, always known.
        text: &'b Text,
    },
    /// Something that is not known: a template, an undefined variable, a reading that fails.
    Unknown {
        /// Where it was written.
        setting: &'b Setting,
    },
}

/// One keyword argument that Airflow passes to the class.
#[derive(Clone, Debug)]
pub struct Kwarg<'b> {
    /// Name.
    pub name: String,
    /// False when the name holds a part that is not known.
    pub name_known: bool,
    /// False where a reference made a part of the name, which is another variable's value.
    pub name_written: bool,
    /// Where the name stands: the JSON key without its quotes, or the environment variable.
    pub key_place: Place,
    /// Where the value stands: a JSON string without its quotes, or the variable's value.
    pub value_place: Place,
    /// The value.
    pub value: KwargValue<'b>,
    /// Where it was written.
    pub setting: &'b Setting,
}

/// The value of a keyword argument.
#[derive(Clone, Debug)]
pub enum KwargValue<'b> {
    /// From the JSON object.
    Json(json::Value<'b>),
    /// From a variable of its own: always a string, whatever it looks like.
    Raw(&'b Text),
}

impl<'a> SecretsConfig<'a> {
    /// Reads both pairs of options as `_get_custom_secret_backend` does.
    pub fn read(settings: &Settings<'a>, target: &Target) -> Self {
        let has_worker = target.airflow >= Version::new(3, 0, 0);
        Self {
            main: Backend::read(Role::Secrets, settings, target),
            worker: has_worker.then(|| Backend::read(Role::Workers, settings, target)),
        }
    }

    /// Both pairs of options, whether or not they configure a backend.
    pub fn pairs(&self) -> impl Iterator<Item = &Backend<'a>> {
        std::iter::once(&self.main).chain(&self.worker)
    }

    /// The backends that are configured: their class is set (known or not).
    pub fn backends(&self) -> impl Iterator<Item = &Backend<'a>> {
        self.pairs().filter(|backend| backend.is_configured())
    }

    /// The pair of options that a worker uses: `[workers]`, or `[secrets]` whole, class and
    /// keyword arguments, when `[workers] secrets_backend` is empty.
    pub fn for_worker(&self) -> &Backend<'a> {
        match &self.worker {
            Some(worker) if worker.is_configured() => worker,
            _ => &self.main,
        }
    }
}

impl<'a> Backend<'a> {
    fn read(role: Role, settings: &Settings<'a>, target: &Target) -> Self {
        let class = settings.read(role.section(), role.class_option(), target);
        let kwargs = settings.read(role.section(), role.kwargs_option(), target);
        Self {
            role,
            class,
            kwargs: Kwargs::read(kwargs, target.airflow),
            per_key: per_key(role, settings, target.airflow),
            multi_team: multi_team(settings, target),
        }
    }

    /// What the class option says.
    pub fn class_path(&self) -> ClassPath<'_> {
        match &self.class {
            Reading::Unset => ClassPath::None { setting: None },
            Reading::Value { setting, text } if !text.is_known() => ClassPath::Unknown { setting },
            Reading::Value { setting, text } if text.is_empty() => ClassPath::None {
                setting: Some(setting),
            },
            Reading::Value { setting, text } => ClassPath::Path { setting, text },
            Reading::Error { setting, .. }
            | Reading::Command { setting }
            | Reading::Secret { setting } => ClassPath::Unknown { setting },
        }
    }

    /// True when the class is set, known or not.
    pub fn is_configured(&self) -> bool {
        !matches!(self.class_path(), ClassPath::None { .. })
    }

    /// The class of the table that the path names.
    pub fn known_class(&self) -> Option<data::ClassMatch> {
        match self.class_path() {
            ClassPath::Path { text, .. } => data::class_for(text.expose()),
            _ => None,
        }
    }

    /// True when every keyword argument is known by name: nothing comes from a command or from a
    /// text that is not known.
    pub fn knows_all_kwargs(&self) -> bool {
        !matches!(self.kwargs, Kwargs::Unknown { .. })
            && self.kwargs().iter().all(|kwarg| kwarg.name_known)
    }

    /// The keyword arguments that Airflow passes to the class: the members of the JSON object
    /// (the last of repeated ones), then the variables of their own, which win. What the text
    /// cannot give (not JSON, not an object, a command) is not there.
    pub fn kwargs(&self) -> Vec<Kwarg<'_>> {
        let mut all = Vec::new();
        if let Kwargs::Object { setting, json } = &self.kwargs {
            for member in json.root().effective_members() {
                let Some(name) = member.key.string() else {
                    continue;
                };
                all.push(Kwarg {
                    name: name.expose().to_owned(),
                    name_known: name.is_known(),
                    name_written: !name.has_elsewhere(),
                    key_place: Place::new(setting.file, member.key.inner_span()),
                    value_place: Place::new(setting.file, member.value.inner_span()),
                    value: KwargValue::Json(member.value),
                    setting,
                });
            }
        }
        for setting in &self.per_key {
            let Form::PerKey(name) = &setting.form else {
                continue;
            };
            let kwarg = Kwarg {
                name: name.clone(),
                name_known: true,
                name_written: true,
                key_place: setting.name_place(),
                value_place: setting.value_place(),
                value: KwargValue::Raw(&setting.value),
                setting,
            };
            match all.iter_mut().find(|other| other.name == *name) {
                Some(other) => *other = kwarg,
                None => all.push(kwarg),
            }
        }
        all
    }

    /// The keyword argument that Airflow passes under this name.
    pub fn kwarg(&self, name: &str) -> Option<Kwarg<'_>> {
        self.kwargs().into_iter().find(|kwarg| kwarg.name == name)
    }
}

impl<'a> Kwargs<'a> {
    /// `getjson` and the test for a `dict` around it.
    fn read(reading: Reading<'a>, airflow: Version) -> Self {
        let (setting, text) = match reading {
            Reading::Unset => return Self::Absent,
            Reading::Value { text, .. } if text.is_empty() => return Self::Absent,
            Reading::Value { setting, text } => (setting, text),
            Reading::Error { setting, .. }
            | Reading::Command { setting }
            | Reading::Secret { setting } => return Self::Unknown { setting },
        };
        let known = text.is_known();
        match json::parse(&text) {
            Ok(json) if json.root().kind() == json::Kind::Object => Self::Object { setting, json },
            // What an undefined variable or a template becomes may be an object.
            _ if !known => match json::certain_error(&text) {
                Some(error) => Self::NotJson {
                    setting,
                    text,
                    error,
                },
                None => Self::Unknown { setting },
            },
            // `if not backend_kwargs` came with 2.4.1; before, `**null` was a TypeError.
            Ok(json) if !json.root().is_truthy() && airflow >= Version::new(2, 4, 1) => {
                Self::Absent
            }
            Ok(json) => Self::NotObject { setting, json },
            Err(error) => Self::NotJson {
                setting,
                text,
                error,
            },
        }
    }

    /// Where they were written; `None` for [`Kwargs::Absent`].
    pub fn setting(&self) -> Option<&'a Setting> {
        match self {
            Self::Absent => None,
            Self::NotJson { setting, .. }
            | Self::NotObject { setting, .. }
            | Self::Object { setting, .. }
            | Self::Unknown { setting } => Some(setting),
        }
    }
}

impl<'b> KwargValue<'b> {
    /// A string's value; `None` for other types.
    pub fn string(&self) -> Option<Text> {
        match self {
            Self::Json(value) => value.string(),
            Self::Raw(text) => Some((*text).clone()),
        }
    }

    /// Its JSON type; a variable of its own is a string.
    pub fn kind(&self) -> json::Kind {
        match self {
            Self::Json(value) => value.kind(),
            Self::Raw(_) => json::Kind::String,
        }
    }

    /// The value inside the JSON object; `None` for a variable of its own.
    pub fn json(&self) -> Option<json::Value<'b>> {
        match self {
            Self::Json(value) => Some(*value),
            Self::Raw(_) => None,
        }
    }

    /// True when what Airflow will see is known for every part of the value.
    pub fn is_known(&self) -> bool {
        match self {
            Self::Json(value) => value.raw().is_known(),
            Self::Raw(text) => text.is_known(),
        }
    }

    /// Python's truth value.
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Json(value) => value.is_truthy(),
            Self::Raw(text) => !text.is_empty(),
        }
    }
}

/// `_collect_kwarg_env_vars`, 3.2.0 and later: variables whose name goes on after the prefix; of
/// two that give the same lower-case key the later one wins.
fn per_key<'a>(role: Role, settings: &Settings<'a>, airflow: Version) -> Vec<&'a Setting> {
    if airflow < Version::new(3, 2, 0) {
        return Vec::new();
    }
    let mut kept: Vec<&'a Setting> = Vec::new();
    for &setting in &settings.written {
        let Form::PerKey(key) = &setting.form else {
            continue;
        };
        let option = setting.option.strip_suffix('s').unwrap_or(&setting.option);
        let belongs = setting.section == role.section()
            && role.kwargs_option().strip_suffix('s') == Some(option);
        if !belongs || key.is_empty() {
            continue;
        }
        match kept.iter_mut().find(|other| other.form == setting.form) {
            Some(other) => *other = setting,
            None => kept.push(setting),
        }
    }
    kept
}

#[cfg(test)]
pub(crate) mod tests;
