//! Env files that a carrier's program cannot do without: which of them are missing for certain.

use std::path::{Component, Path, PathBuf};

use crate::inputs::carrier::{Around, Fault, FaultKind};
use crate::inputs::is_sample;
use crate::workspace::{Files, deployments, git};

/// A name that is seldom committed.
const USUAL: &str = ".env";

/// Those that the carrier at `path` demands and that are nowhere, as its mistakes.
pub(super) fn missing(path: &Path, around: &Around, files: &Files) -> Vec<Fault> {
    if around.demanded.is_empty() || path.as_os_str() == "<stdin>" {
        return Vec::new();
    }
    let folder = deployments::directory(path);
    let root = git::repository_of(&folder);
    let root = root.as_deref().unwrap_or(&folder);
    let demanded = around.demanded.iter();
    let missing = demanded.filter(|file| is_missing(&file.path, &folder, root, files));
    missing
        .map(|file| Fault {
            kind: FaultKind::EnvFileMissing {
                is_usual: file.path.file_name().is_some_and(|name| name == USUAL),
            },
            span: file.span,
            name: String::new(),
        })
        .collect()
}

fn is_missing(named: &Path, folder: &Path, root: &Path, files: &Files) -> bool {
    if named.is_absolute() || named.starts_with("~") {
        return false;
    }
    let is_there =
        |path: &Path| std::fs::symlink_metadata(path).is_ok() || files.open(path).is_ok();
    // A project may be run from a folder above (`--project-directory`, another file before this one).
    let mut bases = folder.ancestors().take_while(|base| base.starts_with(root));
    if bases.any(|base| is_there(&base.join(named))) {
        return false;
    }
    let Some(path) = plain(&folder.join(named)).filter(|path| path.starts_with(root)) else {
        return false;
    };
    !git::is_named_by_rules(&path) && !has_stand_in(&path)
}

/// Without `..`.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop().then_some(())?;
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    Some(plain)
}

/// An example of it or an encrypted form stands beside: it is made of that.
fn has_stand_in(path: &Path) -> bool {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return false;
    };
    let name = name.to_string_lossy();
    let Ok(entries) = std::fs::read_dir(folder) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let other = entry.file_name();
        let other = other.to_string_lossy();
        let is_form = other
            .strip_prefix(&*name)
            .is_some_and(|rest| rest.starts_with(['.', '-', '_']));
        is_form || is_sample(Path::new(&*other)) && other.contains("env")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::carrier::Demanded;
    use crate::source::Span;

    #[test]
    fn what_is_missing_is_told_unless_something_speaks_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in [".git", "deploy/conf", "deploy/made", "deploy/shut"] {
            std::fs::create_dir_all(root.join(name)).unwrap();
        }
        for (name, text) in [
            (".gitignore", "*.local.env\n"),
            ("above.env", ""),
            ("deploy/there.env", ""),
            ("deploy/made/.env.example", ""),
            ("deploy/shut/airflow.env.enc", ""),
        ] {
            std::fs::write(root.join(name), text).unwrap();
        }
        let told = |name: &str| {
            let around = Around {
                demanded: vec![Demanded {
                    path: PathBuf::from(name),
                    span: Span::new(1, 2),
                }],
                ..Around::default()
            };
            let path = root.join("deploy/compose.yaml");
            let found = missing(&path, &around, &Files::default());
            found.first().map(|fault| fault.kind)
        };
        let is = |is_usual| Some(FaultKind::EnvFileMissing { is_usual });
        assert_eq!(told("conf/airflow.env"), is(false));
        assert_eq!(told("../other.env"), is(false));
        assert_eq!(told("./.env"), is(true));
        for silent in [
            "there.env",
            "above.env",
            "../above.env",
            "x.local.env",
            "made/.env",
            "made/prod.env",
            "shut/airflow.env",
            "../../outside.env",
            "/etc/airflow.env",
            "~/airflow.env",
        ] {
            assert_eq!(told(silent), None, "{silent}");
        }
    }
}
