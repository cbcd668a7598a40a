//! Local secrets files in YAML: `_parse_yaml_file` of `airflow/secrets/local_filesystem.py`.
//!
//! What stands in a text is read as it stands; any other value becomes the JSON that says the same, so that
//! nobody behind this room knows YAML. What JSON cannot say (a date in an object) is not known.

use std::collections::HashMap;

use super::{LocalParts, LocalTree};
use crate::aws::names::is_store_name;
use crate::inputs::store::LOCAL_KEYS;
use crate::inputs::{Definition, EntryKind, Notation};
use crate::source::{Fidelity, FileId, Mask, Span, Text, TextBuilder};
use crate::syntax::yaml::json::as_json;
use crate::syntax::yaml::load::{Refusal, refusal};
use crate::syntax::yaml::schema::{Schema, Type, type_of};
use crate::syntax::yaml::{self, Kind, Member, Value, Yaml};

/// The form of a file.
#[derive(Debug)]
pub struct LocalYaml {
    /// Why `safe_load` raises.
    pub refusal: Option<Refusal>,
    /// What stands at the top if it is no mapping, and where: "a list".
    pub top: Option<(&'static str, Span)>,
    /// Keys that are no texts, and what they are: no lookup finds them.
    pub nameless: Vec<(Span, &'static str)>,
    /// Comments.
    pub comments: Vec<Span>,
    /// Entries that may take up several lines.
    pub blocks: Vec<Span>,
}

/// Reads the text of a file of connections or variables.
pub(super) fn read(text: &str, kind: EntryKind, file: FileId) -> LocalParts {
    let yaml = yaml::parse(text, 0);
    let mut parts = LocalParts {
        tree: LocalTree::Yaml(LocalYaml {
            refusal: refusal(&yaml),
            top: None,
            nameless: Vec::new(),
            comments: yaml.comments().iter().map(|comment| comment.span).collect(),
            blocks: yaml.blocks(),
        }),
        definitions: Vec::new(),
        mask: Mask::new(),
    };
    let LocalTree::Yaml(tree) = &mut parts.tree else {
        return parts;
    };
    if tree.refusal.is_some() {
        return parts;
    }
    let Some(root) = yaml.root().filter(|root| root.kind() == Kind::Mapping) else {
        tree.top = Some(top(&yaml));
        return parts;
    };
    let reader = Reader {
        source: text,
        kind,
        is_known: !yaml.holds_old_breaks() && root.contested().is_none(),
    };
    let mut entered: HashMap<u32, &str> = HashMap::new();
    for member in root.members() {
        let Some(key) = member.key.scalar() else {
            continue;
        };
        let is_text = member.key.tag().is_none() && key.expose() == "=";
        if !is_text && type_of(member.key, Schema::PyYaml) != Some(Type::String) {
            tree.nameless
                .push((member.key.span(), described(member.key)));
            continue;
        }
        if is_store_name(key.expose()) {
            parts.mask.show(member.key.span());
        }
        let value = one(member.value);
        // `_create_connection` writes the id into the object, and an alias is the same object.
        let mut earlier = "";
        if value.kind() == Kind::Mapping {
            earlier = entered.entry(value.number()).or_insert(key.expose());
        }
        if let Some((value, notation)) = reader.entry(member.value, earlier, key.expose()) {
            parts.definitions.push(Definition {
                kind,
                id: key.expose().to_owned(),
                file,
                name: key.source(),
                value,
                notation,
            });
        }
    }
    parts
}

/// The only item of a list stands for the list.
fn one(value: Value<'_>) -> Value<'_> {
    let mut items = value.items();
    match (items.next(), items.next()) {
        (Some(item), None) => item,
        _ => value,
    }
}

struct Reader<'a> {
    source: &'a str,
    kind: EntryKind,
    /// Every value is what it seems to be.
    is_known: bool,
}

impl Reader<'_> {
    /// As for JSON. `first`: the id of the first entry that is the same object.
    fn entry(&self, value: Value<'_>, first: &str, id: &str) -> Option<(Text, Notation)> {
        let is_variable = self.kind == EntryKind::Variable;
        if !is_variable && value.kind() == Kind::Sequence && value.items().next().is_none() {
            return None;
        }
        let value = if is_variable { value } else { one(value) };
        if type_of(value, Schema::PyYaml) == Some(Type::String) {
            let text = value.scalar()?.clone();
            let text = if self.is_known {
                text
            } else {
                text.into_unknown()
            };
            return Some((text, Notation::LocalText));
        }
        let text = match as_json(value, Schema::PyYaml) {
            Ok(text) if !self.is_known => text.into_unknown(),
            Ok(text) if is_variable || first == id || value.kind() != Kind::Mapping => text,
            Ok(text) => of_another(&text, value.span(), first),
            Err(_) => {
                let span = value.span();
                let source = self.source.get(span.start..span.end).unwrap_or_default();
                Text::verbatim(source, span.start).into_unknown()
            }
        };
        Some((text, Notation::LocalValue))
    }
}

/// The object with the id that the entry before has written into it.
fn of_another(object: &Text, alias: Span, id: &str) -> Text {
    let mut out = TextBuilder::at(alias.start);
    let end = object.len().saturating_sub(1);
    out.push_from(object, 0..end);
    let comma = if end > 1 { "," } else { "" };
    let member = format!("{comma}\"conn_id\":{}", serde_json::Value::from(id));
    out.push(&member, alias, Fidelity::Elsewhere);
    out.push_from(object, end..object.len());
    out.finish()
}

/// What stands at the top of a file that holds no mapping.
fn top(yaml: &Yaml) -> (&'static str, Span) {
    match yaml.root() {
        None => ("nothing", Span::at(0)),
        Some(root) => (described(root), root.span()),
    }
}

/// "a list", "a number", …: for messages.
fn described(value: Value<'_>) -> &'static str {
    match value.kind() {
        Kind::Mapping => "a mapping",
        Kind::Sequence => "a list",
        Kind::Unresolved => "an alias",
        Kind::Scalar => match type_of(value, Schema::PyYaml) {
            Some(Type::String) => "a text",
            Some(Type::Null) if value.span().is_empty() => "nothing",
            Some(Type::Null) => "null",
            Some(Type::Bool(_)) => "a truth value",
            Some(Type::Integer | Type::Float) => "a number",
            Some(Type::Timestamp) => "a date",
            Some(Type::Tagged) | None => "a value with a tag",
        },
    }
}

/// True for the form of `airflow connections export` with `--file-format yaml`: every value is a connection, a
/// mapping with a `conn_type` and with no key that Airflow's loader of local files refuses. `head` is the file, or its
/// beginning where it is `cut`.
pub fn is_connections_export(head: &str, cut: bool) -> bool {
    if memchr::memmem::find(head.as_bytes(), b"conn_type").is_none() {
        return false;
    }
    let yaml = yaml::parse(head, 0);
    let Some(root) = yaml.root().filter(|root| root.kind() == Kind::Mapping) else {
        return false;
    };
    let cut = cut || yaml.error().is_some();
    let members: Vec<_> = root.pairs().collect();
    let sure = members.len() - usize::from(cut).min(members.len());
    let is_connection = |value: Value<'_>| {
        let is_known = |key: Value<'_>| {
            key.scalar()
                .is_some_and(|key| LOCAL_KEYS.contains(&key.expose()))
        };
        value.kind() == Kind::Mapping
            && value.members().iter().all(|member| is_known(member.key))
            && value.get("conn_type").is_some()
    };
    let fits = |member: &Member<'_>| is_connection(member.value);
    members[..sure].iter().all(fits) && members.iter().any(fits)
}
