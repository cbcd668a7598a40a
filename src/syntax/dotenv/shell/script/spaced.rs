//! Blanks beside `=`, where a variable was to be set.

use super::{Cut, Spaced};
use crate::source::Span;
use crate::syntax::dotenv::shell::lex::{Word, name_end};
use crate::syntax::dotenv::shell::run::word::{assigned_word, literal};

/// Looks at a command without assignments before it; `name` is its name, where that is known.
pub(super) fn look(text: &str, name: &str, words: &[Word], found: &mut Vec<(Spaced, Cut)>) {
    let Some((first, arguments)) = words.split_first() else {
        return;
    };
    let mut note = |spaced, before: &Word, after: &Word, name: &str| {
        let span = Span::new(before.span.end, after.span.start);
        let name = Some(name.to_owned());
        found.push((spaced, Cut { span, name }));
    };
    if !matches!(name, "export" | "declare" | "typeset" | "readonly") {
        let next = arguments.first().filter(|next| is_equals(text, next));
        if let Some(next) = next.filter(|_| is_name(name)) {
            note(Spaced::Command, first, next, name);
        }
        return;
    }
    for pair in arguments.windows(2) {
        let [one, next] = pair else {
            return;
        };
        if let Some(name) = assigned_word(text, one) {
            let is_empty = name.end + 1 == one.span.end;
            // `export A= B` exports two.
            let is_value = assigned_word(text, next).is_none()
                && literal(next).is_some_and(|next| !next.starts_with('-') && !is_name(&next));
            if is_empty && is_value {
                note(Spaced::Emptied, one, next, &text[name.start..name.end]);
            }
        } else if is_equals(text, next)
            && let Some(name) = literal(one).filter(|name| is_name(name))
        {
            note(Spaced::Apart, one, next, &name);
        }
    }
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && name_end(word, 0) == word.len()
}

fn is_equals(text: &str, word: &Word) -> bool {
    text[word.span.start..].starts_with('=')
}
