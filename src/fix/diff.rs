//! `--diff`: what the fixes would change, as a unified diff of the masked view. It is for reading: a
//! patch that could be applied would hold the secrets of every line near a change.

use std::io::{self, Write};
use std::ops::Range;

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};

use super::FixedFile;
use crate::source::{Mask, command, display_path};

/// Lines around a change.
const CONTEXT: usize = 3;

/// Writes the difference of one file.
pub fn write(out: &mut dyn Write, file: &FixedFile, colour: bool) -> io::Result<()> {
    let (old, new) = (lines(&file.before), lines(&file.after));
    let operations = operations(&texts(&file.before, &old), &texts(&file.after, &new));
    let path = display_path(&file.path);
    let mut line = |code: &str, text: &str| {
        if colour && !code.is_empty() {
            writeln!(out, "\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            writeln!(out, "{text}")
        }
    };
    line("1", &format!("--- {path}"))?;
    line("1", &format!("+++ {path}"))?;
    let removed = Side {
        sign: '-',
        code: "31",
        text: &file.before,
        mask: &file.before_mask,
        lines: &old,
    };
    let added = Side {
        sign: '+',
        code: "32",
        text: &file.after,
        mask: &file.after_mask,
        lines: &new,
    };
    // What stays is shown as the new text has it: more of it may be readable.
    let kept = Side {
        sign: ' ',
        code: "",
        ..added
    };
    for group in group_diff_ops(operations, CONTEXT) {
        line("36", &header(&group))?;
        for operation in &group {
            let (tag, old, new) = operation.as_tag_tuple();
            if tag == DiffTag::Equal {
                kept.write(new, &mut line)?;
                continue;
            }
            removed.write(old, &mut line)?;
            added.write(new, &mut line)?;
        }
    }
    Ok(())
}

/// Lines that differ from which on the search for the smallest difference takes too long: by the square of
/// their number.
const MANY: usize = 1000;

/// What to do with the old lines to get the new ones.
fn operations(old: &[&[u8]], new: &[&[u8]]) -> Vec<DiffOp> {
    let differing = old.iter().zip(new).filter(|(old, new)| old != new).count();
    // Fixes change lines where they stand and seldom add one.
    if old.len() != new.len() || differing < MANY {
        return capture_diff_slices(Algorithm::Myers, old, new);
    }
    let mut operations = Vec::new();
    let mut start = 0;
    while start < old.len() {
        let same = old[start] == new[start];
        let rest = old[start..].iter().zip(&new[start..]);
        let len = rest.take_while(|(old, new)| (old == new) == same).count();
        operations.push(if same {
            DiffOp::Equal {
                old_index: start,
                new_index: start,
                len,
            }
        } else {
            DiffOp::Replace {
                old_index: start,
                old_len: len,
                new_index: start,
                new_len: len,
            }
        });
        start += len;
    }
    operations
}

fn texts<'t>(text: &'t [u8], lines: &[Range<usize>]) -> Vec<&'t [u8]> {
    lines.iter().map(|line| &text[line.clone()]).collect()
}

/// One side of the difference.
#[derive(Clone, Copy)]
struct Side<'a> {
    sign: char,
    /// ANSI colour.
    code: &'static str,
    text: &'a [u8],
    mask: &'a Mask,
    lines: &'a [Range<usize>],
}

impl Side<'_> {
    fn write(
        &self,
        lines: Range<usize>,
        line: &mut impl FnMut(&str, &str) -> io::Result<()>,
    ) -> io::Result<()> {
        for range in &self.lines[lines] {
            let bytes = &self.text[range.clone()];
            let ends = bytes.ends_with(b"\n");
            let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
            let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
            let mut shown = String::from(self.sign);
            let mut at = range.start;
            for chunk in bytes.utf8_chunks() {
                shown.push_str(&self.mask.apply(chunk.valid(), at));
                shown.extend(chunk.invalid().iter().map(|_| '*'));
                at += chunk.valid().len() + chunk.invalid().len();
            }
            // As in `full`: a runner of CI would take it for a command.
            line(self.code, &command::broken(&shown, "##\u{2060}"))?;
            if !ends {
                line("", "\\ No newline at end of file")?;
            }
        }
        Ok(())
    }
}

/// Where each line stands, with its end.
fn lines(text: &[u8]) -> Vec<Range<usize>> {
    let mut start = 0;
    let ends = memchr::memchr_iter(b'\n', text).map(|at| at + 1);
    let mut lines: Vec<Range<usize>> = ends
        .map(|end| {
            let line = start..end;
            start = end;
            line
        })
        .collect();
    if start < text.len() {
        lines.push(start..text.len());
    }
    lines
}

/// `@@ -1,3 +1,4 @@`
fn header(group: &[DiffOp]) -> String {
    let whole = |range: fn(&DiffOp) -> Range<usize>| {
        let first = group.first().map_or(0, |first| range(first).start);
        let last = group.last().map_or(0, |last| range(last).end);
        match last - first {
            0 => format!("{first},0"),
            1 => format!("{}", first + 1),
            length => format!("{},{length}", first + 1),
        }
    };
    let (old, new) = (whole(DiffOp::old_range), whole(DiffOp::new_range));
    format!("@@ -{old} +{new} @@")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn shown(before: &str, after: &str, visible: &[&str], written: &[&str]) -> String {
        let mask = |text: &str, pieces: &[&[&str]]| {
            let mut mask = Mask::new();
            for piece in pieces.iter().copied().flatten() {
                let starts = text.match_indices(piece).map(|(at, _)| at);
                mask.show_all(starts.map(|at| Span::new(at, at + piece.len())));
            }
            mask.seal();
            mask
        };
        let file = FixedFile {
            path: "airflow.cfg".into(),
            is_stdin: false,
            before: before.as_bytes().into(),
            before_mask: mask(before, &[visible]),
            after: after.as_bytes().into(),
            after_mask: mask(after, &[visible, written]),
            count: 1,
        };
        let mut out = Vec::new();
        write(&mut out, &file, false).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn secrets_are_hidden_and_what_a_fix_wrote_is_seen() {
        let before = "[a]\r\nb = hunter2\r\nc = pass#word\r\nd = x\r\n";
        let after = "[a]\r\nb = hunter2\r\nc = pass%23word\r\nd = x\r\n";
        insta::assert_snapshot!(shown(before, after, &["[a]", "b = ", "c = ", "d = "], &["%23"]), @r"
        --- airflow.cfg
        +++ airflow.cfg
        @@ -1,4 +1,4 @@
         [a]
         b = *******
        -c = *********
        +c = ****%23****
         d = *
        ");
    }

    #[test]
    fn many_changes_are_shown_line_by_line() {
        let lines = |word: &str| -> Vec<String> {
            let line = |n: usize| {
                if n.is_multiple_of(2) {
                    word.to_owned()
                } else {
                    n.to_string()
                }
            };
            (0..4 * MANY).map(line).collect()
        };
        let (old, new) = (lines("a"), lines("b"));
        let bytes = |lines: &[String]| -> Vec<u8> { lines.join("\n").into_bytes() };
        let (old, new) = (bytes(&old), bytes(&new));
        let (old, new) = (
            texts(&old, &super::lines(&old)),
            texts(&new, &super::lines(&new)),
        );
        let many = operations(&old, &new);
        let few = capture_diff_slices(Algorithm::Myers, &old[..100], &new[..100]);
        assert_eq!(many[..100], few[..100]);
        assert_eq!(many.len(), 4 * MANY);
    }

    #[test]
    fn a_missing_end_of_line_is_marked_and_far_lines_are_left_out() {
        let lines = |first: &str, last: &str| {
            let middle = "k\n".repeat(20);
            format!("{first}\n{middle}{last}")
        };
        insta::assert_snapshot!(shown(&lines("a", "y"), &lines("b", "z"), &["a", "b", "k", "y", "z"], &[]), @r"
        --- airflow.cfg
        +++ airflow.cfg
        @@ -1,4 +1,4 @@
        -a
        +b
         k
         k
         k
        @@ -19,4 +19,4 @@
         k
         k
         k
        -y
        \ No newline at end of file
        +z
        \ No newline at end of file
        ");
    }
}
