//! Which programs read an env file: what the files around it say, and nothing that is only usual.
//!
//! A compose file that names it or refers to its variables, a unit of systemd, a script or Makefile that sources it or
//! hands it to docker, a project of Astro. How each of them reads it is the business of [`crate::syntax::dotenv`].

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use memchr::memmem;

use super::Files;
use super::deployments::{Location, is_same, location};
use crate::inputs::inside::Inside;
use crate::inputs::{Input, Kind, Tree, carrier, is_sample};
use crate::source::{FileId, Text, display_path};
use crate::syntax::dotenv::{self, Called, Dialect, Outside};

/// The largest file that is looked at, in bytes.
const LARGEST: usize = 1 << 20;

/// Files that are looked at around one env file.
const MOST_FILES: usize = 2000;

/// A program that certainly reads the file.
#[derive(Clone, Debug)]
pub struct EnvReader {
    /// How it reads.
    pub dialect: Dialect,
    /// How a sentence calls it, and the file that says so: `docker --env-file (Makefile)`.
    pub label: String,
    /// The only variables that it hands on; `None`: all of them.
    pub only: Option<Vec<String>>,
    /// Every project of the kind has the program; nothing says that this one runs it.
    pub is_usual: bool,
}

/// Who reads the env files among some inputs.
#[derive(Debug)]
pub struct EnvReaders<'a> {
    inputs: &'a [Input],
    files: &'a Files,
    /// By env file, the parts of carriers that start from it, and how their programs read it.
    named: HashMap<Location, Vec<(Dialect, &'a Input)>>,
}

impl<'a> EnvReaders<'a> {
    /// Looks for those that name env files.
    pub fn new(inputs: &'a [Input], files: &'a Files) -> Self {
        let mut named: HashMap<Location, Vec<(Dialect, &'a Input)>> = HashMap::new();
        for part in inputs {
            let Some(inside) = &part.inside else {
                continue;
            };
            let outer = inputs.get(inside.of.0 as usize).map(|outer| outer.kind);
            // A unit may have been installed with files from elsewhere: `unit_names_it` says that.
            let Some(outer) = outer.filter(|outer| *outer != Kind::Systemd) else {
                continue;
            };
            for path in &inside.env_files {
                let dialect = dialect_of(outer, inside, path);
                let parts = named.entry(location(&part.beside(path))).or_default();
                if parts.last().is_none_or(|(_, last)| last.id != part.id) {
                    parts.push((dialect, part));
                }
            }
        }
        Self {
            inputs,
            files,
            named,
        }
    }

    /// The readers of `env`, one for each dialect.
    pub fn of(&self, env: &Input) -> Vec<EnvReader> {
        let is_file =
            env.kind == Kind::Env && env.inside.is_none() && matches!(env.tree, Tree::Env(_));
        let is_ours = !env.settings.is_empty() || !env.definitions.is_empty();
        if !is_file || !is_ours || env.templated || is_sample(&env.path) {
            return Vec::new();
        }
        let mut found = Found {
            env,
            folder: folder_of(&env.path),
            files: self.files,
            readers: Vec::new(),
        };
        // Those that are read already and name the file.
        let parts = self.named.get(&location(&env.path));
        for (dialect, part) in parts.into_iter().flatten() {
            let label = found.label(dialect.reader(), &part.path);
            found.add(*dialect, label, None);
        }
        found.neighbours();
        found
            .readers
            .sort_by_key(|reader| reader.dialect != Dialect::Compose);
        found.readers
    }

    /// The `.env` files beside compose files that run Airflow, of which no process is told anything: compose takes
    /// them for its own `${…}` only. Each with that compose file. Where any other file around speaks of one, it is
    /// none of these.
    pub fn unread(&self) -> BTreeMap<FileId, FileId> {
        let mut beside: HashMap<Option<&Path>, &Input> = HashMap::new();
        for input in self.inputs.iter().filter(|input| runs_airflow(input)) {
            beside.entry(input.path.parent()).or_insert(input);
        }
        let mut found = BTreeMap::new();
        for env in self.inputs {
            let is_dotenv = env.path.file_name().is_some_and(|name| name == ".env");
            if !is_dotenv || env.inside.is_some() {
                continue;
            }
            let Some(compose) = beside.get(&env.path.parent()) else {
                continue;
            };
            let is_ours = !env.settings.is_empty() || !env.definitions.is_empty();
            let mut readers = self.of(env).into_iter();
            let is_read = readers.any(|reader| reader.only.is_none());
            if is_ours
                && !env.templated
                && !is_read
                && !is_spoken_of(folder_of(&env.path), self.files)
            {
                found.insert(env.id, compose.id);
            }
        }
        found
    }
}

/// A compose file with processes of Airflow, readable to its end.
fn runs_airflow(input: &Input) -> bool {
    let Tree::Carrier(around) = &input.tree else {
        return false;
    };
    input.kind == Kind::Compose
        && around.broken.is_none()
        && around.services.iter().any(|service| service.part.is_some())
}

/// Some file in or below the folder names `.env`, or a program that reads it by itself.
fn is_spoken_of(folder: &Path, files: &Files) -> bool {
    const FOREIGN: [&str; 6] = [
        ".git",
        "node_modules",
        ".venv",
        "venv",
        "__pycache__",
        ".tox",
    ];
    let mut waiting = vec![(folder.to_owned(), 0)];
    let mut count = 0;
    while let Some((folder, depth)) = waiting.pop() {
        let (own, folders) = entries(&folder);
        count += own.len() + folders.len();
        // Who can say, of so many.
        if count >= MOST_FILES {
            return true;
        }
        for path in own.iter().filter(|path| !only_describes(path)) {
            let bytes = files
                .open(path)
                .and_then(|content| content.into_bytes_up_to(LARGEST));
            if names_dotenv(path, bytes.as_deref().unwrap_or_default()) {
                return true;
            }
        }
        if depth < 3 {
            let ours = folders.into_iter().filter(|folder| {
                let name = folder.file_name().unwrap_or_default();
                FOREIGN.iter().all(|foreign| name != *foreign)
            });
            waiting.extend(ours.map(|folder| (folder, depth + 1)));
        }
    }
    false
}

/// It may speak of the file and reads it never: documentation, lists of what git leaves out, other env files.
fn only_describes(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_list = name.starts_with('.') && name.ends_with("ignore");
    let is_text = [".md", ".rst", ".env", ".log"]
        .iter()
        .any(|end| name.ends_with(end));
    is_list || is_text || name.starts_with(".env.") || name == ".gitattributes"
}

fn names_dotenv(path: &Path, bytes: &[u8]) -> bool {
    // Pipenv, and what runs a Procfile, read it unasked.
    if path.ends_with("Pipfile") || path.ends_with("Procfile") {
        return true;
    }
    let is_word = |byte: Option<&u8>| {
        byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte))
    };
    let lines = bytes.split(|byte| *byte == b'\n');
    let mut lines = lines.filter(|line| !line.trim_ascii_start().starts_with(b"#"));
    lines.any(|line| {
        let mut places = memmem::find_iter(line, b".env");
        let named = |at: usize| {
            let before = at.checked_sub(1).and_then(|before| line.get(before));
            !is_word(before) && !is_word(line.get(at + 4))
        };
        places.any(named) || memmem::find(line, b"dotenv").is_some()
    })
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

struct Found<'a> {
    env: &'a Input,
    folder: &'a Path,
    files: &'a Files,
    readers: Vec<EnvReader>,
}

impl Found<'_> {
    fn add(&mut self, dialect: Dialect, label: String, only: Option<Vec<String>>) {
        let known = self.readers.iter_mut().find(|one| one.dialect == dialect);
        let Some(known) = known else {
            self.readers.push(EnvReader {
                dialect,
                label,
                only,
                is_usual: false,
            });
            return;
        };
        known.is_usual = false;
        match (&mut known.only, only) {
            (Some(known), Some(more)) => known.extend(more),
            (all, None) => *all = None,
            (None, Some(_)) => {}
        }
    }

    /// Says who reads, and by which file that is known.
    fn label(&self, reader: &str, by: &Path) -> String {
        let near = by.strip_prefix(self.folder).unwrap_or(by);
        format!("{reader} ({})", display_path(near))
    }

    fn neighbours(&mut self) {
        let is_dotenv = self.env.path.file_name().is_some_and(|name| name == ".env");
        let (own, folders) = entries(self.folder);
        let deeper = folders.iter().filter(|folder| !is_hidden(folder));
        let deeper = deeper.flat_map(|folder| entries(folder).0);
        let all: Vec<PathBuf> = own.iter().cloned().chain(deeper).take(MOST_FILES).collect();
        for path in &all {
            if let Some(text) = self.text(path) {
                self.read(path, &text, is_dotenv);
            }
        }
        let is_astro = folders.iter().any(|folder| folder.ends_with(".astro"))
            || own
                .iter()
                .any(|path| path.ends_with("airflow_settings.yaml"))
            || own.iter().any(|path| self.is_image_of_astro(path));
        if is_dotenv && is_astro {
            self.add(Dialect::Compose, "astro dev start".to_owned(), None);
            let told = self
                .readers
                .iter()
                .any(|one| one.dialect == Dialect::Docker);
            self.add(Dialect::Docker, "astro dev pytest".to_owned(), None);
            if let Some(last) = self.readers.last_mut().filter(|_| !told) {
                last.is_usual = true;
            }
        }
    }

    /// The text of a file that may say who reads.
    fn text(&self, path: &Path) -> Option<String> {
        if role(path).is_none() || path == self.env.path {
            return None;
        }
        let bytes = self.files.open(path).ok()?.into_bytes_up_to(LARGEST).ok()?;
        String::from_utf8(bytes.to_vec()).ok()
    }

    fn is_image_of_astro(&self, path: &Path) -> bool {
        const IMAGES: [&str; 2] = [
            "astronomer/astro-runtime",
            "astrocrpublic.azurecr.io/runtime",
        ];
        let is_dockerfile = path.ends_with("Dockerfile");
        let text = is_dockerfile.then(|| self.text(path)).flatten();
        text.is_some_and(|text| {
            let mut bases = text.lines().filter(|line| line.starts_with("FROM "));
            bases.any(|line| IMAGES.iter().any(|image| line.contains(image)))
        })
    }

    fn read(&mut self, path: &Path, text: &str, is_dotenv: bool) {
        let name = self.env.path.file_name().unwrap_or_default();
        let names_it = memmem::find(text.as_bytes(), name.as_encoded_bytes()).is_some();
        match role(path) {
            Some(Role::Yaml) if is_dotenv && folder_of(path) == self.folder => {
                let is_compose =
                    carrier::recognise(path, text).is_some_and(|(kind, _)| kind == Kind::Compose);
                let only = referred(self.env, text);
                if is_compose && !only.is_empty() {
                    let label = self.label(Dialect::Compose.reader(), path);
                    self.add(Dialect::Compose, label, Some(only));
                }
            }
            Some(Role::Unit) if names_it && self.unit_names_it(path, text) => {
                let label = self.label(Dialect::Systemd.reader(), path);
                self.add(Dialect::Systemd, label, None);
            }
            Some(Role::Script) if names_it => {
                let first = text.lines().next().unwrap_or_default();
                let shell = match first.strip_prefix("#!") {
                    Some(first) if first.contains("bash") => Dialect::Bash,
                    Some(first) if first.ends_with("/sh") || first.ends_with("dash") => Dialect::Sh,
                    None if path.extension().is_some() => Dialect::Bash,
                    _ => return,
                };
                self.commands(path, text, shell);
            }
            Some(Role::Makefile) if names_it => {
                let is_bash = text.lines().any(|line| {
                    line.starts_with("SHELL") && line.contains('=') && line.ends_with("bash")
                });
                let shell = if is_bash { Dialect::Bash } else { Dialect::Sh };
                for recipe in recipes(text) {
                    self.commands(path, &recipe, shell);
                }
            }
            _ => {}
        }
    }

    /// The last list of `EnvironmentFile=` names it.
    fn unit_names_it(&self, by: &Path, text: &str) -> bool {
        let values = text.lines().filter_map(|line| {
            let (key, value) = line.trim().split_once('=')?;
            (key.trim_end() == "EnvironmentFile").then(|| value.trim().trim_start_matches('-'))
        });
        let mut is_named = false;
        for value in values {
            // Where a unit is installed, both lie elsewhere.
            let name = Path::new(value).file_name();
            is_named = !value.is_empty()
                && (is_named || name.is_some_and(|name| self.is_named(by, Path::new(name))));
        }
        text.contains("[Service]") && is_named
    }

    /// `path`, as `by` writes it, is the env file: from the folder of `by`, or from the one above, where things are
    /// mostly started.
    fn is_named(&self, by: &Path, path: &Path) -> bool {
        let beside = folder_of(by).join(path);
        is_same(&beside, &self.env.path)
            || (!self.files.exists(&beside) && is_same(&self.folder.join(path), &self.env.path))
    }

    fn commands(&mut self, by: &Path, text: &str, shell: Dialect) {
        let is_wanted =
            |name: &str| [".", "source", "set", "docker", "kubectl", "sudo"].contains(&name);
        let nothing = |_: &str| Outside::Unknown;
        let bash = shell == Dialect::Bash;
        let script = dotenv::script(text, 0..text.len(), bash, &is_wanted, &nothing);
        let mut exports_all = false;
        for called in &script.commands {
            let words = words(called);
            match words.as_slice() {
                ["set", flags @ ..] => {
                    exports_all |= flags.iter().any(|flag| {
                        let short = flag.strip_prefix('-').filter(|flag| !flag.starts_with('-'));
                        *flag == "allexport" || short.is_some_and(|flags| flags.contains('a'))
                    });
                    exports_all &= !flags.iter().any(|flag| flag.starts_with("+a"));
                }
                ["." | "source", path, ..] if self.is_named(by, Path::new(path)) => {
                    let only = (!exports_all).then(|| exported(self.env));
                    let label = self.label(shell.reader(), by);
                    self.add(shell, label, only);
                }
                [
                    "kubectl",
                    "create",
                    "configmap" | "cm" | "secret",
                    rest @ ..,
                ] if from_env_file(rest).any(|path| self.is_named(by, Path::new(path))) => {
                    let label = self.label("kubectl create", by);
                    self.add(Dialect::Docker, label, None);
                }
                ["docker", rest @ ..] | ["sudo", "docker", rest @ ..]
                    if env_files(rest).any(|path| self.is_named(by, Path::new(path))) =>
                {
                    let label = self.label(Dialect::Docker.reader(), by);
                    self.add(Dialect::Docker, label, None);
                }
                _ => {}
            }
        }
    }
}

/// How the program whose files are of this kind reads an env file that one of their parts names.
pub fn dialect_of(carrier: Kind, part: &Inside, path: &Path) -> Dialect {
    match carrier {
        _ if part.raw_files.iter().any(|raw| raw == path) => Dialect::ComposeRaw,
        // Of kustomize.
        Kind::Kubernetes => Dialect::Kustomize,
        // `astro deployment variable create --load`
        Kind::Shell => Dialect::AstroDeploy,
        Kind::Systemd => Dialect::Systemd,
        _ => Dialect::Compose,
    }
}

/// What a file can say.
enum Role {
    Yaml,
    Unit,
    Script,
    Makefile,
    Dockerfile,
}

fn role(path: &Path) -> Option<Role> {
    let name = path.file_name()?.to_str()?;
    let extension = path.extension().and_then(|extension| extension.to_str());
    match (name, extension) {
        ("Makefile" | "makefile" | "GNUmakefile", _) | (_, Some("mk")) => Some(Role::Makefile),
        ("Dockerfile", _) => Some(Role::Dockerfile),
        (_, Some("yaml" | "yml")) => Some(Role::Yaml),
        (_, Some("service" | "conf")) => Some(Role::Unit),
        (_, Some("sh" | "bash")) => Some(Role::Script),
        (name, None) if !name.starts_with('.') => Some(Role::Script),
        _ => None,
    }
}

/// The files and the folders of a folder, sorted.
fn entries(folder: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let here = folder.as_os_str().is_empty();
    let Ok(read) = std::fs::read_dir(if here { Path::new(".") } else { folder }) else {
        return (Vec::new(), Vec::new());
    };
    let paths = read.flatten().map(|entry| folder.join(entry.file_name()));
    let mut paths: Vec<PathBuf> = paths.take(MOST_FILES).collect();
    paths.sort();
    let (files, others): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.is_file());
    let folders = others.into_iter().filter(|path| path.is_dir()).collect();
    (files, folders)
}

fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name.as_encoded_bytes().starts_with(b".")
}

/// The names that a compose file refers to.
pub fn referred(env: &Input, text: &str) -> Vec<String> {
    let names = env.variables.iter().map(|variable| &variable.name);
    let is_referred = |name: &&String| {
        memmem::find_iter(text.as_bytes(), name.as_bytes()).any(|at| {
            let before = &text.as_bytes()[..at];
            let is_longer = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
            let after = text.as_bytes().get(at + name.len());
            (before.ends_with(b"${") || before.ends_with(b"$")) && !after.is_some_and(is_longer)
        })
    };
    names.filter(is_referred).cloned().collect()
}

/// The names behind the word `export`.
fn exported(env: &Input) -> Vec<String> {
    let text = String::from_utf8_lossy(&env.bytes);
    let names = text.lines().filter_map(|line| {
        let rest = line.trim_start().strip_prefix("export ")?;
        Some(rest.trim_start().split_once('=')?.0.to_owned())
    });
    names.collect()
}

/// The words of a command; one that is not known is empty.
fn words(called: &Called) -> Vec<&str> {
    let known = |word| {
        if Text::is_known(word) {
            word.expose()
        } else {
            ""
        }
    };
    called.words.iter().map(known).collect()
}

/// What `docker run` is given as `--env-file`.
fn env_files<'w>(words: &'w [&'w str]) -> impl Iterator<Item = &'w str> {
    let words = match words {
        ["container", rest @ ..] => rest,
        words => words,
    };
    let runs = matches!(words.first(), Some(&("run" | "create" | "exec")));
    let pairs = words.iter().zip(words.iter().skip(1).chain([&""]));
    pairs.filter_map(move |(word, next)| match *word {
        "--env-file" if runs => Some(*next),
        word if runs => word.strip_prefix("--env-file="),
        _ => None,
    })
}

/// What `kubectl create` is given as `--from-env-file`; `AddFromEnvFile` of kubectl reads it as docker does.
fn from_env_file<'w>(words: &'w [&'w str]) -> impl Iterator<Item = &'w str> {
    let pairs = words.iter().zip(words.iter().skip(1).chain([&""]));
    pairs.filter_map(|(word, next)| match *word {
        "--from-env-file" => Some(*next),
        word => word.strip_prefix("--from-env-file="),
    })
}

/// The lines that make hands to a shell, as the shell sees them.
fn recipes(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut is_joined = false;
    for line in text.lines() {
        let recipe = line.strip_prefix('\t');
        match (is_joined, recipe, found.last_mut()) {
            (true, _, Some(last)) => last.extend(["\n", recipe.unwrap_or(line)]),
            (false, Some(recipe), _) => {
                let recipe = recipe.trim_start_matches(['@', '-', '+', ' ']);
                found.push(recipe.to_owned());
            }
            _ => {}
        }
        is_joined = line.ends_with('\\') && (is_joined || recipe.is_some());
    }
    found
        .iter()
        .map(|recipe| recipe.replace("$$", "$"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_docker_is_given_is_found_in_both_ways_of_writing_it() {
        let of = |line: &str| {
            let words: Vec<&str> = line.split(' ').collect();
            env_files(&words).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(of("run --rm --env-file .env image"), [".env"]);
        assert_eq!(
            of("run --env-file=a.env --env-file=b.env x"),
            ["a.env", "b.env"]
        );
        assert_eq!(of("container run --env-file a.env x"), ["a.env"]);
        // Only for its own `${…}`.
        assert_eq!(of("compose --env-file .env up"), [""; 0]);
    }

    #[test]
    fn what_kubectl_is_given_is_found_too() {
        let of = |line: &str| {
            let words: Vec<&str> = line.split(' ').collect();
            from_env_file(&words).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(of("generic x --from-env-file .env"), [".env"]);
        assert_eq!(of("x --from-env-file=a.env -n y"), ["a.env"]);
    }

    #[test]
    fn a_file_that_speaks_of_the_project_file_may_read_it() {
        let names = |path: &str, text: &str| names_dotenv(Path::new(path), text.as_bytes());
        for (path, text) in [
            ("a.py", "load_dotenv()\n"),
            ("x.yml", "  env_file: .env\n"),
            ("x.yml", "      - ./.env:/opt/airflow/.env\n"),
            ("Pipfile", ""),
        ] {
            assert!(names(path, text), "{path}: {text}");
        }
        for text in [
            "os.environ\n",
            "cp .env.example x\n",
            "  # see .env\n",
            "airflow.env\n",
            "x.envs\n",
        ] {
            assert!(!names("a.sh", text), "{text}");
        }
    }

    #[test]
    fn recipes_are_joined_and_lose_what_make_takes() {
        let text = "A = b\nrun: x\n\t@set -a; \\\n\t. ./.env; echo $$A\n\t-docker ps\nb:\n";
        assert_eq!(
            recipes(text),
            ["set -a; \\\n. ./.env; echo $A", "docker ps"]
        );
    }
}
