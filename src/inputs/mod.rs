//! One adapter per input kind: a syntax tree becomes settings, definitions and a mask.
//!
//! After this room nobody knows any more whether an option stood in airflow.cfg or in a `.env`
//! file, except by asking for its [`Origin`]. What Airflow makes of a setting, and whether it is right,
//! is not asked here.

pub mod astro;
pub mod carrier;
pub mod cfg;
pub mod cloudformation;
pub mod comments;
pub mod compose;
pub mod composer;
pub mod dag;
pub mod dockerfile;
pub mod ecs;
pub mod entries;
pub mod env;
pub mod exports;
pub mod helm;
pub mod inside;
pub mod kubernetes;
pub mod local;
pub mod mwaa;
pub mod opaque;
mod processes;
pub mod rewrite;
pub mod samples;
pub mod scattered;
pub mod shell;
pub mod sops;
pub mod spelling;
pub mod store;
pub mod systemd;
pub mod terraform;
pub mod terraform_json;
pub mod vals;

use std::path::PathBuf;
use std::sync::Arc;

use crate::source::{FileId, LineIndex, Mask, Place, Span, Text};
use spelling::Spelling;

/// What a file is. The words are those of `--kind` and of `--show-files`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// airflow.cfg
    Cfg,
    /// `.env` in one of the dialects.
    Env,
    /// An export of AWS SSM Parameter Store.
    Ssm,
    /// An export of AWS Secrets Manager.
    SecretsManager,
    /// A flat map or projection `name: value` that may come from either AWS store.
    FlatStore,
    /// Answers of Vault, or a map of its paths.
    Vault,
    /// Secrets of Google Secret Manager.
    Gcp,
    /// Secrets of Azure Key Vault.
    Azure,
    /// Secrets of Kubernetes for the backend that looks for their labels.
    KubernetesSecret,
    /// What chamber writes of SSM: names without their paths.
    Chamber,
    /// Connections in a local file: `LocalFilesystemBackend`, `airflow connections export`.
    Connections,
    /// Variables in a local file.
    Variables,
    /// Python that asks for connections and variables.
    Dag,
    /// A compose file.
    Compose,
    /// Values of a Helm chart.
    Helm,
    /// Kubernetes manifests, and what kustomize makes some of.
    Kubernetes,
    /// How an image is built.
    Dockerfile,
    /// Terraform or `OpenTofu`: HCL, plans and states.
    Terraform,
    /// A `CloudFormation` template.
    CloudFormation,
    /// Task definitions of ECS.
    Ecs,
    /// The description of an environment of Cloud Composer.
    Composer,
    /// A unit of systemd.
    Systemd,
    /// A deployment file of Astro, or its `airflow_settings.yaml`.
    Astro,
    /// A script of a shell.
    Shell,
    /// A file that pins releases of Airflow, its providers or Python; nobody names it as that.
    Pins,
    /// airvane's own settings file; nobody names it as that.
    SettingsFile,
    /// The baseline, which is airvane's own; nobody names it as that.
    Baseline,
}

impl Kind {
    /// All that a user may give.
    pub const ALL: &[Self] = &[
        Self::Cfg,
        Self::Env,
        Self::Ssm,
        Self::SecretsManager,
        Self::FlatStore,
        Self::Vault,
        Self::Gcp,
        Self::Azure,
        Self::KubernetesSecret,
        Self::Chamber,
        Self::Connections,
        Self::Variables,
        Self::Dag,
        Self::Compose,
        Self::Dockerfile,
        Self::Terraform,
        Self::CloudFormation,
        Self::Helm,
        Self::Kubernetes,
        Self::Ecs,
        Self::Composer,
        Self::Systemd,
        Self::Astro,
        Self::Shell,
    ];

    /// The word of the command line and of reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cfg => "cfg",
            Self::Env => "env",
            Self::Ssm => "ssm",
            Self::SecretsManager => "secretsmanager",
            Self::FlatStore => "flat-store",
            Self::Vault => "vault",
            Self::Gcp => "gcp",
            Self::Azure => "azure",
            Self::KubernetesSecret => "kubernetes-secret",
            Self::Chamber => "chamber",
            Self::Connections => "connections",
            Self::Variables => "variables",
            Self::Dag => "dag",
            Self::Compose => "compose",
            Self::Helm => "helm",
            Self::Kubernetes => "k8s",
            Self::Dockerfile => "dockerfile",
            Self::Terraform => "terraform",
            Self::CloudFormation => "cloudformation",
            Self::Ecs => "ecs",
            Self::Composer => "composer",
            Self::Systemd => "systemd",
            Self::Astro => "astro",
            Self::Shell => "shell",
            Self::Pins => "pins",
            Self::SettingsFile => "settings-file",
            Self::Baseline => "baseline",
        }
    }

    /// True for what holds secrets and no settings: exports of secret stores, which are read as a
    /// stream, and local secrets files.
    pub const fn is_store(self) -> bool {
        matches!(
            self,
            Self::Ssm
                | Self::SecretsManager
                | Self::FlatStore
                | Self::Vault
                | Self::Gcp
                | Self::Azure
                | Self::KubernetesSecret
                | Self::Chamber
        ) || self.is_local()
    }

    /// True for what holds options and environment variables.
    pub const fn is_settings(self) -> bool {
        matches!(self, Self::Cfg | Self::Env)
    }

    /// True for files of other programs in which settings and secrets of Airflow stand: what they hold
    /// is read as [parts](carrier::Part).
    pub const fn is_carrier(self) -> bool {
        matches!(
            self,
            Self::Compose
                | Self::Helm
                | Self::Kubernetes
                | Self::Dockerfile
                | Self::Terraform
                | Self::CloudFormation
                | Self::Ecs
                | Self::Composer
                | Self::Systemd
                | Self::Astro
                | Self::Shell
        )
    }

    /// True for local secrets files, which are read in one piece.
    pub const fn is_local(self) -> bool {
        matches!(self, Self::Connections | Self::Variables)
    }
}

/// Where a setting was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A file in configparser's dialect.
    Cfg,
    /// An environment variable of any carrier.
    Env,
}

/// The form of an option's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// `option`
    Plain,
    /// `option_cmd`, `AIRFLOW__S__O_CMD`
    Cmd,
    /// `option_secret`, `AIRFLOW__S__O_SECRET`
    Secret,
    /// `AIRFLOW__SECRETS__BACKEND_KWARG__<KEY>`: one keyword argument; the key is lower-cased.
    PerKey(String),
}

/// One option as it stands in one carrier, before Airflow's precedence, `%` interpolation and `$`
/// expansion. In a `.cfg` file an option such as `jwt_secret` is `Plain`: whether `_cmd` and
/// `_secret` are forms is decided by the option table (see [`crate::airflow::config`]).
#[derive(Clone)]
pub struct Setting {
    /// Section as Airflow looks it up.
    pub section: String,
    /// Option as Airflow looks it up, without the ending of its form.
    pub option: String,
    /// Form of the name.
    pub form: Form,
    /// Carrier.
    pub origin: Origin,
    /// How names are written there, if it is one of environments.
    pub spelling: Spelling,
    /// The file.
    pub file: FileId,
    /// The option's name, or the whole name of the environment variable.
    pub name: Span,
    /// The value as the carrier's reader hands it over.
    pub value: Text,
    /// Nobody wrote it: what is not known may set it (`Environment::leave_open`), and name and value both stand there.
    pub is_left_open: bool,
}

impl std::fmt::Debug for Setting {
    /// Without the name: a broken line may have made one of a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setting")
            .field("origin", &self.origin)
            .field("file", &self.file)
            .field("name", &self.name)
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}

impl Setting {
    /// The name of an option of the environment, as this one's carrier writes names.
    pub fn name_of(&self, section: &str, option: &str) -> String {
        self.spelling.name(section, option)
    }

    /// Where the name stands.
    pub fn name_place(&self) -> Place {
        Place::new(self.file, self.name)
    }

    /// Where the value stands (decoded range).
    pub fn place(&self, range: std::ops::Range<usize>) -> Place {
        Place::new(self.file, self.value.span(range))
    }

    /// Where the whole value stands.
    pub fn value_place(&self) -> Place {
        Place::new(self.file, self.value.source())
    }
}

/// What a definition in an environment variable defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// `AIRFLOW_CONN_…`, `<connections_prefix>/…`
    Connection,
    /// `AIRFLOW_VAR_…`, `<variables_prefix>/…`
    Variable,
    /// `<config_prefix>/…`
    Config,
}

impl EntryKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Connection, Self::Variable, Self::Config];

    /// The word of JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Variable => "variable",
            Self::Config => "config",
        }
    }
}

/// Where a definition stands, as far as that decides how it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// An environment variable.
    Env,
    /// A text of a local file.
    LocalText,
    /// An object, or another value that is no text, of a local file, as JSON.
    LocalValue,
    /// The argument of a command that puts it into the metadata database.
    Added(AddedAs),
}

/// How a command is told of an entry of the metadata database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddedAs {
    /// A URI, or the text of a variable.
    Text,
    /// A connection as JSON.
    Json,
    /// The fields of a connection one by one; the value is the object that says the same.
    Fields,
}

/// An `AIRFLOW_CONN_*` or `AIRFLOW_VAR_*` variable, or an entry of a local file.
#[derive(Clone)]
pub struct Definition {
    /// Connection or variable.
    pub kind: EntryKind,
    /// The id; of an environment variable in lower case.
    pub id: String,
    /// The file.
    pub file: FileId,
    /// The whole name of the variable, or the key.
    pub name: Span,
    /// The value as the carrier's reader hands it over.
    pub value: Text,
    /// Where it stands.
    pub notation: Notation,
}

impl std::fmt::Debug for Definition {
    /// Without the name: a broken line may have made one of a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Definition")
            .field("kind", &self.kind)
            .field("file", &self.file)
            .field("name", &self.name)
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}

/// Any environment variable of a carrier, for `$NAME` expansion. The value is never shown.
#[derive(Clone)]
pub struct Variable {
    /// Exact name.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// Value after the carrier's reader; `None` where the reader takes it from the process
    /// environment (a bare name).
    pub value: Option<Text>,
}

impl std::fmt::Debug for Variable {
    /// Without the name: a broken line may have made one of a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Variable")
            .field("name_span", &self.name_span)
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}

/// The tree of an input that is held in memory.
#[derive(Debug)]
pub enum Tree {
    /// airflow.cfg
    Cfg(crate::syntax::cfg::Cfg),
    /// `.env`
    Env(crate::syntax::dotenv::EnvFile),
    /// A local secrets file.
    Local(local::LocalTree),
    /// What its parts leave: comments, and what is wrong with the file itself.
    Carrier(carrier::Around),
    /// A store: read as a stream when the rules run, never held.
    Store,
    /// What a DAG file asks for.
    Dag(dag::Dag),
    /// What pins releases; the pins themselves are their deployment's.
    Pins,
    /// airvane's own settings file.
    SettingsFile,
    /// The file could not be read as its kind at all (not UTF-8, NUL bytes, encrypted).
    Opaque(Opacity),
}

/// Why a file could not be read as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opacity {
    /// Not UTF-8 from this byte on.
    NotUtf8 {
        /// Byte offset.
        at: usize,
    },
    /// Encrypted; the word names the tool.
    Encrypted(&'static str),
}

/// A file that was read.
pub struct Input {
    /// Its number in this run.
    pub id: FileId,
    /// Path as named or walked, for reports.
    pub path: PathBuf,
    /// What it is.
    pub kind: Kind,
    /// Why it was taken as that: for `--show-files`.
    pub because: &'static str,
    /// The bytes; empty for stores.
    pub bytes: Arc<[u8]>,
    /// Line starts of `bytes`.
    pub lines: LineIndex,
    /// What may be shown.
    pub mask: Mask,
    /// The tree.
    pub tree: Tree,
    /// Airflow options found in it.
    pub settings: Vec<Setting>,
    /// `AIRFLOW_CONN_*` and `AIRFLOW_VAR_*` found in it.
    pub definitions: Vec<Definition>,
    /// All environment variables found in it.
    pub variables: Vec<Variable>,
    /// The file is a template, by its name or by its text: a parse failure is an info.
    pub templated: bool,
    /// It is a part of another input's file.
    pub inside: Option<inside::Inside>,
}

impl Input {
    /// True for entries that commands put into the metadata database: no backend reads them where they stand.
    pub const fn is_added(&self) -> bool {
        matches!(self.tree, Tree::Local(local::LocalTree::Added))
    }

    /// The values of its settings, definitions and variables.
    fn values_mut(&mut self) -> impl Iterator<Item = &mut Text> {
        let settings = self.settings.iter_mut().map(|one| &mut one.value);
        let definitions = self.definitions.iter_mut().map(|one| &mut one.value);
        let variables = self.variables.iter_mut();
        let variables = variables.filter_map(|one| one.value.as_mut());
        settings.chain(definitions).chain(variables)
    }
}

/// A file that is meant to be copied or rendered, not read by Airflow: `.env.example`,
/// `sample.env`, `airflow.cfg.tmpl`.
pub fn is_sample(path: &std::path::Path) -> bool {
    const WORDS: [&str; 7] = ["example", "sample", "tmpl", "template", "dist", "tpl", "j2"];
    let Some(name) = path.file_name() else {
        return false;
    };
    let name = name.to_string_lossy().to_lowercase();
    // What SAM and the CDK call the templates of stacks.
    let of_sam = ["template.yaml", "template.yml", "template.json"].contains(&name.as_str());
    let of_cdk = path
        .parent()
        .is_some_and(|folder| folder.ends_with("cdk.out"));
    if of_sam || (of_cdk && name.ends_with(".template.json")) {
        return false;
    }
    name.split(['.', '-', '_'])
        .any(|part| WORDS.contains(&part))
}

impl std::fmt::Debug for Input {
    /// Without the text, the settings and the names.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input")
            .field("id", &self.id)
            .field("path", &self.path)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::is_sample;
    use std::path::Path;

    #[test]
    fn what_is_called_a_template_is_a_sample_unless_stacks_are_made_of_it() {
        for name in ["airflow.cfg.tmpl", "values.template.yaml", ".env.example"] {
            assert!(is_sample(Path::new(name)), "{name}");
        }
        let stacks = [
            "a/template.yaml",
            "template.json",
            "cdk.out/A.template.json",
        ];
        for name in stacks.into_iter().chain(["airflow.cfg", "cdk.json"]) {
            assert!(!is_sample(Path::new(name)), "{name}");
        }
    }
}
