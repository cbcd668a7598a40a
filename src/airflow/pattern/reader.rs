//! Python's own reading of a pattern (`re._parser`), which also writes it anew for `fancy-regex`.

mod escape;
mod group;
mod open;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use self::open::{Frame, Last, MAX_REPEAT, Open, Width};
use super::{PatternError, PatternErrorKind};
use crate::airflow::Python;

/// Nesting of groups that every Python parses; beyond it the recursion limit decides.
const MAX_DEPTH: usize = 100;

#[derive(Clone, Copy, Default)]
pub(super) struct Flags {
    pub(super) multi_line: bool,
    pub(super) dot_all: bool,
    /// `a` or `u`.
    characters: Option<char>,
    verbose: bool,
}

pub(super) struct Reader<'t> {
    text: &'t str,
    at: usize,
    python: Python,
    /// The pattern for `fancy-regex`.
    pub(super) out: String,
    open: Vec<Open>,
    verbose: bool,
    pub(super) global: Flags,
    /// Python takes it, but it cannot be evaluated here.
    pub(super) unsupported: bool,
    /// Widths of the closed groups by number; `None` while open. Index 0 is the whole.
    groups: Vec<Option<Width>>,
    names: BTreeMap<String, usize>,
    /// Groups that conditions name before they exist, with the place.
    promised: Vec<(usize, Range<usize>)>,
    look_behind: Option<usize>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str, python: Python) -> Self {
        Self {
            text,
            at: 0,
            python,
            out: String::new(),
            open: vec![Open::new(Frame::Whole, 0, false)],
            verbose: false,
            global: Flags::default(),
            unsupported: false,
            groups: vec![None],
            names: BTreeMap::new(),
            promised: Vec::new(),
            look_behind: None,
        }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += character.len_utf8();
        Some(character)
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn fail<T>(&self, kind: PatternErrorKind, start: usize) -> Result<T, PatternError> {
        let end = self.at.max(start).min(self.text.len());
        Err(PatternError {
            kind,
            range: start..end,
        })
    }

    fn since(&self, minor: u8) -> bool {
        (self.python.major, self.python.minor) >= (3, minor)
    }

    fn top(&mut self) -> &mut Open {
        self.open.last_mut().expect("the whole pattern stays open")
    }

    pub(super) fn read(&mut self) -> Result<(), PatternError> {
        // `(?x)` makes the whole pattern verbose: Python parses again (`raise Verbose`).
        match self.read_once() {
            Ok(true) => Ok(()),
            Ok(false) => {
                let mut again = Self::new(self.text, self.python);
                again.verbose = true;
                again.global.verbose = true;
                again.read_once()?;
                *self = again;
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// False: the pattern turned verbose and has to be read again.
    fn read_once(&mut self) -> Result<bool, PatternError> {
        while let Some(character) = self.peek() {
            let start = self.at;
            if self.verbose {
                if matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}') {
                    self.take();
                    continue;
                }
                if character == '#' {
                    while self.take().is_some_and(|character| character != '\n') {}
                    continue;
                }
            }
            self.take();
            match character {
                '\\' => self.escape_item(start)?,
                '[' => self.set(start)?,
                '*' | '+' | '?' | '{' => self.repeat(character, start)?,
                '.' => {
                    self.out.push('.');
                    self.top().item(Last::Item, Width::ONE);
                }
                '^' | '$' => {
                    self.out.push(character);
                    self.top().item(Last::Position, Width::default());
                }
                '(' => {
                    if !self.group(start)? {
                        return Ok(false);
                    }
                }
                '|' => {
                    let top = self.top();
                    top.close_branch();
                    top.branch_count += 1;
                    if matches!(top.frame, Frame::Conditional) && top.branch_count > 2 {
                        return self.fail(PatternErrorKind::ConditionalBranches, start);
                    }
                    self.out.push('|');
                }
                ')' => self.close(start)?,
                other => {
                    self.literal(other);
                    self.top().item(Last::Item, Width::ONE);
                }
            }
        }
        if self.open.len() > 1 {
            let start = self.top().start;
            return Err(PatternError {
                kind: PatternErrorKind::MissingParenthesis,
                range: start..start + 1,
            });
        }
        for (group, range) in &self.promised {
            if *group >= self.groups.len() {
                return Err(PatternError {
                    kind: PatternErrorKind::UnknownGroup,
                    range: range.clone(),
                });
            }
        }
        Ok(true)
    }

    fn close(&mut self, start: usize) -> Result<(), PatternError> {
        if self.open.len() == 1 {
            return self.fail(PatternErrorKind::UnbalancedParenthesis, start);
        }
        let mut open = self.open.pop().expect("more than one is open");
        open.close_branch();
        let mut width = open.branches.unwrap_or_default();
        match open.frame {
            Frame::Whole => {}
            Frame::Group(group) => {
                if let Some(group) = group {
                    self.groups[group] = Some(width);
                }
            }
            Frame::Look { behind, outer } => {
                if behind && width.low != width.high {
                    return self.fail(PatternErrorKind::LookBehindWidth, open.start);
                }
                if behind {
                    self.look_behind = outer;
                }
                width = Width::default();
            }
            Frame::Conditional => {
                if open.branch_count == 1 {
                    width.low = 0;
                }
            }
        }
        self.verbose = open.outer_verbose;
        self.out.push(')');
        self.top().item(Last::Item, width);
        Ok(())
    }

    fn literal(&mut self, character: char) {
        if !character.is_ascii() {
            self.unsupported = true;
        }
        if character.is_ascii_alphanumeric() || character == '_' {
            self.out.push(character);
        } else {
            {
                let _ = write!(self.out, "\\x{{{:x}}}", character as u32);
            }
        }
    }

    fn repeat(&mut self, character: char, start: usize) -> Result<(), PatternError> {
        let (low, high) = match character {
            '?' => (0, 1),
            '*' => (0, MAX_REPEAT),
            '+' => (1, MAX_REPEAT),
            _ => {
                let Some(bounds) = self.braces(start)? else {
                    self.literal('{');
                    self.top().item(Last::Item, Width::ONE);
                    return Ok(());
                };
                bounds
            }
        };
        match self.top().last {
            Last::Nothing | Last::Position => {
                return self.fail(PatternErrorKind::NothingToRepeat, start);
            }
            Last::Repeat => return self.fail(PatternErrorKind::MultipleRepeat, start),
            Last::Item => {}
        }
        match (low, high) {
            (0, 1) => self.out.push('?'),
            (0, MAX_REPEAT) => self.out.push('*'),
            (1, MAX_REPEAT) => self.out.push('+'),
            (low, MAX_REPEAT) => {
                let _ = write!(self.out, "{{{low},}}");
            }
            (low, high) => {
                let _ = write!(self.out, "{{{low},{high}}}");
            }
        }
        if self.eat('?') {
            self.out.push('?');
        } else if self.since(11) && self.eat('+') {
            self.out.push('+');
        }
        let top = self.top();
        top.last = Last::Repeat;
        top.last_width = top.last_width.times(low, high);
        Ok(())
    }

    /// The bounds of `{m,n}`; `None` where Python takes the brace literally.
    fn braces(&mut self, start: usize) -> Result<Option<(u64, u64)>, PatternError> {
        let here = self.at;
        if self.peek() == Some('}') {
            return Ok(None);
        }
        let low = self.digits();
        let high = if self.eat(',') {
            self.digits()
        } else {
            low.clone()
        };
        if !self.eat('}') {
            self.at = here;
            return Ok(None);
        }
        let number = |digits: &str| digits.parse::<u64>().unwrap_or(MAX_REPEAT);
        let mut bounds = (0, MAX_REPEAT);
        if !low.is_empty() {
            bounds.0 = number(&low);
            if bounds.0 >= MAX_REPEAT {
                return self.fail(PatternErrorKind::RepeatTooLarge, start);
            }
        }
        if !high.is_empty() {
            bounds.1 = number(&high);
            if bounds.1 >= MAX_REPEAT {
                return self.fail(PatternErrorKind::RepeatTooLarge, start);
            }
            if bounds.1 < bounds.0 {
                return self.fail(PatternErrorKind::RepeatOrder, start);
            }
        }
        Ok(Some(bounds))
    }

    fn digits(&mut self) -> String {
        let mut digits = String::new();
        while let Some(digit) = self.peek().filter(char::is_ascii_digit) {
            self.take();
            digits.push(digit);
        }
        digits
    }
}
