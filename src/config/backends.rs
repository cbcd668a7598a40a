//! The backends as Airflow would construct them, with what may be shown of each part.

use super::{Room, Spot};
use crate::airflow::backend::construct::Attribute;
use crate::airflow::backend::data::BackendClass;
use crate::airflow::backend::{Backend, Constructed, Kwarg, KwargValue, Kwargs, Outcome, Supplier};
use crate::airflow::public::{self, Shape};
use crate::source::{Secret, Text};
use crate::syntax::json;

/// What becomes of one pair of options.
#[derive(Debug)]
pub enum Built {
    /// No class is set.
    None,
    /// An object.
    Object {
        /// The path of its class, as it is configured.
        class: Held,
        /// Arguments that the class declares, after its clean-up.
        options: Attributes,
        /// The other keyword arguments.
        session: Attributes,
        /// What became of keyword arguments that are not in it.
        note: Option<&'static str>,
    },
    /// An exception.
    Fails {
        /// Its name in Python.
        exception: &'static str,
        /// Where the cause stands.
        spot: Option<Spot>,
    },
    /// A class that is not in the table.
    Unverified {
        /// Its path.
        class: Held,
    },
    /// A part is not known.
    Unknown {
        /// The path of the class; `None`: it is what is not known.
        class: Option<Held>,
        /// What is not known, and why.
        because: &'static str,
    },
}

/// Names and values, in the constructor's order.
pub type Attributes = Vec<(Name, Held)>;

/// The name of an argument.
#[derive(Debug)]
pub struct Name {
    /// It.
    pub text: Secret,
    /// It stands in the options as it is; a reference would bring a value of something else.
    pub is_written: bool,
}

/// What an object holds.
#[derive(Debug)]
pub enum Held {
    /// `None`
    Null,
    /// A string, and whether it may be shown.
    Text(Secret, bool),
    /// Another value as JSON, and whether it may be shown.
    Json(Text, bool),
    /// Not known.
    Unknown,
}

impl Room<'_> {
    pub(super) fn built(&self, backend: &Backend<'_>) -> Built {
        match backend.outcome(self.settings, self.target) {
            Outcome::None => Built::None,
            Outcome::Built(built) => {
                let path = backend.class.text().map_or("", Text::expose);
                object(path, backend, &built)
            }
            Outcome::Fails { exception, place } => Built::Fails {
                exception,
                spot: Some(self.spot(place)),
            },
            Outcome::Unverified { class } => Built::Unverified {
                class: class_path(class.expose()),
            },
            Outcome::UnknownKwargs {
                class, supplier, ..
            } => Built::Unknown {
                class: Some(class_path(class.expose())),
                because: match (supplier, backend.role.kwargs_option()) {
                    (Supplier::Command, "backend_kwargs") => "backend_kwargs comes from a command",
                    (Supplier::Command, _) => "secrets_backend_kwargs comes from a command",
                    (Supplier::Backend, "backend_kwargs") => {
                        "backend_kwargs is asked of the backend that is built from it"
                    }
                    (Supplier::Backend, _) => {
                        "secrets_backend_kwargs is asked of the backend that is built from it"
                    }
                    (Supplier::Text, "backend_kwargs") => {
                        "backend_kwargs holds a template or a variable that nothing defines"
                    }
                    (Supplier::Text, _) => {
                        "secrets_backend_kwargs holds a template or a variable that nothing defines"
                    }
                },
            },
            Outcome::UnknownClass { .. } => Built::Unknown {
                class: None,
                because: "the class path holds a template or a variable that nothing defines",
            },
        }
    }
}

fn class_path(path: &str) -> Held {
    Held::Text(Secret::new(path), Shape::ClassPath.admits(path))
}

fn object(path: &str, backend: &Backend<'_>, built: &Constructed<'_>) -> Built {
    let session = built.session.iter();
    let session = session.map(|kwarg| {
        let name = Name {
            text: Secret::new(&kwarg.name),
            is_written: kwarg.name_written,
        };
        (name, given(built.class, kwarg))
    });
    Built::Object {
        class: class_path(path),
        options: options(built),
        session: session.collect(),
        note: match backend.kwargs {
            Kwargs::NotJson { .. } => {
                Some("The keyword arguments are not JSON: Airflow builds the class without them.")
            }
            Kwargs::NotObject { .. } => Some(
                "The keyword arguments are no JSON object: Airflow builds the class without them.",
            ),
            _ => None,
        },
    }
}

/// The declared arguments, in the constructor's order.
fn options(built: &Constructed<'_>) -> Attributes {
    let options = built.options.iter().map(|argument| {
        let value = match &argument.value {
            Attribute::Null => Held::Null,
            Attribute::Text(text) => text_of(built.class, argument.name, text),
            Attribute::Json(json) => {
                let is_public = match serde_json::from_str(json) {
                    // Vault's paths are lists, and another argument may have become an item of them.
                    Ok(serde_json::Value::Array(items)) => items
                        .iter()
                        .all(|item| is_item(built.class, argument.name, item)),
                    _ => argument.written.is_none() || admits(built.class, argument.name, json),
                };
                Held::Json(Text::verbatim(json, 0), is_public)
            }
            Attribute::Unknown => Held::Unknown,
        };
        let name = Name {
            text: Secret::new(argument.name),
            is_written: true,
        };
        (name, value)
    });
    options.collect()
}

/// A keyword argument as it was given.
fn given(class: &BackendClass, kwarg: &Kwarg<'_>) -> Held {
    match &kwarg.value {
        value if !value.is_known() => Held::Unknown,
        KwargValue::Raw(text) => text_of(class, &kwarg.name, text.expose()),
        KwargValue::Json(value) => match value.kind() {
            json::Kind::Null => Held::Null,
            json::Kind::String => text_of(class, &kwarg.name, &value.as_str().unwrap_or_default()),
            _ => {
                let raw = value.raw();
                let is_public = admits(class, &kwarg.name, raw.expose());
                Held::Json(raw, is_public)
            }
        },
    }
}

fn text_of(class: &BackendClass, name: &str, text: &str) -> Held {
    Held::Text(
        Secret::new(text),
        text.is_empty() || admits(class, name, text),
    )
}

/// An item of the list that is the argument `name` may be shown.
fn is_item(class: &BackendClass, name: &str, item: &serde_json::Value) -> bool {
    item.as_str().is_some_and(|text| admits(class, name, text))
}

fn admits(class: &BackendClass, name: &str, text: &str) -> bool {
    public::kwarg(Some(class), name).is_some_and(|shape| shape.admits(text))
}
