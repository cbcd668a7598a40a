//! What may be shown: the allow-list of kwargs and options whose values are no secrets, with the
//! shape a value must have to be shown.
//!
//! `schemas/data/public.json` holds it. Whatever is not listed there is secret.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

use super::backend::data::{self, BackendClass};

static JSON: &str = include_str!("../../schemas/data/public.json");

static LIST: LazyLock<List> =
    LazyLock::new(|| serde_json::from_str(JSON).expect("the shipped list is well-formed"));

/// The placeholder words by their length: few words of a value have to be compared with any.
static PLACEHOLDERS: LazyLock<Vec<Vec<&str>>> = LazyLock::new(|| {
    let mut by_length: Vec<Vec<&str>> = Vec::new();
    for word in &LIST.placeholders.words {
        if by_length.len() <= word.len() {
            by_length.resize(word.len() + 1, Vec::new());
        }
        by_length[word.len()].push(word);
    }
    by_length
});

#[derive(Deserialize)]
struct List {
    /// Class (`aws` for both AWS classes), dotted kwarg, shape.
    kwargs: BTreeMap<String, BTreeMap<String, Shape>>,
    /// Section, option, shape.
    options: BTreeMap<String, BTreeMap<String, Shape>>,
    placeholders: Placeholders,
}

#[derive(Deserialize)]
struct Placeholders {
    words: BTreeSet<String>,
}

/// What a value must look like to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// A line without `@` and `://`: lookup patterns.
    Text,
    /// A name or a path: letters, digits, blanks and `_-./+=,:<>{}$~`; three characters may be any.
    Name,
    /// The name of an AWS region, or nearly one.
    Region,
    /// Letters, digits, `_`, `-` and `.`.
    Word,
    /// Names of modules and a class, joined by dots.
    ClassPath,
    /// Digits.
    Integer,
    /// A word that Airflow takes as a boolean.
    Boolean,
    /// A URL without credentials, query and fragment.
    Url,
    /// The ARN of an IAM role.
    RoleArn,
    /// Names of Airflow's executors or class paths, divided by commas.
    Executors,
}

/// What `[core] executor` calls by its short name (`ExecutorLoader.executors` of 2.0.0 to 3.3.2).
const EXECUTORS: [&str; 9] = [
    "CeleryExecutor",
    "CeleryKubernetesExecutor",
    "DaskExecutor",
    "DebugExecutor",
    "EdgeExecutor",
    "KubernetesExecutor",
    "LocalExecutor",
    "LocalKubernetesExecutor",
    "SequentialExecutor",
];

impl Shape {
    /// True when `value` has the shape, so that it may be shown.
    pub fn admits(self, value: &str) -> bool {
        if value.is_empty() || value.len() > 300 {
            return false;
        }
        match self {
            Self::Text => {
                !value.contains(['@', '\n', '\r']) && !value.contains("://") && !is_opaque(value)
            }
            Self::Name => {
                let plain = is_made_of(value, " _-./+=,:<>{}$~") && !value.contains("://");
                (plain || value.chars().count() <= 3) && !is_opaque(value)
            }
            Self::Region => is_nearly_a_region(value),
            Self::Word => is_made_of(value, "_-.") && !is_opaque(value),
            Self::ClassPath => is_class_path(value),
            Self::Integer => value.len() <= 9 && value.bytes().all(|byte| byte.is_ascii_digit()),
            Self::Boolean => {
                let words = [
                    "t", "true", "1", "f", "false", "0", "yes", "no", "on", "off",
                ];
                words.iter().any(|word| value.eq_ignore_ascii_case(word))
            }
            Self::Url => is_plain_url(value),
            Self::RoleArn => is_role_arn(value),
            Self::Executors => value
                .split(',')
                .map(str::trim)
                .all(|name| EXECUTORS.contains(&name) || is_class_path(name)),
        }
    }
}

/// The shape in which the kwarg at the dotted path `name` (`role_arn`,
/// `assume_role_kwargs.RoleSessionName`) may be shown. Without a class: only what every class that
/// has the kwarg shows.
pub fn kwarg(class: Option<&BackendClass>, name: &str) -> Option<Shape> {
    if let Some(class) = class {
        let key = if class.is_aws() {
            "aws"
        } else {
            class.short_name.as_str()
        };
        return LIST.kwargs.get(key)?.get(name).copied();
    }
    let top = name.split('.').next().unwrap_or(name);
    let hidden = data::classes()
        .iter()
        .any(|class| class.any_kwarg(top).is_some() && kwarg(Some(class), name).is_none());
    if hidden {
        return None;
    }
    let mut shapes = LIST
        .kwargs
        .values()
        .filter_map(|list| list.get(name))
        .copied();
    let first = shapes.next()?;
    shapes.all(|shape| shape == first).then_some(first)
}

/// The shape in which the value of an option of airflow.cfg may be shown.
pub fn option(section: &str, option: &str) -> Option<Shape> {
    LIST.options.get(section)?.get(option).copied()
}

/// True for a word that stands for a value still to be filled in (`CHANGE_ME`, `xxx`) and is on
/// the shipped list, so that it may be named.
pub fn is_placeholder_word(word: &str) -> bool {
    // No word is shorter, and most runs of characters in a value are.
    if word.len() < 3 {
        return false;
    }
    let first = word.as_bytes()[0].to_ascii_lowercase();
    let of_this_length = PLACEHOLDERS.get(word.len());
    of_this_length.is_some_and(|known| {
        known
            .iter()
            .any(|known| known.as_bytes()[0] == first && known.eq_ignore_ascii_case(word))
    })
}

/// The words of [`is_placeholder_word`].
pub fn placeholder_words() -> impl Iterator<Item = &'static str> {
    LIST.placeholders.words.iter().map(String::as_str)
}

fn is_made_of(value: &str, more: &str) -> bool {
    value
        .chars()
        .all(|character| character.is_ascii_alphanumeric() || more.contains(character))
}

/// A long run of letters and digits with nothing that reads: more likely a pasted key than a
/// prefix or a name.
fn is_opaque(value: &str) -> bool {
    value
        .split(|character: char| !character.is_ascii_alphanumeric())
        .any(|run| run.len() >= 20 && run.bytes().any(|byte| byte.is_ascii_digit()))
}

/// True for the name of a keyword argument or of another key that may be shown although nobody
/// knows it: an identifier. A password that stands where a key belongs mostly is none.
pub fn is_plain_key(name: &str) -> bool {
    let first = name.bytes().next();
    first.is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && name.len() <= 40
        && is_made_of(name, "_-.")
        && !is_random(name)
}

/// Reads like a password rather than like a name: letters, digits and again something in one run
/// (`hunter2hunter2`).
fn is_random(name: &str) -> bool {
    is_opaque(name)
        || name
            .split(|character: char| !character.is_ascii_alphanumeric())
            .any(|run| {
                let digits = run.trim_start_matches(|c: char| c.is_ascii_alphabetic());
                let behind = digits.trim_start_matches(|c: char| c.is_ascii_digit());
                !behind.is_empty()
            })
}

fn is_class_path(value: &str) -> bool {
    let is_name = |part: &str| {
        let digit = part
            .bytes()
            .next()
            .is_some_and(|first| first.is_ascii_digit());
        !digit && is_made_of(part, "_")
    };
    value.contains('.') && value.split('.').all(is_name) && !is_opaque(value)
}

fn is_nearly_a_region(value: &str) -> bool {
    let plain = value.trim().to_ascii_lowercase().replace(['_', ' '], "-");
    let aws = data::aws();
    value.len() <= 32
        && is_made_of(value, " _-")
        && (aws.is_known_region(&plain)
            || aws.partition_of_region(&plain).is_some()
            || aws.nearest_region(&plain).is_some())
}

fn is_plain_url(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once("://") else {
        return false;
    };
    let known = ["http", "https"]
        .iter()
        .any(|word| scheme.eq_ignore_ascii_case(word));
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let bracket = authority.rfind(']').unwrap_or(0);
    // What stands behind the colon must be a port: `user:password` may have lost its host.
    let (host, port) = match authority[bracket..].split_once(':') {
        Some((host, port)) => (&authority[..bracket + host.len()], port),
        None => (authority, "0"),
    };
    let is_port = port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_host = if bracket > 0 {
        is_made_of(host, ":.[]")
    } else {
        is_made_of(host, "_-.")
    };
    known && !host.is_empty() && is_host && is_port && is_made_of(path, "_-./") && !is_opaque(rest)
}

/// `arn:<partition>:iam::<12 digits>:role/<path and name>`, near enough to be harmless.
pub fn is_role_arn(value: &str) -> bool {
    let mut parts = value.splitn(6, ':');
    let mut next = || parts.next().unwrap_or_default();
    next() == "arn"
        && is_partition(next())
        && next() == "iam"
        && next().is_empty()
        && next().bytes().all(|byte| byte.is_ascii_digit())
        && next().strip_prefix("role/").is_some_and(|name| {
            !name.is_empty() && is_made_of(name, "_-./+=,@") && !is_opaque(name)
        })
}

/// `aws`, `aws-cn`, `aws-us-gov`, `aws-iso-b`
fn is_partition(part: &str) -> bool {
    part.len() <= 12 && (part == "aws" || part.starts_with("aws-")) && is_made_of(part, "-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::airflow::backend::data::class_named;

    #[test]
    fn only_listed_kwargs_are_public() {
        let ssm = class_named("aws_ssm");
        assert_eq!(kwarg(ssm, "connections_prefix"), Some(Shape::Name));
        assert_eq!(kwarg(ssm, "role_arn"), Some(Shape::RoleArn));
        assert_eq!(kwarg(ssm, "aws_secret_access_key"), None);
        assert_eq!(kwarg(ssm, "external_id"), None);
        assert_eq!(kwarg(ssm, "nobody_knows"), None);
        assert_eq!(kwarg(class_named("hashicorp_vault"), "token"), None);
        assert_eq!(kwarg(None, "connections_prefix"), Some(Shape::Name));
        assert_eq!(kwarg(None, "token"), None);
    }

    #[test]
    fn no_sensitive_kwarg_is_on_the_list() {
        for class in data::classes() {
            for fact in class.all_kwargs().filter(|fact| fact.sensitive) {
                assert_eq!(kwarg(Some(class), &fact.name), None, "{}", fact.name);
            }
        }
    }

    #[test]
    fn every_public_kwarg_is_one_that_exists_or_is_a_known_slip() {
        for class in data::classes() {
            let key = if class.is_aws() {
                "aws"
            } else {
                &class.short_name
            };
            for name in LIST.kwargs.get(key).into_iter().flat_map(BTreeMap::keys) {
                let top = name.split('.').next().unwrap();
                let aws = data::classes().iter().filter(|other| other.is_aws());
                let known = class.any_kwarg(top).is_some()
                    || class.extra.observed_ignored_names.contains_key(top)
                    || aws.into_iter().any(|other| other.any_kwarg(top).is_some());
                assert!(known, "{key}.{name}");
            }
        }
    }

    #[test]
    fn a_key_that_may_be_named_reads_like_a_name() {
        for name in [
            "conections_prefix",
            "aws-region",
            "x",
            "role_arn2",
            "v1.url",
        ] {
            assert!(is_plain_key(name), "{name}");
        }
        for name in [
            "",
            "hunter2hunter2",
            "AKIAIOSFODNN7EXAMPLE",
            "a b",
            "1x",
            "p@ss",
            "pä",
        ] {
            assert!(!is_plain_key(name), "{name}");
        }
    }

    #[test]
    fn a_value_of_another_shape_stays_hidden() {
        assert!(Shape::Url.admits("http://localhost:4566"));
        assert!(!Shape::Url.admits("http://u:p@localhost:4566"));
        assert!(!Shape::Url.admits("http://localhost:4566/?token=x"));
        assert!(Shape::RoleArn.admits("arn:aws:iam::123456789012:role/team/airflow"));
        assert!(!Shape::RoleArn.admits("hunter2"));
        assert!(!Shape::Text.admits("postgresql://u:p@h/db"));
        assert!(!Shape::Text.admits("AKIAIOSFODNN7EXAMPLE9"));
        assert!(Shape::Name.admits("/airflow/connections"));
        assert!(Shape::Name.admits("__"));
        assert!(!Shape::Name.admits("s3cr*t!"));
        assert!(!Shape::Name.admits("postgresql://u:p"));
        assert!(!Shape::Word.admits("AKIAIOSFODNN7EXAMPLE"));
        assert!(!Shape::Url.admits("https://admin:hunter2"));
        assert!(Shape::Url.admits("https://[::1]:8200/v1"));
        assert!(!Shape::RoleArn.admits("arn:hunter2:iam::1:role/x"));
        assert!(Shape::Executors.admits("CeleryExecutor, my.company.Executor"));
        assert!(!Shape::Executors.admits("hunter2Executor"));
        assert!(Shape::ClassPath.admits("airflow.providers.x.Y"));
        assert!(!Shape::ClassPath.admits("hunter2hunter2"));
        for region in [
            "eu-west-1",
            "us_east_1",
            "EU-WEST-1",
            "eu-west1",
            "eu-west-1a",
        ] {
            assert!(Shape::Region.admits(region), "{region}");
        }
        for other in ["hunter2", "QzXjKwVyUgPq", "AKIAIOSFODNN7EXAMPLE"] {
            assert!(!Shape::Region.admits(other), "{other}");
        }
    }
}
