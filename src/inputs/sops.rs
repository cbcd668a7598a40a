//! Files that SOPS encrypted: what is set stays readable, what it is set to does not.
//!
//! Such a file has the shape of the file that was encrypted, with a block of its own (`sops:`) beside. The block is
//! blanked out, so that the reader of that shape reads the rest; what it then takes for values is made unknown here.

use std::collections::HashSet;
use std::ops::Range;

use super::carrier::{Carrier, Encrypted, Part};
use super::exports::json_documents;
use super::{Input, Opacity, opaque};
use crate::source::{Fidelity, Text, TextBuilder};
use crate::syntax::json::{self, Json, Kind as JsonKind, Value};

/// How a hidden value begins.
const MARK: &str = "ENC[AES256_GCM,";

/// Lists in answers in lists of answers, and no deeper.
const DEEPEST: usize = 4;

/// True for a file that SOPS encrypted; `head` is its beginning, or all of it.
pub fn is_encrypted(head: &[u8]) -> bool {
    opaque::opacity(head, false) == Some(Opacity::Encrypted(opaque::SOPS))
}

/// True where a value is hidden, or something in it.
pub fn is_hidden(value: &str) -> bool {
    value.contains(MARK)
}

/// The text with blanks where SOPS has written about itself: every other byte keeps its place.
pub fn without_block(text: &str) -> String {
    let begin = text.trim_start_matches('\u{feff}').trim_start();
    if begin.starts_with('{') {
        let start = text.len() - begin.len();
        let (tree, _) = json::parse_head(&Text::verbatim(begin, 0));
        let block = tree.and_then(|tree| member(&tree, begin));
        return match block {
            Some(range) => {
                let range = start + range.start..start + range.end;
                blanked(text, std::slice::from_ref(&range))
            }
            None => text.to_owned(),
        };
    }
    let mut blocks = Vec::new();
    let mut at = 0;
    let (mut in_yaml, mut in_ini) = (false, false);
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim_end();
        if line.starts_with('[') {
            in_ini = line == "[sops]";
        }
        if !line.is_empty() && !line.starts_with([' ', '\t']) {
            in_yaml = line == "sops:";
        }
        if in_ini || in_yaml || line.starts_with("sops_") && line.contains('=') {
            blocks.push(start..start + line.len());
        }
    }
    blanked(text, &blocks)
}

/// Where the member `sops` of an object stands, with the comma that parts it from its neighbour.
fn member(tree: &Json, text: &str) -> Option<Range<usize>> {
    let member = tree.root().member("sops")?;
    let (start, end) = (member.key.range().start, member.value.range().end);
    let before = text.get(..start)?.trim_end();
    if let Some(before) = before.strip_suffix(',') {
        return Some(before.len()..end);
    }
    let after = text.get(end..)?;
    let blanks = after.len() - after.trim_start().len();
    let comma = usize::from(after.trim_start().starts_with(','));
    Some(start..end + if comma > 0 { blanks + comma } else { 0 })
}

fn blanked(text: &str, ranges: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for range in ranges {
        out.push_str(text.get(from..range.start).unwrap_or_default());
        for byte in text.as_bytes().get(range.clone()).unwrap_or_default() {
            out.push(if *byte == b'\n' { '\n' } else { ' ' });
        }
        from = range.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// Makes what the file sets unknown where it is hidden.
pub fn hide_in(input: &mut Input) {
    let hide = |value: &mut Text| {
        if is_hidden(value.expose()) {
            *value = value.clone().into_unknown();
        }
    };
    input
        .settings
        .iter_mut()
        .for_each(|one| hide(&mut one.value));
    input
        .definitions
        .iter_mut()
        .for_each(|one| hide(&mut one.value));
}

/// The same of what a carrier or an export holds.
pub fn hide(carrier: &mut Carrier, file: &str) {
    let around = &mut carrier.around;
    // Two values that are one differ when they are encrypted.
    around.differences.clear();
    around.faults.retain(|fault| {
        let text = file.get(fault.span.start..fault.span.end);
        !text.is_some_and(is_hidden)
    });
    let is_shown = |text: &Text| !is_hidden(text.expose());
    let mut told = HashSet::new();
    carrier.parts.retain_mut(|part| {
        part.write_out(file);
        match part {
            // It was written out.
            Part::Scattered { .. } => {}
            Part::Environment(environment) => {
                environment.variables.retain(|one| is_shown(&one.name));
                let shown = environment.variables.iter().map(|variable| {
                    let value = variable.value.as_ref().filter(|value| is_shown(value));
                    let text = |text: &Text| text.expose().to_owned();
                    (text(&variable.name), value.map(text))
                });
                // What several services are told alike.
                if !told.insert(shown.collect::<Vec<_>>()) {
                    return false;
                }
                for variable in &mut environment.variables {
                    let hidden = variable.value.take_if(|value| !is_shown(value));
                    variable.value = hidden.map(Text::into_unknown).or(variable.value.take());
                }
                return !environment.variables.is_empty();
            }
            Part::File { kind, text } if kind.is_store() && !kind.is_local() => {
                *text = export(text);
            }
            Part::File { text, .. } => {
                *text = pieces_unknown(text);
                return !text.expose().trim_start().starts_with(MARK);
            }
            Part::Store { secrets, .. } => {
                secrets.retain(|one| is_shown(&one.name));
                for secret in secrets {
                    secret.value.take_if(|value| !is_shown(value));
                    secret.parameter_type.take_if(|kind| !is_shown(kind));
                }
            }
            Part::Added { entries, .. } => {
                entries.retain(|one| is_shown(&one.id));
                for entry in entries.iter_mut().filter(|one| !is_shown(&one.value)) {
                    entry.value = entry.value.clone().into_unknown();
                }
            }
        }
        true
    });
    around.encrypted = Some(Encrypted {
        tool: opaque::SOPS,
        tells_names: !carrier.parts.is_empty(),
    });
}

/// The text of a file with what is hidden in it marked as not known.
fn pieces_unknown(text: &Text) -> Text {
    let value = text.expose();
    let mut out = TextBuilder::at(text.source().start);
    let mut from = 0;
    while let Some(at) = value[from..].find(MARK).map(|at| from + at) {
        let end = value[at..]
            .find(']')
            .map_or(value.len(), |end| at + end + 1);
        out.push_from(text, from..at);
        out.push_unknown(text, at..end);
        from = end;
    }
    out.push_from(text, from..text.len());
    out.finish()
}

/// An export in which `null` stands for what is hidden.
fn export(text: &Text) -> Text {
    let mut out = TextBuilder::at(text.source().start);
    for tree in json_documents(text).trees {
        let mut hidden = Vec::new();
        gather(tree.root(), 0, &mut hidden);
        let text = tree.text();
        let mut from = 0;
        for range in hidden {
            out.push_from(text, from..range.start);
            out.push("null", text.span(range.clone()), Fidelity::Elsewhere);
            from = range.end;
        }
        out.push_from(text, from..text.len());
        out.push_within("\n", text.span(text.len()..text.len()));
    }
    out.finish()
}

/// Where values stand that are hidden, or hold something hidden: of an entry the whole value.
fn gather(value: Value<'_>, depth: usize, hidden: &mut Vec<Range<usize>>) {
    let goes_on = |value: Value<'_>| match value.kind() {
        JsonKind::Array => true,
        JsonKind::Object => value.get("Name").is_some() || value.get("Parameters").is_some(),
        _ => false,
    };
    let is_list = value.kind() == JsonKind::Array;
    let inner = value.members().map(|member| member.value);
    for value in value.items().chain(inner) {
        let is_unit = is_list && value.kind() == JsonKind::Object;
        let name = value.get("Name");
        if name.is_some_and(|name| is_hidden(name.raw().expose())) {
            hidden.push(value.range());
        } else if depth < DEEPEST && (is_unit || goes_on(value)) {
            gather(value, depth + 1, hidden);
        } else if is_hidden(value.raw().expose()) {
            hidden.push(value.range());
        }
    }
}

#[cfg(test)]
mod tests;
