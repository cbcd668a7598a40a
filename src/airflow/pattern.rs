//! Lookup patterns, as Python's `re.match(pattern, id, re.IGNORECASE)` takes them.
//!
//! The pattern is read the way `re._parser` (`sre_parse` before 3.11) reads it: what Python refuses
//! is an error with its place, and what it takes is written anew for `fancy-regex`, so that no
//! construct means something else there. What cannot be evaluated stays unknown; nothing is guessed.

mod reader;

use std::ops::Range;

use self::reader::Reader;
use super::Python;

/// Steps after which matching gives up.
const BACKTRACK_LIMIT: usize = 100_000;

/// What Python's `re.compile` complains of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternErrorKind {
    /// "nothing to repeat": `*` or `?` at the start, as in a shell glob.
    NothingToRepeat,
    /// "multiple repeat"
    MultipleRepeat,
    /// "min repeat greater than max repeat"
    RepeatOrder,
    /// "the repetition number is too large" (`OverflowError`)
    RepeatTooLarge,
    /// "unterminated character set"
    UnterminatedSet,
    /// "bad character range"
    BadRange,
    /// "missing ), unterminated subpattern"
    MissingParenthesis,
    /// "unbalanced parenthesis"
    UnbalancedParenthesis,
    /// "bad escape"
    BadEscape,
    /// "incomplete escape"
    IncompleteEscape,
    /// "octal escape value outside of range"
    OctalRange,
    /// "unknown extension ?"
    UnknownExtension,
    /// "unexpected end of pattern"
    UnexpectedEnd,
    /// "missing >, unterminated name", "missing group name", "bad character in group name"
    BadGroupName,
    /// "redefinition of group name"
    GroupNameTwice,
    /// "unknown group name", "invalid group reference"
    UnknownGroup,
    /// "cannot refer to an open group"
    OpenGroup,
    /// "bad inline flags", "unknown flag", "missing :"
    BadFlags,
    /// "global flags not at the start of the expression" (3.11 and later)
    LateFlags,
    /// "conditional backref with more than two branches"
    ConditionalBranches,
    /// "look-behind requires fixed-width pattern"
    LookBehindWidth,
    /// "missing ), unterminated comment"
    UnterminatedComment,
}

impl PatternErrorKind {
    /// Python's own words, without the characters of the pattern.
    pub const fn python_message(self) -> &'static str {
        match self {
            Self::NothingToRepeat => "nothing to repeat",
            Self::MultipleRepeat => "multiple repeat",
            Self::RepeatOrder => "min repeat greater than max repeat",
            Self::RepeatTooLarge => "the repetition number is too large",
            Self::UnterminatedSet => "unterminated character set",
            Self::BadRange => "bad character range",
            Self::MissingParenthesis => "missing ), unterminated subpattern",
            Self::UnbalancedParenthesis => "unbalanced parenthesis",
            Self::BadEscape => "bad escape",
            Self::IncompleteEscape => "incomplete escape",
            Self::OctalRange => "octal escape value outside of range",
            Self::UnknownExtension => "unknown extension",
            Self::UnexpectedEnd => "unexpected end of pattern",
            Self::BadGroupName => "bad group name",
            Self::GroupNameTwice => "redefinition of group name",
            Self::UnknownGroup => "invalid group reference",
            Self::OpenGroup => "cannot refer to an open group",
            Self::BadFlags => "bad inline flags",
            Self::LateFlags => "global flags not at the start of the expression",
            Self::ConditionalBranches => "conditional backref with more than two branches",
            Self::LookBehindWidth => "look-behind requires fixed-width pattern",
            Self::UnterminatedComment => "missing ), unterminated comment",
        }
    }
}

/// Why Python refuses a pattern, and where (byte range in the pattern).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// What is wrong.
    pub kind: PatternErrorKind,
    /// Where.
    pub range: Range<usize>,
}

/// A pattern that Python takes.
pub struct Pattern {
    /// `None`: Python takes it, but it cannot be evaluated here.
    regex: Option<fancy_regex::Regex>,
}

impl std::fmt::Debug for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.regex.is_some() {
            "Pattern"
        } else {
            "Pattern(not evaluated)"
        })
    }
}

impl Pattern {
    /// Reads `text` as `re.compile(text, re.IGNORECASE)` of this Python does.
    pub fn new(text: &str, python: Python) -> Result<Self, PatternError> {
        let mut reader = Reader::new(text, python);
        reader.read()?;
        if reader.unsupported {
            return Ok(Self { regex: None });
        }
        let mut source = String::from("(?i");
        if reader.global.multi_line {
            source.push('m');
        }
        if reader.global.dot_all {
            source.push('s');
        }
        source.push_str(")\\A(?:");
        source.push_str(&reader.out);
        source.push(')');
        let regex = fancy_regex::RegexBuilder::new(&source)
            .backtrack_limit(BACKTRACK_LIMIT)
            .build()
            .ok();
        Ok(Self { regex })
    }

    /// Whether `re.match` finds something in `id`. `None`: not known.
    pub fn matches(&self, id: &str) -> Option<bool> {
        if !id.chars().all(is_alike) {
            return None;
        }
        self.regex.as_ref()?.is_match(id).ok()
    }

    /// True when [`Pattern::matches`] can answer at all.
    pub fn is_evaluated(&self) -> bool {
        self.regex.is_some()
    }
}

/// Characters of which Python and Rust say the same: whether they are letters, and which are the same
/// letter. Not so outside of Latin script, for control characters, and for letters that are another one's
/// in small or in capitals (`ı`, `ſ`, `µ`).
const fn is_alike(character: char) -> bool {
    let latin = matches!(character, ' '..='~' | 'À'..='\u{17f}');
    let of_another = matches!(
        character,
        '\u{130}' | '\u{131}' | '\u{149}' | '\u{178}' | '\u{17f}' | 'ß'
    );
    latin && !of_another
}

#[cfg(test)]
mod tests {
    use super::*;

    const PYTHON: Python = Python {
        major: 3,
        minor: 12,
    };

    fn error(text: &str) -> PatternErrorKind {
        Pattern::new(text, PYTHON)
            .expect_err("Python refuses it")
            .kind
    }

    fn matches(text: &str, id: &str) -> Option<bool> {
        Pattern::new(text, PYTHON)
            .expect("Python takes it")
            .matches(id)
    }

    #[test]
    fn what_python_refuses_is_an_error_with_its_kind() {
        assert_eq!(error("*_prod"), PatternErrorKind::NothingToRepeat);
        assert_eq!(error("a**"), PatternErrorKind::MultipleRepeat);
        assert_eq!(error("("), PatternErrorKind::MissingParenthesis);
        assert_eq!(error("a)"), PatternErrorKind::UnbalancedParenthesis);
        assert_eq!(error("[a"), PatternErrorKind::UnterminatedSet);
        assert_eq!(error("[z-a]"), PatternErrorKind::BadRange);
        assert_eq!(error(r"\z"), PatternErrorKind::BadEscape);
        assert_eq!(error(r"\p{L}"), PatternErrorKind::BadEscape);
        assert_eq!(error("(?<n>a)"), PatternErrorKind::UnknownExtension);
        assert_eq!(error("a(?i)"), PatternErrorKind::LateFlags);
        assert_eq!(error("(?<=a+)b"), PatternErrorKind::LookBehindWidth);
        assert_eq!(error("\\"), PatternErrorKind::BadEscape);
        let wrong = Pattern::new("ab[", PYTHON).expect_err("refused");
        assert_eq!(wrong.range, 2..3);
    }

    #[test]
    fn matching_is_anchored_at_the_start_only_and_ignores_case() {
        assert_eq!(matches("prod$", "x_prod"), Some(false));
        assert_eq!(matches(".*prod$", "x_prod"), Some(true));
        assert_eq!(matches("aws", "AWS_other"), Some(true));
        assert_eq!(matches("^(?!aws_default$).*$", "aws_default"), Some(false));
        assert_eq!(matches("^(?!aws_default$).*$", "db"), Some(true));
        assert_eq!(matches("a|b", "xb"), Some(false));
        assert_eq!(matches("", "anything"), Some(true));
    }

    #[test]
    fn python_s_own_meanings_are_kept() {
        assert_eq!(matches("[a&&b]", "&"), Some(true));
        assert_eq!(matches(r"\<a", "<a"), Some(true));
        assert_eq!(matches("a{x}", "a{x}"), Some(true));
        assert_eq!(matches("a{,2}b", "b"), Some(true));
        assert_eq!(matches(r"\101", "a"), Some(true));
        assert_eq!(matches("(?x) a b # note", "ab"), Some(true));
        assert_eq!(matches(r"a\Z", "a"), Some(true));
        assert_eq!(matches("[]a]", "]"), Some(true));
    }

    #[test]
    fn what_cannot_be_evaluated_is_unknown() {
        assert_eq!(matches("é", "e"), None);
        assert_eq!(matches("a", "ſ"), None);
        assert_eq!(matches("a", "\u{4e2d}"), None);
        let id = format!("{}b", "a".repeat(40));
        assert_eq!(matches(r"(a|aa)+\1$", &id), None);
    }

    /// As `re.match` of Python 3.12 has it.
    #[test]
    fn letters_of_latin_script_are_letters_and_have_their_capitals() {
        assert_eq!(
            matches("\\w+$", "größe".replace('ß', "s").as_str()),
            Some(true)
        );
        assert_eq!(matches("[a-z]+$", "é"), Some(false));
        assert_eq!(matches("\\W", "ü"), Some(false));
        assert_eq!(matches(".b$", "Ób"), Some(true));
    }

    #[test]
    fn deep_nesting_does_not_exhaust_the_stack() {
        let text = format!("{}{}", "(".repeat(50_000), ")".repeat(50_000));
        assert!(
            !Pattern::new(&text, PYTHON)
                .expect("balanced")
                .is_evaluated()
        );
    }
}
