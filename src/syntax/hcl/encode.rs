//! `jsonencode`: the JSON that Terraform writes (`cty/json/marshal.go` of go-cty, which writes strings as Go's
//! `encoding/json` does), every character with its place in the expression.

use super::template::{behind, inside_quotes};
use super::{Evaluator, Expr, Node, number};
use crate::source::{Span, Text, TextBuilder};

impl Evaluator<'_> {
    /// What `jsonencode` makes of `expr`. A part that is not known is an unknown string, which may stand for a value of
    /// any type.
    pub fn encode(&self, expr: &Expr) -> Text {
        let mut json = TextBuilder::at(expr.span().start);
        self.push_json(expr, &mut json);
        json.finish()
    }

    fn push_json(&self, expr: &Expr, json: &mut TextBuilder) {
        let Some(_level) = self.deeper() else {
            return push_unknown(&expr.raw, json);
        };
        let target = self.follow(expr);
        let raw = &target.raw;
        if self.spend(1).is_none() {
            return push_unknown(&expr.raw, json);
        }
        match &target.node {
            Node::Null | Node::Bool(_) => json.push_from(raw, 0..raw.len()),
            Node::Number => match number::plain(raw.expose()) {
                Some(plain) if plain == raw.expose() => json.push_from(raw, 0..raw.len()),
                Some(plain) => json.push_replaced(raw, 0..raw.len(), &plain),
                None => push_unknown(raw, json),
            },
            Node::Tuple(items) => {
                json.push_from(raw, 0..1);
                let mut before: Option<&Expr> = None;
                for item in items {
                    if let Some(before) = before {
                        json.push_within(",", behind(before.span()));
                    }
                    self.push_json(item, json);
                    before = Some(item);
                }
                json.push_from(raw, raw.len() - 1..raw.len());
            }
            Node::Object(_) => self.push_object(target, json),
            Node::Template(_) | Node::Call(_) | Node::Reference(_) | Node::Other => {
                let text = self.string(expr);
                match text.filter(|text| self.spend(text.len()).is_some()) {
                    Some(text) => push_string(&text, expr, json),
                    None => push_unknown(&expr.raw, json),
                }
            }
        }
    }

    fn push_object(&self, object: &Expr, json: &mut TextBuilder) {
        let raw = &object.raw;
        let Some(members) = self.members(object) else {
            return push_unknown(raw, json);
        };
        json.push_from(raw, 0..1);
        for (index, (name, member)) in members.into_iter().enumerate() {
            if index > 0 {
                json.push_within(",", Span::at(member.key.span().start));
            }
            push_string(&name, &member.key, json);
            json.push_within(":", behind(member.key.span()));
            self.push_json(&member.value, json);
        }
        json.push_from(raw, raw.len() - 1..raw.len());
    }
}

/// `text`, the value of `expr`, between quotes: those of the file where it has some.
fn push_string(text: &Text, expr: &Expr, json: &mut TextBuilder) {
    let raw = &expr.raw;
    let quoted = inside_quotes(raw.expose()).is_some();
    if quoted {
        json.push_from(raw, 0..1);
    } else {
        json.push_within("\"", Span::at(expr.span().start));
    }
    push_escaped(text, json);
    if quoted {
        json.push_from(raw, raw.len() - 1..raw.len());
    } else {
        json.push_within("\"", behind(expr.span()));
    }
}

fn push_unknown(raw: &Text, json: &mut TextBuilder) {
    let mut unknown = TextBuilder::at(raw.source().start);
    let mark = Text::elsewhere("\"", raw.source()).into_unknown();
    unknown.push_from(&mark, 0..1);
    push_escaped(&raw.clone().into_unknown(), &mut unknown);
    unknown.push_from(&mark, 0..1);
    let unknown = unknown.finish();
    json.push_from(&unknown, 0..unknown.len());
}

/// What `encoding/json` of Go writes for the characters of a string.
fn push_escaped(text: &Text, json: &mut TextBuilder) {
    let mut done = 0;
    for (at, character) in text.expose().char_indices() {
        let escaped = match character {
            '"' => "\\\"".to_owned(),
            '\\' => "\\\\".to_owned(),
            '\n' => "\\n".to_owned(),
            '\r' => "\\r".to_owned(),
            '\t' => "\\t".to_owned(),
            '\u{8}' => "\\b".to_owned(),
            '\u{c}' => "\\f".to_owned(),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                format!("\\u{:04x}", u32::from(character))
            }
            _ => continue,
        };
        json.push_from(text, done..at);
        done = at + character.len_utf8();
        json.push_replaced(text, at..done, &escaped);
    }
    json.push_from(text, done..text.len());
}
