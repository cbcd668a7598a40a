//! Defaults of options that providers declare against what real Airflow gave:
//! `fixtures/parity/provider-defaults.jsonl`, made by `tests/parity/make_provider_defaults.py`.

#![expect(clippy::unwrap_used, reason = "a broken fixture must fail the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use airvane::airflow::config::{Environment, OptionDefault, Settings};
use airvane::airflow::provider_options::provider_options;
use airvane::airflow::{Python, Runtime, Target, TargetSource};
use airvane::source::Text;
use serde::Deserialize;

/// By section and option; `None`: it raises.
type Answers = BTreeMap<String, BTreeMap<String, Option<String>>>;

#[derive(Deserialize)]
struct Installation {
    airflow: String,
    python: String,
    runtime: String,
    providers: BTreeMap<String, String>,
    bare: Answers,
    #[serde(default)]
    loaded: Answers,
}

fn installations() -> Vec<Installation> {
    let text = fs::read_to_string("fixtures/parity/provider-defaults.jsonl").unwrap();
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// airvane does not say.
struct Unknown;

impl Installation {
    /// The target that knows of these providers of the installation.
    fn target(&self, knows: impl Fn(&str) -> bool) -> Target {
        let (major, minor) = self.python.split_once('.').unwrap();
        let providers = self.providers.iter().filter(|(name, _)| knows(name));
        Target {
            airflow: self.airflow.parse().unwrap(),
            providers: providers
                .map(|(name, release)| (name.clone(), release.parse().unwrap()))
                .collect(),
            assumed: BTreeSet::new(),
            python: Python {
                major: major.parse().unwrap(),
                minor: minor.parse().unwrap(),
            },
            runtime: match self.runtime.as_str() {
                "task" => Runtime::Task,
                _ => Runtime::Server,
            },
            source: TargetSource::CommandLine,
        }
    }

    /// What airvane says, `None` where it raises.
    fn said(target: &Target, section: &str, option: &str) -> Result<Option<String>, Unknown> {
        let home = Text::verbatim("/opt/airflow", 0);
        let settings = Settings {
            environment: Environment {
                variables: [("AIRFLOW_HOME".into(), Some(home))].into_iter().collect(),
            },
            has_cfg: true,
            has_env: true,
            ..Settings::default()
        };
        match settings.shipped_default(section, option, target) {
            OptionDefault::None => Ok(None),
            OptionDefault::Value(text) if text.is_known() => Ok(Some(text.expose().to_owned())),
            OptionDefault::Unknown | OptionDefault::Value(_) => Err(Unknown),
        }
    }

    /// The options of which airvane says something, and those that it leaves open though the answer
    /// is the same in every process. Whatever it says must be so.
    fn compare(&self, target: &Target) -> (usize, BTreeSet<String>) {
        let (mut known, mut open) = (0, BTreeSet::new());
        for (section, options) in &self.bare {
            for (option, bare) in options {
                let loaded = self.loaded.get(section).and_then(|of| of.get(option));
                let place = format!("[{section}] {option} in {} {}", self.airflow, self.runtime);
                match Self::said(target, section, option) {
                    Ok(said) => {
                        assert_eq!(&said, bare, "{place}");
                        assert_eq!(loaded, None, "{place} depends on the process");
                        known += 1;
                    }
                    Err(Unknown) if loaded.is_none() => {
                        open.insert(format!("{section}.{option}"));
                    }
                    Err(Unknown) => {}
                }
            }
        }
        (known, open)
    }
}

#[test]
fn the_default_of_a_chosen_provider_is_the_one_that_airflow_gives() {
    for installation in installations() {
        let target = installation.target(|_| true);
        let (known, open) = installation.compare(&target);
        assert!(known > 100, "{known} in {}", installation.airflow);
        // What is not installed: airvane is not told that it is not.
        for (section, option, provider, _) in provider_options().declared() {
            let is_open = open.contains(&format!("{section}.{option}"));
            assert!(
                !is_open || !installation.providers.contains_key(provider),
                "[{section}] {option} in {}",
                installation.airflow
            );
        }
    }
}

#[test]
fn what_is_said_without_knowing_the_providers_is_so_all_the_same() {
    for installation in installations() {
        // Those that come with Airflow are the ones current then, which the installations hold.
        let target = installation.target(|name| name == "amazon");
        let (known, _) = installation.compare(&target);
        assert!(known > 60, "{known} in {}", installation.airflow);
    }
}
