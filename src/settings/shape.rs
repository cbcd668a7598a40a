//! Unknown keys, missing ones and values of the wrong type: what the schema that ships
//! (`schemas/airvane.schema.json`, made of the types in [`super::written`]) says of a file, all of it at
//! once.
//!
//! What stands in the file is never repeated: a secret may have got into any place.

use jsonschema::Draft;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::paths::{Location, LocationSegment};
use serde_json::Value as Json;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Mistake;
use crate::source::Span;

/// The schema.
const SCHEMA: &str = include_str!("../../schemas/airvane.schema.json");

/// What is wrong with the shape of `table`, in the order of the file.
pub(super) fn mistakes(table: &Spanned<DeTable<'_>>) -> Vec<Mistake> {
    let schema: Json = serde_json::from_str(SCHEMA).expect("a test reads what ships");
    let validator = jsonschema::options()
        .with_draft(Draft::Draft7)
        .should_validate_formats(false)
        .build(&schema)
        .expect("a test reads what ships");
    let instance = of_table(table.get_ref());
    let mut mistakes = Vec::new();
    for error in validator.iter_errors(&instance) {
        let at = Node::root(table).at(error.instance_path());
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                let known = properties(&schema, error.schema_path());
                for key in unexpected {
                    let span = at.key(key).unwrap_or(at.span);
                    mistakes.push(Mistake::new(span, unknown_key(key, &known)));
                }
            }
            ValidationErrorKind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                mistakes.push(Mistake::new(at.span, format!("`{name}` is missing here")));
            }
            ValidationErrorKind::Type { kind } => {
                let message = format!("expected {}", types(kind));
                mistakes.push(Mistake::new(at.span, message));
            }
            ValidationErrorKind::Enum { options } => {
                let words: Vec<&str> = options
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Json::as_str)
                    .collect();
                // What is of the wrong type is told as that.
                if let Some(text) = at.text() {
                    let text = one_of(text, &words);
                    mistakes.push(Mistake::new(at.span, text));
                }
            }
            ValidationErrorKind::MinLength { .. } => {
                let message = "expected a string that is not empty";
                mistakes.push(Mistake::new(at.span, message));
            }
            _ => mistakes.push(Mistake::new(at.span, "is not what this key takes")),
        }
    }
    mistakes.sort();
    mistakes.dedup();
    mistakes
}

/// A value of the file and where it stands.
#[derive(Clone, Copy)]
struct Node<'a, 'i> {
    table: Option<&'a DeTable<'i>>,
    value: Option<&'a DeValue<'i>>,
    span: Span,
}

impl<'a, 'i> Node<'a, 'i> {
    fn root(table: &'a Spanned<DeTable<'i>>) -> Self {
        Self {
            table: Some(table.get_ref()),
            value: None,
            span: table.span().into(),
        }
    }

    fn of(value: &'a Spanned<DeValue<'i>>) -> Self {
        Self {
            table: value.get_ref().as_table(),
            value: Some(value.get_ref()),
            span: value.span().into(),
        }
    }

    fn at(self, path: &Location) -> Self {
        path.iter().fold(self, |node, segment| {
            let below = match segment {
                LocationSegment::Property(name) => {
                    node.table.and_then(|table| table.get(name.as_ref()))
                }
                LocationSegment::Index(index) => node
                    .value
                    .and_then(DeValue::as_array)
                    .and_then(|list| list.get(index)),
            };
            below.map_or(node, Node::of)
        })
    }

    fn key(self, name: &str) -> Option<Span> {
        let (key, _) = self.table?.get_key_value(name)?;
        Some(key.span().into())
    }

    fn text(self) -> Option<&'a str> {
        self.value?.as_str()
    }
}

/// The keys that the schema knows where `path` (to its `additionalProperties`) stands.
fn properties<'s>(schema: &'s Json, path: &Location) -> Vec<&'s str> {
    let path = path.as_str();
    let above = path.strip_suffix("/additionalProperties").unwrap_or(path);
    let properties = schema.pointer(&format!("{above}/properties"));
    let properties = properties.and_then(Json::as_object);
    properties
        .into_iter()
        .flat_map(|properties| properties.keys().map(String::as_str))
        .collect()
}

fn unknown_key(key: &str, known: &[&str]) -> String {
    match super::nearest(key, known) {
        Some(meant) => format!("there is no such key; did you mean `{meant}`?"),
        None => format!("there is no such key here; there are {}", list(known)),
    }
}

/// What is said of a word that is none of `words`.
fn one_of(text: &str, words: &[&str]) -> String {
    if let Some(meant) = super::nearest(text, words) {
        return format!("there is no such word; did you mean \"{meant}\"?");
    }
    let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    format!("expected one of {}", words.join(", "))
}

fn list(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}

fn types(kind: &TypeKind) -> String {
    let word = |kind| match kind {
        jsonschema::JsonType::Array => "a list",
        jsonschema::JsonType::Boolean => "true or false",
        jsonschema::JsonType::Object => "a table",
        jsonschema::JsonType::String => "a string in quotes",
        _ => "a number",
    };
    let words: Vec<&str> = match kind {
        TypeKind::Single(kind) => vec![word(*kind)],
        TypeKind::Multiple(kinds) => kinds.iter().map(word).collect(),
    };
    words.join(" or ")
}

/// For the validator: what matters is types, and the texts of words.
fn of_table(table: &DeTable<'_>) -> Json {
    let entries = table.iter();
    let entries =
        entries.map(|(key, value)| (key.get_ref().to_string(), of_value(value.get_ref())));
    Json::Object(entries.collect())
}

fn of_value(value: &DeValue<'_>) -> Json {
    match value {
        DeValue::String(text) => Json::String(text.to_string()),
        DeValue::Boolean(truth) => Json::Bool(*truth),
        // No key takes any of them.
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Datetime(_) => Json::from(0),
        DeValue::Array(list) => list.iter().map(|item| of_value(item.get_ref())).collect(),
        DeValue::Table(table) => of_table(table),
    }
}
