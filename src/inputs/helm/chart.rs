//! Which files are values of a chart that installs Airflow.

use super::config;
use crate::syntax::yaml::{Kind as YamlKind, Value};

/// Keys that only the official chart has.
const OFFICIAL: &[&str] = &[
    "airflowConfigAnnotations",
    "airflowHome",
    "airflowPodAnnotations",
    "airflowVersion",
    "apiSecretKeySecretName",
    "createUserJob",
    "defaultAirflowRepository",
    "defaultAirflowTag",
    "enableBuiltInSecretEnvVars",
    "fernetKeySecretName",
    "jwtSecretName",
    "migrateDatabaseJob",
    "webserverSecretKeySecretName",
];

/// Keys that tell of the community's chart, below its `airflow:`.
const COMMUNITY: &[&str] = &["connections", "legacyCommands", "users", "extraPipPackages"];

/// Keys below which variables of Airflow stand, at the top of a file.
const SETTING: &[&str] = &[
    "commonEnv",
    "config",
    "env",
    "extraConfigMaps",
    "extraEnv",
    "extraEnvVars",
    "extraSecrets",
    "secret",
];

/// Keys of files of other programs.
const FOREIGN: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Resources",
    "apiVersion",
    "jobs",
    "kind",
    "on",
    "pipelines",
    "services",
    "stages",
    "steps",
    "x-airflow-common",
];

/// Why a text is one of values, if it is.
pub fn recognise(head: &str, name: &str) -> Option<&'static str> {
    let is_yaml = name.rsplit_once('.');
    let is_yaml = is_yaml.is_some_and(|(_, extension)| matches!(extension, "yaml" | "yml"));
    let start = head.trim_start_matches('\u{feff}').trim_start();
    if !is_yaml && !start.starts_with(|c: char| c.is_ascii_alphanumeric() || "#-{".contains(c)) {
        return None;
    }
    let keys: Vec<&str> = head.lines().filter_map(top_key).collect();
    if keys.is_empty() || keys.iter().any(|key| FOREIGN.contains(key)) {
        return None;
    }
    let has = |all: &[&str]| keys.iter().any(|key| all.contains(key));
    if keys.contains(&"secretBackend") && (has(&["commonEnv"]) || head.contains("airflow.")) {
        return Some("values of Astro's agents");
    }
    if has(OFFICIAL) {
        return Some("values of Airflow's own chart");
    }
    let is_named = is_values_name(name);
    let speaks = head.contains("AIRFLOW_");
    if keys.contains(&"airflow") && (is_named || speaks) && has_below(head, "airflow") {
        return Some("values of a chart with Airflow in it");
    }
    let has_sections = keys.contains(&"config") && sections(head);
    if has_sections && (is_named || speaks) {
        return Some("values of Airflow's own chart");
    }
    // Variables of a part of the chart stand below its own key.
    let sets = has(SETTING) || is_named && head.lines().filter_map(below_top).any(is_setting);
    (speaks && sets && (is_named || head.contains("- name: AIRFLOW_")))
        .then_some("values with variables of Airflow")
}

/// `values.yaml`, `values-prod.yaml`, `airflow-values.yml`
fn is_values_name(name: &str) -> bool {
    name.contains("values")
}

/// The key of a line that begins with one.
fn top_key(line: &str) -> Option<&str> {
    let line = line.trim_start_matches('\u{feff}');
    let (key, rest) = line.split_once(':')?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let plain = !key.is_empty() && key.chars().all(fits);
    (plain && (rest.is_empty() || rest.starts_with([' ', '\t', '\r']))).then_some(key)
}

/// The key of a line that is indented.
fn below_top(line: &str) -> Option<&str> {
    line.starts_with(' ').then(|| top_key(line.trim_start()))?
}

fn is_setting(key: &str) -> bool {
    SETTING.contains(&key)
}

/// The lines below a key at the top of the file.
fn below_key<'a>(head: &'a str, key: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    let at = head.lines().position(|line| top_key(line) == Some(key));
    let lines = head.lines().skip(at.map_or(usize::MAX, |at| at + 1));
    lines.take_while(|line| line.is_empty() || line.starts_with([' ', '\t', '#', '\r']))
}

/// Something below the key belongs to a chart of Airflow.
fn has_below(head: &str, key: &str) -> bool {
    below_key(head, key).any(|line| {
        let found = top_key(line.trim_start());
        found.is_some_and(|key| SETTING.contains(&key) || OFFICIAL.contains(&key))
    })
}

/// Below `config:` stand sections of airflow.cfg.
fn sections(head: &str) -> bool {
    below_key(head, "config").any(|line| {
        let found = top_key(line.trim_start());
        found.is_some_and(|key| {
            matches!(
                key,
                "core" | "secrets" | "logging" | "webserver" | "celery" | "database"
            )
        })
    })
}

/// The values are for the official chart and can be for no other one.
pub(super) fn is_official(values: Value<'_>) -> bool {
    let mut official = false;
    for pair in values.pairs() {
        let Some(key) = pair.key.scalar() else {
            continue;
        };
        let key = key.expose();
        if COMMUNITY.contains(&key) {
            return false;
        }
        official |= OFFICIAL.contains(&key);
        official |= key == "config" && config::is_sections(pair.value);
    }
    official
}

/// The values of charts below this one: the key is their name or another one that they go by.
pub(super) fn below(root: Value<'_>) -> Vec<Value<'_>> {
    let pairs = root.pairs().filter(|pair| {
        let key = pair.key.scalar().map(|key| key.expose().to_lowercase());
        let named = key.is_some_and(|key| key.contains("airflow") || key.contains("astro"));
        named && pair.value.kind() == YamlKind::Mapping
    });
    pairs.map(|pair| pair.value).take(64).collect()
}
