//! What becomes of a pair of options from reading them to the object: the exception of reading one
//! of them, or what [`Backend::construct`] says.
//!
//! `_get_custom_secret_backend`: `getimport` reads and imports the class, then `getjson` reads the
//! keyword arguments. Only `AirflowConfigException` is caught there, so an exception of `%`
//! interpolation goes through.

use super::construct::{Constructed, Construction};
use super::{Backend, ClassPath, Kwargs};
use crate::airflow::Target;
use crate::airflow::config::{Reading, Settings};
use crate::source::{Place, Text};

/// See the module.
#[derive(Clone, Debug)]
pub enum Outcome<'b> {
    /// No class is set.
    None,
    /// An object.
    Built(Box<Constructed<'b>>),
    /// An exception: no component that asks for this backend starts.
    Fails {
        /// Name of the Python exception.
        exception: &'static str,
        /// Where its cause stands.
        place: Place,
    },
    /// A class that is not in the table; it may be the user's own.
    Unverified {
        /// Its path.
        class: Text,
    },
    /// The class is known, what it is built from is not.
    UnknownKwargs {
        /// Its path.
        class: Text,
        /// Who supplies the keyword arguments.
        supplier: Supplier,
        /// Where that stands.
        place: Place,
    },
    /// The class path is not known.
    UnknownClass {
        /// Where it stands.
        place: Place,
    },
}

/// Where keyword arguments come from that are not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supplier {
    /// `_cmd`
    Command,
    /// `_secret`: the backend itself is asked for them.
    Backend,
    /// A template or an undefined variable.
    Text,
}

impl Backend<'_> {
    /// What comes of this pair of options of `settings`, from which it was read.
    pub fn outcome(&self, settings: &Settings<'_>, target: &Target) -> Outcome<'_> {
        if let Reading::Error {
            exception, place, ..
        } = self.class
        {
            return Outcome::Fails { exception, place };
        }
        let class = match self.class_path() {
            ClassPath::None { .. } => return Outcome::None,
            ClassPath::Unknown { setting } => {
                return Outcome::UnknownClass {
                    place: setting.value_place(),
                };
            }
            ClassPath::Path { text, .. } => text,
        };
        let constructed = self.construct(target);
        if let Construction::Fails(fault) = &constructed
            && fault.exception == "AirflowConfigException"
        {
            return Outcome::Fails {
                exception: fault.exception,
                place: fault.place,
            };
        }
        if let Construction::Unverified = constructed {
            // Nobody knows whether the user's own class can be imported, which comes first.
            return Outcome::Unverified {
                class: class.clone(),
            };
        }
        if let Kwargs::Unknown { setting } = &self.kwargs {
            let kwargs = settings.read(self.role.section(), self.role.kwargs_option(), target);
            let supplier = match kwargs {
                Reading::Error {
                    exception, place, ..
                } => return Outcome::Fails { exception, place },
                Reading::Command { .. } => Supplier::Command,
                Reading::Secret { .. } => Supplier::Backend,
                _ => Supplier::Text,
            };
            return Outcome::UnknownKwargs {
                class: class.clone(),
                supplier,
                place: setting.value_place(),
            };
        }
        match constructed {
            Construction::Built(built) => Outcome::Built(built),
            Construction::Fails(fault) => Outcome::Fails {
                exception: fault.exception,
                place: fault.place,
            },
            Construction::None | Construction::Unverified | Construction::Unknown => Outcome::None,
        }
    }
}
