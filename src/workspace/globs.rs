//! Patterns of paths, as `.gitignore` has them: `*.env` names files of any folder, `conf/prod.cfg` is
//! anchored in the folder that the patterns belong to, `legacy/` is everything below such a folder.

use std::fmt;
use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::deployments::directory;

/// Patterns, read from one folder on.
#[derive(Clone)]
pub struct Globs {
    matcher: Gitignore,
}

impl Default for Globs {
    fn default() -> Self {
        Self {
            matcher: Gitignore::empty(),
        }
    }
}

impl fmt::Debug for Globs {
    /// Without the patterns: anything may have got in their place.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Globs")
            .field("patterns", &self.matcher.num_ignores())
            .finish_non_exhaustive()
    }
}

impl Globs {
    /// The patterns of `folder`, or the numbers of those that are none.
    pub fn new<'p>(
        folder: &Path,
        patterns: impl IntoIterator<Item = &'p str>,
    ) -> Result<Self, Vec<usize>> {
        let mut builder = GitignoreBuilder::new(folder);
        let mut wrong = Vec::new();
        for (index, pattern) in patterns.into_iter().enumerate() {
            // A comment there; here a name like any other.
            let line = match pattern.strip_prefix('#') {
                Some(rest) => format!("\\#{rest}"),
                None => pattern.strip_prefix("./").unwrap_or(pattern).to_owned(),
            };
            if line.trim().is_empty() || builder.add_line(None, &line).is_err() {
                wrong.push(index);
            }
        }
        match builder.build() {
            Ok(matcher) if wrong.is_empty() => Ok(Self { matcher }),
            _ => Err(wrong),
        }
    }

    /// True when a pattern names the file or a folder above it. Nothing outside of the folder of the
    /// patterns is named.
    pub fn matches(&self, path: &Path) -> bool {
        self.says(path, false)
    }

    /// As [`Globs::matches`], of a folder.
    pub fn matches_folder(&self, path: &Path) -> bool {
        self.says(path, true)
    }

    fn says(&self, path: &Path, is_folder: bool) -> bool {
        if self.matcher.is_empty() {
            return false;
        }
        let whole = whole(path);
        whole.starts_with(self.matcher.path())
            && self
                .matcher
                .matched_path_or_any_parents(&whole, is_folder)
                .is_ignore()
    }
}

/// From the root of the file system, without `.` and `..`.
fn whole(path: &Path) -> PathBuf {
    match path.file_name() {
        Some(name) => directory(path).join(name),
        None => directory(&path.join("x")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_gitignore() {
        let patterns = ["*.env", "conf/prod.cfg", "legacy/", "#x", "./here.cfg"];
        let globs = Globs::new(Path::new("/srv/repo"), patterns).unwrap();
        for path in [
            "/srv/repo/.env",
            "/srv/repo/a/b/prod.env",
            "/srv/repo/conf/prod.cfg",
            "/srv/repo/a/../conf/./prod.cfg",
            "/srv/repo/legacy/a/airflow.cfg",
            "/srv/repo/a/legacy/airflow.cfg",
            "/srv/repo/#x",
            "/srv/repo/here.cfg",
        ] {
            assert!(globs.matches(Path::new(path)), "{path}");
        }
        for path in [
            "/srv/repo/a/conf/prod.cfg",
            "/srv/other/.env",
            "/.env",
            "/srv/repo/x",
        ] {
            assert!(!globs.matches(Path::new(path)), "{path}");
        }
        assert!(globs.matches_folder(Path::new("/srv/repo/legacy")));
        assert!(!Globs::default().matches(Path::new("/srv/repo/.env")));
    }

    #[test]
    fn what_is_no_pattern_is_told_by_its_number() {
        let wrong = Globs::new(Path::new("/srv"), ["a", "a[", "", "{b"]);
        assert_eq!(wrong.unwrap_err(), [2, 3], "git reads a lone [ as itself");
    }
}
