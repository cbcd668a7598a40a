//! Which parts of the backend settings a snippet may show: the class path, the JSON's structure
//! and keys, and the values of kwargs that the shipped list marks public.
//!
//! A text that is not JSON is shown up to the point where Python gives up, never beyond.

use std::ops::Range;

use super::data::{self, BackendClass};
use super::{Backend, ClassPath, Kwargs, SecretsConfig};
use crate::airflow::config::Reading;
use crate::airflow::public::{self, Shape};
use crate::inputs::{Form, Setting};
use crate::source::{Place, Text};

/// The places that may be shown, in no particular order. Everything else of the settings stays
/// masked.
pub fn visible_spans(secrets: &SecretsConfig<'_>) -> Vec<Place> {
    secrets.pairs().flat_map(visible_places).collect()
}

/// As [`visible_spans`], for one pair of options.
pub fn visible_places(backend: &Backend<'_>) -> Vec<Place> {
    let mut shown = Vec::new();
    class_spans(backend, &mut shown);
    kwargs_spans(backend, &mut shown);
    shown
}

/// The places that the pair of options reads: what [`visible_places`] leaves out of them is secret.
pub fn read_places(backend: &Backend<'_>) -> Vec<Place> {
    let class = match &backend.class {
        Reading::Value { setting, .. } => Some(*setting),
        _ => None,
    };
    let kwargs = match &backend.kwargs {
        Kwargs::Absent => None,
        Kwargs::NotJson { setting, .. }
        | Kwargs::NotObject { setting, .. }
        | Kwargs::Object { setting, .. }
        | Kwargs::Unknown { setting } => Some(*setting),
    };
    let settings = class.into_iter().chain(kwargs);
    settings
        .chain(backend.per_key.iter().copied())
        .map(Setting::value_place)
        .collect()
}

fn show(setting: &Setting, text: &Text, range: Range<usize>, shown: &mut Vec<Place>) {
    let pieces = text.own_pieces(range);
    shown.extend(
        pieces
            .into_iter()
            .map(|span| Place::new(setting.file, span)),
    );
}

/// A class path, or nearly the name of a known class; of anything else only a known path inside it.
fn class_spans(backend: &Backend<'_>, shown: &mut Vec<Place>) {
    let Reading::Value { setting, text } = &backend.class else {
        return;
    };
    let value = text.expose();
    let belongs = |character: char| character.is_ascii_alphanumeric() || "_.".contains(character);
    let is_name = |value: &str| value.chars().all(belongs) && data::nearest_class(value).is_some();
    if Shape::ClassPath.admits(value) || is_name(value) {
        show(setting, text, 0..value.len(), shown);
        return;
    }
    let mut at = 0;
    for run in value.split(|character: char| !belongs(character)) {
        if data::class_for(run).is_some() {
            show(setting, text, at..at + run.len(), shown);
        }
        // The characters between runs vary in length; look the next run up from here.
        at += run.len();
        at += value[at..].chars().next().map_or(0, char::len_utf8);
    }
}

pub(super) fn kwargs_spans(backend: &Backend<'_>, shown: &mut Vec<Place>) {
    // An unknown class may take anything: then only what every class shows.
    let class = match backend.class_path() {
        ClassPath::Path { .. } => backend.known_class().map(|found| found.class),
        ClassPath::None { .. } | ClassPath::Unknown { .. } => None,
    };
    match &backend.kwargs {
        Kwargs::Absent | Kwargs::Unknown { .. } => {}
        Kwargs::NotJson {
            setting,
            text,
            error,
        } => {
            let end = error.at.min(text.len());
            if text.expose().is_char_boundary(end) {
                json_spans(setting, text, end, class, shown);
            }
        }
        Kwargs::NotObject { setting, json } | Kwargs::Object { setting, json } => {
            json_spans(setting, json.text(), json.text().len(), class, shown);
        }
    }
    for setting in &backend.per_key {
        let Form::PerKey(name) = &setting.form else {
            continue;
        };
        let value = setting.value.expose();
        if public::kwarg(class, name).is_some_and(|shape| shape.admits(value)) {
            show(setting, &setting.value, 0..value.len(), shown);
        }
    }
}

/// One open bracket.
struct Open {
    /// `{`, not `[`.
    object: bool,
    /// The next string is a key.
    wants_key: bool,
    /// Length of `path` outside this bracket.
    outer: usize,
    /// Every key on the way here is known to the class or stands at the top.
    known: bool,
}

/// Walks over the tokens of the first `end` bytes, which are the beginning of JSON, and shows
/// structure, keys and public values.
fn json_spans(
    setting: &Setting,
    text: &Text,
    end: usize,
    class: Option<&BackendClass>,
    shown: &mut Vec<Place>,
) {
    let value = &text.expose()[..end];
    let bytes = value.as_bytes();
    let mut open: Vec<Open> = Vec::new();
    let mut path = String::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        match byte {
            b'{' | b'[' => {
                at += 1;
                show(setting, text, start..at, shown);
                let known = match open.last() {
                    Some(outer) => outer.known,
                    None => true,
                };
                open.push(Open {
                    object: byte == b'{',
                    wants_key: byte == b'{',
                    outer: path.len(),
                    known,
                });
            }
            b'}' | b']' => {
                at += 1;
                show(setting, text, start..at, shown);
                if let Some(closed) = open.pop() {
                    path.truncate(closed.outer);
                }
            }
            b',' => {
                at += 1;
                show(setting, text, start..at, shown);
                if let Some(inner) = open.last_mut() {
                    inner.wants_key = inner.object;
                    if inner.object {
                        path.truncate(inner.outer);
                    }
                }
            }
            b':' | b' ' | b'\t' | b'\n' | b'\r' => {
                at += 1;
                show(setting, text, start..at, shown);
            }
            b'"' => {
                let Some(close) = closing_quote(bytes, start + 1) else {
                    // The error lies in this string: nothing of it is certain.
                    return;
                };
                at = close + 1;
                show(setting, text, start..start + 1, shown);
                show(setting, text, close..at, shown);
                let inner = &value[start + 1..close];
                let top = open.len() == 1;
                match open.last_mut() {
                    Some(object) if object.wants_key => {
                        object.wants_key = false;
                        path.truncate(object.outer);
                        let outer = path.as_str();
                        if may_name(class, outer, inner, top) {
                            show(setting, text, start + 1..close, shown);
                        }
                        if !path.is_empty() {
                            path.push('.');
                        }
                        path.push_str(inner);
                    }
                    Some(outer)
                        if (outer.object || takes_list(&path))
                            && is_public(class, &path, inner) =>
                    {
                        show(setting, text, start + 1..close, shown);
                    }
                    _ => {}
                }
            }
            _ => {
                let length = value[start..]
                    .find([',', '}', ']', ' ', '\t', '\n', '\r'])
                    .unwrap_or(value.len() - start);
                at = start + length.max(1);
                while !value.is_char_boundary(at) {
                    at += 1;
                }
                if at < end && is_public_literal(class, &path, &value[start..at]) {
                    show(setting, text, start..at, shown);
                }
            }
        }
    }
}

/// Offset of the quote that ends a string whose first character is at `from`.
fn closing_quote(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Keys at the top may be named; deeper ones only where the class knows them.
fn may_name(class: Option<&BackendClass>, outer: &str, key: &str, top: bool) -> bool {
    if top {
        let known = class.is_some_and(|class| class.any_kwarg(key).is_some());
        return known || public::is_plain_key(key);
    }
    let dotted = format!("{outer}.{key}");
    if public::kwarg(class, &dotted).is_some() {
        return true;
    }
    class
        .and_then(|class| class.any_kwarg(outer))
        .is_some_and(|fact| {
            fact.object_keys
                .values()
                .flatten()
                .any(|known| known == key)
        })
}

/// Kwargs that are lists of names. Anywhere else a list is a mistake, and its items are unknown.
fn takes_list(path: &str) -> bool {
    path.starts_with("extra_conn_words.") || path.ends_with("s_path")
}

/// A number in the place of a name is something else.
fn is_public_literal(class: Option<&BackendClass>, path: &str, value: &str) -> bool {
    matches!(value, "true" | "false" | "null")
        || is_public(class, path, value) && public::kwarg(class, path) == Some(Shape::Integer)
}

fn is_public(class: Option<&BackendClass>, path: &str, value: &str) -> bool {
    !path.is_empty() && public::kwarg(class, path).is_some_and(|shape| shape.admits(value))
}
