//! `ConfigMap`s and `Secret`s: what containers of the same file take from them, and the files in them.

use std::collections::HashMap;

use super::environment::{is_variable, known};
use super::found::{Found, Layer};
use super::{STORE_LABELS, base64, nested, string};
use crate::airflow::conn_types;
use crate::inputs::Kind;
use crate::inputs::carrier::{Environment, FaultKind, Part, Variable};
use crate::inputs::sops::is_hidden;
use crate::source::Text;
use crate::syntax::base64 as lenient;
use crate::syntax::yaml::schema::{Schema, Type, type_of};
use crate::syntax::yaml::{Kind as YamlKind, Member, Value};

/// The objects of a file.
#[derive(Default)]
pub(crate) struct Objects {
    all: Vec<Object>,
    /// By kind and name, numbers of objects.
    named: HashMap<(bool, String), Vec<usize>>,
}

/// A `ConfigMap` or a `Secret`.
#[derive(Default)]
struct Object {
    namespace: Option<String>,
    entries: Vec<Entry>,
    keys: HashMap<String, usize>,
}

/// A key with its value.
pub(crate) struct Entry {
    /// The key.
    pub(crate) key: Text,
    /// What Kubernetes takes for the value; `None` where that is not known.
    pub(crate) value: Option<Text>,
    /// A container takes it.
    used: bool,
}

impl Objects {
    /// Takes an object, if it is one that holds data.
    pub(super) fn take(&mut self, object: Value<'_>, layer: Layer<'_>, found: &mut Found<'_>) {
        let is_secret = match string(object, "kind") {
            Some("Secret") => true,
            Some("ConfigMap") => false,
            _ => return,
        };
        let metadata = object.get("metadata");
        if is_secret && metadata.is_some_and(is_of_the_backend) {
            return;
        }
        let name = metadata.and_then(|metadata| string(metadata, "name"));
        let namespace = metadata.and_then(|metadata| string(metadata, "namespace"));
        let mut entries = Vec::new();
        if let Some(data) = object.get("data") {
            entries_of(data, layer, is_secret, &mut entries, found);
        }
        if let Some(data) = object.get("binaryData").filter(|_| !is_secret) {
            // `envFrom` takes nothing of it.
            let mut binary = Vec::new();
            entries_of(data, layer, true, &mut binary, found);
            binary.retain(|entry| file_kind(entry.key.expose()).is_some());
            entries.extend(binary);
        }
        if let Some(data) = object.get("stringData").filter(|_| is_secret) {
            // Written last: `convert_v1_Secret` lets it win.
            entries_of(data, layer, false, &mut entries, found);
        }
        self.add(is_secret, name.unwrap_or_default(), namespace, entries);
    }

    /// Adds an object; of a key that stands twice the later one counts.
    pub(crate) fn add(
        &mut self,
        is_secret: bool,
        name: &str,
        namespace: Option<&str>,
        entries: Vec<Entry>,
    ) {
        let mut object = Object {
            namespace: namespace.map(str::to_owned),
            ..Object::default()
        };
        for entry in entries {
            let key = entry.key.expose().to_owned();
            object.keys.insert(key, object.entries.len());
            object.entries.push(entry);
        }
        let number = self.all.len();
        self.all.push(object);
        if !name.is_empty() {
            let of = self.named.entry((is_secret, name.to_owned()));
            of.or_default().push(number);
        }
    }

    /// The one object that is meant.
    fn find(&self, is_secret: bool, name: &str, namespace: Option<&str>) -> Option<usize> {
        let numbers = self.named.get(&(is_secret, name.to_owned()))?;
        let fits = |&&number: &&usize| {
            let own = self.all[number].namespace.as_deref();
            own.is_none() || namespace.is_none() || own == namespace
        };
        let mut fitting = numbers.iter().filter(fits);
        match (fitting.next(), fitting.next()) {
            (Some(&one), None) => Some(one),
            _ => None,
        }
    }

    /// The value of a key, if the object stands in the file.
    pub(super) fn value(
        &mut self,
        is_secret: bool,
        name: &str,
        namespace: Option<&str>,
        key: &str,
    ) -> Option<Text> {
        let number = self.find(is_secret, name, namespace)?;
        let object = &mut self.all[number];
        let entry = &mut object.entries[*object.keys.get(key)?];
        entry.used = true;
        entry.value.clone()
    }

    /// All that an object holds, if it stands in the file.
    pub(super) fn all_of(
        &mut self,
        is_secret: bool,
        name: &str,
        namespace: Option<&str>,
    ) -> Option<Vec<(Text, Option<Text>)>> {
        let number = self.find(is_secret, name, namespace)?;
        let object = &mut self.all[number];
        let entries = object.entries.iter_mut().map(|entry| {
            entry.used = true;
            (entry.key.clone(), entry.value.clone())
        });
        Some(entries.collect())
    }

    /// The files in the objects, and what containers of other files may take: an object whose keys are names
    /// of Airflow's variables is an environment.
    pub(crate) fn rest(mut self, found: &mut Found<'_>) {
        let entries = self.all.iter().flat_map(|object| &object.entries);
        let manifests = entries.filter(|entry| {
            let kind = file_kind(entry.key.expose());
            matches!(kind, Some(FileKind::Manifest))
        });
        let manifests: Vec<Text> = manifests
            .filter_map(|entry| entry.value.clone())
            .filter(|text| {
                let text = text.expose();
                text.contains("AIRFLOW_") && text.contains("apiVersion")
            })
            .collect();
        for text in manifests {
            nested(&text, &mut self, found);
        }
        for object in self.all {
            let mut environment = Environment::default();
            for Entry { key, value, used } in object.entries {
                match file_kind(key.expose()) {
                    Some(FileKind::Part(kind)) => {
                        // A local file is read in one piece: what is not known has no place in it.
                        let known = |text: &Text| !kind.is_local() || text.is_known();
                        let text = value.filter(known);
                        found
                            .parts
                            .extend(text.map(|text| Part::File { kind, text }));
                    }
                    None if !used && is_variable(key.expose()) => {
                        let value = value.and_then(|value| known(key.expose(), value));
                        environment.variables.push(Variable { name: key, value });
                    }
                    Some(FileKind::Manifest) | None => {}
                }
            }
            found.environment(environment);
        }
    }
}

/// The members of a `data:`, in file order.
pub(crate) fn entries_of(
    data: Value<'_>,
    layer: Layer<'_>,
    is_base64: bool,
    entries: &mut Vec<Entry>,
    found: &mut Found<'_>,
) {
    let members = data.members();
    if !found.spend(members.len()) {
        return;
    }
    for member in members {
        let Some(key) = layer.scalar(member.key) else {
            continue;
        };
        found.show(layer, member);
        found.block(layer.span(member.span()));
        let value = entry_value(member, &key, layer, is_base64, found);
        entries.push(Entry {
            key,
            value,
            used: false,
        });
    }
}

fn entry_value(
    member: Member<'_>,
    key: &Text,
    layer: Layer<'_>,
    is_base64: bool,
    found: &mut Found<'_>,
) -> Option<Text> {
    let value = member.value;
    if let Some(what) = not_a_text(value) {
        found.fault(
            FaultKind::NotText(what),
            layer.span(value.span()),
            key.expose(),
        );
        return None;
    }
    let text = layer.scalar(value)?;
    if type_of(value, Schema::Kubernetes) != Some(Type::String) {
        return None;
    }
    if !is_base64 {
        return Some(text);
    }
    let decoded = base64::decode(&text);
    if decoded.is_none() && key.expose().starts_with("AIRFLOW_") && is_left_plain(&text) {
        let span = layer.span(value.span());
        found.fault(FaultKind::NotBase64, span, key.expose());
    }
    decoded
}

/// A text in clear, or base64 that Go does not take: without its `=`, with blanks in it. What somebody fills in is
/// neither.
fn is_left_plain(text: &Text) -> bool {
    const LEAST: usize = 16;
    let plain = text.expose();
    if plain.contains(['$', '<', '{']) || is_hidden(plain) {
        return false;
    }
    let is_uri = plain
        .split_once("://")
        .is_some_and(|(scheme, _)| is_of_airflow(scheme));
    let is_usual = |c: char| c.is_ascii_alphanumeric() || "+/= ".contains(c);
    let is_almost = plain.len() >= LEAST
        && plain.chars().all(is_usual)
        && lenient::decode(text).is_some_and(|text| text.expose().is_ascii());
    is_uri || is_almost
}

/// Airflow connects to what has this scheme: a type of its connections, a driver of `SQLAlchemy` or a broker of Celery.
/// Schemes of others name what a program puts there before Kubernetes sees it (`ref+vault://`, `op://`).
fn is_of_airflow(scheme: &str) -> bool {
    const OTHERS: [&str; 12] = [
        "amqp",
        "amqps",
        "cockroachdb",
        "db",
        "gs",
        "https",
        "mariadb",
        "postgresql",
        "pyamqp",
        "rediss",
        "sentinel",
        "sqs",
    ];
    let (first, _) = scheme.split_once('+').unwrap_or((scheme, ""));
    let first = first.to_ascii_lowercase();
    // A type of connections too, and what several programs call the place of a secret.
    first != "vault"
        && (OTHERS.contains(&first.as_str())
            || conn_types::is_registered(&first)
            || conn_types::is_registered(&first.replace('-', "_")))
}

/// What stands where Kubernetes takes a text only; `None` for a text, for what is not known, and for null,
/// which is taken for nothing at all.
pub(crate) fn not_a_text(value: Value<'_>) -> Option<&'static str> {
    if value.is_template() {
        return None;
    }
    match value.kind() {
        YamlKind::Mapping => Some("a mapping"),
        YamlKind::Sequence => Some("a list"),
        YamlKind::Unresolved => None,
        YamlKind::Scalar => match type_of(value, Schema::Kubernetes)? {
            Type::Bool(_) => Some("a boolean"),
            Type::Integer | Type::Float => Some("a number"),
            Type::String | Type::Null | Type::Timestamp | Type::Tagged => None,
        },
    }
}

/// The Kubernetes secrets backend looks for secrets by labels.
fn is_of_the_backend(metadata: Value<'_>) -> bool {
    let labels = metadata.get("labels");
    let mut labels = labels.into_iter().flat_map(Value::pairs);
    labels.any(|label| {
        let key = label.key.scalar().map(Text::expose);
        key.is_some_and(|key| key.starts_with(STORE_LABELS))
    })
}

#[derive(Clone, Copy)]
enum FileKind {
    Part(Kind),
    /// Of Kubernetes, in YAML.
    Manifest,
}

/// What a key is the name of, if it is one of a file.
fn file_kind(key: &str) -> Option<FileKind> {
    let (stem, extension) = key.rsplit_once('.')?;
    let kind = match (stem, extension) {
        ("connections", "json" | "env" | "yaml" | "yml") => Kind::Connections,
        ("variables", "json" | "env" | "yaml" | "yml") => Kind::Variables,
        (_, "env") => Kind::Env,
        (_, "yaml" | "yml") => return Some(FileKind::Manifest),
        (_, "cfg") if stem.contains("airflow") => Kind::Cfg,
        _ => return None,
    };
    Some(FileKind::Part(kind))
}
