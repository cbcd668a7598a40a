//! A text of YAML in which Terraform fills something in.

use crate::source::{Text, TextBuilder};

/// YAML in which what is not known stands for scalars only, and whether that is all: what fills whole lines
/// (`${indent(2, yamlencode(…))}`, `%{ if … }`) is left out.
pub(super) fn parseable(text: &Text) -> (Text, bool) {
    if text.is_known() {
        return (text.clone(), true);
    }
    let mut yaml = TextBuilder::at(text.source().start);
    let mut is_whole = true;
    for line in lines(text) {
        let words = &text.expose()[line.clone()];
        let unknown = unknown(text, line.clone());
        let known: String = words
            .char_indices()
            .filter(|(at, _)| {
                !unknown
                    .iter()
                    .any(|range| range.contains(&(line.start + at)))
            })
            .map(|(_, c)| c)
            .collect();
        let known = known
            .trim()
            .trim_start_matches("- ")
            .trim_matches(['"', '\'', '-']);
        if !unknown.is_empty() && known.is_empty() || words.matches('\n').count() > 1 {
            is_whole = false;
            continue;
        }
        let mut at = line.start;
        for range in unknown {
            yaml.push_from(text, at..range.start);
            let filled_in = Text::elsewhere("unknown", text.span(range.clone())).into_unknown();
            yaml.push_from(&filled_in, 0..filled_in.len());
            at = range.end;
        }
        yaml.push_from(text, at..line.end);
    }
    (yaml.finish(), is_whole)
}

/// The lines, each with its break; a break in what is not known ends none.
fn lines(text: &Text) -> Vec<std::ops::Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (at, _) in text.expose().match_indices('\n') {
        if text.is_known_in(at..at + 1) {
            lines.push(start..at + 1);
            start = at + 1;
        }
    }
    lines.push(start..text.len());
    lines
}

/// The runs of a line that are not known.
fn unknown(text: &Text, line: std::ops::Range<usize>) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, c) in text.expose()[line.clone()].char_indices() {
        let range = line.start + at..line.start + at + c.len_utf8();
        if text.is_known_in(range.clone()) {
            continue;
        }
        match runs.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => runs.push(range),
        }
    }
    runs
}
