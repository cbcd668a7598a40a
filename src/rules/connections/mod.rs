//! AV4: connection values, wherever they stand. The twin finds the one fault of a value; each
//! rule words the causes that belong to it.

pub mod conn_id_inside_value;
pub mod connection_field_type;
pub mod extra_not_object;
pub mod not_json_object;
mod speak;
#[cfg(test)]
mod tests;
pub mod unknown_connection_key;
pub mod uri_port;
pub mod uri_rejected;
pub mod uri_scheme_underscore;
pub mod uri_unencoded_credentials;
pub mod uri_without_scheme;

use super::Rule;

/// The rules of the family, by code.
pub static RULES: &[&Rule] = &[
    &uri_without_scheme::RULE,
    &uri_scheme_underscore::RULE,
    &uri_rejected::RULE,
    &uri_port::RULE,
    &uri_unencoded_credentials::RULE,
    &extra_not_object::RULE,
    &unknown_connection_key::RULE,
    &conn_id_inside_value::RULE,
    &connection_field_type::RULE,
    &not_json_object::RULE,
];
