//! What the classes do in some of their releases only: names of the differences, and the releases
//! that have them. Which class has which, and from when, stands in `schemas/data/backends.json`.

use serde::Deserialize;

use crate::airflow::Version;

/// Releases from one to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first of them.
    pub from: Version,
    /// The first after them; `None`: the newest still belongs.
    pub until: Option<Version>,
}

impl Span {
    /// True for a release of the span. One that is not known is taken as the newest.
    pub fn holds(self, release: Option<Version>) -> bool {
        match release {
            Some(release) => self.from <= release && self.until.is_none_or(|until| release < until),
            None => self.until.is_none(),
        }
    }
}

/// A difference between releases of one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Habit {
    /// An empty prefix asks for the bare id (Vault, Azure).
    BareIfEmpty,
    /// A team's name is a folder between prefix and id (AWS: without a second try; Vault).
    TeamFolder,
    /// A team's own name is asked for first, then the common one.
    TeamNames,
    /// Without a team, ids that look like a team's are refused, teams or no teams.
    IdsOfTeamsRefused,
    /// With teams (`multi_team`), ids that hold the separator of teams are refused.
    TeamSeparatorRefused,
    /// `global_secrets_path` is a folder below each path (Vault).
    GlobalFolder,
    /// Paths may be lists, and `global_secrets_path` is one more path (Vault).
    PathLists,
    /// `mount_point` null: the id begins with it (Vault).
    MountFromId,
    /// `VAULT_TOKEN` stands in for `token`.
    TokenFromEnvironment,
    /// Vault's method `gcp` needs `gcp_scopes` and `role_id`.
    GcpNeedsScopes,
    /// Vault's method `gcp` needs a key as well.
    GcpNeedsKey,
    /// The class makes the connection of the secret's fields itself (Vault; Secrets Manager with
    /// `full_url_mode=False`).
    FieldsOfConnection,
    /// The class has a `get_connection` of its own (Vault).
    OwnGetConnection,
    /// Google's credential configuration excludes the other two keys.
    ConfigFileExclusive,
    /// Google's scopes are made a list.
    ScopesListed,
    /// Google's project must be known when the object is made.
    ProjectRequired,
    /// A prefix that counts as false is kept as it is (Azure).
    FalsePrefixKept,
    /// Names that Azure cannot have are not asked for.
    NamesChecked,
    /// Lockbox raises `ValueError` for a connection beside other credentials, before `AssertionError`.
    CredentialsValueError,
    /// `[core] multi_team` is read as a text, and the text `False` is true (Akeyless).
    MultiTeamAsText,
    /// With teams, ids that hold the separator are refused without a team as well (Akeyless).
    SeparatorRefusedForAll,
    /// `.yml` is an extension that local files may have.
    YmlFiles,
    /// A wrong extension has an exception of its own, and the extension is that of `pathlib`.
    UnsupportedFileType,
    /// `are_secret_values_urlencoded` decodes the fields of a connection.
    PercentDecoded,
    /// `full_url_mode=False`: an empty text is not given to `literal_eval`.
    TextTested,
}
