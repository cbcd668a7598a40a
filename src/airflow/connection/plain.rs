//! The common forms of a connection, of which nothing is to be said: told in one pass over the
//! characters, without building anything. Most values of an export have one of them.
//!
//! Yes is said only where [`super::read`] finds no fault for any reader and no rule has a suspicion;
//! tests hold them against each other. No says nothing. So every doubt is a no: blanks, escapes that
//! need not be, capital letters in a host. Between the two stand values of which rules give no more
//! than [`Advice`].

mod cursor;
mod extra;
mod fields;
#[cfg(test)]
mod tests;
mod uri;

use self::cursor::{Cursor, Member};
use self::extra::Takes;
pub use self::fields::{Fields, fields};
use super::{Format, Local};
use crate::airflow::Version;
use crate::source::ascii;

/// No longer than this are most extras.
const SHORT: usize = 256;

/// Longest value that is looked at: texts and integers that Python refuses are longer.
const LONGEST: usize = 4000;

/// What advice (findings of severity info) rules may have on a value about which there is nothing else
/// to say; "no more than this", as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Advice(u8);

impl Advice {
    /// None at all: the value is plain.
    pub const NONE: Self = Self(0);
    /// A value of a query that servers decode as JSON and tasks do not.
    pub const DECODED: Self = Self(1);
    /// A connection type that nobody registers.
    pub const TYPE: Self = Self(2);
    /// A key of the extra that the hook is not known to read.
    pub const KEY: Self = Self(4);

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True when `other` is among it.
    pub const fn holds(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// True where no reader of release `airflow` finds a fault in a `value` kept in `format`, and no rule
/// anything to say about it.
pub fn is_plain(value: &str, airflow: Version, format: &Format) -> bool {
    let looks = match format {
        Format::Local(Local::Value { .. }) => object_looks_plain,
        _ => looks_plain,
    };
    may_be_plain(value, airflow, format) && looks(value) == Some(Advice::NONE)
}

/// The part of [`is_plain`] that depends on who reads.
pub fn may_be_plain(value: &str, airflow: Version, format: &Format) -> bool {
    may_be_plain_as(value.starts_with('{'), airflow, format)
}

/// The same of a value of which no more is known than whether it begins as an object does.
pub fn may_be_plain_as(is_object: bool, airflow: Version, format: &Format) -> bool {
    match format {
        // A text is a URI there, whatever it looks like.
        Format::Local(Local::Text) => !is_object,
        Format::Local(Local::Value { .. }) => is_object,
        Format::Airflow => !is_object || airflow >= Version::new(2, 3, 0),
        // Words of its own may name a field that does not exist.
        Format::SecretsManager { extra_conn_words } => {
            !is_object || airflow >= Version::new(2, 3, 0) && extra_conn_words.is_empty()
        }
        // Other stores have objects of their own.
        Format::OwnWay(_) | Format::Vault(_) | Format::Akeyless => false,
    }
}

/// The part of [`is_plain`] that takes time: the characters. `None` where there may be more to say
/// than advice.
pub fn looks_plain(value: &str) -> Option<Advice> {
    let bytes = value.as_bytes();
    if bytes.len() > LONGEST {
        return None;
    }
    if bytes.first() == Some(&b'{') {
        plain_object(bytes, Place::Text)
    } else {
        uri::plain_uri(bytes)
    }
}

/// The same of an object that is a value of a local file, and not the text of one.
pub fn object_looks_plain(value: &str) -> Option<Advice> {
    let bytes = value.as_bytes();
    if bytes.len() > LONGEST {
        return None;
    }
    yes(bytes.first() == Some(&b'{'))?;
    plain_object(bytes, Place::File)
}

/// Where an object stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In a text of its own.
    Text,
    /// Among others in a local file: its fields are the constructor's as they stand.
    File,
}

/// What a key of a query or an extra, or a host, is made of.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "without a branch many bytes are asked at once"
)]
const fn is_of_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() | (byte == b'-') | (byte == b'.') | (byte == b'_')
}

fn yes(is: bool) -> Option<()> {
    is.then_some(())
}

/// The byte that `%XX` stands for.
fn escaped(rest: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = rest else {
        return None;
    };
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    Some(digit(*high)? << 4 | digit(*low)?)
}

/// 1 to 9999, or 10000 to 59999: what is larger is left to those who count.
fn is_port(port: &[u8]) -> bool {
    let first = match port.len() {
        1..=4 => b'1'..=b'9',
        5 => b'1'..=b'5',
        _ => return false,
    };
    first.contains(&port[0]) && port.iter().all(u8::is_ascii_digit)
}

/// The keys of one object, to find repeated ones.
#[derive(Default)]
struct Seen<'b> {
    keys: [&'b [u8]; 12],
    count: usize,
}

impl<'b> Seen<'b> {
    /// False for a key that was there before, for one with unusual characters, and where there are
    /// very many.
    fn is_new(&mut self, key: &'b [u8]) -> bool {
        if key.is_empty() || !ascii::all(key, is_of_key) || self.keys[..self.count].contains(&key) {
            return false;
        }
        let Some(slot) = self.keys.get_mut(self.count) else {
            return false;
        };
        *slot = key;
        self.count += 1;
        true
    }
}

/// The keys of a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    ConnType,
    Host,
    Login,
    Password,
    Port,
    Schema,
    Extra,
    Description,
}

impl Field {
    const COUNT: usize = Self::Description as usize + 1;

    fn of(key: &[u8]) -> Option<Self> {
        Some(match key {
            b"conn_type" => Self::ConnType,
            b"host" => Self::Host,
            b"login" => Self::Login,
            b"password" => Self::Password,
            b"port" => Self::Port,
            b"schema" => Self::Schema,
            b"extra" => Self::Extra,
            b"description" => Self::Description,
            _ => return None,
        })
    }
}

/// `{"conn_type": "…", "host": "…", "port": 5432, "extra": {…}}`
fn plain_object(bytes: &[u8], place: Place) -> Option<Advice> {
    let mut cursor = Cursor {
        bytes,
        at: 1,
        lines: false,
        spread: place == Place::File,
    };
    let mut seen = [false; Field::COUNT];
    let mut takes = None;
    // These are judged when the type is known.
    let (mut extra, mut schema): (_, &[u8]) = (None, b"");
    loop {
        let field = Field::of(cursor.key()?)?;
        yes(!std::mem::replace(&mut seen[field as usize], true))?;
        let start = cursor.at;
        cursor.lines = field == Field::Extra;
        let value = cursor.value()?;
        if let Member::Text(b"None" | b"null" | b"NULL" | b"nil" | b"undefined") = value {
            // What is left of a value that was none.
            return None;
        }
        match (field, value) {
            (Field::Port, Member::Text(port)) => yes(place == Place::Text && is_port(port))?,
            (Field::Port, Member::Integer) => {
                yes(is_port(cursor.bytes[start..cursor.at].trim_ascii()))?;
            }
            (Field::Description, Member::Text(_))
            | (Field::Extra, Member::Text(b""))
            | (_, Member::Null) => {}
            (Field::Extra, value @ (Member::Text(_) | Member::Object)) => {
                if matches!(value, Member::Object) {
                    yes(place == Place::Text)?;
                    cursor.skip_object()?;
                }
                extra = Some((value, start));
            }
            (Field::ConnType, Member::Text(name)) => takes = Some(extra::of_type(name)?),
            (Field::Host, Member::Text(host)) => yes(ascii::all(host, is_of_key))?,
            (Field::Login | Field::Password | Field::Schema, Member::Text(text)) => {
                yes(field == Field::Password || !text.contains(&b' '))?;
                if field == Field::Schema {
                    schema = text;
                }
            }
            _ => return None,
        }
        cursor.lines = false;
        match cursor.next()? {
            b',' => {}
            b'}' => break,
            _ => return None,
        }
    }
    yes(cursor.at == bytes.len())?;
    let (takes, advice) = takes?;
    yes(takes.schema(schema))?;
    let more = match extra {
        None => Some(Advice::NONE),
        Some((Member::Text(text), _)) => {
            let (mut few, mut many);
            let decoded: &mut [u8] = if text.len() <= SHORT {
                few = [0; SHORT];
                &mut few
            } else {
                many = [0; LONGEST];
                &mut many
            };
            let decoded = unescape(text, decoded)?;
            let length = decoded.len();
            let mut cursor = Cursor {
                bytes: decoded,
                at: 0,
                lines: true,
                spread: false,
            };
            yes(cursor.next()? == b'{')?;
            let more = plain_extra(&mut cursor, takes)?;
            (cursor.at == length).then_some(more)
        }
        Some((_, start)) => {
            let mut cursor = Cursor {
                bytes,
                at: start,
                lines: true,
                spread: false,
            };
            cursor.next()?;
            plain_extra(&mut cursor, takes)
        }
    };
    Some(advice.and(more?))
}

/// The members of an extra, behind its bracket.
fn plain_extra(cursor: &mut Cursor<'_>, takes: &Takes) -> Option<Advice> {
    let mut seen = Seen::default();
    let mut advice = Advice::NONE;
    loop {
        let key = cursor.key()?;
        // `has_plain_password` finds the field by its key.
        yes(!key.starts_with(b"__") && key != b"password" && seen.is_new(key))?;
        let more = match cursor.value()? {
            Member::Text(text) => {
                yes(!text.is_empty())?;
                takes.text(key, text)
            }
            Member::Integer => takes.integer(key),
            Member::Float => takes.float(key),
            Member::Boolean => takes.boolean(key),
            Member::Object => {
                cursor.skip_object()?;
                takes.object(key)
            }
            Member::Null => None,
        };
        advice = advice.and(more?);
        match cursor.next()? {
            b',' => {}
            b'}' => return Some(advice),
            _ => return None,
        }
    }
}

/// The text of a JSON string without letters behind its backslashes.
fn unescape<'o>(text: &[u8], out: &'o mut [u8]) -> Option<&'o [u8]> {
    let mut length = 0;
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        let byte = match byte {
            b'\\' => *bytes
                .next()
                .filter(|byte| matches!(byte, b'"' | b'\\' | b'/'))?,
            other => other,
        };
        *out.get_mut(length)? = byte;
        length += 1;
    }
    Some(&out[..length])
}
