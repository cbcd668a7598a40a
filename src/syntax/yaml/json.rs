//! A YAML value as the JSON that says the same, with the map to the YAML: whoever reads JSON reads YAML too.
//!
//! Aliases and merged members are written out, up to a bound. What JSON cannot say (a date, a tag of
//! somebody's own, an alias without an anchor) has no JSON.

use super::schema::{Schema, Type, as_text, type_of};
use super::{Kind, Value, Yaml};
use crate::source::{Span, Text, TextBuilder};

/// Why there is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoJson {
    /// What stands in the way.
    pub why: Why,
    /// Where it stands.
    pub span: Span,
}

/// See [`NoJson`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// A date or a time.
    Timestamp,
    /// A tag that is not `!!str`.
    Tag,
    /// A key that is no text: a number, a truth value, a list.
    Key,
    /// An alias without an anchor.
    Alias,
    /// A whole number of more than 128 bits that is not decimal.
    Number,
    /// `<<` with something that is no mapping.
    Merge,
    /// A key of two mappings that are merged: releases of `PyYAML` differ in which of them counts.
    Contested,
    /// Somewhere in the file stands U+0085, U+2028 or U+2029, line breaks of YAML 1.1 that this reader does not
    /// take for such.
    Break,
    /// Aliases that unfold into much more than the file holds: see [`MAX_COPIES`].
    Size,
}

/// How many values more than the file has aliases may make: an alias bomb, or an anchor that holds itself.
pub const MAX_COPIES: usize = 1 << 16;
/// How many bytes more than the file has may be written.
const MAX_BYTES: usize = 4 << 20;

/// The tag of bytes in base64.
const BINARY: &str = "tag:yaml.org,2002:binary";

/// What may still be written.
struct Budget {
    values: usize,
    bytes: usize,
}

impl Budget {
    fn of(yaml: &Yaml) -> Self {
        Self {
            values: yaml.nodes.len() + MAX_COPIES,
            // A control character is six bytes, an empty value is `null`.
            bytes: yaml.length * 8 + MAX_BYTES,
        }
    }

    fn take(&mut self, values: usize, at: Value<'_>) -> Result<(), NoJson> {
        self.values = self
            .values
            .checked_sub(values)
            .ok_or_else(|| no(Why::Size, at))?;
        Ok(())
    }
}

enum Work<'a> {
    Value(Value<'a>),
    Syntax(&'static str, usize),
    Key(Value<'a>),
}

/// The JSON of `value` for readers of `schema`. Members stand in the order of their keys in the file, the merged ones
/// first.
///
/// # Errors
///
/// [`NoJson`], where JSON cannot say it or aliases make too much of it.
pub fn as_json(value: Value<'_>, schema: Schema) -> Result<Text, NoJson> {
    written(value, schema, false)
}

/// As [`as_json`], of what programs write of entries: `!!binary` is the base64 that stands there, a key that is no text
/// is what is written, and a member whose key is a list or a mapping is left out.
///
/// # Errors
///
/// As [`as_json`].
pub fn as_export(value: Value<'_>, schema: Schema) -> Result<Text, NoJson> {
    written(value, schema, true)
}

fn written(value: Value<'_>, schema: Schema, loose: bool) -> Result<Text, NoJson> {
    let mut out = TextBuilder::at(value.span().start);
    if let Some(at) = value.yaml.old_break {
        return Err(NoJson {
            why: Why::Break,
            span: Span::at(at),
        });
    }
    let mut budget = Budget::of(value.yaml);
    let mut work = vec![Work::Value(value)];
    while let Some(next) = work.pop() {
        let value = match next {
            Work::Syntax(text, at) => {
                out.push_within(text, Span::at(at));
                continue;
            }
            Work::Key(key) => {
                let text = key.scalar();
                match (text, type_of(key, schema)) {
                    (Some(text), Some(Type::String)) => string(&mut out, text),
                    // `flatten_mapping` makes a text of it.
                    (Some(text), _) if loose || is_equals(key, schema) => string(&mut out, text),
                    _ => return Err(no(Why::Key, key)),
                }
                continue;
            }
            Work::Value(value) => value,
        };
        if out.expose().len() > budget.bytes {
            return Err(no(Why::Size, value));
        }
        let Span { start, end } = value.span();
        match value.kind() {
            Kind::Unresolved => return Err(no(Why::Alias, value)),
            Kind::Scalar if loose && value.tag() == Some(BINARY) => match value.scalar() {
                Some(text) => string(&mut out, text),
                None => return Err(no(Why::Tag, value)),
            },
            Kind::Scalar => scalar(&mut out, value, schema)?,
            kind if value.tag().is_some_and(|tag| !is_own_tag(tag, kind)) => {
                return Err(no(Why::Tag, value));
            }
            Kind::Sequence => {
                out.push_within("[", Span::at(start));
                work.push(Work::Syntax("]", end));
                let items: Vec<Value<'_>> = value.items().collect();
                budget.take(items.len(), value)?;
                for (index, item) in items.into_iter().enumerate().rev() {
                    work.push(Work::Value(item));
                    if index > 0 {
                        work.push(Work::Syntax(",", item.span().start));
                    }
                }
            }
            Kind::Mapping => {
                out.push_within("{", Span::at(start));
                work.push(Work::Syntax("}", end));
                let unnamed = |pair: &super::Member<'_>| pair.key.scalar().is_none();
                if let Some(member) = value.pairs().find(unnamed).filter(|_| !loose) {
                    return Err(no(Why::Key, member.key));
                }
                if let Some(member) = value.pairs().find(super::Member::is_broken_merge) {
                    return Err(no(Why::Merge, member.value));
                }
                let gathered = value.gathered();
                budget.take(gathered.cost, value)?;
                if let Some(key) = gathered.contested
                    && schema == Schema::PyYaml
                {
                    return Err(no(Why::Contested, key));
                }
                let mut members = gathered.members;
                members.retain(|member| !unnamed(member));
                for (index, member) in members.into_iter().enumerate().rev() {
                    work.push(Work::Value(member.value));
                    work.push(Work::Syntax(":", member.key.span().end));
                    work.push(Work::Key(member.key));
                    if index > 0 {
                        work.push(Work::Syntax(",", member.key.span().start));
                    }
                }
            }
        }
    }
    Ok(out.finish())
}

/// `!!map` of a mapping changes nothing.
fn is_own_tag(tag: &str, kind: Kind) -> bool {
    match kind {
        Kind::Mapping => matches!(tag, "!" | "tag:yaml.org,2002:map"),
        Kind::Sequence => matches!(tag, "!" | "tag:yaml.org,2002:seq"),
        Kind::Scalar | Kind::Unresolved => false,
    }
}

/// A plain `=`, for which YAML 1.1 has a type.
fn is_equals(key: Value<'_>, schema: Schema) -> bool {
    let plain = key.style() == Some(super::Style::Plain) && key.tag().is_none();
    plain && schema == Schema::PyYaml && key.scalar().is_some_and(|text| text.expose() == "=")
}

fn no(why: Why, value: Value<'_>) -> NoJson {
    NoJson {
        why,
        span: value.span(),
    }
}

fn scalar(out: &mut TextBuilder, value: Value<'_>, schema: Schema) -> Result<(), NoJson> {
    let (Some(text), Some(kind)) = (value.scalar(), type_of(value, schema)) else {
        return Err(no(Why::Alias, value));
    };
    let whole = value.span();
    match kind {
        Type::String => string(out, text),
        Type::Null => out.push_within("null", whole),
        Type::Bool(true) => out.push_within("true", whole),
        Type::Bool(false) => out.push_within("false", whole),
        Type::Integer | Type::Float if schema != Schema::PyYaml => match as_text(value, schema) {
            Some(digits) => out.push_from(&digits, 0..digits.len()),
            None => return Err(no(Why::Number, value)),
        },
        Type::Integer => match integer(text.expose()) {
            Some(digits) if digits == text.expose() => out.push_from(text, 0..text.len()),
            Some(digits) => out.push_replaced(text, 0..text.len(), &digits),
            None => return Err(no(Why::Number, value)),
        },
        Type::Float => match float(text.expose()) {
            Some(digits) if digits == text.expose() => out.push_from(text, 0..text.len()),
            Some(digits) => out.push_replaced(text, 0..text.len(), &digits),
            None => return Err(no(Why::Number, value)),
        },
        Type::Timestamp => return Err(no(Why::Timestamp, value)),
        Type::Tagged => return Err(no(Why::Tag, value)),
    }
    Ok(())
}

/// A text between quotes; every character keeps its place.
fn string(out: &mut TextBuilder, text: &Text) {
    let value = text.expose();
    let source = text.source();
    out.push_within("\"", Span::at(source.start));
    let mut copied = 0;
    for (at, character) in value.char_indices() {
        let escape = match character {
            '"' => "\\\"".to_owned(),
            '\\' => "\\\\".to_owned(),
            '\n' => "\\n".to_owned(),
            c if c < ' ' => format!("\\u{:04x}", u32::from(c)),
            _ => continue,
        };
        out.push_from(text, copied..at);
        copied = at + character.len_utf8();
        out.push_replaced(text, at..copied, &escape);
    }
    out.push_from(text, copied..value.len());
    out.push_within("\"", Span::at(source.end));
}

/// `construct_yaml_int`, in decimal digits.
fn integer(text: &str) -> Option<String> {
    let plain = text.replace('_', "");
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let radix = |part: &str, radix: u32| {
        let number = u128::from_str_radix(part, radix).ok()?;
        Some(format!("{}{number}", if number == 0 { "" } else { sign }))
    };
    if digits.contains(':') {
        return Some(format!("{sign}{}", base_60(digits)?));
    }
    if let Some(part) = digits.strip_prefix("0b") {
        return radix(part, 2);
    }
    if let Some(part) = digits.strip_prefix("0x") {
        return radix(part, 16);
    }
    if let Some(part) = digits.strip_prefix("0o") {
        return radix(part, 8);
    }
    if digits.len() > 1 && digits.starts_with('0') {
        return radix(digits, if digits.contains(['8', '9']) { 10 } else { 8 });
    }
    let sign = if digits == "0" { "" } else { sign };
    Some(format!("{sign}{digits}"))
}

fn base_60(digits: &str) -> Option<u128> {
    digits.split(':').try_fold(0_u128, |sum, part| {
        sum.checked_mul(60)?.checked_add(part.parse().ok()?)
    })
}

/// `construct_yaml_float`, as JSON writes it; Python's `json` has words for the rest.
fn float(text: &str) -> Option<String> {
    let plain = text.replace('_', "").to_lowercase();
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", plain.strip_prefix('+').unwrap_or(&plain)),
    };
    if let Some((whole, rest)) = digits.split_once('.')
        && whole.contains(':')
    {
        let rest = if rest.is_empty() { "0" } else { rest };
        return Some(format!("{sign}{}.{rest}", base_60(whole)?));
    }
    match digits {
        ".inf" => return Some(format!("{sign}Infinity")),
        ".nan" => return Some("NaN".to_owned()),
        _ => {}
    }
    let (number, exponent) = match digits.split_once('e') {
        Some((number, exponent)) => (number, format!("e{exponent}")),
        None => (digits, String::new()),
    };
    let (whole, rest) = number.split_once('.').unwrap_or((number, "0"));
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let rest = if rest.is_empty() { "0" } else { rest };
    Some(format!("{sign}{whole}.{rest}{exponent}"))
}
