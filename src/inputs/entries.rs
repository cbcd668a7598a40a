//! Entries of a secret store, put together as the export of the store would say them: so that they are read as an
//! export is, whatever file makes them.

use super::Kind;
use crate::source::{Fidelity, Span, Text, TextBuilder};
use crate::syntax::json::write::push_string;

/// The words of an export around the texts of its entries.
#[derive(Clone, Copy)]
pub(super) struct Words {
    /// Before the first entry.
    pub(super) begin: &'static str,
    /// Before the type of an entry.
    pub(super) before_type: &'static str,
    /// Before the value of an entry.
    pub(super) before_value: &'static str,
    /// Behind an entry.
    pub(super) behind: &'static str,
    /// Behind the last one.
    pub(super) end: &'static str,
}

impl Words {
    /// Of an export of `kind`: [`Kind::Ssm`] or [`Kind::SecretsManager`].
    pub(super) fn of(kind: Kind) -> Self {
        let (begin, before_value) = if kind == Kind::SecretsManager {
            ("{\"SecretValues\": [", ", \"SecretString\": ")
        } else {
            ("{\"Parameters\": [", ", \"Value\": ")
        };
        Self {
            begin,
            before_type: ", \"Type\": ",
            before_value,
            behind: "}",
            end: "]}",
        }
    }

    /// Before the name of an entry.
    pub(super) const fn before_name(is_first: bool) -> &'static str {
        if is_first {
            "\n{\"Name\": "
        } else {
            ",\n{\"Name\": "
        }
    }
}

/// An export that grows.
pub struct Entries {
    out: TextBuilder,
    words: Words,
    is_empty: bool,
}

/// A text of an entry.
#[derive(Clone, Copy)]
pub enum Given<'t> {
    /// The text.
    Text(&'t Text),
    /// A string of JSON: the characters between its quotes, and where they stand in the file.
    Json(&'t str, usize),
}

impl Given<'_> {
    fn source(self) -> Span {
        match self {
            Self::Text(text) => text.source(),
            Self::Json(raw, at) => Span::new(at, at + raw.len()),
        }
    }
}

impl Entries {
    /// None yet. `kind`: [`Kind::Ssm`] or [`Kind::SecretsManager`].
    pub fn of(kind: Kind) -> Self {
        let words = Words::of(kind);
        let mut entries = Self {
            out: TextBuilder::at(0),
            words,
            is_empty: true,
        };
        entries.state(words.begin, 0);
        entries
    }

    /// A piece of an export, behind other entries.
    pub(super) fn behind_others(words: Words) -> Self {
        Self {
            out: TextBuilder::at(0),
            words,
            is_empty: false,
        }
    }

    /// Adds one.
    pub fn push(
        &mut self,
        name: Given<'_>,
        parameter_type: Option<Given<'_>>,
        value: Option<Given<'_>>,
    ) {
        let words = self.words;
        let is_first = std::mem::take(&mut self.is_empty);
        self.string(Words::before_name(is_first), name);
        if let Some(text) = parameter_type {
            self.string(words.before_type, text);
        }
        if let Some(text) = value {
            self.string(words.before_value, text);
        }
        let last = value.or(parameter_type).unwrap_or(name);
        self.state(words.behind, last.source().end);
    }

    /// All of it.
    pub fn finish(mut self) -> Text {
        self.state(self.words.end, 0);
        self.out.finish()
    }

    /// It, where others follow.
    pub(super) fn before_others(self) -> Text {
        self.out.finish()
    }

    fn string(&mut self, before: &str, text: Given<'_>) {
        let Span { start, end } = text.source();
        match text {
            Given::Text(text) => {
                self.state(before, start);
                push_string(&mut self.out, text);
            }
            Given::Json(raw, at) => {
                self.state(before, start);
                self.state("\"", start);
                self.out.push_exact(raw, at);
                self.state("\"", end);
            }
        }
    }

    fn state(&mut self, words: &str, at: usize) {
        self.out.push(words, Span::at(at), Fidelity::Elsewhere);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::json;

    #[test]
    fn a_string_of_json_says_the_same_as_its_text_at_the_same_places() {
        let raw = r#"a\"b\u00e9\n"#;
        let text = json::decode(raw, 40);
        let written = |value| {
            let mut entries = Entries::of(Kind::Ssm);
            entries.push(Given::Json("/n", 7), None, Some(value));
            let export = json::parse(&entries.finish()).unwrap();
            let parameters = export.root().get("Parameters").unwrap();
            parameters
                .items()
                .next()
                .unwrap()
                .get("Value")
                .unwrap()
                .string()
                .unwrap()
        };
        let (one, other) = (written(Given::Text(&text)), written(Given::Json(raw, 40)));
        assert_eq!(one.expose(), other.expose());
        for (at, c) in one.expose().char_indices() {
            let range = at..at + c.len_utf8();
            assert_eq!(one.span(range.clone()), other.span(range));
        }
    }
}
