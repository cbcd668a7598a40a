//! What a backend asks its store for when an id is looked up: `get_connection`, `get_conn_value`,
//! `get_variable` and `get_config` of every class, up to the request.
//!
//! Nothing is read here; what the store holds is another room's business.

mod aws;
mod client;
mod files;
mod request;
mod stores;
mod teams;
mod vault;

pub(crate) use self::client::{CONFIG_OPTIONS, RETRIES, RETRY_MODES, api_version, is_host};
use super::attribute::Attribute;
use super::construct::Constructed;
use super::data::Habit;
use crate::airflow::{Python, Runtime, Target, Version};
use crate::inputs::EntryKind;
use crate::source::Place;

/// One lookup.
#[derive(Clone, Copy, Debug)]
pub struct Question<'q> {
    /// Of what.
    pub kind: EntryKind,
    /// The id: `conn_id`, the variable's key, the value of `<option>_secret`.
    pub id: &'q str,
    /// The team on whose behalf is asked (Airflow 3.2 and later).
    pub team: Option<&'q str>,
    /// `[core] multi_team`; `None`: not set, or not known, which counts as false.
    pub multi_team: Option<bool>,
}

/// What comes of a lookup before any answer of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The store is asked for these names, in this order, until one is there.
    For(Vec<String>),
    /// The backend says `None` without asking.
    Skips(Skip),
    /// The backend raises before it has asked.
    Raises(AskFault),
    /// Not known.
    Unknown(Unsure),
}

/// Why a backend does not ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skip {
    /// The prefix, path or label of this kind is null (or, for Akeyless, empty).
    PrefixNull,
    /// The id does not match the lookup pattern.
    PatternMismatch,
    /// The id looks like that of a team, and no team asks.
    IdOfTeam,
    /// Teams are on, and the id holds what separates a team from an id.
    TeamSeparator,
    /// The class has nothing of this kind.
    NoSuchKind,
    /// The store has no such names (Azure).
    NameInvalid,
    /// No file is given for this kind.
    NoFile,
    /// `mount_point` is null, and the id does not begin with a mount.
    NoMount,
    /// The connection with which Lockbox itself connects.
    OwnConnection,
}

/// An exception out of a lookup. Airflow goes on to the next backend; for an option it becomes an
/// `AirflowConfigException`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskFault {
    /// Name of the Python exception, as `type(e).__name__` has it.
    pub exception: &'static str,
    /// What it is about.
    pub cause: AskCause,
    /// Where that was written.
    pub place: Option<Place>,
}

/// The causes of an [`AskFault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskCause {
    /// Airflow 3.2.0 to 3.2.2 passes `team_name`, which this release of the provider does not take.
    TeamNameArgument,
    /// The lookup pattern is no regular expression for Python, or no string.
    Pattern,
    /// `sep` is no string.
    SepType,
    /// A keyword argument that the store's client does not take.
    ClientKwarg,
    /// `profile_name` can be no profile.
    Profile,
    /// An AWS key without its other half.
    Credentials,
    /// `role_arn`, `assume_role_method` or what belongs to them.
    AssumeRole,
    /// `config_kwargs`
    BotocoreConfig,
    /// `session_kwargs`
    SessionKwargs,
    /// `region_name`
    Region,
    /// `endpoint_url`, `vault_url`
    Url,
    /// `api_version`
    ApiVersion,
    /// `verify`
    Verify,
    /// Akeyless' `access_type` without what it needs.
    AccessType,
    /// Akeyless' `token_ttl` is no number.
    TokenTtl,
    /// The file's name has none of the extensions that Airflow reads.
    FileExtension,
    /// The file's path is no string.
    FilePath,
}

/// Why it is not known what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsure {
    /// A declared argument is not known; its name.
    Argument(&'static str),
    /// The lookup pattern cannot be evaluated here.
    Pattern,
    /// Python releases disagree on the capital letters of the id.
    UpperCase,
    /// A setting of the client that another release of its library may take.
    Client,
    /// Task processes and the server ask in different ways.
    Runtimes,
}

/// A lookup on its way; the error is what ends it.
type Way<T> = Result<T, Ask>;

/// One lookup in one process.
struct Lookup<'c, 'b, 'q> {
    built: &'c Constructed<'b>,
    kind: EntryKind,
    id: &'q str,
    team: Option<&'q str>,
    /// As far as the class reads it.
    multi_team: Option<bool>,
    release: Option<Version>,
    airflow: Version,
    python: Python,
}

impl Constructed<'_> {
    /// What the backend asks its store for. Where tasks and the server differ, `target.runtime`
    /// decides. A provider's release that is not known is taken as the newest.
    pub fn ask(&self, question: &Question<'_>, target: &Target) -> Ask {
        let mut asks = target.runtime.each().iter().map(|&runtime| {
            let lookup = Lookup::new(self, question, target, runtime);
            lookup.names(runtime).map_or_else(|ask| ask, Ask::For)
        });
        let first = asks.next().unwrap_or(Ask::Unknown(Unsure::Runtimes));
        if asks.all(|other| other == first) {
            first
        } else {
            Ask::Unknown(Unsure::Runtimes)
        }
    }
}

impl<'c, 'b, 'q> Lookup<'c, 'b, 'q> {
    fn new(
        built: &'c Constructed<'b>,
        question: &Question<'q>,
        target: &Target,
        runtime: Runtime,
    ) -> Self {
        // `_get_connection` and `_get_variable` of the Task SDK pass no team: the API server knows
        // it. Options have no teams, and Airflow has none before 3.2.
        let has_teams = runtime == Runtime::Server
            && question.kind != EntryKind::Config
            && target.airflow >= Version::new(3, 2, 0);
        Self {
            built,
            kind: question.kind,
            id: question.id,
            team: question.team.filter(|_| has_teams),
            multi_team: question.multi_team,
            release: built.class.release(target),
            airflow: target.airflow,
            python: target.python,
        }
    }

    fn names(&self, runtime: Runtime) -> Way<Vec<String>> {
        self.team_name_argument(runtime)?;
        match self.built.class.short_name.as_str() {
            "aws_ssm" | "aws_secrets_manager" => self.aws(),
            "gcp_secret_manager" => self.google(),
            "hashicorp_vault" => self.vault(),
            "azure_key_vault" => self.azure(),
            "yandex_lockbox" => self.lockbox(),
            "akeyless" => self.akeyless(),
            "kubernetes_secrets" => self.kubernetes(),
            "local_filesystem" => self.local_file(),
            "environment_variables" => self.environment(),
            // The metadata database and the Execution API ask for the id.
            _ if self.kind == EntryKind::Config => Err(Ask::Skips(Skip::NoSuchKind)),
            _ => Ok(vec![self.id.to_owned()]),
        }
    }

    fn does(&self, habit: Habit) -> bool {
        self.built.class.does(habit, self.release)
    }

    /// `conf.getboolean("core", "multi_team", fallback=False)`
    fn is_multi_team(&self) -> bool {
        self.multi_team == Some(true)
    }

    fn is_option(&self) -> bool {
        self.kind == EntryKind::Config
    }

    /// One of three names: of connections, of variables, of options.
    fn of_kind<T: Copy>(&self, names: [T; 3]) -> T {
        let [connections, variables, config] = names;
        match self.kind {
            EntryKind::Connection => connections,
            EntryKind::Variable => variables,
            EntryKind::Config => config,
        }
    }

    /// A declared argument that is known; null in a release without it.
    fn value(&self, name: &'static str) -> Way<&'c Attribute> {
        match self.built.option(name) {
            Some(Attribute::Unknown) => Err(Ask::Unknown(Unsure::Argument(name))),
            Some(value) => Ok(value),
            None => Ok(&Attribute::Null),
        }
    }

    /// The argument's truth value.
    fn is_set(&self, name: &'static str) -> Way<bool> {
        let truth = self.value(name)?.is_truthy();
        truth.ok_or(Ask::Unknown(Unsure::Argument(name)))
    }

    /// What an f-string makes of the argument.
    fn formatted(&self, name: &'static str) -> Way<&'c str> {
        let text = self.value(name)?.formatted();
        text.ok_or(Ask::Unknown(Unsure::Argument(name)))
    }

    /// The prefix of the kind, unless it is null.
    fn prefix(&self, names: [&'static str; 3]) -> Way<&'static str> {
        let name = self.of_kind(names);
        match self.value(name)? {
            Attribute::Null => Err(Ask::Skips(Skip::PrefixNull)),
            _ => Ok(name),
        }
    }

    fn raises(&self, exception: &'static str, cause: AskCause, name: &str) -> Ask {
        let argument = self.built.options.iter().find(|own| own.name == name);
        let written = argument.and_then(|own| own.written.as_ref());
        let handed_on = self.built.session.iter().find(|kwarg| kwarg.name == name);
        Ask::Raises(AskFault {
            exception,
            cause,
            place: written.or(handed_on).map(|kwarg| kwarg.value_place),
        })
    }

    /// Airflow 3.2.0 to 3.2.2 passes `team_name` to every backend: the server to `get_connection`
    /// and `get_variable`, both to `get_conn_value`, which `BaseSecretsBackend.get_connection`
    /// calls.
    fn team_name_argument(&self, runtime: Runtime) -> Way<()> {
        let passes = self.airflow >= Version::new(3, 2, 0) && self.airflow < Version::new(3, 3, 0);
        let Some(since) = self.built.class.team_name_argument.filter(|_| passes) else {
            return Ok(());
        };
        let server = runtime == Runtime::Server;
        let since = match self.kind {
            EntryKind::Connection if server || !self.does(Habit::OwnGetConnection) => {
                since.connections
            }
            EntryKind::Variable if server => since.variables,
            _ => return Ok(()),
        };
        if self.release.is_some_and(|release| release < since) {
            return Err(Ask::Raises(AskFault {
                exception: "TypeError",
                cause: AskCause::TeamNameArgument,
                place: None,
            }));
        }
        Ok(())
    }
}

/// The prefix kwargs of most classes: of connections, of variables, of options.
const PREFIXES: [&str; 3] = ["connections_prefix", "variables_prefix", "config_prefix"];
