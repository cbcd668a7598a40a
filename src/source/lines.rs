//! Line and column of a byte offset, in bytes, code points and UTF-16 units.
//!
//! Only LF ends a line here, as it does for git, grep and the consumers of the reports; a CR
//! before it belongs to the line.

use std::sync::{Arc, OnceLock};

use memchr::{memchr_iter, memrchr};

use super::ascii;

/// A place as a person or another program reads it. All numbers but `offset` are 1-based.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Byte offset, from 0.
    pub offset: usize,
    /// Line.
    pub line: usize,
    /// Column in code points.
    pub column: usize,
    /// Column in bytes of UTF-8.
    pub column_bytes: usize,
    /// Column in UTF-16 code units.
    pub column_utf16: usize,
}

/// The starts of all lines of a text held in memory. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Arc<[usize]>,
    /// Characters before every [`BLOCK`] bytes, counted when somebody first asks for a place far inside of a
    /// line: a file of one line must not be counted from its beginning for every place in it.
    blocks: Arc<OnceLock<Box<[Counts]>>>,
}

/// See [`LineIndex::blocks`].
const BLOCK: usize = 8 << 10;

/// How much there is of something.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    code_points: usize,
    /// Characters of four bytes.
    long: usize,
}

impl Counts {
    fn of(bytes: &[u8]) -> Self {
        Self {
            code_points: code_points(bytes),
            long: long(bytes),
        }
    }

    const fn plus(self, more: Self) -> Self {
        Self {
            code_points: self.code_points + more.code_points,
            long: self.long + more.long,
        }
    }

    const fn minus(self, less: Self) -> Self {
        Self {
            code_points: self.code_points - less.code_points,
            long: self.long - less.long,
        }
    }
}

impl LineIndex {
    /// Finds every line start of `bytes`.
    pub fn new(bytes: &[u8]) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr_iter(b'\n', bytes).map(|at| at + 1));
        Self {
            starts: starts.into(),
            blocks: Arc::default(),
        }
    }

    /// The position of `offset` in `bytes`, which must be what the index was made from. An offset
    /// past the end is taken as the end.
    pub fn position(&self, bytes: &[u8], offset: usize) -> Position {
        let offset = offset.min(bytes.len());
        let line = self.starts.partition_point(|&start| start <= offset) - 1;
        let start = self.starts[line];
        let before = if offset - start <= 2 * BLOCK {
            Counts::of(&bytes[start..offset])
        } else {
            let to = self.counts(bytes, offset);
            to.minus(self.counts(bytes, start))
        };
        Position {
            offset,
            line: line + 1,
            column: before.code_points + 1,
            column_bytes: offset - start + 1,
            column_utf16: before.code_points + before.long + 1,
        }
    }

    /// What stands before `offset` in the whole text.
    fn counts(&self, bytes: &[u8], offset: usize) -> Counts {
        let blocks = self.blocks.get_or_init(|| {
            let mut before = Counts::default();
            let blocks = bytes.chunks(BLOCK).map(|block| {
                let here = before;
                before = before.plus(Counts::of(block));
                here
            });
            let mut blocks: Vec<Counts> = blocks.collect();
            blocks.push(before);
            blocks.into()
        });
        let block = offset / BLOCK;
        blocks[block].plus(Counts::of(&bytes[block * BLOCK..offset]))
    }

    /// The bytes of `line` (1-based), without its LF.
    pub fn line_span(&self, bytes: &[u8], line: usize) -> super::Span {
        let start = self.starts[line - 1];
        let end = self.starts.get(line).map_or(bytes.len(), |next| next - 1);
        super::Span::new(start, end)
    }
}

/// Follows a stream forward and knows the position of the point it has reached.
#[derive(Clone, Copy, Debug)]
pub struct PositionTracker {
    here: Position,
}

impl Default for PositionTracker {
    fn default() -> Self {
        Self {
            here: Position {
                offset: 0,
                line: 1,
                column: 1,
                column_bytes: 1,
                column_utf16: 1,
            },
        }
    }
}

impl PositionTracker {
    /// Moves over `bytes`, the ones that follow the current point.
    pub fn advance(&mut self, bytes: &[u8]) {
        let rest = if let Some(last) = memrchr(b'\n', bytes) {
            self.here.line += memchr_iter(b'\n', &bytes[..=last]).count();
            self.here.column = 1;
            self.here.column_bytes = 1;
            self.here.column_utf16 = 1;
            &bytes[last + 1..]
        } else {
            bytes
        };
        self.here.offset += bytes.len();
        let code_points = code_points(rest);
        // Characters of four bytes take two UTF-16 units.
        let more = if code_points == rest.len() {
            0
        } else {
            long(rest)
        };
        self.here.column += code_points;
        self.here.column_bytes += rest.len();
        self.here.column_utf16 += code_points + more;
    }

    /// The current point.
    pub fn position(&self) -> Position {
        self.here
    }
}

/// Number of code points: every byte that does not continue a character begins one. An export on one line is counted
/// from its beginning.
fn code_points(bytes: &[u8]) -> usize {
    ascii::count(bytes, |byte| byte & 0xC0 != 0x80)
}

/// Number of characters of four bytes.
fn long(bytes: &[u8]) -> usize {
    ascii::count(bytes, |byte| byte >= 0xF0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_in_bytes_code_points_and_utf16() {
        let text = "a\né😀\tx\r\nz".as_bytes();
        let index = LineIndex::new(text);
        let x = text.iter().position(|&b| b == b'x').unwrap();
        let position = index.position(text, x);
        assert_eq!((position.line, position.column), (2, 4));
        assert_eq!((position.column_bytes, position.column_utf16), (8, 5));
        assert_eq!(index.position(text, text.len()).line, 3);
    }

    #[test]
    fn places_far_inside_of_a_line_are_counted_as_near_ones_are() {
        let text = format!("é\n{}", "aé😀\t".repeat(9_000));
        let bytes = text.as_bytes();
        let index = LineIndex::new(bytes);
        let far = bytes.len() / BLOCK * BLOCK;
        for offset in (0..=bytes.len()).filter(|at| at % 977 == 0 || at.abs_diff(far) < 3) {
            let mut tracker = PositionTracker::default();
            tracker.advance(&bytes[..offset]);
            assert_eq!(
                tracker.position(),
                index.position(bytes, offset),
                "{offset}"
            );
        }
    }

    #[test]
    fn the_tracker_agrees_with_the_index_however_the_stream_is_cut() {
        let text = "{\n  \"é\": \"😀\"\n}\nlast".as_bytes();
        let index = LineIndex::new(text);
        for cut in 0..=text.len() {
            let mut tracker = PositionTracker::default();
            tracker.advance(&text[..cut]);
            assert_eq!(
                tracker.position(),
                index.position(text, cut),
                "cut at {cut}"
            );
            tracker.advance(&text[cut..]);
            assert_eq!(tracker.position(), index.position(text, text.len()));
        }
    }
}
