//! What the exports of stores other than those of AWS hold for a backend: which exports serve it, how
//! names are built in them, and where the text of a variable or an option stands in a secret.
//!
//! A flat map of names and secrets may come from most of them.

use super::ask::{Ask, Question};
use super::attribute::Attribute;
use super::construct::Constructed;
use super::data::{BackendClass, Habit};
use crate::airflow::Target;
use crate::airflow::connection::Vault;
use crate::airflow::lookup::Naming;
use crate::airflow::python::dumps;
use crate::inputs::{EntryKind, Kind};
use crate::source::Text;
use crate::syntax::json::{self, ErrorKind, Value};

/// True for exports that can hold what the class asks for.
pub fn serves(short_name: &str, kind: Kind) -> bool {
    match short_name {
        "aws_ssm" => matches!(kind, Kind::Ssm | Kind::FlatStore | Kind::Chamber),
        "aws_secrets_manager" => matches!(kind, Kind::SecretsManager | Kind::FlatStore),
        "hashicorp_vault" => matches!(kind, Kind::Vault | Kind::FlatStore),
        "akeyless" => kind == Kind::FlatStore,
        "gcp_secret_manager" => matches!(kind, Kind::Gcp | Kind::FlatStore),
        "azure_key_vault" => matches!(kind, Kind::Azure | Kind::FlatStore),
        "kubernetes_secrets" => kind == Kind::KubernetesSecret,
        _ => false,
    }
}

/// The text that a class reads of a secret.
#[derive(Clone, Debug)]
pub enum Held {
    /// This text.
    Text(Text),
    /// The secret as it stands.
    Whole,
    /// The backend says `None`, for this reason.
    NotThere(&'static str),
    /// Not known, for this reason.
    Unknown(&'static str),
}

const NO_OBJECT: &str = "a secret of Vault is an object, and this is none";

const NO_TEXT: &str = "what stands under `value` is no text";

impl Constructed<'_> {
    /// What `get_variable` and `get_config` of the class make of a secret.
    pub fn held(&self, secret: &Text) -> Held {
        held(&self.class.short_name, secret)
    }

    /// The text of a Secret of Kubernetes, of whose data `data` is the JSON.
    pub fn datum(&self, kind: EntryKind, data: &Text) -> Held {
        let [connections, variables, config] = [
            "connections_data_key",
            "variables_data_key",
            "config_data_key",
        ];
        let key = self.option(match kind {
            EntryKind::Connection => connections,
            EntryKind::Variable => variables,
            EntryKind::Config => config,
        });
        match key {
            Some(key) => match key.as_text() {
                Some(key) => datum(key, data),
                None => Held::Unknown("which key of the Secret is read is not known"),
            },
            None => datum(DATA_KEY, data),
        }
    }

    /// What an export calls the secret that the backend asks for as `asked`. Kubernetes is asked with a
    /// selector, `label=id,!team` or `label=id,team=name`.
    pub fn name_in_export(&self, asked: &str) -> String {
        if self.class.short_name != "kubernetes_secrets" {
            return asked.to_owned();
        }
        match asked.split_once(',') {
            Some((label, team)) if !team.starts_with('!') && self.has_usual_team_label() => {
                format!("{team},{label}")
            }
            Some((label, _)) => label.to_owned(),
            None => asked.to_owned(),
        }
    }

    /// How the selector `asked` tells the Secrets of teams from those of all. An export knows the usual
    /// label only.
    pub fn teams_told(&self, asked: &str) -> TeamsTold {
        if self.class.short_name != "kubernetes_secrets" {
            return TeamsTold::ByUsualLabel;
        }
        match asked.split_once(',') {
            None => TeamsTold::NotAtAll,
            Some(_) if self.has_usual_team_label() => TeamsTold::ByUsualLabel,
            Some(_) => TeamsTold::ByAnotherLabel,
        }
    }

    fn has_usual_team_label(&self) -> bool {
        self.option("team_label")
            .is_none_or(|label| label.as_text() == Some(TEAM_LABEL))
    }

    /// [`Constructed::namings`] of `KubernetesSecretsBackend`: labels. None where a label is not known, and
    /// where Secrets of teams have another label than usual: which these are is not known then.
    fn labels(&self) -> Vec<Naming> {
        if !self.has_usual_team_label() {
            return Vec::new();
        }
        let mut labels = [None, None, None];
        let names = ["connections_label", "variables_label", "config_label"];
        for (label, name) in labels.iter_mut().zip(names) {
            *label = match self.option(name) {
                Some(Attribute::Null) | None => None,
                Some(value) => match value.formatted() {
                    Some(text) => Some(text.to_owned()),
                    None => return Vec::new(),
                },
            };
        }
        let [connections, variables, config] = labels;
        vec![Naming {
            connections,
            variables,
            config,
            sep: "=".to_owned(),
            adds_leading_slash: false,
            bare_if_empty: false,
            any_leading_slash: false,
            store: Kind::KubernetesSecret,
            from_settings: false,
        }]
    }

    /// How names are built in the exports of a backend that is not of AWS, one for each of several
    /// paths; none where that is not known.
    pub fn namings(&self, target: &Target, multi_team: Option<bool>) -> Vec<Naming> {
        const PROBE: &str = "x";
        // The folder of a team stands where the id begins.
        if multi_team == Some(true) {
            return Vec::new();
        }
        if self.class.short_name == "kubernetes_secrets" {
            return self.labels();
        }
        let sep = match self.option("sep") {
            Some(sep) => sep.formatted(),
            None => Some("/"),
        };
        let Some(sep) = sep else {
            return Vec::new();
        };
        let mut of_kinds = Vec::new();
        for kind in [
            EntryKind::Connection,
            EntryKind::Variable,
            EntryKind::Config,
        ] {
            let question = Question {
                kind,
                id: PROBE,
                team: None,
                multi_team,
            };
            let names = match self.ask(&question, target) {
                Ask::For(names) => names,
                Ask::Skips(super::ask::Skip::PrefixNull) => Vec::new(),
                _ => return Vec::new(),
            };
            let prefixes: Vec<String> = names
                .iter()
                .filter_map(|name| Some(name.strip_suffix(PROBE)?.strip_suffix(sep)?.to_owned()))
                .collect();
            if prefixes.len() != names.len() {
                return Vec::new();
            }
            of_kinds.push(prefixes);
        }
        let most = of_kinds.iter().map(Vec::len).max().unwrap_or_default();
        let nth = |index: usize| {
            let of_kind = |kind: usize| of_kinds[kind].get(index).cloned();
            Naming {
                connections: of_kind(0),
                variables: of_kind(1),
                config: of_kind(2),
                sep: sep.to_owned(),
                adds_leading_slash: false,
                bare_if_empty: false,
                any_leading_slash: false,
                store: Kind::FlatStore,
                from_settings: false,
            }
        };
        (0..most).map(nth).collect()
    }

    /// Which way the release of Vault's class goes.
    pub(super) fn vault_way(&self, target: &Target) -> Vault {
        vault_way(self.class, target)
    }
}

/// See [`Constructed::vault_way`].
pub(super) fn vault_way(class: &BackendClass, target: &Target) -> Vault {
    let release = class.release(target);
    if !class.does(Habit::FieldsOfConnection, release) {
        Vault::Uri
    } else if class.does(Habit::OwnGetConnection, release) {
        Vault::Fields
    } else {
        Vault::Serialized
    }
}

/// The key of a Secret's data that `KubernetesSecretsBackend` reads unless it is told another one.
const DATA_KEY: &str = "value";

/// `KubernetesSecretsBackend.DEFAULT_TEAM_LABEL`
const TEAM_LABEL: &str = "airflow.apache.org/team";

/// How Secrets of teams are told from those of all: see [`Constructed::teams_told`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TeamsTold {
    /// By the label that an export is read by, or the store is no Kubernetes.
    ByUsualLabel,
    /// By a label that `team_label` names.
    ByAnotherLabel,
    /// They are not: `team_label` is null, or the class is older than teams. Whichever Secret Kubernetes
    /// gives first is taken.
    NotAtAll,
}

/// [`Constructed::datum`] where no settings say which key is read.
pub fn usual_datum(data: &Text) -> Held {
    datum(DATA_KEY, data)
}

/// `_get_secret_by_selector`
fn datum(key: &str, data: &Text) -> Held {
    let Ok(tree) = json::parse(data) else {
        return Held::Unknown("its data cannot be read");
    };
    match tree.root().get(key) {
        None => Held::NotThere(
            "the Secret lacks the key that the backend reads, which Airflow takes for not there",
        ),
        Some(value) => match value.string() {
            Some(text) => Held::Text(text),
            None => Held::Unknown("its data is no text"),
        },
    }
}

/// What `get_variable` and `get_config` of a class make of a secret.
pub fn held(short_name: &str, secret: &Text) -> Held {
    let is_vault = match short_name {
        "hashicorp_vault" => true,
        "akeyless" => false,
        _ => return Held::Whole,
    };
    let tree = match json::parse(secret) {
        Ok(tree) => tree,
        Err(_) if is_vault => return Held::Unknown(NO_OBJECT),
        Err(error) if error.kind == ErrorKind::TooDeep => {
            return Held::Unknown("it is nested too deeply for Python");
        }
        Err(_) => return Held::Whole,
    };
    if dumps::has_oversized_integer(&tree) {
        return Held::Unknown("it holds an integer that Python refuses to read");
    }
    let root = tree.root();
    if root.kind() != json::Kind::Object {
        return if is_vault {
            Held::Unknown(NO_OBJECT)
        } else {
            Held::Whole
        };
    }
    match root.get("value") {
        // `data.get("value", raw)`
        None if !is_vault => Held::Whole,
        // `response.get("value")`
        None => Held::NotThere("the secret has no key `value`, which Airflow takes for not there"),
        Some(value) => text_of(value),
    }
}

fn text_of(value: Value<'_>) -> Held {
    match value.string() {
        Some(text) => Held::Text(text),
        None if value.kind() == json::Kind::Null => {
            Held::NotThere("`value` is null, which Airflow takes for not there")
        }
        None => Held::Unknown(NO_TEXT),
    }
}
