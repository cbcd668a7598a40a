//! Document links: from the rules in the brackets of an ignore to their pages.

use lsp_types::{DocumentLink, DocumentLinkParams};
use serde_json::Value;

use super::answers::Known;
use super::documents::path_of;
use super::position::Lines;
use super::reading::Reading;
use super::server::{Refused, parameters};
use crate::check;
use crate::rules;

/// `textDocument/documentLink`
pub(super) fn answer(params: Value, known: &Known) -> Result<Value, Refused> {
    let params: DocumentLinkParams = parameters(params)?;
    let links = path_of(&params.text_document.uri).and_then(|path| {
        let document = known.documents.get(&path)?;
        let lines = Lines::new(document.text.as_bytes(), known.encoding);
        let reading = Reading::of(&path, known)?;
        let file = reading.file()?.id;
        let ignores = check::ignores(reading.loaded()).into_iter();
        let ours = ignores.filter(|ignore| ignore.file == file);
        let words = ours.flat_map(|ignore| ignore.directive.words.unwrap_or_default());
        let pages = words.filter(|word| word.is_rule).filter_map(|word| {
            let rule = rules::find(word.codes.ok()?.first()?)?;
            Some(DocumentLink {
                range: lines.range(word.span.start, word.span.end),
                target: rule.url().parse().ok(),
                tooltip: Some(format!("The page of {} {}", rule.code, rule.name)),
                data: None,
            })
        });
        Some(pages.collect::<Vec<_>>())
    });
    Ok(serde_json::to_value(links.unwrap_or_default()).unwrap_or_default())
}
