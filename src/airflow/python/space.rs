//! `str.strip()` and `str.isspace()`.

use crate::source::Text;

/// `str.isspace()` of one character: category Zs, or bidirectional type WS, B or S. U+FEFF is
/// none, and U+001C to U+001F are, unlike in Unicode's `White_Space`.
pub const fn is_space(character: char) -> bool {
    matches!(
        character,
        '\t'..='\r'
            | '\u{1c}'..='\u{20}'
            | '\u{85}'
            | '\u{a0}'
            | '\u{1680}'
            | '\u{2000}'..='\u{200a}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{202f}'
            | '\u{205f}'
            | '\u{3000}'
    )
}

/// True for blanks, and for characters that nobody sees: of no width, soft hyphen, byte order mark.
pub const fn is_invisible(character: char) -> bool {
    is_space(character)
        || matches!(
            character,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
        )
}

/// `text.strip()`.
pub fn strip(text: &Text) -> Text {
    text.trim_matches(is_space)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_s_blanks_are_not_unicode_s() {
        let strip = |text: &str| strip(&Text::verbatim(text, 0)).expose().to_owned();
        assert_eq!(strip(" \u{1c}\u{3000}a b\u{85}\u{b}\n"), "a b");
        assert_eq!(strip("\u{feff}a\u{200b}"), "\u{feff}a\u{200b}");
        assert_eq!(strip(" \t "), "");
    }
}
