//! An airflow.cfg as the process of one target reads it: what is left of a file that cannot be read, and
//! what older releases of Python read otherwise.

use super::{Loaded, One, View};
use crate::airflow::Target;
use crate::airflow::backend::SecretsConfig;
use crate::airflow::config::{Settings, header_ends_at_first_bracket, survives_bad_file};
use crate::inputs::cfg::{self, CfgParts};
use crate::inputs::{Input, Kind, Opacity, Tree};
use crate::source::{FileId, Place, Span};

/// Files that the target's Python reads in another way than the one they were loaded in.
#[derive(Debug, Default)]
pub struct Again(Vec<(FileId, CfgParts)>);

/// A file that Airflow cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Name of the Python exception.
    pub exception: &'static str,
    /// Where.
    pub place: Place,
    /// Airflow does not start. Otherwise the process goes on with what it had read.
    pub is_fatal: bool,
}

impl Loaded {
    /// Reads the files again that the target of `one` reads otherwise: before Python 3.10 a header ends
    /// elsewhere.
    pub fn read_again(&self, one: &One) -> Again {
        if !header_ends_at_first_bracket(self.target_of(one).python) {
            return Again::default();
        }
        let inputs = self.of(&one.choice.settings).into_iter();
        let read = inputs.filter_map(|input| {
            let Tree::Cfg(_) = &input.tree else {
                return None;
            };
            let parts = cfg::read_before_3_10(&input.text()?, input.id, &input.path);
            Some((input.id, parts))
        });
        Again(read.collect())
    }

    /// How a deployment reads for its first target, and which file cannot be read.
    pub fn view_of<'a>(&'a self, one: &One, again: &'a Again) -> (View<'a>, Option<Unreadable>) {
        let target = self.target_of(one);
        let mut settings = self.settings(&one.choice);
        for (file, parts) in &again.0 {
            settings.drop_file(*file);
            settings.written.extend(&parts.settings);
        }
        let mut unreadable = None;
        for input in self.of(&one.choice.settings) {
            let found = keep_loaded(&mut settings, input, again, target);
            unreadable = unreadable.or(found);
        }
        settings.index();
        let secrets = SecretsConfig::read(&settings, target);
        let view = View {
            target,
            group: one.group,
            choice: 0,
            settings,
            secrets,
        };
        (view, unreadable)
    }
}

/// Leaves of the settings what is left where `input` cannot be read.
fn keep_loaded(
    settings: &mut Settings<'_>,
    input: &Input,
    again: &Again,
    target: &Target,
) -> Option<Unreadable> {
    // A parse failure in a template says nothing about the file that is made from it.
    if input.kind != Kind::Cfg || input.templated {
        return None;
    }
    let (exception, span) = match &input.tree {
        Tree::Cfg(tree) => {
            let parts = again.0.iter().find(|(file, _)| *file == input.id);
            let tree = parts.map_or(tree, |(_, parts)| &parts.tree);
            settings.keep_loaded(input.id, tree, target);
            let error = tree.raises()?;
            (error.kind.exception(), error.span)
        }
        Tree::Opaque(Opacity::NotUtf8 { at }) => ("UnicodeDecodeError", Span::at(*at)),
        _ => return None,
    };
    Some(Unreadable {
        exception,
        place: Place::new(input.id, span),
        is_fatal: !survives_bad_file(target),
    })
}
