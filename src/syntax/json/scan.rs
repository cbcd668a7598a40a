//! One value in a window of bytes: where it ends, and where its direct members stand.
//!
//! Everything inside is checked as Python checks it, in one pass, and nothing is built: a store of
//! a million entries is read with this.

use std::ops::Range;

use super::alike::{self, Alike};
use super::{Error, ErrorKind, Kind, MAX_DEPTH, lex};

/// A member of an object or an item of an array; ranges count from the start of the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The key without its quotes; empty for items.
    pub key: Range<usize>,
    /// The key holds a backslash.
    pub key_escaped: bool,
    /// The value, quotes and brackets included.
    pub value: Range<usize>,
    /// The value's type.
    pub kind: Kind,
    /// The value is a string that holds a backslash.
    pub escaped: bool,
}

impl Slot {
    /// The value without the quotes of a string.
    pub fn inner(&self) -> Range<usize> {
        if self.kind == Kind::String && self.value.len() >= 2 {
            self.value.start + 1..self.value.end - 1
        } else {
            self.value.clone()
        }
    }
}

/// A scanner with its memory, to be used again and again.
#[derive(Debug, Default)]
pub struct Scanner {
    /// Members or items of the value last scanned; those before the fault if it failed.
    pub slots: Vec<Slot>,
    /// The key whose value was not reached or not completed when it failed.
    pub pending: Option<Range<usize>>,
    /// The key of a direct member whose own members are noted too, where that is asked for.
    pub within: Option<&'static [u8]>,
    /// Those; of a key that stands twice, of the last one.
    pub inner: Vec<Slot>,
    /// What is scanned is in that member.
    is_within: bool,
    /// One entry for each open container: true where it stands in an object.
    around: Vec<bool>,
    /// What the value before looked like, where those that follow will be like it.
    alike: Option<Alike>,
}

/// A value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scanned {
    /// Its type.
    pub kind: Kind,
    /// A string that holds a backslash.
    pub escaped: bool,
    /// One past its last byte.
    pub end: usize,
}

impl Scanner {
    /// For elements of lists, which mostly look like the one before.
    pub fn of_elements() -> Self {
        Self {
            alike: Some(Alike::default()),
            ..Self::default()
        }
    }

    /// Scans the value that begins at `at`, which lies `depth` levels deep already.
    pub fn value(&mut self, bytes: &[u8], at: usize, depth: usize) -> Result<Scanned, Error> {
        self.slots.clear();
        self.around.clear();
        self.pending = None;
        if self.within.is_none() {
            return self.like_before(bytes, at, depth);
        }
        self.inner.clear();
        self.is_within = false;
        self.scan::<true>(bytes, at, depth)
    }

    /// Scans an object that looks like the one before, or any value.
    fn like_before(&mut self, bytes: &[u8], at: usize, depth: usize) -> Result<Scanned, Error> {
        if bytes.get(at) == Some(&b'"') {
            let (end, escaped) = lex::string(bytes, at)?;
            return Ok(Scanned {
                kind: Kind::String,
                escaped,
                end,
            });
        }
        // What is remembered is nested, if at all, in few bytes.
        let is_flat = depth + 2 * alike::LONGEST_VALUE < MAX_DEPTH;
        if is_flat
            && self.alike.is_some()
            && let Some(end) = self.pair(bytes, at)
        {
            return Ok(Scanned {
                kind: Kind::Array,
                escaped: false,
                end,
            });
        }
        let alike = self.alike.as_mut().filter(|_| is_flat);
        let end = alike.and_then(|alike| alike.read(bytes, at, &mut self.slots));
        if let Some(end) = end {
            return Ok(Scanned {
                kind: Kind::Object,
                escaped: false,
                end,
            });
        }
        let scanned = self.scan::<false>(bytes, at, depth)?;
        if let Some(alike) = &mut self.alike
            && scanned.kind == Kind::Object
        {
            alike.remember(bytes, at..scanned.end, &self.slots);
        }
        Ok(scanned)
    }

    /// `["…","…"]`, with no more than a blank behind the comma: one past its last byte. Of a list of pairs all are such.
    fn pair(&mut self, bytes: &[u8], at: usize) -> Option<usize> {
        if bytes.get(at..at + 2) != Some(b"[\"") {
            return None;
        }
        let (end, escaped) = lex::string(bytes, at + 1).ok()?;
        let start = match bytes.get(end..)? {
            [b',', b'"', ..] => end + 1,
            [b',', b' ', b'"', ..] => end + 2,
            _ => return None,
        };
        let (last, last_escaped) = lex::string(bytes, start).ok()?;
        if bytes.get(last) != Some(&b']') {
            return None;
        }
        let text = |value, escaped| Slot {
            key: 0..0,
            key_escaped: false,
            value,
            kind: Kind::String,
            escaped,
        };
        self.slots.push(text(at + 1..end, escaped));
        self.slots.push(text(start..last, last_escaped));
        Some(last + 1)
    }

    /// `DEEP`: a member of [`Scanner::within`] is looked for.
    fn scan<const DEEP: bool>(
        &mut self,
        bytes: &[u8],
        mut at: usize,
        depth: usize,
    ) -> Result<Scanned, Error> {
        let mut key: Key = (0..0, false);
        let mut child = at;
        // The same of a member in a member.
        let (mut inner_key, mut inner_child) = (key.clone(), at);
        // The number of open containers, and whether the innermost is an object.
        let (mut level, mut object) = (0, false);
        loop {
            if level == 1 {
                child = at;
            }
            if DEEP && level == 2 {
                inner_child = at;
            }
            let (mut kind, mut escaped) = match bytes.get(at) {
                Some(b'"') => {
                    let (end, escaped) = lex::string(bytes, at)?;
                    at = end;
                    (Kind::String, escaped)
                }
                Some(opening @ (b'{' | b'[')) => {
                    if depth + level >= MAX_DEPTH {
                        return Err(fault(ErrorKind::TooDeep, at));
                    }
                    let outer = std::mem::replace(&mut object, *opening == b'{');
                    at = lex::skip_blank(bytes, at + 1);
                    let close = if object { b'}' } else { b']' };
                    if bytes.get(at) != Some(&close) {
                        self.around.push(outer);
                        level += 1;
                        if object {
                            let keys = (&mut key, &mut inner_key);
                            at = self.key::<DEEP>(bytes, at, level, keys)?;
                        }
                        continue;
                    }
                    at += 1;
                    let kind = if object { Kind::Object } else { Kind::Array };
                    object = outer;
                    (kind, false)
                }
                _ => {
                    let (kind, end) = lex::word(bytes, at)?;
                    at = end;
                    (kind, false)
                }
            };
            // A value is complete: close what closes, then find the next.
            loop {
                if level == 0 {
                    return Ok(Scanned {
                        kind,
                        escaped,
                        end: at,
                    });
                }
                if level == 1 {
                    self.pending = None;
                    self.slots.push(Slot {
                        key: key.0.clone(),
                        key_escaped: key.1,
                        value: child..at,
                        kind,
                        escaped,
                    });
                }
                if DEEP && level == 2 && self.is_within {
                    self.inner.push(Slot {
                        key: inner_key.0.clone(),
                        key_escaped: inner_key.1,
                        value: inner_child..at,
                        kind,
                        escaped,
                    });
                }
                at = lex::skip_blank(bytes, at);
                match bytes.get(at) {
                    Some(b',') => {
                        at = lex::skip_blank(bytes, at + 1);
                        if object {
                            let keys = (&mut key, &mut inner_key);
                            at = self.key::<DEEP>(bytes, at, level, keys)?;
                        }
                        break;
                    }
                    Some(b'}') if object => kind = Kind::Object,
                    Some(b']') if !object => kind = Kind::Array,
                    _ => return Err(fault(ErrorKind::ExpectingComma, at)),
                }
                escaped = false;
                at += 1;
                level -= 1;
                object = self.around.pop().unwrap_or_default();
            }
        }
    }

    /// Scans the key, colon and value that begin at `at`.
    pub fn member(&mut self, bytes: &[u8], at: usize, depth: usize) -> Result<Slot, Error> {
        let (key, key_escaped, start) = member_key(bytes, at)?;
        let value = self.value(bytes, start, depth)?;
        Ok(Slot {
            key,
            key_escaped,
            value: start..value.end,
            kind: value.kind,
            escaped: value.escaped,
        })
    }

    /// A key, its colon and the blanks around it; noted where it is a direct member's, or one's in a member that is asked
    /// for.
    #[inline]
    fn key<const DEEP: bool>(
        &mut self,
        bytes: &[u8],
        at: usize,
        level: usize,
        (key, inner_key): (&mut Key, &mut Key),
    ) -> Result<usize, Error> {
        let (inner, escaped, end) = member_key(bytes, at)?;
        if level == 1 {
            if DEEP {
                self.is_within = !escaped && self.within == bytes.get(inner.clone());
                if self.is_within {
                    self.inner.clear();
                }
            }
            self.pending = Some(inner.clone());
            *key = (inner, escaped);
        } else if DEEP && level == 2 {
            *inner_key = (inner, escaped);
        }
        Ok(end)
    }
}

/// The range of a key without quotes, and whether it holds a backslash.
type Key = (Range<usize>, bool);

/// A key with its colon: the range without quotes, whether it holds a backslash, and where the
/// value begins.
#[inline]
pub(super) fn member_key(bytes: &[u8], at: usize) -> Result<(Range<usize>, bool, usize), Error> {
    if bytes.get(at) != Some(&b'"') {
        return Err(fault(ErrorKind::ExpectingPropertyName, at));
    }
    let (end, escaped) = lex::string(bytes, at)?;
    let colon = lex::skip_blank(bytes, end);
    if bytes.get(colon) != Some(&b':') {
        return Err(fault(ErrorKind::ExpectingColon, colon));
    }
    Ok((at + 1..end - 1, escaped, lex::skip_blank(bytes, colon + 1)))
}

fn fault(kind: ErrorKind, at: usize) -> Error {
    Error { kind, at }
}
