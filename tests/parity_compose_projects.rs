//! Services that several compose files speak of are told what docker compose tells them:
//! `fixtures/parity/compose_projects.jsonl`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::collections::BTreeMap;

use airvane::inputs::Tree;
use airvane::load::{self, Loaded};
use airvane::settings::SettingsFile;
use airvane::source::Text;
use airvane::syntax::dotenv::Delivery;
use airvane::workspace::Files;
use airvane::workspace::deployments::{Choice, Grouping};
use airvane::workspace::targets::Wanted;
use serde_json::Value;

/// What compose reads where nobody names a file.
const NAMES: [&str; 3] = ["compose.yaml", "docker-compose.yml", "docker-compose.yaml"];

/// `None`: set, to what is not known.
type Told = BTreeMap<String, Option<String>>;

fn told(loaded: &Loaded, choice: &Choice) -> Told {
    let mut told = Told::new();
    for input in loaded.of(&choice.settings) {
        let Tree::Env(tree) = &input.tree else {
            continue;
        };
        for variable in tree
            .variables
            .iter()
            .filter(|one| one.delivery == Delivery::Kept)
        {
            if variable.name.starts_with("AIRFLOW_VAR_") {
                let value = variable.value.as_ref().filter(|value| value.is_known());
                let value = value.map(|value| Text::expose(value).to_owned());
                told.insert(variable.name.clone(), value);
            }
        }
    }
    told
}

/// What is not known may be anything, and nothing too.
fn fits(told: &Told, real: &BTreeMap<String, String>) -> bool {
    let same = |name: &String, value: &Option<String>| match value {
        Some(value) => real.get(name) == Some(value),
        None => true,
    };
    told.iter().all(|(name, value)| same(name, value))
        && real.keys().all(|name| told.contains_key(name))
}

#[test]
fn services_of_several_files_are_told_what_docker_compose_tells_them() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fixtures/parity/compose_projects.jsonl"
    );
    let mut wrong = Vec::new();
    let (mut services, mut unknown) = (0, 0);
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let files: BTreeMap<String, String> =
            serde_json::from_value(case["files"].clone()).unwrap();
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        let folder = common::with(&files);
        let main = files
            .iter()
            .find(|(name, _)| NAMES.contains(name))
            .unwrap()
            .0;
        let request = load::Request {
            // The rest is found.
            paths: vec![folder.path().join(main)],
            stdin_filename: None,
            as_walked: false,
            kinds: Vec::new(),
            dialect: None,
            define: Vec::new(),
            grouping: Grouping::Auto,
            wanted: Wanted::default(),
            settings_file: SettingsFile::default(),
            jobs: std::num::NonZeroUsize::new(1),
            largest_export: None,
            streams_local: false,
        };
        let (loaded, _) = load::load(&request, &mut Files::new());
        let choices = loaded
            .groups
            .iter()
            .flat_map(|group| &group.deployment.choices);
        let here: Vec<Told> = choices.map(|choice| told(&loaded, choice)).collect();
        let real: BTreeMap<String, BTreeMap<String, String>> =
            serde_json::from_value(case["told"].clone()).unwrap();
        let real: Vec<_> = real.into_values().filter(|told| !told.is_empty()).collect();
        services += real.len();
        unknown += here
            .iter()
            .flat_map(BTreeMap::values)
            .filter(|value| value.is_none())
            .count();
        let all_there = real
            .iter()
            .all(|one| here.iter().any(|told| fits(told, one)));
        let none_more = here.iter().filter(|told| !told.is_empty());
        let none_more = none_more.clone().all(|told| {
            told.values().all(Option::is_none) || real.iter().any(|one| fits(told, one))
        });
        if !all_there || !none_more {
            wrong.push(format!(
                "{}\n  real {real:?}\n  here {here:?}",
                case["files"]
            ));
        }
    }
    assert!(
        services > 300 && unknown < services / 10,
        "{services} {unknown}"
    );
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
