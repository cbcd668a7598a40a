//! AV1: the class that `[secrets] backend` or `[workers] secrets_backend` names, and where its
//! settings come from.

pub(crate) mod place;

pub mod backend_disabled_by_empty_env;
pub mod kwargs_without_backend;
pub mod local_file_unsupported;
pub mod misspelt_secrets_option;
pub mod not_a_secrets_backend;
pub mod placeholder_left_in;
pub mod provider_too_old_for_backend;
pub mod removed_backend_path;
pub mod unknown_backend_class;
pub mod unsupported_source;
pub mod unverified_backend_class;
pub mod worker_backend_without_kwargs;
pub mod worker_kwargs_ignored;

#[cfg(test)]
pub(crate) mod tests;

use super::Rule;

/// The rules of the family, by code.
pub static RULES: &[&Rule] = &[
    &unknown_backend_class::RULE,
    &removed_backend_path::RULE,
    &not_a_secrets_backend::RULE,
    &unverified_backend_class::RULE,
    &provider_too_old_for_backend::RULE,
    &kwargs_without_backend::RULE,
    &backend_disabled_by_empty_env::RULE,
    &worker_backend_without_kwargs::RULE,
    &worker_kwargs_ignored::RULE,
    &misspelt_secrets_option::RULE,
    &placeholder_left_in::RULE,
    &unsupported_source::RULE,
    &local_file_unsupported::RULE,
];
