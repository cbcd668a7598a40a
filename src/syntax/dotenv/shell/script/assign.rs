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
        self.forgotten = self.assignments;
        if self.in_function() {
            self.forgetful.extend(self.function.clone());
        }
    }

    /// A command does with these variables what is not known.
    pub(super) fn doubt(&mut self, words: impl Iterator<Item = String>) {
        let names = words.map(|word| word.split('=').next().unwrap_or_default().to_owned());
        self.doubtful.extend(names);
    }

    /// `${NAME:=word}` sets the variable, to what depends on the environment, and so does arithmetic.
    pub(super) fn defaults(&mut self, word: &Word) {
        for part in &word.parts {
            // What is not read here. A command inside of it sets nothing outside.
            if let Part::Unknown { span, .. }
            | Part::Parameter {
                operator: Some(Operator { word: None, .. }),
                span,
                ..
            } = part
            {
                let inside = &self.lexer.text[span.start..span.end];
                let begins = ["${", "$((", "$["];
                if begins.iter().any(|begin| inside.starts_with(begin)) && assigns(inside) {
                    let names = inside.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                    self.doubtful.extend(names.map(str::to_owned));
                }
            }
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

    /// `export` and those like it.
    pub(super) fn declare(&mut self, name: &str, arguments: &[Word], is_certain: bool) {
        let literals = || arguments.iter().filter_map(literal);
        let flags: Vec<String> = arguments
            .iter()
            .map_while(literal)
            .take_while(|word| word.starts_with(['-', '+']))
            .collect();
        if name == "export" && flags.iter().any(|flag| flag.contains('n')) {
            self.doubt(literals());
            return;
        }
        let has = |letters: &[char]| flags.iter().any(|flag| flag.contains(letters));
        let is_plain = flags.iter().all(|flag| flag == "--");
        let is_export = name == "export" && is_plain || has(&['x']);
        let is_read_only = name == "readonly" || has(&['r']);
        if has(&['+', 'a', 'A', 'i', 'l', 'n', 'u']) {
            // What it is set to becomes something else, now or later.
            self.doubt(literals());
        }
        // Only bash has the others.
        let is_known = self.lexer.bash || matches!(name, "export" | "readonly");
        let is_certain = is_certain
            && is_known
            && name != "local"
            && flags.iter().all(|flag| flag == "-x" || flag == "--");
        // The shell puts in what all of them refer to before it sets the first.
        let all = arguments[flags.len()..].iter();
        let all: Vec<_> = all
            .map(|word| (word, self.assigned(word, Stands::Declared)))
            .collect();
        for (word, assigned) in all {
            let set = assigned.as_ref().map(|(name, _)| name.clone());
            match assigned {
                Some(assigned) => self.set(assigned, is_certain, is_export),
                // `export $(…)`, `export "$name=…"`
                None if name != "local" && literal(word).is_none() => self.forget(),
                None if is_export => self.bare(word, is_certain),
                None => {}
            }
            if is_read_only {
                self.read_only.extend(set.or_else(|| literal(word)));
            }
        }
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
        if self.read_only.contains(&name) {
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
        let in_function = self.in_function();
        let outside;
        let found = if in_function || self.is_doubtful(name) {
            None
        } else if let Some(held) = self.held.get(name) {
            held.assigned
                .value
                .as_ref()
                .filter(|value| held.at > self.forgotten && value.is_known())
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

/// Something in a substitution may set a variable: `=` that does not compare, `++`, `--`.
fn assigns(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_set = |at: usize| {
        let before = &bytes[..at];
        let compares = before.ends_with(b"=") || before.ends_with(b"!");
        let shifts = before.ends_with(b"<<") || before.ends_with(b">>");
        let is_order = before.ends_with(b"<") || before.ends_with(b">");
        !compares && (shifts || !is_order) && bytes.get(at + 1) != Some(&b'=')
    };
    memchr::memchr_iter(b'=', bytes).any(is_set) || text.contains("++") || text.contains("--")
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
