//! What `list` prints, item by item.

mod table;

use std::io::{self, Write};

use super::values::{self, MASK, Shown};
use crate::list::{Item, Problem, Status};
use crate::source::{FileId, display_path};

pub use table::Table;

/// One JSON object a line, or one array of them.
pub struct Json {
    reveal: bool,
    /// The objects are items of an array.
    array: bool,
    first: bool,
    line: Vec<u8>,
    /// The path of a file as JSON.
    path: Option<(FileId, Vec<u8>)>,
}

impl Json {
    /// `array`: one array instead of one object a line.
    pub fn new(reveal: bool, array: bool) -> Self {
        Self {
            reveal,
            array,
            first: true,
            line: Vec::new(),
            path: None,
        }
    }

    /// Writes one item.
    pub fn item(&mut self, out: &mut dyn Write, item: &Item<'_>) -> io::Result<()> {
        self.line.clear();
        if self.array {
            let before: &[u8] = if self.first { b"[\n " } else { b",\n " };
            self.line.extend_from_slice(before);
        }
        self.first = false;
        let file = item.input.id;
        if self.path.as_ref().is_none_or(|(known, _)| *known != file) {
            let mut path = Vec::new();
            values::string(&mut path, &display_path(&item.input.path));
            self.path = Some((file, path));
        }
        let path = self.path.as_ref().map_or(&[][..], |(_, path)| path);
        object(&mut self.line, item, path, self.reveal);
        if !self.array {
            self.line.push(b'\n');
        }
        out.write_all(&self.line)
    }

    /// Writes what ends the listing.
    pub fn end(&self, out: &mut dyn Write) -> io::Result<()> {
        match (self.array, self.first) {
            (false, _) => Ok(()),
            (true, true) => out.write_all(b"[]\n"),
            (true, false) => out.write_all(b"\n]\n"),
        }
    }
}

fn object(out: &mut Vec<u8>, item: &Item<'_>, path: &[u8], reveal: bool) {
    let is_public = reveal || item.name_is_public;
    let public = |text| if is_public { text } else { MASK };
    out.push(b'{');
    values::key(out, "kind");
    match item.kind {
        Some(kind) => values::string(out, kind.word()),
        None => out.extend_from_slice(b"null"),
    }
    values::key(out, "id");
    match item.id {
        Some(id) => values::string(out, public(id)),
        None => out.extend_from_slice(b"null"),
    }
    values::key(out, "name");
    values::string(out, public(item.name));
    values::key(out, "path");
    out.extend_from_slice(path);
    values::key(out, "line");
    number(out, item.position.line);
    values::key(out, "column");
    number(out, item.position.column);
    values::key(out, "status");
    status(out, &item.status, reveal);
    out.push(b'}');
}

fn status(out: &mut Vec<u8>, status: &Status<'_>, reveal: bool) {
    match status {
        Status::Connection(built) => {
            out.extend_from_slice(b"\"ok\"");
            let shown = Shown::new(built.reading, built.format, built.may_show, reveal);
            if let Some(shown) = shown {
                values::key(out, "connection");
                shown.json(out);
            }
            if let Some(unusable) = &built.unusable {
                values::key(out, "unusable");
                problem(out, unusable);
            }
        }
        Status::Plain(fields) => {
            out.extend_from_slice(b"\"ok\"");
            values::key(out, "connection");
            Shown::plain(fields, reveal).json(out);
        }
        Status::Value(text) => {
            out.extend_from_slice(b"\"ok\"");
            values::key(out, "value");
            let shown = reveal || text.is_empty();
            values::string(out, if shown { text } else { MASK });
        }
        Status::Error(error) => {
            out.extend_from_slice(b"\"error\"");
            values::key(out, "error");
            problem(out, error);
        }
        Status::Unreachable(why) => reason(out, "unreachable", why),
        Status::Unknown(why) => reason(out, "unknown", why),
    }
}

fn reason(out: &mut Vec<u8>, status: &str, why: &str) {
    values::string(out, status);
    values::key(out, "reason");
    values::string(out, why);
}

/// `{"airflow": "ValueError", "rule": "AV404", "message": "…"}`
pub(super) fn problem(out: &mut Vec<u8>, problem: &Problem) {
    out.push(b'{');
    values::key(out, "airflow");
    values::string(out, problem.airflow);
    values::key(out, "rule");
    match problem.rule {
        Some(rule) => values::string(out, rule),
        None => out.extend_from_slice(b"null"),
    }
    values::key(out, "message");
    values::string(out, &problem.message);
    out.push(b'}');
}

/// Appends a number.
pub(super) fn number(out: &mut Vec<u8>, number: usize) {
    write!(out, "{number}").expect("a Vec takes everything");
}
