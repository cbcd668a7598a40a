//! The call of a constructor: which parameters its release declares, and what is bound to each.

use super::{Argument, Cause, Fault};
use crate::airflow::Version;
use crate::airflow::backend::Kwarg;
use crate::airflow::backend::attribute::Attribute;
use crate::airflow::backend::data::BackendClass;
use crate::source::Place;

/// A call: parameters with what they get, in the constructor's order, and what nobody declares.
pub(super) struct Bound<'b> {
    pub(super) class: &'static BackendClass,
    pub(super) release: Option<Version>,
    pub(super) arguments: Vec<Argument<'b>>,
    pub(super) extra: Vec<Kwarg<'b>>,
    /// Every keyword argument is known by name.
    pub(super) complete: bool,
    /// The pair of options as a whole: where a fault is that no argument shows.
    whole: Place,
}

impl<'b> Bound<'b> {
    pub(super) fn new(
        class: &'static BackendClass,
        release: Option<Version>,
        kwargs: &[Kwarg<'b>],
        complete: bool,
        whole: Place,
    ) -> Self {
        let arguments: Vec<Argument<'b>> = class
            .parameters(release)
            .map(|parameter| {
                let written = kwargs.iter().find(|kwarg| kwarg.name == parameter.name);
                let value = match written {
                    Some(kwarg) => Attribute::of(&kwarg.value),
                    None if complete => Attribute::of_default(&parameter.default),
                    None => Attribute::Unknown,
                };
                Argument {
                    name: &parameter.name,
                    written: written.cloned(),
                    value,
                }
            })
            .collect();
        let is_extra = |kwarg: &&Kwarg<'_>| {
            kwarg.name_known && arguments.iter().all(|own| own.name != kwarg.name)
        };
        Self {
            extra: kwargs.iter().filter(is_extra).cloned().collect(),
            class,
            release,
            arguments,
            complete,
            whole,
        }
    }

    pub(super) fn argument(&self, name: &str) -> Option<&Argument<'b>> {
        self.arguments.iter().find(|own| own.name == name)
    }

    /// The value of a parameter; null for one that the release does not declare.
    pub(super) fn value(&self, name: &str) -> &Attribute {
        self.argument(name)
            .map_or(&Attribute::Null, |own| &own.value)
    }

    pub(super) fn is_set(&self, name: &str) -> Option<bool> {
        self.value(name).is_truthy()
    }

    pub(super) fn set(&mut self, name: &str, value: Attribute) {
        if let Some(own) = self.arguments.iter_mut().find(|own| own.name == name) {
            own.value = value;
        }
    }

    /// Where the value of a parameter stands; the whole where nobody wrote it.
    pub(super) fn place(&self, name: &str) -> Place {
        let written = self.argument(name).and_then(|own| own.written.as_ref());
        written.map_or(self.whole, |kwarg| kwarg.value_place)
    }

    /// A fault of the parameter `name`.
    pub(super) fn fault(&self, exception: &'static str, cause: Cause, name: &str) -> Fault {
        Fault {
            exception,
            cause,
            place: self.place(name),
        }
    }

    /// `TypeError`: `self` is always taken, and a strict class takes nothing that it does not
    /// declare.
    pub(super) fn refuse_extra(&self, strict: bool) -> Result<(), Fault> {
        let wrong = self
            .extra
            .iter()
            .find(|kwarg| strict || kwarg.name == "self");
        match wrong {
            Some(kwarg) => Err(Fault {
                exception: "TypeError",
                cause: Cause::UnknownKwarg,
                place: kwarg.key_place,
            }),
            None => Ok(()),
        }
    }
}
