//! The keys of a JSON connection: what each format takes, what it passes over, and what a key was
//! meant to be. Tells nothing about values.

use super::Format;
use crate::syntax::json::{Json, Kind, Member, Value};

/// Keys that `Connection()` takes in every release that reads JSON.
pub const FIELDS: [&str; 9] = [
    "conn_type",
    "description",
    "host",
    "login",
    "password",
    "schema",
    "port",
    "extra",
    "uri",
];

/// A field and the keys that stand for it.
pub type AliasField = (&'static str, &'static [&'static str]);

/// `SecretsManagerBackend._standardize_secret_keys`: field, and the keys that stand for it. The
/// first key of the document that is in the list wins.
pub const ALIASES: [AliasField; 7] = [
    ("login", &["login", "user", "username", "user_name"]),
    ("password", &["password", "pass", "key"]),
    ("host", &["host", "remote_host", "server"]),
    ("port", &["port"]),
    ("schema", &["database", "schema"]),
    (
        "conn_type",
        &["conn_type", "conn_id", "connection_type", "engine"],
    ),
    ("extra", &["extra"]),
];

/// Columns and properties of Airflow's connection table that `Connection()` does not take; they
/// come from exports and from the REST API.
pub const COLUMNS: [&str; 7] = [
    "conn_id",
    "extra_dejson",
    "get_uri",
    "id",
    "is_encrypted",
    "is_extra_encrypted",
    "connection_id",
];

/// What other programs call the fields.
const SYNONYMS: [(&str, &str); 9] = [
    ("conn_uri", "uri"),
    ("connection_string", "uri"),
    ("db", "schema"),
    ("dbname", "schema"),
    ("extra_dejson", "extra"),
    ("hostname", "host"),
    ("passwd", "password"),
    ("type", "conn_type"),
    ("url", "uri"),
];

/// A member that became a field, and those that stand for the same field and were passed over.
#[derive(Clone, Debug)]
pub struct Taken<'a> {
    /// The field.
    pub field: &'static str,
    /// The member that Airflow reads.
    pub member: Member<'a>,
    /// Members behind it that `SecretsManagerBackend` has another name of the field for.
    pub passed_over: Vec<Member<'a>>,
}

/// Which members become which fields, in the order of the document.
pub fn taken<'a>(root: Value<'a>, format: &Format) -> Vec<Taken<'a>> {
    let mut fields: Vec<Taken<'a>> = Vec::new();
    let has_uri = matches!(format, Format::Vault(_) | Format::Akeyless)
        && root.get("conn_uri").is_some_and(Value::is_truthy);
    if has_uri {
        return fields;
    }
    for member in root.effective_members() {
        let name = member.key.as_str().unwrap_or_default();
        let of_format: Vec<&'static str> = match format {
            Format::Airflow
            | Format::Local(_)
            | Format::OwnWay(_)
            | Format::Vault(_)
            | Format::Akeyless => FIELDS.into_iter().filter(|field| *field == name).collect(),
            Format::SecretsManager { extra_conn_words } => ALIASES
                .iter()
                .filter(|(field, aliases)| is_alias(&name, field, aliases, extra_conn_words))
                .map(|(field, _)| *field)
                .collect(),
        };
        for field in of_format {
            match fields.iter_mut().find(|taken| taken.field == field) {
                Some(taken) => taken.passed_over.push(member),
                None => fields.push(Taken {
                    field,
                    member,
                    passed_over: Vec::new(),
                }),
            }
        }
    }
    fields
}

/// Keys that `SecretsManagerBackend` drops and nobody misses: remarks, columns of an export, what
/// RDS writes about itself.
const REMARKS: [&str; 16] = [
    "$schema",
    "_comment",
    "comment",
    "comments",
    "dbClusterIdentifier",
    "dbInstanceIdentifier",
    "description",
    "get_uri",
    "id",
    "is_encrypted",
    "is_extra_encrypted",
    "masterarn",
    "namespaceName",
    "note",
    "notes",
    "owner",
];

/// The members that `SecretsManagerBackend` drops although they say something: unknown keys, and
/// other names of a field that an earlier key has. `uri` is not among them.
pub fn lost_members<'a>(tree: &'a Json, format: &Format) -> Vec<Member<'a>> {
    if !format.is_secrets_manager() {
        return Vec::new();
    }
    let is_said = |member: &Member<'_>| {
        let kind = member.value.kind();
        let may_be_empty = matches!(kind, Kind::String | Kind::Array | Kind::Object);
        kind != Kind::Null && (member.value.is_truthy() || !may_be_empty)
    };
    let fields = taken(tree.root(), format);
    // `dbname` beside a `database` of the same value.
    let is_said_elsewhere = |member: &Member<'_>, name: &str| {
        let field = nearest_key(name);
        fields
            .iter()
            .any(|taken| Some(taken.field) == field && is_same(taken.member.value, member.value))
    };
    let mut lost: Vec<Member<'a>> = unknown_members(tree, format)
        .into_iter()
        .filter(|member| {
            let name = member.key.as_str().unwrap_or_default();
            name != "uri" && !REMARKS.contains(&name.as_ref()) && !is_said_elsewhere(member, &name)
        })
        .collect();
    for taken in fields {
        let kept = taken.member.value;
        let differs = taken.passed_over.into_iter().filter(|member| {
            let name = member.key.as_str().unwrap_or_default();
            // The engine of the database and the id of the connection, behind the type.
            !matches!(name.as_ref(), "engine" | "conn_id") && !is_same(member.value, kept)
        });
        lost.extend(differs);
    }
    lost.retain(is_said);
    lost.sort_by_key(|member| member.key.range().start);
    lost
}

/// Two values that make the same field.
pub(super) fn is_same(one: Value<'_>, other: Value<'_>) -> bool {
    match (one.as_str(), other.as_str()) {
        (Some(one), Some(other)) => one == other,
        (Some(text), None) | (None, Some(text)) => {
            let number = if one.kind() == Kind::String {
                other
            } else {
                one
            };
            number.kind() == Kind::Integer && *text == *number.raw().expose()
        }
        (None, None) => one.raw().expose() == other.raw().expose(),
    }
}

/// `SecretsManagerBackend` takes `name` for `field`.
fn is_alias(name: &str, field: &str, aliases: &[&str], words: &[(String, Vec<String>)]) -> bool {
    aliases.contains(&name)
        || words.iter().any(|(word_field, more)| {
            // `user` is an old name of `login`.
            let word_field = if word_field == "user" {
                "login"
            } else {
                word_field
            };
            word_field == field && more.iter().any(|word| word == name)
        })
}

/// The members of an object that this format does not take: `TypeError` in Airflow's own format,
/// silently dropped by `SecretsManagerBackend`.
pub fn unknown_members<'a>(tree: &'a Json, format: &Format) -> Vec<Member<'a>> {
    let taken = |name: &str| match format {
        Format::Airflow | Format::OwnWay(_) | Format::Vault(_) => {
            FIELDS.contains(&name) || name == "conn_id"
        }
        Format::Akeyless => FIELDS.contains(&name) || matches!(name, "conn_id" | "conn_uri"),
        Format::Local(_) => super::local::takes(name),
        Format::SecretsManager { extra_conn_words } => ALIASES
            .iter()
            .any(|(field, aliases)| is_alias(name, field, aliases, extra_conn_words)),
    };
    tree.root()
        .effective_members()
        .into_iter()
        .filter(|member| !member.key.as_str().is_some_and(|name| taken(&name)))
        .collect()
}

/// True for keys that shipped data knows, which a message may name.
pub fn is_nameable_key(name: &str) -> bool {
    FIELDS.contains(&name)
        || COLUMNS.contains(&name)
        || matches!(name, "team_id" | "team_name")
        || ALIASES.iter().any(|(_, aliases)| aliases.contains(&name))
}

/// The field that an unknown key may have meant: an alias, or a name within two edits.
pub fn nearest_key(name: &str) -> Option<&'static str> {
    let lower = name.to_lowercase();
    if name == "connection_id" {
        return None;
    }
    let alias = ALIASES
        .iter()
        .find(|(_, aliases)| aliases.contains(&lower.as_str()) && lower != "conn_id");
    if let Some((field, _)) = alias {
        return Some(field);
    }
    let elsewhere = SYNONYMS.iter().find(|(word, _)| *word == lower);
    if let Some((_, field)) = elsewhere {
        return Some(field);
    }
    if COLUMNS.contains(&lower.as_str()) || name.chars().count() < 3 {
        return None;
    }
    let near = FIELDS
        .iter()
        .map(|field| (strsim::osa_distance(&lower, field), *field))
        // Two edits turn any three letters into `uri`: the shorter the word, the fewer.
        .filter(|&(distance, field)| distance <= 2 && distance * 3 <= field.len().max(3))
        .min_by_key(|&(distance, _)| distance);
    near.map(|(_, field)| field)
}
