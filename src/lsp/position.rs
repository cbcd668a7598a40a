//! Places as the protocol counts them: lines from 0 that also end at a lone CR, characters in UTF-16 code
//! units or bytes of UTF-8.

use lsp_types::{Position, PositionEncodingKind, Range};

use crate::source;

/// How characters are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// What every client knows.
    #[default]
    Utf16,
    /// Where the client offers it.
    Utf8,
}

impl Encoding {
    /// What the protocol calls it.
    pub(super) const fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf8 => PositionEncodingKind::UTF8,
        }
    }

    /// How many units a piece of a line takes.
    fn units(self, bytes: &[u8]) -> usize {
        match self {
            Self::Utf8 => bytes.len(),
            Self::Utf16 => {
                let begins = bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
                begins + bytes.iter().filter(|byte| **byte >= 0xF0).count()
            }
        }
    }

    /// A place in a stream that is not held, where lines end with LF only.
    pub(super) fn streamed(self, position: source::Position) -> Position {
        let column = match self {
            Self::Utf16 => position.column_utf16,
            Self::Utf8 => position.column_bytes,
        };
        Position::new(number(position.line - 1), number(column - 1))
    }
}

/// The lines of a text.
pub(super) struct Lines<'t> {
    bytes: &'t [u8],
    starts: Vec<usize>,
    encoding: Encoding,
}

impl<'t> Lines<'t> {
    /// The lines of a text as an editor holds it.
    pub(super) fn new(bytes: &'t [u8], encoding: Encoding) -> Self {
        let mut starts = vec![0];
        let ends = memchr::memchr2_iter(b'\n', b'\r', bytes).filter(|&at| {
            // A CR before an LF belongs to it.
            bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n')
        });
        starts.extend(ends.map(|at| at + 1));
        Self {
            bytes,
            starts,
            encoding,
        }
    }

    /// The lines of a file of the disk: editors drop its byte order mark.
    pub(super) fn of_file(bytes: &'t [u8], encoding: Encoding) -> Self {
        let mut lines = Self::new(bytes, encoding);
        if bytes.starts_with(b"\xef\xbb\xbf") {
            lines.starts[0] = 3;
        }
        lines
    }

    /// The place of a byte; one past the end is the end.
    pub(super) fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.bytes.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let line = line.saturating_sub(1);
        let start = self.starts[line].min(offset);
        let character = self.encoding.units(&self.bytes[start..offset]);
        Position::new(number(line), number(character))
    }

    /// The place of some bytes.
    pub(super) fn range(&self, start: usize, end: usize) -> Range {
        Range::new(self.position(start), self.position(end.max(start)))
    }

    /// The first byte at a place. What lies behind the end of a line is its end, as the protocol says, and
    /// what lies inside of a character is before it.
    pub(super) fn offset(&self, position: Position) -> usize {
        let Some(&start) = self.starts.get(position.line as usize) else {
            return self.bytes.len();
        };
        let line = &self.bytes[start..self.end_of(position.line as usize)];
        let wanted = position.character as usize;
        let mut units = 0;
        let mut at = 0;
        while at < line.len() {
            let mut next = at + 1;
            while next < line.len() && line[next] & 0xC0 == 0x80 {
                next += 1;
            }
            units += self.encoding.units(&line[at..next]);
            if units > wanted {
                break;
            }
            at = next;
        }
        start + at
    }

    /// The end of a line, without what ends it.
    fn end_of(&self, line: usize) -> usize {
        let start = self.starts[line];
        let Some(&next) = self.starts.get(line + 1) else {
            return self.bytes.len();
        };
        let text = &self.bytes[start..next];
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        start + text.strip_suffix(b"\r").unwrap_or(text).len()
    }
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "a\r\né😀\tx\rb\n\nc";

    #[test]
    fn characters_are_counted_as_the_client_counts_them() {
        let at = |encoding, needle: char| {
            let offset = TEXT.find(needle).unwrap();
            let found = Lines::new(TEXT.as_bytes(), encoding).position(offset);
            (found.line, found.character)
        };
        assert_eq!(at(Encoding::Utf16, 'x'), (1, 4));
        assert_eq!(at(Encoding::Utf8, 'x'), (1, 7));
        assert_eq!(at(Encoding::Utf16, 'b'), (2, 0));
        assert_eq!(at(Encoding::Utf16, 'c'), (4, 0));
    }

    #[test]
    fn what_lies_behind_the_end_is_the_end() {
        let lines = Lines::new(TEXT.as_bytes(), Encoding::Utf16);
        assert_eq!(lines.offset(Position::new(0, 99)), 1);
        assert_eq!(lines.offset(Position::new(99, 0)), TEXT.len());
        // In the middle of a pair of surrogates.
        assert_eq!(lines.offset(Position::new(1, 2)), TEXT.find('😀').unwrap());
    }

    #[test]
    fn an_editor_knows_nothing_of_a_byte_order_mark() {
        let text = "\u{feff}abc".as_bytes();
        let lines = Lines::of_file(text, Encoding::Utf16);
        assert_eq!(lines.position(4), Position::new(0, 1));
        assert_eq!(lines.position(0), Position::new(0, 0));
    }

    proptest! {
        #[test]
        fn every_place_leads_back_to_its_byte(text in "[aé😀\t\r\n]{0,40}") {
            for encoding in [Encoding::Utf16, Encoding::Utf8] {
                let lines = Lines::new(text.as_bytes(), encoding);
                for (offset, _) in text.char_indices() {
                    let inside = text[offset..].starts_with('\n') && text[..offset].ends_with('\r');
                    prop_assert!(inside || lines.offset(lines.position(offset)) == offset);
                }
            }
        }
    }
}
