//! What a word becomes: quotes are gone already, parameters and tildes are put in here.

use super::lex::{Operator, Part, Word};
use super::run::{OWN, Shell, Stop};
use crate::source::{Span, Text, TextBuilder};
use crate::syntax::dotenv::collect::{Collector, Found};
use crate::syntax::dotenv::{Cause, Effect};

impl Shell {
    /// The value behind `NAME=`, which begins at `value_at`. True: the expansion may fail.
    pub(super) fn value(
        &mut self,
        out: &mut Collector<'_>,
        word: &Word,
        value_at: usize,
        about: &str,
    ) -> Result<(Text, bool), Stop> {
        let mut builder = TextBuilder::at(value_at);
        let mut risky = false;
        let mut first = true;
        for (index, part) in word.parts.iter().enumerate() {
            match part {
                Part::Literal { text, quoted } => {
                    let from = if first {
                        first = false;
                        let inside = text.source();
                        let skip = value_at.saturating_sub(inside.start);
                        prefix_length(text, skip)
                    } else {
                        0
                    };
                    let text = text.slice(from..text.len());
                    if *quoted {
                        builder.push_from(&text, 0..text.len());
                    } else {
                        let at_start = builder.expose().is_empty() && index == 0;
                        let last = index + 1 == word.parts.len();
                        tilde(out, &mut builder, &text, at_start, last);
                    }
                }
                Part::Parameter {
                    name,
                    operator,
                    span,
                    ..
                } => {
                    first = false;
                    self.parameter(out, &mut builder, name, operator.as_ref(), *span, about)?;
                }
                Part::Unknown {
                    span,
                    risky: may_fail,
                } => {
                    first = false;
                    risky |= may_fail;
                    push_raw_unknown(out, &mut builder, *span);
                }
                Part::Bad { span } => {
                    out.problem(self.fatal(), Cause::BadSubstitution, *span, Some(about));
                    return Err(if self.bash { Stop::Line } else { Stop::Shell });
                }
            }
        }
        Ok((builder.finish(), risky))
    }

    /// A bad substitution ends dash; bash leaves the line out.
    pub(super) const fn fatal(&self) -> Effect {
        if self.bash {
            Effect::LineLost
        } else {
            Effect::FileRefused
        }
    }

    fn parameter(
        &mut self,
        out: &mut Collector<'_>,
        builder: &mut TextBuilder,
        name: &str,
        operator: Option<&Operator>,
        span: Span,
        about: &str,
    ) -> Result<(), Stop> {
        let found = if OWN.contains(&name) || name.starts_with("BASH") {
            Found::Unknown
        } else {
            let earlier = self.earlier.get(name).cloned();
            earlier.unwrap_or_else(|| out.find_file_first(name))
        };
        let present = match (&found, operator) {
            (Found::Unset, _) => Some(false),
            (Found::Unknown, _) => None,
            (Found::Value(text), Some(Operator { colon: true, .. })) => {
                text.is_known().then(|| !text.is_empty())
            }
            (Found::Value(_), _) => Some(true),
        };
        let Some(operator) = operator else {
            match found {
                Found::Value(text) if out.substitute(builder, &text, span) => {}
                Found::Unset => {}
                _ => push_raw_unknown(out, builder, span),
            }
            return Ok(());
        };
        let word = operator.word.as_ref();
        match (operator.kind, present) {
            ('?', Some(false)) => {
                out.problem(Effect::FileRefused, Cause::Required, span, Some(about));
                return Err(Stop::Shell);
            }
            ('-', Some(false)) | ('+', Some(true)) => match word {
                Some(word) => builder.push_from(word, 0..word.len()),
                None => push_raw_unknown(out, builder, span),
            },
            // It is set twice then, and the first time last.
            ('=', Some(false)) if self.earlier.contains_key(name) => {
                out.file.uncertain = true;
                push_raw_unknown(out, builder, span);
            }
            ('=', Some(false)) => {
                let value = match word {
                    Some(word) => word.clone(),
                    None => {
                        Text::verbatim(&out.text[span.start..span.end], span.start).into_unknown()
                    }
                };
                builder.push_from(&value, 0..value.len());
                let name_span = Span::new(span.start + 2, span.start + 2 + name.len());
                if self.export_all {
                    out.define(name, name_span, Some(value));
                }
            }
            ('+', Some(false)) => {}
            (_, Some(true)) => match found {
                Found::Value(text) if out.substitute(builder, &text, span) => {}
                _ => push_raw_unknown(out, builder, span),
            },
            (kind, _) => {
                push_raw_unknown(out, builder, span);
                if kind == '=' || kind == '?' {
                    // The name may be set by this, or the shell may end.
                    out.file.uncertain = true;
                }
            }
        }
        Ok(())
    }
}

/// Bytes of the first literal that stand before the file offset `skip` behind its start.
fn prefix_length(text: &Text, skip: usize) -> usize {
    // The name and `=` are ordinary characters, so decoded and written lengths agree, but for
    // line continuations inside the name.
    let value = text.expose();
    match value.find('=') {
        Some(equals) if skip > 0 => equals + 1,
        _ => 0,
    }
}

/// `+=` of bash.
pub(super) fn appended(out: &mut Collector<'_>, name: &str, value: Text) -> Text {
    let mut builder = TextBuilder::at(value.source().start);
    match out.find_file_first(name) {
        Found::Value(text) => {
            let reference = Span::at(value.source().start);
            if !out.substitute(&mut builder, &text, reference) {
                return value.into_unknown();
            }
        }
        Found::Unset => {}
        Found::Unknown => {
            // What is appended may be nothing.
            let before = Text::elsewhere("?", Span::at(value.source().start));
            builder.push_unknown(&before, 0..before.len());
        }
    }
    builder.push_from(&value, 0..value.len());
    builder.finish()
}

/// The characters of the file from `span`, as something that nobody knows.
fn push_raw_unknown(out: &Collector<'_>, builder: &mut TextBuilder, span: Span) {
    let raw = Text::verbatim(&out.text[span.start..span.end], span.start);
    builder.push_unknown(&raw, 0..raw.len());
}

/// `~` and `~/…` at the start of a value and behind each `:`.
fn tilde(
    out: &mut Collector<'_>,
    builder: &mut TextBuilder,
    text: &Text,
    at_start: bool,
    last: bool,
) {
    let raw = text.expose();
    let mut copied = 0;
    for (at, _) in raw.match_indices('~') {
        let begins = if at == 0 {
            at_start
        } else {
            raw.as_bytes()[at - 1] == b':'
        };
        if !begins || at < copied {
            continue;
        }
        let stop = raw[at..].find(['/', ':']).map(|n| at + n);
        let end = match stop {
            Some(stop) => stop,
            None if last => raw.len(),
            // Quoted text or a parameter belongs to the prefix: no expansion.
            None => continue,
        };
        builder.push_from(text, copied..at);
        let home = if end == at + 1 {
            out.find_file_first("HOME")
        } else {
            Found::Unknown
        };
        match home {
            Found::Value(home) if out.substitute(builder, &home, text.span(at..end)) => {}
            _ => builder.push_unknown(text, at..end),
        }
        copied = end;
    }
    builder.push_from(text, copied..raw.len());
}
