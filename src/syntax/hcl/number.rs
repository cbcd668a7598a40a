//! Numbers as Terraform writes them.

/// More digits than these may be rounded by the 512 bits of Terraform's numbers.
const MOST_DIGITS: usize = 150;

/// The number `raw` without exponent, and without zeros that say nothing: what `tostring` and `jsonencode` write
/// (`big.Float.Text('f', -1)` in go-cty). `None` where that is not certain.
pub(super) fn plain(raw: &str) -> Option<String> {
    let (negative, rest) = match raw.strip_prefix('-') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, raw),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let only_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !only_digits || digits.len() > MOST_DIGITS || exponent.unsigned_abs() > 300 {
        return None;
    }
    // Where the point stands among the digits.
    let point = i32::try_from(whole.len()).ok()? + exponent;
    let leading = digits.len() - digits.trim_start_matches('0').len();
    let digits = digits.trim_start_matches('0').trim_end_matches('0');
    if digits.is_empty() {
        return (!negative).then(|| "0".to_owned());
    }
    let point = point - i32::try_from(leading).ok()?;
    let length = i32::try_from(digits.len()).ok()?;
    let sign = if negative { "-" } else { "" };
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    Some(if point <= 0 {
        format!("{sign}0.{}{digits}", zeros(-point))
    } else if point >= length {
        format!("{sign}{digits}{}", zeros(point - length))
    } else {
        let (whole, fraction) = digits.split_at(usize::try_from(point).ok()?);
        format!("{sign}{whole}.{fraction}")
    })
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn numbers_are_written_without_exponent_and_idle_zeros() {
        for (raw, expected) in [
            ("0", "0"),
            ("0.0", "0"),
            ("42", "42"),
            ("007", "7"),
            ("1.50", "1.5"),
            ("1.0", "1"),
            ("100", "100"),
            ("1e3", "1000"),
            ("1.25E2", "125"),
            ("1.25e1", "12.5"),
            ("42e-3", "0.042"),
            ("0.001e1", "0.01"),
            ("-5", "-5"),
            ("- 2.50", "-2.5"),
            ("18446744073709551616", "18446744073709551616"),
        ] {
            assert_eq!(plain(raw).as_deref(), Some(expected), "{raw}");
        }
        for raw in ["-0", "1e999", "x", ""] {
            assert_eq!(plain(raw), None, "{raw}");
        }
    }
}
