//! What the settings file is made of: texts and words of a list, each with its place.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use toml::Spanned;

use crate::airflow::Runtime;
use crate::inputs::Kind;
use crate::report::Severity;
use crate::source::{Secret, Span};
use crate::syntax::dotenv::Dialect;

/// A text of the settings file.
#[derive(Clone, PartialEq, Eq)]
pub struct Word {
    /// The text; anything may have got in its place, so it is not for messages.
    pub text: String,
    /// Where it stands, without quotes.
    pub span: Span,
}

impl fmt::Debug for Word {
    /// Without the text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Word({:?})", self.span)
    }
}

impl Word {
    fn new(spanned: Spanned<String>) -> Self {
        let span = spanned.span();
        let text = spanned.into_inner();
        // Escapes in such a text are not worth following: then it is a little wider.
        let quotes = span.len().saturating_sub(text.len()) / 2;
        Self {
            span: Span::new(span.start + quotes, span.end - quotes),
            text,
        }
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Spanned::deserialize(deserializer).map(Self::new)
    }
}

/// A value that may be secret.
#[derive(Clone, Debug)]
pub(super) struct Hidden(pub(super) Secret);

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Secret::new(text)))
    }
}

/// One text or a list of texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Words(pub(super) Vec<Word>);

enum OneOrMany {
    One(String),
    Many(Vec<Word>),
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = OneOrMany;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany::One(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<OneOrMany, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = list.next_element()? {
                    words.push(word);
                }
                Ok(OneOrMany::Many(words))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<OneOrMany>::deserialize(deserializer)?;
        let span = spanned.span();
        Ok(Self(match spanned.into_inner() {
            OneOrMany::One(text) => vec![Word::new(Spanned::new(span, text))],
            OneOrMany::Many(words) => words,
        }))
    }
}

/// A table whose keys the user chooses, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table<T>(pub(super) Vec<(Word, T)>);

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Table<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = Table<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Table<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry::<Word, T>()? {
                    entries.push(entry);
                }
                // The parser sorts them by name.
                entries.sort_by_key(|(word, _)| word.span);
                Ok(Table(entries))
            }
        }
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

/// What one of a fixed list of words means.
pub(super) trait Listed: Sized {
    /// Name in the schema.
    #[cfg(test)]
    const NAME: &'static str;

    /// The words with what they mean.
    fn all() -> Vec<(&'static str, Self)>;
}

/// A word of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen<T> {
    /// What it means.
    pub value: T,
    /// Where it stands, without quotes.
    pub span: Span,
}

impl<'de, T: Listed> Deserialize<'de> for Chosen<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = Word::deserialize(deserializer)?;
        let mut all = T::all().into_iter();
        let (_, value) = all
            .find(|(known, _)| *known == word.text)
            .ok_or_else(|| D::Error::custom("is no word of the list"))?;
        Ok(Self {
            value,
            span: word.span,
        })
    }
}

impl Listed for Severity {
    #[cfg(test)]
    const NAME: &'static str = "Severity";

    fn all() -> Vec<(&'static str, Self)> {
        let all = [Self::Error, Self::Warning, Self::Info];
        all.map(|severity| (severity.word(), severity)).to_vec()
    }
}

/// From which severity on a run fails: `None` is never.
impl Listed for Option<Severity> {
    #[cfg(test)]
    const NAME: &'static str = "FailOn";

    fn all() -> Vec<(&'static str, Self)> {
        let some = Severity::all().into_iter();
        let some = some.map(|(word, severity)| (word, Some(severity)));
        some.chain([("never", None)]).collect()
    }
}

impl Listed for Runtime {
    #[cfg(test)]
    const NAME: &'static str = "Runtime";

    fn all() -> Vec<(&'static str, Self)> {
        let all = [Self::Task, Self::Server, Self::Both];
        all.map(|runtime| (runtime.word(), runtime)).to_vec()
    }
}

impl Listed for Dialect {
    #[cfg(test)]
    const NAME: &'static str = "Dialect";

    fn all() -> Vec<(&'static str, Self)> {
        Self::ALL.map(|dialect| (dialect.word(), dialect)).to_vec()
    }
}

impl Listed for Kind {
    #[cfg(test)]
    const NAME: &'static str = "Kind";

    fn all() -> Vec<(&'static str, Self)> {
        Self::ALL.iter().map(|kind| (kind.word(), *kind)).collect()
    }
}

/// Whether connections and variables may stand in the metadata database too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metastore {
    /// They may: an id that is found nowhere else is not known to be missing.
    Used,
    /// They do not: what no backend has is missing.
    Unused,
}

impl Listed for Metastore {
    #[cfg(test)]
    const NAME: &'static str = "Metastore";

    fn all() -> Vec<(&'static str, Self)> {
        vec![("used", Self::Used), ("unused", Self::Unused)]
    }
}

/// The shapes, for the schema that is generated from the types.
#[cfg(test)]
mod shapes {
    use std::borrow::Cow;
    use std::collections::BTreeMap;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    use super::{Chosen, Hidden, Listed, Table, Word, Words};

    impl JsonSchema for Hidden {
        fn schema_name() -> Cow<'static, str> {
            "Value".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({"type": "string"})
        }

        fn inline_schema() -> bool {
            true
        }
    }

    impl JsonSchema for Word {
        fn schema_name() -> Cow<'static, str> {
            "Word".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({"type": "string", "minLength": 1})
        }

        fn inline_schema() -> bool {
            true
        }
    }

    impl JsonSchema for Words {
        fn schema_name() -> Cow<'static, str> {
            "Words".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({
                "type": ["string", "array"],
                "minLength": 1,
                "items": {"type": "string", "minLength": 1}
            })
        }

        fn inline_schema() -> bool {
            true
        }
    }

    impl<T: JsonSchema> JsonSchema for Table<T> {
        fn schema_name() -> Cow<'static, str> {
            format!("TableOf{}", T::schema_name()).into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            BTreeMap::<String, T>::json_schema(generator)
        }

        fn inline_schema() -> bool {
            true
        }
    }

    impl<T: Listed> JsonSchema for Chosen<T> {
        fn schema_name() -> Cow<'static, str> {
            T::NAME.into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            let words: Vec<&str> = T::all().into_iter().map(|(word, _)| word).collect();
            json_schema!({"type": "string", "enum": words})
        }

        fn inline_schema() -> bool {
            true
        }
    }
}
