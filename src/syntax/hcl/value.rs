//! What an expression is at run time, as far as the file says it: a string, with a map to the file.

use std::cell::Cell;

use super::{Expr, Member, Node, Piece, Step, number};
use crate::source::{Span, Text, TextBuilder};

/// References that lead to references, and expressions in expressions, are followed this far.
const MOST_LEVELS: usize = 160;

/// What names stand for. The expressions belong to the file that is read.
pub trait Scope {
    /// The expression that the first steps of a reference name, and how many steps these are.
    fn lookup(&self, steps: &[Step]) -> Option<(&Expr, usize)>;
}

/// A scope in which no name is known.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

impl Scope for Nothing {
    fn lookup(&self, _steps: &[Step]) -> Option<(&Expr, usize)> {
        None
    }
}

/// Evaluates the expressions of one file. What is not written there is unknown; so is what would take the file many
/// times over (names that stand for many names that stand for many names).
pub struct Evaluator<'a> {
    scope: &'a dyn Scope,
    /// Bytes and steps that may still be spent.
    budget: Cell<usize>,
    levels: Cell<usize>,
}

/// One level deeper; ends when it is dropped.
struct Level<'e>(&'e Cell<usize>);

impl Drop for Level<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

impl<'a> Evaluator<'a> {
    /// `size`: of the file, in bytes.
    pub fn new(scope: &'a dyn Scope, size: usize) -> Self {
        Self {
            scope,
            budget: Cell::new(size.saturating_mul(16).saturating_add(1 << 20)),
            levels: Cell::new(0),
        }
    }

    /// The expression that `expr` comes to: through names that are known, `"${…}"` around an expression, and
    /// functions that hand on their argument.
    pub fn follow<'e>(&self, expr: &'e Expr) -> &'e Expr
    where
        'a: 'e,
    {
        let mut expr = expr;
        while let Some(next) = self.next(expr) {
            expr = next;
        }
        expr
    }

    fn next<'e>(&self, expr: &'e Expr) -> Option<&'e Expr>
    where
        'a: 'e,
    {
        match &expr.node {
            Node::Template(pieces) => match pieces.as_slice() {
                [Piece::Value { expr, .. }] => Some(expr),
                _ => None,
            },
            Node::Reference(steps) => self.target(steps),
            Node::Call(_) => argument(expr, &["sensitive", "nonsensitive"]),
            _ => None,
        }
    }

    /// The string that Terraform makes of `expr`, of numbers and booleans too. Parts may be unknown; `None` where
    /// nothing is known of it, not even that it is a string.
    ///
    /// What a name stands for has the place of the name.
    pub fn string(&self, expr: &Expr) -> Option<Text> {
        self.spend(1)?;
        let _level = self.deeper()?;
        match &expr.node {
            Node::Template(pieces) => self.template(pieces, expr),
            Node::Number => {
                let plain = number::plain(expr.raw.expose())?;
                if plain == expr.raw.expose() {
                    return Some(expr.raw.clone());
                }
                let mut text = TextBuilder::at(expr.span().start);
                text.push_replaced(&expr.raw, 0..expr.raw.len(), &plain);
                Some(text.finish())
            }
            Node::Bool(_) => Some(expr.raw.clone()),
            Node::Reference(steps) => {
                let text = self.string(self.target(steps)?)?;
                self.spend(text.len())?;
                Some(elsewhere(&text, expr.span()))
            }
            Node::Call(_) => {
                if let Some([arg]) = expr.call("jsonencode") {
                    return Some(self.encode(arg));
                }
                self.string(argument(expr, &["sensitive", "nonsensitive", "tostring"])?)
            }
            Node::Null | Node::Tuple(_) | Node::Object(_) | Node::Other => None,
        }
    }

    /// As [`Evaluator::string`]; what is unknown as a whole has the characters of the expression.
    pub fn text(&self, expr: &Expr) -> Text {
        let text = self.string(expr);
        text.unwrap_or_else(|| expr.raw.clone().into_unknown())
    }

    /// The name that a member has: `None` where it is not known.
    pub fn key(&self, key: &Expr) -> Option<Text> {
        // A bare word, `null` as well, is a name.
        let name = match key.node {
            Node::Null => Some(key.raw.clone()),
            _ => self.string(key),
        };
        name.filter(Text::is_known)
    }

    /// The members of an object that Terraform keeps (of several with one name the last), in the order of their
    /// names. `None` where `expr` comes to no object or where a name is unknown: then none of them is certain.
    pub fn members<'e>(&self, expr: &'e Expr) -> Option<Vec<(Text, &'e Member)>>
    where
        'a: 'e,
    {
        let Node::Object(members) = &self.follow(expr).node else {
            return None;
        };
        self.spend(members.len())?;
        let named = members
            .iter()
            .map(|member| Some((self.key(&member.key)?, member)));
        let mut named = named.collect::<Option<Vec<_>>>()?;
        named.sort_by(|a, b| a.0.expose().cmp(b.0.expose()));
        named.reverse();
        named.dedup_by(|later, first| later.0.expose() == first.0.expose());
        named.reverse();
        Some(named)
    }

    /// The value of the member `name` of an object.
    pub fn member<'e>(&self, expr: &'e Expr, name: &str) -> Option<&'e Expr>
    where
        'a: 'e,
    {
        let members = self.members(expr)?;
        let index = members.binary_search_by(|(key, _)| key.expose().cmp(name));
        index.ok().map(|index| &members[index].1.value)
    }

    pub(super) fn spend(&self, amount: usize) -> Option<()> {
        let left = self.budget.get().checked_sub(amount);
        self.budget.set(left.unwrap_or(0));
        left.map(|_| ())
    }

    pub(super) fn deeper(&self) -> Option<impl Drop + '_> {
        if self.levels.get() >= MOST_LEVELS {
            return None;
        }
        self.levels.set(self.levels.get() + 1);
        Some(Level(&self.levels))
    }

    fn template(&self, pieces: &[Piece], whole: &Expr) -> Option<Text> {
        match pieces {
            [Piece::Literal(text)] => return Some(text.clone()),
            [Piece::Value { expr, .. }] => return self.string(expr),
            _ => {}
        }
        let mut text = TextBuilder::at(whole.span().start);
        for piece in pieces {
            match piece {
                Piece::Literal(literal) => text.push_from(literal, 0..literal.len()),
                Piece::Value { raw, expr } => match self.string(expr) {
                    Some(value) => text.push_from(&value, 0..value.len()),
                    None => text.push_unknown(raw, 0..raw.len()),
                },
                Piece::Directive(raw) => text.push_unknown(raw, 0..raw.len()),
            }
        }
        Some(text.finish())
    }

    /// What a reference leads to.
    fn target<'e>(&self, steps: &'e [Step]) -> Option<&'e Expr>
    where
        'a: 'e,
    {
        self.spend(1)?;
        let _level = self.deeper()?;
        let (mut expr, used): (&'e Expr, usize) = self.scope.lookup(steps)?;
        for step in steps.get(used..)? {
            expr = match step {
                Step::Name(name) => self.member(expr, name.expose())?,
                Step::Splat => return None,
                Step::Index(index) => {
                    let index = self.key(index)?;
                    match &self.follow(expr).node {
                        Node::Tuple(items) => items.get(index.expose().parse::<usize>().ok()?)?,
                        _ => self.member(expr, index.expose())?,
                    }
                }
            };
        }
        Some(expr)
    }
}

/// The only argument of a call of one of `functions`.
fn argument<'e>(expr: &'e Expr, functions: &[&str]) -> Option<&'e Expr> {
    functions.iter().find_map(|name| match expr.call(name) {
        Some([arg]) => Some(arg),
        _ => None,
    })
}

/// The same characters, that came from `reference`.
fn elsewhere(text: &Text, reference: Span) -> Text {
    let mut moved = TextBuilder::at(reference.start);
    moved.push_elsewhere(text, reference);
    moved.finish()
}
