//! From the paths of the command line to the files to look at.

use std::path::{Path, PathBuf};

use super::{Request, Skipped};
use crate::report::Failure;
use crate::workspace::{Content, Files, STDIN, walk};

/// A file to look at.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
pub(super) struct Candidate {
    pub(super) path: PathBuf,
    /// The user named it: a kind nobody knows is worth saying.
    pub(super) named: bool,
    /// Read from stdin, without a name.
    pub(super) stdin: bool,
    /// Read for its neighbour on stdin.
    pub(super) context: bool,
    /// No other file is looked at.
    pub(super) is_alone: bool,
}

impl Candidate {
    /// A file that is read because another one names it.
    pub(super) fn context(path: PathBuf) -> Self {
        Self {
            context: true,
            ..Self::new(path, false)
        }
    }

    /// A file that a walk would have come upon, had it known what it is.
    pub(super) fn walked(path: PathBuf) -> Self {
        Self::new(path, false)
    }

    fn new(path: PathBuf, named: bool) -> Self {
        Self {
            path,
            named,
            stdin: false,
            context: false,
            is_alone: false,
        }
    }
}

pub(super) struct Gathered {
    pub(super) candidates: Vec<Candidate>,
    pub(super) skipped: Vec<Skipped>,
}

/// Finds the files. Each is there once, in the order of the command line.
pub(super) fn gather(
    request: &Request,
    files: &mut Files,
    failures: &mut Vec<Failure>,
) -> Gathered {
    let mut gathered = Gathered {
        candidates: Vec::new(),
        skipped: Vec::new(),
    };
    let rules = walk::Rules {
        exclude: request.settings_file.exclude.clone(),
        include: request.settings_file.kinds.clone(),
    };
    for path in &request.paths {
        if path.as_os_str() == "-" {
            stdin(request, files, &mut gathered, failures);
        } else if is_walked(path, files) {
            let walked = walk::walk(path, &rules);
            for path in walked.files {
                gathered.candidates.push(Candidate::new(path, false));
            }
            for (path, reason) in walked.skipped {
                gathered.skipped.push(Skipped {
                    path,
                    reason,
                    named: false,
                });
            }
            for (path, message) in walked.failures {
                failures.push(Failure {
                    path: Some(path),
                    message,
                });
            }
        } else if request.as_walked && rules.exclude.matches(path) {
            gathered.skipped.push(Skipped {
                path: path.clone(),
                reason: walk::EXCLUDED,
                named: false,
            });
        } else {
            let named = !request.as_walked;
            gathered
                .candidates
                .push(Candidate::new(path.clone(), named));
        }
    }
    kinds(request, &mut gathered, failures);
    once(&mut gathered.candidates);
    if let [one] = gathered.candidates.as_mut_slice() {
        one.is_alone = true;
    }
    gathered
}

/// A file whose kind the user gave is looked at wherever a walk passes; elsewhere it must be named,
/// or `--kind` would be lost without a word.
fn kinds(request: &Request, gathered: &mut Gathered, failures: &mut Vec<Failure>) {
    let stdin = request.stdin_filename.as_ref();
    for (_, path) in &request.kinds {
        let is_stdin = path.as_os_str() == "-";
        if is_stdin && request.paths.contains(path) {
            continue;
        }
        let mut known = gathered.candidates.iter().map(|one| &one.path).chain(stdin);
        if known.any(|known| same(known, path)) {
            continue;
        }
        let plain = path.strip_prefix(".").unwrap_or(path);
        let walked = request.paths.iter().any(|root| {
            let here = root.as_os_str() == "." && plain.is_relative();
            root.is_dir() && (here || plain.starts_with(root.strip_prefix(".").unwrap_or(root)))
        });
        if walked {
            gathered.candidates.push(Candidate::new(path.clone(), true));
        } else {
            failures.push(Failure {
                path: Some(path.clone()),
                message: "is given with --kind, but not among the paths to check".to_owned(),
            });
        }
    }
}

/// A directory is walked, except one that stands where airflow.cfg should.
fn is_walked(path: &Path, files: &Files) -> bool {
    !files.is_overlaid(path)
        && path.is_dir()
        && path.file_name().is_none_or(|name| name != "airflow.cfg")
}

fn stdin(
    request: &Request,
    files: &mut Files,
    gathered: &mut Gathered,
    failures: &mut Vec<Failure>,
) {
    let Some(path) = &request.stdin_filename else {
        gathered.candidates.push(Candidate {
            stdin: true,
            ..Candidate::new(PathBuf::from(STDIN), true)
        });
        return;
    };
    match files.stdin().and_then(Content::into_bytes) {
        Ok(bytes) => files.overlay(path.clone(), bytes),
        Err(message) => {
            failures.push(Failure {
                path: Some(path.clone()),
                message,
            });
            return;
        }
    }
    gathered.candidates.push(Candidate::new(path.clone(), true));
    for neighbour in neighbours(path) {
        gathered.candidates.push(Candidate::context(neighbour));
    }
}

/// The files beside `path`, beside its folder, and in the `config` folders next to it.
fn neighbours(path: &Path) -> Vec<PathBuf> {
    let mut directories = Vec::new();
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    if let Some(above) = parent.parent() {
        directories.push(above.to_owned());
    }
    for folder in ["config", "conf"] {
        directories.push(parent.join(folder));
    }
    directories.push(parent);
    let mut found = Vec::new();
    for directory in directories {
        let directory = if directory.as_os_str().is_empty() {
            PathBuf::from(".")
        } else {
            directory
        };
        let walked = walk::beside(&directory);
        found.extend(walked.into_iter().filter(|one| !same(one, path)));
    }
    found
}

/// True for two spellings of a path that differ in a leading `./`.
pub(super) fn same(a: &Path, b: &Path) -> bool {
    let plain = |path: &Path| path.strip_prefix(".").unwrap_or(path).to_owned();
    plain(a) == plain(b)
}

/// The first mention of a file stays. What the user named stays named.
fn once(candidates: &mut Vec<Candidate>) {
    let mut kept: Vec<Candidate> = Vec::with_capacity(candidates.len());
    let mut seen = std::collections::BTreeMap::new();
    for candidate in candidates.drain(..) {
        let key = candidate
            .path
            .strip_prefix(".")
            .unwrap_or(&candidate.path)
            .to_owned();
        if let Some(&index) = seen.get(&key) {
            let first: &mut Candidate = &mut kept[index];
            first.named |= candidate.named;
            first.context &= candidate.context;
        } else {
            seen.insert(key, kept.len());
            kept.push(candidate);
        }
    }
    *candidates = kept;
}
