//! The language server, spoken to through pipes as an editor does. Nothing is timed: every test waits for
//! the message that it is about.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod client;
mod diagnostics;
mod editors;
mod fixes;
mod protocol;
mod words;
