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
    match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(first), Some(last)) => block(first, is) && block(last, is),
        _ => bytes.iter().all(|&byte| is(byte)),
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Number of bytes before the first that `marks` marks, of two words, with the highest of its bits; what is marked above
/// it in a word says nothing. Both are looked at, whether the first holds one or not: what ends a run lies in either as
/// often, and a processor cannot guess in which.
#[inline]
pub fn before_marked(sixteen: [u8; 16], marks: impl Fn(u64) -> u64) -> usize {
    let words = [sixteen.first_chunk(), sixteen.last_chunk()];
    let [first, second] = words.map(|word| word.map_or(0, |word| marks(u64::from_le_bytes(*word))));
    let (before, marked) = if first == 0 { (8, second) } else { (0, first) };
    before + (marked.trailing_zeros() / 8) as usize
}

/// Marks the bytes of a word that equal `byte`: the lowest of them truly, a borrow only disturbs those above it.
#[inline]
pub const fn equal(word: u64, byte: u8) -> u64 {
    let other = word ^ (ONES * byte as u64);
    other.wrapping_sub(ONES) & !other & HIGH
}

/// Marks the bytes of a word below `byte`, which is no more than 128: the lowest of them truly.
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
    fn the_first_byte_that_is_marked_is_found_wherever_it_stands() {
        let marks = |word| equal(word, b'"') | equal(word, 0x7f) | below(word, 0x20) | high(word);
        for byte in 0..=u8::MAX {
            let is_marked = matches!(byte, b'"' | 0x7f | 0..0x20 | 0x80..);
            for at in 0..16 {
                // Neighbours that a borrow reaches.
                for fill in [b'!', b'#', b'~', b' '] {
                    let mut sixteen = [fill; 16];
                    sixteen[at] = byte;
                    let expected = if is_marked { at } else { 16 };
                    assert_eq!(before_marked(sixteen, marks), expected, "{byte} at {at}");
                }
            }
        }
    }
}
