//! What `list`, `resolve` and `config` print of values: JSON as Python reads it, and what is shown of
//! a connection without `--reveal`. The one room besides the formats in which a value may become output.

use crate::airflow::conn_types;
use crate::airflow::connection::{Connection, Fields, Format, Reading, Shape, taken};
use crate::list::MayShow;
use crate::source::ascii;
use crate::syntax::json::{Kind, Value, parse};

/// What stands for a value that is not shown.
pub(super) const MASK: &str = "***";

/// What needs no escape in a JSON string and begins no command.
const QUIET: [bool; 256] = ascii::letters_digits_and(b" _-./:*@=+,()~!");

/// Appends a JSON string, without what a GitHub runner takes for a command.
pub(super) fn string(out: &mut Vec<u8>, text: &str) {
    let quiet = |byte: u8| QUIET[usize::from(byte)];
    if text.bytes().all(quiet) {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
        return;
    }
    let written = serde_json::to_string(text).expect("a string is written");
    out.extend_from_slice(super::inert::inert(&written).as_bytes());
}

/// Appends `"key": `, with a comma and a blank before it unless it is the first.
pub(super) fn key(out: &mut Vec<u8>, key: &str) {
    if !matches!(out.last(), Some(b'{') | None) {
        out.extend_from_slice(b", ");
    }
    out.push(b'"');
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\": ");
}

/// What stands between the brackets of a list.
pub(super) fn separated<T>(
    out: &mut Vec<u8>,
    items: impl IntoIterator<Item = T>,
    mut item: impl FnMut(&mut Vec<u8>, T),
) {
    for (index, one) in items.into_iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(b", ");
        }
        item(out, one);
    }
}

/// Appends a value as Python holds it: repeated keys joined, numbers with their digits, and
/// `{"__float__": "nan"}` for what JSON has no word for.
pub(super) fn python(out: &mut Vec<u8>, value: Value<'_>) {
    match value.kind() {
        Kind::Object => {
            out.push(b'{');
            separated(out, value.effective_members(), |out, member| {
                string(out, &member.key.as_str().unwrap_or_default());
                out.extend_from_slice(b": ");
                python(out, member.value);
            });
            out.push(b'}');
        }
        Kind::Array => {
            out.push(b'[');
            separated(out, value.items(), python);
            out.push(b']');
        }
        Kind::String => string(out, &value.as_str().unwrap_or_default()),
        Kind::NaN => out.extend_from_slice(b"{\"__float__\": \"nan\"}"),
        Kind::Infinity => out.extend_from_slice(b"{\"__float__\": \"inf\"}"),
        Kind::NegInfinity => out.extend_from_slice(b"{\"__float__\": \"-inf\"}"),
        _ => out.extend_from_slice(value.raw().expose().as_bytes()),
    }
}

/// A field of a connection as its class holds it.
enum Held<'c> {
    None,
    Text(&'c str),
    /// A value of another type, which JSON may bring.
    Json(Value<'c>),
    /// A whole number.
    Number(&'c str),
}

/// A field of a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    ConnType,
    Description,
    Host,
    Login,
    Password,
    Schema,
    Port,
    Extra,
}

/// The fields that are printed, in their order.
const FIELDS: [Field; 8] = [
    Field::ConnType,
    Field::Description,
    Field::Host,
    Field::Login,
    Field::Password,
    Field::Schema,
    Field::Port,
    Field::Extra,
];

impl Field {
    const fn word(self) -> &'static str {
        match self {
            Self::ConnType => "conn_type",
            Self::Description => "description",
            Self::Host => "host",
            Self::Login => "login",
            Self::Password => "password",
            Self::Schema => "schema",
            Self::Port => "port",
            Self::Extra => "extra",
        }
    }
}

/// A connection and how it was read: what is printed of it.
#[derive(Clone, Copy)]
pub(super) struct Shown<'c> {
    source: Source<'c>,
    reveal: bool,
    /// The parts that are no secrets are shown.
    parts: bool,
    /// The type is one that the settings file declares.
    own_type: bool,
}

#[derive(Clone, Copy)]
enum Source<'c> {
    Read {
        reading: &'c Reading,
        format: &'c Format,
        connection: &'c Connection,
    },
    Plain(&'c Fields<'c>),
}

impl<'c> Shown<'c> {
    /// `None` where nothing was built.
    pub(super) fn new(
        reading: &'c Reading,
        format: &'c Format,
        may_show: MayShow,
        reveal: bool,
    ) -> Option<Self> {
        Some(Self {
            source: Source::Read {
                reading,
                format,
                connection: reading.outcome.as_ref().ok()?,
            },
            reveal,
            parts: reveal || may_show.parts,
            own_type: may_show.own_type,
        })
    }

    /// Of a value about which there is nothing to say.
    pub(super) fn plain(fields: &'c Fields<'c>, reveal: bool) -> Self {
        Self {
            source: Source::Plain(fields),
            reveal,
            parts: true,
            own_type: false,
        }
    }

    /// Appends the object of `list` and `resolve`.
    pub(super) fn json(&self, out: &mut Vec<u8>) {
        out.push(b'{');
        for field in FIELDS {
            if field == Field::Extra {
                key(out, field.word());
                self.extra(out);
                continue;
            }
            let held = self.field(field);
            if field == Field::Description && matches!(held, Held::None) {
                continue;
            }
            key(out, field.word());
            match held {
                Held::None => out.extend_from_slice(b"null"),
                held if !self.shows(field, &held) => string(out, MASK),
                Held::Text(text) => string(out, text),
                Held::Json(value) => python(out, value),
                Held::Number(digits) => out.extend_from_slice(digits.as_bytes()),
            }
        }
        out.push(b'}');
    }

    /// A line for people: `smtp  user:***@relay.example.com:465/db  extra ***`.
    pub(super) fn line(&self) -> String {
        let part = |field| match self.field(field) {
            Held::None => None,
            held if !self.shows(field, &held) => Some(MASK.to_owned()),
            Held::Text(text) => Some(super::one_line(text)).filter(|text| !text.is_empty()),
            Held::Json(value) => Some(super::one_line(value.raw().expose())),
            Held::Number(digits) => Some(digits.to_owned()),
        };
        let mut line = part(Field::ConnType).unwrap_or_else(|| "(no type)".to_owned());
        line.push_str("  ");
        let (login, password) = (part(Field::Login), part(Field::Password));
        if login.is_some() || password.is_some() {
            line.push_str(&login.unwrap_or_default());
            if let Some(password) = password {
                line.push(':');
                line.push_str(&password);
            }
            line.push('@');
        }
        line.push_str(&part(Field::Host).unwrap_or_default());
        for (mark, field) in [(":", Field::Port), ("/", Field::Schema)] {
            if let Some(text) = part(field) {
                line.push_str(mark);
                line.push_str(&text);
            }
        }
        match self.source {
            Source::Read { connection, .. } => {
                let extra = connection.extra.as_ref();
                if let Some(extra) = extra.filter(|text| !text.is_empty()) {
                    let shown = if self.reveal {
                        super::one_line(extra.expose())
                    } else {
                        MASK.to_owned()
                    };
                    line.push_str("  extra ");
                    line.push_str(&shown);
                }
            }
            Source::Plain(fields) if fields.has_extra => line.push_str("  extra ***"),
            Source::Plain(_) => {}
        }
        line
    }

    fn extra(&self, out: &mut Vec<u8>) {
        let extra = match self.source {
            Source::Plain(fields) if fields.has_extra => return string(out, MASK),
            Source::Plain(_) => None,
            Source::Read { connection, .. } => connection.extra.as_ref(),
        };
        let Some(extra) = extra.filter(|text| !text.is_empty()) else {
            out.extend_from_slice(b"null");
            return;
        };
        if !self.reveal {
            string(out, MASK);
            return;
        }
        if let Ok(tree) = parse(extra) {
            python(out, tree.root());
        } else {
            out.extend_from_slice(b"{\"__unparsed__\": ");
            string(out, extra.expose());
            out.push(b'}');
        }
    }

    /// True for what may be printed without `--reveal`, and for everything with it.
    fn shows(&self, field: Field, held: &Held<'_>) -> bool {
        let text = match held {
            _ if self.reveal => return true,
            Held::None | Held::Text("") => return true,
            _ if !self.parts => return false,
            Held::Number(_) => return true,
            Held::Json(_) => return false,
            Held::Text(text) => *text,
        };
        match field {
            Field::ConnType => self.own_type || conn_types::is_registered(text),
            Field::Host => is_plain_host(text),
            Field::Schema => is_plain_schema(text),
            Field::Login => match self.source {
                Source::Plain(fields) => fields
                    .password
                    .as_deref()
                    .is_some_and(|text| !text.is_empty()),
                Source::Read { connection, .. } => {
                    let password = connection.password.as_ref();
                    password.is_some_and(|password| !password.is_empty())
                }
            },
            _ => false,
        }
    }

    fn field(&self, field: Field) -> Held<'_> {
        match self.source {
            Source::Plain(fields) => {
                let text = match field {
                    Field::ConnType => &fields.conn_type,
                    Field::Description => &fields.description,
                    Field::Host => &fields.host,
                    Field::Login => &fields.login,
                    Field::Password => &fields.password,
                    Field::Schema => &fields.schema,
                    Field::Port | Field::Extra => {
                        return fields.port.map_or(Held::None, Held::Number);
                    }
                };
                text.as_deref().map_or(Held::None, Held::Text)
            }
            Source::Read {
                reading,
                format,
                connection,
            } => read_field(reading, format, connection, field),
        }
    }
}

fn read_field<'c>(
    reading: &'c Reading,
    format: &Format,
    connection: &'c Connection,
    field: Field,
) -> Held<'c> {
    let text = match field {
        Field::ConnType => &connection.conn_type,
        Field::Description => &connection.description,
        Field::Host => &connection.host,
        Field::Login => &connection.login,
        Field::Password => &connection.password,
        Field::Schema => &connection.schema,
        Field::Extra => &connection.extra,
        Field::Port => {
            let Some(digits) = &connection.port else {
                return Held::None;
            };
            // Only a local file keeps a port that is no number.
            return match typed(reading, format, field).filter(|_| format.keeps_port()) {
                Some(value) if value.kind() == Kind::String => Held::Text(digits),
                Some(value) => Held::Json(value),
                None => Held::Number(digits),
            };
        }
    };
    let Some(text) = text else {
        return Held::None;
    };
    match typed(reading, format, field).filter(|value| value.kind() != Kind::String) {
        Some(value) => Held::Json(value),
        None => Held::Text(text.expose()),
    }
}

/// The member of a JSON object that became the field.
fn typed<'c>(reading: &'c Reading, format: &Format, field: Field) -> Option<Value<'c>> {
    let Shape::Json(Some(tree)) = &reading.shape else {
        return None;
    };
    if reading.nested.is_some() && field != Field::Description {
        return None;
    }
    let fields = taken(tree.root(), format);
    let member = fields
        .into_iter()
        .find(|taken| taken.field == field.word())?;
    Some(member.member.value)
}

/// `[A-Za-z0-9.-]` with an optional known protocol.
fn is_plain_host(host: &str) -> bool {
    let name = ["http://", "https://"]
        .into_iter()
        .find_map(|protocol| host.strip_prefix(protocol))
        .unwrap_or(host);
    name.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
}

/// `[A-Za-z0-9_]{1,63}`
fn is_plain_schema(schema: &str) -> bool {
    schema.len() <= 63
        && schema
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
