//! What a store's findings need of the window is taken before the stream goes on: lines, columns, and
//! the piece of the line for streams that cannot be read again.

use std::collections::BTreeMap;

use crate::inputs::Input;
use crate::inputs::store::Entry;
use crate::report::{Finding, Phrases, Window};
use crate::source::{Mask, Span};

/// Longest masked piece of a line that is kept, in bytes.
const WINDOW: usize = 200;

/// Findings of each rule that keep such a piece, for each target: the `full` format shows the first
/// 200 of all.
const SHOWN: usize = 256;

/// Findings on entries that have passed.
pub(in crate::check) struct Kept<'r> {
    input: &'r Input,
    pub(in crate::check) findings: Vec<Finding>,
    phrases: Phrases,
    /// Findings with a piece of their line, by the code of the rule.
    shown: BTreeMap<&'static str, usize>,
    most_shown: usize,
}

impl<'r> Kept<'r> {
    pub(in crate::check) fn new(input: &'r Input, targets: usize) -> Self {
        Self {
            input,
            findings: Vec::new(),
            phrases: Phrases::default(),
            shown: BTreeMap::new(),
            most_shown: SHOWN * targets,
        }
    }

    /// Keeps what the rules said of an entry, of which these spans may be shown.
    pub(in crate::check) fn keep(
        &mut self,
        mut found: Vec<Finding>,
        entry: &Entry<'_>,
        visible: impl FnOnce() -> Vec<Span>,
    ) {
        for finding in &mut found {
            self.phrases.share(&mut finding.message);
            if let Some(help) = &mut finding.help {
                self.phrases.share(help);
            }
        }
        let held = self.input.is_held();
        let shown = |finding: &Finding| {
            let code = finding.rule.code;
            self.shown
                .get(code)
                .is_none_or(|count| *count < self.most_shown)
        };
        let mut mask = None;
        if !held && found.iter().any(shown) {
            let mut sealed = Mask::new();
            sealed.show_all(visible());
            sealed.seal();
            mask = Some(sealed);
        }
        entry.expect_positions();
        for finding in &mut found {
            // What an entry hides stands in another file, which knows its lines.
            let is_here = finding.place.file == self.input.id;
            if is_here {
                let Span { start, end } = finding.place.span;
                finding.position = Some((entry.position(start), entry.position(end)));
            }
            for related in &mut finding.related {
                let Span { start, end } = related.place.span;
                let here = entry.element_span();
                // An earlier entry has left the window.
                let inside = here.start <= start && end <= here.end;
                if related.place.file == self.input.id && !held && inside {
                    related.position = Some((entry.position(start), entry.position(end)));
                }
            }
            if let Some(mask) = mask.as_ref().filter(|_| is_here) {
                finding.window = window(entry, finding.place.span, mask);
                *self.shown.entry(finding.rule.code).or_default() += 1;
            }
        }
        self.findings.extend(found);
    }
}

/// The masked line around `span`, at most [`WINDOW`] bytes of it, cut to the entry.
fn window(entry: &Entry<'_>, span: Span, mask: &Mask) -> Option<Window> {
    let (text, offset) = entry.element_text();
    let at = span.start.checked_sub(offset)?;
    let before = text.get(..at)?;
    let line_start = before.rfind('\n').map_or(0, |lf| lf + 1);
    let line_end = text[at..].find('\n').map_or(text.len(), |lf| at + lf);
    let mut from = line_start.max(at.saturating_sub(WINDOW / 3));
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let mut to = line_end.min(from + WINDOW);
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    let line = text.get(from..to)?.trim_end_matches('\r');
    Some(Window {
        text: mask.apply(line, offset + from),
        offset: offset + from,
    })
}
