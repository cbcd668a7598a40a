//! What the AWS CLI writes with `--output yaml` and `--output yaml-stream`: the same tree as in JSON, page
//! after page.
//!
//! Only release 2 of the AWS CLI writes YAML. UNVERIFIED: nobody has run it here; its writer is ruamel.yaml,
//! which quotes what YAML 1.2 would take for something else than a text.

use std::path::Path;

use crate::inputs::Kind;
use crate::inputs::store::{self, Verdict};
use crate::source::{Fidelity, Span, Text, TextBuilder};
use crate::syntax::json::{Json, Kind as JsonKind, Value};

pub(super) fn recognise(trees: &[Json], is_json: bool) -> Option<(Kind, &'static str)> {
    if is_json {
        return None;
    }
    let head = trees.first()?.text().expose();
    match store::detect(head.as_bytes(), Path::new("")) {
        Verdict::Store(found) => match found.kind {
            Kind::Ssm => Some((Kind::Ssm, "an answer of SSM in YAML")),
            Kind::SecretsManager => {
                Some((Kind::SecretsManager, "an answer of Secrets Manager in YAML"))
            }
            Kind::FlatStore => Some((Kind::FlatStore, found.because)),
            _ => None,
        },
        _ => None,
    }
}

/// One document after the other: the stream reads several.
pub(super) fn read(trees: &[Json]) -> Text {
    let mut out = TextBuilder::at(0);
    for tree in trees {
        let text = tree.text();
        let mut from = 0;
        if let Some(cut) = cut_off(tree.root()) {
            let range = cut.range();
            out.push_from(text, from..range.start);
            name_only(&mut out, cut);
            from = range.end;
        }
        out.push_from(text, from..text.len());
        out.push("\n", Span::at(text.source().end), Fidelity::Elsewhere);
    }
    out.finish()
}

/// The parameter or secret that the document breaks off in: what it is set to is not certain.
fn cut_off(root: Value<'_>) -> Option<Value<'_>> {
    let mut value = root;
    while value.is_open() {
        if name_of(value).is_some() {
            return Some(value);
        }
        if let Some(member) = value.members().last() {
            let key = member.key.as_str().unwrap_or_default();
            if !PAGES.contains(&key.as_ref()) {
                // The value of a flat map.
                return Some(member.value).filter(|value| value.is_open());
            }
            value = member.value;
        } else {
            value = value.items().last()?;
        }
    }
    None
}

/// Keys of answers that hold items, or one.
const PAGES: [&str; 4] = ["Parameter", "Parameters", "SecretList", "SecretValues"];

fn name_of(value: Value<'_>) -> Option<Value<'_>> {
    let keys = ["Name", "name", "ARN"];
    let mut names = keys.into_iter().filter_map(|key| value.get(key));
    names.find(|name| name.kind() == JsonKind::String)
}

fn name_only(out: &mut TextBuilder, value: Value<'_>) {
    let at = value.span();
    match name_of(value) {
        Some(name) => {
            out.push("{\"Name\": ", Span::at(at.start), Fidelity::Elsewhere);
            let raw = name.raw();
            out.push_from(&raw, 0..raw.len());
            out.push(", \"Value\": null}", Span::at(at.end), Fidelity::Elsewhere);
        }
        None => out.push("null", at, Fidelity::Elsewhere),
    }
}
