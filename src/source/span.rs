//! Where something stands: a range of bytes, and the file it belongs to.

/// A half-open range of bytes in one file. Both ends lie on character boundaries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The bytes from `start` up to, not including, `end`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// A point between two bytes.
    pub const fn at(offset: usize) -> Self {
        Self {
            start: offset,
            end: offset,
        }
    }

    /// Length in bytes.
    pub const fn len(self) -> usize {
        self.end - self.start
    }

    /// True for a point.
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The characters of `bytes` of which the span covers a part. Of what is no UTF-8, each byte is one;
    /// a span that ends behind `bytes` is cut.
    #[must_use]
    pub fn whole_characters(self, bytes: &[u8]) -> Self {
        let end = self.end.min(bytes.len());
        let start = self.start.min(end);
        Self {
            start: around(bytes, start).map_or(start, |character| character.start),
            end: around(bytes, end).map_or(end, |character| character.end),
        }
    }
}

/// The character of which a byte behind its first one is at `at`.
fn around(bytes: &[u8], at: usize) -> Option<Span> {
    const LONGEST: usize = 4;
    let first = |byte: &u8| byte & 0xC0 != 0x80;
    if bytes.get(at).is_none_or(first) {
        return None;
    }
    let before = bytes.get(at.saturating_sub(LONGEST)..at)?;
    let start = at - before.len() + before.iter().rposition(first)?;
    let behind = bytes.get(start..bytes.len().min(start + LONGEST))?;
    let character = behind.utf8_chunks().next()?.valid().chars().next()?;
    let end = start + character.len_utf8();
    (at < end).then_some(Span { start, end })
}

impl From<std::ops::Range<usize>> for Span {
    fn from(range: std::ops::Range<usize>) -> Self {
        Self {
            start: range.start,
            end: range.end,
        }
    }
}

/// Names one of the inputs of a run; the index into the run's list of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A span in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Which file.
    pub file: FileId,
    /// Where in it.
    pub span: Span,
}

impl Place {
    /// `span` in `file`.
    pub const fn new(file: FileId, span: Span) -> Self {
        Self { file, span }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_grows_to_whole_characters() {
        let text = "aé😀b";
        for (span, whole) in [
            ((0, 1), (0, 1)),
            ((1, 2), (1, 3)),
            ((2, 2), (1, 3)),
            ((2, 4), (1, 7)),
            ((3, 6), (3, 7)),
            ((7, 8), (7, 8)),
            ((7, 99), (7, 8)),
            ((99, 99), (8, 8)),
        ] {
            let grown = Span::new(span.0, span.1).whole_characters(text.as_bytes());
            assert_eq!((grown.start, grown.end), whole, "{span:?}");
        }
        // A byte that continues nothing is one for itself, and what is cut is none.
        for bytes in [&b"a\x80\x80"[..], b"\xE2\x82", b"\xF0\x9F\x98a"] {
            assert_eq!(Span::new(1, 2).whole_characters(bytes), Span::new(1, 2));
        }
    }
}
