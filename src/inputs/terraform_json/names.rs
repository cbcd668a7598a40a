//! Names of parameters that were there before. Each is hashed where it is read, while it is near the processor: whoever
//! looks for it need not touch the file again.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};

use foldhash::quality::RandomState;

use crate::syntax::json;

/// A name with its hash.
#[derive(Clone, Copy)]
pub(super) struct Name<'t> {
    hash: u64,
    /// What is between its quotes.
    raw: &'t str,
}

/// Those that were there.
#[derive(Default)]
pub(super) struct Names<'t> {
    seen: HashSet<Name<'t>, BuildHasherDefault<Known>>,
}

/// Gives the hash that a name has already.
#[derive(Default)]
struct Known {
    hash: u64,
}

impl<'t> Name<'t> {
    /// `raw`: what is between its quotes. All names of a file must be hashed with the same `hasher`.
    pub(super) fn new(raw: &'t str, hasher: &RandomState) -> Self {
        let hash = hasher.hash_one(decoded(raw).as_ref());
        Self { hash, raw }
    }
}

impl<'t> Names<'t> {
    /// True for a name that was not there before.
    pub(super) fn insert(&mut self, name: Name<'t>) -> bool {
        self.seen.insert(name)
    }
}

impl PartialEq for Name<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && decoded(self.raw) == decoded(other.raw)
    }
}

impl Eq for Name<'_> {}

impl Hash for Name<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl Hasher for Known {
    fn finish(&self) -> u64 {
        self.hash
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.hash = self.hash.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.hash = hash;
    }
}

fn decoded(raw: &str) -> Cow<'_, str> {
    if raw.contains('\\') {
        Cow::Owned(json::decode(raw, 0).expose().to_owned())
    } else {
        Cow::Borrowed(raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_however_it_is_written() {
        let hasher = RandomState::default();
        let mut names = Names::default();
        let written = ["/a", "/b", r"\/a", r"/\u0061", "/A", "/b"];
        let is_new = written.map(|raw| names.insert(Name::new(raw, &hasher)));
        assert_eq!(is_new, [true, true, false, false, true, false]);
    }

    #[test]
    fn names_of_the_same_hash_are_told_apart() {
        let mut names = Names::default();
        let is_new = ["/a", "/b", "/a"].map(|raw| names.insert(Name { hash: 1, raw }));
        assert_eq!(is_new, [true, true, false]);
    }
}
