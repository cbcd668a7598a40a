//! What all readers share: where they put what they find, and how they look names up.

use std::collections::HashMap;

pub(super) use super::template::Found;
use super::template::{self, Scope};
use super::{Cause, Delivery, Dialect, Effect, EnvFile, EnvVariable, Outside, Problem};
use crate::source::{Span, Text, TextBuilder};

/// After this many repaired faults the rest of the file is left alone: each repair may look at
/// the rest of the file once more.
const REPAIRS: usize = 32;

/// Bytes that references may add to one file before their values count as unknown, so that
/// `A=$B$B`, `C=$A$A`, … cannot grow without bound.
const GROWTH: usize = 4 << 20;

pub(super) struct Collector<'a> {
    pub(super) text: &'a str,
    pub(super) file: EnvFile,
    environment: &'a dyn Fn(&str) -> Outside,
    values: HashMap<String, Option<Text>>,
    /// Definitions of each name that were not taken back.
    places: HashMap<String, Vec<usize>>,
    growth: usize,
    repairs: usize,
    /// What is read from now on is not delivered.
    pub(super) beyond: bool,
    /// What is read from now on may not be delivered.
    pub(super) perhaps: bool,
}

impl<'a> Collector<'a> {
    pub(super) fn new(
        text: &'a str,
        dialect: Dialect,
        environment: &'a dyn Fn(&str) -> Outside,
    ) -> Self {
        Self {
            text,
            file: EnvFile {
                dialect,
                ..EnvFile::default()
            },
            environment,
            values: HashMap::new(),
            places: HashMap::new(),
            growth: 0,
            repairs: 0,
            beyond: false,
            perhaps: false,
        }
    }

    /// A definition.
    pub(super) fn define(&mut self, name: &str, name_span: Span, value: Option<Text>) {
        let delivery = if self.beyond {
            Delivery::Recovered
        } else if self.perhaps {
            Delivery::Perhaps
        } else {
            Delivery::Kept
        };
        let remembered = if self.perhaps {
            value.clone().map(Text::into_unknown)
        } else {
            value.clone()
        };
        self.values.insert(name.to_owned(), remembered);
        let places = self.places.entry(name.to_owned()).or_default();
        places.push(self.file.variables.len());
        self.file.variables.push(EnvVariable {
            name: name.to_owned(),
            name_span,
            value,
            delivery,
        });
    }

    /// The definitions of `name` so far do not count any more (`unset`).
    pub(super) fn forget(&mut self, name: &str) {
        self.values.remove(name);
        let perhaps = self.perhaps;
        for place in self.places.remove(name).unwrap_or_default() {
            self.file.variables[place].delivery = if perhaps {
                Delivery::Perhaps
            } else {
                Delivery::Overridden
            };
        }
    }

    /// What the last definition of a name sets is not known.
    pub(super) fn leave_open(&mut self, name: &str) {
        let place = self.places.get(name).and_then(|places| places.last());
        if let Some(&place) = place {
            let value = &mut self.file.variables[place].value;
            *value = value.take().map(Text::into_unknown);
            self.values.insert(name.to_owned(), value.clone());
        }
    }

    pub(super) fn problem(&mut self, effect: Effect, cause: Cause, span: Span, name: Option<&str>) {
        if effect == Effect::FileRefused {
            self.file.refused = true;
        }
        self.file.problems.push(Problem {
            effect,
            cause,
            span,
            name: name.map(str::to_owned),
        });
    }

    /// Whether a reader may go on behind a fault that really ends the reading.
    pub(super) fn may_repair(&mut self) -> bool {
        self.repairs += 1;
        self.beyond = true;
        self.repairs <= REPAIRS
    }

    pub(super) fn delimiter(&mut self, start: usize, end: usize) {
        if start < end {
            self.file.delimiters.push(Span::new(start, end));
        }
    }

    pub(super) fn comment(&mut self, start: usize, end: usize) {
        self.file.comments.push(Span::new(start, end));
    }

    /// What the file itself has defined above.
    pub(super) fn in_file(&self, name: &str) -> Option<&Option<Text>> {
        self.values.get(name)
    }

    pub(super) fn outside(&self, name: &str) -> Outside {
        (self.environment)(name)
    }

    /// The file wins over the environment (python-dotenv, shells). A bare name is in the file
    /// without a value.
    pub(super) fn find_file_first(&self, name: &str) -> Found {
        match self.values.get(name) {
            Some(Some(value)) => Found::Value(value.clone()),
            Some(None) => Found::Unknown,
            None => self.found_outside(name),
        }
    }

    fn found_outside(&self, name: &str) -> Found {
        match self.outside(name) {
            Outside::Value(value) => Found::Value(Text::elsewhere(&value, Span::at(0))),
            Outside::Unset => Found::Unset,
            Outside::Unknown => Found::Unknown,
        }
    }

    /// Puts the value of a reference into `builder`. False when it would grow too much.
    pub(super) fn substitute(
        &mut self,
        builder: &mut TextBuilder,
        value: &Text,
        reference: Span,
    ) -> bool {
        let may_grow = self.may_grow(value.len());
        if may_grow {
            template::substitute(builder, value, reference);
        }
        may_grow
    }

    /// The whole file is read: says which definitions count.
    pub(super) fn finish(mut self) -> EnvFile {
        let first_wins = self.file.dialect == Dialect::AstroDeploy;
        let mut winners: HashMap<String, usize> = HashMap::new();
        let mut losers = Vec::new();
        for (index, variable) in self.file.variables.iter_mut().enumerate() {
            if self.file.refused && variable.delivery == Delivery::Kept {
                variable.delivery = Delivery::Recovered;
            }
            // What is only recovered takes nothing away from what is delivered.
            let competes = variable.delivery != Delivery::Recovered || self.file.refused;
            if variable.delivery == Delivery::Overridden || !competes {
                continue;
            }
            let Some(&other) = winners.get(&variable.name) else {
                winners.insert(variable.name.clone(), index);
                continue;
            };
            if first_wins {
                losers.push((index, other));
            } else if variable.delivery == Delivery::Perhaps {
                // Either of them.
                winners.insert(variable.name.clone(), index);
            } else {
                losers.push((other, index));
                winners.insert(variable.name.clone(), index);
            }
        }
        for &(loser, _) in &losers {
            let delivery = &mut self.file.variables[loser].delivery;
            if *delivery != Delivery::Recovered {
                *delivery = Delivery::Overridden;
            }
        }
        losers.sort_unstable();
        self.file.duplicates = losers;
        self.file
    }
}

impl Scope for Collector<'_> {
    /// The environment wins over the file (compose). Where nobody knows the environment, the
    /// definition of the file is taken: a name is rarely set in both.
    fn find(&mut self, name: &str) -> Found {
        match self.outside(name) {
            Outside::Value(value) => Found::Value(Text::elsewhere(&value, Span::at(0))),
            outside => match self.values.get(name) {
                Some(Some(value)) => Found::Value(value.clone()),
                None if outside == Outside::Unset => Found::Unset,
                Some(None) | None => Found::Unknown,
            },
        }
    }

    fn may_grow(&mut self, by: usize) -> bool {
        self.growth += by;
        self.growth <= GROWTH
    }
}

/// Lines with their start, cut at LF only, the LF not included. No empty line after a final LF.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= text.len() {
            return None;
        }
        let start = at;
        let end = memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |n| at + n);
        at = end + 1;
        Some((start, &text[start..end]))
    })
}

/// Where a ` #` begins that most readers take for a comment.
pub(super) fn blank_hash(value: &str) -> Option<usize> {
    let bytes = value.as_bytes();
    memchr::memchr_iter(b'#', bytes).find(|&at| at > 0 && matches!(bytes[at - 1], b' ' | b'\t'))
}

/// The quote that a value begins with.
pub(super) fn leading_quote(value: &str) -> Option<char> {
    value.chars().next().filter(|c| matches!(c, '"' | '\''))
}
