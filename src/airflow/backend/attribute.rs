//! What becomes of a keyword argument in the object: a value, with the few things that the
//! constructors and lookups do with it.

use std::fmt;

use super::KwargValue;
use crate::airflow::python::dumps;
use crate::airflow::python::space::is_space;
use crate::syntax::json;

/// What became of an attribute. It may hold a credential, so that its `Debug` shows only its form.
#[derive(Clone, PartialEq, Eq)]
pub enum Attribute {
    /// `None`
    Null,
    /// A string.
    Text(String),
    /// A number, a boolean, a list or an object, as `json.dumps` writes it.
    Json(String),
    /// Not known.
    Unknown,
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "Null",
            Self::Text(_) => "Text(…)",
            Self::Json(_) => "Json(…)",
            Self::Unknown => "Unknown",
        })
    }
}

/// Why `str.rstrip` fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotStripped {
    /// The value is no string: it has no such method (`AttributeError`).
    Value,
    /// The characters are neither a string nor `None` (`TypeError`).
    Characters,
}

impl Attribute {
    /// A string.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The value of a keyword argument, as the constructor gets it.
    pub(super) fn of(value: &KwargValue<'_>) -> Self {
        if !value.is_known() {
            return Self::Unknown;
        }
        match value {
            KwargValue::Raw(text) => Self::text(text.expose()),
            KwargValue::Json(value) => Self::of_json(*value),
        }
    }

    /// A value of JSON.
    pub(super) fn of_json(value: json::Value<'_>) -> Self {
        if let Some(text) = value.string() {
            return Self::text(text.expose());
        }
        if value.kind() == json::Kind::Null {
            return Self::Null;
        }
        let mut dumped = String::new();
        dumps::value(&mut dumped, value);
        Self::Json(dumped)
    }

    /// A default of the shipped table: a string, `null`, a boolean or a number.
    pub(super) fn of_default(value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::String(text) => Self::text(text),
            other => Self::Json(other.to_string()),
        }
    }

    /// False for [`Attribute::Unknown`].
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown)
    }

    /// Python's truth value; `None` where the value is not known.
    pub fn is_truthy(&self) -> Option<bool> {
        match self {
            Self::Null => Some(false),
            Self::Text(text) => Some(!text.is_empty()),
            Self::Json(json) => {
                let falsy = ["false", "0", "0.0", "-0.0", "[]", "{}"];
                Some(!falsy.contains(&json.as_str()))
            }
            Self::Unknown => None,
        }
    }

    /// The string, where it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it is a list or an object.
    pub(super) fn is_container(&self) -> bool {
        matches!(self, Self::Json(json) if json.starts_with(['[', '{']))
    }

    /// What an f-string makes of it; `None` where that is not known or is the `repr` of a list or
    /// an object with something in it.
    pub fn formatted(&self) -> Option<&str> {
        Some(match self {
            Self::Null => "None",
            Self::Text(text) => text,
            Self::Json(json) => match json.as_str() {
                "true" => "True",
                "false" => "False",
                "NaN" => "nan",
                "Infinity" => "inf",
                "-Infinity" => "-inf",
                "[]" | "{}" => json,
                _ if self.is_container() => return None,
                number => number,
            },
            Self::Unknown => return None,
        })
    }

    /// `self.rstrip(characters)`.
    pub(super) fn rstrip(&self, characters: &Self) -> Result<Self, NotStripped> {
        let Self::Text(text) = self else {
            return if self.is_known() {
                Err(NotStripped::Value)
            } else {
                Ok(Self::Unknown)
            };
        };
        let stripped = match characters {
            Self::Text(set) => text.trim_end_matches(|character| set.contains(character)),
            // `str.rstrip(None)` strips blanks.
            Self::Null => text.trim_end_matches(is_space),
            Self::Unknown => return Ok(Self::Unknown),
            Self::Json(_) => return Err(NotStripped::Characters),
        };
        Ok(Self::text(stripped))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_stripped_and_formatted_as_python_does() {
        let strip = |text: &str, set: Attribute| Attribute::text(text).rstrip(&set).unwrap();
        assert_eq!(strip("a/b//", Attribute::text("/")), Attribute::text("a/b"));
        assert_eq!(strip("cab", Attribute::text("ab")), Attribute::text("c"));
        assert_eq!(strip("a \u{a0}", Attribute::Null), Attribute::text("a"));
        let number = Attribute::Json("5".to_owned());
        assert_eq!(number.rstrip(&Attribute::Null), Err(NotStripped::Value));
        assert_eq!(number.formatted(), Some("5"));
        assert_eq!(Attribute::Null.formatted(), Some("None"));
        assert_eq!(Attribute::Json("[1]".to_owned()).formatted(), None);
        assert_eq!(Attribute::Json("-0.0".to_owned()).is_truthy(), Some(false));
    }

    #[test]
    fn debug_shows_no_value() {
        let text = Attribute::text("hunter2!");
        assert_eq!(format!("{text:?}"), "Text(…)");
    }
}
