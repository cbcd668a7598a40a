//! Walks an export and lends its entries.

use std::io::Read;
use std::ops::Range;

use super::shape::{PageKey, Shape, is_name_key, is_value_key, page_key, shape};
use super::{Entry, Found, Kind, Piece, Spot, Stored, Summary};
use crate::source::Span;
use crate::syntax::json::scan::{Scanner, Slot};
use crate::syntax::json::stream::{Problem, ProblemKind, Stream};
use crate::syntax::json::{self, ErrorKind, Kind as JsonKind};

/// A list in a list in a list is as far as `jq -s` over pages goes.
const MAX_LISTS: usize = 4;

/// What is open around the next value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frame {
    /// A list of answers, items, pairs or names.
    List,
    /// An answer.
    Page,
    /// The items of an answer.
    Items(Kind),
    /// `{name: value, …}`
    Map,
}

/// Reads one export.
#[derive(Debug)]
pub struct StoreReader<R> {
    stream: Stream<R>,
    scanner: Scanner,
    frames: Vec<Frame>,
    /// The innermost container was just entered.
    fresh: bool,
    kind: Kind,
    summary: Summary,
    ended: bool,
}

impl<R: Read> StoreReader<R> {
    /// `kind` is what detection or the user says of the file: `Ssm`, `SecretsManager` or
    /// `FlatStore`. It decides nothing where the file itself says more.
    pub fn new(reader: R, kind: Kind) -> Self {
        Self::over(Stream::new(reader), kind)
    }

    /// Over a stream with other limits, for tests.
    pub fn over(stream: Stream<R>, kind: Kind) -> Self {
        Self {
            stream,
            scanner: Scanner::default(),
            frames: Vec::new(),
            fresh: false,
            kind,
            summary: Summary::default(),
            ended: false,
        }
    }

    /// The next entry; `None` at the end and at the first problem, which [`StoreReader::finish`]
    /// tells apart.
    #[expect(
        clippy::should_implement_trait,
        reason = "an entry borrows the reader, which Iterator cannot say"
    )]
    pub fn next(&mut self) -> Option<Entry<'_>> {
        if self.ended {
            return None;
        }
        match self.advance() {
            Ok(Some(found)) => {
                let ordinal = self.summary.entries;
                self.summary.entries += 1;
                if matches!(found.value, Stored::Missing) {
                    self.summary.without_value += 1;
                }
                Some(Entry {
                    window: self.stream.window(),
                    found,
                    ordinal,
                })
            }
            Ok(None) => {
                self.ended = true;
                None
            }
            Err(problem) => {
                self.ended = true;
                self.summary.problem = Some(problem);
                None
            }
        }
    }

    /// What is left when all has been read.
    pub fn finish(mut self) -> Summary {
        self.summary.bom = self.stream.bom();
        self.summary
    }

    /// Goes on to the next entry.
    fn advance(&mut self) -> Result<Option<Found>, Problem> {
        loop {
            let Some(&frame) = self.frames.last() else {
                if self.stream.peek()?.is_none() {
                    return self.at_end();
                }
                self.summary.documents += 1;
                let found = self.unit().map_err(|problem| self.extra_data(problem))?;
                if found.is_some() {
                    return Ok(found);
                }
                continue;
            };
            let object = matches!(frame, Frame::Page | Frame::Map);
            if !self.another(object)? {
                self.frames.pop();
                continue;
            }
            let found = match frame {
                Frame::List => self.unit()?,
                Frame::Page => self.page_member()?,
                Frame::Items(kind) => self.item(kind)?,
                Frame::Map => Some(self.map_member()?),
            };
            if found.is_some() {
                return Ok(found);
            }
        }
    }

    fn at_end(&self) -> Result<Option<Found>, Problem> {
        if self.summary.documents > 0 {
            return Ok(None);
        }
        Err(self.stream.expected(ErrorKind::ExpectingValue))
    }

    /// What cannot begin a further document is "Extra data" to Python.
    fn extra_data(&self, problem: Problem) -> Problem {
        let first = self.summary.documents <= 1;
        if first || problem.kind != ProblemKind::Json(ErrorKind::ExpectingValue) {
            return problem;
        }
        if problem.at != self.stream.offset() {
            return problem;
        }
        Problem {
            kind: ProblemKind::Json(ErrorKind::ExtraData),
            ..problem
        }
    }

    /// Enters the container whose bracket is next.
    fn enter(&mut self, frame: Frame) {
        self.stream.bump();
        self.frames.push(frame);
        self.fresh = true;
    }

    /// True when the innermost container has one more member, which is then next.
    fn another(&mut self, object: bool) -> Result<bool, Problem> {
        if !std::mem::take(&mut self.fresh) {
            return self.stream.follow(object);
        }
        let close = if object { b'}' } else { b']' };
        if self.stream.peek()? == Some(close) {
            self.stream.bump();
            return Ok(false);
        }
        Ok(true)
    }

    fn depth(&self) -> usize {
        self.frames.len()
    }

    /// A document, or an item of a list of whatever kind.
    fn unit(&mut self) -> Result<Option<Found>, Problem> {
        let depth = self.depth();
        match self.stream.peek()? {
            Some(b'{') => {
                let complete = self.stream.preview(&mut self.scanner, depth)?;
                let kind = match (self.shape_of_preview(), complete) {
                    (Shape::Page, _) => {
                        self.enter(Frame::Page);
                        return Ok(None);
                    }
                    (Shape::Map, _) | (Shape::Pair, None) => {
                        self.enter(Frame::Map);
                        return Ok(None);
                    }
                    (Shape::Parameter, _) => Kind::Ssm,
                    (Shape::Secret, _) => Kind::SecretsManager,
                    (Shape::Pair, _) => self.kind,
                };
                let Some(scanned) = complete else {
                    return self.item(kind);
                };
                let element = self.stream.take(scanned);
                Ok(Some(self.read_item(kind, element)))
            }
            Some(b'[') => {
                let complete = self.stream.preview(&mut self.scanner, depth)?;
                if let Some(scanned) = complete
                    && depth > 0
                    && is_pair(&self.scanner.slots)
                {
                    let element = self.stream.take(scanned);
                    return Ok(self.pair(element));
                }
                if depth >= MAX_LISTS {
                    self.summary.others += 1;
                    self.stream.skip(&mut self.scanner, depth)?;
                    return Ok(None);
                }
                self.enter(Frame::List);
                Ok(None)
            }
            Some(b'"') => {
                let (range, scanned) = self.stream.element(&mut self.scanner, depth)?;
                let text = Piece {
                    range: range.start + 1..range.end - 1,
                    escaped: scanned.escaped,
                };
                // In a list it is a name (`Parameters[].Name`), alone it is a value
                // (`Parameter.Value`).
                let (name, value) = if depth > 0 {
                    (Some(text), Stored::Missing)
                } else {
                    (None, Stored::Text(text))
                };
                Ok(Some(Found {
                    kind: self.kind,
                    element: range,
                    name,
                    value,
                    parameter_type: None,
                    stale: false,
                    history: false,
                }))
            }
            _ => {
                self.stream.element(&mut self.scanner, depth)?;
                self.summary.others += 1;
                Ok(None)
            }
        }
    }

    /// What the object that was previewed is, from the members that were seen.
    fn shape_of_preview(&self) -> Shape {
        let window = self.stream.window();
        let complete = self.scanner.slots.iter().map(|slot| {
            let key = window.text(slot.key.clone());
            (key, Some(slot.kind))
        });
        let pending = self.scanner.pending.clone();
        shape(complete.chain(pending.map(|key| (window.text(key), None))))
    }

    /// A member of an answer.
    fn page_member(&mut self) -> Result<Option<Found>, Problem> {
        let depth = self.depth();
        if self.stream.peek()? != Some(b'"') {
            return Err(self.stream.expected(ErrorKind::ExpectingPropertyName));
        }
        let (key, _) = self.stream.key()?;
        let key = page_key(self.stream.window().text(key), None);
        let next = self.stream.peek()?;
        match (key, next) {
            (Some(PageKey::Parameter), Some(b'{')) => return self.item(Kind::Ssm),
            (Some(PageKey::Parameters), Some(b'[')) => self.enter(Frame::Items(Kind::Ssm)),
            (Some(PageKey::Secrets), Some(b'[')) => self.enter(Frame::Items(Kind::SecretsManager)),
            (Some(PageKey::InvalidParameters), Some(b'[')) => {
                if let Some(listed) = self.listed()? {
                    let before = self.summary.invalid_parameters.get_or_insert((0, listed.1));
                    before.0 += listed.0;
                }
            }
            (Some(PageKey::Errors), Some(b'[')) => {
                if let Some(listed) = self.listed()? {
                    let before = self.summary.errors.get_or_insert((0, listed.1));
                    before.0 += listed.0;
                }
            }
            (Some(PageKey::NextToken), Some(b'"')) => {
                let (range, _) = self.stream.element(&mut self.scanner, depth)?;
                if range.len() > 2 {
                    let spot = self.spot(&range);
                    self.summary.incomplete.get_or_insert(spot);
                }
            }
            _ => self.stream.skip(&mut self.scanner, depth)?,
        }
        Ok(None)
    }

    /// Number of items of the list that is next, and where it stands; `None` for an empty one.
    fn listed(&mut self) -> Result<Option<(usize, Spot)>, Problem> {
        let depth = self.depth();
        let (range, _) = self.stream.element(&mut self.scanner, depth)?;
        let count = self.scanner.slots.len();
        if count == 0 {
            return Ok(None);
        }
        Ok(Some((count, self.spot(&range))))
    }

    fn spot(&self, range: &Range<usize>) -> Spot {
        let window = self.stream.window();
        let span = Span::new(window.offset(range.start), window.offset(range.end));
        Spot {
            span,
            position: (window.position(span.start), window.position(span.end)),
        }
    }

    /// A parameter, a secret, or a pair with key names.
    fn item(&mut self, kind: Kind) -> Result<Option<Found>, Problem> {
        let depth = self.depth();
        let (element, scanned) = self.stream.element(&mut self.scanner, depth)?;
        if scanned.kind != JsonKind::Object {
            self.summary.others += 1;
            return Ok(None);
        }
        Ok(Some(self.read_item(kind, element)))
    }

    /// Takes the fields of an item; of repeated keys the last, as Python does.
    fn read_item(&self, kind: Kind, element: Range<usize>) -> Found {
        let window = self.stream.window();
        let mut found = Found {
            kind,
            element,
            name: None,
            value: Stored::Missing,
            parameter_type: None,
            stale: false,
            history: false,
        };
        let (mut name_exact, mut value_exact) = (false, false);
        let (mut labels, mut user) = (false, false);
        for slot in &self.scanner.slots {
            let raw = window.text(slot.key.clone());
            let decoded;
            let key = if slot.key_escaped {
                decoded = json::decode(raw, 0);
                decoded.expose()
            } else {
                raw
            };
            match key {
                "Name" if slot.kind == JsonKind::String => {
                    found.name = Some(piece(slot));
                    name_exact = true;
                }
                "Value" | "SecretString" => {
                    found.value = stored(slot);
                    value_exact = true;
                }
                "SecretBinary" if !value_exact => found.value = Stored::Binary(slot.value.clone()),
                "Type" if slot.kind == JsonKind::String => {
                    found.parameter_type = Some(slot.inner());
                }
                "VersionStages" if slot.kind == JsonKind::Array => {
                    let stages = window.bytes(slot.value.clone());
                    found.stale |= memchr::memmem::find(stages, b"\"AWSCURRENT\"").is_none();
                }
                "DeletedDate" => found.stale |= slot.kind != JsonKind::Null,
                "Labels" => labels = true,
                "LastModifiedUser" => user = true,
                _ if !name_exact && slot.kind == JsonKind::String && is_name_key(key) => {
                    found.name = Some(piece(slot));
                }
                _ if !value_exact && is_value_key(key) => found.value = stored(slot),
                _ => {}
            }
        }
        found.history = (labels || user) && !matches!(found.value, Stored::Missing);
        found
    }

    /// `["name", "value"]`
    fn pair(&self, element: Range<usize>) -> Option<Found> {
        let [name, value] = self.scanner.slots.as_slice() else {
            return None;
        };
        Some(Found {
            kind: self.kind,
            element,
            name: Some(piece(name)),
            value: stored(value),
            parameter_type: None,
            stale: false,
            history: false,
        })
    }

    /// `"name": value` of a flat map.
    fn map_member(&mut self) -> Result<Found, Problem> {
        let depth = self.depth();
        if self.stream.peek()? != Some(b'"') {
            return Err(self.stream.expected(ErrorKind::ExpectingPropertyName));
        }
        let (element, slot) = self.stream.member(&mut self.scanner, depth)?;
        Ok(Found {
            kind: self.kind,
            element,
            name: Some(Piece {
                range: slot.key.clone(),
                escaped: slot.key_escaped,
            }),
            value: stored(&slot),
            parameter_type: None,
            stale: false,
            history: false,
        })
    }
}

/// A pair of name and value, and not two names.
fn is_pair(slots: &[Slot]) -> bool {
    matches!(slots, [name, value] if name.kind == JsonKind::String
        && value.kind != JsonKind::Array)
}

fn piece(slot: &Slot) -> Piece {
    Piece {
        range: slot.inner(),
        escaped: slot.escaped,
    }
}

fn stored(slot: &Slot) -> Stored {
    match slot.kind {
        JsonKind::String => Stored::Text(piece(slot)),
        JsonKind::Object => Stored::Object(slot.value.clone()),
        // `--query` writes null for a field that is not there.
        JsonKind::Null => Stored::Missing,
        other => Stored::Other(other, slot.value.clone()),
    }
}
