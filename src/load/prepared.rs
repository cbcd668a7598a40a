//! What can be found out of the values of a store ahead of those who use it, on the thread that reads.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use crate::airflow::connection::Advice;
use crate::inputs::store::Batch;

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
        let values = batch.entries().map(|entry| {
            let text = entry.value_str();
            let looks_plain = text.as_deref().and_then(looks_plain);
            let unescaped = match text {
                Some(Cow::Owned(text)) => {
                    let start = unescaped.len();
                    unescaped.push_str(&text);
                    Some(start..unescaped.len())
                }
                _ => None,
            };
            PreparedValue {
                unescaped,
                looks_plain,
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
