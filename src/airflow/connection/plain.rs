//! The common forms of a connection, of which nothing is to be said: told in one pass over the
//! characters, without building anything. Most values of an export have one of them.
//!
//! Yes is said only where [`super::read`] finds no fault for any reader and no rule has a suspicion;
//! tests hold them against each other. No says nothing. So every doubt is a no: blanks, escapes that
//! need not be, capital letters in a host. Between the two stand values of which rules give no more
//! than [`Advice`].

mod extra;
#[cfg(test)]
mod tests;

use self::extra::Takes;
use super::Format;
use crate::airflow::Version;

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
    may_be_plain(value, airflow, format) && looks_plain(value) == Some(Advice::NONE)
}

/// The part of [`is_plain`] that depends on who reads.
pub fn may_be_plain(value: &str, airflow: Version, format: &Format) -> bool {
    // Local files are short, and what begins with `{` may be a text there.
    if matches!(format, Format::Local(_)) {
        return false;
    }
    if !value.starts_with('{') {
        return true;
    }
    // `Format::SecretsManager` with words of its own may name a field that does not exist.
    let own_words = match format {
        Format::Airflow => false,
        Format::SecretsManager { extra_conn_words } => !extra_conn_words.is_empty(),
        Format::Local(_) => true,
    };
    airflow >= Version::new(2, 3, 0) && !own_words
}

/// The part of [`is_plain`] that takes time: the characters. `None` where there may be more to say
/// than advice.
pub fn looks_plain(value: &str) -> Option<Advice> {
    let bytes = value.as_bytes();
    if bytes.len() > LONGEST {
        return None;
    }
    if bytes.first() == Some(&b'{') {
        plain_object(bytes)
    } else {
        plain_uri(bytes)
    }
}

/// What may stand in any part of a URI without a meaning of its own there.
const QUIET: [bool; 256] = table(b"-._~!*,");
/// What a key of a query or an extra, or a host, is made of.
const KEY: [bool; 256] = table(b"-._");

/// Letters, digits and `more`.
const fn table(more: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0u8;
    while byte < 128 {
        table[byte as usize] = byte.is_ascii_alphanumeric();
        byte += 1;
    }
    let mut index = 0;
    while index < more.len() {
        table[more[index] as usize] = true;
        index += 1;
    }
    table
}

fn all(bytes: &[u8], table: &[bool; 256]) -> bool {
    bytes.iter().all(|&byte| table[usize::from(byte)])
}

fn yes(is: bool) -> Option<()> {
    is.then_some(())
}

/// `scheme://login:password@host:port/path?key=value&key=value`, every part but the scheme
/// optional, without any other character that divides.
fn plain_uri(bytes: &[u8]) -> Option<Advice> {
    let colon = bytes.iter().take(64).position(|&byte| byte == b':')?;
    let (scheme, rest) = bytes.split_at(colon);
    let rest = rest.strip_prefix(b"://")?;
    let (takes, advice) = extra::of_scheme(scheme)?;
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?'));
    let (authority, rest) = rest.split_at(end.unwrap_or(rest.len()));
    is_plain_authority(authority)?;
    let mark = rest.iter().position(|&byte| byte == b'?');
    let (path, query) = rest.split_at(mark.unwrap_or(rest.len()));
    yes(is_quoted(path, b'/', b'/'))?;
    yes(takes.schema(path.strip_prefix(b"/").unwrap_or(path)))?;
    match query.split_first() {
        Some((_, query)) => Some(advice.and(plain_query(query, takes)?)),
        None => Some(advice),
    }
}

/// Characters that are [`QUIET`], the two that are given, and escapes that are needed.
fn is_quoted(bytes: &[u8], one: u8, other: u8) -> bool {
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if QUIET[usize::from(byte)] || byte == one || byte == other {
            at += 1;
        } else if byte == b'%' && is_needed_escape(&bytes[at..]) {
            at += 3;
        } else {
            return false;
        }
    }
    true
}

/// `%40`: an escape of a visible ASCII character that has a meaning in URIs, and of a `%` only where
/// it is not an escape once more.
fn is_needed_escape(rest: &[u8]) -> bool {
    let Some(byte) = escaped(rest) else {
        return false;
    };
    let unreserved = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    byte.is_ascii_graphic()
        && !unreserved
        && (byte != b'%'
            || !rest
                .get(3..5)
                .is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit)))
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

fn is_plain_authority(authority: &[u8]) -> Option<()> {
    let host = match authority.iter().position(|&byte| byte == b'@') {
        Some(at) => {
            let (user, host) = (&authority[..at], &authority[at + 1..]);
            let colon = user.iter().position(|&byte| byte == b':');
            let (login, password) = match colon {
                Some(colon) => (&user[..colon], &user[colon + 1..]),
                None => (user, &user[..0]),
            };
            yes(is_quoted(login, b'+', b'=') && is_quoted(password, b'+', b'='))?;
            host
        }
        None => authority,
    };
    let (host, port) = match host.iter().position(|&byte| byte == b':') {
        Some(colon) => (&host[..colon], Some(&host[colon + 1..])),
        None => (host, None),
    };
    yes(all(host, &KEY) && port.is_none_or(is_port))
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

/// Pairs that become the extra; `__extra__` is an extra by itself.
fn plain_query(query: &[u8], takes: &Takes) -> Option<Advice> {
    let mut seen = Seen::default();
    let mut advice = Advice::NONE;
    for pair in query.split(|&byte| byte == b'&') {
        let equals = pair.iter().position(|&byte| byte == b'=')?;
        let (key, value) = (&pair[..equals], &pair[equals + 1..]);
        yes(!key.starts_with(b"__") && seen.is_new(key) && is_quoted(value, b'/', b':'))?;
        // A second `://` cuts the text there.
        yes(!value.is_empty() && !value.windows(2).any(|two| two == b"//"))?;
        let more = match decoded(value) {
            Decoded::Text => takes.text(key, value)?,
            Decoded::Same => takes.text_of_json(key, value)?.and(Advice::DECODED),
            Decoded::Other => return None,
        };
        advice = advice.and(more);
    }
    Some(advice)
}

/// What servers make of a value of a query since 3.1.6.
enum Decoded {
    /// The text.
    Text,
    /// A number or a boolean that is written in the same way.
    Same,
    /// Something else, or that is not told here.
    Other,
}

fn decoded(value: &[u8]) -> Decoded {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    let number = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'e' | b'E');
    match value[0] {
        b'1'..=b'9' if value.len() <= 15 && value.iter().all(u8::is_ascii_digit) => Decoded::Same,
        b'0'..=b'9' | b'-' if digits.iter().all(number) => Decoded::Other,
        b't' if value == b"true" => Decoded::Same,
        b'n' | b'N' | b'I' | b'f'
            if [&b"null"[..], b"NaN", b"Infinity", b"false"].contains(&value) =>
        {
            Decoded::Other
        }
        b'%' => Decoded::Other,
        _ => Decoded::Text,
    }
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
        if key.is_empty() || !all(key, &KEY) || self.keys[..self.count].contains(&key) {
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

/// A value of an object.
enum Member<'b> {
    /// The inside of a string, escapes as they stand.
    Text(&'b [u8]),
    Integer,
    Float,
    Boolean,
    Null,
    /// From its bracket on.
    Object,
}

/// `{"conn_type": "…", "host": "…", "port": 5432, "extra": {…}}`
fn plain_object(bytes: &[u8]) -> Option<Advice> {
    const FIELDS: [&[u8]; 8] = [
        b"conn_type",
        b"host",
        b"login",
        b"password",
        b"port",
        b"schema",
        b"extra",
        b"description",
    ];
    let mut cursor = Cursor {
        bytes,
        at: 1,
        lines: false,
    };
    let mut seen = [false; FIELDS.len()];
    let mut takes = None;
    // These are judged when the type is known.
    let (mut extra, mut schema): (_, &[u8]) = (None, b"");
    loop {
        let key = cursor.key()?;
        let field = FIELDS.iter().position(|field| *field == key)?;
        yes(!std::mem::replace(&mut seen[field], true))?;
        let start = cursor.at;
        cursor.lines = key == b"extra";
        let value = cursor.value()?;
        if let Member::Text(b"None" | b"null" | b"NULL" | b"nil" | b"undefined") = value {
            // What is left of a value that was none.
            return None;
        }
        match (key, value) {
            (b"port", Member::Text(port)) => yes(is_port(port))?,
            (b"port", Member::Integer) => {
                yes(is_port(cursor.bytes[start..cursor.at].trim_ascii()))?;
            }
            (b"description", Member::Text(_))
            | (b"extra", Member::Text(b""))
            | (_, Member::Null) => {}
            (b"extra", value @ (Member::Text(_) | Member::Object)) => {
                if matches!(value, Member::Object) {
                    cursor.skip_object()?;
                }
                extra = Some((value, start));
            }
            (b"conn_type", Member::Text(name)) => takes = Some(extra::of_type(name)?),
            (b"host", Member::Text(host)) => yes(all(host, &KEY))?,
            (b"login" | b"password" | b"schema", Member::Text(text)) => {
                yes(key == b"password" || !text.contains(&b' '))?;
                if key == b"schema" {
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
            let mut decoded = [0; LONGEST];
            let decoded = unescape(text, &mut decoded)?;
            let length = decoded.len();
            let mut cursor = Cursor {
                bytes: decoded,
                at: 0,
                lines: true,
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

/// What the bytes of a JSON string mean here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Plain,
    Quote,
    Backslash,
    Percent,
    High,
    Control,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Plain; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte {
            0x22 => Class::Quote,
            0x5c => Class::Backslash,
            0x25 => Class::Percent,
            0..0x20 | 0x7f => Class::Control,
            0x80.. => Class::High,
            _ => Class::Plain,
        };
        byte += 1;
    }
    classes
};

struct Cursor<'b> {
    bytes: &'b [u8],
    at: usize,
    /// Texts may be of several lines: an extra holds keys and certificates.
    lines: bool,
}

impl<'b> Cursor<'b> {
    /// The next byte that is no blank, stepped over.
    fn next(&mut self) -> Option<u8> {
        while self.bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        let byte = self.bytes.get(self.at).copied();
        self.at += 1;
        byte
    }

    /// A key and its colon.
    fn key(&mut self) -> Option<&'b [u8]> {
        yes(self.next()? == b'"')?;
        let key = self.string()?;
        yes(self.next()? == b':')?;
        Some(key)
    }

    fn value(&mut self) -> Option<Member<'b>> {
        let first = self.next()?;
        match first {
            b'"' => self.string().map(Member::Text),
            b'{' => Some(Member::Object),
            b't' => self.word(b"true", Member::Boolean),
            b'f' => self.word(b"false", Member::Boolean),
            b'n' => self.word(b"null", Member::Null),
            b'1'..=b'9' => {
                self.digits();
                if self.bytes.get(self.at) != Some(&b'.') {
                    return Some(Member::Integer);
                }
                self.at += 1;
                let start = self.at;
                self.digits();
                (self.at > start).then_some(Member::Float)
            }
            b'0' => (!matches!(self.bytes.get(self.at), Some(b'0'..=b'9' | b'.')))
                .then_some(Member::Integer),
            _ => None,
        }
    }

    fn digits(&mut self) {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &[u8], member: Member<'b>) -> Option<Member<'b>> {
        let rest = self.bytes.get(self.at - 1..)?;
        rest.starts_with(word).then(|| {
            self.at += word.len() - 1;
            member
        })
    }

    /// The inside of the string whose quote was stepped over: visible characters of ASCII, and
    /// letters of other scripts, without `%40` and the like.
    fn string(&mut self) -> Option<&'b [u8]> {
        let start = self.at;
        let rest = self.bytes.get(start..)?;
        let mut at = 0;
        loop {
            match CLASSES[usize::from(*rest.get(at)?)] {
                Class::Plain => at += 1,
                Class::Quote => break,
                Class::Backslash => match *rest.get(at + 1)? {
                    b'"' | b'\\' | b'/' => at += 2,
                    b'n' if self.lines => at += 2,
                    b'u' => {
                        yes(is_letter_escape(rest.get(at + 2..at + 6)?))?;
                        at += 6;
                    }
                    _ => return None,
                },
                Class::Percent => {
                    yes(escaped(&rest[at..]).is_none())?;
                    at += 1;
                }
                Class::High => {
                    yes(is_letter(&rest[at..]))?;
                    at += 2;
                }
                Class::Control => return None,
            }
        }
        self.at = start + at + 1;
        let text = &rest[..at];
        // A blank at either end is one too many, and so may be a quote or a `\n`.
        yes(text.first() != Some(&b' ') && text.last() != Some(&b' '))?;
        if !self.lines {
            yes(!matches!(
                text,
                [b'\'' | b'\\', ..]
                    | [.., b'\'']
                    | [.., b'\\', b'"' | b'\\']
                    | [.., b'\\', b'\\', _]
            ))?;
        }
        Some(text)
    }

    /// Steps over the rest of an object, behind its bracket, that holds flat ones at most.
    fn skip_object(&mut self) -> Option<()> {
        let mut inside = false;
        loop {
            self.key()?;
            if let Member::Object = self.value()? {
                yes(!std::mem::replace(&mut inside, true))?;
                continue;
            }
            loop {
                match self.next()? {
                    b',' => break,
                    b'}' if inside => inside = false,
                    b'}' => return Some(()),
                    _ => return None,
                }
            }
        }
    }
}

/// A letter of Latin script in two bytes: `é`.
fn is_letter(rest: &[u8]) -> bool {
    matches!(rest, [0xC3..=0xC9, ..])
}

/// `00e9`: the same as an escape.
fn is_letter_escape(digits: &[u8]) -> bool {
    let [b'0', high @ b'0'..=b'2', third, fourth] = digits else {
        return false;
    };
    let at_least_c0 = matches!(third, b'c'..=b'f' | b'C'..=b'F');
    let hex = third.is_ascii_hexdigit() && fourth.is_ascii_hexdigit();
    hex && match high {
        b'0' => at_least_c0,
        b'1' => true,
        _ => matches!(third, b'0'..=b'3'),
    }
}
