//! Escapes and character sets: `_escape`, `_class_escape` and the `[` part of `_parse`.

use std::fmt::Write as _;

use super::Reader;
use super::open::{Last, Width};
use crate::airflow::pattern::{PatternError, PatternErrorKind};

/// What an escape is.
enum Escape {
    Literal(char),
    /// `\d` and its like: written as it stands.
    Category(char),
    Position(&'static str),
    Group(usize),
    /// A character by name.
    Unknown,
}

impl Reader<'_> {
    pub(super) fn escape_item(&mut self, start: usize) -> Result<(), PatternError> {
        let (last, width) = match self.escape(start, false)? {
            Escape::Literal(character) => {
                self.literal(character);
                (Last::Item, Width::ONE)
            }
            Escape::Category(letter) => {
                self.out.push('\\');
                self.out.push(letter);
                (Last::Item, Width::ONE)
            }
            Escape::Position(text) => {
                self.out.push_str(text);
                (Last::Position, Width::default())
            }
            Escape::Group(group) => {
                let width = self.reference(group, start)?;
                (Last::Item, width)
            }
            Escape::Unknown => {
                self.unsupported = true;
                (Last::Item, Width::ONE)
            }
        };
        self.top().item(last, width);
        Ok(())
    }

    pub(super) fn reference(&mut self, group: usize, start: usize) -> Result<Width, PatternError> {
        let Some(width) = self.groups.get(group).copied().filter(|_| group > 0) else {
            return self.fail(PatternErrorKind::UnknownGroup, start);
        };
        let Some(width) = width else {
            return self.fail(PatternErrorKind::OpenGroup, start);
        };
        if self.look_behind.is_some_and(|first| group >= first) {
            return self.fail(PatternErrorKind::OpenGroup, start);
        }
        {
            let _ = write!(self.out, "(?:\\{group})");
        }
        Ok(width)
    }

    /// `_escape` and `_class_escape`. The backslash is taken.
    fn escape(&mut self, start: usize, in_set: bool) -> Result<Escape, PatternError> {
        let Some(letter) = self.take() else {
            return self.fail(PatternErrorKind::BadEscape, start);
        };
        let found = match letter {
            'a' => Escape::Literal('\u{7}'),
            'f' => Escape::Literal('\u{c}'),
            'n' => Escape::Literal('\n'),
            'r' => Escape::Literal('\r'),
            't' => Escape::Literal('\t'),
            'v' => Escape::Literal('\u{b}'),
            'b' if in_set => Escape::Literal('\u{8}'),
            'd' | 'D' | 's' | 'S' | 'w' | 'W' => Escape::Category(letter),
            'A' if !in_set => Escape::Position("\\A"),
            'b' => Escape::Position("\\b"),
            'B' if !in_set => Escape::Position("\\B"),
            'Z' if !in_set => Escape::Position("\\z"),
            'z' if !in_set && self.since(14) => Escape::Position("\\z"),
            'x' => Escape::Literal(self.hex(2, start)?),
            'u' => Escape::Literal(self.hex(4, start)?),
            'U' => Escape::Literal(self.hex(8, start)?),
            'N' => {
                if !self.eat('{') {
                    return self.fail(PatternErrorKind::IncompleteEscape, start);
                }
                loop {
                    match self.take() {
                        Some('}') => break Escape::Unknown,
                        Some(_) => {}
                        None => return self.fail(PatternErrorKind::IncompleteEscape, start),
                    }
                }
            }
            '0' => Escape::Literal(self.octal(0, 2)),
            '1'..='7' if in_set => {
                let value = self.octal_value(letter as u32 - '0' as u32, 2);
                if value > 0o377 {
                    return self.fail(PatternErrorKind::OctalRange, start);
                }
                Escape::Literal(char::from_u32(value).unwrap_or('\0'))
            }
            '1'..='9' if !in_set => self.numbered(letter, start)?,
            other if other.is_ascii_alphanumeric() => {
                return self.fail(PatternErrorKind::BadEscape, start);
            }
            other => Escape::Literal(other),
        };
        Ok(found)
    }

    fn numbered(&mut self, first: char, start: usize) -> Result<Escape, PatternError> {
        let mut number = first as u32 - '0' as u32;
        if let Some(second) = self.peek().and_then(|next| next.to_digit(10)) {
            self.take();
            let octal = number < 8 && second < 8;
            if let Some(third) = self
                .peek()
                .and_then(|next| next.to_digit(8))
                .filter(|_| octal)
            {
                self.take();
                let value = number * 64 + second * 8 + third;
                if value > 0o377 {
                    return self.fail(PatternErrorKind::OctalRange, start);
                }
                return Ok(Escape::Literal(char::from_u32(value).unwrap_or('\0')));
            }
            number = number * 10 + second;
        }
        Ok(Escape::Group(number as usize))
    }

    fn octal_value(&mut self, first: u32, more: usize) -> u32 {
        let mut value = first;
        for _ in 0..more {
            let Some(digit) = self.peek().and_then(|next| next.to_digit(8)) else {
                break;
            };
            self.take();
            value = value * 8 + digit;
        }
        value
    }

    fn octal(&mut self, first: u32, more: usize) -> char {
        char::from_u32(self.octal_value(first, more)).unwrap_or('\0')
    }

    fn hex(&mut self, digits: usize, start: usize) -> Result<char, PatternError> {
        let mut value: u32 = 0;
        for _ in 0..digits {
            let Some(digit) = self.peek().and_then(|next| next.to_digit(16)) else {
                return self.fail(PatternErrorKind::IncompleteEscape, start);
            };
            self.take();
            value = value.wrapping_mul(16).wrapping_add(digit);
        }
        if let Some(character) = char::from_u32(value) {
            return Ok(character);
        }
        if value > 0x0010_ffff {
            return self.fail(PatternErrorKind::BadEscape, start);
        }
        // A surrogate: Python takes it, Rust text cannot hold it.
        self.unsupported = true;
        Ok('\u{fffd}')
    }

    pub(super) fn set(&mut self, start: usize) -> Result<(), PatternError> {
        self.out.push('[');
        if self.eat('^') {
            self.out.push('^');
        }
        let mut empty = true;
        loop {
            let item = self.at;
            let Some(character) = self.take() else {
                return self.fail(PatternErrorKind::UnterminatedSet, start);
            };
            if character == ']' && !empty {
                break;
            }
            empty = false;
            let first = self.set_item(character, item)?;
            if !self.eat('-') {
                self.put_in_set(&first);
                continue;
            }
            let Some(character) = self.take() else {
                return self.fail(PatternErrorKind::UnterminatedSet, start);
            };
            if character == ']' {
                self.put_in_set(&first);
                self.put_in_set(&Escape::Literal('-'));
                break;
            }
            let second = self.set_item(character, self.at - character.len_utf8())?;
            if matches!(first, Escape::Unknown) || matches!(second, Escape::Unknown) {
                self.unsupported = true;
                continue;
            }
            let (Escape::Literal(low), Escape::Literal(high)) = (&first, &second) else {
                return self.fail(PatternErrorKind::BadRange, item);
            };
            if low > high {
                return self.fail(PatternErrorKind::BadRange, item);
            }
            self.put_in_set(&first);
            self.out.push('-');
            self.put_in_set(&second);
        }
        self.out.push(']');
        self.top().item(Last::Item, Width::ONE);
        Ok(())
    }

    fn set_item(&mut self, character: char, start: usize) -> Result<Escape, PatternError> {
        if character == '\\' {
            return self.escape(start, true);
        }
        Ok(Escape::Literal(character))
    }

    fn put_in_set(&mut self, item: &Escape) {
        match item {
            Escape::Literal(character) => self.literal(*character),
            Escape::Category(letter) => {
                self.out.push('\\');
                self.out.push(*letter);
            }
            Escape::Position(_) | Escape::Group(_) | Escape::Unknown => self.unsupported = true,
        }
    }
}
