//! `init`: a settings file made of what a repository holds.
//!
//! What is offered stands behind a `#`: the file that is written changes nothing of what `check` finds. Of
//! the repository it holds what outputs show too: paths, releases, ids that DAGs ask for, paths of classes
//! and names of their keyword arguments. Never a value.

mod deployments;
mod page;

use std::collections::BTreeSet;
use std::path::Path;

use crate::airflow::backend::ClassPath;
use crate::airflow::public::{self, Shape};
use crate::airflow::releases;
use crate::aws::names::is_store_name;
use crate::inputs::{EntryKind, Input, is_sample};
use crate::load::Loaded;
use crate::rules::class::place::{Standing, standing};
use crate::rules::kwargs::call;
use crate::source::display_path;
use crate::syntax::dotenv::Dialect;
use crate::workspace::Files;
use crate::workspace::env_readers::EnvReaders;
use crate::workspace::targets::Why;
use page::{Page, list, pattern, quoted};

/// Where editors find the schema.
const SCHEMA: &str =
    "https://raw.githubusercontent.com/airvane/airvane/main/schemas/airvane.schema.json";

/// Most entries of one list.
const MOST: usize = 40;

/// Folders whose files are seldom what Airflow runs with.
const ASIDE: &[&str] = &[
    "doc",
    "docs",
    "example",
    "examples",
    "fixtures",
    "sample",
    "samples",
    "test",
    "testing",
    "tests",
    "third_party",
    "vendor",
];

/// The text of a settings file for what was loaded without one. `unregistered`: where connection types
/// stand that nobody registers, as `path:line`.
pub fn text(loaded: &Loaded, files: &Files, unregistered: &[String]) -> String {
    let mut page = Page::new();
    page.raw(&format!("#:schema {SCHEMA}"));
    page.raw("#");
    page.say(
        "Settings of airvane. What this file does not set is as without it. What is offered below stands \
         behind a `#` without a blank: take the `#` away to set it. `airvane schema airvane` describes all \
         keys, `airvane check --show-files` says what is read as what.",
    );
    page.gap();
    page.say("`airvane check` ends with 1 from this severity on: error, warning, info or never.");
    page.raw("fail-on = \"warning\"");
    page.gap();
    page.say(
        "Rules to leave out: codes (AV210), families (AV2) or names. `airvane rules` lists them.",
    );
    page.offer("ignore = [\"AV210\"]");
    page.gap();
    page.say(
        "What is found today and stays: `airvane check --write-baseline` writes it there, and only what \
         comes later is told.",
    );
    page.offer("baseline = \"airvane-baseline.json\"");
    dialect(&mut page, loaded, files);
    exclude(&mut page, loaded);
    required(&mut page, loaded);
    target(&mut page, loaded);
    lookup(&mut page);
    kinds(&mut page, loaded);
    deployments::offer(&mut page, loaded);
    backends(&mut page, loaded);
    conn_types(&mut page, unregistered);
    page.text()
}

/// Who reads the `.env` files, as far as files of the repository say.
fn dialect(page: &mut Page, loaded: &Loaded, files: &Files) {
    let envs = files_of(loaded).filter(|input| input.kind == crate::inputs::Kind::Env);
    let envs: Vec<&Input> = envs.filter(|input| !is_sample(&input.path)).collect();
    if envs.is_empty() {
        return;
    }
    page.gap();
    page.say(
        "Who reads the .env files: docker, compose, python-dotenv, sh, bash, systemd, astro-standalone or \
         astro-deploy. Where nothing is set, compose is taken.",
    );
    let mut named = None;
    let readers = EnvReaders::new(&loaded.inputs, files);
    for env in envs.iter().take(MOST) {
        for reader in readers.of(env) {
            let path = display_path(&env.path);
            page.say(&format!("{path} is read by {}.", reader.label));
            // Of the others their own files say it.
            if Dialect::ALL.contains(&reader.dialect) {
                named.get_or_insert(reader.dialect);
            }
        }
    }
    let word = named.unwrap_or(Dialect::Compose);
    page.offer(&format!("env-dialect = \"{}\"", word.word()));
}

/// Folders of examples and tests that hold something.
fn exclude(page: &mut Page, loaded: &Loaded) {
    let mut folders = BTreeSet::new();
    for input in files_of(loaded) {
        let above = input.path.parent().into_iter().flat_map(Path::ancestors);
        let aside = above.filter(|folder| {
            let name = folder.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| ASIDE.contains(&name.to_ascii_lowercase().as_str()))
        });
        // The outermost one.
        folders.extend(aside.last().and_then(pattern).map(|folder| folder + "/"));
    }
    page.gap();
    page.say(
        "Files and folders that walks leave out, as patterns of .gitignore that begin in this folder. What \
         is named on the command line is read all the same.",
    );
    if folders.is_empty() {
        page.offer("exclude = [\"/examples/\"]");
    } else {
        let folders: Vec<String> = folders.into_iter().take(MOST).collect();
        page.offer(&format!("exclude = {}", list(&folders)));
    }
}

/// What DAGs cannot do without.
fn required(page: &mut Page, loaded: &Loaded) {
    let mut ids: Vec<(EntryKind, &str, String)> = Vec::new();
    for group in 0..loaded.groups.len() {
        for used in loaded.used(group).ids {
            let is_known = ids
                .iter()
                .any(|(kind, id, _)| (*kind, *id) == (used.kind, used.id));
            let Some(place) = used.must.filter(|_| !is_known && is_store_name(used.id)) else {
                continue;
            };
            let path = loaded.input(place.file).map(|input| &input.path);
            let path = path.map(|path| display_path(path)).unwrap_or_default();
            ids.push((used.kind, used.id, path));
        }
    }
    ids.sort();
    page.gap();
    page.say(
        "What must be defined somewhere, whether a DAG asks for it or not: connection:ID, variable:KEY or \
         config:KEY.",
    );
    if ids.is_empty() {
        page.offer("required = [\"connection:warehouse\"]");
        return;
    }
    page.offer("required = [");
    for (kind, id, path) in ids.iter().take(MOST) {
        let word = quoted(&format!("{}:{id}", kind.word()));
        page.offer(&format!("  {word},  # {path}"));
    }
    page.offer("]");
}

/// Whose behaviour is modelled, and why.
fn target(page: &mut Page, loaded: &Loaded) {
    page.gap();
    page.say("Whose behaviour is modelled. Without this table it is, for what is here now:");
    for line in loaded.target_lines() {
        page.say(&format!("- {line}"));
    }
    page.say("Several releases of Airflow (`airflow = [\"2.11.2\", \"3.3.2\"]`) judge an upgrade.");
    page.offer("[target]");
    let of_group = loaded.groups.first();
    let targets = of_group.map_or(&loaded.targets, |group| &group.targets);
    let reasons = of_group.map_or(&loaded.reasons, |group| &group.reasons);
    let (Some(target), Some(reasons)) = (targets.first(), reasons.first()) else {
        return;
    };
    page.offer(&format!("airflow = \"{}\"", target.airflow));
    page.offer(&format!("python = \"{}\"", target.python));
    let pinned = reasons.providers.iter().filter_map(|(name, why)| {
        let is_pinned = matches!(why, Why::Pinned { .. }) && releases::is_modelled(name);
        let release = target.provider(name).filter(|_| is_pinned)?;
        Some(format!("{name} = \"{release}\""))
    });
    let pinned: Vec<String> = pinned.collect();
    if !pinned.is_empty() {
        page.offer(&format!("providers = {{{}}}", pinned.join(", ")));
    }
}

fn lookup(page: &mut Page) {
    page.gap();
    page.say(
        "Whether connections and variables stand in the metadata database too (\"used\"): then what is found \
         nowhere else is not known to be missing. Or they do not (\"unused\").",
    );
    page.offer("[lookup]");
    page.offer("metastore = \"used\"");
}

/// Exports and local secrets files.
fn kinds(page: &mut Page, loaded: &Loaded) {
    let stores = files_of(loaded).filter(|input| input.kind.is_store());
    let stores = stores.filter_map(|input| {
        let pattern = pattern(&input.path)?;
        Some(format!("{} = \"{}\"", quoted(&pattern), input.kind.word()))
    });
    let stores: BTreeSet<String> = stores.collect();
    page.gap();
    page.say("What a file is, where its name and content do not say it.");
    page.offer("[kinds]");
    if stores.is_empty() {
        page.offer("\"/exports/*.json\" = \"ssm\"");
    }
    for line in stores.iter().take(MOST) {
        page.offer(line);
    }
}

/// Classes that are neither Airflow's nor a provider's.
fn backends(page: &mut Page, loaded: &Loaded) {
    let mut failures = Vec::new();
    let views = loaded.views(&mut failures);
    let mut known: Vec<(String, Option<BTreeSet<String>>)> = Vec::new();
    for backend in views.iter().flat_map(|view| view.secrets.pairs()) {
        let ClassPath::Path { text, .. } = backend.class_path() else {
            continue;
        };
        let class = text.expose();
        let is_foreign = standing(text) == Standing::Foreign && Shape::ClassPath.admits(class);
        if !is_foreign || !class.split('.').all(is_identifier) {
            continue;
        }
        let given = call::given(backend);
        let names = given.map(|given| {
            let json = given.kwargs.iter().filter(|kwarg| kwarg.written);
            let json = json.map(|kwarg| kwarg.name.as_str());
            let names = json.chain(given.per_key.iter().map(|one| one.name));
            let names = names.filter(|name| public::is_plain_key(name) && is_identifier(name));
            names.map(str::to_owned).collect::<BTreeSet<String>>()
        });
        match known.iter_mut().find(|(known, _)| known == class) {
            Some((_, all)) => {
                if let (Some(all), Some(names)) = (all.as_mut(), names) {
                    all.extend(names);
                } else {
                    *all = None;
                }
            }
            None => known.push((class.to_owned(), names)),
        }
    }
    for (class, kwargs) in known.iter().take(MOST) {
        page.gap();
        page.say(
            "A secrets backend of your own: with what it takes (here: what it is given now) and what it needs \
             (`required-kwargs`), the names of its arguments are checked.",
        );
        page.offer("[[backend]]");
        page.offer(&format!("class = {}", quoted(class)));
        if let Some(kwargs) = kwargs {
            let kwargs: Vec<String> = kwargs.iter().cloned().collect();
            page.offer(&format!("kwargs = {}", list(&kwargs)));
        }
    }
}

/// Types of connections that nobody registers. Which they are is not repeated: a secret may stand where a
/// type belongs.
fn conn_types(page: &mut Page, unregistered: &[String]) {
    if unregistered.is_empty() {
        return;
    }
    let shown = unregistered.iter().take(10).cloned();
    let shown = shown.collect::<Vec<String>>().join(", ");
    let more = match unregistered.len().saturating_sub(10) {
        0 => String::new(),
        more => format!(" and at {more} more places"),
    };
    page.gap();
    page.say(&format!(
        "No provider registers the type of the connections at {shown}{more}. One of your own is declared so, \
         with the fields of its extra:"
    ));
    page.offer("[[conn-type]]");
    page.offer("name = \"name-of-the-type\"");
    page.offer("extra-fields = [\"name_of_a_field\"]");
}

/// A name as Python has them.
fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    let first = characters.next();
    first.is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|one| one.is_alphanumeric() || one == '_')
}

/// The files themselves, without what is read inside of them.
fn files_of(loaded: &Loaded) -> impl Iterator<Item = &Input> {
    let inputs = loaded.inputs.iter();
    inputs.filter(|input| input.inside.is_none())
}
