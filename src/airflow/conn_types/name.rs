//! What a `conn_type` is: a registered type, a removed one, or a word that people write for one.
//! Unknown types are legal: `Connection` takes any text, and hooks hardly ever look at it.

use std::cell::RefCell;
use std::collections::HashMap;

use super::{ConnType, alias_hint, all, get};

/// What a `conn_type` is, after `Connection._normalize_conn_type`.
#[derive(Clone, Copy, Debug)]
pub enum Name {
    /// A provider of today registers it.
    Registered,
    /// A type that is gone; its name and what is known of it.
    Removed(&'static str, &'static ConnType),
    /// The label of the UI's form, or a name with capital letters: the type that is meant.
    Label {
        /// The type.
        meant: &'static str,
        /// Only the capital letters are wrong.
        only_case: bool,
    },
    /// Another word for a type.
    Hinted(&'static str),
    /// A slip away from a registered type.
    Near {
        /// The type.
        meant: &'static str,
        /// A single slip in a longer word that is hardly a word of its own.
        probable: bool,
    },
    /// Nobody knows it.
    Unknown,
}

/// Labels that older releases showed, and the types of today.
const OLD_LABELS: [(&str, &str); 8] = [
    ("amazons3", "aws"),
    ("dockerregistry", "docker"),
    ("elasticmapreduce", "emr"),
    ("googlecloudplatform", "google_cloud_platform"),
    ("hiveclientwrapper", "hive_cli"),
    ("jdbcconnection", "jdbc"),
    ("odbcconnection", "odbc"),
    ("simplestorageservice", "aws"),
];

/// Words that are remembered: an export uses the same few types a million times.
const REMEMBERED: usize = 64;

thread_local! {
    static JUDGED: RefCell<HashMap<String, Name>> = RefCell::default();
}

/// What `name`, a `conn_type` as Airflow keeps it, is.
pub fn judge(name: &str) -> Name {
    if let Some((name, kind)) = super::get_key_value(name) {
        return match kind.deprecated {
            Some(_) => Name::Removed(name, kind),
            None => Name::Registered,
        };
    }
    if name.len() > 2 * LONGEST {
        return Name::Unknown;
    }
    JUDGED.with_borrow_mut(|judged| {
        if let Some(known) = judged.get(name) {
            return *known;
        }
        let found = unregistered(name);
        if judged.len() < REMEMBERED {
            judged.insert(name.to_owned(), found);
        }
        found
    })
}

fn unregistered(name: &str) -> Name {
    let lower = name.to_lowercase();
    let capitals = lower != name;
    if capitals && let Some(meant) = registered(&lower) {
        return Name::Label {
            meant,
            only_case: true,
        };
    }
    // `MongoDB` is the label of `mongo`, `mongodb` is what drivers call it.
    if !capitals && let Some(meant) = alias_hint(name) {
        return Name::Hinted(meant);
    }
    if let Some(meant) = labelled(&lower).or_else(|| alias_hint(&lower).filter(|_| capitals)) {
        return Name::Label {
            meant,
            only_case: false,
        };
    }
    near(&lower)
}

fn registered(name: &str) -> Option<&'static str> {
    let (name, kind) = super::get_key_value(name)?;
    kind.deprecated.is_none().then_some(name)
}

/// The letters and digits of a text: forms write `Azure Data Lake`, people `azure-data-lake`.
fn squashed(text: &str) -> String {
    let kept = text.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

fn labelled(lower: &str) -> Option<&'static str> {
    let wanted = squashed(lower);
    if wanted.is_empty() {
        return None;
    }
    let labels = all().filter(|(_, kind)| kind.deprecated.is_none());
    let shown = labels.filter_map(|(name, kind)| Some((name, kind.hook_name.as_deref()?)));
    let mut same = shown.filter(|(_, label)| squashed(label) == wanted);
    let label = same.next().map(|(name, _)| name);
    label.or_else(|| {
        let old = OLD_LABELS.iter().find(|(label, _)| *label == wanted);
        old.map(|(_, name)| *name)
    })
}

/// What people write for a field of `aws` connections: botocore's words, and fields of old releases.
const AWS_FIELDS: [(&str, &str); 6] = [
    ("access_key_id", "aws_access_key_id"),
    ("aws_region", "region_name"),
    ("host", "endpoint_url"),
    ("profile", "profile_name"),
    ("region", "region_name"),
    ("session_token", "aws_session_token"),
];

/// Longest name that is compared with the known ones.
const LONGEST: usize = 40;

fn near(lower: &str) -> Name {
    let length = lower.chars().count();
    if !(5..=LONGEST).contains(&length) {
        return Name::Unknown;
    }
    let wanted = squashed(lower);
    let known = all().filter(|(_, kind)| kind.deprecated.is_none());
    let best = known
        .filter(|(name, _)| name.len().abs_diff(lower.len()) <= 3)
        .map(|(name, _)| {
            let distance = if squashed(name) == wanted {
                1
            } else {
                strsim::osa_distance(lower, name)
            };
            (distance, name)
        })
        .min_by_key(|&(distance, _)| distance);
    match best {
        Some((1, meant)) => Name::Near {
            meant,
            probable: !is_variant(lower, meant),
        },
        Some((2, meant)) if length >= 8 => Name::Near {
            meant,
            probable: false,
        },
        _ => Name::Unknown,
    }
}

/// `imaps` of `imap`, `mysql8` of `mysql`: words of their own.
fn is_variant(lower: &str, meant: &str) -> bool {
    lower
        .strip_prefix(meant)
        .is_some_and(|rest| rest == "s" || rest.bytes().all(|byte| byte.is_ascii_digit()))
        || lower.trim_end_matches(|c: char| c.is_ascii_digit())
            == meant.trim_end_matches(|c: char| c.is_ascii_digit())
}

impl ConnType {
    /// True where the release of the provider still registers this removed type.
    pub fn is_still_in(&self, provider: impl Fn(&str) -> Option<crate::airflow::Version>) -> bool {
        let Some(until) = self
            .deprecated
            .as_ref()
            .and_then(|gone| gone.gone_in.as_ref())
        else {
            return false;
        };
        provider(&until.provider).is_some_and(|release| release < until.release)
    }
}

/// The key of the extra that a mistaken one probably means. It need not be near it, but then the word is
/// one that is known here.
pub fn nearest_field(conn_type: &str, key: &str) -> Option<&'static str> {
    let kind = get(conn_type)?;
    let other = AWS_FIELDS.iter().find(|(word, _)| *word == key);
    if let (Some((_, field)), "aws") = (other, conn_type) {
        return Some(field);
    }
    let length = key.chars().count();
    if !(3..=LONGEST).contains(&length) {
        return None;
    }
    let best = kind
        .extra_fields
        .keys()
        .map(|known| (strsim::osa_distance(key, known), known))
        .min_by_key(|&(distance, _)| distance)?;
    let (distance, known) = best;
    // Two edits turn any short word into any other.
    (distance <= 2 && distance * 3 <= known.len()).then_some(known.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str) -> String {
        match judge(name) {
            Name::Registered => "registered".to_owned(),
            Name::Removed(name, _) => format!("removed {name}"),
            Name::Label { meant, only_case } => format!("label {meant} {only_case}"),
            Name::Hinted(meant) => format!("hint {meant}"),
            Name::Near { meant, probable } => format!("near {meant} {probable}"),
            Name::Unknown => "unknown".to_owned(),
        }
    }

    #[test]
    fn a_name_is_what_people_meant() {
        for (name, expected) in [
            ("postgres", "registered"),
            ("generic", "registered"),
            ("fs", "registered"),
            ("s3", "removed s3"),
            ("Postgres", "label postgres true"),
            ("HTTP", "label http true"),
            ("PostgreSQL", "label postgres false"),
            ("Amazon Web Services", "label aws false"),
            ("amazon_web_services", "label aws false"),
            ("Amazon S3", "label aws false"),
            ("S3", "label aws false"),
            ("MongoDB", "label mongo false"),
            ("mongodb", "hint mongo"),
            ("https", "hint http"),
            ("smtps", "hint smtp"),
            ("mongodb+srv", "hint mongo"),
            ("postgrse", "near postgres true"),
            ("snowflak", "near snowflake true"),
            ("googlecloudplatform", "label google_cloud_platform false"),
            ("dbtcloud", "label dbt_cloud false"),
            ("hivecli", "near hive_cli true"),
            ("imaps", "near imap false"),
            ("mysql8", "near mysql false"),
            ("sqlite3", "near sqlite false"),
            ("influxdb2", "near influxdb false"),
            ("oracledb", "near oracle false"),
            ("ftps", "unknown"),
            ("cornflow", "unknown"),
            ("my_own_type", "unknown"),
            ("x", "unknown"),
            ("+", "unknown"),
        ] {
            assert_eq!(shown(name), expected, "{name}");
        }
    }

    #[test]
    fn no_registered_name_is_taken_for_another() {
        for (name, kind) in all() {
            let expected = match kind.deprecated {
                Some(_) => format!("removed {name}"),
                None => "registered".to_owned(),
            };
            assert_eq!(shown(name), expected);
        }
        for (_, name) in OLD_LABELS {
            assert!(registered(name).is_some(), "{name}");
        }
    }

    #[test]
    fn a_removed_type_lives_on_in_old_providers() {
        let release = |text: &str| text.parse::<crate::airflow::Version>().expect("a release");
        let s3 = get("s3").expect("in the table");
        let amazon =
            |text: &'static str| move |name: &str| (name == "amazon").then(|| release(text));
        assert!(s3.is_still_in(amazon("5.1.0")));
        assert!(!s3.is_still_in(amazon("6.0.0")));
        assert!(!s3.is_still_in(|_| None));
    }

    #[test]
    fn fields_are_recognised() {
        assert_eq!(nearest_field("azure", "tenant_id"), Some("tenantId"));
        assert_eq!(nearest_field("smtp", "disable_sll"), Some("disable_ssl"));
        assert_eq!(nearest_field("smtp", "password"), None);
        assert_eq!(nearest_field("smtp", "x"), None);
        for (word, field) in AWS_FIELDS {
            assert_eq!(nearest_field("aws", word), Some(field));
            assert!(
                get("aws")
                    .expect("registered")
                    .extra_fields
                    .contains_key(field)
            );
        }
        assert_eq!(nearest_field("nobody", "timeout"), None);
    }
}
