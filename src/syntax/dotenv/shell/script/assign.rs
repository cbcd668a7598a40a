//! What variables are set to: words as the shell makes them of what is written, with what they refer to. Which commands
//! are run is not looked at here.

use super::{Assigned, GROWTH, Held, Reader, Stands};
use crate::source::{Fidelity, Span, Text, TextBuilder};
use crate::syntax::dotenv::Outside;
use crate::syntax::dotenv::shell::lex::{Operator, Part, Word, name_end};
use crate::syntax::dotenv::shell::run::OWN;
use crate::syntax::dotenv::shell::run::word::{has_braces, literal};

impl Reader<'_> {
    /// Something else may have set any variable anew.
    pub(super) fn forget(&mut self) {
        for held in self.held.values_mut() {
            held.assigned.value = None;
        }
    }

    /// A command does with these variables what is not known.
    pub(super) fn doubt(&mut self, words: impl Iterator<Item = String>) {
        let names = words.map(|word| word.split('=').next().unwrap_or_default().to_owned());
        self.doubtful.extend(names);
    }

    /// `${NAME:=word}` sets the variable, to what depends on the environment.
    pub(super) fn defaults(&mut self, word: &Word) {
        for part in &word.parts {
            if let Part::Parameter {
                name,
                operator: Some(Operator { kind: '=', .. }),
                ..
            } = part
            {
                self.doubtful.insert(name.clone());
                if let Some(held) = self.held.get_mut(name) {
                    held.assigned.value = None;
                }
            }
        }
    }

    /// The variable that a word sets, and what with. Of a bare name (`export NAME`) that is not known.
    pub(super) fn assigned(&mut self, word: &Word, place: Stands) -> Option<(String, Assigned)> {
        let whole = self.text(word, place);
        let raw = whole.expose();
        let end = name_end(raw, 0);
        let appends = raw[end..].starts_with("+=");
        if end == 0 || !(appends || raw[end..].starts_with('=')) || !whole.is_known_in(0..end) {
            return None;
        }
        let name = raw[..end].to_owned();
        let from = end + 1 + usize::from(appends);
        let is_doubtful = appends || word.array || self.is_doubtful(&name);
        let value = (!is_doubtful).then(|| whole.slice(from..whole.len()));
        let assigned = Assigned {
            name: whole.slice(0..end),
            value,
        };
        Some((name, assigned))
    }

    pub(super) fn is_doubtful(&self, name: &str) -> bool {
        self.doubtful.contains(name) || OWN.contains(&name) || name.starts_with("BASH")
    }

    /// `NAME=value` before a command: what stands there may refer to what stands before it.
    pub(super) fn given(&mut self, words: &[Word]) -> Vec<Assigned> {
        let mut given = Vec::new();
        let mut own = Vec::new();
        for word in words {
            let Some((name, assigned)) = self.assigned(word, Stands::Assigned) else {
                continue;
            };
            given.push(assigned);
            if self.doubtful.insert(name.clone()) {
                own.push(name);
            }
        }
        for name in own {
            self.doubtful.remove(&name);
        }
        given
    }

    /// A variable is set.
    pub(super) fn set(
        &mut self,
        (name, mut assigned): (String, Assigned),
        is_certain: bool,
        is_export: bool,
    ) {
        if !is_certain {
            self.doubtful.insert(name.clone());
            assigned.value = None;
        }
        self.assignments += 1;
        let was_exported = self.held.get(&name).is_some_and(|held| held.is_exported);
        let held = Held {
            assigned,
            is_exported: is_export || was_exported || self.export_all,
            at: self.assignments,
        };
        self.held.insert(name, held);
    }

    /// `export NAME`, which may not be run.
    pub(super) fn bare(&mut self, word: &Word, is_certain: bool) {
        let name = literal(word).filter(|name| name_end(name, 0) == name.len() && !name.is_empty());
        let Some(name) = name else {
            return;
        };
        if !is_certain {
            self.doubtful.insert(name.clone());
            if let Some(held) = self.held.get_mut(&name) {
                held.assigned.value = None;
            }
        }
        self.export(name, word.span);
    }

    fn export(&mut self, name: String, span: Span) {
        self.assignments += 1;
        let at = self.assignments;
        let held = self.held.entry(name).or_insert_with_key(|name| Held {
            assigned: Assigned {
                name: Text::verbatim(name, span.start),
                value: None,
            },
            is_exported: true,
            at,
        });
        held.is_exported = true;
    }

    /// A word as the command is given it.
    pub(super) fn text(&mut self, word: &Word, place: Stands) -> Text {
        let mut out = TextBuilder::at(word.span.start);
        let bash = self.lexer.bash;
        let splits = match place {
            Stands::Alone => true,
            Stands::Declared => !bash,
            Stands::Assigned => false,
        };
        let mut is_several = word.array;
        for part in &word.parts {
            match part {
                Part::Literal { text, quoted: true } => out.push_from(text, 0..text.len()),
                Part::Literal {
                    text,
                    quoted: false,
                } => {
                    push_unquoted(&mut out, text);
                }
                Part::Parameter {
                    name,
                    operator,
                    span,
                } => {
                    let at = out.expose().len();
                    self.parameter(&mut out, name, operator.as_ref(), *span);
                    let value = &out.expose()[at..];
                    let falls_apart =
                        value.is_empty() || value.contains([' ', '\t', '\n', '*', '?', '[']);
                    is_several |= splits && falls_apart && !self.is_quoted(word, *span);
                }
                Part::Unknown { span, .. } | Part::Bad { span } => self.push_raw(&mut out, *span),
            }
        }
        is_several |= bash && place != Stands::Assigned && has_braces(word);
        let text = out.finish();
        if !is_several {
            return text;
        }
        let equals = text.expose().find('=').map_or(0, |at| at + 1);
        let from = if place == Stands::Alone { 0 } else { equals };
        let mut out = TextBuilder::at(word.span.start);
        out.push_from(&text, 0..from);
        out.push_unknown(&text, from..text.len());
        out.finish()
    }

    /// Something inside of a word stands in quotes.
    pub(super) fn is_quoted(&self, word: &Word, span: Span) -> bool {
        let quotes = &self.lexer.quotes;
        let first = quotes.partition_point(|quote| quote.start < word.span.start);
        let mut pairs = quotes[first..].chunks(2);
        pairs.any(|pair| match pair {
            [open, close] => open.start < span.start && span.end <= close.start,
            _ => false,
        })
    }

    pub(super) fn push_raw(&self, out: &mut TextBuilder, span: Span) {
        let raw = Text::verbatim(&self.lexer.text[span.start..span.end], span.start);
        out.push_unknown(&raw, 0..raw.len());
    }

    pub(super) fn parameter(
        &mut self,
        out: &mut TextBuilder,
        name: &str,
        operator: Option<&Operator>,
        span: Span,
    ) {
        let in_function = self.blocks.iter().any(|block| block.is_body);
        let outside;
        let found = if in_function || self.is_doubtful(name) {
            None
        } else if let Some(held) = self.held.get(name) {
            held.assigned
                .value
                .as_ref()
                .filter(|value| value.is_known())
                .map(Text::expose)
        } else {
            match (self.environment)(name) {
                Outside::Value(value) => {
                    outside = value;
                    Some(outside.as_str())
                }
                Outside::Unset | Outside::Unknown => None,
            }
        };
        let is_plain = match operator {
            None => true,
            Some(operator) => operator.kind != '+' && found.is_some_and(|value| !value.is_empty()),
        };
        match found.filter(|_| is_plain) {
            Some(value) if self.growth + value.len() <= GROWTH => {
                out.push(value, span, Fidelity::Elsewhere);
                self.growth += value.len();
            }
            _ => self.push_raw(out, span),
        }
    }
}

/// `~` stands for a home folder at the start and behind `=` and `:`.
fn push_unquoted(out: &mut TextBuilder, text: &Text) {
    let raw = text.expose();
    let mut from = 0;
    for (at, _) in raw.match_indices('~') {
        let before = raw[..at]
            .chars()
            .next_back()
            .or_else(|| out.expose().chars().next_back());
        if before.is_none_or(|before| matches!(before, '=' | ':')) {
            out.push_from(text, from..at);
            out.push_unknown(text, at..at + 1);
            from = at + 1;
        }
    }
    out.push_from(text, from..raw.len());
}
