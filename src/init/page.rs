//! Lines of a settings file: what is said, what is offered, what is set.

use std::path::{Component, Path};

/// Where comments are wrapped.
const WIDTH: usize = 100;

/// The file as it grows.
pub(super) struct Page(String);

impl Page {
    pub(super) const fn new() -> Self {
        Self(String::new())
    }

    /// A line as it stands.
    pub(super) fn raw(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    /// An empty line.
    pub(super) fn gap(&mut self) {
        self.raw("");
    }

    /// A sentence or several, wrapped.
    pub(super) fn say(&mut self, text: &str) {
        let options = textwrap::Options::new(WIDTH - 2)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .break_words(false);
        for line in textwrap::wrap(text, options) {
            self.raw(&format!("# {line}"));
        }
    }

    /// A line that sets something once its `#` is taken away.
    pub(super) fn offer(&mut self, line: &str) {
        self.raw(&format!("#{line}"));
    }

    pub(super) fn text(self) -> String {
        self.0
    }
}

/// A string of TOML.
pub(super) fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{text}\"")
}

/// A list of strings.
pub(super) fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}

/// The pattern that names this file or folder and no other: `/config/airflow.cfg`. `None` where the path
/// leads out of the folder, or holds what means something else in a pattern.
pub(super) fn pattern(path: &Path) -> Option<String> {
    let mut pattern = String::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::Normal(name) => {
                pattern.push('/');
                pattern.push_str(name.to_str()?);
            }
            _ => return None,
        }
    }
    let is_plain = |one: char| one.is_alphanumeric() || "/._-+=@,~ ".contains(one);
    (!pattern.is_empty() && !pattern.ends_with(' ') && pattern.chars().all(is_plain))
        .then_some(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_names_one_file() {
        let of = |path: &str| pattern(Path::new(path));
        assert_eq!(of("./a/.env"), Some("/a/.env".to_owned()));
        assert_eq!(of("airflow.cfg"), Some("/airflow.cfg".to_owned()));
        for other in [
            "", ".", "../a", "/a", "a*", "a[1]", "x ", "a\nb", "a\\b", "!a\"b",
        ] {
            assert_eq!(of(other), None, "{other:?}");
        }
    }

    #[test]
    fn strings_are_quoted() {
        assert_eq!(quoted(r#"a"b\"#), r#""a\"b\\""#);
        assert_eq!(list(&["a".to_owned(), "b".to_owned()]), r#"["a", "b"]"#);
    }
}
