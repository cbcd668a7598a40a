//! An export, whole and in pieces.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::Path;

use airvane::inputs::local::{self, LocalForm, LocalTree};
use airvane::inputs::store::{Entry, StoreReader, Summary, detect, visible_spans};
use airvane::inputs::{Definition, Kind};
use airvane::source::FileId;
use airvane::syntax::json;
use airvane::syntax::json::stream::{LARGEST_ELEMENT, Stream};
use airvane::{inputs, workspace};

use crate::laws;

const KINDS: [Kind; 4] = [
    Kind::Ssm,
    Kind::SecretsManager,
    Kind::FlatStore,
    Kind::Chamber,
];

/// What a pipe gives: a few bytes at a time.
struct Drops<'a> {
    rest: &'a [u8],
    most: usize,
}

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.rest.len().min(self.most).min(buffer.len());
        let (now, later) = self.rest.split_at(length);
        buffer[..length].copy_from_slice(now);
        self.rest = later;
        Ok(length)
    }
}

/// A local file that passes has the definitions of one that is held, where nothing about it has to be held to be told.
fn passing(text: &str, kind: Kind) {
    let mut reader = StoreReader::new(text.as_bytes(), kind);
    let (mut count, mut names, mut passed) = (0, BTreeSet::new(), Vec::new());
    while let Some(entry) = reader.next() {
        let (member, start) = entry.element_text();
        passed.extend(local::read_member(member, start, kind, FileId(0)));
        names.insert(entry.name().into_owned());
        count += 1;
    }
    let summary = reader.finish();
    if summary.problem.is_some() || summary.bom || names.len() < count {
        return;
    }
    let held = local::read(text, kind, FileId(0), LocalForm::Json);
    assert!(
        matches!(&held.tree, LocalTree::Json(json) if json.root().kind() == json::Kind::Object)
    );
    assert_eq!(passed.len(), count);
    let told = |one: Definition| {
        (
            one.id,
            one.name,
            one.value.source(),
            one.value.expose().to_owned(),
            one.notation,
        )
    };
    let passed = passed.into_iter().flat_map(|parts| parts.definitions);
    assert!(
        passed.map(told).eq(held.definitions.into_iter().map(told)),
        "the definitions differ"
    );
}

/// An export has the same entries, at the same places, however it comes.
pub fn run(data: &[u8]) {
    let Some((&[options, most], text)) = data.split_first_chunk::<2>() else {
        return;
    };
    let kind = KINDS[usize::from(options & 3)];
    let drops = || Drops {
        rest: text,
        most: usize::from(most).max(1),
    };
    let whole = all(StoreReader::new(text, kind), text);
    let pieces = all(StoreReader::new(drops(), kind), text);
    assert!(whole.0 == pieces.0, "the entries differ");
    assert!(whole.1 == pieces.1, "what is left differs");
    // What an object is may be another in a window that does not hold its first members; the places are right.
    let window = 16 << (options >> 2 & 7);
    for largest in [window * 2, LARGEST_ELEMENT] {
        let stream = Stream::with_window(drops(), window, largest);
        all(StoreReader::over(stream, kind), text);
    }
    for name in ["dump.json", "export.yaml", "secrets.txt"] {
        let path = Path::new(name);
        let _ = detect(text, path);
        for named in [false, true] {
            let _ = workspace::detect::detect(path, text, named);
        }
    }
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    for kind in [Kind::Connections, Kind::Variables] {
        passing(text, kind);
    }
    for kind in [
        Kind::Vault,
        Kind::Gcp,
        Kind::Azure,
        Kind::KubernetesSecret,
        Kind::Chamber,
        Kind::Ssm,
        Kind::SecretsManager,
    ] {
        if inputs::exports::is_read(kind, text.as_bytes()) {
            let _ = inputs::exports::refused(kind, text.as_bytes());
            let _ = inputs::exports::read(kind, text);
        }
    }
}

/// What is said of each entry, and what is left.
fn all<R: Read>(mut reader: StoreReader<R>, bytes: &[u8]) -> (Vec<String>, Summary) {
    let mut entries = Vec::new();
    while let Some(entry) = reader.next() {
        entries.push(told(&entry, bytes));
    }
    (entries, reader.finish())
}

fn told(entry: &Entry<'_>, bytes: &[u8]) -> String {
    laws::on_characters(bytes, entry.name_span());
    laws::on_characters(bytes, entry.element_span());
    laws::of_text(&entry.name_text(), bytes);
    laws::of_text(&entry.value_text(), bytes);
    let value = entry.value_str();
    if let Some(value) = &value {
        assert!(*value == entry.value_text().expose());
    }
    if let Some(span) = entry.value_span() {
        laws::on_characters(bytes, span);
    }
    let shown = visible_spans(entry);
    for span in &shown {
        laws::on_characters(bytes, *span);
    }
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {shown:?}",
        entry.kind(),
        entry.name(),
        value,
        entry.name_span(),
        entry.value_spot(),
        entry.element_span(),
        entry.position(entry.name_span().start),
        entry.facts(),
    )
}
