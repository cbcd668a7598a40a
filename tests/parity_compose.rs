//! Compose files are what docker compose makes of them: `fixtures/parity/compose.jsonl`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::path::Path;

use airvane::inputs::carrier::{Carrier, Environment, FaultKind, Part, Surroundings};
use airvane::inputs::compose;
use airvane::syntax::dotenv::{self, Delivery, Dialect, Outside};
use serde_json::Value;

type Told = BTreeMap<String, String>;

/// A case: the file, what lies beside it, and the environment that compose runs in, which is known altogether.
struct Case<'a>(&'a Value);

impl Case<'_> {
    fn file(&self, path: &Path) -> Option<String> {
        let files = self.0["files"].as_object().unwrap();
        let name = path.strip_prefix(".").unwrap_or(path).to_str()?;
        files.get(name)?.as_str().map(str::to_owned)
    }

    fn outside(&self, name: &str) -> Outside {
        let shell = self.0["shell"].as_object().unwrap();
        shell.get(name).map_or(Outside::Unset, |value| {
            Outside::Value(value.as_str().unwrap().to_owned())
        })
    }

    /// What an env file is read with: the shell, then the `.env` of the project.
    fn project(&self, name: &str) -> Outside {
        let outside = self.outside(name);
        if outside != Outside::Unset {
            return outside;
        }
        let text = self.file(Path::new(".env")).unwrap_or_default();
        let file = dotenv::read(&text, Dialect::Compose, &|name| self.outside(name));
        let found = file.variables.iter().rfind(|one| one.name == name);
        found
            .and_then(|one| one.value.as_ref())
            .map_or(Outside::Unset, |value| {
                Outside::Value(value.expose().to_owned())
            })
    }

    fn read(&self) -> Carrier {
        let surroundings = Surroundings {
            path: Path::new("compose.yaml"),
            environment: &|name| self.outside(name),
            neighbour: &|path| self.file(path),
        };
        compose::read(self.0["text"].as_str().unwrap(), &surroundings)
    }

    /// The environment of the process; `None` where something is unknown.
    fn told(&self, environment: &Environment) -> Option<Told> {
        let mut told = Told::new();
        for path in &environment.env_files {
            let text = self.file(path).unwrap_or_default();
            // The project wins over the file, the file over what was set before it.
            let before = |name: &str| match self.project(name) {
                Outside::Unset if !text.contains(&format!("{name}=")) => {
                    let own = environment
                        .variables
                        .iter()
                        .rfind(|one| one.name.expose() == name);
                    let own = own.and_then(|one| Some(one.value.as_ref()?.expose().to_owned()));
                    let value = own.or_else(|| told.get(name).cloned());
                    value.map_or(Outside::Unset, Outside::Value)
                }
                found => found,
            };
            let dialect = if environment.raw_files.contains(path) {
                Dialect::ComposeRaw
            } else {
                Dialect::Compose
            };
            let file = dotenv::read(&text, dialect, &before);
            let kept = file.variables.into_iter();
            let kept: Vec<_> = kept.filter(|one| one.delivery == Delivery::Kept).collect();
            for variable in kept {
                let value = variable.value.filter(airvane::source::Text::is_known)?;
                told.insert(variable.name, value.expose().to_owned());
            }
        }
        for variable in &environment.variables {
            let value = variable.value.as_ref().filter(|value| value.is_known())?;
            told.insert(variable.name.expose().to_owned(), value.expose().to_owned());
        }
        Some(told)
    }
}

#[test]
fn compose_files_are_read_as_docker_compose_reads_them() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/parity/compose.jsonl");
    let mut wrong = Vec::new();
    let (mut compared, mut refused) = (0, 0);
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let case = Case(&case);
        let carrier = case.read();
        let stops = |kind: FaultKind| !matches!(kind, FaultKind::Rewritten | FaultKind::Eaten);
        let is_refused = carrier.around.broken.is_some()
            || carrier.around.faults.iter().any(|fault| stops(fault.kind));
        let Some(services) = case.0.get("told") else {
            refused += 1;
            if !is_refused {
                wrong.push(format!("refused: {}", case.0["text"]));
            }
            continue;
        };
        compared += 1;
        let environments = carrier.parts.iter().filter_map(|part| match part {
            Part::Environment(environment) => Some(environment),
            _ => None,
        });
        let told: Vec<Option<Told>> = environments.map(|one| case.told(one)).collect();
        let real: Vec<Told> = serde_json::from_value::<BTreeMap<String, Told>>(services.clone())
            .unwrap()
            .into_values()
            .filter(|told| told.keys().any(|name| name.starts_with("AIRFLOW_")))
            .collect();
        // Services that are told the same are told of once; what no Airflow asks for may differ.
        let ours = |one: &Told| -> Told {
            let mut ours = one.clone();
            ours.retain(|name, _| name.starts_with("AIRFLOW_"));
            ours
        };
        let told: Option<Vec<Told>> = told.into_iter().collect();
        let same = told.as_ref().is_some_and(|told| {
            real.iter()
                .all(|one| told.iter().any(|other| ours(other) == ours(one)))
                && told.iter().all(|one| real.contains(one))
        });
        if is_refused || !same {
            wrong.push(format!(
                "{}\n  real {real:?}\n  here {told:?} {is_refused}",
                case.0["text"]
            ));
        }
    }
    assert!(compared > 300 && refused > 100, "{compared} {refused}");
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        compared + refused,
        wrong.join("\n")
    );
}
