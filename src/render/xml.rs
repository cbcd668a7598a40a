//! What the XML formats share: text that may stand in XML 1.0.

use super::one_line;

/// One line for an attribute or a text. quick-xml escapes what XML knows an escape for; what it forbids even
/// then is escaped by us if it steers something ([`one_line`]), and replaced if it is no character.
pub(super) fn text(text: &str) -> String {
    one_line(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_xml_forbids_is_escaped_or_replaced() {
        assert_eq!(
            super::text("a\u{0}\u{b}\u{ffff}\tb"),
            "a\\u{0}\\u{b}\u{fffd}\\u{9}b"
        );
    }
}
