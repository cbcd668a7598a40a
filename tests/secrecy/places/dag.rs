//! What a DAG asks for is told: of its ids and of the names that say what they are, only what is no name is a secret.

use std::sync::LazyLock;

use regex::Regex;

use super::{Range, Secret};

/// A string that is a name.
const NAME: &str = r#"("[A-Za-z0-9_./+=@-]*"|'[A-Za-z0-9_./+=@-]*')"#;

/// Strings of calls and arguments that ask.
static STRINGS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let asks = [
        r"(?:\bVariable\.get|\bConnection\.get|\b\w*[Hh]ook\.get_connection)\(\s*NAME\s*[,)]",
        r#"\b\w*conn_id["']?\s*[=:]\s*NAME"#,
    ];
    let patterns = asks.iter().map(|ask| ask.replace("NAME", NAME));
    patterns.map(|one| Regex::new(&one).unwrap()).collect()
});

/// Constants, which may stand where an id belongs.
static CONSTANTS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?m)^([A-Z_]+) = NAME$".replace("NAME", NAME);
    Regex::new(&pattern).unwrap()
});

/// Ids in templates; the names of arguments and of hooks, which are shown with the id.
static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"\b(?:conn|var\.value|var\.json)\.(\w+)|\b(\w+_conn_id)\b|\b(\w*[Hh]ook)\.get_connection\(";
    Regex::new(pattern).unwrap()
});

/// `ranges` of `text` with these cut out, quotes or what stands beside them included, and what they hold put in.
pub(super) fn ranges(text: &str, ranges: Vec<Range>) -> Vec<Range> {
    let mut names: Vec<(usize, usize)> = Vec::new();
    for pattern in STRINGS.iter() {
        let found = pattern.captures_iter(text);
        names.extend(
            found
                .map(|found| found.get(1).unwrap())
                .map(|id| (id.start(), id.end())),
        );
    }
    for found in CONSTANTS.captures_iter(text) {
        let uses = [
            "conn_id=",
            "conn_id\": ",
            "Variable.get(",
            "get_connection(",
        ];
        let is_id = uses
            .iter()
            .any(|before| text.contains(&format!("{before}{}", &found[1])));
        if is_id {
            let id = found.get(2).unwrap();
            names.push((id.start(), id.end()));
        }
    }
    for found in WORDS.captures_iter(text) {
        let word = found.iter().skip(1).flatten().next().unwrap();
        names.push((word.start().saturating_sub(1), word.end() + 1));
    }
    let mut parts = ranges;
    for (from, to) in names {
        let cut = |(start, end, secret): Range| {
            // What stands behind a word may belong to the next range.
            if start <= from && to <= end + 1 {
                let inside = (from + 1, to - 1, Secret::UnlessNamed);
                vec![(start, from, secret), inside, (to.min(end), end, secret)]
            } else {
                vec![(start, end, secret)]
            }
        };
        parts = parts.into_iter().flat_map(cut).collect();
    }
    parts
}
