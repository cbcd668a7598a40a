//! What changes: texts, files, folders, wishes; and which scopes are to be checked again for it.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use lsp_types::{
    DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams,
};

use super::{Server, not_a_wish};
use crate::lsp::checker::{Order, World};
use crate::lsp::documents::{Document, path_of};
use crate::lsp::scope::Scope;

/// How long nobody may have typed before the texts are looked at.
const QUIET: Duration = Duration::from_millis(150);

impl Server<'_> {
    /// The scopes that a file belongs to.
    pub(super) fn scopes_of(&self, path: &Path) -> Vec<Scope> {
        let folders = self
            .folders
            .iter()
            .filter(|folder| path.starts_with(folder));
        let folders: Vec<Scope> = folders.cloned().map(Scope::Folder).collect();
        if folders.is_empty() && self.world.documents.contains_key(path) {
            return vec![Scope::File(path.to_owned())];
        }
        folders
    }

    /// Every scope there is.
    fn scopes(&self) -> BTreeSet<Scope> {
        let folders = self.folders.iter().cloned().map(Scope::Folder);
        let open = self.world.documents.keys();
        folders
            .chain(open.flat_map(|path| self.scopes_of(path)))
            .collect()
    }

    pub(super) fn order_all(&mut self, quiet: Duration) {
        self.order(self.scopes(), quiet);
    }

    /// The scopes that a change of this file is something to, are to be checked.
    fn order_for(&mut self, path: &Path, quiet: Duration) {
        let mut scopes: BTreeSet<Scope> = self.scopes_of(path).into_iter().collect();
        let name = path.file_name();
        let is_settings =
            name.is_some_and(|name| name == "airvane.toml" || name == "pyproject.toml");
        if let Some(folder) = path.parent().filter(|_| is_settings) {
            let all = self.scopes().into_iter();
            scopes.extend(all.filter(|scope| scope.folder().starts_with(folder)));
        }
        self.order(scopes, quiet);
    }

    fn order(&mut self, scopes: impl IntoIterator<Item = Scope>, quiet: Duration) {
        let world = Arc::new(World {
            documents: self.world.documents.clone(),
            wishes: self.world.wishes.clone(),
            encoding: self.world.encoding,
        });
        for scope in scopes {
            let generation = self.generations.entry(scope.clone()).or_default();
            *generation += 1;
            let _ = self.orders.send(Order {
                scope,
                generation: *generation,
                due: Instant::now() + quiet,
                world: Arc::clone(&world),
            });
        }
    }

    pub(super) fn opened(&mut self, params: DidOpenTextDocumentParams) {
        let opened = params.text_document;
        let Some(path) = path_of(&opened.uri) else {
            return;
        };
        let document = Document {
            uri: opened.uri,
            version: opened.version,
            text: opened.text.into(),
        };
        self.world.documents.insert(path.clone(), document);
        self.order_for(&path, Duration::ZERO);
    }

    pub(super) fn changed(&mut self, params: DidChangeTextDocumentParams) {
        let Some(path) = path_of(&params.text_document.uri) else {
            return;
        };
        let encoding = self.world.encoding;
        if let Some(document) = self.world.documents.get_mut(&path) {
            let version = params.text_document.version;
            document.change(params.content_changes, version, encoding);
            self.order_for(&path, QUIET);
        }
    }

    pub(super) fn saved(&mut self, params: &DidSaveTextDocumentParams) {
        if let Some(path) = path_of(&params.text_document.uri) {
            self.order_for(&path, Duration::ZERO);
        }
    }

    pub(super) fn closed(&mut self, params: &DidCloseTextDocumentParams) -> io::Result<()> {
        let Some(path) = path_of(&params.text_document.uri) else {
            return Ok(());
        };
        let scopes = self.scopes_of(&path);
        self.world.documents.remove(&path);
        for scope in scopes {
            if let Scope::File(_) = scope {
                self.drop_scope(&scope)?;
            }
        }
        self.order_for(&path, Duration::ZERO);
        Ok(())
    }

    pub(super) fn changed_on_disk(&mut self, params: &DidChangeWatchedFilesParams) {
        let changes = params.changes.iter();
        let paths: BTreeSet<PathBuf> = changes.filter_map(|change| path_of(&change.uri)).collect();
        for path in paths {
            self.order_for(&path, QUIET);
        }
    }

    pub(super) fn configured(&mut self, params: &DidChangeConfigurationParams) -> io::Result<()> {
        // Clients that are to be asked send null.
        if !params.settings.is_object() {
            return Ok(());
        }
        let (wishes, wrong) = self.started.with(&params.settings);
        self.world.wishes = wishes;
        for key in wrong {
            self.show(not_a_wish(key))?;
        }
        self.order_all(Duration::ZERO);
        Ok(())
    }

    pub(super) fn folders_changed(
        &mut self,
        params: &DidChangeWorkspaceFoldersParams,
    ) -> io::Result<()> {
        let before = self.scopes();
        for removed in &params.event.removed {
            let path = path_of(&removed.uri);
            self.folders.retain(|folder| Some(folder) != path.as_ref());
        }
        for added in &params.event.added {
            let path = path_of(&added.uri);
            let path = path.filter(|path| !self.folders.contains(path));
            self.folders.extend(path);
        }
        let after = self.scopes();
        for scope in before.difference(&after) {
            self.drop_scope(scope)?;
        }
        self.order(after, Duration::ZERO);
        Ok(())
    }
}
