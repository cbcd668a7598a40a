//! The `.env` files of `LocalFilesystemBackend` and `airflow connections import`: a dialect of its own,
//! `_parse_env_file` of `airflow/secrets/local_filesystem.py`.
//!
//! `id=value` lines, cut at the first `=`, with nothing trimmed, unquoted or expanded. It is no
//! [`super::Dialect`]: no environment is made of it.

use std::fmt;

use crate::source::{Span, Text};

/// What the loader makes of the lines.
#[derive(Debug, Default)]
pub struct LocalEnv {
    /// In file order; repeated keys are all here.
    pub lines: Vec<LocalLine>,
    /// Lines for which the loader refuses the file.
    pub problems: Vec<(LocalProblem, Span)>,
}

/// One `key=value`.
pub struct LocalLine {
    /// Left of the first `=`, blanks included.
    pub key: String,
    /// Where it stands.
    pub key_span: Span,
    /// Right of it, to the end of the line.
    pub value: Text,
}

impl fmt::Debug for LocalLine {
    /// Without the key: a broken line may have made one of a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalLine")
            .field("key_span", &self.key_span)
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}

/// Why the loader refuses a line, and with it the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalProblem {
    /// No `=`; a line of blanks is one of these.
    NoEquals,
    /// Nothing stands before `=` (Airflow 3.1 and later).
    EmptyKey,
    /// Nothing stands behind `=`.
    EmptyValue,
}

/// `\s` of Python's `re`.
fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{1c}'..='\u{1f}')
}

/// Reads the text of a file.
pub fn read_local(text: &str) -> LocalEnv {
    let mut file = LocalEnv::default();
    for (start, line) in split_lines(text) {
        // `COMMENT_PATTERN = re.compile(r"\s*#.*")`
        if line.is_empty() || line.trim_start_matches(is_space).starts_with('#') {
            continue;
        }
        let span = Span::new(start, start + line.len());
        let Some(equals) = line.find('=') else {
            file.problems.push((LocalProblem::NoEquals, span));
            continue;
        };
        let (key, value) = (&line[..equals], &line[equals + 1..]);
        if key.is_empty() {
            file.problems.push((LocalProblem::EmptyKey, span));
        }
        if value.is_empty() {
            file.problems.push((LocalProblem::EmptyValue, span));
        }
        file.lines.push(LocalLine {
            key: key.to_owned(),
            key_span: Span::new(start, start + equals),
            value: Text::verbatim(value, start + equals + 1),
        });
    }
    file
}

/// `str.splitlines()`: more than line feeds end a line.
fn split_lines(text: &str) -> Vec<(usize, &str)> {
    let ends = |c: char| {
        matches!(
            c,
            '\n'..='\r' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    };
    let mut lines = Vec::new();
    let mut start = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if !ends(character) {
            continue;
        }
        lines.push((start, &text[start..at]));
        start = at + character.len_utf8();
        if character == '\r' && matches!(characters.peek(), Some((_, '\n'))) {
            characters.next();
            start += 1;
        }
    }
    if start < text.len() {
        lines.push((start, &text[start..]));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_trimmed_unquoted_or_cut() {
        let file = read_local(
            "# note\n  # more\n\na=x://h?k=v # y\r\n b =\"q\"\nexport c=1\nd=one\u{2028}e=two",
        );
        let lines: Vec<(&str, &str)> = file
            .lines
            .iter()
            .map(|line| (line.key.as_str(), line.value.expose()))
            .collect();
        let expected = [
            ("a", "x://h?k=v # y"),
            (" b ", "\"q\""),
            ("export c", "1"),
            ("d", "one"),
            ("e", "two"),
        ];
        assert_eq!(lines, expected);
        assert!(file.problems.is_empty());
        assert_eq!(file.lines[0].value.source(), Span::new(19, 32));
    }

    #[test]
    fn lines_that_the_loader_refuses() {
        let file = read_local("a\n  \n=x\nb=\n\u{feff}c=1");
        let kinds: Vec<LocalProblem> = file.problems.iter().map(|(kind, _)| *kind).collect();
        let expected = [
            LocalProblem::NoEquals,
            LocalProblem::NoEquals,
            LocalProblem::EmptyKey,
            LocalProblem::EmptyValue,
        ];
        assert_eq!(kinds, expected);
        assert_eq!(
            file.lines.last().map(|line| line.key.as_str()),
            Some("\u{feff}c")
        );
    }
}
