//! Entries of a secret store, put together as the export of the store would say them: so that they are read as an
//! export is, whatever file makes them.

use std::borrow::Cow;

use super::Kind;
use crate::source::{Fidelity, Span, Text, TextBuilder};
use crate::syntax::json;
use crate::syntax::json::write::push_string;

/// An export that grows.
pub struct Entries {
    out: TextBuilder,
    /// What stands before the value of an entry.
    before_value: &'static str,
    is_empty: bool,
}

/// A text of an entry.
#[derive(Clone, Copy)]
pub enum Given<'t> {
    /// The text.
    Text(&'t Text),
    /// A string of JSON, which a state may have a hundred thousand of: the characters between its quotes, and where
    /// they stand in the file.
    Json(&'t str, usize),
}

impl<'t> Given<'t> {
    /// The text itself.
    pub fn decoded(self) -> Cow<'t, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text.expose()),
            Self::Json(raw, _) if !raw.contains('\\') => Cow::Borrowed(raw),
            Self::Json(raw, at) => Cow::Owned(json::decode(raw, at).expose().to_owned()),
        }
    }

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
        let (begin, before_value) = if kind == Kind::SecretsManager {
            ("{\"SecretValues\": [", ", \"SecretString\": ")
        } else {
            ("{\"Parameters\": [", ", \"Value\": ")
        };
        let mut entries = Self {
            out: TextBuilder::at(0),
            before_value,
            is_empty: true,
        };
        entries.state(begin, 0);
        entries
    }

    /// True while there is none.
    pub fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// Adds one.
    pub fn push(
        &mut self,
        name: Given<'_>,
        parameter_type: Option<Given<'_>>,
        value: Option<Given<'_>>,
    ) {
        let begin = if self.is_empty {
            "\n{\"Name\": "
        } else {
            ",\n{\"Name\": "
        };
        self.is_empty = false;
        self.string(begin, name);
        if let Some(text) = parameter_type {
            self.string(", \"Type\": ", text);
        }
        if let Some(text) = value {
            self.string(self.before_value, text);
        }
        let last = value.or(parameter_type).unwrap_or(name);
        self.state("}", last.source().end);
    }

    /// All of it.
    pub fn finish(mut self) -> Text {
        self.state("]}", 0);
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
