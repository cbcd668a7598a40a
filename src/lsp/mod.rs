//! The language server: what `check` finds, while somebody types, in any editor.
//!
//! It keeps the texts that are open in the editor, lays them over the disk and has [`check`](crate::check)
//! look at each folder of the workspace as `airvane check` does: so they cannot disagree. Hovers and
//! completions are made of the same tables as the findings. Nothing is judged here.
//!
//! Three threads: one reads messages (`wire`), one checks (`checker`), and the one that was called
//! keeps the state and writes. None waits for another, so a large folder never stops the editor; what
//! was found of texts that have changed since is thrown away.
//!
//! What it must not do: write a file, open a connection, log. And no answer, no error and no finding may
//! hold a part of a secret, though the editor has the whole text: answers are logged by editors. Words of
//! a message that cannot be read are never repeated, neither by us nor by the texts of parsers.

mod abilities;
mod actions;
mod answers;
mod checker;
mod completion;
mod diagnostics;
mod documents;
mod facts;
mod fixes;
mod hover;
mod ignores;
mod links;
mod nested;
pub mod patterns;
mod place;
mod position;
mod reading;
pub mod scope;
mod server;
mod wire;

pub use server::{Ended, serve};
