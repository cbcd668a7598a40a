//! AV801: a definition that is never used, because an earlier backend has another one of the same id.

use crate::airflow::backend::ask::{Ask, Question};
use crate::airflow::backend::{Backend, Construction};
use crate::airflow::connection::{self, Connection, Format, Reader};
use crate::airflow::{Runtime, Target, search};
use crate::inputs::env::is_public_name;
use crate::inputs::local::LocalTree;
use crate::inputs::{Definition, EntryKind, Input, Kind, Notation, Tree, is_sample};
use crate::report::{Finding, Findings};
use crate::rule;
use crate::rules::{Check, DeploymentContext, EntryContext};
use crate::source::{Place, Text};

rule! {
    /// # shadowed-definition
    ///
    /// ## What it does
    ///
    /// Finds a connection or variable in an environment variable (`AIRFLOW_CONN_…`, `AIRFLOW_VAR_…`) that
    /// the configured secrets backend has too, with another value.
    ///
    /// Two spellings of the same connection, a URI and a JSON object, are the same. An id that the backend
    /// is not asked for (a null prefix, a lookup pattern) shadows nothing. With several alternative files
    /// it is only said where it holds for each of them.
    ///
    /// ## Why is this bad?
    ///
    /// Airflow asks the configured backend first, then the environment, then the metadata database, and
    /// takes the first answer. The variable that stands in the file is never used, and changing it changes
    /// nothing.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// ```
    ///
    /// ```dotenv
    /// AIRFLOW_CONN_MAIN_DB=postgres://app@old.example.com/app
    /// ```
    ///
    /// ```json
    /// {"SecretList": [], "SecretValues": [{"Name": "airflow/connections/main_db", "SecretString": "postgres://app@db.example.com/app"}]}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// .env:1:1: warning[AV801] shadowed-definition: `AIRFLOW_CONN_MAIN_DB` is never used: Airflow asks the secrets backend first, which has another value for this connection
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// ```
    ///
    /// ```json
    /// {"SecretList": [], "SecretValues": [{"Name": "airflow/connections/main_db", "SecretString": "postgres://app@db.example.com/app"}]}
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - `ensure_secrets_loaded` in `airflow/configuration.py`
    /// - <https://airflow.apache.org/docs/apache-airflow/stable/security/secrets/secrets-backend/index.html>
    "AV801", "shadowed-definition", Warning, since "0.1.0",
    checks &[Check::Entry(stored), Check::Deployment(local)],
}

/// An entry of an export.
fn stored(cx: &EntryContext<'_>, findings: &mut Findings) {
    let Some(value) = cx.value.filter(|_| !cx.hides.is_empty()) else {
        return;
    };
    let facts = cx.facts;
    if cx.is_sample || facts.encrypted || facts.ciphertext || !facts.is_current() {
        return;
    }
    for definition in cx.hides {
        if differ(definition, value.text(), cx.format, cx.target) {
            tell(definition, findings)
                .related(cx.name_place, "the backend is asked for this first");
        }
    }
}

/// Local secrets files, which are read in one piece.
fn local(cx: &DeploymentContext<'_>, findings: &mut Findings) {
    let environment = cx.inputs.iter().filter(|input| !is_sample(&input.path));
    let environment = environment.flat_map(|input| &input.definitions);
    for definition in environment.filter(|one| one.notation == Notation::Env) {
        let kind = match definition.kind {
            EntryKind::Connection => Kind::Connections,
            EntryKind::Variable => Kind::Variables,
            EntryKind::Config => continue,
        };
        let stored = cx.inputs.iter().filter(|input| !input.is_added());
        let mut files = stored.filter(|input| input.kind == kind);
        // Which of several is the backend's is not known.
        let (Some(file), None) = (files.next(), files.next()) else {
            continue;
        };
        if is_sample(&file.path) || !asks_local_first(cx, definition) || !is_sound(file, cx.target)
        {
            continue;
        }
        let first = file.definitions.iter().find(|one| one.id == definition.id);
        let Some(first) = first else {
            continue;
        };
        if differ(definition, &first.value, &Format::of(first), cx.target) {
            let place = Place::new(first.file, first.name);
            tell(definition, findings).related(place, "the backend is asked for this first");
        }
    }
}

fn tell<'f>(definition: &Definition, findings: &'f mut Findings) -> &'f mut Finding {
    let what = definition.kind.word();
    let prefix = match definition.kind {
        EntryKind::Variable => "AIRFLOW_VAR_",
        _ => "AIRFLOW_CONN_",
    };
    let name = format!("{prefix}{}", definition.id.to_uppercase());
    let is_public = is_public_name(&name);
    let (told, subject) = if is_public {
        (format!("`{name}`"), name)
    } else {
        (format!("this {what}"), "?".to_owned())
    };
    let message = format!(
        "{told} is never used: Airflow asks the secrets backend first, which has another value for this {what}"
    );
    let place = Place::new(definition.file, definition.name);
    findings
        .report(&RULE, place, subject, message)
        .help("remove the variable, or change the value in the store")
}

/// Every process asks for the definition's id in a local file before it looks at the environment.
fn asks_local_first(cx: &DeploymentContext<'_>, definition: &Definition) -> bool {
    each_process(cx.target).all(|target| {
        let backend = search::custom(cx.secrets, definition.kind, &target);
        names(backend, definition, &target).is_some_and(|(class, _)| class == "local_filesystem")
    })
}

/// The target, as each of its processes sees it.
pub(crate) fn each_process(target: &Target) -> impl Iterator<Item = Target> {
    target.runtime.each().iter().map(|&runtime| Target {
        runtime,
        ..target.clone()
    })
}

/// The names by which a backend is asked for what `definition` defines, and the short name of its
/// class; `None` where it is not asked, or that is not known.
pub(crate) fn names(
    backend: &Backend<'_>,
    definition: &Definition,
    target: &Target,
) -> Option<(&'static str, Vec<String>)> {
    let Construction::Built(built) = backend.construct(target) else {
        return None;
    };
    let question = Question {
        kind: definition.kind,
        id: &definition.id,
        team: None,
        multi_team: backend.multi_team,
    };
    match built.ask(&question, target) {
        Ask::For(names) => Some((built.class.short_name.as_str(), names)),
        _ => None,
    }
}

/// The loader takes the file: one entry that it refuses takes all others with it.
fn is_sound(file: &Input, target: &Target) -> bool {
    let reads = |one: &Definition| {
        one.kind != EntryKind::Connection
            || each_reader(target)
                .all(|reader| built(&one.value, &reader, &Format::of(one)).is_some())
    };
    match &file.tree {
        Tree::Local(LocalTree::Env(tree)) => {
            tree.problems.is_empty() && file.definitions.iter().all(reads)
        }
        Tree::Local(LocalTree::Json(_)) => file.definitions.iter().all(reads),
        // What stands under a key that is no text is not read here.
        Tree::Local(tree @ LocalTree::Yaml(yaml)) => {
            !tree.is_refused()
                && yaml.refusal.is_none()
                && yaml.nameless.is_empty()
                && file.definitions.iter().all(reads)
        }
        _ => false,
    }
}

/// Airflow finds the entry, and it is not what the definition says. No where that is not certain.
fn differ(definition: &Definition, value: &Text, format: &Format, target: &Target) -> bool {
    let (ours, theirs) = (&definition.value, value);
    if !ours.is_known() || !theirs.is_known() {
        return false;
    }
    match definition.kind {
        EntryKind::Connection => each_reader(target).all(|reader| {
            let first = built(theirs, &reader, format);
            let second = built(ours, &reader, &Format::of(definition));
            matches!((first, second), (Some(first), Some(second)) if !same(&first, &second))
        }),
        _ => ours.expose() != theirs.expose(),
    }
}

fn each_reader(target: &Target) -> impl Iterator<Item = Reader> {
    let runtimes: &'static [Runtime] = target.runtime.each();
    let (airflow, python) = (target.airflow, target.python);
    runtimes.iter().map(move |&runtime| Reader {
        airflow,
        runtime,
        python,
    })
}

/// The connection, where one comes out that a task can use.
fn built(value: &Text, reader: &Reader, format: &Format) -> Option<Connection> {
    let reading = connection::read(value, reader, format);
    if reading.unusable.is_some() {
        return None;
    }
    reading.outcome.ok()
}

/// The same to a hook. A URI makes empty texts of what it does not name, an object nothing at all; a
/// description changes nothing.
fn same(one: &Connection, other: &Connection) -> bool {
    let fields = |connection: &Connection| {
        let fields = [
            &connection.conn_type,
            &connection.host,
            &connection.login,
            &connection.password,
            &connection.schema,
        ];
        fields.map(|field| field.clone().filter(|text| !text.is_empty()))
    };
    let pairs = fields(one).into_iter().zip(fields(other));
    let mut pairs = pairs.map(|(one, other)| match (one, other) {
        (Some(one), Some(other)) => one.expose() == other.expose(),
        (None, None) => true,
        _ => false,
    });
    pairs.all(|same| same) && one.port == other.port && same_extra(one, other)
}

fn same_extra(one: &Connection, other: &Connection) -> bool {
    let text = |connection: &Connection| {
        let text = connection.extra.as_ref().map_or("", |extra| extra.expose());
        text.trim().to_owned()
    };
    let (one, other) = (text(one), text(other));
    let value = |text: &str| match text {
        "" => Some(serde_json::Value::Object(serde_json::Map::new())),
        _ => serde_json::from_str::<serde_json::Value>(text).ok(),
    };
    match (value(&one), value(&other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}
