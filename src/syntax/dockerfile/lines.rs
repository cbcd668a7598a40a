//! Lines to instructions: parser directives, comments, continued lines, heredocs. `parser.Parse`.

use super::heredoc::{self, Heredoc};
use super::{Cause, Dockerfile, Instruction, Keyword, Problem};
use crate::source::{Span, Text, TextBuilder};

const BOM: char = '\u{feff}';

/// The white space of `reWhitespace`.
pub(super) const fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ')
}

/// The instructions of `text`, not yet evaluated.
pub(super) fn read(text: &str) -> Dockerfile {
    let start = if text.starts_with(BOM) {
        BOM.len_utf8()
    } else {
        0
    };
    let mut reader = Reader {
        text,
        at: start,
        escape: '\\',
        directives: Some(Vec::new()),
        file: Dockerfile::default(),
    };
    while let Some(line) = reader.logical() {
        reader.instruction(&line);
    }
    reader.file.escape = reader.escape;
    reader.file
}

/// Continued lines, joined.
struct Logical {
    text: Text,
    /// Where its last physical line ends.
    end: usize,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    escape: char,
    /// The parser directives so far; `None` once something else has been read.
    directives: Option<Vec<String>>,
    file: Dockerfile,
}

impl<'a> Reader<'a> {
    /// The next physical line without its end, and where it starts.
    fn physical(&mut self) -> Option<(usize, &'a str)> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let end = memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |lf| lf + 1);
        let start = self.at;
        self.at += end;
        Some((start, rest[..end].trim_end_matches(['\r', '\n'])))
    }

    fn problem(&mut self, cause: Cause, span: Span) {
        let instruction = None;
        self.file.problems.push(Problem {
            cause,
            span,
            instruction,
        });
    }

    /// Notes a comment line. True for one.
    fn comment(&mut self, start: usize, line: &str) -> bool {
        let trimmed = line.trim_start();
        let is_comment = trimmed.starts_with('#');
        if is_comment {
            let from = start + (line.len() - trimmed.len());
            self.file
                .comments
                .push(Span::new(from, start + line.trim_end().len()));
        }
        is_comment
    }

    /// `DirectiveParser.ParseLine`, for a line of which leading white space is gone.
    fn directive(&mut self, start: usize, line: &str) {
        let Some(seen) = &mut self.directives else {
            return;
        };
        let found = line.strip_prefix('#').and_then(|comment| {
            let (name, value) = comment.trim_start().split_once('=')?;
            let name = name.trim_end().to_lowercase();
            let known = matches!(name.as_str(), "syntax" | "escape" | "check");
            let value = value.trim();
            (known && !value.is_empty()).then_some((name, value))
        });
        let Some((name, value)) = found else {
            self.directives = None;
            return;
        };
        let again = seen.contains(&name);
        let is_escape = name == "escape" && !again;
        seen.push(name);
        let valid = !is_escape || matches!(value, "\\" | "`");
        if is_escape && valid {
            self.escape = value.chars().next().unwrap_or('\\');
        }
        if again || !valid {
            self.problem(Cause::Directive, Span::new(start, start + line.len()));
        }
    }

    /// The next line with something on it, with those that continue it.
    fn logical(&mut self) -> Option<Logical> {
        loop {
            let (start, line) = self.physical()?;
            let trimmed = line.trim_start();
            let from = start + (line.len() - trimmed.len());
            self.directive(from, trimmed);
            if trimmed.is_empty() || self.comment(start, line) {
                continue;
            }
            let mut builder = TextBuilder::at(from);
            let mut end = start + line.len();
            let (content, mut goes_on) = self.continued(trimmed);
            builder.push_exact(content, from);
            while goes_on {
                let Some((start, line)) = self.physical() else {
                    break;
                };
                if self.comment(start, line) || line.trim_start().is_empty() {
                    continue;
                }
                let (content, more) = self.continued(line);
                builder.push_exact(content, start);
                end = start + line.len();
                goes_on = more;
            }
            let text = builder.finish();
            return Some(Logical { text, end });
        }
    }

    /// The line without the escape character that joins the next one to it, and whether there is one.
    /// `trimContinuationCharacter`: one behind another joins nothing.
    fn continued<'l>(&self, line: &'l str) -> (&'l str, bool) {
        let content = line
            .trim_end_matches([' ', '\t'])
            .strip_suffix(self.escape)
            .filter(|content| !content.ends_with(self.escape));
        content.map_or((line, false), |content| (content, true))
    }

    fn instruction(&mut self, line: &Logical) {
        let text = line.text.trim_matches(char::is_whitespace);
        let (word, rest) = command(&text);
        let name = word.expose().to_lowercase();
        let (arguments, options) = flags(&rest, self.escape);
        let keyword = keyword(&name);
        let index = self.file.instructions.len();
        let first_option = options.first().map(Text::source);
        if let (Keyword::Env, Some(span)) = (keyword, first_option) {
            self.problem_of(index, Cause::Option, span);
        }
        if keyword == Keyword::Unknown {
            self.problem_of(index, Cause::UnknownInstruction, word.source());
        }
        let is_json = is_json(&arguments);
        let mut heredocs = Vec::new();
        if heredoc::may_follow(&name, &arguments, self.escape) {
            for here in heredoc::of(line.text.expose()) {
                match self.body(&here) {
                    Some(body) => heredocs.push(body),
                    None => self.problem_of(index, Cause::Heredoc, word.source()),
                }
            }
        }
        self.file.instructions.push(Instruction {
            keyword,
            word: word.source(),
            span: Span::new(word.source().start, line.end),
            arguments,
            is_json,
            heredocs,
            assignments: Vec::new(),
        });
    }

    fn problem_of(&mut self, instruction: usize, cause: Cause, span: Span) {
        let instruction = Some(instruction);
        self.file.problems.push(Problem {
            cause,
            span,
            instruction,
        });
    }

    /// The lines up to the closing word; `None` where the file ends before it.
    fn body(&mut self, here: &Heredoc) -> Option<Span> {
        let start = self.at;
        while let Some((at, line)) = self.physical() {
            let line = if here.strips_tabs {
                line.trim_start_matches('\t')
            } else {
                line
            };
            if line == here.name {
                return Some(Span::new(start, at));
            }
        }
        None
    }
}

/// `splitCommand` without the options: the keyword and what follows it.
pub(super) fn command(text: &Text) -> (Text, Text) {
    let value = text.expose();
    let end = value.find(is_blank).unwrap_or(value.len());
    let rest = value[end..].trim_start_matches(is_blank);
    (
        text.slice(0..end),
        text.slice(value.len() - rest.len()..value.len()),
    )
}

/// `extractBuilderFlags`: what follows the options, trimmed, and the options.
pub(super) fn flags(text: &Text, escape: char) -> (Text, Vec<Text>) {
    let value = text.expose();
    let mut options = Vec::new();
    let mut at = 0;
    loop {
        at += value[at..].len() - value[at..].trim_start().len();
        if !value[at..].starts_with("--") {
            break;
        }
        let mut quote = None;
        let mut chars = value[at..].char_indices();
        let mut end = value.len();
        while let Some((offset, c)) = chars.next() {
            match quote {
                None if c.is_whitespace() => {
                    end = at + offset;
                    break;
                }
                None if matches!(c, '\'' | '"') => quote = Some(c),
                Some(open) if c == open => quote = None,
                _ if c == escape => {
                    chars.next();
                }
                _ => {}
            }
        }
        let option = text.slice(at..end);
        at = end;
        if option.expose() == "--" {
            break;
        }
        options.push(option);
    }
    let rest = text.slice(at..value.len());
    (rest.trim_matches(char::is_whitespace), options)
}

pub(super) fn is_json(arguments: &Text) -> bool {
    let value = arguments.expose();
    value.starts_with('[') && serde_json::from_str::<Vec<String>>(value).is_ok()
}

fn keyword(name: &str) -> Keyword {
    match name {
        "arg" => Keyword::Arg,
        "env" => Keyword::Env,
        "from" => Keyword::From,
        "run" => Keyword::Run,
        "add" | "cmd" | "copy" | "entrypoint" | "expose" | "healthcheck" | "label"
        | "maintainer" | "onbuild" | "shell" | "stopsignal" | "user" | "volume" | "workdir" => {
            Keyword::Other
        }
        _ => Keyword::Unknown,
    }
}
