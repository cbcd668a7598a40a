//! What is done with a made-up input, and what must hold of what comes of it. A target for each module;
//! nothing here touches the disk.

pub mod bundle;
pub mod check;
pub mod fixes;
#[path = "../../tests/laws/laws.rs"]
mod laws;
pub mod lsp;
pub mod secrets;
pub mod stores;
pub mod syntax;
pub mod twin;

#[allow(dead_code, reason = "the tests of secrecy ask for more of it")]
#[path = "../../tests/secrecy/places/mod.rs"]
mod places;
