//! Parts of a file that are read as if each were a file of its own: the environment of a service, an
//! airflow.cfg in a manifest, the parameters of a template.
//!
//! A part has its own number, so that files and parts group alike. Whoever tells a person where
//! something stands asks here for the place in the file around it.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::scattered::Scattered;
use super::{Input, Kind, Tree};
use crate::source::{FileId, LineIndex, Place, Position, Span, Text};

/// The file around a part.
#[derive(Clone)]
pub struct Inside {
    /// Its input.
    pub of: FileId,
    /// What it is.
    pub kind: Kind,
    /// Which of its parts this is, from 1.
    pub number: usize,
    /// Env files whose variables are set before those of the part, as the carrier names them; of what is
    /// set twice the later one counts.
    pub env_files: Vec<PathBuf>,
    /// Those of them whose values the carrier's program takes as they stand.
    pub raw_files: Vec<PathBuf>,
    /// The part has a text of its own. Otherwise its spans are those of the file.
    pub embedded: Option<Embedded>,
    /// Entries that the file makes in a store: what else there is, it does not tell, as an export does.
    pub makes_entries: bool,
    /// The file breaks off, or is not read to its end: there may be more entries.
    pub is_cut: bool,
}

/// A text that stands in a file in some other writing: indented, quoted, in base64.
#[derive(Clone)]
pub struct Embedded {
    /// The text, with the place of each character in the file around it.
    pub text: Writing,
    /// That file.
    pub bytes: Arc<[u8]>,
    /// Line starts of `bytes`.
    pub lines: LineIndex,
    /// The text as a file of its own, where something of it is not known.
    pub open: Option<Text>,
}

/// How such a text is held.
#[derive(Clone)]
pub enum Writing {
    /// As it is.
    Text(Text),
    /// Piece by piece, where it is asked for.
    Scattered(Arc<Scattered>),
}

impl fmt::Debug for Inside {
    /// Without the text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inside")
            .field("of", &self.of)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

impl Inside {
    /// Where a span of the part stands in the file around it.
    pub fn span(&self, span: Span) -> Span {
        self.embedded
            .as_ref()
            .map_or(span, |embedded| embedded.span(span))
    }

    /// Every piece of the file that belongs to a span of the part.
    pub fn pieces(&self, span: Span) -> Vec<Span> {
        let Some(embedded) = &self.embedded else {
            return vec![span];
        };
        let (text, range) = embedded.text.around(span);
        text.pieces(range)
    }

    /// The pieces of the file that belong to a span of the part and to nothing else.
    pub fn own_pieces(&self, span: Span) -> Vec<Span> {
        let Some(embedded) = &self.embedded else {
            return vec![span];
        };
        let (text, range) = embedded.text.around(span);
        text.own_pieces(range)
    }
}

impl Embedded {
    fn span(&self, span: Span) -> Span {
        let (text, range) = self.text.around(span);
        text.span(range)
    }
}

impl Writing {
    /// A piece that holds a span of the text, as far as that goes, and the range of it.
    fn around(&self, span: Span) -> (Text, Range<usize>) {
        let length = match self {
            Self::Text(text) => text.len(),
            Self::Scattered(scattered) => scattered.length(),
        };
        let range = span.start.min(length)..span.end.min(length);
        match self {
            Self::Text(text) => (text.clone(), range),
            Self::Scattered(scattered) => scattered.around(range),
        }
    }

    fn whole(&self) -> Text {
        match self {
            Self::Text(text) => text.clone(),
            Self::Scattered(scattered) => scattered.text(),
        }
    }
}

impl Input {
    /// True for secrets that are read as those of a deployment; of an export that is read in parts, these
    /// are.
    pub fn is_store(&self) -> bool {
        self.kind.is_store() && !matches!(self.tree, Tree::Carrier(_))
    }

    /// The file that a person sees: its own, or the one around it.
    pub fn outer(&self) -> FileId {
        self.inside.as_ref().map_or(self.id, |inside| inside.of)
    }

    /// What it says of a store is what it makes there, and not all that the store holds.
    pub fn makes_entries(&self) -> bool {
        let inside = self.inside.as_ref();
        inside.is_some_and(|inside| inside.makes_entries)
    }

    /// It is a part of a file that is not read to its end.
    pub fn is_cut(&self) -> bool {
        let inside = self.inside.as_ref();
        inside.is_some_and(|inside| inside.is_cut)
    }

    /// Where a place of this input stands in the file that a person sees.
    pub fn outward(&self, place: Place) -> Place {
        match &self.inside {
            Some(inside) if place.file == self.id => Place::new(inside.of, inside.span(place.span)),
            _ => place,
        }
    }

    /// Line and column of an offset of this input in the file that a person sees.
    pub fn position(&self, offset: usize) -> Position {
        let embedded = self.inside.as_ref().and_then(|one| one.embedded.as_ref());
        let Some(embedded) = embedded else {
            return self.lines.position(&self.bytes, offset);
        };
        let start = embedded.span(Span::at(offset)).start;
        embedded.lines.position(&embedded.bytes, start)
    }

    /// A path that the file names, from where airvane runs.
    pub fn beside(&self, path: &Path) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }

    /// What is not known of the text between two bytes of this input.
    pub fn is_open(&self, span: Span) -> bool {
        let open = self.open();
        open.is_some_and(|text| {
            let length = text.len();
            !text.is_known_in(span.start.min(length)..span.end.min(length))
        })
    }

    /// A text that was read from the bytes of this input, with what is not known of them.
    pub fn with_unknown(&self, text: Text) -> Text {
        match self.open() {
            Some(open) => text.standing_in(open),
            None => text,
        }
    }

    fn open(&self) -> Option<&Text> {
        let embedded = self.inside.as_ref().and_then(|one| one.embedded.as_ref());
        embedded?.open.as_ref()
    }

    /// All that is read of it is in memory.
    pub fn is_held(&self) -> bool {
        !self.bytes.is_empty() || self.scattered().is_some()
    }

    /// The bytes of a range, where they are in memory.
    pub fn bytes_at(&self, range: Range<usize>) -> Option<Cow<'_, [u8]>> {
        match self.scattered() {
            Some(scattered) if range.end <= scattered.length() => {
                Some(scattered.bytes(range).into())
            }
            Some(_) => None,
            None => self.bytes.get(range).map(Cow::Borrowed),
        }
    }

    fn scattered(&self) -> Option<&Scattered> {
        match &self.inside.as_ref()?.embedded.as_ref()?.text {
            Writing::Scattered(scattered) => Some(scattered),
            Writing::Text(_) => None,
        }
    }

    /// The whole text, if it is one: what is not known of a part stays so.
    pub fn text(&self) -> Option<Text> {
        let embedded = self.inside.as_ref().and_then(|one| one.embedded.as_ref());
        if let Some(embedded) = embedded {
            return Some(embedded.text.whole().as_file());
        }
        let text = std::str::from_utf8(&self.bytes).ok()?;
        Some(Text::verbatim(text, 0))
    }
}
