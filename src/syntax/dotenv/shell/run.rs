//! What the commands of a sourced file leave behind: variables, and nothing else is looked at.

mod builtin;
mod lost;
pub(super) mod word;

use std::collections::{BTreeMap, BTreeSet};

use self::lost::{lost_in_subshell, note_removed};
use self::word::{array_is_odd, assigned, assigned_word, sole_assignment};
use super::expand::appended;
use super::lex::{Part, Word};
use super::{Command, List, Pipeline};
use crate::source::Span;
use crate::syntax::dotenv::collect::{Collector, Found};
use crate::syntax::dotenv::{Cause, Effect};

/// How the reading goes on.
pub(super) enum Flow {
    On,
    /// The shell has ended.
    Ends,
}

/// What a command leaves as its exit status.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    Success,
    Failure,
    Unknown,
}

/// A command was cut short.
pub(super) enum Stop {
    /// The rest of this line is not run.
    Line,
    /// The shell ends.
    Shell,
}

pub(super) struct Shell {
    pub(super) bash: bool,
    /// `set -a`, with which the file is sourced.
    pub(super) export_all: bool,
    exported: BTreeSet<String>,
    read_only: BTreeSet<String>,
    /// What variables held before the `export` that sets them: it puts in what its words refer to before that.
    pub(super) earlier: BTreeMap<String, Found>,
    /// False behind a construct that is not modelled.
    pub(super) certain: bool,
}

/// What these hold depends on the shell.
pub(super) const OWN: [&str; 30] = [
    "PWD",
    "OLDPWD",
    "PPID",
    "IFS",
    "OPTIND",
    "OPTERR",
    "OPTARG",
    "PS1",
    "PS2",
    "PS4",
    "PATH",
    "LINENO",
    "RANDOM",
    "SRANDOM",
    "SECONDS",
    "UID",
    "EUID",
    "HOSTNAME",
    "HOSTTYPE",
    "MACHTYPE",
    "OSTYPE",
    "SHELL",
    "SHLVL",
    "SHELLOPTS",
    "TERM",
    "_",
    "GROUPS",
    "DIRSTACK",
    "HISTCMD",
    "FUNCNAME",
];

/// `UID=1000` in a `.env` is common, and bash refuses it.
const BASH_READ_ONLY: [&str; 6] = [
    "UID",
    "EUID",
    "PPID",
    "BASHOPTS",
    "SHELLOPTS",
    "BASH_VERSINFO",
];

impl Shell {
    pub(super) fn new(bash: bool) -> Self {
        let read_only: &[&str] = if bash { &BASH_READ_ONLY } else { &[] };
        Self {
            bash,
            export_all: true,
            exported: BTreeSet::new(),
            read_only: read_only.iter().map(|&name| name.to_owned()).collect(),
            earlier: BTreeMap::new(),
            certain: true,
        }
    }

    /// One line.
    pub(super) fn run(&mut self, out: &mut Collector<'_>, lists: &[List]) -> Flow {
        let mut before = None;
        for list in lists {
            let done = if let Some(ampersand) = list.background {
                lost_in_subshell(out, list, ampersand, '&');
                Ok(())
            } else {
                self.list(out, list, before)
            };
            match done {
                Ok(()) => {}
                Err(Stop::Line) => return Flow::On,
                Err(Stop::Shell) => return Flow::Ends,
            }
            before = sole_assignment(out.text, list);
        }
        Flow::On
    }

    fn list(
        &mut self,
        out: &mut Collector<'_>,
        list: &List,
        before: Option<Span>,
    ) -> Result<(), Stop> {
        let mut status = Status::Success;
        let perhaps = out.perhaps;
        for pipeline in &list.pipelines {
            let wanted = match pipeline.joint {
                None => None,
                Some("&&") => Some(Status::Success),
                Some(_) => Some(Status::Failure),
            };
            match wanted {
                Some(_) if status == Status::Unknown => out.perhaps = true,
                Some(wanted) if status != wanted => continue,
                _ => {}
            }
            let result = self.pipeline(out, pipeline, before);
            match result {
                Ok(left) => {
                    status = if out.perhaps && !perhaps {
                        Status::Unknown
                    } else {
                        left
                    }
                }
                Err(stop) if out.perhaps => {
                    // It may have ended here.
                    out.file.uncertain = true;
                    let _ = stop;
                    return Ok(());
                }
                Err(stop) => return Err(stop),
            }
        }
        out.perhaps = perhaps;
        Ok(())
    }

    fn pipeline(
        &mut self,
        out: &mut Collector<'_>,
        pipeline: &Pipeline,
        before: Option<Span>,
    ) -> Result<Status, Stop> {
        let status = match pipeline.commands.as_slice() {
            [command] => self.command(out, command, before)?,
            commands => {
                if let (Some(pipe), Some(name)) = (
                    pipeline.pipe,
                    commands.first().and_then(|c| assigned(out.text, c)),
                ) {
                    let name = out.text[name.start..name.end].to_owned();
                    out.problem(Effect::LineLost, Cause::Subshell('|'), pipe, Some(&name));
                }
                Status::Unknown
            }
        };
        Ok(match status {
            Status::Success if pipeline.negated => Status::Failure,
            Status::Failure if pipeline.negated => Status::Success,
            status => status,
        })
    }

    fn command(
        &mut self,
        out: &mut Collector<'_>,
        command: &Command,
        before: Option<Span>,
    ) -> Result<Status, Stop> {
        let count = command
            .words
            .iter()
            .take_while(|word| self.assignment(out.text, word).is_some())
            .count();
        let (assignments, words) = command.words.split_at(count);
        let perhaps = out.perhaps;
        if let Some(redirection) = command.redirections.first() {
            let name = assigned(out.text, command);
            let name = name.map(|span| &out.text[span.start..span.end]);
            let character = if redirection.reads { '<' } else { '>' };
            let cause = Cause::Redirection(character);
            let effect = Effect::ValueChanged;
            if words.is_empty() {
                out.problem(effect, cause, redirection.operator, name);
            }
            // dash leaves the assignment out when the file cannot be opened, and ends when the
            // command is a special built-in.
            out.perhaps = true;
            out.file.uncertain |= !words.is_empty();
        }
        let result = match words.split_first() {
            None => self.assign_all(out, assignments),
            Some((name, arguments)) => self.call(out, assignments, name, arguments, before),
        };
        out.perhaps = perhaps;
        if command.redirections.is_empty() {
            result
        } else {
            result.map(|_| Status::Unknown)
        }
    }

    /// The name that `word` assigns, in the place of an assignment.
    fn assignment(&self, text: &str, word: &Word) -> Option<Span> {
        let span = assigned_word(text, word)?;
        let appends = text.as_bytes().get(span.end) == Some(&b'+');
        (self.bash || !appends).then_some(span)
    }

    fn assign_all(&mut self, out: &mut Collector<'_>, words: &[Word]) -> Result<Status, Stop> {
        let mut status = Status::Success;
        for word in words {
            if word
                .parts
                .iter()
                .any(|part| matches!(part, Part::Unknown { .. }))
            {
                status = Status::Unknown;
            }
            self.assign(out, word)?;
        }
        Ok(status)
    }

    fn assign(&mut self, out: &mut Collector<'_>, word: &Word) -> Result<(), Stop> {
        let Some(name_span) = assigned_word(out.text, word) else {
            return Ok(());
        };
        let name = out.text[name_span.start..name_span.end].to_owned();
        let appends = out.text.as_bytes().get(name_span.end) == Some(&b'+');
        let value_at = name_span.end + 1 + usize::from(appends);
        out.delimiter(name_span.end, value_at);
        if word.array {
            let span = Span::new(value_at, word.span.end);
            out.problem(Effect::LineLost, Cause::Array, span, Some(&name));
            if array_is_odd(&out.text[span.start..span.end]) {
                // What bash does with an operator inside is beyond this reader.
                out.file.uncertain = true;
                out.perhaps = true;
            }
            out.forget(&name);
            return Ok(());
        }
        let (value, risky) = self.value(out, word, value_at, &name)?;
        if self.read_only.contains(&name) {
            out.problem(Effect::LineLost, Cause::ReadOnly, name_span, Some(&name));
            return Err(if self.bash { Stop::Line } else { Stop::Shell });
        }
        let value = if appends {
            appended(out, &name, value)
        } else {
            value
        };
        let value = if OWN.contains(&name.as_str()) {
            value.into_unknown()
        } else {
            value
        };
        note_removed(out, word, &value, &name);
        if !self.export_all && !self.exported.contains(&name) {
            out.forget(&name);
            return Ok(());
        }
        let perhaps = out.perhaps;
        // dash checks some of its own variables and ends when they are no numbers.
        if risky || (OWN.contains(&name.as_str()) && name != "PATH" && name != "PWD") {
            out.file.uncertain = true;
            out.perhaps = true;
        }
        if value.expose().ends_with('\r') {
            let span = value.span(value.len() - 1..value.len());
            out.problem(
                Effect::ValueChanged,
                Cause::CarriageReturn,
                span,
                Some(&name),
            );
        }
        out.define(&name, name_span, Some(value));
        out.perhaps = perhaps;
        Ok(())
    }

    /// Expansions of words that are thrown away may still assign, or end the shell.
    fn effects(&mut self, out: &mut Collector<'_>, word: &Word) -> Result<(), Stop> {
        let span = Span::new(word.span.start, word.span.start);
        let (_, risky) = self.value(out, word, span.start, "")?;
        out.file.uncertain |= risky;
        Ok(())
    }
}
