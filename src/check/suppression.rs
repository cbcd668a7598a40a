//! What findings are held against: the ignores that stand in the files, and the baseline.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use super::{Request, outward};
use crate::inputs::{Input, Kind, Tree, is_sample};
use crate::load::Loaded;
use crate::report::baseline::{self, Baseline};
use crate::report::{Failure, Ignore, PathIgnore, ReportFile, Seen, ignore};
use crate::source::{FileId, LineIndex, Mask, Span, display_path};
use crate::workspace::{Files, deployments};

/// Larger files are no baselines: it would take a million findings.
const LARGEST: usize = 1 << 30;

/// `--baseline`
#[derive(Clone, Debug)]
pub struct BaselineRequest {
    /// The file.
    pub path: PathBuf,
    /// It is to be written anew.
    pub anew: bool,
}

/// The ignores of all files, in file order.
pub(crate) fn ignores(loaded: &Loaded) -> Vec<Ignore> {
    let inputs = loaded.inputs.iter().chain(&loaded.pin_files);
    // A part without a text of its own holds what the file around it holds.
    let inputs = inputs.filter(|input| {
        let inside = input.inside.as_ref();
        inside.is_none_or(|inside| inside.embedded.is_some())
    });
    let ignores = inputs.flat_map(ignores_of);
    ignores
        .map(|ignore| outward::ignore(ignore, loaded))
        .collect()
}

fn ignores_of(input: &Input) -> Vec<Ignore> {
    let mut ignores = Vec::new();
    // Most files hold none: nothing is asked of them.
    let may_hold = match &input.tree {
        Tree::Carrier(around) if input.kind != Kind::Dockerfile => !around.comments.is_empty(),
        Tree::Store => false,
        _ => true,
    };
    if !may_hold || !mentions(&input.bytes) {
        return ignores;
    }
    let (comments, blocks) = (input.comments(), input.blocks());
    let text_of = |span: Span| {
        let bytes = input.bytes.get(span.start..span.end);
        bytes.and_then(|bytes| std::str::from_utf8(bytes).ok())
    };
    for comment in &comments {
        let text = text_of(comment.span).unwrap_or_default();
        if let Some(directive) = ignore::read(text, comment.span.start) {
            ignores.push(Ignore {
                file: input.id,
                directive,
                reach: input.reach(*comment, &comments, &blocks),
                in_value: false,
            });
        }
    }
    // JSON and pins have their own ways with `#`; a Dockerfile's shell commands have comments behind them.
    let within = match &input.tree {
        Tree::Cfg(_) | Tree::Env(_) => None,
        Tree::Carrier(_) if input.kind == Kind::Dockerfile => Some(&blocks),
        _ => return ignores,
    };
    let is_within = |mark: &Span| {
        within.is_none_or(|blocks| {
            let mut around = blocks.iter();
            around.any(|block| block.start <= mark.start && mark.start < block.end)
        })
    };
    for mark in marks(&input.bytes).into_iter().filter(is_within) {
        let is_comment = comments
            .iter()
            .any(|comment| comment.span.start <= mark.start && mark.start < comment.span.end);
        let directive = text_of(mark)
            .filter(|_| !is_comment)
            .and_then(|text| ignore::read(text, mark.start));
        ignores.extend(directive.map(|directive| Ignore {
            file: input.id,
            directive,
            reach: None,
            in_value: true,
        }));
    }
    ignores
}

fn mentions(bytes: &[u8]) -> bool {
    // The rarest of its letters.
    let mut marks = memchr::memchr2_iter(b'v', b'V', bytes);
    marks.any(|at| at.checked_sub(3).is_some_and(|at| is_name(&bytes[at..])))
}

fn is_name(bytes: &[u8]) -> bool {
    let name = b"airvane";
    bytes
        .get(..name.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(name))
}

/// From each `#` or `;` before the name to the end of the line.
fn marks(bytes: &[u8]) -> Vec<Span> {
    let marks = memchr::memchr2_iter(b'#', b';', bytes).filter(|&at| {
        let rest = &bytes[at + 1..];
        let blank = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
        is_name(&rest[blank.count()..])
    });
    let span = |at: usize| {
        let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length);
        Span::new(at, end)
    };
    marks.map(span).collect()
}

/// By file: how much of what belongs to it was seen.
pub(super) fn seen(loaded: &Loaded, request: &Request) -> Vec<Seen> {
    fn plain(path: &Path) -> &Path {
        path.strip_prefix(".").unwrap_or(path)
    }
    let load = &request.load;
    let named: BTreeSet<&Path> = load.paths.iter().map(|path| plain(path)).collect();
    let inputs = loaded.inputs.iter().chain(&loaded.pin_files);
    inputs
        .map(|input| {
            let own = plain(&input.path);
            let of_stdin = load.stdin_filename.as_deref().map(plain);
            let is_stdin = input.path.as_os_str() == "<stdin>" || of_stdin == Some(own);
            Seen {
                told: !loaded.is_context(input.id),
                walked: !is_stdin && !named.contains(own),
                provisional: input.templated || is_sample(&input.path),
            }
        })
        .collect()
}

/// The ignores of the settings file. `paths`: by file.
pub(super) fn path_ignores(
    loaded: &Loaded,
    request: &Request,
    paths: &[PathBuf],
) -> Vec<PathIgnore> {
    let settings = &loaded.settings_file;
    let folder = settings
        .origin
        .as_ref()
        .map(|origin| deployments::directory(&origin.path));
    // Everything below the folder of the settings file was walked.
    let is_walked = |path: &PathBuf| {
        let inside = deployments::directory(&path.join("x"));
        path.is_dir() && folder.as_ref().is_some_and(|of| of.starts_with(inside))
    };
    let is_complete = request.load.paths.iter().any(is_walked);
    let ignores = settings.path_ignores.iter().map(|ignore| PathIgnore {
        words: ignore
            .rules
            .iter()
            .filter_map(|word| Some((settings.place(word.span)?, word.codes.clone())))
            .collect(),
        files: paths
            .iter()
            .map(|path| ignore.paths.matches(path))
            .collect(),
        is_complete,
    });
    ignores.collect()
}

/// Reads the baseline, which becomes the last of `files`. `None` where there is none to go by; then
/// a failure says why.
pub(super) fn baseline(
    request: &BaselineRequest,
    disk: &Files,
    paths: &[PathBuf],
    files: &mut Vec<ReportFile>,
    failures: &mut Vec<Failure>,
) -> Option<Baseline> {
    let folder = deployments::directory(&request.path);
    let paths = paths.iter().map(|path| from(&folder, path)).collect();
    if request.anew && !disk.exists(&request.path) {
        return Some(Baseline {
            file: None,
            entries: Vec::new(),
            paths,
            gone: Vec::new(),
            anew: true,
        });
    }
    let read = disk.open(&request.path).and_then(|content| {
        let bytes = content.into_bytes_up_to(LARGEST)?;
        let Ok(text) = std::str::from_utf8(&bytes) else {
            return Err("is no baseline: it is not UTF-8".to_owned());
        };
        let entries = baseline::read(text).map_err(|broken| broken.to_string())?;
        Ok((bytes, entries))
    });
    let (bytes, entries) = match read {
        Ok(read) => read,
        Err(why) => {
            let hint = if disk.exists(&request.path) {
                ""
            } else {
                " (--write-baseline writes it)"
            };
            failures.push(Failure {
                path: Some(request.path.clone()),
                message: why + hint,
            });
            return None;
        }
    };
    let gone = entries.iter().map(|entry| is_gone(&folder, &entry.path));
    let gone = gone.collect();
    let file = FileId(u32::try_from(files.len()).expect("fewer than 2^32 files"));
    // What stands in it was printed before, but who knows what the file really is: nothing is shown.
    let mut mask = Mask::new();
    mask.seal();
    files.push(ReportFile {
        path: display_path(&request.path),
        kind: Kind::Baseline,
        lines: LineIndex::new(&bytes),
        bytes,
        mask,
    });
    Some(Baseline {
        file: Some(file),
        entries,
        paths,
        gone,
        anew: request.anew,
    })
}

/// The path of a file as a run in `folder` would show it, with `/` between its parts.
fn from(folder: &Path, path: &Path) -> String {
    let Some(name) = path.file_name().filter(|_| path.as_os_str() != "<stdin>") else {
        return display_path(path);
    };
    let own = deployments::directory(path);
    let shared = own.components().zip(folder.components());
    let shared = shared.take_while(|(a, b)| a == b).count();
    let up = folder
        .components()
        .skip(shared)
        .map(|_| Component::ParentDir);
    let parts = up.chain(own.components().skip(shared));
    let mut parts: Vec<String> = parts.map(|part| display_path(Path::new(&part))).collect();
    parts.push(display_path(Path::new(name)));
    parts.join("/")
}

/// There is certainly no such file.
fn is_gone(folder: &Path, path: &str) -> bool {
    // Escaped characters, and what is no file at all.
    let is_plain = !path.contains('\\') && !path.starts_with('<');
    is_plain && matches!(folder.join(path).try_exists(), Ok(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_the_folder_of_the_baseline() {
        let told = |folder: &str, path: &str| from(Path::new(folder), Path::new(path));
        assert_eq!(told("/a/b", "/a/b/airflow.cfg"), "airflow.cfg");
        assert_eq!(told("/a/b", "/a/b/c/./d/../airflow.cfg"), "c/airflow.cfg");
        assert_eq!(told("/a/b/ci", "/a/b/airflow.cfg"), "../airflow.cfg");
        assert_eq!(told("/a/b", "/x/y.cfg"), "../../x/y.cfg");
        assert_eq!(told("/a/b", "<stdin>"), "<stdin>");
        let here = std::path::absolute("x").unwrap();
        assert_eq!(from(here.parent().unwrap(), Path::new("./x")), "x");
    }

    #[test]
    fn marks_are_found_where_a_comment_was_meant() {
        let text = b"a = 1 # airvane: ignore[AV201]\n# other\nb = ;AIRVANE: x";
        let found: Vec<(usize, usize)> = marks(text)
            .into_iter()
            .map(|span| (span.start, span.end))
            .collect();
        assert_eq!(found, [(6, 30), (43, 54)]);
        assert!(mentions(text) && !mentions(b"airflow airvan"));
    }
}
