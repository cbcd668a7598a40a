//! What can be found out of the values of a store ahead of those who use it, on the thread that reads.

use std::fmt;
use std::ops::Range;

use crate::airflow::connection::Advice;
use crate::inputs::store::names::ValueHashes;
use crate::inputs::store::{Batch, Entry};
use crate::syntax::json;

/// What can be found out of the values of a batch while the one before it is judged.
pub struct Prepared {
    /// The values that hold escapes, without them, one after the other.
    unescaped: String,
    values: Vec<PreparedValue>,
}

/// What is known of one value.
#[derive(Debug)]
pub struct PreparedValue {
    /// Where it stands in [`Prepared::unescaped`].
    unescaped: Option<Range<usize>>,
    /// See [`connection::looks_plain`](crate::airflow::connection::looks_plain).
    pub looks_plain: Option<Advice>,
    /// See [`Looks::is_quiet`].
    pub is_quiet: bool,
    /// See [`Looks::hashes`]; 0 where nobody asks.
    pub hash: u64,
    /// Neither the name nor the value has anything for a rule, as far as they tell by themselves.
    pub is_ordinary: bool,
    /// The value begins as an object does.
    pub is_object: bool,
}

/// How values are looked at.
#[derive(Clone, Copy, Debug)]
pub struct Looks<'h> {
    /// See [`connection::looks_plain`](crate::airflow::connection::looks_plain).
    pub looks_plain: fn(&str) -> Option<Advice>,
    /// True for a value that no rule need search.
    pub is_quiet: fn(&str) -> bool,
    /// True for a name that no rule need look at.
    pub is_ordinary_name: fn(&str) -> bool,
    /// Whether values are the same, where somebody asks.
    pub hashes: Option<&'h ValueHashes>,
}

impl Looks<'_> {
    fn at(self, entry: &Entry<'_>, value: &str, unescaped: Option<Range<usize>>) -> PreparedValue {
        let looks_plain = (self.looks_plain)(value);
        let is_quiet = (self.is_quiet)(value);
        let is_ordinary = is_quiet
            && looks_plain == Some(Advice::NONE)
            && entry.usual_name().is_some_and(self.is_ordinary_name);
        PreparedValue {
            unescaped,
            looks_plain,
            is_quiet,
            is_ordinary,
            is_object: value.starts_with('{'),
            hash: self.hashes.map_or(0, |hashes| hashes.of(value)),
        }
    }
}

impl Prepared {
    /// Looks at every value of `batch`.
    pub fn of(batch: &Batch, looks: Looks<'_>) -> Self {
        let mut unescaped = String::new();
        let mut bytes = Vec::new();
        let values = batch.entries().map(|entry| {
            let (raw, is_escaped) = entry.value_raw().unwrap_or_default();
            if !is_escaped {
                return looks.at(&entry, raw, None);
            }
            let start = unescaped.len();
            json::unescape_onto(raw, &mut unescaped, &mut bytes);
            looks.at(&entry, &unescaped[start..], Some(start..unescaped.len()))
        });
        let values = values.collect();
        Self { unescaped, values }
    }

    /// By entry.
    pub fn values(&self) -> &[PreparedValue] {
        &self.values
    }

    /// The text of a value that holds escapes, without them.
    pub fn text(&self, value: &PreparedValue) -> Option<&str> {
        self.unescaped.get(value.unescaped.clone()?)
    }
}

impl fmt::Debug for Prepared {
    /// Without the texts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("values", &self.values)
            .finish_non_exhaustive()
    }
}
