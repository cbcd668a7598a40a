//! From the tree of hcl-edit to a tree whose every part is a piece of the file.

use std::borrow::Cow;
use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, FuncCall, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::structure::{self, BlockLabel, Structure};
use hcl_edit::template::{Element, StringTemplate};

use super::scan::{Heredoc, Scan, scan, scan_template};
use super::template::{self, Hole, Kind};
use super::{Attribute, Block, Body, Call, Error, ErrorKind, Expr, Hcl, Member, Node, Piece, Step};
use crate::source::Text;

/// Keys that stand twice in an object are read this often in a file.
const MOST_REPEATED_KEYS: usize = 24;

/// Reads a whole file.
pub fn parse(text: &Text) -> Result<Hcl, Error> {
    let bom = text.expose().starts_with('\u{feff}');
    let skipped = if bom { '\u{feff}'.len_utf8() } else { 0 };
    let text = text.slice(skipped..text.len());
    let at_file = |error: Error| Error {
        at: error.at + skipped,
        ..error
    };
    let found = scan(text.expose()).map_err(at_file)?;
    let body = read(text.expose(), &found, hcl_edit::parser::parse_body).map_err(at_file)?;
    let builder = Builder {
        text: &text,
        heredocs: &found.heredocs,
    };
    let body = builder.body(&body).map_err(at_file)?;
    let comments = found.comments.into_iter();
    Ok(Hcl {
        body,
        comments: comments.map(|range| text.span(range)).collect(),
        bom,
    })
}

/// Reads the expression in `source`, which is `text` but for characters around it.
fn parse_expression(text: &Text, source: &str) -> Result<Expr, Error> {
    let found = scan(source)?;
    let tree = read(source, &found, hcl_edit::parser::parse_expr)?;
    let builder = Builder {
        text,
        heredocs: &found.heredocs,
    };
    builder.expr(&tree, text)
}

/// Reads a text that is a template as a whole: no quotes around it, and no escapes but `$${` and `%%{`.
pub(super) fn parse_template(text: &Text) -> Result<Vec<Piece>, Error> {
    let template = Heredoc {
        whole: 0..text.len(),
        content: 0..text.len(),
        flush: false,
        sequences: scan_template(text.expose())?,
    };
    let builder = Builder {
        text,
        heredocs: &[],
    };
    builder.heredoc(&template)
}

/// Gives `source` to the crate: heredocs as quoted strings of the same length, since the crate reads a heredoc of no
/// lines up to the next marker and ends one at a marker with text behind it; and keys that stand twice in an
/// object, which it refuses, under names of the same length.
fn read<T>(
    source: &str,
    found: &Scan,
    parse: impl Fn(&str) -> Result<T, hcl_edit::parser::Error>,
) -> Result<T, Error> {
    let mut given = Cow::Borrowed(source);
    for heredoc in &found.heredocs {
        let dummy = format!("\"{}\"", "x".repeat(heredoc.whole.len() - 2));
        given.to_mut().replace_range(heredoc.whole.clone(), &dummy);
    }
    let mut renamed = 0;
    loop {
        let refused = match parse(&given) {
            Ok(tree) => return Ok(tree),
            Err(refused) => refused,
        };
        let at = source.floor_char_boundary(refused.location().offset());
        let kind = kind_of(refused.message());
        if kind == ErrorKind::RepeatedKey
            && renamed < MOST_REPEATED_KEYS
            && let Some(key) = key_at(&given, at)
        {
            let name = unlikely_name(key.len(), renamed);
            given.to_mut().replace_range(key, &name);
            renamed += 1;
            continue;
        }
        return Err(Error { kind, at });
    }
}

/// The crate's message says no more than what it expected; its words are fixed by a test.
fn kind_of(message: &str) -> ErrorKind {
    if message.contains("nesting depth") || message.contains("chained binary operators") {
        ErrorKind::TooDeep
    } else if message.contains("redefined attribute") {
        ErrorKind::RepeatedAttribute
    } else if message.contains("redefined object key") {
        ErrorKind::RepeatedKey
    } else if message.contains("escape sequence") || message.contains("hex code") {
        ErrorKind::Escape
    } else {
        ErrorKind::Syntax
    }
}

/// Where the name or the quoted string that begins at `at` stands.
fn key_at(source: &str, at: usize) -> Option<Range<usize>> {
    let rest = &source[at..];
    let length = if rest.starts_with('"') {
        let mut escaped = false;
        rest.char_indices().skip(1).find_map(|(index, c)| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends.then_some(index + 1)
        })?
    } else {
        let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        rest.len() - rest.trim_start_matches(is_name).len()
    };
    let begins_a_name = rest.starts_with(|c: char| c == '"' || c == '_' || c.is_alphabetic());
    let sequence = rest[..length].contains("${") || rest[..length].contains("%{");
    (begins_a_name && !sequence).then(|| at..at + length)
}

/// A name of `length` bytes; another one for each `number`.
fn unlikely_name(length: usize, number: usize) -> String {
    let last = char::from(b'A' + u8::try_from(number % 26).unwrap_or_default());
    let mut name = "_".repeat(length - 1);
    name.push(last);
    name
}

struct Builder<'a> {
    /// What the crate's positions are about.
    text: &'a Text,
    heredocs: &'a [Heredoc],
}

impl Builder<'_> {
    fn part(&self, range: Option<Range<usize>>) -> Option<Text> {
        range.map(|range| self.text.slice(range))
    }

    fn body(&self, body: &structure::Body) -> Result<Body, Error> {
        let mut read = Body::default();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    let Some(name) = self.part(attribute.key.span()) else {
                        continue;
                    };
                    let value = self.expr(&attribute.value, &name)?;
                    read.attributes.push(Attribute { name, value });
                }
                Structure::Block(block) => read.blocks.extend(self.block(block)?),
            }
        }
        Ok(read)
    }

    fn block(&self, block: &structure::Block) -> Result<Option<Block>, Error> {
        let (Some(kind), Some(span)) = (self.part(block.ident.span()), block.span()) else {
            return Ok(None);
        };
        let labels = block.labels.iter().filter_map(|label| match label {
            BlockLabel::Ident(name) => self.part(name.span()),
            BlockLabel::String(string) => {
                let raw = self.part(string.span())?;
                let inside = template::inside_quotes(raw.expose())?;
                Some(template::unescape(raw.slice(inside), true))
            }
        });
        Ok(Some(Block {
            kind,
            labels: labels.collect(),
            body: self.body(&block.body)?,
            span: self.text.span(span),
        }))
    }

    /// `around` is what the expression stands in.
    fn expr(&self, tree: &Expression, around: &Text) -> Result<Expr, Error> {
        if let Expression::Parenthesis(inner) = tree {
            return self.expr(inner.inner(), around);
        }
        let Some(range) = tree.span() else {
            return Ok(Expr {
                raw: around.clone(),
                node: Node::Other,
            });
        };
        let raw = self.text.slice(range.clone());
        let node = match tree {
            Expression::Null(_) => Node::Null,
            Expression::Bool(value) => Node::Bool(*value.value()),
            Expression::Number(_) => Node::Number,
            Expression::String(_) => match self.heredoc_at(range.start) {
                Some(heredoc) => Node::Template(self.heredoc(heredoc)?),
                None => self.quoted(range),
            },
            Expression::StringTemplate(template) => self.string_template(range, template)?,
            Expression::Array(items) => {
                let items = items.iter().map(|item| self.expr(item, &raw));
                Node::Tuple(items.collect::<Result<_, _>>()?)
            }
            Expression::Object(object) => {
                let members = object.iter().map(|(key, value)| {
                    let key = self.key(key, &raw)?;
                    let value = self.expr(value.expr(), &raw)?;
                    Ok(Member { key, value })
                });
                Node::Object(members.collect::<Result<_, Error>>()?)
            }
            Expression::FuncCall(call) => self.call(call, &raw)?,
            Expression::Variable(_) => Node::Reference(vec![Step::Name(raw.clone())]),
            Expression::Traversal(traversal) => self.traversal(traversal, &raw)?,
            Expression::HeredocTemplate(_)
            | Expression::Parenthesis(_)
            | Expression::Conditional(_)
            | Expression::UnaryOp(_)
            | Expression::BinaryOp(_)
            | Expression::ForExpr(_) => Node::Other,
        };
        Ok(Expr { raw, node })
    }

    fn key(&self, key: &ObjectKey, around: &Text) -> Result<Expr, Error> {
        match key {
            ObjectKey::Ident(name) => {
                let raw = self.part(name.span()).unwrap_or_else(|| around.clone());
                // A key that stood twice was given to the crate under another name.
                let node = match template::inside_quotes(raw.expose()) {
                    Some(_) => match name.span() {
                        Some(range) => self.quoted(range),
                        None => Node::Other,
                    },
                    None => Node::Template(template::name(raw.clone())),
                };
                Ok(Expr { raw, node })
            }
            ObjectKey::Expression(expression) => self.expr(expression, around),
        }
    }

    fn quoted(&self, range: Range<usize>) -> Node {
        let Some(inside) = template::inside_quotes(&self.text.expose()[range.clone()]) else {
            return Node::Other;
        };
        let content = range.start + inside.start..range.start + inside.end;
        Node::Template(template::pieces(
            self.text,
            content,
            Vec::new(),
            Kind::Quoted,
        ))
    }

    fn string_template(
        &self,
        range: Range<usize>,
        template: &StringTemplate,
    ) -> Result<Node, Error> {
        let raw = self.text.slice(range.clone());
        let Some(inside) = template::inside_quotes(raw.expose()) else {
            return Ok(Node::Other);
        };
        let mut holes = Vec::new();
        for element in template {
            let place = match element {
                Element::Literal(_) => continue,
                Element::Interpolation(interpolation) => interpolation.span(),
                Element::Directive(directive) => directive.span(),
            };
            let Some(place) = place else {
                return Ok(Node::Other);
            };
            holes.push(match element {
                Element::Interpolation(interpolation) => {
                    let around = self.text.slice(place.clone());
                    let expr = self.expr(&interpolation.expr, &around)?;
                    Hole::Value(place, Box::new(expr))
                }
                _ => Hole::Directive(place),
            });
        }
        let content = range.start + inside.start..range.start + inside.end;
        Ok(Node::Template(template::pieces(
            self.text,
            content,
            holes,
            Kind::Quoted,
        )))
    }

    fn heredoc_at(&self, start: usize) -> Option<&Heredoc> {
        let found = self
            .heredocs
            .binary_search_by_key(&start, |heredoc| heredoc.whole.start);
        found.ok().map(|index| &self.heredocs[index])
    }

    fn heredoc(&self, heredoc: &Heredoc) -> Result<Vec<Piece>, Error> {
        let mut holes = Vec::new();
        let mut sequences = heredoc.sequences.iter();
        while let Some(sequence) = sequences.next() {
            if self.text.expose()[sequence.clone()].starts_with('$') {
                let expr = self.value(sequence)?;
                holes.push(Hole::Value(sequence.clone(), Box::new(expr)));
                continue;
            }
            // From the first `%{ if` to its `%{ endif }`, with all between them.
            let mut open = usize::from(self.opens(sequence));
            let mut end = sequence.end;
            while open > 0 {
                let Some(next) = sequences.next() else {
                    return Err(Error {
                        kind: ErrorKind::Syntax,
                        at: sequence.start,
                    });
                };
                if self.opens(next) {
                    open += 1;
                } else if self.closes(next) {
                    open -= 1;
                }
                end = next.end;
            }
            holes.push(Hole::Directive(sequence.start..end));
        }
        let kind = Kind::Heredoc {
            flush: heredoc.flush,
        };
        let content = heredoc.content.clone();
        Ok(template::pieces(self.text, content, holes, kind))
    }

    fn keyword(&self, sequence: &Range<usize>) -> &str {
        let inside = &self.text.expose()[sequence.start + 2..sequence.end];
        let inside = inside.trim_start_matches('~').trim_start();
        let end = inside.find(|c: char| !c.is_ascii_alphabetic());
        &inside[..end.unwrap_or(inside.len())]
    }

    fn opens(&self, sequence: &Range<usize>) -> bool {
        self.text.expose()[sequence.clone()].starts_with('%')
            && matches!(self.keyword(sequence), "if" | "for")
    }

    fn closes(&self, sequence: &Range<usize>) -> bool {
        self.text.expose()[sequence.clone()].starts_with('%')
            && matches!(self.keyword(sequence), "endif" | "endfor")
    }

    /// The expression of a `${…}` in a heredoc: read with `(` and `)` in the place of its braces.
    fn value(&self, sequence: &Range<usize>) -> Result<Expr, Error> {
        let place = sequence.start + 1..sequence.end;
        let text = self.text.slice(place.clone());
        let raw = text.expose();
        let mut inside = &raw[1..raw.len() - 1];
        let mut source = String::with_capacity(raw.len());
        source.push('(');
        if let Some(rest) = inside.strip_prefix('~') {
            source.push(' ');
            inside = rest;
        }
        match inside.strip_suffix('~') {
            Some(rest) => {
                source.push_str(rest);
                source.push(' ');
            }
            None => source.push_str(inside),
        }
        source.push(')');
        parse_expression(&text, &source).map_err(|error| Error {
            at: error.at + place.start,
            ..error
        })
    }

    fn call(&self, call: &FuncCall, raw: &Text) -> Result<Node, Error> {
        let first = match call.name.namespace.first() {
            Some(first) => first.span(),
            None => call.name.name.span(),
        };
        let (Some(first), Some(last)) = (first, call.name.name.span()) else {
            return Ok(Node::Other);
        };
        let args = call.args.iter().map(|arg| self.expr(arg, raw));
        Ok(Node::Call(Call {
            name: self.text.slice(first.start..last.end),
            args: args.collect::<Result<_, _>>()?,
            expanded: call.args.expand_final(),
        }))
    }

    fn traversal(&self, traversal: &Traversal, raw: &Text) -> Result<Node, Error> {
        let Expression::Variable(_) = &traversal.expr else {
            return Ok(Node::Other);
        };
        let Some(first) = self.part(traversal.expr.span()) else {
            return Ok(Node::Other);
        };
        let mut steps = vec![Step::Name(first)];
        for operator in &traversal.operators {
            steps.push(match operator.value() {
                TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => Step::Splat,
                TraversalOperator::Index(index) => Step::Index(self.expr(index, raw)?),
                TraversalOperator::GetAttr(name) => match self.part(name.span()) {
                    Some(name) => Step::Name(name),
                    None => return Ok(Node::Other),
                },
                TraversalOperator::LegacyIndex(index) => match self.part(index.span()) {
                    Some(raw) => Step::Index(Expr {
                        raw,
                        node: Node::Number,
                    }),
                    None => return Ok(Node::Other),
                },
            });
        }
        Ok(Node::Reference(steps))
    }
}
