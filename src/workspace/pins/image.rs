//! Container images of Airflow: `apache/airflow:2.10.4-python3.12`, an Astro Runtime, Bitnami's.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use serde::Deserialize;

use super::{Demand, How, Pin, What};
use crate::airflow::Version;
use crate::source::Span;

/// What an image holds. Ranges are those of the reference.
#[derive(Debug)]
pub(super) struct Image {
    how: How,
    airflow: (Demand, Range<usize>),
    python: Option<(Version, Range<usize>)>,
    /// The name of the image, without a registry.
    name: Range<usize>,
}

/// The images whose tags are known to be releases. A registry may stand before them.
const APACHE: &str = "apache/airflow";
const BITNAMI: &[&str] = &["bitnami/airflow", "bitnamilegacy/airflow"];
/// Astronomer Certified: the tag begins with Airflow's release.
const CERTIFIED: &[&str] = &["astronomer/ap-airflow", "astronomerinc/ap-airflow"];
const ASTRO: &[&str] = &[
    "quay.io/astronomer/astro-runtime",
    "astrocrpublic.azurecr.io/astronomer/astro-runtime",
    "astrocrpublic.azurecr.io/runtime",
    "images.astronomer.cloud/baseimages/astro-runtime",
];

/// Reads `registry/name:tag@digest`.
pub(super) fn read(reference: &str) -> Option<Image> {
    let without_digest = reference.split('@').next().unwrap_or(reference);
    let slash = without_digest.rfind('/').map_or(0, |slash| slash + 1);
    let colon = slash + without_digest[slash..].find(':')?;
    let (name, tag) = (&without_digest[..colon], &without_digest[colon + 1..]);
    let at = colon + 1;
    let ends = |known: &str| name == known || name.ends_with(&format!("/{known}"));
    let name_range = |known: &str| colon - known.len()..colon;
    if ends(APACHE) {
        let plain = tag.strip_prefix("slim-").unwrap_or(tag);
        let at = at + (tag.len() - plain.len());
        return Some(Image {
            how: How::BaseImage,
            airflow: first_release(plain, at)?,
            python: python(plain, at, "-python"),
            name: name_range(APACHE),
        });
    }
    if let Some(known) = BITNAMI.iter().chain(CERTIFIED).find(|known| ends(known)) {
        return Some(Image {
            how: How::BaseImage,
            airflow: first_release(tag, at)?,
            python: None,
            name: name_range(known),
        });
    }
    let known = ASTRO.iter().find(|known| name == **known)?;
    let end = runtime_length(tag);
    let airflow = astro(&tag[..end])?;
    Some(Image {
        how: How::AstroRuntime,
        airflow: (airflow, at..at + end),
        python: python(tag, at, "-python-"),
        name: name_range(known),
    })
}

impl Image {
    /// The release of Airflow in it, where it is known.
    pub(super) fn airflow(&self) -> Option<Version> {
        self.airflow.0.exact()
    }

    /// Its pins. `at(range)` says where a part of the reference stands in the file; `how` replaces
    /// what a Dockerfile would call it.
    pub(super) fn pins(&self, how: Option<How>, at: impl Fn(Range<usize>) -> Span) -> Vec<Pin> {
        let how = how.unwrap_or(self.how);
        let name = at(self.name.clone());
        let (demand, range) = &self.airflow;
        let whole = at(range.clone());
        let mut pins = vec![Pin::new(What::Airflow, demand.clone(), whole, how).shown([name])];
        if let Some((version, range)) = &self.python {
            let span = at(range.clone());
            let demand = Demand::Exact(*version);
            pins.push(Pin::new(What::Python, demand, span, how).shown([name, whole]));
        }
        pins
    }
}

/// `2.10.4` of `2.10.4-python3.12`. A tag such as `2.10` is none that is published for good.
fn first_release(tag: &str, at: usize) -> Option<(Demand, Range<usize>)> {
    let end = tag.find('-').unwrap_or(tag.len());
    let version = &tag[..end];
    let is_whole = version.split('.').count() == 3;
    let version = is_whole.then(|| super::release(version)).flatten()?;
    Some((Demand::Exact(version), at..at + end))
}

/// `3.12` behind `mark`.
fn python(tag: &str, at: usize, mark: &str) -> Option<(Version, Range<usize>)> {
    let from = tag.find(mark)? + mark.len();
    let length = tag[from..].find('-').unwrap_or(tag.len() - from);
    let version = super::release(&tag[from..from + length])?;
    (version.major == 3 && version.minor > 0).then_some((version, at + from..at + from + length))
}

/// Length of the runtime's own number: `12.1.1` of `12.1.1-base`, `3.0-1` of `3.0-1-python-3.12`.
fn runtime_length(tag: &str) -> usize {
    let digits = |text: &str| {
        text.find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(text.len())
    };
    let first = digits(tag);
    if tag[..first].matches('.').count() != 1 {
        return first;
    }
    let Some(build) = tag[first..].strip_prefix('-') else {
        return first;
    };
    match build
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(build.len())
    {
        0 => first,
        length => first + 1 + length,
    }
}

#[derive(Deserialize)]
struct Runtimes {
    /// Airflow's release by runtime.
    runtimes: BTreeMap<String, String>,
    /// Airflow's minor release by what every runtime of it begins with.
    series: BTreeMap<String, String>,
}

/// The Airflow in a runtime: the release where the table names the runtime, else any of the minor
/// release that its number belongs to.
fn astro(runtime: &str) -> Option<Demand> {
    static TABLE: OnceLock<Runtimes> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        serde_json::from_str(include_str!("../../../schemas/data/astro_runtimes.json"))
            .expect("the shipped table is valid, a test reads it")
    });
    if let Some(airflow) = table.runtimes.get(runtime) {
        return airflow.parse().ok().map(Demand::Exact);
    }
    let is_small = |part: &str| part.len() <= 3;
    if !runtime.split(['.', '-']).all(is_small) {
        return None;
    }
    // `13` of `13.2.0`, `3.0` of `3.0-7`; the first Airflow 3 runtime has no third number.
    let series = match runtime.split_once('-') {
        Some((minor, _)) => minor,
        None if runtime.matches('.').count() == 2 => runtime.split('.').next()?,
        None => return None,
    };
    let minor = table.series.get(series)?;
    Demand::range(&format!("=={minor}.*"))
}
