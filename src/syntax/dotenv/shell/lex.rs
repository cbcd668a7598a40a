//! Words and operators of a sourced file, as dash and bash cut them.

use crate::source::{Span, Text, TextBuilder};

/// A piece of a word.
#[derive(Clone)]
pub(super) enum Part {
    /// Characters, quotes and backslashes removed.
    Literal { text: Text, quoted: bool },
    /// `$NAME`, `${NAME}`, `${NAME:-word}`.
    Parameter {
        name: String,
        operator: Option<Operator>,
        span: Span,
    },
    /// A substitution whose result nobody can know.
    Unknown {
        span: Span,
        /// It may also fail, and what happens then differs.
        risky: bool,
    },
    /// `${…}` that is no substitution.
    Bad { span: Span },
}

/// `:-`, `-`, `:=`, `=`, `:?`, `?`, `:+`, `+`.
#[derive(Clone)]
pub(super) struct Operator {
    pub(super) kind: char,
    pub(super) colon: bool,
    /// The word, where it holds nothing that is special; else it is not read.
    pub(super) word: Option<Text>,
}

#[derive(Clone)]
pub(super) struct Word {
    pub(super) parts: Vec<Part>,
    pub(super) span: Span,
    /// bash `NAME=( … )`.
    pub(super) array: bool,
}

pub(super) enum Token {
    Word(Word),
    Operator(&'static str, Span),
    Newline,
    End,
}

/// Something is never closed; the span is its opening.
pub(super) struct Unterminated(pub(super) Span);

pub(super) struct Lexer<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    pub(super) bash: bool,
    pub(super) comments: Vec<Span>,
    pub(super) quotes: Vec<Span>,
}

/// Longest first. `<(` and `>(` are bash's process substitution, a construct.
const OPERATORS: [&str; 22] = [
    "<<<", "<<-", "&>>", ";;&", "&&", "||", ";;", "|&", "&>", "<<", ">>", "<&", ">&", "<>", ">|",
    ";&", ";", "&", "|", "<", ">", "(",
];
const ONLY_BASH: [&str; 6] = ["<<<", "&>>", "&>", "|&", ";;&", ";&"];

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn token(&mut self) -> Result<Token, Unterminated> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'\\') if self.rest().starts_with("\\\n") => self.at += 2,
                Some(b'#') => {
                    let end = memchr::memchr(b'\n', self.rest().as_bytes())
                        .map_or(self.text.len(), |n| self.at + n);
                    self.comments.push(Span::new(self.at, end));
                    self.at = end;
                }
                Some(b'\n') => {
                    self.at += 1;
                    return Ok(Token::Newline);
                }
                None => return Ok(Token::End),
                Some(b'&' | b'|' | b';' | b'<' | b'>' | b'(' | b')') => {
                    return Ok(self.operator());
                }
                Some(_) => return self.word().map(Token::Word),
            }
        }
    }

    fn operator(&mut self) -> Token {
        let rest = self.rest();
        let found = OPERATORS
            .into_iter()
            .filter(|operator| self.bash || !ONLY_BASH.contains(operator))
            .find(|operator| rest.starts_with(operator))
            .unwrap_or(")");
        let span = Span::new(self.at, self.at + found.len());
        self.at = span.end;
        Token::Operator(found, span)
    }

    fn word(&mut self) -> Result<Word, Unterminated> {
        let start = self.at;
        let mut parts = Vec::new();
        let mut literal = TextBuilder::at(start);
        let mut array = false;
        while let Some(byte) = self.peek() {
            let here = self.at;
            match byte {
                b'(' if self.bash && is_assignment_start(&self.text[start..here]) => {
                    self.at += 1;
                    self.skip(Context::Paren, here)?;
                    array = true;
                }
                b' ' | b'\t' | b'\n' | b'&' | b'|' | b';' | b'<' | b'>' | b'(' | b')' => break,
                b'\\' => match self.rest()[1..].chars().next() {
                    Some('\n') => self.at += 2,
                    // At the very end of the file it stays.
                    None => {
                        literal.push_exact("\\", here);
                        self.at += 1;
                    }
                    Some(escaped) => {
                        flush(&mut parts, &mut literal, here, false);
                        let end = here + 1 + escaped.len_utf8();
                        let mut builder = TextBuilder::at(here);
                        builder.push_within(&self.text[here + 1..end], Span::new(here, end));
                        parts.push(Part::Literal {
                            text: builder.finish(),
                            quoted: true,
                        });
                        self.at = end;
                    }
                },
                b'\'' => {
                    flush(&mut parts, &mut literal, here, false);
                    let close = memchr::memchr(b'\'', &self.text.as_bytes()[here + 1..])
                        .map(|n| here + 1 + n)
                        .ok_or(Unterminated(Span::new(here, here + 1)))?;
                    self.quotes.push(Span::new(here, here + 1));
                    self.quotes.push(Span::new(close, close + 1));
                    let text = Text::verbatim(&self.text[here + 1..close], here + 1);
                    parts.push(Part::Literal { text, quoted: true });
                    self.at = close + 1;
                }
                b'"' => {
                    flush(&mut parts, &mut literal, here, false);
                    self.double(&mut parts)?;
                }
                b'`' => {
                    flush(&mut parts, &mut literal, here, false);
                    parts.push(self.backtick()?);
                }
                b'$' => {
                    if self.bash && self.rest().starts_with("$'") {
                        flush(&mut parts, &mut literal, here, false);
                        parts.push(self.ansi()?);
                    } else if self.bash && self.rest().starts_with("$\"") {
                        flush(&mut parts, &mut literal, here, false);
                        self.at += 1;
                        self.double(&mut parts)?;
                    } else if let Some(part) = self.dollar(false)? {
                        flush(&mut parts, &mut literal, here, false);
                        parts.push(part);
                    } else {
                        literal.push_exact("$", here);
                        self.at += 1;
                    }
                }
                0 => self.at += 1,
                _ => self.run(&mut literal, b" \t\n&|;<>()\\'\"`$\0"),
            }
        }
        let end = self.at;
        flush(&mut parts, &mut literal, end, false);
        Ok(Word {
            parts,
            span: Span::new(start, end),
            array,
        })
    }

    /// Ordinary characters up to one of `stops`.
    fn run(&mut self, literal: &mut TextBuilder, stops: &[u8]) {
        let bytes = self.rest().as_bytes();
        let length = bytes
            .iter()
            .position(|byte| stops.contains(byte))
            .unwrap_or(bytes.len());
        literal.push_exact(&self.rest()[..length], self.at);
        self.at += length;
    }

    fn double(&mut self, parts: &mut Vec<Part>) -> Result<(), Unterminated> {
        let open = self.at;
        self.at += 1;
        let mut literal = TextBuilder::at(self.at);
        let first = parts.len();
        loop {
            let here = self.at;
            match self.peek() {
                None => return Err(Unterminated(Span::new(open, open + 1))),
                Some(b'"') => {
                    self.at += 1;
                    break;
                }
                Some(b'\\') => match self.text.as_bytes().get(here + 1) {
                    Some(b'\n') => self.at += 2,
                    Some(b'$' | b'`' | b'"' | b'\\') => {
                        let escaped = &self.text[here + 1..here + 2];
                        literal.push_within(escaped, Span::new(here, here + 2));
                        self.at += 2;
                    }
                    _ => {
                        literal.push_exact("\\", here);
                        self.at += 1;
                    }
                },
                Some(b'`') => {
                    flush(parts, &mut literal, here, true);
                    parts.push(self.backtick()?);
                }
                Some(b'$') => {
                    if let Some(part) = self.dollar(true)? {
                        flush(parts, &mut literal, here, true);
                        parts.push(part);
                    } else {
                        literal.push_exact("$", here);
                        self.at += 1;
                    }
                }
                Some(0) => self.at += 1,
                Some(_) => self.run(&mut literal, b"\"\\`$\0"),
            }
        }
        self.quotes.push(Span::new(open, open + 1));
        self.quotes.push(Span::new(self.at - 1, self.at));
        let end = self.at - 1;
        flush(parts, &mut literal, end, true);
        if parts.len() == first {
            // `""` is a word all the same.
            let text = TextBuilder::at(end).finish();
            parts.push(Part::Literal { text, quoted: true });
        }
        Ok(())
    }

    fn backtick(&mut self) -> Result<Part, Unterminated> {
        let open = self.at;
        self.at += 1;
        self.skip(Context::Backtick, open)?;
        Ok(Part::Unknown {
            span: Span::new(open, self.at),
            risky: false,
        })
    }

    /// bash `$'…'`.
    fn ansi(&mut self) -> Result<Part, Unterminated> {
        let open = self.at;
        let bytes = self.text.as_bytes();
        let mut end = open + 2;
        loop {
            match bytes.get(end) {
                None => return Err(Unterminated(Span::new(open, open + 2))),
                Some(b'\'') => break,
                Some(b'\\') => end += 2,
                Some(_) => end += 1,
            }
        }
        self.at = end + 1;
        self.quotes.push(Span::new(open, open + 2));
        self.quotes.push(Span::new(end, end + 1));
        let mut builder = TextBuilder::at(open + 2);
        let mut at = open + 2;
        while let Some(found) = memchr::memchr(b'\\', &bytes[at..end]) {
            let here = at + found;
            builder.push_exact(&self.text[at..here], at);
            let decoded = match bytes[here + 1] {
                b'a' => "\u{7}",
                b'b' => "\u{8}",
                b'e' | b'E' => "\u{1b}",
                b'f' => "\u{c}",
                b'n' => "\n",
                b'r' => "\r",
                b't' => "\t",
                b'v' => "\u{b}",
                b'\\' => "\\",
                b'\'' => "'",
                b'"' => "\"",
                b'?' => "?",
                // Numbers and control characters may give bytes that are no text.
                b'0'..=b'7' | b'x' | b'u' | b'U' | b'c' => {
                    let span = Span::new(open, self.at);
                    return Ok(Part::Unknown { span, risky: false });
                }
                _ => {
                    builder.push_exact("\\", here);
                    at = here + 1;
                    // The character behind it is ordinary, whatever it is.
                    let length = self.text[at..].chars().next().map_or(0, char::len_utf8);
                    builder.push_exact(&self.text[at..at + length], at);
                    at += length;
                    continue;
                }
            };
            builder.push_within(decoded, Span::new(here, here + 2));
            at = here + 2;
        }
        builder.push_exact(&self.text[at..end], at);
        Ok(Part::Literal {
            text: builder.finish(),
            quoted: true,
        })
    }

    /// At `$`: `None` where it is an ordinary character.
    fn dollar(&mut self, quoted: bool) -> Result<Option<Part>, Unterminated> {
        let open = self.at;
        let next = self.text.as_bytes().get(open + 1).copied();
        let part = match next {
            Some(b'{') => self.brace(quoted)?,
            Some(b'(') => {
                self.at += 2;
                self.skip(Context::Paren, open)?;
                // A command that fails leaves its output all the same; arithmetic, and a body that
                // may hold a syntax error, can end the reading.
                let body = &self.text[open + 2..self.at];
                let risky = body
                    .trim_end_matches(')')
                    .contains(|c| "&|;()<>{}'\"$`#\n\\".contains(c));
                Part::Unknown {
                    span: Span::new(open, self.at),
                    risky,
                }
            }
            Some(b'[') if self.bash => {
                self.at += 2;
                self.skip(Context::Bracket, open)?;
                Part::Unknown {
                    span: Span::new(open, self.at),
                    risky: true,
                }
            }
            Some(b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!' | b'0'..=b'9') => {
                self.at += 2;
                Part::Unknown {
                    span: Span::new(open, self.at),
                    risky: false,
                }
            }
            Some(byte) if name_byte(byte) => {
                let end = name_end(self.text, open + 1);
                self.at = end;
                Part::Parameter {
                    name: self.text[open + 1..end].to_owned(),
                    operator: None,
                    span: Span::new(open, end),
                }
            }
            _ => return Ok(None),
        };
        Ok(Some(part))
    }

    /// At `${`.
    fn brace(&mut self, quoted: bool) -> Result<Part, Unterminated> {
        let open = self.at;
        let bytes = self.text.as_bytes();
        let start = open + 2;
        let stop = name_end(self.text, start);
        let next = bytes.get(stop).copied();
        if stop == start {
            return self.odd_brace(quoted);
        }
        let name = self.text[start..stop].to_owned();
        if next == Some(b'}') {
            self.at = stop + 1;
            let span = Span::new(open, self.at);
            return Ok(Part::Parameter {
                name,
                operator: None,
                span,
            });
        }
        let colon = next == Some(b':');
        let kind_at = stop + usize::from(colon);
        if let Some(&kind @ (b'-' | b'=' | b'?' | b'+')) = bytes.get(kind_at) {
            let word_at = kind_at + 1;
            let stops: &[u8] = b"}\\'\"`$~\0";
            let simple = bytes[word_at..]
                .iter()
                .position(|byte| stops.contains(byte))
                .map(|n| word_at + n)
                .filter(|&end| bytes[end] == b'}');
            let word = simple.map(|end| Text::verbatim(&self.text[word_at..end], word_at));
            if let Some(end) = simple {
                self.at = end + 1;
            } else {
                self.at = word_at;
                self.skip(Context::Brace { quoted }, open)?;
            }
            let operator = Operator {
                kind: char::from(kind),
                colon,
                word,
            };
            let span = Span::new(open, self.at);
            return Ok(Part::Parameter {
                name,
                operator: Some(operator),
                span,
            });
        }
        self.at = stop;
        self.skip(Context::Brace { quoted }, open)?;
        let span = Span::new(open, self.at);
        let trims = matches!(next, Some(b'%' | b'#'));
        let bash = self.bash && matches!(next, Some(b':' | b'/' | b'^' | b',' | b'@' | b'['));
        Ok(if trims || bash {
            Part::Unknown { span, risky: bash }
        } else {
            Part::Bad { span }
        })
    }

    /// `${` followed by no name.
    fn odd_brace(&mut self, quoted: bool) -> Result<Part, Unterminated> {
        let open = self.at;
        let special = matches!(
            self.text.as_bytes().get(open + 2),
            Some(b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!' | b'0'..=b'9')
        );
        self.at = open + 2 + usize::from(special);
        self.skip(Context::Brace { quoted }, open)?;
        let span = Span::new(open, self.at);
        Ok(if special {
            Part::Unknown { span, risky: true }
        } else {
            Part::Bad { span }
        })
    }

    /// Goes behind the end of `context`, which began at `open`. The inside is not read; only its
    /// quotes and brackets are followed, on a stack of their own.
    pub(super) fn skip(&mut self, context: Context, open: usize) -> Result<(), Unterminated> {
        let bytes = self.text.as_bytes();
        let mut stack = vec![context];
        while let Some(&top) = stack.last() {
            let Some(&byte) = bytes.get(self.at) else {
                return Err(Unterminated(Span::new(open, open + 1)));
            };
            self.at += 1;
            match (top, byte) {
                (_, b'\\') => {
                    // One byte more is enough: no later byte of a character looks like a delimiter.
                    self.at = (self.at + 1).min(bytes.len());
                }
                (Context::Backtick, b'`')
                | (Context::Brace { .. }, b'}')
                | (Context::Paren, b')')
                | (Context::Bracket, b']')
                | (Context::Double, b'"') => {
                    stack.pop();
                }
                (Context::Backtick, _) => {}
                (Context::Paren, b'#') if b" \t\n;&|(".contains(&bytes[self.at - 2]) => {
                    // A comment; quotes in it are none.
                    let rest = &bytes[self.at..];
                    self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                }
                (_, b'$') => match bytes.get(self.at) {
                    Some(b'{') => {
                        self.at += 1;
                        let quoted = match top {
                            Context::Brace { quoted } => quoted,
                            Context::Double => true,
                            _ => false,
                        };
                        stack.push(Context::Brace { quoted });
                    }
                    Some(b'(') => {
                        self.at += 1;
                        stack.push(Context::Paren);
                    }
                    // `$$` is the shell's number, so a brace behind it opens nothing.
                    Some(b'$') => self.at += 1,
                    _ => {}
                },
                (_, b'`') => stack.push(Context::Backtick),
                (Context::Paren, b'(') => stack.push(Context::Paren),
                (Context::Paren | Context::Bracket | Context::Brace { .. }, b'"') => {
                    stack.push(Context::Double);
                }
                (Context::Paren | Context::Brace { quoted: false }, b'\'') => {
                    let close = memchr::memchr(b'\'', &bytes[self.at..])
                        .ok_or(Unterminated(Span::new(open, open + 1)))?;
                    self.at += close + 1;
                }
                _ => {}
            }
        }
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
pub(super) enum Context {
    Brace { quoted: bool },
    Paren,
    Bracket,
    Double,
    Backtick,
}

/// Ends the literal piece that was being collected.
fn flush(parts: &mut Vec<Part>, literal: &mut TextBuilder, at: usize, quoted: bool) {
    let text = std::mem::replace(literal, TextBuilder::at(at)).finish();
    if !text.is_empty() {
        parts.push(Part::Literal { text, quoted });
    }
}

pub(super) fn name_byte(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

/// The end of the name that begins at `at`.
pub(super) fn name_end(text: &str, at: usize) -> usize {
    let bytes = &text.as_bytes()[at..];
    if !bytes.first().copied().is_some_and(name_byte) {
        return at;
    }
    let length = bytes
        .iter()
        .position(|&byte| !name_byte(byte) && !byte.is_ascii_digit());
    at + length.unwrap_or(bytes.len())
}

/// `NAME=` or `NAME+=` and nothing more.
fn is_assignment_start(text: &str) -> bool {
    let Some(name) = text.strip_suffix('=') else {
        return false;
    };
    let name = name.strip_suffix('+').unwrap_or(name);
    !name.is_empty() && name_end(name, 0) == name.len()
}
