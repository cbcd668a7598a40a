//! The environment of a container, as `makeEnvironmentVariables` of the kubelet puts it together: `envFrom` in
//! order, then `env` in order; of the same name the last one counts.

use std::collections::HashMap;

use super::expansion::{Named, expand};
use super::found::{Found, Layer};
use super::objects::{Objects, not_a_text};
use super::string;
use crate::inputs::carrier::{Environment, FaultKind, Variable};
use crate::inputs::cfg::template_parts;
use crate::inputs::env::filled_by_airflow;
use crate::source::{Text, TextBuilder};
use crate::syntax::yaml::schema::{Schema, Type, as_text, type_of};
use crate::syntax::yaml::{Kind as YamlKind, Value};

/// What becomes of a value that is no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Typing {
    /// Kubernetes refuses it.
    Kubernetes,
    /// A template of Helm puts it between quotes.
    Quoted,
    /// Not known.
    Unsure,
}

/// Variables in the order in which they are set.
#[derive(Clone, Default)]
pub(crate) struct Variables {
    all: Vec<Variable>,
    /// By name, where the last one stands in `all`; filled when somebody asks for one.
    known: HashMap<String, usize>,
    /// How many of `all` are among `known`.
    indexed: usize,
}

impl Variables {
    /// Sets a variable.
    pub(crate) fn set(&mut self, name: Text, value: Option<Text>) {
        self.all.push(Variable { name, value });
    }

    /// What a name is set to so far.
    fn get(&self, name: &str) -> Option<&Option<Text>> {
        self.known.get(name).map(|&at| &self.all[at].value)
    }

    /// Makes ready to be asked for names.
    fn index(&mut self) {
        let new = self.all.iter().enumerate().skip(self.indexed);
        let new = new.map(|(at, variable)| (variable.name.expose().to_owned(), at));
        self.known.extend(new);
        self.indexed = self.all.len();
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// All of them.
    pub(crate) fn into_environment(self) -> Environment {
        Environment {
            variables: self.all,
            ..Environment::default()
        }
    }

    /// `envFrom`: all of a `ConfigMap` or a `Secret`, each name behind the prefix.
    pub(crate) fn from(
        &mut self,
        list: Value<'_>,
        layer: Layer<'_>,
        namespace: Option<&str>,
        objects: &mut Objects,
        found: &mut Found<'_>,
    ) {
        for item in list.items() {
            if !found.spend(1) {
                return;
            }
            let map = item.get("configMapRef").map(|of| (false, of));
            let Some((is_secret, of)) = map.or(item.get("secretRef").map(|of| (true, of))) else {
                continue;
            };
            let Some(name) = string(of, "name") else {
                continue;
            };
            let prefix = item.get("prefix").and_then(|prefix| layer.scalar(prefix));
            let entries = objects.all_of(is_secret, name, namespace);
            for (key, value) in entries.unwrap_or_default() {
                if !found.spend(1) {
                    return;
                }
                let name = match &prefix {
                    Some(prefix) if !prefix.is_empty() => joined(prefix, &key),
                    _ => key,
                };
                if is_variable(name.expose()) {
                    let value = value.and_then(|value| known(name.expose(), value));
                    self.set(name, value);
                }
            }
        }
    }

    /// `env`: each with a value or with where it comes from. `objects`: the namespace, and what stands in the file.
    pub(crate) fn list(
        &mut self,
        list: Value<'_>,
        layer: Layer<'_>,
        typing: Typing,
        objects: Option<(Option<&str>, &mut Objects)>,
        found: &mut Found<'_>,
    ) {
        let (namespace, mut objects) = match objects {
            Some((namespace, objects)) => (namespace, Some(objects)),
            None => (None, None),
        };
        for item in list.items() {
            if !found.spend(1 + item.pairs().count()) {
                return;
            }
            let objects = objects.as_deref_mut();
            self.item(
                item,
                layer,
                typing,
                objects.map(|objects| (namespace, objects)),
                found,
            );
        }
    }

    /// One item of an `env`.
    pub(crate) fn item(
        &mut self,
        item: Value<'_>,
        layer: Layer<'_>,
        typing: Typing,
        objects: Option<(Option<&str>, &mut Objects)>,
        found: &mut Found<'_>,
    ) {
        let Some(name) = item.get("name").and_then(|name| layer.scalar(name)) else {
            return;
        };
        for pair in item.pairs() {
            found.show(layer, pair);
        }
        found.block(layer.span(item.span()));
        let value = match item.get("value") {
            Some(value) => self.value(&name, value, layer, typing, found),
            // Without either, a patch leaves it as it is, elsewhere it is empty.
            None => item.get("valueFrom").and_then(|from| {
                let (namespace, objects) = objects?;
                referred(from, namespace, objects)
            }),
        };
        let value = value.and_then(|value| known(name.expose(), value));
        self.set(name, value);
    }

    /// The value of `env[].value`.
    fn value(
        &mut self,
        name: &Text,
        value: Value<'_>,
        layer: Layer<'_>,
        typing: Typing,
        found: &mut Found<'_>,
    ) -> Option<Text> {
        if value.is_template() {
            return None;
        }
        let what = not_a_text(value);
        let is_scalar = value.kind() == YamlKind::Scalar;
        let span = layer.span(value.span());
        let text = match (what, typing) {
            (None, _) => {
                let is_text = type_of(value, Schema::Kubernetes) == Some(Type::String);
                layer.scalar(value).filter(|_| is_text)
            }
            (Some(what), Typing::Kubernetes) => {
                found.fault(FaultKind::NotText(what), span, name.expose());
                None
            }
            (Some(_), Typing::Quoted) if is_scalar => go_text(value, layer),
            (Some(what), Typing::Quoted) => {
                let span = if value.is_flow() { span } else { name.source() };
                found.fault(FaultKind::HelmCollection(what), span, name.expose());
                None
            }
            (Some(_), Typing::Unsure) => None,
        }?;
        if text.expose().contains("$(") {
            self.index();
        }
        let expanded = expand(&text, |reference| {
            match self.get(reference) {
                Some(Some(value)) => Named::Value(value),
                Some(None) => Named::Unknown,
                // A later variable, one of a service or of what this is a patch of.
                None if is_variable(reference) => Named::Unknown,
                None => Named::Nothing,
            }
        });
        // What was copied costs as much as if it stood here.
        found
            .spend(expanded.len().saturating_sub(text.len()))
            .then_some(expanded)
    }
}

/// `valueFrom`: a key of an object in the file.
fn referred(from: Value<'_>, namespace: Option<&str>, objects: &mut Objects) -> Option<Text> {
    let map = from.get("configMapKeyRef").map(|of| (false, of));
    let (is_secret, of) = map.or(from.get("secretKeyRef").map(|of| (true, of)))?;
    objects.value(
        is_secret,
        string(of, "name")?,
        namespace,
        string(of, "key")?,
    )
}

fn joined(prefix: &Text, key: &Text) -> Text {
    let mut name = TextBuilder::at(prefix.source().start);
    name.push_from(prefix, 0..prefix.len());
    name.push_from(key, 0..key.len());
    name.finish()
}

/// What a variable may be called: `IsEnvVarName`.
pub(crate) fn is_variable(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(fits)
}

/// The value without what somebody may fill in before Kubernetes reads it: `None` where there is a template in
/// it, and `${NAME}` (`envsubst`, Flux) is not known.
pub(crate) fn known(name: &str, value: Text) -> Option<Text> {
    if !filled_by_airflow(name) && !template_parts(value.expose()).is_empty() {
        return None;
    }
    let text = value.expose();
    if !text.contains("${") {
        return Some(value);
    }
    let mut out = TextBuilder::at(value.source().start);
    let mut copied = 0;
    while let Some(found) = text[copied..].find("${") {
        let start = copied + found;
        let rest = &text[start + 2..];
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let end = start + 2 + length.unwrap_or(rest.len());
        out.push_from(&value, copied..start);
        if text[end..].starts_with('}') && end > start + 2 {
            out.push_unknown(&value, start..end + 1);
            copied = end + 1;
        } else {
            out.push_from(&value, start..end);
            copied = end;
        }
    }
    out.push_from(&value, copied..text.len());
    Some(out.finish())
}

/// What Helm prints for a scalar (`toString`, `quote`). Files of values are read into floats by some of its
/// releases and into the digits as they stand by others: where that makes a difference the text is not known.
pub(crate) fn go_text(value: Value<'_>, layer: Layer<'_>) -> Option<Text> {
    let text = as_text(value, Schema::Kubernetes)?;
    let written = value.scalar()?.expose();
    let alike = match type_of(value, Schema::Kubernetes)? {
        Type::Integer => text.len() <= 6,
        Type::Float => text.expose() == written && text.expose().contains('.'),
        _ => true,
    };
    alike.then(|| layer.of(&text))
}
