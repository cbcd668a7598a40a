//! A file gets its new text if it still has the old one, and if whoever runs airvane may write into it.

use std::fs::{Metadata, OpenOptions};
use std::io;
use std::path::Path;

use crate::workspace::replace::replace_if;

/// Gives the file at `path` the text `new`, if it still has the text `old`. On failure it is as it was,
/// and a few words say why.
pub(super) fn replace(path: &Path, old: &[u8], new: &[u8]) -> Result<(), String> {
    let failed = |error: io::Error| format!("cannot be fixed: {}", error.kind());
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        return Err("cannot be fixed: it is no regular file".to_owned());
    }
    if has_other_names(&metadata) {
        return Err(
            "cannot be fixed: it has several names (hard links), and only one would change"
                .to_owned(),
        );
    }
    // Who may not write into the file shall not replace it either.
    OpenOptions::new().write(true).open(path).map_err(failed)?;
    let mut changed = false;
    let written = replace_if(path, new, |path| {
        changed = std::fs::read(path)? != old;
        if changed {
            return Err(io::ErrorKind::ResourceBusy.into());
        }
        Ok(())
    });
    written.map_err(|error| {
        if changed {
            return "was changed by somebody else meanwhile: not fixed".to_owned();
        }
        failed(error)
    })
}

#[cfg(unix)]
fn has_other_names(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.nlink() > 1
}

#[cfg(not(unix))]
fn has_other_names(_: &Metadata) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn the_text_changes_and_the_permissions_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("airflow.cfg");
        std::fs::write(&path, "old").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        replace(&path, b"old", b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o640);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_somebody_else_changed_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("airflow.cfg");
        std::fs::write(&path, "theirs").unwrap();
        let why = replace(&path, b"old", b"new").unwrap_err();
        assert!(why.contains("somebody else"), "{why}");
        assert_eq!(std::fs::read(&path).unwrap(), b"theirs");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_of_several_names_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("airflow.cfg");
        std::fs::write(&path, "old").unwrap();
        std::fs::hard_link(&path, folder.path().join("other.cfg")).unwrap();
        assert!(
            replace(&path, b"old", b"new")
                .unwrap_err()
                .contains("hard links")
        );
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        // A symbolic link is no second name; who calls has followed it.
        symlink(&path, folder.path().join("link")).unwrap();
    }
}
