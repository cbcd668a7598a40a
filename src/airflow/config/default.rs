//! The default of an option in one release: what `conf.get` gives when nobody sets the option.
//!
//! `get_default_value` and `create_default_config_parser` of `airflow/configuration.py`. Up to 2.6
//! the defaults stood in `default_airflow.cfg`, which was filled in as a whole.

use super::facts::facts;
use super::load::survives_bad_file;
use super::names::Names;
use super::{Settings, lower};
use crate::airflow::Target;
use crate::airflow::data::{DefaultIn, options};
use crate::airflow::expansion::expand;
use crate::airflow::interpolation::interpolate;
use crate::airflow::provider_options::provider_options;
use crate::source::{Span, Text, TextBuilder};

/// What holds for an option that nobody sets.
#[derive(Clone, Debug)]
pub enum OptionDefault {
    /// The release has no such option, or one without a default: `conf.get` raises
    /// `AirflowConfigException`.
    None,
    /// The default as Airflow sees it. Parts that nothing in the deployment defines are marked
    /// unknown in the text; it stands in no file.
    Value(Text),
    /// Not known: it depends on the providers that are installed, or on whether the process loaded what
    /// they declare; or the table does not know this release exactly.
    Unknown,
}

impl OptionDefault {
    /// Certainly the same.
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None) => true,
            (Self::Value(one), Self::Value(other)) => {
                one.expose() == other.expose() && one.is_known() == other.is_known()
            }
            _ => false,
        }
    }
}

impl Settings<'_> {
    /// The default of `(section, option)` in the target's release.
    pub fn shipped_default(&self, section: &str, option: &str, target: &Target) -> OptionDefault {
        let table = options();
        let (section, option) = (lower(section), lower(option));
        let names = Names::new(table, &section, &option, target.airflow);
        let (section, option) = (names.current.section, names.current.option);
        let Some(facts_of) = table.get(section, option) else {
            return self.default_of_providers(section, option, target);
        };
        let raw = match table.default_in(section, option, target.airflow) {
            DefaultIn::None => return self.default_of_providers(section, option, target),
            DefaultIn::Unknown => return OptionDefault::Unknown,
            DefaultIn::Value(raw) => raw,
        };
        if facts_of.deprecated_since.is_some()
            && target.airflow >= facts().deprecated_without_default
        {
            return self.default_of_providers(section, option, target);
        }
        match self.filled_in(raw, facts_of.is_template, target) {
            Some(text) => OptionDefault::Value(expand(&text, &self.environment)),
            None => OptionDefault::Unknown,
        }
    }

    /// What holds where Airflow itself has no default: the one that a provider declares, then the
    /// fallback that Airflow keeps for it. Which providers are installed is not always known, nor, up to
    /// 3.1, whether the process loaded what they declare: a default is known where that makes no
    /// difference.
    fn default_of_providers(&self, section: &str, option: &str, target: &Target) -> OptionDefault {
        if target.airflow < facts().providers_declare_options {
            return OptionDefault::None;
        }
        let table = provider_options();
        if !table.has_section(section)
            && table.fallback(section, option, target.airflow).is_none()
            && !options().is_own_section(section)
        {
            // A provider that the table does not know may declare it.
            return OptionDefault::Unknown;
        }
        let read_always = target.airflow >= facts().providers_read_always;
        // "no expansion needed"
        let fallback = match table.fallback(section, option, target.airflow) {
            None => OptionDefault::None,
            Some(raw) => match interpolate(&Text::elsewhere(raw, Span::at(0)), |_| None) {
                Ok(text) => OptionDefault::Value(text),
                Err(_) => OptionDefault::Unknown,
            },
        };
        let declared = table.possible(section, option, target).into_iter();
        let mut outcomes = declared.map(|says| {
            let says = says.filter(|says| !(read_always && says.deprecated));
            let Some((says, raw)) = says.and_then(|says| Some((says, says.default.as_deref()?)))
            else {
                return fallback.clone();
            };
            match self.filled_in(raw, says.is_template, target) {
                Some(text) if read_always => OptionDefault::Value(text),
                Some(text) => OptionDefault::Value(expand(&text, &self.environment)),
                None => OptionDefault::Unknown,
            }
        });
        let first = outcomes.next().unwrap_or_else(|| fallback.clone());
        let of_unloaded = (!read_always).then_some(&fallback);
        let is_certain = outcomes.all(|other| other.is(&first))
            && of_unloaded.is_none_or(|bare| bare.is(&first));
        if is_certain {
            first
        } else {
            OptionDefault::Unknown
        }
    }

    /// A raw default with its names filled in and interpolated, before expansion. `None`: not known.
    fn filled_in(&self, raw: &str, is_template: bool, target: &Target) -> Option<Text> {
        let text = if is_template && target.airflow >= facts().defaults_one_by_one {
            Text::elsewhere(raw, Span::at(0))
        } else {
            match self.format(raw, survives_bad_file(target)) {
                Ok(text) => text,
                // `except (KeyError, ValueError)`: a default that cannot be filled in stays as it is.
                Err(Malformed) if target.airflow >= facts().deprecated_without_default => {
                    Text::elsewhere(raw, Span::at(0))
                }
                Err(Malformed) => return None,
            }
        };
        interpolate(&text, |_| None).ok()
    }

    /// `default_value.format(**all_vars)`
    fn format(&self, raw: &str, own_object: bool) -> Result<Text, Malformed> {
        let mut out = TextBuilder::at(0);
        let mut rest = raw;
        while let Some(at) = rest.find(['{', '}']) {
            out.push_within(&rest[..at], Span::at(0));
            rest = &rest[at..];
            if rest.starts_with("{{") || rest.starts_with("}}") {
                out.push_within(&rest[..1], Span::at(0));
                rest = &rest[2..];
                continue;
            }
            let end = rest.find('}').filter(|_| rest.starts_with('{'));
            let Some(end) = end else {
                return Err(Malformed);
            };
            let part = self.variable(&rest[1..end], own_object)?;
            match part {
                Some(text) if text.is_known() => out.push_from(&text, 0..text.len()),
                Some(text) => out.push_unknown(&text, 0..text.len()),
                None => {
                    let text = Text::elsewhere(&rest[..=end], Span::at(0));
                    out.push_unknown(&text, 0..text.len());
                }
            }
            rest = &rest[end + 1..];
        }
        out.push_within(rest, Span::at(0));
        Ok(out.finish())
    }

    /// A name in a default: `get_all_expansion_variables`, `get_sdk_expansion_variables`. `None`:
    /// not known.
    fn variable(&self, name: &str, own_object: bool) -> Result<Option<Text>, Malformed> {
        match name {
            "AIRFLOW_HOME" => Ok(match self.environment.variables.get("AIRFLOW_HOME") {
                Some(Some(home)) => Some(expand(home, &self.environment)),
                _ => None,
            }),
            _ if own_object => Err(Malformed),
            // Made, and written into airflow.cfg, only when there is no such file yet.
            "FERNET_KEY" | "JWT_SECRET_KEY" if self.has_cfg => {
                Ok(Some(Text::elsewhere("", Span::at(0))))
            }
            // Random in each process.
            _ => Ok(None),
        }
    }
}

/// `str.format` raises.
struct Malformed;
