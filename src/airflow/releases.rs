//! Releases of Airflow and its providers: when they came out, which Pythons they run on, which Airflow
//! a provider asks for.
//!
//! Typed access to `schemas/data/provider_dates.json`, `schemas/data/pythons.json` and two facts of
//! `schemas/data/backends.json`. Nothing is judged here.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use pep508_rs::pep440_rs::VersionSpecifiers;
use serde::Deserialize;

use super::provider_options::provider_options;
use super::{Python, Version};

/// A release with the UTC time of its first upload (ISO 8601, so that text order is time order).
type Dated = (Version, &'static str);

/// Releases by time of appearance.
struct Dates {
    airflow: Vec<Dated>,
    providers: BTreeMap<&'static str, Vec<Dated>>,
}

static DATES: LazyLock<Dates> = LazyLock::new(|| {
    // Read by nearly every run: nothing of it is copied.
    #[derive(Deserialize)]
    struct Raw {
        #[serde(borrow)]
        airflow: BTreeMap<&'static str, &'static str>,
        #[serde(borrow)]
        providers: BTreeMap<&'static str, BTreeMap<&'static str, &'static str>>,
    }
    let raw: Raw = shipped(include_str!("../../schemas/data/provider_dates.json"));
    let providers = raw.providers.into_iter();
    Dates {
        airflow: by_release(raw.airflow),
        providers: providers
            .map(|(name, dates)| (name, by_release(dates)))
            .collect(),
    }
});

/// On which Pythons a release runs, and those after it up to the next entry.
struct Pythons {
    /// What pip demands.
    requires: VersionSpecifiers,
    /// What the classifiers name.
    names: Vec<Python>,
}

static PYTHONS: LazyLock<Vec<(Version, Pythons)>> = LazyLock::new(|| {
    #[derive(Deserialize)]
    struct Raw {
        airflow: BTreeMap<String, RawPythons>,
    }
    #[derive(Deserialize)]
    struct RawPythons {
        requires: String,
        names: Vec<String>,
    }
    let raw: Raw = shipped(include_str!("../../schemas/data/pythons.json"));
    let read = |raw: RawPythons| {
        let names = raw.names.iter().filter_map(|name| {
            let (major, minor) = name.split_once('.')?;
            Some(Python {
                major: major.parse().ok()?,
                minor: minor.parse().ok()?,
            })
        });
        Some(Pythons {
            names: names.collect(),
            requires: raw.requires.parse().ok()?,
        })
    };
    by_release(raw.airflow)
        .into_iter()
        .filter_map(|(version, raw)| Some((version, read(raw)?)))
        .collect()
});

/// By provider: a release, and the Airflow that it and every later one asks for at least.
static MINIMA: LazyLock<BTreeMap<String, Vec<(Version, Version)>>> = LazyLock::new(|| {
    #[derive(Deserialize)]
    struct Raw {
        compatibility: RawFacts,
        backends: Vec<RawBackend>,
    }
    #[derive(Deserialize)]
    struct RawFacts {
        amazon_provider_min_airflow: Vec<(String, String)>,
    }
    #[derive(Deserialize)]
    struct RawBackend {
        provider_package: String,
        latest_checked: Option<String>,
        min_airflow_of_latest: Option<String>,
    }
    let raw: Raw = shipped(include_str!("../../schemas/data/backends.json"));
    let pair = |release: &str, least: &str| Some((release.parse().ok()?, least.parse().ok()?));
    let mut minima: BTreeMap<String, Vec<(Version, Version)>> = BTreeMap::new();
    for (release, least) in &raw.compatibility.amazon_provider_min_airflow {
        let amazon = minima.entry("amazon".to_owned()).or_default();
        amazon.extend(pair(release, least));
    }
    for backend in &raw.backends {
        let name = backend
            .provider_package
            .strip_prefix("apache-airflow-providers-");
        if let (Some(name), Some(latest), Some(least)) = (
            name,
            &backend.latest_checked,
            &backend.min_airflow_of_latest,
        ) {
            let known = minima.entry(name.to_owned()).or_default();
            known.extend(pair(latest, least));
        }
    }
    minima
});

fn shipped<T: Deserialize<'static>>(text: &'static str) -> T {
    serde_json::from_str(text).expect("the shipped table is valid, a test reads it")
}

fn by_release<T>(table: BTreeMap<impl AsRef<str>, T>) -> Vec<(Version, T)> {
    let mut list: Vec<(Version, T)> = table
        .into_iter()
        .filter_map(|(version, of)| Some((version.as_ref().parse().ok()?, of)))
        .collect();
    list.sort_by_key(|(version, _)| *version);
    list
}

/// The providers with a secrets backend, by short name.
pub fn providers() -> impl Iterator<Item = &'static str> {
    DATES.providers.keys().copied()
}

/// Every release of Airflow that is known, oldest first.
pub fn all_airflow() -> impl Iterator<Item = Version> {
    DATES.airflow.iter().map(|(version, _)| *version)
}

/// The oldest and the newest release of Airflow that are known.
pub fn known_airflow() -> Option<(Version, Version)> {
    ends(&DATES.airflow)
}

/// The oldest and the newest release of a provider that are known.
pub fn known_provider(name: &str) -> Option<(Version, Version)> {
    match DATES.providers.get(name) {
        Some(releases) => ends(releases),
        None => provider_options().known_provider(name),
    }
}

/// True for the providers of which something depends on their release: they have a secrets backend,
/// or they declare options.
pub fn is_modelled(provider: &str) -> bool {
    known_provider(provider).is_some()
}

fn ends(list: &[Dated]) -> Option<(Version, Version)> {
    Some((list.first()?.0, list.last()?.0))
}

/// The newest release of a provider on the day when this Airflow release came out; `None` where
/// there was none yet. A release that was withdrawn counts as the one before it.
pub fn current_at(airflow: Version, provider: &str) -> Option<Version> {
    let known = DATES
        .airflow
        .partition_point(|(version, _)| *version <= airflow);
    let (_, day) = DATES.airflow[..known].last()?;
    let releases = DATES.providers.get(provider)?.iter();
    let before = releases.filter(|(_, date)| date <= day);
    before.map(|(version, _)| *version).max()
}

fn pythons(airflow: Version) -> Option<&'static Pythons> {
    let known = PYTHONS.partition_point(|(version, _)| *version <= airflow);
    PYTHONS[..known]
        .last()
        .or(PYTHONS.first())
        .map(|(_, pythons)| pythons)
}

/// The newest Python, up to 3.12, that the release names.
pub fn usual_python(airflow: Version) -> Python {
    const NEWEST: Python = Python {
        major: 3,
        minor: 12,
    };
    let names = pythons(airflow).map_or(&[][..], |pythons| &pythons.names);
    let usual = names.iter().filter(|python| **python <= NEWEST).max();
    usual.copied().unwrap_or(NEWEST)
}

/// True where pip installs this Airflow for some release of this Python.
pub fn runs_on(airflow: Version, python: Python) -> bool {
    let requires = pythons(airflow).map(|pythons| &pythons.requires);
    // Only the first patch releases, or all of them, are ever shut out.
    requires.is_none_or(|requires| {
        [0, 1, 99].iter().any(|&patch| {
            let numbers = [python.major.into(), python.minor.into(), patch];
            requires.contains(&pep508_rs::pep440_rs::Version::new(numbers))
        })
    })
}

/// The Airflow that a provider's release asks for at least, as far as that is certain: what an
/// earlier release asked for, a later one asks for too.
pub fn least_airflow(provider: &str, release: Version) -> Option<Version> {
    let known = MINIMA.get(provider)?.iter();
    let below = known.filter(|(of, _)| *of <= release);
    below.map(|(_, least)| *least).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn the_tables_agree_with_the_releases_the_facts_are_about() {
        assert_eq!(known_airflow(), Some((version("2.0.0"), version("3.3.2"))));
        let newest = |name: &str| known_provider(name).unwrap().1.to_string();
        assert_eq!(newest("amazon"), "9.39.0");
        assert_eq!(newest("google"), "22.8.0");
        assert_eq!(newest("microsoft-azure"), "15.2.1");
        assert_eq!(providers().count(), 7);
    }

    #[test]
    fn a_provider_is_the_one_current_then() {
        let then = |airflow: &str, name: &str| {
            current_at(version(airflow), name).map(|release| release.to_string())
        };
        assert_eq!(then("2.4.3", "amazon").as_deref(), Some("6.0.0"));
        assert_eq!(then("2.10.4", "amazon").as_deref(), Some("9.1.0"));
        assert_eq!(then("2.10.4", "hashicorp").as_deref(), Some("3.8.0"));
        assert_eq!(then("2.10.4", "akeyless"), None);
        // 2.3.5 never came out.
        assert_eq!(then("2.3.5", "amazon"), then("2.3.4", "amazon"));
    }

    #[test]
    fn pythons_by_release() {
        let usual = |airflow: &str| usual_python(version(airflow)).to_string();
        assert_eq!(usual("2.0.0"), "3.8");
        assert_eq!(usual("2.6.3"), "3.11");
        assert_eq!(usual("2.10.4"), "3.12");
        assert_eq!(usual("3.3.2"), "3.12");
        let runs = |airflow: &str, minor: u8| runs_on(version(airflow), Python { major: 3, minor });
        assert!(runs("2.10.4", 12) && !runs("2.10.4", 13) && runs("2.10.4", 8));
        // `~=3.7` has no upper bound.
        assert!(runs("2.5.3", 13) && !runs("2.5.3", 6));
        // `!=3.13` shuts out 3.13.0 only.
        assert!(runs("3.0.6", 13));
    }

    #[test]
    fn what_a_provider_asks_for_at_least() {
        let least = |name: &str, release: &str| {
            least_airflow(name, version(release)).map(|airflow| airflow.to_string())
        };
        assert_eq!(least("amazon", "9.39.0").as_deref(), Some("2.11.0"));
        assert_eq!(least("amazon", "8.20.0").as_deref(), Some("2.5.0"));
        assert_eq!(least("amazon", "1.4.0"), None);
        assert_eq!(least("google", "22.8.0").as_deref(), Some("2.11.0"));
        // In between nothing was looked up.
        assert_eq!(least("google", "12.0.0"), None);
    }
}
