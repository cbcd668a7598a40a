//! Which releases are modelled: from the command line, completed from a table of release dates.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::airflow::backend::data;
use crate::airflow::{Python, Runtime, Target, TargetSource, Version};

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// `--airflow`, in the order given.
    pub airflow: Vec<Version>,
    /// `--provider`.
    pub providers: Vec<(String, Version)>,
    /// `--python`.
    pub python: Option<Python>,
    /// `--runtime`.
    pub runtime: Option<Runtime>,
}

/// Targets and what must be said about them once.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// At least one, in the order asked for, each once.
    pub targets: Vec<Target>,
    /// "… is not known; the nearest known release … is modelled".
    pub notes: Vec<String>,
}

#[derive(Deserialize)]
struct Raw {
    airflow: BTreeMap<String, String>,
    amazon: BTreeMap<String, String>,
}

/// Releases with the UTC time of their first upload (ISO 8601, so that text order is time order),
/// oldest release first.
struct Dates {
    airflow: Vec<(Version, String)>,
    amazon: Vec<(Version, String)>,
}

fn dates() -> &'static Dates {
    static DATES: OnceLock<Dates> = OnceLock::new();
    DATES.get_or_init(|| {
        let raw: Raw = serde_json::from_str(include_str!("../../schemas/data/provider_dates.json"))
            .expect("the shipped table is valid, a test reads it");
        let sorted = |table: BTreeMap<String, String>| {
            let mut list: Vec<(Version, String)> = table
                .into_iter()
                .filter_map(|(version, date)| Some((version.parse().ok()?, date)))
                .collect();
            list.sort();
            list
        };
        Dates {
            airflow: sorted(raw.airflow),
            amazon: sorted(raw.amazon),
        }
    })
}

/// The newest Airflow release that is modelled.
pub fn newest_airflow() -> Version {
    dates().airflow.last().map_or(NEWEST_AIRFLOW, |last| last.0)
}

/// What the facts in `schemas/data` were taken from.
const NEWEST_AIRFLOW: Version = Version::new(3, 3, 2);
const NEWEST_AMAZON: Version = Version::new(9, 39, 0);

/// Completes what the command line says.
pub fn resolve(wanted: &Wanted) -> Resolved {
    let mut notes = Vec::new();
    let source = if wanted.airflow.is_empty() {
        TargetSource::Default
    } else {
        TargetSource::CommandLine
    };
    let mut releases = Vec::new();
    for &version in &wanted.airflow {
        let known = nearest("Airflow", version, &dates().airflow, &mut notes);
        if !releases.contains(&known) {
            releases.push(known);
        }
    }
    if releases.is_empty() {
        releases.push(newest_airflow());
    }
    let mut providers: BTreeMap<String, Version> = BTreeMap::new();
    for (name, version) in &wanted.providers {
        // Not repeated: it is no name that shipped data knows.
        if !is_modelled(name) {
            let note = "airvane knows no secrets backend of a provider given with --provider, so that changes nothing";
            if !notes.iter().any(|known| known == note) {
                notes.push(note.to_owned());
            }
            continue;
        }
        let known = if name == "amazon" {
            nearest("the amazon provider", *version, &dates().amazon, &mut notes)
        } else {
            *version
        };
        providers.insert(name.clone(), known);
    }
    let python = wanted
        .python
        .map(|python| nearest_python(python, &mut notes));
    let targets = releases
        .into_iter()
        .map(|airflow| {
            let mut providers = providers.clone();
            providers
                .entry("amazon".to_owned())
                .or_insert_with(|| amazon_current_at(airflow, source));
            Target {
                airflow,
                providers,
                python: python.unwrap_or_else(|| usual_python(airflow)),
                runtime: wanted.runtime.unwrap_or(Runtime::Both),
                source,
            }
        })
        .collect();
    Resolved { targets, notes }
}

/// The Pythons that the releases of Airflow run on.
const PYTHONS: [Python; 2] = [
    Python { major: 3, minor: 6 },
    Python {
        major: 3,
        minor: 14,
    },
];

fn nearest_python(python: Python, notes: &mut Vec<String>) -> Python {
    let [oldest, newest] = PYTHONS;
    let known = python.clamp(oldest, newest);
    if known != python {
        notes.push(format!(
            "Python {python} is not known; {known}, the nearest release known, is modelled"
        ));
    }
    known
}

/// Some backend comes from the provider.
fn is_modelled(name: &str) -> bool {
    name == "amazon"
        || data::classes()
            .iter()
            .any(|class| class.provider.as_deref() == Some(name))
}

/// `version`, or the end of the known range that is nearer to it. Releases inside the range are
/// taken as they are, whether or not the table lists them (some were withdrawn).
fn nearest(
    what: &str,
    version: Version,
    table: &[(Version, String)],
    notes: &mut Vec<String>,
) -> Version {
    let (Some(first), Some(last)) = (table.first(), table.last()) else {
        return version;
    };
    let known = version.clamp(first.0, last.0);
    if known != version {
        let note = format!(
            "{what} {version} is not known; {known}, the nearest release known, is modelled"
        );
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    known
}

/// The amazon provider that was the newest one when this Airflow release came out; for a target
/// that nobody chose, the newest known.
fn amazon_current_at(airflow: Version, source: TargetSource) -> Version {
    if source == TargetSource::Default {
        return NEWEST_AMAZON;
    }
    let dates = dates();
    let known = dates
        .airflow
        .partition_point(|(version, _)| *version <= airflow);
    let Some((_, day)) = dates.airflow[..known].last() else {
        return Version::new(1, 0, 0);
    };
    let before = dates.amazon.iter().filter(|(_, date)| date <= day);
    before
        .map(|(version, _)| *version)
        .max()
        .unwrap_or(Version::new(1, 0, 0))
}

/// The newest Python, up to 3.12, that the release supports.
fn usual_python(airflow: Version) -> Python {
    let minor = match (airflow.major, airflow.minor) {
        (2, 0) => 8,
        (2, 1..=2) => 9,
        (2, 3..=6) => 10,
        (2, 7..=8) => 11,
        _ => 12,
    };
    Python { major: 3, minor }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(airflow: &[&str], amazon: Option<&str>) -> Resolved {
        resolve(&Wanted {
            airflow: airflow.iter().map(|text| text.parse().unwrap()).collect(),
            providers: amazon
                .map(|version| ("amazon".to_owned(), version.parse().unwrap()))
                .into_iter()
                .collect(),
            ..Wanted::default()
        })
    }

    #[test]
    fn nobody_chose_the_default() {
        let resolved = resolved(&[], None);
        let target = &resolved.targets[0];
        assert!(target.is_guess());
        assert_eq!(target.airflow, NEWEST_AIRFLOW);
        assert_eq!(target.amazon(), NEWEST_AMAZON);
        assert_eq!(newest_airflow(), NEWEST_AIRFLOW);
        assert!(resolved.notes.is_empty());
    }

    #[test]
    fn a_provider_that_is_not_given_is_the_one_current_then() {
        let resolved = resolved(&["2.4.3", "2.10.4", "2.4.3"], None);
        let amazon: Vec<String> = resolved
            .targets
            .iter()
            .map(|target| target.amazon().to_string())
            .collect();
        assert_eq!(amazon, ["6.0.0", "9.1.0"]);
        assert!(!resolved.targets[0].is_guess());
    }

    #[test]
    fn the_table_agrees_with_the_newest_releases_the_facts_are_about() {
        assert_eq!(dates().amazon.last().unwrap().0, NEWEST_AMAZON);
        assert_eq!(dates().airflow.first().unwrap().0, Version::new(2, 0, 0));
    }

    #[test]
    fn releases_outside_the_known_range_are_said_once() {
        let resolved = resolved(&["1.10.15", "4.0"], Some("99.1"));
        assert_eq!(resolved.targets[0].airflow, Version::new(2, 0, 0));
        assert_eq!(resolved.targets[1].airflow, NEWEST_AIRFLOW);
        assert_eq!(resolved.targets[1].amazon(), NEWEST_AMAZON);
        assert_eq!(resolved.notes.len(), 3);
    }

    #[test]
    fn a_provider_without_a_backend_is_said() {
        let notes = |name: &str| {
            let version = Version::new(1, 0, 0);
            let providers = vec![(name.to_owned(), version), (name.to_owned(), version)];
            let wanted = Wanted {
                providers,
                ..Wanted::default()
            };
            resolve(&wanted).notes.len()
        };
        assert_eq!(notes("amazn"), 1);
        assert_eq!(notes("amazon"), 0);
        assert_eq!(notes("hashicorp"), 0);
        assert_eq!(notes("microsoft-azure"), 0);
    }
}
