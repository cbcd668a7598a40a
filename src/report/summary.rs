//! How many findings there are, in all and by rule.

use std::fmt::Write as _;

use super::{Applicability, Located, Severity};
use crate::rules::Rule;

/// Counts of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files that were read.
    pub files: usize,
    /// Findings of severity error.
    pub errors: usize,
    /// Findings of severity warning.
    pub warnings: usize,
    /// Findings of severity info.
    pub infos: usize,
    /// Findings that the user ignores.
    pub suppressed: usize,
    /// Findings that the baseline knows.
    pub baselined: usize,
    /// Things that could not be done.
    pub failures: usize,
    /// Findings with a fix that `--fix` makes.
    pub fixable: usize,
    /// Findings with a fix that only `--unsafe-fixes` makes.
    pub unsafely_fixable: usize,
}

impl Summary {
    /// Counts `findings`; what is kept back is not among them.
    pub fn of(files: usize, findings: &[Located], failures: usize) -> Self {
        let count = |severity| {
            let same = findings.iter().filter(|one| one.severity == severity);
            same.count()
        };
        Self {
            files,
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            infos: count(Severity::Info),
            suppressed: 0,
            baselined: 0,
            failures,
            fixable: fixable(findings, Applicability::Safe),
            unsafely_fixable: fixable(findings, Applicability::Unsafe),
        }
    }

    /// `[*] 3 fixable with --fix (1 more with --unsafe-fixes)`, if there are any.
    pub fn fixes(&self) -> Option<String> {
        match (self.fixable, self.unsafely_fixable) {
            (0, 0) => None,
            (safe, 0) => Some(format!("[*] {safe} fixable with --fix")),
            (0, unsafe_ones) => Some(format!("[*] {unsafe_ones} fixable with --unsafe-fixes")),
            (safe, more) => Some(format!(
                "[*] {safe} fixable with --fix ({more} more with --unsafe-fixes)"
            )),
        }
    }

    /// One sentence: `2 errors and 1 warning in 3 files`. Infos that are not shown are counted in
    /// brackets.
    pub fn sentence(&self, infos_shown: bool) -> String {
        let mut parts = Vec::new();
        for (number, word) in [(self.errors, "error"), (self.warnings, "warning")] {
            if number > 0 {
                parts.push(counted(number, word));
            }
        }
        if infos_shown && self.infos > 0 {
            parts.push(counted(self.infos, "info"));
        }
        let mut sentence = if parts.is_empty() {
            "no findings".to_owned()
        } else {
            parts.join(", ")
        };
        sentence.push_str(" in ");
        sentence.push_str(&counted(self.files, "file"));
        if !infos_shown && self.infos > 0 {
            let infos = counted(self.infos, "info");
            let _ = write!(sentence, " ({infos} hidden, -v shows them)");
        }
        for (number, word) in [
            (self.suppressed, "suppressed"),
            (self.baselined, "baselined"),
        ] {
            if number > 0 {
                let _ = write!(sentence, ", {number} {word}");
            }
        }
        if self.failures > 0 {
            let failures = counted(self.failures, "failure");
            let _ = write!(sentence, "; {failures}, see above");
        }
        sentence
    }
}

fn fixable(findings: &[Located], applicability: Applicability) -> usize {
    let fixes = findings.iter().filter_map(|finding| finding.fix.as_deref());
    fixes
        .filter(|fix| fix.applicability == applicability && !fix.edits.is_empty())
        .count()
}

/// `1 file`, `2 files`.
pub(crate) fn counted(number: usize, word: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {word}{plural}")
}

/// How often one rule spoke with one severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleCount {
    /// The rule.
    pub rule: &'static Rule,
    /// The severity.
    pub severity: Severity,
    /// Number of findings.
    pub count: usize,
}

impl RuleCount {
    /// Counts per rule and severity, most frequent first.
    pub fn of(findings: &[Located]) -> Vec<Self> {
        let mut counts: Vec<Self> = Vec::new();
        for finding in findings {
            let same = counts.iter_mut().find(|count| {
                count.rule.code == finding.rule.code && count.severity == finding.severity
            });
            if let Some(count) = same {
                count.count += 1;
            } else {
                counts.push(Self {
                    rule: finding.rule,
                    severity: finding.severity,
                    count: 1,
                });
            }
        }
        counts.sort_by(|a, b| {
            let by_count = b.count.cmp(&a.count);
            by_count
                .then(a.rule.code.cmp(b.rule.code))
                .then(b.severity.cmp(&a.severity))
        });
        counts
    }
}
