//! The table of Airflow's options, per release: what exists, its type and default, what was renamed,
//! what is sensitive.
//!
//! `schemas/data/options.json`, made from the `config.yml` of 50 releases (2.0.0 to 3.3.2), read once
//! and only when somebody asks; options that only some releases of providers declare come from
//! [`super::provider_options`]. No judgement here; names and values of this table are public.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Version;
use super::provider_options::{Declared, provider_options};

/// The type that `config.yml` gives an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OptionType {
    /// `string`; also options of unknown type.
    String,
    /// `integer`
    Integer,
    /// `float`
    Float,
    /// `boolean`
    Boolean,
}

/// Where an option went.
#[derive(Clone, Debug)]
pub struct Renamed {
    /// New section.
    pub section: Box<str>,
    /// New option.
    pub option: Box<str>,
    /// The release that brought the new name, as Airflow says.
    pub since: Option<Version>,
    /// Releases (both ends included) in which the new name falls back on this old one.
    pub read_in: Vec<(Version, Version)>,
}

/// What is known of one option.
#[derive(Clone, Debug)]
pub struct OptionFacts {
    /// Type; `String` where none is known.
    pub kind: OptionType,
    /// Newest default, raw as in config.yml.
    pub default: Option<Box<str>>,
    /// Earlier defaults.
    pub earlier_defaults: Vec<Box<str>>,
    /// First known release that has it; `None` for options of providers and of Airflow 1.10.
    pub first_seen: Option<Version>,
    /// First known release that lacks it again.
    pub removed_in: Option<Version>,
    /// New name.
    pub renamed: Option<Renamed>,
    /// The value of the option is a Jinja template that Airflow fills in later (`is_template`).
    pub is_template: bool,
    /// A provider declares it (now).
    pub provider: Option<Box<str>>,
    /// Known from tables of renamed and removed options only.
    pub legacy: bool,
    /// Its description says from which release on it is deprecated.
    pub deprecated_since: Option<Version>,
    /// Defaults by the first known release that has each, oldest first; empty where it never changed.
    default_history: Vec<(Version, Option<Box<str>>)>,
    /// First known release in which a provider declares it instead of Airflow.
    moved: Option<Version>,
    sensitive: bool,
    sensitive_from: Option<Version>,
    sensitive_until: Option<Version>,
}

/// The default of an option in one release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultIn<'t> {
    /// Airflow itself does not have the option in this release, or has no default for it.
    None,
    /// Raw, as in config.yml: names in braces are not filled in.
    Value(&'t str),
    /// It changed between two known releases around this one.
    Unknown,
}

/// Section and option.
type Pair = (Box<str>, Box<str>);

/// All options.
#[derive(Debug)]
pub struct Options {
    sections: BTreeMap<Box<str>, BTreeMap<Box<str>, OptionFacts>>,
    /// Old names by new name.
    old_names: BTreeMap<Pair, Vec<Pair>>,
    releases: Vec<Version>,
    renamed_sections: Vec<RenamedSection>,
}

/// A section that was renamed as a whole (`deprecated_sections`).
#[derive(Debug)]
struct RenamedSection {
    new: Box<str>,
    old: Box<str>,
    /// First and last release in which the new one falls back on the old one.
    read_in: (Version, Version),
}

/// Sections whose option names are the user's or another library's own.
const FREE_FORM: &[&str] = &[
    "celery_broker_transport_options",
    "celery_result_backend_transport_options",
    "elasticsearch_configs",
    "opensearch_configs",
    "kubernetes_annotations",
    "kubernetes_environment_variables",
    "kubernetes_labels",
    "kubernetes_node_selectors",
    "kubernetes_secrets",
    "ldap",
    "mesos",
    // What Airflow does not know there goes to `sentry_sdk.init`.
    "sentry",
];

static OPTIONS: LazyLock<Options> = LazyLock::new(|| {
    let raw: RawFile = serde_json::from_str(include_str!("../../schemas/data/options.json"))
        .expect("the shipped table is read by a test");
    Options::new(raw)
});

/// The table; read on first use.
pub fn options() -> &'static Options {
    &OPTIONS
}

#[derive(Deserialize)]
struct RawFile {
    #[serde(rename = "_meta")]
    meta: RawMeta,
    sections: BTreeMap<Box<str>, BTreeMap<Box<str>, RawOption>>,
}

#[derive(Deserialize)]
struct RawMeta {
    sampled_versions: Vec<Version>,
    deprecated_sections: BTreeMap<Box<str>, RawSection>,
}

#[derive(Deserialize)]
struct RawOption {
    #[serde(rename = "type")]
    kind: Option<OptionType>,
    default: Option<Box<str>>,
    #[serde(default)]
    default_history: Vec<(Version, Option<Box<str>>)>,
    first_seen: Option<Version>,
    removed_in: Option<Version>,
    renamed_to: Option<RawRename>,
    #[serde(default)]
    is_template: bool,
    deprecated: Option<RawDeprecated>,
    provider: Option<Box<str>>,
    moved_to_provider_in: Option<Version>,
    #[serde(default)]
    pre_2_0_or_unlisted: bool,
    #[serde(default)]
    sensitive: bool,
    sensitive_from: Option<Version>,
    sensitive_until: Option<Version>,
}

#[derive(Deserialize)]
struct RawSection {
    old: Box<str>,
    since: Version,
    read_fallback_until: Version,
}

#[derive(Deserialize)]
struct RawDeprecated {
    since: Version,
}

#[derive(Deserialize)]
struct RawRename {
    to: Pair,
    since: Option<Version>,
    #[serde(default)]
    old_name_read_in: Vec<(Version, Version)>,
}

impl Options {
    fn new(raw: RawFile) -> Self {
        let mut old_names: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut sections = BTreeMap::new();
        for (section, raw_options) in raw.sections {
            let mut options = BTreeMap::new();
            for (option, facts) in raw_options {
                if let Some(renamed) = &facts.renamed_to
                    && !renamed.old_name_read_in.is_empty()
                {
                    old_names
                        .entry(renamed.to.clone())
                        .or_default()
                        .push((section.clone(), option.clone()));
                }
                options.insert(option, OptionFacts::new(facts));
            }
            sections.insert(section, options);
        }
        for (section, option, provider, says) in provider_options().declared() {
            let options = sections.entry(section.into()).or_default();
            let facts = || OptionFacts::of_provider(provider, says);
            options.entry(option.into()).or_insert_with(facts);
        }
        let mut releases = raw.meta.sampled_versions;
        releases.sort_unstable();
        Self {
            sections,
            old_names,
            releases,
            renamed_sections: raw
                .meta
                .deprecated_sections
                .into_iter()
                .map(|(new, section)| RenamedSection {
                    new,
                    old: section.old,
                    read_in: (section.since, section.read_fallback_until),
                })
                .collect(),
        }
    }

    /// The option, in whatever release it exists.
    pub fn get(&self, section: &str, option: &str) -> Option<&OptionFacts> {
        self.sections.get(section)?.get(option)
    }

    /// Some release, or some provider, knows the section.
    pub fn has_section(&self, section: &str) -> bool {
        self.sections.contains_key(section) || FREE_FORM.contains(&section)
    }

    /// Some release of Airflow itself has options in the section.
    pub fn is_own_section(&self, section: &str) -> bool {
        self.sections
            .get(section)
            .is_some_and(|options| options.values().any(|facts| facts.first_seen.is_some()))
    }

    /// The names of a section's options, sorted.
    pub fn names<'a>(&'a self, section: &str) -> impl Iterator<Item = &'a str> {
        self.sections
            .get(section)
            .into_iter()
            .flat_map(|options| options.keys().map(AsRef::as_ref))
    }

    /// The names of all sections, sorted.
    pub fn sections(&self) -> impl Iterator<Item = &str> {
        self.sections.keys().map(AsRef::as_ref)
    }

    /// `option` belongs to this `section`, by itself or as `x_cmd` / `x_secret` of an `x`.
    pub fn is_known(&self, section: &str, option: &str) -> bool {
        self.get(section, option).is_some() || self.form_of(section, option).is_some()
    }

    /// The option behind `x_cmd` or `x_secret`: its name, and true for `_cmd`. Options whose own
    /// name ends like that (`jwt_secret`) are not forms.
    pub fn form_of<'a>(&self, section: &str, option: &'a str) -> Option<(&'a str, bool)> {
        if self.get(section, option).is_some() {
            return None;
        }
        let (base, is_cmd) = match option.strip_suffix("_cmd") {
            Some(base) => (base, true),
            None => (option.strip_suffix("_secret")?, false),
        };
        self.get(section, base).is_some().then_some((base, is_cmd))
    }

    /// `(section, option) in conf.sensitive_config_values`: its `_cmd` and `_secret` forms are
    /// honoured in release `airflow`. Old names count while they are read.
    pub fn is_sensitive(&self, section: &str, option: &str, airflow: Version) -> bool {
        let Some(facts) = self.get(section, option) else {
            return false;
        };
        if facts.is_sensitive_in(airflow) {
            return true;
        }
        // The set is joined with the old names of its members from 2.4 on; before, it was fixed.
        airflow >= Version::new(2, 4, 0)
            && facts.renamed.as_ref().is_some_and(|renamed| {
                renamed.is_read_in(airflow)
                    && self
                        .get(&renamed.section, &renamed.option)
                        .is_some_and(|new| new.is_sensitive_in(airflow))
            })
    }

    /// The name that `conf.get(section, option)` falls back on in release `airflow`
    /// (`deprecated_options`, `deprecated_sections`).
    pub fn old_name<'a>(
        &'a self,
        section: &str,
        option: &'a str,
        airflow: Version,
    ) -> Option<(&'a str, &'a str)> {
        let renamed = self.renamed_sections.iter();
        let mut renamed = renamed.filter(|renamed| is_read_in(&[renamed.read_in], airflow));
        if let Some(whole) = renamed.find(|renamed| renamed.new.as_ref() == section) {
            return Some((&whole.old, option));
        }
        let key = (Box::from(section), Box::from(option));
        let candidates = self.old_names.get(&key)?;
        candidates
            .iter()
            .find(|(section, option)| {
                self.get(section, option)
                    .and_then(|facts| facts.renamed.as_ref())
                    .is_some_and(|renamed| renamed.is_read_in(airflow))
            })
            .map(|(section, option)| (section.as_ref(), option.as_ref()))
    }

    /// The name that replaces `(section, option)` when somebody asks for it in release `airflow`.
    pub fn new_name<'a>(
        &'a self,
        section: &str,
        option: &'a str,
        airflow: Version,
    ) -> Option<(&'a str, &'a str)> {
        let renamed = self.renamed_sections.iter();
        let mut renamed = renamed.filter(|renamed| is_read_in(&[renamed.read_in], airflow));
        if let Some(whole) = renamed.find(|renamed| renamed.old.as_ref() == section) {
            return Some((&whole.new, option));
        }
        let renamed = self.get(section, option)?.renamed.as_ref()?;
        renamed
            .is_read_in(airflow)
            .then_some((renamed.section.as_ref(), renamed.option.as_ref()))
    }

    /// The section that took the place of `section` before or in release `airflow`.
    pub fn renamed_section(&self, section: &str, airflow: Version) -> Option<&str> {
        let mut renamed = self.renamed_sections.iter();
        let whole = renamed
            .find(|renamed| renamed.old.as_ref() == section && airflow >= renamed.read_in.0)?;
        Some(&whole.new)
    }

    /// The names of an option that the table has, as the table holds them.
    pub fn name(&self, section: &str, option: &str) -> Option<(&str, &str)> {
        let (section, options) = self.sections.get_key_value(section)?;
        let (option, _) = options.get_key_value(option)?;
        Some((section, option))
    }

    /// The default that Airflow itself has for the option in release `airflow`; what providers say of it
    /// is not looked at.
    pub fn default_in(&self, section: &str, option: &str, airflow: Version) -> DefaultIn<'_> {
        let Some(facts) = self.get(section, option) else {
            return DefaultIn::None;
        };
        let before = facts.default_at(self.nearest_release(airflow));
        let after = self.releases.iter().find(|&&known| known >= airflow);
        match after {
            // What changes with a minor release does so in its first one, which is known.
            Some(&after) if (after.major, after.minor) == (airflow.major, airflow.minor) => {
                if facts.default_at(after) == before {
                    before
                } else {
                    DefaultIn::Unknown
                }
            }
            _ => before,
        }
    }

    /// The section that a misspelt `name` is meant to be.
    pub fn nearest_section(&self, name: &str) -> Option<&str> {
        nearest(name, self.sections())
    }

    /// The option of `section` that a misspelt `name` is meant to be.
    pub fn nearest_option(&self, section: &str, name: &str) -> Option<&str> {
        nearest(name, self.names(section))
    }

    /// The sections that have an option of this name.
    pub fn sections_of<'a>(&'a self, option: &'a str) -> impl Iterator<Item = &'a str> {
        self.sections
            .iter()
            .filter(move |(_, options)| options.contains_key(option))
            .map(|(section, _)| section.as_ref())
    }

    /// Known Airflow releases, oldest first: every x.y.0 from 2.0 and those patch releases in
    /// which something changed.
    pub fn releases(&self) -> &[Version] {
        &self.releases
    }

    /// The newest known release not after `wanted`; the oldest one for what is older still.
    pub fn nearest_release(&self, wanted: Version) -> Version {
        let after = self.releases.partition_point(|&known| known <= wanted);
        self.releases[after.saturating_sub(1)]
    }
}

/// True for sections whose option names are the user's own.
pub fn is_free_form(section: &str) -> bool {
    FREE_FORM.contains(&section)
}

/// The known name that `name` comes close to: equal but for case and blanks, or within edit
/// distance 2 (1 for names shorter than 6 characters), the nearest one, the first of equals. `name`
/// itself where it is known.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(name);
    let length = folded.chars().count();
    let allowed = match length {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    };
    let mut best: Option<(usize, &str)> = None;
    for candidate in known {
        if candidate == name {
            return Some(candidate);
        }
        if candidate.chars().count().abs_diff(length) > allowed {
            continue;
        }
        let distance = strsim::osa_distance(&folded, candidate);
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Lower case, no blanks around; dashes and blanks inside as underscores.
pub fn fold(name: &str) -> String {
    name.trim()
        .chars()
        .map(|character| match character {
            '-' | ' ' => '_',
            other => other,
        })
        .collect::<String>()
        .to_lowercase()
}

impl OptionFacts {
    fn new(raw: RawOption) -> Self {
        Self {
            kind: raw.kind.unwrap_or(OptionType::String),
            default: raw.default,
            earlier_defaults: raw
                .default_history
                .iter()
                .filter_map(|(_, default)| default.clone())
                .collect(),
            default_history: raw.default_history,
            moved: raw.moved_to_provider_in,
            deprecated_since: raw.deprecated.map(|deprecated| deprecated.since),
            first_seen: raw.first_seen,
            removed_in: raw.removed_in,
            renamed: raw.renamed_to.map(|renamed| Renamed {
                section: renamed.to.0,
                option: renamed.to.1,
                since: renamed.since,
                read_in: renamed.old_name_read_in,
            }),
            is_template: raw.is_template,
            provider: raw.provider,
            legacy: raw.pre_2_0_or_unlisted,
            sensitive: raw.sensitive,
            sensitive_from: raw.sensitive_from,
            sensitive_until: raw.sensitive_until,
        }
    }

    /// An option that only providers have ever had.
    fn of_provider(provider: &str, says: &Declared) -> Self {
        Self {
            kind: OptionType::String,
            default: says.default.clone(),
            earlier_defaults: Vec::new(),
            default_history: Vec::new(),
            first_seen: None,
            removed_in: None,
            renamed: None,
            is_template: says.is_template,
            provider: Some(format!("apache-airflow-providers-{provider}").into()),
            legacy: false,
            deprecated_since: None,
            moved: None,
            sensitive: says.sensitive,
            sensitive_from: None,
            sensitive_until: None,
        }
    }

    /// The default in `release`, one of the known releases.
    fn default_at(&self, release: Version) -> DefaultIn<'_> {
        let exists = self.first_seen.is_some_and(|first| release >= first)
            && self.removed_in.is_none_or(|removed| release < removed)
            && self.moved.is_none_or(|moved| release < moved);
        if !exists {
            return DefaultIn::None;
        }
        let history = &self.default_history;
        let after = history.partition_point(|(since, _)| *since <= release);
        let default = match history.get(after.wrapping_sub(1)) {
            Some((_, default)) => default.as_deref(),
            None => self.default.as_deref(),
        };
        default.map_or(DefaultIn::None, DefaultIn::Value)
    }

    /// Where the default of `airflow` is not the first one: the release that brought it, what it is,
    /// and the defaults before it.
    pub fn changed_default(&self, airflow: Version) -> Option<(Version, Option<&str>, Vec<&str>)> {
        let history = &self.default_history;
        let now = history.partition_point(|(since, _)| *since <= airflow);
        let (since, default) = history.get(now.checked_sub(1)?)?;
        let earlier: Vec<&str> = history[..now - 1]
            .iter()
            .filter_map(|(_, default)| default.as_deref())
            .collect();
        (!earlier.is_empty()).then_some((*since, default.as_deref(), earlier))
    }

    /// Some release treats it as sensitive.
    pub fn is_ever_sensitive(&self) -> bool {
        self.sensitive
    }

    /// The first release that treats it as sensitive, where one is known.
    pub fn sensitive_since(&self) -> Option<Version> {
        self.sensitive_from
    }

    /// Marked sensitive, by its own name, in release `airflow`.
    pub fn is_sensitive_in(&self, airflow: Version) -> bool {
        self.sensitive
            && self.sensitive_from.is_none_or(|from| airflow >= from)
            && self.sensitive_until.is_none_or(|until| airflow <= until)
            && self.removed_in.is_none_or(|removed| airflow < removed)
    }

    /// True when `value` is a default of some release: such a value is public.
    pub fn is_default(&self, value: &str) -> bool {
        self.default.as_deref() == Some(value)
            || self
                .earlier_defaults
                .iter()
                .any(|default| default.as_ref() == value)
    }
}

impl Renamed {
    /// The new name falls back on the old one in release `airflow`. A range that ends with the
    /// last known patch of a minor release holds for later patches of it too.
    pub fn is_read_in(&self, airflow: Version) -> bool {
        is_read_in(&self.read_in, airflow)
    }
}

fn is_read_in(ranges: &[(Version, Version)], airflow: Version) -> bool {
    let minor = |version: Version| (version.major, version.minor);
    ranges.iter().any(|&(from, to)| {
        airflow >= from && (airflow <= to || is_last_known(to) && minor(airflow) == minor(to))
    })
}

/// No later patch of the same minor release is known.
fn is_last_known(release: Version) -> bool {
    !OPTIONS.releases.iter().any(|known| {
        known.major == release.major && known.minor == release.minor && *known > release
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_is_read() {
        let options = options();
        assert_eq!(options.sections().count(), 69);
        assert_eq!(options.releases().len(), 50);
        let kwargs = options.get("secrets", "backend_kwargs").unwrap();
        assert_eq!(kwargs.sensitive_since(), Some(Version::new(2, 6, 2)));
        let cache = options.get("secrets", "use_cache").unwrap();
        assert_eq!(cache.kind, OptionType::Boolean);
        assert!(cache.is_default("False"));
    }

    #[test]
    fn forms_are_told_from_options_that_end_like_one() {
        let options = options();
        let form = |section, option| options.form_of(section, option);
        assert_eq!(form("core", "fernet_key_cmd"), Some(("fernet_key", true)));
        assert_eq!(form("secrets", "backend_secret"), Some(("backend", false)));
        assert_eq!(form("api_auth", "jwt_secret"), None);
        assert_eq!(form("logging", "min_length_masked_secret"), None);
        assert_eq!(form("github_enterprise", "client_secret"), None);
    }

    #[test]
    fn sensitive_options_depend_on_the_release() {
        let options = options();
        let sensitive = |section, option, major, minor, patch| {
            options.is_sensitive(section, option, Version::new(major, minor, patch))
        };
        assert!(!sensitive("secrets", "backend_kwargs", 2, 6, 1));
        assert!(sensitive("secrets", "backend_kwargs", 2, 6, 2));
        assert!(!sensitive("secrets", "backend", 3, 3, 2));
        assert!(sensitive("smtp", "smtp_password", 2, 11, 2));
        assert!(!sensitive("smtp", "smtp_password", 3, 3, 2));
        assert!(sensitive("core", "sql_alchemy_conn", 2, 11, 2));
        assert!(!sensitive("core", "sql_alchemy_conn", 3, 1, 0));
    }

    #[test]
    fn old_names_are_read_in_their_releases_only() {
        let options = options();
        let old = |major, minor| {
            options.old_name(
                "database",
                "sql_alchemy_conn",
                Version::new(major, minor, 0),
            )
        };
        assert_eq!(old(2, 10), Some(("core", "sql_alchemy_conn")));
        assert_eq!(old(3, 1), None);
        assert_eq!(old(2, 2), None);
        let last = Version::new(2, 11, 9);
        assert!(
            options
                .old_name("database", "sql_alchemy_conn", last)
                .is_some()
        );
    }

    #[test]
    fn misspelt_names_find_the_known_one() {
        let options = options();
        assert_eq!(options.nearest_section(" Secrets "), Some("secrets"));
        assert_eq!(
            options.nearest_option("secrets", "backend-kwarg"),
            Some("backend_kwargs")
        );
        assert_eq!(options.nearest_option("secrets", "hunter2"), None);
        assert_eq!(nearest("ab", ["abc"].into_iter()), None);
    }

    #[test]
    fn an_unknown_release_is_taken_for_the_known_one_before_it() {
        let options = options();
        let nearest = |major, minor, patch| {
            let release = options.nearest_release(Version::new(major, minor, patch));
            (release.major, release.minor, release.patch)
        };
        assert_eq!(nearest(2, 10, 4), (2, 10, 0));
        assert_eq!(nearest(4, 0, 0), (3, 3, 2));
        assert_eq!(nearest(1, 10, 15), (2, 0, 0));
    }
}
