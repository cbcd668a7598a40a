//! The settings file: `airvane.toml`, or `[tool.airvane]` of `pyproject.toml`.
//!
//! It is found from the working directory upwards to the root of the repository ([`find()`]), and read into
//! one value, [`SettingsFile`], that goes with what is to be loaded and reaches every rule. Whoever works
//! with it asks for a field; a rule that points into it asks for the [`SettingsFile::place`] of a span.
//!
//! Everything that is wrong with it is a [`Mistake`] with its place, and nothing is done before there is
//! none. Words of the file are not repeated: a secret may have got into any place. To add a key: its line in
//! `written`, its field here, and what [`read`](self::read()) makes of the one for the other.

mod find;
mod read;
mod shape;
mod words;
mod written;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::airflow::conn_types::OwnTypes;
use crate::inputs::{EntryKind, Input, Kind, Tree};
use crate::report::{Selection, Severity, UnknownRule};
use crate::source::{FileId, LineIndex, Mask, Place, Secret, Span, display_path};
use crate::syntax::dotenv::Dialect;
use crate::workspace::deployments::directory;
use crate::workspace::targets::Stated;
use crate::workspace::{Declared, Globs};

pub use find::{find, find_above};
pub use read::read;
pub use words::{Chosen, Metastore, Word};

/// What the settings file says; the default is that of no file.
#[derive(Clone, Debug, Default)]
pub struct SettingsFile {
    /// The file; `None` where there is none.
    pub origin: Option<Origin>,
    /// Number of the file among those of the run, once it is loaded.
    pub file: Option<FileId>,
    /// `[target]`
    pub target: Stated,
    /// `select`: each word names rules.
    pub select: Vec<Word>,
    /// `ignore`: each word names rules.
    pub ignore: Vec<Word>,
    /// `[severity]`, in the order of the file: each word names rules.
    pub severity: Vec<(Word, Severity)>,
    /// `fail-on`; the inner `None` is never.
    pub fail_on: Option<Option<Severity>>,
    /// `env-dialect`
    pub env_dialect: Option<Dialect>,
    /// `[define]`
    pub define: Vec<(String, Secret)>,
    /// `[kinds]`, in the order of the file.
    pub kinds: Vec<(Globs, Kind)>,
    /// `exclude`
    pub exclude: Globs,
    /// `baseline`, from the folder of the file on.
    pub baseline: Option<PathBuf>,
    /// `[[per-path-ignore]]`
    pub path_ignores: Vec<PathIgnore>,
    /// `[[deployment]]`
    pub deployments: Vec<Declared>,
    /// `required`
    pub required: Vec<Required>,
    /// `lookup.metastore`
    pub metastore: Option<Metastore>,
    /// `[[backend]]`
    pub backends: Vec<DeclaredBackend>,
    /// `[[conn-type]]`
    pub conn_types: OwnTypes,
}

/// The file that was read.
#[derive(Clone)]
pub struct Origin {
    /// Its path, as somebody in the working directory writes it.
    pub path: PathBuf,
    /// Its bytes.
    pub bytes: std::sync::Arc<[u8]>,
    /// What of it may be shown.
    pub mask: Mask,
}

impl std::fmt::Debug for Origin {
    /// Without the bytes.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Origin")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// One `[[per-path-ignore]]`.
#[derive(Clone, Debug)]
pub struct PathIgnore {
    /// The whole entry: the line `[[per-path-ignore]]`, or the inline table.
    pub span: Span,
    /// The files.
    pub paths: Globs,
    /// The rules, each with its place.
    pub rules: Vec<RuleWord>,
    /// Why.
    pub reason: Word,
}

/// A word that should name rules.
#[derive(Clone, Debug)]
pub struct RuleWord {
    /// Where it stands, without quotes.
    pub span: Span,
    /// The codes of the rules it names; none for a family without rules. What names none is for AV904 to
    /// tell.
    pub codes: Result<Vec<&'static str>, UnknownRule>,
}

/// One of `required`.
#[derive(Clone, Debug)]
pub struct Required {
    /// What it is.
    pub kind: EntryKind,
    /// Its id.
    pub id: String,
    /// Where it stands, without quotes.
    pub span: Span,
}

/// One `[[backend]]`: a secrets backend of the user's own.
#[derive(Clone, Debug)]
pub struct DeclaredBackend {
    /// Path of the class.
    pub class: Word,
    /// Names of its keyword arguments, where they are declared.
    pub kwargs: Option<Vec<Word>>,
    /// Those that must be given.
    pub required_kwargs: Vec<Word>,
}

impl SettingsFile {
    /// The backend of this class, where it is declared.
    pub fn backend(&self, class: &str) -> Option<&DeclaredBackend> {
        self.backends.iter().find(|one| one.class.text == class)
    }

    /// What holds where there is no file.
    pub fn none() -> &'static Self {
        static NONE: LazyLock<SettingsFile> = LazyLock::new(SettingsFile::default);
        &NONE
    }

    /// Which rules may speak, and how severe they are. `with_lists`: as `select` and `ignore` say.
    pub fn selection(&self, with_lists: bool) -> Result<Selection, UnknownRule> {
        let mut selection = Selection::default();
        if with_lists {
            for word in &self.select {
                selection.select(&word.text)?;
            }
            for word in &self.ignore {
                selection.ignore(&word.text)?;
            }
        }
        for (word, severity) in &self.severity {
            selection.set_severity(&word.text, *severity)?;
        }
        Ok(selection)
    }

    /// The baseline that the file names, as somebody in the working directory writes its path.
    pub fn baseline_path(&self) -> Option<PathBuf> {
        let path = self.baseline.as_ref()?;
        let origin = self.origin.as_ref()?;
        let below = path.strip_prefix(directory(&origin.path));
        Some(match (below, origin.path.parent()) {
            (Ok(below), Some(folder)) => folder.join(below),
            _ => path.clone(),
        })
    }

    /// Where `span` stands, once the file is loaded; `None` where there is no file.
    pub fn place(&self, span: Span) -> Option<Place> {
        Some(Place::new(self.file?, span))
    }

    /// The kind that the file gives to a path: that of the last pattern that names it.
    pub fn kind_of(&self, path: &Path) -> Option<Kind> {
        let mut kinds = self.kinds.iter().rev();
        kinds
            .find(|(globs, _)| globs.matches(path))
            .map(|(_, kind)| *kind)
    }

    /// The file as one of the inputs of a run.
    pub(crate) fn input(&self) -> Option<Input> {
        let origin = self.origin.as_ref()?;
        Some(Input {
            id: self.file?,
            path: origin.path.clone(),
            kind: Kind::SettingsFile,
            because: "the settings file",
            lines: LineIndex::new(&origin.bytes),
            bytes: std::sync::Arc::clone(&origin.bytes),
            mask: origin.mask.clone(),
            tree: Tree::SettingsFile,
            settings: Vec::new(),
            definitions: Vec::new(),
            variables: Vec::new(),
            templated: false,
            inside: None,
        })
    }
}

/// Something that is wrong with the settings file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// Where.
    pub span: Span,
    /// What; nothing of the file.
    pub message: String,
}

impl Mistake {
    fn new(span: Span, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { span, message }
    }
}

/// Why there is no settings file to go by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// One line for each mistake: `airvane.toml:3:5: …`.
    pub lines: Vec<String>,
    /// The file.
    pub path: PathBuf,
    /// The mistakes with their places; none where the file cannot be read at all.
    pub mistakes: Vec<Mistake>,
}

impl Broken {
    fn whole(path: &Path, message: &str) -> Self {
        Self {
            lines: vec![format!("{}: {message}", display_path(path))],
            path: path.to_owned(),
            mistakes: Vec::new(),
        }
    }
}

/// The word of `known` that `text` is a slip away from, or the beginning of.
fn nearest<'k>(text: &str, known: &[&'k str]) -> Option<&'k str> {
    let text = text.to_ascii_lowercase().replace(['_', ' '], "-");
    let distance = |word: &str| strsim::osa_distance(&text, word);
    let mut longer = known
        .iter()
        .filter(|word| text.len() > 2 && word.starts_with(&text));
    if let (Some(word), None) = (longer.next(), longer.next()) {
        return Some(word);
    }
    let nearest = known.iter().copied().min_by_key(|word| distance(word))?;
    (distance(nearest) * 3 <= nearest.len().max(3)).then_some(nearest)
}
