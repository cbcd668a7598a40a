//! Values with a type: `conf.getboolean`, `getint` and `getfloat`.

use std::borrow::Cow;

use super::facts::facts;
use crate::airflow::Version;
use crate::airflow::python::int;
use crate::syntax::cfg::is_blank;

/// `conf.getboolean`: t, true, 1, f, false, 0 in any case; text after `#` is cut. `None` where it
/// raises.
pub fn read_bool(value: &str) -> Option<bool> {
    let lower = value.to_lowercase();
    let word = lower.trim_matches(is_blank);
    let word = word
        .split('#')
        .next()
        .unwrap_or(word)
        .trim_matches(is_blank);
    match word {
        "t" | "true" | "1" => Some(true),
        "f" | "false" | "0" => Some(false),
        _ => None,
    }
}

/// `conf.getint`, bounded to the size of the result; `None` where it raises. From 3.2 on a float
/// without fraction counts.
pub fn read_int(value: &str, airflow: Version) -> Option<i128> {
    if let Some(number) = int::parse(value) {
        let bound = if number.starts_with('-') {
            i128::MIN
        } else {
            i128::MAX
        };
        return Some(number.parse().unwrap_or(bound));
    }
    if airflow < facts().whole_floats {
        return None;
    }
    let number = read_float(value)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "`as` bounds it, as documented"
    )]
    (number.is_finite() && number.fract() == 0.0).then_some(number as i128)
}

/// `conf.getfloat`: Python's `float(str)`; `None` where it raises.
pub fn read_float(value: &str) -> Option<f64> {
    let plain: String = value
        .chars()
        .map(|character| {
            int::decimal(character).map_or(character, |digit| char::from(b'0' + digit))
        })
        .collect();
    without_underscores(plain.trim_matches(is_blank))?
        .parse()
        .ok()
}

/// Underscores may stand between two digits and nowhere else.
fn without_underscores(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('_') {
        return Some(Cow::Borrowed(text));
    }
    let bytes = text.as_bytes();
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_digit)
    };
    let allowed = memchr::memchr_iter(b'_', bytes)
        .all(|at| is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)));
    allowed.then(|| Cow::Owned(text.replace('_', "")))
}
