//! What an adapter of YAML has found so far, and how much it may still look at.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use foldhash::quality::RandomState;

use crate::inputs::carrier::{Around, Broken, Carrier, Environment, Fault, FaultKind, Part};
use crate::inputs::cfg::{is_statement, is_template_name};
use crate::source::{Mask, Span, Text};
use crate::syntax::yaml::{Value, Yaml};

/// A text of YAML: a file, or one that stands in a value of it.
#[derive(Clone, Copy)]
pub(crate) struct Layer<'a> {
    /// The text.
    pub(crate) text: &'a str,
    outer: Option<&'a Text>,
}

impl<'a> Layer<'a> {
    /// The text of the file.
    pub(crate) fn file(text: &'a str) -> Self {
        Self { text, outer: None }
    }

    /// A text in a value of the file.
    pub(crate) fn inside(outer: &'a Text) -> Self {
        Self {
            text: outer.expose(),
            outer: Some(outer),
        }
    }

    /// A text that was read from this one, with its places in the file.
    pub(crate) fn of(self, text: &Text) -> Text {
        match self.outer {
            Some(outer) => text.standing_in(outer),
            None => text.clone(),
        }
    }

    /// The scalar of a value, with its places in the file.
    pub(crate) fn scalar(self, value: Value<'_>) -> Option<Text> {
        value.scalar().map(|text| self.of(text))
    }

    /// Where a span of this text stands in the file.
    pub(crate) fn span(self, span: Span) -> Span {
        match self.outer {
            Some(outer) => outer.span(clamp(span, outer)),
            None => span,
        }
    }

    /// Shows the pieces of the file that belong to a span of this text and to nothing else.
    pub(crate) fn show(self, span: Span, mask: &mut Mask) {
        match self.outer {
            Some(outer) => mask.show_all(outer.own_pieces(clamp(span, outer))),
            None => mask.show(span),
        }
    }
}

fn clamp(span: Span, text: &Text) -> std::ops::Range<usize> {
    span.start.min(text.len())..span.end.min(text.len())
}

/// A text with its place.
type Placed<'a> = (&'a str, Span);

/// The variables of an environment.
fn placed(environment: &Environment) -> impl Iterator<Item = (Placed<'_>, Option<Placed<'_>>)> {
    fn placed(text: &Text) -> Placed<'_> {
        (text.expose(), text.source())
    }
    let variables = environment.variables.iter();
    variables.map(|one| (placed(&one.name), one.value.as_ref().map(placed)))
}

fn is_same(one: &Environment, other: &Environment) -> bool {
    one.env_files == other.env_files && placed(one).eq(placed(other))
}

/// What was found.
pub(crate) struct Found<'a> {
    text: &'a str,
    /// What is read like files.
    pub(crate) parts: Vec<Part>,
    pub(super) mask: Mask,
    around: Around,
    templated: bool,
    readable: bool,
    /// What may still be looked at.
    budget: usize,
    /// By their hash, the environments among the parts.
    known: HashMap<u64, Vec<usize>, RandomState>,
}

/// Aliases may make that much more to look at than the file has.
const MORE: usize = 1 << 17;

impl<'a> Found<'a> {
    /// Nothing yet, and what is wrong with the text.
    pub(crate) fn new(text: &'a str, path: &Path, yaml: &Yaml) -> Self {
        let is_json = text.trim_start_matches('\u{feff}').trim_start();
        let is_json = is_json.starts_with(['{', '[']);
        let refused = yaml.refused_by_libyaml().filter(|_| !is_json);
        let error = yaml.error().or(refused);
        let marks = text.contains("{{") || text.contains("{%") || text.contains("<%");
        let templated =
            is_template_name(path) || marks && (error.is_some() || text.lines().any(is_statement));
        let broken = error.map(|error| Broken {
            language: if is_json { "JSON" } else { "YAML" },
            ..Broken::yaml(error)
        });
        Self {
            text,
            parts: Vec::new(),
            mask: Mask::new(),
            // Which branch of a template counts nobody knows.
            readable: !(templated && error.is_some()),
            around: Around {
                broken,
                ..Around::default()
            },
            templated,
            budget: text.len() + MORE,
            known: HashMap::default(),
        }
    }

    /// Nothing yet, of a text that stands in the value of another format.
    pub(crate) fn inside(text: &'a str) -> Self {
        Self {
            text,
            parts: Vec::new(),
            mask: Mask::new(),
            around: Around::default(),
            templated: false,
            readable: true,
            budget: text.len() + MORE,
            known: HashMap::default(),
        }
    }

    /// What was found in it.
    pub(crate) fn leave(self) -> (Vec<Part>, Mask, Around) {
        (self.parts, self.mask, self.around)
    }

    /// True unless the text is a template that is no YAML yet.
    pub(crate) fn is_readable(&self) -> bool {
        self.readable
    }

    /// Takes `cost` from what may still be looked at. False where nothing is left: aliases unfold into much
    /// more than the file holds.
    pub(crate) fn spend(&mut self, cost: usize) -> bool {
        let rest = self.budget.checked_sub(cost);
        self.budget = rest.unwrap_or_default();
        rest.is_some()
    }

    /// Notes a mistake.
    pub(crate) fn fault(&mut self, kind: FaultKind, span: Span, name: &str) {
        let faults = &mut self.around.faults;
        if !faults
            .last()
            .is_some_and(|last| last.kind == kind && last.span == span)
        {
            faults.push(Fault {
                kind,
                span,
                name: name.to_owned(),
            });
        }
    }

    /// Notes files that become an airflow.cfg.
    pub(super) fn cfgs(&mut self, paths: impl IntoIterator<Item = PathBuf>) {
        self.around.cfgs.extend(paths);
    }

    /// Notes a setting, from its name to the end of its value.
    pub(crate) fn block(&mut self, span: Span) {
        self.around.blocks.push(span);
    }

    /// A text in a value is no YAML.
    pub(crate) fn broken(&mut self, span: Span, message: &str) {
        self.around.broken.get_or_insert_with(|| Broken {
            language: "YAML",
            span,
            message: message.to_owned(),
            is_limit: false,
        });
    }

    /// Adds an environment, unless one of the parts says the same at the same places.
    pub(super) fn add(&mut self, environment: Environment) {
        let mut hasher = self.known.hasher().build_hasher();
        environment.env_files.hash(&mut hasher);
        placed(&environment).for_each(|variable| variable.hash(&mut hasher));
        let alike = self.known.entry(hasher.finish()).or_default();
        let is_known = alike.iter().any(|&at| {
            let part = &self.parts[at];
            matches!(part, Part::Environment(other) if is_same(other, &environment))
        });
        if !is_known {
            alike.push(self.parts.len());
            self.parts.push(Part::Environment(environment));
        }
    }

    /// All of it.
    pub(crate) fn finish(mut self, yaml: &Yaml) -> Carrier {
        let comments = yaml.comments().iter().map(|comment| comment.span);
        self.around.comments = comments.collect();
        for comment in &self.around.comments {
            self.mask.show(Span::new(
                comment.start,
                (comment.start + 1).min(self.text.len()),
            ));
        }
        self.around.blocks.sort_unstable();
        self.around.blocks.dedup();
        Carrier {
            parts: self.parts,
            around: self.around,
            mask: self.mask,
            templated: self.templated,
        }
    }
}
