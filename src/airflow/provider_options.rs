//! The options that providers declare, and the defaults that Airflow itself keeps for some of them.
//!
//! Typed access to `schemas/data/provider_options.json`: `get_provider_info()["config"]` of each release
//! of a provider, the fallbacks that each release of Airflow ships, and which of these providers pip
//! installs with it. Nothing is judged here; names and values of this table are public.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use pep508_rs::pep440_rs::{Version as Pep440, VersionSpecifiers};
use serde::Deserialize;

use super::{Target, Version};

/// What holds from a release on until the next entry, oldest first.
type History<T> = Vec<(Version, T)>;

/// By section and option.
type Table<T> = BTreeMap<Box<str>, BTreeMap<Box<str>, T>>;

/// What a release of a provider says of an option.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Declared {
    /// Its default, raw: names in braces are not filled in.
    pub default: Option<Box<str>>,
    /// Its value is a Jinja template that Airflow fills in later.
    #[serde(default)]
    pub is_template: bool,
    /// Some release, or a reason, is named from which on it is deprecated.
    #[serde(default)]
    pub deprecated: bool,
    /// Marked sensitive.
    #[serde(default)]
    pub sensitive: bool,
}

/// A provider that declares options.
#[derive(Debug, Deserialize)]
struct Provider {
    /// Oldest first.
    releases: Vec<Version>,
    /// The Airflow that a release asks for at least; an older one does not load it.
    needs_airflow: History<Option<Version>>,
    options: Table<History<Option<Declared>>>,
}

/// All of it.
#[derive(Debug)]
pub struct ProviderOptions {
    /// As pip writes it; read where somebody asks.
    required: History<BTreeMap<Box<str>, Box<str>>>,
    fallbacks: Table<History<Option<Box<str>>>>,
    providers: BTreeMap<Box<str>, Provider>,
}

static TABLE: LazyLock<ProviderOptions> = LazyLock::new(|| {
    #[derive(Deserialize)]
    struct Raw {
        required: BTreeMap<Version, BTreeMap<Box<str>, Box<str>>>,
        fallbacks: Table<History<Option<Box<str>>>>,
        providers: BTreeMap<Box<str>, Provider>,
    }
    let raw: Raw = serde_json::from_str(include_str!("../../schemas/data/provider_options.json"))
        .expect("the shipped table is valid, a test reads it");
    ProviderOptions {
        required: raw.required.into_iter().collect(),
        fallbacks: raw.fallbacks,
        providers: raw.providers,
    }
});

/// What holds in `release`.
fn at<T>(history: &[(Version, T)], release: Version) -> Option<&T> {
    let after = history.partition_point(|(since, _)| *since <= release);
    Some(&history.get(after.checked_sub(1)?)?.1)
}

fn of<'t, T>(table: &'t Table<History<T>>, section: &str, option: &str) -> &'t [(Version, T)] {
    let history = table.get(section).and_then(|options| options.get(option));
    history.map_or(&[], Vec::as_slice)
}

fn specifiers(words: &str) -> VersionSpecifiers {
    words
        .parse()
        .expect("the shipped table is valid, a test reads it")
}

/// The table; read on first use.
pub fn provider_options() -> &'static ProviderOptions {
    &TABLE
}

impl ProviderOptions {
    /// The providers that declare options, by short name, sorted.
    pub fn providers(&self) -> impl Iterator<Item = &str> {
        self.providers.keys().map(AsRef::as_ref)
    }

    /// The oldest and the newest release of a provider that are known.
    pub fn known_provider(&self, name: &str) -> Option<(Version, Version)> {
        let releases = &self.providers.get(name)?.releases;
        Some((*releases.first()?, *releases.last()?))
    }

    /// What release `airflow` falls back on for an option that no provider gives a default: its
    /// `provider_config_fallback_defaults.cfg`, in 2.7 `pre_2_7_defaults.cfg`.
    pub fn fallback(&self, section: &str, option: &str, airflow: Version) -> Option<&str> {
        at(of(&self.fallbacks, section, option), airflow)?.as_deref()
    }

    /// Some release of a provider declares options in the section.
    pub fn has_section(&self, section: &str) -> bool {
        let mut providers = self.providers.values();
        providers.any(|provider| provider.options.contains_key(section))
    }

    /// Every option that some release of a provider declares: section, option, the provider's short
    /// name, and what the newest release that has it says.
    pub fn declared(&self) -> impl Iterator<Item = (&str, &str, &str, &Declared)> {
        self.providers.iter().flat_map(|(name, provider)| {
            provider.options.iter().flat_map(move |(section, options)| {
                options.iter().filter_map(move |(option, history)| {
                    let mut newest = history.iter().rev().filter_map(|(_, says)| says.as_ref());
                    Some((
                        section.as_ref(),
                        option.as_ref(),
                        name.as_ref(),
                        newest.next()?,
                    ))
                })
            })
        })
    }

    /// True when `value` is a default of some release, of a provider or of Airflow for it.
    pub fn is_default(&self, section: &str, option: &str, value: &str) -> bool {
        let mut fallbacks = of(&self.fallbacks, section, option).iter();
        fallbacks.any(|(_, default)| default.as_deref() == Some(value))
            || self.providers.values().any(|provider| {
                let mut history = of(&provider.options, section, option).iter();
                history.any(|(_, says)| {
                    let default = says.as_ref().and_then(|says| says.default.as_deref());
                    default == Some(value)
                })
            })
    }

    /// What the providers of a target may say of an option (`None`: nothing, or the provider is not
    /// there). One answer where somebody chose the release of the provider that has the section; else
    /// each that is possible: any release that pip takes, and none where Airflow does not ask for it.
    pub fn possible(&self, section: &str, option: &str, target: &Target) -> Vec<Option<&Declared>> {
        let mut providers = self.providers.iter();
        // No two providers have a section in common.
        let Some((name, provider)) =
            providers.find(|(_, provider)| provider.options.contains_key(section))
        else {
            return vec![None];
        };
        let says = |release| at(of(&provider.options, section, option), release)?.as_ref();
        if let Some(release) = target.chosen_provider(name) {
            return vec![says(release)];
        }
        let asked_for = at(&self.required, target.airflow).and_then(|required| required.get(name));
        let asked_for = asked_for.map(|words| specifiers(words));
        let mut possible = Vec::new();
        if asked_for.is_none() {
            possible.push(None);
        }
        for release in provider.that_run_on(target.airflow) {
            let numbers = [release.major, release.minor, release.patch].map(u64::from);
            let is_taken = asked_for
                .as_ref()
                .is_none_or(|asked| asked.contains(&Pep440::new(numbers)));
            if is_taken && !possible.contains(&says(release)) {
                possible.push(says(release));
            }
        }
        possible
    }
}

impl Provider {
    /// The releases that this Airflow loads, oldest first.
    fn that_run_on(&self, airflow: Version) -> impl Iterator<Item = Version> {
        let releases = self.releases.iter().copied();
        releases.filter(move |release| {
            let least = at(&self.needs_airflow, *release).copied().flatten();
            least.is_none_or(|least| least <= airflow)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_required_is_well_formed_and_histories_go_forward_in_time() {
        fn goes_forward<T>(history: &[(Version, T)]) -> bool {
            history.is_sorted_by(|(one, _), (next, _)| one < next)
        }
        let table = provider_options();
        for (_, required) in &table.required {
            for words in required.values() {
                specifiers(words);
            }
        }
        let mut fallbacks = table.fallbacks.values().flat_map(BTreeMap::values);
        assert!(fallbacks.all(|history| goes_forward(history)));
        for provider in table.providers.values() {
            let mut options = provider.options.values().flat_map(BTreeMap::values);
            assert!(options.all(|history| goes_forward(history)));
            assert!(goes_forward(&provider.needs_airflow) && provider.releases.is_sorted());
        }
    }

    #[test]
    fn a_section_belongs_to_one_provider() {
        let mut seen = BTreeMap::new();
        for (section, _, provider, _) in provider_options().declared() {
            assert_eq!(*seen.entry(section).or_insert(provider), provider);
        }
        assert_eq!(seen["common.io"], "common-io");
        assert_eq!(provider_options().providers().count(), 21);
    }

    #[test]
    fn a_provider_that_airflow_asks_for_is_there_in_a_release_that_it_takes() {
        let possible = |section, option, airflow| {
            let target = Target::chosen(airflow);
            let says = provider_options().possible(section, option, &target);
            let defaults = says
                .iter()
                .map(|says| says.map(|says| says.default.clone().unwrap_or_default()));
            defaults.collect::<Vec<_>>()
        };
        let path = |airflow| possible("common.io", "xcom_objectstorage_path", airflow);
        let empty = || Some(Box::from(""));
        // The oldest release of the provider asks for Airflow 2.8; up to 1.3 none has the option.
        assert_eq!(path("2.7.3"), [None]);
        assert_eq!(path("2.11.2"), [None, empty()]);
        assert_eq!(path("3.0.0"), [empty()]);
        let compression =
            |airflow| possible("common.io", "state_store_objectstorage_path", airflow);
        assert_eq!(compression("3.3.2"), [None, empty()]);
    }

    #[test]
    fn what_nobody_chose_may_be_there_in_any_release_or_not() {
        let table = provider_options();
        let possible = |target: &Target| {
            let says = table.possible("aws_ecs_executor", "launch_type", target);
            let defaults = says
                .iter()
                .map(|says| says.and_then(|says| says.default.as_deref()));
            defaults.collect::<Vec<_>>()
        };
        let target = Target::chosen("3.3.2");
        assert_eq!(possible(&target), [None, Some("FARGATE"), None]);
        let early = target.clone().with("amazon", "8.10.0");
        assert_eq!(possible(&early), [Some("FARGATE")]);
        let late = target.with("amazon", "9.39.0");
        assert_eq!(possible(&late), [None]);
    }

    #[test]
    fn a_fallback_depends_on_the_release_of_airflow() {
        let table = provider_options();
        let host = |airflow| table.fallback("opensearch", "host", version(airflow));
        assert_eq!(host("2.10.5"), None);
        assert_eq!(host("2.11.0"), Some(""));
    }
}
