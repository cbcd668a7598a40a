//! Local secrets files: what `LocalFilesystemBackend` and `airflow connections import` read, as
//! `.env`, JSON or YAML. Every entry becomes a definition; what Airflow makes of it is the twin's business.
//!
//! Such files are small and are read in one piece, unlike the exports of remote stores; a large one that is all there is
//! passes as they do when it is checked.

use std::path::Path;

use super::{Definition, EntryKind, Form, Input, Kind, Notation, Opacity, Setting, Tree};
use crate::aws::names::is_store_name;
use crate::source::{FileId, Mask, Span, Text};
use crate::syntax::dotenv::{LocalEnv, read_local};
use crate::syntax::json::{self, Json, Kind as JsonKind, Value};

pub mod yaml;

/// The tree of a local file.
#[derive(Debug)]
pub enum LocalTree {
    /// `id=value` lines.
    Env(LocalEnv),
    /// JSON that was read; the loader wants an object.
    Json(Json),
    /// JSON that Python refuses: no entry of the file can be used.
    Broken(json::Error),
    /// YAML, of which only its form is kept.
    Yaml(yaml::LocalYaml),
    /// No file: the entries are arguments of commands.
    Added,
}

impl LocalTree {
    /// True where Airflow refuses the whole file for its form, so that no lookup in it works.
    pub fn is_refused(&self) -> bool {
        match self {
            Self::Env(tree) => !tree.problems.is_empty(),
            Self::Json(json) => json.root().kind() != JsonKind::Object,
            Self::Broken(_) => true,
            Self::Added => false,
            Self::Yaml(tree) => {
                tree.top.is_some() || tree.refusal.is_some_and(|refusal| !refusal.is_limit)
            }
        }
    }
}

/// What a local file gives an [`super::Input`].
#[derive(Debug)]
pub struct LocalParts {
    /// The tree.
    pub tree: LocalTree,
    /// Its entries.
    pub definitions: Vec<Definition>,
    /// What may be shown; sealed.
    pub mask: Mask,
}

/// How a local file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalForm {
    /// `id=value` lines.
    Env,
    /// JSON.
    Json,
    /// YAML, which JSON mostly is as well.
    Yaml,
}

/// The form of a local file, by its extension (`Path(file_path).suffix`), else by its beginning.
pub fn form(path: &Path, text: &[u8]) -> LocalForm {
    let extension = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    match extension.as_ref().and_then(|extension| extension.to_str()) {
        Some("json") => LocalForm::Json,
        Some("env") => LocalForm::Env,
        Some("yaml" | "yml") => LocalForm::Yaml,
        _ if matches!(text.trim_ascii_start().first(), Some(b'{' | b'[')) => LocalForm::Json,
        _ => {
            let mut lines = text
                .split(|&byte| byte == b'\n')
                .map(<[u8]>::trim_ascii_end);
            let first = lines.find(|line| !line.is_empty() && !line.starts_with(b"#"));
            match first {
                Some(line) if begins_yaml(line) => LocalForm::Yaml,
                _ => LocalForm::Env,
            }
        }
    }
}

/// `---`, `key:`, `key: value`; not `id=value`, whatever the value is.
fn begins_yaml(line: &[u8]) -> bool {
    let Some(colon) = memchr::memchr2(b':', b'=', line).filter(|&at| line[at] == b':') else {
        return line.starts_with(b"---");
    };
    matches!(line.get(colon + 1), None | Some(b' ' | b'\t'))
}

/// What the entries of a file of this kind are.
pub fn entry_kind(kind: Kind) -> EntryKind {
    if kind == Kind::Variables {
        EntryKind::Variable
    } else {
        EntryKind::Connection
    }
}

/// Reads the text of a file of connections or variables.
pub fn read(text: &str, kind: Kind, file: FileId, form: LocalForm) -> LocalParts {
    let kind = entry_kind(kind);
    let mut parts = match form {
        LocalForm::Json => of_json(&Text::verbatim(text, 0), kind, file),
        LocalForm::Env => of_lines(text, kind, file),
        LocalForm::Yaml => yaml::read(text, kind, file),
    };
    parts.mask.seal();
    parts
}

/// Reads one member of a JSON file, `"id": value`, that begins at this offset of it. `None` where it is none.
pub fn read_member(member: &str, start: usize, kind: Kind, file: FileId) -> Option<LocalParts> {
    // Something stands before a member, be it only the bracket.
    let start = start.checked_sub(1)?;
    let text = Text::verbatim(&format!("{{{member}}}"), start);
    let parts = of_json(&text, entry_kind(kind), file);
    matches!(parts.tree, LocalTree::Json(_)).then_some(parts)
}

fn of_lines(text: &str, kind: EntryKind, file: FileId) -> LocalParts {
    let tree = read_local(text);
    let mut mask = Mask::new();
    let mut definitions = Vec::new();
    for line in &tree.lines {
        // A line that goes on from the one before has no id, and may hold an `=`.
        let begins = line.value.expose().trim_start_matches(['"', '\'', ' ']);
        let assigned = begins.starts_with('{') || line.value.expose().contains("://");
        if is_store_name(&line.key) && assigned {
            mask.show(Span::new(line.key_span.start, line.key_span.end + 1));
        }
        definitions.push(Definition {
            kind,
            id: line.key.clone(),
            file,
            name: line.key_span,
            value: line.value.clone(),
            notation: Notation::LocalText,
        });
    }
    LocalParts {
        tree: LocalTree::Env(tree),
        definitions,
        mask,
    }
}

fn of_json(text: &Text, kind: EntryKind, file: FileId) -> LocalParts {
    let mut mask = Mask::new();
    let json = match json::parse(text) {
        Ok(json) => json,
        Err(error) => {
            return LocalParts {
                tree: LocalTree::Broken(error),
                definitions: Vec::new(),
                mask,
            };
        }
    };
    let mut definitions = Vec::new();
    for member in json.root().effective_members() {
        let Some(key) = member.key.string() else {
            continue;
        };
        if is_store_name(key.expose()) {
            mask.show(member.key.span());
        }
        let Some((value, notation)) = entry(member.value, kind) else {
            continue;
        };
        definitions.push(Definition {
            kind,
            id: key.expose().to_owned(),
            file,
            name: member.key.inner_span(),
            value,
            notation,
        });
    }
    LocalParts {
        tree: LocalTree::Json(json),
        definitions,
        mask,
    }
}

/// Of connections the only item of a list stands for the list, an empty list for nothing; what a variable is
/// that is no text depends on the release.
fn entry(value: Value<'_>, kind: EntryKind) -> Option<(Text, Notation)> {
    let mut items = value.items();
    let one = match (value.kind(), items.next(), items.next()) {
        _ if kind == EntryKind::Variable => value,
        (JsonKind::Array, None, _) => return None,
        (JsonKind::Array, Some(item), None) => item,
        _ => value,
    };
    Some(match one.string() {
        Some(text) => (text, Notation::LocalText),
        None => (one.raw(), Notation::LocalValue),
    })
}

/// The paths that a setting of a backend gives as `connections_file_path` and
/// `variables_file_path`, with what the files are.
pub fn named_by(setting: &Setting) -> Vec<(Kind, String)> {
    const WORDS: [(&str, Kind); 2] = [
        ("connections_file_path", Kind::Connections),
        ("variables_file_path", Kind::Variables),
    ];
    let options = [
        ("secrets", "backend_kwargs"),
        ("workers", "secrets_backend_kwargs"),
    ];
    if !options.contains(&(setting.section.as_str(), setting.option.as_str())) {
        return Vec::new();
    }
    let tree = json::parse(&setting.value);
    let path = |word: &str| match &setting.form {
        Form::PerKey(key) => (key == word).then(|| setting.value.clone()),
        Form::Plain => tree.as_ref().ok()?.root().get(word)?.string(),
        _ => None,
    };
    let named = WORDS.into_iter().filter_map(|(word, kind)| {
        let path = path(word)?;
        let name = path.expose().rsplit(['/', '\\']).next()?;
        let at = path.len() - name.len();
        let known = path.is_known_in(at..path.len()) && !name.contains(['$', '{', '%']);
        (known && !name.is_empty()).then(|| (kind, path.expose().to_owned()))
    });
    named.collect()
}

/// How many components at their ends two paths have in common: the same file lies in another place
/// where Airflow runs.
pub fn common_end(path: &Path, named: &str) -> usize {
    let named = named.rsplit(['/', '\\']).filter(|part| !part.is_empty());
    let parts = path.iter().rev().map(|part| part.to_string_lossy());
    parts
        .zip(named)
        .take_while(|(part, named)| part == named)
        .count()
}

/// True where the entries of a file that settings name have the form of what it should hold: the
/// name alone may belong to another program's file.
pub fn has_the_form(input: &Input) -> bool {
    // Of values that SOPS hides nothing is to be seen.
    if matches!(input.tree, Tree::Opaque(Opacity::Encrypted(_))) {
        return !input.definitions.is_empty();
    }
    let Tree::Local(tree) = &input.tree else {
        return false;
    };
    match tree {
        LocalTree::Json(_) | LocalTree::Broken(_) | LocalTree::Yaml(_) if tree.is_refused() => {
            return false;
        }
        _ if input.kind == Kind::Variables => return true,
        _ => {}
    }
    let looks = |definition: &&Definition| {
        let text = definition.value.expose();
        if definition.notation == Notation::LocalValue {
            let keys = ["\"conn_type\"", "\"uri\"", "\"host\""];
            return keys.iter().any(|key| text.contains(key));
        }
        text.contains("://") || text.trim_start().starts_with('{')
    };
    let looking = input.definitions.iter().filter(looks).count();
    looking > 0 && looking * 2 >= input.definitions.len()
}
