//! The profile names of AWS shared config files (`--aws-config`).

use std::path::{Path, PathBuf};

use crate::aws::shared_config::Profiles;
use crate::load::guard::guard;
use crate::report::Failure;
use crate::workspace::Files;

/// An AWS shared config file above this size is none.
const LARGEST: usize = 16 << 20;

/// The profile names of all `--aws-config` files together.
pub(super) fn profiles(
    paths: &[PathBuf],
    files: &Files,
    failures: &mut Vec<Failure>,
) -> Option<Profiles> {
    let mut profiles: Option<Profiles> = None;
    for path in paths {
        match guard(path, || profiles_of(files, path)) {
            Ok(Ok(more)) => profiles.get_or_insert_default().names.extend(more.names),
            Ok(Err(message)) => failures.push(failure(path, message)),
            Err(failure) => failures.push(failure),
        }
    }
    profiles
}

fn failure(path: &Path, message: String) -> Failure {
    Failure {
        path: Some(PathBuf::from(path)),
        message,
    }
}

fn profiles_of(files: &Files, path: &Path) -> Result<Profiles, String> {
    let bytes = files.open(path)?.into_bytes_up_to(LARGEST)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| "is not UTF-8".to_owned())?;
    Profiles::read(text).ok_or_else(|| "is not an AWS shared config file".to_owned())
}
