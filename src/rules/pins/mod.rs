//! AV8: the releases that a deployment pins.

pub mod target_conflict;

use super::Rule;

/// The rules of the family, by code.
pub static RULES: &[&Rule] = &[&target_conflict::RULE];
