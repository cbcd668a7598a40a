//! AV902: an ignore that does not say why.

use crate::report::Findings;
use crate::rule;
use crate::rules::Check;
use crate::source::Place;

rule! {
    /// # ignore-without-reason
    ///
    /// ## What it does
    ///
    /// Finds an ignore comment with nothing behind its closing bracket. It speaks only where it is selected
    /// (`--select`, or the settings file).
    ///
    /// ## Why is this bad?
    ///
    /// Whoever finds the comment a year later cannot tell whether the finding was wrong, or was left for another day.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [core]
    /// # airvane: ignore[AV007]
    /// dags_folder = /dags # here
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:2:3: info[AV902] ignore-without-reason: this ignore does not say why
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [core]
    /// # airvane: ignore[AV007] the folder is called so
    /// dags_folder = /dags # here
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - `airvane explain AV901`
    "AV902", "ignore-without-reason", Info, on request, since "0.1.0",
    checks &[Check::Report],
}

/// Says it of the ignore at `place`, which names `rules`.
pub fn report(findings: &mut Findings, place: Place, rules: &str) {
    findings
        .report(&RULE, place, rules, "this ignore does not say why")
        .help("write the reason behind the bracket");
}
