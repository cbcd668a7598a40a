//! JSON that no CI runner takes for a command, wherever it is printed.

use std::io::{self, Write};

use serde::Serialize;

use crate::source::command;

/// [`command::MARK`] as a string of JSON may hold it too.
const ESCAPED: &str = "#\\u0023";

/// Writes `value` as JSON for people and programs, and ends the line.
pub(super) fn write_json(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(Inert(&mut *out), value)?;
    writeln!(out)
}

/// JSON without commands. They can only stand inside a string, where an escape means the same.
pub(super) fn inert(json: &str) -> String {
    command::broken(json, ESCAPED)
}

/// Writes on what is [`inert`]. A string without escapes comes in one piece, so the mark does too.
struct Inert<'w>(&'w mut dyn Write);

impl Write for Inert<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.write_all(buffer).map(|()| buffer.len())
    }

    fn write_all(&mut self, mut buffer: &[u8]) -> io::Result<()> {
        // JSON comes in small pieces, and hardly any holds this.
        if buffer.len() < command::MARK.len() || memchr::memchr(b'#', buffer).is_none() {
            return self.0.write_all(buffer);
        }
        while let Some(at) = command::find(buffer) {
            self.0.write_all(&buffer[..at])?;
            self.0.write_all(ESCAPED.as_bytes())?;
            buffer = &buffer[at + command::MARK.len()..];
        }
        self.0.write_all(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
