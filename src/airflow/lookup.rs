//! Names: which name a backend asks its store for, and what a stored name is the name of.
//!
//! `BaseSecretsBackend.build_path` and the clean-up in the constructors of the two AWS backends
//! (`SystemsManagerParameterStoreBackend`, `SecretsManagerBackend`), per amazon provider release.

mod near_miss;

pub use self::near_miss::{NearMiss, Why};
use crate::airflow::Version;
use crate::airflow::python::space::is_space;
use crate::inputs::{EntryKind, Kind};

/// Every kind, in the order of the prefixes' keyword arguments.
const KINDS: [EntryKind; 3] = [
    EntryKind::Connection,
    EntryKind::Variable,
    EntryKind::Config,
];

/// Release of the amazon provider that puts `/` in front of an SSM name that has none
/// (`_ensure_leading_slash`) and knows lookup patterns.
pub const SLASH_ADDED: Version = Version::new(7, 3, 0);
/// Release of the amazon provider whose Secrets Manager backend strips the characters of `sep`
/// (before: `/`) and takes an empty prefix as "the bare id".
pub const SEP_STRIPPED: Version = Version::new(2, 3, 0);

/// What `build_path` puts between prefix and id for `"sep": null`:
/// `f"{path_prefix}{sep}{secret_id}"`.
pub const NULL_SEP: &str = "None";

/// How one backend builds names in its store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent habits of independent releases"
)]
pub struct Naming {
    /// Prefix of each kind; `None` switches the kind off (JSON null).
    pub connections: Option<String>,
    /// See `connections`.
    pub variables: Option<String>,
    /// See `connections`.
    pub config: Option<String>,
    /// Text between prefix and id.
    pub sep: String,
    /// SSM with amazon 7.3 and later puts `/` in front of a name that has none.
    pub adds_leading_slash: bool,
    /// An empty prefix asks for the bare id, without `sep` (Secrets Manager, amazon 2.3 and later).
    pub bare_if_empty: bool,
    /// The file does not say which store it is from: a leading `/` is neither asked for nor refused.
    pub any_leading_slash: bool,
    /// The store these names are looked for in; `FlatStore` where that is not known.
    pub store: Kind,
    /// The prefixes were given by settings; false: they are the defaults of the store's kind.
    pub from_settings: bool,
}

/// A keyword argument whose value is a string or null.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kwarg<'a> {
    /// Not given: the class's default holds.
    #[default]
    Absent,
    /// JSON null.
    Null,
    /// A string.
    Text(&'a str),
}

/// The keyword arguments of an AWS backend that decide names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PrefixKwargs<'a> {
    /// `connections_prefix`
    pub connections: Kwarg<'a>,
    /// `variables_prefix`
    pub variables: Kwarg<'a>,
    /// `config_prefix`
    pub config: Kwarg<'a>,
    /// `sep`; SSM ignores it.
    pub sep: Kwarg<'a>,
}

/// What a stored name is; the id is a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage<'n> {
    /// A prefix of the backend covers it.
    Covered {
        /// Of which kind.
        kind: EntryKind,
        /// The id that asks for it.
        id: &'n str,
    },
    /// Prefixes of several kinds reach it alike, or an empty prefix does: what it is depends on who
    /// asks, so nothing can be said of its value.
    Ambiguous {
        /// The id that asks for it.
        id: &'n str,
    },
    /// No prefix reaches it.
    Foreign,
}

/// `prefix.rstrip("/")` of the SSM backend, `prefix.rstrip(sep)` of Secrets Manager: what the
/// constructor of either backend leaves of a prefix.
pub fn clean(prefix: &str, store: Kind, sep: Kwarg<'_>, amazon: Version) -> String {
    let strips_sep = store == Kind::SecretsManager && amazon >= SEP_STRIPPED;
    let cleaned = match sep {
        // `str.rstrip(None)` strips blanks.
        Kwarg::Null if strips_sep => prefix.trim_end_matches(is_space),
        // `str.rstrip(sep)` strips any of its characters.
        Kwarg::Text(sep) if strips_sep => prefix.trim_end_matches(|c| sep.contains(c)),
        _ => prefix.trim_end_matches('/'),
    };
    cleaned.to_owned()
}

impl Naming {
    /// How the backend of `store` builds names from prefixes that are [`clean`], in the order of
    /// the keyword arguments; `None` is null. SSM has no `sep` of its own.
    pub fn built(store: Kind, prefixes: [Option<String>; 3], sep: &str, amazon: Version) -> Self {
        let ssm = store == Kind::Ssm;
        let [connections, variables, config] = prefixes;
        Self {
            connections,
            variables,
            config,
            sep: if ssm { "/" } else { sep }.to_owned(),
            adds_leading_slash: ssm && amazon >= SLASH_ADDED,
            bare_if_empty: !ssm && amazon >= SEP_STRIPPED,
            any_leading_slash: false,
            store,
            from_settings: true,
        }
    }

    /// What `SystemsManagerParameterStoreBackend(**kwargs)` asks for.
    pub fn ssm(kwargs: &PrefixKwargs<'_>, amazon: Version) -> Self {
        let defaults = [
            "/airflow/connections",
            "/airflow/variables",
            "/airflow/config",
        ];
        Self::of(Kind::Ssm, kwargs, defaults, amazon)
    }

    /// What `SecretsManagerBackend(**kwargs)` asks for.
    pub fn secrets_manager(kwargs: &PrefixKwargs<'_>, amazon: Version) -> Self {
        let defaults = ["airflow/connections", "airflow/variables", "airflow/config"];
        Self::of(Kind::SecretsManager, kwargs, defaults, amazon)
    }

    fn of(store: Kind, kwargs: &PrefixKwargs<'_>, defaults: [&str; 3], amazon: Version) -> Self {
        let prefix = |given, default| match given {
            Kwarg::Absent => Some(clean(default, store, kwargs.sep, amazon)),
            Kwarg::Null => None,
            Kwarg::Text(text) => Some(clean(text, store, kwargs.sep, amazon)),
        };
        let [connections, variables, config] = defaults;
        let prefixes = [
            prefix(kwargs.connections, connections),
            prefix(kwargs.variables, variables),
            prefix(kwargs.config, config),
        ];
        let sep = match kwargs.sep {
            Kwarg::Absent => "/",
            Kwarg::Null => NULL_SEP,
            Kwarg::Text(sep) => sep,
        };
        Self::built(store, prefixes, sep, amazon)
    }

    /// What the backend of a store asks for when nothing is configured. A flat map may come from
    /// either store, so there the leading `/` does not matter.
    pub fn defaults(kind: Kind, amazon: Version) -> Self {
        let nothing = PrefixKwargs::default();
        let plain = |prefixes: [&str; 3], sep| {
            let prefixes = prefixes.map(|prefix| Some(prefix.to_owned()));
            Self {
                bare_if_empty: false,
                ..Self::built(kind, prefixes, sep, amazon)
            }
        };
        let naming = match kind {
            Kind::SecretsManager => Self::secrets_manager(&nothing, amazon),
            Kind::Gcp | Kind::Azure => plain(
                ["airflow-connections", "airflow-variables", "airflow-config"],
                "-",
            ),
            // `mount_point` and the three paths.
            Kind::Vault => plain(
                ["secret/connections", "secret/variables", "secret/config"],
                "/",
            ),
            Kind::KubernetesSecret => plain(
                [
                    "airflow.apache.org/connection-id",
                    "airflow.apache.org/variable-key",
                    "airflow.apache.org/config-key",
                ],
                "=",
            ),
            _ => Self::ssm(&nothing, amazon),
        };
        Self {
            any_leading_slash: matches!(kind, Kind::FlatStore | Kind::Chamber),
            store: kind,
            from_settings: false,
            ..naming
        }
    }

    /// True when an export of `kind` can hold what this backend asks for.
    pub fn serves(&self, kind: Kind) -> bool {
        self.store == kind || kind == Kind::FlatStore
    }

    /// The prefix of a kind; `None` where the kind is switched off.
    pub fn prefix(&self, kind: EntryKind) -> Option<&str> {
        match kind {
            EntryKind::Connection => self.connections.as_deref(),
            EntryKind::Variable => self.variables.as_deref(),
            EntryKind::Config => self.config.as_deref(),
        }
    }

    /// The name that is asked for when `id` is looked up; `None` where nothing is asked.
    pub fn name_for(&self, kind: EntryKind, id: &str) -> Option<String> {
        let prefix = self.prefix(kind)?;
        let name = if prefix.is_empty() && self.bare_if_empty {
            id.to_owned()
        } else {
            format!("{prefix}{}{id}", self.sep)
        };
        if self.adds_leading_slash && !name.starts_with('/') {
            return Some(format!("/{name}"));
        }
        Some(name)
    }

    /// What the stored name `name` is. Of nested prefixes the longest covers a name. An empty
    /// prefix reaches a whole account, so it is never taken to say what a name is.
    pub fn coverage<'n>(&self, name: &'n str) -> Coverage<'n> {
        let mut best: Option<(usize, EntryKind, &str)> = None;
        let mut tied = false;
        for kind in KINDS {
            let prefix = self.prefix(kind);
            let id = prefix.and_then(|prefix| self.id_below(prefix, name));
            let (Some(prefix), Some(id)) = (prefix, id) else {
                continue;
            };
            if prefix.is_empty() && id.contains('/') {
                continue;
            }
            match best {
                Some((length, ..)) if length > prefix.len() => {}
                Some((length, ..)) if length == prefix.len() => tied = true,
                _ => {
                    best = Some((prefix.len(), kind, id));
                    tied = false;
                }
            }
        }
        match best {
            None => Coverage::Foreign,
            Some((length, _, id)) if tied || length == 0 => Coverage::Ambiguous { id },
            Some((_, kind, id)) => Coverage::Covered { kind, id },
        }
    }

    /// The one kind by whose prefix `name` is reached; `None` where there are several, or none.
    pub fn only_kind(&self, name: &str) -> Option<EntryKind> {
        let mut kinds = KINDS
            .into_iter()
            .filter(|&kind| self.id_in(kind, name).is_some());
        kinds.next().filter(|_| kinds.next().is_none())
    }

    /// The id with which a lookup of `kind` asks for exactly `name`.
    fn id_in<'n>(&self, kind: EntryKind, name: &'n str) -> Option<&'n str> {
        self.id_below(self.prefix(kind)?, name)
    }

    /// As [`Naming::id_in`], of the kind with this prefix.
    fn id_below<'n>(&self, mut prefix: &str, name: &'n str) -> Option<&'n str> {
        let mut rest = name;
        if prefix.is_empty() && self.bare_if_empty {
            return (!name.is_empty()).then_some(name);
        }
        if self.any_leading_slash {
            prefix = prefix.strip_prefix('/').unwrap_or(prefix);
            rest = rest.strip_prefix('/').unwrap_or(rest);
        } else if self.adds_leading_slash {
            let has_one =
                prefix.starts_with('/') || (prefix.is_empty() && self.sep.starts_with('/'));
            if !has_one {
                rest = rest.strip_prefix('/')?;
            }
        }
        // The names of another kind mostly differ here already, and a store has a million.
        let joint = self.sep.as_bytes().first();
        if joint.is_some() && rest.as_bytes().get(prefix.len()) != joint {
            return None;
        }
        let id = rest.strip_prefix(prefix)?.strip_prefix(self.sep.as_str())?;
        (!id.is_empty()).then_some(id)
    }
}

#[cfg(test)]
mod tests;
