//! Findings and failures: what they are, how they are selected, sorted, identified and counted.
//!
//! A [`Report`] is a finished value. Renderers read it and decide nothing; rules know nothing of
//! it. No text of an input is kept here, except the bytes a masked snippet is cut from.

mod edit;
mod finding;
mod located;
mod select;
mod summary;
mod words;

pub use edit::{Applicability, Edit, Fix, Piece};
pub use finding::{Failure, Finding, Findings, Related, Severity, Window};
pub use located::{Located, LocatedEdit, LocatedFix, LocatedRelated, Report, ReportFile};
pub use select::{Selection, UnknownRule, rules_named};
pub use summary::{RuleCount, Summary};
pub use words::{Phrases, Words};
