//! AV9: what is said to airvane itself: ignores and the baseline.
//!
//! The report finds these faults when all other rules have spoken ([`crate::report`]); here stand their
//! pages and their words.

pub mod ignore_without_reason;
pub mod stale_baseline_entry;
pub mod unknown_rule_in_ignore;
pub mod unused_ignore;

use super::Rule;

/// The rules of the family, by code.
pub static RULES: &[&Rule] = &[
    &unused_ignore::RULE,
    &ignore_without_reason::RULE,
    &stale_baseline_entry::RULE,
    &unknown_rule_in_ignore::RULE,
];

/// True for a rule of this family: no comment ignores it.
pub fn is_own(code: &str) -> bool {
    RULES.iter().any(|rule| rule.code == code)
}
