//! What became of an option: whether a release has it, and under which name it goes on.
//!
//! Made of the table of options and of `schemas/data/config_changes.json`: what `airflow config lint`
//! knows in each release (`CONFIGS_CHANGES`), and the options that only releases before 2.0 had. No
//! values are judged here; names and values of these tables are public.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Version;
use super::data::{OptionFacts, Options, options};
use super::option_values::{is_read_late, is_unlisted};

/// The first release that this program models; what was gone before is gone since then.
const OLDEST: Version = Version::new(2, 0, 0);

/// From here on the table of a release describes that release; the one of 2.11 describes this.
const LINT_HOLDS: Version = Version::new(3, 0, 0);

/// Renames that lead from one name to the next.
const MAX_STEPS: usize = 5;

/// What a release makes of the name of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate<'t> {
    /// The release has it, or a provider does, or nothing is known against it.
    InForce,
    /// A later release brings it.
    NotYet {
        /// The first known release that has it.
        since: Version,
    },
    /// It has another name.
    Renamed {
        /// Section of the name that the release has.
        section: &'t str,
        /// That name.
        option: &'t str,
        /// The release that brought the new name, where one is known.
        since: Option<Version>,
        /// The release falls back on the old name (`deprecated_options`).
        is_read: bool,
    },
    /// It is gone.
    Removed {
        /// The first known release without it.
        since: Version,
    },
    /// No release has it.
    Unknown,
}

/// An entry of the table behind `airflow config lint`.
#[derive(Clone, Debug, Deserialize)]
pub struct Change {
    section: Box<str>,
    option: Box<str>,
    /// What changed.
    #[serde(flatten)]
    pub kind: ChangeKind,
    /// First and last release of each range whose table has the entry.
    listed_in: Vec<(Box<str>, Box<str>)>,
}

/// What changed.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ChangeKind {
    /// It has another name.
    Renamed {
        /// Section and option.
        to: (Box<str>, Box<str>),
    },
    /// It is gone.
    Removed,
    /// One value of it is not taken any more.
    RemovedIfEquals {
        /// That value.
        value: Box<str>,
    },
    /// It has another default.
    DefaultChange {
        /// Default up to 2.11.
        old: Box<str>,
        /// Default from 3.0 on.
        new: Box<str>,
    },
    /// One value of it is wrong.
    InvalidIf {
        /// That value.
        value: Box<str>,
    },
}

#[derive(Deserialize)]
struct RawFile {
    #[serde(rename = "_meta")]
    meta: RawMeta,
    changes: Vec<Change>,
    before_2_0: BTreeMap<Box<str>, BTreeMap<Box<str>, Box<str>>>,
}

#[derive(Deserialize)]
struct RawMeta {
    releases: Vec<Box<str>>,
}

struct Table {
    releases: Vec<Version>,
    changes: BTreeMap<Box<str>, BTreeMap<Box<str>, Vec<Change>>>,
    before_2_0: BTreeMap<Box<str>, BTreeMap<Box<str>, Box<str>>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let text = include_str!("../../schemas/data/config_changes.json");
    let raw: RawFile = serde_json::from_str(text).expect("the shipped table is read by a test");
    let mut changes: BTreeMap<Box<str>, BTreeMap<Box<str>, Vec<Change>>> = BTreeMap::new();
    for change in raw.changes {
        let section = changes.entry(change.section.clone()).or_default();
        let option = section.entry(change.option.clone()).or_default();
        option.push(change);
    }
    Table {
        releases: raw.meta.releases.iter().map(|text| version(text)).collect(),
        changes,
        before_2_0: raw.before_2_0,
    }
});

fn version(text: &str) -> Version {
    text.parse()
        .expect("the shipped table holds release numbers")
}

impl Change {
    /// The table of the release has the entry, and what it says holds for the release itself.
    fn holds_in(&self, airflow: Version) -> bool {
        let releases = &TABLE.releases;
        let after = releases.partition_point(|&known| known <= airflow);
        let Some(&nearest) = releases.get(after.wrapping_sub(1)) else {
            return false;
        };
        airflow >= LINT_HOLDS
            && self
                .listed_in
                .iter()
                .any(|(from, to)| version(from) <= nearest && nearest <= version(to))
    }

    /// The first release for which it holds.
    fn since(&self) -> Version {
        let from = self.listed_in.iter().map(|(from, _)| version(from)).min();
        from.map_or(LINT_HOLDS, |from| from.max(LINT_HOLDS))
    }
}

/// What the release's own `airflow config lint` says of the option.
pub fn changes(
    section: &str,
    option: &str,
    airflow: Version,
) -> impl Iterator<Item = &'static Change> {
    let all = TABLE
        .changes
        .get(section)
        .and_then(|options| options.get(option));
    all.into_iter()
        .flatten()
        .filter(move |change| change.holds_in(airflow))
}

/// What `airflow` makes of the option's name.
pub fn fate<'t>(section: &str, option: &'t str, airflow: Version) -> Fate<'t> {
    let table = options();
    if let Some((new_section, new_option)) = table.new_name(section, option, airflow)
        && (is_read_late(new_section, new_option, airflow)
            || table
                .get(new_section, new_option)
                .is_some_and(|facts| exists(facts, airflow)))
    {
        let facts = table.get(section, option);
        return Fate::Renamed {
            section: new_section,
            option: new_option,
            since: facts.and_then(|facts| facts.renamed.as_ref()?.since),
            is_read: true,
        };
    }
    for change in changes(section, option, airflow) {
        match &change.kind {
            ChangeKind::Renamed { to } => {
                let since = renamed_since(table, section, option, to).unwrap_or(change.since());
                return gone_to(table, to, since, airflow);
            }
            ChangeKind::Removed => {
                return Fate::Removed {
                    since: change.since(),
                };
            }
            _ => {}
        }
    }
    if let Some(new) = table.renamed_section(section, airflow)
        && table.get(new, option).is_some()
    {
        return Fate::Renamed {
            section: new,
            option,
            since: None,
            is_read: false,
        };
    }
    match table.get(section, option) {
        Some(facts) => fate_of(table, facts, section, option, airflow),
        None if is_from_before_2_0(section, option) => Fate::Removed { since: OLDEST },
        None if is_unlisted(section, option) => Fate::InForce,
        None => Fate::Unknown,
    }
}

fn fate_of(
    table: &'static Options,
    facts: &OptionFacts,
    section: &str,
    option: &str,
    airflow: Version,
) -> Fate<'static> {
    if exists(facts, airflow) || is_read_late(section, option, airflow) {
        return Fate::InForce;
    }
    if let Some(since) = facts.first_seen.filter(|since| airflow < *since) {
        return Fate::NotYet { since };
    }
    if let Some(renamed) = &facts.renamed {
        if renamed.since.is_some_and(|since| airflow < since) {
            return Fate::InForce;
        }
        let to = (renamed.section.clone(), renamed.option.clone());
        if let Some((section, option)) = follow(table, &to, airflow) {
            return Fate::Renamed {
                section,
                option,
                since: renamed.since,
                is_read: false,
            };
        }
        // A new name that the release's `config.yml` does not list says nothing against the old one.
        return match facts.removed_in.unwrap_or(LINT_HOLDS) {
            since if airflow < since => Fate::InForce,
            since => Fate::Removed { since },
        };
    }
    match facts.removed_in {
        Some(since) => Fate::Removed { since },
        // Known from the table of changes alone: an option that was gone before 2.0.
        None if is_removed_by_name(section, option) => Fate::Removed { since: OLDEST },
        None => Fate::InForce,
    }
}

/// Since when the option is called `to`, where the parser itself says so.
fn renamed_since(
    table: &Options,
    section: &str,
    option: &str,
    to: &(Box<str>, Box<str>),
) -> Option<Version> {
    let renamed = table.get(section, option)?.renamed.as_ref()?;
    let is_this = renamed.section == to.0 && renamed.option == to.1;
    renamed.since.filter(|_| is_this)
}

/// The release, or a provider, has options in the section.
pub fn has_section(section: &str, airflow: Version) -> bool {
    let table = options();
    let mut facts = table
        .names(section)
        .filter_map(|option| table.get(section, option));
    facts.any(|facts| exists(facts, airflow))
}

/// The first known release without any option in the section, for a section that is gone.
pub fn section_end(section: &str) -> Version {
    let table = options();
    let facts = table
        .names(section)
        .filter_map(|option| table.get(section, option));
    let ends = facts.filter_map(|facts| facts.removed_in);
    ends.max().unwrap_or(OLDEST)
}

/// The release has the option, or a provider brings it.
fn exists(facts: &OptionFacts, airflow: Version) -> bool {
    let begun = facts.first_seen.is_some_and(|first| airflow >= first);
    if facts.provider.is_some() {
        return begun || facts.first_seen.is_none();
    }
    begun && facts.removed_in.is_none_or(|removed| airflow < removed)
}

fn is_removed_by_name(section: &str, option: &str) -> bool {
    let all = TABLE
        .changes
        .get(section)
        .and_then(|options| options.get(option));
    all.into_iter()
        .flatten()
        .any(|change| matches!(change.kind, ChangeKind::Removed))
}

/// An option of releases before 2.0 that no later one has.
fn is_from_before_2_0(section: &str, option: &str) -> bool {
    let section = TABLE.before_2_0.get(section);
    section.is_some_and(|options| options.contains_key(option))
}

fn gone_to(
    table: &'static Options,
    to: &(Box<str>, Box<str>),
    since: Version,
    airflow: Version,
) -> Fate<'static> {
    match follow(table, to, airflow) {
        Some((section, option)) => Fate::Renamed {
            section,
            option,
            // Of a row of renames this is the first one only.
            since: (section == &*to.0 && option == &*to.1).then_some(since),
            is_read: false,
        },
        None => Fate::Removed { since },
    }
}

/// The name that the release has, at the end of a row of renames.
fn follow(
    table: &'static Options,
    to: &(Box<str>, Box<str>),
    airflow: Version,
) -> Option<(&'static str, &'static str)> {
    let mut name = to.clone();
    for _ in 0..MAX_STEPS {
        let listed = changes(&name.0, &name.1, airflow).find_map(|change| match &change.kind {
            ChangeKind::Renamed { to } => Some(to.clone()),
            _ => None,
        });
        let facts = table.get(&name.0, &name.1);
        let next = match (listed, facts) {
            (Some(next), _) => next,
            (None, Some(facts)) if exists(facts, airflow) => return table.name(&name.0, &name.1),
            (None, Some(facts)) => {
                let renamed = facts.renamed.as_ref()?;
                (renamed.section.clone(), renamed.option.clone())
            }
            (None, None) => return None,
        };
        name = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(section: &str, option: &'static str, airflow: &str) -> Fate<'static> {
        fate(section, option, airflow.parse().unwrap())
    }

    fn renamed(fate: Fate<'static>) -> Option<(&'static str, &'static str, bool)> {
        match fate {
            Fate::Renamed {
                section,
                option,
                is_read,
                ..
            } => Some((section, option, is_read)),
            _ => None,
        }
    }

    #[test]
    fn the_shipped_table_is_read() {
        let all = TABLE.changes.values().flat_map(BTreeMap::values).flatten();
        let newest = Version::new(3, 3, 2);
        assert_eq!(all.filter(|change| change.holds_in(newest)).count(), 161);
    }

    #[test]
    fn an_old_name_is_read_in_some_releases_only() {
        let conn = |airflow| of("core", "sql_alchemy_conn", airflow);
        assert_eq!(conn("2.2.5"), Fate::InForce);
        let new = ("database", "sql_alchemy_conn");
        assert_eq!(renamed(conn("2.10.4")), Some((new.0, new.1, true)));
        assert_eq!(renamed(conn("3.1.0")), Some((new.0, new.1, false)));
        assert_eq!(renamed(conn("3.3.2")), Some((new.0, new.1, true)));
    }

    #[test]
    fn nothing_is_gone_since_a_release_to_come() {
        let table = options();
        for airflow in &TABLE.releases {
            let names = table
                .sections()
                .flat_map(|section| table.names(section).map(move |option| (section, option)));
            for (section, option) in names {
                if let Fate::Removed { since } = fate(section, option, *airflow) {
                    assert!(
                        since <= *airflow,
                        "{section}.{option} in {airflow}: {since}"
                    );
                }
            }
        }
        // Code of 2.7 to 2.11 asks for the new name, though their `config.yml` have lost it.
        assert_eq!(
            renamed(of("core", "worker_precheck", "2.7.3")),
            Some(("celery", "worker_precheck", true))
        );
    }

    #[test]
    fn a_row_of_renames_ends_at_the_name_that_the_release_has() {
        assert_eq!(
            renamed(of("webserver", "page_size", "3.3.2")),
            Some(("api", "fallback_page_limit", false))
        );
        assert_eq!(
            renamed(of("webserver", "page_size", "3.1.0")),
            Some(("api", "page_size", true))
        );
        assert_eq!(
            renamed(of("scheduler", "max_threads", "3.0.0")),
            Some(("dag_processor", "parsing_processes", false))
        );
        assert_eq!(
            renamed(of("scheduler", "max_threads", "2.5.0")),
            Some(("scheduler", "parsing_processes", true))
        );
    }

    #[test]
    fn a_section_moves_as_a_whole() {
        let namespace = |airflow| of("kubernetes", "namespace", airflow);
        assert_eq!(namespace("2.4.0"), Fate::InForce);
        let to = "kubernetes_executor";
        assert_eq!(renamed(namespace("2.7.0")), Some((to, "namespace", true)));
        assert_eq!(renamed(namespace("3.0.0")), Some((to, "namespace", false)));
        assert_eq!(
            of("kubernetes", "git_repo", "2.7.0"),
            Fate::Removed {
                since: Version::new(2, 0, 0)
            }
        );
    }

    #[test]
    fn options_come_and_go() {
        assert_eq!(
            of("core", "check_slas", "3.0.0"),
            Fate::Removed {
                since: Version::new(3, 0, 0)
            }
        );
        assert_eq!(of("core", "check_slas", "2.11.2"), Fate::InForce);
        assert_eq!(
            of("api", "base_url", "2.11.2"),
            Fate::NotYet {
                since: Version::new(3, 0, 0)
            }
        );
        assert_eq!(of("core", "nobody_knows", "3.3.2"), Fate::Unknown);
        assert_eq!(
            of("logging", "donot_modify_handlers", "3.0.0"),
            Fate::InForce
        );
        assert_eq!(of("celery", "worker_concurrency", "3.3.2"), Fate::InForce);
    }
}
