//! A decoded value that remembers where each of its characters came from.
//!
//! A connection URI may stand inside a JSON string inside an export: each layer removes its
//! escapes, and a fault in the URI must still be shown at its own byte of the file. Every layer
//! therefore builds its result from the [`Text`] of the layer below, and the map is kept.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::Span;

/// How a part of a decoded value relates to the bytes of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fidelity {
    /// Byte for byte the same.
    Exact,
    /// Stands for the whole source span (an escape, a percent sequence, base64).
    Within,
    /// Stands for the source span together with characters that are no part of this value: one of the three
    /// bytes that a group of base64 holds. Showing or changing the span would reach the others.
    Shared,
    /// Came from elsewhere (a substituted variable); the span is the reference to it.
    Elsewhere,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Segment {
    /// Range in the decoded value.
    start: usize,
    end: usize,
    source: Span,
    fidelity: Fidelity,
    /// What Airflow will see there is not known: a template, or a reference that nothing in the
    /// deployment defines.
    unknown: bool,
}

impl Segment {
    /// The bytes that stand for `range` (absolute, inside this segment) and for nothing else.
    fn source_to_edit(&self, range: Range<usize>) -> Option<Span> {
        if self.unknown {
            return None;
        }
        match self.fidelity {
            Fidelity::Exact => Some(Span::new(
                self.source.start + (range.start - self.start),
                self.source.start + (range.end - self.start),
            )),
            // What stands for nothing in the file (the line break between two lines) cannot go.
            Fidelity::Within => {
                let whole = range == (self.start..self.end) && !self.source.is_empty();
                whole.then_some(self.source)
            }
            Fidelity::Shared | Fidelity::Elsewhere => None,
        }
    }

    /// Where to insert at `at` (absolute, inside this segment or at one of its ends).
    fn point_to_insert(&self, at: usize) -> Option<usize> {
        if at < self.start || self.end < at || self.unknown {
            return None;
        }
        match self.fidelity {
            Fidelity::Exact => Some(self.source.start + (at - self.start)),
            Fidelity::Within if self.source.is_empty() => None,
            Fidelity::Within if at == self.start => Some(self.source.start),
            Fidelity::Within if at == self.end => Some(self.source.end),
            Fidelity::Within | Fidelity::Shared | Fidelity::Elsewhere => None,
        }
    }
}

#[derive(Default)]
struct Inner {
    value: String,
    segments: Vec<Segment>,
    /// A character that Rust text cannot hold (a lone surrogate) was replaced.
    lossy: bool,
    /// Where an empty value stands.
    anchor: usize,
}

/// A decoded value with its map to the file. Cheap to clone and to slice. Like
/// [`super::Secret`] it cannot be printed.
#[derive(Clone)]
pub struct Text {
    inner: Arc<Inner>,
    start: usize,
    end: usize,
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.end - self.start)
    }
}

impl Text {
    /// The text of a file from byte `offset` on, unchanged.
    pub fn verbatim(value: &str, offset: usize) -> Self {
        let mut builder = TextBuilder::at(offset);
        builder.push_exact(value, offset);
        builder.finish()
    }

    /// A value that stands nowhere in a file but belongs to `reference` (a default, a variable).
    pub fn elsewhere(value: &str, reference: Span) -> Self {
        let mut builder = TextBuilder::at(reference.start);
        builder.push(value, reference, Fidelity::Elsewhere);
        builder.finish()
    }

    /// The value. To be compared and parsed, never formatted into a message.
    pub fn expose(&self) -> &str {
        &self.inner.value[self.start..self.end]
    }

    /// Length of the decoded value in bytes.
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// True for "".
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// True when a lone surrogate was replaced while decoding: the exact value is not known.
    pub fn is_lossy(&self) -> bool {
        self.inner.lossy
    }

    /// True when what Airflow will see is known for every part of the value.
    pub fn is_known(&self) -> bool {
        !self.inner.lossy && !self.segments(0..self.len()).any(|segment| segment.unknown)
    }

    /// The parts whose value at run time is not known (decoded ranges), in order; neighbours are one.
    pub fn unknown_ranges(&self) -> Vec<Range<usize>> {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for segment in self.segments(0..self.len()).filter(|one| one.unknown) {
            let (start, end) = (segment.start - self.start, segment.end - self.start);
            match ranges.last_mut() {
                Some(last) if last.end == start => last.end = end,
                _ => ranges.push(start..end),
            }
        }
        ranges
    }

    /// As [`Text::is_known`], for a part (decoded range).
    pub fn is_known_in(&self, range: Range<usize>) -> bool {
        self.slice(range).is_known()
    }

    /// A part of the value (decoded byte range, on character boundaries).
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        assert!(
            range.start <= range.end && range.end <= self.len(),
            "range outside the text"
        );
        Self {
            inner: Arc::clone(&self.inner),
            start: self.start + range.start,
            end: self.start + range.end,
        }
    }

    /// The value without leading and trailing characters that satisfy `cut`.
    #[must_use]
    pub fn trim_matches(&self, cut: impl Fn(char) -> bool) -> Self {
        let value = self.expose();
        let left = value.len() - value.trim_start_matches(&cut).len();
        let right = value.trim_end_matches(&cut).len();
        self.slice(left.min(right)..right)
    }

    /// The same value, with all of it marked as not known at run time.
    #[must_use]
    pub fn into_unknown(self) -> Self {
        let mut builder = TextBuilder::at(self.point(0));
        builder.push_unknown(&self, 0..self.len());
        builder.finish()
    }

    /// Where this text stands in `outer`, if it is a slice of it (decoded range).
    pub fn range_in(&self, outer: &Self) -> Option<Range<usize>> {
        let inside = Arc::ptr_eq(&self.inner, &outer.inner)
            && outer.start <= self.start
            && self.end <= outer.end;
        inside.then(|| self.start - outer.start..self.end - outer.start)
    }

    /// The bytes of the file that the whole value came from.
    pub fn source(&self) -> Span {
        self.span(0..self.len())
    }

    /// The smallest span of the file that covers a decoded range. For an empty range, the point
    /// where its start stands.
    pub fn span(&self, range: Range<usize>) -> Span {
        let pieces = self.segments(range.clone());
        pieces
            .map(|segment| segment.source)
            .reduce(Span::cover)
            .unwrap_or_else(|| Span::at(self.point(range.start)))
    }

    /// The pieces of the file that a decoded range came from, in order, neighbours joined.
    pub fn pieces(&self, range: Range<usize>) -> Vec<Span> {
        let mut pieces: Vec<Span> = Vec::new();
        for segment in self.segments(range) {
            match pieces.last_mut() {
                Some(last) if last.end == segment.source.start || *last == segment.source => {
                    *last = last.cover(segment.source);
                }
                _ => pieces.push(segment.source),
            }
        }
        pieces
    }

    /// The pieces of the file that a decoded range came from and whose characters belong to the
    /// value itself and to nothing outside the range: without references to variables, without what
    /// is not known, and without an escape of which the range holds a part only.
    pub fn own_pieces(&self, range: Range<usize>) -> Vec<Span> {
        let (from, to) = (self.start + range.start, self.start + range.end);
        let segments = &self.inner.segments;
        let first = segments.partition_point(|segment| segment.end <= from);
        let inside = segments[first..].iter();
        let inside = inside.take_while(|segment| segment.start < to);
        let own = inside.filter_map(|segment| {
            let whole = from <= segment.start && segment.end <= to;
            match segment.fidelity {
                _ if segment.unknown => None,
                Fidelity::Shared | Fidelity::Elsewhere => None,
                Fidelity::Within => whole.then_some(segment.source),
                Fidelity::Exact => {
                    let at = |place: usize| segment.source.start + (place - segment.start);
                    let (start, end) = (segment.start.max(from), segment.end.min(to));
                    Some(Span::new(at(start), at(end)))
                }
            }
        });
        own.collect()
    }

    /// Something of it came from elsewhere: a reference was replaced.
    pub fn has_elsewhere(&self) -> bool {
        self.segments(0..self.len())
            .any(|segment| segment.fidelity == Fidelity::Elsewhere)
    }

    /// The same value as the text of a file of its own: every character stands where it stands in the
    /// value, and what is not known stays so.
    #[must_use]
    pub fn as_file(&self) -> Self {
        let mut builder = TextBuilder::at(0);
        let value = self.expose();
        for segment in self.segments(0..self.len()) {
            let (start, end) = (segment.start - self.start, segment.end - self.start);
            builder.push_segment(
                &value[start..end],
                Span::new(start, end),
                Fidelity::Exact,
                segment.unknown,
            );
        }
        if self.inner.lossy {
            builder.set_lossy();
        }
        builder.finish()
    }

    /// A text that was read from the value of `outer` as if that were a file (YAML in a text of YAML): each
    /// character with the place that it has in the file of `outer`.
    #[must_use]
    pub fn standing_in(&self, outer: &Self) -> Self {
        let inside = |span: Span| span.start.min(outer.len())..span.end.min(outer.len());
        let anchor = inside(Span::at(self.point(0)));
        let mut builder = TextBuilder::at(outer.span(anchor).start);
        for segment in self.segments(0..self.len()) {
            let value = &self.inner.value[segment.start..segment.end];
            let range = inside(segment.source);
            match segment.fidelity {
                _ if segment.unknown => {
                    builder.push_segment(value, outer.span(range), Fidelity::Within, true);
                }
                Fidelity::Exact => builder.push_from(outer, range),
                Fidelity::Within => builder.push_replaced(outer, range, value),
                Fidelity::Shared => {
                    builder.push(value, outer.span(range), Fidelity::Shared);
                }
                Fidelity::Elsewhere => {
                    builder.push(value, outer.span(range), Fidelity::Elsewhere);
                }
            }
        }
        if self.inner.lossy {
            builder.set_lossy();
        }
        builder.finish()
    }

    /// The bytes of the file that may be written anew to change a decoded range: each of them stands for
    /// characters of the range and for nothing else. For an empty range, the point at which to insert.
    ///
    /// `None` where there are none: a part came from a variable, only half of an escape is meant, or
    /// what Airflow will see there is not known.
    pub fn editable(&self, range: Range<usize>) -> Option<Vec<Span>> {
        let (from, to) = (self.start + range.start, self.start + range.end);
        if self.inner.lossy || range.start > range.end || to > self.end {
            return None;
        }
        let segments = &self.inner.segments;
        let first = segments.partition_point(|segment| segment.end <= from);
        if from == to {
            let before = segments.get(..first).and_then(<[Segment]>::last);
            let at = segments
                .get(first)
                .and_then(|here| here.point_to_insert(from));
            let behind = before.and_then(|before| before.point_to_insert(from));
            return behind.or(at).map(|at| vec![Span::at(at)]);
        }
        let mut pieces: Vec<Span> = Vec::new();
        let overlapping = segments[first..].iter().take_while(|one| one.start < to);
        for segment in overlapping {
            let source = segment.source_to_edit(from.max(segment.start)..to.min(segment.end))?;
            match pieces.last_mut() {
                Some(last) if last.end == source.start => last.end = source.end,
                _ => pieces.push(source),
            }
        }
        (!pieces.is_empty()).then_some(pieces)
    }

    /// The decoded range that a span of the file stands for, where that is certain. The inverse of
    /// [`Text::editable`].
    pub fn decoded(&self, span: Span) -> Option<Range<usize>> {
        let segments = &self.inner.segments;
        let found = segments.iter().find_map(|segment| match segment.fidelity {
            Fidelity::Exact
                if segment.source.start <= span.start && span.end <= segment.source.end =>
            {
                let start = segment.start + (span.start - segment.source.start);
                Some(start..start + span.len())
            }
            Fidelity::Within if segment.source == span && !span.is_empty() => {
                Some(segment.start..segment.end)
            }
            _ => None,
        })?;
        let inside = self.start <= found.start && found.end <= self.end;
        inside.then(|| found.start - self.start..found.end - self.start)
    }

    /// The offset in the file at which the decoded offset `at` stands.
    fn point(&self, at: usize) -> usize {
        let at = self.start + at;
        let segments = &self.inner.segments;
        let index = segments.partition_point(|segment| segment.end <= at);
        if let Some(segment) = segments.get(index) {
            return match segment.fidelity {
                Fidelity::Exact => segment.source.start + at.saturating_sub(segment.start),
                Fidelity::Within | Fidelity::Shared | Fidelity::Elsewhere => segment.source.start,
            };
        }
        segments
            .last()
            .map_or(self.inner.anchor, |last| last.source.end)
    }

    /// The segments that overlap a decoded range, cut to it; positions stay absolute.
    fn segments(&self, range: Range<usize>) -> impl Iterator<Item = Segment> + '_ {
        let (from, to) = (self.start + range.start, self.start + range.end);
        let segments = &self.inner.segments;
        let first = segments.partition_point(|segment| segment.end <= from);
        segments[first..]
            .iter()
            .take_while(move |segment| segment.start < to)
            .map(move |segment| {
                let mut cut = *segment;
                cut.start = segment.start.max(from);
                cut.end = segment.end.min(to);
                if segment.fidelity == Fidelity::Exact {
                    cut.source = Span::new(
                        segment.source.start + (cut.start - segment.start),
                        segment.source.start + (cut.end - segment.start),
                    );
                } else if segment.fidelity == Fidelity::Within
                    && (cut.start, cut.end) != (segment.start, segment.end)
                {
                    cut.fidelity = Fidelity::Shared;
                }
                cut
            })
    }
}

/// A decoded value whose map is built when somebody first asks where something stands: nobody does
/// for most entries of a store.
pub struct LazyText<'a> {
    value: Cow<'a, str>,
    text: OnceCell<Text>,
    build: &'a dyn Fn() -> Text,
}

impl<'a> LazyText<'a> {
    /// `build` gives the text with its map; its value is `value`.
    pub fn new(value: Cow<'a, str>, build: &'a dyn Fn() -> Text) -> Self {
        Self {
            value,
            text: OnceCell::new(),
            build,
        }
    }

    /// See [`Text::expose`].
    pub fn expose(&self) -> &str {
        &self.value
    }

    /// The value with its map.
    pub fn text(&self) -> &Text {
        self.text.get_or_init(self.build)
    }
}

impl<'a> From<&'a Text> for LazyText<'a> {
    fn from(text: &'a Text) -> Self {
        Self {
            value: Cow::Borrowed(text.expose()),
            text: OnceCell::from(text.clone()),
            build: &|| Text::verbatim("", 0),
        }
    }
}

impl fmt::Debug for LazyText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LazyText({} bytes)", self.value.len())
    }
}

/// As `String::from_utf8_lossy`, which takes its time with text that is sound.
pub fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Cow::Borrowed(text),
        Err(error) => error,
    };
    let (sound, rest) = bytes.split_at(error.valid_up_to());
    let sound = std::str::from_utf8(sound).unwrap_or_default();
    Cow::Owned(sound.to_owned() + &String::from_utf8_lossy(rest))
}

/// Builds a [`Text`] layer by layer.
#[derive(Default)]
pub struct TextBuilder {
    inner: Inner,
}

impl TextBuilder {
    /// A value that, if it stays empty, stands at `anchor`.
    pub fn at(anchor: usize) -> Self {
        Self {
            inner: Inner {
                anchor,
                ..Inner::default()
            },
        }
    }

    /// Bytes taken from the file as they stand, from `offset` on.
    pub fn push_exact(&mut self, value: &str, offset: usize) {
        self.push(
            value,
            Span::new(offset, offset + value.len()),
            Fidelity::Exact,
        );
    }

    /// Characters that stand for `source` as a whole.
    pub fn push_within(&mut self, value: &str, source: Span) {
        self.push(value, source, Fidelity::Within);
    }

    /// Characters with any fidelity. `Exact` needs a source as long as the value.
    pub fn push(&mut self, value: &str, source: Span, fidelity: Fidelity) {
        self.push_segment(value, source, fidelity, false);
    }

    fn push_segment(&mut self, value: &str, source: Span, fidelity: Fidelity, unknown: bool) {
        if value.is_empty() {
            return;
        }
        debug_assert!(fidelity != Fidelity::Exact || source.len() == value.len());
        let start = self.inner.value.len();
        self.inner.value.push_str(value);
        let end = self.inner.value.len();
        if let Some(last) = self.inner.segments.last_mut() {
            let joins = match fidelity {
                Fidelity::Exact => last.source.end == source.start,
                Fidelity::Elsewhere => last.source == source,
                Fidelity::Within | Fidelity::Shared => false,
            };
            if joins && last.fidelity == fidelity && last.unknown == unknown {
                last.end = end;
                last.source.end = source.end;
                return;
            }
        }
        // Most values have one, and a large file has many values.
        if self.inner.segments.is_empty() {
            self.inner.segments.reserve_exact(1);
        }
        self.inner.segments.push(Segment {
            start,
            end,
            source,
            fidelity,
            unknown,
        });
    }

    /// A part of the layer below, unchanged (decoded range of `text`).
    pub fn push_from(&mut self, text: &Text, range: Range<usize>) {
        self.inner.lossy |= text.inner.lossy;
        for segment in text.segments(range) {
            let value = &text.inner.value[segment.start..segment.end];
            self.push_segment(value, segment.source, segment.fidelity, segment.unknown);
        }
    }

    /// Characters that replace a part of the layer below (decoded range of `text`).
    pub fn push_replaced(&mut self, text: &Text, range: Range<usize>, value: &str) {
        let segments = || text.segments(range.clone());
        let unknown = segments().any(|segment| segment.unknown);
        let elsewhere =
            !range.is_empty() && segments().all(|segment| segment.fidelity == Fidelity::Elsewhere);
        let fidelity = if elsewhere {
            Fidelity::Elsewhere
        } else if segments().any(|segment| segment.fidelity == Fidelity::Shared) {
            Fidelity::Shared
        } else {
            Fidelity::Within
        };
        let source = text.span(range.clone());
        self.push_segment(value, source, fidelity, unknown);
    }

    /// A part of the layer below whose value at run time is not known. It keeps its characters.
    pub fn push_unknown(&mut self, text: &Text, range: Range<usize>) {
        for segment in text.segments(range) {
            let value = &text.inner.value[segment.start..segment.end];
            self.push_segment(value, segment.source, segment.fidelity, true);
        }
    }

    /// All of `text`, as what `reference` stands for. What is unknown in it stays so.
    pub fn push_elsewhere(&mut self, text: &Text, reference: Span) {
        self.inner.lossy |= text.inner.lossy;
        for segment in text.segments(0..text.len()) {
            let value = &text.inner.value[segment.start..segment.end];
            self.push_segment(value, reference, Fidelity::Elsewhere, segment.unknown);
        }
    }

    /// Says that a character could not be represented.
    pub fn set_lossy(&mut self) {
        self.inner.lossy = true;
    }

    /// What has been pushed so far, for parsers that must look back.
    pub fn expose(&self) -> &str {
        &self.inner.value
    }

    /// Forgets everything after the first `length` bytes.
    pub fn truncate(&mut self, length: usize) {
        self.inner.value.truncate(length);
        while let Some(last) = self.inner.segments.last_mut() {
            if last.start >= length {
                self.inner.segments.pop();
            } else {
                if last.end > length && last.fidelity == Fidelity::Exact {
                    last.source.end -= last.end - length;
                }
                last.end = last.end.min(length);
                break;
            }
        }
    }

    /// The finished value.
    pub fn finish(self) -> Text {
        let end = self.inner.value.len();
        Text {
            inner: Arc::new(self.inner),
            start: 0,
            end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_of_verbatim_text_points_at_its_own_bytes() {
        let text = Text::verbatim("hello world", 100);
        assert_eq!(text.slice(6..11).source(), Span::new(106, 111));
        assert_eq!(text.span(5..5), Span::at(105));
        assert_eq!(text.span(11..11), Span::at(111));
    }

    #[test]
    fn an_escape_points_at_the_whole_escape_through_two_layers() {
        // File: `a\u0041b` at 10; the outer layer decodes the escape, the inner one drops `a`.
        let mut outer = TextBuilder::at(10);
        outer.push_exact("a", 10);
        outer.push_within("A", Span::new(11, 17));
        outer.push_exact("b", 17);
        let outer = outer.finish();
        assert_eq!(outer.expose(), "aAb");
        let mut inner = TextBuilder::at(10);
        inner.push_from(&outer, 1..3);
        let inner = inner.finish();
        assert_eq!(inner.span(0..1), Span::new(11, 17));
        assert_eq!(inner.span(1..2), Span::new(17, 18));
        assert_eq!(inner.source(), Span::new(11, 18));
    }

    #[test]
    fn deleted_characters_leave_two_pieces() {
        let below = Text::verbatim("ab\tcd", 0);
        let mut builder = TextBuilder::at(0);
        builder.push_from(&below, 0..2);
        builder.push_from(&below, 3..5);
        let text = builder.finish();
        assert_eq!(text.pieces(1..3), vec![Span::new(1, 2), Span::new(3, 4)]);
    }

    #[test]
    fn a_text_in_a_text_points_at_the_file_around_both() {
        // File at 10: `a'\''bc`, read as `a'bc`; of that somebody reads `'b` and makes `-` of `c`.
        let mut outer = TextBuilder::at(10);
        outer.push_exact("a", 10);
        outer.push_within("'", Span::new(11, 15));
        outer.push_exact("bc", 15);
        let outer = outer.finish();
        let mut inner = TextBuilder::at(1);
        inner.push_exact("'b", 1);
        inner.push_within("-", Span::new(3, 4));
        let text = inner.finish().standing_in(&outer);
        assert_eq!(text.expose(), "'b-");
        assert_eq!(text.span(0..1), Span::new(11, 15));
        assert_eq!(text.span(1..2), Span::new(15, 16));
        assert_eq!(text.span(2..3), Span::new(16, 17));
        let empty = Text::verbatim("", 2).standing_in(&outer);
        assert_eq!(empty.source(), Span::at(15));
    }

    #[test]
    fn truncating_keeps_the_map_right() {
        let mut builder = TextBuilder::at(5);
        builder.push_exact("abc  ", 5);
        builder.truncate(3);
        builder.push_within("!", Span::new(20, 22));
        let text = builder.finish();
        assert_eq!(text.expose(), "abc!");
        assert_eq!(text.span(0..3), Span::new(5, 8));
        assert_eq!(text.span(3..4), Span::new(20, 22));
    }

    #[test]
    fn only_bytes_that_stand_for_the_range_alone_may_be_edited() {
        // File at 10: `ab\\n` (an escape of two bytes), a variable, `cd`, a line break of no bytes.
        let mut builder = TextBuilder::at(10);
        builder.push_exact("ab", 10);
        builder.push_within("\n", Span::new(12, 14));
        builder.push("xy", Span::new(14, 18), Fidelity::Elsewhere);
        builder.push_exact("cd", 18);
        builder.push_within("\n", Span::at(25));
        builder.push_exact("ef", 25);
        let text = builder.finish();
        assert_eq!(text.editable(1..3), Some(vec![Span::new(11, 14)]));
        assert_eq!(text.editable(6..6), Some(vec![Span::at(19)]));
        assert_eq!(text.editable(3..3), Some(vec![Span::at(14)]));
        assert_eq!(text.editable(5..5), Some(vec![Span::at(18)]));
        assert_eq!(text.editable(7..7), Some(vec![Span::at(20)]));
        assert_eq!(text.editable(8..8), Some(vec![Span::at(25)]));
        assert_eq!(text.editable(10..10), Some(vec![Span::at(27)]));
        for range in [2..4, 3..5, 4..4, 7..8, 6..9] {
            assert_eq!(text.editable(range.clone()), None, "{range:?}");
        }
        let part = text.slice(5..10);
        assert_eq!(part.editable(0..1), Some(vec![Span::new(18, 19)]));
        assert_eq!(part.decoded(Span::new(18, 19)), Some(0..1));
        assert_eq!(part.decoded(Span::new(12, 14)), None);
        assert_eq!(text.decoded(Span::new(12, 14)), Some(2..3));
        assert_eq!(text.into_unknown().editable(0..1), None);
        assert_eq!(Text::verbatim("", 7).editable(0..0), None);
    }

    #[test]
    fn unknown_parts_are_seen_in_slices() {
        let below = Text::verbatim("a${X}b", 0);
        let mut builder = TextBuilder::at(0);
        builder.push_from(&below, 0..1);
        builder.push_unknown(&below, 1..5);
        builder.push_from(&below, 5..6);
        let text = builder.finish();
        assert!(!text.is_known());
        assert!(text.slice(0..1).is_known());
        assert!(!text.is_known_in(0..3));
    }

    #[test]
    fn what_stands_for_a_part_of_a_group_shows_and_edits_nothing_of_it() {
        // Three bytes of base64, of which somebody keeps two, or writes one anew.
        let mut group = TextBuilder::at(0);
        group.push_within("a\"b", Span::new(0, 4));
        let group = group.finish();
        let mut part = TextBuilder::at(0);
        part.push_from(&group, 0..1);
        part.push_replaced(&group, 1..2, "\\\"");
        part.push_from(&group, 2..3);
        let part = part.finish();
        assert_eq!(part.span(1..3), Span::new(0, 4));
        let mut again = TextBuilder::at(0);
        again.push_from(&part, 0..4);
        for text in [&part, &again.finish()] {
            assert!(text.own_pieces(0..4).is_empty());
            assert_eq!(text.editable(1..3), None);
            assert_eq!(text.decoded(Span::new(0, 4)), None);
        }
        assert_eq!(group.own_pieces(0..3), [Span::new(0, 4)]);
        let whole = Text::verbatim("x", 0);
        let mut inside = TextBuilder::at(0);
        inside.push_from(&part, 0..1);
        assert!(
            inside
                .finish()
                .standing_in(&whole)
                .own_pieces(0..1)
                .is_empty()
        );
    }

    #[test]
    fn debug_prints_no_value() {
        let text = Text::verbatim("hunter2", 0);
        assert_eq!(format!("{text:?}"), "Text(7 bytes)");
        assert_eq!(format!("{:?}", LazyText::from(&text)), "LazyText(7 bytes)");
    }
}
