//! Would git commit a file? Read from the ignore rules; no git command is run.

use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::deployments;

/// True when the file lies in a repository and no ignore rule of that repository names it or a
/// folder above it. A file that is tracked although a rule names it reads as not committed.
pub fn would_commit(path: &Path) -> bool {
    // `-`, pipes and the like.
    let Some(name) = path.file_name().filter(|_| path.is_file()) else {
        return false;
    };
    let folder = deployments::directory(path);
    let root = repository_of(&folder);
    root.is_some_and(|root| !is_ignored(&root, &folder.join(name)))
}

/// True when an ignore rule of the repository that it lies in names the file, which need not be there.
pub fn is_named_by_rules(path: &Path) -> bool {
    repository_of(path).is_some_and(|root| is_ignored(&root, path))
}

/// The root of the repository that a path from the root of the file system lies in.
pub fn repository_of(path: &Path) -> Option<PathBuf> {
    let mut above = path.ancestors();
    let root = above.find(|folder| folder.join(".git").exists())?;
    Some(root.to_owned())
}

/// The rules of the nearest folder win; a file below an ignored folder is ignored whatever the
/// rules inside that folder say.
fn is_ignored(root: &Path, path: &Path) -> bool {
    let mut rules: Vec<Gitignore> = vec![exclude(root)];
    let Ok(below) = path.strip_prefix(root) else {
        return false;
    };
    let mut here: PathBuf = root.to_owned();
    let mut parts = below.components().peekable();
    while let Some(part) = parts.next() {
        let (of_folder, _) = Gitignore::new(here.join(".gitignore"));
        rules.push(of_folder);
        here.push(part);
        let is_folder = parts.peek().is_some();
        let verdict = rules
            .iter()
            .rev()
            .map(|rules| rules.matched(&here, is_folder))
            .find(|verdict| !verdict.is_none());
        if matches!(verdict, Some(Match::Ignore(_))) {
            return true;
        }
    }
    false
}

fn exclude(root: &Path) -> Gitignore {
    let mut builder = GitignoreBuilder::new(root);
    // A repository without that file has no such rules.
    let _ = builder.add(root.join(".git/info/exclude"));
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_rule_names_would_be_committed() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        for folder in [".git/info", "a/b", "secret"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        std::fs::write(root.join(".gitignore"), "*.env\n/secret/\n").unwrap();
        std::fs::write(root.join("a/.gitignore"), "!kept.env\n").unwrap();
        std::fs::write(root.join(".git/info/exclude"), "mine.cfg\n").unwrap();
        let commits = |name: &str| {
            std::fs::write(root.join(name), "").unwrap();
            would_commit(&root.join(name))
        };
        assert!(commits("airflow.cfg"));
        assert!(!commits("x.env"));
        assert!(commits("a/kept.env"));
        assert!(!commits("a/b/other.env"));
        assert!(!commits("secret/airflow.cfg"));
        assert!(!commits("mine.cfg"));
        assert!(!would_commit(&root.join("nothing")));
    }

    #[test]
    fn outside_a_repository_nothing_is_committed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("airflow.cfg");
        std::fs::write(&path, "").unwrap();
        assert!(!would_commit(&path));
        // A repository that the path only passes through.
        std::fs::create_dir_all(directory.path().join("repository/.git")).unwrap();
        let path = directory.path().join("repository/../airflow.cfg");
        assert!(!would_commit(&path));
    }
}
