//! Quotes, escapes and references of one value. `shell.Lex`, whose names the methods have.

use std::cell::Cell;
use std::ops::Range;

use super::{Cause, pattern};
use crate::source::{Fidelity, Text, TextBuilder};

/// References inside references: more than anybody writes, and few enough for the stack.
const DEPTH: usize = 64;

/// What a reference finds.
pub(super) enum Found {
    Value(Text),
    Unset,
    /// An `ARG` to which only the command line gives a value.
    NotGiven,
    Unknown,
}

/// Why there is no value.
#[derive(Debug)]
pub(super) enum Stop {
    /// BuildKit stops at this part.
    Fault(Cause, Range<usize>),
    /// The value is beyond what is followed here.
    Beyond,
}

/// How the words of a line that may ask for a heredoc are read.
struct Words {
    /// Quotes and escapes stay.
    raw: bool,
    done: Vec<String>,
    buffer: String,
    in_word: bool,
}

impl Words {
    fn add_char(&mut self, c: char) {
        if !c.is_whitespace() {
            self.add_raw(c);
        } else if self.in_word && !self.buffer.is_empty() {
            self.done.push(std::mem::take(&mut self.buffer));
            self.in_word = false;
        }
    }

    fn add_raw(&mut self, c: char) {
        self.buffer.push(c);
        self.in_word = true;
    }
}

pub(super) struct Lexer<'a> {
    line: &'a Text,
    at: usize,
    escape: char,
    raw_escapes: bool,
    lookup: &'a dyn Fn(&str) -> Found,
    /// Bytes that references may still add to the values of the file.
    growth: &'a Cell<usize>,
    depth: usize,
    words: Option<Words>,
}

/// `ProcessWord`: `line` without quotes and escapes, and with references replaced.
pub(super) fn word(
    line: &Text,
    escape: char,
    lookup: &dyn Fn(&str) -> Found,
    growth: &Cell<usize>,
) -> Result<Text, Stop> {
    let mut lexer = Lexer {
        line,
        at: 0,
        escape,
        raw_escapes: false,
        lookup,
        growth,
        depth: 0,
        words: None,
    };
    lexer.process_stop_on(None, false)
}

/// `ProcessWords` where no name is set and references stay as they are. The escape is always `\`.
pub(super) fn words(line: &str, raw: bool) -> Result<Vec<String>, Stop> {
    let line = Text::verbatim(line, 0);
    let mut lexer = Lexer {
        line: &line,
        at: 0,
        escape: '\\',
        raw_escapes: raw,
        lookup: &|_| Found::Unset,
        growth: &Cell::new(0),
        depth: 0,
        words: Some(Words {
            raw,
            done: Vec::new(),
            buffer: String::new(),
            in_word: false,
        }),
    };
    lexer.process_stop_on(None, raw)?;
    let words = lexer.words.take();
    Ok(words.map_or_else(Vec::new, |mut words| {
        if !words.buffer.is_empty() {
            words.done.push(words.buffer);
        }
        words.done
    }))
}

impl Lexer<'_> {
    fn peek(&self) -> Option<char> {
        self.line.expose()[self.at..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn fault<T>(&self, cause: Cause, from: usize) -> Result<T, Stop> {
        Err(Stop::Fault(cause, from..self.at))
    }

    /// True where names are not looked up but kept.
    const fn keeps_references(&self) -> bool {
        self.words.is_some()
    }

    fn raw_quotes(&self) -> bool {
        self.words.as_ref().is_some_and(|words| words.raw)
    }

    fn process_stop_on(&mut self, stop: Option<char>, raw_escapes: bool) -> Result<Text, Stop> {
        let from = self.at;
        let outer = std::mem::replace(&mut self.raw_escapes, raw_escapes);
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Stop::Beyond);
        }
        // The buffer of the words is one for all levels.
        if let Some(words) = &mut self.words {
            words.buffer.clear();
        }
        let mut out = TextBuilder::at(self.line.span(from..from).start);
        let mut ended = stop.is_none();
        while let Some(c) = self.peek() {
            if stop == Some(c) {
                self.next();
                ended = true;
                break;
            }
            let start = self.at;
            match c {
                '\'' => {
                    let part = self.process_single_quote()?;
                    self.add_part(&mut out, &part, true);
                }
                '"' => {
                    let part = self.process_double_quote()?;
                    self.add_part(&mut out, &part, true);
                }
                '$' => {
                    let part = self.process_dollar()?;
                    self.add_part(&mut out, &part, false);
                }
                '<' => {
                    self.process_possible_heredoc();
                    let part = self.line.slice(start..self.at);
                    self.add_part(&mut out, &part, true);
                }
                _ => self.process_char(&mut out),
            }
        }
        self.depth -= 1;
        self.raw_escapes = outer;
        if ended {
            Ok(out.finish())
        } else {
            self.fault(Cause::MissingBrace, from)
        }
    }

    /// A character without a meaning of its own, or one that is escaped.
    fn process_char(&mut self, out: &mut TextBuilder) {
        let start = self.at;
        let Some(c) = self.next() else { return };
        if c != self.escape {
            out.push_from(self.line, start..self.at);
            if let Some(words) = &mut self.words {
                words.add_char(c);
            }
            return;
        }
        if self.raw_escapes {
            out.push_from(self.line, start..self.at);
            if let Some(words) = &mut self.words {
                words.add_raw(c);
            }
        }
        let behind = self.at;
        let Some(c) = self.next() else { return };
        if let Some(words) = &mut self.words {
            words.add_raw(c);
        }
        if self.raw_escapes {
            out.push_from(self.line, behind..self.at);
        } else {
            let value = &self.line.expose()[behind..self.at];
            out.push_replaced(self.line, start..self.at, value);
        }
    }

    fn add_part(&mut self, out: &mut TextBuilder, part: &Text, raw: bool) {
        out.push_from(part, 0..part.len());
        let Some(words) = &mut self.words else { return };
        if raw {
            words.buffer.push_str(part.expose());
            words.in_word = true;
        } else {
            part.expose().chars().for_each(|c| words.add_char(c));
        }
    }

    fn process_single_quote(&mut self) -> Result<Text, Stop> {
        let start = self.at;
        self.next();
        let inner = self.at;
        let Some(length) = self.line.expose()[inner..].find('\'') else {
            self.at = self.line.len();
            return self.fault(Cause::Unterminated('\''), start);
        };
        self.at = inner + length + 1;
        Ok(if self.raw_quotes() {
            self.line.slice(start..self.at)
        } else {
            self.line.slice(inner..inner + length)
        })
    }

    fn process_double_quote(&mut self) -> Result<Text, Stop> {
        let start = self.at;
        self.next();
        let mut out = TextBuilder::at(self.line.span(start..start).start);
        if self.raw_quotes() {
            out.push_from(self.line, start..self.at);
        }
        loop {
            let from = self.at;
            match self.peek() {
                None => return self.fault(Cause::Unterminated('"'), start),
                Some('"') => {
                    self.next();
                    if self.raw_quotes() {
                        out.push_from(self.line, from..self.at);
                    }
                    return Ok(out.finish());
                }
                Some('$') => {
                    let part = self.process_dollar()?;
                    out.push_from(&part, 0..part.len());
                }
                Some(c) => {
                    self.next();
                    let escaped = self.peek().filter(|&next| {
                        c == self.escape && (matches!(next, '"' | '$') || next == c)
                    });
                    if escaped.is_some() {
                        let behind = self.at;
                        self.next();
                        if self.raw_escapes {
                            out.push_from(self.line, from..self.at);
                        } else {
                            let value = &self.line.expose()[behind..self.at];
                            out.push_replaced(self.line, from..self.at, value);
                        }
                    } else if c != self.escape || self.peek().is_some() {
                        out.push_from(self.line, from..self.at);
                        if c == self.escape && self.raw_escapes {
                            out.push_from(self.line, from..self.at);
                        }
                    }
                }
            }
        }
    }

    fn process_dollar(&mut self) -> Result<Text, Stop> {
        let start = self.at;
        self.next();
        if self.peek() != Some('{') {
            let name = self.process_name();
            if name.is_empty() || self.keeps_references() {
                return Ok(self.line.slice(start..self.at));
            }
            let found = self.found(&name);
            return self.filled(&found, start);
        }
        self.next();
        match self.peek() {
            None => return self.fault(Cause::MissingBrace, start),
            Some('{' | '}' | ':') => return self.fault(Cause::BadSubstitution, start),
            _ => {}
        }
        let name = self.process_name();
        let mut operator = self.next();
        let empty_is_unset = operator == Some(':');
        if empty_is_unset {
            operator = self.next();
        }
        match operator {
            Some('}') if !empty_is_unset => {
                if self.keeps_references() {
                    return Ok(self.line.slice(start..self.at));
                }
                let found = self.found(&name);
                self.filled(&found, start)
            }
            Some('/') if !empty_is_unset => self.replaced(&name, start),
            Some('#' | '%') if empty_is_unset => self.fault(Cause::BadSubstitution, start),
            Some(operator @ ('+' | '-' | '?' | '#' | '%')) => {
                self.modified(&name, operator, empty_is_unset, start)
            }
            // Of `${NAME:x}` BuildKit looks for the end before it refuses the operator.
            Some(_) if empty_is_unset => {
                self.until('}', false, start)?;
                if self.keeps_references() {
                    return Ok(self.line.slice(start..self.at));
                }
                self.fault(Cause::BadSubstitution, start)
            }
            Some(_) => self.fault(Cause::BadSubstitution, start),
            None => self.fault(Cause::MissingBrace, start),
        }
    }

    /// The part up to `stop`; where the text ends first, the reference has no end.
    fn until(&mut self, stop: char, raw_escapes: bool, start: usize) -> Result<Text, Stop> {
        self.process_stop_on(Some(stop), raw_escapes)
            .map_err(|why| match why {
                Stop::Fault(..) if self.at == self.line.len() => {
                    Stop::Fault(Cause::MissingBrace, start..self.at)
                }
                why => why,
            })
    }

    fn found(&self, name: &str) -> Found {
        match (self.lookup)(name) {
            Found::Value(value) if !value.is_known() => Found::Unknown,
            found => found,
        }
    }

    /// What a plain reference becomes.
    fn filled(&self, found: &Found, start: usize) -> Result<Text, Stop> {
        match found {
            Found::Value(value) => self.elsewhere(value.expose(), start),
            Found::Unset => Ok(self.nothing(start)),
            Found::NotGiven | Found::Unknown => Ok(self.unknown(start)),
        }
    }

    fn nothing(&self, start: usize) -> Text {
        TextBuilder::at(self.line.span(start..start).start).finish()
    }

    fn elsewhere(&self, value: &str, start: usize) -> Result<Text, Stop> {
        let left = self.growth.get().checked_sub(value.len());
        self.growth.set(left.ok_or(Stop::Beyond)?);
        let span = self.line.span(start..self.at);
        let mut out = TextBuilder::at(span.start);
        out.push(value, span, Fidelity::Elsewhere);
        Ok(out.finish())
    }

    fn unknown(&self, start: usize) -> Text {
        let mut out = TextBuilder::at(self.line.span(start..start).start);
        out.push_unknown(self.line, start..self.at);
        out.finish()
    }

    /// `${NAME:-word}` and its relatives; the operator has been read.
    fn modified(
        &mut self,
        name: &str,
        operator: char,
        empty_is_unset: bool,
        start: usize,
    ) -> Result<Text, Stop> {
        let cuts = matches!(operator, '#' | '%');
        let word = self.until('}', cuts, start)?;
        if self.keeps_references() {
            return Ok(self.line.slice(start..self.at));
        }
        let found = self.found(name);
        let is_set = match &found {
            Found::Value(value) => Some(!(empty_is_unset && value.is_empty())),
            Found::Unset => Some(false),
            // Its default is what the file says of it.
            Found::NotGiven if matches!(operator, '-' | '+') => Some(false),
            Found::NotGiven | Found::Unknown => None,
        };
        let Some(is_set) = is_set else {
            return Ok(self.unknown(start));
        };
        match operator {
            '-' | '?' if is_set => self.filled(&found, start),
            '?' => self.fault(Cause::Required, start),
            '+' if !is_set => Ok(self.nothing(start)),
            '-' | '+' => Ok(word),
            _ if !word.is_known() => Ok(self.unknown(start)),
            _ => {
                let value = match &found {
                    Found::Value(value) => value.expose(),
                    _ => "",
                };
                let pattern = word.expose();
                let (pattern, greedy) = match pattern.strip_prefix(operator) {
                    Some(pattern) => (pattern, true),
                    None => (pattern, false),
                };
                let cut = if operator == '#' {
                    pattern::trim_prefix(pattern, value, greedy)
                } else {
                    pattern::trim_suffix(pattern, value, greedy)
                };
                match cut {
                    Some(cut) => self.elsewhere(&cut, start),
                    None => self.fault(Cause::Pattern, start),
                }
            }
        }
    }

    /// `${NAME/pattern/text}`, `${NAME//pattern/text}`; the first `/` has been read.
    fn replaced(&mut self, name: &str, start: usize) -> Result<Text, Stop> {
        let all = self.peek() == Some('/');
        if all {
            self.next();
        }
        let pattern = self.until('/', true, start)?;
        let text = self.until('}', true, start)?;
        if self.keeps_references() {
            return Ok(self.line.slice(start..self.at));
        }
        let found = self.found(name);
        let value = match &found {
            Found::Value(value) => value.expose(),
            Found::Unset => "",
            Found::NotGiven | Found::Unknown => return Ok(self.unknown(start)),
        };
        if !pattern.is_known() || !text.is_known() {
            return Ok(self.unknown(start));
        }
        match pattern::replace(pattern.expose(), value, text.expose(), all) {
            Some(value) => self.elsewhere(&value, start),
            None => self.fault(Cause::Pattern, start),
        }
    }

    fn process_name(&mut self) -> String {
        let mut name = String::new();
        while let Some(c) = self.peek() {
            if name.is_empty() && c.is_ascii_digit() {
                while let Some(digit) = self.peek().filter(char::is_ascii_digit) {
                    name.push(digit);
                    self.next();
                }
                return name;
            }
            let special = matches!(c, '@' | '*' | '#' | '?' | '-' | '$' | '!');
            if name.is_empty() && special {
                self.next();
                return String::from(c);
            }
            if !c.is_alphanumeric() && c != '_' {
                break;
            }
            name.push(c);
            self.next();
        }
        name
    }

    /// `<<` and the blanks behind it are kept together.
    fn process_possible_heredoc(&mut self) {
        self.next();
        if self.peek() == Some('<') {
            self.next();
            while matches!(self.peek(), Some('\t' | '\r' | ' ')) {
                self.next();
            }
        }
    }
}
