//! What compose makes of a value: the references in it, and of what is no text a text.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::files;
use crate::inputs::carrier::{FaultKind, Surroundings};
use crate::source::{Span, Text};
use crate::syntax::dotenv::template::{self, Found, Refused, Scope};
use crate::syntax::dotenv::{self, Cause, Delivery, Dialect, Outside};
use crate::syntax::yaml::schema::{Schema, Type, as_text, type_of};
use crate::syntax::yaml::{Kind, Value};

/// Bytes that references may add to the values of one file.
const GROWTH: usize = 16 << 20;

/// What compose is told besides the file.
pub(super) struct Known<'a> {
    surroundings: &'a Surroundings<'a>,
    /// The `.env` of the project, from the first reference on.
    project: Option<HashMap<String, Option<Text>>>,
    growth: usize,
}

/// A value of an environment.
#[derive(Clone)]
pub(super) enum Given {
    /// The text that the process is given.
    Text(Text),
    /// A text that is not known.
    Unknown,
    /// What compose's own environment has of that name.
    HandedOn,
    /// `!reset`: nothing, not even what another service hands down.
    Nothing,
}

impl<'a> Known<'a> {
    pub(super) fn new(surroundings: &'a Surroundings<'a>) -> Self {
        Self {
            surroundings,
            project: None,
            growth: 0,
        }
    }

    /// The value of a pair of a mapping.
    pub(super) fn given(&mut self, value: Value<'_>) -> (Given, Option<(FaultKind, Span)>) {
        if value.tag() == Some("!reset") {
            return (Given::Nothing, None);
        }
        if value.is_template() {
            return (Given::Unknown, None);
        }
        let fault = |kind: FaultKind| Some((kind, value.span()));
        match value.kind() {
            Kind::Mapping => return (Given::Unknown, fault(FaultKind::Mapping)),
            Kind::Sequence => return (Given::Unknown, fault(FaultKind::List)),
            Kind::Unresolved => return (Given::Unknown, None),
            Kind::Scalar => {}
        }
        let (Some(text), Some(kind)) = (value.scalar(), type_of(value, Schema::Go)) else {
            return (Given::Unknown, None);
        };
        match kind {
            Type::Null => (Given::HandedOn, None),
            Type::Timestamp => (Given::Unknown, fault(FaultKind::Date)),
            Type::String | Type::Tagged => match self.filled(text) {
                Ok(text) => (Given::Text(text), None),
                Err((text, fault)) => (Given::Text(text), Some(fault)),
            },
            Type::Bool(_) | Type::Integer | Type::Float => match as_text(value, Schema::Go) {
                // Airflow reads `True` and `true` alike.
                Some(printed) if matches!(kind, Type::Bool(_)) => (Given::Text(printed), None),
                Some(printed) if printed.expose() == text.expose() => (Given::Text(printed), None),
                Some(printed) => (Given::Text(printed), fault(FaultKind::Rewritten)),
                None => (Given::Unknown, None),
            },
        }
    }

    /// The text with its references replaced; of one that compose does not read the text as it stands, as unknown.
    pub(super) fn filled(&mut self, text: &Text) -> Result<Text, (Text, (FaultKind, Span))> {
        if memchr::memchr(b'$', text.expose().as_bytes()).is_none() {
            return Ok(text.clone());
        }
        template::expand(self, text).map_err(|Refused { span, cause }| {
            let kind = match cause {
                Cause::Required => FaultKind::Demanded,
                _ => FaultKind::Reference,
            };
            (text.clone().into_unknown(), (kind, span))
        })
    }

    /// What compose's own environment has, for a name that stands without a value at `reference`.
    pub(super) fn handed_on(&mut self, name: &str, reference: Span) -> Given {
        match self.find(name) {
            Found::Value(text) if text.is_known() => {
                Given::Text(Text::elsewhere(text.expose(), reference))
            }
            Found::Value(_) | Found::Unknown => Given::Unknown,
            Found::Unset => Given::Nothing,
        }
    }

    /// Nobody but the shell can define it.
    pub(super) fn is_defined_nowhere(&mut self, name: &str) -> bool {
        !matches!(self.find(name), Found::Value(_)) && !self.project().contains_key(name)
    }

    fn project(&mut self) -> &HashMap<String, Option<Text>> {
        let surroundings = self.surroundings;
        self.project.get_or_insert_with(|| {
            let mut known = HashMap::new();
            let folders = [Some(PathBuf::new()), project_above(surroundings)];
            for folder in folders.into_iter().flatten() {
                known.extend(defined(surroundings, &folder.join(".env")));
            }
            known
        })
    }
}

/// What a `.env` of the project defines.
fn defined(surroundings: &Surroundings<'_>, path: &Path) -> HashMap<String, Option<Text>> {
    let Some(text) = (surroundings.neighbour)(path) else {
        return HashMap::new();
    };
    let file = dotenv::read(&text, Dialect::Compose, surroundings.environment);
    let mut known = HashMap::new();
    for variable in file.variables {
        let value = match variable.delivery {
            Delivery::Kept => variable.value,
            Delivery::Perhaps | Delivery::Recovered => None,
            Delivery::Overridden => continue,
        };
        known.insert(variable.name, value);
    }
    known
}

/// The folder of the project that takes the file in, one or two above: its `.env` wins over the one beside the file.
fn project_above(surroundings: &Surroundings<'_>) -> Option<PathBuf> {
    let mut folder = PathBuf::new();
    let mut path = PathBuf::from(surroundings.path.file_name()?);
    let mut above = surroundings.path.parent()?;
    for _ in 0..2 {
        folder.push("..");
        path = Path::new(above.file_name()?).join(path);
        above = above.parent()?;
        let name = path.to_str()?.replace('\\', "/");
        let texts = files::NAMES.iter().map(|file| folder.join(file));
        let texts = texts.filter_map(|file| (surroundings.neighbour)(&file));
        if texts.into_iter().any(|text| text.contains(&name)) {
            return Some(folder);
        }
    }
    None
}

impl Scope for Known<'_> {
    /// The shell that compose is run from wins over `.env`.
    fn find(&mut self, name: &str) -> Found {
        match (self.surroundings.environment)(name) {
            Outside::Value(value) => Found::Value(Text::elsewhere(&value, Span::at(0))),
            outside => match self.project().get(name) {
                Some(Some(value)) => Found::Value(value.clone()),
                None if outside == Outside::Unset => Found::Unset,
                Some(None) | None => Found::Unknown,
            },
        }
    }

    fn may_grow(&mut self, by: usize) -> bool {
        self.growth += by;
        self.growth <= GROWTH
    }

    fn takes_defaults(&self) -> bool {
        true
    }
}
