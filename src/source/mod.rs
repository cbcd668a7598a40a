//! Text and where it stands: byte spans, line and column, decoded text with a map back to its
//! file, secrets that cannot be printed, and the one masked view.
//!
//! This room knows nothing of Airflow and nothing of file formats. Everything else owns spans;
//! only this room (and the parsers that build [`Text`]) handles the bytes themselves.

pub mod ascii;
pub mod command;
mod lines;
mod mask;
mod path;
mod secret;
mod span;
mod text;

pub use lines::{LineIndex, Position, PositionTracker};
pub use mask::{Mask, escape_control};
pub use path::display_path;
pub use secret::Secret;
pub use span::{FileId, Place, Span};
pub use text::{Fidelity, LazyText, Text, TextBuilder, lossy};
