//! An export whose entries stand scattered over a file, as strings of JSON: a state of Terraform may hold a hundred
//! thousand. It is written while it is read, and only the places of its entries are kept.

use std::fmt;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use super::Kind;
use super::entries::{Entries, Given, Words};
use crate::source::{Span, Text};

/// What is written at once for a reader, in bytes.
const AT_ONCE: usize = 1 << 16;

/// Where the texts of an entry stand: what is between the quotes of strings of JSON. Of type and value, an empty one
/// stands for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its name.
    pub name: Span,
    /// Its type.
    pub parameter_type: Span,
    /// Its value.
    pub value: Span,
}

/// The export.
pub struct Scattered {
    kind: Kind,
    words: Words,
    /// The file.
    bytes: Arc<[u8]>,
    entries: Vec<Standing>,
    /// Where each entry ends in the export.
    ends: Vec<usize>,
}

impl fmt::Debug for Scattered {
    /// Without any text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scattered({} entries)", self.entries.len())
    }
}

impl Scattered {
    /// Of entries in `bytes`. `kind`: [`Kind::Ssm`] or [`Kind::SecretsManager`].
    pub fn new(kind: Kind, bytes: Arc<[u8]>, entries: Vec<Standing>) -> Self {
        let words = Words::of(kind);
        let mut end = words.begin.len();
        let ends = entries.iter().enumerate().map(|(index, entry)| {
            let strings = strings(words, index, entry).into_iter();
            let strings = strings.filter(|(_, at)| !at.is_empty());
            let lengths = strings.map(|(before, at)| before.len() + at.len() + "\"\"".len());
            end += lengths.sum::<usize>() + words.behind.len();
            end
        });
        let ends = ends.collect();
        Self {
            kind,
            words,
            bytes,
            entries,
            ends,
        }
    }

    /// Its length in bytes.
    pub fn length(&self) -> usize {
        self.end_of_entries() + self.words.end.len()
    }

    /// All of it, with the place of each character in the file.
    pub fn text(&self) -> Text {
        self.around(0..self.length()).0
    }

    /// A piece that holds `range` (of bytes of the export, not behind its end), and that range in it.
    pub fn around(&self, range: Range<usize>) -> (Text, Range<usize>) {
        let at = |offset: usize| self.ends.partition_point(|end| *end <= offset);
        let count = self.entries.len();
        let (first, last) = (at(range.start), (at(range.end) + 1).min(count));
        // What stands behind them all is the end of the last one's piece.
        let first = first.min(count.saturating_sub(1));
        let (mut out, begin) = match first.checked_sub(1) {
            Some(before) => (Entries::behind_others(self.words), self.ends[before]),
            None => (Entries::of(self.kind), 0),
        };
        for entry in &self.entries[first..last] {
            let given = |at: Span| Given::Json(self.text_at(at), at.start);
            let some = |at: Span| (!at.is_empty()).then(|| given(at));
            out.push(
                given(entry.name),
                some(entry.parameter_type),
                some(entry.value),
            );
        }
        let text = if last == count {
            out.finish()
        } else {
            out.before_others()
        };
        (text, range.start - begin..range.end - begin)
    }

    /// The bytes of `range`.
    pub fn bytes(&self, range: Range<usize>) -> Vec<u8> {
        let (text, range) = self.around(range);
        text.expose().as_bytes()[range].to_vec()
    }

    /// Reads it from its beginning.
    pub fn reader(self: Arc<Self>) -> impl Read + Send {
        Reader {
            of: self,
            next: 0,
            written: Vec::new(),
            at: 0,
        }
    }

    fn end_of_entries(&self) -> usize {
        self.ends.last().copied().unwrap_or(self.words.begin.len())
    }

    fn bytes_at(&self, at: Span) -> &[u8] {
        self.bytes.get(at.start..at.end).unwrap_or_default()
    }

    fn text_at(&self, at: Span) -> &str {
        std::str::from_utf8(self.bytes_at(at)).unwrap_or_default()
    }

    fn write(&self, index: usize, out: &mut Vec<u8>) {
        for (before, at) in strings(self.words, index, &self.entries[index]) {
            if !at.is_empty() {
                out.extend_from_slice(before.as_bytes());
                out.push(b'"');
                out.extend_from_slice(self.bytes_at(at));
                out.push(b'"');
            }
        }
        out.extend_from_slice(self.words.behind.as_bytes());
    }
}

/// The strings of an entry, each with the words before it.
fn strings(words: Words, index: usize, entry: &Standing) -> [(&'static str, Span); 3] {
    [
        (Words::before_name(index == 0), entry.name),
        (words.before_type, entry.parameter_type),
        (words.before_value, entry.value),
    ]
}

struct Reader {
    of: Arc<Scattered>,
    /// The entry that was not written yet.
    next: usize,
    written: Vec<u8>,
    /// How much of that was read.
    at: usize,
}

impl Reader {
    fn write_on(&mut self) {
        let of = &self.of;
        let count = of.entries.len();
        self.at = 0;
        self.written.clear();
        if self.next == 0 {
            self.written.extend_from_slice(of.words.begin.as_bytes());
        }
        while self.next < count && self.written.len() < AT_ONCE {
            of.write(self.next, &mut self.written);
            self.next += 1;
        }
        if self.next == count && self.written.len() < AT_ONCE {
            self.written.extend_from_slice(of.words.end.as_bytes());
            self.next += 1;
        }
    }
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.written.len() {
            self.write_on();
        }
        let mut rest = &self.written[self.at..];
        let count = rest.read(buffer)?;
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Entries of a few bytes of a file that holds what may stand between quotes.
    fn scattered() -> impl Strategy<Value = Scattered> {
        let file = r"/airflow/a\u00e9 é\n\\ s3cret value SecureString";
        let places: Vec<usize> = file.char_indices().map(|(at, _)| at).collect();
        // What is between quotes never begins where something else ends.
        let span = move |lengths: &'static [usize]| {
            let places = places.clone();
            let starts = 0..places.len() / 2 - 3;
            let ends = (starts, prop::sample::select(lengths));
            ends.prop_map(move |(at, count)| Span::new(places[2 * at], places[2 * at + count]))
        };
        let entry = (span(&[1, 5]), span(&[0, 1, 3]), span(&[0, 1, 5]));
        let entry = entry.prop_map(|(name, parameter_type, value)| Standing {
            name,
            parameter_type,
            value,
        });
        let kind = prop_oneof![Just(Kind::Ssm), Just(Kind::SecretsManager)];
        (kind, prop::collection::vec(entry, 1..4))
            .prop_map(move |(kind, entries)| Scattered::new(kind, file.as_bytes().into(), entries))
    }

    /// All that is asked of a text, for each range.
    fn asked(text: &Text, range: Range<usize>) -> String {
        let pieces = (text.pieces(range.clone()), text.own_pieces(range.clone()));
        let word = &text.expose()[range.clone()];
        format!("{word} {pieces:?} {:?}", text.span(range))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn what_is_read_is_the_whole_text(scattered in scattered()) {
            let scattered = Arc::new(scattered);
            let mut read = String::new();
            Arc::clone(&scattered).reader().read_to_string(&mut read).unwrap();
            prop_assert_eq!(read.len(), scattered.length());
            let text = scattered.text();
            prop_assert_eq!(read.as_str(), text.expose());
        }

        #[test]
        fn a_piece_says_what_the_whole_says(scattered in scattered()) {
            let whole = scattered.text();
            let places = (0..=whole.len()).filter(|at| whole.expose().is_char_boundary(*at));
            let places: Vec<usize> = places.collect();
            for (index, &start) in places.iter().enumerate() {
                for &end in &places[index..] {
                    let (piece, range) = scattered.around(start..end);
                    prop_assert_eq!(asked(&piece, range), asked(&whole, start..end));
                }
            }
        }
    }

    #[test]
    fn what_is_large_is_written_bit_by_bit() {
        let file = "name";
        let entry = Standing {
            name: Span::new(0, 4),
            parameter_type: Span::default(),
            value: Span::new(0, 3),
        };
        let entries = vec![entry; 10_000];
        let scattered = Arc::new(Scattered::new(Kind::Ssm, file.as_bytes().into(), entries));
        let mut read = Vec::new();
        Arc::clone(&scattered)
            .reader()
            .read_to_end(&mut read)
            .unwrap();
        assert_eq!(read, scattered.text().expose().as_bytes());
        assert_eq!(read.len(), scattered.length());
        assert_eq!(format!("{scattered:?}"), "Scattered(10000 entries)");
    }
}
