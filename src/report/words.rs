//! What a finding says. A store may have a million findings that say the same: then it is held once.

use std::collections::HashSet;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A sentence, cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Words(Arc<str>);

impl Deref for Words {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for Words {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<String> for Words {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl Default for Words {
    fn default() -> Self {
        Self::from("")
    }
}

impl PartialEq<str> for Words {
    fn eq(&self, other: &str) -> bool {
        &**self == other
    }
}

impl PartialEq<&str> for Words {
    fn eq(&self, other: &&str) -> bool {
        &**self == *other
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

/// Sentences that were said before.
#[derive(Debug, Default)]
pub struct Phrases {
    known: HashSet<Words>,
}

impl Phrases {
    /// Sentences with names in them do not come again: more are not kept.
    const MOST: usize = 1024;

    /// The same words, held once for all who say them.
    pub fn share(&mut self, words: &mut Words) {
        if let Some(known) = self.known.get(&**words) {
            words.clone_from(known);
        } else if self.known.len() < Self::MOST {
            self.known.insert(words.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_twice_is_held_once() {
        let mut phrases = Phrases::default();
        let (mut one, mut two) = (Words::from("the same"), Words::from("the same".to_owned()));
        phrases.share(&mut one);
        phrases.share(&mut two);
        assert!(Arc::ptr_eq(&one.0, &two.0));
        assert_eq!(two, "the same");
    }
}
