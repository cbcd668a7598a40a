//! From the file to its resources: each is scanned once, and handed on if it is of interest.

use std::borrow::Cow;

use super::gather::{Gathered, Type};
use crate::inputs::entries::Given;
use crate::source::Text;
use crate::syntax::json::scan::{Scanner, Slot};
use crate::syntax::json::stream::{Problem, Stream, Window};
use crate::syntax::json::{self, ErrorKind, Json, Kind};

/// What a value of the file is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The whole.
    Root,
    /// `values` of a state, `planned_values` of a plan.
    Values,
    /// `root_module`, and each of `child_modules`.
    Module,
    /// `child_modules`
    Modules,
    /// `configuration` of a plan.
    Configuration,
    /// `root_module` there, and `module` of each call.
    Code,
    /// `module_calls`
    Calls,
    /// One of them.
    Call,
    /// A list of resources.
    Resources(How),
    /// One of them.
    Resource(How),
    /// Nothing that is read.
    Other,
}

/// The key of the attributes of a resource.
const VALUES: &[u8] = b"values";

/// Where a resource keeps its attributes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// In `values`.
    Values,
    /// In `change`, before and after.
    Change,
    /// In `attributes` of each of its `instances`.
    State,
    /// It has none: `expressions` say what they are made of.
    Code,
}

impl Place {
    /// What stands under `key` of an object.
    fn member(self, key: &[u8]) -> Self {
        match (self, key) {
            (Self::Root, b"values" | b"planned_values") => Self::Values,
            (Self::Root, b"resource_changes") => Self::Resources(How::Change),
            (Self::Root, b"resources") => Self::Resources(How::State),
            (Self::Values, b"root_module") => Self::Module,
            (Self::Module, b"resources") => Self::Resources(How::Values),
            (Self::Module, b"child_modules") => Self::Modules,
            (Self::Root, b"configuration") => Self::Configuration,
            (Self::Configuration, b"root_module") | (Self::Call, b"module") => Self::Code,
            (Self::Code, b"resources") => Self::Resources(How::Code),
            (Self::Code, b"module_calls") => Self::Calls,
            (Self::Calls, _) => Self::Call,
            _ => Self::Other,
        }
    }

    const fn is_object(self) -> bool {
        matches!(
            self,
            Self::Root
                | Self::Values
                | Self::Module
                | Self::Configuration
                | Self::Code
                | Self::Calls
                | Self::Call
        )
    }

    /// What stands in a list.
    fn item(self) -> Self {
        match self {
            Self::Modules => Self::Module,
            Self::Resources(how) => Self::Resource(how),
            _ => Self::Other,
        }
    }
}

/// Gathers what the file says. What stands before a fault is gathered too.
pub(super) fn walk(bytes: &[u8], gathered: &mut Gathered) -> Result<(), Problem> {
    let mut walk = Walk {
        stream: Stream::new(bytes),
        scanner: Scanner::default(),
        gathered,
    };
    walk.run()
}

struct Walk<'b, 'g> {
    stream: Stream<&'b [u8]>,
    scanner: Scanner,
    gathered: &'g mut Gathered,
}

impl Walk<'_, '_> {
    fn run(&mut self) -> Result<(), Problem> {
        // Open containers, and whether they are objects.
        let mut open: Vec<(Place, bool)> = Vec::new();
        let mut due = Place::Root;
        loop {
            let next = self.stream.peek()?;
            let opened = match (due, next) {
                (Place::Modules | Place::Resources(_), Some(b'[')) => Some(false),
                (place, Some(b'{')) if place.is_object() => Some(true),
                _ => None,
            };
            if let Some(is_object) = opened {
                self.stream.bump();
                let close = if is_object { b'}' } else { b']' };
                if self.stream.peek()? == Some(close) {
                    self.stream.bump();
                } else {
                    open.push((due, is_object));
                    due = self.inner(due, is_object)?;
                    continue;
                }
            } else if let (Place::Resource(how), Some(b'{')) = (due, next) {
                self.resource(how, open.len())?;
            } else {
                self.stream.skip(&mut self.scanner, open.len())?;
            }
            loop {
                let Some(&(place, is_object)) = open.last() else {
                    return self.end();
                };
                if self.stream.follow(is_object)? {
                    due = self.inner(place, is_object)?;
                    break;
                }
                open.pop();
            }
        }
    }

    /// What the next value of a container is; of an object, its key is read.
    fn inner(&mut self, place: Place, is_object: bool) -> Result<Place, Problem> {
        if !is_object {
            return Ok(place.item());
        }
        let (key, _) = self.stream.key()?;
        let key = self.stream.window().bytes(key);
        if place == Place::Root {
            self.gathered.is_plan |= key == b"planned_values";
        }
        Ok(place.member(key))
    }

    fn end(&mut self) -> Result<(), Problem> {
        match self.stream.peek()? {
            None => Ok(()),
            Some(_) => Err(self.stream.expected(ErrorKind::ExtraData)),
        }
    }

    fn resource(&mut self, how: How, depth: usize) -> Result<(), Problem> {
        // Most resources have their attributes there: they need not be scanned again.
        let is_flat = how == How::Values;
        self.scanner.within = is_flat.then_some(VALUES);
        let element = self.stream.element(&mut self.scanner, depth);
        self.scanner.within = None;
        element?;
        let slots = std::mem::take(&mut self.scanner.slots);
        let members = std::mem::take(&mut self.scanner.inner);
        let view = View {
            window: self.stream.window(),
        };
        if let Some(resource) = view.resource(&slots) {
            for (values, unknown) in view.bodies(how, &slots, &mut self.scanner) {
                let body = Body {
                    view,
                    values,
                    unknown,
                    members: is_flat.then_some(members.as_slice()),
                };
                let gathered = &mut *self.gathered;
                let scanner = &mut self.scanner;
                match how {
                    How::Code => gathered.refer(&resource, &body, scanner),
                    How::Change => gathered.change(&resource, &body, scanner),
                    How::Values | How::State => gathered.resource(&resource, &body, scanner),
                }
            }
        }
        self.scanner.slots = slots;
        self.scanner.inner = members;
        Ok(())
    }
}

/// What is held of the file; ranges of slots count from its start.
#[derive(Clone, Copy)]
pub(super) struct View<'w> {
    window: &'w Window,
}

/// What the file says of a resource besides its attributes.
pub(super) struct Resource<'w> {
    /// One of those that are read.
    pub(super) kind: Type,
    /// It is looked up and not made.
    pub(super) is_data: bool,
    /// The same in a plan's two lists.
    pub(super) address: &'w str,
}

/// The attributes of a resource.
pub(super) struct Body<'w> {
    pub(super) view: View<'w>,
    /// An object.
    pub(super) values: Slot,
    /// The object of those that are known after the plan is carried out.
    pub(super) unknown: Option<Slot>,
    /// The members of `values`, where they are known already.
    members: Option<&'w [Slot]>,
}

impl<'w> Body<'w> {
    /// The members of `values`.
    pub(super) fn members(&self, scanner: &mut Scanner) -> Cow<'w, [Slot]> {
        match self.members {
            Some(members) => Cow::Borrowed(members),
            None => Cow::Owned(self.view.inside(&self.values, scanner)),
        }
    }
}

impl<'w> View<'w> {
    /// The last member `key`.
    pub(super) fn field<'s>(self, slots: &'s [Slot], key: &[u8]) -> Option<&'s Slot> {
        let is_it = |slot: &&Slot| !slot.key_escaped && self.window.bytes(slot.key.clone()) == key;
        slots.iter().rev().find(is_it)
    }

    /// A text as it stands, between its quotes.
    pub(super) fn raw(self, slot: &Slot) -> Option<&'w str> {
        (slot.kind == Kind::String).then(|| self.window.text(slot.inner()))
    }

    /// A text with its map; an empty one stands for none.
    pub(super) fn text(self, slot: &Slot) -> Option<Text> {
        let raw = self.raw(slot).filter(|raw| !raw.is_empty())?;
        Some(json::decode(raw, self.window.offset(slot.inner().start)))
    }

    /// A text as it stands; an empty one stands for none.
    pub(super) fn given(self, slot: &Slot) -> Option<Given<'w>> {
        let raw = self.raw(slot).filter(|raw| !raw.is_empty())?;
        Some(Given::Json(raw, self.window.offset(slot.inner().start)))
    }

    /// Members of an object, items of a list.
    pub(super) fn inside(self, slot: &Slot, scanner: &mut Scanner) -> Vec<Slot> {
        let bytes = self.window.bytes(0..slot.value.end);
        // It was scanned before.
        let whole = scanner.value(bytes, slot.value.start, 0);
        whole
            .map(|_| std::mem::take(&mut scanner.slots))
            .unwrap_or_default()
    }

    /// The tree of a value.
    pub(super) fn tree(self, slot: &Slot) -> Option<Json> {
        let text = self.window.text(slot.value.clone());
        let offset = self.window.offset(slot.value.start);
        json::parse(&Text::verbatim(text, offset)).ok()
    }

    fn resource(self, slots: &[Slot]) -> Option<Resource<'w>> {
        let word = |key: &[u8]| self.field(slots, key).and_then(|slot| self.raw(slot));
        let kind = Type::of(word(b"type")?)?;
        // An object that is to be removed and has a successor already.
        let is_current = word(b"deposed_key").or(word(b"deposed")).is_none();
        is_current.then(|| Resource {
            kind,
            is_data: word(b"mode") == Some("data"),
            address: word(b"address").unwrap_or_default(),
        })
    }

    /// The objects of attributes, of a change with what is not known yet.
    fn bodies(self, how: How, slots: &[Slot], scanner: &mut Scanner) -> Vec<(Slot, Option<Slot>)> {
        let object = |slots: &[Slot], key: &[u8]| {
            let slot = self.field(slots, key)?;
            (slot.kind == Kind::Object).then(|| slot.clone())
        };
        match how {
            How::Values | How::Code => {
                let key = if how == How::Code {
                    b"expressions"
                } else {
                    VALUES
                };
                let values = object(slots, key);
                values.map(|values| (values, None)).into_iter().collect()
            }
            How::Change => {
                let change = object(slots, b"change");
                let change = change.map(|change| self.inside(&change, scanner));
                let change = change.unwrap_or_default();
                let after = object(&change, b"after");
                let unknown = object(&change, b"after_unknown");
                after.map(|after| (after, unknown)).into_iter().collect()
            }
            How::State => {
                let Some(instances) = self.field(slots, b"instances") else {
                    return Vec::new();
                };
                let instances = self.inside(instances, scanner);
                let bodies = instances.iter().filter_map(|instance| {
                    let slots = self.inside(instance, scanner);
                    let is_current = self.field(&slots, b"deposed").is_none();
                    let values = object(&slots, b"attributes").filter(|_| is_current)?;
                    Some((values, None))
                });
                bodies.collect()
            }
        }
    }
}
