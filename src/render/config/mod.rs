//! What `config` prints: one document for programs.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::list::number;
use super::values::{self, MASK};
use crate::airflow::public::is_plain_key;
use crate::config::{Attributes, Built, Ending, Entry, Held, Name, Spot, State};
use crate::source::{Text, display_path};
use crate::syntax::json::parse;

mod table;

pub use table::people;

/// Writes the document of `--format json`.
pub fn json(out: &mut dyn Write, ending: &Ending, reveal: bool) -> io::Result<()> {
    let mut text = Vec::new();
    text.extend_from_slice(b"{\"target\": ");
    target(&mut text, ending);
    text.extend_from_slice(b",\n \"read\": ");
    read(&mut text, ending);
    text.extend_from_slice(b",\n \"sections\": {");
    let mut first = true;
    for (section, options) in &ending.sections {
        let shown: BTreeMap<&String, &Entry> = options
            .iter()
            .filter(|(_, entry)| reveal || entry.name_is_public)
            .collect();
        if shown.is_empty() {
            continue;
        }
        text.extend_from_slice(if first { b"\n  " } else { b",\n  " });
        first = false;
        values::string(&mut text, section);
        text.extend_from_slice(b": {");
        for (index, (option, entry)) in shown.into_iter().enumerate() {
            text.extend_from_slice(if index > 0 { b",\n    " } else { b"\n    " });
            values::string(&mut text, option);
            text.extend_from_slice(b": ");
            self::entry(&mut text, entry, reveal);
        }
        text.push(b'}');
    }
    text.extend_from_slice(b"},\n \"backend\": ");
    built(&mut text, &ending.backend, reveal);
    text.extend_from_slice(b",\n \"worker_backend\": ");
    built(&mut text, &ending.worker_backend, reveal);
    text.extend_from_slice(b",\n \"unlisted\": ");
    number(&mut text, if reveal { 0 } else { ending.unlisted });
    text.extend_from_slice(b",\n \"unknown\": [");
    for (index, sentence) in ending.unknown.iter().enumerate() {
        text.extend_from_slice(if index > 0 { b",\n  " } else { b"\n  " });
        values::string(&mut text, sentence);
    }
    text.extend_from_slice(b"]}\n");
    out.write_all(&text)
}

fn target(out: &mut Vec<u8>, ending: &Ending) {
    let target = &ending.target;
    out.extend_from_slice(b"{\"airflow\": [");
    values::string(out, &target.airflow.to_string());
    out.push(b']');
    values::key(out, "providers");
    out.push(b'{');
    for (name, release) in &target.providers {
        field(out, name, &release.to_string());
    }
    out.push(b'}');
    field(out, "python", &target.python.to_string());
    field(out, "runtime", target.runtime.word());
    field(out, "source", target.source.word());
    out.push(b'}');
}

fn read(out: &mut Vec<u8>, ending: &Ending) {
    out.push(b'{');
    match &ending.unreadable {
        None => field(out, "status", "ok"),
        Some(error) => {
            field(out, "status", "error");
            field(out, "airflow", error.exception);
            place(out, &error.spot);
            values::key(out, "fatal");
            out.extend_from_slice(if error.is_fatal { b"true" } else { b"false" });
        }
    }
    out.push(b'}');
}

fn entry(out: &mut Vec<u8>, entry: &Entry, reveal: bool) {
    out.push(b'{');
    match &entry.state {
        State::Value { text, is_public } => {
            let shown = reveal || *is_public;
            field(out, "value", if shown { text.expose() } else { MASK });
        }
        State::Error(exception) => field(out, "error", exception),
        State::Supplied => null(out, "value"),
        State::Unknown(text) => {
            null(out, "value");
            values::key(out, "unknown");
            out.extend_from_slice(b"true");
            if reveal && !text.is_empty() {
                field(out, "written", text.expose());
            }
        }
    }
    field(out, "source", entry.source.word());
    if let Some(spot) = &entry.spot {
        place(out, spot);
    }
    if let Some((section, option)) = &entry.old_name {
        field(out, "written_as", &format!("{section}.{option}"));
    }
    out.push(b'}');
}

fn built(out: &mut Vec<u8>, built: &Built, reveal: bool) {
    if matches!(built, Built::None) {
        out.extend_from_slice(b"null");
        return;
    }
    out.push(b'{');
    match built {
        Built::None => {}
        Built::Object {
            class,
            options,
            session,
            note,
        } => {
            member(out, "class_path", class, reveal);
            attributes(out, "options", options, reveal);
            attributes(out, "session", session, reveal);
            if let Some(note) = note {
                field(out, "note", note);
            }
        }
        Built::Fails { exception, spot } => {
            field(out, "error", exception);
            if let Some(spot) = spot {
                place(out, spot);
            }
        }
        Built::Unverified { class } => {
            member(out, "class_path", class, reveal);
            values::key(out, "unverified");
            out.extend_from_slice(b"true");
            null(out, "options");
        }
        Built::Unknown { class, because } => {
            match class {
                Some(class) => member(out, "class_path", class, reveal),
                None => null(out, "class_path"),
            }
            field(out, "unknown", because);
        }
    }
    out.push(b'}');
}

fn attributes(out: &mut Vec<u8>, name: &str, attributes: &Attributes, reveal: bool) {
    values::key(out, name);
    out.push(b'{');
    for (name, held) in attributes {
        if !matches!(out.last(), Some(b'{')) {
            out.extend_from_slice(b", ");
        }
        values::string(out, &shown_name(name, reveal));
        out.extend_from_slice(b": ");
        value(out, held, reveal);
    }
    out.push(b'}');
}

/// The name of a keyword argument; a token that stands in its place is none, nor is what a reference brings.
fn shown_name(name: &Name, reveal: bool) -> Cow<'_, str> {
    let text = name.text.expose();
    if reveal || name.is_written && is_plain_key(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("a key of {} characters", text.chars().count()))
}

fn member(out: &mut Vec<u8>, name: &str, held: &Held, reveal: bool) {
    values::key(out, name);
    value(out, held, reveal);
}

fn value(out: &mut Vec<u8>, held: &Held, reveal: bool) {
    match held {
        Held::Null => out.extend_from_slice(b"null"),
        Held::Text(text, is_public) if reveal || *is_public => values::string(out, text.expose()),
        Held::Json(text, is_public) if reveal || *is_public => python(out, text),
        Held::Text(..) | Held::Json(..) => values::string(out, MASK),
        Held::Unknown => out.extend_from_slice(b"{\"unknown\": true}"),
    }
}

fn python(out: &mut Vec<u8>, text: &Text) {
    match parse(text) {
        Ok(tree) => values::python(out, tree.root()),
        Err(_) => values::string(out, text.expose()),
    }
}

fn place(out: &mut Vec<u8>, spot: &Spot) {
    field(out, "path", &display_path(&spot.path));
    values::key(out, "line");
    number(out, spot.line);
}

fn field(out: &mut Vec<u8>, key: &str, text: &str) {
    values::key(out, key);
    values::string(out, text);
}

fn null(out: &mut Vec<u8>, key: &str) {
    values::key(out, key);
    out.extend_from_slice(b"null");
}
