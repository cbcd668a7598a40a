//! What would put a finding right: edits of the file, and how far they may be trusted.
//!
//! As findings do, edits hold spans and public characters, never text of the input: what a fix moves
//! to another line is named by the span it stands in and copied when the fix is applied.

use std::ops::Range;

use super::Words;
use crate::source::{FileId, Place, Span, Text};

/// How far a fix may be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// Shown, never written: a person has to do it, in the place that the file is a copy of.
    Display,
    /// Written with `--unsafe-fixes`: it is likely what was meant, or it changes more than what the
    /// finding is about (a comment goes away).
    Unsafe,
    /// Written with `--fix`: what was meant is certain, and nothing else changes.
    Safe,
}

impl Applicability {
    /// The word of JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Display => "display",
            Self::Unsafe => "unsafe",
            Self::Safe => "safe",
        }
    }
}

/// A part of what an edit writes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Piece {
    /// Characters that airvane knows: names of options, delimiters, escapes. Never text of a value.
    Public(String),
    /// What stands in this span of the same file, before any edit.
    Copy(Span),
}

/// Some bytes of a file give way to others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edit {
    /// What gives way; empty for an insertion.
    pub place: Place,
    /// What is written there instead; empty for a deletion.
    pub text: Vec<Piece>,
}

impl Edit {
    /// Nothing instead of what stands at `place`.
    pub const fn delete(place: Place) -> Self {
        Self {
            place,
            text: Vec::new(),
        }
    }

    /// `text`, which is public, before byte `offset` of `file`.
    pub fn insert(file: FileId, offset: usize, text: impl Into<String>) -> Self {
        Self::replace(Place::new(file, Span::at(offset)), text)
    }

    /// `text`, which is public, instead of what stands at `place`.
    pub fn replace(place: Place, text: impl Into<String>) -> Self {
        Self::delete(place).with(text)
    }

    /// `new` instead of a decoded range of `text`, which stands in `file`: for characters that mean
    /// themselves in every layer (letters, digits, `-`, `/`, `%` in an environment file) and for deletions.
    /// `None` where the file has no bytes of its own for the range. See
    /// [`crate::inputs::rewrite`] for other characters.
    pub fn in_text(file: FileId, text: &Text, range: Range<usize>, new: &str) -> Option<Vec<Self>> {
        let pieces = text.editable(range)?;
        let edits = pieces.into_iter().enumerate().map(|(index, span)| {
            let place = Place::new(file, span);
            if index == 0 && !new.is_empty() {
                Self::replace(place, new)
            } else {
                Self::delete(place)
            }
        });
        Some(edits.collect())
    }

    /// Adds public characters to what is written.
    #[must_use]
    pub fn with(mut self, text: impl Into<String>) -> Self {
        self.text.push(Piece::Public(text.into()));
        self
    }

    /// Adds what stands in `span` of the same file to what is written. It may be secret: outputs
    /// leave the edit out where the mask hides some of it.
    #[must_use]
    pub fn with_copy(mut self, span: Span) -> Self {
        self.text.push(Piece::Copy(span));
        self
    }
}

/// What would put a finding right.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fix {
    /// How far it may be trusted.
    pub applicability: Applicability,
    /// What it does, as an order: "remove the comma"; nothing secret.
    pub message: Words,
    /// All of it, or it is not done. They do not overlap. A fix of [`Applicability::Display`] may
    /// have none.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// A fix that `--fix` writes.
    pub fn safe(message: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self::new(Applicability::Safe, message, edits)
    }

    /// A fix that only `--unsafe-fixes` writes.
    pub fn risky(message: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self::new(Applicability::Unsafe, message, edits)
    }

    /// A fix that is shown and never written.
    pub fn display(message: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self::new(Applicability::Display, message, edits)
    }

    /// A fix.
    pub fn new(applicability: Applicability, message: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self {
            applicability,
            message: message.into().into(),
            edits,
        }
    }

    /// Trusts it no more than `most`.
    pub fn limit(&mut self, most: Applicability) {
        self.applicability = self.applicability.min(most);
    }
}
