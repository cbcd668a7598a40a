//! AV903: an entry of the baseline for which there is no finding any more.

use crate::report::Findings;
use crate::rule;
use crate::rules::Check;
use crate::source::Place;

rule! {
    /// # stale-baseline-entry
    ///
    /// ## What it does
    ///
    /// Finds entries of the baseline (`--baseline FILE`) that stand for more findings than there are.
    ///
    /// It looks only at entries that this run can judge: of files that were read or that do not exist any more, and of
    /// rules that were selected. A hook that is given one file says nothing of the others. After a failure it is silent.
    ///
    /// ## Why is this bad?
    ///
    /// The fault is mended. As long as the entry is there, the same fault can come back without a word.
    ///
    /// ## Example
    ///
    /// `airvane check --baseline dump.json` with this `dump.json`, and an airflow.cfg without a fault:
    ///
    /// ```json
    /// {
    ///   "version": 1,
    ///   "findings": [
    ///     {
    ///       "code": "AV007",
    ///       "name": "cfg-inline-comment",
    ///       "path": "airflow.cfg",
    ///       "count": 1,
    ///       "fingerprint": "0123456789abcdef0123456789abcdef",
    ///       "message": "`#` begins no comment behind the value of `dags_folder`"
    ///     }
    ///   ]
    /// }
    /// ```
    ///
    /// ```ini
    /// [core]
    /// dags_folder = /dags
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// dump.json:4:5: info[AV903] stale-baseline-entry: AV007 does not find any more what this entry stands for
    /// ```
    ///
    /// ## Use instead
    ///
    /// `airvane check --baseline dump.json --write-baseline` writes it anew:
    ///
    /// ```json
    /// {
    ///   "version": 1,
    ///   "findings": []
    /// }
    /// ```
    ///
    /// ```ini
    /// [core]
    /// dags_folder = /dags
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - `airvane schema baseline`
    "AV903", "stale-baseline-entry", Info, since "0.1.0",
    checks &[Check::Report],
}

/// What is left of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// So many of so many findings.
    Some(u32, u32),
    /// The file is gone.
    NoFile,
    /// The rule is gone.
    NoRule,
}

/// Says it of the entry at `place`; `what` is its code, where a rule has it.
pub fn report(findings: &mut Findings, place: Place, what: &str, subject: String, left: Left) {
    let message = match left {
        Left::Some(0, _) => format!("{what} does not find any more what this entry stands for"),
        Left::Some(found, count) => {
            let are = if found == 1 { "is" } else { "are" };
            format!("this entry stands for {count} findings of {what}, of which {found} {are} left")
        }
        Left::NoFile => "this entry stands for a file that does not exist any more".to_owned(),
        Left::NoRule => "this entry stands for a rule that does not exist any more".to_owned(),
    };
    findings
        .report(&RULE, place, subject, message)
        .help("--write-baseline writes the file anew");
}
