//! Which releases are modelled, and why: what the command line says, else what the deployment pins,
//! else the newest known; completed from the tables of releases.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::pins::{How, Pin, What};
use crate::airflow::{Python, Runtime, Target, TargetSource, Version, releases};
use crate::source::Place;

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

/// What the settings file says.
#[derive(Clone, Debug, Default)]
pub struct Stated {
    /// `target.airflow`, in the order given.
    pub airflow: Vec<StatedOne<Version>>,
    /// `target.providers`, by short name.
    pub providers: Vec<(String, StatedOne<Version>)>,
    /// `target.python`
    pub python: Option<StatedOne<Python>>,
    /// `target.runtime`
    pub runtime: Option<Runtime>,
}

/// A release that the settings file states.
#[derive(Clone, Debug)]
pub struct StatedOne<T> {
    /// The release.
    pub value: T,
    /// `airvane.toml:3`, for people.
    pub at: String,
}

/// A pin of a deployment, and where it stands.
#[derive(Clone, Debug)]
pub struct Located {
    /// The pin.
    pub pin: Pin,
    /// Its file and place there.
    pub place: Place,
    /// `Dockerfile:1`, for people.
    pub at: String,
    /// 0 in the deployment's own folder, 1 in a folder such as `docker/` below it, and 2 more for each
    /// folder further up.
    pub distance: usize,
    /// The file has the name that its kind has where there is one of it ([`super::pins::is_plain`]).
    pub plain: bool,
}

impl Located {
    /// The place it belongs to: 0 the deployment's own folder and those below it, 1 the folder above,
    /// and so on.
    pub const fn place_number(&self) -> usize {
        self.distance / 2
    }
}

/// Why a release is modelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// An option of the command line.
    Option(&'static str),
    /// The settings file: `airvane.toml:3`.
    Stated(String),
    /// The deployment pins it.
    Pinned {
        /// How.
        how: How,
        /// `Dockerfile:1`
        at: String,
    },
    /// The release of a provider that was current when this Airflow came out.
    CurrentWith(Version),
    /// The newest Python up to 3.12 that this Airflow names.
    UsualFor(Version),
    /// Nobody chose one; the newest known that the deployment allows was taken.
    NewestAllowed {
        /// How releases are shut out.
        how: How,
        /// `pyproject.toml:4`
        at: String,
    },
    /// Several files pin different ones, and none is nearer than the others (the environments of two
    /// stages): the newest was taken.
    NewestOfSeveral {
        /// How.
        how: How,
        /// `terraform/prod.tf:3`
        at: String,
    },
    /// Nobody chose one.
    NewestKnown,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(option) => f.write_str(option),
            Self::Stated(at) => f.write_str(at),
            Self::Pinned { how, at } => write!(f, "{} in {at}", how.words()),
            Self::CurrentWith(airflow) => {
                write!(f, "the release current when Airflow {airflow} came out")
            }
            Self::UsualFor(airflow) => write!(f, "usual for Airflow {airflow}"),
            Self::NewestAllowed { how, at } => {
                write!(f, "the newest known that {} in {at} allows", how.words())
            }
            Self::NewestOfSeveral { how, at } => {
                let how = how.words();
                write!(
                    f,
                    "{how} in {at}, the newest of several that differ: --airflow chooses"
                )
            }
            Self::NewestKnown => f.write_str("the newest known: nothing chooses one"),
        }
    }
}

/// Why a target is what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reasons {
    /// Its Airflow.
    pub airflow: Why,
    /// Its providers, by short name.
    pub providers: BTreeMap<String, Why>,
    /// Its Python.
    pub python: Why,
}

impl Reasons {
    /// `Airflow 2.10.4 (the base image in Dockerfile:1), amazon 9.1.0 (…), Python 3.12 (…), runtime both`:
    /// the amazon provider, others with a secrets backend that somebody chose, and whatever `--provider`
    /// names.
    pub fn sentence(&self, target: &Target) -> String {
        let mut parts = vec![format!("Airflow {} ({})", target.airflow, self.airflow)];
        for (name, why) in &self.providers {
            let is_chosen = match why {
                Why::Option(_) | Why::Stated(_) => true,
                Why::Pinned { .. } => releases::providers().any(|known| known == name),
                _ => false,
            };
            if let Some(release) = target
                .provider(name)
                .filter(|_| is_chosen || name == "amazon")
            {
                parts.push(format!("{name} {release} ({why})"));
            }
        }
        parts.push(format!("Python {} ({})", target.python, self.python));
        parts.push(format!("runtime {}", target.runtime.word()));
        parts.join(", ")
    }
}

/// Targets and what must be said about them once.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// At least one, in the order asked for, each once.
    pub targets: Vec<Target>,
    /// By target.
    pub reasons: Vec<Reasons>,
    /// "… is not known; the nearest known release … is modelled".
    pub notes: Vec<String>,
}

/// The newest Airflow release that is modelled.
pub fn newest_airflow() -> Version {
    releases::known_airflow().map_or(NEWEST_AIRFLOW, |(_, newest)| newest)
}

/// What the facts in `schemas/data` were taken from.
const NEWEST_AIRFLOW: Version = Version::new(3, 3, 2);

/// Completes what the command line says with what the settings file says, and that with what the
/// deployment pins.
pub fn resolve(wanted: &Wanted, stated: &Stated, pins: &[Located]) -> Resolved {
    let pins = &of_one_installation(pins);
    let mut notes = Vec::new();
    let mut airflow: Vec<(Version, Why, TargetSource)> = Vec::new();
    for &version in &wanted.airflow {
        let known = nearest("Airflow", version, releases::known_airflow(), &mut notes);
        if !airflow.iter().any(|(other, ..)| *other == known) {
            airflow.push((known, Why::Option("--airflow"), TargetSource::CommandLine));
        }
    }
    if airflow.is_empty() {
        for one in &stated.airflow {
            let range = releases::known_airflow();
            let known = nearest("Airflow", one.value, range, &mut notes);
            if !airflow.iter().any(|(other, ..)| *other == known) {
                let why = Why::Stated(one.at.clone());
                airflow.push((known, why, TargetSource::Settings));
            }
        }
    }
    if airflow.is_empty() {
        airflow.push(if let Some((version, why)) = chosen(&What::Airflow, pins) {
            let (version, why, source) = match newest_of_several(pins) {
                Some((version, why)) => (version, why, TargetSource::Default),
                None => (version, why, TargetSource::Pins),
            };
            let known = nearest("Airflow", version, releases::known_airflow(), &mut notes);
            // Of a release from before those that are known nothing is certain.
            let source = if version < known {
                TargetSource::Default
            } else {
                source
            };
            (known, why, source)
        } else {
            let (version, why) = newest_allowed(pins);
            (version, why, TargetSource::Default)
        });
    }
    let providers = providers(wanted, stated, pins, &mut notes);
    let python = wanted
        .python
        .map(|python| (python, Why::Option("--python")));
    let python = python.or_else(|| {
        let one = stated.python.as_ref()?;
        Some((one.value, Why::Stated(one.at.clone())))
    });
    let python = python.map(|(python, why)| (nearest_python(python, &mut notes), why));
    let pinned_python = chosen(&What::Python, pins).and_then(|(version, why)| {
        let major = u8::try_from(version.major).ok()?;
        let minor = u8::try_from(version.minor).ok()?;
        Some((Python { major, minor }, why))
    });
    let mut targets = Vec::new();
    let mut reasons = Vec::new();
    for (airflow, why, source) in airflow {
        let mut releases_of = BTreeMap::new();
        let mut whys = BTreeMap::new();
        for (name, (release, why)) in &providers {
            releases_of.insert(name.clone(), *release);
            whys.insert(name.clone(), why.clone());
        }
        let mut assumed = BTreeSet::new();
        for name in releases::providers() {
            if providers.contains_key(name) {
                continue;
            }
            if let Some((release, why)) = current(airflow, name, &why) {
                releases_of.insert(name.to_owned(), release);
                whys.insert(name.to_owned(), why);
                assumed.insert(name.to_owned());
            }
        }
        // Another Airflow than the pinned one may not run on the pinned Python.
        let pinned = pinned_python
            .clone()
            .filter(|(python, _)| releases::runs_on(airflow, *python));
        let usual = || (releases::usual_python(airflow), Why::UsualFor(airflow));
        let (python, python_why) = python.clone().or(pinned).unwrap_or_else(usual);
        targets.push(Target {
            airflow,
            providers: releases_of,
            assumed,
            python,
            runtime: wanted.runtime.or(stated.runtime).unwrap_or(Runtime::Both),
            source,
        });
        reasons.push(Reasons {
            airflow: why,
            providers: whys,
            python: python_why,
        });
    }
    Resolved {
        targets,
        reasons,
        notes,
    }
}

/// The pin that decides: of those of one release the nearest, then by how it is pinned, then that of
/// the plainest file.
pub fn deciding<'a>(what: &What, pins: &'a [Located]) -> Option<&'a Located> {
    let exact = pins
        .iter()
        .filter(|one| one.pin.what == *what && one.pin.demand.exact().is_some());
    exact.min_by_key(|one| (one.distance, one.pin.how, !one.plain))
}

/// Without what another Airflow was pinned with: what stands further away than the Airflow that
/// counts, and `.python-version` where that comes in an image, which has a Python of its own.
fn of_one_installation(pins: &[Located]) -> Vec<Located> {
    let Some(airflow) = deciding(&What::Airflow, pins) else {
        return pins.to_vec();
    };
    let in_image = airflow.pin.how.is_image();
    let counts = |one: &&Located| {
        one.place_number() <= airflow.place_number()
            && !(in_image && one.pin.how == How::PythonVersion)
    };
    pins.iter().filter(counts).cloned().collect()
}

/// The newest known Airflow, or the newest that the nearest bounds allow: that is a guess too, and a
/// better one.
fn newest_allowed(pins: &[Located]) -> (Version, Why) {
    let newest = (newest_airflow(), Why::NewestKnown);
    let bounds = || {
        let airflow = pins.iter().filter(|one| one.plain);
        airflow.filter(|one| one.pin.what == What::Airflow)
    };
    let Some(nearest) = bounds().map(Located::place_number).min() else {
        return newest;
    };
    let allows = |version: &Version| {
        let mut near = bounds().filter(|one| one.place_number() == nearest);
        near.all(|one| one.pin.demand.allows(*version))
    };
    let Some(version) = releases::all_airflow().filter(allows).max() else {
        return newest;
    };
    let shuts_out = |one: &&Located| !one.pin.demand.allows(newest.0);
    match bounds().find(shuts_out) {
        Some(one) => {
            let (how, at) = (one.pin.how, one.at.clone());
            (version, Why::NewestAllowed { how, at })
        }
        None => newest,
    }
}

/// The newest Airflow of those that several files pin, where none of the files is nearer or plainer than
/// the others: which of them a deployment runs on is not known.
fn newest_of_several(pins: &[Located]) -> Option<(Version, Why)> {
    let first = deciding(&What::Airflow, pins)?;
    let rank = |one: &Located| (one.distance, one.pin.how, !one.plain);
    let tied = pins
        .iter()
        .filter(|one| one.pin.what == What::Airflow && rank(one) == rank(first))
        .filter_map(|one| Some((one.pin.demand.exact()?, one)));
    let tied: Vec<(Version, &Located)> = tied.collect();
    let differs = |(version, one): &(Version, &Located)| {
        Some(*version) != first.pin.demand.exact() && one.place.file != first.place.file
    };
    if !tied.iter().any(differs) {
        return None;
    }
    let (version, one) = tied.into_iter().max_by_key(|(version, _)| *version)?;
    let (how, at) = (one.pin.how, one.at.clone());
    Some((version, Why::NewestOfSeveral { how, at }))
}

fn chosen(what: &What, pins: &[Located]) -> Option<(Version, Why)> {
    let one = deciding(what, pins)?;
    let why = Why::Pinned {
        how: one.pin.how,
        at: one.at.clone(),
    };
    Some((one.pin.demand.exact()?, why))
}

/// The releases of providers that somebody chose.
fn providers(
    wanted: &Wanted,
    stated: &Stated,
    pins: &[Located],
    notes: &mut Vec<String>,
) -> BTreeMap<String, (Version, Why)> {
    let mut chosen_by: BTreeMap<String, (Version, Why)> = BTreeMap::new();
    for one in pins {
        if let What::Provider(name) = &one.pin.what
            && let Some(chosen) = chosen(&one.pin.what, pins)
        {
            chosen_by.insert(name.clone(), chosen);
        }
    }
    for (name, one) in &stated.providers {
        chosen_by.insert(name.clone(), (one.value, Why::Stated(one.at.clone())));
    }
    for (name, version) in &wanted.providers {
        // Not repeated: it is no name that shipped data knows.
        if !releases::is_modelled(name) {
            let note = "airvane knows neither a secrets backend nor an option of a provider given with --provider, so that changes nothing";
            if !notes.iter().any(|known| known == note) {
                notes.push(note.to_owned());
            }
            continue;
        }
        chosen_by.insert(name.clone(), (*version, Why::Option("--provider")));
    }
    for (name, (version, _)) in &mut chosen_by {
        let what = format!("the {name} provider");
        *version = nearest(&what, *version, releases::known_provider(name), notes);
    }
    chosen_by
}

/// The release of a provider that nobody chose: the one current when the Airflow came out; for an
/// Airflow that nobody chose either, the newest known.
fn current(airflow: Version, name: &str, why: &Why) -> Option<(Version, Why)> {
    if *why == Why::NewestKnown {
        return Some((releases::known_provider(name)?.1, Why::NewestKnown));
    }
    Some((
        releases::current_at(airflow, name)?,
        Why::CurrentWith(airflow),
    ))
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

/// `version`, or the end of the known range that is nearer to it. Releases inside the range are
/// taken as they are, whether or not the table lists them (some were withdrawn).
fn nearest(
    what: &str,
    version: Version,
    known: Option<(Version, Version)>,
    notes: &mut Vec<String>,
) -> Version {
    let Some((first, last)) = known else {
        return version;
    };
    let known = version.clamp(first, last);
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::FileId;
    use crate::workspace::pins;

    fn resolved(airflow: &[&str], amazon: Option<&str>) -> Resolved {
        resolve(&wanted(airflow, amazon), &Stated::default(), &[])
    }

    fn wanted(airflow: &[&str], amazon: Option<&str>) -> Wanted {
        Wanted {
            airflow: airflow.iter().map(|text| text.parse().unwrap()).collect(),
            providers: amazon
                .map(|version| ("amazon".to_owned(), version.parse().unwrap()))
                .into_iter()
                .collect(),
            ..Wanted::default()
        }
    }

    /// The pins of files in the deployment's own folder.
    fn pinned(files: &[(&str, &str)]) -> Vec<Located> {
        let located = (0..).zip(files).flat_map(|(number, (name, text))| {
            let path = Path::new(*name);
            let pins = pins::read(pins::carrier(path).unwrap(), text);
            pins.into_iter().map(move |pin| Located {
                place: Place::new(FileId(number), pin.span),
                at: format!(
                    "{name}:{}",
                    text[..pin.span.start].matches('\n').count() + 1
                ),
                distance: path.components().count() - 1,
                plain: pins::is_plain(path),
                pin,
            })
        });
        located.collect()
    }

    #[test]
    fn nobody_chose_the_default() {
        let resolved = resolved(&[], None);
        let target = &resolved.targets[0];
        assert!(target.is_guess());
        assert_eq!(target.airflow, NEWEST_AIRFLOW);
        assert_eq!(target.amazon(), Version::new(9, 39, 0));
        assert_eq!(newest_airflow(), NEWEST_AIRFLOW);
        assert!(resolved.notes.is_empty());
        assert_eq!(resolved.reasons[0].airflow, Why::NewestKnown);
    }

    #[test]
    fn what_stands_for_a_release_from_before_the_known_ones_is_a_guess() {
        let pins = pinned(&[("requirements.txt", "apache-airflow==1.10.12\n")]);
        let resolved = resolve(&Wanted::default(), &Stated::default(), &pins);
        let target = &resolved.targets[0];
        assert_eq!(target.airflow, Version::new(2, 0, 0));
        assert!(target.is_guess());
        assert_eq!(resolved.notes.len(), 1);
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
        assert_eq!(
            resolved.reasons[1].providers["amazon"].to_string(),
            "the release current when Airflow 2.10.4 came out"
        );
        let target = &resolved.targets[1];
        assert_eq!(target.provider("hashicorp"), Some(Version::new(3, 8, 0)));
        assert_eq!(target.provider("akeyless"), None);
    }

    #[test]
    fn releases_outside_the_known_range_are_said_once() {
        let resolved = resolved(&["1.10.15", "4.0"], Some("99.1"));
        assert_eq!(resolved.targets[0].airflow, Version::new(2, 0, 0));
        assert_eq!(resolved.targets[1].airflow, NEWEST_AIRFLOW);
        assert_eq!(resolved.targets[1].amazon(), Version::new(9, 39, 0));
        assert_eq!(resolved.notes.len(), 3);
    }

    #[test]
    fn a_provider_without_a_backend_is_said() {
        let notes = |name: &str| {
            let version = Version::new(4, 0, 0);
            let providers = vec![(name.to_owned(), version), (name.to_owned(), version)];
            let wanted = Wanted {
                providers,
                ..Wanted::default()
            };
            resolve(&wanted, &Stated::default(), &[]).notes.len()
        };
        assert_eq!(notes("amazn"), 1);
        assert_eq!(notes("amazon"), 0);
        assert_eq!(notes("hashicorp"), 0);
        assert_eq!(notes("microsoft-azure"), 0);
    }

    #[test]
    fn a_pinned_release_is_chosen_and_no_guess() {
        let pins = pinned(&[
            (
                "Dockerfile",
                "# ours\nFROM apache/airflow:2.10.4-python3.11\n",
            ),
            (
                "requirements.txt",
                "apache-airflow-providers-amazon==9.2.0\n",
            ),
        ]);
        let resolved = resolve(&Wanted::default(), &Stated::default(), &pins);
        let (target, reasons) = (&resolved.targets[0], &resolved.reasons[0]);
        assert_eq!(target.source, TargetSource::Pins);
        assert!(!target.is_guess());
        assert_eq!(target.airflow.to_string(), "2.10.4");
        assert_eq!(target.amazon().to_string(), "9.2.0");
        assert_eq!(target.python.to_string(), "3.11");
        assert_eq!(
            reasons.airflow.to_string(),
            "the base image in Dockerfile:2"
        );
        assert_eq!(reasons.python.to_string(), "the base image in Dockerfile:2");
        let amazon = &reasons.providers["amazon"];
        assert_eq!(amazon.to_string(), "the requirement in requirements.txt:1");
        assert_eq!(
            reasons.providers["google"].to_string(),
            "the release current when Airflow 2.10.4 came out"
        );
    }

    #[test]
    fn environments_of_two_stages_choose_nothing() {
        let mwaa = |version: &str| {
            format!(
                "resource \"aws_mwaa_environment\" \"x\" {{\n  airflow_version = \"{version}\"\n}}\n"
            )
        };
        let (dev, prod) = (mwaa("2.10.3"), mwaa("2.7.2"));
        let of = |dev: &str, prod: &str| {
            let pins = pinned(&[("blue.tf", dev), ("green.tf", prod)]);
            resolve(&Wanted::default(), &Stated::default(), &pins)
        };
        let resolved = of(&dev, &prod);
        assert!(resolved.targets[0].is_guess());
        assert_eq!(resolved.targets[0].airflow.to_string(), "2.10.3");
        assert_eq!(
            resolved.reasons[0].airflow.to_string(),
            "the managed environment in blue.tf:2, the newest of several that differ: --airflow chooses"
        );
        assert!(!of(&dev, &dev).targets[0].is_guess());
    }

    #[test]
    fn the_command_line_wins_over_pins_and_leaves_the_rest_to_them() {
        let pins = pinned(&[
            ("Dockerfile", "FROM apache/airflow:2.6.3-python3.7\n"),
            (
                "requirements.txt",
                "apache-airflow-providers-amazon==8.2.0\n",
            ),
        ]);
        let resolved = resolve(
            &wanted(&["2.11.2", "3.3.2"], None),
            &Stated::default(),
            &pins,
        );
        let of = |target: &Target| (target.airflow.to_string(), target.amazon().to_string());
        let targets: Vec<_> = resolved.targets.iter().map(of).collect();
        let amazon = || "8.2.0".to_owned();
        assert_eq!(
            targets,
            [
                ("2.11.2".to_owned(), amazon()),
                ("3.3.2".to_owned(), amazon())
            ]
        );
        assert_eq!(resolved.targets[0].source, TargetSource::CommandLine);
        // The Python of the image runs neither.
        assert_eq!(resolved.targets[0].python.to_string(), "3.12");
        let given = resolve(&wanted(&[], Some("9.0.0")), &Stated::default(), &pins);
        assert_eq!(given.targets[0].amazon().to_string(), "9.0.0");
        assert_eq!(given.targets[0].airflow.to_string(), "2.6.3");
    }

    #[test]
    fn a_range_chooses_nothing_and_bounds_the_guess() {
        let resolved = |text: &str| {
            let pins = pinned(&[("requirements.txt", text)]);
            resolve(&Wanted::default(), &Stated::default(), &pins)
        };
        let bounded = resolved("apache-airflow>=2.9,<3\n");
        let target = &bounded.targets[0];
        assert!(target.is_guess());
        assert_eq!(target.airflow.to_string(), "2.11.2");
        assert_eq!(
            bounded.reasons[0].airflow.to_string(),
            "the newest known that the requirement in requirements.txt:1 allows"
        );
        // The newest provider could not be installed with it.
        assert!(target.amazon() < Version::new(9, 39, 0));
        let open = resolved("apache-airflow>=2.9\n");
        assert_eq!(open.targets[0].airflow, NEWEST_AIRFLOW);
        assert_eq!(open.reasons[0].airflow, Why::NewestKnown);
        let nothing = resolved("apache-airflow>=9\n");
        assert_eq!(nothing.targets[0].airflow, NEWEST_AIRFLOW);
    }

    #[test]
    fn what_runs_is_nearer_than_what_is_asked_for_and_one_place_nearer_than_another() {
        let airflow = |files: &[(&str, &str)]| {
            let resolved = resolve(&Wanted::default(), &Stated::default(), &pinned(files));
            resolved.targets[0].airflow.to_string()
        };
        let requirement = ("requirements.txt", "apache-airflow==2.9.0\n");
        let lock = "[[package]]\nname = \"apache-airflow\"\nversion = \"2.9.1\"\n";
        let image = ("Dockerfile", "FROM apache/airflow:2.9.2\n");
        let worker = ("Dockerfile.worker", "FROM apache/airflow:2.9.3\n");
        assert_eq!(airflow(&[requirement, ("uv.lock", lock)]), "2.9.1");
        assert_eq!(airflow(&[requirement, ("uv.lock", lock), image]), "2.9.2");
        assert_eq!(airflow(&[worker, image]), "2.9.2");
        assert_eq!(airflow(&[worker, requirement]), "2.9.3");
        let above = ("docker/Dockerfile", "FROM apache/airflow:2.8.0\n");
        assert_eq!(airflow(&[above, requirement]), "2.9.0");
    }
}
