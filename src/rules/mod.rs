//! The rules: what they are, what they are told, and the one list of them.
//!
//! A rule is a constant made by [`rule!`](crate::rule): its page, code, name, severity and check functions. It
//! never parses by itself; it asks the inputs and the twin. To add one: write its file, add its
//! line to [`ALL`], add `fixtures/rules/<code>-<name>/{bad,good}`.

pub mod across;
pub mod class;
pub mod connections;
pub mod files;
pub(crate) mod fixes;
pub mod itself;
pub mod kwargs;
pub mod options;
mod page;
pub mod prefixes;
pub mod stores;
#[cfg(test)]
pub(crate) mod testing;
pub mod variables;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use crate::airflow::backend::{Backend, SecretsConfig};
use crate::airflow::config::Settings;
use crate::airflow::connection::{Format, Reading};
use crate::airflow::lookup::{Coverage, Naming};
use crate::airflow::{Runtime, Target};
use crate::aws::names::{arn_ending, is_store_name, ssm_fault_of_form};
use crate::inputs::env::is_public_name;
use crate::inputs::store::{Spot, Summary, Tally};
use crate::inputs::{Definition, EntryKind, Input, Kind, Notation};
use crate::report::{Findings, Severity};
use crate::resolve::Answer;
use crate::settings::{Metastore, SettingsFile};
use crate::source::{FileId, LazyText, Place};
use crate::workspace::env_readers::EnvReader;
use crate::workspace::targets::Located;

/// A rule.
pub struct Rule {
    /// `AV201`; never reused.
    pub code: &'static str,
    /// `kwargs-not-json`.
    pub name: &'static str,
    /// Severity for a chosen target, unless the check says otherwise.
    pub severity: Severity,
    /// Release of airvane that brought it.
    pub since: &'static str,
    /// The page, in Markdown; each line begins with one blank.
    pub docs: &'static str,
    /// It speaks only where it is selected: most people do not want to hear it.
    pub on_request: bool,
    /// What it looks at.
    pub checks: &'static [Check],
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code)
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

impl Eq for Rule {}

/// The reach of a rule.
#[derive(Clone, Copy)]
pub enum Check {
    /// One file by itself.
    File(fn(&FileContext<'_>, &mut Findings)),
    /// One connection, variable or option value, wherever it stands; runs inside the stream that
    /// reads a store.
    Entry(fn(&EntryContext<'_>, &mut Findings)),
    /// One connection that was read, wherever it stands: as [`Check::Entry`], but not called for the
    /// values of which nothing is to be said ([`crate::airflow::connection::is_plain`]).
    Connection(fn(&EntryContext<'_>, &mut Findings)),
    /// A whole export, when its stream has ended.
    Store(fn(&StoreContext<'_>, &mut Findings)),
    /// A deployment: its merged settings and its backends.
    Deployment(fn(&DeploymentContext<'_>, &mut Findings)),
    /// All deployments beside each other, once for all targets.
    Project(fn(&ProjectContext<'_>, &mut Findings)),
    /// What the other rules found, and what is made of that: it is the report that finds these faults.
    Report,
    /// An id that DAGs or the settings file want, and that no backend of the deployment has.
    Wanted(fn(&WantedContext<'_>, &mut Findings)),
}

/// What a [`Check::File`] is told.
pub struct FileContext<'a> {
    /// The file.
    pub input: &'a Input,
    /// Whose behaviour is modelled.
    pub target: &'a Target,
    /// Some deployment that holds this file configures a secrets backend.
    pub has_backend: bool,
    /// Every input of the run that shares a deployment with this one, itself included; of an env file in none, the
    /// compose files beside it.
    pub deployment_inputs: &'a [&'a Input],
    /// What of the file no DAG asks for; `None`: nobody wants to know, or nobody does.
    pub unused: Option<UnusedCount>,
    /// Who reads the file, if it is a `.env` file and nobody said who does.
    pub readers: &'a [EnvReader],
    /// The compose file beside this `.env`, where Airflow is told nothing of it.
    pub unread_beside: Option<&'a Input>,
}

/// Definitions that no DAG asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnusedCount {
    /// Connections.
    pub connections: usize,
    /// Variables.
    pub variables: usize,
}

impl UnusedCount {
    /// Counts one more of `kind`, if it is `unused`.
    pub(crate) fn add(&mut self, kind: EntryKind, unused: bool) {
        match kind {
            EntryKind::Connection => self.connections += usize::from(unused),
            EntryKind::Variable => self.variables += usize::from(unused),
            EntryKind::Config => {}
        }
    }
}

/// What a [`Check::Wanted`] is told.
pub struct WantedContext<'a> {
    /// Whose behaviour is modelled.
    pub target: &'a Target,
    /// Name of the deployment, where the settings file gives it one.
    pub deployment: Option<&'a str>,
    /// Connection or variable; of the settings file an option too.
    pub kind: EntryKind,
    /// The id.
    pub id: &'a str,
    /// Where DAGs ask for it.
    pub places: &'a [Place],
    /// The first of them where code fails without it.
    pub must: Option<Place>,
    /// Where the settings file requires it.
    pub required: Option<Place>,
    /// How each process looks it up, for each choice of the deployment's files.
    pub answers: &'a [&'a Answer],
    /// The deployment keeps ids of the kind where airvane looks.
    pub is_kept_here: bool,
    /// What the settings file says of the metadata database.
    pub metastore: Option<Metastore>,
}

/// What a [`Check::Store`] is told: what is left of an export that was read.
pub struct StoreContext<'a> {
    /// The file.
    pub input: &'a Input,
    /// Whose behaviour is modelled.
    pub target: &'a Target,
    /// How names were judged, and whether settings say so.
    pub naming: Option<&'a Naming>,
    /// The backend that would be asked, where settings name one.
    pub backend: Option<&'a Backend<'a>>,
    /// What the reader found besides the entries.
    pub summary: &'a Summary,
    /// What `naming` said of the names.
    pub tally: &'a Tally,
    /// What of it no DAG asks for; `None`: nobody wants to know, or nobody does.
    pub unused: Option<UnusedCount>,
    /// The first credential in it, where git would commit the file.
    pub credential: Option<(stores::plaintext_secrets_in_repository::Credential, Spot)>,
}

/// What a [`Check::Deployment`] is told: one choice among alternative files.
pub struct DeploymentContext<'a> {
    /// Whose behaviour is modelled.
    pub target: &'a Target,
    /// Every input of the choice (the stores too).
    pub inputs: &'a [&'a Input],
    /// Every input that any choice of this deployment holds, and the settings around it: what is not
    /// set here may be set there.
    pub all_inputs: &'a [&'a Input],
    /// Options as written, and the environment.
    pub settings: &'a Settings<'a>,
    /// The backends, as Airflow reads them.
    pub secrets: &'a SecretsConfig<'a>,
    /// The AWS shared config file given with `--aws-config`: its profile names.
    pub aws_profiles: Option<&'a crate::aws::shared_config::Profiles>,
    /// The files that git would commit: they lie in a repository and no ignore rule names them.
    pub committed: &'a BTreeSet<FileId>,
    /// The releases that are pinned for the deployment, nearest first.
    pub pins: &'a [Located],
    /// What the settings file says.
    pub settings_file: &'a SettingsFile,
}

/// What a [`Check::Project`] is told.
pub struct ProjectContext<'a> {
    /// Every deployment of the run.
    pub deployments: &'a [DeploymentFiles<'a>],
}

/// The files of a deployment.
pub struct DeploymentFiles<'a> {
    /// The settings file names it so.
    pub name: Option<&'a str>,
    /// The folder it is named after.
    pub home: &'a Path,
    /// airflow.cfg and env files, of every choice.
    pub settings: Vec<&'a Input>,
    /// Stores and local secrets files.
    pub stores: Vec<&'a Input>,
    /// All settings are read together; else those of one kind are alternatives.
    pub merged: bool,
}

/// Where a value of an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Carrier {
    /// An environment variable.
    Env,
    /// An export of SSM Parameter Store.
    Ssm,
    /// An export of Secrets Manager.
    SecretsManager,
    /// A flat map or a projection.
    Flat,
    /// An export of a store that is none of AWS, or that does not say what its entries are called.
    Elsewhere,
    /// A local secrets file.
    Local,
    /// An argument of a command that puts it into the metadata database.
    Command,
}

impl Carrier {
    /// Where a definition stands.
    pub const fn of(notation: Notation) -> Self {
        match notation {
            Notation::Env => Self::Env,
            Notation::LocalText | Notation::LocalValue => Self::Local,
            Notation::Added(_) => Self::Command,
        }
    }

    /// That of the entries of an export.
    pub const fn of_store(kind: Kind) -> Self {
        match kind {
            Kind::Ssm => Self::Ssm,
            Kind::SecretsManager => Self::SecretsManager,
            Kind::Vault | Kind::Gcp | Kind::Azure | Kind::KubernetesSecret | Kind::Chamber => {
                Self::Elsewhere
            }
            _ => Self::Flat,
        }
    }
}

pub use crate::inputs::store::{Earlier, Facts};

/// What a [`Check::Entry`] is told: one value and what the readers make of it.
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
pub struct EntryContext<'a> {
    /// Whose behaviour is modelled.
    pub target: &'a Target,
    /// Where it stands.
    pub carrier: Carrier,
    /// Connection, variable or option; `None` for a stored name that no prefix covers.
    pub kind: Option<EntryKind>,
    /// The id that asks for it; the name itself where no prefix covers it.
    pub id: Cow<'a, str>,
    /// Name in the store or of the environment variable.
    pub name: Cow<'a, str>,
    /// Where the name stands.
    pub name_place: Place,
    /// The value; `None` where the export holds none.
    pub value: Option<&'a LazyText<'a>>,
    /// None of the rules that search the characters of every value finds anything in this one: that was told before.
    pub is_quiet: bool,
    /// Where the whole value stands, quotes included.
    pub value_place: Option<Place>,
    /// The value stood as a decoded object where a string belongs (user-made maps).
    pub decoded_object: bool,
    /// More that the store says.
    pub facts: &'a Facts,
    /// How names are built, and whether settings say so.
    pub naming: Option<&'a Naming>,
    /// By `naming` the name is a near miss, and by no other backend of the deployment is it more.
    pub near_miss: bool,
    /// What the name is.
    pub coverage: Option<Coverage<'a>>,
    /// An entry further up in the same store that has this name, or one that collides with it. Told
    /// of covered names only, and never of what [`Facts::superseded`] marks.
    pub earlier: Option<Earlier>,
    /// Definitions in the environment that are looked at after this entry's backend, and are of its id:
    /// in every process and for every choice of the deployment.
    pub hides: &'a [&'a Definition],
    /// The backend that would be asked, where settings name one.
    pub backend: Option<&'a Backend<'a>>,
    /// How the backend that would be asked keeps connections.
    pub format: &'a Format,
    /// The file is meant to be copied or rendered ([`crate::inputs::is_sample`]).
    pub is_sample: bool,
    /// What the settings file says.
    pub settings_file: &'a SettingsFile,
    /// For a connection with a value: what each runtime of the target makes of it.
    pub readings: &'a [(Runtime, Reading)],
}

/// True for a value in which none of the rules finds anything that search the characters of every value: so much can be
/// told before anything else of the entry is known.
pub(crate) fn is_quiet(value: &str) -> bool {
    !class::placeholder_left_in::may_stand_in(value)
        && !files::unexpanded_reference::may_stand_in(value)
        && !stores::store_value_limit::has_braces(value)
}

/// True for a name about which no rule has anything to say where a lookup of a connection asks for it: told before
/// anything else of the entry is known.
pub(crate) fn is_ordinary_name(name: &str) -> bool {
    let is_double = |at| name.as_bytes().get(at + 1) == Some(&b'-');
    // Both stores take the characters of such an id, and more than its length.
    connections::invalid_conn_id::is_ordinary_id(name)
        && ssm_fault_of_form(name).is_none()
        && arn_ending(name).is_none()
        && !memchr::memchr_iter(b'-', name.as_bytes()).any(is_double)
}

impl EntryContext<'_> {
    /// The store, or the backend that would be asked, is known and none of AWS: it has other rules.
    pub fn is_elsewhere(&self) -> bool {
        let known = self.backend.and_then(Backend::known_class);
        self.carrier == Carrier::Elsewhere || known.is_some_and(|known| !known.class.is_aws())
    }

    /// The name for [`crate::report::Finding::subject`], where it may be told: a digest of anything
    /// else would tell it too.
    pub fn subject(&self) -> &str {
        let name = self.name.as_ref();
        let is_name = match self.carrier {
            Carrier::Env => is_public_name(name),
            _ => is_store_name(name),
        };
        if is_name { name } else { "?" }
    }
}

/// Makes the constant `RULE` of a rule file: the page as doc comments, then the metadata. The words
/// `on request` behind the severity make a rule that must be selected.
#[macro_export]
macro_rules! rule {
    (
        $(#[doc = $line:literal])*
        $code:literal, $name:literal, $severity:ident, $(on $request:ident,)? since $since:literal,
        checks $checks:expr $(,)?
    ) => {
        #[doc = concat!("The rule ", $code, " `", $name, "`.")]
        pub static RULE: $crate::rules::Rule = $crate::rules::Rule {
            code: $code,
            name: $name,
            severity: $crate::report::Severity::$severity,
            since: $since,
            docs: concat!($($line, "\n"),*),
            on_request: {
                const WORDS: &[&str] = &[$(stringify!($request))?];
                !WORDS.is_empty()
            },
            checks: $checks,
        };
    };
}

/// The families, by code.
static FAMILIES: &[&[&Rule]] = &[
    files::RULES,
    class::RULES,
    kwargs::RULES,
    prefixes::RULES,
    connections::RULES,
    variables::RULES,
    options::RULES,
    stores::RULES,
    across::RULES,
    itself::RULES,
];

/// Number of rules.
const COUNT: usize = {
    let mut count = 0;
    let mut family = 0;
    while family < FAMILIES.len() {
        count += FAMILIES[family].len();
        family += 1;
    }
    count
};

/// Every rule, by code.
pub static ALL: &[&Rule] = &{
    let mut all: [&Rule; COUNT] = [FAMILIES[0][0]; COUNT];
    let mut count = 0;
    let mut family = 0;
    while family < FAMILIES.len() {
        let mut index = 0;
        while index < FAMILIES[family].len() {
            all[count] = FAMILIES[family][index];
            count += 1;
            index += 1;
        }
        family += 1;
    }
    all
};

/// The rule with this code (`AV201`, in any case) or name.
pub fn find(word: &str) -> Option<&'static Rule> {
    ALL.iter()
        .copied()
        .find(|rule| rule.code.eq_ignore_ascii_case(word) || rule.name.eq_ignore_ascii_case(word))
}

/// The rule whose name is a slip away from `word`.
pub fn nearest(word: &str) -> Option<&'static Rule> {
    // Names come with other separators from other tools' habits.
    let word = word.to_ascii_lowercase().replace(['_', ' '], "-");
    let distance = |rule: &Rule| strsim::damerau_levenshtein(&word, rule.name);
    let rule = ALL.iter().copied().min_by_key(|rule| distance(rule))?;
    (distance(rule) * 3 <= word.len()).then_some(rule)
}
