//! Exports of secret stores that are read in one piece: what the AWS CLI writes as YAML, Secrets of
//! Kubernetes, answers of the command lines of Vault, Google Cloud and Azure, and chamber.
//!
//! Each is turned into the JSON that [`super::store`] streams, every character with its place in the file,
//! and is from there on like any other export. Which of the secrets a backend asks for, and what it makes of
//! them, is not asked here.

mod aws;
mod chamber;
mod clouds;
mod kubernetes;
mod vault;

use std::collections::HashSet;
use std::path::Path;

use super::Kind;
use super::carrier::{Around, Broken, Carrier, Part};
use super::store::cli_output;
use crate::source::{Fidelity, Mask, Span, Text, TextBuilder, lossy};
use crate::syntax::json::write::push_string;
use crate::syntax::json::{self, ErrorKind, Json, Member, Value};
use crate::syntax::yaml::json::{NoJson, Why, as_export};
use crate::syntax::yaml::schema::Schema;
use crate::syntax::yaml::{self, Yaml};

/// How much of a file is looked at to find out what it is.
const HEAD: usize = 64 << 10;

/// Deeper indentation is not looked for.
const DEEPEST: usize = 256;

/// Says which store's export a file is, if it is one that is read here. `head` is the beginning of the file
/// or all of it.
pub fn recognise(path: &Path, head: &str) -> Option<(Kind, &'static str)> {
    let mut end = head.len().min(HEAD);
    while !head.is_char_boundary(end) {
        end -= 1;
    }
    let text = &head[..end];
    if cli_output::is_description(text) {
        return None;
    }
    let is_json = begins_json(text);
    let named = chamber::is_name(path);
    let known = |marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
    let keyed = || YAML_KEYS.iter().any(|key| is_key(text, key));
    if is_json && !named && !known(&JSON_MARKS)
        || !is_json && !(begins_yaml(text) && (named || known(&YAML_MARKS) || keyed()))
    {
        return None;
    }
    let trees = if is_json {
        let tree = json::parse_head(&Text::verbatim(text, 0)).0;
        tree.into_iter().collect()
    } else {
        documents(text).trees
    };
    let roots: Vec<Value<'_>> = trees.iter().map(Json::root).collect();
    kubernetes::recognise(&roots)
        .or_else(|| vault::recognise(&roots))
        .or_else(|| clouds::recognise(&roots))
        .or_else(|| aws::recognise(&trees, is_json))
        .or_else(|| chamber::recognise(path, &roots))
}

/// Without one of these a JSON file is nothing that is read here.
const JSON_MARKS: [&str; 6] = [
    "airflow.apache.org/",
    "connections/",
    "variables/",
    "\"lease_duration\"",
    ".vault.",
    "/secrets/",
];

/// The same of YAML.
const YAML_MARKS: [&str; 6] = [
    "airflow.apache.org/",
    ".vault.",
    "/secrets/",
    "arn:aws",
    "/connections/",
    "/variables/",
];

/// Keys of which the same is true.
const YAML_KEYS: [&str; 3] = ["lease_duration", "Parameters", "SecretList"];

/// The word stands there as a key, quotes round it or not.
fn is_key(text: &str, key: &str) -> bool {
    memchr::memmem::find_iter(text.as_bytes(), key).any(|at| {
        let rest = text[at + key.len()..].trim_start_matches(['"', '\'']);
        rest.trim_start_matches(' ').starts_with(':')
    })
}

/// True for a file that is read here, given what it is; others of these kinds are streamed.
pub fn is_read(kind: Kind, head: &[u8]) -> bool {
    match kind {
        Kind::Ssm | Kind::SecretsManager | Kind::FlatStore => {
            let text = lossy(head);
            !begins_json(&text) && begins_yaml(&text)
        }
        Kind::Vault | Kind::Gcp | Kind::Azure | Kind::KubernetesSecret | Kind::Chamber => true,
        _ => false,
    }
}

/// True for a file that tells what it makes, and not what the store holds: a Secret of Kubernetes that stands alone
/// may be a manifest, a list of them is the server's answer.
pub fn makes_entries(kind: Kind, bytes: &[u8]) -> bool {
    // A plan or a state of Terraform makes them.
    kind == Kind::Terraform
        || kind == Kind::KubernetesSecret && memchr::memmem::find(bytes, b"items").is_none()
}

/// Why a file that is said to be of this kind cannot be read, with what to run instead.
pub fn refused(kind: Kind, head: &[u8]) -> Option<&'static str> {
    let text = lossy(head);
    let structured = begins_json(&text) || begins_yaml(&text);
    match kind {
        Kind::Chamber if !structured && !chamber::is_dotenv(&text) => Some(chamber::OTHER_FORMAT),
        Kind::Vault if !structured => {
            Some("no JSON or YAML of Vault: export with `vault kv get -format=json`")
        }
        Kind::Gcp if !structured => Some(
            "a value without its name: export with `gcloud secrets versions access … --format=json`",
        ),
        Kind::Azure if !structured => {
            Some("no JSON or YAML of Azure: export with `az keyvault secret show -o json`")
        }
        Kind::KubernetesSecret if !structured => {
            Some("no JSON or YAML of Kubernetes: export with `kubectl get secrets -o json`")
        }
        _ => None,
    }
}

/// Reads an export whose kind is known.
pub fn read(kind: Kind, text: &str) -> Carrier {
    if kind == Kind::Chamber && !begins_json(text) && !begins_yaml(text) {
        return carrier(kind, chamber::of_dotenv(text), None, Mask::new());
    }
    let Documents {
        mut trees,
        mut broken,
        mask,
    } = documents(text);
    if kind == Kind::KubernetesSecret
        && broken.is_none()
        && let Some(last) = trees.pop()
    {
        let is_cut = kubernetes::is_cut(last.root());
        broken = is_cut.then(|| Broken {
            language: "YAML of Kubernetes",
            span: Span::at(text.len()),
            message: "it ends in the middle of a list".to_owned(),
            is_limit: false,
        });
        let depth = if is_cut { usize::MAX } else { 0 };
        trees.push(last.broken_off(depth));
    }
    // Programs end each line. People, who do not always, write flat maps and manifests.
    let is_answer = !matches!(
        kind,
        Kind::FlatStore | Kind::Chamber | Kind::KubernetesSecret
    );
    let may_go_on = is_answer && !begins_json(text) && !text.ends_with('\n');
    if may_go_on {
        let last = trees.pop().map(|tree| tree.broken_off(usize::MAX));
        trees.extend(last);
    }
    let entries = match kind {
        Kind::KubernetesSecret => kubernetes::read(&trees),
        Kind::Vault => vault::read(&trees),
        Kind::Gcp | Kind::Azure => clouds::read(kind, &trees),
        Kind::Chamber => chamber::read(&trees),
        _ => aws::read(&trees),
    };
    let mut carrier = carrier(kind, entries, broken, mask);
    carrier.around.may_go_on = may_go_on;
    carrier
}

fn carrier(kind: Kind, text: Text, broken: Option<Broken>, mask: Mask) -> Carrier {
    Carrier {
        parts: vec![Part::File { kind, text }],
        around: Around {
            broken,
            ..Around::default()
        },
        mask,
        ..Carrier::default()
    }
}

/// What a file holds, document by document.
#[derive(Default)]
pub(super) struct Documents {
    pub(super) trees: Vec<Json>,
    pub(super) broken: Option<Broken>,
    /// What stands between keys and values in YAML.
    mask: Mask,
}

fn begins_json(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    text.starts_with(['{', '[']) || text.starts_with('"') && !begins_with_key(text)
}

/// `"key":`, which is YAML outside of braces.
fn begins_with_key(text: &str) -> bool {
    let quoted = text.strip_prefix('"').and_then(|text| text.split_once('"'));
    quoted.is_some_and(|(_, rest)| rest.trim_start_matches(' ').starts_with(':'))
}

/// The first line that says something is `key:`, `key: value` or `- …`.
fn begins_yaml(text: &str) -> bool {
    let lines = text.trim_start_matches('\u{feff}').lines();
    let mut lines = lines.filter(|line| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#') && line != "---"
    });
    let Some(line) = lines.next() else {
        return false;
    };
    let line = line.trim_start();
    let key = line.split_once(':').filter(|(key, rest)| {
        let plain = |c: char| c.is_alphanumeric() || "-_./\"' ".contains(c);
        key.chars().all(plain) && (rest.is_empty() || rest.starts_with(' '))
    });
    line.starts_with("- ") || key.is_some()
}

/// Reads JSON, several documents of it in a row, or YAML.
fn documents(text: &str) -> Documents {
    let start = text.len() - text.trim_start_matches('\u{feff}').len();
    if begins_json(text) {
        json_documents(&Text::verbatim(&text[start..], start))
    } else {
        let yaml = yaml::parse(&text[start..], start);
        let mut documents = yaml_documents(&yaml);
        documents.mask = structure(&yaml, text);
        documents
    }
}

/// The documents of a stream of JSON. The last one may break off.
pub(super) fn json_documents(text: &Text) -> Documents {
    let mut documents = Documents::default();
    let mut from = 0;
    loop {
        let rest = text.slice(from..text.len());
        let blank = rest.expose().len() - rest.expose().trim_start().len();
        if blank == rest.len() && from > 0 {
            return documents;
        }
        let (read, end) = match json::parse(&rest) {
            Err(error) if error.kind == ErrorKind::ExtraData => {
                (json::parse(&rest.slice(0..error.at)), error.at)
            }
            read => (read, rest.len()),
        };
        match read {
            Ok(tree) => documents.trees.push(tree),
            Err(error) => {
                documents.trees.extend(json::parse_head(&rest).0);
                documents.broken = Some(Broken::json(error, &rest));
                return documents;
            }
        }
        from += end;
    }
}

fn yaml_documents(yaml: &Yaml) -> Documents {
    let mut documents = Documents {
        broken: yaml.error().map(Broken::yaml),
        ..Documents::default()
    };
    let last = yaml.documents().count();
    for (number, document) in yaml.documents().enumerate() {
        // `yes` is a text to those who write such files, and a date is one to whoever reads them.
        let text = as_export(document, Schema::Go).or_else(|why| match why.why {
            Why::Timestamp => as_export(document, Schema::Kubernetes),
            _ => Err(why),
        });
        match text {
            Ok(text) => {
                let open = if number + 1 == last { yaml.open() } else { 0 };
                let tree = json::parse(&text).ok();
                documents
                    .trees
                    .extend(tree.map(|tree| tree.broken_off(open)));
            }
            Err(NoJson { span, why }) => {
                let is_limit = why == Why::Size;
                let message = if is_limit {
                    "aliases make too much of what follows"
                } else {
                    "JSON has nothing like it"
                };
                documents.broken.get_or_insert_with(|| Broken {
                    language: "YAML",
                    span,
                    message: message.to_owned(),
                    is_limit,
                });
            }
        }
    }
    documents
}

/// What stands around keys and values and is neither: indentation, dashes, colons and quotation marks.
fn structure(yaml: &Yaml, text: &str) -> Mask {
    let mut mask = Mask::new();
    let mut show = |span: Span, allowed: &str| {
        let between = text.get(span.start..span.end).unwrap_or("?");
        if between.chars().all(|c| allowed.contains(c)) {
            mask.show(span);
        }
    };
    // Indentation is short, and a line may be a whole file.
    let line_start = |at: usize| {
        let from = at.saturating_sub(DEEPEST);
        let before = text.as_bytes().get(from..at).unwrap_or_default();
        let line = before.iter().rposition(|byte| *byte == b'\n');
        line.map_or(from, |line| from + line + 1)
    };
    let mut open: Vec<yaml::Value<'_>> = yaml.documents().collect();
    while let Some(value) = open.pop() {
        if value.is_alias() {
            continue;
        }
        let Span { start, end } = value.span();
        show(Span::new(line_start(start), start), " -");
        if let Some(scalar) = value.scalar().map(Text::source) {
            show(Span::new(start, scalar.start.max(start)), "'\"");
            show(Span::new(scalar.end.min(end), end), "'\"");
        }
        for pair in value.pairs() {
            let from = pair.key.span().end;
            show(Span::new(from, pair.value.span().start.max(from)), " :");
            open.extend([pair.key, pair.value]);
        }
        open.extend(value.items());
    }
    mask
}

/// Writes entries as a list of names, and of names with values.
struct Entries {
    out: TextBuilder,
    any: bool,
    /// Names without values, each of which is written once.
    bare: HashSet<String>,
}

impl Entries {
    fn new() -> Self {
        let mut out = TextBuilder::at(0);
        out.push("[", Span::at(0), Fidelity::Elsewhere);
        Self {
            out,
            any: false,
            bare: HashSet::new(),
        }
    }

    fn state(&mut self, words: &str, at: usize) {
        self.out.push(words, Span::at(at), Fidelity::Elsewhere);
    }

    fn next(&mut self, at: usize) {
        self.state(if self.any { ",\n" } else { "\n" }, at);
        self.any = true;
    }

    /// A name of which the export tells no value.
    fn name(&mut self, name: &Text) {
        if name.is_known() && self.bare.insert(name.expose().to_owned()) {
            self.next(name.source().start);
            push_string(&mut self.out, name);
        }
    }

    /// A name with a text.
    fn text(&mut self, name: &Text, value: &Text) {
        if name.is_known() && value.is_known() {
            self.begin(name, value);
            push_string(&mut self.out, value);
            self.state("}", value.source().end);
        }
    }

    /// A name with other JSON.
    fn json(&mut self, name: &Text, value: &Text) {
        if name.is_known() && value.is_known() {
            self.begin(name, value);
            self.out.push_from(value, 0..value.len());
            self.state("}", value.source().end);
        }
    }

    /// A name whose value was deleted, by what `says` so.
    fn deleted(&mut self, name: &Text, says: Member<'_>) {
        if name.is_known() {
            let at = name.source().start;
            self.next(at);
            self.state("{\"Name\": ", at);
            push_string(&mut self.out, name);
            let says = says.key.raw();
            self.state(", \"Value\": null, ", says.source().start);
            self.out.push_from(&says, 0..says.len());
            self.state(": true}", says.source().end);
        }
    }

    fn begin(&mut self, name: &Text, value: &Text) {
        let at = name.source().start;
        self.next(at);
        self.state("{\"Name\": ", at);
        push_string(&mut self.out, name);
        self.state(", \"Value\": ", value.source().start);
    }

    fn finish(mut self) -> Text {
        self.state("]", 0);
        self.out.finish()
    }
}

#[cfg(test)]
mod tests;
