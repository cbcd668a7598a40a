//! ASCII characters, for what is asked of each byte of a large file.

/// True where `is` holds for every byte. `is` must be made of comparisons joined with `|` and `&`: then many bytes
/// are asked at once.
#[inline]
pub fn all(bytes: &[u8], is: impl Fn(u8) -> bool + Copy) -> bool {
    fn block<const N: usize>(bytes: &[u8; N], is: impl Fn(u8) -> bool) -> bool {
        let bad = |bad, &byte| bad | u8::from(!is(byte));
        bytes.iter().fold(0, bad) == 0
    }
    // The last block may overlap the one before it.
    if let Some(last) = bytes.last_chunk::<16>() {
        let (blocks, _) = bytes.as_chunks::<16>();
        return blocks.iter().all(|one| block(one, is)) && block(last, is);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        return block(first, is) && block(last, is);
    }
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(first), Some(last)) => block(first, is) && block(last, is),
        _ => bytes.iter().all(|&byte| is(byte)),
    }
}

/// Number of the bytes for which `is` holds. Sums of one byte each are what a compiler makes fast code of.
pub fn count(bytes: &[u8], is: impl Fn(u8) -> bool + Copy) -> usize {
    let chunks = bytes.chunks(128);
    let counts = chunks.map(|chunk| chunk.iter().map(|&byte| u8::from(is(byte))).sum::<u8>());
    counts.map(usize::from).sum()
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Number of bytes before the first that is marked with the highest of its bits: eight where none is.
#[inline]
pub const fn before_mark(marks: u64) -> usize {
    (marks.trailing_zeros() / 8) as usize
}

/// Marks the bytes of a word that equal `byte`, and no others.
#[inline]
pub const fn exactly(word: u64, byte: u8) -> u64 {
    let other = word ^ (ONES * byte as u64);
    !(((other & !HIGH) + !HIGH) | other) & HIGH
}

/// Marks the bytes of a word that equal `byte`: every one of them, and through a borrow it may mark others above the
/// lowest.
#[inline]
pub const fn equal(word: u64, byte: u8) -> u64 {
    let other = word ^ (ONES * byte as u64);
    other.wrapping_sub(ONES) & !other & HIGH
}

/// Marks the bytes of a word below `byte`, which is no more than 128: every one of them, and it may mark others above
/// the lowest.
#[inline]
pub const fn below(word: u64, byte: u8) -> u64 {
    word.wrapping_sub(ONES * byte as u64) & !word & HIGH
}

/// Marks the bytes of a word that are not ASCII.
#[inline]
pub const fn high(word: u64) -> u64 {
    word & HIGH
}

/// True for letters, digits and the bytes of `more`.
pub const fn letters_digits_and(more: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0u8;
    while byte < 128 {
        table[byte as usize] = byte.is_ascii_alphanumeric();
        byte += 1;
    }
    let mut index = 0;
    while index < more.len() {
        table[more[index] as usize] = true;
        index += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(
        clippy::needless_bitwise_bool,
        reason = "without a branch many bytes are asked at once"
    )]
    fn one_byte_that_is_not_is_found_wherever_it_stands() {
        for length in 0..70 {
            let mut bytes = vec![b'a'; length];
            assert!(all(&bytes, |byte| byte.is_ascii_lowercase()));
            for at in 0..length {
                bytes[at] = b'-';
                assert!(
                    !all(&bytes, |byte| byte.is_ascii_lowercase()),
                    "{at} of {length}"
                );
                assert!(all(&bytes, |byte| byte.is_ascii_lowercase() | (byte == b'-')));
                bytes[at] = b'a';
            }
        }
    }

    #[test]
    fn every_byte_that_is_meant_is_marked_and_the_first_mark_is_true() {
        let marks = |word| equal(word, b'"') | equal(word, 0x7f) | below(word, 0x20) | high(word);
        for byte in 0..=u8::MAX {
            let is_marked = matches!(byte, b'"' | 0x7f | 0..0x20 | 0x80..);
            for at in 0..8 {
                // Neighbours that a borrow reaches.
                for fill in [b'!', b'#', b'~', b' '] {
                    let mut eight = [fill; 8];
                    eight[at] = byte;
                    let found = marks(u64::from_le_bytes(eight));
                    let expected = if is_marked { at } else { 8 };
                    assert_eq!(before_mark(found), expected, "{byte} at {at}");
                    // One more above it is marked whatever stands below.
                    for above in at + 1..8 {
                        eight[above] = b'"';
                        let found = marks(u64::from_le_bytes(eight));
                        assert_ne!(found >> (8 * above) & 0x80, 0, "{byte} at {at}");
                        eight[above] = fill;
                    }
                }
            }
        }
    }

    #[test]
    fn exactly_the_bytes_that_equal_are_marked() {
        for wanted in [b'\\', 0, 0x7f, 0x80, 0xff] {
            for byte in 0..=u8::MAX {
                let eight = [byte, wanted, byte, byte, wanted, wanted, byte, byte];
                let expected = eight.map(|one| if one == wanted { 0x80 } else { 0 });
                let found = exactly(u64::from_le_bytes(eight), wanted);
                assert_eq!(found.to_le_bytes(), expected, "{wanted} and {byte}");
            }
        }
        assert_eq!(before_mark(0), 8);
    }

    #[test]
    fn bytes_are_counted_beyond_what_one_byte_counts() {
        for length in [0, 1, 127, 128, 129, 700] {
            assert_eq!(count(&vec![b'/'; length], |byte| byte == b'/'), length);
            assert_eq!(count(&vec![b'.'; length], |byte| byte == b'/'), 0);
        }
    }
}
