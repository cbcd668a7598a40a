//! What a JSON file is, from its beginning: an export of a store, or something else.
//!
//! The world is full of JSON that has nothing to do with Airflow, so a file is a store only if its
//! shape is that of an AWS answer, or if its names are plainly those of parameters.

use std::path::Path;

use super::cli_output::CONNECTIONS;
use super::shape::{PageKey, Shape, is_name_key, is_value_key, page_key, shape};
use crate::aws::names::{is_ssm_path, is_store_name, name_in_arn};
use crate::inputs::Kind;
use crate::source::Text;
use crate::syntax::json::{self, Json, Kind as JsonKind, Value};

/// How much of a file [`detect`] wants to see.
pub const HEAD: usize = 64 << 10;
/// How many items of a list are looked at.
const SAMPLE: usize = 64;

/// A store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detected {
    /// `Ssm`, `SecretsManager` or `FlatStore`; `Connections` for a local file.
    pub kind: Kind,
    /// Why it was taken as that: for `--show-files`.
    pub because: &'static str,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// An export that [`super::StoreReader`] reads (or says why it cannot).
    Store(Detected),
    /// Something that is known and is no export; what it is.
    Declined(&'static str),
    /// Nothing that is known here.
    Unknown,
}

/// Looks at the first [`HEAD`] bytes of a file (all of it, if it is shorter).
pub fn detect(head: &[u8], path: &Path) -> Verdict {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
    };
    if !text.trim_start().starts_with(['{', '[']) {
        return Verdict::Unknown;
    }
    if let Some(kind) = python_repr(text) {
        return store(kind, "a Python repr of an AWS answer");
    }
    if let Some(what) = foreign_file_name(path) {
        return Verdict::Declined(what);
    }
    let (Some(json), fault) = json::parse_head(&Text::verbatim(text, 0)) else {
        return Verdict::Unknown;
    };
    let root = json.root();
    match root.kind() {
        JsonKind::Object => object(root, fault.is_some()),
        JsonKind::Array => list(&json, fault.is_some()),
        _ => Verdict::Unknown,
    }
}

const fn store(kind: Kind, because: &'static str) -> Verdict {
    Verdict::Store(Detected { kind, because })
}

/// Output of `print(response)`: `{'Parameters': [{'Name': …`.
fn python_repr(text: &str) -> Option<Kind> {
    let compact: String = text
        .chars()
        .take(200)
        .filter(|character| !character.is_whitespace())
        .collect();
    let inner = compact.trim_start_matches('[');
    let is = |words: &[&str]| words.iter().any(|word| inner.starts_with(word));
    if is(&["{'Parameters':[", "{'Parameter':{"]) {
        return Some(Kind::Ssm);
    }
    let secret = is(&["{'SecretValues':[", "{'SecretList':["])
        || (is(&["{'ARN':'arn:aws"]) && inner.contains(":secretsmanager:"));
    secret.then_some(Kind::SecretsManager)
}

/// Files whose name alone says what they are.
fn foreign_file_name(path: &Path) -> Option<&'static str> {
    let name = path.file_name()?.to_str()?;
    match name {
        "package.json" | "package-lock.json" | "composer.json" | "composer.lock" => {
            Some("a package manifest")
        }
        "tsconfig.json" | "jsconfig.json" => Some("a compiler's configuration"),
        _ => None,
    }
}

fn members(value: Value<'_>) -> Vec<(String, Value<'_>)> {
    value
        .members()
        .filter_map(|member| Some((member.key.as_str()?.into_owned(), member.value)))
        .collect()
}

/// `cut`: the last member may not be whole.
fn object(root: Value<'_>, cut: bool) -> Verdict {
    if let Some(what) = foreign_object(root) {
        return Verdict::Declined(what);
    }
    if let Some(verdict) = answer(root) {
        return verdict;
    }
    let export = "the form of `airflow connections export`";
    if is_connections_export(root, cut, false) {
        return store(Kind::Connections, export);
    }
    match map(std::iter::once(root)) {
        Verdict::Unknown if is_connections_export(root, cut, true) => {
            store(Kind::Connections, export)
        }
        verdict => verdict,
    }
}

/// The keys of every connection that `airflow connections export` writes.
const COLUMNS: [&str; 8] = [
    "conn_type",
    "description",
    "login",
    "password",
    "host",
    "port",
    "schema",
    "extra",
];

/// Keys of a connection in a local file, in JSON or YAML; other programs' files have others besides.
pub const LOCAL_KEYS: [&str; 12] = [
    "conn_id",
    "conn_type",
    "description",
    "extra",
    "extra_dejson",
    "host",
    "login",
    "password",
    "port",
    "schema",
    "team_name",
    "uri",
];

/// Every member is a connection: an object with a `conn_type` and with no key that Airflow's loader
/// of local files refuses. An id may hold a `/`, but so do the names of parameters, whose values somebody decoded: `paths`
/// takes such names where all [`COLUMNS`] are written, set or not.
fn is_connections_export(root: Value<'_>, cut: bool, paths: bool) -> bool {
    let members = members(root);
    let last = members.len().saturating_sub(1);
    let whole = members.len() > usize::from(cut);
    whole
        && members.iter().enumerate().all(|(index, (name, value))| {
            let connection = value.kind() == JsonKind::Object
                && value.get("conn_type").is_some()
                && value.members().all(|member| {
                    let key = member.key.as_str().unwrap_or_default();
                    LOCAL_KEYS.contains(&key.as_ref())
                });
            let is_whole = || COLUMNS.iter().all(|column| value.get(column).is_some());
            let is_cut = cut && index == last;
            let is_id = !name.contains('/') || paths && (is_cut || is_whole());
            is_id && (connection || is_cut)
        })
}

/// Objects that are known to be something else.
fn foreign_object(root: Value<'_>) -> Option<&'static str> {
    let has = |key: &str| root.get(key).is_some();
    let is = |key: &str, kind: JsonKind| root.get(key).is_some_and(|value| value.kind() == kind);
    if has("format_version") && (has("values") || has("planned_values") || has("resource_changes"))
    {
        return Some("output of `terraform show -json`");
    }
    if has("terraform_version") || (has("lineage") && has("serial")) {
        return Some("a Terraform state");
    }
    if is_terraform_output(root) {
        return Some("output of `terraform output -json`");
    }
    let keys = |value: Value<'_>| {
        value.get("AccessKeyId").is_some() && value.get("SecretAccessKey").is_some()
    };
    if keys(root) || root.get("Credentials").is_some_and(keys) {
        return Some("AWS credentials");
    }
    let template = has("AWSTemplateFormatVersion")
        || root.get("Resources").is_some_and(|resources| {
            resources.members().any(|member| {
                let kind = member.value.get("Type").and_then(Value::as_str);
                kind.is_some_and(|kind| kind.starts_with("AWS::"))
            })
        });
    if template {
        return Some("a CloudFormation template");
    }
    if has("conn_type") && !is("conn_type", JsonKind::Object) {
        return Some("the value of one connection");
    }
    if has("apiVersion") && has("kind") {
        return Some("a Kubernetes object");
    }
    if has("dependencies") || has("devDependencies") || has("compilerOptions") || has("$schema") {
        return Some("another program's JSON");
    }
    None
}

/// Each value with its type: which secret it may be of, nothing says.
fn is_terraform_output(root: Value<'_>) -> bool {
    let mut outputs = root.members().take(SAMPLE).peekable();
    outputs.peek().is_some()
        && outputs.all(|member| {
            let keys = ["sensitive", "type", "value"];
            keys.into_iter().all(|key| member.value.get(key).is_some())
        })
}

fn shape_of(value: Value<'_>) -> Shape {
    let members = members(value);
    shape(
        members
            .iter()
            .map(|(key, value)| (key.as_str(), Some(value.kind()))),
    )
}

/// An answer of AWS or one item of it.
fn answer(value: Value<'_>) -> Option<Verdict> {
    match shape_of(value) {
        Shape::Page => page(value),
        Shape::Parameter if is_parameter(value) => Some(store(Kind::Ssm, "an SSM parameter")),
        Shape::Secret if is_secret(value) => {
            Some(store(Kind::SecretsManager, "a secret of Secrets Manager"))
        }
        _ => None,
    }
}

fn page(root: Value<'_>) -> Option<Verdict> {
    for (key, value) in members(root) {
        match page_key(&key, Some(value.kind())) {
            Some(PageKey::Parameter) if is_parameter(value) => {
                return Some(store(Kind::Ssm, "output of `aws ssm get-parameter`"));
            }
            // Other services answer with `Parameters` too (RDS, CloudFormation).
            Some(PageKey::Parameters) => match value.items().next() {
                Some(item) if !is_parameter(item) => return None,
                Some(_) => return Some(store(Kind::Ssm, "a list of SSM parameters")),
                None => {}
            },
            Some(PageKey::Secrets) => match value.items().next() {
                Some(item) if !is_secret(item) => return None,
                _ => return Some(store(Kind::SecretsManager, "a list of secrets")),
            },
            _ => {}
        }
    }
    // Without any item, the keys of the answer must be all there is.
    let known = [
        "Parameters",
        "InvalidParameters",
        "NextToken",
        "ResponseMetadata",
    ];
    let only = root.members().all(|member| {
        member
            .key
            .as_str()
            .is_some_and(|key| known.contains(&key.as_ref()))
    });
    only.then(|| store(Kind::Ssm, "an empty answer of SSM"))
}

/// A parameter as SSM describes it. A value that the head cuts off is not there yet.
fn is_parameter(value: Value<'_>) -> bool {
    if value.kind() != JsonKind::Object {
        return false;
    }
    let has = |key: &str| value.get(key).is_some();
    let name = value.get("Name").and_then(Value::as_str);
    let fields = [
        "Type",
        "Value",
        "DataType",
        "Tier",
        "LastModifiedDate",
        "Version",
    ];
    match name {
        Some(_) => fields.iter().any(|key| has(key)),
        None => has("ARN") || has("Value"),
    }
}

/// A secret as Secrets Manager describes it.
fn is_secret(value: Value<'_>) -> bool {
    let arn = value.get("ARN").and_then(Value::as_str);
    match arn {
        Some(arn) => arn.contains(":secretsmanager:"),
        None => value.get("Name").is_some() && shape_of(value) == Shape::Secret,
    }
}

/// `cut`: the last item may not be whole.
fn list(json: &Json, cut: bool) -> Verdict {
    let mut items: Vec<Value<'_>> = json.root().items().take(SAMPLE).collect();
    // A list of lists of items: pages that were collected with `jq -s`.
    while let Some(first) = items.first().copied()
        && first.kind() == JsonKind::Array
        && first
            .items()
            .next()
            .is_some_and(|item| item.kind() != JsonKind::String)
    {
        items = first.items().take(SAMPLE).collect();
    }
    let Some(first) = items.first().copied() else {
        return Verdict::Unknown;
    };
    match first.kind() {
        JsonKind::String => names(&items),
        JsonKind::Array => pairs(&items, cut),
        JsonKind::Object if first.get("conn_id").is_some() && first.get("conn_type").is_some() => {
            Verdict::Declined(CONNECTIONS)
        }
        JsonKind::Object => match answer(first) {
            Some(verdict) => verdict,
            None if shape_of(first) == Shape::Pair => named_pairs(&items, cut),
            None => map(items.into_iter()),
        },
        _ => Verdict::Unknown,
    }
}

/// A segment that says that the name belongs to Airflow; a redirect of a documentation site
/// (`airflow/connections/x.html`) does not.
fn is_airflow_name(name: &str) -> bool {
    const WORDS: [&str; 4] = ["connections", "connection", "variables", "variable"];
    const FILES: [&str; 8] = [
        ".html", ".md", ".rst", ".py", ".json", ".js", ".css", ".scss",
    ];
    let (prefix, _) = name
        .trim_end_matches('/')
        .rsplit_once('/')
        .unwrap_or_default();
    let segments: Vec<&str> = prefix.split('/').filter(|part| !part.is_empty()).collect();
    let worded = segments.iter().any(|segment| WORDS.contains(segment));
    let airflow = segments
        .iter()
        .any(|segment| segment.to_ascii_lowercase().contains("airflow"));
    // An id that no store can hold is worth a word where nothing else can be meant.
    let below_airflow = is_store_name(prefix) && worded && airflow;
    if !below_airflow && !is_store_name(name) {
        return false;
    }
    let rooted = name.starts_with('/') && airflow;
    (worded || rooted) && !FILES.iter().any(|end| name.ends_with(end))
}

/// Counts names: all, those of Airflow, those that are paths of SSM.
#[derive(Default)]
struct Names {
    all: usize,
    airflow: usize,
    paths: usize,
}

impl Names {
    fn add(&mut self, name: &str) {
        let inner = name_in_arn(name).and_then(|(_, range)| name.get(range));
        let name = inner.unwrap_or(name);
        self.all += 1;
        self.airflow += usize::from(is_airflow_name(name));
        self.paths += usize::from(is_ssm_path(name));
    }

    /// At least half of the names are Airflow's.
    fn mostly_airflow(&self) -> bool {
        self.airflow > 0 && self.airflow * 2 >= self.all
    }

    /// All are paths as SSM has them.
    fn all_paths(&self) -> bool {
        self.all > 0 && self.paths == self.all
    }
}

fn names(items: &[Value<'_>]) -> Verdict {
    let mut seen = Names::default();
    for item in items {
        let Some(name) = item.as_str() else {
            return Verdict::Unknown;
        };
        seen.add(&name);
    }
    if seen.mostly_airflow() {
        return store(Kind::FlatStore, "a list of names below Airflow's prefixes");
    }
    Verdict::Unknown
}

/// `[["name", "value"], …]`
fn pairs(items: &[Value<'_>], cut: bool) -> Verdict {
    let mut seen = Names::default();
    let last = items.len() - 1;
    for (index, item) in items.iter().enumerate() {
        let parts: Vec<Value<'_>> = item.items().take(3).collect();
        let Some(name) = parts.first().copied().and_then(Value::as_str) else {
            return Verdict::Unknown;
        };
        if parts.len() != 2 && !(cut && index == last) {
            return Verdict::Unknown;
        }
        seen.add(&name);
    }
    if seen.mostly_airflow() || seen.all_paths() {
        return store(Kind::FlatStore, "a list of pairs of name and value");
    }
    Verdict::Unknown
}

/// `[{"Name": …, "Value": …}, …]`
fn named_pairs(items: &[Value<'_>], cut: bool) -> Verdict {
    let mut seen = Names::default();
    let last = items.len() - 1;
    for (index, item) in items.iter().enumerate() {
        let members = members(*item);
        let name = members.iter().find(|(key, _)| is_name_key(key));
        let valued = members.iter().any(|(key, _)| is_value_key(key));
        let Some(name) = name.and_then(|(_, name)| name.as_str()) else {
            return Verdict::Unknown;
        };
        // `{"op", "path", "value"}` is a JSON patch, `{"name", "value", "slotSetting"}` Azure's.
        if (members.len() != 2 || !valued) && !(cut && index == last) {
            return Verdict::Unknown;
        }
        seen.add(&name);
    }
    if seen.mostly_airflow() || seen.all_paths() {
        return store(Kind::FlatStore, "a list of names with values");
    }
    Verdict::Unknown
}

/// `{name: value, …}`, in one object or several.
fn map<'a>(objects: impl Iterator<Item = Value<'a>>) -> Verdict {
    let mut seen = Names::default();
    for object in objects {
        if object.kind() != JsonKind::Object {
            return Verdict::Unknown;
        }
        for (name, value) in members(object) {
            let connection = |value: Value<'_>| {
                ["conn_type", "host", "login", "password", "uri"]
                    .iter()
                    .any(|key| value.get(key).is_some())
            };
            match value.kind() {
                JsonKind::String => seen.add(&name),
                // Where the head ends, an object may still be empty.
                JsonKind::Object if connection(value) || value.members().next().is_none() => {
                    seen.add(&name);
                }
                _ => return Verdict::Unknown,
            }
        }
    }
    if seen.mostly_airflow() {
        return store(Kind::FlatStore, "a map of names below Airflow's prefixes");
    }
    Verdict::Unknown
}
