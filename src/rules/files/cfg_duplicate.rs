//! AV003: a section or an option that stands twice.

use super::cfg_words::{option_words, place, section_words, subject, tree};
use crate::report::Findings;
use crate::rule;
use crate::rules::{Check, FileContext};
use crate::syntax::cfg::ErrorKind;

rule! {
    /// # cfg-duplicate
    ///
    /// ## What it does
    ///
    /// Finds a section that is opened twice, and an option that stands twice in its section. `[DEFAULT]` may
    /// be opened again; names that differ in case are different names (see `cfg-name-case`).
    ///
    /// ## Why is this bad?
    ///
    /// Airflow reads the file in strict mode and does not load it: every `airflow` command ends with
    /// `DuplicateSectionError` or `DuplicateOptionError`.
    ///
    /// ## Example
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    ///
    /// [core]
    /// parallelism = 16
    ///
    /// [secrets]
    /// backend_kwargs = {"connections_prefix": "airflow/connections"}
    /// ```
    ///
    /// airvane says:
    ///
    /// ```text
    /// airflow.cfg:7:2: error[AV003] cfg-duplicate: `[secrets]` is opened twice: Airflow does not load the file (DuplicateSectionError)
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```ini
    /// [secrets]
    /// backend = airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend
    /// backend_kwargs = {"connections_prefix": "airflow/connections"}
    ///
    /// [core]
    /// parallelism = 16
    /// ```
    ///
    /// ## Versions
    ///
    /// All releases. From 3.2 on the Task SDK's own copy of the settings logs a warning and goes on without
    /// the file.
    ///
    /// ## References
    ///
    /// - `RawConfigParser._read` in Python's `configparser` (`strict=True`)
    "AV003", "cfg-duplicate", Error, since "0.1.0",
    checks &[Check::File(check)],
}

/// More are not listed: each of them alone keeps the file from being loaded.
const LISTED: usize = 50;

fn check(cx: &FileContext<'_>, findings: &mut Findings) {
    let Some(tree) = tree(cx) else {
        return;
    };
    // The branches of a template's `if` may hold the same option; cfg-syntax says it is a template.
    if cx.input.templated {
        return;
    }
    let errors = tree.errors.iter();
    let duplicates = errors.filter(|error| error.first.is_some());
    for error in duplicates.take(LISTED) {
        let Some(section) = error.section.and_then(|index| tree.sections.get(index)) else {
            continue;
        };
        let section_name = section.name.expose();
        let exception = error.kind.exception();
        let (what, subject, help) = match error.kind {
            ErrorKind::DuplicateSection => (
                format!("{} is opened twice", capital(&section_words(section_name))),
                subject(section_name, "*"),
                "move its options up to the first one",
            ),
            ErrorKind::DuplicateOption => {
                let option = error.option.and_then(|index| section.options.get(index));
                let name = option.map_or("", |option| option.name.expose());
                let words = capital(&option_words(section_name, name));
                (
                    format!("{words} stands twice in {}", section_words(section_name)),
                    subject(section_name, name),
                    "keep one of them",
                )
            }
            ErrorKind::MissingSectionHeader | ErrorKind::Parsing => continue,
        };
        let finding = findings.report(
            &RULE,
            place(cx, error.span),
            subject,
            format!("{what}: Airflow does not load the file ({exception})"),
        );
        finding.help(help);
        if let Some(first) = error.first {
            finding.related(place(cx, first), "it stands here first");
        }
    }
}

/// A sentence begins with a capital; names in backquotes keep their case.
fn capital(words: &str) -> String {
    match words {
        "its section" => "A section".to_owned(),
        "the option" => "An option".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::files::cfg_testing::{Case, lines};

    #[test]
    fn both_kinds_are_named_where_they_stand_again() {
        let found = lines(
            &RULE,
            &Case::cfg("[secrets]\nbackend = a\nbackend = b\n[core]\n[secrets]\nbackend = c\n"),
        );
        assert_eq!(
            found,
            [
                "3:1-3:8 error `backend` stands twice in `[secrets]`: Airflow does not load the file \
                 (DuplicateOptionError)",
                "5:2-5:9 error `[secrets]` is opened twice: Airflow does not load the file \
                 (DuplicateSectionError)",
            ]
        );
    }

    #[test]
    fn names_that_nobody_knows_are_not_repeated() {
        let found = lines(
            &RULE,
            &Case::cfg("[zzqx]\nhunter22=1\nhunter22=2\n[zzqx]\n"),
        );
        assert!(
            found[0].contains(" An option stands twice in its section"),
            "{found:?}"
        );
        assert!(found[1].contains(" A section is opened twice"), "{found:?}");
    }

    #[test]
    fn what_python_takes_is_silent() {
        for text in [
            "[core]\na = 1\n[DEFAULT]\nx = 1\n[DEFAULT]\ny = 1\n",
            "[core]\nparallelism = 1\nParallelism = 2\n",
            "[core]\n{% if x %}\na = 1\n{% else %}\na = 2\n{% endif %}\n",
        ] {
            assert!(lines(&RULE, &Case::cfg(text)).is_empty(), "{text}");
        }
    }
}
