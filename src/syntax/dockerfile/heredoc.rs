//! Which heredocs follow an instruction. `heredocsFromLine`, `heredocFromMatch`.

use super::expand;
use super::lines::{command, flags, is_json};
use crate::source::Text;

/// What closes a heredoc.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Heredoc {
    pub(super) name: String,
    /// `<<-`: tabs before the closing word do not count.
    pub(super) strips_tabs: bool,
}

/// `canContainHeredoc`: `ADD`, `COPY` and `RUN` whose arguments are no array, also below `ONBUILD`.
pub(super) fn may_follow(name: &str, arguments: &Text, escape: char) -> bool {
    if name == "onbuild" {
        let (word, rest) = command(arguments);
        let (arguments, _) = flags(&rest, escape);
        let name = word.expose().to_lowercase();
        return matches!(name.as_str(), "add" | "copy" | "run") && !is_json(&arguments);
    }
    matches!(name, "add" | "copy" | "run") && !is_json(arguments)
}

/// The heredocs that a line asks for, in order.
pub(super) fn of(line: &str) -> Vec<Heredoc> {
    if !line.contains("<<") {
        return Vec::new();
    }
    let words = expand::words(line, true).unwrap_or_default();
    words.iter().filter_map(|word| one(word)).collect()
}

/// `^(\d*)<<(-?)\s*([^<]*)$`, with one word behind it.
fn one(word: &str) -> Option<Heredoc> {
    let rest = word
        .trim_start_matches(|c: char| c.is_ascii_digit())
        .strip_prefix("<<")?;
    let (rest, strips_tabs) = match rest.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
    if rest.is_empty() || rest.contains('<') {
        return None;
    }
    let mut words = expand::words(rest, false).ok()?;
    let name = words.pop().filter(|_| words.is_empty())?;
    Some(Heredoc { name, strips_tabs })
}
