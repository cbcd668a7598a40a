//! What a plain scalar is for the programs that read YAML: they differ in what they take for a number or
//! a truth value.

use std::sync::LazyLock;

use fancy_regex::Regex;

use super::{Style, Value, go};
use crate::source::{Text, TextBuilder};

/// A family of readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// `safe_load` of `airflow.utils.yaml` (YAML 1.1): `PyYAML` over libyaml.
    PyYaml,
    /// Go's yaml.v3 and what is built on it: compose. `on` and `yes` are texts there.
    Go,
    /// `sigs.k8s.io/yaml` (Helm, kubectl): Go's yaml.v2 with YAML 1.1 truth values; dates are texts.
    Kubernetes,
}

/// The type of a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A text.
    String,
    /// Empty, `~`, `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number of any notation.
    Integer,
    /// Any other number.
    Float,
    /// A date or a date with a time.
    Timestamp,
    /// Another type, by a tag.
    Tagged,
}

/// The type that `schema` gives a scalar; `None` for collections and unresolved aliases.
pub fn type_of(value: Value<'_>, schema: Schema) -> Option<Type> {
    let text = value.scalar()?.expose();
    match value.tag() {
        None => {}
        Some("!") if schema == Schema::PyYaml => {}
        Some("tag:yaml.org,2002:str" | "!") => return Some(Type::String),
        Some(tag) => return Some(tagged(tag, text, schema)),
    }
    if value.style() != Some(Style::Plain) {
        return Some(Type::String);
    }
    Some(match schema {
        Schema::PyYaml => plain(text),
        Schema::Go | Schema::Kubernetes => go::resolve(text, schema).0,
    })
}

/// The text that a Go program makes of a scalar (`fmt.Sprint`), with its map: what compose hands to the container. A
/// text is itself in every schema. `None` for null, dates, other tags and collections, and for what Python makes of
/// what is no text.
pub fn as_text(value: Value<'_>, schema: Schema) -> Option<Text> {
    let text = value.scalar()?;
    let printed = match (type_of(value, schema)?, schema) {
        (Type::String, _) => return Some(text.clone()),
        (_, Schema::PyYaml) | (Type::Null | Type::Timestamp | Type::Tagged, _) => return None,
        (Type::Bool(truth), _) => truth.to_string(),
        (Type::Integer | Type::Float, _) => go::resolve(text.expose(), schema).1?,
    };
    if printed == text.expose() {
        return Some(text.clone());
    }
    let mut out = TextBuilder::at(text.source().start);
    out.push_replaced(text, 0..text.len(), &printed);
    Some(out.finish())
}

/// `construct_yaml_int` and the like take what is written, in quotes or not.
fn tagged(tag: &str, text: &str, schema: Schema) -> Type {
    let plain = match schema {
        Schema::PyYaml => plain(text),
        Schema::Go | Schema::Kubernetes => go::resolve(text, schema).0,
    };
    match (tag, plain) {
        ("tag:yaml.org,2002:int", Type::Integer) => Type::Integer,
        ("tag:yaml.org,2002:float", Type::Integer | Type::Float) => Type::Float,
        ("tag:yaml.org,2002:bool", Type::Bool(truth)) => Type::Bool(truth),
        _ => Type::Tagged,
    }
}

/// The implicit resolvers of `PyYAML`.
fn plain(text: &str) -> Type {
    if matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Type::Null;
    }
    if matches!(text, "<<" | "=") {
        // Types of YAML 1.1 that `safe_load` has no constructor for.
        return Type::Tagged;
    }
    if let Some(truth) = truth(text, &["yes", "true", "on"], &["no", "false", "off"]) {
        return Type::Bool(truth);
    }
    if is_integer(text) {
        return Type::Integer;
    }
    if is_float(text) {
        return Type::Float;
    }
    if is_timestamp(text) {
        return Type::Timestamp;
    }
    Type::String
}

/// The form of a date or a time for `PyYAML`; whether the calendar has it is not asked.
pub(super) fn is_timestamp(text: &str) -> bool {
    TIMESTAMP.is_match(text).unwrap_or_default()
}

/// A word in one of the three spellings `yes`, `Yes` and `YES`.
pub(super) fn truth(text: &str, yes: &[&str], no: &[&str]) -> Option<bool> {
    let is = |words: &[&str]| {
        words.iter().any(|word| {
            let title = word[..1].to_ascii_uppercase() + &word[1..];
            text == *word || text == title || text == word.to_ascii_uppercase()
        })
    };
    if is(yes) {
        return Some(true);
    }
    is(no).then_some(false)
}

static TIMESTAMP: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)$";
    Regex::new(pattern).expect("a constant expression")
});

/// `[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+`
fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let all = |part: &str, is: fn(char) -> bool| {
        !part.is_empty() && part.chars().all(|c| is(c) || c == '_')
    };
    if let Some(part) = digits.strip_prefix("0b") {
        return all(part, |c| matches!(c, '0' | '1'));
    }
    if let Some(part) = digits.strip_prefix("0x") {
        return all(part, |c| c.is_ascii_hexdigit());
    }
    if let Some(part) = digits.strip_prefix('0') {
        return part.is_empty() || all(part, |c| c.is_digit(8));
    }
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    // Base 60.
    let mut parts = digits.split(':');
    let first = parts.next().unwrap_or_default();
    all(first, |c| c.is_ascii_digit()) && parts.all(is_sixty)
}

fn is_sixty(part: &str) -> bool {
    let digits = part.bytes().all(|byte| byte.is_ascii_digit());
    digits && (part.len() == 1 || part.len() == 2 && part.as_bytes()[0] <= b'5')
}

/// `PyYAML` wants a dot, and a sign in the exponent.
fn is_float(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(digits, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let is = |part: &str| {
        part.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
    };
    let (number, exponent) = match digits.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (digits, None),
    };
    let fits = exponent.is_none_or(|exponent| {
        let part = exponent.strip_prefix(['-', '+']).unwrap_or_default();
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
    });
    let Some((whole, rest)) = number.split_once('.').filter(|_| fits) else {
        return false;
    };
    let begins = whole.starts_with(|c: char| c.is_ascii_digit());
    if whole.contains(':') {
        // Base 60, as for whole numbers.
        let mut parts = whole.split(':');
        let first = parts.next().unwrap_or_default();
        return exponent.is_none() && begins && is(first) && parts.all(is_sixty) && is(rest);
    }
    // There is no sign before a dot.
    let bare = whole.is_empty() && digits.len() == text.len();
    let one = begins || bare && rest.starts_with(|c: char| c.is_ascii_digit());
    one && is(whole) && is(rest)
}

/// Days of a month; none of a month that does not exist.
pub(super) const fn days_of(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}
