//! The names of a store that have passed, as hashes: whether a name was there before, and with the
//! same value.
//!
//! Neither names nor values are kept. The keys of the hashes are drawn anew for each process, so
//! that what is held says nothing about a secret.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};

use foldhash::quality::RandomState;

use crate::inputs::{EntryKind, Kind};
use crate::source::ascii;

/// An entry further up in the same store that has the same name, or one that only differs in the
/// case of the id or in a `/` before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
pub struct Earlier {
    /// Where the earlier entry's name stands, in the file (see [`super::Entry::name_span`]).
    pub offset: usize,
    /// The names are the same, letter by letter.
    pub same_name: bool,
    /// Both have a value, and it is the same.
    pub same_value: bool,
    /// Both have a value, and they differ.
    pub other_value: bool,
    /// The names differ, and not in the case of a letter: in a `/` before the id or the name.
    pub other_slash: bool,
}

/// An entry as its hashes: what is kept of it.
#[derive(Clone, Copy, Debug)]
pub struct Hashed {
    /// Of what two names must share to collide.
    key: u64,
    /// Half of the name itself, half of the id without a `/` before it.
    name: u64,
    /// Of the value; [`NOTHING`] for an entry without one.
    value: u64,
    offset: usize,
}

/// A place of the table: the number of an entry, and half of its key, so that most questions are
/// answered by the table alone.
#[derive(Clone, Copy)]
struct Slot {
    key: u32,
    number: u32,
}

/// The hash of no value at all.
const NOTHING: u64 = 0;

/// Entries in a block: growing never moves what is there.
const BLOCK: usize = 1 << 12;

/// A place of the table without an entry.
const FREE: Slot = Slot {
    key: 0,
    number: u32::MAX,
};

/// An entry as the index is told of it. Only names that a prefix covers are indexed.
#[derive(Clone, Copy, Debug)]
pub struct Indexed<'a> {
    /// The store; names of different stores do not meet.
    pub store: Kind,
    /// What the id is asked for as.
    pub kind: EntryKind,
    /// The id.
    pub id: &'a str,
    /// The name.
    pub name: &'a str,
    /// The value's hash, where the export holds one: of all entries by the same [`ValueHashes`].
    pub value: Option<u64>,
    /// Where the name stands in the file.
    pub offset: usize,
}

/// What tells whether values are the same: told of each by itself, by whoever has it at hand.
#[derive(Default)]
pub struct ValueHashes(RandomState);

impl std::fmt::Debug for ValueHashes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ValueHashes")
    }
}

impl ValueHashes {
    /// For [`Indexed::value`].
    pub fn of(&self, value: &str) -> u64 {
        of_text(&self.0, value).max(NOTHING + 1)
    }
}

/// What stands for itself when an id is folded.
fn is_small(byte: u8) -> bool {
    (byte < 128) & !byte.is_ascii_uppercase()
}

/// Of the bytes alone: what marks the end of a text that others follow is not needed here.
fn of_text(keys: &RandomState, text: &str) -> u64 {
    let mut hasher = keys.build_hasher();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// The entries that have passed: 32 bytes each, and a table over them.
#[derive(Default)]
pub struct NameIndex {
    hashes: RandomState,
    blocks: Vec<Vec<Hashed>>,
    count: usize,
    /// By key, open addressing; a power of two long.
    table: Vec<Slot>,
    /// Entries whose key was taken by another spelling, by key and name: value and offset.
    spellings: HashMap<(u64, u64), (u64, usize), RandomState>,
    folded: String,
    /// Bytes of the file, where that is known.
    length: Option<usize>,
}

impl std::fmt::Debug for NameIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NameIndex")
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

impl NameIndex {
    /// The file is of so many bytes: how many names there will be is told by how many there were so far.
    pub fn expect(&mut self, length: u64) {
        self.length = usize::try_from(length).ok();
    }

    /// Takes an entry in and tells of an earlier one: one of the same name rather than one that
    /// only collides, and the first of these.
    pub fn add(&mut self, entry: &Indexed<'_>) -> Option<Earlier> {
        let hashed = self.hash(entry);
        self.make_ready(&[hashed]);
        self.add_hashed(hashed)
    }

    /// What is kept of an entry.
    #[inline]
    pub fn hash(&mut self, entry: &Indexed<'_>) -> Hashed {
        let id = bare(entry.id);
        let of_id = self.of_text(id);
        let is_folded = ascii::all(id.as_bytes(), is_small);
        let folded = if is_folded { of_id } else { self.of_folded(id) };
        // Names of another store or kind do not meet.
        let apart = u64::from(u16::from(entry.store as u8) << 8 | u16::from(entry.kind as u8));
        Hashed {
            key: folded ^ apart.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            name: self.of_text(entry.name) << 32 | u64::from(high(of_id)),
            value: entry.value.unwrap_or(NOTHING),
            offset: entry.offset,
        }
    }

    fn of_text(&self, text: &str) -> u64 {
        of_text(&self.hashes, text)
    }

    /// Of an id as Python's `str.upper()` leaves it, in small letters of ASCII: most ids are written so.
    fn of_folded(&mut self, id: &str) -> u64 {
        self.folded.clear();
        self.folded.extend(id.chars().flat_map(char::to_uppercase));
        self.folded.make_ascii_lowercase();
        self.of_text(&self.folded)
    }

    /// Makes room for `entries` and looks at their places in the table, all at once: one after the
    /// other, each would wait for memory.
    pub fn make_ready(&mut self, entries: &[Hashed]) {
        let count = self.count + entries.len();
        while count * 4 > self.table.len() * 3 {
            let reached = entries.last().map_or(0, |last| last.offset);
            let length = self.length.unwrap_or_default();
            self.grow(count.saturating_mul(length) / reached.max(1));
        }
        let mask = self.table.len().wrapping_sub(1);
        let places = entries.iter().map(|entry| low(entry.key) & mask);
        let seen = places.fold(0, |seen, place| seen ^ self.table[place].number);
        std::hint::black_box(seen);
    }

    /// As [`NameIndex::add`], of an entry for which the index [is ready](NameIndex::make_ready).
    pub fn add_hashed(&mut self, entry: Hashed) -> Option<Earlier> {
        let first = self.find_or_insert(entry)?;
        let told = |offset: usize, same_name: bool, other: u64| {
            let both = other != NOTHING && entry.value != NOTHING;
            Some(Earlier {
                offset,
                same_name,
                same_value: both && other == entry.value,
                other_value: both && other != entry.value,
                other_slash: !same_name && first.name << 32 == entry.name << 32,
            })
        };
        if first.name == entry.name {
            return told(first.offset, true, first.value);
        }
        // Spellings are few; a million of one id must not be looked through one by one all the same.
        let mine = (entry.value, entry.offset);
        let spelling = self.spellings.entry((entry.key, entry.name));
        let (value, offset) = *spelling.or_insert(mine);
        let same_name = offset != entry.offset;
        let (value, offset) = if same_name {
            (value, offset)
        } else {
            (first.value, first.offset)
        };
        told(offset, same_name, value)
    }

    /// The entry with this key; if there is none, this one becomes it.
    fn find_or_insert(&mut self, entry: Hashed) -> Option<Hashed> {
        let mask = self.table.len() - 1;
        let key = high(entry.key);
        let mut place = low(entry.key) & mask;
        loop {
            let slot = self.table[place];
            if slot.number == FREE.number {
                break;
            }
            if slot.key == key {
                let known = self.blocks[slot.number as usize / BLOCK][slot.number as usize % BLOCK];
                if known.key == entry.key {
                    return Some(known);
                }
            }
            place = (place + 1) & mask;
        }
        // After four thousand million names no more are taken in.
        let number = u32::try_from(self.count).ok()?;
        if number == FREE.number {
            return None;
        }
        self.table[place] = Slot { key, number };
        match self.blocks.last_mut() {
            Some(block) if block.len() < BLOCK => block.push(entry),
            _ => {
                let mut block = Vec::with_capacity(BLOCK);
                block.push(entry);
                self.blocks.push(block);
            }
        }
        self.count += 1;
        None
    }

    /// Makes the table at least twice as large. `expected`: names that there may be at the end; to put the same ones
    /// into larger and larger tables takes its time. More than eight times as large it is not made: what comes may have
    /// longer entries.
    fn grow(&mut self, expected: usize) {
        let least = (self.table.len() * 2).max(64);
        let wanted = (expected / 3).saturating_mul(4);
        let wanted = wanted.checked_next_power_of_two().unwrap_or(least);
        let larger = wanted.clamp(least, least * 4);
        let mask = larger - 1;
        // The old table goes first: both at once are not needed.
        self.table = Vec::new();
        let mut table = vec![FREE; larger];
        let all = self.blocks.iter().flatten();
        for (number, known) in (0u32..).zip(all) {
            let mut place = low(known.key) & mask;
            while table[place].number != FREE.number {
                place = (place + 1) & mask;
            }
            let key = high(known.key);
            table[place] = Slot { key, number };
        }
        self.table = table;
    }
}

/// The id without a `/` before it.
fn bare(id: &str) -> &str {
    id.strip_prefix('/').unwrap_or(id)
}

/// The bits that choose a place in the table.
#[expect(clippy::cast_possible_truncation, reason = "the low bits are wanted")]
const fn low(hash: u64) -> usize {
    hash as usize
}

/// The bits that do not.
const fn high(hash: u64) -> u32 {
    (hash >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Offset, whether the name is the same, whether the value is.
    type Told = Option<(usize, bool, bool)>;

    fn add(index: &mut NameIndex, id: &str, value: Option<&str>, offset: usize) -> Told {
        let found = whole(index, id, value, offset)?;
        Some((found.offset, found.same_name, found.same_value))
    }

    fn whole(
        index: &mut NameIndex,
        id: &str,
        value: Option<&str>,
        offset: usize,
    ) -> Option<Earlier> {
        index.add(&Indexed {
            store: Kind::Ssm,
            kind: EntryKind::Connection,
            id,
            name: &format!("/airflow/connections/{id}"),
            // The same for every index of a test.
            value: value.map(|value| {
                static HASHES: std::sync::LazyLock<ValueHashes> =
                    std::sync::LazyLock::new(ValueHashes::default);
                HASHES.of(value)
            }),
            offset,
        })
    }

    #[expect(clippy::unnecessary_wraps, reason = "as `add` gives it")]
    const fn earlier(offset: usize, same_name: bool, same_value: bool) -> Told {
        Some((offset, same_name, same_value))
    }

    #[test]
    fn values_differ_only_where_both_are_there_and_slashes_are_told_from_case() {
        let mut index = NameIndex::default();
        let mut add = |id, value| {
            let found = whole(&mut index, id, value, 0)?;
            Some((found.other_value, found.other_slash))
        };
        assert_eq!(add("a", Some("1")), None);
        assert_eq!(add("a", None), Some((false, false)));
        assert_eq!(add("a", Some("2")), Some((true, false)));
        assert_eq!(add("/a", Some("1")), Some((false, true)));
        assert_eq!(add("A", Some("2")), Some((true, false)));
        assert_eq!(add("b", None), None);
        assert_eq!(add("b", Some("1")), Some((false, false)));
    }

    #[test]
    fn what_collides_is_told_with_its_first_place() {
        let mut index = NameIndex::default();
        assert_eq!(add(&mut index, "a", Some("1"), 10), None);
        assert_eq!(add(&mut index, "b", Some("1"), 20), None);
        assert_eq!(add(&mut index, "a", Some("1"), 30), earlier(10, true, true));
        assert_eq!(
            add(&mut index, "a", Some("2"), 40),
            earlier(10, true, false)
        );
        assert_eq!(
            add(&mut index, "A", Some("1"), 50),
            earlier(10, false, true)
        );
        assert_eq!(
            add(&mut index, "A", Some("2"), 60),
            earlier(50, true, false)
        );
        assert_eq!(add(&mut index, "/a", None, 70), earlier(10, false, false));
        assert_eq!(add(&mut index, "c", None, 80), None);
        assert_eq!(add(&mut index, "c", None, 90), earlier(80, true, false));
    }

    #[test]
    fn ids_fold_as_python_does() {
        let mut index = NameIndex::default();
        for (offset, (lower, upper)) in [("straße", "STRASSE"), ("ŉ", "ʼN"), ("ﬁn", "FIN")]
            .into_iter()
            .enumerate()
        {
            assert_eq!(add(&mut index, lower, None, offset), None);
            assert_eq!(
                add(&mut index, upper, None, 100 + offset),
                earlier(offset, false, false)
            );
        }
    }

    #[test]
    fn kinds_and_stores_do_not_meet() {
        let mut index = NameIndex::default();
        let mut one = |store, kind| {
            index.add(&Indexed {
                store,
                kind,
                id: "a",
                name: "a",
                value: None,
                offset: 0,
            })
        };
        assert_eq!(one(Kind::Ssm, EntryKind::Connection), None);
        assert_eq!(one(Kind::Ssm, EntryKind::Variable), None);
        assert_eq!(one(Kind::SecretsManager, EntryKind::Variable), None);
        assert!(one(Kind::Ssm, EntryKind::Variable).is_some());
    }

    #[test]
    fn many_names_are_all_found_again() {
        let mut index = NameIndex::default();
        for round in 0..2 {
            for number in 0..20_000 {
                let found = add(&mut index, &format!("id_{number}"), Some("v"), number);
                let wanted = (round == 1).then(|| earlier(number, true, true)).flatten();
                assert_eq!(found, wanted);
            }
        }
        assert_eq!(index.count, 20_000);
    }

    #[test]
    fn the_table_is_made_for_the_names_that_are_expected_within_bounds() {
        let filled = |length: Option<u64>| {
            let mut index = NameIndex::default();
            if let Some(length) = length {
                index.expect(length);
            }
            for number in 0..1_000 {
                let id = format!("id_{number}");
                assert_eq!(add(&mut index, &id, None, 100 * number), None);
            }
            for number in 0..1_000 {
                let id = format!("id_{number}");
                assert_eq!(
                    add(&mut index, &id, None, 0),
                    earlier(100 * number, true, false)
                );
            }
            index.table.len()
        };
        assert_eq!(filled(None), 2048);
        assert_eq!(filled(Some(100_000)), 2048);
        for length in [1_000_000, u64::MAX] {
            assert!((2048..=8192).contains(&filled(Some(length))));
        }
    }
}
