//! AV6: options of Airflow, in airflow.cfg and as `AIRFLOW__…` variables: a superset of
//! `airflow config lint`, with positions.

mod outdated;
mod written;

pub mod changed_default;
pub mod environment_overrides_file;
pub mod option_type;
pub mod option_value_invalid;
pub mod removed_option;
pub mod renamed_option;
#[cfg(test)]
mod tests;
pub mod unknown_option;

use super::Rule;

/// The rules of the family, by code.
pub static RULES: &[&Rule] = &[
    &unknown_option::RULE,
    &removed_option::RULE,
    &renamed_option::RULE,
    &option_type::RULE,
    &changed_default::RULE,
    &option_value_invalid::RULE,
    &environment_overrides_file::RULE,
];
