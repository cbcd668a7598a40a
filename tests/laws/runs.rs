//! The same files give the same output, however they are read.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use airvane::check;
use airvane::render::{Format, Style};
use airvane::resolve::map::Map;
use proptest::prelude::*;
use proptest::sample::Index;

use super::{NOWHERE, laws, overlay, request};

/// Name and text of every small file of the fixtures that is text.
static FIXTURES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut open: Vec<PathBuf> = ["rules", "demo", "seeds", "traps", "dumps"]
        .iter()
        .map(|name| root.join(name))
        .collect();
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).unwrap();
            open.extend(entries.map(|entry| entry.unwrap().path()));
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap_or_default();
        if !text.is_empty() && text.len() < 20_000 && name != "args" && name != "README.md" {
            found.push((name, text));
        }
    }
    found.sort();
    found
});

/// Files of fixtures in up to three folders, some of them cut or joined.
fn deployment() -> impl Strategy<Value = Vec<(String, String)>> {
    let file = (
        any::<Index>(),
        any::<Index>(),
        0_usize..3,
        0_usize..8,
        any::<Index>(),
    );
    prop::collection::vec(file, 2..9).prop_map(|files| {
        let mut texts: Vec<(String, String)> = Vec::new();
        for (which, other, folder, change, at) in files {
            let (name, text) = which.get(&FIXTURES);
            let path = format!("{NOWHERE}/{}{name}", ["", "a/", "a/dags/"][folder]);
            if texts.iter().any(|(known, _)| *known == path) {
                continue;
            }
            let mut at = at.index(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            let text = match change {
                0 => text[..at].to_owned(),
                1 => text[at..].to_owned(),
                2 => format!("{}{}{}", &text[..at], other.get(&FIXTURES).1, &text[at..]),
                3 => format!("{}\u{feff}é\"'{{{}", &text[..at], &text[at..]),
                _ => text.clone(),
            };
            texts.push((path, text));
        }
        texts
    })
}

/// The report for programs and for people, and what is said of the run.
fn said(texts: &[(String, String)], jobs: usize) -> (String, Vec<String>) {
    let paths: Vec<String> = texts.iter().map(|(path, _)| path.clone()).collect();
    let outcome = check::run(&request(&paths, jobs), &mut overlay(texts), false);
    let mut out = Vec::new();
    let style = Style {
        infos: true,
        ..Style::default()
    };
    for format in [Format::Json, Format::Full] {
        format
            .write(&mut out, &outcome.report, &Map::default(), style)
            .unwrap();
    }
    let lines = outcome.groups.into_iter().chain(outcome.dags);
    let lines = lines.chain(outcome.targets).collect();
    (String::from_utf8(out).unwrap(), lines)
}

/// The first lines that differ, if any do.
fn same(one: &str, other: &str) {
    let mut lines = one.lines().zip(other.lines());
    let differing = lines.find(|(one, other)| one != other);
    assert_eq!(differing, None);
    assert_eq!(one.len(), other.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_found_points_at_characters_and_every_format_can_be_read(texts in deployment()) {
        let paths: Vec<String> = texts.iter().map(|(path, _)| path.clone()).collect();
        let request = request(&paths, 1);
        let outcome = check::run(&request, &mut overlay(&texts), false);
        laws::of_outcome(&outcome);
        let map = laws::map_of(&request.load, &mut overlay(&texts));
        laws::of_formats(&outcome.report, &map);
        let (loaded, contents) = airvane::load::load(&request.load, &mut overlay(&texts));
        laws::of_inputs(&loaded);
        laws::of_views(&loaded, contents, &mut overlay(&texts), &request.load, true);
    }

    #[test]
    fn the_number_of_threads_changes_nothing(texts in deployment()) {
        let one = said(&texts, 1);
        for jobs in [2, 7] {
            let other = said(&texts, jobs);
            same(&other.0, &one.0);
            prop_assert_eq!(&other.1, &one.1);
        }
    }

    /// Deployments and their files are told in the order in which they were named; that is all.
    #[test]
    fn the_order_of_the_files_changes_no_finding(texts in deployment(), turn in any::<Index>()) {
        let one = said(&texts, 1);
        let mut other = texts.clone();
        other.reverse();
        same(&said(&other, 1).0, &one.0);
        other.rotate_left(turn.index(texts.len()));
        same(&said(&other, 1).0, &one.0);
    }
}

/// Found by the test above: the finding of the compose file named whichever of the two came first.
#[test]
fn of_two_files_that_a_finding_may_name_the_first_by_path_is_named() {
    let file = |name: &str, text: &str| (format!("{NOWHERE}/{name}"), text.to_owned());
    let backend =
        "backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend";
    let compose = "services:\n  scheduler:\n    image: apache/airflow:3.1.0\n    environment:\n      \
        AIRFLOW__SECRETS__BACKEND: airflow.secrets.local_filesystem.LocalFilesystemBackend\n";
    let mut texts = vec![
        file("airflow-dev.cfg", &format!("[secrets]\n{backend}\n")),
        file("airflow.cfg", &format!("[secrets]\n{backend}\n")),
        file("docker-compose.yaml", compose),
    ];
    let (one, _) = said(&texts, 1);
    assert!(one.contains("related"), "{one}");
    texts.reverse();
    same(&said(&texts, 1).0, &one);
}
