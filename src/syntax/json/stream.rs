//! JSON of any size through a window: the caller walks the outer levels and takes one element at a
//! time, whole. The file is never held.
//!
//! A window in which the caller has found something may be [kept](Stream::keep_window): reading then
//! goes on in another one, and the kept window is handed over with its ranges still right.

use std::cell::Cell;
use std::io::{self, Read};
use std::ops::Range;

use super::fault::{after, comma_before, hint};
use super::scan::{Scanned, Scanner, Slot, member_key};
use super::{Error, ErrorKind, MAX_DEPTH, lex};
use crate::source::{Position, PositionTracker};

/// Size of the window to begin with. What was read last is still near the processor when it is looked at.
const WINDOW: usize = 1 << 18;
/// Largest window. AWS keeps no value above 64 KiB, so an element of this size is no entry of a
/// store.
pub const LARGEST_ELEMENT: usize = 64 << 20;
/// No token but a string reaches further than this past the byte at which it is refused.
const TOKEN: usize = 16;
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Why reading ended before the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// Not JSON for Python.
    Json(ErrorKind),
    /// Not UTF-8 from here on.
    NotUtf8,
    /// An element larger than [`LARGEST_ELEMENT`].
    TooLarge,
    /// The system refused to read on.
    Io(io::ErrorKind),
}

pub use super::fault::Hint;

/// Where reading ended, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Why.
    pub kind: ProblemKind,
    /// Offset in the file that Python would name.
    pub at: usize,
    /// What a person would point at: start and end of it.
    pub spot: (Position, Position),
    /// What it looks like.
    pub hint: Hint,
}

/// The part of the file that is held.
pub struct Window {
    /// What is read: text, so that it is not looked through again whenever a piece of it is asked for.
    text: String,
    /// The first bytes of the character behind it, whose others are not read yet.
    cut: Vec<u8>,
    /// Bytes that it holds when it is full.
    size: usize,
    /// Offset in the file of the window's first byte.
    base: usize,
    /// Position of the window's first byte.
    floor: PositionTracker,
    /// A position inside the window that was asked for: the next one is usually after it.
    mark: Cell<PositionTracker>,
    /// A position from which several will be asked for.
    anchor: Cell<PositionTracker>,
}

impl std::fmt::Debug for Window {
    /// Without the bytes.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Window")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

impl Window {
    /// The text of a range of the window, which a scanner found: it ends on character boundaries.
    pub fn text(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    /// All of it.
    pub fn held(&self) -> &str {
        &self.text
    }

    /// The bytes of a range of the window.
    pub fn bytes(&self, range: Range<usize>) -> &[u8] {
        self.text.as_bytes().get(range).unwrap_or_default()
    }

    /// Offset in the file of a place in the window.
    pub const fn offset(&self, at: usize) -> usize {
        self.base + at
    }

    /// Line and column of an offset in the file that lies in the window; of others, the nearest
    /// that does.
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.clamp(self.base, self.base + self.text.len());
        let mut tracker = self.mark.get();
        for earlier in [self.anchor.get(), self.floor] {
            if tracker.position().offset > offset {
                tracker = earlier;
            }
        }
        let from = tracker.position().offset - self.base;
        tracker.advance(&self.text.as_bytes()[from..offset - self.base]);
        self.mark.set(tracker);
        tracker.position()
    }

    /// Positions behind `offset` will be asked for, in any order.
    pub fn expect_positions(&self, offset: usize) {
        self.position(offset);
        self.anchor.set(self.mark.get());
    }

    /// Of no bytes, at the start of the file.
    fn empty(size: usize) -> Self {
        Self {
            text: String::new(),
            cut: Vec::new(),
            size,
            base: 0,
            floor: PositionTracker::default(),
            mark: Cell::default(),
            anchor: Cell::default(),
        }
    }

    /// The position of a place in the window, from where the next window may begin.
    fn tracker_at(&self, at: usize) -> PositionTracker {
        let mut floor = self.mark.get();
        if floor.position().offset > self.base + at {
            floor = self.floor;
        }
        let from = floor.position().offset - self.base;
        floor.advance(&self.text.as_bytes()[from..at]);
        floor
    }

    fn is_full(&self) -> bool {
        self.text.len() + self.cut.len() >= self.size
    }

    /// Forgets the bytes before `keep`.
    fn discard(&mut self, keep: usize) {
        let floor = self.tracker_at(keep);
        self.floor = floor;
        if self.mark.get().position().offset < floor.position().offset {
            self.mark.set(floor);
        }
        self.anchor.set(floor);
        self.text.drain(..keep);
        self.base += keep;
    }

    /// Puts the text from `keep` on into a window of its own, of `size` bytes, and returns the window
    /// that held it.
    fn split_off(&mut self, keep: usize, size: usize) -> Self {
        let floor = self.tracker_at(keep);
        let cut = std::mem::take(&mut self.cut);
        let text = self.text[keep..].to_owned();
        let next = Self {
            size: size.max(text.len() + cut.len()),
            text,
            cut,
            base: self.base + keep,
            floor,
            mark: Cell::new(floor),
            anchor: Cell::new(floor),
        };
        std::mem::replace(self, next)
    }

    /// Its memory, to be used again.
    pub(crate) fn into_memory(self) -> String {
        self.text
    }
}

/// A file as a stream of JSON.
pub struct Stream<R> {
    reader: R,
    window: Window,
    /// The next byte to look at, in the window.
    at: usize,
    /// Nothing follows what is in the window.
    ended: bool,
    /// Why nothing follows, where that is not the end of the file.
    cut: Option<ProblemKind>,
    bom: bool,
    /// Size of a window that holds no large element.
    first: usize,
    largest: usize,
    /// Somebody needs what is in the window.
    kept: bool,
    /// The window that was kept, after reading had to go on in another one. Behind a pointer, since it is asked for behind
    /// every element.
    full: Option<Box<Window>>,
    /// Memory for the next window, with what it held: to be read into, it need not be cleared.
    spare: Vec<u8>,
}

impl<R> std::fmt::Debug for Stream<R> {
    /// Without the bytes.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream")
            .field("window", &self.window)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

impl<R: Read> Stream<R> {
    /// Nothing is read yet.
    pub fn new(reader: R) -> Self {
        Self::with_window(reader, WINDOW, LARGEST_ELEMENT)
    }

    /// Of so many bytes, as far as that is known: memory is taken for no more.
    pub fn sized(reader: R, length: Option<u64>) -> Self {
        let length = length.and_then(|length| usize::try_from(length).ok());
        // One more shows that it ends there.
        let first = length.map_or(WINDOW, |length| length.saturating_add(1).min(WINDOW));
        Self::with_window(reader, first, LARGEST_ELEMENT)
    }

    /// With other sizes of the window, for tests.
    pub fn with_window(reader: R, first: usize, largest: usize) -> Self {
        Self {
            reader,
            window: Window::empty(first.max(TOKEN)),
            at: 0,
            ended: false,
            cut: None,
            bom: false,
            first: first.max(TOKEN),
            largest,
            kept: false,
            full: None,
            spare: Vec::new(),
        }
    }

    /// From now on the window must not be overwritten: ranges of it are in use.
    pub const fn keep_window(&mut self) {
        self.kept = true;
    }

    /// The window that was kept, once reading has gone on behind it.
    pub const fn take_full(&mut self) -> Option<Box<Window>> {
        self.full.take()
    }

    /// The window, when nothing more will be read.
    pub fn take_window(&mut self) -> Window {
        self.kept = false;
        self.at = 0;
        std::mem::replace(&mut self.window, Window::empty(0))
    }

    /// Gives memory for a window to come.
    pub fn recycle(&mut self, window: Window) {
        let memory = window.into_memory();
        // What held a large element is not kept for ordinary ones.
        if memory.capacity() <= 2 * self.first {
            self.spare = memory.into_bytes();
        }
    }

    /// What is held of the file.
    pub const fn window(&self) -> &Window {
        &self.window
    }

    /// The file began with a BOM, which was skipped. Python's `json.loads(str)` refuses it, `aws`
    /// never writes it, Windows editors do.
    pub const fn bom(&self) -> bool {
        self.bom
    }

    /// Offset in the file of the next byte.
    pub const fn offset(&self) -> usize {
        self.window.base + self.at
    }

    /// The next byte after blanks; `None` at the end.
    #[inline]
    pub fn peek(&mut self) -> Result<Option<u8>, Problem> {
        // Mostly there is no blank.
        match self.held().get(self.at) {
            Some(&byte) if byte > b' ' => Ok(Some(byte)),
            _ => self.peek_further(),
        }
    }

    fn peek_further(&mut self) -> Result<Option<u8>, Problem> {
        loop {
            self.at = lex::skip_blank(self.held(), self.at);
            if let Some(&byte) = self.held().get(self.at) {
                return Ok(Some(byte));
            }
            if self.ended {
                return match self.cut {
                    Some(kind) => Err(self.problem(kind, self.at)),
                    None => Ok(None),
                };
            }
            // What stands before the next byte may be what is wrong.
            let keep = self.held()[..self.at]
                .trim_ascii_end()
                .len()
                .saturating_sub(1);
            self.fill(if self.at - keep < TOKEN {
                keep
            } else {
                self.at
            })?;
        }
    }

    /// Steps over the byte that was peeked at.
    pub fn bump(&mut self) {
        self.at = (self.at + 1).min(self.window.text.len());
    }

    /// The key and colon at the next byte; afterwards the value is next. The range is the key
    /// without quotes, in the window; the flag says that it holds a backslash.
    pub fn key(&mut self) -> Result<(Range<usize>, bool), Problem> {
        loop {
            match member_key(self.held(), self.at) {
                // The blanks after the colon may go on: `peek` sees to that.
                Ok((range, escaped, end)) => {
                    self.at = end;
                    return Ok((range, escaped));
                }
                Err(error) => self.more_or(error)?,
            }
        }
    }

    /// The whole value at the next byte; afterwards what follows it is next. Its range is in the
    /// window and stays valid until the next call.
    pub fn element(
        &mut self,
        scanner: &mut Scanner,
        depth: usize,
    ) -> Result<(Range<usize>, Scanned), Problem> {
        loop {
            match scanner.value(self.held(), self.at, depth) {
                // A number may go on behind the window.
                Ok(value) if !self.ended && value.end + TOKEN > self.held().len() => {
                    self.fill(self.at)?;
                }
                Ok(value) => {
                    let range = self.at..value.end;
                    self.at = value.end;
                    return Ok((range, value));
                }
                Err(error) => self.more_or(error)?,
            }
        }
    }

    /// The whole member at the next byte, key and value together: its range and its parts.
    pub fn member(
        &mut self,
        scanner: &mut Scanner,
        depth: usize,
    ) -> Result<(Range<usize>, Slot), Problem> {
        loop {
            match scanner.member(self.held(), self.at, depth) {
                Ok(slot) if !self.ended && slot.value.end + TOKEN > self.held().len() => {
                    self.fill(self.at)?;
                }
                Ok(slot) => {
                    let range = self.at..slot.value.end;
                    self.at = range.end;
                    return Ok((range, slot));
                }
                Err(error) => self.more_or(error)?,
            }
        }
    }

    /// Looks at the value at the next byte without stepping over it, as far as the window holds it.
    /// The scanner holds the members that are complete; `None` where not all are.
    pub fn preview(
        &mut self,
        scanner: &mut Scanner,
        depth: usize,
    ) -> Result<Option<Scanned>, Problem> {
        loop {
            match scanner.value(self.held(), self.at, depth) {
                Ok(value) => return Ok(Some(value)),
                Err(error) if error.kind == ErrorKind::TooDeep => return Err(self.syntax(error)),
                // Who walks on will meet the fault, after what is sound.
                Err(error) if self.ended || !self.at_edge(error) => return Ok(None),
                Err(_) if self.at == 0 && self.window.is_full() => return Ok(None),
                Err(_) => self.fill(self.at)?,
            }
        }
    }

    /// Steps over the container that was previewed and is complete; its range in the window.
    pub fn take(&mut self, scanned: Scanned) -> Range<usize> {
        let range = self.at..scanned.end;
        self.at = scanned.end;
        range
    }

    /// Steps over the value at the next byte, however large, without holding it.
    pub fn skip(&mut self, scanner: &mut Scanner, depth: usize) -> Result<(), Problem> {
        // One entry for each container that was entered: true for objects.
        let mut open: Vec<bool> = Vec::new();
        loop {
            let depth = depth + open.len();
            let complete = depth >= MAX_DEPTH || self.preview(scanner, depth)?.is_some();
            let opening = self.held().get(self.at).copied();
            match opening {
                Some(opening @ (b'{' | b'[')) if !complete => {
                    self.bump();
                    let object = opening == b'{';
                    let close = if object { b'}' } else { b']' };
                    if self.peek()? == Some(close) {
                        self.bump();
                    } else {
                        open.push(object);
                        if object {
                            self.key()?;
                            self.peek()?;
                        }
                        continue;
                    }
                }
                _ => {
                    self.element(scanner, depth)?;
                }
            }
            loop {
                let Some(&object) = open.last() else {
                    return Ok(());
                };
                if self.follow(object)? {
                    if object {
                        self.key()?;
                    }
                    self.peek()?;
                    break;
                }
                open.pop();
            }
        }
    }

    /// Behind a member or item: true when another follows (which is then next), false when the
    /// container ended here.
    pub fn follow(&mut self, object: bool) -> Result<bool, Problem> {
        let close = if object { b'}' } else { b']' };
        match self.peek()? {
            Some(b',') => {
                self.bump();
                // JSON allows no comma before the end.
                if self.peek()? == Some(close) {
                    let kind = if object {
                        ErrorKind::ExpectingPropertyName
                    } else {
                        ErrorKind::ExpectingValue
                    };
                    // The comma is in the window unless blanks without end follow it.
                    return Err(self.expected(kind));
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
    pub fn expected(&self, kind: ErrorKind) -> Problem {
        self.syntax(Error { kind, at: self.at })
    }

    fn held(&self) -> &[u8] {
        self.window.text.as_bytes()
    }

    /// True when the fault may only be that the window ends here.
    fn at_edge(&self, error: Error) -> bool {
        error.kind == ErrorKind::UnterminatedString
            || (error.kind != ErrorKind::TooDeep && error.at + TOKEN > self.held().len())
    }

    fn more_or(&mut self, error: Error) -> Result<(), Problem> {
        if self.ended || !self.at_edge(error) {
            return Err(self.syntax(error));
        }
        self.fill(self.at)
    }

    /// Reads on, keeping the window from `keep` on (and moving it there).
    fn fill(&mut self, keep: usize) -> Result<(), Problem> {
        let keep = self.window.text.floor_char_boundary(keep);
        let mut memory = Vec::new();
        if self.kept {
            self.kept = false;
            memory = std::mem::take(&mut self.spare);
            let full = self.window.split_off(keep, self.first);
            self.full = Some(Box::new(full));
        } else {
            self.window.discard(keep);
        }
        self.at -= keep;
        if self.window.is_full() {
            if self.window.size >= self.largest {
                return Err(self.problem(ProblemKind::TooLarge, self.at));
            }
            self.window.size = (self.window.size * 2).min(self.largest);
        }
        let window = &mut self.window;
        let is_first = window.base == 0 && window.text.is_empty();
        let mut bytes = std::mem::take(&mut window.text).into_bytes();
        bytes.append(&mut window.cut);
        let mut filled = bytes.len();
        if memory.len() > filled {
            memory[..filled].copy_from_slice(&bytes);
            bytes = memory;
        }
        bytes.resize(window.size.max(filled), 0);
        // To the brim: what was scanned in vain is scanned again with at least twice as much.
        while filled < bytes.len() {
            match self.reader.read(&mut bytes[filled..]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(count) => filled += count.min(bytes.len() - filled),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    self.cut = Some(ProblemKind::Io(error.kind()));
                    break;
                }
            }
        }
        bytes.truncate(filled);
        if is_first && !self.bom && bytes.starts_with(BOM) {
            self.bom = true;
            self.at += BOM.len();
        }
        match String::from_utf8(bytes) {
            Ok(text) => window.text = text,
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let is_wrong = error.utf8_error().error_len().is_some();
                let mut bytes = error.into_bytes();
                window.cut = bytes.split_off(valid);
                window.text = String::from_utf8(bytes).unwrap_or_default();
                if is_wrong || self.ended {
                    self.ended = true;
                    self.cut.get_or_insert(ProblemKind::NotUtf8);
                    window.cut.clear();
                }
            }
        }
        Ok(())
    }

    fn problem(&self, kind: ProblemKind, at: usize) -> Problem {
        let position = self.window.position(self.window.offset(at));
        Problem {
            kind,
            at: position.offset,
            spot: (
                position,
                self.window
                    .position(self.window.offset(after(self.held(), at))),
            ),
            hint: Hint::None,
        }
    }

    /// The problem behind a fault of the scanner.
    fn syntax(&self, error: Error) -> Problem {
        // Before the end of what could be read, the real cause is that it could not.
        if let Some(cut) = self.cut
            && self.at_edge(error)
        {
            return self.problem(cut, self.held().len());
        }
        if let Some(comma) = comma_before(self.held(), error) {
            return self.trailing_comma_at(error, comma);
        }
        Problem {
            hint: hint(self.held(), error, self.window.base == 0),
            ..self.problem(ProblemKind::Json(error.kind), error.at)
        }
    }

    fn trailing_comma_at(&self, error: Error, comma: usize) -> Problem {
        Problem {
            hint: Hint::TrailingComma,
            spot: (
                self.window.position(self.window.offset(comma)),
                self.window.position(self.window.offset(comma + 1)),
            ),
            ..self.problem(ProblemKind::Json(error.kind), error.at)
        }
    }
}
