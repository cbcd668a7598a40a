//! Scripts: which commands stand in one, with which words, and what is exported when it ends.
//!
//! No command is run. What stands inside of `if`, loops, `case`, functions and subshells may happen or not,
//! so a variable that is set there is known nowhere; the commands there are told with their words all the
//! same. Where the grammar is not understood, reading stops without a word.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::lex::{Context, Lexer, Operator, Part, Token, Word, name_end};
use super::run::OWN;
use super::run::word::{assigned_word, literal};
use crate::source::{Fidelity, Span, Text, TextBuilder};
use crate::syntax::dotenv::Outside;

/// Bytes that references may add to one script before their values count as unknown.
const GROWTH: usize = 4 << 20;

/// What a script does, as far as that can be told without running it.
#[derive(Debug, Default)]
pub struct Script {
    /// What a command at its end would find in its environment, in the order of the last assignments.
    pub exported: Vec<Assigned>,
    /// The commands whose names were asked for, in file order.
    pub commands: Vec<Called>,
    /// Comments, from `#` to the end of the line.
    pub comments: Vec<Span>,
    /// Where an `&` without quotes ends a command in the middle of a word.
    pub cut: Vec<Cut>,
    /// Where blanks beside `=` keep a variable from being set.
    pub spaced: Vec<(Spaced, Cut)>,
}

/// What the shell makes of blanks beside `=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spaced {
    /// `NAME = value`: a command.
    Command,
    /// `export NAME = value`: names one by one, of which `=` is none.
    Apart,
    /// `export NAME= value`: the variable is empty, and the value no name.
    Emptied,
}

/// A place that costs a variable: an `&` that ends a command and runs it beside the script, with characters right
/// before and behind it, or blanks.
#[derive(Debug, PartialEq, Eq)]
pub struct Cut {
    /// Where it stands.
    pub span: Span,
    /// The variable that was to be set; `None` of an argument.
    pub name: Option<String>,
}

/// A variable that is set.
#[derive(Clone, Debug)]
pub struct Assigned {
    /// Its name.
    pub name: Text,
    /// Its value; `None` where nobody can say which it is, or whether it is set.
    pub value: Option<Text>,
}

/// A simple command.
#[derive(Debug)]
pub struct Called {
    /// Its name and its arguments, quotes removed and known parameters put in. A word that is not quoted may
    /// be several or none when the script runs; it is unknown then.
    pub words: Vec<Text>,
    /// `NAME=value` before it.
    pub given: Vec<Assigned>,
    /// It is run whenever the script is.
    pub is_certain: bool,
}

/// Reads `range` of `text` as bash does, or as dash. `is_wanted` says of which commands the words are wanted;
/// `environment` what is known of names that the script does not set.
pub fn script(
    text: &str,
    range: Range<usize>,
    bash: bool,
    is_wanted: &dyn Fn(&str) -> bool,
    environment: &dyn Fn(&str) -> Outside,
) -> Script {
    let run = |doubtful: BTreeSet<String>| {
        let mut reader = Reader {
            lexer: Lexer {
                text: &text[..range.end],
                at: range.start,
                bash,
                comments: Vec::new(),
                quotes: Vec::new(),
            },
            is_wanted,
            environment,
            doubtful,
            held: BTreeMap::new(),
            assignments: 0,
            export_all: false,
            blocks: Vec::new(),
            is_body: false,
            growth: 0,
            ended: false,
            script: Script::default(),
        };
        // Where reading stops, what was read before counts.
        let _ = reader.read();
        reader
    };
    // The first time it only turns out which variables are set where it is not certain.
    let doubtful = run(BTreeSet::new()).doubtful;
    let reader = run(doubtful);
    let mut script = reader.script;
    script.comments = reader.lexer.comments;
    let mut exported: Vec<Held> = reader.held.into_values().collect();
    exported.retain(|held| held.is_exported);
    exported.sort_by_key(|held| held.at);
    let assigned = exported.into_iter().map(|held| held.assigned);
    script.exported = assigned.collect();
    script
}

/// The grammar is not understood.
struct Lost;

type Step = Result<(), Lost>;

struct Held {
    assigned: Assigned,
    is_exported: bool,
    at: usize,
}

/// Where a word stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// It is an argument.
    Alone,
    /// It is `NAME=value`, and an argument of `export`.
    Declared,
    /// It is `NAME=value` before a command.
    Assigned,
}

/// Something around commands.
struct Block {
    kind: BlockKind,
    /// It is the body of a function.
    is_body: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum BlockKind {
    /// `if`, loops and `{`.
    Words,
    /// `(`
    Subshell,
    /// `case`
    Case {
        /// A pattern comes next.
        pattern: bool,
    },
}

/// A command that is being read.
#[derive(Default)]
struct Command {
    words: Vec<Word>,
    /// A redirection was seen.
    redirected: bool,
    /// It stands behind `&&` or `||` of a command that may fail.
    is_conditional: bool,
    /// It is a part of a pipeline.
    is_piped: bool,
}

impl Command {
    fn is_empty(&self) -> bool {
        self.words.is_empty() && !self.redirected
    }
}

struct Heredoc {
    end: String,
    strips_tabs: bool,
}

struct Reader<'a> {
    lexer: Lexer<'a>,
    is_wanted: &'a dyn Fn(&str) -> bool,
    environment: &'a dyn Fn(&str) -> Outside,
    /// Names that are set where it is not certain.
    doubtful: BTreeSet<String>,
    held: BTreeMap<String, Held>,
    assignments: usize,
    export_all: bool,
    blocks: Vec<Block>,
    /// The block that opens next is the body of a function.
    is_body: bool,
    growth: usize,
    /// `exit`, `exec`: what follows is not run.
    ended: bool,
    script: Script,
}

impl Reader<'_> {
    fn token(&mut self) -> Result<Token, Lost> {
        self.lexer.token().map_err(|_| Lost)
    }

    fn read(&mut self) -> Step {
        let mut command = Command::default();
        let mut heredocs: Vec<Heredoc> = Vec::new();
        loop {
            let token = self.token()?;
            if self.in_pattern() {
                match token {
                    Token::End => return Ok(()),
                    Token::Word(word) if is_word(&word, "esac") => {
                        self.blocks.pop();
                    }
                    Token::Operator(")", _) => self.end_of_pattern(),
                    _ => {}
                }
                continue;
            }
            match token {
                Token::Word(word) if command.is_empty() => {
                    if !self.reserved(&word, &mut command)? {
                        command.words.push(word);
                    }
                }
                Token::Word(word) => command.words.push(word),
                Token::Newline => {
                    self.done(&mut command, "\n");
                    for heredoc in heredocs.drain(..) {
                        self.skip_heredoc(&heredoc);
                    }
                }
                Token::End => {
                    self.done(&mut command, "\n");
                    return Ok(());
                }
                Token::Operator(operator @ ("<<" | "<<-"), _) => {
                    command.redirected = true;
                    let Token::Word(word) = self.token()? else {
                        return Err(Lost);
                    };
                    heredocs.push(Heredoc {
                        end: literal(&word).ok_or(Lost)?,
                        strips_tabs: operator == "<<-",
                    });
                }
                Token::Operator(operator, span)
                    if operator.starts_with(['<', '>']) || operator.starts_with("&>") =>
                {
                    self.redirection(&mut command, operator, span)?;
                }
                Token::Operator("(", span) => self.bracket(&mut command, span)?,
                Token::Operator(operator, span) => {
                    if operator == "&" {
                        self.cut(&command, span);
                    }
                    self.done(&mut command, operator);
                    match operator {
                        ")" => {
                            self.close(BlockKind::Subshell)?;
                            command.redirected = true;
                        }
                        ";;" | ";&" | ";;&" => match self.blocks.last_mut() {
                            Some(Block {
                                kind: BlockKind::Case { pattern },
                                ..
                            }) => *pattern = true,
                            _ => return Err(Lost),
                        },
                        _ => {}
                    }
                }
            }
        }
    }

    fn in_pattern(&self) -> bool {
        let pattern = BlockKind::Case { pattern: true };
        self.blocks
            .last()
            .is_some_and(|block| block.kind == pattern)
    }

    fn end_of_pattern(&mut self) {
        if let Some(Block {
            kind: BlockKind::Case { pattern },
            ..
        }) = self.blocks.last_mut()
        {
            *pattern = false;
        }
    }

    fn open(&mut self, kind: BlockKind) {
        let is_body = std::mem::take(&mut self.is_body);
        self.blocks.push(Block { kind, is_body });
    }

    fn close(&mut self, kind: BlockKind) -> Step {
        match self.blocks.pop() {
            Some(block) if block.kind == kind => Ok(()),
            _ => Err(Lost),
        }
    }

    /// In the place of a command's name: true where the word is one of the grammar.
    fn reserved(&mut self, word: &Word, command: &mut Command) -> Result<bool, Lost> {
        let [
            Part::Literal {
                text,
                quoted: false,
            },
        ] = word.parts.as_slice()
        else {
            return Ok(false);
        };
        match text.expose() {
            "if" | "while" | "until" | "{" => self.open(BlockKind::Words),
            "for" | "select" => {
                self.open(BlockKind::Words);
                // Its words are read like those of a command.
                return Ok(false);
            }
            "then" | "elif" | "else" | "do" | "!" | "time" | "coproc" => {}
            "fi" | "done" | "}" => self.close(BlockKind::Words)?,
            "case" => self.case()?,
            "esac" => match self.blocks.pop() {
                Some(Block {
                    kind: BlockKind::Case { .. },
                    ..
                }) => {}
                _ => return Err(Lost),
            },
            "function" => {
                let Token::Word(_) = self.token()? else {
                    return Err(Lost);
                };
                self.is_body = true;
            }
            "[[" => loop {
                match self.token()? {
                    Token::End => return Err(Lost),
                    Token::Word(word) if is_word(&word, "]]") => break,
                    _ => {}
                }
            },
            _ => return Ok(false),
        }
        // What follows a closed block or a test is no argument.
        command.redirected = matches!(text.expose(), "fi" | "done" | "}" | "esac" | "[[");
        Ok(true)
    }

    /// Behind `case`.
    fn case(&mut self) -> Step {
        let mut subject = false;
        loop {
            match self.token()? {
                Token::Word(word) if subject && is_word(&word, "in") => break,
                Token::Word(_) if !subject => subject = true,
                Token::Newline => {}
                _ => return Err(Lost),
            }
        }
        self.open(BlockKind::Case { pattern: true });
        Ok(())
    }

    fn redirection(&mut self, command: &mut Command, operator: &str, span: Span) -> Step {
        // `2>file`: digits that touch the operator are its descriptor.
        let text = self.lexer.text;
        let is_descriptor = command.words.last().is_some_and(|word| {
            let digits = &text[word.span.start..word.span.end];
            word.span.end == span.start && digits.bytes().all(|byte| byte.is_ascii_digit())
        });
        if is_descriptor {
            command.words.pop();
        }
        if matches!(operator, "<" | ">") && text[span.end..].starts_with('(') {
            // `<(…)` is a word that nobody knows.
            self.lexer.at = span.end + 1;
            self.lexer
                .skip(Context::Paren, span.start)
                .map_err(|_| Lost)?;
            let span = Span::new(span.start, self.lexer.at);
            let parts = vec![Part::Unknown { span, risky: false }];
            command.words.push(Word {
                parts,
                span,
                array: false,
            });
            return Ok(());
        }
        command.redirected = true;
        match self.token()? {
            Token::Word(_) => Ok(()),
            _ => Err(Lost),
        }
    }

    /// At `(`.
    fn bracket(&mut self, command: &mut Command, span: Span) -> Step {
        let rest = &self.lexer.text[span.end..];
        let is_loop = command
            .words
            .first()
            .is_some_and(|word| is_word(word, "for"));
        if (command.is_empty() || is_loop) && rest.starts_with('(') {
            // Arithmetic, which may set any variable.
            self.lexer
                .skip(Context::Paren, span.start)
                .map_err(|_| Lost)?;
            let inside = &self.lexer.text[span.end..self.lexer.at];
            let names = inside.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            self.doubtful.extend(names.map(str::to_owned));
            command.redirected = true;
            return Ok(());
        }
        if command.is_empty() {
            self.open(BlockKind::Subshell);
            return Ok(());
        }
        let is_function = command.words.len() == 1 && !command.redirected;
        match self.token()? {
            Token::Operator(")", _) if is_function => {
                command.words.clear();
                self.is_body = true;
                Ok(())
            }
            _ => Err(Lost),
        }
    }

    fn skip_heredoc(&mut self, heredoc: &Heredoc) {
        let text = self.lexer.text;
        while self.lexer.at < text.len() {
            let start = self.lexer.at;
            let end =
                memchr::memchr(b'\n', &text.as_bytes()[start..]).map_or(text.len(), |n| start + n);
            self.lexer.at = (end + 1).min(text.len());
            let line = &text[start..end];
            let line = if heredoc.strips_tabs {
                line.trim_start_matches('\t')
            } else {
                line
            };
            if line == heredoc.end {
                return;
            }
        }
    }

    /// An `&` behind a command: nobody writes one right between two words and means it.
    fn cut(&mut self, command: &Command, span: Span) {
        let text = self.lexer.text;
        let Some(last) = command
            .words
            .last()
            .filter(|last| last.span.end == span.start)
        else {
            return;
        };
        let is_end = |c: char| c.is_whitespace() || ";|&)}".contains(c);
        if self.ended || text[span.end..].chars().next().is_none_or(is_end) {
            return;
        }
        let mut words = command.words.iter();
        let first = words.find(|word| assigned_word(text, word).is_none());
        let name = first.map(|word| literal(word).unwrap_or_default());
        let sets = matches!(
            name.as_deref(),
            None | Some("export" | "declare" | "typeset" | "readonly")
        );
        let assigned = assigned_word(text, last).filter(|_| sets);
        let is_wanted = name.as_deref().is_some_and(self.is_wanted);
        if assigned.is_some() || is_wanted {
            let name = assigned.map(|name| text[name.start..name.end].to_owned());
            self.script.cut.push(Cut { span, name });
        }
    }

    /// A command is complete; `next` is what ends it.
    fn done(&mut self, command: &mut Command, next: &str) {
        let mut done = std::mem::take(command);
        let is_pipe = matches!(next, "|" | "|&");
        let was_conditional = done.is_conditional;
        done.is_piped |= is_pipe;
        let mut blocks = self.blocks.iter();
        let in_subshell = blocks.any(|block| block.kind == BlockKind::Subshell);
        let is_lost = done.is_piped || next == "&" || in_subshell;
        let may_fail = if done.words.is_empty() {
            done.redirected
        } else {
            self.run(&done, is_lost)
        };
        command.is_piped = is_pipe;
        command.is_conditional = match next {
            "&&" => was_conditional || may_fail,
            "||" => true,
            _ => is_pipe && was_conditional,
        };
    }

    /// What a command does to variables; true where it may fail. `is_lost`: it runs in a subshell.
    fn run(&mut self, command: &Command, is_lost: bool) -> bool {
        if self.ended {
            return false;
        }
        let text = self.lexer.text;
        let count = command
            .words
            .iter()
            .take_while(|word| assigned_word(text, word).is_some())
            .count();
        let (assignments, words) = command.words.split_at(count);
        let is_certain = self.blocks.is_empty() && !command.is_conditional;
        for word in &command.words {
            self.defaults(word);
        }
        let Some((first, arguments)) = words.split_first() else {
            for word in assignments.iter().filter(|_| !is_lost) {
                self.assign(word, Stands::Assigned, is_certain, false);
            }
            return false;
        };
        let name = literal(first).unwrap_or_default();
        if assignments.is_empty() {
            spaced::look(text, &name, words, &mut self.script.spaced);
        }
        if (self.is_wanted)(&name) || !assignments.is_empty() {
            let given = assignments
                .iter()
                .filter_map(|word| self.assigned(word, Stands::Assigned));
            let given = given.map(|(_, assigned)| assigned).collect();
            let words = words
                .iter()
                .map(|word| self.text(word, Stands::Alone))
                .collect();
            self.script.commands.push(Called {
                words,
                given,
                is_certain,
            });
        }
        let literals = || arguments.iter().filter_map(literal);
        match name.as_str() {
            "export" | "declare" | "typeset" | "readonly" | "local" if !is_lost => {
                let flags: Vec<String> = literals()
                    .take_while(|word| word.starts_with('-'))
                    .collect();
                let is_export = name == "export" && flags.is_empty()
                    || flags.iter().any(|flag| flag.contains('x'));
                let is_certain =
                    is_certain && name != "local" && flags.iter().all(|flag| flag == "-x");
                for argument in &arguments[flags.len()..] {
                    self.assign(argument, Stands::Declared, is_certain, is_export);
                }
                return false;
            }
            "set" => {
                for word in literals() {
                    match word.as_str() {
                        "-a" | "allexport" => self.export_all = true,
                        "+a" => self.export_all = false,
                        _ => {}
                    }
                }
                return false;
            }
            "unset" if is_certain && !is_lost => {
                for name in literals() {
                    self.held.remove(&name);
                }
            }
            // Whatever these set is not known.
            "unset" | "read" | "mapfile" | "readarray" | "getopts" | "let" | "printf" | "for"
            | "select" => {
                self.doubtful.extend(
                    literals().map(|word| word.split('=').next().unwrap_or_default().to_owned()),
                );
            }
            "eval" => self.forget(),
            "." | "source" => {
                let is_venv = literals()
                    .next()
                    .is_some_and(|path| path.ends_with("activate"));
                if !is_venv {
                    self.forget();
                }
            }
            "exit" | "return" if is_certain && !is_lost => self.ended = true,
            "exec" if is_certain && !is_lost && !arguments.is_empty() => self.ended = true,
            ":" | "true" | "echo" | "cd" => return false,
            _ => {}
        }
        true
    }

    /// Something else may have set any variable anew.
    fn forget(&mut self) {
        for held in self.held.values_mut() {
            held.assigned.value = None;
        }
    }

    /// `${NAME:=word}` sets the variable, to what depends on the environment.
    fn defaults(&mut self, word: &Word) {
        for part in &word.parts {
            if let Part::Parameter {
                name,
                operator: Some(Operator { kind: '=', .. }),
                ..
            } = part
            {
                self.doubtful.insert(name.clone());
                if let Some(held) = self.held.get_mut(name) {
                    held.assigned.value = None;
                }
            }
        }
    }

    /// The variable that a word sets, and what with. Of a bare name (`export NAME`) that is not known.
    fn assigned(&mut self, word: &Word, place: Stands) -> Option<(String, Assigned)> {
        let whole = self.text(word, place);
        let raw = whole.expose();
        let end = name_end(raw, 0);
        let appends = raw[end..].starts_with("+=");
        if end == 0 || !(appends || raw[end..].starts_with('=')) || !whole.is_known_in(0..end) {
            return None;
        }
        let name = raw[..end].to_owned();
        let from = end + 1 + usize::from(appends);
        let is_doubtful = appends || word.array || self.is_doubtful(&name);
        let value = (!is_doubtful).then(|| whole.slice(from..whole.len()));
        let assigned = Assigned {
            name: whole.slice(0..end),
            value,
        };
        Some((name, assigned))
    }

    fn is_doubtful(&self, name: &str) -> bool {
        self.doubtful.contains(name) || OWN.contains(&name) || name.starts_with("BASH")
    }

    fn assign(&mut self, word: &Word, place: Stands, is_certain: bool, is_export: bool) {
        let Some((name, mut assigned)) = self.assigned(word, place) else {
            let bare =
                literal(word).filter(|name| name_end(name, 0) == name.len() && !name.is_empty());
            if let Some(name) = bare.filter(|_| is_export) {
                self.export(name, word.span);
            }
            return;
        };
        if !is_certain {
            self.doubtful.insert(name.clone());
            assigned.value = None;
        }
        self.assignments += 1;
        let was_exported = self.held.get(&name).is_some_and(|held| held.is_exported);
        let held = Held {
            assigned,
            is_exported: is_export || was_exported || self.export_all,
            at: self.assignments,
        };
        self.held.insert(name, held);
    }

    /// `export NAME`
    fn export(&mut self, name: String, span: Span) {
        self.assignments += 1;
        let at = self.assignments;
        let held = self.held.entry(name).or_insert_with_key(|name| Held {
            assigned: Assigned {
                name: Text::verbatim(name, span.start),
                value: None,
            },
            is_exported: true,
            at,
        });
        held.is_exported = true;
    }

    /// A word as the command is given it.
    fn text(&mut self, word: &Word, place: Stands) -> Text {
        let mut out = TextBuilder::at(word.span.start);
        let bash = self.lexer.bash;
        let splits = match place {
            Stands::Alone => true,
            Stands::Declared => !bash,
            Stands::Assigned => false,
        };
        let mut is_several = word.array;
        let mut unquoted = String::new();
        for part in &word.parts {
            match part {
                Part::Literal { text, quoted: true } => out.push_from(text, 0..text.len()),
                Part::Literal {
                    text,
                    quoted: false,
                } => {
                    unquoted.push_str(text.expose());
                    push_unquoted(&mut out, text);
                }
                Part::Parameter {
                    name,
                    operator,
                    span,
                } => {
                    let at = out.expose().len();
                    self.parameter(&mut out, name, operator.as_ref(), *span);
                    let value = &out.expose()[at..];
                    let falls_apart =
                        value.is_empty() || value.contains([' ', '\t', '\n', '*', '?', '[']);
                    is_several |= splits && falls_apart && !self.is_quoted(word, *span);
                }
                Part::Unknown { span, .. } | Part::Bad { span } => self.push_raw(&mut out, *span),
            }
        }
        // `{a,b}` becomes two words.
        let braces = unquoted.contains('{') && (unquoted.contains(',') || unquoted.contains(".."));
        is_several |= bash && place != Stands::Assigned && braces;
        let text = out.finish();
        if !is_several {
            return text;
        }
        let equals = text.expose().find('=').map_or(0, |at| at + 1);
        let from = if place == Stands::Alone { 0 } else { equals };
        let mut out = TextBuilder::at(word.span.start);
        out.push_from(&text, 0..from);
        out.push_unknown(&text, from..text.len());
        out.finish()
    }

    /// Something inside of a word stands in quotes.
    fn is_quoted(&self, word: &Word, span: Span) -> bool {
        let quotes = &self.lexer.quotes;
        let first = quotes.partition_point(|quote| quote.start < word.span.start);
        let mut pairs = quotes[first..].chunks(2);
        pairs.any(|pair| match pair {
            [open, close] => open.start < span.start && span.end <= close.start,
            _ => false,
        })
    }

    fn push_raw(&self, out: &mut TextBuilder, span: Span) {
        let raw = Text::verbatim(&self.lexer.text[span.start..span.end], span.start);
        out.push_unknown(&raw, 0..raw.len());
    }

    fn parameter(
        &mut self,
        out: &mut TextBuilder,
        name: &str,
        operator: Option<&Operator>,
        span: Span,
    ) {
        let in_function = self.blocks.iter().any(|block| block.is_body);
        let outside;
        let found = if in_function || self.is_doubtful(name) {
            None
        } else if let Some(held) = self.held.get(name) {
            held.assigned
                .value
                .as_ref()
                .filter(|value| value.is_known())
                .map(Text::expose)
        } else {
            match (self.environment)(name) {
                Outside::Value(value) => {
                    outside = value;
                    Some(outside.as_str())
                }
                Outside::Unset | Outside::Unknown => None,
            }
        };
        let is_plain = match operator {
            None => true,
            Some(operator) => operator.kind != '+' && found.is_some_and(|value| !value.is_empty()),
        };
        match found.filter(|_| is_plain) {
            Some(value) if self.growth + value.len() <= GROWTH => {
                out.push(value, span, Fidelity::Elsewhere);
                self.growth += value.len();
            }
            _ => self.push_raw(out, span),
        }
    }
}

fn is_word(word: &Word, known: &str) -> bool {
    matches!(word.parts.as_slice(), [Part::Literal { text, quoted: false }] if text.expose() == known)
}

/// `~` stands for a home folder at the start and behind `=` and `:`.
fn push_unquoted(out: &mut TextBuilder, text: &Text) {
    let raw = text.expose();
    let mut from = 0;
    for (at, _) in raw.match_indices('~') {
        let before = raw[..at]
            .chars()
            .next_back()
            .or_else(|| out.expose().chars().next_back());
        if before.is_none_or(|before| matches!(before, '=' | ':')) {
            out.push_from(text, from..at);
            out.push_unknown(text, at..at + 1);
            from = at + 1;
        }
    }
    out.push_from(text, from..raw.len());
}

mod spaced;
#[cfg(test)]
mod tests;
