//! The fields of a connection's extra and where each stands: in the query of a URI, in the text of
//! `__extra__`, in an object or in JSON inside a string. Tells nothing about what they mean.

use super::uri::EXTRA_KEY;
use super::ways::Ways;
use super::{Reader, Reading, Shape, UriParts};
use crate::airflow::python::unquote::unquote_plus;
use crate::airflow::{Python, Runtime, Version};
use crate::source::Text;
use crate::syntax::json::{self, Kind};

/// How an extra is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtraForm {
    /// `?key=value&key=value`: Airflow has texts only, but for servers from 3.1.6 on.
    Query,
    /// `?__extra__=…`: JSON in the query.
    ExtraKey,
    /// `"extra": {…}`
    Object,
    /// `"extra": "{…}"`
    Text,
}

/// One field, repeated keys included, in the order of the text.
#[derive(Clone, Debug)]
pub struct ExtraField {
    /// The key, decoded.
    pub key: Text,
    /// The key as it stands in the value (percent-encoded in a query, without quotes in JSON).
    pub raw_key: Text,
    /// The value's JSON type; `String` for all of a query.
    pub kind: Kind,
    /// A text decoded; of other types the characters as they stand.
    pub value: Text,
    /// The value as it stands: percent-encoded in a query, with its quotes in JSON.
    pub raw_value: Text,
}

/// An extra.
#[derive(Clone, Debug)]
pub struct Extra {
    /// How it is written.
    pub form: ExtraForm,
    /// Its fields.
    pub fields: Vec<ExtraField>,
}

/// True where a value of a query is passed through `json.loads`.
pub fn decodes_query(airflow: Version, runtime: Runtime) -> bool {
    // No Python release decides here.
    let python = Python {
        major: 3,
        minor: 12,
    };
    let reader = Reader {
        airflow,
        runtime,
        python,
    };
    Ways::of(&reader).decode_query
}

/// What `json.loads` makes of a decoded value of a query; `None` where it stays the text it is.
pub fn decoded_kind(value: &Text) -> Option<Kind> {
    Some(json::parse(value).ok()?.root().kind())
}

/// The extra of a value that was read; `None` where there is none, or none that is an object.
pub fn extra(value: &Text, reading: &Reading) -> Option<Extra> {
    if let Some(nested) = &reading.nested {
        return extra(&nested.text, &nested.reading);
    }
    match &reading.shape {
        Shape::Uri(parts) => of_query(value, parts),
        Shape::Json(Some(tree)) => of_member(tree.root().get("extra")?),
        Shape::Json(None) | Shape::Blank => None,
    }
}

fn of_query(value: &Text, parts: &UriParts) -> Option<Extra> {
    if parts.pairs.is_empty() {
        return None;
    }
    let pairs = parts.pairs.iter().map(|(key, text)| {
        let (raw_key, raw_value) = (value.slice(key.clone()), value.slice(text.clone()));
        ExtraField {
            key: unquote_plus(&raw_key),
            kind: Kind::String,
            value: unquote_plus(&raw_value),
            raw_key,
            raw_value,
        }
    });
    let fields: Vec<ExtraField> = pairs.collect();
    let whole = fields.iter().rfind(|field| field.key.expose() == EXTRA_KEY);
    if let Some(whole) = whole {
        return of_text(&whole.value, ExtraForm::ExtraKey);
    }
    Some(Extra {
        form: ExtraForm::Query,
        fields,
    })
}

fn of_member(member: json::Value<'_>) -> Option<Extra> {
    if let Some(text) = member.string() {
        return of_text(&text, ExtraForm::Text);
    }
    let fields = fields_of(member)?;
    Some(Extra {
        form: ExtraForm::Object,
        fields,
    })
}

fn of_text(text: &Text, form: ExtraForm) -> Option<Extra> {
    let tree = json::parse(text).ok()?;
    let fields = fields_of(tree.root())?;
    Some(Extra { form, fields })
}

fn fields_of(object: json::Value<'_>) -> Option<Vec<ExtraField>> {
    if object.kind() != Kind::Object {
        return None;
    }
    let members = object.members().map(|member| {
        let inner = member.key.range();
        let raw = member.key.raw();
        ExtraField {
            key: member.key.string().unwrap_or_else(|| raw.clone()),
            raw_key: raw.slice(1..inner.len() - 1),
            kind: member.value.kind(),
            value: member.value.string().unwrap_or_else(|| member.value.raw()),
            raw_value: member.value.raw(),
        }
    });
    Some(members.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::airflow::connection::{Format, read};

    fn shown(value: &str) -> Option<(ExtraForm, Vec<String>)> {
        let value = Text::verbatim(value, 0);
        let reader = Reader {
            airflow: Version::new(3, 3, 2),
            runtime: Runtime::Task,
            python: Python {
                major: 3,
                minor: 12,
            },
        };
        let reading = read(&value, &reader, &Format::Airflow);
        let found = extra(&value, &reading)?;
        let fields = found.fields.iter().map(|field| {
            let (key, kind) = (field.key.expose(), field.kind.described());
            let raw = field.raw_value.expose();
            format!("{key}: {kind} {} <- {raw}", field.value.expose())
        });
        Some((found.form, fields.collect()))
    }

    #[test]
    fn each_form_gives_its_fields() {
        let string = Kind::String.described();
        let integer = Kind::Integer.described();
        assert_eq!(
            shown("x://h/?a%20b=c%2Fd&e"),
            Some((
                ExtraForm::Query,
                vec![
                    format!("a b: {string} c/d <- c%2Fd"),
                    format!("e: {string}  <- "),
                ]
            ))
        );
        let object = vec![format!("a: {integer} 1 <- 1")];
        assert_eq!(
            shown("x://h/?__extra__=%7B%22a%22%3A+1%7D"),
            Some((ExtraForm::ExtraKey, object.clone()))
        );
        assert_eq!(
            shown(r#"{"conn_type": "x", "extra": {"a": 1}}"#),
            Some((ExtraForm::Object, object.clone()))
        );
        assert_eq!(
            shown(r#"{"conn_type": "x", "extra": "{\"a\": 1}"}"#),
            Some((ExtraForm::Text, object.clone()))
        );
        assert_eq!(
            shown(r#"{"uri": "x://h/?__extra__=%7B%22a%22%3A+1%7D"}"#),
            Some((ExtraForm::ExtraKey, object))
        );
        for none in ["x://h", r#"{"conn_type": "x"}"#, r#"{"extra": "text"}"#, ""] {
            assert_eq!(shown(none), None, "{none}");
        }
    }
}
