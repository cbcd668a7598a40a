//! From resources to parts: what they make in the stores of AWS, and what they tell processes of Airflow.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::names::Names;
use super::walk::{Attributes, Body, How, Resource, View};
use crate::aws::names::{Service, name_in_arn};
use crate::inputs::carrier::{Environment, Part, Secret, Variable, is_of_airflow};
use crate::inputs::scattered::Standing;
use crate::inputs::{Kind, composer, ecs, mwaa};
use crate::source::{Mask, Text};
use crate::syntax::json::scan::Scanner;
use crate::syntax::json::{self, Json, Kind as JsonKind, Member, Value};

/// The types of resources that are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Parameter,
    Secret,
    SecretVersion,
    Mwaa,
    Composer,
    Tasks,
    Kubernetes,
}

impl Type {
    pub(super) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "aws_ssm_parameter" => Self::Parameter,
            "aws_secretsmanager_secret" => Self::Secret,
            "aws_secretsmanager_secret_version" => Self::SecretVersion,
            "aws_mwaa_environment" => Self::Mwaa,
            "google_composer_environment" => Self::Composer,
            "aws_ecs_task_definition" => Self::Tasks,
            "kubernetes_secret"
            | "kubernetes_secret_v1"
            | "kubernetes_config_map"
            | "kubernetes_config_map_v1" => Self::Kubernetes,
            _ => return None,
        })
    }
}

/// What was found so far.
pub(super) struct Gathered<'t> {
    view: View<'t>,
    scanner: Scanner,
    parameters: Vec<Standing>,
    /// Their names: a state may hold stores of several regions, of which the first counts.
    named: Names<'t>,
    secrets: Vec<Made>,
    versions: Vec<Version>,
    /// Attributes of what has environments, in file order.
    told: Vec<Told>,
    /// What `planned_values` says: of that, a change is only asked what is not known.
    planned: HashSet<String>,
    /// `after_unknown` by address.
    unknown: HashMap<String, Json>,
    /// Of each version in the code, by its name there, what its `secret_id` refers to; of modules that call
    /// one by the same name, all of it.
    references: HashMap<String, BTreeSet<String>>,
}

/// A secret of Secrets Manager.
struct Made {
    address: String,
    name: Text,
    /// `arn`, `id`: what a version calls it by.
    called: Vec<Text>,
    /// It is only looked up.
    is_data: bool,
}

/// A text of a secret.
struct Version {
    address: String,
    /// Not known before the secret is made.
    secret: Option<Text>,
    value: Option<Text>,
}

/// A resource that may tell a process of Airflow something.
struct Told {
    kind: Type,
    address: String,
    values: Json,
}

impl<'t> Gathered<'t> {
    /// Nothing of a file yet.
    pub(super) fn new(view: View<'t>) -> Self {
        Self {
            view,
            scanner: Scanner::default(),
            parameters: Vec::new(),
            named: Names::default(),
            secrets: Vec::new(),
            versions: Vec::new(),
            told: Vec::new(),
            planned: HashSet::new(),
            unknown: HashMap::new(),
            references: HashMap::new(),
        }
    }

    /// Takes a resource of a state or, `is_plan`, of a plan.
    pub(super) fn take(&mut self, resource: &Resource<'t>, is_plan: bool) {
        let address = resource.address;
        match (resource.how, &resource.body) {
            (How::Code, Body::Other(attributes)) => self.refer(resource, attributes),
            (How::Code, Body::Parameter(_)) => {}
            (How::Change, body) => {
                if let Body::Other(attributes) = body {
                    self.change(resource, attributes);
                }
                if !self.planned.contains(address) {
                    self.resource(resource, is_plan);
                }
            }
            (How::Values | How::State, _) => self.resource(resource, is_plan),
        }
    }

    /// Takes what a change of a plan leaves open.
    fn change(&mut self, resource: &Resource<'t>, attributes: &Attributes) {
        let unknown = attributes.unknown.as_ref();
        let unknown = unknown.filter(|_| resource.kind.has_environment());
        if let Some(tree) = unknown.and_then(|slot| self.view.tree(slot)) {
            self.unknown.insert(resource.address.to_owned(), tree);
        }
    }

    /// Takes what the code of a plan says of a version.
    fn refer(&mut self, resource: &Resource<'t>, attributes: &Attributes) {
        if resource.kind != Type::SecretVersion {
            return;
        }
        let view = self.view;
        let scanner = &mut self.scanner;
        let expressions = view.inside(&attributes.values, scanner);
        let Some(secret) = view.field(&expressions, b"secret_id") else {
            return;
        };
        let secret = view.inside(secret, scanner);
        let references = view.field(&secret, b"references");
        let references = references.map(|slot| view.inside(slot, scanner));
        let of = self.references.entry(resource.address.to_owned());
        let words = references.iter().flatten();
        of.or_default()
            .extend(words.filter_map(|slot| view.raw(slot).map(str::to_owned)));
    }

    fn resource(&mut self, resource: &Resource<'t>, is_plan: bool) {
        let address = resource.address;
        if is_plan && !address.is_empty() {
            self.planned.insert(address.to_owned());
        }
        if resource.is_data && resource.kind != Type::Secret {
            // What is read of a store is not what the file makes.
            return;
        }
        match &resource.body {
            Body::Parameter(parameter) => {
                let parameter = parameter.filter(|one| self.named.insert(one.name));
                self.parameters.extend(parameter.map(|one| one.standing));
            }
            Body::Other(attributes) if resource.kind.has_environment() => {
                if let Some(values) = self.view.tree(&attributes.values) {
                    self.told.push(Told {
                        kind: resource.kind,
                        address: address.to_owned(),
                        values,
                    });
                }
            }
            Body::Other(attributes) => self.secret(resource, attributes),
        }
    }

    /// Takes a secret of Secrets Manager, or a version of one.
    fn secret(&mut self, resource: &Resource<'t>, attributes: &Attributes) {
        let address = resource.address;
        let view = self.view;
        let slots = attributes.members(view, &mut self.scanner);
        let text = |key: &[u8]| view.field(&slots, key).and_then(|slot| view.text(slot));
        match resource.kind {
            Type::Secret => {
                if let Some(name) = text(b"name") {
                    let called = [text(b"arn"), text(b"id")];
                    self.secrets.push(Made {
                        address: address.to_owned(),
                        name,
                        called: called.into_iter().flatten().collect(),
                        is_data: resource.is_data,
                    });
                }
            }
            Type::SecretVersion => {
                let stages = view.field(&slots, b"version_stages");
                let stages = stages.map(|slot| view.inside(slot, &mut self.scanner));
                let stages = stages.unwrap_or_default();
                let is_current = stages.is_empty()
                    || stages
                        .iter()
                        .any(|slot| view.raw(slot) == Some("AWSCURRENT"));
                if is_current {
                    self.versions.push(Version {
                        address: address.to_owned(),
                        secret: text(b"secret_id"),
                        value: text(b"secret_string"),
                    });
                }
            }
            Type::Parameter | Type::Mwaa | Type::Composer | Type::Tasks | Type::Kubernetes => {}
        }
    }

    /// What it comes to, and what may be shown.
    pub(super) fn finish(mut self) -> (Vec<Part>, Mask) {
        let mut mask = Mask::new();
        let mut environments: Vec<Environment> = Vec::new();
        let mut files = Vec::new();
        let mut clusters: BTreeMap<String, Vec<Environment>> = BTreeMap::new();
        for told in std::mem::take(&mut self.told) {
            let unknown = self.unknown.get(&told.address).map(Json::root);
            let values = told.values.root();
            match told.kind {
                Type::Mwaa => environments.push(mwaa_environment(values, unknown, &mut mask)),
                Type::Composer => {
                    environments.push(composer_environment(values, unknown, &mut mask));
                }
                Type::Tasks => environments.extend(task_environments(values, &mut mask)),
                Type::Kubernetes => {
                    let (environment, file) = cluster_environment(values, unknown, &mut mask);
                    files.extend(file);
                    let known = clusters.entry(namespace(values)).or_default();
                    merge(known, environment);
                }
                Type::Parameter | Type::Secret | Type::SecretVersion => {}
            }
        }
        environments.extend(clusters.into_values().flatten());
        environments.retain(is_of_airflow);
        let environments = environments.into_iter().map(Part::Environment);
        let mut parts: Vec<Part> = environments.chain(files).collect();
        let secrets = self.joined();
        if !self.parameters.is_empty() {
            parts.push(Part::Scattered {
                kind: Kind::Ssm,
                entries: self.parameters,
            });
        }
        let secrets = apart(secrets);
        if !secrets.is_empty() {
            let kind = Kind::SecretsManager;
            parts.push(Part::Store { kind, secrets });
        }
        (parts, mask)
    }

    /// The secrets with the texts that their versions give them.
    fn joined(&mut self) -> Vec<Secret> {
        let secrets = std::mem::take(&mut self.secrets);
        let mut by_name: HashMap<String, usize> = HashMap::new();
        for (index, secret) in secrets.iter().enumerate() {
            let called = secret.called.iter().chain([&secret.name]);
            by_name.extend(called.map(|text| (text.expose().to_owned(), index)));
        }
        let mut by_address: HashMap<&str, usize> = HashMap::new();
        for (index, secret) in secrets.iter().enumerate() {
            by_address.insert(&secret.address, index);
        }
        let versions = std::mem::take(&mut self.versions).into_iter();
        // Each with the secret that it is planned for.
        let versions: Vec<(Version, Option<usize>)> = versions
            .map(|version| {
                let of = self.planned_for(&version, &by_address);
                (version, of)
            })
            .collect();
        let mut is_made: Vec<bool> = secrets.iter().map(|secret| !secret.is_data).collect();
        let entries = secrets.into_iter().map(|secret| Secret {
            name: secret.name,
            value: None,
            parameter_type: None,
        });
        let mut entries: Vec<Secret> = entries.collect();
        for (version, planned_for) in versions {
            let secret = version.secret;
            let known = secret
                .as_ref()
                .and_then(|secret| by_name.get(secret.expose()));
            if let Some(index) = known.copied().or(planned_for) {
                is_made[index] = true;
                entries[index].value = version.value;
                continue;
            }
            let Some(secret) = secret else {
                continue;
            };
            let name = match name_in_arn(secret.expose()) {
                Some((Service::SecretsManager, range)) => secret.slice(range),
                Some(_) => continue,
                None => secret,
            };
            is_made.push(true);
            entries.push(Secret {
                name,
                value: version.value,
                parameter_type: None,
            });
        }
        let mut is_made = is_made.into_iter();
        entries.retain(|_| is_made.next().unwrap_or_default());
        entries
    }
}

impl Gathered<'_> {
    /// The secret of a version whose `secret_id` is not known before it is made: the code says which. Of
    /// several that one resource makes, the one with the same key.
    fn planned_for(&self, version: &Version, secrets: &HashMap<&str, usize>) -> Option<usize> {
        const OF_VERSIONS: &str = "aws_secretsmanager_secret_version.";
        const OF_SECRETS: &str = "aws_secretsmanager_secret.";
        if version.secret.is_some() {
            return None;
        }
        let at = version.address.rfind(OF_VERSIONS)?;
        let (module, own) = version.address.split_at(at);
        let (name, key) = own.split_at(own.find('[').unwrap_or(own.len()));
        let references = self.references.get(name)?;
        let secret_of = |reference: &String| {
            let rest = reference.strip_prefix(OF_SECRETS)?;
            rest.split(['.', '[']).next().map(str::to_owned)
        };
        let named: BTreeSet<String> = references.iter().filter_map(secret_of).collect();
        let named = Vec::from_iter(named);
        let [secret] = named.as_slice() else {
            return None;
        };
        let secret = format!("{module}{OF_SECRETS}{secret}");
        if let Some(&index) = secrets.get(secret.as_str()) {
            return Some(index);
        }
        let is_keyed = |word: &str| references.iter().any(|reference| reference == word);
        let keyed = format!("{secret}{key}");
        let found = secrets.get(keyed.as_str());
        found
            .filter(|_| is_keyed("each.key") || is_keyed("count.index"))
            .copied()
    }
}

impl Type {
    /// What it says is for a process, not for a store.
    const fn has_environment(self) -> bool {
        matches!(
            self,
            Self::Mwaa | Self::Composer | Self::Tasks | Self::Kubernetes
        )
    }
}

/// Of the same name the first one: a state may hold stores of several regions.
fn apart(mut secrets: Vec<Secret>) -> Vec<Secret> {
    let mut seen: HashSet<String> = HashSet::new();
    secrets.retain(|secret| seen.insert(secret.name.expose().to_owned()));
    secrets
}

/// `airflow_configuration_options`
fn mwaa_environment(values: Value<'_>, unknown: Option<Value<'_>>, mask: &mut Mask) -> Environment {
    let key = "airflow_configuration_options";
    mwaa::environment(values.span(), pairs(values, unknown, key, mask))
}

/// `config[0].software_config[0]`
fn composer_environment(
    values: Value<'_>,
    unknown: Option<Value<'_>>,
    mask: &mut Mask,
) -> Environment {
    fn software(values: Value<'_>) -> Option<Value<'_>> {
        let config = values.get("config")?.items().next()?;
        config.get("software_config")?.items().next()
    }
    let Some(values) = software(values) else {
        return Environment::default();
    };
    let unknown = unknown.and_then(software);
    let overrides = pairs(values, unknown, "airflow_config_overrides", mask);
    let variables = pairs(values, unknown, "env_variables", mask).into_iter();
    let variables = variables.map(|(name, value)| Variable { name, value });
    composer::environment(overrides, variables)
}

/// The members of the map `key`, and those that will be there and are not known yet.
fn pairs(
    values: Value<'_>,
    unknown: Option<Value<'_>>,
    key: &str,
    mask: &mut Mask,
) -> Vec<(Text, Option<Text>)> {
    let mut pairs = Vec::new();
    for member in map(values, key) {
        if let Some(key) = member.key.string() {
            ecs::show_between(member, mask);
            pairs.push((key, member.value.string()));
        }
    }
    let unknown = unknown.map(|unknown| map(unknown, key)).into_iter();
    let unknown = unknown
        .flatten()
        .filter(|one| one.value.kind() == JsonKind::True);
    for key in unknown.filter_map(|member| member.key.string()) {
        match pairs
            .iter_mut()
            .find(|(known, _)| known.expose() == key.expose())
        {
            Some((_, value)) => *value = None,
            None => pairs.push((key, None)),
        }
    }
    pairs
}

fn map<'a>(values: Value<'a>, key: &str) -> Vec<Member<'a>> {
    let map = values.get(key).map(Value::effective_members);
    map.unwrap_or_default()
}

/// `container_definitions`, which is JSON in a text.
fn task_environments(values: Value<'_>, mask: &mut Mask) -> Vec<Environment> {
    let text = values.get("container_definitions").and_then(Value::string);
    let tree = text.and_then(|text| json::parse(&text).ok());
    let Some(tree) = tree else {
        return Vec::new();
    };
    let containers = tree.root().items();
    let environments = containers.filter_map(|container| {
        let environment = ecs::container_environment(container);
        let is_of_airflow = is_of_airflow(&environment);
        is_of_airflow.then(|| {
            ecs::show_keys(container, mask);
            environment
        })
    });
    environments.collect()
}

/// `data` of a Secret or `ConfigMap`: variables for `envFrom`, and an airflow.cfg to be mounted.
fn cluster_environment(
    values: Value<'_>,
    unknown: Option<Value<'_>>,
    mask: &mut Mask,
) -> (Environment, Option<Part>) {
    let pairs = pairs(values, unknown, "data", mask).into_iter();
    let variables = pairs.filter(|(key, _)| key.expose().starts_with("AIRFLOW_"));
    let environment = Environment {
        variables: variables
            .map(|(name, value)| Variable { name, value })
            .collect(),
        ..Environment::default()
    };
    let data = values.get("data");
    let file = data
        .and_then(|data| data.get("airflow.cfg"))
        .and_then(Value::string);
    let file = file.map(|text| Part::File {
        kind: Kind::Cfg,
        text,
    });
    (environment, file)
}

fn namespace(values: Value<'_>) -> String {
    let metadata = values.get("metadata");
    let first = metadata.and_then(|metadata| metadata.items().next());
    let namespace = first.and_then(|first| first.get("namespace")?.as_str());
    namespace.unwrap_or_default().into_owned()
}

/// A process mostly takes its variables from several maps of its namespace; of maps that set the same, it
/// takes one.
fn merge(known: &mut Vec<Environment>, environment: Environment) {
    let names = |environment: &Environment| {
        let names = environment.variables.iter();
        let names = names.map(|variable| variable.name.expose().to_owned());
        names.collect::<BTreeSet<String>>()
    };
    let own = names(&environment);
    let fits = known
        .iter_mut()
        .find(|other| names(other).is_disjoint(&own));
    match fits {
        Some(other) => other.variables.extend(environment.variables),
        None => known.push(environment),
    }
}
