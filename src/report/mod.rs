//! Findings and failures: what they are, how they are selected, sorted, identified, kept back and counted.
//!
//! A [`Report`] is a finished value. Renderers read it and decide nothing; rules know nothing of
//! it. No text of an input is kept here, except the bytes a masked snippet is cut from.

pub mod baseline;
mod checkout;
mod edit;
mod finding;
pub mod ignore;
mod located;
mod select;
mod summary;
mod suppress;
mod words;

pub use baseline::Baseline;
pub use checkout::Checkout;
pub use edit::{Applicability, Edit, Fix, Piece};
pub use finding::{Failure, Finding, Findings, Related, Severity, Window};
pub use ignore::Ignore;
pub use located::{Located, LocatedEdit, LocatedFix, LocatedRelated, Report, ReportFile};
pub use select::{Selection, UnknownRule, rules_named};
pub(crate) use summary::counted;
pub use summary::{RuleCount, Summary};
pub use suppress::{By, Hidden, PathIgnore, Seen, Suppression};
pub use words::{Phrases, Words};
