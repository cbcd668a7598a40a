//! What `chamber export` writes of SSM parameters: a flat map of the last elements of their names, in JSON or
//! YAML, or the lines of a `.env`.
//!
//! The path before the last element is lost, and with it what the parameter is for. Like any flat map it may
//! be another program's, so only the file's own name or `--kind` makes a chamber export of it.

use std::path::Path;

use crate::inputs::Kind;
use crate::source::{Span, Text, TextBuilder};
use crate::syntax::json::{Json, Kind as JsonKind, Value};

use super::Entries;

/// csv, tsv, java-properties and tfvars, and what `chamber env` writes for a shell.
pub(super) const OTHER_FORMAT: &str =
    "a format of chamber that is not read here: export with `chamber export -f json`";

pub(super) fn is_name(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().contains("chamber")
}

pub(super) fn recognise(path: &Path, roots: &[Value<'_>]) -> Option<(Kind, &'static str)> {
    let root = *roots.first()?;
    let flat = root.kind() == JsonKind::Object
        && root.members().next().is_some()
        && root.members().all(|member| {
            let key = member.key.as_str().unwrap_or_default();
            member.value.kind() == JsonKind::String && !key.contains('/')
        });
    (is_name(path) && flat).then_some((Kind::Chamber, "its name, and a flat map of texts"))
}

pub(super) fn read(trees: &[Json]) -> Text {
    let mut entries = Entries::new();
    let roots = trees.iter().map(Json::root);
    for member in roots.flat_map(Value::effective_members) {
        let Some(name) = member.key.string() else {
            continue;
        };
        match member.value.string() {
            Some(value) => entries.text(&name, &value),
            None => entries.name(&name),
        }
    }
    entries.finish()
}

/// `KEY="value"`
pub(super) fn is_dotenv(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().and_then(|line| line.split_once("=\""));
    first.is_some_and(|(key, _)| {
        let upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        !key.is_empty() && key.bytes().all(upper)
    })
}

/// The lines of the format `dotenv`: names in capitals, `-` as `_`, and a value in double quotes in which a
/// backslash stands before a quotation mark, a backslash, `$`, `` ` ``, and the letters of line breaks.
pub(super) fn of_dotenv(text: &str) -> Text {
    let mut entries = Entries::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim_end_matches(['\n', '\r']);
        let Some((key, value)) = line.split_once("=\"") else {
            continue;
        };
        let Some(value) = value.strip_suffix('"') else {
            continue;
        };
        let name = Text::verbatim(key, start);
        entries.text(&name, &unquoted(value, start + key.len() + 2));
    }
    entries.finish()
}

fn unquoted(value: &str, offset: usize) -> Text {
    let mut out = TextBuilder::at(offset);
    let mut from = 0;
    let mut characters = value.char_indices();
    while let Some((at, character)) = characters.next() {
        if character != '\\' {
            continue;
        }
        let Some((_, next)) = characters.next() else {
            break;
        };
        out.push_exact(&value[from..at], offset + from);
        from = at + 1 + next.len_utf8();
        let meant = match next {
            'n' => "\n",
            'r' => "\r",
            _ => &value[at + 1..from],
        };
        out.push_within(meant, Span::new(offset + at, offset + from));
    }
    out.push_exact(&value[from..], offset + from);
    out.finish()
}
