//! AV3: the prefixes under which a backend asks for names.

pub(crate) mod view;

pub mod empty_prefix;
pub mod prefix_double_separator;
pub mod prefix_not_allowed;
pub mod prefix_of_wrong_kind;
pub mod prefix_overlap;
pub mod prefix_style_mixed;
pub mod prefix_trailing_separator;
pub mod secrets_manager_leading_slash;
pub mod ssm_prefix_needs_slash;
pub mod vault_layout;

#[cfg(test)]
mod tests;

use super::Rule;

/// The rules of the family, by code.
pub static RULES: &[&Rule] = &[
    &ssm_prefix_needs_slash::RULE,
    &secrets_manager_leading_slash::RULE,
    &prefix_trailing_separator::RULE,
    &prefix_double_separator::RULE,
    &prefix_style_mixed::RULE,
    &prefix_overlap::RULE,
    &prefix_of_wrong_kind::RULE,
    &prefix_not_allowed::RULE,
    &empty_prefix::RULE,
    &vault_layout::RULE,
];
