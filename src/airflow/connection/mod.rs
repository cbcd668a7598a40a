//! What a connection value becomes: `Connection.from_uri`, `Connection.from_json` and the steps
//! around them, of Airflow 2.0 to 3.3.2 and of the Task SDK.
//!
//! [`read`] is the one entry. It also says which single [`Fault`] the value has, so that no two
//! rules speak of the same cause. It builds no messages and knows no rule codes.

mod akeyless;
mod core;
pub mod credential;
mod extra;
mod fault;
mod foreign;
mod keys;
mod local;
mod object;
mod own_way;
mod password;
mod plain;
mod uri;
mod uri_fault;
mod vault;
mod visible;
mod ways;

use std::cell::OnceCell;
use std::ops::Range;

use crate::airflow::python::space;
use crate::airflow::{Python, Runtime, Version};
use crate::inputs::{AddedAs, Definition, Notation};
use crate::source::Text;
use crate::syntax::json::Json;

pub use extra::{Extra, ExtraField, ExtraForm, decoded_kind, decodes_query, extra};
pub use fault::{
    Fault, FaultKind, NoScheme, NotAnObject, Rejected, Whitespace, holds_everywhere, is_unknown,
};
pub use foreign::{Foreign, lost_database};
pub use keys::{
    ALIASES, AliasField, COLUMNS, FIELDS, Taken, is_nameable_key, lost_members, nearest_key, taken,
    unknown_members,
};
pub use local::Local;
pub use own_way::{OwnWay, Steps, Words};
pub use password::{has_password, has_plain_password};
pub use plain::{
    Advice, Fields, fields, is_plain, looks_plain, may_be_plain, may_be_plain_as,
    object_looks_plain,
};
pub use vault::Vault;
pub use visible::visible_spans;
use ways::Ways;

/// Whose code reads the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reader {
    /// Airflow release.
    pub airflow: Version,
    /// `Server` or `Task`, never `Both`.
    pub runtime: Runtime,
    /// Python release.
    pub python: Python,
}

/// How the backend turns a stored text into a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// `BaseSecretsBackend.deserialize_connection`: JSON with Airflow's own field names, or a URI.
    /// Environment variables, SSM and most other backends.
    Airflow,
    /// `SecretsManagerBackend` of amazon 7.0 and later: JSON with aliases, or a URI.
    SecretsManager {
        /// Additional aliases from `extra_conn_words`: field name, words.
        extra_conn_words: Vec<(String, Vec<String>)>,
    },
    /// `SecretsManagerBackend` of releases that have another way with the fields of an object.
    OwnWay(OwnWay),
    /// `VaultBackend`: an object with `conn_uri` or with fields.
    Vault(Vault),
    /// `AkeylessBackend`: a URI, or an object with `conn_uri` or with fields.
    Akeyless,
    /// `LocalFilesystemBackend` and `airflow connections import`.
    Local(Local),
}

impl Format {
    /// [`Format::SecretsManager`], which drops the keys that it does not know.
    pub const fn is_secrets_manager(&self) -> bool {
        matches!(self, Self::SecretsManager { .. })
    }

    /// The rules know the format. What they say of Airflow's own format is wrong of others.
    pub const fn has_rules(&self) -> bool {
        !matches!(self, Self::OwnWay(_))
    }

    /// The port is kept as it is written, whatever its type: it goes into core's constructor.
    pub const fn keeps_port(&self) -> bool {
        matches!(
            self,
            Self::Local(_) | Self::Akeyless | Self::Vault(Vault::Fields)
        )
    }

    /// How the value of a definition is read.
    pub fn of(definition: &Definition) -> Self {
        match definition.notation {
            // Of an argument `Connection.from_json`.
            Notation::Env | Notation::Added(AddedAs::Json) => Self::Airflow,
            Notation::LocalText | Notation::Added(AddedAs::Text) => Self::Local(Local::Text),
            Notation::LocalValue | Notation::Added(AddedAs::Fields) => Self::Local(Local::Value {
                id: definition.id.clone(),
            }),
        }
    }
}

/// Why no connection comes out.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Name of the Python exception (`ValueError`).
    pub exception: &'static str,
    /// What it is about.
    pub reason: Reason,
    /// Decoded range in the value that shows the fault, the whole value where no part does.
    pub range: Range<usize>,
    /// The same as text, which knows its own bytes of the file (also inside a JSON string).
    pub at: Text,
}

/// The causes of a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nothing but blanks: `IndexError`.
    Blank,
    /// "Invalid connection string": more than two `://`, or credentials before an inner protocol.
    InvalidConnectionString,
    /// "Invalid IPv6 URL", or the text in brackets is not an address.
    Brackets,
    /// The authority holds characters that NFKC turns into delimiters.
    Nfkc,
    /// "Port could not be cast to integer value".
    PortNotANumber,
    /// "Port out of range 0-65535".
    PortOutOfRange,
    /// The text is not JSON.
    Json(crate::syntax::json::Error),
    /// A key that `Connection()` does not take; the range is the key.
    UnknownKey,
    /// `conn_id` inside the object.
    ConnId,
    /// `uri` together with other fields.
    UriWithFields,
    /// A field has a type that the constructor refuses; the field's name.
    FieldType(&'static str),
    /// `port` is not an integer.
    Port,
    /// `extra` is not JSON.
    ExtraNotJson,
    /// `extra` is JSON but not an object.
    ExtraNotObject,
    /// The object builds and `get_uri()` raises; the field's name.
    GetUri(&'static str),
    /// Half of a surrogate pair in a field that must be encoded; the field's name.
    Surrogate(&'static str),
    /// The value is "": the backend says "not here" and the next one is asked. No exception.
    Empty,
    /// An integer of more than 4300 digits, which Python refuses to read.
    IntegerTooLong,
    /// `extra` holds such an integer, or is nested too deeply: Airflow expects neither exception.
    ExtraUnreadable,
    /// `conn_type` is required (Task SDK 1.1.0 to 1.1.4).
    ConnTypeMissing,
    /// `extra_conn_words` names a field that the backend does not have: `KeyError`.
    ExtraConnWords,
    /// The object of another type than the backend expects.
    NotAnObject,
    /// The text is no Python literal.
    NotALiteral,
    /// The backend says "not here", of a value that is there. No exception.
    NotThere,
    /// What Airflow makes of the value is not known here. No exception.
    Undecided,
}

/// A field that may be absent (`None` in Python).
pub type Field = Option<Text>;

/// A built connection. Texts keep their map into the value's file.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// `conn_type`; `""` where the scheme could not be read.
    pub conn_type: Field,
    /// `description`
    pub description: Field,
    /// `host`
    pub host: Field,
    /// `login`
    pub login: Field,
    /// `password`
    pub password: Field,
    /// `schema`
    pub schema: Field,
    /// `port`, as Python's `str(port)`: integers of any size.
    pub port: Option<String>,
    /// `extra`, the text that is stored.
    pub extra: Field,
}

/// Which form a value has.
#[derive(Clone, Debug)]
pub enum Shape {
    /// First character is not `{`.
    Uri(Box<UriParts>),
    /// First character is `{` (Airflow 2.3 and later); the tree where it parses.
    Json(Option<Json>),
    /// Nothing to read.
    Blank,
}

/// Where the parts of a URI stand: decoded ranges in the value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UriParts {
    /// Scheme as written, without `://`.
    pub scheme: Option<Range<usize>>,
    /// Inner protocol of `scheme://protocol://host`.
    pub protocol: Option<Range<usize>>,
    /// Authority as Python cuts it.
    pub authority: Option<Range<usize>>,
    /// Login as written.
    pub login: Option<Range<usize>>,
    /// Password as written.
    pub password: Option<Range<usize>>,
    /// Host as written.
    pub host: Option<Range<usize>>,
    /// Port as written.
    pub port: Option<Range<usize>>,
    /// Path with its leading `/`.
    pub path: Option<Range<usize>>,
    /// Query without `?`.
    pub query: Option<Range<usize>>,
    /// Key and value ranges of the query, as written.
    pub pairs: Vec<(Range<usize>, Range<usize>)>,
    /// Fragment without `#`; Airflow drops it.
    pub fragment: Option<Range<usize>>,
}

/// What one reader makes of one value.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The form and its parts.
    pub shape: Shape,
    /// The connection, or the exception.
    pub outcome: Result<Connection, Failure>,
    /// The object builds but `get_uri()`, which the lookup calls inside the same `try`, raises.
    pub unusable: Option<Failure>,
    /// What is wrong with the value, if anything is: one cause, also where Airflow raises nothing.
    /// `None` for values that are not known at run time.
    pub fault: Option<Box<Fault>>,
    /// The URI inside `{"uri": "…"}`, which is what was read then.
    pub nested: Option<Box<Nested>>,
    /// What many rules ask for and most values need not.
    asked: Asked,
}

/// Answers that are found when somebody first asks.
#[derive(Clone, Debug, Default)]
struct Asked {
    unknown: OnceCell<bool>,
    extra: OnceCell<Option<Extra>>,
}

impl Reading {
    /// [`is_unknown`] of `value`, of which this is a reading.
    pub fn is_unknown(&self, value: &Text) -> bool {
        *self.asked.unknown.get_or_init(|| is_unknown(value))
    }

    /// `SecretsManagerBackend` came as far as to its `extra_conn_words`: the value is JSON that Python reads.
    pub fn meets_words(&self) -> bool {
        let too_long =
            matches!(&self.outcome, Err(failure) if failure.reason == Reason::IntegerTooLong);
        matches!(self.shape, Shape::Json(Some(_))) && !too_long
    }

    /// [`extra()`] of `value`, of which this is a reading.
    pub fn extra(&self, value: &Text) -> Option<&Extra> {
        let extra = self.asked.extra.get_or_init(|| extra(value, self));
        extra.as_ref()
    }
}

/// A URI inside an object.
#[derive(Clone, Debug)]
pub struct Nested {
    /// The text of `uri`, decoded.
    pub text: Text,
    /// What is made of it.
    pub reading: Reading,
}

/// Reads `value` as `reader` does for a secret kept in `format`
/// (`BaseSecretsBackend.deserialize_connection`).
pub fn read(value: &Text, reader: &Reader, format: &Format) -> Reading {
    match format {
        Format::Local(local) => return local::read(value, reader, local),
        Format::OwnWay(way) => return own_way::read(value, reader, way),
        Format::Vault(vault) => return vault::read(value, reader, *vault),
        Format::Akeyless => return akeyless::read(value, reader),
        Format::Airflow | Format::SecretsManager { .. } => {}
    }
    let mut reading = build(value, reader, format);
    reading.nested = nested(&reading, reader, format).map(Box::new);
    reading.fault = fault::find(value, &reading, format).map(Box::new);
    reading
}

/// `Connection.from_json` hands a truthy `uri` to the constructor, which reads nothing else then.
fn nested(reading: &Reading, reader: &Reader, format: &Format) -> Option<Nested> {
    let Shape::Json(Some(tree)) = &reading.shape else {
        return None;
    };
    let of_the_uri = |failure: &Failure| {
        matches!(
            failure.reason,
            Reason::InvalidConnectionString
                | Reason::Brackets
                | Reason::Nfkc
                | Reason::PortNotANumber
                | Reason::PortOutOfRange
        )
    };
    if !reading.outcome.as_ref().err().is_none_or(of_the_uri) || *format != Format::Airflow {
        return None;
    }
    let text = tree.root().get("uri")?.string()?;
    if text.is_empty() {
        return None;
    }
    let reading = read_uri_text(&text, reader);
    Some(Nested { text, reading })
}

fn build(value: &Text, reader: &Reader, format: &Format) -> Reading {
    let ways = Ways::of(reader);
    if value.is_empty() {
        return blank(value, "", Reason::Empty);
    }
    // 2.0 to 2.2: `Connection(uri=value)`, whatever the value is.
    if !ways.json {
        return read_uri(value, &ways);
    }
    let stripped = space::strip(value);
    let is_object = stripped.expose().starts_with('{');
    // SecretsManagerBackend gives the text to `json.loads` as it stands, blanks included.
    if let (true, Format::SecretsManager { extra_conn_words }) = (is_object, format) {
        return object::read_aliased(value, extra_conn_words, &ways);
    }
    if stripped.is_empty() {
        return blank(value, "IndexError", Reason::Blank);
    }
    if is_object {
        return object::read(value, &stripped, &ways);
    }
    let mut reading = read_uri(&stripped, &ways);
    shift(
        &mut reading,
        stripped.range_in(value).map_or(0, |range| range.start),
    );
    reading
}

/// `Connection(uri=value)` or `Connection.from_uri(value)`, without the steps before it.
pub fn read_uri_text(value: &Text, reader: &Reader) -> Reading {
    let ways = Ways::of(reader);
    let mut reading = read_uri(value, &ways);
    if value.is_empty() && !ways.sdk_uri {
        // Core's constructor asks `if uri:`.
        reading.outcome = Ok(Connection::default());
        return reading;
    }
    reading.fault = fault::find(value, &reading, &Format::Airflow).map(Box::new);
    reading
}

fn read_uri(value: &Text, ways: &Ways) -> Reading {
    let (parts, outcome) = uri::from_uri(value, ways);
    let unusable = object::unusable_extra(&outcome, ways);
    Reading {
        shape: Shape::Uri(Box::new(parts)),
        outcome,
        unusable,
        fault: None,
        nested: None,
        asked: Asked::default(),
    }
}

fn blank(value: &Text, exception: &'static str, reason: Reason) -> Reading {
    failed(Shape::Blank, value, exception, reason)
}

/// No connection, because of the whole value.
fn failed(shape: Shape, value: &Text, exception: &'static str, reason: Reason) -> Reading {
    Reading {
        shape,
        outcome: Err(Failure {
            exception,
            reason,
            range: 0..value.len(),
            at: value.clone(),
        }),
        unusable: None,
        fault: None,
        nested: None,
        asked: Asked::default(),
    }
}

/// Ranges in the stripped text become ranges in the value.
fn shift(reading: &mut Reading, by: usize) {
    if by == 0 {
        return;
    }
    if let Shape::Uri(parts) = &mut reading.shape {
        parts.shift(by);
    }
    let failures = [reading.outcome.as_mut().err(), reading.unusable.as_mut()];
    for failure in failures.into_iter().flatten() {
        failure.range = failure.range.start + by..failure.range.end + by;
    }
}

impl UriParts {
    fn shift(&mut self, by: usize) {
        let move_range = |range: &mut Range<usize>| *range = range.start + by..range.end + by;
        let singles = [
            &mut self.scheme,
            &mut self.protocol,
            &mut self.authority,
            &mut self.login,
            &mut self.password,
            &mut self.host,
            &mut self.port,
            &mut self.path,
            &mut self.query,
            &mut self.fragment,
        ];
        for range in singles.into_iter().flatten() {
            move_range(range);
        }
        for (key, value) in &mut self.pairs {
            move_range(key);
            move_range(value);
        }
    }
}
