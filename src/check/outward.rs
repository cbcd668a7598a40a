//! From the parts of a file to the file: what was found in a part, may be shown of it or is ignored there
//! is told of the file around it.

use std::collections::BTreeMap;

use super::visible::Seen;
use crate::inputs::Input;
use crate::inputs::inside::Inside;
use crate::load::Loaded;
use crate::report::{Applicability, Finding, Ignore};
use crate::source::{FileId, Place, Span};

/// Lets findings point into the files that a person sees. What would have to be written in another
/// format's own way is shown, not written.
pub(super) fn findings(findings: &mut [Finding], loaded: &Loaded) {
    for finding in findings {
        let own = part(loaded, finding.place.file);
        if own.is_some() {
            // The stream has seen the text of the part only.
            finding.position = None;
            finding.window = None;
        }
        finding.place = outward(finding.place, loaded);
        for related in &mut finding.related {
            if part(loaded, related.place.file).is_some() {
                related.position = None;
            }
            related.place = outward(related.place, loaded);
        }
        let Some(fix) = &mut finding.fix else {
            continue;
        };
        let parts = fix
            .edits
            .iter()
            .filter_map(|edit| part(loaded, edit.place.file));
        let parts: Vec<&Inside> = parts.collect();
        if parts.is_empty() {
            continue;
        }
        fix.limit(Applicability::Display);
        if parts.iter().any(|inside| inside.embedded.is_some()) {
            fix.edits.clear();
        }
        for edit in &mut fix.edits {
            edit.place = outward(edit.place, loaded);
        }
    }
}

/// As [`findings`], of what was read and what may be shown of it.
pub(super) fn visible(seen: &mut [Seen], loaded: &Loaded) {
    let pieces = |places: &mut Vec<Place>, of: fn(&Inside, Span) -> Vec<Span>| {
        if !places
            .iter()
            .any(|place| part(loaded, place.file).is_some())
        {
            return;
        }
        let keeps_spans =
            |place: &Place| part(loaded, place.file).is_none_or(|inside| inside.embedded.is_none());
        if places.iter().all(keeps_spans) {
            for place in places {
                *place = outward(*place, loaded);
            }
            return;
        }
        let old = std::mem::take(places);
        places.extend(old.into_iter().flat_map(|place| {
            let Some(inside) = part(loaded, place.file) else {
                return vec![place];
            };
            let spans = of(inside, place.span).into_iter();
            spans.map(|span| Place::new(inside.of, span)).collect()
        }));
    };
    for one in seen {
        pieces(&mut one.read, Inside::pieces);
        pieces(&mut one.shown, Inside::own_pieces);
    }
}

/// As [`findings`], of what a comment in a part says.
pub(super) fn ignore(mut ignore: Ignore, loaded: &Loaded) -> Ignore {
    let Some(inside) = part(loaded, ignore.file) else {
        return ignore;
    };
    let directive = &mut ignore.directive;
    directive.mark = inside.span(Span::at(directive.mark)).start;
    directive.span = inside.span(directive.span);
    for word in directive.words.iter_mut().flatten() {
        word.span = inside.span(word.span);
    }
    ignore.reach = ignore.reach.map(|reach| inside.span(reach));
    ignore.file = inside.of;
    ignore
}

/// Gives the masks of parts to the files around them.
pub(super) fn masks(inputs: &mut [Input]) {
    let mut of_files: BTreeMap<FileId, Vec<Span>> = BTreeMap::new();
    for input in inputs.iter() {
        let Some(inside) = &input.inside else {
            continue;
        };
        let shown = input.mask.visible().iter();
        let of_file = of_files.entry(inside.of).or_default();
        if inside.embedded.is_none() {
            of_file.extend(shown);
        } else {
            of_file.extend(shown.flat_map(|span| inside.own_pieces(*span)));
        }
    }
    for input in inputs {
        if let Some(shown) = of_files.remove(&input.id) {
            input.mask.show_all(shown);
            input.mask.seal();
        }
    }
}

fn part(loaded: &Loaded, file: FileId) -> Option<&Inside> {
    loaded.input(file)?.inside.as_ref()
}

fn outward(place: Place, loaded: &Loaded) -> Place {
    let input = loaded.input(place.file);
    input.map_or(place, |input| input.outward(place))
}
