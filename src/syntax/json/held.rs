//! JSON that is held whole: the caller walks the outer levels and takes one value at a time. What is too large to be
//! held passes as a [stream](super::stream).

use std::ops::Range;

use super::scan::{Scanned, Scanner, member_key};
use super::{Error, ErrorKind, lex};

/// A place in a text.
#[derive(Debug)]
pub struct Held<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Held<'t> {
    /// The place `at` of a text.
    pub const fn at(text: &'t str, at: usize) -> Self {
        Self { text, at }
    }

    /// The next byte after blanks; `None` at the end.
    pub fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        self.at = lex::skip_blank(bytes, self.at);
        bytes.get(self.at).copied()
    }

    /// Where the next byte stands.
    pub const fn offset(&self) -> usize {
        self.at
    }

    /// Goes on at another place.
    pub fn jump(&mut self, at: usize) {
        self.at = at.min(self.text.len());
    }

    /// Steps over the byte that was peeked at.
    pub fn bump(&mut self) {
        self.jump(self.at + 1);
    }

    /// The key and colon at the next byte, without quotes; afterwards the value is next.
    pub fn key(&mut self) -> Result<&'t [u8], Error> {
        let bytes = self.text.as_bytes();
        let (key, _, end) = member_key(bytes, self.at)?;
        self.at = end;
        Ok(&bytes[key])
    }

    /// The whole value at the next byte; afterwards what follows it is next.
    pub fn element(
        &mut self,
        scanner: &mut Scanner,
        depth: usize,
    ) -> Result<(Range<usize>, Scanned), Error> {
        let value = scanner.value(self.text.as_bytes(), self.at, depth)?;
        let range = self.at..value.end;
        self.at = value.end;
        Ok((range, value))
    }

    /// Behind a member or item: true when another follows (which is then next), false when the container ended here.
    pub fn follow(&mut self, object: bool) -> Result<bool, Error> {
        let close = if object { b'}' } else { b']' };
        match self.peek() {
            Some(b',') => {
                self.bump();
                // JSON allows no comma before the end.
                if self.peek() == Some(close) {
                    return Err(self.expected(if object {
                        ErrorKind::ExpectingPropertyName
                    } else {
                        ErrorKind::ExpectingValue
                    }));
                }
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.bump();
                Ok(false)
            }
            _ => Err(self.expected(ErrorKind::ExpectingComma)),
        }
    }

    /// The complaint that something else stands at the next byte.
    pub const fn expected(&self, kind: ErrorKind) -> Error {
        Error { kind, at: self.at }
    }
}
