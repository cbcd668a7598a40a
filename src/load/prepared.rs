//! What can be found out of the values of a store ahead of those who use it, on the thread that reads.

use std::fmt;
use std::ops::Range;

use crate::airflow::connection::Advice;
use crate::inputs::store::Batch;
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
}

impl Prepared {
    /// Looks at every value of `batch`.
    pub fn of(batch: &Batch, looks_plain: fn(&str) -> Option<Advice>) -> Self {
        let mut unescaped = String::new();
        let mut bytes = Vec::new();
        let values = batch.entries().map(|entry| {
            let (raw, is_escaped) = entry.value_raw().unwrap_or_default();
            if !is_escaped {
                return PreparedValue {
                    unescaped: None,
                    looks_plain: looks_plain(raw),
                };
            }
            let start = unescaped.len();
            json::unescape_onto(raw, &mut unescaped, &mut bytes);
            PreparedValue {
                looks_plain: looks_plain(&unescaped[start..]),
                unescaped: Some(start..unescaped.len()),
            }
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
