//! `int(str)` and `int(float)`.

use super::space::is_space;

/// The code points of the digit zero in every script that has decimal digits (category Nd of
/// Unicode 15.0, Python 3.12); nine more follow each.
const ZEROS: [u32; 68] = [
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66,
    0xDE6, 0xE50, 0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90,
    0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
    0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650,
    0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16A60, 0x16AC0,
    0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E950,
    0x1FBF0,
];

/// Longest run of digits that Python turns into a number (`sys.get_int_max_str_digits()`); more
/// raise `ValueError`.
pub const MAX_DIGITS: usize = 4300;

/// `unicodedata.decimal(character)`: 0 to 9.
pub fn decimal(character: char) -> Option<u8> {
    if character.is_ascii() {
        return character
            .to_digit(10)
            .and_then(|digit| u8::try_from(digit).ok());
    }
    let code = character as u32;
    let next = ZEROS.partition_point(|&zero| zero <= code);
    let zero = ZEROS[..next].last()?;
    u8::try_from(code - zero).ok().filter(|&digit| digit < 10)
}

/// `str(int(text, 10))`; `None` where Python raises `ValueError`. Blanks around it, one sign,
/// single underscores between digits and the digits of any script are accepted.
pub fn parse(text: &str) -> Option<String> {
    // The separators of ASCII are blanks to `str.strip()`, and not here.
    let text = text.trim_matches(|c| is_space(c) && !matches!(c, '\u{1c}'..='\u{1f}'));
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let mut number = String::with_capacity(digits.len());
    let mut count = 0;
    let mut underscore = true;
    for character in digits.chars() {
        if character == '_' {
            if underscore {
                return None;
            }
            underscore = true;
            continue;
        }
        let digit = decimal(character)?;
        underscore = false;
        count += 1;
        if digit != 0 || !number.is_empty() {
            number.push(char::from(b'0' + digit));
        }
    }
    if underscore || count > MAX_DIGITS {
        return None;
    }
    if number.is_empty() {
        number.push('0');
    } else if negative {
        number.insert(0, '-');
    }
    Some(number)
}

/// `str(int(number))` of a finite number: the fraction is cut off.
pub fn truncate(number: f64) -> String {
    let whole = format!("{:.0}", number.trunc());
    if whole == "-0" {
        return "0".to_owned();
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_as_python_reads_them() {
        let read = |text: &str| parse(text);
        for (text, number) in [
            ("5432", "5432"),
            (" 5432\n", "5432"),
            ("5_432", "5432"),
            ("+007", "7"),
            ("-0", "0"),
            ("-12", "-12"),
            ("\u{ff18}\u{ff10}", "80"),
            ("\u{663}\u{663}\u{660}\u{666}", "3306"),
            ("\u{1d7d8}", "0"),
        ] {
            assert_eq!(read(text).as_deref(), Some(number), "{text}");
        }
        for text in [
            "5\u{1f}", "\u{1c}5", "", " ", "_1", "1_", "1__2", "+ 5", "5.0", "1e3", "0x1", "--1",
            "\u{b2}",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&"1".repeat(MAX_DIGITS)).map(|n| n.len()), Some(4300));
        assert_eq!(read(&"0".repeat(MAX_DIGITS + 1)), None);
    }

    #[test]
    fn floats_lose_their_fraction() {
        assert_eq!(truncate(5432.9), "5432");
        assert_eq!(truncate(-0.5), "0");
        assert_eq!(truncate(1e23), "99999999999999991611392");
    }
}
