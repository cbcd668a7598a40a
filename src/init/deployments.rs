//! The deployments that are there, as they could be declared.

use std::collections::BTreeSet;
use std::path::Path;

use super::page::{Page, list, pattern, quoted};
use crate::inputs::{Input, Kind, is_sample};
use crate::load::Loaded;
use crate::source::FileId;
use crate::workspace::deployments::directory;
use crate::workspace::{Choice, Deployment};

/// Most of them.
const MOST: usize = 20;

/// Offers one `[[deployment]]` for each choice of files.
pub(super) fn offer(page: &mut Page, loaded: &Loaded) {
    let mut names = BTreeSet::new();
    let mut known: Vec<Vec<String>> = Vec::new();
    for group in &loaded.groups {
        let deployment = &group.deployment;
        for choice in &deployment.choices {
            let Some(paths) = paths(loaded, deployment, choice) else {
                continue;
            };
            // The processes of one file are told apart anyway.
            if known.contains(&paths) || known.len() == MOST {
                continue;
            }
            if known.is_empty() {
                page.gap();
                page.say(
                    "Files that are one deployment. Without these tables airvane groups by folders, as below; \
                     `--deployment NAME` then chooses one. A later file wins over an earlier one.",
                );
            } else {
                page.gap();
            }
            let name = unique(&name(loaded, deployment, choice), &mut names);
            page.offer("[[deployment]]");
            page.offer(&format!("name = {}", quoted(&name)));
            page.offer(&format!("paths = {}", list(&paths)));
            known.push(paths);
        }
    }
}

/// The patterns of its files; `None` where it holds no settings, or a file that no pattern names.
fn paths(loaded: &Loaded, deployment: &Deployment, choice: &Choice) -> Option<Vec<String>> {
    let settings = loaded.of(&choice.settings);
    if settings.is_empty() || settings.iter().any(|input| is_sample(&input.path)) {
        return None;
    }
    let mut paths: Vec<String> = Vec::new();
    let files = settings
        .into_iter()
        .chain(loaded.of(&deployment.stores_of(choice)));
    for input in files {
        let path = pattern(&input.path)?;
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    for dag in loaded.of(&deployment.dags) {
        let folder = folder_of_dags(&dag.path).and_then(pattern);
        let path = folder.map_or_else(|| pattern(&dag.path), |folder| Some(folder + "/"))?;
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    Some(paths)
}

/// The innermost folder `dags`.
fn folder_of_dags(path: &Path) -> Option<&Path> {
    let mut above = path.ancestors().skip(1);
    above.find(|folder| folder.file_name().is_some_and(|name| name == "dags"))
}

/// What tells it from the other choices of its place (`prod` of `.env.prod`), else the name of its folder.
fn name(loaded: &Loaded, deployment: &Deployment, choice: &Choice) -> String {
    let is_shared = |file: &FileId| {
        let mut choices = deployment.choices.iter();
        choices.all(|other| other.settings.contains(file))
    };
    let own = choice.settings.iter().filter(|file| !is_shared(file));
    let own: Vec<FileId> = own.copied().collect();
    let words = loaded.of(&own).into_iter().filter_map(word);
    let words: Vec<String> = words.collect();
    if !words.is_empty() {
        return plain(&words.join("-"));
    }
    // What the folder of the repository is called is different for everybody.
    if deployment.home == directory(Path::new(".env")) {
        return "default".to_owned();
    }
    let folder = deployment.home.file_name().and_then(|name| name.to_str());
    plain(folder.unwrap_or("default"))
}

/// `prod` of `.env.prod`, `prod.env` and `airflow-prod.cfg`; nothing of `.env`, or of a file that holds the
/// environment among other things.
fn word(input: &Input) -> Option<String> {
    if input.inside.is_some() {
        return None;
    }
    let name = input.path.file_name()?.to_str()?;
    let word = match input.kind {
        Kind::Cfg => name.replace(".cfg", "").replace("airflow", ""),
        Kind::Env => {
            let name = name.strip_suffix(".env").unwrap_or(name);
            name.strip_prefix(".env").unwrap_or(name).to_owned()
        }
        _ => input.path.file_stem()?.to_str()?.to_owned(),
    };
    let word = word.trim_matches(|one: char| !one.is_alphanumeric());
    (!word.is_empty()).then(|| word.to_owned())
}

/// Only what a name may hold.
fn plain(name: &str) -> String {
    let allowed = |one: char| one.is_ascii_alphanumeric() || "_-+.".contains(one);
    let name: String = name
        .chars()
        .map(|one| if allowed(one) { one } else { '-' })
        .collect();
    let name = name.trim_matches(['-', '.']);
    if name.is_empty() {
        "default".to_owned()
    } else {
        name.to_owned()
    }
}

fn unique(name: &str, names: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let mut candidates = std::iter::once(name.to_owned()).chain(numbered);
    let free = candidates.find(|candidate| !names.contains(candidate));
    let free = free.unwrap_or_else(|| name.to_owned());
    names.insert(free.clone());
    free
}
