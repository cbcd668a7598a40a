//! Files of other programs in which settings and secrets of Airflow stand: compose files, manifests,
//! templates, task definitions.
//!
//! An adapter (one file each beside this one) knows where such a file keeps them and how it quotes them. It
//! gives [`Part`]s, which are what everything else is made for: environments, texts of airflow.cfg, and
//! entries of secret stores, each character with its place in the file. Nobody behind this room knows
//! carriers apart, except rules about a carrier's own mistakes, which the adapter notes as
//! [`Fault`]s. What Airflow makes of a part is not asked here.
//!
//! A new carrier is its file, an arm in [`read`], and an arm in [`recognise`].

use std::path::{Path, PathBuf};

use memchr::memmem;

use super::scattered::{Scattered, Standing};
use super::spelling::Spelling;
use super::{
    AddedAs, Kind, astro, cloudformation, compose, composer, dockerfile, ecs, exports, helm,
    kubernetes, shell, systemd, terraform, terraform_json,
};
use crate::source::{Mask, Span, Text};
use crate::syntax::dockerfile::Cause as DockerfileCause;
use crate::syntax::dotenv::{Outside, Spaced};
use crate::syntax::json::{self, ErrorKind, Json};
use crate::syntax::yaml::{self, block};
use crate::workspace::pins;

/// What an adapter may know besides the text of the file.
pub struct Surroundings<'a> {
    /// The file, as it was named or found.
    pub path: &'a Path,
    /// What is known of the environment that the carrier's own program runs in: what the command line
    /// defines.
    pub environment: &'a dyn Fn(&str) -> Outside,
    /// The text of a file that the carrier names, by its path from the carrier's folder; `None` where it
    /// cannot be read.
    pub neighbour: &'a dyn Fn(&Path) -> Option<String>,
}

impl std::fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surroundings")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// What a carrier's file holds for Airflow.
#[derive(Debug, Default)]
pub struct Carrier {
    /// What is read like files.
    pub parts: Vec<Part>,
    /// The rest.
    pub around: Around,
    /// What of the file itself may be shown (delimiters, keys of the carrier's own format); names and values
    /// of parts are added by whoever reads those.
    pub mask: Mask,
    /// Somebody fills the file in before it is read.
    pub templated: bool,
}

/// What the parts leave of a carrier.
#[derive(Debug, Default)]
pub struct Around {
    /// Comments that the carrier's reader drops, from the mark to the end of the line.
    pub comments: Vec<Span>,
    /// What may take up several lines: settings, from the name to the end of the value.
    pub blocks: Vec<Span>,
    /// What is wrong with the way in which the carrier writes something.
    pub faults: Vec<Fault>,
    /// What processes of one Airflow are told differently.
    pub differences: Vec<Difference>,
    /// Of a compose file all services, in file order: other files may say more of them.
    pub services: Vec<Service>,
    /// Files without which its program does not start.
    pub demanded: Vec<Demanded>,
    /// Files that its program makes an `airflow.cfg` of, from its folder.
    pub cfgs: Vec<PathBuf>,
    /// Compose files that it takes in, from its folder; those of one list are merged, the later ones win.
    pub includes: Vec<Vec<PathBuf>>,
    /// The file is not what it should be, from some point on.
    pub broken: Option<Broken>,
    /// Nothing shows whether the file goes on: its last line is not ended.
    pub may_go_on: bool,
    /// The file is encrypted.
    pub encrypted: Option<Encrypted>,
}

/// A file without which a carrier's program does not start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demanded {
    /// As it is named, from the folder of the carrier.
    pub path: PathBuf,
    /// Where it is named.
    pub span: Span,
}

/// A file whose values a tool hides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encrypted {
    /// The tool.
    pub tool: &'static str,
    /// Something that the file sets is known by its name.
    pub tells_names: bool,
}

/// A file that cannot be read to its end.
#[derive(Debug)]
pub struct Broken {
    /// The language, as a sentence names it: `YAML`.
    pub language: &'static str,
    /// Where reading stops.
    pub span: Span,
    /// Why, without any text of the file.
    pub message: String,
    /// A bound of this reader was met: others may well read on.
    pub is_limit: bool,
}

impl Broken {
    /// What JSON breaks off at. `text` is all of it.
    pub fn json(error: json::Error, text: &Text) -> Self {
        let is_cut = error.kind == ErrorKind::UnterminatedString || error.at >= text.len();
        let at = if is_cut { text.len() } else { error.at };
        let message = match error.kind {
            _ if is_cut => "it ends in the middle of a value",
            ErrorKind::TooDeep => "it is nested too deeply",
            kind => kind.python_message(),
        };
        Self {
            language: "JSON",
            span: text.span(at..at),
            message: message.to_owned(),
            is_limit: error.kind == ErrorKind::TooDeep,
        }
    }

    /// What YAML breaks off at.
    pub fn yaml(error: yaml::Error) -> Self {
        Self {
            language: "YAML",
            span: Span::at(error.at),
            message: error.what.to_owned(),
            is_limit: error.is_limit,
        }
    }
}

/// A mistake in the carrier's own writing.
#[derive(Debug)]
pub struct Fault {
    /// What it is.
    pub kind: FaultKind,
    /// Where.
    pub span: Span,
    /// The environment variable or option it is about.
    pub name: String,
}

/// See [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// JSON in `ENV` without quotes round it: BuildKit removes those that belong to the JSON. A blank in it
    /// stops the build.
    DockerfileJson {
        /// The build stops.
        stops: bool,
        /// Single quotes round it, in place of double ones, put it right and change nothing else.
        is_mendable: bool,
    },
    /// `ENV NAME = value`: the value begins with `=`.
    DockerfileEquals {
        /// Without the blanks it is right, and nothing else changes.
        is_mendable: bool,
    },
    /// The build stops at this place.
    DockerfileStops(DockerfileCause),
    /// A mapping stands where a text must: the program refuses the file.
    Mapping,
    /// A list stands where a text must: the program refuses the file.
    List,
    /// An item of a list of `NAME=value` is none: the program refuses the file.
    Item,
    /// A date without quotes stands where a text must: compose refuses the file.
    Date,
    /// A number or truth value without quotes that the program writes anew, as another text.
    Rewritten,
    /// A `$` that the program takes for the beginning of a reference to a variable that nothing defines.
    Eaten,
    /// A `$` behind which the program wants to read a reference and cannot: it refuses the file.
    Reference,
    /// A reference that demands a value, of a variable that has none: the program refuses the file.
    Demanded,
    /// A file without which the program does not start is not there.
    EnvFileMissing {
        /// It is seldom committed.
        is_usual: bool,
    },
    /// An `&` without quotes that ends a command of a script in the middle of a word. The name is that of the variable
    /// that was to be set; of an argument there is none.
    Background,
    /// Blanks beside the `=` of a variable that a script is to set, and what the shell makes of that.
    Spaced(Spaced),
    /// Kubernetes takes a text there and refuses this (`a number`).
    NotText(&'static str),
    /// What Kubernetes decodes is no base64.
    NotBase64,
    /// Amazon MWAA takes a text for an option and is given this (`a mapping`).
    OptionNotText(&'static str),
    /// A template of Helm prints this (`a mapping`) as Go does.
    HelmCollection(&'static str),
    /// A template of Helm takes a text there and fails with this (`a list`).
    HelmNotText(&'static str),
    /// A template of Helm demands a value that is not there.
    HelmRequired,
    /// A template of Helm takes a number there and fails with something else.
    HelmNotNumber,
    /// A line of a value that a template of Helm does not indent.
    HelmLine,
    /// What Airflow would fill in, where Helm fills in its own.
    HelmTemplate,
}

/// A service of a compose file, as far as it takes several files to make its environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// The number of the part that tells it something, from 1.
    pub part: Option<usize>,
    /// The service of another file that it builds on: that file, from the folder of this one, and the name there.
    pub base: Option<(PathBuf, String)>,
    /// It says of no program to run: compose takes it together with another file only.
    pub is_partial: bool,
    /// Of that service only the env files count.
    pub is_apart: bool,
    /// Of what other files say of the service of its name only the env files count.
    pub is_alone: bool,
}

/// Something that all processes of one Airflow must be told alike, and two of them are not.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The environment variable.
    pub name: String,
    /// Where one process is told it.
    pub span: Span,
    /// Where the other is told another value; `None`: it is told none.
    pub other: Option<Span>,
    /// What the two are called, where that may be told.
    pub processes: [Option<String>; 2],
}

/// Something that is read as if it were a file of its own.
#[derive(Debug)]
pub enum Part {
    /// The environment of a process of Airflow.
    Environment(Environment),
    /// The text of a file: airflow.cfg, a `.env`, a local secrets file, an export.
    File {
        /// What it is.
        kind: Kind,
        /// All of it, with its map.
        text: Text,
    },
    /// Entries of a secret store.
    Store {
        /// [`Kind::Ssm`] or [`Kind::SecretsManager`].
        kind: Kind,
        /// In file order.
        secrets: Vec<Secret>,
    },
    /// So many entries of one that only their places are kept.
    Scattered {
        /// [`Kind::Ssm`] or [`Kind::SecretsManager`].
        kind: Kind,
        /// In file order.
        entries: Vec<Standing>,
    },
    /// Entries that commands, or the jobs of a chart, put into the metadata database.
    Added {
        /// [`Kind::Connections`] or [`Kind::Variables`].
        kind: Kind,
        /// In file order.
        entries: Vec<Added>,
    },
}

impl Part {
    /// Writes out what is scattered over `file`.
    pub fn write_out(&mut self, file: &str) {
        if let Self::Scattered { kind, entries } = self {
            let (kind, entries) = (*kind, std::mem::take(entries));
            let text = Scattered::new(kind, file.as_bytes().into(), entries).text();
            *self = Self::File { kind, text };
        }
    }

    /// The entries of one kind, if there are any.
    pub fn added(kind: Kind, entries: Vec<Added>) -> Option<Self> {
        (!entries.is_empty()).then_some(Self::Added { kind, entries })
    }
}

/// A connection or variable that a command or job puts into the metadata database.
#[derive(Debug)]
pub struct Added {
    /// Its id, which is known.
    pub id: Text,
    /// What it is given.
    pub value: Text,
    /// In which form.
    pub how: AddedAs,
}

/// The variables of one process.
#[derive(Debug, Default)]
pub struct Environment {
    /// Env files that are read before, from the carrier's folder; a later one wins.
    pub env_files: Vec<PathBuf>,
    /// Those of them whose values are taken as they stand (`format: raw` of compose).
    pub raw_files: Vec<PathBuf>,
    /// In the order in which they are set: of the same name the last one counts.
    pub variables: Vec<Variable>,
    /// How the carrier writes the names of options.
    pub spelling: Spelling,
    /// Names of [`Self::leave_open`]: nobody wrote the first variable of the name.
    pub left_open: Vec<&'static str>,
}

/// What decides of a backend.
const OF_BACKENDS: [&str; 4] = [
    "AIRFLOW__SECRETS__BACKEND",
    "AIRFLOW__SECRETS__BACKEND_KWARGS",
    "AIRFLOW__WORKERS__SECRETS_BACKEND",
    "AIRFLOW__WORKERS__SECRETS_BACKEND_KWARGS",
];

impl Environment {
    /// What is not known (`by`) may set more: what decides of a backend is unknown, unless it is set here or
    /// `is_set` elsewhere.
    pub fn leave_open(&mut self, by: &Text, is_set: impl Fn(&str) -> bool) {
        let variables = &mut self.variables;
        for name in OF_BACKENDS {
            if is_set(name) || variables.iter().any(|one| one.name.expose() == name) {
                continue;
            }
            let unknown = Variable {
                name: Text::elsewhere(name, by.source()),
                value: Some(by.clone().into_unknown()),
            };
            variables.insert(0, unknown);
            self.left_open.push(name);
        }
    }
}

/// A variable of an environment.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name as the process sees it.
    pub name: Text,
    /// Its value as the process sees it; `None` where it is handed on from elsewhere.
    pub value: Option<Text>,
}

/// An entry of a secret store that the carrier makes.
#[derive(Debug)]
pub struct Secret {
    /// Its name in the store; one that is not known altogether is left out.
    pub name: Text,
    /// Its text; one of which nothing is known is left out.
    pub value: Option<Text>,
    /// SSM's type.
    pub parameter_type: Option<Text>,
}

/// True when the process is told something of Airflow: another program's environment is nobody's business
/// here.
pub fn is_of_airflow(environment: &Environment) -> bool {
    let mut names = environment.variables.iter();
    names.any(|variable| variable.name.expose().starts_with("AIRFLOW_"))
}

/// Endings behind the one of the language, of what somebody fills in: `task.json.tpl`.
const TEMPLATES: [&str; 6] = [".tpl", ".tmpl", ".tftpl", ".j2", ".jinja", ".jinja2"];

/// The name says that somebody fills the file in.
pub fn is_filled_in(name: &str) -> bool {
    TEMPLATES.iter().any(|ending| name.ends_with(ending))
}

/// Names of files that a walk looks into for carriers.
pub fn may_be(name: &str) -> bool {
    let mut endings = TEMPLATES.iter();
    let name = endings
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(name);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let known = ["json", "template", "tfstate", "yaml", "yml"].contains(&extension);
    let known = known || name.contains("compose.");
    let known = known || name == "Kustomization";
    let runs = ["sh", "bash", "service", "conf"].contains(&extension);
    known || runs || terraform::may_be(name) || pins::is_dockerfile(Path::new(name))
}

/// Says whether a file is a carrier, by its content; the name decides where several would read it.
/// `head` is the beginning of the file or all of it.
pub fn recognise(path: &Path, head: &str) -> Option<(Kind, &'static str)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is = |kind| move |because| (kind, because);
    let dockerfile = || dockerfile::recognise(path, head).map(is(Kind::Dockerfile));
    let terraform = || terraform_json::recognise(head).map(is(Kind::Terraform));
    let hcl = || terraform::recognise(&name, head).map(is(Kind::Terraform));
    let cloudformation = |head: &str| cloudformation::recognise(head).map(is(Kind::CloudFormation));
    let compose = |head: &str| compose::recognise(path, head).map(is(Kind::Compose));
    let ecs = || ecs::recognise(head).map(is(Kind::Ecs));
    let astro = |head: &str| astro::recognise(path, head).map(is(Kind::Astro));
    let shell = || shell::recognise(path, head).map(is(Kind::Shell));
    let systemd = || systemd::recognise(head).map(is(Kind::Systemd));
    let composer = |head: &str| composer::recognise(head).map(is(Kind::Composer));
    let stacks = |head: &str| cloudformation(head).or_else(|| compose(head));
    let environments = |head: &str| composer(head).or_else(|| astro(head));
    let objects = |head: &str| {
        let kubernetes = kubernetes::recognise(head, &name).map(is(Kind::Kubernetes));
        kubernetes.or_else(|| helm::recognise(head, &name).map(is(Kind::Helm)))
    };
    let terraform = terraform().or_else(hcl);
    let others = terraform.or_else(|| stacks(head)).or_else(ecs);
    let others = others.or_else(|| environments(head));
    let others = others.or_else(shell).or_else(systemd);
    let found = dockerfile().or(others).or_else(|| objects(head));
    found.or_else(|| {
        let usual = rewritten(&name, head)?;
        let stacks = stacks(&usual).or_else(|| environments(&usual));
        stacks.or_else(|| objects(&usual))
    })
}

/// YAML that may be a carrier and writes its keys in unusual ways, in the usual one: carriers are recognised by their
/// lines.
fn rewritten(name: &str, head: &str) -> Option<String> {
    let is_yaml = name.contains(".yaml") || name.contains(".yml") || name == "Kustomization";
    let holds = |word: &str| memmem::find(head.as_bytes(), word.as_bytes()).is_some();
    let may_be = || {
        let is_compose = name.contains("compose") && holds("services");
        let is_values = name.contains("values") && holds("config");
        let speaks = holds("irflow") || holds("AIRFLOW");
        is_compose || is_values || speaks || holds("AWS::") && holds("Resources")
    };
    let text = head.trim_start_matches('\u{feff}');
    if !is_yaml || !may_be() || !block::is_unusual(text) {
        return None;
    }
    Some(block::as_block(&yaml::parse(text, 0)))
}

/// JSON that holds an object, as far as it can be read; `None` for anything else, YAML in brackets (`{a: b}`) among it.
pub fn json_head(text: &Text) -> Option<(Option<Json>, Option<json::Error>)> {
    if !text.expose().trim_start().starts_with('{') {
        return None;
    }
    let read = json::parse_head(text);
    let is_yaml = read.1.is_some() && yaml::parse(text.expose(), 0).error().is_none();
    (!is_yaml).then_some(read)
}

/// Reads the text of a carrier, or of an export that is no stream of JSON.
pub fn read(kind: Kind, text: &str, surroundings: &Surroundings<'_>) -> Carrier {
    match kind {
        Kind::Dockerfile => dockerfile::read(text, surroundings.path, surroundings.environment),
        Kind::Terraform => {
            let name = surroundings.path.file_name().unwrap_or_default();
            terraform_file(text, &name.to_string_lossy())
        }
        Kind::CloudFormation => cloudformation::read(text, surroundings.path),
        Kind::Compose => compose::read(text, surroundings),
        Kind::Ecs => ecs::read(text),
        Kind::Composer => composer::read(text, surroundings),
        Kind::Helm => helm::read(text, surroundings),
        Kind::Kubernetes => kubernetes::read(text, surroundings),
        Kind::Astro => astro::read(text),
        Kind::Shell => shell::read(text, surroundings),
        Kind::Systemd => systemd::read(text, surroundings),
        kind if kind.is_store() => exports::read(kind, text),
        _ => Carrier::default(),
    }
}

/// HCL, HCL as JSON, or a plan or state, whatever its name.
fn terraform_file(text: &str, name: &str) -> Carrier {
    const HEAD: usize = 1 << 16;
    if !terraform_json::is_json(text) {
        return terraform::read(text);
    }
    let head = &text[..text.floor_char_boundary(HEAD)];
    if terraform::is_in_json(name) && terraform_json::recognise(head).is_none() {
        return terraform::read_json(text, name);
    }
    terraform_json::read(text)
}
