//! AV7: exported stores, their names and what stands below them.

pub mod name_not_covered;
pub mod wrong_tree;

#[cfg(test)]
mod tests;

use super::Rule;

/// The rules of the family, by code.
pub static RULES: &[&Rule] = &[&name_not_covered::RULE, &wrong_tree::RULE];
