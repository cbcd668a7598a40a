//! AV2: the keyword arguments of the secrets backend.
//!
//! Every rule looks at the same `call::Call`: the class, its table, and the arguments that reach
//! its constructor. `Call::standing` sorts each name into one drawer, and every drawer belongs to
//! one rule, so that a fault is told once.

mod botocore_config;
pub(crate) mod call;
pub(crate) mod cause;
mod repair;
pub(crate) mod types;

pub mod credential_in_settings;
pub mod duplicate_kwarg;
pub mod extra_conn_words;
pub mod invalid_lookup_pattern;
pub mod kwarg_conflict;
pub mod kwarg_not_in_version;
pub mod kwarg_type;
pub mod kwarg_without_effect;
pub mod kwargs_not_json;
pub mod kwargs_not_object;
pub mod lookup_pattern_never_matches;
pub mod lookup_pattern_unused;
pub mod malformed_endpoint_url;
pub mod malformed_region;
pub mod malformed_role_arn;
pub mod missing_required_kwarg;
pub mod per_key_kwarg;
pub mod profile_problem;
pub mod unknown_kwarg;

#[cfg(test)]
pub(crate) mod tests;

use super::Rule;

/// The rules of the family, by code.
pub static RULES: &[&Rule] = &[
    &kwargs_not_json::RULE,
    &kwargs_not_object::RULE,
    &unknown_kwarg::RULE,
    &kwarg_type::RULE,
    &kwarg_not_in_version::RULE,
    &kwarg_without_effect::RULE,
    &duplicate_kwarg::RULE,
    &kwarg_conflict::RULE,
    &malformed_role_arn::RULE,
    &malformed_region::RULE,
    &malformed_endpoint_url::RULE,
    &credential_in_settings::RULE,
    &per_key_kwarg::RULE,
    &profile_problem::RULE,
    &invalid_lookup_pattern::RULE,
    &lookup_pattern_never_matches::RULE,
    &lookup_pattern_unused::RULE,
    &extra_conn_words::RULE,
    &missing_required_kwarg::RULE,
];
