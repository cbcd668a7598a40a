//! The files of `editors/`: what they say of the server is true.

use std::path::{Path, PathBuf};

use airvane::inputs::Kind;
use airvane::lsp::patterns::GLOBS;
use airvane::lsp::scope::KEYS;
use ignore::overrides::OverrideBuilder;
use serde_json::Value;

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("editors")
        .join(name);
    std::fs::read_to_string(path).unwrap()
}

fn package() -> Value {
    serde_json::from_str(&read("vscode/package.json")).unwrap()
}

fn matched(path: &str) -> bool {
    let mut globs = OverrideBuilder::new("/");
    for glob in GLOBS {
        globs.add(glob).unwrap();
    }
    globs
        .build()
        .unwrap()
        .matched(Path::new(path), false)
        .is_whitelist()
}

#[test]
fn the_extension_of_vs_code_knows_the_files_of_the_server() {
    let package = package();
    let patterns: Vec<&str> = package["airvane"]["patterns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pattern| pattern.as_str().unwrap())
        .collect();
    assert_eq!(patterns, GLOBS);
    assert_eq!(package["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_settings_of_vs_code_are_those_that_the_server_reads() {
    let package = package();
    let settings = package["contributes"]["configuration"]["properties"]
        .as_object()
        .unwrap();
    let mut names: Vec<&str> = settings
        .keys()
        .map(|name| name.strip_prefix("airvane.").unwrap())
        .filter(|name| *name != "path")
        .collect();
    names.sort_unstable();
    let mut known = KEYS.to_vec();
    known.sort_unstable();
    assert_eq!(names, known);
    // A repository must not choose the program that is run.
    assert_eq!(settings["airvane.path"]["scope"], "machine");
}

#[test]
fn there_is_a_pattern_for_every_kind_of_file() {
    for kind in Kind::ALL {
        let path = match kind {
            Kind::Cfg => "/a/airflow.cfg",
            Kind::Env => "/a/.env.prod",
            Kind::Composer | Kind::Ssm | Kind::FlatStore | Kind::Gcp | Kind::Azure | Kind::Ecs => {
                "/a/dump.json"
            }
            Kind::SecretsManager | Kind::Vault => "/a/dump.jsonl",
            Kind::KubernetesSecret | Kind::Kubernetes | Kind::Helm => "/a/values.yml",
            Kind::Chamber => "/a/chamber.yaml",
            Kind::Connections => "/a/connections.env",
            Kind::Variables => "/a/variables.json",
            Kind::Dag => "/a/dags/team/load.py",
            Kind::Compose => "/a/docker-compose.override.yaml",
            Kind::Dockerfile => "/a/Dockerfile.prod",
            Kind::Terraform => "/a/main.tf",
            Kind::CloudFormation => "/a/stack.template",
            Kind::Systemd => "/a/airflow.service",
            Kind::Astro => "/a/airflow_settings.yaml",
            Kind::Shell => "/a/deploy.sh",
            _ => panic!("a kind without a file: {}", kind.word()),
        };
        assert!(matched(path), "{path}");
    }
    for path in [
        "/airvane.toml",
        "/a/pyproject.toml",
        "/a/requirements.txt",
        "/requirements/prod.in",
    ] {
        assert!(matched(path), "{path}");
    }
    for path in ["/a/main.rs", "/a/README.md", "/a/dag.py", "/a/notes.txt"] {
        assert!(!matched(path), "{path}");
    }
}

#[test]
fn whatever_check_reads_has_a_pattern() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    for folder in ["demo", "exports", "config", "traps"] {
        let ran = std::process::Command::new(env!("CARGO_BIN_EXE_airvane"))
            .args(["check", "--show-files"])
            .arg(root.join(folder))
            .output()
            .unwrap();
        let out = String::from_utf8(ran.stdout).unwrap();
        let read = out.lines().filter_map(|line| line.split_once(": "));
        let read =
            read.filter(|(path, what)| path.starts_with('/') && !what.starts_with("skipped"));
        let read: Vec<PathBuf> = read.map(|(path, _)| path.into()).collect();
        assert!(!read.is_empty(), "{folder}");
        for path in read {
            assert!(matched(path.to_str().unwrap()), "{}", path.display());
        }
    }
}

#[test]
fn neovim_and_helix_start_the_server() {
    for name in ["neovim/airvane.lua", "neovim/older.lua"] {
        assert!(read(name).contains("cmd = { 'airvane', 'lsp' }"), "{name}");
    }
    let helix: toml::Table = toml::from_str(&read("helix/languages.toml")).unwrap();
    let server = &helix["language-server"]["airvane"];
    assert_eq!(server["command"].as_str(), Some("airvane"));
    assert_eq!(server["args"].as_array().unwrap()[0].as_str(), Some("lsp"));
    let languages = helix["language"].as_array().unwrap();
    for language in languages {
        let servers = language["language-servers"].as_array().unwrap();
        assert!(
            servers
                .iter()
                .any(|server| server.as_str() == Some("airvane"))
        );
    }
}
