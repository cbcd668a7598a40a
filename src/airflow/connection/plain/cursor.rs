//! Steps over the common forms of JSON, and says nothing of any other.

use super::{escaped, yes};
use crate::source::ascii;

/// A value of an object.
pub(super) enum Member<'b> {
    /// The inside of a string, escapes as they stand.
    Text(&'b [u8]),
    Integer,
    Float,
    Boolean,
    Null,
    /// From its bracket on.
    Object,
}

/// What the bytes of a JSON string mean here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Plain,
    Quote,
    Backslash,
    Percent,
    High,
    Control,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Plain; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte {
            0x22 => Class::Quote,
            0x5c => Class::Backslash,
            0x25 => Class::Percent,
            0..0x20 | 0x7f => Class::Control,
            0x80.. => Class::High,
            _ => Class::Plain,
        };
        byte += 1;
    }
    classes
};

/// What keys and words are made of.
const WORD: [bool; 256] = ascii::letters_digits_and(b"_-.");
/// Longer ones are looked through in another way.
const LONGEST_WORD: usize = 16;

/// Number of the bytes of [`Class::Plain`] before the first other one.
#[inline]
fn plain_bytes(eight: [u8; 8]) -> usize {
    let word = u64::from_le_bytes(eight);
    let quoted = ascii::equal(word, b'"') | ascii::equal(word, b'\\');
    let control = ascii::below(word, 0x20) | ascii::equal(word, 0x7f);
    ascii::before_mark(quoted | control | ascii::equal(word, b'%') | ascii::high(word))
}

pub(super) struct Cursor<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) at: usize,
    /// Texts may be of several lines: an extra holds keys and certificates.
    pub(super) lines: bool,
    /// Between two words a line may end: the JSON is a part of a file.
    pub(super) spread: bool,
}

impl<'b> Cursor<'b> {
    /// The next byte that is no blank, stepped over.
    pub(super) fn next(&mut self) -> Option<u8> {
        loop {
            let byte = self.bytes.get(self.at).copied();
            self.at += 1;
            match byte {
                Some(b' ') => {}
                Some(b'\n' | b'\r' | b'\t') if self.spread => {}
                other => return other,
            }
        }
    }

    /// A key and its colon.
    pub(super) fn key(&mut self) -> Option<&'b [u8]> {
        yes(self.next()? == b'"')?;
        let key = self.string()?;
        yes(self.next()? == b':')?;
        Some(key)
    }

    pub(super) fn value(&mut self) -> Option<Member<'b>> {
        let first = self.next()?;
        match first {
            b'"' => self.string().map(Member::Text),
            b'{' => Some(Member::Object),
            b't' => self.word(b"true", Member::Boolean),
            b'f' => self.word(b"false", Member::Boolean),
            b'n' => self.word(b"null", Member::Null),
            b'1'..=b'9' => {
                self.digits();
                if self.bytes.get(self.at) != Some(&b'.') {
                    return Some(Member::Integer);
                }
                self.at += 1;
                let start = self.at;
                self.digits();
                (self.at > start).then_some(Member::Float)
            }
            b'0' => (!matches!(self.bytes.get(self.at), Some(b'0'..=b'9' | b'.')))
                .then_some(Member::Integer),
            _ => None,
        }
    }

    fn digits(&mut self) {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &[u8], member: Member<'b>) -> Option<Member<'b>> {
        let rest = self.bytes.get(self.at - 1..)?;
        rest.starts_with(word).then(|| {
            self.at += word.len() - 1;
            member
        })
    }

    /// The inside of the string whose quote was stepped over: visible characters of ASCII, and
    /// letters of other scripts, without `%40` and the like.
    fn string(&mut self) -> Option<&'b [u8]> {
        let start = self.at;
        let rest = self.bytes.get(start..)?;
        // Most keys and many values are a word, about which there is nothing else to ask.
        let word = rest.iter().take(LONGEST_WORD);
        let mut at = word.take_while(|byte| WORD[usize::from(**byte)]).count();
        if rest.get(at) == Some(&b'"') {
            self.at = start + at + 1;
            return Some(&rest[..at]);
        }
        loop {
            while let Some(eight) = rest.get(at..).and_then(|rest| rest.first_chunk()) {
                let plain = plain_bytes(*eight);
                at += plain;
                if plain < 8 {
                    break;
                }
            }
            match CLASSES[usize::from(*rest.get(at)?)] {
                Class::Plain => at += 1,
                Class::Quote => break,
                Class::Backslash => match *rest.get(at + 1)? {
                    b'"' | b'\\' | b'/' => at += 2,
                    b'n' if self.lines => at += 2,
                    b'u' => {
                        yes(is_letter_escape(rest.get(at + 2..at + 6)?))?;
                        at += 6;
                    }
                    _ => return None,
                },
                Class::Percent => {
                    yes(escaped(&rest[at..]).is_none())?;
                    at += 1;
                }
                Class::High => {
                    yes(is_letter(&rest[at..]))?;
                    at += 2;
                }
                Class::Control => return None,
            }
        }
        self.at = start + at + 1;
        let text = &rest[..at];
        // A blank at either end is one too many, and so may be a quote or a `\n`.
        yes(text.first() != Some(&b' ') && text.last() != Some(&b' '))?;
        if !self.lines {
            yes(!matches!(
                text,
                [b'\'' | b'\\', ..]
                    | [.., b'\'']
                    | [.., b'\\', b'"' | b'\\']
                    | [.., b'\\', b'\\', _]
            ))?;
        }
        Some(text)
    }

    /// Steps over the rest of an object, behind its bracket, that holds flat ones at most.
    pub(super) fn skip_object(&mut self) -> Option<()> {
        let mut inside = false;
        loop {
            self.key()?;
            if let Member::Object = self.value()? {
                yes(!std::mem::replace(&mut inside, true))?;
                continue;
            }
            loop {
                match self.next()? {
                    b',' => break,
                    b'}' if inside => inside = false,
                    b'}' => return Some(()),
                    _ => return None,
                }
            }
        }
    }
}

/// A letter of Latin script in two bytes: `é`.
fn is_letter(rest: &[u8]) -> bool {
    matches!(rest, [0xC3..=0xC9, ..])
}

/// `00e9`: the same as an escape.
fn is_letter_escape(digits: &[u8]) -> bool {
    let [b'0', high @ b'0'..=b'2', third, fourth] = digits else {
        return false;
    };
    let at_least_c0 = matches!(third, b'c'..=b'f' | b'C'..=b'F');
    let hex = third.is_ascii_hexdigit() && fourth.is_ascii_hexdigit();
    hex && match high {
        b'0' => at_least_c0,
        b'1' => true,
        _ => matches!(third, b'0'..=b'3'),
    }
}
