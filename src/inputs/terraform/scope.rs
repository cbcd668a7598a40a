//! What names of a file stand for.

use std::collections::HashMap;

use crate::syntax::hcl::{Body, Expr, Scope, Step};

/// The locals of a file. No name stands twice in a module.
pub(super) struct Locals<'a>(HashMap<&'a str, &'a Expr>);

impl<'a> Locals<'a> {
    pub(super) fn of(body: &'a Body) -> Self {
        let blocks = body.blocks("locals");
        let attributes = blocks.flat_map(|block| &block.body.attributes);
        let named = attributes.map(|one| (one.name.expose(), &one.value));
        Self(named.collect())
    }
}

impl Scope for Locals<'_> {
    fn lookup(&self, steps: &[Step]) -> Option<(&Expr, usize)> {
        match (steps.first()?.name()?, steps.get(1)?.name()?) {
            ("local", name) => Some((self.0.get(name)?, 2)),
            _ => None,
        }
    }
}

/// One instance of a resource with `for_each`.
pub(super) struct Each<'a> {
    pub(super) locals: &'a Locals<'a>,
    pub(super) key: Expr,
    pub(super) value: Option<&'a Expr>,
}

impl Scope for Each<'_> {
    fn lookup(&self, steps: &[Step]) -> Option<(&Expr, usize)> {
        match (steps.first()?.name()?, steps.get(1)?.name()?) {
            ("each", "key") => Some((&self.key, 2)),
            // Of a set the value is the key.
            ("each", "value") => Some((self.value.unwrap_or(&self.key), 2)),
            _ => self.locals.lookup(steps),
        }
    }
}
