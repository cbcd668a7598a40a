//! Terraform's other syntax: the same blocks and attributes as JSON (`main.tf.json`, what CDKTF writes). A port of
//! hashicorp/hcl `json/structure.go`, with what Terraform's schema says of the outermost blocks.
//!
//! Which property is a block and which an attribute only the schema of a provider can tell: within a resource all of
//! them are attributes here, `lifecycle` excepted. Strings are templates, and what is no template (or is nested
//! deeper than [`MAX_DEPTH`]) is not known.

use super::build::parse_template;
use super::{Attribute, Block, Body, Expr, Hcl, MAX_DEPTH, Member, Node, Piece, Step};
use crate::source::{Span, Text};
use crate::syntax::json::{self, Kind, Value};

/// Blocks of a module with the number of their labels.
const BLOCKS: &[(&str, usize)] = &[
    ("check", 1),
    ("data", 2),
    ("ephemeral", 2),
    ("locals", 0),
    ("module", 1),
    ("output", 1),
    ("provider", 1),
    ("resource", 2),
    ("terraform", 0),
    ("variable", 1),
];

/// Reads a file. What stands before a fault is read too.
///
/// `is_values`: the file says what variables are (`.tfvars.json`). It has no blocks, and its strings are no
/// templates.
pub fn parse(text: &Text, is_values: bool) -> (Hcl, Option<json::Error>) {
    let bom = text.expose().starts_with('\u{feff}');
    let skipped = if bom { '\u{feff}'.len_utf8() } else { 0 };
    let (tree, error) = json::parse_head(&text.slice(skipped..text.len()));
    let error = error.map(|error| json::Error {
        at: error.at + skipped,
        ..error
    });
    let reader = Reader { literal: is_values };
    let mut body = Body::default();
    if let Some(tree) = &tree {
        for object in objects(tree.root()) {
            if is_values {
                reader.attributes(object, &mut body);
            } else {
                reader.module(object, &mut body);
            }
        }
    }
    let hcl = Hcl {
        body,
        comments: Vec::new(),
        bom,
    };
    (hcl, error)
}

/// An object, or those of a list: a body may be cut into several.
fn objects(value: Value<'_>) -> impl Iterator<Item = Value<'_>> {
    let alone = (value.kind() == Kind::Object).then_some(value);
    let items = value.items().filter(|item| item.kind() == Kind::Object);
    alone.into_iter().chain(items)
}

/// The properties of a body. `//` is a comment.
fn properties(object: Value<'_>) -> impl Iterator<Item = (Text, json::Member<'_>)> {
    let members = object.members();
    let named = members.filter_map(|member| Some((member.key.string()?, member)));
    named.filter(|(name, _)| name.expose() != "//")
}

#[derive(Clone, Copy)]
struct Reader {
    /// Strings are no templates.
    literal: bool,
}

impl Reader {
    fn module(self, object: Value<'_>, body: &mut Body) {
        for (name, member) in properties(object) {
            let labels = BLOCKS.iter().find(|(kind, _)| *kind == name.expose());
            match labels {
                Some(&(_, labels)) => blocks(&name, labels, member, &mut body.blocks),
                None => body.attributes.push(self.attribute(name, member.value)),
            }
        }
    }

    fn attributes(self, object: Value<'_>, body: &mut Body) {
        for (name, member) in properties(object) {
            if name.expose() == "lifecycle" {
                body.blocks.extend(lifecycle(&name, member));
            } else {
                body.attributes.push(self.attribute(name, member.value));
            }
        }
    }

    fn attribute(self, name: Text, value: Value<'_>) -> Attribute {
        Attribute {
            name,
            value: self.expr(value, 0),
        }
    }

    fn expr(self, value: Value<'_>, depth: usize) -> Expr {
        let raw = value.raw();
        let node = match value.kind() {
            _ if depth > MAX_DEPTH => Node::Other,
            Kind::Null => Node::Null,
            Kind::True => Node::Bool(true),
            Kind::False => Node::Bool(false),
            Kind::Integer | Kind::Float => Node::Number,
            Kind::String => self.string(value),
            Kind::Array => {
                let items = value.items().map(|item| self.expr(item, depth + 1));
                Node::Tuple(items.collect())
            }
            Kind::Object => {
                let members = value.members().map(|member| Member {
                    key: self.expr(member.key, depth + 1),
                    value: self.expr(member.value, depth + 1),
                });
                Node::Object(members.collect())
            }
            Kind::NaN | Kind::Infinity | Kind::NegInfinity => Node::Other,
        };
        Expr { raw, node }
    }

    fn string(self, value: Value<'_>) -> Node {
        let Some(text) = value.string() else {
            return Node::Other;
        };
        if self.literal {
            return Node::Template(vec![Piece::Literal(text)]);
        }
        parse_template(&text).map_or(Node::Other, Node::Template)
    }
}

/// The blocks of one kind. Each label is a property.
fn blocks(kind: &Text, labels: usize, member: json::Member<'_>, found: &mut Vec<Block>) {
    let mut waiting = vec![(Vec::new(), member)];
    while let Some((given, member)) = waiting.pop() {
        if given.len() == labels {
            let bodies = objects(member.value);
            found.extend(bodies.map(|object| block(kind, &given, member, object)));
            continue;
        }
        let named = objects(member.value).flat_map(properties);
        let below: Vec<_> = named
            .map(|(name, below)| ([given.as_slice(), &[name]].concat(), below))
            .collect();
        waiting.extend(below.into_iter().rev());
    }
}

fn block(kind: &Text, labels: &[Text], member: json::Member<'_>, object: Value<'_>) -> Block {
    let mut body = Body::default();
    // A default is there before anything that a template could speak of.
    let literal = kind.expose() == "variable";
    Reader { literal }.attributes(object, &mut body);
    Block {
        kind: kind.clone(),
        labels: labels.to_vec(),
        body,
        span: member.key.span().cover(object.span()),
    }
}

/// `"lifecycle": {"ignore_changes": ["value"]}`: the strings are names, no templates.
fn lifecycle(kind: &Text, member: json::Member<'_>) -> Vec<Block> {
    let name_of = |value: Value<'_>| {
        let text = value.string().unwrap_or_else(|| value.raw());
        let end = text.expose().find(['.', '[']).unwrap_or(text.len());
        Expr {
            raw: value.raw(),
            node: Node::Reference(vec![Step::Name(text.slice(0..end))]),
        }
    };
    let block = |object: Value<'_>| {
        let ignored = properties(object).filter(|(name, _)| name.expose() == "ignore_changes");
        let attributes = ignored.map(|(name, ignored)| {
            let value = match ignored.value.kind() {
                Kind::String => name_of(ignored.value),
                _ => Expr {
                    raw: ignored.value.raw(),
                    node: Node::Tuple(ignored.value.items().map(name_of).collect()),
                },
            };
            Attribute { name, value }
        });
        Block {
            kind: kind.clone(),
            labels: Vec::new(),
            body: Body {
                attributes: attributes.collect(),
                blocks: Vec::new(),
            },
            span: Span::cover(member.key.span(), object.span()),
        }
    };
    objects(member.value).map(block).collect()
}
