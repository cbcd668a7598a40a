//! JSON out of what somebody took for JSON: the mistakes that [`cause`] names are put right one after the
//! other, until Python reads the text or nobody can say what was meant.

use std::ops::Range;

use super::cause::{self, Cause};
use crate::report::Applicability;
use crate::source::Text;
use crate::syntax::json::{self, Kind};

/// More mistakes than this are not put right.
const MOST: usize = 500;

/// Longer texts are nobody's keyword arguments: each step reads the whole text again.
const LONGEST: usize = 16 << 10;

/// How a text becomes JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Repair {
    /// Decoded ranges of the text, in order and apart, and what is to stand there.
    pub(crate) changes: Vec<(Range<usize>, String)>,
    /// How sure it is that this was meant.
    pub(crate) trust: Applicability,
    /// What is done, as an order.
    pub(crate) message: String,
}

/// The repair of `text`, an object that `json.loads` refuses with `error`.
pub(crate) fn find(text: &Text, error: json::Error) -> Option<Repair> {
    if text.len() > LONGEST {
        return None;
    }
    let mut draft = Draft::new(text.expose());
    let mut trust = Applicability::Safe;
    let mut orders: Vec<String> = Vec::new();
    let mut steps = 0;
    let mut fault = error;
    loop {
        let now = Text::verbatim(&draft.text(), 0);
        let (cause, range) = cause::find(&now, fault);
        let (step, sure) = step(cause, now.expose(), range)?;
        steps += step.len().max(1);
        if steps > MOST {
            return None;
        }
        // From the end, so that the ranges stay right.
        for (range, new) in step.into_iter().rev() {
            draft.replace(range, new);
        }
        trust = trust.min(sure);
        let order = cause.help();
        if !orders.contains(&order) {
            orders.push(order);
        }
        match json::parse(&Text::verbatim(&draft.text(), 0)) {
            Err(error) => fault = error,
            Ok(parsed) if parsed.root().kind() == Kind::Object => break,
            Ok(_) => return None,
        }
    }
    Some(Repair {
        changes: draft.changes(text.len()),
        trust,
        message: orders.join(", "),
    })
}

/// A text on its way to JSON: its characters, each with the place it had at first.
struct Draft(Vec<(char, Option<usize>)>);

impl Draft {
    fn new(text: &str) -> Self {
        Self(text.char_indices().map(|(at, c)| (c, Some(at))).collect())
    }

    fn text(&self) -> String {
        self.0.iter().map(|(character, _)| character).collect()
    }

    /// `new` instead of a byte range of [`Draft::text`].
    fn replace(&mut self, range: Range<usize>, new: &str) {
        let index = |byte: usize| {
            let mut at = 0;
            let before = self.0.iter().take_while(|(character, _)| {
                at += character.len_utf8();
                at <= byte
            });
            before.count()
        };
        let range = index(range.start)..index(range.end);
        self.0
            .splice(range, new.chars().map(|character| (character, None)));
    }

    /// What is no longer as it was at first, in a text of `length` bytes.
    fn changes(&self, length: usize) -> Vec<(Range<usize>, String)> {
        let mut changes = Vec::new();
        let mut new = String::new();
        let mut at = 0;
        let end = [('\0', Some(length))];
        for &(character, origin) in self.0.iter().chain(&end) {
            let Some(origin) = origin else {
                new.push(character);
                continue;
            };
            if at < origin || !new.is_empty() {
                changes.push((at..origin, std::mem::take(&mut new)));
            }
            at = origin + character.len_utf8();
        }
        changes
    }
}

type Step = Vec<(Range<usize>, &'static str)>;

/// What puts one mistake right in `value`, and how sure that is.
fn step(cause: Cause, value: &str, range: Range<usize>) -> Option<(Step, Applicability)> {
    use Applicability::{Safe, Unsafe};
    let delete = |range: Range<usize>| vec![(range, "")];
    let quotes = |range: Range<usize>| {
        vec![
            (range.start..range.start + 1, "\""),
            (range.end - 1..range.end, "\""),
        ]
    };
    Some(match cause {
        // Python reads the same list with and without it.
        Cause::TrailingComma(_) | Cause::Bom => (delete(range), Safe),
        Cause::OddBlank => (vec![(range, " ")], Safe),
        Cause::WrappingQuotes => {
            let last = value.trim_end().len();
            let quote = value.get(range.clone())?;
            let width = quote.len();
            if !value[..last].ends_with(quote) || last < range.end + width {
                return None;
            }
            (vec![(range, ""), (last - width..last, "")], Safe)
        }
        // The same string for Python, unless something in it would have to be escaped.
        Cause::SingleQuotes => {
            let inner = value.get(range.start + 1..range.end.checked_sub(1)?)?;
            let plain = |c: char| c != '"' && c != '\\' && !c.is_control();
            if range.len() < 2 || !inner.chars().all(plain) {
                return None;
            }
            (quotes(range), Safe)
        }
        Cause::Literal(name, json) => {
            let sure = if ["True", "False", "None"].contains(&name) {
                Safe
            } else {
                Unsafe
            };
            (vec![(range, json)], sure)
        }
        Cause::SmartQuotes => (vec![(range, "\"")], Unsafe),
        Cause::EscapedQuotes => {
            let escapes = value.match_indices("\\\"").map(|(at, _)| (at..at + 1, ""));
            (escapes.collect(), Unsafe)
        }
        // The blanks before it would stand at the end.
        Cause::CommentAfter => {
            let start = value[..range.start].trim_end_matches([' ', '\t']).len();
            (delete(start..range.end), Unsafe)
        }
        Cause::ExtraComma | Cause::ExtraBracket | Cause::CommentInside => (delete(range), Unsafe),
        Cause::Equals => (vec![(range, ":")], Unsafe),
        Cause::MissingComma => (vec![(range.start..range.start, ",")], Unsafe),
        Cause::UnquotedKey => (
            vec![
                (range.start..range.start, "\""),
                (range.end..range.end, "\""),
            ],
            Unsafe,
        ),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(value: &str, changes: &[(Range<usize>, String)]) -> String {
        let mut made = value.to_owned();
        for (range, new) in changes.iter().rev() {
            made.replace_range(range.clone(), new);
        }
        made
    }

    fn repaired(value: &str) -> Option<(String, Applicability)> {
        let text = Text::verbatim(value, 0);
        let error = json::parse(&text).expect_err("not JSON");
        let repair = find(&text, error)?;
        Some((made(value, &repair.changes), repair.trust))
    }

    #[test]
    fn what_python_reads_as_the_same_is_safe() {
        for (value, wanted) in [
            ("{\"a\": 1,}", "{\"a\": 1}"),
            ("{\"a\": [1,\n],\n}", "{\"a\": [1\n]\n}"),
            ("{'a': 'b', 'c': ['d',]}", "{\"a\": \"b\", \"c\": [\"d\"]}"),
            (
                "{'a': True, 'b': None, \"c\": False}",
                "{\"a\": true, \"b\": null, \"c\": false}",
            ),
            ("'{\"a\": 1}'", "{\"a\": 1}"),
            ("'{'a': 1}' ", "{\"a\": 1} "),
            ("{\u{a0}\"a\": 1}", "{ \"a\": 1}"),
        ] {
            assert_eq!(
                repaired(value),
                Some((wanted.to_owned(), Applicability::Safe)),
                "{value}"
            );
        }
    }

    #[test]
    fn what_may_have_been_meant_otherwise_is_unsafe() {
        for (value, wanted) in [
            ("{“a”: 1}", "{\"a\": 1}"),
            ("{a: 'b'}", "{\"a\": \"b\"}"),
            ("{\"a\" = 1}", "{\"a\": 1}".replace(": ", " : ").as_str()),
            ("{\"a\": 1 \"b\": 2}", "{\"a\": 1, \"b\": 2}"),
            ("{\"a\": NULL}", "{\"a\": null}"),
            ("{\"a\": 1} # c", "{\"a\": 1}"),
            ("{\"a\": 1}}", "{\"a\": 1}"),
            ("{\\\"a\\\": 1}", "{\"a\": 1}"),
            ("{\"a\": 1,, \"b\": 2}", "{\"a\": 1, \"b\": 2}"),
        ] {
            assert_eq!(
                repaired(value),
                Some((wanted.to_owned(), Applicability::Unsafe)),
                "{value}"
            );
        }
    }

    #[test]
    fn what_nobody_can_say_is_left_alone() {
        for value in [
            "{'a': 'it's'}",
            "{'a': 'say \"x\"'}",
            "{'a': 'b\\n'}",
            "{\"a\": b}",
            "{\"a\": ",
            "[1,]",
            "a=b",
            "None",
            "{\"a\": \"b\"c\"}",
            "{\"a\": \"\\d\"}",
        ] {
            assert_eq!(repaired(value), None, "{value}");
        }
    }

    #[test]
    fn no_text_panics_and_every_repair_is_json() {
        let characters = [
            '{', '}', '[', ']', '"', '\'', ',', ':', '#', '=', '\\', 'é', '“', ' ', 'T', '\n',
        ];
        let mut state: u32 = 7;
        for _ in 0..40_000 {
            let mut value = String::from("{");
            for _ in 0..8 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                value.push(characters[(state >> 24) as usize % characters.len()]);
            }
            value.push('}');
            let text = Text::verbatim(&value, 0);
            if let Err(error) = json::parse(&text)
                && let Some(repair) = find(&text, error)
            {
                let made = made(&value, &repair.changes);
                assert!(json::parse(&Text::verbatim(&made, 0)).is_ok(), "{value}");
            }
        }
    }
}
