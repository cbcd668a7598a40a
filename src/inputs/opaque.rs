//! Files that cannot be read as text: another encoding, or encrypted by a tool that keeps secrets
//! in repositories. Any kind of input asks here before it parses.

use std::str::Utf8Error;

use memchr::memmem;

use super::Opacity;

/// The tool that leaves names and hides values.
pub const SOPS: &str = "SOPS";

/// Why the file cannot be read as text, if it cannot. `bytes` is the file, or its beginning when
/// `whole` is false (a stream): then a character that is cut at the end is no fault.
pub fn opacity(bytes: &[u8], whole: bool) -> Option<Opacity> {
    if let Some(why) = no_text(bytes) {
        return Some(why);
    }
    match std::str::from_utf8(bytes) {
        Err(error) if whole || error.error_len().is_some() => Some(not_utf8(error)),
        _ => None,
    }
}

/// The text of a whole file, or why it cannot be read as one.
pub fn text(bytes: &[u8]) -> Result<&str, Opacity> {
    match no_text(bytes) {
        Some(why) => Err(why),
        None => std::str::from_utf8(bytes).map_err(not_utf8),
    }
}

fn no_text(bytes: &[u8]) -> Option<Opacity> {
    if let Some(tool) = encryption(bytes) {
        return Some(Opacity::Encrypted(tool));
    }
    wide(bytes).map(|_| Opacity::NotUtf8 { at: 0 })
}

fn not_utf8(error: Utf8Error) -> Opacity {
    let at = error.valid_up_to();
    Opacity::NotUtf8 { at }
}

/// An encoding of two or four bytes a character, as Windows PowerShell writes with `>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wide {
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// UTF-32.
    Utf32,
}

impl Wide {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf16Le | Self::Utf16Be => "UTF-16",
            Self::Utf32 => "UTF-32",
        }
    }

    /// UTF-16 as text, to see what the file is.
    pub fn text(self, bytes: &[u8]) -> Option<String> {
        let unit: fn([u8; 2]) -> u16 = match self {
            Self::Utf16Le => u16::from_le_bytes,
            Self::Utf16Be => u16::from_be_bytes,
            Self::Utf32 => return None,
        };
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let text: String = char::decode_utf16(units)
            .map(|one| one.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        Some(text.trim_start_matches('\u{feff}').to_owned())
    }
}

/// The wide encoding that the beginning shows: a byte order mark, or a NUL at every other byte.
pub fn wide(bytes: &[u8]) -> Option<Wide> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some(Wide::Utf32),
        [0xff, 0xfe, ..] | [1..=255, 0, 1..=255, 0, 1..=255, 0, ..] => Some(Wide::Utf16Le),
        [0xfe, 0xff, ..] | [0, 1..=255, 0, 1..=255, 0, 1..=255, ..] => Some(Wide::Utf16Be),
        _ => None,
    }
}

/// The tool that encrypted the file.
fn encryption(bytes: &[u8]) -> Option<&'static str> {
    const BEGINNINGS: [(&[u8], &str); 5] = [
        (b"$ANSIBLE_VAULT;", "ansible-vault"),
        (b"\0GITCRYPT\0", "git-crypt"),
        (b"age-encryption.org/v1", "age"),
        (b"-----BEGIN AGE ENCRYPTED FILE-----", "age"),
        (b"-----BEGIN PGP MESSAGE-----", "PGP"),
    ];
    let begins = |beginning: &[u8]| bytes.starts_with(beginning);
    if let Some((_, tool)) = BEGINNINGS.into_iter().find(|(start, _)| begins(start)) {
        return Some(tool);
    }
    let at = memmem::find(bytes, b"ENC[AES256_GCM,data:")?;
    let has = |part: &[u8], mark: &[u8]| memmem::find(part, mark).is_some();
    let marks = [&b"sops_version="[..], b"\"sops\"", b"[sops]", b"\nsops:"];
    let block = || marks.into_iter().any(|mark| has(bytes, mark));
    // A piece of such a file, without the block.
    let value = &bytes[at..];
    let end = memchr::memchr2(b']', b'\n', value).unwrap_or(value.len());
    let whole = || {
        [&b",iv:"[..], b",tag:", b",type:"]
            .into_iter()
            .all(|mark| has(&value[..end], mark))
    };
    (block() || whole()).then_some(SOPS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encrypted_files_name_their_tool() {
        let tool = |bytes: &[u8]| match opacity(bytes, true) {
            Some(Opacity::Encrypted(tool)) => tool,
            _ => "",
        };
        assert_eq!(tool(b"$ANSIBLE_VAULT;1.1;AES256\n6162\n"), "ansible-vault");
        assert_eq!(tool(b"\0GITCRYPT\0\xff\xfe"), "git-crypt");
        assert_eq!(tool(b"age-encryption.org/v1\n-> X25519 a\n"), "age");
        let sops = b"A=ENC[AES256_GCM,data:abc,iv:x,tag:y,type:str]\nsops_version=3.8.1\n";
        assert_eq!(tool(sops), "SOPS");
        let piece = b"A=ENC[AES256_GCM,data:abc,iv:x,tag:y,type:str]\n";
        assert_eq!(tool(piece), "SOPS");
        // A note about the format is not an encrypted file.
        assert_eq!(tool(b"# values look like ENC[AES256_GCM,data:...\n"), "");
    }

    #[test]
    fn wide_text_is_known_with_and_without_a_mark() {
        let units: Vec<u16> = "{\"a\": 1}".encode_utf16().collect();
        let le: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let be: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for (mark, bytes, encoding) in [
            (&b"\xff\xfe"[..], &le, Wide::Utf16Le),
            (b"", &le, Wide::Utf16Le),
            (b"\xfe\xff", &be, Wide::Utf16Be),
            (b"", &be, Wide::Utf16Be),
        ] {
            let bytes = [mark, bytes].concat();
            assert_eq!(wide(&bytes), Some(encoding));
            assert_eq!(encoding.text(&bytes).unwrap(), "{\"a\": 1}");
            assert_eq!(opacity(&bytes, true), Some(Opacity::NotUtf8 { at: 0 }));
        }
        assert_eq!(wide(b"\xff\xfe\0\0{\0\0\0"), Some(Wide::Utf32));
        assert_eq!(wide(b"{\"a\": 1}"), None);
        assert_eq!(wide(b"A=\0b\n"), None);
    }

    #[test]
    fn a_character_cut_at_the_end_of_a_stream_is_no_fault() {
        assert_eq!(opacity(b"ab\xc3", false), None);
        assert_eq!(opacity(b"ab\xc3", true), Some(Opacity::NotUtf8 { at: 2 }));
        assert_eq!(
            opacity(b"ab\xe9cd", false),
            Some(Opacity::NotUtf8 { at: 2 })
        );
    }
}
