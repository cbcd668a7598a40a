//! The words of a shell command in a Dockerfile.

use std::ops::Range;

use crate::source::Span;

/// One word without its quotes.
#[derive(Debug)]
pub(super) struct Word {
    pub(super) text: String,
    /// As it stands in the file.
    pub(super) raw: String,
    pub(super) span: Span,
    /// What separates two commands: `&&`, `;`, `|`.
    pub(super) is_end: bool,
}

/// The words of `text[span]`. A `\` before the end of a line goes on with the next; comment lines
/// between are Docker's. `lines`: the end of a line ends a command.
pub(super) fn of(text: &str, span: Range<usize>, lines: bool) -> Vec<Word> {
    let Some(command) = text.get(span.clone()) else {
        return Vec::new();
    };
    let bytes = command.as_bytes();
    let mut words = Vec::new();
    let mut at = 0;
    let mut line_start = false;
    while at < bytes.len() {
        let byte = bytes[at];
        let continues = byte == b'\\'
            && command[at + 1..]
                .trim_start_matches([' ', '\t', '\r'])
                .starts_with('\n');
        if continues {
            at += command[at..].find('\n').map_or(1, |lf| lf + 1);
            line_start = true;
        } else if byte == b'#' && (line_start || lines) {
            at += command[at..].find('\n').unwrap_or(bytes.len() - at);
        } else if byte == b'\n' && lines || matches!(byte, b';' | b'&' | b'|') {
            let here = Span::new(span.start + at, span.start + at + 1);
            words.push(Word {
                text: String::new(),
                raw: String::new(),
                span: here,
                is_end: true,
            });
            at += 1;
        } else if byte.is_ascii_whitespace() {
            at += 1;
            line_start |= byte == b'\n';
        } else {
            line_start = false;
            let (word, end) = word(command, at);
            words.push(Word {
                text: word,
                raw: command[at..end].to_owned(),
                span: Span::new(span.start + at, span.start + end),
                is_end: false,
            });
            at = end;
        }
    }
    words
}

/// The word that begins at `start`, and where it ends.
fn word(command: &str, start: usize) -> (String, usize) {
    let mut text = String::new();
    let mut quote = None;
    let mut chars = command[start..].char_indices().peekable();
    while let Some((offset, c)) = chars.next() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None | Some('"'), '\\') => match chars.next() {
                Some((_, '\n')) => return (text, start + offset),
                None => {}
                Some((_, next)) => text.push(next),
            },
            // As above: what ends a word must be what `of` steps over.
            (None, c) if c.is_ascii_whitespace() || matches!(c, ';' | '&' | '|') => {
                return (text, start + offset);
            }
            (_, c) => text.push(c),
        }
    }
    (text, command.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_has_an_end() {
        let texts = |command: &str| -> Vec<String> {
            let words = of(command, 0..command.len(), false);
            words.into_iter().map(|word| word.text).collect()
        };
        assert_eq!(
            texts("pip install \u{2028}x"),
            ["pip", "install", "\u{2028}x"]
        );
        assert_eq!(texts("pip \u{b}x"), ["pip", "\u{b}x"]);
        assert_eq!(texts("pip \\"), ["pip", ""]);
        assert_eq!(texts("pip \\\n  install"), ["pip", "install"]);
        assert_eq!(texts("a\\\nb \"c d"), ["a", "b", "c d"]);
    }

    /// An endless loop, a gap and an overlap would all show here.
    #[test]
    fn words_follow_one_another_whatever_the_text() {
        let letters = [
            'a', '\\', '\n', '\'', '"', '#', ';', ' ', '\u{2028}', '\u{b}', '\r',
        ];
        let mut texts = vec![String::new()];
        for _ in 0..4 {
            let longer = texts.iter().flat_map(|text| {
                letters.map(|letter| {
                    let mut text = text.clone();
                    text.push(letter);
                    text
                })
            });
            texts = longer.collect();
            for text in &texts {
                for lines in [false, true] {
                    let words = of(text, 0..text.len(), lines);
                    let mut from = 0;
                    for word in words {
                        assert!(from <= word.span.start, "{text:?}");
                        assert!(word.span.start < word.span.end, "{text:?}");
                        from = word.span.end;
                    }
                    assert!(from <= text.len(), "{text:?}");
                }
            }
        }
    }
}
