//! AV901: an ignore that ignores nothing.

use crate::report::{Finding, Findings};
use crate::rule;
use crate::rules::Check;
use crate::source::Place;

rule! {
    /// # unused-ignore
    ///
    /// ## What it does
    ///
    /// Finds an ignore for which there is nothing to ignore: no finding of that rule stands where it reaches, or it
    /// stands where it cannot be read as one.
    ///
    /// An ignore is a comment on a line of its own:
    ///
    /// ```text
    /// # airvane: ignore[AV201] why this is right
    /// ```
    ///
    /// In the brackets stand codes (`AV201`), names (`kwargs-not-json`) and families (`AV2`), separated by commas. It
    /// reaches the next line that is neither blank nor a comment, and all lines of the option or variable that begins
    /// there. Between the lines of a value it reaches the next of these lines. Where the reader of the file drops
    /// comments behind a value (compose, python-dotenv, shells), it may stand there and reaches that value.
    ///
    /// JSON has no comments, and exports are not edited: for these, and for a whole file, there are the path ignores of
    /// the settings file. The rules AV901 to AV904 are turned off there or with `--ignore`, never by a comment.
    ///
    /// An entry of the settings file is judged where all files below its folder were looked at and some of them are
    /// those it names.
    ///
    /// Nothing is said where the run may have seen too little: a rule was not selected, a file could not be read, the
    /// file is a template or a sample, or a rule that compares files was given some of them by name.
    ///
    /// ## Why is this bad?
    ///
    /// The fault that was ignored is mended, or was never there; the next one of its kind in this place would be hidden
    /// without a word. A comment that its reader does not drop becomes a part of the value.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [core]
    /// # airvane: ignore[AV008] the quotes are a part of it
    /// executor = LocalExecutor
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:2:19: warning[AV901] unused-ignore: AV008 finds nothing here that could be ignored
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [core]
    /// executor = LocalExecutor
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases.
    ///
    /// ## References
    ///
    /// - `airvane explain AV902`
    /// - `airvane explain AV904`
    "AV901", "unused-ignore", Warning, since "0.1.0",
    checks &[Check::Report],
}

/// Why an ignore does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The rule found nothing where the ignore reaches.
    Nothing,
    /// Nothing follows the comment.
    End,
    /// The rule found nothing in the files that the settings file names.
    Paths,
    /// The rule is one of this family.
    Own,
    /// `ignore` without brackets, or with one that is not closed.
    Unreadable,
    /// Nothing stands in the brackets.
    Empty,
    /// The reader of the file hands it over with the value.
    InValue,
}

/// Says it of the ignore at `place`. `what` is the code or the name that is ignored.
pub fn report<'a>(
    findings: &'a mut Findings,
    place: Place,
    what: &str,
    why: Why,
) -> &'a mut Finding {
    let (message, help) = match why {
        Why::Nothing => (
            format!("{what} finds nothing here that could be ignored"),
            "take it out of the ignore",
        ),
        Why::End => (
            format!("{what} finds nothing here that could be ignored: nothing follows this comment"),
            "put the comment above what it is about",
        ),
        Why::Paths => (
            format!("{what} finds nothing in these files that could be ignored"),
            "take it out of the entry",
        ),
        Why::Own => (
            format!("{what} cannot be ignored by a comment"),
            "leave it out with --ignore or in the settings file",
        ),
        Why::Unreadable => (
            "this comment is not read as an ignore: the rules must stand in brackets".to_owned(),
            "write `# airvane: ignore[AV201] why this is right`",
        ),
        Why::Empty => (
            "this ignore names no rule and ignores nothing".to_owned(),
            "write `# airvane: ignore[AV201] why this is right`",
        ),
        Why::InValue => (
            "no comment begins here for the reader of this file: the ignore is a part of the value and ignores nothing"
                .to_owned(),
            "put it on a line of its own above",
        ),
    };
    findings.report(&RULE, place, what, message).help(help)
}
