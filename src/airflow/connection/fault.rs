//! The one fault of a value: what Airflow raises, or what it silently misreads.
//!
//! The order of the questions is the order in which rules may speak: each value has one cause, and
//! each cause belongs to one rule.

mod object;

use self::object::{aliased, described, is_taken_by_core, key, unknown_key};
use super::foreign::Foreign;
use super::ways::{Alike, Ways};
use super::{Failure, Format, Reader, Reading, Reason, Shape, Vault, read, uri_fault};
use crate::airflow::{Python, Runtime, Version};
use crate::source::Text;
use crate::syntax::json::{ErrorKind, Kind};

/// What is wrong with a value, and where.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The cause.
    pub kind: FaultKind,
    /// The narrowest text that shows it.
    pub at: Text,
    /// Name of the Python exception; `None` where Airflow builds a wrong connection in silence.
    pub exception: Option<&'static str>,
    /// How the value is stored; the same fault is looked for in other releases with it.
    pub format: Format,
}

impl Fault {
    /// Where else the value has a fault: see [`holds_everywhere`].
    pub fn range(&self, value: &Text) -> Result<(), Option<Version>> {
        let since = match holds_everywhere(value, &self.format) {
            Err(Some(since)) => since,
            otherwise => return otherwise,
        };
        // The releases that go this way about it ask for a newer Airflow than those before JSON.
        let is_own = self.format == Format::Vault(Vault::Serialized);
        Err(Some(since).filter(|since| !is_own || *since > Version::new(2, 3, 0)))
    }

    /// Earlier releases of the provider read the value without a fault.
    pub fn is_of_newer_providers(&self, value: &Text) -> bool {
        let newest = |format: &Format| {
            [Runtime::Server, Runtime::Task].into_iter().any(|runtime| {
                let reader = Reader {
                    airflow: Version::new(3, 3, 2),
                    runtime,
                    python: Python {
                        major: 3,
                        minor: 12,
                    },
                };
                read(value, &reader, format).fault.is_some()
            })
        };
        self.format == Format::Vault(Vault::Serialized) && !newest(&Format::Vault(Vault::Fields))
    }
}

/// The causes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// No connection type comes out, or a nonsensical one, because there is no `scheme://`.
    NoScheme(NoScheme),
    /// `_` in the scheme.
    SchemeUnderscore,
    /// The URI is refused, or cut in the wrong place.
    Rejected(Rejected),
    /// The same `scheme://` twice: both are removed, and no host is left.
    SchemeTwice,
    /// `://` in the query: it counts as the end of a protocol, or as one too many.
    UrlInQuery,
    /// `#…`, which is dropped.
    Fragment,
    /// Tabs, line breaks or blanks that cost or change a part.
    Whitespace(Whitespace),
    /// The port is no number.
    PortNotANumber {
        /// There is more than one host (`h1:1,h2:2`).
        several_hosts: bool,
    },
    /// The port is above 65535 (or below 0).
    PortOutOfRange,
    /// A character in login or password that must be percent-encoded.
    Unencoded {
        /// The character.
        character: char,
    },
    /// `extra` is not a JSON object.
    Extra {
        /// It is JSON of another type.
        is_json: bool,
    },
    /// A key that the constructor does not take.
    UnknownKey {
        /// How many more there are.
        more: usize,
        /// `SecretsManagerBackend` drops every key, and an empty connection wins.
        all_dropped: bool,
    },
    /// `conn_id` inside the value.
    ConnId {
        /// It becomes the connection's type (`SecretsManagerBackend`).
        becomes_type: bool,
    },
    /// A field of the wrong type; field name, what stands there.
    FieldType(&'static str, &'static str),
    /// The text of a JSON port is no integer.
    PortText,
    /// Half of a surrogate pair (`\ud800`) in this field.
    Surrogate(&'static str),
    /// JSON, or meant to be, and no object.
    NotAnObject(NotAnObject),
    /// JSON in a text of a local file, which is always read as a URI.
    JsonInLocalText,
    /// JSON in a release that only reads URIs.
    JsonTooEarly,
    /// `uri` beside other fields.
    UriWithFields {
        /// Core takes it: only `description` or an empty `uri` stands beside.
        task_only: bool,
    },
    /// `conn_type` is missing in a release of the Task SDK that requires it.
    ConnTypeMissing,
    /// `extra` holds an integer of more than 4300 digits, or is nested too deeply.
    ExtraUnreadable,
    /// An object that is no connection.
    Foreign(Foreign),
    /// The value is "": no backend takes it for a connection. Nothing is raised.
    Empty,
    /// Nothing but blanks.
    Blank,
    /// The value is not at fault: `extra_conn_words` of the backend is, of which AV218 speaks.
    ExtraConnWords,
}

/// Why there is no scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoScheme {
    /// The value is wrapped in, or begins with, this quote.
    Quoted(char),
    /// The value begins with U+FEFF.
    Bom,
    /// A blank before `://`.
    Blank,
    /// Another character before `://` that a scheme cannot have.
    Character,
    /// Nothing stands before `://` or `//`.
    Empty,
    /// The scheme does not begin with a letter.
    FirstCharacter,
    /// `scheme:` without the two slashes.
    NoSlashes,
    /// `host:5432`.
    HostPort,
    /// No `://` at all.
    Missing,
}

/// Why the URI is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejected {
    /// A third `://`.
    ThirdSeparator,
    /// A second `://` with `@` or `:` before it.
    SecondSeparator,
    /// A second `://` behind host or path: the text is cut there and has no host.
    HostLost,
    /// `scheme://protocol://host` in a release that takes the protocol for the host.
    ProtocolTooEarly,
    /// `https%3A//host`: the slashes end the host.
    HalfEncoded,
    /// `scheme:///login:password@host`: nothing stands where the host is looked for.
    EmptyAuthority,
    /// A scheme with capitals and a second `://`: the scheme is looked for in lower case, so that it
    /// stays and becomes part of the host.
    UpperCaseScheme,
    /// `[` or `]` in the host.
    Brackets,
    /// A character that NFKC turns into a delimiter.
    Nfkc,
}

/// What blanks do for certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whitespace {
    /// Python deletes this tab or line break out of the middle of a part.
    Deleted(char),
    /// A blank, or a character of no width, at the edge of the host.
    Host,
    /// The braces of a console's form around a URI: it is taken for JSON.
    Braces,
}

/// What stands where an object should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAnObject {
    /// A list.
    List,
    /// A string that holds JSON: encoded twice.
    EncodedTwice,
    /// A number, a boolean or null.
    Scalar(Kind),
    /// It begins with `{` and is not JSON.
    Broken(ErrorKind),
    /// It holds an integer of more than 4300 digits, which Python refuses to read.
    IntegerTooLong,
}

/// True for text whose value at run time is not what stands there: unknown parts, `${X}`, and
/// template marks.
pub fn is_unknown(value: &Text) -> bool {
    if !value.is_known() {
        return true;
    }
    let bytes = value.expose().as_bytes();
    if memchr::memchr(b'{', bytes).is_none() {
        return false;
    }
    // A mark needs its end: `p{%2Fw` is a password.
    let find = |bytes: &[u8], mark: &str| memchr::memmem::find(bytes, mark.as_bytes());
    let marks = [("${", "}"), ("{{", "}}"), ("{%", "%}")];
    marks.iter().any(|(open, close)| {
        let Some(at) = find(bytes, open) else {
            return false;
        };
        find(&bytes[at + open.len()..], close).is_some()
    })
}

/// The fault of a reading.
pub(super) fn find(value: &Text, reading: &Reading, format: &Format) -> Option<Fault> {
    let is_silent =
        |failure: &Failure| matches!(failure.reason, Reason::NotThere | Reason::Undecided);
    if reading.outcome.as_ref().is_err_and(is_silent) {
        return None;
    }
    let braces = uri_fault::console_braces(value, reading);
    let fault = match &reading.outcome {
        _ if braces.is_some() => braces?,
        // What is wrong with the URI inside an object is asked where its parts are known.
        Err(_) if in_nested(reading).is_some() => in_nested(reading)?.clone(),
        Err(failure) => failed(value, reading, failure, format),
        Ok(_) if reading.unusable.is_some() => unusable(reading)?,
        Ok(connection) => match &reading.shape {
            Shape::Uri(parts) => {
                let conn_type = connection
                    .conn_type
                    .as_ref()
                    .map_or("", |text| text.expose());
                uri_fault::find(value, parts, conn_type)?
            }
            Shape::Json(Some(tree)) => match format {
                Format::SecretsManager { .. } => aliased(tree, format)?,
                // What is silently wrong with the URI inside.
                _ => in_nested(reading)?.clone(),
            },
            _ => return None,
        },
    };
    if reading.is_unknown(value) {
        return None;
    }
    Some(Fault {
        format: format.clone(),
        ..fault
    })
}

fn in_nested(reading: &Reading) -> Option<&Fault> {
    reading.nested.as_ref()?.reading.fault.as_deref()
}

pub(super) fn silent(kind: FaultKind, at: Text) -> Fault {
    Fault {
        kind,
        at,
        exception: None,
        format: Format::Airflow,
    }
}

fn failed(value: &Text, reading: &Reading, failure: &Failure, format: &Format) -> Fault {
    let at = failure.at.clone();
    let fault = |kind, at| Fault {
        kind,
        at,
        exception: Some(failure.exception).filter(|name| !name.is_empty()),
        format: Format::Airflow,
    };
    let kind = match &failure.reason {
        Reason::InvalidConnectionString => {
            let third = separators_before(value, failure.range.start) >= 2;
            if uri_fault::in_query(value.expose(), failure.range.start) {
                FaultKind::UrlInQuery
            } else if third {
                FaultKind::Rejected(Rejected::ThirdSeparator)
            } else if let Some(at) = uri_fault::second_scheme(value) {
                return fault(FaultKind::SchemeTwice, at);
            } else {
                FaultKind::Rejected(Rejected::SecondSeparator)
            }
        }
        Reason::Brackets => match in_userinfo(value, &failure.range) {
            Some(character) => FaultKind::Unencoded { character },
            None => FaultKind::Rejected(Rejected::Brackets),
        },
        Reason::Nfkc => FaultKind::Rejected(Rejected::Nfkc),
        Reason::PortOutOfRange | Reason::PortNotANumber => {
            if let Shape::Uri(parts) = &reading.shape
                && let Some((character, at)) = uri_fault::cut_credentials(value, parts)
            {
                return fault(FaultKind::Unencoded { character }, at);
            }
            if failure.reason == Reason::PortOutOfRange {
                FaultKind::PortOutOfRange
            } else {
                let port = at.expose();
                FaultKind::PortNotANumber {
                    several_hosts: port.contains(',') && port.contains(':'),
                }
            }
        }
        Reason::Json(error) => FaultKind::NotAnObject(NotAnObject::Broken(error.kind)),
        Reason::ExtraNotJson => FaultKind::Extra { is_json: false },
        Reason::ExtraNotObject => FaultKind::Extra { is_json: true },
        Reason::UnknownKey => unknown_key(reading, &at, format),
        Reason::ConnId => FaultKind::ConnId {
            becomes_type: false,
        },
        Reason::UriWithFields => {
            let kind = FaultKind::UriWithFields {
                task_only: is_taken_by_core(reading),
            };
            return fault(kind, key(reading, "uri").unwrap_or(at));
        }
        Reason::ConnTypeMissing => FaultKind::ConnTypeMissing,
        Reason::IntegerTooLong => FaultKind::NotAnObject(NotAnObject::IntegerTooLong),
        Reason::ExtraUnreadable => FaultKind::ExtraUnreadable,
        Reason::Surrogate(field) => FaultKind::Surrogate(field),
        Reason::Blank => FaultKind::Blank,
        Reason::Empty | Reason::NotThere | Reason::Undecided => FaultKind::Empty,
        Reason::NotAnObject | Reason::NotALiteral => FaultKind::NotAnObject(NotAnObject::List),
        Reason::ExtraConnWords => FaultKind::ExtraConnWords,
        Reason::FieldType(field) | Reason::GetUri(field) => described(field, &at),
        Reason::Port if at.expose().starts_with('"') => FaultKind::PortText,
        Reason::Port => described("port", &at),
    };
    fault(kind, at)
}

fn unusable(reading: &Reading) -> Option<Fault> {
    let failure = reading.unusable.as_ref()?;
    let kind = match failure.reason {
        Reason::GetUri(field) => described(field, &failure.at),
        Reason::Surrogate(field) => FaultKind::Surrogate(field),
        _ => FaultKind::ExtraUnreadable,
    };
    Some(Fault {
        kind,
        at: failure.at.clone(),
        exception: Some(failure.exception),
        format: Format::Airflow,
    })
}

fn separators_before(value: &Text, end: usize) -> usize {
    value
        .expose()
        .get(..end)
        .map_or(0, |head| head.matches("://").count())
}

/// The bracket at `range`, if it stands before the last `@` of the authority.
fn in_userinfo(value: &Text, range: &std::ops::Range<usize>) -> Option<char> {
    let rest = value.expose().get(range.start..)?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    rest[..end]
        .contains('@')
        .then(|| rest.chars().next())
        .flatten()
}

/// True when the value has a fault for every release from 2.0 to 3.3.2: a guessed target may then
/// be as sure as a chosen one. Otherwise the release from which it has one, where it has one up to
/// the newest.
pub fn holds_everywhere(value: &Text, format: &Format) -> Result<(), Option<Version>> {
    /// One release for each way of reading; Python as its images have it.
    const PROBES: [(Version, u8); 10] = [
        (Version::new(2, 0, 0), 8),
        (Version::new(2, 1, 0), 8),
        (Version::new(2, 3, 0), 10),
        (Version::new(2, 6, 3), 10),
        (Version::new(2, 7, 0), 11),
        (Version::new(3, 0, 0), 12),
        (Version::new(3, 1, 0), 12),
        (Version::new(3, 1, 6), 12),
        (Version::new(3, 2, 0), 12),
        (Version::new(3, 3, 2), 12),
    ];
    // Where anything stands does not matter here, and through layers of escapes it is slow.
    let bare = Text::verbatim(value.expose(), 0);
    let is_known = !is_unknown(value);
    let value = if is_known { &bare } else { value };
    let is_own = match format {
        Format::Airflow => true,
        Format::SecretsManager { extra_conn_words } => extra_conn_words.is_empty(),
        _ => false,
    };
    let alike = (is_known && is_own).then(|| Alike::of(value.expose()));
    // What was found for readers that go about it in the same way.
    let mut known: Vec<(Ways, bool)> = Vec::new();
    let mut since = None;
    let mut everywhere = true;
    for (airflow, minor) in PROBES {
        let faulty = [Runtime::Server, Runtime::Task].into_iter().any(|runtime| {
            let reader = Reader {
                airflow,
                runtime,
                python: Python { major: 3, minor },
            };
            let is_faulty = || read(value, &reader, format).fault.is_some();
            let Some(alike) = alike else {
                return is_faulty();
            };
            let ways = alike.of_ways(Ways::of(&reader));
            if let Some((_, faulty)) = known.iter().find(|(known, _)| *known == ways) {
                return *faulty;
            }
            let faulty = is_faulty();
            known.push((ways, faulty));
            faulty
        });
        if !faulty {
            everywhere = false;
            since = None;
        } else if since.is_none() {
            since = Some(airflow);
        }
    }
    if everywhere { Ok(()) } else { Err(since) }
}
