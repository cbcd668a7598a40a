//! A value that cannot be printed.

use std::fmt;

/// Text of an input. It has no `Display`, and its `Debug` prints the length, so that a value
/// reaches no message, log or panic by accident. [`Secret::expose`] is the one way out; what is
/// taken from it must be compared or parsed, never formatted.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Secret(String);

impl Secret {
    /// Takes the value in.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_prints_the_length_and_never_the_value() {
        let secret = Secret::new("hunter2!");
        assert_eq!(format!("{secret:?}"), "Secret(8 bytes)");
        assert_eq!(format!("{:?}", Some(&secret)), "Some(Secret(8 bytes))");
    }
}
