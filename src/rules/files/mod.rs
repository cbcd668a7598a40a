//! AV0: files and their syntax.

#[cfg(test)]
pub(crate) mod cfg_testing;
mod cfg_words;

pub mod cfg_duplicate;
pub mod cfg_inline_comment;
pub mod cfg_interpolation;
pub mod cfg_name_case;
pub mod cfg_quoted_value;
pub mod cfg_swallowed_line;
pub mod cfg_syntax;
pub mod compose_dollar;
pub mod data_syntax;
pub mod dockerfile_env_quoting;
pub mod env_dialect_dependent;
pub mod env_expansion_in_value;
pub mod env_name_ineffective;
pub mod env_syntax;
pub mod helm_config_shape;
pub mod missing_env_file;
pub mod undecodable_file;
pub mod unexpanded_reference;
pub mod yaml_value_not_string;

use super::Rule;

/// The rules of the family, by code.
pub static RULES: &[&Rule] = &[
    &undecodable_file::RULE,
    &cfg_syntax::RULE,
    &cfg_duplicate::RULE,
    &cfg_name_case::RULE,
    &cfg_swallowed_line::RULE,
    &cfg_interpolation::RULE,
    &cfg_inline_comment::RULE,
    &cfg_quoted_value::RULE,
    &env_expansion_in_value::RULE,
    &env_syntax::RULE,
    &env_dialect_dependent::RULE,
    &env_name_ineffective::RULE,
    &unexpanded_reference::RULE,
    &dockerfile_env_quoting::RULE,
    &yaml_value_not_string::RULE,
    &compose_dollar::RULE,
    &data_syntax::RULE,
    &helm_config_shape::RULE,
    &missing_env_file::RULE,
];
