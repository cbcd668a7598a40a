//! ` # …` behind a value, for a reader that keeps it: whether it was meant as a comment.
//!
//! A `#` belongs into many values. Only where what stands before it is surely the whole value, and all of it is
//! not, the rest is no part of what was meant.

use super::variable_of;
use crate::airflow::python::urlsplit::is_scheme_char;
use crate::inputs::Form;
use crate::report::ignore;
use crate::rules::FileContext;
use crate::rules::files::cfg_inline_comment::listed;
use crate::rules::files::cfg_words::{Use, in_force, is_read, use_of};
use crate::source::Text;
use crate::syntax::dotenv::{EnvFile, EnvVariable, Problem};
use crate::syntax::json;

/// What stands before the `#` is surely the whole value.
pub(super) fn is_meant(cx: &FileContext<'_>, tree: &EnvFile, problem: &Problem) -> bool {
    let variable = variable_of(tree, problem);
    let Some((variable, value)) = variable.and_then(|one| Some((one, one.value.as_ref()?))) else {
        return false;
    };
    let text = value.expose();
    let hashes = memchr::memchr_iter(b'#', text.as_bytes());
    let mut hashes = hashes.filter(|&at| text[..at].ends_with([' ', '\t']));
    let Some(hash) = hashes.next() else {
        return false;
    };
    if !value.is_known() || json::parse(value).is_ok() {
        return false;
    }
    // Nobody writes that into a value.
    if ignore::read(&text[hash..], 0).is_some() {
        return true;
    }
    let (before, note) = (text[..hash].trim(), &text[hash + 1..]);
    as_option(cx, variable, before, text)
        .unwrap_or_else(|| is_whole(before, note) || is_nothing(variable, before, note))
}

/// As Airflow reads the option; `None` where that decides nothing.
fn as_option(
    cx: &FileContext<'_>,
    variable: &EnvVariable,
    before: &str,
    text: &str,
) -> Option<bool> {
    let mut settings = cx.input.settings.iter();
    let setting = settings.find(|setting| setting.name == variable.name_span)?;
    if setting.form != Form::Plain {
        return None;
    }
    let (section, option) = (setting.section.as_str(), setting.option.as_str());
    let airflow = cx.target.airflow;
    let reads = use_of(section, option, in_force(section, option, airflow)?);
    match reads {
        // `getboolean` cuts it there.
        Use::Boolean => Some(false),
        Use::Integer | Use::Float | Use::Json => {
            Some(is_read(reads, before, airflow) && !is_read(reads, text, airflow))
        }
        Use::ClassPath => Some(before.contains('.') && !before.contains(char::is_whitespace)),
        Use::Text => listed(section, option, before, airflow).map(|_| true),
    }
}

fn is_whole(before: &str, note: &str) -> bool {
    if before.starts_with(['{', '[']) {
        return is_json(before);
    }
    let is_word = !before.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    let is_path = before.len() > 1 && before.starts_with('/');
    is_note(note) && (is_json(before) || is_word && (is_path || is_uri(before, note)))
}

/// Of a connection or an option, which is never made of a note alone.
fn is_nothing(variable: &EnvVariable, before: &str, note: &str) -> bool {
    before.is_empty() && is_note(note) && !variable.name.starts_with("AIRFLOW_VAR_")
}

/// `# a note`, `#note that`: no `#1`, no `#fff`.
fn is_note(note: &str) -> bool {
    let is_word = note.starts_with(char::is_alphabetic);
    note.starts_with([' ', '\t', '#']) || is_word && note.contains(' ')
}

fn is_json(text: &str) -> bool {
    !text.is_empty() && json::parse(&Text::verbatim(text, 0)).is_ok()
}

/// `scheme://…`, of which no password goes on behind the `#`.
fn is_uri(text: &str, note: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte == b'_' || is_scheme_char(byte));
    is_scheme && !rest.is_empty() && (rest.contains('@') || !note.contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_a_note_is_whole_or_not() {
        for (before, note) in [
            ("{\"a\": 1}", "x"),
            ("5", " per scheduler"),
            ("mysql://u:p@h/db", " ask bob@example.com"),
            ("https://x/y", "the main one"),
            ("/opt/dags", " here"),
        ] {
            assert!(is_whole(before, note), "{before} #{note}");
        }
        for (before, note) in [
            ("it is", "1"),
            ("it is", " one"),
            ("5", "1"),
            ("{\"a\": \"b", " c\"}"),
            ("mysql://u:a", " b@h"),
            ("https://x/y", "anchor"),
            ("/say it", " here"),
            ("word", " note"),
            ("", " note"),
        ] {
            assert!(!is_whole(before, note), "{before} #{note}");
        }
    }
}
