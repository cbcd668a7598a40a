//! Everything that begins with a parenthesis: groups, look-around, conditions and flags.

use std::fmt::Write as _;

use super::open::{Frame, Last, Open};
use super::{MAX_DEPTH, Reader};
use crate::airflow::pattern::{PatternError, PatternErrorKind};

impl Reader<'_> {
    fn push(&mut self, frame: Frame, start: usize) {
        let verbose = self.verbose;
        if self.open.len() > MAX_DEPTH {
            self.unsupported = true;
        }
        self.open.push(Open::new(frame, start, verbose));
    }

    fn push_group(&mut self, name: Option<String>, start: usize) -> Result<(), PatternError> {
        let number = self.groups.len();
        if let Some(name) = name {
            if self.names.contains_key(&name) {
                return self.fail(PatternErrorKind::GroupNameTwice, start);
            }
            self.names.insert(name, number);
        }
        self.groups.push(None);
        self.out.push('(');
        self.push(Frame::Group(Some(number)), start);
        Ok(())
    }

    /// Everything that begins with a parenthesis. False: the pattern turned verbose.
    pub(super) fn group(&mut self, start: usize) -> Result<bool, PatternError> {
        if !self.eat('?') {
            self.push_group(None, start)?;
            return Ok(true);
        }
        let Some(character) = self.take() else {
            return self.fail(PatternErrorKind::UnexpectedEnd, start);
        };
        match character {
            'P' => self.named(start)?,
            ':' => {
                self.out.push_str("(?:");
                self.push(Frame::Group(None), start);
            }
            '#' => loop {
                match self.take() {
                    Some(')') => break,
                    Some(_) => {}
                    None => return self.fail(PatternErrorKind::UnterminatedComment, start),
                }
            },
            '=' | '!' => {
                self.out.push_str("(?");
                self.out.push(character);
                self.push(
                    Frame::Look {
                        behind: false,
                        outer: None,
                    },
                    start,
                );
            }
            '<' => match self.take() {
                Some(sign @ ('=' | '!')) => {
                    self.out.push_str("(?<");
                    self.out.push(sign);
                    let outer = self.look_behind;
                    if outer.is_none() {
                        self.look_behind = Some(self.groups.len());
                    }
                    self.push(
                        Frame::Look {
                            behind: true,
                            outer,
                        },
                        start,
                    );
                }
                Some(_) => return self.fail(PatternErrorKind::UnknownExtension, start),
                None => return self.fail(PatternErrorKind::UnexpectedEnd, start),
            },
            '(' => self.condition(start)?,
            '>' if self.since(11) => {
                self.out.push_str("(?>");
                self.push(Frame::Group(None), start);
            }
            '-' | 'i' | 'L' | 'm' | 's' | 'x' | 'a' | 't' | 'u' => {
                return self.flags(character, start);
            }
            _ => return self.fail(PatternErrorKind::UnknownExtension, start),
        }
        Ok(true)
    }

    fn until(&mut self, end: char, start: usize) -> Result<String, PatternError> {
        let mut name = String::new();
        loop {
            match self.take() {
                Some(character) if character == end => break,
                Some(character) => name.push(character),
                None => return self.fail(PatternErrorKind::BadGroupName, start),
            }
        }
        if name.is_empty() {
            return self.fail(PatternErrorKind::BadGroupName, start);
        }
        Ok(name)
    }

    fn named(&mut self, start: usize) -> Result<(), PatternError> {
        match self.take() {
            Some('<') => {
                let name = self.until('>', start)?;
                if !is_identifier(&name) {
                    return self.fail(PatternErrorKind::BadGroupName, start);
                }
                self.push_group(Some(name), start)
            }
            Some('=') => {
                let name = self.until(')', start)?;
                if !is_identifier(&name) {
                    return self.fail(PatternErrorKind::BadGroupName, start);
                }
                let Some(group) = self.names.get(&name).copied() else {
                    return self.fail(PatternErrorKind::UnknownGroup, start);
                };
                let width = self.reference(group, start)?;
                self.top().item(Last::Item, width);
                Ok(())
            }
            Some(_) => self.fail(PatternErrorKind::UnknownExtension, start),
            None => self.fail(PatternErrorKind::UnexpectedEnd, start),
        }
    }

    fn condition(&mut self, start: usize) -> Result<(), PatternError> {
        let name = self.until(')', start)?;
        let group = if is_identifier(&name) {
            let Some(group) = self.names.get(&name).copied() else {
                return self.fail(PatternErrorKind::UnknownGroup, start);
            };
            group
        } else {
            let number = name.parse::<usize>().ok();
            let Some(group) = number.filter(|_| name.bytes().all(|byte| byte.is_ascii_digit()))
            else {
                return self.fail(PatternErrorKind::BadGroupName, start);
            };
            if group == 0 {
                return self.fail(PatternErrorKind::UnknownGroup, start);
            }
            self.promised.push((group, start..self.at));
            group
        };
        if self.look_behind.is_some_and(|first| group >= first) {
            return self.fail(PatternErrorKind::OpenGroup, start);
        }
        // A condition on a group that comes later or is still open: left to Python.
        if !matches!(self.groups.get(group), Some(Some(_))) {
            self.unsupported = true;
        }
        {
            let _ = write!(self.out, "(?({group})");
        }
        self.push(Frame::Conditional, start);
        Ok(())
    }

    /// `_parse_flags`. False: the pattern turned verbose.
    fn flags(&mut self, first: char, start: usize) -> Result<bool, PatternError> {
        let mut on = String::new();
        let mut off = String::new();
        let mut character = first;
        if character != '-' {
            loop {
                let clash = match character {
                    'L' | 't' => true,
                    'a' => on.contains('u'),
                    'u' => on.contains('a'),
                    _ => false,
                };
                if clash {
                    return self.fail(PatternErrorKind::BadFlags, start);
                }
                on.push(character);
                match self.take() {
                    Some(next @ (')' | '-' | ':')) => {
                        character = next;
                        break;
                    }
                    Some(next) if "iLmsxatu".contains(next) => character = next,
                    _ => return self.fail(PatternErrorKind::BadFlags, start),
                }
            }
        }
        if character == ')' {
            return self.global_flags(&on, start);
        }
        if character == '-' {
            loop {
                match self.take() {
                    Some(next @ ('i' | 'm' | 's' | 'x')) => off.push(next),
                    Some(':') if !off.is_empty() => break,
                    _ => return self.fail(PatternErrorKind::BadFlags, start),
                }
            }
        }
        if on.chars().any(|flag| off.contains(flag)) {
            return self.fail(PatternErrorKind::BadFlags, start);
        }
        self.out.push_str("(?");
        self.out
            .extend(on.chars().filter(|flag| "ims".contains(*flag)));
        if off.chars().any(|flag| flag != 'x') {
            self.out.push('-');
            self.out.extend(off.chars().filter(|flag| *flag != 'x'));
        }
        self.out.push(':');
        self.push(Frame::Group(None), start);
        self.verbose = (self.verbose || on.contains('x')) && !off.contains('x');
        Ok(true)
    }

    fn global_flags(&mut self, on: &str, start: usize) -> Result<bool, PatternError> {
        let first = self.open.len() == 1
            && self.open[0].branch_count == 1
            && self.open[0].last == Last::Nothing;
        if !first && self.since(11) {
            return self.fail(PatternErrorKind::LateFlags, start);
        }
        self.global.multi_line |= on.contains('m');
        self.global.dot_all |= on.contains('s');
        // `fix_flags`: "ASCII and UNICODE flags are incompatible".
        for flag in on.chars().filter(|flag| "au".contains(*flag)) {
            if *self.global.characters.get_or_insert(flag) != flag {
                return self.fail(PatternErrorKind::BadFlags, start);
            }
        }
        if on.contains('x') && !self.global.verbose {
            self.global.verbose = true;
            if !self.verbose {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|character| character.is_alphanumeric() || character == '_')
}
