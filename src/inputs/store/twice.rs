//! Whether some name stands twice in a file whose names pass, told when all have passed.

use std::hash::BuildHasher;

use foldhash::quality::RandomState;

/// Names are kept as hashes of eight bytes, apart by their first: so many of them are sorted near the processor.
const HEAPS: usize = 256;

/// The names that have passed. The keys of the hashes are drawn anew for each process.
#[derive(Debug)]
pub struct Twice {
    hashes: RandomState,
    heaps: Vec<Vec<u64>>,
}

impl Default for Twice {
    fn default() -> Self {
        Self {
            hashes: RandomState::default(),
            heaps: vec![Vec::new(); HEAPS],
        }
    }
}

impl Twice {
    /// A name passes.
    pub fn add(&mut self, name: &str) {
        let hash = self.hashes.hash_one(name);
        if let Some(heap) = self.heaps.get_mut(usize::from(hash.to_be_bytes()[0])) {
            heap.push(hash);
        }
    }

    /// True where some name was there before; once in a million files of a million names where none was.
    pub fn is_some(mut self) -> bool {
        self.heaps.iter_mut().any(|heap| {
            heap.sort_unstable();
            heap.windows(2).any(|two| two[0] == two[1])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_stands_twice_is_found_among_many() {
        let mut once = Twice::default();
        let mut twice = Twice::default();
        for number in 0..20_000 {
            once.add(&number.to_string());
            twice.add(&number.to_string());
        }
        twice.add("777");
        assert!(!once.is_some());
        assert!(twice.is_some());
    }
}
