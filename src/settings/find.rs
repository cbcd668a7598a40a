//! Where the settings file is.

use std::path::{Path, PathBuf};

use super::{Broken, SettingsFile, read};
use crate::workspace::{Files, git};

/// A larger file is none.
const LARGEST: usize = 4 << 20;

/// Where it is looked for in a folder, the first first.
const NAMES: [&str; 2] = ["airvane.toml", PYPROJECT];

/// The file whose table `[tool.airvane]` counts.
const PYPROJECT: &str = "pyproject.toml";

/// Reads the file that was named, or the nearest one from the working directory upwards to the root of
/// the repository; outside of a repository the working directory alone is looked at. None is no
/// settings.
pub fn find(named: Option<&Path>, files: &Files) -> Result<SettingsFile, Broken> {
    if let Some(path) = named {
        return of(path, files)?
            .ok_or_else(|| Broken::whole(path, "holds no table [tool.airvane]"));
    }
    let Ok(here) = std::env::current_dir() else {
        return Ok(SettingsFile::default());
    };
    let up = |steps| std::iter::repeat_n("..", steps).collect();
    nearest(&here, files, |steps, _| up(steps))
}

/// As [`find()`], from another folder than the working directory on, which is given from the root of the
/// file system. So is the path of the file that is found.
pub fn find_above(folder: &Path, files: &Files) -> Result<SettingsFile, Broken> {
    nearest(folder, files, |_, above| above.to_owned())
}

/// `spelt`: how a folder so many steps above the first one is written.
fn nearest(
    first: &Path,
    files: &Files,
    spelt: impl Fn(usize, &Path) -> PathBuf,
) -> Result<SettingsFile, Broken> {
    let root = git::repository_of(first);
    for (steps, folder) in first.ancestors().enumerate() {
        for name in NAMES {
            let path = spelt(steps, folder).join(name);
            if (files.is_overlaid(&path) || path.is_file())
                && let Some(settings) = of(&path, files)?
            {
                return Ok(settings);
            }
        }
        if root.as_deref().is_none_or(|root| folder == root) {
            break;
        }
    }
    Ok(SettingsFile::default())
}

/// `None` for a `pyproject.toml` that is not about airvane.
fn of(path: &Path, files: &Files) -> Result<Option<SettingsFile>, Broken> {
    let failed = |message: String| Broken::whole(path, &message);
    let content = files.open(path).map_err(failed)?;
    let bytes = content.into_bytes_up_to(LARGEST).map_err(failed)?;
    let is_shared = path.file_name().is_some_and(|name| name == PYPROJECT);
    read(path, &bytes, is_shared)
}
