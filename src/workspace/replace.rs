//! Writes a file so that whoever looks at it sees the old text or the new one, whatever goes wrong.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Puts `bytes` in the place of the file at `path`, which need not exist. Links are followed and
/// permissions and owner kept.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_if(path, bytes, |_| Ok(()))
}

/// As [`replace`], if `may` has nothing against it, which is asked in the last moment about the file that a
/// link leads to.
pub fn replace_if(
    path: &Path,
    bytes: &[u8],
    may: impl FnOnce(&Path) -> io::Result<()>,
) -> io::Result<()> {
    let mut new = New::beside(path)?;
    new.file.write_all(bytes)?;
    new.file.as_file().sync_all()?;
    may(&new.target)?;
    let target = new.persist()?;
    // The name is safe then, too; where a folder cannot be opened the system sees to it sooner or later.
    let _ = fs::File::open(folder_of(&target)).and_then(|folder| folder.sync_all());
    Ok(())
}

/// As [`replace`], with a text that is made while it is written and can be made again: nobody waits for the
/// disk. A pipe or a device is no file to be replaced, and gets the text as it comes.
pub fn write_with(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        let mut pipe = io::BufWriter::new(fs::OpenOptions::new().write(true).open(path)?);
        write(&mut pipe)?;
        return pipe.flush();
    }
    let mut new = New::beside(path)?;
    let mut file = io::BufWriter::with_capacity(1 << 16, new.file.as_file_mut());
    write(&mut file)?;
    file.flush()?;
    drop(file);
    new.persist()?;
    Ok(())
}

/// Where a file stands or will stand, however it is named: two paths are the same file if this is the same.
pub fn place_of(path: &Path) -> PathBuf {
    if let Ok(place) = fs::canonicalize(path) {
        return place;
    }
    let folder = fs::canonicalize(folder_of(path));
    match (folder, path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

/// The file that is to take the place of another, in the same folder.
struct New {
    target: PathBuf,
    file: tempfile::NamedTempFile,
}

impl New {
    fn beside(path: &Path) -> io::Result<Self> {
        // The file that a link leads to is replaced, not the link.
        let target: PathBuf = match fs::canonicalize(path) {
            Ok(target) => target,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {
                path.to_owned()
            }
            Err(error) => return Err(error),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".airvane-");
        let old = match fs::metadata(&target) {
            Ok(metadata) if metadata.is_file() => Some(metadata),
            Ok(_) => return Err(io::ErrorKind::IsADirectory.into()),
            Err(_) => None,
        };
        #[cfg(unix)]
        if old.is_none() {
            use std::os::unix::fs::PermissionsExt;
            // What the user's mask leaves of it, as of any new file.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let file = builder.tempfile_in(folder_of(&target))?;
        if let Some(old) = old {
            keep_owner(file.as_file(), &old)?;
            file.as_file().set_permissions(old.permissions())?;
        }
        Ok(Self { target, file })
    }

    fn persist(self) -> io::Result<PathBuf> {
        let kept = self.file.persist(&self.target);
        kept.map_err(|error| error.error)?;
        Ok(self.target)
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A file of somebody else stays theirs, or whoever runs Airflow could not read it any more.
#[cfg(unix)]
fn keep_owner(file: &fs::File, wanted: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let ours = file.metadata()?;
    if (ours.uid(), ours.gid()) == (wanted.uid(), wanted.gid()) {
        return Ok(());
    }
    let owner = rustix::fs::Uid::from_raw(wanted.uid());
    let group = rustix::fs::Gid::from_raw(wanted.gid());
    rustix::fs::fchown(file, Some(owner), Some(group))?;
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as the other one")]
fn keep_owner(_: &fs::File, _: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_new_text_takes_the_place_of_the_old_one() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        replace(&path, b"one").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one");
        replace(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_written_leaves_everything_as_it_was() {
        let directory = tempfile::tempdir().unwrap();
        assert!(replace(&directory.path().join("no/such/file"), b"x").is_err());
        assert!(replace(directory.path(), b"x").is_err());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_text_that_breaks_off_leaves_the_old_one() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        write_with(&path, |out| out.write_all(b"one")).unwrap();
        let broken = write_with(&path, |out| {
            out.write_all(b"tw")?;
            Err(io::ErrorKind::Other.into())
        });
        assert!(broken.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        assert!(write_with(directory.path(), |_| Ok(())).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_to() {
        write_with(Path::new("/dev/null"), |out| out.write_all(b"one")).unwrap();
        assert!(!Path::new("/dev/null").metadata().unwrap().is_file());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_permissions_kept() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let (path, link) = (directory.path().join("file"), directory.path().join("link"));
        fs::write(&path, "one").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        replace(&link, b"two").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"two");
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }
}
