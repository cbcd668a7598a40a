//! Where strings, heredocs and comments stand, and how deep it goes: a port of the scanner of hashicorp/hcl
//! (`scan_tokens.rl`), without its tokens. It does not recurse.

use std::ops::Range;

use memchr::{memchr, memmem};

use super::{Error, ErrorKind, MAX_DEPTH, MAX_KEYS};

/// What the scanner found.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) comments: Vec<Range<usize>>,
    /// Heredocs in order; those inside a `${…}` of another heredoc are not listed.
    pub(super) heredocs: Vec<Heredoc>,
}

/// `<<EOF … EOF`
#[derive(Debug)]
pub(super) struct Heredoc {
    /// From `<<` to the closing marker.
    pub(super) whole: Range<usize>,
    /// The lines between the markers.
    pub(super) content: Range<usize>,
    /// `<<-`: the indentation that all lines have is dropped.
    pub(super) flush: bool,
    /// Its `${…}` and `%{…}`.
    pub(super) sequences: Vec<Range<usize>>,
}

enum Frame {
    Quoted {
        start: usize,
    },
    Heredoc {
        start: usize,
        content: usize,
        /// `None`: it ends with the text.
        marker: Option<Range<usize>>,
        flush: bool,
        line_start: bool,
        sequences: Vec<Range<usize>>,
    },
    Sequence {
        start: usize,
        braces: usize,
    },
}

struct Scanner<'a> {
    source: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// The brackets, braces and sequences that are open: of objects, how many keys were seen.
    open: Vec<Option<usize>>,
    /// The last byte that is neither blank nor comment, outside strings.
    before: u8,
    frames: Vec<Frame>,
    found: Scan,
}

/// Finds strings, heredocs and comments of `source`.
pub(super) fn scan(source: &str) -> Result<Scan, Error> {
    if let Some(at) = memchr(0, source.as_bytes()) {
        return Err(error(ErrorKind::Nul, at));
    }
    let mut scanner = Scanner::at_start(source);
    scanner.run()?;
    match scanner.frames.last() {
        None => Ok(scanner.found),
        Some(frame) => Err(frame.unclosed()),
    }
}

/// Finds the `${…}` and `%{…}` of a template that stands in no quotes and no heredoc (`scanTemplate`).
pub(super) fn scan_template(source: &str) -> Result<Vec<Range<usize>>, Error> {
    let mut scanner = Scanner::at_start(source);
    scanner.frames.push(Frame::Heredoc {
        start: 0,
        content: 0,
        marker: None,
        flush: false,
        line_start: true,
        sequences: Vec::new(),
    });
    scanner.run()?;
    match scanner.frames.pop() {
        Some(Frame::Heredoc {
            sequences,
            marker: None,
            ..
        }) => Ok(sequences),
        Some(frame) => Err(frame.unclosed()),
        None => Ok(Vec::new()),
    }
}

impl Frame {
    const fn unclosed(&self) -> Error {
        match self {
            Self::Quoted { start } => error(ErrorKind::UnclosedString, *start),
            Self::Heredoc { start, .. } => error(ErrorKind::UnclosedHeredoc, *start),
            Self::Sequence { start, .. } => error(ErrorKind::UnclosedSequence, *start),
        }
    }
}

const fn error(kind: ErrorKind, at: usize) -> Error {
    Error { kind, at }
}

impl<'a> Scanner<'a> {
    fn at_start(source: &'a str) -> Self {
        Self {
            source,
            bytes: source.as_bytes(),
            at: 0,
            open: Vec::new(),
            before: b'\n',
            frames: Vec::new(),
            found: Scan::default(),
        }
    }

    fn run(&mut self) -> Result<(), Error> {
        while self.at < self.bytes.len() {
            match self.frames.last() {
                None | Some(Frame::Sequence { .. }) => self.main()?,
                Some(Frame::Quoted { .. }) => self.quoted()?,
                Some(Frame::Heredoc { .. }) => self.heredoc()?,
            }
        }
        Ok(())
    }

    fn deeper(&mut self, keys: Option<usize>) -> Result<(), Error> {
        self.open.push(keys);
        if self.open.len() > MAX_DEPTH {
            return Err(error(ErrorKind::TooDeep, self.at));
        }
        Ok(())
    }

    /// Counts a key where the innermost bracket is that of an object.
    fn key(&mut self) -> Result<(), Error> {
        if let Some(Some(keys)) = self.open.last_mut() {
            *keys += 1;
            if *keys > MAX_KEYS {
                return Err(error(ErrorKind::TooManyKeys, self.at));
            }
        }
        Ok(())
    }

    /// One character, comment or opener outside strings.
    fn main(&mut self) -> Result<(), Error> {
        let rest = &self.bytes[self.at..];
        let byte = rest[0];
        match byte {
            b'"' => {
                self.frames.push(Frame::Quoted { start: self.at });
                self.at += 1;
            }
            b'#' => self.line_comment(),
            b'/' if rest.starts_with(b"//") => self.line_comment(),
            b'/' if rest.starts_with(b"/*") => {
                let Some(end) = memmem::find(&rest[2..], b"*/") else {
                    return Err(error(ErrorKind::UnclosedComment, self.at));
                };
                let end = self.at + 2 + end + 2;
                self.found.comments.push(self.at..end);
                self.at = end;
            }
            b'<' => {
                if let Some((marker, flush, content)) = self.heredoc_start() {
                    self.frames.push(Frame::Heredoc {
                        start: self.at,
                        content,
                        marker: Some(marker),
                        flush,
                        line_start: true,
                        sequences: Vec::new(),
                    });
                    self.at = content;
                } else {
                    self.at += 1;
                }
            }
            b'[' | b'(' => {
                self.deeper(None)?;
                self.at += 1;
            }
            b']' | b')' => {
                self.open.pop();
                self.at += 1;
            }
            b'=' | b':' => {
                self.key()?;
                self.at += 1;
            }
            b'{' => {
                // Behind a name or a label stands the body of a block.
                let body = self.before == b'"' || self.before == b'_' || self.before == b'-';
                let body = body || self.before.is_ascii_alphanumeric() || !self.before.is_ascii();
                self.deeper((!body).then_some(0))?;
                if let Some(Frame::Sequence { braces, .. }) = self.frames.last_mut() {
                    *braces += 1;
                }
                self.at += 1;
            }
            b'}' => {
                self.open.pop();
                self.at += 1;
                self.close_brace();
            }
            _ => self.at += 1,
        }
        let comment =
            byte == b'#' || (byte == b'/' && rest.get(1).is_some_and(|b| b"/*".contains(b)));
        if !byte.is_ascii_whitespace() && !comment {
            self.before = byte;
        }
        Ok(())
    }

    fn close_brace(&mut self) {
        match self.frames.last_mut() {
            Some(Frame::Sequence { start, braces: 0 }) => {
                let whole = *start..self.at;
                self.frames.pop();
                if let Some(Frame::Heredoc { sequences, .. }) = self.frames.last_mut() {
                    sequences.push(whole);
                }
            }
            Some(Frame::Sequence { braces, .. }) => *braces -= 1,
            _ => {}
        }
    }

    fn line_comment(&mut self) {
        let rest = &self.bytes[self.at..];
        let mut end = self.at + memchr(b'\n', rest).unwrap_or(rest.len());
        if self.bytes[..end].ends_with(b"\r") {
            end -= 1;
        }
        self.found.comments.push(self.at..end);
        self.at = end;
    }

    /// The marker, whether it is `<<-`, and where the line below begins.
    fn heredoc_start(&self) -> Option<(Range<usize>, bool, usize)> {
        let rest = self.source[self.at..].strip_prefix("<<")?;
        let flush = rest.starts_with('-');
        let rest = rest.strip_prefix('-').unwrap_or(rest);
        let start = self.source.len() - rest.len();
        let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let behind = rest.trim_start_matches(is_name);
        let marker = start..self.source.len() - behind.len();
        let first = rest.chars().next()?;
        if !(first.is_alphabetic() || first == '_') {
            return None;
        }
        let line_break = if behind.starts_with('\n') {
            1
        } else if behind.starts_with("\r\n") {
            2
        } else {
            return None;
        };
        let content = marker.end + line_break;
        Some((marker, flush, content))
    }

    /// Goes on to the next character that means something inside quotes.
    fn quoted(&mut self) -> Result<(), Error> {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => {
                    self.frames.pop();
                    self.at += 1;
                    return Ok(());
                }
                b'\n' | b'\r' => {
                    let start = match self.frames.last() {
                        Some(Frame::Quoted { start }) => *start,
                        _ => self.at,
                    };
                    return Err(error(ErrorKind::LineBreakInString, start));
                }
                // A line break behind a backslash is still one.
                b'\\' => match self.bytes.get(self.at + 1) {
                    Some(b'\n' | b'\r') | None => self.at += 1,
                    Some(_) => self.at += 2,
                },
                b'$' | b'%' => {
                    if self.sequence()? {
                        return Ok(());
                    }
                }
                _ => self.at += 1,
            }
        }
        Ok(())
    }

    /// Goes on to the end of the line, or into a `${`.
    fn heredoc(&mut self) -> Result<(), Error> {
        let rest = &self.bytes[self.at..];
        let end = memchr(b'\n', rest).map(|length| self.at + length);
        let Some(Frame::Heredoc {
            start,
            content,
            marker,
            flush,
            line_start,
            sequences,
        }) = self.frames.last_mut()
        else {
            return Ok(());
        };
        if let Some(end) = end
            && *line_start
            && let Some(marker) = marker
            && self.source[self.at..end].trim() == &self.source[marker.clone()]
        {
            let mut end = end;
            if self.bytes[..end].ends_with(b"\r") {
                end -= 1;
            }
            let heredoc = Heredoc {
                whole: *start..end,
                content: *content..self.at,
                flush: *flush,
                sequences: std::mem::take(sequences),
            };
            self.frames.pop();
            self.at = end;
            let outermost = !self
                .frames
                .iter()
                .any(|frame| matches!(frame, Frame::Heredoc { .. }));
            if outermost {
                self.found.heredocs.push(heredoc);
            }
            return Ok(());
        }
        *line_start = false;
        let stop = end.unwrap_or(self.bytes.len());
        while self.at < stop {
            match memchr::memchr2(b'$', b'%', &self.bytes[self.at..stop]) {
                Some(length) => self.at += length,
                None => break,
            }
            if self.sequence()? {
                return Ok(());
            }
        }
        self.at = end.map_or(stop, |end| end + 1);
        if let Some(Frame::Heredoc { line_start, .. }) = self.frames.last_mut() {
            *line_start = true;
        }
        Ok(())
    }

    /// At a `$` or `%`: steps over it or its escape (`$${`), or into the sequence that it begins.
    fn sequence(&mut self) -> Result<bool, Error> {
        let rest = &self.bytes[self.at..];
        if rest.starts_with(b"$${") || rest.starts_with(b"%%{") {
            self.at += 3;
            return Ok(false);
        }
        if rest.get(1) != Some(&b'{') {
            self.at += 1;
            return Ok(false);
        }
        self.deeper(None)?;
        self.frames.push(Frame::Sequence {
            start: self.at,
            braces: 0,
        });
        self.at += 2;
        Ok(true)
    }
}
