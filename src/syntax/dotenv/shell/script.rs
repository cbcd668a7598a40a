//! Scripts: which commands stand in one, with which words, and what is exported when it ends.
//!
//! No command is run. What stands inside of `if`, loops, `case`, functions and subshells may happen or not,
//! so a variable that is set there is known nowhere; the commands there are told with their words all the
//! same. Where the grammar is not understood, reading stops without a word.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::lex::{Context, Lexer, Part, Token, Word, name_end};
use super::run::word::{assigned_word, literal};
use crate::source::{Span, Text};
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
    let run = |doubtful: BTreeSet<String>, forgetful: BTreeSet<String>| {
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
            read_only: BTreeSet::new(),
            forgetful,
            function: None,
            held: BTreeMap::new(),
            assignments: 0,
            forgotten: 0,
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
    // The first time it only turns out which variables are set where it is not certain, and which functions may set any.
    let first = run(BTreeSet::new(), BTreeSet::new());
    let reader = run(first.doubtful, first.forgetful);
    let mut script = reader.script;
    script.comments = reader.lexer.comments;
    let mut exported: Vec<Held> = reader.held.into_values().collect();
    exported.retain(|held| held.is_exported);
    exported.sort_by_key(|held| held.at);
    let assigned = exported.into_iter().map(|mut held| {
        held.assigned.value.take_if(|_| held.at <= reader.forgotten);
        held.assigned
    });
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
    /// How many `!` stand before it: it fails where it would not.
    bangs: usize,
}

impl Command {
    fn is_empty(&self) -> bool {
        self.words.is_empty() && !self.redirected
    }
}

struct Heredoc {
    end: String,
    strips_tabs: bool,
    /// Nothing in it is special.
    is_quoted: bool,
}

struct Reader<'a> {
    lexer: Lexer<'a>,
    is_wanted: &'a dyn Fn(&str) -> bool,
    environment: &'a dyn Fn(&str) -> Outside,
    /// Names that are set where it is not certain.
    doubtful: BTreeSet<String>,
    /// What sets them later fails.
    read_only: BTreeSet<String>,
    /// Functions that may set any variable.
    forgetful: BTreeSet<String>,
    /// The function whose body is read.
    function: Option<String>,
    held: BTreeMap<String, Held>,
    assignments: usize,
    /// How many of them are forgotten: something else may have set any of these variables anew.
    forgotten: usize,
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
                    Token::Newline => self.skip_heredocs(&mut heredocs),
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
                    self.skip_heredocs(&mut heredocs);
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
                        is_quoted: word
                            .parts
                            .iter()
                            .any(|part| matches!(part, Part::Literal { quoted: true, .. })),
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

    /// The body of a function comes next. What one inside of another does, the outer one may do.
    fn begin_body(&mut self, name: Option<String>) {
        self.is_body = true;
        if !self.in_function() {
            self.function = name;
        }
    }

    fn in_function(&self) -> bool {
        self.blocks.iter().any(|block| block.is_body)
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
            "!" => command.bangs += 1,
            "then" | "elif" | "else" | "do" | "time" | "coproc" => {}
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
                let Token::Word(name) = self.token()? else {
                    return Err(Lost);
                };
                self.begin_body(literal(&name));
            }
            "[[" => loop {
                match self.token()? {
                    Token::End => return Err(Lost),
                    Token::Word(word) if is_word(&word, "]]") => break,
                    Token::Word(word) => self.defaults(&word),
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
                Token::Word(word) if !subject => {
                    self.defaults(&word);
                    subject = true;
                }
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
            Token::Word(word) => {
                self.defaults(&word);
                Ok(())
            }
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
            let inside = rest.trim_start_matches([' ', '\t']);
            if self.is_body && inside.starts_with(')') {
                // `function name()`
                self.lexer.at = self.lexer.text.len() - inside.len() + 1;
            } else {
                self.open(BlockKind::Subshell);
            }
            return Ok(());
        }
        let is_function = command.words.len() == 1 && !command.redirected;
        match self.token()? {
            Token::Operator(")", _) if is_function => {
                let name = command.words.pop();
                self.begin_body(name.as_ref().and_then(literal));
                Ok(())
            }
            _ => Err(Lost),
        }
    }

    fn skip_heredocs(&mut self, heredocs: &mut Vec<Heredoc>) {
        for heredoc in heredocs.drain(..) {
            self.skip_heredoc(&heredoc);
        }
    }

    fn skip_heredoc(&mut self, heredoc: &Heredoc) {
        let text = self.lexer.text;
        let mut goes_on = false;
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
            // Behind a backslash the line before goes on.
            if line == heredoc.end && !goes_on {
                return;
            }
            let slashes = line.bytes().rev().take_while(|byte| *byte == b'\\');
            goes_on = !heredoc.is_quoted && slashes.count() % 2 == 1;
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
        let bangs = done.bangs;
        let may_fail = if done.words.is_empty() {
            done.redirected
        } else {
            self.run(&done, is_lost)
        };
        let may_fail = may_fail || bangs > 0;
        command.is_piped = is_pipe;
        command.bangs = if is_pipe { bangs } else { 0 };
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
        let words = behind_prefix(words, self.lexer.bash);
        let Some((first, arguments)) = words.split_first() else {
            for word in assignments.iter().filter(|_| !is_lost) {
                if let Some(assigned) = self.assigned(word, Stands::Assigned) {
                    self.set(assigned, is_certain, false);
                }
            }
            // Nothing but a command in its words makes it fail.
            return assignments.iter().any(has_command);
        };
        let name = literal(first).unwrap_or_default();
        if assignments.is_empty() {
            spaced::look(text, &name, words, &mut self.script.spaced);
        }
        if (self.is_wanted)(&name) || !assignments.is_empty() {
            let given = self.given(assignments);
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
                self.declare(&name, arguments, is_certain);
                return false;
            }
            "set" => {
                match exports_all(literals()) {
                    Some(is_on) if !is_lost => self.export_all = is_on && is_certain,
                    _ => {}
                }
                return false;
            }
            "unset" if is_certain && !is_lost => {
                if is_any_open(arguments) {
                    self.forget();
                }
                // `-f`: functions.
                for name in literals().take_while(|word| word != "-f") {
                    self.held.remove(&name);
                }
            }
            // Whatever these set is not known.
            "unset" | "read" | "mapfile" | "readarray" | "getopts" | "let" | "printf" | "for"
            | "select" => {
                self.doubt(literals());
                if is_any_open(names_in(&name, arguments)) && !is_lost {
                    self.forget();
                }
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
            called if self.forgetful.contains(called) && !is_lost => self.forget(),
            _ => {
                // `NAME[0]=value` makes a list of the variable, which no command is given.
                let start = first.span.start;
                let end = name_end(text, start);
                let rest = &text[end..first.span.end.max(end)];
                if end > start && rest.starts_with('[') && rest.contains('=') {
                    self.doubtful.insert(text[start..end].to_owned());
                }
            }
        }
        true
    }
}

/// Words from the command on that is run in the end: `command` runs what follows it, and so does `builtin` of bash.
fn behind_prefix(mut words: &[Word], bash: bool) -> &[Word] {
    while let [first, rest @ ..] = words
        && let Some(name) = literal(first)
        && (name == "command" || bash && name == "builtin")
        && let [next, ..] = rest
        && literal(next).is_some_and(|next| !next.starts_with('-'))
    {
        words = rest;
    }
    words
}

/// The arguments of a command that name what it sets or removes.
fn names_in<'w>(command: &str, arguments: &'w [Word]) -> &'w [Word] {
    let given = match command {
        "unset" => Some(arguments),
        "read" | "mapfile" | "readarray" => arguments.last().map(std::slice::from_ref),
        "printf" if arguments.first().is_some_and(|word| is_word(word, "-v")) => {
            arguments.get(1..2)
        }
        _ => None,
    };
    given.unwrap_or_default()
}

/// Nobody knows what one of the words is.
fn is_any_open(words: &[Word]) -> bool {
    words.iter().any(|word| literal(word).is_none())
}

/// Something in the word is run, and may fail.
fn has_command(word: &Word) -> bool {
    word.parts
        .iter()
        .any(|part| matches!(part, Part::Unknown { .. }))
}

/// `set` with these words turns `allexport` on or off, or says nothing of it.
fn exports_all(mut words: impl Iterator<Item = String>) -> Option<bool> {
    let mut found = None;
    while let Some(word) = words.next() {
        let is_on = word.starts_with('-');
        let letters = word.strip_prefix(['-', '+']).unwrap_or_default();
        if matches!(letters, "" | "-") {
            break;
        }
        for letter in letters.chars() {
            let is_it = match letter {
                'a' => true,
                'o' => words.next().is_some_and(|option| option == "allexport"),
                _ => false,
            };
            if is_it {
                found = Some(is_on);
            }
        }
    }
    found
}

fn is_word(word: &Word, known: &str) -> bool {
    matches!(word.parts.as_slice(), [Part::Literal { text, quoted: false }] if text.expose() == known)
}

mod assign;
mod spaced;
#[cfg(test)]
mod tests;
