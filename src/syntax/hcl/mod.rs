//! HCL, the native syntax of Terraform and its twin in JSON, with a span for every key and literal. `OpenTofu` reads
//! the same.
//!
//! The structure and the expressions are read by the crate hcl-edit. Strings, heredocs and comments are
//! read here, since every character of a value must lead back to its byte, and since the crate reads some of them
//! otherwise than Terraform does. A first pass (`scan`) finds them, and what would make the crate recurse too
//! deeply or read a heredoc twice never reaches it. What a value is at run time is asked of [`Evaluator`].
//!
//! The truth is hashicorp/hcl (`scan_tokens.rl`, `parser_template.go`) and zclconf/go-cty (`jsonencode`).
//! Nothing here knows what a block or a function means, `jsonencode` and a few that hand on their
//! argument excepted.

use std::fmt;

use crate::source::{Span, Text};

mod build;
mod encode;
mod json;
mod number;
mod scan;
mod template;
#[cfg(test)]
mod tests;
mod value;

pub use self::build::parse;
pub use self::json::parse as parse_json;
pub use self::value::{Evaluator, Nothing, Scope};

/// Levels of brackets, blocks and `${` in one another that are read. Files of people have fewer than ten; the
/// crate stops at the same number.
pub const MAX_DEPTH: usize = 64;

/// Keys of one object that are read: the crate compares each with all before it.
pub const MAX_KEYS: usize = 4_000;

/// Why a text is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// A NUL byte.
    Nul,
    /// A quoted string without its end; the offset is the opening quote.
    UnclosedString,
    /// A line break inside a quoted string; the offset is the opening quote.
    LineBreakInString,
    /// A heredoc whose marker does not stand alone on a line below; the offset is `<<`.
    UnclosedHeredoc,
    /// `${` or `%{` without its brace; the offset is the `$` or `%`.
    UnclosedSequence,
    /// `/*` without `*/`.
    UnclosedComment,
    /// Nested more than [`MAX_DEPTH`] levels. Not an error for Terraform.
    TooDeep,
    /// An object of more than [`MAX_KEYS`] keys. Not an error for Terraform.
    TooManyKeys,
    /// An attribute stands twice in one body; the offset is the second one.
    RepeatedAttribute,
    /// A key stands too often in one object to be read here. Not an error for Terraform, which takes the last one.
    RepeatedKey,
    /// A backslash that begins no escape, or a `\u` without its digits.
    Escape,
    /// Anything else.
    Syntax,
}

impl ErrorKind {
    /// What is wrong, in words that hold nothing of the file.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Nul => "a NUL byte",
            Self::UnclosedString => "a string that is not closed",
            Self::LineBreakInString => "a quoted string that goes over the end of its line",
            Self::UnclosedHeredoc => "a heredoc that is not closed",
            Self::UnclosedSequence => "a `${` or `%{` that is not closed",
            Self::UnclosedComment => "a `/*` that is not closed",
            Self::TooDeep => "nested too deeply",
            Self::TooManyKeys => "an object of very many keys",
            Self::RepeatedAttribute => "an attribute that stands twice",
            Self::RepeatedKey => "a key that stands many times in one object",
            Self::Escape => "a backslash that begins no escape",
            Self::Syntax => "not the syntax of HCL",
        }
    }

    /// True where Terraform itself would read the file.
    pub const fn is_limit(self) -> bool {
        matches!(self, Self::TooDeep | Self::TooManyKeys | Self::RepeatedKey)
    }
}

/// Why a text is not read, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Byte offset in the text that was parsed.
    pub at: usize,
}

/// A parsed file.
#[derive(Debug)]
pub struct Hcl {
    /// What stands in it.
    pub body: Body,
    /// Comments in file order, the marker included (of `/* */` both), the line break not.
    pub comments: Vec<Span>,
    /// The text begins with U+FEFF, which Terraform drops.
    pub bom: bool,
}

/// A file, or what stands between the braces of a block.
#[derive(Debug, Default)]
pub struct Body {
    /// `name = value`, in file order. No name stands twice.
    pub attributes: Vec<Attribute>,
    /// Blocks in file order.
    pub blocks: Vec<Block>,
}

impl Body {
    /// The attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        let mut attributes = self.attributes.iter();
        attributes.find(|attribute| attribute.name.expose() == name)
    }

    /// The value of the attribute of that name.
    pub fn value(&self, name: &str) -> Option<&Expr> {
        self.attribute(name).map(|attribute| &attribute.value)
    }

    /// The blocks of that type.
    pub fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks
            .iter()
            .filter(move |block| block.kind.expose() == kind)
    }
}

/// `kind "label" "label" { … }`
#[derive(Debug)]
pub struct Block {
    /// Its type.
    pub kind: Text,
    /// Its labels, decoded, without their quotes.
    pub labels: Vec<Text>,
    /// What stands between the braces.
    pub body: Body,
    /// From the type to the closing brace.
    pub span: Span,
}

impl Block {
    /// The label at `index`, or "".
    pub fn label(&self, index: usize) -> &str {
        self.labels.get(index).map_or("", Text::expose)
    }
}

/// `name = value`
#[derive(Debug)]
pub struct Attribute {
    /// Its name.
    pub name: Text,
    /// Its value.
    pub value: Expr,
}

/// An expression.
pub struct Expr {
    /// The characters as they stand, quotes and brackets included, parentheses around it not.
    pub raw: Text,
    /// What it is.
    pub node: Node,
}

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expr({} bytes)", self.raw.len())
    }
}

impl Expr {
    /// Where it stands.
    pub fn span(&self) -> Span {
        self.raw.source()
    }

    /// The members of an object as they stand, repeated ones included; none of other expressions.
    pub fn members(&self) -> &[Member] {
        match &self.node {
            Node::Object(members) => members,
            _ => &[],
        }
    }

    /// The items of a tuple; none of other expressions.
    pub fn items(&self) -> &[Expr] {
        match &self.node {
            Node::Tuple(items) => items,
            _ => &[],
        }
    }

    /// The steps of a reference; none of other expressions.
    pub fn steps(&self) -> &[Step] {
        match &self.node {
            Node::Reference(steps) => steps,
            _ => &[],
        }
    }

    /// The arguments of a call of the function `name`.
    pub fn call(&self, name: &str) -> Option<&[Expr]> {
        match &self.node {
            Node::Call(call) if call.name.expose() == name && !call.expanded => Some(&call.args),
            _ => None,
        }
    }
}

/// What an expression is.
pub enum Node {
    /// `null`
    Null,
    /// `true` and `false`
    Bool(bool),
    /// A number, with its sign.
    Number,
    /// A quoted string or a heredoc.
    Template(Vec<Piece>),
    /// `[…]`
    Tuple(Vec<Expr>),
    /// `{…}`
    Object(Vec<Member>),
    /// `name(…)`
    Call(Call),
    /// `local.name`, `var.name["key"]`, `resource.name[0].id`
    Reference(Vec<Step>),
    /// Operators, conditionals, `for` expressions, and what else is not looked into.
    Other,
}

/// One member of an object.
#[derive(Debug)]
pub struct Member {
    /// The key: a name is a [`Node::Template`] of one piece, as a quoted key is.
    pub key: Expr,
    /// The value.
    pub value: Expr,
}

/// A function call.
pub struct Call {
    /// The name, with its namespace.
    pub name: Text,
    /// The arguments.
    pub args: Vec<Expr>,
    /// The last argument is followed by `...`.
    pub expanded: bool,
}

/// One step of a reference.
#[derive(Debug)]
pub enum Step {
    /// The first name, and `.name`.
    Name(Text),
    /// `[…]` and `.0`
    Index(Expr),
    /// `[*]` and `.*`
    Splat,
}

impl Step {
    /// The name, of a [`Step::Name`].
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name.expose()),
            _ => None,
        }
    }
}

/// A part of a string.
pub enum Piece {
    /// Characters, decoded.
    Literal(Text),
    /// `${…}`
    Value {
        /// From `$` to the brace.
        raw: Text,
        /// What stands between the braces.
        expr: Box<Expr>,
    },
    /// `%{ if … }…%{ endif }`, `%{ for … }…%{ endfor }`: from the first `%` to the last brace.
    Directive(Text),
}
