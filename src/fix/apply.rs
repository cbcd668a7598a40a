//! Which edits are made in one round, and the text with them made.

use std::collections::BTreeMap;

use crate::report::{Applicability, LocatedEdit, LocatedFix, Piece, Report};
use crate::source::Span;

/// The edits of one file in one round, by place; those of two fixes neither overlap nor touch.
#[derive(Default)]
pub(super) struct Chosen<'r> {
    edits: Vec<&'r LocatedEdit>,
    /// The same by their first byte.
    places: BTreeMap<usize, &'r LocatedEdit>,
    /// Findings that they put right.
    fixes: usize,
}

/// The text with the edits made.
pub(super) struct Edited {
    pub(super) bytes: Vec<u8>,
    /// Where the public characters of each edit stand.
    pub(super) written: Vec<Span>,
    /// Findings that are put right.
    pub(super) fixes: usize,
}

/// The fixes of `report` that can be made together, by file. Where two are in each other's way the
/// first one is made, and the other has its turn in the next round. `open` says whether a file may
/// be changed, `single` whether one fix of it is made at a time.
pub(super) fn choose<'r>(
    report: &'r Report,
    least: Applicability,
    open: impl Fn(usize) -> bool,
    single: impl Fn(usize) -> bool,
) -> BTreeMap<usize, Chosen<'r>> {
    let mut chosen: BTreeMap<usize, Chosen<'r>> = BTreeMap::new();
    let wanted = report.findings.iter().filter_map(|finding| {
        let fix = finding.fix.as_deref()?;
        let made = fix.applicability >= least && fix.applicability > Applicability::Display;
        let apart = fix
            .edits
            .windows(2)
            .all(|pair| pair[0].file != pair[1].file || pair[0].end.offset <= pair[1].start.offset);
        let all_open = fix.edits.iter().all(|edit| open(edit.file));
        (made && apart && all_open && !fix.edits.is_empty()).then_some(fix)
    });
    for fix in wanted {
        let has_one = |edit: &LocatedEdit| chosen.contains_key(&edit.file) && single(edit.file);
        if !fix.edits.iter().any(has_one) {
            add(&mut chosen, fix);
        }
    }
    for file in chosen.values_mut() {
        file.edits
            .sort_by_key(|edit| (edit.start.offset, edit.end.offset));
    }
    chosen
}

fn add<'r>(chosen: &mut BTreeMap<usize, Chosen<'r>>, fix: &'r LocatedFix) {
    // Two findings may be of one mind.
    let is_made = |edit: &LocatedEdit| {
        let file = chosen.get(&edit.file);
        file.is_some_and(|file| file.places.get(&edit.start.offset) == Some(&edit))
    };
    let all = fix.edits.iter().all(is_made);
    let is_free = |edit: &LocatedEdit| {
        let file = chosen.get(&edit.file);
        file.is_none_or(|file| file.is_free(edit))
    };
    if !all && !fix.edits.iter().all(is_free) {
        return;
    }
    for (index, edit) in fix.edits.iter().enumerate() {
        let file = chosen.entry(edit.file).or_default();
        if index == 0 {
            file.fixes += 1;
        }
        if !all {
            file.edits.push(edit);
            file.places.insert(edit.start.offset, edit);
        }
    }
}

impl<'r> Chosen<'r> {
    /// The edits, by place.
    pub(super) fn edits(&self) -> &[&'r LocatedEdit] {
        &self.edits
    }

    /// No edit so far overlaps or touches `edit`: at one point nobody knows which of two comes first.
    fn is_free(&self, edit: &LocatedEdit) -> bool {
        // They are apart, so the last one that begins before its end is the one that ends last.
        let mut before = self.places.range(..=edit.end.offset);
        before
            .next_back()
            .is_none_or(|(_, last)| last.end.offset < edit.start.offset)
    }
}

/// `bytes` with the edits made.
pub(super) fn edited(bytes: &[u8], chosen: &Chosen<'_>) -> Edited {
    let mut out = Vec::with_capacity(bytes.len() + 64);
    let mut written = Vec::new();
    let mut at = 0;
    for edit in &chosen.edits {
        out.extend_from_slice(bytes.get(at..edit.start.offset).unwrap_or_default());
        for piece in &edit.text {
            match piece {
                Piece::Public(text) => {
                    let start = out.len();
                    out.extend_from_slice(text.as_bytes());
                    written.push(Span::new(start, out.len()));
                }
                Piece::Copy(span) => {
                    out.extend_from_slice(bytes.get(span.start..span.end).unwrap_or_default());
                }
            }
        }
        at = edit.end.offset;
    }
    out.extend_from_slice(bytes.get(at..).unwrap_or_default());
    Edited {
        bytes: out,
        written,
        fixes: chosen.fixes,
    }
}

/// Where `spans`, which are sorted and apart, stand after the edits: without what gave way.
pub(super) fn carried(spans: &[Span], chosen: &Chosen<'_>) -> Vec<Span> {
    let mut carried = Vec::with_capacity(spans.len());
    let mut edits = chosen.edits.as_slice();
    // Bytes that the edits so far have added and removed.
    let mut moved = (0, 0);
    let after = |(added, removed): (usize, usize), edit: &LocatedEdit| {
        let new: usize = edit.text.iter().map(length).sum();
        (added + new, removed + edit.end.offset - edit.start.offset)
    };
    for span in spans {
        let mut at = span.start;
        while let [first, rest @ ..] = edits
            && first.end.offset <= at
        {
            moved = after(moved, first);
            edits = rest;
        }
        let mut here = moved;
        let mut push = |start: usize, end: usize, (added, removed): (usize, usize)| {
            if start < end {
                carried.push(Span::new(start + added - removed, end + added - removed));
            }
        };
        let inside = edits.iter().take_while(|edit| edit.start.offset < span.end);
        for edit in inside {
            push(at, edit.start.offset, here);
            at = at.max(edit.end.offset);
            here = after(here, edit);
        }
        push(at, span.end, here);
    }
    carried
}

fn length(piece: &Piece) -> usize {
    match piece {
        Piece::Public(text) => text.len(),
        Piece::Copy(span) => span.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::Kind;
    use crate::report::{Edit, Findings, Fix, ReportFile, Selection};
    use crate::rules;
    use crate::source::{FileId, LineIndex, Mask, Place};

    const TEXT: &str = "0123456789";

    fn replace(start: usize, end: usize, new: &str) -> Edit {
        Edit::replace(Place::new(FileId(0), Span::new(start, end)), new)
    }

    /// The text after one round, and how many findings it put right.
    fn round(fixes: Vec<Fix>, least: Applicability) -> (String, usize) {
        let file = ReportFile {
            path: "airflow.cfg".to_owned(),
            kind: Kind::Cfg,
            bytes: TEXT.as_bytes().into(),
            lines: LineIndex::new(TEXT.as_bytes()),
            mask: Mask::new(),
        };
        let mut findings = Findings::new();
        for (index, fix) in fixes.into_iter().enumerate() {
            let place = Place::new(FileId(0), Span::at(index));
            findings.report(rules::ALL[0], place, "x", "wrong").fix(fix);
        }
        let findings = findings.into_vec();
        let report = Report::new(
            Vec::new(),
            vec![file],
            findings,
            Vec::new(),
            &Selection::default(),
        );
        let chosen = choose(&report, least, |_| true, |_| false);
        let Some(chosen) = chosen.get(&0) else {
            return (TEXT.to_owned(), 0);
        };
        let edited = edited(TEXT.as_bytes(), chosen);
        (String::from_utf8(edited.bytes).unwrap(), edited.fixes)
    }

    fn safe(edits: Vec<Edit>) -> Fix {
        Fix::safe("do it", edits)
    }

    #[test]
    fn the_first_of_two_that_overlap_or_touch_is_made() {
        let fixes = vec![
            safe(vec![replace(1, 3, "ab"), replace(8, 8, "!")]),
            safe(vec![replace(2, 4, "cd")]),
            safe(vec![replace(3, 4, "ef")]),
            safe(vec![replace(5, 6, "")]),
        ];
        assert_eq!(
            round(fixes, Applicability::Safe),
            ("0ab3467!89".to_owned(), 2)
        );
    }

    #[test]
    fn a_fix_is_made_as_a_whole_or_not_at_all() {
        let fixes = vec![
            safe(vec![replace(1, 2, "a")]),
            safe(vec![replace(1, 2, "b"), replace(7, 8, "b")]),
        ];
        assert_eq!(
            round(fixes, Applicability::Safe),
            ("0a23456789".to_owned(), 1)
        );
    }

    #[test]
    fn two_of_one_mind_are_made_once_and_count_twice() {
        let fixes = vec![
            safe(vec![replace(1, 2, "a")]),
            safe(vec![replace(1, 2, "a")]),
        ];
        assert_eq!(
            round(fixes, Applicability::Safe),
            ("0a23456789".to_owned(), 2)
        );
    }

    #[test]
    fn only_what_is_trusted_enough_is_made() {
        let fixes = || {
            vec![
                Fix::risky("do it", vec![replace(1, 2, "a")]),
                Fix::display("do it", vec![replace(3, 4, "b")]),
            ]
        };
        assert_eq!(round(fixes(), Applicability::Safe).1, 0);
        assert_eq!(
            round(fixes(), Applicability::Unsafe),
            ("0a23456789".to_owned(), 1)
        );
        assert_eq!(round(fixes(), Applicability::Display).1, 1);
    }

    #[test]
    fn what_was_shown_is_found_again_after_the_edits() {
        let at = |offset: usize| LineIndex::new(b"0123456789").position(b"0123456789", offset);
        let edit = |start, end, new: &str| LocatedEdit {
            file: 0,
            start: at(start),
            end: at(end),
            text: vec![Piece::Public(new.to_owned())],
        };
        let edits = [edit(1, 1, "++"), edit(3, 5, ""), edit(7, 9, "abc")];
        let chosen = Chosen {
            edits: edits.iter().collect(),
            ..Chosen::default()
        };
        // "0++12" + "56" + "abc" + "9"
        let after = "0++1256abc9";
        let shown = |start, end| {
            let spans = carried(&[Span::new(start, end)], &chosen);
            let texts = spans.iter().map(|span| &after[span.start..span.end]);
            texts.collect::<Vec<_>>().join("|")
        };
        assert_eq!(shown(0, 10), "0|12|56|9");
        assert_eq!(shown(2, 4), "2");
        assert_eq!(shown(3, 5), "");
        assert_eq!(shown(4, 8), "56");
        assert_eq!(shown(9, 10), "9");
        assert_eq!(shown(1, 3), "12");
    }

    #[test]
    fn a_copy_takes_what_stood_there_before() {
        let copy = Edit::insert(FileId(0), 0, "# ")
            .with_copy(Span::new(8, 10))
            .with("\n");
        let fixes = vec![safe(vec![copy, replace(7, 10, "")])];
        assert_eq!(
            round(fixes, Applicability::Safe),
            ("# 89\n0123456".to_owned(), 1)
        );
    }
}
