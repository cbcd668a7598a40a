//! How Airflow reads the values of its options, as far as a wrong text makes it raise.
//!
//! `schemas/data/option_values.json`: with which getter of its configuration object the code of each
//! release asks for an option, which values it takes where it checks them, and which old defaults it
//! replaces while it starts. What a getter takes is [`super::config`]'s. Everything here is public.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Version;
use super::config::{read_bool, read_float, read_int};
use super::data::{OptionFacts, OptionType};
use crate::source::Text;
use crate::syntax::json;

/// A getter of `AirflowConfigParser` that raises `AirflowConfigException` for some texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Getter {
    /// `getboolean`
    Boolean,
    /// `getint`
    Integer,
    /// `getfloat`
    Float,
    /// `getjson`
    Json,
    /// `gettimedelta`: whole seconds
    Timedelta,
    /// `getimport`: a dotted path
    Import,
}

/// Seconds that a `datetime.timedelta` can have: it counts days, from -999,999,999 to 999,999,999.
const SECONDS: RangeInclusive<i128> = -86_400 * 999_999_999..=86_400 * 1_000_000_000 - 1;

impl Getter {
    /// The getter takes `text`. Whether a dotted path leads anywhere is not asked.
    pub fn takes(self, text: &str, airflow: Version) -> bool {
        match self {
            Self::Boolean => read_bool(text).is_some(),
            Self::Integer => read_int(text, airflow).is_some(),
            Self::Float => read_float(text).is_some(),
            Self::Json => text.is_empty() || json::parse(&Text::verbatim(text, 0)).is_ok(),
            // `int(val)`, in all releases without the leniency of `getint`.
            Self::Timedelta => {
                text.is_empty()
                    || read_int(text, Version::new(2, 0, 0))
                        .is_some_and(|seconds| SECONDS.contains(&seconds))
            }
            // `import_string`: "doesn't look like a module path"
            Self::Import => text.is_empty() || text.contains('.'),
        }
    }

    /// What it takes, for a message.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Boolean => "a boolean",
            Self::Integer => "a whole number",
            Self::Float => "a number",
            Self::Json => "JSON",
            Self::Timedelta => "a whole number of seconds",
            Self::Import => "the dotted path of an object",
        }
    }
}

/// Values in some releases.
#[derive(Debug, Deserialize)]
pub struct Values {
    from: Version,
    to: Version,
    /// The values, in Airflow's order.
    pub values: Vec<Box<str>>,
}

impl Values {
    /// The first known release that takes these values and no other.
    pub fn since(&self) -> Version {
        self.from
    }
}

#[derive(Debug, Deserialize)]
struct Replaced {
    option: Box<str>,
    old: Box<str>,
    new: Option<Box<str>>,
    #[serde(rename = "in")]
    ranges: Vec<Range>,
}

#[derive(Debug, Deserialize)]
struct Rewritten {
    option: Box<str>,
    part: Box<str>,
    new: Box<str>,
    #[serde(rename = "in")]
    ranges: Vec<Range>,
}

/// First and last release.
#[derive(Debug, Deserialize)]
struct Range(Version, Version);

#[derive(Deserialize)]
struct RawMeta {
    releases: Vec<Version>,
}

#[derive(Deserialize)]
struct Table {
    #[serde(rename = "_meta")]
    meta: RawMeta,
    executors: Vec<Values>,
    enums: BTreeMap<Box<str>, Vec<Values>>,
    replaced: Vec<Replaced>,
    rewritten: Vec<Rewritten>,
    read_late: BTreeMap<Box<str>, Vec<Range>>,
    read_as: BTreeMap<Box<str>, BTreeMap<Box<str>, Vec<Range>>>,
    providers: BTreeMap<Box<str>, Vec<Getter>>,
    unlisted: BTreeMap<Box<str>, Vec<Box<str>>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../schemas/data/option_values.json"))
        .expect("the shipped table is read by a test")
});

/// The newest release of the table not after `airflow`.
fn nearest(airflow: Version) -> Version {
    let known = TABLE.meta.releases.iter().copied();
    known
        .filter(|known| *known <= airflow)
        .max()
        .unwrap_or(Version::new(2, 0, 0))
}

/// A getter that the code of a release calls, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// The getter.
    pub getter: Getter,
    /// The first known release that reads it so without a break; `None` where a provider reads it.
    pub since: Option<Version>,
}

/// The getters with which the code of release `airflow`, or of a provider, asks for the option, where
/// nothing catches what they raise.
pub fn reads(section: &str, option: &str, airflow: Version) -> Vec<Read> {
    let name = format!("{section}.{option}");
    let nearest = nearest(airflow);
    let own = TABLE.read_as.get(name.as_str()).into_iter().flatten();
    let own = own.filter_map(|(getter, ranges)| {
        let range = ranges
            .iter()
            .find(|Range(from, to)| *from <= nearest && nearest <= *to)?;
        Some(Read {
            getter: getter_named(getter)?,
            since: Some(range.0),
        })
    });
    let of_provider = TABLE.providers.get(name.as_str()).into_iter().flatten();
    let mut all: Vec<Read> = own.collect();
    for &getter in of_provider {
        if !all.iter().any(|read| read.getter == getter) {
            all.push(Read {
                getter,
                since: None,
            });
        }
    }
    all
}

/// `release` is one of the table.
fn covers(ranges: &[Range], release: Version) -> bool {
    ranges
        .iter()
        .any(|Range(from, to)| *from <= release && release <= *to)
}

fn getter_named(name: &str) -> Option<Getter> {
    let deserializer = serde::de::value::StrDeserializer::<serde::de::value::Error>::new(name);
    Getter::deserialize(deserializer).ok()
}

/// The getter that fits the type which `config.yml` gives the option.
pub fn declared(facts: &OptionFacts) -> Option<Getter> {
    match facts.kind {
        OptionType::Boolean => Some(Getter::Boolean),
        OptionType::Integer => Some(Getter::Integer),
        OptionType::Float => Some(Getter::Float),
        OptionType::String => None,
    }
}

/// The values that release `airflow` takes for the option, where it checks them at start.
pub fn allowed(section: &str, option: &str, airflow: Version) -> Option<&'static Values> {
    let all = TABLE.enums.get(format!("{section}.{option}").as_str())?;
    in_release(all, airflow)
}

/// The short names that `[core] executor` takes in release `airflow`.
pub fn executors(airflow: Version) -> Option<&'static Values> {
    in_release(&TABLE.executors, airflow)
}

/// Some release takes the short name of an executor.
pub fn is_executor(name: &str) -> bool {
    let mut all = TABLE.executors.iter().flat_map(|values| &values.values);
    all.any(|known| known.as_ref() == name)
}

fn in_release(all: &[Values], airflow: Version) -> Option<&Values> {
    let nearest = nearest(airflow);
    all.iter()
        .find(|values| values.from <= nearest && nearest <= values.to)
}

/// What release `airflow` takes instead of this old default, with a `FutureWarning`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// This value.
    Value(&'static str),
    /// The default of the release.
    Default,
}

/// See [`Replacement`].
pub fn replacement(
    section: &str,
    option: &str,
    value: &str,
    airflow: Version,
) -> Option<Replacement> {
    let nearest = nearest(airflow);
    let name = format!("{section}.{option}");
    let found = TABLE.replaced.iter().find(|replaced| {
        *replaced.option == name && *replaced.old == *value && covers(&replaced.ranges, nearest)
    })?;
    Some(match &found.new {
        Some(new) => Replacement::Value(new),
        None => Replacement::Default,
    })
}

/// The value that release `airflow` makes of an old spelling while it starts, with a
/// `FutureWarning`; `None` where it leaves the value alone.
pub fn rewritten(section: &str, option: &str, value: &str, airflow: Version) -> Option<String> {
    let nearest = nearest(airflow);
    let name = format!("{section}.{option}");
    let found = TABLE.rewritten.iter().find(|rewritten| {
        *rewritten.option == name
            && value.contains(&*rewritten.part)
            && covers(&rewritten.ranges, nearest)
    })?;
    Some(value.replace(&*found.part, &found.new))
}

/// The first known release that does not rewrite the option any more, where one ever did.
pub fn taken_literally_since(section: &str, option: &str) -> Option<Version> {
    let name = format!("{section}.{option}");
    let all = TABLE.rewritten.iter();
    let last = all
        .filter(|rewritten| *rewritten.option == name)
        .flat_map(|rewritten| rewritten.ranges.iter().map(|Range(_, last)| *last))
        .max()?;
    let known = TABLE.meta.releases.iter().copied();
    known.filter(|known| *known > last).min()
}

/// The code of release `airflow` asks for the option though its `config.yml` has lost it.
pub fn is_read_late(section: &str, option: &str, airflow: Version) -> bool {
    let ranges = TABLE.read_late.get(format!("{section}.{option}").as_str());
    ranges.is_some_and(|ranges| covers(ranges, nearest(airflow)))
}

/// The code of some release asks for the option, though no `config.yml` lists it.
pub fn is_unlisted(section: &str, option: &str) -> bool {
    let section = TABLE.unlisted.get(section);
    section.is_some_and(|options| options.iter().any(|known| known.as_ref() == option))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn every_getter_of_the_table_is_known() {
        for getter in TABLE.read_as.values().flat_map(BTreeMap::keys) {
            assert!(getter_named(getter).is_some(), "{getter}");
        }
    }

    #[test]
    fn getters_depend_on_the_release() {
        let getters = |section, option, airflow| -> Vec<Getter> {
            let reads = reads(section, option, release(airflow)).into_iter();
            reads.map(|read| read.getter).collect()
        };
        assert_eq!(getters("core", "parallelism", "2.4.2"), [Getter::Integer]);
        assert_eq!(getters("core", "load_examples", "3.3.2"), [Getter::Boolean]);
        assert_eq!(getters("core", "check_slas", "3.0.0"), []);
        assert_eq!(getters("celery", "flower_port", "3.0.0"), [Getter::Integer]);
    }

    #[test]
    fn values_are_taken_as_the_getters_take_them() {
        let now = release("3.3.2");
        assert!(Getter::Integer.takes("5.0", now));
        assert!(!Getter::Integer.takes("5.0", release("2.11.2")));
        assert!(!Getter::Timedelta.takes("5.0", now));
        assert!(!Getter::Timedelta.takes("99999999999999999", now));
        let endless = "-".to_owned() + &"9".repeat(60);
        for (text, is_taken) in [
            ("86399999999999", true),
            ("86400000000000", false),
            ("-86399999913600", true),
            ("-86399999913601", false),
            // More than any integer here.
            (endless.as_str(), false),
        ] {
            assert_eq!(Getter::Timedelta.takes(text, now), is_taken, "{text}");
        }
        assert!(Getter::Boolean.takes("true # yes", now));
        assert!(!Getter::Boolean.takes("yes", now));
        for getter in [Getter::Json, Getter::Timedelta, Getter::Import] {
            assert!(getter.takes("", now));
        }
        assert!(!Getter::Import.takes("BaseXCom", now));
    }

    #[test]
    fn old_spellings_are_rewritten_in_some_releases() {
        let name = |airflow| {
            rewritten(
                "core",
                "hostname_callable",
                "socket:getfqdn",
                release(airflow),
            )
        };
        assert_eq!(name("2.11.2").as_deref(), Some("socket.getfqdn"));
        assert_eq!(name("3.0.0"), None);
        let since = taken_literally_since("core", "hostname_callable");
        assert_eq!(since, Some(release("3.0.0")));
        assert!(is_read_late("celery", "worker_precheck", release("2.9.1")));
        assert!(!is_read_late("celery", "worker_precheck", release("3.0.0")));
    }

    #[test]
    fn old_defaults_are_replaced_in_some_releases() {
        let instead =
            |airflow| replacement("core", "executor", "SequentialExecutor", release(airflow));
        assert_eq!(instead("3.1.2"), Some(Replacement::Value("LocalExecutor")));
        assert_eq!(instead("2.11.2"), None);
    }
}
