//! The twin: what Airflow would do, per version, with the name of the exception when it fails.
//!
//! Pure functions over decoded [`crate::source::Text`]; every part of a result names the range it
//! came from. Nothing here reads files, knows rules or builds messages for users. This is the room
//! that is compared with real Airflow.

pub mod backend;
pub mod changes;
pub mod config;
pub mod conn_types;
pub mod connection;
pub mod data;
pub mod expansion;
pub mod interpolation;
pub mod local_file;
pub mod lookup;
pub mod option_values;
pub mod pattern;
pub mod provider_options;
pub mod public;
pub mod python;
pub mod releases;
pub mod search;
pub mod target;
pub mod version;

pub use target::{NotAPython, Python, Runtime, Target, TargetSource};
pub use version::Version;
