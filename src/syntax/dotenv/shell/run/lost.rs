//! Why the value that somebody meant is lost or changed: the faults that are worth a word.

use super::super::List;
use super::super::lex::{Part, Word};
use super::Shell;
use super::word::{assigned, assigned_word};
use crate::source::{Span, Text};
use crate::syntax::dotenv::collect::Collector;
use crate::syntax::dotenv::{Cause, Effect};

impl Shell {
    /// The shell looks for a command of this name: what stands before it is set for that command
    /// only.
    pub(super) fn not_a_definition(
        out: &mut Collector<'_>,
        assignments: &[Word],
        name: &Word,
        arguments: &[Word],
        before: Option<Span>,
    ) {
        let text = out.text;
        if let Some(first) = assignments
            .iter()
            .find_map(|word| assigned_word(text, word))
        {
            let about = &text[first.start..first.end];
            let last = assignments.last().map_or(first, |word| word.span);
            let cause = if text[last.start..last.end].ends_with('=') {
                Cause::BlankAroundEquals
            } else {
                Cause::Command
            };
            let span = Span::new(last.end, name.span.end);
            out.problem(Effect::LineLost, cause, span, Some(about));
            return;
        }
        if let Some(before) = before {
            let about = &text[before.start..before.end];
            out.problem(
                Effect::ValueChanged,
                Cause::Semicolon,
                name.span,
                Some(about),
            );
            return;
        }
        let word = &text[name.span.start..name.span.end];
        let next = arguments
            .first()
            .map(|word| &text[word.span.start..word.span.end]);
        let clean = word.trim_start_matches('\u{feff}');
        let about = clean.split(['=', ':', '[', '+']).next().unwrap_or(clean);
        let cause = if word.len() > clean.len() {
            Cause::ByteOrderMark
        } else if next.is_some_and(|next| next.starts_with('=')) {
            Cause::BlankAroundEquals
        } else if word.ends_with(':') {
            Cause::Colon
        } else if clean.contains('=') {
            let fault = about
                .chars()
                .find(|c| !c.is_ascii_alphanumeric() && *c != '_');
            Cause::NameCharacter(fault.or_else(|| about.chars().next()).unwrap_or('='))
        } else if word == "\r" {
            // An empty line of a CR LF file: a command not found, and nothing else.
            return;
        } else {
            Cause::Command
        };
        out.problem(Effect::LineLost, cause, name.span, Some(about));
    }
}

/// The assignments of `list` are made in a subshell.
pub(super) fn lost_in_subshell(out: &mut Collector<'_>, list: &List, place: Span, character: char) {
    let first = list
        .pipelines
        .first()
        .and_then(|pipeline| pipeline.commands.first());
    if let Some(name) = first.and_then(|command| assigned(out.text, command)) {
        let name = &out.text[name.start..name.end];
        out.problem(
            Effect::LineLost,
            Cause::Subshell(character),
            place,
            Some(name),
        );
    }
}

/// Quotes inside an unquoted value, and backslashes, that the shell removes: JSON loses its
/// quotes, a Windows path its backslashes.
pub(super) fn note_removed(out: &mut Collector<'_>, word: &Word, value: &Text, name: &str) {
    let quoted_inside = word.parts.iter().enumerate().any(|(index, part)| {
        index > 0
            && matches!(part, Part::Literal { quoted: true, text } if {
                let start = text.source().start;
                start > 0 && out.text.as_bytes()[start - 1] == b'"'
            })
    });
    let braced = value.expose().starts_with(['{', '[']);
    if quoted_inside && braced && !value.expose().contains('"') {
        let span = Span::new(value.source().start, word.span.end);
        out.problem(
            Effect::ValueChanged,
            Cause::InnerQuotesRemoved,
            span,
            Some(name),
        );
    }
}
