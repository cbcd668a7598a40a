//! Exported secret stores, read as a stream: the answers of the AWS CLI and boto3 for SSM Parameter
//! Store and Secrets Manager, their projections, and flat maps.
//!
//! Nothing of a store is kept: [`StoreReader::next`] lends one entry at a time, and what it lends
//! decodes only what is asked for. What Airflow makes of a name or value is not known here.

pub mod cli_output;
mod detect;
mod mask;
pub mod names;
mod reader;
mod shape;
#[cfg(test)]
mod tests;
mod twice;

use std::borrow::Cow;
use std::ops::Range;

use super::{EntryKind, Kind};
use crate::airflow::lookup::Coverage;
use crate::source::{Position, Span, Text};
use crate::syntax::json::{self, Json, Kind as JsonKind};

pub use crate::syntax::json::stream::{Hint, Problem, ProblemKind, Window};
pub use detect::{Detected, HEAD, LOCAL_KEYS, Verdict, detect};
pub use mask::visible_spans;
pub use names::Earlier;
pub use reader::{Batch, StoreReader};
pub use twice::Twice;

/// What the store says of an entry besides name and value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
pub struct Facts {
    /// SSM `Type`.
    pub parameter_type: Option<Cow<'static, str>>,
    /// Where the type stands, quotes included.
    pub type_span: Option<Span>,
    /// SSM `Tier`, which only `describe-parameters` and `get-parameter-history` tell.
    pub tier: Option<Tier>,
    /// The entry holds what only the service writes (`ARN`, `LastModifiedDate`): it exists, so it
    /// keeps the service's limits whatever is not told of it.
    pub answered: bool,
    /// The value is ciphertext, or may be: it is not read.
    pub encrypted: bool,
    /// The value is ciphertext for certain.
    pub ciphertext: bool,
    /// The value is in `SecretBinary`.
    pub binary: bool,
    /// The value is not, or will not be, the one that Airflow is given.
    pub stale: Option<Stale>,
    /// The entry is one version of several that were asked for: a history, or `name:3`.
    pub versioned: bool,
    /// In a history (`get-parameter-history`) a higher version of the same name follows: the value
    /// is not the one that Airflow is given.
    pub superseded: bool,
}

impl Facts {
    /// Nothing says that Airflow may be given another value.
    pub const fn is_current(&self) -> bool {
        !self.superseded && !self.versioned && self.stale.is_none()
    }
}

/// SSM's tiers of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// At most 4 KB.
    Standard,
    /// At most 8 KB. Intelligent tiering answers with one of the two, and asks for either.
    Advanced,
}

/// A secret whose current value an export does not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stale {
    /// Why.
    pub why: StaleWhy,
    /// Where the field's name stands that says so, quotes included.
    pub span: Span,
}

/// See [`Stale`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaleWhy {
    /// `VersionStages` is given and lacks AWSCURRENT: the value is another version's.
    OtherVersion,
    /// The stages of all versions are given, and none has AWSCURRENT.
    NoCurrent,
    /// `DeletedDate` is set.
    Deleted,
    /// The current version of a secret of Vault was deleted or destroyed.
    VersionDeleted,
}

/// A value as it stands in an export.
#[derive(Clone, Debug)]
pub enum Value {
    /// The text that the store keeps, decoded, with its map into the file.
    Text(Text),
    /// An object where the text of one belongs: somebody decoded it, the stored text is lost.
    Object(Json),
    /// Bytes in base64: Airflow's backend does not read them.
    Binary,
    /// The export holds none (`describe-parameters`, `list-secrets`).
    Missing,
    /// Something else.
    Other(JsonKind),
}

/// Where a string stands in the window, without its quotes.
#[derive(Clone, Debug)]
struct Piece {
    range: Range<usize>,
    escaped: bool,
}

#[derive(Clone, Debug)]
enum Stored {
    Text(Piece),
    Object(Range<usize>),
    Binary(Range<usize>),
    Missing,
    Other(JsonKind, Range<usize>),
}

/// One entry, as ranges of the window.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
struct Found {
    kind: Kind,
    element: Range<usize>,
    name: Option<Piece>,
    /// The name stands under the key `Name`, and not where a projection put it.
    titled: bool,
    value: Stored,
    parameter_type: Option<Range<usize>>,
    tier: Option<Tier>,
    answered: bool,
    /// SSM's `Version`; 0 where there is none.
    version: u64,
    stale: Option<(StaleWhy, Range<usize>)>,
    history: bool,
    /// `Selector`: this version was asked for by its number or label.
    selected: bool,
    superseded: bool,
}

impl Found {
    /// An entry of which nothing but these is known.
    fn new(kind: Kind, element: Range<usize>, name: Option<Piece>, value: Stored) -> Self {
        Self {
            kind,
            element,
            name,
            titled: false,
            value,
            parameter_type: None,
            tier: None,
            answered: false,
            version: 0,
            stale: None,
            history: false,
            selected: false,
            superseded: false,
        }
    }
}

/// One parameter or secret, lent by the reader until the next is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    window: &'a Window,
    found: &'a Found,
    /// Its number in the file, from 0.
    pub ordinal: usize,
}

impl<'a> Entry<'a> {
    /// The store it is from: `Ssm`, `SecretsManager`, or `FlatStore` where the shape does not say.
    pub fn kind(&self) -> Kind {
        self.found.kind
    }

    /// The name; "" where the export holds none. Nothing is copied unless it holds escapes.
    pub fn name(&self) -> Cow<'a, str> {
        let Some(piece) = &self.found.name else {
            return Cow::Borrowed("");
        };
        self.plain(piece)
    }

    /// The name, where it stands as it is and nothing is told of the entry besides name and text but what is usual: it is
    /// current, and encrypted in its store if that is told.
    pub fn usual_name(&self) -> Option<&'a str> {
        let found = self.found;
        let name = found.name.as_ref().filter(|name| !name.escaped)?;
        let is_secure = |range: &Range<usize>| self.window.bytes(range.clone()) == b"SecureString";
        let is_usual = matches!(found.value, Stored::Text(_))
            && matches!(
                found.kind,
                Kind::Ssm | Kind::SecretsManager | Kind::FlatStore
            )
            && found.stale.is_none()
            && !found.history
            && !found.selected
            && !found.superseded
            && found.parameter_type.as_ref().is_none_or(is_secure);
        is_usual.then(|| self.window.text(name.range.clone()))
    }

    /// The name with its map into the file.
    pub fn name_text(&self) -> Text {
        match &self.found.name {
            Some(piece) => self.decoded(piece),
            None => Text::verbatim("", self.window.offset(self.found.element.start)),
        }
    }

    /// Where the name stands, without quotes; the start of the entry where it has none.
    pub fn name_span(&self) -> Span {
        match &self.found.name {
            Some(piece) => self.span(&piece.range),
            None => Span::at(self.window.offset(self.found.element.start)),
        }
    }

    /// True when the name stands under the key `Name`, as AWS writes it: what a projection, a map or a list holds in
    /// the place of names may be something else.
    pub fn is_titled(&self) -> bool {
        self.found.titled
    }

    /// The value, decoded.
    pub fn value(&self) -> Value {
        match &self.found.value {
            Stored::Text(piece) => Value::Text(self.decoded(piece)),
            Stored::Object(range) => {
                let start = self.window.offset(range.start);
                let text = Text::verbatim(self.window.text(range.clone()), start);
                match json::parse(&text) {
                    Ok(json) => Value::Object(json),
                    Err(_) => Value::Other(JsonKind::Object),
                }
            }
            Stored::Binary(_) => Value::Binary,
            Stored::Missing => Value::Missing,
            Stored::Other(kind, _) => Value::Other(*kind),
        }
    }

    /// A text value with its map; "" where [`Entry::value_str`] gives none.
    pub fn value_text(&self) -> Text {
        match &self.found.value {
            Stored::Text(piece) => self.decoded(piece),
            _ => Text::verbatim("", self.window.offset(self.found.element.start)),
        }
    }

    /// A text value as it stands between its quotes, and whether it holds escapes.
    pub fn value_raw(&self) -> Option<(&'a str, bool)> {
        match &self.found.value {
            Stored::Text(piece) => Some((self.window.text(piece.range.clone()), piece.escaped)),
            _ => None,
        }
    }

    /// An object that stands for the value, as it is written.
    pub fn object_raw(&self) -> Option<&'a str> {
        match &self.found.value {
            Stored::Object(range) => Some(self.window.text(range.clone())),
            _ => None,
        }
    }

    /// A list stands for the value.
    pub fn is_list(&self) -> bool {
        matches!(self.found.value, Stored::Other(JsonKind::Array, _))
    }

    /// A text value for comparison, without its map.
    pub fn value_str(&self) -> Option<Cow<'a, str>> {
        match &self.found.value {
            Stored::Text(piece) => Some(self.plain(piece)),
            _ => None,
        }
    }

    /// True when the path before the name is not known, or there is no name at all: which id asks for the
    /// entry, and as what, cannot be told.
    pub fn is_bare(&self) -> bool {
        match self.found.kind {
            Kind::Chamber => true,
            Kind::Vault => !self.name().contains('/'),
            _ => false,
        }
    }

    /// What a [bare](Entry::is_bare) entry must be by the form of its value.
    pub fn form(&self) -> Option<EntryKind> {
        if !self.is_bare() {
            return None;
        }
        let holds = |tree: &Json, keys: &[&str]| {
            let root = tree.root();
            keys.iter().any(|key| root.get(key).is_some())
        };
        let keys: &[&str] = match self.found.kind {
            Kind::Vault => &["conn_uri", "conn_type"],
            _ => &["conn_type"],
        };
        let is_connection = match self.value() {
            Value::Object(tree) => holds(&tree, keys),
            Value::Text(text) if text.expose().starts_with('{') => {
                json::parse(&text).is_ok_and(|tree| holds(&tree, keys))
            }
            _ => false,
        };
        is_connection.then_some(EntryKind::Connection)
    }

    /// True when the export holds a value of any form.
    pub fn has_value(&self) -> bool {
        !matches!(self.found.value, Stored::Missing)
    }

    /// Where the whole value stands, quotes included.
    pub fn value_span(&self) -> Option<Span> {
        match &self.found.value {
            Stored::Text(piece) => {
                let inner = self.span(&piece.range);
                Some(Span::new(inner.start - 1, inner.end + 1))
            }
            Stored::Object(range) | Stored::Binary(range) | Stored::Other(_, range) => {
                Some(self.span(range))
            }
            Stored::Missing => None,
        }
    }

    /// Where the whole entry stands.
    pub fn element_span(&self) -> Span {
        self.span(&self.found.element)
    }

    /// The export is a history: older versions of the same name precede and follow.
    pub fn is_history(&self) -> bool {
        self.found.history
    }

    /// What the store says besides name and value.
    pub fn facts(&self) -> Facts {
        let type_span = self.found.parameter_type.as_ref().map(|range| {
            let inner = self.span(range);
            Span::new(inner.start - 1, inner.end + 1)
        });
        let parameter_type = self.found.parameter_type.clone();
        let parameter_type = parameter_type.map(|range| match self.window.text(range) {
            "SecureString" => Cow::Borrowed("SecureString"),
            "String" => Cow::Borrowed("String"),
            "StringList" => Cow::Borrowed("StringList"),
            other => Cow::Owned(other.to_owned()),
        });
        let secure = parameter_type.as_deref().map(|kind| kind == "SecureString");
        let cipher = match &self.found.value {
            // Only SSM hands out ciphertext; other stores always decrypt.
            Stored::Text(piece)
                if matches!(self.found.kind, Kind::Ssm | Kind::FlatStore | Kind::Chamber) =>
            {
                ciphertext(self.window.text(piece.range.clone()), secure)
            }
            _ => Cipher::No,
        };
        let stale = self.found.stale.as_ref().map(|(why, key)| {
            let span = self.span(key);
            Stale {
                why: *why,
                span: Span::new(span.start - 1, span.end + 1),
            }
        });
        Facts {
            parameter_type,
            type_span,
            tier: self.found.tier,
            answered: self.found.answered,
            encrypted: cipher != Cipher::No,
            ciphertext: cipher == Cipher::Yes,
            binary: matches!(self.found.value, Stored::Binary(_)),
            stale,
            versioned: self.found.history || self.found.selected,
            superseded: self.found.superseded,
        }
    }

    /// Says that positions inside the entry will be asked for, in any order.
    pub fn expect_positions(&self) {
        self.window
            .expect_positions(self.window.offset(self.found.element.start));
    }

    /// Line and column of an offset inside the entry.
    pub fn position(&self, offset: usize) -> Position {
        self.window.position(offset)
    }

    /// Where the whole value stands, quotes included, with line and column.
    pub fn value_spot(&self) -> Spot {
        let span = self.value_span().unwrap_or_else(|| self.name_span());
        Spot {
            span,
            position: (self.position(span.start), self.position(span.end)),
        }
    }

    /// The bytes of the window around the entry, for masked windows of streams that cannot be read
    /// again: text and its offset in the file.
    pub fn element_text(&self) -> (&'a str, usize) {
        let start = self.window.offset(self.found.element.start);
        (self.window.text(self.found.element.clone()), start)
    }

    fn span(&self, range: &Range<usize>) -> Span {
        Span::new(
            self.window.offset(range.start),
            self.window.offset(range.end),
        )
    }

    fn plain(&self, piece: &Piece) -> Cow<'a, str> {
        let text = self.window.text(piece.range.clone());
        if piece.escaped {
            Cow::Owned(json::unescape_plain(text))
        } else {
            Cow::Borrowed(text)
        }
    }

    fn decoded(&self, piece: &Piece) -> Text {
        json::decode(
            self.window.text(piece.range.clone()),
            self.window.offset(piece.range.start),
        )
    }
}

/// Shortest base64 that a KMS envelope can have; a plain value of this length and alphabet in a
/// `SecureString` is not judged either.
const SHORTEST_BLOB: usize = 100;

/// Whether a value is ciphertext.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cipher {
    No,
    /// Base64 that may be anything.
    Maybe,
    Yes,
}

/// What SSM hands out for a `SecureString` without `--with-decryption`: base64 of a KMS blob, which
/// begins with its version bytes; moto writes `kms:<key>:`.
fn ciphertext(value: &str, secure: Option<bool>) -> Cipher {
    let secure_or_unknown = secure.unwrap_or(true);
    if !secure_or_unknown {
        return Cipher::No;
    }
    let base64 = value.len().is_multiple_of(4)
        && value
            .trim_end_matches('=')
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'));
    if base64 && value.len() >= SHORTEST_BLOB {
        let blob = value.starts_with("AQICAH") || value.starts_with("AQECAH");
        return match (blob, secure) {
            (true, _) => Cipher::Yes,
            (false, Some(true)) => Cipher::Maybe,
            _ => Cipher::No,
        };
    }
    let of_moto = secure == Some(true)
        && value
            .strip_prefix("kms:")
            .is_some_and(|rest| rest.contains(':'));
    if of_moto { Cipher::Yes } else { Cipher::No }
}

/// A place in an export that the end of reading leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Where.
    pub span: Span,
    /// Line and column of its start and end.
    pub position: (Position, Position),
}

/// What is left of an export when it has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Entries read.
    pub entries: usize,
    /// Entries without a value, because the export holds none.
    pub without_value: usize,
    /// Pages or documents read.
    pub documents: usize,
    /// `NextToken`: more follows in another answer.
    pub incomplete: Option<Spot>,
    /// Names that were asked for and do not exist: how many, and where the list stands.
    pub invalid_parameters: Option<(usize, Spot)>,
    /// Secrets that could not be read: how many, and where the list stands.
    pub errors: Option<(usize, Spot)>,
    /// Values in the place of entries that are none (numbers, null).
    pub others: usize,
    /// Values that are no text, where a store keeps text (numbers, lists; in answers of AWS also
    /// objects): how many, and where the first stands.
    pub not_text: Option<(usize, Spot)>,
    /// Why reading ended early.
    pub problem: Option<Problem>,
    /// The file begins with a BOM.
    pub bom: bool,
}

/// How many names a backend reaches. The runner counts while the entries pass, as only the runner
/// knows the backend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Names of connections, variables and options.
    pub connections: usize,
    /// See `connections`.
    pub variables: usize,
    /// See `connections`.
    pub config: usize,
    /// Names that several prefixes, or an empty one, reach.
    pub ambiguous: usize,
    /// Names that no prefix reaches.
    pub foreign: usize,
    /// Of the foreign ones, those that were reported as near misses.
    pub near_misses: usize,
    /// Of the near misses, those that only lack the `/` in front; by kind, in the order of the
    /// fields above.
    pub without_slash: [usize; 3],
    /// The lookup pattern takes an id of this kind, or that is not known; same order.
    pub pattern_takes: [bool; 3],
    /// Of the reached names, those whose value is ciphertext: how many, and where the first value
    /// stands.
    pub ciphertext: Option<(usize, Spot)>,
}

impl Tally {
    /// Counts a near miss of `kind` that only lacks the `/` in front.
    pub fn count_without_slash(&mut self, kind: EntryKind) {
        self.without_slash[kind as usize] += 1;
    }

    /// The names of `kind` that the prefixes reach, and those that only lack the `/` in front.
    pub fn of(&self, kind: EntryKind) -> (usize, usize) {
        let reached = [self.connections, self.variables, self.config][kind as usize];
        (reached, self.without_slash[kind as usize])
    }

    /// Counts one name.
    pub fn count(&mut self, coverage: Coverage<'_>, near_miss: bool) {
        match coverage {
            Coverage::Covered { kind, .. } => match kind {
                EntryKind::Connection => self.connections += 1,
                EntryKind::Variable => self.variables += 1,
                EntryKind::Config => self.config += 1,
            },
            Coverage::Ambiguous { .. } => self.ambiguous += 1,
            Coverage::Foreign => {
                self.foreign += 1;
                self.near_misses += usize::from(near_miss);
            }
        }
    }

    /// Counts a ciphertext of a reached name.
    pub fn count_ciphertext(&mut self, spot: impl FnOnce() -> Spot) {
        self.ciphertext.get_or_insert_with(|| (0, spot())).0 += 1;
    }

    /// Names that some prefix reaches.
    pub fn reached(&self) -> usize {
        self.connections + self.variables + self.config + self.ambiguous
    }
}
