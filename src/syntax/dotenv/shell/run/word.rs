//! What a word is: an assignment, a literal, an option.

use super::super::lex::{Part, Word, name_end};
use super::super::{Command, List};
use crate::source::Span;

/// The name that `word` would assign.
pub(in super::super) fn assigned_word(text: &str, word: &Word) -> Option<Span> {
    let start = word.span.start;
    match word.parts.first() {
        Some(Part::Literal {
            text,
            quoted: false,
        }) if text.source().start == start => {}
        None if word.array => {}
        _ => return None,
    }
    let end = name_end(text, start);
    let rest = &text[end..word.span.end.max(end)];
    let assigns = rest.starts_with('=') || rest.starts_with("+=");
    (end > start && assigns).then(|| Span::new(start, end))
}

/// The first assignment of `command`.
pub(super) fn assigned(text: &str, command: &Command) -> Option<Span> {
    command
        .words
        .first()
        .and_then(|word| assigned_word(text, word))
}

/// The name, where `list` is one assignment and nothing else.
pub(super) fn sole_assignment(text: &str, list: &List) -> Option<Span> {
    let [pipeline] = list.pipelines.as_slice() else {
        return None;
    };
    let [command] = pipeline.commands.as_slice() else {
        return None;
    };
    match command.words.as_slice() {
        [word] if list.background.is_none() => assigned_word(text, word),
        _ => None,
    }
}

/// The characters of a word without any expansion.
pub(in super::super) fn literal(word: &Word) -> Option<String> {
    let mut joined = String::new();
    for part in &word.parts {
        match part {
            Part::Literal { text, .. } => joined.push_str(text.expose()),
            _ => return None,
        }
    }
    (!word.array).then_some(joined)
}

/// `{a,b}` without quotes, of which bash makes two words where it is no plain assignment.
pub(in super::super) fn has_braces(word: &Word) -> bool {
    let mut unquoted = String::new();
    for part in &word.parts {
        if let Part::Literal {
            text,
            quoted: false,
        } = part
        {
            unquoted.push_str(text.expose());
        }
    }
    unquoted.contains('{') && (unquoted.contains(',') || unquoted.contains(".."))
}

/// `declare -x A=1`.
pub(super) fn plain_export(arguments: &[Word]) -> bool {
    let flags: Vec<String> = arguments
        .iter()
        .filter_map(literal)
        .filter(|word| word.starts_with('-'))
        .collect();
    !flags.is_empty() && flags.iter().all(|flag| flag == "-x" || flag == "-gx")
}

pub(super) fn array_is_odd(text: &str) -> bool {
    let inside = text.trim_start_matches('(').trim_end_matches(')');
    text.len() - inside.len() != 2
        || inside.contains([
            '(', ')', '&', '|', ';', '<', '>', '$', '`', '\'', '"', '\\', '#',
        ])
}
