//! What the AWS CLI writes with `--output yaml` and `--output yaml-stream`: the same tree as in JSON, page
//! after page.
//!
//! Only release 2 of the AWS CLI writes YAML. UNVERIFIED: nobody has run it here; its writer is ruamel.yaml,
//! which quotes what YAML 1.2 would take for something else than a text.

use std::path::Path;

use crate::inputs::Kind;
use crate::inputs::store::{self, Verdict};
use crate::source::{Fidelity, Span, Text, TextBuilder};
use crate::syntax::json::Json;

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
        out.push_from(text, 0..text.len());
        out.push("\n", Span::at(text.source().end), Fidelity::Elsewhere);
    }
    out.finish()
}
