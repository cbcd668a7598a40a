//! Compose files: the environments that services of Airflow start with.
//!
//! Read as docker compose 2 does (compose-go over Go's yaml.v3): anchors and `<<`, `extends` within the file,
//! `env_file`, and `$NAME` with what the `.env` beside the file and the command line define. That `.env` fills in
//! values and sets nothing for a service by itself. A default that stands in the file counts where nobody says
//! otherwise, as it does for whoever reads the file; the shell that compose is run from may still know better. A name
//! without a default, or with an empty one, that is known nowhere is unknown.
//!
//! A service that other files say more of (`extends` with `file`, an override file beside this one, `include`) is told
//! here what this file says, and no more: which parts make one environment, [`Around::services`] lets be known.

mod files;
mod services;
#[cfg(test)]
mod tests;
mod values;

use std::path::Path;

use super::carrier::{Around, Broken, Carrier, FaultKind, Part, Surroundings};
use super::cfg::{is_statement, is_template_name};
use super::processes;
use crate::source::Mask;
use crate::syntax::dotenv::template::Scope;
use crate::syntax::yaml::{self, Yaml};
pub use files::{default_beside, overridden_by, override_of};
use services::Services;

/// Why a text is a compose file, if it is one. Other formats have a key `services` too: there it holds a list, or
/// things that are no services.
pub fn recognise(path: &Path, head: &str) -> Option<&'static str> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let extension = |extension: &str| name.contains(&format!(".{extension}"));
    if !extension("yaml") && !extension("yml") {
        return None;
    }
    let mut lines = head
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
        .skip_while(|line| line.starts_with("---"))
        .peekable();
    // The whole document may be indented.
    let root = indentation_of(lines.peek()?);
    let mut lines = lines
        .skip_while(|line| indentation_of(line) != root || !is_key(line.trim_start(), "services"))
        .skip(1);
    let first = lines.next()?;
    let indentation = indentation_of(first);
    if indentation <= root || first.trim_start().starts_with("- ") {
        return None;
    }
    if name.contains("compose") {
        return Some("services of compose");
    }
    let mut inner = lines.take_while(|line| indentation_of(line) > root);
    let mut has_environment = false;
    let holds = inner.any(|line| {
        let key = line.trim_start_matches(' ');
        if indentation_of(line) <= indentation {
            return false;
        }
        has_environment |= is_key(key, "environment");
        let tells_airflow = has_environment && key.trim_start_matches("- ").starts_with("AIRFLOW_");
        tells_airflow || is_key(key, "image") || is_key(key, "build") || is_key(key, "extends")
    });
    holds.then_some("services with images")
}

fn indentation_of(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn is_key(line: &str, key: &str) -> bool {
    let rest = line
        .strip_prefix(key)
        .and_then(|rest| rest.strip_prefix(':'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\r']))
}

/// What compose puts for a reference in a file of a project: what the command line defines, then the `.env` of the
/// project.
pub fn project<'a>(surroundings: &'a Surroundings<'a>) -> impl Scope + 'a {
    values::Known::new(surroundings)
}

/// Reads a compose file.
pub fn read(text: &str, surroundings: &Surroundings<'_>) -> Carrier {
    let tree = yaml::parse(text, 0);
    let mut services = Services::new(text, surroundings);
    let mut around = Around {
        comments: tree.comments().iter().map(|comment| comment.span).collect(),
        broken: broken(&tree),
        ..Around::default()
    };
    for document in tree.documents() {
        services.read(document);
        around.includes.extend(services.includes(document));
    }
    if around.broken.is_none() {
        around.broken = services.refused.take();
    }
    let templated = is_template_name(surroundings.path)
        || services.templated
        || (around.broken.is_some() && text.lines().any(|line| is_statement(line.trim_start())));
    let processes = services.processes();
    around.differences = processes::differences(&processes);
    around.faults = std::mem::take(&mut services.faults);
    if !templated {
        around.demanded = std::mem::take(&mut services.demanded);
    }
    if tree.error().is_some() {
        // The text that YAML breaks off at may be a piece of a reference.
        let of_references = |kind| {
            matches!(
                kind,
                FaultKind::Eaten | FaultKind::Reference | FaultKind::Demanded
            )
        };
        around.faults.retain(|fault| !of_references(fault.kind));
    }
    let mut mask = Mask::new();
    let mut parts = Vec::new();
    let names: Vec<String> = processes.iter().map(|one| one.name.clone()).collect();
    let (environments, numbers) = processes::different(processes);
    let numbers = names
        .into_iter()
        .zip(numbers.into_iter().map(|number| number + 1));
    around.services = services.links(&numbers.collect());
    for environment in environments {
        for variable in &environment.variables {
            services.show(variable, &mut mask, &mut around.blocks);
        }
        parts.push(Part::Environment(environment));
    }
    around.blocks.sort_unstable();
    around.blocks.dedup();
    Carrier {
        parts,
        around,
        mask,
        templated,
    }
}

fn broken(tree: &Yaml) -> Option<Broken> {
    let error = tree.error().or_else(|| tree.refused_by_libyaml())?;
    Some(Broken::yaml(error))
}
