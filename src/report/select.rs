//! Which findings are reported, and how severe: `--select`, `--ignore`, `--severity`.

use std::collections::BTreeMap;
use std::fmt;

use super::{Finding, Severity};
use crate::rules::{self, Rule};

/// What the user wants to see.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Codes of the rules that may speak; `None`: all but those that speak on request.
    selected: Option<Vec<&'static str>>,
    ignored: Vec<&'static str>,
    severities: BTreeMap<&'static str, Severity>,
}

/// A word that is neither a code, the beginning of one, nor a name. It is repeated only where it
/// reads like one: another argument may have got into its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnknownRule {
    /// A code that no rule has.
    Code(String),
    /// Nearly the name of this rule.
    Near(&'static Rule),
    /// Anything else.
    Other,
}

impl UnknownRule {
    /// What `word` may have meant.
    pub fn new(word: &str) -> Self {
        let upper = word.to_ascii_uppercase();
        let digits = upper.strip_prefix("AV");
        if digits.is_some_and(|digits| digits.len() <= 4 && digits.is_ascii())
            && !word.contains(char::is_control)
        {
            return Self::Code(upper);
        }
        let distance = |rule: &Rule| strsim::damerau_levenshtein(word, rule.name);
        let nearest = rules::ALL.iter().min_by_key(|rule| distance(rule));
        nearest
            .filter(|rule| distance(rule) * 3 <= word.len())
            .map_or(Self::Other, |rule| Self::Near(rule))
    }
}

impl fmt::Display for UnknownRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => {
                write!(f, "no rule has the code {code}; `airvane rules` lists them")
            }
            Self::Near(rule) => write!(
                f,
                "no rule is called like that; did you mean {} {}?",
                rule.code, rule.name
            ),
            Self::Other => f.write_str("no rule is called like that; `airvane rules` lists them"),
        }
    }
}

impl std::error::Error for UnknownRule {}

impl Selection {
    /// Limits the report to the rules that `word` names. May be called several times.
    pub fn select(&mut self, word: &str) -> Result<(), UnknownRule> {
        let codes = rules_named(word)?;
        self.selected.get_or_insert_default().extend(codes);
        Ok(())
    }

    /// Leaves out the rules that `word` names.
    pub fn ignore(&mut self, word: &str) -> Result<(), UnknownRule> {
        self.ignored.extend(rules_named(word)?);
        Ok(())
    }

    /// Gives every finding of the rules that `word` names one severity.
    pub fn set_severity(&mut self, word: &str, severity: Severity) -> Result<(), UnknownRule> {
        for code in rules_named(word)? {
            self.severities.insert(code, severity);
        }
        Ok(())
    }

    /// True when findings of `rule` are reported.
    pub fn wants(&self, rule: &Rule) -> bool {
        let selected = match &self.selected {
            Some(codes) => codes.contains(&rule.code),
            None => !rule.on_request,
        };
        selected && !self.ignored.contains(&rule.code)
    }

    /// Gives a finding the severity the user asked for.
    pub fn adjust(&self, finding: &mut Finding) {
        if let Some(severity) = self.severities.get(finding.rule.code) {
            finding.severity = *severity;
        }
    }
}

/// The word for every rule.
pub(super) const ALL: &str = "all";

/// The codes that a code, a prefix of codes (`AV2`), `ALL` or a name stands for. A prefix of a
/// family without rules (yet) is accepted, so that `--ignore AV5` may stand in a script.
pub fn rules_named(word: &str) -> Result<Vec<&'static str>, UnknownRule> {
    let unknown = || UnknownRule::new(word);
    if word.eq_ignore_ascii_case(ALL) {
        return Ok(rules::ALL.iter().map(|rule| rule.code).collect());
    }
    if let Some(rule) = rules::find(word) {
        return Ok(vec![rule.code]);
    }
    let upper = word.to_ascii_uppercase();
    let digits = upper.strip_prefix("AV").ok_or_else(unknown)?;
    let is_prefix = digits.len() < 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_prefix {
        return Err(unknown());
    }
    let codes = rules::ALL.iter().map(|rule| rule.code);
    Ok(codes.filter(|code| code.starts_with(&upper)).collect())
}
