//! Where a file stands in its repository. CI services go by that, wherever in it a check was started.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use crate::source::display_path;

/// The repository that the working directory lies in. All paths as they may be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    /// The root, with a `/` at its end.
    root: String,
    /// The working directory from the root on; empty for the root itself.
    below: Vec<String>,
    /// Files that are reached by links: where they stand in the repository, by the path that they were given.
    links: BTreeMap<String, String>,
}

impl Checkout {
    /// `root` of the repository that `here` lies in, both from the root of the file system on.
    pub fn new(root: &Path, here: &Path) -> Option<Self> {
        let below = here.strip_prefix(root).ok()?;
        let root = display_path(root);
        Some(Self {
            root: format!("{}/", root.trim_end_matches('/')),
            below: below
                .iter()
                .map(|part| display_path(Path::new(part)))
                .collect(),
            links: BTreeMap::new(),
        })
    }

    /// `path`, as it is printed, leads to the file at `target`, which counts from the root of the file system on
    /// and holds no link. Services know files by that.
    pub fn follow(&mut self, path: &str, target: &Path) {
        let target = display_path(target);
        let real = self.path(&target);
        if real != self.path(path) {
            let real = real.into_owned();
            self.links.insert(path.to_owned(), real);
        }
    }

    /// `path`, which counts from the working directory on, from the root of the repository on. What lies
    /// elsewhere counts from the root of the file system on: from that of the repository on it would be
    /// another file. What is no file stays as it is.
    pub fn path<'p>(&self, path: &'p str) -> Cow<'p, str> {
        if let Some(real) = self.links.get(path) {
            return real.clone().into();
        }
        let is_plain = || path.split('/').all(|part| part != "." && part != "..");
        if path.starts_with('<') || self.below.is_empty() && !path.starts_with('/') && is_plain() {
            return path.into();
        }
        let mut parts: Vec<&str> = Vec::new();
        if !path.starts_with('/') {
            parts.extend(self.root.split('/').filter(|part| !part.is_empty()));
            parts.extend(self.below.iter().map(String::as_str));
        }
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        let whole = format!("/{}", parts.join("/"));
        match whole.strip_prefix(&self.root) {
            Some(inside) => inside.to_owned().into(),
            None => whole.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(here: &str, path: &str) -> String {
        let checkout = Checkout::new(Path::new("/src/repo"), Path::new(here)).unwrap();
        checkout.path(path).into_owned()
    }

    #[test]
    fn paths_count_from_the_root_of_the_repository() {
        assert_eq!(path("/src/repo", "conf/airflow.cfg"), "conf/airflow.cfg");
        assert_eq!(path("/src/repo/a/b", "airflow.cfg"), "a/b/airflow.cfg");
        assert_eq!(path("/src/repo/a/b", "../../c/.env"), "c/.env");
        assert_eq!(path("/src/repo/a", "/src/repo/c/.env"), "c/.env");
    }

    #[test]
    fn a_file_has_one_path_however_it_is_named() {
        assert_eq!(path("/src/repo/a", "/src/repo/a/../c/.env"), "c/.env");
        assert_eq!(path("/src/repo", "a/../c/./.env"), "c/.env");
        assert_eq!(path("/src/repo", "../repo/.env"), ".env");
        assert_eq!(path("/src/repo/a", "../../repo/.env"), ".env");
    }

    #[test]
    fn a_link_is_the_file_that_it_leads_to() {
        let mut checkout = Checkout::new(Path::new("/src/repo"), Path::new("/src/repo/a")).unwrap();
        for (path, target) in [
            ("airflow.cfg", "/src/repo/shared/airflow.cfg"),
            (".env", "/src/repo/a/.env"),
            ("other.env", "/etc/other.env"),
        ] {
            checkout.follow(path, Path::new(target));
        }
        assert_eq!(checkout.path("airflow.cfg"), "shared/airflow.cfg");
        assert_eq!(checkout.path(".env"), "a/.env");
        assert_eq!(checkout.path("other.env"), "/etc/other.env");
    }

    #[test]
    fn what_lies_elsewhere_counts_from_the_root_of_the_file_system() {
        assert_eq!(path("/src/repo/a", "../../x.env"), "/src/x.env");
        assert_eq!(path("/src/repo", "../x.env"), "/src/x.env");
        assert_eq!(path("/src/repo", "../../../x.env"), "/x.env");
        assert_eq!(
            path("/src/repo/a", "/src/repository/.env"),
            "/src/repository/.env"
        );
        assert_eq!(path("/src/repo/a", "<stdin>"), "<stdin>");
        assert!(Checkout::new(Path::new("/a"), Path::new("/b")).is_none());
    }
}
