//! From the file to its resources: each is scanned once, and handed on if it is of interest. What resources say is not
//! looked at here.

use std::borrow::Cow;

use foldhash::quality::RandomState;

use super::gather::Type;
use super::names::Name;
use super::second::Second;
use crate::inputs::scattered::Standing;
use crate::source::{Span, Text};
use crate::syntax::json::held::Held;
use crate::syntax::json::scan::{Scanner, Slot};
use crate::syntax::json::{self, Error, ErrorKind, Json, Kind};

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
pub(super) enum How {
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

/// Hands on every resource of interest, in the order of the file, with whether the file is a plan; what stands before a
/// fault too. `worth`: what is left of a file that is worth a thread of its own, in bytes.
pub(super) fn walk<'t>(
    view: View<'t>,
    worth: usize,
    take: impl FnMut(&Resource<'t>, bool),
) -> Result<(), Error> {
    std::thread::scope(|scope| {
        let text = view.text;
        let start = text.len() - text.trim_start_matches('\u{feff}').len();
        let mut walk = Walk {
            view,
            held: Held::at(text, start),
            scanner: Scanner::default(),
            second: Second::new(scope, view, worth),
            is_plan: false,
            take,
        };
        walk.run()
    })
}

struct Walk<'t, 's, T> {
    view: View<'t>,
    held: Held<'t>,
    scanner: Scanner,
    second: Second<'s, 't>,
    is_plan: bool,
    take: T,
}

impl<'t, T: FnMut(&Resource<'t>, bool)> Walk<'t, '_, T> {
    fn run(&mut self) -> Result<(), Error> {
        // Open containers, and whether they are objects.
        let mut open: Vec<(Place, bool)> = Vec::new();
        let mut due = Place::Root;
        loop {
            let next = self.held.peek();
            let opened = match (due, next) {
                (Place::Modules | Place::Resources(_), Some(b'[')) => Some(false),
                (place, Some(b'{')) if place.is_object() => Some(true),
                _ => None,
            };
            if let Some(is_object) = opened {
                self.held.bump();
                let close = if is_object { b'}' } else { b']' };
                if self.held.peek() == Some(close) {
                    self.held.bump();
                } else {
                    open.push((due, is_object));
                    if let Place::Resources(how) = due {
                        self.second.start(self.held.offset(), how, open.len());
                    }
                    due = self.inner(due, is_object)?;
                    continue;
                }
            } else if let (Place::Resource(how), Some(b'{')) = (due, next) {
                self.resource(how, open.len())?;
            } else {
                self.held.element(&mut self.scanner, open.len())?;
            }
            loop {
                let Some(&(place, is_object)) = open.last() else {
                    return self.end();
                };
                if self.held.follow(is_object)? {
                    due = self.inner(place, is_object)?;
                    break;
                }
                if let Place::Resources(_) = place {
                    self.second.stop();
                }
                open.pop();
            }
        }
    }

    /// What the next value of a container is; of an object, its key is read.
    fn inner(&mut self, place: Place, is_object: bool) -> Result<Place, Error> {
        if !is_object {
            return Ok(place.item());
        }
        let key = self.held.key()?;
        if place == Place::Root {
            self.is_plan |= key == b"planned_values";
        }
        Ok(place.member(key))
    }

    fn end(&mut self) -> Result<(), Error> {
        match self.held.peek() {
            None => Ok(()),
            Some(_) => Err(self.held.expected(ErrorKind::ExtraData)),
        }
    }

    fn resource(&mut self, how: How, depth: usize) -> Result<(), Error> {
        if let Some(read) = self.second.from(self.held.offset()) {
            for resource in &read.resources {
                (self.take)(resource, self.is_plan);
            }
            self.held.jump(read.end);
            return Ok(());
        }
        let mut take = |resource| (self.take)(&resource, self.is_plan);
        let (held, scanner) = (&mut self.held, &mut self.scanner);
        resource(self.view, held, scanner, how, depth, &mut take)
    }
}

/// Reads the resource at the next byte.
pub(super) fn resource<'t>(
    view: View<'t>,
    held: &mut Held<'t>,
    scanner: &mut Scanner,
    how: How,
    depth: usize,
    take: &mut impl FnMut(Resource<'t>),
) -> Result<(), Error> {
    // Most resources have their attributes there: they need not be scanned again.
    let is_flat = how == How::Values;
    scanner.within = is_flat.then_some(VALUES);
    let element = held.element(scanner, depth);
    scanner.within = None;
    element?;
    let slots = std::mem::take(&mut scanner.slots);
    let members = std::mem::take(&mut scanner.inner);
    if let Some((kind, is_data, address)) = view.told(&slots) {
        for (values, unknown) in view.bodies(how, &slots, scanner) {
            let body = if kind == Type::Parameter {
                let own;
                let members = if is_flat {
                    &members
                } else {
                    own = view.inside(&values, scanner);
                    &own
                };
                Body::Parameter(view.parameter(members))
            } else {
                Body::Other(Box::new(Attributes {
                    values,
                    unknown,
                    members: is_flat.then(|| view.of_interest(&members)),
                }))
            };
            take(Resource {
                how,
                kind,
                is_data,
                address,
                body,
            });
        }
    }
    scanner.slots = slots;
    scanner.inner = members;
    Ok(())
}

/// A resource of a type that is read, with its attributes. Of a state, each of its instances is one.
pub(super) struct Resource<'t> {
    /// Where the file keeps its attributes.
    pub(super) how: How,
    /// One of those that are read.
    pub(super) kind: Type,
    /// It is looked up and not made.
    pub(super) is_data: bool,
    /// The same in a plan's two lists.
    pub(super) address: &'t str,
    /// What it says.
    pub(super) body: Body<'t>,
}

/// What a resource says.
pub(super) enum Body<'t> {
    /// A parameter, if its name is known: a file may hold a hundred thousand, so they are seen through while they are
    /// near the processor.
    Parameter(Option<Parameter<'t>>),
    /// Anything else.
    Other(Box<Attributes>),
}

/// What a parameter says.
#[derive(Clone, Copy)]
pub(super) struct Parameter<'t> {
    /// Its name.
    pub(super) name: Name<'t>,
    /// Its texts.
    pub(super) standing: Standing,
}

/// The attributes of a resource.
pub(super) struct Attributes {
    /// Their object.
    pub(super) values: Slot,
    /// The object of those that are known after the plan is carried out.
    pub(super) unknown: Option<Slot>,
    /// The members of `values` that are read, where they are known already.
    members: Option<Vec<Slot>>,
}

impl Attributes {
    /// The members of `values`, at least those that are read.
    pub(super) fn members(&self, view: View<'_>, scanner: &mut Scanner) -> Cow<'_, [Slot]> {
        match &self.members {
            Some(members) => Cow::Borrowed(members),
            None => Cow::Owned(view.inside(&self.values, scanner)),
        }
    }
}

/// The text; ranges of slots count from its start.
#[derive(Clone, Copy)]
pub(super) struct View<'t> {
    /// All of it.
    pub(super) text: &'t str,
    /// What names in it are hashed with.
    pub(super) hasher: &'t RandomState,
}

impl<'t> View<'t> {
    /// The last member `key`.
    pub(super) fn field<'s>(self, slots: &'s [Slot], key: &[u8]) -> Option<&'s Slot> {
        let is_it = |slot: &&Slot| {
            slot.key.len() == key.len() && self.key(slot) == key && !slot.key_escaped
        };
        slots.iter().rev().find(is_it)
    }

    /// The key of a member as it stands.
    fn key(self, slot: &Slot) -> &'t [u8] {
        let bytes = self.text.as_bytes();
        bytes.get(slot.key.clone()).unwrap_or_default()
    }

    /// A text as it stands, between its quotes.
    pub(super) fn raw(self, slot: &Slot) -> Option<&'t str> {
        (slot.kind == Kind::String).then(|| self.text.get(slot.inner()).unwrap_or_default())
    }

    /// A text with its map; an empty one stands for none.
    pub(super) fn text(self, slot: &Slot) -> Option<Text> {
        let raw = self.raw(slot).filter(|raw| !raw.is_empty())?;
        Some(json::decode(raw, slot.inner().start))
    }

    /// A parameter of which the name is known.
    fn parameter(self, members: &[Slot]) -> Option<Parameter<'t>> {
        // An empty text stands for none.
        let given = |key: &[u8]| {
            let slot = self.field(members, key)?;
            let at = slot.inner();
            (slot.kind == Kind::String && !at.is_empty()).then(|| Span::from(at))
        };
        let name = given(b"name")?;
        let value = given(b"value").or_else(|| given(b"insecure_value"));
        Some(Parameter {
            name: Name::new(self.text.get(name.start..name.end)?, self.hasher),
            standing: Standing {
                name,
                parameter_type: given(b"type").unwrap_or_default(),
                value: value.unwrap_or_default(),
            },
        })
    }

    /// Members of an object, items of a list.
    pub(super) fn inside(self, slot: &Slot, scanner: &mut Scanner) -> Vec<Slot> {
        // It was scanned before.
        let whole = scanner.value(self.text.as_bytes(), slot.value.start, 0);
        whole
            .map(|_| std::mem::take(&mut scanner.slots))
            .unwrap_or_default()
    }

    /// The tree of a value.
    pub(super) fn tree(self, slot: &Slot) -> Option<Json> {
        let text = self.text.get(slot.value.clone()).unwrap_or_default();
        json::parse(&Text::verbatim(text, slot.value.start)).ok()
    }

    /// The type of a resource that is read, whether it is only looked up, and its address.
    fn told(self, slots: &[Slot]) -> Option<(Type, bool, &'t str)> {
        let word = |key: &[u8]| self.field(slots, key).and_then(|slot| self.raw(slot));
        let kind = Type::of(word(b"type")?)?;
        // An object that is to be removed and has a successor already.
        let is_current = word(b"deposed_key").or(word(b"deposed")).is_none();
        let is_data = word(b"mode") == Some("data");
        is_current.then(|| (kind, is_data, word(b"address").unwrap_or_default()))
    }

    /// Those of the attributes of a resource that are read one by one.
    fn of_interest(self, members: &[Slot]) -> Vec<Slot> {
        let is_read = |slot: &&Slot| {
            matches!(
                self.key(slot),
                b"arn" | b"id" | b"name" | b"secret_id" | b"secret_string" | b"version_stages"
            )
        };
        members.iter().filter(is_read).cloned().collect()
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
