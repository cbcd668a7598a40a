//! The thread that answers questions, one after the other, each from what was known when it was asked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, PoisonError};

use lsp_types::ClientCapabilities;
use serde_json::Value;

use super::checker::{Deployed, Found};
use super::documents::Documents;
use super::position::Encoding;
use super::reading::{Classes, Way};
use super::scope::{Scope, Wishes};
use super::server::{Cancelled, Refused};
use super::wire::{self, code};
use super::{actions, completion, hover, links};
use crate::inputs::{EntryKind, Kind};
use crate::load::guard::guard;

/// What a question is answered from.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// Open texts.
    pub(super) documents: Documents,
    /// What is modelled and how files are read.
    pub(super) wishes: Wishes,
    /// How the client counts.
    pub(super) encoding: Encoding,
    /// Of the workspace.
    pub(super) folders: Vec<PathBuf>,
    /// What was found last, by scope.
    pub(super) found: BTreeMap<Scope, Arc<Found>>,
    /// What the client can.
    pub(super) client: ClientCapabilities,
}

impl Known {
    /// The innermost scope of a file.
    pub(super) fn scope_of(&self, path: &Path) -> Scope {
        let folders = self
            .folders
            .iter()
            .filter(|folder| path.starts_with(folder));
        let innermost = folders.max_by_key(|folder| folder.as_os_str().len());
        innermost.map_or_else(
            || Scope::File(path.to_owned()),
            |folder| Scope::Folder(folder.clone()),
        )
    }

    /// What was found last where a file belongs.
    pub(super) fn found_for(&self, path: &Path) -> Option<&Found> {
        self.found.get(&self.scope_of(path)).map(AsRef::as_ref)
    }

    /// What is known of the deployment of a file.
    fn deployment_of(&self, path: &Path) -> Option<&Deployed> {
        let found = self.found_for(path)?;
        found.deployments.get(found.inputs.get(path)?.deployment?)
    }

    /// What a file was when it was checked last.
    pub(super) fn kind_of(&self, path: &Path) -> Option<Kind> {
        Some(self.found_for(path)?.inputs.get(path)?.kind)
    }

    /// How the deployment of a file asks stores for entries.
    pub(super) fn asks_of(&self, path: &Path) -> &[Way] {
        let deployment = self.deployment_of(path);
        deployment.map_or(&[][..], |deployment| deployment.asks.as_slice())
    }

    /// The classes of the backends of the deployment of a file.
    pub(super) fn classes_of(&self, path: &Path) -> Classes {
        let deployment = self.deployment_of(path);
        deployment.map_or([None, None], |deployment| deployment.classes)
    }

    /// The ids that the DAGs of the deployment of a file ask for.
    pub(super) fn ids_of(&self, path: &Path) -> &[(EntryKind, String)] {
        let deployment = self.deployment_of(path);
        deployment.map_or(&[][..], |deployment| deployment.ids.as_slice())
    }
}

/// How a question is answered.
pub(super) type Method = fn(Value, &Known) -> Result<Value, Refused>;

/// A request.
pub(super) struct Question {
    /// Its id.
    pub(super) id: Value,
    /// Who answers it.
    pub(super) method: Method,
    /// What is asked.
    pub(super) params: Value,
    /// What it is answered from.
    pub(super) known: Known,
}

/// Who answers the requests of this name.
pub(super) fn known(method: &str) -> Option<Method> {
    match method {
        "textDocument/codeAction" => Some(actions::answer),
        "textDocument/completion" => Some(completion::answer),
        "textDocument/documentLink" => Some(links::answer),
        "textDocument/hover" => Some(hover::answer),
        _ => None,
    }
}

/// Answers until nobody can ask any more.
pub(super) fn work(
    questions: &Receiver<Question>,
    cancelled: &Cancelled,
    mut done: impl FnMut(Value, Value),
) {
    while let Ok(question) = questions.recv() {
        let Question {
            id,
            method,
            params,
            known,
        } = question;
        let is_dropped = {
            let cancelled = cancelled.lock().unwrap_or_else(PoisonError::into_inner);
            cancelled.contains(&id.to_string())
        };
        if is_dropped {
            let answer = wire::error(&id, code::CANCELLED, "the client cancelled the request");
            done(id, answer);
            continue;
        }
        let answer = guard(Path::new("."), || method(params, &known));
        let answer = match answer {
            Ok(Ok(result)) => wire::answer(&id, &result),
            Ok(Err((code, message))) => wire::error(&id, code, message),
            Err(failure) => wire::error(&id, code::INTERNAL_ERROR, &failure.message),
        };
        done(id, answer);
    }
}
