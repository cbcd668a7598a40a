//! YAML with a span for every key and value.
//!
//! The events are the parser crate's; the tree is flat, and aliases point at nodes instead of copying
//! them, so neither nesting nor an alias bomb can exhaust anything. Scalars stay untyped here: readers
//! differ in what `on` or `0123` is, see [`schema`]. Nothing is known of Airflow.

pub mod block;
mod build;
mod go;
pub mod json;
pub mod load;
mod scalar;
pub mod schema;
mod value;

use self::build::CONTROL_CHARACTER;
pub use self::build::parse;
pub use self::value::{Member, Value};
use crate::source::{Span, Text};

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes: its type depends on the reader.
    Plain,
    /// `'…'`
    Single,
    /// `"…"`
    Double,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text, number, … of any style; also an empty value.
    Scalar,
    /// `- a`, `[a]`
    Sequence,
    /// `a: b`, `{a: b}`
    Mapping,
    /// `*name` for which there is no anchor.
    Unresolved,
}

/// Why the text is not YAML, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// In plain words, nothing of the input.
    pub what: &'static str,
    /// Byte offset in the file.
    pub at: usize,
    /// A bound of this reader was met: others may well read on.
    pub is_limit: bool,
}

struct Node {
    content: Content,
    span: Span,
    tag: Option<Box<str>>,
    /// A collection in brackets.
    flow: bool,
}

enum Content {
    Scalar { text: Text, style: Style },
    Sequence(Vec<u32>),
    Mapping(Vec<(u32, u32)>),
    Alias(u32),
    Unresolved,
}

/// A stream of documents.
pub struct Yaml {
    nodes: Vec<Node>,
    documents: Vec<u32>,
    comments: Vec<Comment>,
    error: Option<Error>,
    /// How many collections are open where reading ended early.
    open: usize,
    refused: Option<Error>,
    /// What YAML 1.1 takes for a line break and YAML 1.2 does not.
    old_break: Option<usize>,
    /// Where the second document begins.
    second: Option<usize>,
    /// An anchor whose name the document has already.
    twice_anchored: Option<usize>,
    /// Of the source, in bytes.
    length: usize,
}

/// `# …`, without the line break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// The whole comment.
    pub span: Span,
}

impl std::fmt::Debug for Yaml {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Yaml({} nodes)", self.nodes.len())
    }
}

impl Yaml {
    /// The root of each document, in order.
    pub fn documents(&self) -> impl Iterator<Item = Value<'_>> {
        self.documents.iter().map(|&index| self.value(index))
    }

    /// The first document.
    pub fn root(&self) -> Option<Value<'_>> {
        self.documents().next()
    }

    /// Where reading ended early.
    pub fn error(&self) -> Option<Error> {
        self.error
    }

    /// How many lists and mappings of the last document, one in the other, go on behind the place where reading ended
    /// early.
    pub fn open(&self) -> usize {
        self.open
    }

    /// What libyaml refuses and this reader does not; see [`Yaml::error`] first. Airflow reads with it
    /// (`airflow.utils.yaml`), and Go's libraries are made from it.
    pub fn refused_by_libyaml(&self) -> Option<Error> {
        self.refused
    }

    /// All comments, in order.
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// True where U+0085, U+2028 or U+2029 stands in the file: libyaml takes them for line breaks, this reader does
    /// not, so that nothing is certain.
    pub fn holds_old_breaks(&self) -> bool {
        self.old_break.is_some()
    }

    /// What may take up several lines: the entries of mappings and lists that are not in brackets, as
    /// [`Member::span`] has them.
    pub fn blocks(&self) -> Vec<Span> {
        let mut blocks = Vec::new();
        for node in self.nodes.iter().filter(|node| !node.flow) {
            match &node.content {
                Content::Mapping(pairs) => {
                    let members = pairs.iter().map(|&(key, value)| Member {
                        key: self.value(key),
                        value: self.value(value),
                    });
                    blocks.extend(members.map(|member| member.span()));
                }
                Content::Sequence(items) => {
                    blocks.extend(items.iter().map(|&item| self.value(item).span()));
                }
                Content::Scalar { .. } | Content::Alias(_) | Content::Unresolved => {}
            }
        }
        blocks.sort_unstable();
        blocks
    }

    /// Every node, in file order.
    fn values(&self) -> impl Iterator<Item = Value<'_>> {
        let count = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        (0..count).map(|index| self.value(index))
    }

    fn value(&self, index: u32) -> Value<'_> {
        Value { yaml: self, index }
    }
}

#[cfg(test)]
mod tests;
