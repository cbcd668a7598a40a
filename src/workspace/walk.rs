//! Which files of a directory are looked at.
//!
//! `.gitignore` and the hidden-file rules hold, except for the names that are the main inputs and
//! are usually git-ignored. Symbolic links to directories are not followed, so there are no loops.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::Globs;
use crate::inputs::{Kind, carrier};

/// What the settings file says of walks.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Files and folders that are left out.
    pub exclude: Globs,
    /// Files that are looked at whatever they are called: their kind is given.
    pub include: Vec<(Globs, Kind)>,
}

/// What a walk found.
#[derive(Debug, Default)]
pub struct Walked {
    /// Files to look at, sorted.
    pub files: Vec<PathBuf>,
    /// What is passed over for a reason other than its name, with the reason.
    pub skipped: Vec<(PathBuf, &'static str)>,
    /// Directories that could not be read, and the like.
    pub failures: Vec<(PathBuf, String)>,
}

/// Names that are always read: `.env`, `.env.*`, `.env_*`, `.env-*`, `*.env`, `airflow.cfg`,
/// `airflow_settings.yaml`, and samples of env files that are not hidden (`env.template`).
pub fn is_known_name(name: &str) -> bool {
    is_env_name(name) || name == "airflow.cfg" || name == "airflow_settings.yaml"
}

/// The file sets environment variables, going by its name.
pub fn is_env_name(name: &str) -> bool {
    const SAMPLES: &[&str] = &["dist", "example", "sample", "template", "tmpl", "tpl"];
    let hidden = name.strip_prefix(".env");
    if hidden.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '_', '-'])) {
        return true;
    }
    match name.rsplit_once('.') {
        Some((_, "env")) => true,
        Some((rest, last)) => SAMPLES.contains(&last) && rest.rsplit('.').next() == Some("env"),
        None => false,
    }
}

/// Other names that are worth a look at the content.
fn is_candidate(name: &str) -> bool {
    const EXTENSIONS: &[&str] = &["cfg", "ini", "json", "jsonl", "ndjson", "yaml", "yml"];
    if is_known_name(name) {
        return true;
    }
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    if EXTENSIONS.contains(&extension) || carrier::may_be(name) {
        return true;
    }
    // airflow.cfg.tmpl, airflow.cfg.jinja; not the copies that editors and people leave behind.
    name.contains("airflow.cfg.") && !matches!(extension, "bak" | "orig" | "old" | "swp")
}

/// The folder that Airflow reads DAGs from.
const DAGS: &str = "dags";

/// True for a path below a folder of DAGs.
pub fn is_in_dags(path: &Path) -> bool {
    let folders = path.parent().into_iter().flat_map(Path::components);
    folders.into_iter().any(|folder| folder.as_os_str() == DAGS)
}

/// Python that Airflow may run: below a folder of DAGs, and no test of them. What `.airflowignore`
/// names is read too: it is no DAG, and DAGs import it.
fn is_dag(path: &Path, root: &Path) -> bool {
    if path.extension().is_none_or(|extension| extension != "py") {
        return false;
    }
    let below = path.strip_prefix(root).unwrap_or(path);
    let whole = std::path::absolute(root);
    let is_root = whole.is_ok_and(|root| root.file_name().is_some_and(|name| name == DAGS));
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let is_test = name.starts_with("test_") || name.ends_with("_test") || name == "conftest";
    let mut folders = below.parent().into_iter().flat_map(Path::components);
    let in_tests = folders.any(|folder| {
        let folder = folder.as_os_str();
        folder == "tests" || folder == "test" || folder == "__pycache__"
    });
    (is_root || is_in_dags(below)) && !is_test && !in_tests
}

/// Why a file that the settings file excludes is passed over.
pub const EXCLUDED: &str = "the settings file excludes it";

/// Walks `root`.
pub fn walk(root: &Path, rules: &Rules) -> Walked {
    let mut walked = Walked::default();
    let mut files = BTreeSet::new();
    let mut builder = WalkBuilder::new(root);
    builder
        .git_global(false)
        .require_git(false)
        .follow_links(false)
        .sort_by_file_name(std::cmp::Ord::cmp);
    let exclude = rules.exclude.clone();
    builder.filter_entry(move |entry| {
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        // What was named is walked, whatever its name.
        entry.depth() == 0 || !is_folder || !exclude.matches_folder(entry.path())
    });
    for entry in builder.build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                walked.failures.push(failure(root, &error));
                continue;
            }
        };
        let Some(file_type) = entry.file_type() else {
            continue;
        };
        let path = entry.path();
        if file_type.is_dir() {
            if entry.file_name() == "airflow.cfg" {
                let why = "is a directory, not a file".to_owned();
                walked.failures.push((path.to_owned(), why));
            }
            files.extend(known_names_in(path));
            continue;
        }
        let is_included = || rules.include.iter().any(|(globs, _)| globs.matches(path));
        let is_known = is_candidate(&entry.file_name().to_string_lossy());
        if is_known || is_dag(path, root) || is_included() {
            files.insert(path.to_owned());
        }
    }
    for path in files {
        if rules.exclude.matches(&path) {
            walked.skipped.push((path, EXCLUDED));
            continue;
        }
        // Through links: what counts is what would be read.
        match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => walked.files.push(path),
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => walked.skipped.push((path, "not a regular file")),
            // Let the reader say what is wrong with it.
            Err(_) => walked.files.push(path),
        }
    }
    walked
}

/// The settings files that stand directly in `directory`, sorted.
pub fn beside(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            is_known_name(&name) || name.ends_with(".cfg")
        })
        .map(|entry| entry.path())
        .filter(|path| std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file()))
        .collect();
    found.sort();
    found
}

/// The known names in one directory, which the ignore rules may have hidden.
fn known_names_in(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter(|entry| is_known_name(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .collect()
}

fn failure(root: &Path, error: &ignore::Error) -> (PathBuf, String) {
    let mut path = root.to_owned();
    let mut inner = error;
    loop {
        inner = match inner {
            ignore::Error::WithPath { path: at, err } => {
                path.clone_from(at);
                err
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => err,
            _ => break,
        };
    }
    let why = inner.io_error().map_or_else(
        || "cannot be walked".to_owned(),
        |error| format!("cannot be read: {}", error.kind()),
    );
    (path, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_are_read_even_when_git_ignores_them() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        std::fs::create_dir_all(root.join("config")).unwrap();
        std::fs::create_dir_all(root.join("node_modules")).unwrap();
        std::fs::write(
            root.join(".gitignore"),
            "*.env\n.env\nnode_modules\ndump.json\n",
        )
        .unwrap();
        for name in [
            ".env",
            ".env.prod",
            "prod.env",
            "config/airflow.cfg",
            "dump.json",
            "kept.json",
            "node_modules/.env",
            "main.py",
            ".hidden.json",
        ] {
            std::fs::write(root.join(name), "").unwrap();
        }
        let walked = walk(root, &Rules::default());
        let names: Vec<String> = walked
            .files
            .iter()
            .map(|path| path.strip_prefix(root).unwrap().display().to_string())
            .collect();
        assert_eq!(
            names,
            [
                ".env",
                ".env.prod",
                "config/airflow.cfg",
                "kept.json",
                "prod.env"
            ]
        );
        assert!(walked.failures.is_empty());
    }

    #[test]
    fn templates_are_looked_into_as_what_they_are_templates_of() {
        for name in ["task.json.tpl", "values.yaml.j2", "stack.yml.tmpl"] {
            assert!(is_candidate(name), "{name}");
        }
        assert!(!is_candidate("_helpers.tpl"));
    }

    #[test]
    fn python_is_read_below_a_folder_of_dags_only() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        for name in [
            "setup.py",
            "dags/a.py",
            "dags/.airflowignore",
            "dags/b/c.py",
            "dags/tests/d.py",
            "dags/test_e.py",
            "dags/.hidden/f.py",
            "plugins/g.py",
        ] {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        assert_eq!(
            walk(root, &Rules::default()).files,
            [root.join("dags/a.py"), root.join("dags/b/c.py")]
        );
        // The folder itself may be what is named.
        assert_eq!(walk(&root.join("dags"), &Rules::default()).files.len(), 2);
    }

    /// The pattern of the hooks, as pre-commit reads it: `re.search` on the path from the root.
    fn pattern_of_the_hooks() -> fancy_regex::Regex {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/.pre-commit-hooks.yaml");
        let text = std::fs::read_to_string(path).unwrap();
        let lines = text
            .lines()
            .skip_while(|line| *line != "  files: &files |")
            .skip(1);
        let lines = lines.take_while(|line| line.starts_with("    "));
        let pattern: Vec<&str> = lines.map(str::trim).collect();
        let pattern = pattern.join("\n");
        assert!(pattern.starts_with("(?x)("), "{pattern}");
        fancy_regex::Regex::new(&pattern).unwrap()
    }

    #[test]
    fn the_hooks_offer_what_a_walk_looks_at_and_no_more() {
        let pattern = pattern_of_the_hooks();
        let offered = |path: &str| pattern.is_match(path).unwrap();
        let walked = |path: &str| {
            let path = Path::new(path);
            let name = path.file_name().unwrap().to_string_lossy();
            is_candidate(&name) || is_dag(path, Path::new(""))
        };
        for path in [
            // airflow.cfg and .env
            "airflow.cfg",
            "conf/airflow-dev.cfg",
            "airflow.cfg.tmpl",
            "x/local_airflow.cfg.jinja",
            "setup.ini",
            ".env",
            "a/.env.prod",
            "x/prod.env",
            "airflow_settings.yaml",
            // Exports and local secrets files
            "dump.json",
            "exports/ssm.jsonl",
            "a.ndjson",
            "connections.yml",
            "variables.yaml",
            // Compose, Helm, Kubernetes, Dockerfiles
            "compose.yaml",
            "docker-compose.override.yml",
            "docker-compose.yml.j2",
            "helm/values.yaml",
            "deploy/values-prod.yml",
            "k8s/deployment.yaml",
            "Kustomization",
            "kustomization.yaml",
            "Dockerfile",
            "docker/Dockerfile.prod",
            "dockerfile",
            "Containerfile",
            "airflow.Dockerfile",
            "images/Dockerfile-worker",
            // Terraform, CloudFormation, ECS
            "main.tf",
            "main.tf.json",
            "prod.tfvars",
            "terraform.tfstate",
            "terragrunt.hcl",
            "main.tofu",
            "mwaa.template",
            "template.yaml",
            "task-definition.json",
            // Scripts, systemd, Astro
            "scripts/start.sh",
            "x.bash",
            "airflow-scheduler.service",
            "override.conf",
            "deployment.yaml",
            // DAGs
            "dags/main.py",
            "project/dags/team/etl.py",
        ] {
            assert!(walked(path), "no walk looks at {path}");
            assert!(offered(path), "the hooks leave out {path}");
        }
        // Samples of env files, and what pins releases.
        for path in [
            ".env_example",
            ".env-base",
            "x/env.template",
            "app.env.example",
            "requirements.txt",
            "x/requirements-dev.in",
            "requirements/prod.txt",
            "constraints-3.11.txt",
            "pyproject.toml",
            "uv.lock",
            "poetry.lock",
            "Pipfile.lock",
            ".python-version",
            "runtime.txt",
            "airvane.toml",
        ] {
            assert!(offered(path), "the hooks leave out {path}");
        }
        for path in [
            "README.md",
            "airflow.cfg.bak",
            "airflow.cfg.swp",
            "environment.py",
            "env.py",
            "plugins/dags.py",
            "dags/tests/test_main.py",
            "dags/test_main.py",
            "dags/main_test.py",
            "dags/conftest.py",
            "dags/README.md",
            "mydags/main.py",
            "notes.txt",
            "Cargo.toml",
            "Dockerfiles.md",
            "src/dockerfileparser.rs",
            "env",
            "main.go",
            "tfstate",
        ] {
            assert!(!walked(path), "a walk looks at {path}");
            assert!(!offered(path), "the hooks offer {path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn loops_of_links_end() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        std::fs::write(root.join("airflow.cfg"), "").unwrap();
        std::os::unix::fs::symlink(root, root.join("again")).unwrap();
        assert_eq!(
            walk(root, &Rules::default()).files,
            [root.join("airflow.cfg")]
        );
    }
}
