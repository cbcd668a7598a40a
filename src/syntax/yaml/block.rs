//! The same YAML as most people write it: for those who know a file by its lines.
//!
//! `"services":`, `services :` and `{"services": …}` become `services:`. What comes out is looked at and never read: it
//! holds no anchors and tags, and has lost where everything stood.

use super::{Kind, Value, Yaml};
use crate::source::Text;

/// Nobody looks deeper.
const DEEPEST: usize = 24;

/// Longer than this nothing is made of the beginning of a file.
const LONGEST: usize = 1 << 20;

/// Writes every document, a key or an item to a line.
pub fn as_block(yaml: &Yaml) -> String {
    let mut out = String::new();
    for document in yaml.documents() {
        if !out.is_empty() {
            out.push_str("---\n");
        }
        lines(document, 0, &mut out);
    }
    out
}

/// The lines of a value that stands on lines of its own.
fn lines(value: Value<'_>, depth: usize, out: &mut String) {
    if depth > DEEPEST || out.len() > LONGEST {
        return;
    }
    for pair in value.pairs() {
        if let Some(key) = pair.key.scalar().filter(|_| !pair.key.is_alias()) {
            indent(depth, out);
            for character in key.expose().chars() {
                out.push(if character == '\n' { ' ' } else { character });
            }
            out.push(':');
            behind(pair.value, depth + 1, out);
        }
    }
    for item in value.items() {
        indent(depth, out);
        out.push('-');
        let is_mapping = item.kind() == Kind::Mapping && !item.is_alias();
        if !is_mapping || item.pairs().next().is_none() {
            behind(item, depth + 1, out);
            continue;
        }
        // The first key stands behind the dash.
        let from = out.len();
        lines(item, depth + 1, out);
        let blanks = out[from..].len() - out[from..].trim_start_matches(' ').len();
        out.replace_range(from..from + blanks, " ");
    }
    if value.kind() == Kind::Scalar {
        behind(value, depth, out);
    }
}

/// What stands behind a key or a dash: `depth` is that of further lines.
fn behind(value: Value<'_>, depth: usize, out: &mut String) {
    let text = value.scalar().map(Text::expose);
    match text.filter(|_| !value.is_alias()) {
        Some(text) if text.contains('\n') => {
            out.push_str(" |\n");
            for line in text.lines() {
                indent(depth, out);
                out.push_str(line);
                out.push('\n');
            }
        }
        Some(text) => {
            out.push(' ');
            out.push_str(text);
            out.push('\n');
        }
        // What an alias stands for stands elsewhere.
        None if value.is_alias() => out.push_str(" *\n"),
        None => {
            out.push('\n');
            lines(value, depth, out);
        }
    }
}

fn indent(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n("  ", depth));
}

/// True for a text that writes keys in another way than `key:` at the beginning of a line: between quotation marks, with
/// blanks before the colon, in brackets.
pub fn is_unusual(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').lines().any(|line| {
        let mut line = line.trim_start();
        while let Some(rest) = line.strip_prefix("- ") {
            line = rest.trim_start();
        }
        match line.bytes().next() {
            Some(mark @ (b'"' | b'\'')) => {
                let end = line[1..].find(char::from(mark));
                end.is_some_and(|end| line[end + 2..].trim_start().starts_with(':'))
            }
            Some(b'{') => opens(line),
            Some(b'?') => line.starts_with("? "),
            _ => line.split_once(':').is_some_and(|(key, rest)| {
                let is_apart = key.ends_with([' ', '\t']) && !key.trim_end().contains([' ', '#']);
                let rest = rest.trim_start();
                let inner = rest.strip_prefix('[').map_or(rest, str::trim_start);
                is_apart || opens(inner)
            }),
        }
    })
}

/// A mapping in brackets, and no placeholder of a template.
fn opens(text: &str) -> bool {
    let inner = text.strip_prefix('{');
    inner.is_some_and(|inner| {
        !inner.starts_with(['{', '%', '#']) && !inner.trim_start().starts_with('}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::yaml::parse;

    fn block(text: &str) -> String {
        as_block(&parse(text, 0))
    }

    #[test]
    fn every_way_of_writing_keys_comes_out_the_same() {
        let usual = "a:\n  b: 1\n  list:\n    - name: x\n      value: y z\n    - 2\n    - - 3\n";
        let usual = usual.replace("- - 3", "-\n      - 3");
        for text in [
            "a:\n  b: 1\n  list:\n  - name: x\n    value: y z\n  - 2\n  - - 3\n",
            "\"a\":\n  'b': 1\n  \"list\" :\n  - {\"name\": x, value: 'y z'}\n  - 2\n  - [3]\n",
            "a : {b : 1, list: [{name: x, value: y z}, 2, [3]]}\n",
            "{\"a\": {\"b\": 1, \"list\": [{\"name\": \"x\", \"value\": \"y z\"}, 2, [3]]}}",
        ] {
            assert_eq!(block(text), usual, "{text}");
        }
        // As far as it can be read.
        assert_eq!(
            block("a: {b: [c, {d: 1}, "),
            "a:\n  b:\n    - c\n    - d: 1\n"
        );
        assert_eq!(block("a: \"b\\nc\"\n---\nd\n"), "a: |\n  b\n  c\n---\n d\n");
        assert_eq!(
            block("a: &x {b: 1}\nc: *x\n{{ d }}: 1\n"),
            "a:\n  b: 1\nc: *\n"
        );
    }

    #[test]
    fn depth_and_length_have_bounds() {
        let deep = format!("{}1{}", "{a: ".repeat(150), "}".repeat(150));
        assert!(block(&deep).len() < 2000);
        let lines = format!("{}\"{}\"", "[".repeat(20), "\\n".repeat(1 << 15));
        assert!(block(&lines).len() < 4 << 20);
    }

    #[test]
    fn unusual_ways_of_writing_keys_are_seen() {
        for text in [
            "\"a\":\n  b: 1\n",
            "a: 1\n- 'b' : 2\n",
            "a :\n",
            "a: {b: 1}\n",
            "\u{feff}{\"a\": 1}",
            "a: [{b: 1}]\n",
            "{\n  \"a\": 1\n}",
            "? a\n: 1\n",
        ] {
            assert!(is_unusual(text), "{text:?}");
        }
        for text in [
            "a: b\nc:\n  - d\n",
            "a: {}\nb: [x, y]\nc: \"d\"\n- \"e\"\n",
            "a: {{ b }}\n{{- if c }}\n{% d %}\n{# e: 1 #}\n",
            "# a : b\nrun: x : y\n",
        ] {
            assert!(!is_unusual(text), "{text:?}");
        }
    }
}
