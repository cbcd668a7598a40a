//! Line and column of places that a stream has left behind: an earlier entry of the same name.
//!
//! Only offsets are kept of entries that have passed. Where a finding points back to one, a file is
//! read once more up to there; of what cannot be read again the pointer is dropped, not guessed.

use std::fs::File;
use std::io::{self, Read, Seek};

use crate::inputs::Input;
use crate::report::{Finding, Related};
use crate::source::{Position, PositionTracker};

/// Gives the related places of `findings` in `input` their lines. `again` is the file, if it can be
/// read a second time.
pub(super) fn settle(findings: &mut [Finding], input: &Input, again: Option<File>) {
    // What is held knows its lines.
    if input.is_held() {
        return;
    }
    let is_open = |related: &Related| related.position.is_none() && related.place.file == input.id;
    let mut offsets: Vec<usize> = findings
        .iter()
        .flat_map(|finding| &finding.related)
        .filter(|related| is_open(related))
        .flat_map(|related| [related.place.span.start, related.place.span.end])
        .collect();
    if offsets.is_empty() {
        return;
    }
    offsets.sort_unstable();
    offsets.dedup();
    let found = again.map(|file| positions(file, &offsets));
    let found = found.and_then(Result::ok).unwrap_or_default();
    let at = |offset: usize| {
        let index = offsets.binary_search(&offset).ok()?;
        found.get(index).copied()
    };
    for finding in findings {
        for related in &mut finding.related {
            if is_open(related) {
                let span = related.place.span;
                related.position = at(span.start).zip(at(span.end));
            }
        }
        finding.related.retain(|related| !is_open(related));
    }
}

/// The positions of sorted offsets, as far as the file goes.
fn positions(mut file: File, offsets: &[usize]) -> io::Result<Vec<Position>> {
    file.rewind()?;
    let mut found = Vec::with_capacity(offsets.len());
    let mut tracker = PositionTracker::default();
    let mut buffer = vec![0; 1 << 16];
    while found.len() < offsets.len() {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            break;
        }
        let mut rest = &buffer[..length];
        while let Some(&wanted) = offsets.get(found.len())
            && wanted <= tracker.position().offset + rest.len()
        {
            let (before, behind) = rest.split_at(wanted - tracker.position().offset);
            tracker.advance(before);
            found.push(tracker.position());
            rest = behind;
        }
        tracker.advance(rest);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::source::LineIndex;

    #[test]
    fn positions_are_those_of_the_whole_text() {
        let text = "{\n \"é\": \"😀\"\n}\n".repeat(9_000);
        let bytes = text.as_bytes();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        let offsets = [0, 2, 65_535, 65_536, 65_537, bytes.len()];
        let index = LineIndex::new(bytes);
        let wanted: Vec<Position> = offsets.map(|offset| index.position(bytes, offset)).into();
        assert_eq!(positions(file, &offsets).unwrap(), wanted);
        let empty = tempfile::tempfile().unwrap();
        assert_eq!(positions(empty, &offsets).unwrap(), []);
    }
}
