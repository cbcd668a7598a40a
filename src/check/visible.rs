//! What of the inputs may be shown, over all readings: targets, alternative files and processes
//! may read one text differently, and what is secret to any of them stays hidden.

use std::collections::BTreeMap;

use crate::source::{FileId, Place, Span};

/// One reading of a text.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The places it read.
    pub(super) read: Vec<Place>,
    /// What of them it would show.
    pub(super) shown: Vec<Place>,
}

/// The spans of each file that some reading shows and no reading that has read them hides.
pub(super) fn spans(seen: &[Seen]) -> BTreeMap<FileId, Vec<Span>> {
    let mut shown: BTreeMap<FileId, Vec<Span>> = BTreeMap::new();
    let mut hidden: BTreeMap<FileId, Vec<Span>> = BTreeMap::new();
    for one in seen {
        if one.shown.is_empty() {
            for place in &one.read {
                hidden.entry(place.file).or_default().push(place.span);
            }
            continue;
        }
        let ours = by_file(&one.shown);
        for (file, read) in by_file(&one.read) {
            let ours = ours.get(&file).map_or(&[][..], Vec::as_slice);
            hidden.entry(file).or_default().extend(without(&read, ours));
        }
        for (file, spans) in ours {
            shown.entry(file).or_default().extend(spans);
        }
    }
    let left = shown.into_iter().map(|(file, spans)| {
        let hidden = hidden.remove(&file).unwrap_or_default();
        (file, without(&joined(spans), &joined(hidden)))
    });
    left.collect()
}

fn by_file(places: &[Place]) -> BTreeMap<FileId, Vec<Span>> {
    let mut files: BTreeMap<FileId, Vec<Span>> = BTreeMap::new();
    for place in places {
        files.entry(place.file).or_default().push(place.span);
    }
    let files = files.into_iter();
    files.map(|(file, spans)| (file, joined(spans))).collect()
}

/// Sorted, with neighbours and overlaps joined.
fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans.into_iter().filter(|span| !span.is_empty()) {
        match joined.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}

/// What of `spans` lies outside of `cut`; both are joined.
fn without(spans: &[Span], cut: &[Span]) -> Vec<Span> {
    let mut left = Vec::new();
    let mut next = 0;
    for span in spans {
        let mut at = span.start;
        while cut.get(next).is_some_and(|cut| cut.end <= at) {
            next += 1;
        }
        for hole in cut[next..].iter().take_while(|hole| hole.start < span.end) {
            if at < hole.start {
                left.push(Span::new(at, hole.start));
            }
            at = at.max(hole.end);
        }
        if at < span.end {
            left.push(Span::new(at, span.end));
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(spans: &[(usize, usize)]) -> Vec<Place> {
        let spans = spans.iter();
        spans
            .map(|&(start, end)| Place::new(FileId(0), Span::new(start, end)))
            .collect()
    }

    #[test]
    fn what_one_reading_hides_stays_hidden() {
        let seen = [
            Seen {
                read: places(&[(10, 30)]),
                shown: places(&[(10, 15), (18, 25)]),
            },
            Seen {
                read: places(&[(10, 30)]),
                shown: places(&[(10, 12), (20, 30)]),
            },
            Seen {
                read: places(&[(40, 50)]),
                shown: places(&[(44, 46), (40, 42)]),
            },
        ];
        let spans = spans(&seen);
        let list: Vec<_> = spans[&FileId(0)]
            .iter()
            .map(|span| (span.start, span.end))
            .collect();
        assert_eq!(list, [(10, 12), (20, 25), (40, 42), (44, 46)]);
        assert_eq!(spans.len(), 1);
    }
}
