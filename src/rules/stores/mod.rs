//! AV7: exported stores, their names and what stands below them.

pub mod colliding_names;
pub mod id_with_team_separator;
pub mod incomplete_dump;
pub mod name_not_covered;
pub mod not_decrypted;
pub mod plain_string_credential;
pub mod plaintext_secrets_in_repository;
pub mod secret_binary;
pub mod stale_version;
pub mod store_name_limit;
pub mod store_value_limit;
mod told;
pub mod wrong_tree;

#[cfg(test)]
mod tests;

use super::Rule;

/// The rules of the family, by code.
pub static RULES: &[&Rule] = &[
    &name_not_covered::RULE,
    &wrong_tree::RULE,
    &store_name_limit::RULE,
    &store_value_limit::RULE,
    &secret_binary::RULE,
    &not_decrypted::RULE,
    &incomplete_dump::RULE,
    &plain_string_credential::RULE,
    &stale_version::RULE,
    &colliding_names::RULE,
    &id_with_team_separator::RULE,
    &plaintext_secrets_in_repository::RULE,
];
