//! What is checked together, and how: from a folder of the workspace to what [`check`](crate::check) takes.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::documents::Documents;
use crate::airflow::{Python, Runtime, Version};
use crate::check::{BaselineRequest, Request};
use crate::load;
use crate::settings::{self, Broken, SettingsFile};
use crate::syntax::dotenv::Dialect;
use crate::workspace::targets::Wanted;
use crate::workspace::{Files, Grouping};

/// Exports of more bytes are left alone: they would be read with every letter that somebody types.
pub const LARGEST_EXPORT: u64 = 5_000_000;

/// Files that are checked together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    /// A folder of the workspace, as `airvane check FOLDER`.
    Folder(PathBuf),
    /// A file that lies in none, as `airvane check --stdin-filename FILE -`.
    File(PathBuf),
}

impl Scope {
    /// The folder from which on the settings file is looked for.
    pub(super) fn folder(&self) -> &Path {
        match self {
            Self::Folder(folder) => folder,
            Self::File(file) => file.parent().unwrap_or(file),
        }
    }

    /// True for a file that is checked with it, if it is of a kind that is known.
    pub(super) fn holds(&self, path: &Path) -> bool {
        match self {
            Self::Folder(folder) => path.starts_with(folder),
            Self::File(file) => path == file,
        }
    }
}

/// What the command line and the client's settings say.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// `--config`
    pub config: Option<PathBuf>,
    /// `--no-config`
    pub no_config: bool,
    /// `--airflow`, `--provider`, `--python`, `--runtime`
    pub target: Wanted,
    /// `--env-dialect`
    pub env_dialect: Option<Dialect>,
}

/// The keys that a client may send.
pub const KEYS: [&str; 6] = [
    "airflow",
    "provider",
    "python",
    "runtime",
    "envDialect",
    "settingsFile",
];

impl Wishes {
    /// These with what a client says (`initializationOptions`, `workspace/didChangeConfiguration`), which comes
    /// first: the [`KEYS`]. Those of them that cannot be read, and nothing else, are in the second part.
    pub(super) fn with(&self, said: &Value) -> (Self, Vec<&'static str>) {
        let mut wishes = self.clone();
        let mut wrong = Vec::new();
        // Clients send the section, or what is in it.
        let said = said.get("airvane").unwrap_or(said);
        let mut read = |key: &'static str, take: &mut dyn FnMut(&[&str]) -> Option<()>| {
            let value = said.get(key).unwrap_or(&Value::Null);
            let words: Option<Vec<&str>> = match value {
                Value::Null => return,
                Value::String(word) if word.is_empty() => return,
                Value::String(word) => Some(vec![word.as_str()]),
                Value::Array(words) => words.iter().map(Value::as_str).collect(),
                _ => None,
            };
            match words {
                Some(words) if words.is_empty() => {}
                Some(words) if take(&words).is_some() => {}
                _ => wrong.push(key),
            }
        };
        read("airflow", &mut |words| {
            let releases: Option<Vec<Version>> =
                words.iter().map(|word| word.parse().ok()).collect();
            wishes.target.airflow = releases?;
            Some(())
        });
        read("provider", &mut |words| {
            let providers = words.iter().map(|word| crate::cli::provider(word).ok());
            wishes.target.providers = providers.collect::<Option<_>>()?;
            Some(())
        });
        read("python", &mut |words| {
            wishes.target.python = Some(one(words)?.parse::<Python>().ok()?);
            Some(())
        });
        read("runtime", &mut |words| {
            wishes.target.runtime = Some(match one(words)? {
                "task" => Runtime::Task,
                "server" => Runtime::Server,
                "both" => Runtime::Both,
                _ => return None,
            });
            Some(())
        });
        read("envDialect", &mut |words| {
            wishes.env_dialect = Some(one(words)?.parse::<Dialect>().ok()?);
            Some(())
        });
        read("settingsFile", &mut |words| {
            wishes.config = Some(one(words)?.into());
            wishes.no_config = false;
            Some(())
        });
        (wishes, wrong)
    }

    /// The settings file of a scope.
    pub(super) fn settings(&self, scope: &Scope, files: &Files) -> Result<SettingsFile, Broken> {
        if self.no_config {
            return Ok(SettingsFile::default());
        }
        match &self.config {
            // An editor has no working directory to speak of.
            Some(named) => settings::find(Some(&scope.folder().join(named)), files),
            None => settings::find_above(scope.folder(), files),
        }
    }

    /// What is to be checked, as `airvane check` does.
    pub(super) fn request(
        &self,
        scope: &Scope,
        settings: &SettingsFile,
        documents: &Documents,
    ) -> Request {
        let runtime = self.target.runtime.or(settings.target.runtime);
        let (paths, stdin_filename) = match scope {
            Scope::Folder(folder) => {
                let mut paths = vec![folder.clone()];
                // What was never saved is met by no walk.
                let unsaved = documents.keys();
                let unsaved = unsaved.filter(|path| scope.holds(path) && !path.exists());
                paths.extend(unsaved.cloned());
                (paths, None)
            }
            Scope::File(file) => (vec![PathBuf::from("-")], Some(file.clone())),
        };
        let define = settings.define.iter();
        let define = define.map(|(name, value)| (name.clone(), Some(value.clone())));
        let load = load::Request {
            paths,
            as_walked: stdin_filename.is_none(),
            stdin_filename,
            kinds: Vec::new(),
            dialect: self.env_dialect.or(settings.env_dialect),
            define: define.collect(),
            grouping: Grouping::Auto,
            wanted: Wanted {
                runtime: Some(runtime.unwrap_or(Runtime::Both)),
                ..self.target.clone()
            },
            settings_file: settings.clone(),
            jobs: None,
            largest_export: Some(LARGEST_EXPORT),
            streams_local: false,
        };
        Request {
            load,
            aws_config: Vec::new(),
            // Words that name no rule are mistakes of the file: one that has any is not read.
            selection: settings.selection(true).unwrap_or_default(),
            baseline: settings
                .baseline_path()
                .map(|path| BaselineRequest { path, anew: false }),
        }
    }
}

/// The only one.
fn one<'w>(words: &[&'w str]) -> Option<&'w str> {
    match words {
        [word] => Some(word),
        _ => None,
    }
}

/// The disk with the open texts over it.
pub(super) fn files(scope: &Scope, documents: &Documents) -> Files {
    let mut files = Files::new();
    for (path, document) in documents {
        files.overlay(path, std::sync::Arc::<[u8]>::from(document.text.clone()));
    }
    if let Scope::File(file) = scope {
        let text = documents.get(file).map(|document| document.text.clone());
        files.replace_stdin(std::sync::Arc::<[u8]>::from(text.unwrap_or_default()));
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_client_says_what_the_command_line_says_else() {
        let said = json!({"airvane": {
            "airflow": ["2.11.2", "3.3.2"], "provider": "amazon=9.2.0", "python": "3.12",
            "runtime": "task", "envDialect": "docker", "settingsFile": "conf/airvane.toml",
        }});
        let (wishes, wrong) = Wishes::default().with(&said);
        assert_eq!(wrong, Vec::<&str>::new());
        assert_eq!(wishes.target.airflow.len(), 2);
        assert_eq!(wishes.target.providers[0].0, "amazon");
        assert_eq!(wishes.target.runtime, Some(Runtime::Task));
        assert_eq!(wishes.env_dialect, Some(Dialect::Docker));
        assert_eq!(wishes.config, Some(PathBuf::from("conf/airvane.toml")));
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_key() {
        let said = json!({
            "airflow": "hunter2", "provider": ["hunter2"], "python": {"hunter2": 1},
            "runtime": ["task", "both"], "envDialect": "", "hunter2": 1,
        });
        let (wishes, wrong) = Wishes::default().with(&said);
        assert_eq!(wrong, ["airflow", "provider", "python", "runtime"]);
        assert!(wishes.target.airflow.is_empty());
    }
}
