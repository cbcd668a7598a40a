//! AV4: connection values, wherever they stand. The twin finds the one fault of a value; each
//! rule words the causes that belong to it.

pub mod bad_percent_encoding;
pub mod conn_id_inside_value;
pub mod conn_type_label;
pub mod connection_field_type;
pub mod duplicate_query_key;
pub mod empty_value;
pub mod encoded_value_in_json;
pub mod extra_field_type;
pub mod extra_not_object;
pub mod extra_type_differs_by_runtime;
pub mod http_scheme_lost;
pub mod invalid_conn_id;
pub mod json_before_2_3;
pub mod json_in_local_env;
pub mod missing_conn_type;
pub mod not_a_connection;
pub mod not_json_object;
pub mod query_misread;
mod speak;
pub mod sqlalchemy_dialect_scheme;
pub mod stray_whitespace;
#[cfg(test)]
mod tests;
mod types;
pub mod unknown_conn_type;
pub mod unknown_connection_key;
pub mod unknown_extra_field;
pub mod uri_fragment_lost;
pub mod uri_port;
pub mod uri_rejected;
pub mod uri_same_scheme_twice;
pub mod uri_scheme_underscore;
pub mod uri_unencoded_credentials;
pub mod uri_url_in_query;
pub mod uri_with_fields;
pub mod uri_without_scheme;
mod view;

use super::Rule;

/// The rules of the family, by code.
pub static RULES: &[&Rule] = &[
    &uri_without_scheme::RULE,
    &uri_scheme_underscore::RULE,
    &uri_rejected::RULE,
    &uri_port::RULE,
    &uri_unencoded_credentials::RULE,
    &http_scheme_lost::RULE,
    &uri_same_scheme_twice::RULE,
    &uri_url_in_query::RULE,
    &uri_fragment_lost::RULE,
    &stray_whitespace::RULE,
    &sqlalchemy_dialect_scheme::RULE,
    &bad_percent_encoding::RULE,
    &duplicate_query_key::RULE,
    &extra_not_object::RULE,
    &extra_type_differs_by_runtime::RULE,
    &query_misread::RULE,
    &unknown_connection_key::RULE,
    &conn_id_inside_value::RULE,
    &connection_field_type::RULE,
    &missing_conn_type::RULE,
    &json_before_2_3::RULE,
    &uri_with_fields::RULE,
    &json_in_local_env::RULE,
    &encoded_value_in_json::RULE,
    &unknown_conn_type::RULE,
    &conn_type_label::RULE,
    &unknown_extra_field::RULE,
    &extra_field_type::RULE,
    &invalid_conn_id::RULE,
    &empty_value::RULE,
    &not_a_connection::RULE,
    &not_json_object::RULE,
];
