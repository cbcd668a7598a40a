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
    let root = git::repository_of(&here);
    let mut above = PathBuf::new();
    for folder in here.ancestors() {
        for name in NAMES {
            let path = above.join(name);
            if path.is_file()
                && let Some(settings) = of(&path, files)?
            {
                return Ok(settings);
            }
        }
        if root.as_deref().is_none_or(|root| folder == root) {
            break;
        }
        above.push("..");
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
