//! The parts of a carrier's file as inputs of their own.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use foldhash::quality::RandomState;

use super::Request;
use super::env_files;
use super::read::{Found, outside};
use crate::aws::names::is_store_name;
use crate::inputs::carrier::{self, Added, Carrier, Environment, Part, Secret, Surroundings};
use crate::inputs::entries::{Entries, Given};
use crate::inputs::env::{self, is_public_name};
use crate::inputs::inside::{Embedded, Inside, Writing};
use crate::inputs::local::LocalTree;
use crate::inputs::scattered::Scattered;
use crate::inputs::spelling::Spelling;
use crate::inputs::{
    Definition, EntryKind, Form, Input, Kind, Notation, Tree, cfg, exports, local, sops,
};
use crate::source::{FileId, LineIndex, Mask, Text};
use crate::syntax::dotenv::{Delivery, EnvFile, EnvVariable};
use crate::workspace::{Content, Files};

/// A neighbour above this size is none.
const LARGEST: usize = 4 << 20;

/// Reads the carrier whose path, kind and bytes `input` holds, and which says `text`, `is_encrypted` by SOPS or not. Its
/// parts follow it.
pub(super) fn read(
    mut input: Input,
    text: &str,
    is_encrypted: bool,
    request: &Request,
    files: &Files,
) -> (Input, Vec<Found>) {
    let plain;
    let text = if is_encrypted {
        plain = sops::without_block(text);
        &plain
    } else {
        text
    };
    let folder = input.path.parent().unwrap_or(Path::new(""));
    let neighbour = |path: &Path| {
        let content = files.open(&folder.join(path)).ok()?;
        let bytes = content.into_bytes_up_to(LARGEST).ok()?;
        String::from_utf8(bytes.to_vec()).ok()
    };
    let surroundings = Surroundings {
        path: &input.path,
        environment: &outside(request),
        neighbour: &neighbour,
    };
    let mut carrier = carrier::read(input.kind, text, &surroundings);
    if is_encrypted {
        sops::hide(&mut carrier, text);
    }
    let missing = env_files::missing(&input.path, &carrier.around, files);
    carrier.around.faults.extend(missing);
    let Carrier {
        parts,
        around,
        mask,
        templated,
    } = carrier;
    input.tree = Tree::Carrier(around);
    input.mask = mask;
    input.mask.seal();
    input.templated = templated;
    input.lines = LineIndex::new(&input.bytes);
    let parts = parts.into_iter().enumerate().map(|(index, part)| {
        let room = Room {
            outer: &input,
            request,
            number: index + 1,
        };
        room.found(part)
    });
    let parts = parts.collect();
    (input, parts)
}

/// Where a part becomes an input.
struct Room<'a> {
    outer: &'a Input,
    request: &'a Request,
    number: usize,
}

impl Room<'_> {
    fn found(&self, part: Part) -> Found {
        let mut content = None;
        let input = match part {
            Part::Environment(environment) => self.environment(environment),
            Part::File { kind, text } if kind.is_store() && !kind.is_local() => {
                let mut input = self.embedded(kind, text);
                if let Some(inside) = &mut input.inside {
                    let outer = self.outer;
                    inside.makes_entries = exports::makes_entries(outer.kind, &outer.bytes);
                }
                content = Some(Content::Whole(Arc::clone(&input.bytes)));
                input
            }
            Part::File { kind, text } => self.file(kind, text),
            Part::Scattered { kind, entries } => {
                let bytes = Arc::clone(&self.outer.bytes);
                let scattered = Arc::new(Scattered::new(kind, bytes, entries));
                content = Some(Content::Scattered(Arc::clone(&scattered)));
                self.scattered(kind, scattered)
            }
            Part::Store { kind, secrets } => {
                let mut input = self.embedded(kind, export(kind, &secrets));
                if let Some(inside) = &mut input.inside {
                    inside.makes_entries = true;
                }
                content = Some(Content::Whole(Arc::clone(&input.bytes)));
                input
            }
            Part::Added { kind, entries } => self.added(kind, entries),
        };
        Found {
            input,
            content,
            context: false,
            parts: Vec::new(),
        }
    }

    /// A part of which nothing was read yet.
    fn blank(&self, kind: Kind) -> Input {
        let outer = self.outer;
        Input {
            id: FileId(0),
            path: outer.path.clone(),
            kind,
            because: outer.because,
            bytes: Arc::clone(&outer.bytes),
            lines: outer.lines.clone(),
            mask: Mask::new(),
            tree: Tree::Store,
            settings: Vec::new(),
            definitions: Vec::new(),
            variables: Vec::new(),
            templated: outer.templated,
            inside: Some(Inside {
                of: outer.id,
                kind: outer.kind,
                number: self.number,
                env_files: Vec::new(),
                raw_files: Vec::new(),
                embedded: None,
                makes_entries: false,
                is_cut: matches!(&outer.tree, Tree::Carrier(around) if around.broken.is_some() || around.may_go_on),
            }),
        }
    }

    fn environment(&self, environment: Environment) -> Input {
        let mut input = self.blank(Kind::Env);
        let mut tree = EnvFile {
            stated: true,
            ..EnvFile::default()
        };
        let is_last = are_last(&environment.variables);
        let mut open = environment.left_open;
        open.retain(|name| {
            let all = environment.variables.iter();
            all.filter(|one| one.name.expose() == *name).count() == 1
        });
        tree.variables.reserve_exact(is_last.len());
        for (variable, is_last) in environment.variables.into_iter().zip(is_last) {
            let name_span = variable.name.source();
            let name = variable.name.expose().to_owned();
            if is_public_name(&name) {
                input.mask.show_all(variable.name.own_pieces(0..name.len()));
            }
            // An option that is set to what is not known is set.
            let value = variable.value.or_else(|| {
                let unknown = || Text::elsewhere("?", name_span).into_unknown();
                name.starts_with("AIRFLOW__").then(unknown)
            });
            tree.variables.push(EnvVariable {
                name,
                name_span,
                value,
                delivery: if is_last {
                    Delivery::Kept
                } else {
                    Delivery::Overridden
                },
            });
        }
        input.mask.seal();
        env::take(&tree, &mut input);
        for setting in &mut input.settings {
            let name = || Spelling::Variable.name(&setting.section, &setting.option);
            setting.is_left_open =
                !open.is_empty() && setting.form == Form::Plain && open.contains(&name().as_str());
            setting.spelling = environment.spelling;
        }
        input.tree = Tree::Env(tree);
        if let Some(inside) = &mut input.inside {
            inside.env_files = environment.env_files;
            inside.raw_files = environment.raw_files;
        }
        input
    }

    /// Entries of the metadata database.
    fn added(&self, kind: Kind, entries: Vec<Added>) -> Input {
        let mut input = self.blank(kind);
        input.tree = Tree::Local(LocalTree::Added);
        for Added { id, value, how } in entries {
            if is_store_name(id.expose()) {
                input.mask.show_all(id.own_pieces(0..id.len()));
            }
            input.definitions.push(Definition {
                kind: if kind == Kind::Variables {
                    EntryKind::Variable
                } else {
                    EntryKind::Connection
                },
                id: id.expose().to_owned(),
                file: input.id,
                name: id.source(),
                value,
                notation: Notation::Added(how),
            });
        }
        input.mask.seal();
        input
    }

    /// A part with a text of its own that is not held.
    fn scattered(&self, kind: Kind, scattered: Arc<Scattered>) -> Input {
        let outer = self.outer;
        let mut input = self.blank(kind);
        if let Some(inside) = &mut input.inside {
            inside.makes_entries = exports::makes_entries(outer.kind, &outer.bytes);
            inside.embedded = Some(Embedded {
                text: Writing::Scattered(scattered),
                bytes: std::mem::replace(&mut input.bytes, Vec::new().into()),
                lines: std::mem::replace(&mut input.lines, LineIndex::new(b"")),
                open: None,
            });
        }
        input
    }

    /// A part with a text of its own.
    fn embedded(&self, kind: Kind, text: Text) -> Input {
        let mut input = self.blank(kind);
        let bytes: Arc<[u8]> = Arc::from(text.expose().as_bytes());
        let embedded = Embedded {
            open: (!text.is_known()).then(|| text.as_file()),
            text: Writing::Text(text),
            bytes: Arc::clone(&self.outer.bytes),
            lines: self.outer.lines.clone(),
        };
        if let Some(inside) = &mut input.inside {
            inside.embedded = Some(embedded);
        }
        input.lines = LineIndex::new(&bytes);
        input.bytes = bytes;
        input
    }

    fn file(&self, kind: Kind, text: Text) -> Input {
        let mut input = self.embedded(kind, text);
        let text = input.text().unwrap_or_else(|| Text::verbatim("", 0));
        match kind {
            Kind::Cfg => {
                let parts = cfg::read_text(&text, input.id, &input.path);
                input.tree = Tree::Cfg(parts.tree);
                input.settings = parts.settings;
                input.mask = parts.mask;
                input.templated |= parts.templated;
            }
            Kind::Connections | Kind::Variables => {
                let form = local::form(Path::new(""), text.expose().as_bytes());
                let parts = local::read(text.expose(), kind, input.id, form);
                input.tree = Tree::Local(parts.tree);
                input.definitions = parts.definitions;
                input.mask = parts.mask;
            }
            _ => {
                let outside = outside(self.request);
                let dialect = self.request.dialect.unwrap_or_default();
                let parts = env::read(text.expose(), dialect, &outside, input.id, &input.path);
                input.tree = Tree::Env(parts.tree);
                input.settings = parts.settings;
                input.definitions = parts.definitions;
                input.variables = parts.variables;
                input.mask = parts.mask;
                input.templated |= parts.templated;
            }
        }
        input
    }
}

/// Which of the variables are the last of their name.
fn are_last(variables: &[carrier::Variable]) -> Vec<bool> {
    let mut later: HashSet<&str, RandomState> = HashSet::default();
    later.reserve(variables.len());
    let mut are_last: Vec<bool> = variables
        .iter()
        .rev()
        .map(|variable| later.insert(variable.name.expose()))
        .collect();
    are_last.reverse();
    are_last
}

/// The secrets as their store would export them. A value of which nothing is known is left out, and a name of which
/// something is not.
fn export(kind: Kind, secrets: &[Secret]) -> Text {
    let mut entries = Entries::of(kind);
    for secret in secrets.iter().filter(|secret| secret.name.is_known()) {
        let known = |text: &&Text| text.is_known();
        let parameter_type = secret.parameter_type.as_ref().filter(known);
        let some_known = |text: &&Text| {
            let unknown = text.unknown_ranges();
            let unknown: usize = unknown.iter().map(ExactSizeIterator::len).sum();
            text.is_known() || unknown < text.len()
        };
        let value = secret.value.as_ref().filter(some_known);
        entries.push(
            Given::Text(&secret.name),
            parameter_type.map(Given::Text),
            value.map(Given::Text),
        );
    }
    entries.finish()
}
