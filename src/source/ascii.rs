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
}
