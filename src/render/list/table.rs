//! `list` for people: a heading for each file, a line for each item.

use std::io::{self, Write};

use crate::list::{Built, Item, Status};
use crate::render::values::{MASK, Shown};
use crate::render::{Style, one_line};
use crate::rules;
use crate::source::{FileId, display_path};

/// Columns that an id takes before the next column gives way.
const ID: usize = 20;

/// Writes items as they come: columns are as wide as they are, whatever follows.
pub struct Table {
    style: Style,
    reveal: bool,
    file: Option<FileId>,
    counts: Counts,
}

/// What was listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    connections: usize,
    variables: usize,
    options: usize,
    errors: usize,
    unreachable: usize,
    unknown: usize,
}

impl Table {
    /// An empty table.
    pub fn new(style: Style, reveal: bool) -> Self {
        Self {
            style,
            reveal,
            file: None,
            counts: Counts::default(),
        }
    }

    /// Writes one item.
    pub fn item(&mut self, out: &mut dyn Write, item: &Item<'_>) -> io::Result<()> {
        if self.file != Some(item.input.id) {
            if self.file.is_some() {
                writeln!(out)?;
            }
            self.file = Some(item.input.id);
            let path = display_path(&item.input.path);
            let heading = format!("{path}: {}", item.input.kind.word());
            writeln!(out, "{}", self.bold(&heading))?;
        }
        self.counts.count(item);
        let public = self.reveal || item.name_is_public;
        let kind = item.kind.map_or("-", crate::inputs::EntryKind::word);
        let id = match item.id {
            _ if !public => MASK.to_owned(),
            Some(id) => one_line(id),
            None => one_line(item.name),
        };
        let said = self.said(item);
        let line = item.position.line;
        let head = format!("{line:>5}  {kind:<10}  {id:<ID$}");
        if measure(&head) + 2 + measure(&said) <= self.style.width {
            return writeln!(out, "{head}  {said}");
        }
        writeln!(out, "{}", head.trim_end())?;
        self.below(out, &said)
    }

    /// Writes what was listed, in one line.
    pub fn end(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.file.is_none() || !self.style.summary {
            return Ok(());
        }
        writeln!(out, "\n{}", self.counts.sentence())
    }

    fn said(&self, item: &Item<'_>) -> String {
        match &item.status {
            Status::Connection(built) => self.connection(built),
            Status::Plain(fields) => Shown::plain(fields, self.reveal).line(),
            Status::Value(text) if self.reveal => one_line(text),
            Status::Value("") => "(empty)".to_owned(),
            Status::Value(_) => MASK.to_owned(),
            Status::Error(problem) => {
                let error = self.red("error");
                let rule = problem.rule.and_then(rules::find);
                let rule = rule.map_or_else(String::new, |rule| format!("[{}]", rule.code));
                format!("{error}{rule} {}", one_line(&problem.message))
            }
            Status::Unreachable(why) => format!("unreachable: {why}"),
            Status::Unknown(why) => format!("unknown: {why}"),
        }
    }

    fn connection(&self, built: &Built<'_>) -> String {
        let shown = Shown::new(built.reading, built.format, built.may_show, self.reveal);
        let line = shown.map_or_else(String::new, |shown| shown.line());
        match &built.unusable {
            None => line,
            Some(problem) => format!(
                "{line}  {}: get_uri() raises {}, so that the lookup misses it",
                self.red("unusable"),
                problem.airflow
            ),
        }
    }

    /// What does not fit beside the id, broken at blanks.
    fn below(&self, out: &mut dyn Write, said: &str) -> io::Result<()> {
        let indent = " ".repeat(19);
        let options = textwrap::Options::new(self.style.width.max(50))
            .initial_indent(&indent)
            .subsequent_indent(&indent)
            .break_words(false)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        for line in textwrap::wrap(said, options) {
            writeln!(out, "{line}")?;
        }
        Ok(())
    }

    fn bold(&self, text: &str) -> String {
        if self.style.colour {
            return format!("\u{1b}[1m{text}\u{1b}[0m");
        }
        text.to_owned()
    }

    fn red(&self, text: &str) -> String {
        if self.style.colour {
            return format!("\u{1b}[1;31m{text}\u{1b}[0m");
        }
        text.to_owned()
    }
}

/// Columns of a text on a terminal; colours take none.
fn measure(text: &str) -> usize {
    textwrap::core::display_width(text)
}

impl Counts {
    fn count(&mut self, item: &Item<'_>) {
        use crate::inputs::EntryKind::{Config, Connection, Variable};
        match item.kind {
            Some(Connection) => self.connections += 1,
            Some(Variable) => self.variables += 1,
            Some(Config) => self.options += 1,
            None => {}
        }
        match &item.status {
            Status::Error(_) => self.errors += 1,
            Status::Unreachable(_) => self.unreachable += 1,
            Status::Unknown(_) => self.unknown += 1,
            Status::Connection(built) if built.unusable.is_some() => self.errors += 1,
            Status::Connection(_) | Status::Plain(_) | Status::Value(_) => {}
        }
    }

    /// `3 connections and 1 variable; 1 in error, 2 unreachable`
    fn sentence(self) -> String {
        let counted = |count: usize, word: &str| match count {
            0 => None,
            1 => Some(format!("1 {word}")),
            count => Some(format!("{count} {word}s")),
        };
        let things: Vec<String> = [
            counted(self.connections, "connection"),
            counted(self.variables, "variable"),
            counted(self.options, "option"),
        ]
        .into_iter()
        .flatten()
        .collect();
        let troubles: Vec<String> = [
            (self.errors, "in error"),
            (self.unreachable, "unreachable"),
            (self.unknown, "unknown"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
        let things = if things.is_empty() {
            "nothing that Airflow reads".to_owned()
        } else {
            things.join(", ")
        };
        if troubles.is_empty() {
            return things;
        }
        format!("{things}; {}", troubles.join(", "))
    }
}
