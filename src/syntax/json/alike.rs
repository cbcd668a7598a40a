//! Elements of a list that look like the one before: the same keys in the same order, with the same blanks around them.
//!
//! What stands between two values is then compared at once and not read. Whatever differs in any way is left to the
//! scanner: what is found here is what it finds.

use std::ops::Range;

use super::scan::Slot;
use super::{Kind, lex};

/// Members beyond which an element is not remembered.
const MOST_MEMBERS: usize = 24;
/// Bytes of a value beyond which it is not looked for again.
pub(super) const LONGEST_VALUE: usize = 64;
/// Bytes of all that is remembered of an element.
const MOST_WORDS: usize = 2048;
/// Elements in a row that may differ from the one before.
const PATIENCE: u8 = 8;
/// Elements that are not compared after so many that differed.
const PAUSE: u8 = 200;

/// What the element before looked like.
#[derive(Debug)]
pub(super) struct Alike {
    /// What stood before each value, such a value itself where it is short, and what stood behind the last.
    words: Vec<u8>,
    members: Vec<Member>,
    /// Behind the last value, in [`Alike::words`].
    behind: Range<usize>,
    patience: u8,
    pause: u8,
}

/// A member of the element before; ranges are those of [`Alike::words`].
#[derive(Debug)]
struct Member {
    /// From the value before, or from the opening bracket, to the value.
    before: Range<usize>,
    /// The key, from the beginning of that on.
    key: Range<usize>,
    key_escaped: bool,
    /// The value, where it is short and ends by itself; else empty.
    value: Range<usize>,
    kind: Kind,
    escaped: bool,
}

impl Default for Alike {
    fn default() -> Self {
        Self {
            words: Vec::new(),
            members: Vec::new(),
            behind: 0..0,
            patience: PATIENCE,
            pause: 0,
        }
    }
}

impl Alike {
    /// Reads the object that begins at `at`, if it looks like the one before: its members, and one past its last byte.
    pub(super) fn read(&mut self, bytes: &[u8], at: usize, slots: &mut Vec<Slot>) -> Option<usize> {
        if self.members.is_empty() {
            return None;
        }
        let end = self.members(bytes, at, slots);
        if end.is_some() {
            self.patience = PATIENCE;
        } else {
            slots.clear();
        }
        end
    }

    fn members(&self, bytes: &[u8], mut at: usize, slots: &mut Vec<Slot>) -> Option<usize> {
        for member in &self.members {
            let before = &self.words[member.before.clone()];
            if !begins(bytes.get(at..)?, before) {
                return None;
            }
            let key = at + member.key.start..at + member.key.end;
            let start = at + before.len();
            let rest = bytes.get(start..)?;
            let known = &self.words[member.value.clone()];
            let (kind, escaped);
            if !known.is_empty() && begins(rest, known) {
                (kind, escaped, at) = (member.kind, member.escaped, start + known.len());
            } else {
                match rest.first()? {
                    b'"' => {
                        kind = Kind::String;
                        (at, escaped) = lex::string(bytes, start).ok()?;
                    }
                    b'-' | b'0'..=b'9' => {
                        escaped = false;
                        (kind, at) = lex::word(bytes, start).ok()?;
                    }
                    _ => return None,
                }
            }
            slots.push(Slot {
                key,
                key_escaped: member.key_escaped,
                value: start..at,
                kind,
                escaped,
            });
        }
        let behind = &self.words[self.behind.clone()];
        begins(bytes.get(at..)?, behind).then_some(at + behind.len())
    }

    /// Remembers the object in `range`, which had these members and did not look like the one before.
    pub(super) fn remember(&mut self, bytes: &[u8], range: Range<usize>, slots: &[Slot]) {
        self.words.clear();
        self.members.clear();
        if self.pause > 0 {
            self.pause -= 1;
            return;
        }
        self.patience -= 1;
        if self.patience == 0 {
            self.patience = PATIENCE;
            self.pause = PAUSE;
            return;
        }
        if slots.is_empty() || slots.len() > MOST_MEMBERS {
            return;
        }
        let mut at = range.start;
        for slot in slots {
            let before = self.word(bytes, at..slot.value.start);
            // Another number may begin with this one.
            let ends = !matches!(slot.kind, Kind::Integer | Kind::Float);
            let value = if ends && slot.value.len() <= LONGEST_VALUE {
                self.word(bytes, slot.value.clone())
            } else {
                0..0
            };
            self.members.push(Member {
                before,
                key: slot.key.start - at..slot.key.end - at,
                key_escaped: slot.key_escaped,
                value,
                kind: slot.kind,
                escaped: slot.escaped,
            });
            at = slot.value.end;
            if self.words.len() > MOST_WORDS {
                self.members.clear();
                return;
            }
        }
        self.behind = self.word(bytes, at..range.end);
    }

    fn word(&mut self, bytes: &[u8], range: Range<usize>) -> Range<usize> {
        let start = self.words.len();
        self.words
            .extend_from_slice(bytes.get(range).unwrap_or_default());
        start..self.words.len()
    }
}

/// As `starts_with`, for words of which most have eight to sixteen bytes.
#[inline]
fn begins(bytes: &[u8], word: &[u8]) -> bool {
    let (Some(first), Some(last)) = (word.first_chunk::<8>(), word.last_chunk::<8>()) else {
        return bytes.starts_with(word);
    };
    let Some(bytes) = bytes.get(..word.len()) else {
        return false;
    };
    bytes.first_chunk() == Some(first)
        && bytes.last_chunk() == Some(last)
        && (word.len() <= 16 || bytes == word)
}
