//! AV5: variables, and options whose value a backend holds.

pub mod id_unreachable_by_env;
mod reference;
pub mod secret_option_holds_value;
pub mod secret_option_not_served;
#[cfg(test)]
mod tests;
pub mod variable_not_json;
pub mod variable_trailing_newline;

use super::Rule;

/// The rules of the family, by code.
pub static RULES: &[&Rule] = &[
    &variable_trailing_newline::RULE,
    &variable_not_json::RULE,
    &id_unreachable_by_env::RULE,
    &secret_option_holds_value::RULE,
    &secret_option_not_served::RULE,
];
