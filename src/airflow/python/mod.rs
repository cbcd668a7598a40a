//! What Python's own library does with text: `urlsplit`, `unquote`, `parse_qsl`, `int`,
//! `str.strip`, `json.dumps`. Exact ports, odd corners included.
//!
//! Every result is a [`crate::source::Text`] cut from or built over its input, so that a component
//! still points at its own bytes. Nothing here knows of Airflow, and nothing here is sensible
//! where Python is not.

pub mod dumps;
pub mod int;
pub mod literal;
pub mod query;
pub mod repr;
pub mod space;
pub mod unquote;
pub mod urlsplit;
