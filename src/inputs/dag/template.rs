//! `{{ conn.x.host }}`, `{{ var.value.x }}` and `{{ var.json.x }}`: Airflow's `ConnectionAccessor` and
//! `VariableAccessor` inside a template of Jinja.
//!
//! Only what stands between the braces is looked at, word by word, and only these two names are known.

use std::ops::Range;

use super::Demand;
use crate::inputs::EntryKind;

/// What a template asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// An id that stands there.
    Id {
        kind: EntryKind,
        /// Of the id, in the template.
        at: Range<usize>,
        /// From `conn` or `var` to the id.
        around: Range<usize>,
        demand: Demand,
    },
    /// An id that is put together.
    Dynamic(EntryKind),
}

/// A word of an expression; ranges are those of the template.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token<'t> {
    Name(&'t str, Range<usize>),
    /// Without its quotes.
    Text(Range<usize>),
    Other(u8),
}

/// True for a text in which Jinja finds something to do.
pub(super) fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

/// Everything that `text` asks for.
pub(super) fn asked(text: &str) -> Vec<Asked> {
    let blocks = blocks(text);
    let mut asked = Vec::new();
    for kind in [EntryKind::Connection, EntryKind::Variable] {
        let root = if kind == EntryKind::Connection {
            "conn"
        } else {
            "var"
        };
        // `{% for conn in … %}`: another thing of that name.
        if blocks.iter().any(|tokens| rebinds(tokens, root)) {
            continue;
        }
        for tokens in &blocks {
            let is_lenient = is_lenient(tokens);
            for at in 0..tokens.len() {
                let is_root = matches!(&tokens[at], Token::Name(name, _) if *name == root);
                let is_attribute = at > 0 && tokens[at - 1] == Token::Other(b'.');
                if is_root && !is_attribute {
                    asked.extend(one(kind, &tokens[at..], is_lenient));
                }
            }
        }
    }
    asked
}

/// What stands behind `conn` or `var`.
fn one(kind: EntryKind, tokens: &[Token<'_>], lenient: bool) -> Option<Asked> {
    let Token::Name(_, root) = tokens.first()? else {
        return None;
    };
    let mut rest = &tokens[1..];
    if kind == EntryKind::Variable {
        match rest {
            [Token::Other(b'.'), Token::Name("value" | "json", _), ..] => rest = &rest[2..],
            _ => return None,
        }
    }
    let id = |at: &Range<usize>, demand| Asked::Id {
        kind,
        at: at.clone(),
        around: root.start..at.end,
        demand: if lenient { Demand::May } else { demand },
    };
    if let [
        Token::Other(b'.'),
        Token::Name("get", _),
        Token::Other(b'('),
        arguments @ ..,
    ] = rest
    {
        return Some(match (arguments, kind) {
            ([Token::Text(at), Token::Other(b')'), ..], EntryKind::Variable) => {
                id(at, Demand::Must)
            }
            // `get` of connections gives None for what is not there.
            ([Token::Text(at), Token::Other(b')' | b','), ..], _) => id(at, Demand::May),
            _ => Asked::Dynamic(kind),
        });
    }
    match rest {
        [Token::Other(b'.'), Token::Name(_, at), ..]
        | [Token::Other(b'['), Token::Text(at), Token::Other(b']'), ..] => {
            Some(id(at, Demand::Must))
        }
        // The rest is put together: `conn[name]`, `"{{ var.value." ~ name`, f"{{{{ conn.{name} }}}}".
        [Token::Other(b'['), ..] | [Token::Other(b'.')] => Some(Asked::Dynamic(kind)),
        _ => None,
    }
}

/// The expression is ready for what is not there.
fn is_lenient(tokens: &[Token<'_>]) -> bool {
    let words = tokens.iter().filter_map(|token| match token {
        Token::Name(name, _) => Some(*name),
        _ => None,
    });
    let mut words = words.filter(|name| matches!(*name, "default" | "d" | "defined"));
    words.next().is_some()
}

/// `for conn in`, `for a, conn in`, `set conn =`
fn rebinds(tokens: &[Token<'_>], root: &str) -> bool {
    let begins = tokens.iter().find_map(|token| match token {
        Token::Name(name, _) => Some(*name),
        _ => None,
    });
    if !matches!(begins, Some("for" | "set" | "macro" | "with")) {
        return false;
    }
    tokens.iter().enumerate().any(|(at, token)| {
        let is_root = matches!(token, Token::Name(name, _) if *name == root);
        let next = tokens.get(at + 1);
        let bound = match next {
            Some(Token::Name(name, _)) => *name == "in",
            Some(Token::Other(byte)) => matches!(byte, b'=' | b',' | b')'),
            _ => false,
        };
        is_root && bound
    })
}

/// The words of every `{{ … }}` and `{% … %}`.
fn blocks(text: &str) -> Vec<Vec<Token<'_>>> {
    let bytes = text.as_bytes();
    let mut blocks = Vec::new();
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'{', &bytes[at..]) {
        let start = at + found;
        match bytes.get(start + 1) {
            Some(b'#') => {
                let Some(end) = text[start..].find("#}") else {
                    break;
                };
                at = start + end + 2;
            }
            Some(open @ (b'{' | b'%')) => {
                let close = if *open == b'{' { b'}' } else { b'%' };
                let (tokens, end) = words(text, start + 2, close);
                let is_raw = *open == b'%' && matches!(tokens.as_slice(), [Token::Name("raw", _)]);
                at = end;
                if is_raw {
                    let Some(end) = text[at..].find("endraw") else {
                        break;
                    };
                    at += end;
                } else {
                    blocks.push(tokens);
                }
            }
            _ => at = start + 1,
        }
    }
    blocks
}

/// The words from `at` up to the end of the block, and where that is. A block that is never closed
/// ends with the text.
fn words(text: &str, mut at: usize, close: u8) -> (Vec<Token<'_>>, usize) {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    // Braces of a dict inside of an expression.
    let mut open = 0_usize;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            _ if open == 0 && byte == close && bytes.get(at + 1) == Some(&b'}') => {
                return (tokens, at + 2);
            }
            b'"' | b'\'' => {
                let start = at + 1;
                let mut end = start;
                while let Some(&inner) = bytes.get(end).filter(|&&inner| inner != byte) {
                    end += if inner == b'\\' { 2 } else { 1 };
                }
                let Some(_) = text.get(start..end) else {
                    return (tokens, bytes.len());
                };
                tokens.push(Token::Text(start..end));
                at = end + 1;
            }
            _ if byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii() => {
                let length = bytes[at..].iter().take_while(|&&byte| {
                    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
                });
                let end = at + length.count();
                tokens.push(Token::Name(&text[at..end], at..end));
                at = end;
            }
            _ => {
                match byte {
                    b'{' => open += 1,
                    b'}' => open = open.saturating_sub(1),
                    _ => {}
                }
                // `{{-`, `-}}` and blanks say nothing.
                if !byte.is_ascii_whitespace() {
                    tokens.push(Token::Other(byte));
                }
                at += 1;
            }
        }
    }
    (tokens, bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `C`onnection or `V`ariable, `?` where it may be missing; `*` for what is put together.
    fn ids(text: &str) -> Vec<String> {
        let asked = asked(text).into_iter();
        asked
            .map(|one| match one {
                Asked::Id {
                    kind, at, demand, ..
                } => {
                    let letter = if kind == EntryKind::Connection {
                        "C"
                    } else {
                        "V"
                    };
                    let mark = if demand == Demand::May { "?" } else { "" };
                    format!("{letter}{mark} {}", &text[at])
                }
                Asked::Dynamic(EntryKind::Connection) => "C *".to_owned(),
                Asked::Dynamic(_) => "V *".to_owned(),
            })
            .collect()
    }

    #[test]
    fn every_way_to_ask_is_known() {
        assert_eq!(ids("echo {{ conn.my_db.host }}"), ["C my_db"]);
        assert_eq!(ids("{{ conn['my-db'].host }}"), ["C my-db"]);
        assert_eq!(ids("{{conn.get(\"x\").host}}"), ["C? x"]);
        assert_eq!(ids("{{ var.value.a }} {{ var.json.b.c }}"), ["V a", "V b"]);
        assert_eq!(
            ids("{{ var.value['a'] }}{{ var.json.get('b') }}"),
            ["V a", "V b"]
        );
        assert_eq!(ids("{{ var.value.get('a', 'b') }}"), ["V? a"]);
        assert_eq!(ids("{{ var.value.a | default('x') }}"), ["V? a"]);
        assert_eq!(ids("{% if var.value.a == '}}' %}x{% endif %}"), ["V a"]);
        assert_eq!(ids("{{ f({'k': conn.x.login}) }}"), ["C x"]);
    }

    #[test]
    fn what_only_looks_so_is_not_asked_for() {
        for text in [
            "conn.x var.value.y",
            "{{ task.conn.x }} {{ my_conn.x }} {{ params.var }}",
            "{{ 'conn.x' }} {# conn.x #} {% raw %}{{ conn.x }}{% endraw %}",
            "{% for conn in conns %}{{ conn.host }}{% endfor %}",
            "{% set conn = x %}{{ conn.host }}",
            "{{ conn }} {{ var.other.x }} {{ variable.value.x }}",
            "{{ f(conn=1) }} {",
        ] {
            assert_eq!(ids(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn what_is_put_together_is_counted() {
        assert_eq!(ids("{{ conn[params.x].host }}"), ["C *"]);
        assert_eq!(ids("{{ var.value.get(params.x) }}"), ["V *"]);
        assert_eq!(ids("{{ var.value.get('a' ~ params.x) }}"), ["V *"]);
        assert_eq!(ids("{{ conn."), ["C *"]);
        // Broken templates end somewhere.
        assert_eq!(ids("{{ conn.x"), ["C x"]);
        assert_eq!(ids("{{ 'abc\\"), [""; 0]);
    }
}
