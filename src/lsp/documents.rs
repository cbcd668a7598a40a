//! The texts that are open in the editor, and how its changes are made in them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use lsp_types::{TextDocumentContentChangeEvent, Uri};
use url::Url;

use super::position::{Encoding, Lines};

/// An open text.
#[derive(Clone)]
pub(super) struct Document {
    /// As the client writes it.
    pub(super) uri: Uri,
    /// Counted by the client.
    pub(super) version: i32,
    /// The whole text.
    pub(super) text: Arc<str>,
}

impl std::fmt::Debug for Document {
    /// Without the text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document")
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// Open texts by path.
pub(super) type Documents = BTreeMap<PathBuf, Document>;

impl Document {
    /// Makes the changes, one after the other.
    pub(super) fn change(
        &mut self,
        changes: Vec<TextDocumentContentChangeEvent>,
        version: i32,
        encoding: Encoding,
    ) {
        let mut text = String::from(&*self.text);
        for change in changes {
            let Some(range) = change.range else {
                text = change.text;
                continue;
            };
            let lines = Lines::new(text.as_bytes(), encoding);
            let (start, end) = (lines.offset(range.start), lines.offset(range.end));
            text.replace_range(start.min(end)..end.max(start), &change.text);
        }
        self.text = text.into();
        self.version = version;
    }
}

/// The path of a file; `None` for what is none (`untitled:`, `git:`).
pub(super) fn path_of(uri: &Uri) -> Option<PathBuf> {
    let url = Url::parse(uri.as_str()).ok()?;
    (url.scheme() == "file").then(|| url.to_file_path().ok())?
}

/// What the protocol calls a path that begins at the root of the file system.
pub(super) fn uri_of(path: &std::path::Path) -> Option<Uri> {
    Url::from_file_path(path).ok()?.as_str().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lsp_types::{Position, Range};

    fn document(text: &str) -> Document {
        Document {
            uri: "file:///a".parse().unwrap(),
            version: 1,
            text: text.into(),
        }
    }

    fn put(from: (u32, u32), to: (u32, u32), text: &str) -> TextDocumentContentChangeEvent {
        TextDocumentContentChangeEvent {
            range: Some(Range::new(
                Position::new(from.0, from.1),
                Position::new(to.0, to.1),
            )),
            range_length: None,
            text: text.to_owned(),
        }
    }

    #[test]
    fn changes_are_made_one_after_the_other() {
        let mut document = document("[core]\né😀x = 1\n");
        let changes = vec![
            put((1, 3), (1, 4), "y"),
            put((0, 0), (1, 0), ""),
            put((9, 9), (9, 9), "#"),
        ];
        document.change(changes, 5, Encoding::Utf16);
        assert_eq!(&*document.text, "é😀y = 1\n#");
        assert_eq!(document.version, 5);
        let whole = TextDocumentContentChangeEvent {
            range: None,
            range_length: None,
            text: "new".to_owned(),
        };
        document.change(vec![whole, put((0, 3), (0, 0), "")], 6, Encoding::Utf8);
        assert_eq!(&*document.text, "");
    }

    #[test]
    fn only_files_have_a_path() {
        let path = |uri: &str| path_of(&uri.parse().unwrap());
        assert_eq!(path("file:///a%20b/%C3%A9.cfg"), Some("/a b/é.cfg".into()));
        assert_eq!(path("untitled:Untitled-1"), None);
        assert_eq!(path("https://example.com/airflow.cfg"), None);
        let uri = uri_of("/a b/é.cfg".as_ref()).unwrap();
        assert_eq!(uri.as_str(), "file:///a%20b/%C3%A9.cfg");
    }
}
