//! What Airflow builds from a class path and its keyword arguments, for the two AWS backends of
//! every release of the amazon provider: prefixes after the constructor's clean-up, separator,
//! lookup patterns, what is left for the AWS session, or the exception.
//!
//! `_get_custom_secret_backend` of Airflow, `__init__` of both backend classes.

use super::data::{self, BackendClass};
use super::{Backend, ClassPath, Kwarg, KwargValue, Kwargs};
use crate::airflow::lookup::{self, NULL_SEP, Naming, SEP_STRIPPED, SLASH_ADDED};
use crate::airflow::{Target, Version};
use crate::inputs::{EntryKind, Kind};
use crate::source::Place;
use crate::syntax::json;

/// What comes of one pair of options.
#[derive(Clone, Debug)]
pub enum Construction<'b> {
    /// No class is set.
    None,
    /// An object.
    Built(Box<Constructed<'b>>),
    /// An exception while Airflow is imported: no component starts.
    Fails(Fault),
    /// A class that is not in the table; it may be the user's own.
    Unverified,
    /// The class path is not known.
    Unknown,
}

/// Why nothing is built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Name of the Python exception.
    pub exception: &'static str,
    /// What it is about.
    pub cause: Cause,
    /// Where.
    pub place: Place,
}

/// The causes of a [`Fault`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The target's releases do not have the class under this path.
    ClassRemoved,
    /// The path cannot be one: no dot, blanks, quotes.
    ClassMalformed,
    /// The keyword arguments are JSON but no object (before 2.4.1).
    KwargsNotObject,
    /// A list or object among the keyword arguments (2.3.4 alone: `unhashable type`).
    Unhashable,
    /// `rstrip` on something that is no string; the kwarg's name.
    PrefixType(&'static str),
    /// `sep` is neither a string nor null.
    SepType,
}

/// What became of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// `None`
    Null,
    /// A string, after the clean-up.
    Text(String),
    /// Another value, kept as it is.
    Other(json::Kind),
    /// Not known.
    Unknown,
}

/// The prefix of one kind of entry.
#[derive(Clone, Debug)]
pub struct Prefix<'b> {
    /// Which kind.
    pub kind: EntryKind,
    /// Name of the kwarg.
    pub name: &'static str,
    /// As written; `None`: the default holds, or it is not known.
    pub written: Option<Kwarg<'b>>,
    /// The attribute.
    pub value: Attribute,
}

/// An object that Airflow builds.
#[derive(Clone, Debug)]
pub struct Constructed<'b> {
    /// Its class.
    pub class: &'static BackendClass,
    /// Prefixes of connections, variables and options; empty for classes other than the two of
    /// AWS.
    pub prefixes: Vec<Prefix<'b>>,
    /// Text between prefix and id; `None` for classes other than the two of AWS.
    pub sep: Option<Attribute>,
    /// The `*_lookup_pattern` attributes that the release knows, in the order of `prefixes`.
    pub patterns: Vec<(EntryKind, Attribute)>,
    /// Keyword arguments that the constructor does not declare; the AWS session gets them.
    pub session: Vec<Kwarg<'b>>,
    /// How names are built, where every part of that is known.
    pub naming: Option<Naming>,
}

/// The prefix kwargs of both AWS backends, in the constructor's order.
pub const PREFIXES: [(EntryKind, &str, &str); 3] = [
    (
        EntryKind::Connection,
        "connections_prefix",
        "connections_lookup_pattern",
    ),
    (
        EntryKind::Variable,
        "variables_prefix",
        "variables_lookup_pattern",
    ),
    (EntryKind::Config, "config_prefix", "config_lookup_pattern"),
];

impl Backend<'_> {
    /// What Airflow builds from this pair of options.
    pub fn construct(&self, target: &Target) -> Construction<'_> {
        let (setting, text) = match self.class_path() {
            ClassPath::None { .. } => return Construction::None,
            ClassPath::Unknown { .. } => return Construction::Unknown,
            ClassPath::Path { setting, text } => (setting, text),
        };
        let fails = |exception, cause, place| {
            Construction::Fails(Fault {
                exception,
                cause,
                place,
            })
        };
        let Some(found) = data::class_for(text.expose()) else {
            if is_malformed(text.expose()) {
                let place = Place::new(setting.file, text.source());
                return fails("AirflowConfigException", Cause::ClassMalformed, place);
            }
            return Construction::Unverified;
        };
        let class = found.class;
        let release = class.release(target);
        if let Some(legacy) = found.legacy
            && !legacy.is_importable(target.airflow, release)
        {
            let place = Place::new(setting.file, text.source());
            return fails("AirflowConfigException", Cause::ClassRemoved, place);
        }
        if let Kwargs::NotObject { setting, json } = &self.kwargs
            && target.airflow < Version::new(2, 4, 1)
        {
            let place = Place::new(setting.file, json.root().span());
            return fails("TypeError", Cause::KwargsNotObject, place);
        }
        let kwargs = self.kwargs();
        if target.airflow == Version::new(2, 3, 4) {
            // _custom_secrets_backend was wrapped in lru_cache in that release alone.
            let unhashable = kwargs
                .iter()
                .find(|kwarg| matches!(kwarg.value.kind(), json::Kind::Object | json::Kind::Array));
            if let Some(kwarg) = unhashable {
                return fails("TypeError", Cause::Unhashable, kwarg.value_place);
            }
        }
        if !class.is_aws() {
            return Construction::Built(Box::new(Constructed {
                class,
                prefixes: Vec::new(),
                sep: None,
                patterns: Vec::new(),
                session: kwargs,
                naming: None,
            }));
        }
        let complete = self.knows_all_kwargs();
        match aws(class, target.amazon(), &kwargs, complete) {
            Ok(built) => Construction::Built(Box::new(built)),
            Err(fault) => Construction::Fails(fault),
        }
    }

    /// How names are built in the store, where the settings say it for certain.
    pub fn naming(&self, target: &Target) -> Option<Naming> {
        match self.construct(target) {
            Construction::Built(built) => built.naming,
            _ => None,
        }
    }
}

/// A text that `import_string` cannot import whatever is installed.
pub fn is_malformed(path: &str) -> bool {
    !path.contains('.')
        || path.split('.').any(str::is_empty)
        || path.contains(|character: char| {
            character.is_whitespace() || "'\"`,;:/\\#()[]{}<>=|&!?*@%$".contains(character)
        })
}

fn aws<'b>(
    class: &'static BackendClass,
    amazon: Version,
    kwargs: &[Kwarg<'b>],
    complete: bool,
) -> Result<Constructed<'b>, Fault> {
    let ssm = class.short_name == "aws_ssm";
    let given = |name: &str| kwargs.iter().find(|kwarg| kwarg.name == name);
    let sep = if ssm { None } else { given("sep") };
    let mut prefixes = Vec::new();
    for (kind, name, _) in PREFIXES {
        let written = given(name);
        let value = match written {
            Some(kwarg) if !kwarg.value.is_known() => Attribute::Unknown,
            Some(kwarg) => clean(kwarg, name, ssm, sep, amazon)?,
            None if !complete => Attribute::Unknown,
            // The default goes through the same code: a `sep` that is no string fails on it.
            None => Attribute::Text(strip(default(class, name), ssm, sep, amazon)?),
        };
        prefixes.push(Prefix {
            kind,
            name,
            written: written.cloned(),
            value,
        });
    }
    let sep = if ssm {
        Attribute::Text("/".to_owned())
    } else {
        match sep {
            Some(kwarg) => attribute(&kwarg.value),
            None if complete => Attribute::Text("/".to_owned()),
            None => Attribute::Unknown,
        }
    };
    let mut patterns = Vec::new();
    if amazon >= SLASH_ADDED {
        for (kind, _, name) in PREFIXES {
            let value = match given(name) {
                Some(kwarg) => attribute(&kwarg.value),
                None if complete => Attribute::Null,
                None => Attribute::Unknown,
            };
            patterns.push((kind, value));
        }
    }
    let declared = |kwarg: &&Kwarg<'b>| {
        class
            .kwarg(&kwarg.name)
            .is_some_and(|fact| fact.is_in(amazon))
    };
    let session = kwargs.iter().filter(|kwarg| !declared(kwarg));
    let session = session.cloned().collect();
    Ok(Constructed {
        naming: naming(&prefixes, &sep, ssm, amazon),
        class,
        prefixes,
        sep: Some(sep),
        patterns,
        session,
    })
}

/// `if prefix is not None: prefix.rstrip("/")` of SSM and of old Secrets Manager releases,
/// `if prefix: prefix.rstrip(sep)` of Secrets Manager since 2.3.0.
fn clean(
    kwarg: &Kwarg<'_>,
    name: &'static str,
    ssm: bool,
    sep: Option<&Kwarg<'_>>,
    amazon: Version,
) -> Result<Attribute, Fault> {
    if let Some(text) = kwarg.value.string() {
        if text.is_empty() {
            return Ok(Attribute::Text(String::new()));
        }
        return strip(text.expose(), ssm, sep, amazon).map(Attribute::Text);
    }
    let kind = kwarg.value.kind();
    if kind == json::Kind::Null {
        return Ok(Attribute::Null);
    }
    if !ssm && amazon >= SEP_STRIPPED && !kwarg.value.is_truthy() {
        return Ok(Attribute::Other(kind));
    }
    Err(Fault {
        exception: "AttributeError",
        cause: Cause::PrefixType(name),
        place: kwarg.value_place,
    })
}

/// [`lookup::clean`], where `sep` may be of any type.
fn strip(text: &str, ssm: bool, sep: Option<&Kwarg<'_>>, amazon: Version) -> Result<String, Fault> {
    let store = store(ssm);
    let Some(sep) = sep.filter(|_| !ssm && amazon >= SEP_STRIPPED) else {
        return Ok(lookup::clean(text, store, lookup::Kwarg::Absent, amazon));
    };
    let given = sep.value.string();
    let given = match &given {
        Some(characters) => lookup::Kwarg::Text(characters.expose()),
        None if sep.value.kind() == json::Kind::Null => lookup::Kwarg::Null,
        None => {
            return Err(Fault {
                exception: "TypeError",
                cause: Cause::SepType,
                place: sep.value_place,
            });
        }
    };
    Ok(lookup::clean(text, store, given, amazon))
}

const fn store(ssm: bool) -> Kind {
    if ssm { Kind::Ssm } else { Kind::SecretsManager }
}

fn attribute(value: &KwargValue<'_>) -> Attribute {
    if !value.is_known() {
        return Attribute::Unknown;
    }
    match value.string() {
        Some(text) => Attribute::Text(text.expose().to_owned()),
        None if value.kind() == json::Kind::Null => Attribute::Null,
        None => Attribute::Other(value.kind()),
    }
}

fn default<'c>(class: &'c BackendClass, name: &str) -> &'c str {
    class
        .kwarg(name)
        .and_then(|fact| fact.default.as_str())
        .unwrap_or_default()
}

/// `build_path` and the tests around it. `None` where a part is not known.
fn naming(prefixes: &[Prefix<'_>], sep: &Attribute, ssm: bool, amazon: Version) -> Option<Naming> {
    let sep = match sep {
        Attribute::Text(sep) => sep.as_str(),
        Attribute::Null => NULL_SEP,
        Attribute::Other(_) | Attribute::Unknown => return None,
    };
    let mut named = prefixes.iter().map(|prefix| match &prefix.value {
        Attribute::Null => Some(None),
        Attribute::Text(text) => Some(Some(text.clone())),
        // Only false values get here: they act like "".
        Attribute::Other(_) => Some(Some(String::new())),
        Attribute::Unknown => None,
    });
    let mut next = || named.next().flatten();
    let prefixes = [next()?, next()?, next()?];
    Some(Naming::built(store(ssm), prefixes, sep, amazon))
}
