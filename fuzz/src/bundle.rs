//! An input as a deployment: two bytes of options, then files, each a byte that names it and its content.

use std::path::PathBuf;

use airvane::airflow::{Runtime, Version};
use airvane::check;
use airvane::inputs::Kind;
use airvane::load;
use airvane::settings::{self, SettingsFile};
use airvane::syntax::dotenv::Dialect;
use airvane::workspace::targets::Wanted;
use airvane::workspace::{Files, Grouping};

/// Where nothing is: all files are overlays.
pub const NOWHERE: &str = "/nonexistent/airvane";

/// What stands between two files. No text of UTF-8 or UTF-16 holds it.
pub const BETWEEN: &[u8] = b"\xff\xff\xff";

/// Files beyond these are left away: the choices among them multiply.
const MOST_FILES: usize = 5;

/// Releases of each way of reading; the last is nobody's choice.
const RELEASES: [Option<Version>; 8] = [
    Some(Version::new(3, 3, 2)),
    Some(Version::new(2, 11, 2)),
    Some(Version::new(2, 0, 0)),
    Some(Version::new(2, 4, 3)),
    Some(Version::new(2, 6, 3)),
    Some(Version::new(3, 0, 6)),
    Some(Version::new(3, 1, 8)),
    None,
];

const DIALECTS: [Option<Dialect>; 9] = [
    None,
    Some(Dialect::Docker),
    Some(Dialect::Compose),
    Some(Dialect::PythonDotenv),
    Some(Dialect::Sh),
    Some(Dialect::Bash),
    Some(Dialect::Systemd),
    Some(Dialect::AstroStandalone),
    Some(Dialect::AstroDeploy),
];

/// The names that a file may have, as `name` or `kind:name`.
pub fn names() -> Vec<(Option<Kind>, &'static str)> {
    let lines = include_str!("../names").lines();
    lines
        .map(|line| match line.split_once(':') {
            None => (None, line),
            Some((word, name)) => {
                let kind = Kind::ALL.iter().find(|kind| kind.word() == word);
                (Some(*kind.expect("a kind")), name)
            }
        })
        .collect()
}

/// A deployment.
pub struct Bundle {
    /// Name and content, each name once.
    pub files: Vec<(&'static str, Vec<u8>)>,
    /// As `check` takes it.
    pub request: check::Request,
    /// What else the input chooses, for targets that have something to choose.
    pub choice: u8,
}

impl Bundle {
    /// `None` where there is nothing in it.
    pub fn of(data: &[u8]) -> Option<Self> {
        let (&[options, choice], rest) = data.split_first_chunk::<2>()?;
        let names = names();
        let mut files: Vec<(&'static str, Vec<u8>)> = Vec::new();
        let mut kinds = Vec::new();
        let mut settings_file = SettingsFile::default();
        for part in split(rest).take(MOST_FILES) {
            let Some((&number, content)) = part.split_first() else {
                continue;
            };
            let (kind, name) = names[usize::from(number) % names.len()];
            if files.iter().any(|(known, _)| *known == name) {
                continue;
            }
            if let Some(kind) = kind {
                kinds.push((kind, path(name)));
            }
            let is_shared = name == "pyproject.toml";
            if name == "airvane.toml" || is_shared {
                match settings::read(&path(name), content, is_shared) {
                    Ok(Some(read)) => settings_file = read,
                    Ok(None) => {}
                    Err(broken) => crate::laws::of_mistakes(&broken, content),
                }
                if !is_shared {
                    continue;
                }
            }
            files.push((name, content.to_vec()));
        }
        if files.is_empty() {
            return None;
        }
        let paths = files.iter().map(|(name, _)| path(name)).collect();
        let release = RELEASES[usize::from(options & 7)];
        let dialect = DIALECTS[usize::from(options >> 3) % DIALECTS.len()];
        let request = check::Request {
            load: load::Request {
                paths,
                stdin_filename: None,
                as_walked: choice & 1 != 0,
                kinds,
                dialect: dialect.or(settings_file.env_dialect),
                define: Vec::new(),
                grouping: if choice & 2 != 0 {
                    Grouping::One
                } else {
                    Grouping::Auto
                },
                wanted: Wanted {
                    airflow: release.into_iter().collect(),
                    providers: Vec::new(),
                    python: None,
                    runtime: Some(match choice >> 2 & 3 {
                        0 => Runtime::Task,
                        1 => Runtime::Server,
                        _ => Runtime::Both,
                    }),
                },
                jobs: std::num::NonZeroUsize::new(1),
                largest_export: None,
                streams_local: false,
                settings_file: settings_file.clone(),
            },
            aws_config: Vec::new(),
            baseline: None,
            selection: settings_file.selection(true).unwrap_or_default(),
        };
        Some(Self {
            files,
            request,
            choice: choice >> 4,
        })
    }

    /// The files, laid over the disk.
    pub fn overlay(&self) -> Files {
        let mut files = Files::new();
        for (name, content) in &self.files {
            files.overlay(path(name), content.clone());
        }
        files
    }

    /// The request of a command that looks through the eyes of one process.
    pub fn of_one_process(&self) -> &load::Request {
        &self.request.load
    }
}

/// The path of a file.
pub fn path(name: &str) -> PathBuf {
    PathBuf::from(format!("{NOWHERE}/{name}"))
}

/// The parts between [`BETWEEN`].
fn split(mut rest: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut ended = false;
    std::iter::from_fn(move || {
        if ended {
            return None;
        }
        let found = rest.windows(BETWEEN.len()).position(|at| at == BETWEEN);
        let Some(at) = found else {
            ended = true;
            return Some(rest);
        };
        let part = &rest[..at];
        rest = &rest[at + BETWEEN.len()..];
        Some(part)
    })
}
