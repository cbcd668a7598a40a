//! Commands: the built-ins that set, export or remove variables, and those nobody follows.

use super::super::lex::{Part, Word, name_end};
use super::word::{assigned_word, has_braces, literal, plain_export};
use super::{Shell, Status, Stop};
use crate::source::Span;
use crate::syntax::dotenv::collect::Collector;
use crate::syntax::dotenv::{Cause, Effect};

const BUILTINS: [&str; 42] = [
    ".", "alias", "bg", "break", "command", "continue", "eval", "exec", "exit", "fg", "getopts",
    "jobs", "kill", "local", "printf", "read", "return", "shift", "trap", "ulimit", "umask",
    "unalias", "wait", "hash", "times", "type", "cd", "test", "[", "echo", "pwd", "true", "false",
    ":", "set", "unset", "export", "readonly", "chdir", "bind", "let", "",
];

const BASH_BUILTINS: [&str; 25] = [
    "source",
    "declare",
    "typeset",
    "mapfile",
    "readarray",
    "shopt",
    "builtin",
    "caller",
    "compgen",
    "complete",
    "compopt",
    "dirs",
    "disown",
    "enable",
    "help",
    "history",
    "logout",
    "popd",
    "pushd",
    "suspend",
    "fc",
    "bg",
    "fg",
    "bind",
    "let",
];

impl Shell {
    pub(super) fn call(
        &mut self,
        out: &mut Collector<'_>,
        assignments: &[Word],
        name: &Word,
        arguments: &[Word],
        before: Option<Span>,
    ) -> Result<Status, Stop> {
        let Some(command) = literal(name) else {
            // Nobody knows which command this is; a value that expands to nothing leaves the
            // assignments in force.
            let about = assignments.first().and_then(|w| assigned_word(out.text, w));
            self.effects(out, name)?;
            out.file.uncertain = true;
            let about = about.map(|span| &out.text[span.start..span.end]);
            out.problem(Effect::LineLost, Cause::Command, name.span, about);
            return Ok(Status::Unknown);
        };
        // What stands in front is expanded, too, before the shell looks for the command.
        for word in assignments {
            self.effects(out, word)?;
        }
        for argument in arguments {
            if !matches!(
                command.as_str(),
                "export" | "readonly" | "declare" | "typeset"
            ) {
                self.effects(out, argument)?;
            }
        }
        match command.as_str() {
            ":" | "true" => {
                // dash keeps what stands before a special built-in.
                if command == ":" && !self.bash {
                    self.assign_all(out, assignments)?;
                }
                Ok(Status::Success)
            }
            "false" => Ok(Status::Failure),
            "echo" | "pwd" | "test" | "[" | "type" | "hash" | "umask" | "times" => {
                Ok(Status::Unknown)
            }
            "export" | "readonly" => {
                if !assignments.is_empty() {
                    out.file.uncertain = true;
                }
                let status = self.export(out, arguments, command == "readonly");
                self.earlier.clear();
                status
            }
            "declare" | "typeset" if self.bash && plain_export(arguments) => {
                let status = self.export(out, arguments, false);
                self.earlier.clear();
                status
            }
            "set" => Ok(self.set(out, name, arguments)),
            "unset" => {
                for argument in arguments {
                    match literal(argument) {
                        Some(name) if !name.starts_with('-') => {
                            if self.read_only.contains(&name) && !self.bash {
                                out.file.uncertain = true;
                            }
                            self.exported.remove(&name);
                            out.forget(&name);
                        }
                        _ => self.construct(out, argument.span),
                    }
                }
                Ok(Status::Success)
            }
            other if BUILTINS.contains(&other) || (self.bash && BASH_BUILTINS.contains(&other)) => {
                self.construct(out, name.span);
                Ok(Status::Unknown)
            }
            _ => {
                Self::not_a_definition(out, assignments, name, arguments, before);
                Ok(Status::Failure)
            }
        }
    }

    fn construct(&mut self, out: &mut Collector<'_>, span: Span) {
        if self.certain {
            out.problem(Effect::Unread, Cause::Construct, span, None);
        }
        self.certain = false;
        out.file.uncertain = true;
    }

    fn export(
        &mut self,
        out: &mut Collector<'_>,
        arguments: &[Word],
        read_only: bool,
    ) -> Result<Status, Stop> {
        let mut status = Status::Success;
        let mut after_blank = None;
        let mut previous = String::new();
        for argument in arguments {
            let span = argument.span;
            let before = std::mem::replace(&mut previous, literal(argument).unwrap_or_default());
            if let Some(name) = self.assignment(out.text, argument) {
                let name = out.text[name.start..name.end].to_owned();
                if !read_only {
                    self.exported.insert(name.clone());
                }
                let earlier = out.find_file_first(&name);
                self.assign(out, argument)?;
                if self.bash && has_braces(argument) {
                    out.leave_open(&name);
                }
                self.earlier.entry(name.clone()).or_insert(earlier);
                if read_only {
                    self.read_only.insert(name.clone());
                }
                after_blank = out.text[..span.end].ends_with('=').then_some((name, span));
                continue;
            }
            if self.quoted_assignment(out, argument, read_only)? {
                continue;
            }
            match literal(argument) {
                Some(word) if word.starts_with('-') => {
                    if word == "-x" || word == "-gx" {
                        continue;
                    }
                    self.construct(out, span);
                }
                Some(word) if name_end(&word, 0) == word.len() && !word.is_empty() => {
                    if let Some((name, blank)) = after_blank.take() {
                        let cause = Cause::BlankAroundEquals;
                        out.problem(Effect::ValueChanged, cause, blank, Some(&name));
                    }
                    if read_only {
                        self.read_only.insert(word);
                    } else {
                        self.exported.insert(word);
                    }
                }
                Some(word) => {
                    status = Status::Failure;
                    // dash ends here, bash says "not a valid identifier" and goes on.
                    let about = word.split('=').next().unwrap_or(&word);
                    let about = if about.is_empty() {
                        before
                    } else {
                        about.to_owned()
                    };
                    let fault = word
                        .chars()
                        .find(|c| !c.is_ascii_alphanumeric() && *c != '_');
                    let cause = if word.starts_with('=') {
                        Cause::BlankAroundEquals
                    } else {
                        Cause::NameCharacter(fault.filter(|&c| c != '=').unwrap_or('0'))
                    };
                    out.problem(self.fatal(), cause, span, Some(&about));
                    if !self.bash {
                        return Err(Stop::Shell);
                    }
                }
                None => self.construct(out, span),
            }
        }
        Ok(status)
    }

    /// `export "NAME=value"`: the built-in cuts at `=` after the quotes are gone.
    fn quoted_assignment(
        &mut self,
        out: &mut Collector<'_>,
        argument: &Word,
        read_only: bool,
    ) -> Result<bool, Stop> {
        let starts_like_one = match argument.parts.first() {
            Some(Part::Literal { text, .. }) => {
                let text = text.expose();
                let end = name_end(text, 0);
                end > 0 && (end == text.len() || text[end..].starts_with('='))
            }
            _ => false,
        };
        if argument.array || !starts_like_one {
            return Ok(false);
        }
        let mark = out.file.problems.len();
        let (whole, risky) = self.value(out, argument, argument.span.start, "")?;
        let raw = whole.expose();
        let end = name_end(raw, 0);
        if !raw[end..].starts_with('=') {
            out.file.problems.truncate(mark);
            return Ok(false);
        }
        let name = raw[..end].to_owned();
        // An unquoted parameter may fall apart into words.
        let splits = |part: &Part| matches!(part, Part::Parameter { .. } | Part::Unknown { .. });
        out.file.uncertain |= risky || argument.parts.iter().any(splits);
        if !read_only {
            self.exported.insert(name.clone());
        }
        let name_span = whole.span(0..end);
        if self.read_only.contains(&name) {
            out.problem(Effect::LineLost, Cause::ReadOnly, name_span, Some(&name));
            return Err(if self.bash { Stop::Line } else { Stop::Shell });
        }
        let earlier = out.find_file_first(&name);
        if self.export_all || self.exported.contains(&name) {
            out.define(&name, name_span, Some(whole.slice(end + 1..whole.len())));
        } else {
            out.forget(&name);
        }
        self.earlier.entry(name).or_insert(earlier);
        Ok(true)
    }

    fn set(&mut self, out: &mut Collector<'_>, name: &Word, arguments: &[Word]) -> Status {
        let words: Vec<Option<String>> = arguments.iter().map(literal).collect();
        let words: Vec<&str> = words
            .iter()
            .map(|word| word.as_deref().unwrap_or(""))
            .collect();
        match words.as_slice() {
            ["-a"] | ["-o", "allexport"] => self.export_all = true,
            ["+a"] | ["+o", "allexport"] => self.export_all = false,
            _ => self.construct(out, name.span),
        }
        Status::Success
    }
}
