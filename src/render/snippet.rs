//! The lines a label touches, masked and cut to a window: the only source text any output shows.
//!
//! miette is given a made-up text that holds nothing else. It would panic on columns past 65,535
//! and be slow on whole files; and it never sees a byte that the mask hides.

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use unicode_width::UnicodeWidthChar;

use crate::report::{Located, Report, ReportFile};
use crate::source::{Position, Span};

/// Widest piece of a line that is shown, in bytes of the file before and from the label's start.
const BEFORE: usize = 60;
const AFTER: usize = 100;

/// Columns of a tab.
pub(super) const TAB: usize = 4;

/// Fewest columns that a line gets, on however narrow a terminal.
const LEAST: usize = 30;

/// A label in the made-up text.
pub(super) struct Label {
    /// First byte.
    pub(super) start: usize,
    /// Length in bytes.
    pub(super) len: usize,
    /// What it says.
    pub(super) text: Option<String>,
    /// The finding itself, not a related place.
    pub(super) primary: bool,
    /// Column in code points, for the header.
    column: usize,
}

struct Line {
    /// 1-based.
    number: usize,
    /// Where its text stands in the made-up text; the text ends with LF.
    span: Span,
}

/// A line for those who draw by themselves, in three parts.
pub(super) struct Row<'s> {
    /// 1-based.
    pub(super) number: usize,
    /// In front of the label.
    pub(super) before: &'s str,
    /// What the label names.
    pub(super) inside: &'s str,
    /// Behind it.
    pub(super) after: &'s str,
}

impl Row<'_> {
    /// There is nothing to show.
    pub(super) fn is_blank(&self) -> bool {
        [self.before, self.inside, self.after]
            .iter()
            .all(|part| part.trim().is_empty())
    }
}

/// The made-up text of one file.
pub(super) struct Snippet {
    path: String,
    text: String,
    lines: Vec<Line>,
    /// Where the labels are.
    pub(super) labels: Vec<Label>,
}

impl Snippet {
    /// The lines of `finding` and of its related places in the same file. Without text to show
    /// (a store that was streamed and kept no window) there is one empty line.
    /// `width`: columns that a line of the frame may take.
    pub(super) fn new(report: &Report, finding: &Located, width: usize) -> Self {
        let mut snippet = Self {
            path: report.path(finding.file).to_owned(),
            text: String::new(),
            lines: Vec::new(),
            labels: Vec::new(),
        };
        let mut wanted = vec![(finding.start, finding.end, None, true)];
        for related in &finding.related {
            let apart = related.file == finding.file && related.start.line != finding.start.line;
            if apart {
                let text = Some(super::one_line(&related.message));
                wanted.push((related.start, related.end, text, false));
            }
        }
        wanted.sort_by_key(|(start, ..)| start.offset);
        let file = &report.files[finding.file];
        for (start, end, text, primary) in wanted {
            let pieces = match (&finding.window, primary) {
                (Some(window), true) => Some(Pieces::of_window(window, start, end)),
                _ if file.bytes.is_empty() => None,
                _ => Pieces::of_file(file, start, end),
            };
            if pieces.is_none() && !primary {
                continue;
            }
            // The frame takes the number of the line, a bar and blanks.
            let frame = start.line.to_string().len() + 5;
            let room = width.saturating_sub(frame).max(LEAST);
            let pieces = pieces.unwrap_or_default().fitting(room);
            snippet.push(start, &pieces, text, primary);
        }
        snippet
    }

    /// The lines, each with its label.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.lines.iter().zip(&self.labels).map(|(line, label)| {
            let end = line.span.end.saturating_sub(1);
            Row {
                number: line.number,
                before: &self.text[line.span.start..label.start],
                inside: &self.text[label.start..label.start + label.len],
                after: &self.text[label.start + label.len..end],
            }
        })
    }

    fn push(&mut self, at: Position, pieces: &Pieces, text: Option<String>, primary: bool) {
        let number = at.line;
        let same_line = self.lines.last().is_some_and(|line| line.number == number);
        if same_line {
            return;
        }
        let from = self.text.len();
        self.text.push_str(&pieces.before);
        let start = self.text.len();
        self.text.push_str(&pieces.inside);
        let len = self.text.len() - start;
        self.text.push_str(&pieces.after);
        if self.text.len() == from {
            self.text.push(' ');
        }
        self.text.push('\n');
        self.lines.push(Line {
            number,
            span: Span::new(from, self.text.len()),
        });
        self.labels.push(Label {
            start,
            len,
            text,
            primary,
            column: at.column,
        });
    }
}

/// A line in three parts: before, inside and after the label, masked.
#[derive(Default)]
struct Pieces {
    before: String,
    inside: String,
    after: String,
}

impl Pieces {
    /// Cut to `room` columns, the start of the label in view: a terminal that wraps the line would
    /// tear the label from it.
    fn fitting(mut self, room: usize) -> Self {
        let behind = columns(&self.inside) + columns(&self.after);
        if columns(&self.before) + behind <= room {
            return self;
        }
        let before = (room * 3 / 8).max(room.saturating_sub(behind));
        if columns(&self.before) > before {
            let from = self
                .before
                .char_indices()
                .map(|(at, _)| at)
                .find(|&at| columns(&self.before[at..]) < before);
            let rest = self.before.split_off(from.unwrap_or(self.before.len()));
            self.before = format!("…{rest}");
        }
        let left = room.saturating_sub(columns(&self.before));
        if columns(&self.inside) + columns(&self.after) > left {
            // One column is that of the mark.
            let left = left.saturating_sub(1);
            cut(&mut self.inside, left);
            cut(&mut self.after, left.saturating_sub(columns(&self.inside)));
            self.after.push('…');
        }
        self
    }

    fn of_file(file: &ReportFile, start: Position, end: Position) -> Option<Self> {
        if start.offset > file.bytes.len() {
            return None;
        }
        let line = file.lines.line_span(&file.bytes, start.line);
        let line_end = without_cr(&file.bytes, line);
        let start = start.offset.clamp(line.start, line_end);
        let end = end.offset.clamp(start, line_end);
        let from = line.start.max(start.saturating_sub(BEFORE));
        let from = on_boundary(&file.bytes, from, line.start);
        let to = line_end.min(start.saturating_add(AFTER));
        let to = on_boundary(&file.bytes, to, start);
        let end = end.min(to).max(start);
        let show = |range: std::ops::Range<usize>| masked(file, range);
        let mut pieces = Self {
            before: show(from..start),
            inside: show(start..end),
            after: show(end..to),
        };
        if from > line.start {
            pieces.before.insert(0, '…');
        }
        if to < line_end {
            pieces.after.push('…');
        }
        Some(pieces)
    }

    /// A window is masked already; its bytes are those of the file unless a wide character was
    /// hidden, so the label is clamped to it.
    fn of_window(window: &crate::report::Window, start: Position, end: Position) -> Self {
        let text = window.text.as_str();
        let boundary = |offset: usize| {
            let mut at = offset.saturating_sub(window.offset).min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let column = start.column;
        let (start, end) = (boundary(start.offset), boundary(end.offset));
        let clean = |text: &str| text.replace(['\n', '\r'], " ");
        let mut before = clean(&text[..start]);
        if before.chars().count() + 1 < column {
            before.insert(0, '…');
        }
        Self {
            before,
            inside: clean(&text[start..end.max(start)]),
            after: clean(&text[end.max(start)..]),
        }
    }
}

/// Columns on a terminal; a tab as miette shows it.
fn columns(text: &str) -> usize {
    let wide = |c: char| match c {
        '\t' => TAB,
        c => c.width().unwrap_or(0),
    };
    text.chars().map(wide).sum()
}

/// Keeps what fits into `room` columns.
fn cut(text: &mut String, room: usize) {
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let end = ends.take_while(|&end| columns(&text[..end]) <= room).last();
    text.truncate(end.unwrap_or(0));
}

fn without_cr(bytes: &[u8], line: Span) -> usize {
    match bytes.get(line.start..line.end) {
        Some([.., b'\r']) => line.end - 1,
        _ => line.end,
    }
}

/// Moves back to the start of a character, not further than `least`.
fn on_boundary(bytes: &[u8], mut at: usize, least: usize) -> usize {
    while at > least && bytes.get(at).is_some_and(|byte| byte & 0xC0 == 0x80) {
        at -= 1;
    }
    at
}

/// The masked text of a range inside one line. Bytes that are not UTF-8 become stars.
fn masked(file: &ReportFile, range: std::ops::Range<usize>) -> String {
    let mut shown = String::new();
    let mut at = range.start;
    for chunk in file.bytes[range].utf8_chunks() {
        shown.push_str(&file.mask.apply(chunk.valid(), at));
        shown.extend(chunk.invalid().iter().map(|_| '*'));
        at += chunk.valid().len() + chunk.invalid().len();
    }
    shown
}

impl SourceCode for Snippet {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let start = span.offset();
        let end = start + span.len();
        let first = self.lines.partition_point(|line| line.span.end <= start);
        let last = self
            .lines
            .partition_point(|line| line.span.end < end.max(start + 1));
        let lines = self
            .lines
            .get(first..=last)
            .ok_or(MietteError::OutOfBounds)?;
        // Only lines that follow each other may stand in one frame.
        let together = lines
            .windows(2)
            .all(|pair| pair[0].number + 1 == pair[1].number);
        let (Some(top), Some(bottom), true) = (lines.first(), lines.last(), together) else {
            return Err(MietteError::OutOfBounds);
        };
        // miette asks without context for the position in the header, with context for the text.
        let label = self.labels.iter().find(|label| label.start == start);
        let column = match label {
            Some(label) if before == 0 && after == 0 => label.column - 1,
            _ => 0,
        };
        let range = top.span.cover(bottom.span);
        Ok(Box::new(MietteSpanContents::new_named(
            self.path.clone(),
            &self.text.as_bytes()[range.start..range.end],
            SourceSpan::from((range.start, range.len())),
            top.number - 1,
            column,
            lines.len(),
        )))
    }
}
