//! Which group a store or DAG belongs to: the nearest one.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::directory;

/// The groups that have a home, by it and by every folder above it.
#[derive(Debug, Default)]
pub(super) struct Homes {
    by_folder: HashMap<PathBuf, Below>,
    /// Of all of them.
    all: Below,
}

/// The homes in and below a folder.
#[derive(Clone, Copy, Debug, Default)]
struct Below {
    /// The folder itself.
    here: Few,
    /// The folder and what is below it.
    all: Few,
}

/// How many groups, and one of them.
#[derive(Clone, Copy, Debug, Default)]
struct Few {
    count: usize,
    group: usize,
}

impl Few {
    fn add(&mut self, group: usize) {
        self.count += 1;
        self.group = group;
    }

    fn only(self) -> Option<usize> {
        (self.count == 1).then_some(self.group)
    }
}

impl Homes {
    /// By group; some have none.
    pub(super) fn of(homes: &[Option<PathBuf>]) -> Self {
        let mut found = Self::default();
        for (group, home) in homes.iter().enumerate() {
            let Some(home) = home else {
                continue;
            };
            found.all.all.add(group);
            let is_nowhere = home.as_os_str().is_empty();
            if is_nowhere {
                found.all.here.add(group);
                continue;
            }
            for (level, folder) in above(home).enumerate() {
                let below = found.by_folder.entry(folder.to_owned()).or_default();
                below.all.add(group);
                if level == 0 {
                    below.here.add(group);
                }
            }
        }
        found
    }

    /// The group around a file, the one that shares most of its path, or the only group there is. `None` where
    /// several are equally near.
    pub(super) fn nearest(&self, path: &Path) -> Option<usize> {
        if let Some(only) = self.all.all.only() {
            return Some(only);
        }
        let place = directory(path);
        let below = above(&place).find_map(|folder| self.by_folder.get(folder));
        let below = below.unwrap_or(&self.all);
        // A home above the file is nearer than one beside it.
        match below.here.count {
            0 => below.all.only(),
            _ => below.here.only(),
        }
    }
}

/// The folder and those above it.
fn above(folder: &Path) -> impl Iterator<Item = &Path> {
    folder.ancestors().filter(|one| !one.as_os_str().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nearest(homes: &[&str], path: &str) -> Option<usize> {
        let homes: Vec<Option<PathBuf>> = homes
            .iter()
            .map(|home| (*home != "-").then(|| PathBuf::from(home)))
            .collect();
        Homes::of(&homes).nearest(Path::new(path))
    }

    #[test]
    fn the_group_that_shares_most_of_the_path_is_the_nearest() {
        for (homes, path, wanted) in [
            (&["/r/a", "/r/b"][..], "/r/a/dumps/x.json", Some(0)),
            (&["/r/a", "/r/b"], "/r/x.json", None),
            (&["/r/a/c", "/r/b"], "/r/a/x.json", Some(0)),
            (&["/r/a/c", "/r/a/d", "/r/b"], "/r/a/x.json", None),
            (&["/r/a", "/r/a/c", "/r/a/d"], "/r/a/x.json", Some(0)),
            (&["/r", "/r/a/c"], "/r/a/x.json", Some(1)),
            (&["/r/ab", "/s"], "/r/a/x.json", Some(0)),
            (&["/r/a", "/r/a"], "/r/a/x.json", None),
            (&["-", "/elsewhere"], "/r/x.json", Some(1)),
            (&["-"], "/r/x.json", None),
            (&["", "/s"], "/r/x.json", Some(1)),
            (&["", "/s/a"], "/s/a/x.json", Some(1)),
            (&["/s", "/t"], "/r/x.json", None),
        ] {
            assert_eq!(nearest(homes, path), wanted, "{homes:?} {path}");
        }
    }
}
