//! What the client is shown: the findings of each file, of the innermost scope that it belongs to.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_types::{Diagnostic, MessageType, PublishDiagnosticsParams};

use super::{Server, Stage};
use crate::lsp::checker::{Checked, Found};
use crate::lsp::documents::uri_of;
use crate::lsp::scope::Scope;

impl Server<'_> {
    /// Nothing is known of a scope any more.
    pub(super) fn drop_scope(&mut self, scope: &Scope) -> io::Result<()> {
        // What is being found of it is void.
        *self.generations.entry(scope.clone()).or_default() += 1;
        self.found.remove(scope);
        self.told.remove(scope);
        let of_scope = self.published.iter().filter(|(_, (of, _))| of == scope);
        let paths: Vec<PathBuf> = of_scope.map(|(path, _)| path.clone()).collect();
        for path in paths {
            self.publish(scope, &path, Vec::new())?;
        }
        Ok(())
    }

    pub(super) fn checked(&mut self, checked: Checked) -> io::Result<()> {
        let Checked {
            scope,
            generation,
            found,
        } = checked;
        if self.generations.get(&scope) != Some(&generation) || self.stage != Stage::Running {
            return Ok(());
        }
        self.tell(&scope, &found)?;
        let mut paths: BTreeSet<PathBuf> = found.files.keys().cloned().collect();
        if !found.is_stopped {
            let before = self.published.iter().filter(|(_, (of, _))| *of == scope);
            paths.extend(before.map(|(path, _)| path.clone()));
            let open = self.world.documents.keys();
            paths.extend(open.filter(|path| scope.holds(path)).cloned());
        }
        for path in paths {
            if self.is_of(&path, &scope) {
                let of_file = found.files.get(&path);
                let diagnostics = of_file.map(|of_file| of_file.diagnostics.clone());
                self.publish(&scope, &path, diagnostics.unwrap_or_default())?;
            }
        }
        if !found.is_stopped {
            self.found.insert(scope, Arc::new(found));
        }
        Ok(())
    }

    /// Of several scopes that a file belongs to, the innermost tells what is wrong with it.
    fn is_of(&self, path: &Path, scope: &Scope) -> bool {
        let scopes = self.scopes_of(path);
        let innermost = scopes
            .iter()
            .max_by_key(|scope| scope.folder().as_os_str().len());
        innermost.is_none_or(|innermost| innermost == scope)
    }

    fn tell(&mut self, scope: &Scope, found: &Found) -> io::Result<()> {
        let now = (found.alarms.clone(), found.notes.clone());
        let before = self.told.insert(scope.clone(), now).unwrap_or_default();
        for alarm in &found.alarms {
            if !before.0.contains(alarm) {
                self.show(alarm.clone())?;
            }
        }
        for note in &found.notes {
            if !before.1.contains(note) {
                self.log(MessageType::INFO, note.clone())?;
            }
        }
        Ok(())
    }

    /// Lets the client show this of a file; what it shows already is said again only of an open text.
    fn publish(
        &mut self,
        scope: &Scope,
        path: &Path,
        diagnostics: Vec<Diagnostic>,
    ) -> io::Result<()> {
        let open = self.world.documents.get(path);
        let before = self
            .published
            .get(path)
            .map(|(_, before)| before.as_slice());
        if open.is_none() && before.unwrap_or_default() == diagnostics {
            return Ok(());
        }
        let uri = open.map(|document| document.uri.clone());
        let Some(uri) = uri.or_else(|| uri_of(path)) else {
            return Ok(());
        };
        let version = open.map(|document| document.version);
        if diagnostics.is_empty() {
            self.published.remove(path);
        } else {
            let shown = (scope.clone(), diagnostics.clone());
            self.published.insert(path.to_owned(), shown);
        }
        let params = PublishDiagnosticsParams {
            uri,
            diagnostics,
            version,
        };
        self.notify("textDocument/publishDiagnostics", &params)
    }
}
