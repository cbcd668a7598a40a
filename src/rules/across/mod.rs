//! AV8: what several files say of one thing.

pub mod deployments_differ;
pub mod shadowed_definition;

use super::Rule;

/// The rules of the family, by code.
pub static RULES: &[&Rule] = &[&shadowed_definition::RULE, &deployments_differ::RULE];
