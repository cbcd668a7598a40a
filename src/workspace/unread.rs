//! Files that may set environment variables of Airflow and are not read as settings: Dockerfiles,
//! manifests, scripts. Who says that something is nowhere looks here for its name first.

use std::path::Path;
use std::sync::Arc;

use memchr::memmem;

use super::Files;
use crate::inputs::{Kind, carrier};

/// The largest one that is looked at, in bytes.
const LARGEST: usize = 1 << 20;

/// The texts of such files of one folder.
#[derive(Debug, Default)]
pub struct Unread(Vec<Arc<[u8]>>);

impl Unread {
    /// Those that stand directly in `home`.
    pub fn of(home: &Path, files: &Files) -> Self {
        let Ok(entries) = std::fs::read_dir(home) else {
            return Self::default();
        };
        let mut texts = Vec::new();
        for entry in entries.flatten() {
            let path = entry.path();
            let is_file = std::fs::metadata(&path).is_ok_and(|metadata| metadata.is_file());
            if is_file && may_set(&path) {
                let content = files.open(&path);
                let bytes = content.and_then(|content| content.into_bytes_up_to(LARGEST));
                // Those are read.
                let is_compose = |bytes: &Arc<[u8]>| {
                    let found = carrier::recognise(&path, &String::from_utf8_lossy(bytes));
                    found.is_some_and(|(kind, _)| kind == Kind::Compose)
                };
                texts.extend(bytes.ok().filter(|bytes| !is_compose(bytes)));
            }
        }
        Self(texts)
    }

    /// The name stands in one of them.
    pub fn names(&self, name: &str) -> bool {
        let mut texts = self.0.iter();
        texts.any(|text| memmem::find(text, name.as_bytes()).is_some())
    }
}

fn may_set(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default();
    // Whether a script comes to set a variable is often not certain.
    let known = ["yaml", "yml", "sh"];
    name.contains("Dockerfile") || known.iter().any(|known| extension == *known)
}
