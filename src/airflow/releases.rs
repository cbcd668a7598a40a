//! Releases of Airflow and its providers: when they came out, which Pythons they run on, which Airflow
//! a provider asks for.
//!
//! Typed access to `schemas/data/provider_dates.json`, `schemas/data/pythons.json` and two facts of
//! `schemas/data/backends.json`. Nothing is judged here.

mod dates;

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::LazyLock;

use pep508_rs::pep440_rs::VersionSpecifiers;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use self::dates::Released;
use super::provider_options::provider_options;
use super::{Python, Version};

/// The name of Airflow in the table of dates.
const AIRFLOW: &str = "airflow";

/// On which Pythons a release runs, and those after it up to the next entry.
#[derive(Deserialize)]
struct Pythons<'a> {
    /// What pip demands.
    requires: &'a str,
    /// What the classifiers name.
    #[serde(borrow)]
    names: Vec<&'a str>,
}

static PYTHONS: LazyLock<Vec<(Version, Pythons<'static>)>> = LazyLock::new(|| {
    #[derive(Deserialize)]
    struct Raw {
        #[serde(borrow)]
        airflow: ByRelease<Pythons<'static>>,
    }
    let raw: Raw = shipped(include_str!("../../schemas/data/pythons.json"));
    raw.airflow.0
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

/// An object whose keys are releases, by release. Nothing of it is copied, and it is sorted as it is written.
struct ByRelease<T>(Vec<(Version, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ByRelease<T> {
    fn deserialize<D: Deserializer<'de>>(table: D) -> Result<Self, D::Error> {
        struct Table<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Table<T> {
            type Value = ByRelease<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of releases")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut list = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    list.push(entry);
                }
                if !list.is_sorted_by_key(|(version, _)| *version) {
                    list.sort_by_key(|(version, _)| *version);
                }
                Ok(ByRelease(list))
            }
        }
        table.deserialize_map(Table(PhantomData))
    }
}

/// The providers with a secrets backend, by short name.
pub fn providers() -> impl Iterator<Item = &'static str> {
    dates::providers()
}

/// Every release of Airflow that is known, oldest first.
pub fn all_airflow() -> impl Iterator<Item = Version> {
    dates::of(AIRFLOW).iter().map(|release| release.version)
}

/// The oldest and the newest release of Airflow that are known.
pub fn known_airflow() -> Option<(Version, Version)> {
    ends(dates::of(AIRFLOW))
}

/// The oldest and the newest release of a provider that are known.
pub fn known_provider(name: &str) -> Option<(Version, Version)> {
    let with_backend = dates::providers().find(|known| *known == name);
    match with_backend {
        Some(name) => ends(dates::of(name)),
        None => provider_options().known_provider(name),
    }
}

/// True for the providers of which something depends on their release: they have a secrets backend,
/// or they declare options.
pub fn is_modelled(provider: &str) -> bool {
    known_provider(provider).is_some()
}

fn ends(list: &[Released]) -> Option<(Version, Version)> {
    Some((list.first()?.version, list.last()?.version))
}

/// The newest release of a provider on the day when this Airflow release came out; `None` where
/// there was none yet. A release that was withdrawn counts as the one before it.
pub fn current_at(airflow: Version, provider: &str) -> Option<Version> {
    let airflow_releases = dates::of(AIRFLOW);
    let known = airflow_releases.partition_point(|release| release.version <= airflow);
    let day = airflow_releases[..known].last()?.date;
    let provider = dates::providers().find(|known| *known == provider)?;
    let before = dates::of(provider)
        .iter()
        .filter(|release| release.date <= day);
    before.map(|release| release.version).max()
}

fn pythons(airflow: Version) -> Option<&'static Pythons<'static>> {
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
    let names = names.iter().filter_map(|name| {
        let (major, minor) = name.split_once('.')?;
        Some(Python {
            major: major.parse().ok()?,
            minor: minor.parse().ok()?,
        })
    });
    names
        .filter(|python| *python <= NEWEST)
        .max()
        .unwrap_or(NEWEST)
}

/// True where pip installs this Airflow for some release of this Python.
pub fn runs_on(airflow: Version, python: Python) -> bool {
    let requires = pythons(airflow).and_then(|pythons| pythons.requires.parse().ok());
    // Only the first patch releases, or all of them, are ever shut out.
    requires.is_none_or(|requires: VersionSpecifiers| {
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
