//! The deployments below `fixtures`, and runs of airvane over changed copies of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use airvane::cli::Cli;
use airvane::commands::{self, Surroundings};
use airvane::load::guard;
use airvane::render::Format;
use clap::Parser;

use crate::places::{self, Secret};

/// A folder of `fixtures` that holds files.
pub(crate) struct Fixture {
    /// Below `fixtures`.
    pub(crate) name: String,
    /// Name and text; without `args` and what no secret stands in.
    pub(crate) files: Vec<(String, String)>,
    /// By file and place of a secret: where canaries may be put into it, and what may be seen of them.
    pub(crate) places: Vec<Vec<(Vec<usize>, Secret)>>,
    /// Further arguments; `{dir}` is the folder.
    arguments: Vec<String>,
}

/// All of them, in the order of their names.
pub(crate) fn all() -> Vec<Fixture> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let public = places::public_kwargs();
    let mut open: Vec<PathBuf> = ["rules", "demo", "seeds", "dumps", "traps"]
        .iter()
        .map(|name| root.join(name))
        .filter(|path| path.is_dir())
        .collect();
    let mut folders = BTreeSet::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                folders.insert(folder.clone());
            }
        }
    }
    let fixtures = folders.iter().map(|folder| {
        let mut files: Vec<(String, String)> = fs::read_dir(folder)
            .unwrap()
            .filter_map(|entry| {
                let path = entry.unwrap().path();
                let name = path.file_name()?.to_str()?.to_owned();
                Some((name, fs::read_to_string(&path).ok()?))
            })
            .collect();
        // DAGs are read below a folder of this name only.
        if let Ok(dags) = fs::read_dir(folder.join("dags")) {
            files.extend(dags.filter_map(|entry| {
                let path = entry.unwrap().path();
                let name = format!("dags/{}", path.file_name()?.to_str()?);
                Some((name, fs::read_to_string(&path).ok()?))
            }));
        }
        files.sort();
        let arguments = files.iter().find(|(name, _)| name == "args");
        let arguments = arguments.map_or_else(Vec::new, |(_, text)| {
            text.lines().map(str::to_owned).collect()
        });
        files.retain(|(name, _)| name != "args" && name != "README.md");
        let places = files
            .iter()
            .map(|(name, text)| {
                places::secret_ranges(name, text, &public)
                    .into_iter()
                    .map(|(start, end, secret)| (places::places(text, (start, end)), secret))
                    .filter(|(places, _)| !places.is_empty())
                    .collect()
            })
            .collect();
        let name = folder.strip_prefix(&root).unwrap();
        Fixture {
            name: name.display().to_string(),
            files,
            places,
            arguments,
        }
    });
    fixtures.collect()
}

impl Fixture {
    /// The arguments when the copy stands in `folder`.
    pub(crate) fn arguments(&self, folder: &Path) -> Vec<String> {
        let folder = folder.display().to_string();
        let mut arguments = Vec::new();
        for (index, argument) in self.arguments.iter().enumerate() {
            let is_path = index > 0 && self.arguments[index - 1] == "--aws-config";
            let baseline = argument.strip_prefix("--baseline=");
            arguments.push(if is_path && !argument.contains("{dir}") {
                format!("{folder}/{argument}")
            } else if let Some(baseline) = baseline {
                format!("--baseline={folder}/{baseline}")
            } else {
                argument.replace("{dir}", &folder)
            });
        }
        arguments
    }

    /// The most places of one secret.
    pub(crate) fn most_places(&self) -> usize {
        let secrets = self.places.iter().flatten();
        secrets.map(|(places, _)| places.len()).max().unwrap_or(0)
    }

    /// The files with `canary` at one place of each secret, which `choose` picks (it is given how
    /// many there are). Of names and other words by which a file means what it means, a third gets one.
    pub(crate) fn with(
        &self,
        canary: &str,
        mut choose: impl FnMut(usize) -> usize,
    ) -> Vec<(String, String)> {
        let third = choose(3) % 3;
        let with = self.files.iter().zip(&self.places);
        with.map(|((name, text), secrets)| {
            let mut places: Vec<usize> = secrets
                .iter()
                .enumerate()
                .filter(|(number, (_, secret))| {
                    let turn = match secret {
                        // A broken settings file is told, and nothing else.
                        _ if name == "airvane.toml" => 0,
                        Secret::Always => third,
                        _ => number % 3,
                    };
                    secret.takes(canary) && turn == third
                })
                .map(|(_, (places, _))| places[choose(places.len()) % places.len()])
                .collect();
            places.sort_unstable();
            places.dedup();
            let mut changed = text.clone();
            for at in places.into_iter().rev() {
                changed.insert_str(at, canary);
            }
            (name.clone(), changed)
        })
        .collect()
    }
}

/// Replaces what stands in `folder`.
pub(crate) fn write(folder: &Path, files: &[(String, String)]) {
    if folder.exists() {
        fs::remove_dir_all(folder).unwrap();
    }
    fs::create_dir(folder).unwrap();
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Everything that `airvane check` prints for `folder` in all formats, the summary of a GitHub step and
/// stderr included, and the difference that all fixes would make. Runs in this process: thousands of runs
/// take as many milliseconds.
pub(crate) fn output(folder: &Path, arguments: &[String]) -> String {
    let path = folder.display().to_string();
    let reports = Reports::beside(folder);
    let mut formats = vec!["--statistics".to_owned()];
    for format in Format::ALL {
        formats.extend(["--format".to_owned(), reports.argument(*format)]);
    }
    let difference = ["--diff", "--unsafe-fixes"].map(str::to_owned);
    guard::install();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let surroundings = Surroundings {
        step_summary: Some(reports.step_summary()),
        ..Surroundings::default()
    };
    let mut reported = String::new();
    for options in [&formats[..], &difference] {
        // Where nothing can be fixed there is no difference.
        let is_difference = options.len() == difference.len();
        if is_difference {
            reported = reports.read();
            if !reported.contains("\"edits\":[{") {
                break;
            }
        }
        let mut line = vec!["airvane".to_owned(), "check".to_owned(), "-v".to_owned()];
        line.extend_from_slice(options);
        line.extend(arguments.iter().cloned());
        line.push(path.clone());
        let cli = match Cli::try_parse_from(&line) {
            Ok(cli) => cli,
            Err(error) => panic!("{line:?}: {error}"),
        };
        commands::run(&cli, &surroundings, &mut out, &mut err);
    }
    out.extend(err);
    let seen = String::from_utf8(out).unwrap() + &reported;
    // The folder is a random name.
    seen.replace(&path, "DIR")
}

/// Where the formats are written: only one goes to stdout.
struct Reports {
    folder: PathBuf,
}

impl Reports {
    fn beside(folder: &Path) -> Self {
        let folder = folder.with_extension("reports");
        // What an earlier run wrote is not what this one says.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        Self { folder }
    }

    fn file(&self, format: Format) -> PathBuf {
        self.folder.join(format.word())
    }

    /// What `--format` takes. GitHub's commands go to stdout, or nothing would stand in the summary.
    fn argument(&self, format: Format) -> String {
        match format {
            Format::Github => format.word().to_owned(),
            _ => format!("{}={}", format.word(), self.file(format).display()),
        }
    }

    fn step_summary(&self) -> PathBuf {
        self.folder.join("step-summary")
    }

    /// All of them. The rules of SARIF are left out: they are the same for everybody, and large.
    fn read(&self) -> String {
        let mut all = String::new();
        for format in Format::ALL {
            // GitHub's are on stdout; without a report (usage) there are no others.
            let text = fs::read_to_string(self.file(*format)).unwrap_or_default();
            match (
                format,
                text.find("\"rules\""),
                text.find("\"originalUriBaseIds\""),
            ) {
                (Format::Sarif, Some(start), Some(end)) => {
                    all.push_str(&text[..start]);
                    all.push_str(&text[end..]);
                }
                _ => all.push_str(&text),
            }
        }
        let summary = fs::read_to_string(self.step_summary()).unwrap_or_default();
        all + &without_entities(&summary)
    }
}

/// Markdown as it is shown.
fn without_entities(text: &str) -> String {
    let mut shown = String::new();
    let mut parts = text.split("&#");
    shown.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (number, rest) = part.split_once(';').unwrap();
        shown.push(char::from_u32(number.parse().unwrap()).unwrap());
        shown.push_str(rest);
    }
    shown
}
