//! The options that are set, and those of the sections that were asked for.

use std::collections::BTreeSet;

use super::{Ending, Entry, Room, Source, State, Wanted};
use crate::airflow::config::{OptionDefault, Reading, environment_section};
use crate::airflow::data::options;
use crate::airflow::provider_options::provider_options;
use crate::airflow::public;
use crate::inputs::{Form, Origin, Setting};
use crate::source::{Span, Text};

impl Room<'_> {
    pub(super) fn options(&self, wanted: Wanted<'_>, ending: &mut Ending) {
        for (section, option) in self.names(wanted) {
            let reading = self.settings.read(&section, &option, self.target);
            let entry = match &reading {
                Reading::Unset if wanted.sections.is_empty() => continue,
                Reading::Unset => match self.default(&section, &option) {
                    Some(entry) => entry,
                    None => continue,
                },
                _ => self.entry(&section, &option, &reading, wanted),
            };
            let options = ending.sections.entry(section).or_default();
            options.insert(option, entry);
        }
        let all = ending.sections.values();
        ending.unlisted = all
            .flat_map(|options| options.values())
            .filter(|entry| !entry.name_is_public)
            .count();
    }

    /// The names to ask for: those that somebody sets, under their current name, and with
    /// `--section` every one that the release has.
    fn names(&self, wanted: Wanted<'_>) -> BTreeSet<(String, String)> {
        let table = options();
        let airflow = self.target.airflow;
        let mut names = BTreeSet::new();
        for setting in &self.settings.written {
            if matches!(setting.form, Form::PerKey(_)) || is_never_asked(setting) {
                continue;
            }
            let section = self.section(setting, wanted);
            let (section, option) = table
                .new_name(&section, &setting.option, airflow)
                .map_or((section.as_str(), setting.option.as_str()), |new| new);
            names.insert((section.to_owned(), option.to_owned()));
        }
        if wanted.sections.is_empty() {
            return names;
        }
        names.retain(|(section, _)| wanted.sections.contains(section));
        for section in wanted.sections {
            for option in table.names(section) {
                names.insert((section.clone(), option.to_owned()));
            }
        }
        names
    }

    /// The section by its own name: in the environment `common.io` is `common_io`. Airflow turns names
    /// into variables, never back, so that only a name which is known, asked for or written in a file can
    /// be told from one with underscores.
    fn section(&self, setting: &Setting, wanted: Wanted<'_>) -> String {
        let written = &setting.section;
        let table = options();
        if setting.origin == Origin::Cfg || table.has_section(written) {
            return written.clone();
        }
        let is_it = |name: &&str| environment_section(name, self.target.airflow) == *written;
        let asked = wanted.sections.iter().map(String::as_str);
        let files = self.settings.written.iter();
        let files = files
            .filter(|other| other.origin == Origin::Cfg)
            .map(|other| other.section.as_str());
        let known = table.sections().chain(asked).chain(files).find(is_it);
        known.unwrap_or(written).to_owned()
    }

    fn entry(
        &self,
        section: &str,
        option: &str,
        reading: &Reading<'_>,
        wanted: Wanted<'_>,
    ) -> Entry {
        let setting = reading.setting().expect("it is set");
        let state = match reading {
            Reading::Value { text, .. } if !text.is_known() => State::Unknown(text.clone()),
            Reading::Value { text, .. } => State::Value {
                is_public: is_public(section, option, text.expose()),
                text: text.clone(),
            },
            Reading::Error { exception, .. } => State::Error(exception),
            Reading::Command { .. } | Reading::Secret { .. } | Reading::Unset => State::Supplied,
        };
        let place = match reading {
            Reading::Error { place, .. } => *place,
            _ => setting.name_place(),
        };
        let written = (self.section(setting, wanted), setting.option.clone());
        let is_old = written.0 != section || written.1 != option;
        Entry {
            source: source(setting, reading),
            state,
            spot: Some(self.spot(place)),
            old_name: is_old.then_some(written),
            name_is_public: options().is_known(section, option) || self.is_shown(setting),
        }
    }

    /// The name of the setting stands open in its file.
    fn is_shown(&self, setting: &Setting) -> bool {
        let Some(input) = self.inputs.iter().find(|input| input.id == setting.file) else {
            return false;
        };
        let bytes = input.bytes.get(setting.name.start..setting.name.end);
        let name = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
        let section_is_open = setting.origin == Origin::Env
            || options().has_section(&setting.section)
            || options().nearest_section(&setting.section).is_some();
        section_is_open
            && name.is_some_and(|name| input.mask.apply(name, setting.name.start) == name)
    }

    /// `None` where the release has no such option.
    fn default(&self, section: &str, option: &str) -> Option<Entry> {
        let state = match self.settings.shipped_default(section, option, self.target) {
            OptionDefault::None => return None,
            OptionDefault::Unknown => State::Unknown(Text::elsewhere("", Span::at(0))),
            OptionDefault::Value(text) if !text.is_known() => State::Unknown(text),
            OptionDefault::Value(text) => State::Value {
                is_public: is_shipped(section, option, text.expose()),
                text,
            },
        };
        Some(Entry {
            source: Source::Default,
            state,
            spot: None,
            old_name: None,
            name_is_public: true,
        })
    }
}

/// `get` asks in lower case only, so that nothing leads to such a name in a file.
fn is_never_asked(setting: &Setting) -> bool {
    let has_upper = |name: &str| name.chars().any(char::is_uppercase);
    setting.origin == Origin::Cfg && (has_upper(&setting.section) || has_upper(&setting.option))
}

fn source(setting: &Setting, reading: &Reading<'_>) -> Source {
    let form = match reading {
        Reading::Command { .. } => &Form::Cmd,
        Reading::Secret { .. } => &Form::Secret,
        _ => &setting.form,
    };
    match (setting.origin, form) {
        (Origin::Env, Form::Cmd) => Source::EnvCmd,
        (Origin::Env, Form::Secret) => Source::EnvSecret,
        (Origin::Env, _) => Source::Env,
        (Origin::Cfg, Form::Cmd) => Source::CfgCmd,
        (Origin::Cfg, Form::Secret) => Source::CfgSecret,
        (Origin::Cfg, _) => Source::Cfg,
    }
}

/// A value that may be shown: on the shipped list, empty, or one that a release of Airflow ships.
fn is_public(section: &str, option: &str, value: &str) -> bool {
    if value.is_empty() {
        return true;
    }
    let shape = public::option(section, option);
    shape.is_some_and(|shape| shape.admits(value))
        || options()
            .get(section, option)
            .is_some_and(|facts| !facts.is_ever_sensitive() && facts.is_default(value))
}

/// A default that holds nothing of the deployment.
fn is_shipped(section: &str, option: &str, value: &str) -> bool {
    let facts = options().get(section, option);
    let is_default = |value: &str| {
        facts.is_some_and(|facts| facts.is_default(value))
            || provider_options().is_default(section, option, value)
    };
    value.is_empty() || is_default(value) || is_default(&value.replace('%', "%%"))
}
