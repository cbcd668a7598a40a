//! What Go's YAML libraries make of a plain scalar: `resolve` in `resolve.go` of yaml.v3, and of the yaml.v2 that
//! `sigs.k8s.io/yaml` holds. Both read numbers alike.

use std::sync::LazyLock;

use fancy_regex::Regex;

use super::schema::{Schema, Type, days_of, truth};

/// The type, and of a number what `fmt.Sprint` prints.
pub(super) fn resolve(text: &str, schema: Schema) -> (Type, Option<String>) {
    let kubernetes = schema == Schema::Kubernetes;
    if matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return (Type::Null, None);
    }
    let truth = if kubernetes {
        truth(
            text,
            &["true", "yes", "on", "y"],
            &["false", "no", "off", "n"],
        )
    } else {
        truth(text, &["true"], &["false"])
    };
    if let Some(truth) = truth {
        return (Type::Bool(truth), None);
    }
    if let Some(word) = no_number(text) {
        return (Type::Float, Some(word.to_owned()));
    }
    if text.starts_with('.') {
        // `ParseFloat` of the text as it stands.
        return float(text);
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+')) {
        return (Type::String, None);
    }
    if is_timestamp(text) {
        // yaml.v2 decodes dates into texts.
        let kind = if kubernetes {
            Type::String
        } else {
            Type::Timestamp
        };
        return (kind, None);
    }
    let digits = text.replace('_', "");
    if let Some(number) = integer(&digits) {
        return (Type::Integer, Some(number));
    }
    float(&digits)
}

fn no_number(text: &str) -> Option<&'static str> {
    match text {
        ".nan" | ".NaN" | ".NAN" => Some("NaN"),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Some("+Inf"),
        "-.inf" | "-.Inf" | "-.INF" => Some("-Inf"),
        _ => None,
    }
}

/// `strconv.ParseInt(digits, 0, 64)`, then `ParseUint`.
fn integer(digits: &str) -> Option<String> {
    let unsigned = digits.strip_prefix(['-', '+']).unwrap_or(digits);
    let (part, radix) = match unsigned.as_bytes() {
        [b'0', b'b' | b'B', ..] => (&unsigned[2..], 2),
        [b'0', b'o' | b'O', ..] => (&unsigned[2..], 8),
        [b'0', b'x' | b'X', ..] => (&unsigned[2..], 16),
        [b'0', _, ..] => (&unsigned[1..], 8),
        _ => (unsigned, 10),
    };
    if part.starts_with(['-', '+']) {
        return None;
    }
    let number = u64::from_str_radix(part, radix).ok()?;
    if digits.starts_with('-') {
        let fits = number <= i64::MIN.unsigned_abs();
        return fits.then(|| (-i128::from(number)).to_string());
    }
    // `ParseUint` takes no sign.
    let fits = !digits.starts_with('+') || i64::try_from(number).is_ok();
    fits.then(|| number.to_string())
}

static FLOAT: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$";
    Regex::new(pattern).expect("a constant expression")
});

fn float(digits: &str) -> (Type, Option<String>) {
    let number = FLOAT
        .is_match(digits)
        .unwrap_or_default()
        .then(|| digits.parse::<f64>().ok())
        .flatten()
        // `ErrRange`
        .filter(|number| number.is_finite());
    match number {
        Some(number) => (Type::Float, Some(printed(number))),
        None => (Type::String, None),
    }
}

/// `%v`: the shortest digits that give the number, with an exponent below -4 and from 6 on.
fn printed(number: f64) -> String {
    if number == 0.0 {
        return if number.is_sign_negative() { "-0" } else { "0" }.to_owned();
    }
    let exact = format!("{number:e}");
    let (mantissa, exponent) = exact.split_once('e').unwrap_or((&exact, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&exponent) {
        return number.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}

static TIMESTAMP: LazyLock<Regex> = LazyLock::new(|| {
    let time = r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?";
    let pattern = format!(
        r"^([0-9]{{4}})-([0-9]{{1,2}})-([0-9]{{1,2}})(?:[Tt]{time}(?:Z|[-+][0-9]{{2}}:[0-9]{{2}})| {time})?$"
    );
    Regex::new(&pattern).expect("a constant expression")
});

/// `parseTimestamp`, which asks `time.Parse` for a date that exists.
fn is_timestamp(text: &str) -> bool {
    let Ok(Some(parts)) = TIMESTAMP.captures(text) else {
        return false;
    };
    let number = |index: usize| -> Option<u32> { parts.get(index)?.as_str().parse().ok() };
    let (Some(year), Some(month), Some(day)) = (number(1), number(2), number(3)) else {
        return false;
    };
    let days = days_of(year, month);
    let within = |index: usize, below: u32| number(index).is_none_or(|number| number < below);
    let time = within(4, 24) && within(5, 60) && within(6, 60);
    let other = within(7, 24) && within(8, 60) && within(9, 60);
    (1..=days).contains(&day) && time && other
}
