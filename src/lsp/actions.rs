//! Code actions: the fixes that findings offer, and all of the safe ones at once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, Range, TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};
use serde_json::Value;

use super::answers::Known;
use super::checker::Found;
use super::documents::{path_of, uri_of};
use super::ignores;
use super::server::{Refused, parameters};

/// Makes every safe fix of a file.
pub(super) const FIX_ALL: &str = "source.fixAll.airvane";

/// `textDocument/codeAction`
pub(super) fn answer(params: Value, known: &Known) -> Result<Value, Refused> {
    let params: CodeActionParams = parameters(params)?;
    let actions = path_of(&params.text_document.uri).map(|path| at(&path, &params, known));
    let actions: Vec<_> = actions.into_iter().flatten().collect();
    Ok(serde_json::to_value(actions).unwrap_or_default())
}

fn at(path: &Path, params: &CodeActionParams, known: &Known) -> Vec<CodeActionOrCommand> {
    let Some(found) = known.found_for(path) else {
        return Vec::new();
    };
    let Some(of_file) = found.files.get(path) else {
        return Vec::new();
    };
    let only = params.context.only.as_deref();
    let mut actions = Vec::new();
    if is_wanted(only, CodeActionKind::QUICKFIX.as_str()) {
        for offer in &of_file.offers {
            let Some(diagnostic) = of_file.diagnostics.get(offer.diagnostic) else {
                continue;
            };
            if !touch(diagnostic.range, params.range) {
                continue;
            }
            let edit = workspace_edit(&offer.edits, found, known);
            actions.extend(edit.map(|edit| CodeAction {
                title: offer.title.clone(),
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![diagnostic.clone()]),
                edit: Some(edit),
                is_preferred: offer.is_safe.then_some(true),
                ..CodeAction::default()
            }));
        }
    }
    if is_wanted(only, CodeActionKind::QUICKFIX.as_str()) {
        actions.extend(ignores::offers(path, params.range, of_file, found, known));
    }
    // Whoever asks for nothing in particular wants to know what can be done at this place.
    let all = !of_file.fix_all.is_empty() && is_wanted(only, FIX_ALL);
    if all {
        let edits = BTreeMap::from([(path.to_owned(), of_file.fix_all.clone())]);
        let edit = workspace_edit(&edits, found, known);
        actions.extend(edit.map(|edit| CodeAction {
            title: "Make every safe fix of airvane in this file".to_owned(),
            kind: Some(CodeActionKind::new(FIX_ALL)),
            edit: Some(edit),
            ..CodeAction::default()
        }));
    }
    let actions = actions.into_iter();
    actions.map(CodeActionOrCommand::CodeAction).collect()
}

/// `source` and `source.fixAll` ask for `source.fixAll.airvane` too.
fn is_wanted(only: Option<&[CodeActionKind]>, kind: &str) -> bool {
    let asks = |wanted: &CodeActionKind| {
        let rest = kind.strip_prefix(wanted.as_str());
        rest.is_some_and(|rest| {
            rest.is_empty() || rest.starts_with('.') || wanted.as_str().is_empty()
        })
    };
    only.is_none_or(|only| only.iter().any(asks))
}

pub(super) fn touch(a: Range, b: Range) -> bool {
    a.start <= b.end && b.start <= a.end
}

/// The edits, if they are those of the texts that the client holds now.
pub(super) fn workspace_edit(
    edits: &BTreeMap<PathBuf, Vec<TextEdit>>,
    found: &Found,
    known: &Known,
) -> Option<WorkspaceEdit> {
    let mut documents: Vec<(Uri, Option<i32>, Vec<TextEdit>)> = Vec::new();
    for (path, edits) in edits {
        let open = known.documents.get(path);
        let version = open.map(|document| document.version);
        if found.versions.get(path).copied() != version {
            return None;
        }
        let uri = open.map(|document| document.uri.clone());
        documents.push((uri.or_else(|| uri_of(path))?, version, edits.clone()));
    }
    let workspace = known.client.workspace.as_ref();
    let client = workspace.and_then(|client| client.workspace_edit.as_ref());
    if client.and_then(|client| client.document_changes) == Some(true) {
        let documents = documents.into_iter();
        let changes = documents.map(|(uri, version, edits)| TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
            edits: edits.into_iter().map(OneOf::Left).collect(),
        });
        return Some(WorkspaceEdit {
            document_changes: Some(DocumentChanges::Edits(changes.collect())),
            ..WorkspaceEdit::default()
        });
    }
    #[expect(
        clippy::mutable_key_type,
        reason = "the type of the protocol; nothing changes a URI"
    )]
    let changes = documents
        .into_iter()
        .map(|(uri, _, edits)| (uri, edits))
        .collect();
    Some(WorkspaceEdit::new(changes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_asks_for_those_below_it() {
        let wanted = |only: &'static str| is_wanted(Some(&[CodeActionKind::new(only)]), FIX_ALL);
        assert!(wanted("source") && wanted("source.fixAll") && wanted(FIX_ALL) && wanted(""));
        assert!(!wanted("source.fix") && !wanted("quickfix") && !wanted("source.fixAll.airvane.x"));
        assert!(is_wanted(None, FIX_ALL));
    }
}
