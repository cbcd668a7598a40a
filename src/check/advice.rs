//! How much advice one store is given: findings of severity info on its entries. Errors and warnings
//! are never cut.

use std::collections::BTreeMap;

use crate::airflow::connection::Advice;
use crate::report::{Finding, Severity};

/// Findings of one rule with severity info that a store is given. A million connections of a type of
/// one's own are one piece of advice, not a million.
pub(super) const MOST_ADVICE: usize = 100;

/// The advice on entries that was given, by the code of the rule.
#[derive(Clone, Default)]
pub(super) struct Given(BTreeMap<&'static str, usize>);

impl Given {
    /// True for findings that are more than advice, and for as much advice as is given; the last says
    /// that there may be more.
    pub(super) fn takes(&mut self, finding: &mut Finding) -> bool {
        if finding.severity > Severity::Info {
            return true;
        }
        let count = self.0.entry(finding.rule.code).or_default();
        *count += 1;
        if *count == MOST_ADVICE {
            let message = format!(
                "{} (of further entries this is not said)",
                &*finding.message
            );
            finding.message = message.into();
        }
        *count <= MOST_ADVICE
    }

    /// True when nothing of `advice` is left to be given.
    pub(super) fn is_all(&self, advice: Advice) -> bool {
        let mut needed = ADVISERS.iter().filter(|(one, _)| advice.holds(*one));
        needed.all(|(_, code)| self.is_full(code))
    }

    fn is_full(&self, code: &str) -> bool {
        self.0.get(code).is_some_and(|count| *count >= MOST_ADVICE)
    }
}

/// The rule that gives each advice which values that look plain may need.
pub(super) const ADVISERS: [(Advice, &str); 3] = [
    (Advice::DECODED, "AV415"),
    (Advice::TYPE, "AV431"),
    (Advice::KEY, "AV433"),
];
