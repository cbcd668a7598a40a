//! What is read and what belongs together: the only room that opens files and replaces them.
//!
//! It knows paths, names and the outer shape of content. It does not parse (the inputs do) and
//! does not know what Airflow makes of anything.

mod connections_file;
pub mod deployments;
pub mod detect;
pub mod env_readers;
pub mod files;
pub mod git;
pub mod globs;
pub mod pins;
pub mod replace;
pub mod targets;
pub mod unread;
pub mod walk;

pub use deployments::{Choice, Declared, Deployment, Grouping};
pub use files::{Content, Files, Progress, STDIN};
pub use globs::Globs;
