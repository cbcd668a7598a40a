//! AV904: an ignore of a rule that there is not.

use crate::report::{Findings, UnknownRule};
use crate::rule;
use crate::rules::Check;
use crate::source::Place;

rule! {
    /// # unknown-rule-in-ignore
    ///
    /// ## What it does
    ///
    /// Finds a word in the brackets of an ignore that is no code, no family of codes and no name of a rule.
    ///
    /// ## Why is this bad?
    ///
    /// It ignores nothing: the finding it was written for is still reported.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [core]
    /// # airvane: ignore[cfg-inline-coment] the folder is called so
    /// dags_folder = /dags # here
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:2:19: warning[AV904] unknown-rule-in-ignore: no rule is called like that, so this ignores nothing
    /// airflow.cfg:3:21: warning[AV007] cfg-inline-comment: `#` begins no comment behind the value of `dags_folder`: Airflow takes it for a part of the value
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [core]
    /// # airvane: ignore[cfg-inline-comment] the folder is called so
    /// dags_folder = /dags # here
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - `airvane rules`
    "AV904", "unknown-rule-in-ignore", Warning, since "0.1.0",
    checks &[Check::Report],
}

/// Says it of the word at `place`, which is repeated only where it reads like a code.
pub fn report(findings: &mut Findings, place: Place, unknown: &UnknownRule) {
    let (message, help) = match unknown {
        UnknownRule::Code(code) => (
            format!("no rule has the code {code}, so this ignores nothing"),
            "`airvane rules` lists the codes".to_owned(),
        ),
        UnknownRule::Near(rule) => (
            "no rule is called like that, so this ignores nothing".to_owned(),
            format!("did you mean {} ({})?", rule.name, rule.code),
        ),
        UnknownRule::Other => (
            "no rule is called like that, so this ignores nothing".to_owned(),
            "`airvane rules` lists codes and names".to_owned(),
        ),
    };
    findings.report(&RULE, place, "ignore", message).help(help);
}
