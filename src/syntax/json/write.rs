//! Writing a text as a JSON string that reads as the same text, with its map kept.

use crate::source::{Text, TextBuilder};

/// Adds `text` as a JSON string: quotes stand for no byte of their own, an escape for the character that
/// it stands for.
pub fn push_string(builder: &mut TextBuilder, text: &Text) {
    let source = text.source();
    builder.push(
        "\"",
        crate::source::Span::at(source.start),
        crate::source::Fidelity::Elsewhere,
    );
    let value = text.expose();
    let mut from = 0;
    for (at, c) in value.char_indices() {
        let escape = match c {
            '"' => "\\\"".to_owned(),
            '\\' => "\\\\".to_owned(),
            c if c < ' ' => format!("\\u{:04x}", u32::from(c)),
            _ => continue,
        };
        builder.push_from(text, from..at);
        from = at + c.len_utf8();
        builder.push_replaced(text, at..from, &escape);
    }
    builder.push_from(text, from..value.len());
    builder.push(
        "\"",
        crate::source::Span::at(source.end),
        crate::source::Fidelity::Elsewhere,
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::json;

    #[test]
    fn what_is_written_reads_as_the_text_at_its_own_bytes() {
        let text = Text::verbatim("a\"\\\n\u{1}é\tz", 10);
        let mut builder = TextBuilder::at(10);
        push_string(&mut builder, &text);
        let written = builder.finish();
        let tree = json::parse(&written).unwrap();
        let read = tree.root().string().unwrap();
        assert_eq!(read.expose(), text.expose());
        for (at, c) in text.expose().char_indices() {
            let range = at..at + c.len_utf8();
            assert_eq!(read.span(range.clone()), text.span(range));
        }
    }
}
