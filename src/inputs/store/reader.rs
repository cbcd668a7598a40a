//! Walks an export and lends its entries.

use std::io::Read;
use std::ops::Range;

use super::shape::{PageKey, Shape, is_name_key, is_value_key, page_key, shape};
use super::{Entry, Found, Kind, Piece, Spot, StaleWhy, Stored, Summary, Tier, Window};
use crate::aws::names::{Service, name_in_arn};
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

/// Entries that stand in one window, with it. It owes nothing to the reader, so that they can be
/// judged while the reader reads on.
#[derive(Debug)]
pub struct Batch {
    window: Window,
    found: Vec<Found>,
    /// Number of the first entry in the file.
    first: usize,
}

impl Batch {
    /// The entries, in the order of the file.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = Entry<'_>> {
        self.found.iter().enumerate().map(|(index, found)| Entry {
            window: &self.window,
            found,
            ordinal: self.first + index,
        })
    }

    /// All that the window holds: the entries, what stands between them and the beginning of what follows.
    pub fn text(&self) -> &str {
        self.window.held()
    }

    fn entry(&self, index: usize) -> Option<Entry<'_>> {
        Some(Entry {
            window: &self.window,
            found: self.found.get(index)?,
            ordinal: self.first + index,
        })
    }
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
    /// What was found in the window of the stream.
    found: Vec<Found>,
    /// The batch that [`StoreReader::next`] lends from, and the next entry in it.
    lent: Option<(Batch, usize)>,
}

impl<R: Read> StoreReader<R> {
    /// `kind` is what detection or the user says of the file: `Ssm`, `SecretsManager` or
    /// `FlatStore`. It decides nothing where the file itself says more. A file of `Connections` or `Variables` is one
    /// object.
    pub fn new(reader: R, kind: Kind) -> Self {
        Self::over(Stream::new(reader), kind)
    }

    /// Of a file of so many bytes: memory is taken for no more.
    pub fn sized(reader: R, kind: Kind, length: Option<u64>) -> Self {
        Self::over(Stream::sized(reader, length), kind)
    }

    /// Over a stream with other limits, for tests.
    pub fn over(stream: Stream<R>, kind: Kind) -> Self {
        Self {
            stream,
            scanner: Scanner::of_elements(),
            frames: Vec::new(),
            fresh: false,
            kind,
            summary: Summary::default(),
            ended: false,
            found: Vec::new(),
            lent: None,
        }
    }

    /// The next entry; `None` at the end and at the first problem, which [`StoreReader::finish`]
    /// tells apart.
    #[expect(
        clippy::should_implement_trait,
        reason = "an entry borrows the reader, which Iterator cannot say"
    )]
    pub fn next(&mut self) -> Option<Entry<'_>> {
        let more = |(batch, at): &(Batch, usize)| *at < batch.found.len();
        if !self.lent.as_ref().is_some_and(more) {
            let spare = self.lent.take().map(|(batch, _)| batch);
            self.lent = Some((self.next_batch(spare)?, 0));
        }
        let (batch, at) = self.lent.as_mut()?;
        *at += 1;
        batch.entry(*at - 1)
    }

    /// The next entries, as many as a window holds; `None` at the end and at the first problem,
    /// after the entries before it. `spare` is a batch that is not needed any more: its memory is.
    pub fn next_batch(&mut self, spare: Option<Batch>) -> Option<Batch> {
        let mut memory = Vec::new();
        if let Some(Batch { window, found, .. }) = spare {
            self.stream.recycle(window);
            memory = found;
            memory.clear();
        }
        while !self.ended {
            let found = match self.advance() {
                Ok(found) => found,
                Err(problem) => {
                    self.summary.problem = Some(problem);
                    None
                }
            };
            let full = self.stream.take_full();
            let Some(found) = found else {
                self.ended = true;
                return self.last(full);
            };
            self.mark_superseded(full.as_deref(), &found);
            let first = self.summary.entries - self.found.len();
            self.summary.entries += 1;
            match &found.value {
                Stored::Missing => self.summary.without_value += 1,
                Stored::Other(_, range) => self.count_not_text(range),
                Stored::Object(range) if matches!(found.kind, Kind::Ssm | Kind::SecretsManager) => {
                    self.count_not_text(range);
                }
                _ => {}
            }
            self.stream.keep_window();
            let Some(window) = full else {
                self.found.push(found);
                continue;
            };
            memory.push(found);
            return Some(Batch {
                window: *window,
                found: std::mem::replace(&mut self.found, memory),
                first,
            });
        }
        None
    }

    fn count_not_text(&mut self, range: &Range<usize>) {
        let spot = self.spot(range);
        self.summary.not_text.get_or_insert((0, spot)).0 += 1;
    }

    /// What was found before the end. `full` is the window it stands in, if reading had to go on.
    fn last(&mut self, full: Option<Box<Window>>) -> Option<Batch> {
        if self.found.is_empty() {
            return None;
        }
        Some(Batch {
            window: full.map_or_else(|| self.stream.take_window(), |full| *full),
            first: self.summary.entries - self.found.len(),
            found: std::mem::take(&mut self.found),
        })
    }

    /// Marks the entry before `next` if it is an older version of the same name. It stands in the
    /// window `full`, or in that of the stream if there is none.
    fn mark_superseded(&mut self, full: Option<&Window>, next: &Found) {
        let Some(before) = self.found.last_mut().filter(|before| before.history) else {
            return;
        };
        let ours = self.stream.window();
        let (Some(name), Some(next_name)) = (&before.name, &next.name) else {
            return;
        };
        let name = full.unwrap_or(ours).bytes(name.range.clone());
        let same = before.kind == next.kind && name == ours.bytes(next_name.range.clone());
        before.superseded = same && before.version < next.version;
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
        if self.kind.is_local() {
            return self.local_file();
        }
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
                let (kind, name) = self.named(self.kind, name);
                Ok(Some(Found::new(kind, range, name, value)))
            }
            _ => {
                self.stream.element(&mut self.scanner, depth)?;
                self.summary.others += 1;
                Ok(None)
            }
        }
    }

    /// The object of ids and values that a local secrets file holds, and nothing behind it.
    fn local_file(&mut self) -> Result<Option<Found>, Problem> {
        if self.summary.documents > 1 {
            return Err(self.stream.expected(ErrorKind::ExtraData));
        }
        if self.stream.peek()? != Some(b'{') {
            return Err(self.stream.expected(ErrorKind::ExpectingValue));
        }
        self.enter(Frame::Map);
        Ok(None)
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
        let mut found = Found::new(kind, element, None, Stored::Missing);
        let (mut name_exact, mut value_exact) = (false, false);
        let (mut labels, mut user) = (false, false);
        let mut arn = None;
        let is_current = |slot: &Slot| {
            let stages = window.bytes(slot.value.clone());
            memchr::memmem::find(stages, b"\"AWSCURRENT\"").is_some()
        };
        for slot in &self.scanner.slots {
            // Compared as bytes: to make a text of each key takes longer than the rest.
            let raw = window.bytes(slot.key.clone());
            let decoded;
            let key = if slot.key_escaped {
                decoded = json::decode(window.text(slot.key.clone()), 0);
                decoded.expose().as_bytes()
            } else {
                raw
            };
            match key {
                b"Name" if slot.kind == JsonKind::String => {
                    found.name = Some(piece(slot));
                    found.titled = true;
                    name_exact = true;
                }
                // A projection of both writes null for the one that is not there.
                b"Value" | b"SecretString" if slot.kind != JsonKind::Null || !value_exact => {
                    found.value = stored(slot);
                    value_exact = slot.kind != JsonKind::Null;
                }
                b"SecretBinary" if !value_exact && slot.kind != JsonKind::Null => {
                    found.value = Stored::Binary(slot.value.clone());
                    value_exact = true;
                }
                b"Type" if slot.kind == JsonKind::String => {
                    found.parameter_type = Some(slot.inner());
                }
                b"Tier" => {
                    found.tier = match window.bytes(slot.value.clone()) {
                        b"\"Standard\"" => Some(Tier::Standard),
                        b"\"Advanced\"" | b"\"Intelligent-Tiering\"" => Some(Tier::Advanced),
                        _ => None,
                    };
                }
                b"ARN" => {
                    found.answered = true;
                    arn = (slot.kind == JsonKind::String).then(|| piece(slot));
                }
                b"LastModifiedDate" => found.answered = true,
                b"Selector" if slot.kind == JsonKind::String => {
                    found.selected = !slot.inner().is_empty();
                }
                b"VersionStages" if slot.kind == JsonKind::Array && !is_current(slot) => {
                    found
                        .stale
                        .get_or_insert((StaleWhy::OtherVersion, slot.key.clone()));
                }
                b"VersionIdsToStages" | b"SecretVersionsToStages"
                    if slot.kind == JsonKind::Object && !is_current(slot) =>
                {
                    found
                        .stale
                        .get_or_insert((StaleWhy::NoCurrent, slot.key.clone()));
                }
                b"deletion_time" | b"destroyed" if found.kind == Kind::Vault => {
                    found.stale = Some((StaleWhy::VersionDeleted, slot.key.clone()));
                }
                b"DeletedDate" if slot.kind != JsonKind::Null => {
                    found.stale = Some((StaleWhy::Deleted, slot.key.clone()));
                }
                b"Version" if slot.kind == JsonKind::Integer => {
                    let digits = window.text(slot.value.clone());
                    found.version = digits.parse().unwrap_or(0);
                }
                b"Labels" => labels = true,
                b"LastModifiedUser" => user = true,
                _ if !name_exact && slot.kind == JsonKind::String && is_name_key(text_of(key)) => {
                    found.name = Some(piece(slot));
                }
                _ if !value_exact && is_value_key(text_of(key)) => found.value = stored(slot),
                _ => {}
            }
        }
        // A projection may keep the ARN and drop the name.
        if found.name.is_none() {
            found.name = self.named(kind, arn).1;
        }
        found.history = (labels || user) && !matches!(found.value, Stored::Missing);
        found
    }

    /// Where an ARN stands for the name, the name inside it and the store it tells of.
    fn named(&self, kind: Kind, name: Option<Piece>) -> (Kind, Option<Piece>) {
        let Some(piece) = name else {
            return (kind, None);
        };
        let text = self.stream.window().text(piece.range.clone());
        let inner = if piece.escaped {
            None
        } else {
            name_in_arn(text)
        };
        let Some((service, inner)) = inner else {
            return (kind, Some(piece));
        };
        let kind = match service {
            Service::Ssm => Kind::Ssm,
            Service::SecretsManager => Kind::SecretsManager,
        };
        let start = piece.range.start;
        let piece = Piece {
            range: start + inner.start..start + inner.end,
            escaped: false,
        };
        (kind, Some(piece))
    }

    /// `["name", "value"]`
    fn pair(&self, element: Range<usize>) -> Option<Found> {
        let [name, value] = self.scanner.slots.as_slice() else {
            return None;
        };
        let (kind, name) = self.named(self.kind, Some(piece(name)));
        Some(Found::new(kind, element, name, stored(value)))
    }

    /// `"name": value` of a flat map.
    fn map_member(&mut self) -> Result<Found, Problem> {
        let depth = self.depth();
        if self.stream.peek()? != Some(b'"') {
            return Err(self.stream.expected(ErrorKind::ExpectingPropertyName));
        }
        let (element, slot) = self.stream.member(&mut self.scanner, depth)?;
        let name = Piece {
            range: slot.key.clone(),
            escaped: slot.key_escaped,
        };
        let (kind, name) = if self.kind.is_local() {
            (self.kind, Some(name))
        } else {
            self.named(self.kind, Some(name))
        };
        Ok(Found::new(kind, element, name, stored(&slot)))
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

fn text_of(key: &[u8]) -> &str {
    std::str::from_utf8(key).unwrap_or_default()
}
