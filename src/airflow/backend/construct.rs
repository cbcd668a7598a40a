//! What Airflow builds from a class path and its keyword arguments, for every class of the table
//! in every release: the arguments after the constructor's clean-up, what is left for the client
//! of the store, or the exception.
//!
//! `_get_custom_secret_backend` of Airflow, `__init__` of the backend classes.

mod aws;
mod bound;
mod others;
mod vault;

use self::bound::Bound;
pub(super) use self::vault::PATHS;
pub use super::attribute::Attribute;
use super::data::{self, BackendClass};
use super::{Backend, ClassPath, Kwarg, Kwargs};
use crate::airflow::lookup::Naming;
use crate::airflow::{Target, Version};
use crate::inputs::EntryKind;
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
    /// A later release has the class under this path.
    ClassTooNew,
    /// The path cannot be one: no dot, blanks, quotes.
    ClassMalformed,
    /// Airflow's own packages have nothing of this name: it is nearly the path of a class.
    ClassMissing,
    /// The keyword arguments are JSON but no object (before 2.4.1).
    KwargsNotObject,
    /// A list or object among the keyword arguments (2.3.4 alone: `unhashable type`).
    Unhashable,
    /// `rstrip` on something that is no string; the kwarg's name.
    PrefixType(&'static str),
    /// `sep` is neither a string nor null.
    SepType,
    /// A name that the class does not take (or `self`).
    UnknownKwarg,
    /// Something of Airflow that is no secrets backend (3.2.0 and later).
    NotABackend,
    /// Google's prefix and `sep` hold a character that no secret's name has.
    PrefixCharacters,
    /// Credentials that exclude each other.
    CredentialsConflict,
    /// Credentials that cannot be read.
    Credentials,
    /// Vault has no such `auth_type`.
    VaultAuthType,
    /// Vault has no such `kv_engine_version`.
    VaultKvVersion,
    /// Vault's `auth_type` needs an argument; its name.
    VaultNeeds(&'static str),
    /// Akeyless has no such `access_type`.
    AccessType,
}

/// A declared keyword argument, and what the object keeps of it.
#[derive(Clone, Debug)]
pub struct Argument<'b> {
    /// Its name.
    pub name: &'static str,
    /// As written; `None`: the default holds, or it is not known.
    pub written: Option<Kwarg<'b>>,
    /// The attribute after the clean-up; the value itself where the object keeps none.
    pub value: Attribute,
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
    /// The arguments that its release declares, defaults included, in the constructor's order.
    pub options: Vec<Argument<'b>>,
    /// Keyword arguments that the constructor does not declare and hands on: to the AWS session
    /// and client, to the clients of Vault and Azure, to the authentication of Akeyless.
    pub session: Vec<Kwarg<'b>>,
    /// Prefixes of connections, variables and options; empty for classes other than the two of
    /// AWS.
    pub prefixes: Vec<Prefix<'b>>,
    /// Text between prefix and id; `None` for classes other than the two of AWS.
    pub sep: Option<Attribute>,
    /// The `*_lookup_pattern` attributes that the release knows, in the order of `prefixes`.
    pub patterns: Vec<(EntryKind, Attribute)>,
    /// How names are built, where every part of that is known; `None` for classes other than the
    /// two of AWS.
    pub naming: Option<Naming>,
}

impl<'b> Constructed<'b> {
    /// `EnvironmentVariablesBackend()`, which every process has.
    pub fn environment() -> Self {
        let class = data::class_named("environment_variables");
        Self {
            class: class.expect("a test reads the table whole"),
            options: Vec::new(),
            session: Vec::new(),
            prefixes: Vec::new(),
            sep: None,
            patterns: Vec::new(),
            naming: None,
        }
    }

    fn plain(bound: Bound<'b>) -> Self {
        Self {
            class: bound.class,
            options: bound.arguments,
            session: bound.extra,
            prefixes: Vec::new(),
            sep: None,
            patterns: Vec::new(),
            naming: None,
        }
    }

    /// What the object keeps of the declared argument `name`; `None` in a release without it.
    pub fn option(&self, name: &str) -> Option<&Attribute> {
        let found = self.options.iter().find(|argument| argument.name == name);
        found.map(|argument| &argument.value)
    }
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
            // `custom_secret_backend._set_connection_class(Connection)`
            let plain = data::is_not_a_backend(text.expose())
                && self.knows_all_kwargs()
                && self.kwargs().is_empty();
            if plain && target.airflow >= Version::new(3, 2, 0) {
                let place = Place::new(setting.file, text.source());
                return fails("AttributeError", Cause::NotABackend, place);
            }
            if is_missing(text.expose()) {
                let place = Place::new(setting.file, text.source());
                return fails("AirflowConfigException", Cause::ClassMissing, place);
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
        let too_old = release.is_some_and(|release| release < class.first_release);
        if found.legacy.is_none() && too_old {
            let place = Place::new(setting.file, text.source());
            return fails("AirflowConfigException", Cause::ClassTooNew, place);
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
        let whole = match self.kwargs.setting() {
            Some(setting) => setting.value_place(),
            None => Place::new(setting.file, text.source()),
        };
        let complete = self.knows_all_kwargs();
        let bound = Bound::new(class, release, &kwargs, complete, whole);
        let built = match class.short_name.as_str() {
            "aws_ssm" | "aws_secrets_manager" => aws::build(bound, target.amazon()),
            "hashicorp_vault" => vault::build(bound),
            "gcp_secret_manager" => others::google(bound, target.airflow),
            "azure_key_vault" => others::azure(bound),
            "yandex_lockbox" => others::lockbox(bound),
            "akeyless" => others::akeyless(bound),
            "kubernetes_secrets" | "local_filesystem" => others::kept(bound),
            _ => others::without_arguments(bound, target.airflow),
        };
        match built {
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

/// A path within Airflow's and its providers' packages that is a slip away from a class of theirs, or
/// has the class in another module of a provider that is known. Other paths there may be somebody
/// else's provider, and the old ones (`airflow.contrib`) have more names.
fn is_missing(path: &str) -> bool {
    let provider = path.starts_with("airflow.providers.");
    if !provider && !path.starts_with("airflow.secrets.")
        || data::classes_in_module(path).next().is_some()
    {
        return false;
    }
    let elsewhere = provider && data::is_known_package(path);
    data::nearest_class(path).is_some_and(|near| near.whole || elsewhere)
}

/// A text that `import_string` cannot import whatever is installed.
pub fn is_malformed(path: &str) -> bool {
    !path.contains('.')
        || path.split('.').any(str::is_empty)
        || path.contains(|character: char| {
            character.is_whitespace() || "'\"`,;:/\\#()[]{}<>=|&!?*@%$".contains(character)
        })
}
