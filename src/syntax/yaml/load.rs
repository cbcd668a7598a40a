//! What `airflow.utils.yaml.safe_load` raises: libyaml's own errors, those of `Composer`, and those of
//! `SafeConstructor`.

use super::schema::{Schema, Type, days_of, type_of};
use super::{CONTROL_CHARACTER, Kind, Member, Style, Value, Yaml};
use crate::source::Span;

/// Why a file has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// In plain words, nothing of the input.
    pub what: &'static str,
    /// Where.
    pub span: Span,
    /// The exception; a `MarkedYAMLError` goes by that name.
    pub exception: &'static str,
    /// Airflow may well read it: a bound of this reader was met.
    pub is_limit: bool,
}

const MARKED: &str = "MarkedYAMLError";

/// The first thing for which `safe_load` raises.
pub fn refusal(yaml: &Yaml) -> Option<Refusal> {
    let at = |what, at: usize| Refusal {
        what,
        span: Span::new(at, at + 1),
        exception: MARKED,
        is_limit: false,
    };
    let syntax = [yaml.refused_by_libyaml(), yaml.error()];
    if let Some(error) = syntax.into_iter().flatten().min_by_key(|error| error.at) {
        let exception = if error.what == CONTROL_CHARACTER {
            "ReaderError"
        } else {
            MARKED
        };
        return Some(Refusal {
            is_limit: error.is_limit,
            exception,
            ..at(error.what, error.at)
        });
    }
    let no_anchor = |value: &Value<'_>| value.kind() == Kind::Unresolved;
    let composed = [
        yaml.twice_anchored
            .map(|place| at("an anchor stands twice", place)),
        yaml.values().find(no_anchor).map(|value| Refusal {
            span: value.span(),
            ..at("an alias without an anchor", 0)
        }),
        yaml.second
            .map(|place| at("a second document begins here", place)),
    ];
    if let Some(first) = composed.into_iter().flatten().min_by_key(|one| one.span) {
        return Some(first);
    }
    let mut keys = vec![false; yaml.nodes.len()];
    for key in yaml
        .values()
        .filter(|one| !one.is_alias())
        .flat_map(Value::pairs)
    {
        keys[key.key.index as usize] = true;
    }
    yaml.values()
        .find_map(|value| constructed(value, keys[value.index as usize]))
}

/// `SafeConstructor`
fn constructed(value: Value<'_>, is_key: bool) -> Option<Refusal> {
    if value.is_alias() {
        return None;
    }
    let no = |what, exception| {
        Some(Refusal {
            what,
            span: value.span(),
            exception,
            is_limit: false,
        })
    };
    let of_scalars = |kind: Type| matches!(kind, Type::Integer | Type::Float);
    match value.kind() {
        Kind::Scalar => {
            let text = value.scalar()?.expose();
            let kind = type_of(value, Schema::PyYaml)?;
            match value.tag() {
                None if !is_key
                    && matches!(text, "<<" | "=")
                    && value.style() == Some(Style::Plain) =>
                {
                    no("`<<` and `=` are no values", MARKED)
                }
                // `int("")`
                None if of_scalars(kind)
                    && text.trim_start_matches(['-', '+']).len() > 2
                    && is_empty_number(text) =>
                {
                    no("a number without digits", "ValueError")
                }
                None if kind == Type::Timestamp && !is_date(text) => {
                    no("a date that does not exist", "ValueError")
                }
                Some("tag:yaml.org,2002:int" | "tag:yaml.org,2002:float") if !of_scalars(kind) => {
                    let exception = if text.is_empty() {
                        "IndexError"
                    } else {
                        "ValueError"
                    };
                    no("no number", exception)
                }
                Some("tag:yaml.org,2002:bool") if !matches!(kind, Type::Bool(_)) => {
                    no("no truth value", "KeyError")
                }
                Some("tag:yaml.org,2002:timestamp") if !is_written_date(value) => {
                    no("no date", "AttributeError")
                }
                Some(tag) if !SCALARS.contains(&tag) => {
                    no("a tag that Airflow's reader does not know", MARKED)
                }
                _ => None,
            }
        }
        Kind::Sequence => match value.tag() {
            Some(tag) if !LISTS.contains(&tag) => no("a tag that does not fit a list", MARKED),
            _ => None,
        },
        Kind::Mapping => match value.tag() {
            Some(tag) if !MAPPINGS.contains(&tag) => {
                no("a tag that does not fit a mapping", MARKED)
            }
            _ => value.pairs().find_map(|pair| member(&pair)),
        },
        Kind::Unresolved => None,
    }
}

const SCALARS: [&str; 8] = [
    "!",
    "tag:yaml.org,2002:null",
    "tag:yaml.org,2002:bool",
    "tag:yaml.org,2002:int",
    "tag:yaml.org,2002:float",
    "tag:yaml.org,2002:binary",
    "tag:yaml.org,2002:timestamp",
    "tag:yaml.org,2002:str",
];
const LISTS: [&str; 4] = [
    "!",
    "tag:yaml.org,2002:seq",
    "tag:yaml.org,2002:omap",
    "tag:yaml.org,2002:pairs",
];
const MAPPINGS: [&str; 3] = ["!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:set"];

fn member(pair: &Member<'_>) -> Option<Refusal> {
    let no = |what, span| {
        Some(Refusal {
            what,
            span,
            exception: MARKED,
            is_limit: false,
        })
    };
    match pair.key.kind() {
        Kind::Mapping | Kind::Sequence => {
            let what = if pair.key.kind() == Kind::Mapping {
                "a mapping stands where a key belongs"
            } else {
                "a list stands where a key belongs"
            };
            no(what, pair.key.span())
        }
        _ if pair.is_broken_merge() => no("`<<` merges mappings only", pair.value.span()),
        _ => None,
    }
}

/// `0b_`, `0x_`
fn is_empty_number(text: &str) -> bool {
    let digits = text.trim_start_matches(['-', '+']);
    let part = digits.strip_prefix("0b").or(digits.strip_prefix("0x"));
    part.is_some_and(|part| part.bytes().all(|byte| byte == b'_'))
}

/// The date of a timestamp is one of the calendar.
fn is_date(text: &str) -> bool {
    let numbers: Vec<u32> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|part| part.parse().ok())
        .collect();
    let [year, month, day, time @ ..] = numbers.as_slice() else {
        return false;
    };
    let days = days_of(*year, *month);
    let limits = [24, 60, 60];
    let fits = time
        .iter()
        .zip(limits)
        .all(|(number, limit)| *number < limit);
    *year > 0 && (1..=days).contains(day) && fits
}

fn is_written_date(value: Value<'_>) -> bool {
    value
        .scalar()
        .is_some_and(|text| super::schema::is_timestamp(text.expose()) && is_date(text.expose()))
}
