//! Which releases of Airflow, its providers and Python a repository asks for.
//!
//! One carrier a file: text goes in, [`Pin`]s come out. A carrier is known by its name alone, so that a
//! walk costs nothing more, and a file that pins nothing is none of ours. What cannot be known from the
//! text alone (a variable, a template, two releases to choose from) is no pin. Which pins belong to
//! which deployment, and which of them wins, is decided elsewhere (`targets`).

mod cloudformation;
mod compose;
mod constraints_url;
mod dockerfile;
mod image;
mod lock;
mod pyproject;
mod python_version;
mod requirement;
mod requirements;
mod terraform;
mod values;
mod yaml_lines;

use std::fmt;
use std::path::Path;

use pep508_rs::pep440_rs::{Operator, VersionSpecifiers};

use crate::airflow::{Python, Version};
use crate::source::Span;
use crate::syntax::dotenv::template::Scope;

/// What a pin is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Airflow itself.
    Airflow,
    /// A provider with a secrets backend, by its short name (`amazon`).
    Provider(String),
    /// Python; the third number says nothing.
    Python,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Airflow => f.write_str("Airflow"),
            Self::Provider(name) => write!(f, "the {name} provider"),
            Self::Python => f.write_str("Python"),
        }
    }
}

/// Which releases a pin allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Demand {
    /// This one.
    Exact(Version),
    /// Some; that chooses none.
    Range(VersionSpecifiers),
}

impl Demand {
    /// What PEP 440 specifiers ask for. `==2.10.4` among them decides. `None` where one of them names no
    /// plain release.
    fn of(specifiers: &VersionSpecifiers) -> Option<Self> {
        let mut all = specifiers.iter();
        if !all.all(|one| is_plain_version(one.version())) || specifiers.is_empty() {
            return None;
        }
        let exact = specifiers
            .iter()
            .find(|one| matches!(one.operator(), Operator::Equal | Operator::ExactEqual));
        match exact {
            Some(exact) => number(exact.version()).map(Self::Exact),
            None => Some(Self::Range(specifiers.clone())),
        }
    }

    /// The specifiers `text`, which are written here or made of other notations.
    fn range(text: &str) -> Option<Self> {
        Self::of(&text.parse().ok()?)
    }

    /// The only release that is allowed.
    pub fn exact(&self) -> Option<Version> {
        match self {
            Self::Exact(version) => Some(*version),
            Self::Range(_) => None,
        }
    }

    /// True where `version` may be installed.
    pub fn allows(&self, version: Version) -> bool {
        match self {
            Self::Exact(exact) => *exact == version,
            Self::Range(range) => {
                let numbers = [version.major, version.minor, version.patch].map(u64::from);
                range.contains(&pep508_rs::pep440_rs::Version::new(numbers))
            }
        }
    }

    /// True where some release of this Python may be used.
    pub fn allows_python(&self, python: Python) -> bool {
        let (major, minor) = (python.major.into(), python.minor.into());
        match self {
            Self::Exact(exact) => (exact.major, exact.minor) == (major, minor),
            // Only the first or the last patch release may be shut out by a bound.
            Self::Range(_) => [0, 1, 99]
                .iter()
                .any(|&patch| self.allows(Version::new(major, minor, patch))),
        }
    }
}

/// The release of a version of PEP 440: three numbers, marks left out.
fn number(version: &pep508_rs::pep440_rs::Version) -> Option<Version> {
    if !is_plain_version(version) {
        return None;
    }
    let mut numbers = [0; 3];
    for (place, number) in numbers.iter_mut().zip(version.release().iter()) {
        *place = u32::try_from(*number).ok()?;
    }
    Some(Version::new(numbers[0], numbers[1], numbers[2]))
}

/// True for what could be a release: small numbers, no local part (`+company.1`). Whatever else stands
/// there may be anything, and is not shown.
fn is_plain_version(version: &pep508_rs::pep440_rs::Version) -> bool {
    const MOST: u64 = 999;
    let small = |number: u64| number <= MOST;
    version.epoch() == 0
        && !version.is_local()
        && version.dev().is_none()
        && version.release().len() <= 4
        && version.release().iter().all(|&number| small(number))
        && version.pre().is_none_or(|pre| small(pre.number))
        && version.post().is_none_or(small)
}

/// The release that `text` is, all of it.
fn release(text: &str) -> Option<Version> {
    number(&text.parse().ok()?)
}

/// How a release is pinned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// `RUN pip install` in a Dockerfile.
    Install,
    /// The image that a Dockerfile builds on.
    BaseImage,
    /// The same, an Astro Runtime.
    AstroRuntime,
    /// `airflow_version` of MWAA, `image_version` of Cloud Composer.
    Managed,
    /// The values of a Helm chart.
    Helm,
    /// An image of a compose file, a manifest of Kubernetes or a task definition of ECS.
    ComposeImage,
    /// A lock file.
    Lock,
    /// The address of one of Airflow's constraint files.
    ConstraintsUrl,
    /// A line of a requirements file.
    Requirement,
    /// A dependency in `pyproject.toml`.
    Dependency,
    /// A line of a constraints file.
    Constraint,
    /// `requires-python` and the like.
    RequiresPython,
    /// `.python-version`, `runtime.txt`.
    PythonVersion,
}

impl How {
    /// An image, or a service that is one: it comes with a Python of its own.
    pub const fn is_image(self) -> bool {
        matches!(
            self,
            Self::Install
                | Self::BaseImage
                | Self::AstroRuntime
                | Self::Managed
                | Self::Helm
                | Self::ComposeImage
        )
    }

    /// "the base image": the words before "in Dockerfile:1".
    pub const fn words(self) -> &'static str {
        match self {
            Self::Install => "`pip install`",
            Self::BaseImage => "the base image",
            Self::AstroRuntime => "the Astro Runtime",
            Self::Managed => "the managed environment",
            Self::Helm => "the Helm values",
            Self::ComposeImage => "the image",
            Self::Lock => "the lock file's entry",
            Self::ConstraintsUrl => "the constraints URL",
            Self::Requirement => "the requirement",
            Self::Dependency => "the dependency",
            Self::Constraint => "the constraint",
            Self::RequiresPython => "the demand on Python",
            Self::PythonVersion => "the Python version",
        }
    }
}

/// One release, or some, that a file asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// Of what.
    pub what: What,
    /// Which.
    pub demand: Demand,
    /// Where that stands in the file.
    pub span: Span,
    /// Further text of the file that may be shown: it is the carrier's own or a name known here.
    pub shown: Vec<Span>,
    /// How.
    pub how: How,
    /// An environment variable that replaces it where it is set (`AIRFLOW_IMAGE_NAME`).
    pub unless: Option<String>,
    /// It holds on some Pythons only.
    conditional: bool,
}

impl Pin {
    fn new(what: What, demand: Demand, span: Span, how: How) -> Self {
        Self {
            what,
            demand,
            span,
            shown: Vec::new(),
            how,
            unless: None,
            conditional: false,
        }
    }

    fn shown(mut self, spans: impl IntoIterator<Item = Span>) -> Self {
        self.shown.extend(spans);
        self
    }
}

/// The kind of a file that may pin releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Carrier {
    /// `Dockerfile`, `Containerfile`
    Dockerfile,
    /// `requirements.txt`
    Requirements,
    /// `constraints.txt`
    Constraints,
    /// `pyproject.toml`
    Pyproject,
    /// `uv.lock`
    UvLock,
    /// `poetry.lock`
    PoetryLock,
    /// `Pipfile.lock`
    PipfileLock,
    /// `.python-version`
    PythonVersion,
    /// `runtime.txt`
    Runtime,
    /// `values.yaml` of a Helm chart.
    Values,
    /// `docker-compose.yaml`
    Compose,
    /// `*.tf`
    Terraform,
    /// `*.tf.json`
    TerraformJson,
    /// `terraform.tfstate`, `tfplan.json`
    TerraformState,
    /// `template.yaml` of `CloudFormation`.
    CloudFormation,
    /// A manifest of Kubernetes or a task definition of ECS, which is known by what it holds and not by its name.
    Containers,
}

/// Words in a name by which a file is for something other than running Airflow.
const ASIDE: &[&str] = &[
    "dev",
    "devel",
    "develop",
    "development",
    "test",
    "tests",
    "testing",
    "lint",
    "docs",
    "doc",
    "ci",
    "local",
    "debug",
    "example",
    "sample",
    "template",
    "tmpl",
    "tpl",
    "j2",
    "jinja",
    "dist",
    "old",
    "orig",
    "bak",
    "backup",
    "tools",
    "build",
    "builder",
    "minimal",
    "optional",
    "md",
    "rst",
    "html",
    "dockerignore",
    "swp",
];

/// True for a file whose reader drops ` # …` behind something, not only on a line of its own.
pub fn strips_comments(path: &Path) -> bool {
    !matches!(
        carrier(path),
        None | Some(
            Carrier::Dockerfile | Carrier::PythonVersion | Carrier::Runtime | Carrier::PipfileLock
        )
    )
}

/// True for a Dockerfile, by its name.
pub fn is_dockerfile(path: &Path) -> bool {
    carrier(path) == Some(Carrier::Dockerfile)
}

/// Says by its name whether a file may pin releases.
pub fn carrier(path: &Path) -> Option<Carrier> {
    let name = path.file_name()?.to_str()?;
    let fixed = match name {
        "pyproject.toml" => Some(Carrier::Pyproject),
        "uv.lock" => Some(Carrier::UvLock),
        "poetry.lock" => Some(Carrier::PoetryLock),
        "Pipfile.lock" => Some(Carrier::PipfileLock),
        ".python-version" => Some(Carrier::PythonVersion),
        "runtime.txt" => Some(Carrier::Runtime),
        "template.yaml" | "template.yml" | "template.json" => Some(Carrier::CloudFormation),
        _ => None,
    };
    if fixed.is_some() {
        return fixed;
    }
    let lower = name.to_ascii_lowercase();
    // What the CDK writes, and what people call such files.
    if lower.ends_with(".template.json") {
        return Some(Carrier::CloudFormation);
    }
    let (stem, extension) = lower.rsplit_once('.').unwrap_or((lower.as_str(), ""));
    let folder = path.parent().and_then(Path::file_name);
    let starts = |word: &str| {
        let rest = stem.strip_prefix(word);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
    };
    let is_yaml = matches!(extension, "yaml" | "yml");
    let is_json = extension == "json";
    let is_text = matches!(extension, "txt" | "in");
    let found = if starts("dockerfile") || starts("containerfile") || extension == "dockerfile" {
        Carrier::Dockerfile
    } else if is_text
        && (stem.contains("requirements") || folder.is_some_and(|of| of == "requirements"))
    {
        Carrier::Requirements
    } else if is_text && starts("constraints") {
        Carrier::Constraints
    } else if is_yaml
        && (starts("docker-compose") || starts("compose") || stem.ends_with("docker-compose"))
    {
        Carrier::Compose
    } else if is_yaml
        && (starts("values") || stem.ends_with("-values") || stem.ends_with("_values"))
    {
        Carrier::Values
    } else if matches!(extension, "tf" | "tofu") {
        Carrier::Terraform
    } else if is_json && matches!(stem.rsplit_once('.'), Some((_, "tf" | "tofu"))) {
        Carrier::TerraformJson
    } else if extension == "tfstate"
        || is_json && ["plan", "state"].iter().any(|word| stem.ends_with(word))
    {
        Carrier::TerraformState
    } else if (is_yaml || is_json) && (stem.contains("cloudformation") || starts("mwaa")) {
        Carrier::CloudFormation
    } else {
        return None;
    };
    let aside = lower
        .split(['.', '-', '_'])
        .any(|word| ASIDE.contains(&word));
    (!aside).then_some(found)
}

/// True for the name that a carrier has where there is only one of it; `Dockerfile.worker` and
/// `values-prod.yaml` stand beside others.
pub fn is_plain(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let Some(name) = name else { return false };
    let stem = name
        .split('.')
        .find(|part| !part.is_empty())
        .unwrap_or_default();
    carrier(path).is_some_and(|of| match of {
        Carrier::Dockerfile => matches!(name, "Dockerfile" | "Containerfile"),
        Carrier::Requirements => stem == "requirements",
        Carrier::Constraints => stem == "constraints",
        Carrier::Values => stem == "values",
        Carrier::Compose => matches!(stem, "docker-compose" | "compose"),
        _ => true,
    })
}

/// What a file pins, in its order. Each span is one of `text`.
pub fn read(carrier: Carrier, text: &str) -> Vec<Pin> {
    read_in(carrier, text, &mut compose::Alone)
}

/// The same, where `project` is what fills in the references of a compose file.
pub fn read_in(carrier: Carrier, text: &str, project: &mut dyn Scope) -> Vec<Pin> {
    let mut pins = match carrier {
        Carrier::Dockerfile => dockerfile::read(text),
        Carrier::Requirements => requirements::read(text, How::Requirement),
        Carrier::Constraints => requirements::read(text, How::Constraint),
        Carrier::Pyproject => pyproject::read(text),
        Carrier::UvLock => lock::uv(text),
        Carrier::PoetryLock => lock::poetry(text),
        Carrier::PipfileLock => lock::pipfile(text),
        Carrier::PythonVersion => python_version::version_file(text),
        Carrier::Runtime => python_version::runtime(text),
        Carrier::Values => values::read(text),
        Carrier::Compose => compose::read(text, project),
        Carrier::Containers => compose::read_plain(text),
        Carrier::Terraform => terraform::read(text),
        Carrier::TerraformJson => terraform::read_json(text),
        Carrier::TerraformState => terraform::read_state(text),
        Carrier::CloudFormation => cloudformation::read(text),
    };
    pins.sort_by_key(|pin| pin.span);
    settled(&pins)
}

/// What an image pins that an environment variable names ([`Pin::unless`]), all of it at `span`.
pub fn of_image(reference: &str, span: Span) -> Vec<Pin> {
    let image = image::read(reference);
    image.map_or_else(Vec::new, |image| {
        image.pins(Some(How::ComposeImage), |_| span)
    })
}

/// One release a file: several environments that differ choose none.
fn agreed(mut pins: Vec<Pin>) -> Vec<Pin> {
    if pins.windows(2).any(|two| two[0].demand != two[1].demand) {
        return Vec::new();
    }
    pins.truncate(1);
    pins
}

/// The release of three numbers and nothing else.
fn three_numbers(text: &str) -> Option<Version> {
    let numbers = text.split('.').collect::<Vec<_>>();
    let plain = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (numbers.len() == 3 && numbers.iter().all(plain))
        .then(|| release(text))
        .flatten()
}

/// Without what the file leaves open: where the marker of a requirement chooses between releases,
/// none is pinned. The same said twice is said once.
fn settled(pins: &[Pin]) -> Vec<Pin> {
    let mut kept: Vec<Pin> = Vec::with_capacity(pins.len());
    for pin in pins {
        let open = pins.iter().any(|other| {
            other.what == pin.what
                && other.demand != pin.demand
                && (other.conditional || pin.conditional)
        });
        let known = |other: &Pin| {
            (&other.what, &other.demand, other.how) == (&pin.what, &pin.demand, pin.how)
        };
        if !open && !kept.iter().any(known) {
            kept.push(pin.clone());
        }
    }
    kept
}

#[cfg(test)]
mod tests;
