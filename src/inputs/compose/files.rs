//! The files that compose looks for where nobody names one, and those that it puts on top of them: `DefaultFileNames`
//! and `DefaultOverrideFileNames` of compose-go.

use std::path::{Path, PathBuf};

/// The first one there is counts.
pub(super) const NAMES: [&str; 4] = [
    "compose.yaml",
    "compose.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
];

/// As [`NAMES`].
const OVERRIDES: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// The override file that compose reads together with `path`, by what `exists`.
pub fn override_of(path: &Path, exists: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let is_default = first_of(path, &NAMES, &exists)? == path;
    first_of(path, &OVERRIDES, &exists).filter(|_| is_default)
}

/// The file that `path` is the override file of.
pub fn overridden_by(path: &Path, exists: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let is_override = first_of(path, &OVERRIDES, &exists)? == path;
    first_of(path, &NAMES, &exists).filter(|_| is_override)
}

/// The file of the folder that compose reads where nobody names one.
pub fn default_beside(path: &Path, exists: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    first_of(path, &NAMES, &exists)
}

fn first_of(path: &Path, names: &[&str], exists: &impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut paths = names.iter().map(|name| folder.join(name));
    paths.find(|path| exists(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_file_of_each_list_counts() {
        let here = [
            "a/docker-compose.yml",
            "a/docker-compose.yaml",
            "a/compose.override.yaml",
        ];
        let exists = |path: &Path| here.iter().any(|one| Path::new(one) == path);
        let of = |path: &str| override_of(Path::new(path), exists);
        let over = Path::new("a/compose.override.yaml");
        assert_eq!(of("a/docker-compose.yml").as_deref(), Some(over));
        assert_eq!(of("a/docker-compose.yaml"), None);
        assert_eq!(of("a/docker-compose.prod.yml"), None);
        assert_eq!(of("docker-compose.yml"), None);
        let base = Some(PathBuf::from("a/docker-compose.yml"));
        assert_eq!(overridden_by(over, exists), base);
        assert_eq!(
            overridden_by(Path::new("a/docker-compose.yml"), exists),
            None
        );
        assert_eq!(
            default_beside(Path::new("a/compose.prod.yaml"), exists),
            base
        );
    }
}
