//! JSON as Python's `json` module reads it, with a span for every key and value.
//!
//! Differences to the standard that Python has and this reader therefore has too: `NaN`,
//! `Infinity` and `-Infinity` are values, keys may repeat (the last one wins), integers have any
//! size, a lone surrogate escape is a character, a BOM is an error. The tree is flat and built
//! without recursion, so that nesting cannot exhaust the stack.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use crate::source::{Span, Text};

mod alike;
mod certain;
pub mod fault;
pub mod held;
mod lex;
mod parser;
pub mod scan;
pub mod stream;
mod unescape;
pub mod write;

pub use self::certain::certain_error;
pub use self::parser::{parse, parse_head};
use self::unescape::unescape;
pub use self::unescape::{decode, unescape_onto, unescape_plain};

/// Nesting that every Python from 3.8 to 3.13 reads. Measured from a nearly empty call stack,
/// `json.loads` raises `RecursionError` after 994 levels on 3.8 to 3.11, 1497 on 3.12 and 9998 on
/// 3.13; inside Airflow the stack is never empty.
pub const MAX_DEPTH: usize = 900;

/// What Python's `json.loads` complains of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// "Expecting value".
    ExpectingValue,
    /// "Expecting property name enclosed in double quotes".
    ExpectingPropertyName,
    /// "Expecting ':' delimiter".
    ExpectingColon,
    /// "Expecting ',' delimiter".
    ExpectingComma,
    /// "Unterminated string starting at"; the offset is the opening quote.
    UnterminatedString,
    /// "Invalid control character at".
    InvalidControlCharacter,
    /// "Invalid \\escape".
    InvalidEscape,
    /// "Invalid \\uXXXX escape".
    InvalidUnicodeEscape,
    /// "Extra data": the text goes on after the value.
    ExtraData,
    /// "Unexpected UTF-8 BOM (decode using utf-8-sig)".
    Bom,
    /// Nested more than [`MAX_DEPTH`] levels: `RecursionError` in Python.
    TooDeep,
}

impl ErrorKind {
    /// Python's own words, which hold nothing of the input.
    pub const fn python_message(self) -> &'static str {
        match self {
            Self::ExpectingValue => "Expecting value",
            Self::ExpectingPropertyName => "Expecting property name enclosed in double quotes",
            Self::ExpectingColon => "Expecting ':' delimiter",
            Self::ExpectingComma => "Expecting ',' delimiter",
            Self::UnterminatedString => "Unterminated string",
            Self::InvalidControlCharacter => "Invalid control character",
            Self::InvalidEscape => "Invalid \\escape",
            Self::InvalidUnicodeEscape => "Invalid \\uXXXX escape",
            Self::ExtraData => "Extra data",
            Self::Bom => "Unexpected UTF-8 BOM",
            Self::TooDeep => "maximum recursion depth exceeded",
        }
    }

    /// The name of the Python exception.
    pub const fn exception(self) -> &'static str {
        match self {
            Self::TooDeep => "RecursionError",
            _ => "JSONDecodeError",
        }
    }
}

/// Why a text is not JSON for Python, and where (byte offset in the decoded text, the place that
/// Python names).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Byte offset in the text that was parsed.
    pub at: usize,
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// `"…"`
    String,
    /// Without fraction or exponent: a Python `int` of any size.
    Integer,
    /// With fraction or exponent: a Python `float`.
    Float,
    /// `true`
    True,
    /// `false`
    False,
    /// `null`
    Null,
    /// `NaN`
    NaN,
    /// `Infinity`
    Infinity,
    /// `-Infinity`
    NegInfinity,
}

impl Kind {
    /// "a string", "an object", …: for messages.
    pub const fn described(self) -> &'static str {
        match self {
            Self::Object => "an object",
            Self::Array => "a list",
            Self::String => "a string",
            Self::Integer | Self::Float | Self::NaN | Self::Infinity | Self::NegInfinity => {
                "a number"
            }
            Self::True | Self::False => "a boolean",
            Self::Null => "null",
        }
    }
}

#[derive(Clone, Copy)]
struct Node {
    kind: Kind,
    /// The string holds a backslash.
    escaped: bool,
    /// Range in the text.
    start: usize,
    end: usize,
    /// Index of the node after this one and all below it.
    after: usize,
}

/// A parsed text. Objects and arrays are laid out in document order: a key node, its value, the
/// next key.
#[derive(Clone)]
pub struct Json {
    text: Text,
    nodes: Vec<Node>,
    /// Objects and arrays that the text breaks off in, the outermost first.
    open: Vec<usize>,
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json({} nodes)", self.nodes.len())
    }
}

impl Json {
    /// The outermost value.
    pub fn root(&self) -> Value<'_> {
        Value {
            json: self,
            index: 0,
        }
    }

    /// Every key and value, in document order.
    pub fn values(&self) -> impl Iterator<Item = Value<'_>> {
        (0..self.nodes.len()).map(|index| Value { json: self, index })
    }

    /// The text that was parsed.
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// The same tree, of something that breaks off in the last `depth` objects and arrays.
    #[must_use]
    pub fn broken_off(mut self, depth: usize) -> Self {
        self.open.clear();
        let mut next = Some(0).filter(|_| !self.nodes.is_empty());
        while let Some(index) = next
            && self.open.len() < depth
            && matches!(self.nodes[index].kind, Kind::Object | Kind::Array)
        {
            self.open.push(index);
            let mut child = index + 1;
            next = None;
            while child < self.nodes[index].after {
                next = Some(child);
                child = self.nodes[child].after;
            }
        }
        self
    }
}

/// One value of a [`Json`].
#[derive(Clone, Copy)]
pub struct Value<'a> {
    json: &'a Json,
    index: usize,
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({})", self.kind().described())
    }
}

/// A key and its value.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// The key, a string value.
    pub key: Value<'a>,
    /// The value.
    pub value: Value<'a>,
}

impl<'a> Value<'a> {
    fn node(self) -> Node {
        self.json.nodes[self.index]
    }

    /// Its type.
    pub fn kind(self) -> Kind {
        self.node().kind
    }

    /// True for an object or array that the text breaks off in: it may hold more.
    pub fn is_open(self) -> bool {
        self.json.open.contains(&self.index)
    }

    /// Decoded range in the parsed text, quotes and brackets included.
    pub fn range(self) -> Range<usize> {
        self.node().start..self.node().end
    }

    /// Span in the file, quotes and brackets included.
    pub fn span(self) -> Span {
        self.json.text.span(self.range())
    }

    /// The characters as they stand, quotes and brackets included.
    pub fn raw(self) -> Text {
        self.json.text.slice(self.range())
    }

    /// Span of a string without its quotes; of other values, the whole.
    pub fn inner_span(self) -> Span {
        let range = self.range();
        if self.kind() == Kind::String {
            self.json.text.span(range.start + 1..range.end - 1)
        } else {
            self.span()
        }
    }

    /// A string's decoded value with its map; `None` for other types.
    pub fn string(self) -> Option<Text> {
        let node = self.node();
        if node.kind != Kind::String {
            return None;
        }
        let inner = node.start + 1..node.end - 1;
        if !node.escaped {
            return Some(self.json.text.slice(inner));
        }
        Some(unescape(&self.json.text, inner))
    }

    /// A string's decoded value for comparison; `None` for other types.
    pub fn as_str(self) -> Option<Cow<'a, str>> {
        let node = self.node();
        if node.kind != Kind::String {
            return None;
        }
        if node.escaped {
            return self
                .string()
                .map(|text| Cow::Owned(text.expose().to_owned()));
        }
        Some(Cow::Borrowed(
            &self.json.text.expose()[node.start + 1..node.end - 1],
        ))
    }

    /// Python's truth value: `""`, `[]`, `{}`, `0`, `0.0`, `false` and `null` are false.
    pub fn is_truthy(self) -> bool {
        let node = self.node();
        match node.kind {
            Kind::Object | Kind::Array => node.after > self.index + 1,
            Kind::String => node.end - node.start > 2,
            Kind::Integer | Kind::Float => {
                let digits = &self.json.text.expose()[node.start..node.end];
                let mantissa = digits.split(['e', 'E']).next().unwrap_or(digits);
                // 1e-999 underflows to 0.0 as it does in Python.
                mantissa.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
                    && !(node.kind == Kind::Float
                        && digits.parse::<f64>().is_ok_and(|number| number == 0.0))
            }
            Kind::True | Kind::NaN | Kind::Infinity | Kind::NegInfinity => true,
            Kind::False | Kind::Null => false,
        }
    }

    /// The members of an object in document order, repeated keys included; none for other types.
    pub fn members(self) -> impl Iterator<Item = Member<'a>> {
        let node = self.node();
        let end = if node.kind == Kind::Object {
            node.after
        } else {
            0
        };
        let mut next = self.index + 1;
        std::iter::from_fn(move || {
            if next >= end {
                return None;
            }
            let key = Value {
                json: self.json,
                index: next,
            };
            let value = Value {
                json: self.json,
                index: next + 1,
            };
            next = value.node().after;
            Some(Member { key, value })
        })
    }

    /// The items of an array; none for other types.
    pub fn items(self) -> impl Iterator<Item = Value<'a>> {
        let node = self.node();
        let end = if node.kind == Kind::Array {
            node.after
        } else {
            0
        };
        let mut next = self.index + 1;
        std::iter::from_fn(move || {
            if next >= end {
                return None;
            }
            let value = Value {
                json: self.json,
                index: next,
            };
            next = value.node().after;
            Some(value)
        })
    }

    /// The member that Python keeps for `key`: the last one.
    pub fn member(self, key: &str) -> Option<Member<'a>> {
        self.members()
            .filter(|member| member.key.as_str().is_some_and(|name| name == key))
            .last()
    }

    /// The value that Python keeps for `key`.
    pub fn get(self, key: &str) -> Option<Value<'a>> {
        self.member(key).map(|member| member.value)
    }

    /// The members Python keeps: of repeated keys the last value, in the place of the first key,
    /// as a `dict` has them.
    pub fn effective_members(self) -> Vec<Member<'a>> {
        let mut kept: Vec<Member<'a>> = Vec::new();
        let mut seen: std::collections::HashMap<Cow<'a, str>, usize> =
            std::collections::HashMap::new();
        for member in self.members() {
            let Some(name) = member.key.as_str() else {
                continue;
            };
            if let Some(&index) = seen.get(&name) {
                kept[index].value = member.value;
            } else {
                seen.insert(name, kept.len());
                kept.push(member);
            }
        }
        kept
    }
}

#[cfg(test)]
mod tests;
