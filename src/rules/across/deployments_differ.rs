//! AV803: what one stage defines and the other does not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::airflow::backend::Role;
use crate::airflow::public;
use crate::aws::names::is_store_name;
use crate::inputs::env::is_public_name;
use crate::inputs::{EntryKind, Form, Input, Kind, Notation, is_sample};
use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, DeploymentFiles, FileContext, ProjectContext};
use crate::source::{Place, Span, display_path};
use crate::syntax::json;

rule! {
    /// # deployments-differ
    ///
    /// ## What it does
    ///
    /// Compares the files of two stages: `airflow-dev.cfg` and `airflow-prod.cfg`, `.env` and `.env.prod`,
    /// the folders `dev/` and `prod/`, the `[[deployment]]` tables of the settings file. It names the connections, the variables and the options of the
    /// secrets backend that only one of the two has: one finding for each pair and kind. Values are not
    /// compared.
    ///
    /// Connections and variables are only compared where both define some, and where the two have the
    /// same secrets backend or none.
    ///
    /// In a compose file it compares the services of Airflow: a value that all of them must share (keys, the
    /// metadata database, the options of the secrets backend, connections and variables) and that two of them are
    /// given differently, and an option of the secrets backend that one of them is not given.
    ///
    /// ## Why is this bad?
    ///
    /// A DAG that was tried in one stage finds "The conn_id isn't defined" in the other. It may be meant,
    /// so this is an info.
    ///
    /// ## Example
    ///
    /// ```ini airflow-dev.cfg
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "airflow/connections", "variables_prefix": "airflow/variables"}
    /// ```
    ///
    /// ```ini airflow-prod.cfg
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "airflow/connections"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow-dev.cfg:3:65: info[AV803] deployments-differ: 1 option of the secrets backend in `airflow-dev.cfg` only (`variables_prefix`)
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini airflow-dev.cfg
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "airflow/connections", "variables_prefix": "airflow/variables"}
    /// ```
    ///
    /// ```ini airflow-prod.cfg
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "airflow/connections", "variables_prefix": "airflow/variables"}
    /// ```
    ///
    /// ## Versions
    ///
    /// All.
    ///
    /// ## References
    ///
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/howto/set-config.html>
    "AV803", "deployments-differ", Info, since "0.1.0",
    checks &[Check::Project(check), Check::File(services)],
}

/// Names that are told of one side.
const MOST_NAMES: usize = 5;

/// Words for a stage, as parts of the names of files and folders.
const STAGES: [&str; 18] = [
    "dev",
    "develop",
    "development",
    "live",
    "preprod",
    "preproduction",
    "prd",
    "prod",
    "production",
    "qa",
    "sandbox",
    "stage",
    "staging",
    "stg",
    "test",
    "testing",
    "tst",
    "uat",
];

fn services(cx: &FileContext<'_>, findings: &mut Findings) {
    super::services::check(&RULE, cx, findings);
}

fn check(cx: &ProjectContext<'_>, findings: &mut Findings) {
    for deployment in cx.deployments.iter().filter(|one| !one.merged) {
        for kind in [Kind::Cfg, Kind::Env] {
            alternatives(deployment, kind, findings);
        }
    }
    folders(cx.deployments, findings);
    named(cx.deployments, findings);
}

/// Files of one kind in one place.
fn alternatives(deployment: &DeploymentFiles<'_>, kind: Kind, findings: &mut Findings) {
    let files = deployment.settings.iter().copied();
    let mut sides: Vec<Side<'_>> = files
        .filter(|input| input.kind == kind && is_compared(input))
        .filter_map(|input| {
            let (base, stage) = parts(&input.path);
            Some(Side {
                name: display_path(&input.path),
                base,
                stage: stage.or_else(|| is_plain(&input.path).then(String::new))?,
                inputs: vec![input],
            })
        })
        .collect();
    sides.sort_by(|a, b| a.name.cmp(&b.name));
    pairs(&sides, findings);
}

/// What the settings file names, whatever it is called.
fn named(deployments: &[DeploymentFiles<'_>], findings: &mut Findings) {
    let sides = deployments.iter().filter_map(|deployment| {
        let name = deployment.name?;
        let files = deployment.settings.iter().chain(&deployment.stores);
        Some(Side {
            name: name.to_owned(),
            base: String::new(),
            stage: name.to_owned(),
            inputs: files.copied().filter(|input| is_compared(input)).collect(),
        })
    });
    let sides: Vec<Side<'_>> = sides.collect();
    pairs(&sides, findings);
}

/// `dev/` and `prod/` beside each other.
fn folders(deployments: &[DeploymentFiles<'_>], findings: &mut Findings) {
    let mut by_parent: BTreeMap<&Path, Vec<Side<'_>>> = BTreeMap::new();
    for deployment in deployments.iter().filter(|one| one.name.is_none()) {
        let (Some(parent), Some(name)) = (deployment.home.parent(), deployment.home.file_name())
        else {
            continue;
        };
        let name = name.to_string_lossy().to_lowercase();
        let stage = name.split(['-', '_', '.']).find(|word| is_stage(word));
        let Some(stage) = stage else {
            continue;
        };
        let files = deployment.settings.iter().chain(&deployment.stores);
        let inputs: Vec<&Input> = files.copied().filter(|input| is_compared(input)).collect();
        let of_kind = |kind: Kind| {
            inputs
                .iter()
                .filter(move |input| input.kind == kind)
                .count()
        };
        // Of alternatives nobody knows which one counts.
        let Some(first) = inputs.first() else {
            continue;
        };
        if !deployment.merged && (of_kind(Kind::Cfg) > 1 || of_kind(Kind::Env) > 1) {
            continue;
        }
        let folder = first.path.parent().unwrap_or(&first.path);
        by_parent.entry(parent).or_default().push(Side {
            name: format!("{}/", display_path(folder).trim_end_matches('/')),
            base: String::new(),
            stage: stage.to_owned(),
            inputs,
        });
    }
    for sides in by_parent.values_mut() {
        sides.sort_by(|a, b| a.name.cmp(&b.name));
        pairs(sides, findings);
    }
}

/// One of two that are compared.
struct Side<'a> {
    name: String,
    /// The name without the word for the stage.
    base: String,
    /// Empty for the file without one.
    stage: String,
    inputs: Vec<&'a Input>,
}

/// Each with the first one like it: as many findings as there are files, not as there are pairs.
fn pairs(sides: &[Side<'_>], findings: &mut Findings) {
    for (index, side) in sides.iter().enumerate() {
        let mut earlier = sides[..index].iter();
        let first = earlier.find(|one| one.base == side.base && one.stage != side.stage);
        if let Some(first) = first {
            compare(first, side, findings);
        }
    }
}

fn is_compared(input: &Input) -> bool {
    !is_sample(&input.path) && !input.templated
}

fn is_stage(word: &str) -> bool {
    STAGES.contains(&word)
}

/// The file's name without the word for a stage, and that word.
fn parts(path: &Path) -> (String, Option<String>) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_lowercase();
    let mut stage = None;
    let rest: Vec<&str> = name
        .split(['.', '-', '_'])
        .filter(|word| {
            let takes = stage.is_none() && is_stage(word);
            if takes {
                stage = Some((*word).to_owned());
            }
            !takes && !word.is_empty()
        })
        .collect();
    (rest.join("."), stage)
}

/// `.env` and `airflow.cfg` may stand for a stage without saying so.
fn is_plain(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name == ".env" || name == "airflow.cfg")
}

/// Something that a side has: where, and its name where that may be told.
type Had = BTreeMap<String, (Place, Option<String>)>;

fn compare(first: &Side<'_>, second: &Side<'_>, findings: &mut Findings) {
    let (ours, theirs) = (options(first), options(second));
    tell(
        "option of the secrets backend",
        (first, &ours),
        (second, &theirs),
        findings,
    );
    // With a backend in one of them only, what it does not define may be in the store.
    if class(first) != class(second) {
        return;
    }
    for (kind, what) in [
        (EntryKind::Connection, "connection"),
        (EntryKind::Variable, "variable"),
    ] {
        let (ours, theirs) = (defined(first, kind), defined(second, kind));
        if !ours.is_empty() && !theirs.is_empty() {
            tell(what, (first, &ours), (second, &theirs), findings);
        }
    }
}

fn tell(what: &str, first: (&Side<'_>, &Had), second: (&Side<'_>, &Had), findings: &mut Findings) {
    let lacks = |of: &Had, other: &Had| -> Had {
        let mut only = of.clone();
        only.retain(|key, _| !other.contains_key(key));
        only
    };
    let (only_first, only_second) = (lacks(first.1, second.1), lacks(second.1, first.1));
    let halves: Vec<String> = [(&only_first, first.0), (&only_second, second.0)]
        .into_iter()
        .filter(|(only, _)| !only.is_empty())
        .map(|(only, side)| {
            format!(
                "{} in `{}` only{}",
                counted(only, what),
                side.name,
                names(only)
            )
        })
        .collect();
    let places = || only_first.values().chain(only_second.values());
    let Some((place, _)) = places().next() else {
        return;
    };
    let subject = format!("{what} {} {}", first.0.name, second.0.name);
    let finding = findings
        .report(&RULE, *place, subject, halves.join("; "))
        .help("define them in both, unless the difference is meant");
    let other = if only_first.is_empty() {
        first
            .0
            .inputs
            .first()
            .map(|input| Place::new(input.id, Span::at(0)))
    } else {
        let lacking = second.0.inputs.first();
        let there = only_second.values().next().map(|(place, _)| *place);
        there.or_else(|| lacking.map(|input| Place::new(input.id, Span::at(0))))
    };
    if let Some(other) = other {
        finding.related(other, "the other one");
    }
}

fn counted(only: &Had, what: &str) -> String {
    match only.len() {
        1 => format!("1 {what}"),
        many => match what.split_once(' ') {
            Some((word, rest)) => format!("{many} {word}s {rest}"),
            None => format!("{many} {what}s"),
        },
    }
}

/// ` (a, b and 3 more)`
fn names(only: &Had) -> String {
    let told: Vec<&String> = only
        .values()
        .filter_map(|(_, name)| name.as_ref())
        .take(MOST_NAMES)
        .collect();
    if told.is_empty() {
        return String::new();
    }
    let names: Vec<String> = told.iter().map(|name| format!("`{name}`")).collect();
    let more = match only.len() - told.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(" ({}{more})", names.join(", "))
}

fn defined(side: &Side<'_>, kind: EntryKind) -> Had {
    let mut all = Had::new();
    let definitions = side.inputs.iter().flat_map(|input| &input.definitions);
    for one in definitions.filter(|one| one.kind == kind) {
        let is_public = match one.notation {
            Notation::Env => {
                let prefix = match kind {
                    EntryKind::Variable => "AIRFLOW_VAR_",
                    _ => "AIRFLOW_CONN_",
                };
                is_public_name(&format!("{prefix}{}", one.id.to_uppercase()))
            }
            Notation::LocalText | Notation::LocalValue | Notation::Added(_) => {
                is_store_name(&one.id)
            }
        };
        let place = Place::new(one.file, one.name);
        all.entry(one.id.clone())
            .or_insert((place, is_public.then(|| one.id.clone())));
    }
    all
}

const ROLES: [Role; 2] = [Role::Secrets, Role::Workers];

/// The class paths that are set.
fn class<'a>(side: &Side<'a>) -> BTreeSet<(Role, &'a str)> {
    let settings = side.inputs.iter().flat_map(|input| &input.settings);
    settings
        .filter_map(|setting| {
            let role = ROLES.into_iter().find(|role| {
                setting.section == role.section() && setting.option == role.class_option()
            })?;
            let path = setting.value.expose();
            (!path.is_empty()).then_some((role, path))
        })
        .collect()
}

/// The options of the backends that are set, and the keyword arguments one by one.
fn options(side: &Side<'_>) -> Had {
    let mut all = Had::new();
    for setting in side.inputs.iter().flat_map(|input| &input.settings) {
        let Some(role) = ROLES
            .into_iter()
            .find(|role| setting.section == role.section())
        else {
            continue;
        };
        let option = setting.option.as_str();
        let is_kwargs = option == role.kwargs_option();
        if setting.value.is_empty() || (!is_kwargs && option != role.class_option()) {
            continue;
        }
        if let Form::PerKey(key) = &setting.form {
            kwarg(&mut all, role, key, setting.name_place());
            continue;
        }
        let members = is_kwargs
            .then(|| json::parse(&setting.value).ok())
            .flatten();
        let Some(json) = members.filter(|_| setting.form == Form::Plain) else {
            let name = format!("[{}] {option}", role.section());
            all.entry(name.clone())
                .or_insert((setting.name_place(), Some(name)));
            continue;
        };
        for member in json.root().effective_members() {
            if let Some(key) = member.key.as_str() {
                let place = Place::new(setting.file, member.key.inner_span());
                kwarg(&mut all, role, &key, place);
            }
        }
    }
    all
}

fn kwarg(all: &mut Had, role: Role, key: &str, place: Place) {
    let name = public::is_plain_key(key).then(|| key.to_owned());
    all.entry(format!("{} {key}", role.section()))
        .or_insert((place, name));
}
