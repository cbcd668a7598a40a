//! AV8: what several files say of one thing.

pub mod deployments_differ;
pub mod missing_definition;
mod services;
pub mod shadowed_definition;
pub mod target_conflict;
pub mod unused_definition;

use super::Rule;

/// The rules of the family, by code.
pub static RULES: &[&Rule] = &[
    &shadowed_definition::RULE,
    &missing_definition::RULE,
    &deployments_differ::RULE,
    &target_conflict::RULE,
    &unused_definition::RULE,
];
